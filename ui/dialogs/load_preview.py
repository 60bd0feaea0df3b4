"""The preview of a load: categories at the left, the chosen one at the right, questions about the file above it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app import job_notes
from app.access import User
from app.db.database import Database
from app.files.rows import FileFacts, Problem
from app.job_notes import Weight
from app.jobs import Foreseen
from app.learners import load_look
from app.learners.load_look import Decided
from app.table_columns import TABLES
from app.tasks import TaskContext
from ui.dialogs.load_changes import ChangesView, ListView
from ui.dialogs.load_decisions import DecisionsView
from ui.dialogs.load_problems import ProblemsView
from ui.dialogs.load_rows import LEARNERS, Shown
from ui.dialogs.load_side import SidePane
from ui.look.cards import Card, HairLine
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.scrolling import scrolling
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

_LEAST = 240
_ACCEPT = {
    "other_provider": "Load it: these are learners of the college",
    "ukprn_differs": "Load it although it names several providers",
    "older_file": "Load it although a newer file was loaded",
    "date_order": "Load it: dates are read with the day first",
}
_FIRST = (Foreseen.DECISION, Foreseen.NEW, Foreseen.CHANGED, Foreseen.PROBLEM, Foreseen.BY_HAND, Foreseen.UNCHANGED)


class AnyPreview(Protocol):
    """What is shown of any file."""

    @property
    def job_id(self) -> int: ...
    @property
    def facts(self) -> FileFacts: ...
    @property
    def counts(self) -> Mapping[Foreseen, int]: ...
    @property
    def to_load(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a file gave: the preview, and how long it took."""

    preview: AnyPreview
    seconds: float


@dataclass(frozen=True, slots=True)
class Looked:
    """What is read beside the preview itself."""

    decided: Decided
    notes: dict[Weight, int]


class FileQuestions(Card):
    """Questions about the whole file, each to be ticked. `changed` after a tick."""

    changed = Signal()

    def __init__(self, questions: tuple[Problem, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=12, fill=Role.WARN_SOFT, line=Role.WARN, name="file_questions")
        self.column.setSpacing(6)
        self.boxes: dict[str, QCheckBox] = {}
        for one in questions:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(IconLabel(Icon.WARNING, Role.WARN, 16))
            row.addWidget(text_label(tr(one.reason), Type.SECONDARY, wrap=True), 1)
            self.column.addLayout(row)
            box = QCheckBox(tr(_ACCEPT.get(one.kind, "Load it all the same")))
            box.setObjectName(f"accept_{one.kind}")
            box.setAccessibleDescription(tr(one.reason))
            box.toggled.connect(self.changed)
            self.boxes[one.kind] = box
            self.column.addWidget(box)
        self.setVisible(bool(questions))

    @property
    def accepted(self) -> frozenset[str]:
        """The kinds of questions that were ticked."""
        return frozenset(kind for kind, box in self.boxes.items() if box.isChecked())

    @property
    def open(self) -> int:
        return len(self.boxes) - len(self.accepted)


class PreviewPage(QWidget):
    """`changed` when what can be loaded has changed, `rebuilt` when what Tab reaches has."""

    changed = Signal()
    rebuilt = Signal()
    failed = Signal(object)

    def __init__(
        self,
        db: Database,
        user: User,
        runner: TaskRunner,
        preview: AnyPreview,
        side: SidePane,
        shown: Shown = LEARNERS,
        questions: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__()
        self._db, self._user, self._runner, self.preview, self._how = db, user, runner, preview, shown
        self.decided = Decided({}, {}, 0, 0)
        self.notes = dict.fromkeys(Weight, 0)
        self.is_read = False
        self.decisions: DecisionsView | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.side = side
        row.addWidget(self.side)
        row.addWidget(HairLine(Qt.Orientation.Vertical))
        inside = QWidget()
        right = QVBoxLayout(inside)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(10)
        self.questions = FileQuestions(questions)
        self.questions.changed.connect(self.changed)
        right.addWidget(self.questions)
        self.stack = QStackedWidget()
        self.stack.setMinimumHeight(scaled(_LEAST))
        right.addWidget(self.stack, 1)
        row.addWidget(scrolling(inside, "load_right", sideways=False), 1)
        self.views: dict[Foreseen, QWidget] = {}
        self._build_views()
        self.side.chosen.connect(self._show)
        first = next((one for one in _FIRST if preview.counts[one]), Foreseen.NEW)
        self.side.choose(first)
        self._read()

    def _build_views(self) -> None:
        db, user, runner, job_id = self._db, self._user, self._runner, self.preview.job_id
        by_line, how = self.preview.facts.kind in TABLES, self._how
        for category, button in self.side.buttons.items():
            view: QWidget
            if category is Foreseen.DECISION:
                self.decisions = view = DecisionsView(db, user, runner, job_id, by_line=by_line)
                view.counted.connect(self._counted)
                view.failed.connect(self._failed)
                view.rebuilt.connect(self.rebuilt)
            elif category is Foreseen.PROBLEM:
                about = self.preview.facts.problems
                self.problems = view = ProblemsView(db, runner, job_id, about, how, by_line=by_line)
                view.rebuilt.connect(self.rebuilt)
            elif category in (Foreseen.CHANGED, Foreseen.BY_HAND):
                view = ChangesView(db, user, runner, job_id, category, button.text(), how, by_line=by_line)
                view.counted.connect(self._counted)
                view.failed.connect(self._failed)
                view.rebuilt.connect(self.rebuilt)
            else:
                view = ListView(db, runner, job_id, category, button.text(), how, by_line=by_line)
            self.views[category] = view
            self.stack.addWidget(view)

    def _read(self) -> None:
        db, job_id = self._db, self.preview.job_id

        def work(context: TaskContext) -> Looked:
            with db.read(context) as tx:
                return Looked(load_look.decided(tx, job_id), job_notes.note_counts(tx, job_id))

        self._runner.run(work, lane=Lane.READ, done=self._looked, failed=self._failed)

    @Slot(object)
    def _looked(self, looked: Looked) -> None:
        self.decided, self.notes, self.is_read = looked.decided, looked.notes, True
        if self.decisions is not None:
            self.decisions.show_decided(looked.decided)
        self.problems.show_counts(looked.notes)
        self.side.to_look_at.setText(count(looked.notes[Weight.LOOK]))
        self.changed.emit()

    @Slot(object)
    def _show(self, category: Foreseen) -> None:
        view = self.views[category]
        self.stack.setCurrentWidget(view)
        if isinstance(view, ListView | ProblemsView):
            view.read()
        self.rebuilt.emit()

    @Slot(object)
    def _counted(self, decided: Decided) -> None:
        self.decided = decided
        if self.decisions is not None and self.sender() is not self.decisions:
            self.decisions.show_decided(decided)
        self.changed.emit()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.failed.emit(error)

    # What can be loaded

    @property
    def to_load(self) -> int:
        """How many learners would be written."""
        return self.preview.to_load + self.decided.more

    @property
    def why_not(self) -> str:
        """Why nothing can be loaded; "" if it can."""
        if self.questions.open:
            return tr("Tick the questions about the file first.")
        return ""

    @property
    def has_decisions(self) -> bool:
        """Whether something was decided, or is being written just now."""
        return self.decided.any > 0 or self._runner.is_busy(Lane.WRITE)

    @property
    def has_problems(self) -> bool:
        return any(self.notes.values())

    def parts(self) -> list[QWidget]:
        """What Tab goes through, in this order."""
        view = self.stack.currentWidget()
        inside: list[QWidget] = [view] if view is not None else []
        if isinstance(view, DecisionsView):
            inside = [view.top, view.area, view.bottom]
        elif isinstance(view, ChangesView):
            inside = [view.grid, view.fields]
        elif isinstance(view, ProblemsView):
            inside = [view.tabs, *([view.grid] if view.grid is not None else [])]
        return [self.side, self.questions, *inside]

    def lead_here(self) -> None:
        """Give the keyboard to the chosen category."""
        chosen = next(one for one in self.side.buttons.values() if one.isChecked())
        chosen.setFocus(Qt.FocusReason.OtherFocusReason)
