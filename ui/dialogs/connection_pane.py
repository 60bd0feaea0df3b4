"""A connection test: its steps one below the other, each with what came of it, and a report to copy."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.errors import AppError
from app.tasks import Progress, TaskContext
from ui.look.buttons import button, enable
from ui.look.fonts import Type, metrics
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.tokens import Role, color
from ui.look.words import tr
from ui.workers import Lane, TaskRunner


class StepLine(QWidget):
    """One step: icon and name, its outcome as a word at the right, the details below."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._words = tr(name)
        # The name of a function is one long word: it goes below, where the letters are smaller and nothing is beside.
        title, _, self._function = self._words.partition(" ") if "_" in name else (self._words, "", "")
        self._told = ""
        self._icon = IconLabel(Icon.CIRCLE, Role.TEXT3, 16, parent=self)
        self._icon.setMinimumHeight(metrics(Type.KEY).height())  # in the middle of the title's line
        self._title = text_label(title, Type.KEY, Role.TEXT3, wrap=True, weight=600)
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
        self._column = words
        self.show_outcome(Icon.CIRCLE, "", Role.TEXT3)

    def hold(self, control: QWidget) -> None:
        """Show `control` below the details."""
        if self._column.indexOf(control) < 0:
            self._column.addSpacing(4)
            self._column.addWidget(control, 0, Qt.AlignmentFlag.AlignLeft)
        control.show()

    @property
    def said(self) -> str:
        """Name, outcome and detail as one text."""
        parts = (self._words, self._outcome.text(), self._told)
        return ": ".join(part for part in parts if part)

    def show_outcome(self, icon: Icon, outcome: str, role: Role, detail: str = "") -> None:
        self._icon.show_icon(icon, role)
        self._title.set_role(Role.TEXT3 if role is Role.TEXT3 else Role.TEXT)
        self._outcome.setText(outcome)
        self._outcome.set_role(role)
        self._told = detail
        self._detail.setText(f"{self._function}\n{detail}".strip())
        self._detail.setVisible(bool(self._detail.text()))
        self._detail.set_role(role if role in (Role.BAD, Role.TEXT3) else Role.TEXT2)
        self.setAccessibleName(self.said)

    def show_result(self, ok: bool | None, detail: str) -> None:
        """It went well or not; None: it could not be tried."""
        if ok is None:
            self.show_outcome(Icon.MINUS_CIRCLE, tr("not tried"), Role.TEXT3, tr(detail))
        elif ok:
            self.show_outcome(Icon.CHECK_CIRCLE, tr("passed"), Role.GOOD, tr(detail))
        else:
            self.show_outcome(Icon.X_CIRCLE, tr("failed"), Role.BAD, tr(detail))

    def show_running(self) -> None:
        self.show_outcome(Icon.CIRCLE_DASHED, tr("testing…"), Role.INFO)

    def show_waiting(self, words: str = "") -> None:
        self.show_outcome(Icon.CIRCLE, words, Role.TEXT3)

    def show_not_needed(self, words: str) -> None:
        self.show_outcome(Icon.MINUS_CIRCLE, words, Role.TEXT3)


class ConnectionPane(QWidget):
    """`wanted` when the test is to begin: who shows the pane answers with the `start` of its kind, which calls
    `_begin`. `refused` carries an AppError that is about a setting."""

    wanted = Signal()
    refused = Signal(object)

    def __init__(
        self, runner: TaskRunner, steps: Sequence[str], prefix: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}connection_test")
        self.setAccessibleName(tr("Test Connection"))
        self._runner = runner
        self._task: TaskContext | None = None
        self.report = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(14)
        column.addWidget(text_label(tr("Test Connection"), Type.HEADING, wrap=True))
        self._build_above(column)
        self._buttons = QHBoxLayout()
        self.test_button = button(
            tr("Test"),
            Icon.ARROWS_CLOCKWISE,
            name=f"{prefix}test_connection",
            parent=self,
            small=True,
            clicked=self.wanted,
        )
        self.copy_button = button(
            tr("Copy Report"),
            Icon.COPY,
            "quiet",
            f"{prefix}copy_test_report",
            parent=self,
            small=True,
            clicked=self._copy,
        )
        enable(self.copy_button, tr("Nothing was tested yet."))
        for one in (self.test_button, self.copy_button):
            one.setAutoDefault(True)
            self._buttons.addWidget(one)
        self._buttons.addStretch(1)
        column.addLayout(self._buttons)
        self.message = text_label("", Type.SECONDARY, Role.BAD, wrap=True, name=f"{prefix}test_message")
        self.message.hide()
        column.addWidget(self.message)
        self.steps = {name: StepLine(name) for name in steps}
        for step in self.steps.values():
            column.addWidget(step)
        column.addStretch(1)

    def _build_above(self, column: QVBoxLayout) -> None:
        """What stands between the title and the buttons."""

    @property
    def running(self) -> bool:
        return self._task is not None

    def _begin(self, work: Callable[[TaskContext], Any]) -> None:
        """Run the test; its result comes to `_show_result`, its progress to `_show_progress`."""
        self.message.hide()
        lines = list(self.steps.values())
        for step in lines:
            step.show_waiting()
        lines[0].show_running()
        enable(self.test_button, tr("The test is running."))
        self._task = self._runner.run(
            work,
            lane=Lane.CHECK,
            done=self._tested,
            progress=self._progressed,
            failed=self._not_tested,
            cancelled=self._cancelled,
        )

    def _show_progress(self, taken: int) -> None:
        """So many steps are over."""

    def _show_result(self, result: Any) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        """Nobody waits for the result any more."""
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _progressed(self, progress: Progress) -> None:
        if self.running:
            self._show_progress(progress.done)

    @Slot(object)
    def _tested(self, result: object) -> None:
        self._ended()
        self._show_result(result)
        self.copy_button.setText(tr("Copy Report"))
        enable(self.copy_button, "")

    @Slot(object)
    def _not_tested(self, error: Exception) -> None:
        self._ended()
        for step in self.steps.values():
            step.show_waiting()
        if not isinstance(error, AppError):
            self._runner.failed.emit(error)
            return
        self.say(tr("Not tested: {why}", why=tr(error.message)))
        self.refused.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        self._ended()
        for step in self.steps.values():
            step.show_waiting()

    def say(self, words: str) -> None:
        """Why there is no test."""
        self.message.setText(words)
        self.message.show()

    def _ended(self) -> None:
        self._task = None
        enable(self.test_button, "")
        self.test_button.setText(tr("Test Again"))

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)
        self.copy_button.setText(tr("Copied"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(Role.SUBTLE))
        painter.fillRect(0, 0, 1, self.height(), color(Role.LINE))
        painter.end()
