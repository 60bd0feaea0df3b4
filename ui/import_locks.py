"""What the window says of locked importers: banners above the jobs, a pill beside the tab, and what is stale in the
status bar of whoever starts next."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot

from app.access import Permission
from app.context import AppContext
from ui.hub import Hub
from ui.import_lock_watch import LockWatch
from ui.look.plain import visible_text
from ui.look.words import tr
from ui.page_row import PageRow
from ui.page_stack import PageStack
from ui.status_bar import StatusBar
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from ui.pages.import_jobs import ImportJobsPage

_SEEN_ON = ("import_jobs", "import_check")


class ImportLocks(LockWatch):
    """Follows the locks; `changed` when others stand than before."""

    def __init__(
        self,
        context: AppContext,
        runner: TaskRunner,
        hub: Hub,
        stack: PageStack,
        row: PageRow,
        status: StatusBar,
        parent: QObject,
    ) -> None:
        super().__init__(context, runner, hub, self._seen, parent)
        self._stack, self._row, self._status = stack, row, status
        self._told: set[str] = set()
        self.changed.connect(self.show)

    def _seen(self) -> bool:
        return any(self._row.is_in_front(name) for name in _SEEN_ON)

    @Slot()
    def show(self) -> None:
        """Say which importers are locked, wherever that is said."""
        if self._stack.is_made("import_jobs"):
            page = cast("ImportJobsPage", self._stack.page("import_jobs"))
            page.locks.show_locks(self.locks, self._context.rights.why_not(Permission.UNLOCK_IMPORTS))
        stale = [one for one in self.locks if one.stale]
        self._row.set_count("import_jobs", tr("{n} locked", n=len(stale)) if stale else "")
        for one in stale:
            if one.scope not in self._told:
                self._status.show_result(visible_text(tr(one.sentence())))
        self._told = {one.scope for one in stale}
