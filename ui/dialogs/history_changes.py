"""Every change of an operation, or what its Undo left: which row, what it was before, what it was after."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QMenu, QWidget

from app.access import Permission, User
from app.context import AppContext
from app.dates import shown_time
from app.db.database import Database
from app.export_sheet import ExportSummary
from app.export_target import Target
from app.keys import Keys
from app.past import changes_of, listed
from app.past.changes_of import DID, ChangeRow
from app.past.listed import OperationRow
from app.tasks import TaskContext
from ui import parts
from ui.activity import Listed
from ui.dialogs.working import WorkingDialog
from ui.exporting import CSV, EXCEL, Exporter, Wanted, export
from ui.follower import Follower
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.grids.grid_view import GridView
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.protecting import Holds, ask_for_target
from ui.workers import Lane, Task, TaskRunner

_WIDTH, _HEIGHT = 1080, 640
_LOOKS = {
    "insert": (Icon.PLUS, Role.GOOD),
    "update": (Icon.PENCIL_SIMPLE, Role.INFO),
    "delete": (Icon.TRASH_SIMPLE, Role.WARN),
}
COLUMNS = (
    Column("learner", "Learner", Kind.KEY, 190, sortable=False, absent="–"),
    Column("what", "What", Kind.TEXT, 130, sortable=False),
    Column("which", "Which", Kind.TEXT, 150, sortable=False, absent="–"),
    Column("did", "Change", Kind.STATE, 100, sortable=False),
    Column("before", "Before", Kind.TEXT, 220, sortable=False, absent="–"),
    Column("after", "After", Kind.TEXT, 220, sortable=False, stretch=True, absent="–"),
)


class ChangesSource:
    """The changes of an operation in the order in which they were made, in pages; `left`: those an Undo left."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database, user: User, operation_id: int, *, left: bool) -> None:
        self._db, self._user, self._operation_id, self._left = db, user, operation_id, left

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        with self._db.read(context) as tx:
            scope = changes_of.scope_of(tx, self._user)
            return self._db.ids(tx, changes_of.keys_query(self._operation_id, scope, left=self._left), first)

    def total(self) -> int:
        with self._db.read() as tx:
            return changes_of.total(tx, self._operation_id)

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            found = changes_of.rows(tx, keys, changes_of.scope_of(tx, self._user))
        return {key: _row(one) for key, one in found.items()}


def _row(one: ChangeRow) -> Row:
    icon, role = _LOOKS.get(one.did, (Icon.QUESTION, Role.TEXT2))
    state = State(icon, DID.get(one.did, one.did), role)
    return Row(cells=(one.learner or None, one.what, one.which or None, state, one.before or None, one.after or None))


class HistoryChangesDialog(WorkingDialog):
    """A grid of changes, the current one whole below it; *Export* writes all of them."""

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        operation_id: int,
        *,
        left: bool = False,
    ) -> None:
        title = tr("What the Undo Left") if left else tr("Changes")
        super().__init__(parent, runner, context, title=title, icon=Icon.LIST_BULLETS, name="changes")
        self._operation_id, self._left = operation_id, left
        self.row: OperationRow | None = None
        self._build(title)
        self.open_at(_WIDTH, _HEIGHT)
        self.say(title, tr("Reading…"))
        self.grid.load(Query())
        self.close_button.setFocus()
        self._read()

    def _build(self, title: str) -> None:
        run = self._context
        self.source = ChangesSource(run.db, run.user, self._operation_id, left=self._left)
        self.grid = GridView(self.source, self._runner, "changes_grid")
        self.grid.setAccessibleName(title)
        self.grid.setProperty("ring", True)
        words = text_label(tr("There is no change to show."), Type.BODY, Role.TEXT2)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.grid.set_empty_widget(words)
        self.grid.loaded.connect(self._loaded)
        self._current = Follower(self._runner, self._look, self._looked, self)
        self.grid.current_changed.connect(self._current.look)
        self.content.addWidget(in_card(self.grid), 1)
        self.whole = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, selectable=True, name="changes_whole")
        self.content.addWidget(self.whole)
        self.content.addLayout(self.work_line())
        self.export_button = self.add_button(
            tr("Export"), Icon.EXPORT, name="changes_export", left=True, clicked=self._export_menu
        )
        self.close_button = self.add_button(tr("Close"), name="changes_close", clicked=self.reject)
        parts.in_reading_order([self.grid, self.foot])
        self.refresh()

    def _read(self) -> None:
        run, key = self._context, self._operation_id

        def work(context: TaskContext) -> OperationRow | None:
            with run.db.read(context) as tx:
                return listed.rows(tx, [key]).get(key)

        self._runner.run(work, lane=Lane.READ, done=self._told)

    @Slot(object)
    def _told(self, row: OperationRow | None) -> None:
        if row is None:
            self.say(tr("This operation is not in the history any more."), tr("Close, and reload the page."))
            return
        self.row = row
        who = row.who or tr("the schedule")
        told = tr("{when} by {who} on {computer}", when=shown_time(row.at), who=who, computer=row.computer)
        if self._left:
            words = tr("Somebody changed these rows since, or something stands on them: they stay as they are.")
        else:
            words = plural(row.rows, "{n} row changed.", "{n} rows changed.")
        self.say(tr(row.title), f"{visible_text(told)}. {words}")

    @Slot(int, int)
    def _loaded(self, shown: int, total: int) -> None:
        if shown and self.grid.current_key is None:
            self.grid.setCurrentIndex(self.grid.model().index(0, 1))
        self.refresh()

    def _look(self) -> Task | None:
        """The whole of the current change, which the columns may have shortened."""
        key, run = self.grid.current_key, self._context
        if key is None:
            return None

        def work(context: TaskContext) -> ChangeRow | None:
            with run.db.read(context) as tx:
                return changes_of.rows(tx, [key], changes_of.scope_of(tx, run.user)).get(key)

        return work

    def _looked(self, one: ChangeRow | None) -> None:
        if one is not None:
            told = [
                f"{tr(part.title)}: {part.before or tr('none')} → {part.after or tr('none')}" for part in one.parts
            ]
            self.whole.setText(visible_text("; ".join(told)))

    @Slot()
    def refresh(self, *_: object) -> None:
        busy = tr("It is under way.") if self.busy else ""
        may = self._context.rights.why_not(Permission.EXPORT)
        nothing = "" if self.grid.count else tr("There is no change to export.")
        enable(self.export_button, busy or may or nothing, tr("To Excel or to CSV. Keep the file safe."))
        self.close_button.setDefault(True)

    # Export

    @Slot()
    def _export_menu(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("changes_export_menu")
        menu.addAction(tr("Export to Excel"), self._export_excel)
        menu.addAction(tr("Export to CSV"), self._export_csv)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.export_button.mapToGlobal(self.export_button.rect().topLeft()))

    @Slot()
    def _export_excel(self) -> None:
        self._export_to(EXCEL)

    @Slot()
    def _export_csv(self) -> None:
        self._export_to(CSV)

    def _export_to(self, kind: str) -> None:
        start = f"{tr('Changes')} {self._operation_id}.{kind}"
        path = ask_for_target(self, kind, tr("Export {page}", page=self.windowTitle()), start, Holds.MAYBE)
        if path is not None:
            self.start_export(path)

    def start_export(self, path: Target) -> None:
        """Write every change to `path`, in a task."""
        run = self._context
        wanted = Wanted(self.source, self.grid.keys, self.grid.column_layout.visible_columns(), self.windowTitle())

        def task(context: TaskContext) -> ExportSummary:
            run.require(Permission.EXPORT)
            return export(context, wanted, path)

        listed = Listed(tr("Export {page}", page=self.windowTitle()), Exporter.outcome)
        self.work(tr("Exporting…"), task, self._exported, Lane.EXPORT, listed)

    def _exported(self, summary: ExportSummary) -> None:
        told = Exporter.outcome(summary).words
        self.tell(told, "", Role.GOOD, Icon.CHECK_CIRCLE)
