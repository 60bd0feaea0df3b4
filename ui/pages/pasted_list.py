"""A list of person codes or ULNs pasted into the quick filter: what the grid shows is of it until it is removed."""

from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.context import AppContext
from app.errors import InputError
from app.learners.listed import Found, look_up
from app.pasted_codes import Codes, codes_in
from app.tasks import TaskContext
from ui.grids.condition_bar import ConditionBar
from ui.look.speech import announce
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner


class Page(Protocol):
    """What the list needs of the page it is on."""

    bar: ConditionBar

    @property
    def runner(self) -> TaskRunner: ...
    def reload(self) -> None: ...
    def window(self) -> QWidget: ...


class PastedList(QObject):
    """`codes` is the list there is; `found` what came of looking it up, None until it has."""

    def __init__(self, page: Page, context: AppContext) -> None:
        super().__init__(page if isinstance(page, QObject) else None)
        self._page, self._context = page, context
        self._looking: TaskContext | None = None
        self.codes: Codes | None = None
        self.found: Found | None = None
        page.bar.list_opened.connect(self.show_list)
        page.bar.list_removed.connect(self.remove)

    def paste(self, text: str) -> bool:
        """Take `text` if it is a list; a list that is too long is refused and taken all the same."""
        try:
            codes = codes_in(text)
        except InputError as error:
            self._page.runner.failed.emit(error)
            return True
        if codes is None:
            return False
        self.forget()
        self.codes = codes
        self._page.bar.set_list(tr("{n} codes…", n=count(len(codes))))
        self._page.reload()
        return True

    def look(self) -> None:
        """Look up anew which of the codes are somebody's; the grid reads its rows by itself."""
        self._stop()
        if self.codes is not None:
            db, codes = self._context.db, self.codes
            self._looking = self._page.runner.run(
                lambda context: (codes, look_up(context, db, codes)), lane=Lane.COUNT, done=self._looked
            )

    @Slot(object)
    def _looked(self, answer: tuple[Codes, Found]) -> None:
        codes, found = answer
        if codes is not self.codes:
            return
        news, self.found = found != self.found, found
        if news:
            self._page.bar.set_list(self.words)
            announce(self._page.bar, f"{tr('Pasted list')}: {self.words}")

    @property
    def words(self) -> str:
        """`412 of 420 found, 8 missing`; "" without a list, or before it was looked up."""
        if self.found is None:
            return ""
        words = tr("{n} of {all} found", n=count(self.found.found), all=count(self.found.codes))
        missing = len(self.found.missing)
        return f"{words}, {tr('{n} missing', n=count(missing))}" if missing else words

    def _stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._looking = None

    def forget(self) -> None:
        """There is no list any more; the page reads its rows itself."""
        self._stop()
        self.codes = self.found = None
        self._page.bar.set_list("")

    @Slot()
    def remove(self) -> None:
        """Take the list away, and show what the rest asks for."""
        self.forget()
        self._page.reload()

    @Slot()
    def show_list(self) -> None:
        """Open the list of what was not found."""
        if self.found is not None:
            from ui.dialogs.missing_codes import MissingCodesDialog

            dialog = MissingCodesDialog(self._page.window(), self.found)
            dialog.removed.connect(self.remove)
            dialog.open()
