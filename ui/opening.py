"""Opening the database at the start: in a task, for a server or a password store may be silent for long. Whoever
has to wait is told after a moment, and may leave or choose another database."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QDialog

from app import start
from app.errors import AppError
from app.folders import DataFolder
from app.secrets import Secrets
from app.start import Begun
from app.tasks import TaskContext
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from ui.dialogs.opening import OpeningDialog

SHOWN_AFTER_MS = 300
"""What ends sooner is not worth a window."""

Begin = Callable[[DataFolder, str, Secrets], Begun]
_left: list["_Opening"] = []
"""What nobody waits for any more, and still waits for an answer itself."""


class Stopped(Exception):  # noqa: N818 - it is the user's wish, not an error
    """The user did not want to wait; `elsewhere`: but to choose another database."""

    def __init__(self, *, elsewhere: bool) -> None:
        super().__init__()
        self.elsewhere = elsewhere
        self.error = AppError(
            tr("Opening the database was stopped."),
            hint=tr("Choose another database under Database Settings, or try again."),
        )


def begin_here(folder: DataFolder, database_url: str, secrets: Secrets) -> Begun:
    """Open the database in this thread, where there is no window to be held up. Raises as `app.start.begin`."""
    return start.begin(TaskContext(), folder, database_url, secrets=secrets)


def begin(folder: DataFolder, database_url: str, secrets: Secrets, *, asks: bool = True) -> Begun:
    """Open the database in a task while this thread serves events. `asks`: somebody looks, and may leave or choose
    another database, unless the command line names this one. Raises as `app.start.begin`, and Stopped."""

    def work(context: TaskContext) -> Begun:
        return start.begin(context, folder, database_url, secrets=secrets)

    return _Opening(work, asks=asks, elsewhere=not database_url).wait()


def wait_for_left() -> None:
    """Until all that was left has ended: a thread is never let go of."""
    while _left:
        one = _left[0]
        if one.runner.is_busy():
            from ui.starting import EndingDialog

            EndingDialog(one.runner).wait()
        _left.remove(one)


class _Opening(QObject):
    """One database being opened."""

    def __init__(self, work: Callable[[TaskContext], Begun], *, asks: bool, elsewhere: bool) -> None:
        super().__init__()
        self.runner = TaskRunner(self)
        self._work, self._asks, self._elsewhere = work, asks, elsewhere
        self._loop = QEventLoop(self)
        self._begun: Begun | None = None
        self._error: Exception | None = None
        self._stopped: Stopped | None = None
        self._task: TaskContext | None = None
        self._dialog: OpeningDialog | None = None

    def wait(self) -> Begun:
        """Serve events until it is open, or failed, or is not wanted any more."""
        # The question is not the last window of the program.
        QApplication.setQuitOnLastWindowClosed(False)
        self.runner.busy_changed.connect(self._look)
        self._task = self.runner.run(self._work, lane=Lane.READ, done=self._opened, failed=self._failed)
        timer = QTimer(self, singleShot=True, interval=SHOWN_AFTER_MS)
        timer.timeout.connect(self._tell)
        if self._asks:
            timer.start()
        self._loop.exec()
        timer.stop()
        if self._begun is None and self._error is None and self._stopped is None:
            self._leave(False)  # the program was told to end meanwhile
        if self._dialog is not None:
            self._dialog.done(QDialog.DialogCode.Accepted)
        QApplication.setQuitOnLastWindowClosed(True)
        if self._stopped is not None:
            raise self._stopped
        if self._error is not None:
            raise self._error
        assert self._begun is not None
        return self._begun

    @Slot()
    def _tell(self) -> None:
        from ui.dialogs.opening import OpeningDialog

        self._dialog = OpeningDialog(elsewhere=self._elsewhere)
        self._dialog.left.connect(self._leave)
        self._dialog.open()

    @Slot(bool)
    def _leave(self, elsewhere: bool) -> None:
        assert self._task is not None
        self._dialog = None
        self._stopped = Stopped(elsewhere=elsewhere)
        _left.append(self)
        self._task.cancel()
        self._loop.quit()
        self._look()

    @Slot(object)
    def _opened(self, begun: Begun) -> None:
        self._begun = begun

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._error = error

    @Slot()
    def _look(self) -> None:
        """What was opened for nobody is closed again."""
        if self.runner.is_busy():
            return
        if self._stopped is None:
            self._loop.quit()
        elif self._begun is not None:
            self._begun.db.close()
            self._begun = None
