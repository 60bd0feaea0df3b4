"""*Saved Searches* of a page: mine, shared ones, and those that come with the program."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from app import saved as store
from app.conditions import FieldInfo, Group
from app.conditions_stored import dump, parse
from app.context import AppContext
from app.errors import InputError
from app.saved import Kind, Saved
from app.tasks import TaskContext
from ui.dialogs.saved_words import search_words
from ui.grids.condition_words import spoken
from ui.look.dialog import ask
from ui.look.icons import Icon, qicon
from ui.look.plain import tip_text, visible_text, without_key
from ui.look.words import tr
from ui.pages.saved_list import SavedList
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from ui.grids.condition_side import Offer, SearchSide


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


class Searches(SavedList):
    """The menu of a page's searches, and what can be done with one."""

    def __init__(
        self,
        page: Page,
        context: AppContext,
        kind: Kind,
        ready: Callable[[], Sequence[Ready]] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(page.runner, context, kind, parent)
        self._page = page
        self._ready = ready
        self._sides: list[SearchSide] = []
        self.listed.connect(self._offer_again)

    # The menu

    def menu(self) -> QMenu:
        """A fresh menu; the caller gives it its parent."""
        menu = QMenu()
        menu.setObjectName("saved_searches")
        self.serve(menu)
        self.fill(menu)
        return menu

    def fill(self, menu: QMenu) -> None:
        menu.clear()
        ready = list(self._ready()) if self._ready is not None else []
        shared = [one for one in self.found if not one.mine]
        for title, icon, entries in (
            (tr("Ready searches"), Icon.LIGHTNING, [(tr(one.title), one.group, "") for one in ready]),
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
                action = menu.addAction(qicon(icon), without_key(words))
                action.setData(meant)
                action.setToolTip(tip_text(tip or words))
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

    def chosen(self, action: QAction) -> None:
        meant = action.data()
        if isinstance(meant, Group):
            self._page.set_conditions(meant)
        elif isinstance(meant, Saved):
            self.use(meant)
        elif meant == "save" and self._page.conditions is not None:
            self.save(self._page.window(), self._page.conditions)
        elif meant == "manage":
            self.manage()

    # The left of the Condition Builder

    def offer_in(self, side: "SearchSide") -> None:
        """List all of them in `side`, now and once the list has been read anew."""
        side.show_offers(self._offers())
        self._sides = [one for one in (*self._sides, side) if isValid(one)]
        self.read()

    @Slot()
    def _offer_again(self) -> None:
        for side in self._sides:
            if isValid(side):
                side.show_offers(self._offers())

    def _offers(self) -> "list[Offer]":
        from ui.grids.condition_side import Offer

        ready = self._ready() if self._ready is not None else ()
        offers = [Offer(tr("Ready searches"), Icon.LIGHTNING, tr(one.title), one.group) for one in ready]
        for one in self.found:
            try:
                group = parse(one.body, self._page.fields)
            except InputError:
                continue  # the menu says why it cannot be used
            name, owner = visible_text(one.name), visible_text(one.owner)
            if one.mine:
                offers.append(Offer(tr("Mine"), Icon.BOOKMARK_SIMPLE, name, group))
            else:
                offers.append(Offer(tr("Shared"), Icon.USERS, f"{name} ({owner})", group))
        return offers

    # What can be done with one

    def use(self, one: Saved) -> None:
        """Show what a saved search finds; one that cannot be read changes nothing and says why."""
        try:
            group = parse(one.body, self._page.fields)
        except InputError as error:
            ask(
                self._page.window(),
                tr("Saved Searches"),
                tr(error.message),
                tr(error.hint),
                [("close", tr("Close"))],
                safe="close",
                name="unusable_search",
            )
            return
        self._page.set_conditions(group)

    def save(self, parent: QWidget, group: Group) -> bool:
        """Ask for a name and save; whether it was saved."""
        from ui.dialogs.saved_search import NameDialog

        db, user, kind, body = self._context.db, self._context.user, self._kind, dump(group)

        def submit(context: TaskContext, name: str, shared: bool, over: Saved | None) -> None:
            if over is not None:
                store.overwrite(db, user, over, body, shared=shared)
            else:
                store.save(db, user, kind, name, body, shared=shared)

        self.read()
        words = spoken(group, self._page.fields, self._page.nouns)
        says = search_words()
        dialog = NameDialog(parent, self._runner, says.save, submit, self.of_name, says, sentence=words)
        saved = bool(dialog.exec())
        self.read()
        return saved

    def manage(self) -> None:
        """Rename, share or delete my searches."""
        from ui.dialogs.saved_searches import SavedSearchesDialog

        SavedSearchesDialog(self._page.window(), self._runner, self._context, self._kind, search_words()).exec()
        self.read()
