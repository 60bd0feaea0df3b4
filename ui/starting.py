"""Before there is a window: where learners are kept, asked at the first start; and what to do when it does not go."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QDialog

from app import config, logs
from app.config import DatabaseSettings
from app.errors import AppError, UpgradeNeededError
from app.folders import DataFolder
from app.secrets import Secrets
from app.start import attempt
from app.tasks import TaskContext
from ui.dialogs.database_place import DatabaseDialog
from ui.dialogs.message import MessageDialog
from ui.grids.form_dialog import FormDialog
from ui.help.desk import HelpDesk
from ui.look.buttons import enable
from ui.look.dialog import QUESTION_WIDTH
from ui.look.fonts import scaled
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.opening import SHOWN_AFTER_MS
from ui.workers import Lane, TaskRunner


@contextmanager
def tasks(folder: DataFolder) -> Iterator[TaskRunner]:
    """A runner for the length of a question, with the log of `folder`; what it started has ended afterwards."""
    runner = TaskRunner()
    teller = _Teller(runner, folder)
    desk = HelpDesk(runner, runner)
    # The last window of a question is not the last one of the program.
    QApplication.setQuitOnLastWindowClosed(False)
    with suppress(AppError):  # the start itself says it
        logs.start(folder.logs)
    try:
        yield runner
    finally:
        runner.cancel_all()
        if runner.is_busy():
            EndingDialog(runner).wait()
        logs.stop()
        QApplication.setQuitOnLastWindowClosed(True)
        desk.close()
        teller.deleteLater()
        runner.deleteLater()


def unforeseen(folder: DataFolder) -> AppError:
    """A bug at the start, as it is said; what it was stands in the log."""
    return AppError(
        tr("Learner Manager could not start, for a reason that nobody foresaw."),
        hint=tr(
            "Try again. If it stays, send the log in {folder} to whoever looks after Learner Manager.",
            folder=folder.logs,
        ),
    )


class _Teller(QObject):
    """Says what a task of a question could not, over that question, which waits for it."""

    def __init__(self, runner: TaskRunner, folder: DataFolder) -> None:
        super().__init__()
        self._folder = folder
        runner.failed.connect(self.tell)

    @Slot(object)
    def tell(self, error: Exception) -> None:
        known = error if isinstance(error, AppError) else unforeseen(self._folder)
        MessageDialog(QApplication.activeModalWidget(), known).exec()


class EndingDialog(FormDialog):
    """The question is closed, and what it asked still waits for an answer: shown until that has ended."""

    def __init__(self, runner: TaskRunner) -> None:
        super().__init__(
            None,
            title=tr("Learner Manager"),
            heading=tr("Stopping…"),
            secondary=tr(
                "The database, or this computer’s password store, was asked and has not answered yet. This closes by "
                "itself as soon as it has; a server is given up after some seconds without an answer."
            ),
            icon=Icon.DATABASE,
            name="start_ending",
        )
        self._runner = runner
        self.foot.hide()
        self.setFixedWidth(scaled(QUESTION_WIDTH))
        runner.busy_changed.connect(self._look)

    def wait(self) -> None:
        """Serve events until no task is at work."""
        loop = QEventLoop()
        self.finished.connect(loop.quit)
        QTimer.singleShot(SHOWN_AFTER_MS, self, self.open)
        loop.exec()
        while not self._runner.wait(1000):  # the program was told to end: no loop serves events any more
            pass

    @Slot()
    def _look(self) -> None:
        if not self._runner.is_busy():
            self.accept()

    def reject(self) -> None:
        """A thread is never let go of."""


def ask_place(folder: DataFolder, secrets: Secrets) -> bool:
    """The question of the very first start; False if it was closed without an answer."""
    folder.make()
    with tasks(folder) as runner:
        dialog = DatabaseDialog(None, runner, folder, _held(folder), secrets, first=True)
        return dialog.exec() == QDialog.DialogCode.Accepted


def ask_again(
    folder: DataFolder, database_url: str, error: AppError, secrets: Secrets, *, elsewhere: bool = False
) -> bool:
    """The program could not start: whether it shall try once more, now that it may go. `elsewhere`: somebody wants to
    choose another database."""
    with tasks(folder) as runner:
        dialog = StartDialog(runner, folder, database_url, error, secrets)
        if elsewhere:
            QTimer.singleShot(0, dialog, dialog.open_settings)
        return dialog.exec() == QDialog.DialogCode.Accepted


def _held(folder: DataFolder) -> DatabaseSettings:
    try:
        return config.load(folder.path).database
    except AppError:
        return DatabaseSettings()


class StartDialog(FormDialog):
    """Why it does not go, with *Try Again*, *Database Settings…* and *Close*; accepted when it would go now.

    A shared database of an older version: the owner is asked whether to bring it up to date.
    """

    def __init__(
        self, runner: TaskRunner, folder: DataFolder, database_url: str, error: AppError, secrets: Secrets
    ) -> None:
        super().__init__(None, title=tr("Learner Manager"), icon=Icon.DATABASE, role=Role.WARN, name="start_failed")
        self._runner, self._folder, self._url, self._secrets = runner, folder, database_url, secrets
        self._task: TaskContext | None = None
        self._agrees = False
        self.settings_button = self.add_button(
            tr("Database Settings…"), name="start_settings", clicked=self.open_settings
        )
        # What the command line says goes before all settings.
        self.settings_button.setVisible(not database_url)
        self.close_button = self.add_button(tr("Close"), name="start_close", clicked=self.reject)
        self.again_button = self.add_button("", kind="primary", name="start_again", clicked=self.try_again)
        self.setFixedWidth(scaled(QUESTION_WIDTH + 60))
        self.tell(error)

    def tell(self, error: AppError) -> None:
        """Say what is in the way."""
        self._agrees = isinstance(error, UpgradeNeededError)
        if self._agrees:
            hint = tr(
                "You own it. Bring it up to date when nobody else works with it: others need this version of Learner "
                "Manager from then on, and until it is done they have to wait. Make a backup first."
            )
            self.say(tr(error.message), hint)
            self.again_button.setText(tr("Bring Up to Date"))
        else:
            self.say(tr(error.message), tr(error.hint))
            self.again_button.setText(tr("Try Again"))
        self._refresh()
        self.fit()
        (self.close_button if self._agrees else self.again_button).setFocus()

    def _refresh(self) -> None:
        busy = tr("It is being tried.") if self._task is not None else ""
        for one in (self.again_button, self.settings_button):
            enable(one, busy)

    @Slot()
    def try_again(self) -> None:
        """All that a start does with the database, in a task."""
        if self._task is not None:
            return
        work = partial(
            attempt, folder=self._folder, database_url=self._url, agreed=self._agrees, secrets=self._secrets
        )
        self._task = self._runner.run(
            work, lane=Lane.CHECK, done=self._went, failed=self._failed, cancelled=self.reject
        )
        self.again_button.setText(tr("Bringing up to date…") if self._agrees else tr("Trying…"))
        self._refresh()

    @Slot(object)
    def _went(self, nothing: None) -> None:
        self._task = None
        self.accept()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._task = None
        self.tell(error if isinstance(error, AppError) else unforeseen(self._folder))

    @Slot()
    def open_settings(self) -> None:
        """*Database Settings…*; tried at once with what was saved."""
        dialog = DatabaseDialog(self, self._runner, self._folder, _held(self._folder), self._secrets)
        dialog.kept.connect(self._changed)
        dialog.open()

    @Slot(object)
    def _changed(self, settings: object) -> None:
        self._agrees = False
        self.try_again()

    def reject(self) -> None:
        """Close, Esc or the cross; bringing up to date is not left in the middle."""
        if self._task is None:
            super().reject()
        elif not self._agrees:
            self._task.cancel()
            super().reject()
