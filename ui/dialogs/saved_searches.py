"""My saved searches or layouts: rename one, share it or keep it to oneself, delete it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app import saved as store
from app.context import AppContext
from app.errors import AppError
from app.saved import Kind, Saved
from app.tasks import TaskContext
from ui.dialogs.saved_search import NameDialog
from ui.dialogs.saved_words import SavedWords
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.dialog import ask
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.workers import Lane, TaskRunner


class SavedSearchesDialog(FormDialog):
    """`listed` when the list has been read."""

    listed = Signal()

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, kind: Kind, words: SavedWords
    ) -> None:
        heading = words.title
        super().__init__(parent, title=heading, heading=heading, icon=Icon.BOOKMARKS, name="saved_searches_dialog")
        self._runner, self._context, self._kind, self._words = runner, context, kind, words
        self.found: list[Saved] = []
        self.banner = Banner(Icon.X_CIRCLE, Role.BAD, "")
        self.banner.hide()
        self.content.addWidget(self.banner)
        self.list = StateList(
            (ListColumn(tr("Name"), "key", 40), ListColumn(words.column, "text", 20)), "my_searches", 1
        )
        self.list.setAccessibleName(heading)
        self.list.say_when_empty(tr("What you save stands here."))
        self.content.addWidget(in_card(self.list), 1)
        self.delete_button = self.add_button(
            tr("Delete"), Icon.TRASH, name="searches_delete", clicked=self.delete, left=True
        )
        self.rename_button = self.add_button(
            words.rename, Icon.PENCIL_SIMPLE, name="searches_rename", clicked=self.rename
        )
        self.close_button = self.add_button(tr("Close"), kind="primary", name="searches_close", clicked=self.accept)
        self.list.selectionModel().currentRowChanged.connect(self._refresh)
        self._refresh()
        self.open_at(560, 380)
        self.read()

    def read(self) -> None:
        """Read the list anew."""
        db, user, kind = self._context.db, self._context.user, self._kind

        def work(context: TaskContext) -> list[Saved]:
            with db.read(context) as tx:
                return [one for one in store.every(tx, user, kind) if one.mine]

        self._runner.run(work, lane=Lane.READ, done=self._read, failed=self._failed)

    @Slot(object)
    def _read(self, found: list[Saved]) -> None:
        self.found = found
        rows = []
        for one in found:
            rows.append(StateRow(self._words.state(one), (one.name, "")))
        self.list.show_states(rows)
        if found and self.list.currentIndex().row() < 0:
            self.list.selectRow(0)
        self.say(self._words.title, plural(len(found), *self._words.count) if found else self._words.none)
        self._refresh()
        (self.list if found else self.close_button).setFocus()
        self.listed.emit()

    @property
    def current(self) -> Saved | None:
        """The search of the current row."""
        place = self.list.currentIndex().row()
        return self.found[place] if 0 <= place < len(self.found) else None

    @Slot()
    def _refresh(self) -> None:
        reason = "" if self.current is not None else self._words.select
        enable(self.rename_button, reason, self._words.rename_tip)
        enable(self.delete_button, reason, self._words.delete_tip)

    @Slot()
    def rename(self) -> None:
        """Another name, or shared with others."""
        one = self.current
        if one is None:
            return
        db, user = self._context.db, self._context.user

        def submit(context: TaskContext, name: str, shared: bool, over: Saved | None) -> None:
            store.rename(db, user, one, name, shared=shared)

        dialog = NameDialog(
            self,
            self._runner,
            self._words.rename,
            submit,
            lambda name: None,
            self._words,
            name=one.name,
            shared=one.shared,
        )
        dialog.exec()
        self.banner.hide()
        self.read()

    @Slot()
    def delete(self) -> None:
        """Delete the search of the current row, after a question."""
        one = self.current
        if one is None:
            return
        others = tr("Those it is shared with lose it too. ") if one.shared else ""
        answer = ask(
            self,
            self._words.title,
            tr(self._words.delete, name=visible_text(one.name)),
            others + tr("This cannot be undone."),
            [("delete", tr("Delete")), ("keep", tr("Keep"))],
            safe="keep",
            name="deleting_search",
        )
        if answer != "delete":
            return
        db, user = self._context.db, self._context.user
        self.banner.hide()
        self._runner.run(
            lambda context: store.delete(db, user, one), lane=Lane.WRITE, done=self._deleted, failed=self._failed
        )

    @Slot(object)
    def _deleted(self, result: object) -> None:
        self.read()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            self._runner.failed.emit(error)
            return
        self.banner.say(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
        self.banner.show()
        self.list.setFocus()
