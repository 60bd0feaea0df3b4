"""*Changed* and *Edited by hand*: the learners of the category, and below them old and new of the current one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.access import User
from app.dates import shown
from app.db.database import Database
from app.jobs import Foreseen
from app.learners import load_look
from app.learners.load_look import Decided
from app.learners.load_plan import TICKED
from app.tasks import TaskContext
from ui.dialogs.load_rows import SeenSource, Shown
from ui.grids.columns import Query
from ui.grids.grid_view import GridView
from ui.look.cards import Card, in_card
from ui.look.fonts import Type, scaled
from ui.look.labels import ElidingLabel, text_label
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

_PANEL_HEIGHT, _PANEL_LEAST = 150, 56


def shown_value(value: Any, *, is_day: bool) -> str:
    """A stored or new value as people read it; "" for none."""
    if value is None or value == "":
        return ""
    if is_day:
        try:
            return shown(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value)


class FieldTable(QScrollArea):
    """Field, stored, in the file; a box to tick for what was edited by hand. `ticked` carries the fields ticked."""

    ticked = Signal(object)

    def __init__(self, shown: Shown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._how = shown
        self.setObjectName("load_fields")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.boxes: dict[str, QCheckBox] = {}

    def show_changes(self, changes: Sequence[Sequence[Any]], ticked: frozenset[str]) -> None:
        """Show these changes, one line each; the box of the field that has the keyboard keeps it."""
        at = next((name for name, box in self.boxes.items() if box.hasFocus()), "")
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        titles = [tr("Field"), tr("Stored"), tr("In the file")]
        if any(by_hand for _, _, _, by_hand, _ in changes):
            titles.append(tr("Edited by hand"))
        for column, title in enumerate(titles):
            grid.addWidget(text_label(title, Type.HEADER, Role.TEXT2), 0, column)
            grid.setColumnStretch(column, 1 if column in (1, 2) else 0)
        self.boxes = {}
        for row, (name, old, new, by_hand, _) in enumerate(changes, 1):
            title = tr(self._how.titles.get(name, name))
            is_day = name in self._how.days
            before, after = (shown_value(one, is_day=is_day) for one in (old, new))
            grid.addWidget(text_label(title, Type.SECONDARY, Role.TEXT2), row, 0)
            grid.addWidget(ElidingLabel(before or tr("none"), Type.SECONDARY), row, 1)
            kept = by_hand and name not in ticked
            weight = 0 if kept else 600
            role = Role.TEXT2 if kept else Role.INFO
            grid.addWidget(ElidingLabel(after or tr("none"), Type.SECONDARY, role, weight=weight), row, 2)
            if by_hand:
                grid.addWidget(self._box(name, title, before, after, name in ticked), row, 3)
        grid.setRowStretch(len(changes) + 1, 1)
        self.setWidget(inside)
        inside.setAutoFillBackground(False)
        if at in self.boxes:
            self.boxes[at].setFocus()

    def _box(self, name: str, title: str, before: str, after: str, is_ticked: bool) -> QCheckBox:
        box = QCheckBox(tr("Take it from the file"))
        box.setObjectName(f"take_{name}")
        box.setChecked(is_ticked)
        box.setAccessibleName(tr("{field}: take it from the file", field=title))
        told = tr("Edited by hand: {old}. In the file: {new}. Without a tick the edited value is kept.")
        said = told.format(old=visible_text(before or tr("none")), new=visible_text(after or tr("none")))
        box.setAccessibleDescription(said)
        box.clicked.connect(self._clicked)
        self.boxes[name] = box
        return box

    @Slot()
    def _clicked(self) -> None:
        self.ticked.emit([name for name, box in self.boxes.items() if box.isChecked()])


class ListView(QWidget):
    """The grid of one category. `rebuilt` when what Tab reaches has changed."""

    rebuilt = Signal()

    def __init__(
        self,
        db: Database,
        runner: TaskRunner,
        job_id: int,
        category: Foreseen,
        title: str,
        shown: Shown,
        *,
        by_line: bool = False,
    ) -> None:
        super().__init__()
        self._db, self._runner, self._job_id, self._by_line = db, runner, job_id, by_line
        self.grid = GridView(
            SeenSource(db, job_id, category, shown, by_line=by_line), runner, f"load_{category.value}"
        )
        self.grid.setAccessibleName(title)
        self.grid.setProperty("ring", True)
        words = text_label(tr(shown.empty[category]), Type.BODY, Role.TEXT2, wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.grid.set_empty_widget(words)
        card = in_card(self.grid)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.column.addWidget(card, 2)

    def read(self) -> None:
        """Read the rows the first time they are looked at."""
        if not self.grid.count and not self.grid.is_loading:
            self.grid.load(Query())


class ChangesView(ListView):
    """`counted` carries Decided after a tick."""

    counted = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        db: Database,
        user: User,
        runner: TaskRunner,
        job_id: int,
        category: Foreseen,
        title: str,
        shown: Shown,
        *,
        by_line: bool = False,
    ) -> None:
        super().__init__(db, runner, job_id, category, title, shown, by_line=by_line)
        self._user, self._seen = user, shown.seen
        self._current: Any = None
        self._looking: TaskContext | None = None
        self.who = ElidingLabel("", Type.HEADER)
        self.fields = FieldTable(shown)
        self.fields.setMinimumHeight(scaled(_PANEL_LEAST))
        self.fields.setMaximumHeight(scaled(_PANEL_HEIGHT))
        self.fields.ticked.connect(self._ticked)
        panel = Card(padding=12, fill=Role.SUBTLE)
        panel.column.setSpacing(6)
        panel.column.addWidget(self.who)
        panel.column.addWidget(self.fields)
        self._panel = panel
        panel.hide()
        self.column.addWidget(panel, 1)
        self.grid.current_changed.connect(self._look)
        self.grid.loaded.connect(self._loaded)

    @Slot()
    def _loaded(self) -> None:
        if self.grid.count and self.grid.current_key is None:
            self.grid.setCurrentIndex(self.grid.model().index(0, 1))

    @Slot()
    def _look(self) -> None:
        key = self.grid.current_key
        if key is None:
            return
        db, job_id, seen = self._db, self._job_id, self._seen

        def work(context: TaskContext) -> Any:
            with db.read(context) as tx:
                return seen(tx, job_id, [key]).get(key)

        if self._looking is not None:
            self._looking.cancel()  # an arrow key held down asks for the last row only
        self._looking = self._runner.run(work, lane=Lane.READ, done=self._looked, failed=self._failed)

    @Slot(object)
    def _looked(self, row: Any) -> None:
        if row is None or row.number != self.grid.current_key:
            return
        self._current = row
        place = count(row.line if self._by_line else row.number)
        self.who.setText(tr("{name} · row {n} of the file", name=row.name or tr("No name"), n=place))
        self.fields.show_changes(row.changes, row.ticked)
        self._panel.show()
        self.rebuilt.emit()

    @Slot(object)
    def _ticked(self, names: list[str]) -> None:
        row = self._current
        if row is None:
            return
        db, user, job_id = self._db, self._user, self._job_id
        decision = TICKED + ",".join(names) if names else None

        def work(context: TaskContext) -> tuple[int, Decided]:
            return row.number, load_look.decide(db, user, job_id, {row.number: decision})

        self._runner.run(work, lane=Lane.WRITE, done=self._was_ticked, failed=self._not_ticked)

    @Slot(object)
    def _was_ticked(self, result: tuple[int, Decided]) -> None:
        number, decided = result
        self.grid.refresh_rows([number])
        self.counted.emit(decided)

    @Slot(object)
    def _not_ticked(self, error: Exception) -> None:
        """The boxes tell what is stored."""
        self.failed.emit(error)
        self._look()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.failed.emit(error)
