"""Test Connection beside the PLR/LRS settings: about nobody, or about one learner."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from app.config import Settings
from app.connectors.lrs_access import LrsAccess
from app.connectors.lrs_check import LEARNER, SIGN_IN, STEPS, ConnectionReport, check
from app.context import lrs_access
from app.secrets import Secrets
from app.tasks import TaskContext
from ui.dialogs.connection_pane import ConnectionPane
from ui.dialogs.form_field import FormField, line
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import TaskRunner

_ABOUT = (("test_uln", "ULN"), ("test_given_name", "First name"), ("test_family_name", "Surname"))
_WITH_A_LEARNER = (SIGN_IN, LEARNER)


class LrsTestPane(ConnectionPane):
    """The test of the Learning Records Service."""

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        self._learner: tuple[str, str, str] | None = None
        super().__init__(runner, STEPS, parent=parent)

    def _build_above(self, column: QVBoxLayout) -> None:
        """One learner to ask about, if wished: the only way to find out whether the college is let in."""
        part = QVBoxLayout()
        part.setSpacing(8)
        self.ask_box = QCheckBox(tr("Ask about one learner too"))
        self.ask_box.setObjectName("test_with_learner")
        self.ask_box.toggled.connect(self._learner_wished)
        part.addWidget(self.ask_box)
        self.about: dict[str, FormField] = {}
        for name, title in _ABOUT:
            field = FormField(tr(title), line(longest=100, mono=name == "test_uln"), name=name)
            field.hide()
            self.about[name] = field
            part.addWidget(field)
        self._note = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="test_note")
        part.addWidget(self._note)
        self._learner_wished(False)
        column.addLayout(part)

    @Slot(bool)
    def _learner_wished(self, wished: bool) -> None:
        for field in self.about.values():
            field.setVisible(wished)
        self._note.setText(
            tr("One question, which shows in the learner’s access log. Nothing is stored.")
            if wished
            else tr(
                "The test asks about nobody and stores nothing. The service checks organisation, password, user name "
                "and Vendor Id only when it is asked about a learner."
            )
        )

    @property
    def learner(self) -> tuple[str, str, str] | None:
        """Whom to ask about: ULN, first name, surname as typed; None to ask about nobody."""
        if not self.ask_box.isChecked():
            return None
        uln, given, family = (self._typed(name) for name, _ in _ABOUT)
        return uln.replace(" ", ""), given, family

    def _typed(self, name: str) -> str:
        edit = self.about[name].focus
        assert isinstance(edit, QLineEdit)
        return edit.text().strip()

    def start(self, settings: Settings, secrets: Secrets) -> None:
        """Test these settings and secrets in the background."""
        if self.running:
            return
        self._learner = learner = self.learner
        if learner is not None and not all(learner):
            self.say(tr("Type the learner’s ULN, first name and surname, or take the tick away."))
            next(field for field in self.about.values() if not self._typed(field.name)).lead_here()
            return

        def work(context: TaskContext) -> ConnectionReport:
            access: LrsAccess = lrs_access(settings, secrets)
            context.raise_if_cancelled()
            return check(access, learner)

        self._begin(work)

    def _show_result(self, result: Any) -> None:
        report: ConnectionReport = result
        self.steps[STEPS[0]].show_not_needed(tr("not needed"))
        taken = {step.name: step for step in report.steps}
        for name, shown in self.steps.items():
            step = taken.get(name)
            if step is not None:
                shown.show_result(step.ok, step.detail)
            elif self._learner is None and name in _WITH_A_LEARNER:
                shown.show_not_needed(tr("needs a learner"))
            elif not report.ok:
                shown.show_waiting(tr("not tried"))
        self.report = "\n".join(shown.said for shown in self.steps.values())
        announce(self, tr("The connection works.") if report.ok else self.report)
