"""Test Connection of the LMS, beside its settings or in a dialog of its own."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import logs
from app.access import Permission
from app.config import Settings
from app.connectors.lms import CheckStep
from app.connectors.moodle_check import SECURE, SERVER, STEPS
from app.context import AppContext, lms_client
from app.dates import shown_time
from app.secrets import Secrets
from app.tasks import TaskContext
from ui.dialogs.about import facts
from ui.dialogs.connection_pane import ConnectionPane
from ui.look.buttons import button
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.plain import tip_text
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import TaskRunner

_OVER_TLS = (SECURE, SERVER)


class LmsTestPane(ConnectionPane):
    """The steps are those of LS-N4, shown as each is over. `address_wanted` carries the address that the site names
    as its own, where the user wants to use it: only if `offers_address`."""

    address_wanted = Signal(str)

    def __init__(
        self, runner: TaskRunner, context: AppContext, *, offers_address: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(runner, STEPS, "lms_", parent)
        self._context = context
        self._offers_address = offers_address
        self._taken: list[CheckStep] = []
        self._address = ""
        self._asked = ""
        self._when = ""
        self.stop_button = button(tr("Stop"), name="lms_stop_test", parent=self, small=True, clicked=self.stop)
        self.stop_button.setAutoDefault(True)
        self.stop_button.hide()
        self._buttons.insertWidget(1, self.stop_button)
        QWidget.setTabOrder(self.test_button, self.stop_button)
        QWidget.setTabOrder(self.stop_button, self.copy_button)
        self.use_button = button(
            tr("Use This Address"), name="lms_use_address", parent=self, small=True, clicked=self._use
        )
        self.use_button.setAutoDefault(True)
        self.use_button.hide()
        QWidget.setTabOrder(self.copy_button, self.use_button)

    def _build_above(self, column: QVBoxLayout) -> None:
        words = tr("The test reads the list of courses and one gradebook. It changes and stores nothing.")
        column.addWidget(text_label(words, Type.SECONDARY, Role.TEXT2, wrap=True, name="lms_test_note"))

    def start(self, settings: Settings, secrets: Secrets) -> None:
        """Test these settings and secrets in the background, if the user may synchronise."""
        if self.running:
            return
        self.forget_address()
        self._asked = settings.lms.url
        self._when = shown_time(datetime.now().astimezone())
        self._taken = taken = []

        require = self._context.require

        def work(task: TaskContext) -> Sequence[CheckStep]:
            require(Permission.SYNCHRONISE)
            client = lms_client(settings, secrets)
            with closing(client.check(task.on_cancel)) as steps:
                for step in steps:
                    taken.append(step)
                    task.report(len(taken), len(STEPS))
            task.raise_if_cancelled()
            return taken

        had_keyboard = self.test_button.hasFocus()
        self.stop_button.show()
        if had_keyboard:
            self.stop_button.setFocus()
        self._begin(work)

    def forget_address(self) -> None:
        """The address that a site named is offered no longer."""
        self._address = ""
        self.use_button.hide()

    def _show_progress(self, taken: int) -> None:
        steps = self._taken[:taken]
        self._show_steps(steps)
        names = list(self.steps)
        following = names.index(steps[-1].name) + 1
        # A function that is missing does not keep the others from being looked at.
        if following < len(names) and all(step.ok for step in steps):
            self.steps[names[following]].show_running()

    def _show_steps(self, taken: Sequence[CheckStep]) -> None:
        for step in taken:
            self.steps[step.name].show_result(step.ok, step.detail)
        names = list(self.steps)
        last = names.index(taken[-1].name) if taken else 0
        over = {step.name for step in taken}
        for name in _OVER_TLS:
            # An address of this very computer may do without.
            if name not in over and names.index(name) < last:
                self.steps[name].show_not_needed(tr("not needed"))

    def _show_result(self, result: Any) -> None:
        taken: Sequence[CheckStep] = result
        for shown in self.steps.values():
            shown.show_waiting(tr("not tried"))
        self._show_steps(taken)
        works = all(step.ok is not False for step in taken)
        self.report = self._make_report(taken)
        self._offer(next((step for step in taken if step.address), None))
        failed = "\n".join(self.steps[step.name].said for step in taken if step.ok is False)
        announce(self, tr("The connection works.") if works else failed)

    def _offer(self, step: CheckStep | None) -> None:
        """The address that the site named in this step."""
        if step is None or not self._offers_address:
            return
        self._address = step.address
        words = tr("Put {address} into the form.", address=step.address)
        self.use_button.setAccessibleDescription(words)
        self.use_button.setToolTip(tip_text(words))
        self.steps[step.name].hold(self.use_button)

    def _make_report(self, taken: Sequence[CheckStep]) -> str:
        """For a technician: times, versions, codes, counts; no names and no token (LS-N5)."""
        codes = {step.name: step.code for step in taken if step.code}
        lines = [
            tr("Test of the connection to the LMS, {when}", when=self._when),
            ", ".join(f"{name} {value}" for name, value in facts()),
            tr("Address: {address}", address=self._asked),
        ]
        for name, shown in self.steps.items():
            lines.append(f"{shown.said} ({codes[name]})" if name in codes else shown.said)
        return logs.mask("\n".join(lines))

    def _ended(self) -> None:
        super()._ended()
        if self.stop_button.hasFocus():
            self.test_button.setFocus()
        self.stop_button.hide()

    @Slot()
    def _use(self) -> None:
        address = self._address
        self.forget_address()
        self.address_wanted.emit(address)
