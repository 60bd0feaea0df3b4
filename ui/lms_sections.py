"""What the window does about sections: their form, their set-up, and where a gate is put right."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Changes
from app.context import AppContext
from app.lms.sections.things import What
from ui.dialogs.section_form import SectionDialog
from ui.dialogs.set_up import SetUpDialog
from ui.hub import Hub
from ui.lms_section_files import SectionFiles
from ui.page_stack import PageStack
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from ui.pages.sections import SectionsPage


class LmsSections(QObject):
    """`accounts_wanted` carries the id of a learner, or None for all accounts that wait for a decision."""

    accounts_wanted = Signal(object)
    said = Signal(str)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, stack: PageStack, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._runner, self._hub, self._stack, self._window = context, runner, hub, stack, window
        self.files = SectionFiles(window, context, runner)
        self.files.changed.connect(self._changed)

    @property
    def page(self) -> "SectionsPage":
        return cast("SectionsPage", self._stack.page("sections"))

    def follow(self, made: QWidget) -> None:
        """The page has just been made: do what its buttons ask for."""
        page = cast("SectionsPage", made)
        page.edit_wanted.connect(self.open_section)
        page.set_up_wanted.connect(self.open_set_up)
        page.account_wanted.connect(self.accounts_wanted)
        page.said.connect(self.said)

    def set_up(self) -> None:
        """*Set Up*."""
        self.open_set_up(What.TERM.value)

    @Slot(str)
    def open_set_up(self, page: str) -> None:
        """The set-up, with one of its pages in front."""
        dialog = SetUpDialog(self._window, self._runner, self._context, What(page))
        dialog.taken_back.connect(self._taken_back)
        self._open(dialog)

    def add(self) -> None:
        """*Add Section*."""
        self.open_section(None)

    def edit(self) -> None:
        """*Edit Section*: the current one of the page."""
        self.page.edit()

    def undo(self) -> None:
        """*Undo*: what was saved last."""
        self.page.session.undo()

    @Slot(object)
    def open_section(self, key: int | None) -> None:
        """The form of a section; None for a new one."""
        self._open(SectionDialog(self._window, self._runner, self._context, key))

    def from_ilr(self) -> None:
        """*From the ILR*: registrations by the codes of aims."""
        from ui.dialogs.ilr_registrations import IlrRegistrationsDialog

        dialog = IlrRegistrationsDialog(self._window, self._runner, self._context)
        dialog.changed.connect(self._changed)
        dialog.open()

    def _open(self, dialog: SectionDialog | SetUpDialog) -> None:
        dialog.saved.connect(self._saved)
        dialog.changed.connect(self._changed)
        dialog.open()

    @Slot(int)
    def _taken_back(self, operation_id: int) -> None:
        self.page.session.taken_back(operation_id)

    @Slot(int)
    def _saved(self, operation_id: int) -> None:
        self.page.session.saved(operation_id)

    @Slot(object)
    def _changed(self, changes: Changes) -> None:
        self._hub.announce(changes)
