"""*Saved Searches* of a page: mine, shared ones, and those that come with the program."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app import saved as store
from app.conditions import FieldInfo, Group
from app.conditions_stored import dump, parse
from app.context import AppContext
from app.errors import InputError
from app.folding import fold
from app.saved import Kind, Saved
from app.tasks import TaskContext
from ui.dialogs.saved_search import NameDialog
from ui.grids.condition_words import spoken
from ui.look.dialog import ask
from ui.look.icons import Icon, qicon
from ui.look.plain import visible_text
from ui.look.words import tr
from ui.workers import Lane, TaskRunner


class Ready(Protocol):
    """A search that comes with the program."""

    @property
    def title(self) -> str: ...
    @property
    def group(self) -> Group: ...


class Page(Protocol):
    """What the searches need of the page they are of."""

    @property
    def fields(self) -> Mapping[str, FieldInfo]: ...
    @property
    def nouns(self) -> tuple[str, str]: ...
    @property
    def conditions(self) -> Group | None: ...
    @property
    def runner(self) -> TaskRunner: ...
    def set_conditions(self, group: Group | None) -> None: ...
    def window(self) -> QWidget: ...


class Searches(QObject):
    """The list is read when the menu opens, in a task: the menu shows what is known and follows."""

    listed = Signal()
    """The list has been read."""

    def __init__(
        self,
        page: Page,
        context: AppContext,
        kind: Kind,
        ready: Callable[[], Sequence[Ready]] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._context, self._kind = page, context, kind
        self._ready = ready
        self._menu: QMenu | None = None
        self.found: list[Saved] = []

    # The list

    def read(self) -> None:
        """Read the list anew."""
        db, user, kind = self._context.db, self._context.user, self._kind

        def work(context: TaskContext) -> list[Saved]:
            with db.read(context) as tx:
                return store.every(tx, user, kind)

        self._page.runner.run(work, lane=Lane.READ, done=self._read)

    @Slot(object)
    def _read(self, found: list[Saved]) -> None:
        changed, self.found = found != self.found, found
        if changed and self._menu is not None:
            self._fill(self._menu)
        self.listed.emit()

    @property
    def mine(self) -> list[Saved]:
        return [one for one in self.found if one.mine]

    def of_name(self, name: str) -> Saved | None:
        """The search of mine with this name, whatever its capitals."""
        return next((one for one in self.mine if fold(one.name) == fold(name)), None)

    # The menu

    def menu(self) -> QMenu:
        """A fresh menu; the caller gives it its parent."""
        menu = QMenu()
        menu.setObjectName("saved_searches")
        self.serve(menu)
        self._fill(menu)
        return menu

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
            self._fill(menu)
            self.read()

    @Slot()
    def _closing(self) -> None:
        # Deleted soon after: nothing may be filled in any more.
        self._menu = None

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        ready = list(self._ready()) if self._ready is not None else []
        shared = [one for one in self.found if not one.mine]
        for title, icon, entries in (
            (tr("Ready searches"), Icon.SPARKLE, [(tr(one.title), one.group, "") for one in ready]),
            (tr("Mine"), Icon.BOOKMARK_SIMPLE, [(visible_text(one.name), one, self._tip(one)) for one in self.mine]),
            (
                tr("Shared"),
                Icon.USERS,
                [(f"{visible_text(one.name)} ({visible_text(one.owner)})", one, "") for one in shared],
            ),
        ):
            if not entries:
                continue
            if not menu.isEmpty():
                menu.addSeparator()
            # A title of its own: the style draws those of sections as bare lines.
            menu.addAction(title).setEnabled(False)
            for words, meant, tip in entries:
                action = menu.addAction(qicon(icon), words.replace("&", "&&"))
                action.setData(meant)
                action.setToolTip(tip or words)
        menu.addSeparator()
        saving = menu.addAction(qicon(Icon.FLOPPY_DISK), tr("Save This Search…"))
        saving.setData("save")
        saving.setEnabled(self._page.conditions is not None)
        saving.setToolTip("" if saving.isEnabled() else tr("There are no conditions to save."))
        managing = menu.addAction(qicon(Icon.PENCIL_SIMPLE), tr("Rename, Share or Delete…"))
        managing.setData("manage")
        managing.setEnabled(bool(self.mine))
        managing.setToolTip("" if managing.isEnabled() else tr("You have saved no search yet."))

    @staticmethod
    def _tip(one: Saved) -> str:
        return tr("Everybody sees it") if one.shared else tr("Only you see it")

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        meant = action.data()
        if isinstance(meant, Group):
            self._page.set_conditions(meant)
        elif isinstance(meant, Saved):
            self.use(meant)
        elif meant == "save" and self._page.conditions is not None:
            self.save(self._page.window(), self._page.conditions)
        elif meant == "manage":
            self.manage()

    # What can be done with one

    def use(self, one: Saved) -> None:
        """Show what a saved search finds; one that cannot be read changes nothing and says why."""
        try:
            group = parse(one.body, self._page.fields)
        except InputError as error:
            ask(
                self._page.window(),
                tr("Saved Searches"),
                error.message,
                error.hint,
                [("close", tr("Close"))],
                safe="close",
                name="unusable_search",
            )
            return
        self._page.set_conditions(group)

    def save(self, parent: QWidget, group: Group) -> bool:
        """Ask for a name and save; whether it was saved."""
        db, user, kind, body = self._context.db, self._context.user, self._kind, dump(group)

        def submit(context: TaskContext, name: str, shared: bool, over: Saved | None) -> None:
            if over is not None:
                store.overwrite(db, user, over, body, shared=shared)
            else:
                store.save(db, user, kind, name, body, shared=shared)

        self.read()
        words = spoken(group, self._page.fields, self._page.nouns)
        dialog = NameDialog(parent, self._page.runner, tr("Save Search"), submit, self.of_name, sentence=words)
        saved = bool(dialog.exec())
        self.read()
        return saved

    def manage(self) -> None:
        """Rename, share or delete my searches."""
        from ui.dialogs.saved_searches import SavedSearchesDialog

        SavedSearchesDialog(self._page.window(), self._page.runner, self._context, self._kind).exec()
        self.read()
