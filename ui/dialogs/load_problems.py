"""*Problems*: rows that are not loaded, rows to look at, and remarks; each with what is wrong and what to do."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import job_notes
from app.db.database import Database
from app.export import ExportColumn, ExportKind, ExportSummary, Sheet, Target, write_csv
from app.files.rows import Level, Problem
from app.job_notes import Note, Weight
from app.tasks import TaskContext
from ui.dialogs.form_field import StateLine
from ui.dialogs.load_rows import NotesSource, Shown, weight_words
from ui.follower import Follower
from ui.grids.columns import Query
from ui.grids.grid_view import GridView
from ui.look.banner import Banner
from ui.look.cards import Card, RoundedCorners
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tabs import TabBar
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Task, TaskRunner

_TITLES = {Weight.STOP: "Not loaded", Weight.LOOK: "Loaded, look at it", Weight.INFO: "Remarks"}
_EXPORTED = ("Row", "Line", "Person Code", "Name", "Level", "Field", "What Is Wrong", "What to Do")
_KINDS = {"Row": ExportKind.INTEGER, "Line": ExportKind.INTEGER}


def write_problems(context: TaskContext, db: Database, job_id: int, path: Target, shown: Shown) -> ExportSummary:
    """Write every note of a preview to a CSV file; in a task. Raises InputError, Cancelled."""
    titles = [shown.name_title if one == "Name" else one for one in _EXPORTED]
    columns = [ExportColumn(tr(one), _KINDS.get(one, ExportKind.TEXT)) for one in titles]
    with db.read(context) as tx:
        total = sum(job_notes.note_counts(tx, job_id).values())

        def rows() -> Iterator[Sequence[object]]:
            for one in shown.all_notes(tx, job_id):
                yield (
                    one.number,
                    one.line,
                    one.ref,
                    one.name,
                    weight_words(one.weight),
                    one.field,
                    one.reason,
                    one.advice,
                )

        return write_csv(context, path, Sheet(columns, rows(), total, tr("Problems")))


class ProblemsView(QWidget):
    """Three lists behind tabs; what concerns the whole file stands above them."""

    rebuilt = Signal()

    def __init__(
        self,
        db: Database,
        runner: TaskRunner,
        job_id: int,
        about_file: Sequence[Problem],
        shown: Shown,
        *,
        by_line: bool = False,
    ) -> None:
        super().__init__()
        self._db, self._runner, self._job_id, self._by_line = db, runner, job_id, by_line
        self._how = shown
        self.grid: GridView | None = None
        self._weights = list(Weight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        told = [one.reason for one in about_file if one.level < Level.ASK]
        if told:
            banner = Banner(Icon.INFO, Role.TEXT2, tr("About the file"), "\n".join(tr(one) for one in told))
            column.addWidget(banner)
        self.tabs = TabBar(parent=self)
        self.tabs.setObjectName("problem_tabs")
        self.tabs.setAccessibleName(tr("Kinds of problems"))
        for weight in self._weights:
            self.tabs.addTab(tr(_TITLES[weight]))
        self.tabs.currentChanged.connect(self._show)
        column.addWidget(self.tabs)
        self._card = Card(line=Role.LINE2)
        RoundedCorners(self._card, ground=Role.SURFACE, line=Role.LINE2)
        column.addWidget(self._card, 1)
        self.whole = StateLine()
        self.whole.setObjectName("problem_whole")
        column.addWidget(self.whole)
        self._current = Follower(runner, self._look, self._looked, self)

    def show_counts(self, counts: dict[Weight, int]) -> None:
        """The numbers beside the tabs; the first list that has rows comes to the front."""
        for place, weight in enumerate(self._weights):
            self.tabs.set_count(place, count(counts[weight]))
        full = next((place for place, weight in enumerate(self._weights) if counts[weight]), 0)
        self.tabs.setCurrentIndex(full)

    def read(self) -> None:
        """Read the list in front the first time it is looked at."""
        if self.grid is None:
            self._show(self.tabs.currentIndex())

    @Slot(int)
    def _show(self, place: int) -> None:
        weight = self._weights[max(0, place)]
        if self.grid is not None:
            self.grid.hide()
            self.grid.deleteLater()
        source = NotesSource(self._db, self._job_id, weight, self._how, by_line=self._by_line)
        self.grid = GridView(source, self._runner, f"load_notes_{weight.value}")
        self.grid.setAccessibleName(tr(_TITLES[weight]))
        self.grid.setProperty("ring", True)
        words = text_label(tr("Nothing to tell here."), Type.BODY, Role.TEXT2)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.grid.set_empty_widget(words)
        self.grid.current_changed.connect(self._current.look)
        self.grid.loaded.connect(self._loaded)
        self._current.look()
        self.whole.say(Icon.INFO, "", Role.TEXT2)
        self._card.column.addWidget(self.grid)
        self.grid.load(Query())
        self.rebuilt.emit()

    @Slot()
    def _loaded(self) -> None:
        if self.grid is not None and self.grid.count and self.grid.current_key is None:
            self.grid.setCurrentIndex(self.grid.model().index(0, 1))

    def _look(self) -> Task | None:
        """The whole of the current row, which the columns may have shortened."""
        key = self.grid.current_key if self.grid is not None else None
        if key is None:
            return None
        db, job_id, notes = self._db, self._job_id, self._how.notes

        def work(context: TaskContext) -> Note | None:
            with db.read(context) as tx:
                return notes(tx, job_id, [key]).get(key)

        return work

    def _looked(self, note: Note | None) -> None:
        if note is not None:
            self.whole.say(Icon.INFO, f"{note.reason} {note.advice}".strip(), Role.TEXT)
