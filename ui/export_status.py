"""The export under way, shown in the status bar: one at a time."""

from PySide6.QtCore import QObject, Signal, Slot

from ui.exporting import Exporter
from ui.messages import Messages
from ui.status_bar import StatusBar


class ExportStatus(QObject):
    """Follows an `Exporter` from its start to its end."""

    changed = Signal()

    def __init__(self, status: StatusBar, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._status = status
        self._messages = messages
        self._exporter: Exporter | None = None
        status.cancelled.connect(self.cancel)

    @property
    def busy(self) -> bool:
        return self._exporter is not None

    @Slot(object)
    def follow(self, exporter: Exporter) -> None:
        self._exporter = exporter
        exporter.progressed.connect(self._status.show_progress)
        exporter.finished.connect(self._finished)
        exporter.failed.connect(self._messages.show)
        exporter.ended.connect(self._ended)
        self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        if self._exporter is not None:
            self._exporter.cancel()

    @Slot(str, object)
    def _finished(self, text: str, path: object) -> None:
        self._status.show_result(text)

    @Slot()
    def _ended(self) -> None:
        if self._exporter is not None:
            self._exporter.deleteLater()
        self._exporter = None
        if self._status.working:
            self._status.hide_progress()
        self.changed.emit()
