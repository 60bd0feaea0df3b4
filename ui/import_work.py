"""What the window does with one file of course records: it is checked, checked again with other repairs, applied,
resumed; and the page that shows it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.changes import Changes, Topic
from app.context import AppContext
from app.errors import AccessError, AppError
from ui.hub import Hub
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.messages import Messages
from ui.page_row import PageRow
from ui.page_stack import PageStack
from ui.status_bar import StatusBar
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from app.imports.apply import ImportSummary
    from app.imports.lock import LockedError
    from app.imports.repairs import Repairs
    from app.imports.rules import Outcome
    from ui.import_applying import Applying
    from ui.import_checking import Checking
    from ui.import_lines import Shown
    from ui.pages.import_check import ImportCheckPage


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A job to be opened; `then`: what is to be shown of it: a rule, an Outcome, or None for its findings. `front`:
    whether it is to come to the front, which it is not where it only changed meanwhile."""

    job_id: int
    then: object = None
    front: bool = True


class ImportWork(QObject):
    """`changed` when something can be done that could not before; `unlock_wanted` carries the scope of the lock that
    is in the way. One file is checked or applied at a time."""

    changed = Signal()
    unlock_wanted = Signal(str)

    def __init__(
        self,
        context: AppContext,
        runner: TaskRunner,
        hub: Hub,
        messages: Messages,
        stack: PageStack,
        row: PageRow,
        status: StatusBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._runner, self._hub, self._messages = context, runner, hub, messages
        self._stack, self._row, self._status = stack, row, status
        self._window = window
        self._checking: Checking | None = None
        self._applying: Applying | None = None
        self._then: object = None
        self._front = True
        self._next: _Wanted | None = None
        """What is opened as soon as the file at work has been checked."""
        stack.made.connect(self._page_made)

    @property
    def page(self) -> "ImportCheckPage":
        return cast("ImportCheckPage", self._stack.page("import_check"))

    @Slot(QWidget)
    def _page_made(self, made: QWidget) -> None:
        if made.objectName() != "import_check":
            return
        page = cast("ImportCheckPage", made)
        page.new_wanted.connect(self._new)
        page.again_wanted.connect(self._again)
        page.remember_wanted.connect(self._remember)
        page.apply_wanted.connect(self.apply)

    @property
    def checking(self) -> "Checking":
        if self._checking is None:
            from ui.import_checking import Checking

            self._checking = made = Checking(self._context, self._runner, self)
            made.progressed.connect(self._status.show_progress)
            made.ended.connect(self._checking_ended)
            made.done.connect(self._checked_again)
            made.failed.connect(self._check_failed)
            self._status.cancelled.connect(made.cancel)
        return self._checking

    @property
    def applying(self) -> "Applying":
        """Made when it is first needed."""
        if self._applying is None:
            from ui.import_applying import Applying

            self._applying = made = Applying(self._context, self._runner, self)
            made.progressed.connect(self._status.show_progress)
            made.ended.connect(self._applying_ended)
            made.done.connect(self._applied)
            made.failed.connect(self._apply_failed)
            self._status.cancelled.connect(made.cancel)
        return self._applying

    @property
    def busy(self) -> bool:
        """Whether a file is being checked or applied."""
        return any(one is not None and one.busy for one in (self._checking, self._applying))

    @property
    def shown(self) -> "Shown | None":
        """The file of the page that stands in front, be it open or applied."""
        return self.page.shown_file

    # A new file

    @Slot()
    def _new(self) -> None:
        self.new_import()

    @Slot(object)
    def new_import(self, path: Path | None = None) -> None:
        """*New Import*; `path`: a file that was dropped."""
        reason = self._context.rights.why_not(Permission.IMPORT_RECORDS)
        if reason:
            self._messages.show(AccessError("You cannot import course records.", hint=reason))
            return
        from ui.dialogs.new_import import NewImportDialog

        dialog = NewImportDialog(self._window, self._runner, self._context, path)
        dialog.checked.connect(self._checked)
        dialog.open()
        # Made by the time the file is checked: making and filling it together keep the window from answering.
        QTimer.singleShot(0, self, self._page_ahead)

    @Slot()
    def _page_ahead(self) -> None:
        self._stack.page("import_check")

    @Slot(object)
    def _checked(self, shown: "Shown") -> None:
        self.page.acknowledged = frozenset()
        self.page.show_file(shown)
        QTimer.singleShot(0, self, self._to_front)

    @Slot()
    def _to_front(self) -> None:
        """In a turn of its own, too."""
        self._row.show_page("import_check")
        self._announce()

    @Slot(object)
    def _again(self, repairs: "Repairs") -> None:
        shown = self.shown
        if shown is None or self.checking.busy:
            return
        self.page.set_busy(tr("The file is being checked."))
        self._then, self._front = None, True
        self.checking.start(shown, repairs)

    @Slot()
    def _checking_ended(self) -> None:
        self._status.hide_progress()
        self.page.set_busy("")
        self.changed.emit()
        if self._next is not None:
            QTimer.singleShot(0, self, self._open_next)  # what has ended is shown before it

    @Slot(object)
    def _checked_again(self, shown: "Shown | None") -> None:
        page, then = self.page, self._then
        before = page.shown_file
        if shown is None:
            page.show_file(None)
            self._status.show_result(tr("This job is no longer there."))
            self._announce()
            return
        if before is not None and before.options.repairs != shown.options.repairs and page.offers_again:
            self._keep(shown)
        if (before is not None and before.options != shown.options) or before is None or before.path != shown.path:
            page.acknowledged &= frozenset(shown.to_confirm)
        page.show_file(shown)
        if self._front:
            self._row.show_page("import_check")
        if type(then) is str:
            page.show_rule(then)
        elif then is not None:
            page.show_outcome(cast("Outcome", then))
        self._then = None
        self._announce()

    @Slot(object)
    def _check_failed(self, error: Exception) -> None:
        if isinstance(error, AppError):
            said = tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE
            self.page.show_file(self.page.shown_file, said)
            if self._front:
                self._row.show_page("import_check")
        else:
            self._messages.show(error)

    # Applying

    @Slot()
    def apply(self) -> None:
        """*Apply*: what is confirmed by now, in a task."""
        shown = self.shown
        if shown is None or self.busy:
            return
        self.page.set_busy(tr("The file is being applied."))
        self.applying.start(shown.job_id, self.page.acknowledged)
        self.changed.emit()

    def resume(self, job_id: int) -> None:
        """*Resume*: go on with a job that was aborted."""
        if self.busy:
            return
        self.page.set_busy(tr("The file is being applied."))
        self.applying.resume(job_id)
        self.changed.emit()

    def cancel(self) -> None:
        """*Cancel*: the check, or the import between two batches."""
        for one in (self._checking, self._applying):
            if one is not None:
                one.cancel()

    @Slot()
    def _applying_ended(self) -> None:
        self._status.hide_progress()
        self.page.set_busy("")
        self.changed.emit()

    @Slot(object)
    def _applied(self, summary: "ImportSummary") -> None:
        from ui.import_applying import applied_words

        self._status.show_result(applied_words(summary))
        self._hub.announce(summary.changes)
        self._announce()
        self._look_again(summary.job_id)

    def look_again(self) -> None:
        """Something may have changed what the page shows."""
        if self._stack.is_made("import_check") and self.shown is not None:
            self._look_again(self.shown.job_id)

    def _look_again(self, job_id: int) -> None:
        """Show a job as it stands now, where it stands in front."""
        shown = self.shown
        if shown is not None and shown.job_id == job_id:
            self._open(_Wanted(job_id, front=self._row.is_in_front("import_check")))

    @Slot(object)
    def _apply_failed(self, error: Exception) -> None:
        from app.imports.lock import LockedError

        if isinstance(error, LockedError):
            self._ask_behind(error)
        else:
            self._messages.show(error)
        self._announce()
        if self.applying.job_id is not None:
            self._look_again(self.applying.job_id)

    def _ask_behind(self, error: "LockedError") -> None:
        from ui.dialogs.import_questions import ask_locked

        answer = ask_locked(self._window, error.lock, self._context.rights.why_not(Permission.UNLOCK_IMPORTS))
        if answer == "queue":
            self.page.set_busy(tr("The file waits for another import."))
            self.applying.behind()
            self.changed.emit()
        elif answer == "unlock":
            self.unlock_wanted.emit(error.lock.scope)

    # A job of the list

    @Slot(int, object)
    def open(self, job_id: int, then: object = None) -> None:
        """Show a job with its findings, or those rows of it at once."""
        self._open(_Wanted(job_id, then))

    def _open(self, wanted: _Wanted) -> None:
        """Now, or after the file at work; what the user asked for last goes before what only changed."""
        if not self.checking.busy:
            self._then, self._front = wanted.then, wanted.front
            self.checking.open(wanted.job_id, self.page.shown_file)
        elif wanted.front or self._next is None:
            self._next = wanted

    @Slot()
    def _open_next(self) -> None:
        wanted, self._next = self._next, None
        if wanted is not None:
            self._open(wanted)

    # Repairs of a sender

    @Slot(bool)
    def _remember(self, on: bool) -> None:
        shown = self.shown
        if shown is not None:
            self._keep(shown, forget=not on)

    def _keep(self, shown: "Shown", *, forget: bool = False) -> None:
        from ui.import_checking import keep_repairs

        keep_repairs(self._runner, self._context, shown, forget=forget)

    def _announce(self) -> None:
        self._hub.announce(Changes.of(Topic.IMPORTS))
        self.changed.emit()
