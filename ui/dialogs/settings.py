"""The settings window: pages at the left, the page, the connection test beside it, unsaved changes in the foot."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QWidget

from app.access import Permission
from app.config import host_needs_confirmation
from app.context import AppContext
from app.errors import AppError, InputError
from app.lms.settings import SyncSettings
from app.tasks import TaskContext
from ui.dialogs import lrs_saving, settings_saving
from ui.dialogs.connection_pane import ConnectionPane
from ui.dialogs.lms_draft import LmsDraft
from ui.dialogs.lms_test_pane import LmsTestPane
from ui.dialogs.lrs_draft import LrsDraft
from ui.dialogs.message import MessageDialog
from ui.dialogs.questions import confirm_discarding, confirm_host
from ui.dialogs.settings_appearance import AboutPage, AppearancePage
from ui.dialogs.settings_draft import TypedSecrets
from ui.dialogs.settings_form import SettingsForm
from ui.dialogs.settings_lms import LmsPage
from ui.dialogs.settings_lrs import LrsPage
from ui.dialogs.settings_pages import PageList, PagePane
from ui.dialogs.settings_saving import Known, Wanted
from ui.dialogs.settings_test import LrsTestPane
from ui.error_words import error_words
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import enable
from ui.look.fonts import scale, scaled
from ui.look.icons import Icon
from ui.look.pictures import IconLabel
from ui.look.scrolling import scrolling
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT, _PANE = 1210, 700, 304
_WIDE_UP_TO = 1.3


class SettingsDialog(FormDialog):
    """`saved` when the settings are written; `appearance_changed` at once when the look is changed, and with the
    old look when the window is left by *Cancel*. `appearance` has the keys `theme` and `rows`."""

    saved = Signal()
    appearance_changed = Signal(object)

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, appearance: Mapping[str, Any]
    ) -> None:
        super().__init__(parent, title=tr("Settings"), name="settings")
        self._runner, self._context = runner, context
        self._appearance = dict(appearance)
        self._looked = dict(appearance)
        self._saving = False
        self.draft = LrsDraft(context.settings.lrs)
        self.lms_draft = LmsDraft(context.settings.lms)
        self._why_not = context.rights.why_not(Permission.ADMINISTER)
        self._build()
        self.finished.connect(self._closed)
        if self._why_not:
            self.lrs.lock(self._why_not)
        self.lms.lock_parts(self._why_not, context.rights.why_not(Permission.DECIDE_COURSES))
        self._count_changes()
        self.open_at(_WIDTH, _HEIGHT)
        self.pages.setFocus()
        self._ask()

    # Building

    def _build(self) -> None:
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self.content.setSpacing(0)
        self.pages = PageList()
        self.stack = QStackedWidget()
        self._build_pages()
        for icon, title, page in (
            (Icon.CLOUD_ARROW_DOWN, tr("PLR/LRS"), _with_test(self.lrs, self.test)),
            (Icon.ARROWS_CLOCKWISE, tr("LMS"), _with_test(self.lms, self.lms_test)),
            (Icon.PALETTE, tr("Appearance"), scrolling(self.appearance)),
            (Icon.INFO, tr("About"), scrolling(AboutPage(self._context))),
        ):
            self.pages.add(icon, title)
            self.stack.addWidget(page)
        self.pages.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.pages.setCurrentRow(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(PagePane(self.pages))
        row.addWidget(self.stack, 1)
        self.content.addLayout(row, 1)
        self._pencil = IconLabel(Icon.PENCIL_SIMPLE, Role.STAGED, 16)
        self.foot.left.addWidget(self._pencil)
        self._remark = self.add_remark("")
        self._remark.setObjectName("settings_changed")
        self.cancel_button = self.add_button(tr("Cancel"), name="settings_cancel", clicked=self.reject)
        self.save_button = self.add_button(tr("Save"), kind="primary", name="settings_save", clicked=self.save)

    def _build_pages(self) -> None:
        self.lrs = LrsPage(self.draft)
        self.lrs.known_wanted.connect(self._ask_lrs)
        self.test = LrsTestPane(self._runner)
        self.test.wanted.connect(self.test_connection)
        self.test.refused.connect(self._show_refusal)
        self.lms = LmsPage(self.lms_draft)
        self.lms.known_wanted.connect(self._ask_lms)
        self.lms.known_wanted.connect(self._lms_moved)
        self.lms_test = LmsTestPane(self._runner, self._context, offers_address=not self._why_not)
        self.lms_test.wanted.connect(self.test_lms_connection)
        self.lms_test.refused.connect(self._show_refusal)
        self.lms_test.address_wanted.connect(self._use_address)
        self.forms: tuple[SettingsForm, ...] = (self.lrs, self.lms)
        """In the order of the list of pages, from the first on."""
        for form in self.forms:
            form.changed.connect(self._count_changes)
        self.appearance = AppearancePage(self._appearance)
        self.appearance.changed.connect(self._look_changed)

    # What is changed

    @property
    def _changed(self) -> int:
        return self.draft.changed + self.lms_draft.changed

    @Slot()
    def _count_changes(self) -> None:
        changed = self._changed
        self._pencil.setVisible(bool(changed))
        self._remark.setText(plural(changed, "{n} setting changed", "{n} settings changed") if changed else "")
        nothing = "" if changed or self._looked != self._appearance else tr("Nothing was changed.")
        enable(self.save_button, nothing)

    @Slot(object)
    def _look_changed(self, appearance: dict[str, Any]) -> None:
        self._looked = appearance
        self.appearance_changed.emit(appearance)
        self._count_changes()

    # What the computer and the database know

    def _ask(self) -> None:
        db = self._context.db
        self._ask_lrs()
        self._ask_lms()
        self._runner.run(lambda task: lrs_saving.attainment_types(task, db), lane=Lane.READ, done=self._types_known)
        self._runner.run(
            lambda task: settings_saving.read_shared(task, db),
            lane=Lane.READ,
            done=self._shared_known,
            failed=self._shared_unknown,
        )

    @Slot()
    def _ask_lrs(self) -> None:
        secrets = self._secrets(self.draft.typed)
        host, file = self.draft.host, self.draft.text("certificate_file")
        self._runner.run(
            lambda task: lrs_saving.look_up(task, secrets, host, file), lane=Lane.CHECK, done=self._lrs_known
        )

    @Slot()
    def _ask_lms(self) -> None:
        secrets = self._secrets(self.lms_draft.typed)
        names, host = self.lms_draft.secrets, self.lms_draft.host
        self._runner.run(
            lambda task: settings_saving.look_up(task, secrets, names, host),
            lane=Lane.CHECK,
            done=self._lms_known,
        )

    def _secrets(self, typed: dict[str, str]) -> TypedSecrets:
        return TypedSecrets(self._context.secrets, dict(typed))

    @Slot(object)
    def _lrs_known(self, known: Known) -> None:
        self.lrs.show_known(known)
        self.pages.attend(0, self.lrs.warning)

    @Slot(object)
    def _lms_known(self, known: Known) -> None:
        self.lms.show_known(known)

    @Slot(object)
    def _types_known(self, types: list[tuple[str, str]]) -> None:
        self.lrs.offer_types(types)

    @Slot(object)
    def _shared_known(self, held: SyncSettings) -> None:
        self.lms.show_shared(held)

    @Slot(object)
    def _shared_unknown(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.lms.tell_unread(error_words(error))
        else:
            self._runner.failed.emit(error)

    # Test Connection

    @Slot()
    def test_connection(self) -> None:
        """Test what the form says now, saved or not."""
        if self._may_test(self.test, Permission.PLR_DOWNLOAD) and self._ready(self.lrs):
            self.test.start(
                replace(self._context.settings, lrs=self.draft.settings()), self._secrets(self.draft.typed)
            )

    @Slot()
    def test_lms_connection(self) -> None:
        """The same for the LMS."""
        if self._may_test(self.lms_test, Permission.SYNCHRONISE) and self._ready(self.lms):
            self.lms_test.start(
                replace(self._context.settings, lms=self.lms_draft.settings()), self._secrets(self.lms_draft.typed)
            )

    def _may_test(self, pane: ConnectionPane, permission: Permission) -> bool:
        if self._why_not and self._context.rights.why_not(permission):
            pane.say(self._why_not)
            return False
        return True

    def _ready(self, form: SettingsForm) -> bool:
        """Whether what the form says can be used; else its problem is shown."""
        form.clear_problems()
        return form.check() and (form is not self.lrs or self._host_confirmed())

    @Slot(object)
    def _show_refusal(self, error: AppError) -> None:
        if isinstance(error, InputError) and error.field:
            self._show_problem(error.field, tr(error.message))

    def _show_problem(self, name: str, words: str) -> bool:
        """Beside its field, on the page that has it."""
        for row, form in enumerate(self.forms):
            if form.knows(name):
                self.pages.setCurrentRow(row)
                return form.show_problem(name, words)
        return False

    @Slot(str)
    def _use_address(self, address: str) -> None:
        """The one that the site named; whether it is right, and the token for it, is the user's matter."""
        self.lms.put_text("url", address)
        self.lms.fields["url"].lead_here()

    @Slot()
    def _lms_moved(self) -> None:
        self.lms_test.forget_address()

    def _host_confirmed(self) -> bool:
        """Nothing is sent to, or saved for, a host outside the Department's names that nobody stands by."""
        address = self.draft.settings().url
        host = self.draft.host
        if not host_needs_confirmation(address) or host in self.draft.confirmed:
            return True
        if self._why_not:
            self.lrs.show_problem("url", tr("{host} was not confirmed. {why}", host=host, why=self._why_not))
            return False
        if not confirm_host(self, host):
            self.lrs.fields["url"].lead_here()
            return False
        self.draft.confirm(host)
        return True

    # Saving

    @Slot()
    def save(self) -> None:
        """Write what was changed, in a task; an error comes back to its field."""
        if self._saving or not self.save_button.isEnabled():
            return
        if not self._changed:
            self.accept()
            return
        for row, (form, draft) in enumerate(((self.lrs, self.draft), (self.lms, self.lms_draft))):
            if not draft.changed:
                continue
            front = self.pages.currentRow()
            self.pages.setCurrentRow(row)
            if not self._ready(form):
                return
            self.pages.setCurrentRow(front)
        self._set_saving(True)
        wanted, context = self._wanted(), self._context

        def work(task: TaskContext) -> None:
            settings_saving.save(task, context, wanted)

        task = self._runner.run(
            work, lane=Lane.WRITE, done=self._saved, failed=self._save_failed, cancelled=self._save_cancelled
        )
        self.waits(self._runner, task)

    def _wanted(self) -> Wanted:
        lms, shown = self.lms_draft, self.lms_draft.shared
        return Wanted(
            lrs=self.draft.settings() if self.draft.changed else None,
            lms=lms.settings() if lms.changed else None,
            typed=self.draft.typed | lms.typed,
            shared=(shown, lms.sync()) if shown is not None and lms.shared_changed else None,
        )

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.hold_still(self.stack, saving)
        self.save_button.setEnabled(not saving)
        self.save_button.setText(tr("Saving…") if saving else tr("Save"))

    @Slot(object)
    def _saved(self, nothing: None) -> None:
        self._set_saving(False)
        self.saved.emit()
        self.accept()

    @Slot()
    def _save_cancelled(self) -> None:
        self._set_saving(False)

    @Slot(object)
    def _save_failed(self, error: Exception) -> None:
        self._set_saving(False)
        if isinstance(error, InputError) and self._show_problem(error.field, error_words(error)):
            return
        if isinstance(error, AppError):
            MessageDialog(self, error).open()
        else:
            self._runner.failed.emit(error)

    # Leaving

    def reject(self) -> None:
        """Esc, Cancel or the cross: asks first if something was typed; takes back a save that waits."""
        if self._saving:
            self.withdraw()
            return
        if self._changed and not confirm_discarding(self, tr("The changes to the settings are not saved.")):
            return
        if self._looked != self._appearance:
            self.appearance_changed.emit(dict(self._appearance))
        super().reject()

    @Slot(int)
    def _closed(self, result: int) -> None:
        self.test.stop()
        self.lms_test.stop()


def _with_test(form: SettingsForm, pane: ConnectionPane) -> QWidget:
    """The page with the test beside it; below it where large text leaves no room."""
    whole = QWidget()
    wide = scale() <= _WIDE_UP_TO
    row = QBoxLayout(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom, whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    if wide:
        row.addWidget(scrolling(form), 1)
        test = scrolling(pane, ground=Role.SUBTLE)
        test.setFixedWidth(scaled(_PANE))
        row.addWidget(test)
        return whole
    row.addWidget(form)
    row.addWidget(pane)
    return scrolling(whole)
