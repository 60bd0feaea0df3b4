"""Filter sets of LMS Extract Statuses, saved under names (EX-F7)."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app import saved as store
from app.context import AppContext
from app.errors import InputError
from app.lms.extracts import filters as panel
from app.lms.extracts.records_list import Filters
from app.saved import Kind, Saved
from app.tasks import TaskContext
from ui.dialogs.saved_search import NameDialog
from ui.dialogs.saved_words import filter_set_words
from ui.look.dialog import ask
from ui.look.icons import Icon, qicon
from ui.look.plain import visible_text, without_key
from ui.look.words import tr
from ui.pages.saved_list import SavedList
from ui.workers import TaskRunner


class SavedFilters(SavedList):
    """The menu behind *Saved*. `current` gives what is chosen now and its words; `use` takes a set."""

    def __init__(
        self,
        runner: TaskRunner,
        context: AppContext,
        current: Callable[[], tuple[Filters, str]],
        use: Callable[[Filters], None],
        page: QWidget,
    ) -> None:
        super().__init__(runner, context, Kind.EXTRACT_FILTERS, page)
        self._current, self._use, self._page = current, use, page
        self.menu = QMenu(page)
        self.menu.setObjectName("saved_filters")
        self.serve(self.menu)

    def fill(self, menu: QMenu) -> None:
        menu.clear()
        for one in self.found:
            icon = Icon.BOOKMARK_SIMPLE if one.mine else Icon.USERS
            words = visible_text(one.name) if one.mine else tr("{name} ({owner})", name=one.name, owner=one.owner)
            menu.addAction(qicon(icon), without_key(words)).setData(one)
        if self.found:
            menu.addSeparator()
        menu.addAction(qicon(Icon.FLOPPY_DISK), tr("Save These Filters…")).setData("save")
        managing = menu.addAction(qicon(Icon.PENCIL_SIMPLE), tr("Rename or Delete…"))
        managing.setData("manage")
        managing.setEnabled(bool(self.mine))
        managing.setToolTip("" if self.mine else filter_set_words().none)

    def chosen(self, action: QAction) -> None:
        # A dialog waits in a loop of its own: not inside the menu that is just going.
        QTimer.singleShot(0, self, partial(self._do, action.data()))

    def _do(self, meant: object) -> None:
        if isinstance(meant, Saved):
            self.load(meant)
        elif meant == "save":
            self.save()
        elif meant == "manage":
            from ui.dialogs.saved_searches import SavedSearchesDialog

            parent = self._page.window()
            SavedSearchesDialog(parent, self._runner, self._context, self._kind, filter_set_words()).exec()
            self.read()

    def load(self, one: Saved) -> None:
        """Choose and apply a set; one that cannot be read changes nothing and says why."""
        try:
            filters = panel.read(one.body)
        except InputError as error:
            buttons = [("close", tr("Close"))]
            ask(
                self._page.window(),
                tr("Saved Filters"),
                tr(error.message),
                tr(error.hint),
                buttons,
                safe="close",
                name="unusable_filters",
            )
            return
        self._use(filters)

    def save(self) -> bool:
        """Ask for a name and save what is chosen now; whether it was saved."""
        db, user, kind = self._context.db, self._context.user, self._kind
        filters, words = self._current()
        body = panel.stored(filters)

        def submit(context: TaskContext, name: str, shared: bool, over: Saved | None) -> None:
            if over is not None:
                store.overwrite(db, user, over, body, shared=shared)
            else:
                store.save(db, user, kind, name, body, shared=shared)

        self.read()
        texts = filter_set_words()
        dialog = NameDialog(
            self._page.window(), self._runner, texts.save, submit, self.of_name, texts, sentence=words
        )
        saved = bool(dialog.exec())
        self.read()
        return saved
