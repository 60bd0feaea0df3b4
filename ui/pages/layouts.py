"""*Layouts* of a page's grid: order, widths, hidden and frozen columns and sorting, kept under names of one's own."""

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app import saved as store
from app.context import AppContext
from app.errors import InputError
from app.saved import Kind, Saved
from app.tasks import TaskContext
from ui.dialogs.saved_words import layout_words
from ui.grids.grid_view import GridView
from ui.grids.layout_stored import described, dump, parse
from ui.look.dialog import ask
from ui.look.icons import Icon, qicon
from ui.look.plain import visible_text, without_key
from ui.look.words import tr
from ui.pages.saved_list import SavedList
from ui.workers import TaskRunner


class Layouts(SavedList):
    """A submenu of the grid's menu of columns. Nobody else sees a layout."""

    def __init__(
        self, grid: GridView, runner: TaskRunner, context: AppContext, kind: Kind, parent: QObject | None = None
    ) -> None:
        super().__init__(runner, context, kind, parent)
        self._grid = grid
        grid.add_layouts = self.add_to

    def add_to(self, menu: QMenu) -> None:
        """Put the submenu into `menu`."""
        inside = menu.addMenu(qicon(Icon.LAYOUT), tr("Layouts"))
        inside.setObjectName("layouts")
        self.serve(inside)
        self.fill(inside)

    def fill(self, menu: QMenu) -> None:
        menu.clear()
        for one in self.mine:
            action = menu.addAction(qicon(Icon.LAYOUT), without_key(visible_text(one.name)))
            action.setData(one)
            action.setToolTip(described(one.body))
        if self.mine:
            menu.addSeparator()
        menu.addAction(qicon(Icon.FLOPPY_DISK), tr("Save This Layout…")).setData("save")
        managing = menu.addAction(qicon(Icon.PENCIL_SIMPLE), tr("Rename or Delete…"))
        managing.setData("manage")
        managing.setEnabled(bool(self.mine))
        managing.setToolTip("" if self.mine else layout_words().none)

    def chosen(self, action: QAction) -> None:
        # A dialog waits in a loop of its own: not inside the menu that is just going.
        QTimer.singleShot(0, self, partial(self._do, action.data()))

    def _do(self, meant: object) -> None:
        if isinstance(meant, Saved):
            self.use(meant)
        elif meant == "save":
            self.save(self._grid.window())
        elif meant == "manage":
            self.manage()

    # What can be done with one

    def use(self, one: Saved) -> None:
        """Arrange the grid; a layout that cannot be read changes nothing and says why."""
        try:
            layout = parse(one.body)
        except InputError as error:
            buttons = [("close", tr("Close"))]
            ask(
                self._grid.window(),
                tr("Layouts"),
                tr(error.message),
                tr(error.hint),
                buttons,
                safe="close",
                name="unusable_layout",
            )
            return
        self._grid.use_layout(layout)

    def save(self, parent: QWidget) -> bool:
        """Ask for a name and save the grid as it is now; whether it was saved."""
        from ui.dialogs.saved_search import NameDialog

        db, user, kind, body = self._context.db, self._context.user, self._kind, dump(self._grid.saved_layout())

        def submit(context: TaskContext, name: str, shared: bool, over: Saved | None) -> None:
            if over is not None:
                store.overwrite(db, user, over, body, shared=False)
            else:
                store.save(db, user, kind, name, body, shared=False)

        self.read()
        words = layout_words()
        dialog = NameDialog(parent, self._runner, words.save, submit, self.of_name, words, sentence=described(body))
        saved = bool(dialog.exec())
        self.read()
        return saved

    def manage(self) -> None:
        """Rename or delete my layouts."""
        from ui.dialogs.saved_searches import SavedSearchesDialog

        SavedSearchesDialog(self._grid.window(), self._runner, self._context, self._kind, layout_words()).exec()
        self.read()
