"""What the window does about held records: matching them, deleting them, rows of an import withdrawn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import select

from app.changes import Changes
from app.context import AppContext
from app.db.among import among
from app.db.tables import file_row
from app.errors import InputError
from app.tasks import TaskContext
from ui.look.words import count, tr
from ui.messages import Messages
from ui.page_row import PageRow
from ui.page_stack import PageStack
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from ui.dialogs.working import WorkingDialog
    from ui.pages.held_records import HeldRecordsPage

_MOST = 5_000


class ImportHeld(QObject):
    """`changed` carries Changes: what was written; `job_wanted` a job that is to be opened."""

    changed = Signal(object)
    job_wanted = Signal(int)

    def __init__(
        self,
        context: AppContext,
        runner: TaskRunner,
        messages: Messages,
        stack: PageStack,
        row: PageRow,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._runner, self._messages = context, runner, messages
        self._stack, self._row, self._window = stack, row, window
        stack.made.connect(self._page_made)

    @property
    def page(self) -> "HeldRecordsPage":
        return cast("HeldRecordsPage", self._stack.page("held_records"))

    @Slot(QWidget)
    def _page_made(self, made: QWidget) -> None:
        if made.objectName() != "held_records":
            return
        page = cast("HeldRecordsPage", made)
        page.match_wanted.connect(self.match)
        page.delete_wanted.connect(self.delete)
        page.job_wanted.connect(self.job_wanted)
        page.counted.connect(self._counted)

    @Slot(int)
    def _counted(self, number: int) -> None:
        self._row.set_count("held_records", count(number) if number else "")

    @Slot()
    def match_selected(self) -> None:
        """*Match Held Records*: the selected ones, or all where fewer than two are."""
        some = self._stack.is_made("held_records") and self._row.is_in_front("held_records")
        ids = list(self.page.grid.selected_keys()) if some and self.page.selected_count > 1 else None
        self.match(ids)

    @Slot(object)
    def match(self, row_ids: Sequence[int] | None = None) -> None:
        """What matching would do, then doing it."""
        from ui.dialogs.match_held import MatchHeldDialog

        self._open(MatchHeldDialog(self._window, self._runner, self._context, row_ids))

    def delete_selected(self) -> None:
        """*Withdraw or Delete*: of the selected held records, or rows of the import in front."""
        page = self._row.grid_page
        if page is not None and page.selected_count:
            self._remove(list(page.grid.selected_keys()), held=page.name == "held_records")

    @Slot(object)
    def delete(self, row_ids: Sequence[int]) -> None:
        """Delete held records."""
        self._remove(row_ids, held=True)

    def _remove(self, row_ids: Sequence[int], *, held: bool) -> None:
        db = self._context.db
        if len(row_ids) > _MOST:
            self._messages.show(
                InputError(
                    tr("You selected {n} rows.", n=count(len(row_ids))),
                    hint="Select at most 5,000, or undo the whole import.",
                )
            )
            return

        def read(task: TaskContext) -> tuple[list[int], list[int], bool]:
            with db.read(task) as tx:
                query = select(file_row.c.job_id).where(among(file_row.c.id, row_ids)).distinct()
                return list(tx.execute(query).scalars()), list(row_ids), held

        self._runner.run(read, lane=Lane.READ, done=self._jobs_known)

    @Slot(object)
    def _jobs_known(self, found: tuple[list[int], list[int], bool]) -> None:
        jobs, row_ids, held = found
        if len(jobs) != 1:
            self._messages.show(
                InputError("These records came with several imports.", hint="Select records of one import at a time.")
            )
            return
        from app.imports.undo import Removal
        from ui.dialogs.import_undo import ImportUndoDialog

        ways = (Removal.DELETE,) if held else (Removal.BOTH, Removal.WITHDRAW, Removal.DELETE)
        self._open(ImportUndoDialog(self._window, self._runner, self._context, jobs[0], row_ids, ways))

    def _open(self, dialog: "WorkingDialog") -> None:
        dialog.changed.connect(self._written)
        dialog.open()

    @Slot(object)
    def _written(self, changes: Changes) -> None:
        self.changed.emit(changes)
