"""*Set Up Step by Step*: opened by itself in a new database, found again on Home and in the File menu."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QDialog

from app import access, setting_up
from app.access import Permission
from app.context import AppContext
from app.setting_up import Step
from app.tasks import TaskContext
from ui.follower import Follower
from ui.look.words import tr
from ui.remembered import Remembered
from ui.workers import Task

if TYPE_CHECKING:
    from ui.dialogs.setting_up import SettingUpDialog
    from ui.main_window import MainWindow


class SettingUpPart(QObject):
    """`left` carries how many steps are neither done nor left out, for those who may take them."""

    left = Signal(int)

    def __init__(self, context: AppContext, memory: Remembered, window: "MainWindow") -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._done: frozenset[Step] | None = None
        self._dialog: SettingUpDialog | None = None
        kept = memory.kept("setting_up")
        kept = kept if isinstance(kept, dict) else {}
        names = kept.get("left_out")
        self._left_out = frozenset(step for step in Step if isinstance(names, list) and step in names)
        self._offered = kept.get("offered") is True
        memory.also["setting_up"] = self._state
        self._follower = Follower(window.runner, self._ask, self._show, self)
        window.hub.announced.connect(self._announced)
        window.file_menu.setting_up_wanted.connect(self.open)

    def _state(self) -> dict[str, object]:
        return {"offered": self._offered, "left_out": sorted(self._left_out)}

    @property
    def why_not(self) -> str:
        """Why this user sets up nothing; "" if they may."""
        if self._context.demo:
            return tr("The demo is set up already.")
        return self._context.rights.why_not(Permission.ADMINISTER)

    # Reading

    def _ask(self) -> Task | None:
        run = self._context
        if self.why_not:
            return None

        def read(context: TaskContext) -> frozenset[Step]:
            with run.db.read(context) as tx:
                return setting_up.done(tx, run.settings, access.rights(tx, run.user))

        return read

    @Slot(object)
    def _announced(self, changes: object) -> None:
        if self._dialog is not None or self._done is not None:
            self._follower.look_soon()

    @Slot()
    def look(self) -> None:
        """Read anew what is done, in a task."""
        self._follower.look()

    def _show(self, done: frozenset[Step] | None) -> None:
        if done is None:
            return
        self._done = done
        if self._dialog is not None:
            self._dialog.show_done(done)
        self._tell()

    def _tell(self) -> None:
        if self._done is not None:
            self.left.emit(len(set(Step) - self._done - self._left_out))

    # Opening

    def offer(self) -> None:
        """Open by itself, once, where nothing at all is set up yet."""
        if not self._offered and not self.why_not:
            self.left.connect(self._offer_now)
            self.look()

    @Slot(int)
    def _offer_now(self) -> None:
        self.left.disconnect(self._offer_now)
        if not self._done and not self._offered and QApplication.activeModalWidget() is None:
            self.open()

    def open(self) -> None:
        """*Set Up Step by Step*."""
        if why_not := self.why_not:
            self._window.status.show_result(why_not)
            return
        from ui.dialogs.setting_up import SettingUpDialog

        self._offered = True
        dialog = SettingUpDialog(self._window, self._left_out)
        dialog.wanted.connect(self._lead)
        dialog.left_out_changed.connect(self._leave_out)
        dialog.looked.connect(self.look)
        dialog.finished.connect(self._closed)
        self._dialog = dialog
        if self._done is not None:
            dialog.show_done(self._done)
        dialog.open()

    @Slot()
    def _closed(self) -> None:
        self._dialog = None

    @Slot(object)
    def _leave_out(self, left_out: frozenset[Step]) -> None:
        self._left_out = left_out
        self._tell()

    @Slot(object)
    def _lead(self, step: Step) -> None:
        """To where a step is taken: a dialog over this one, or a page, for which it goes away."""
        match step:
            case Step.LRS | Step.LMS:
                settings = self._window.open_settings()
                settings.pages.setCurrentRow(0 if step is Step.LRS else 1)
            case Step.LEARNERS:
                self._close_then(partial(self._window.actions_.run, "data.load"))
            case Step.LICENCES | Step.PEOPLE:
                page = "licences" if step is Step.LICENCES else "users"
                self._close_then(partial(self._to_page, page))

    def _to_page(self, page: str) -> None:
        self._window.show_page(page)
        self._window.row.to_page()

    def _close_then(self, act: Callable[[], object]) -> None:
        dialog: QDialog | None = self._dialog
        if dialog is not None:
            dialog.close()
        self._window.status.show_result(
            tr("The next steps are on Home, and in the File menu under Set Up Step by Step.")
        )
        act()
