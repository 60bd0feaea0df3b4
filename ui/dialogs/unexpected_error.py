"""A bug, now or in the last run, said as one: what it means for the work, a report without personal data, ways on."""

import platform

from PySide6.QtCore import QEvent, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from app import __version__
from app.crash_notes import is_crash
from app.logs import mask
from ui.grids.form_dialog import FormDialog
from ui.look.fonts import Type, font
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

_WIDTH, _HEIGHT = 640, 420


class _ReportDialog(FormDialog):
    """`report` is masked before it is shown or copied."""

    def __init__(self, parent: QWidget | None, report: str, *, heading: str, secondary: str, name: str) -> None:
        super().__init__(
            parent,
            title=tr("Learner Manager"),
            heading=heading,
            secondary=secondary,
            icon=Icon.BUG,
            role=Role.BAD,
            name=name,
        )
        about = f"Learner Manager {__version__}, Python {platform.python_version()}, Qt {qVersion()}"
        self.report = mask(f"{about}, {platform.system()} {platform.machine()}\n\n{report.strip()}\n")
        self.text = QPlainTextEdit(self.report)
        self.text.setObjectName("error_report")
        self.text.setAccessibleName(tr("Report"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(font(Type.CODE))
        self.content.addWidget(self.text, 1)
        self._copy = self.add_button(
            tr("Copy Report"), Icon.COPY, name="error_copy", clicked=self.copy_report, left=True
        )
        self.open_at(_WIDTH, _HEIGHT)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "text"):
            self.text.setFont(font(Type.CODE))

    @Slot()
    def copy_report(self) -> None:
        """Put the masked report on the clipboard."""
        QGuiApplication.clipboard().setText(self.report)
        self._copy.setText(tr("Copied"))


class UnexpectedErrorDialog(_ReportDialog):
    """A failure that nobody foresaw, just now."""

    def __init__(self, parent: QWidget | None, report: str) -> None:
        super().__init__(
            parent,
            report,
            heading=tr("Something went wrong that should not happen."),
            secondary=tr(
                "What was saved is safe; the last step may not be. Send the report to whoever looks after "
                "Learner Manager. You can go on, or close the program and start it again."
            ),
            name="unexpected_error",
        )
        self.add_button(tr("Close the Program"), name="error_leave", clicked=self._leave)
        self.add_button(tr("Go On"), kind="primary", name="error_go_on", clicked=self.accept, safe=True)

    @Slot()
    def _leave(self) -> None:
        self.accept()
        # As if by their crosses: what has to be asked or ended first is asked and ended.
        QApplication.closeAllWindows()


class LastTimeDialog(_ReportDialog):
    """The last run crashed or did not answer; said once, at the next start."""

    def __init__(self, parent: QWidget | None, report: str) -> None:
        super().__init__(
            parent,
            report,
            heading=tr("Learner Manager ended unexpectedly the last time.")
            if is_crash(report)
            else tr("Learner Manager did not answer for a while the last time."),
            secondary=tr(
                "What was saved is safe; look whether the last step you took is there. Press Copy Report and send "
                "the report to whoever looks after Learner Manager: it names no learner. Then go on as usual."
            ),
            name="last_time",
        )
        self.add_button(tr("Go On"), kind="primary", name="last_time_go_on", clicked=self.accept, safe=True)
