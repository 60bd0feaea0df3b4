"""What a user saved under names for a page, in a menu: searches, layouts."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app import saved as store
from app.context import AppContext
from app.folding import fold
from app.saved import Kind, Saved
from app.tasks import TaskContext
from ui.workers import Lane, TaskRunner


class SavedList(QObject):
    """The list is read when the menu opens, in a task: the menu shows what is known and follows.

    Subclasses fill the menu and do what is chosen in it.
    """

    listed = Signal()
    """The list has been read."""

    def __init__(self, runner: TaskRunner, context: AppContext, kind: Kind, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._context, self._kind = runner, context, kind
        self._menu: QMenu | None = None
        self.found: list[Saved] = []

    # The list

    def read(self) -> None:
        """Read the list anew."""
        db, user, kind = self._context.db, self._context.user, self._kind

        def work(context: TaskContext) -> list[Saved]:
            with db.read(context) as tx:
                return store.every(tx, user, kind)

        self._runner.run(work, lane=Lane.READ, done=self._read)

    @Slot(object)
    def _read(self, found: list[Saved]) -> None:
        changed, self.found = found != self.found, found
        if changed and self._menu is not None:
            self.fill(self._menu)
        self.listed.emit()

    @property
    def mine(self) -> list[Saved]:
        return [one for one in self.found if one.mine]

    def of_name(self, name: str) -> Saved | None:
        """What of mine has this name, whatever its capitals."""
        return next((one for one in self.mine if fold(one.name) == fold(name)), None)

    # The menu

    def serve(self, menu: QMenu) -> None:
        """Fill `menu` whenever it opens, and do what is chosen in it."""
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._opening)
        menu.aboutToHide.connect(self._closing)
        menu.triggered.connect(self._chosen)

    @Slot()
    def _opening(self) -> None:
        menu = self.sender()
        if isinstance(menu, QMenu):
            self._menu = menu
            self.fill(menu)
            self.read()

    @Slot()
    def _closing(self) -> None:
        # Deleted soon after: nothing may be filled in any more.
        self._menu = None

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        self.chosen(action)

    def fill(self, menu: QMenu) -> None:
        """For subclasses: the entries, from what was found."""
        raise NotImplementedError

    def chosen(self, action: QAction) -> None:
        """For subclasses: one of them was chosen."""
        raise NotImplementedError
