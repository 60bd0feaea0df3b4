"""*Flood Fill* on the Learners page: for the selected learners."""

from PySide6.QtCore import QObject, Slot

from app.changes import Changes, Topic
from app.context import AppContext
from app.keys import Keys
from app.tasks import TaskContext
from ui.hub import Hub
from ui.pages.grid_page import GridPage
from ui.workers import Lane, TaskRunner


class LearnersFill(QObject):
    """Opens the dialog; what it changed is announced."""

    def __init__(self, page: GridPage, context: AppContext, runner: TaskRunner, hub: Hub) -> None:
        super().__init__(page)
        self._page, self._context, self._runner, self._hub = page, context, runner, hub

    def fill_selected(self) -> None:
        """Read the campuses to choose from, then open."""
        from app.learners import edit

        keys = self._page.grid.selected_keys()
        db = self._context.db

        def read(context: TaskContext) -> tuple[Keys, list[tuple[int, str]]]:
            with db.read(context) as tx:
                return keys, edit.campuses(tx)

        if keys:
            self._runner.run(read, lane=Lane.READ, done=self._open)

    @Slot(object)
    def _open(self, found: tuple[Keys, list[tuple[int, str]]]) -> None:
        from ui.dialogs.flood_fill import FloodFillDialog

        keys, campuses = found
        dialog = FloodFillDialog(self._page.window(), self._runner, self._context, keys, campuses)
        dialog.filled.connect(self._filled)
        dialog.open()

    @Slot()
    def _filled(self) -> None:
        self._hub.announce(Changes.of(Topic.LEARNERS))
