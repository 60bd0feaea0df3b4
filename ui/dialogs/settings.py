"""The settings window: pages at the left, the page, the connection test beside it, unsaved changes in the foot."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QStackedWidget, QWidget

from app.access import Permission
from app.config import host_needs_confirmation
from app.context import AppContext
from app.errors import AppError, InputError
from app.tasks import TaskContext
from ui.dialogs import lrs_saving
from ui.dialogs.lrs_draft import LrsDraft, TypedSecrets
from ui.dialogs.lrs_saving import Known, Wanted
from ui.dialogs.message import MessageDialog
from ui.dialogs.questions import confirm_discarding, confirm_host
from ui.dialogs.settings_appearance import AboutPage, AppearancePage
from ui.dialogs.settings_lrs import LrsPage
from ui.dialogs.settings_pages import PageList, PagePane
from ui.dialogs.settings_test import ConnectionPane
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import enable
from ui.look.fonts import scale, scaled
from ui.look.icons import Icon
from ui.look.pictures import IconLabel
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
        self._why_not = context.rights.why_not(Permission.ADMINISTER)
        self._build()
        self.finished.connect(self._closed)
        if self._why_not:
            self.lrs.lock(self._why_not)
        self._count_changes()
        self.open_at(_WIDTH, _HEIGHT)
        self.pages.setFocus()
        self._ask_known()
        db = context.db
        runner.run(lambda task: lrs_saving.attainment_types(task, db), lane=Lane.READ, done=self._types_known)

    # Building

    def _build(self) -> None:
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self.content.setSpacing(0)
        self.pages = PageList()
        self.stack = QStackedWidget()
        self.lrs = LrsPage(self.draft)
        self.lrs.changed.connect(self._count_changes)
        self.lrs.known_wanted.connect(self._ask_known)
        self.test = ConnectionPane(self._runner)
        self.test.wanted.connect(self.test_connection)
        self.test.refused.connect(self._show_refusal)
        self.appearance = AppearancePage(self._appearance)
        self.appearance.changed.connect(self._look_changed)
        for icon, title, page in (
            (Icon.CLOUD_ARROW_DOWN, tr("PLR/LRS"), self._with_test()),
            (Icon.PALETTE, tr("Appearance"), _scrolling(self.appearance)),
            (Icon.INFO, tr("About"), _scrolling(AboutPage(self._context))),
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

    def _with_test(self) -> QWidget:
        """The page with the test beside it; below it where large text leaves no room."""
        whole = QWidget()
        wide = scale() <= _WIDE_UP_TO
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom, whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        if wide:
            row.addWidget(_scrolling(self.lrs), 1)
            test = _scrolling(self.test)
            test.setFixedWidth(scaled(_PANE))
            row.addWidget(test)
            return whole
        row.addWidget(self.lrs)
        row.addWidget(self.test)
        return _scrolling(whole)

    # What is changed

    @Slot()
    def _count_changes(self) -> None:
        changed = self.draft.changed
        self._pencil.setVisible(bool(changed))
        self._remark.setText(plural(changed, "{n} setting changed", "{n} settings changed") if changed else "")
        nothing = "" if changed or self._looked != self._appearance else tr("Nothing was changed.")
        enable(self.save_button, self._why_not if changed else nothing)

    @Slot(object)
    def _look_changed(self, appearance: dict[str, Any]) -> None:
        self._looked = appearance
        self.appearance_changed.emit(appearance)
        self._count_changes()

    # What the computer knows

    @Slot()
    def _ask_known(self) -> None:
        secrets = TypedSecrets(self._context.secrets, dict(self.draft.typed))
        host, file = self.draft.host, self.draft.texts["certificate_file"]
        self._runner.run(
            lambda task: lrs_saving.look_up(task, secrets, host, file), lane=Lane.CHECK, done=self._known
        )

    @Slot(object)
    def _known(self, known: Known) -> None:
        self.lrs.show_known(known)
        self.pages.attend(0, self.lrs.warning)

    @Slot(object)
    def _types_known(self, types: list[tuple[str, str]]) -> None:
        self.lrs.offer_types(types)

    # Test Connection

    @Slot()
    def test_connection(self) -> None:
        """Test what the form says now, saved or not."""
        may = not self._context.rights.why_not(Permission.PLR_DOWNLOAD) or not self._why_not
        if not may:
            self.test.say(self._why_not)
            return
        self.lrs.clear_problems()
        if not self.lrs.check() or not self._host_confirmed():
            return
        settings = replace(self._context.settings, lrs=self.draft.settings())
        self.test.start(settings, TypedSecrets(self._context.secrets, dict(self.draft.typed)))

    @Slot(object)
    def _show_refusal(self, error: AppError) -> None:
        if isinstance(error, InputError) and error.field:
            self.lrs.show_problem(error.field, error.message)

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
        if not self.draft.changed:
            self.accept()
            return
        self.pages.setCurrentRow(0)
        self.lrs.clear_problems()
        if not self.lrs.check() or not self._host_confirmed():
            return
        self._set_saving(True)
        wanted, context = Wanted(self.draft.settings(), dict(self.draft.typed)), self._context

        def work(task: TaskContext) -> None:
            lrs_saving.save(task, context, wanted)

        self._runner.run(
            work, lane=Lane.WRITE, done=self._saved, failed=self._save_failed, cancelled=self._save_cancelled
        )

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.stack.setEnabled(not saving)
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
        if isinstance(error, InputError) and self.lrs.show_problem(error.field, str(error)):
            return
        if isinstance(error, AppError):
            MessageDialog(self, error).open()
        else:
            self._runner.failed.emit(error)

    # Leaving

    def reject(self) -> None:
        """Esc, Cancel or the cross: asks first if something was typed."""
        if self._saving:
            return
        if self.draft.changed and not confirm_discarding(self, tr("The changes to the settings are not saved.")):
            return
        if self._looked != self._appearance:
            self.appearance_changed.emit(dict(self._appearance))
        super().reject()

    @Slot(int)
    def _closed(self, result: int) -> None:
        self.test.stop()


def _scrolling(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(area.focusPolicy().NoFocus)
    area.setWidget(page)
    # Taking the page in has made it paint the colour of a window.
    page.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
