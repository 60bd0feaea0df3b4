"""Test Connection beside the PLR/LRS settings: the steps, each with what came of it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.config import Settings
from app.connectors.lrs_access import LrsAccess
from app.connectors.lrs_check import LEARNER, SIGN_IN, STEPS, ConnectionReport, check
from app.context import lrs_access
from app.errors import AppError
from app.secrets import Secrets
from app.tasks import TaskContext
from ui.dialogs.form_field import FormField, line
from ui.look.buttons import button
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.speech import announce
from ui.look.tokens import Role, color
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_ABOUT = (("test_uln", "ULN"), ("test_given_name", "First name"), ("test_family_name", "Surname"))
_WITH_A_LEARNER = (SIGN_IN, LEARNER)


class StepLine(QWidget):
    """One step: icon and name, its outcome as a word at the right, the details below."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._icon = IconLabel(Icon.CIRCLE, Role.TEXT3, 16, parent=self)
        self._title = text_label(tr(name), Type.KEY, Role.TEXT3, wrap=True, weight=600)
        self._outcome = text_label("", Type.SECONDARY, Role.TEXT2)
        self._detail = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._outcome, 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(head)
        words.addWidget(self._detail)
        row.addLayout(words, 1)
        self.show_outcome(Icon.CIRCLE, "", Role.TEXT3)

    @property
    def said(self) -> str:
        """Name, outcome and detail as one text."""
        parts = (self._title.text(), self._outcome.text(), self._detail.text())
        return ": ".join(part for part in parts if part)

    def show_outcome(self, icon: Icon, outcome: str, role: Role, detail: str = "") -> None:
        self._icon.show_icon(icon, role)
        self._title.set_role(Role.TEXT3 if role is Role.TEXT3 else Role.TEXT)
        self._outcome.setText(outcome)
        self._outcome.set_role(role)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._detail.set_role(Role.BAD if role is Role.BAD else Role.TEXT2)
        self.setAccessibleName(self.said)


class ConnectionPane(QWidget):
    """`wanted` when the test is to begin: who shows the pane answers with `start`. `refused` carries an AppError
    that is about a setting."""

    wanted = Signal()
    refused = Signal(object)

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connection_test")
        self.setAccessibleName(tr("Test Connection"))
        self._runner = runner
        self._task: TaskContext | None = None
        self.report = ""
        self._learner: tuple[str, str, str] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(14)
        column.addWidget(text_label(tr("Test Connection"), Type.HEADING, wrap=True))
        column.addLayout(self._build_learner())
        head = QHBoxLayout()
        self.test_button = button(
            tr("Test"), Icon.ARROWS_CLOCKWISE, name="test_connection", parent=self, small=True, clicked=self.wanted
        )
        self.copy_button = button(
            tr("Copy Report"), Icon.COPY, "quiet", "copy_test_report", parent=self, small=True, clicked=self._copy
        )
        self.copy_button.setEnabled(False)
        for one in (self.test_button, self.copy_button):
            one.setAutoDefault(True)
            head.addWidget(one)
        head.addStretch(1)
        column.addLayout(head)
        self.message = text_label("", Type.SECONDARY, Role.BAD, wrap=True, name="test_message")
        self.message.hide()
        column.addWidget(self.message)
        self.steps = {name: StepLine(name) for name in STEPS}
        for step in self.steps.values():
            column.addWidget(step)
        column.addStretch(1)

    def _build_learner(self) -> QVBoxLayout:
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
        return part

    @Slot(bool)
    def _learner_wished(self, wished: bool) -> None:
        for field in self.about.values():
            field.setVisible(wished)
        self._note.setText(
            tr("One question, which shows in the learner's access log. Nothing is stored.")
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

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self, settings: Settings, secrets: Secrets) -> None:
        """Test these settings and secrets in the background."""
        if self.running:
            return
        self._learner = learner = self.learner
        if learner is not None and not all(learner):
            self.say(tr("Type the learner's ULN, first name and surname, or take the tick away."))
            next(field for field in self.about.values() if not self._typed(field.name)).lead_here()
            return
        self.message.hide()
        for step in self.steps.values():
            step.show_outcome(Icon.CIRCLE, "", Role.TEXT3)
        self.steps[STEPS[0]].show_outcome(Icon.CIRCLE_DASHED, tr("testing…"), Role.INFO)
        self.test_button.setEnabled(False)
        self.test_button.setToolTip(tr("The test is running."))

        def work(context: TaskContext) -> ConnectionReport:
            access: LrsAccess = lrs_access(settings, secrets)
            context.raise_if_cancelled()
            return check(access, learner)

        self._task = self._runner.run(
            work, lane=Lane.CHECK, done=self._tested, failed=self._not_tested, cancelled=self._ended
        )

    def stop(self) -> None:
        """Nobody waits for the result any more."""
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _tested(self, report: ConnectionReport) -> None:
        self._ended()
        self.steps[STEPS[0]].show_outcome(Icon.MINUS_CIRCLE, tr("not needed"), Role.TEXT3)
        taken = {step.name: step for step in report.steps}
        for name, shown in self.steps.items():
            step = taken.get(name)
            if step is not None and step.ok:
                shown.show_outcome(Icon.CHECK_CIRCLE, tr("passed"), Role.GOOD, tr(step.detail))
            elif step is not None:
                shown.show_outcome(Icon.X_CIRCLE, tr("failed"), Role.BAD, tr(step.detail))
            elif self._learner is None and name in _WITH_A_LEARNER:
                shown.show_outcome(Icon.MINUS_CIRCLE, tr("needs a learner"), Role.TEXT3)
            elif not report.ok:
                shown.show_outcome(Icon.CIRCLE, tr("not tried"), Role.TEXT3)
        self.report = "\n".join(shown.said for shown in self.steps.values())
        self.copy_button.setEnabled(True)
        announce(self, tr("The connection works.") if report.ok else self.report)

    @Slot(object)
    def _not_tested(self, error: Exception) -> None:
        self._ended()
        self.steps[STEPS[0]].show_outcome(Icon.CIRCLE, "", Role.TEXT3)
        if not isinstance(error, AppError):
            self._runner.failed.emit(error)
            return
        self.say(tr("Not tested: {why}", why=error.message))
        self.refused.emit(error)

    def say(self, words: str) -> None:
        """Why there is no test."""
        self.message.setText(words)
        self.message.show()

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.test_button.setEnabled(True)
        self.test_button.setText(tr("Test Again"))
        self.test_button.setToolTip("")

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)
        self.copy_button.setText(tr("Copied"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(Role.SUBTLE))
        painter.fillRect(0, 0, 1, self.height(), color(Role.LINE))
        painter.end()
