"""Before there is a window: where learners are kept, asked at the first start; and what to do when it does not go."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QDialog

from app import config
from app.config import DatabaseSettings
from app.errors import AppError, UpgradeNeededError
from app.folders import DataFolder
from app.secrets import Secrets
from app.start import attempt
from app.tasks import TaskContext
from ui.dialogs.database_place import DatabaseDialog
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import enable
from ui.look.dialog import QUESTION_WIDTH
from ui.look.fonts import scaled
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_LONGEST_MS = 20_000


@contextmanager
def tasks() -> Iterator[TaskRunner]:
    """A runner for the length of a question; what it started has ended afterwards."""
    runner = TaskRunner()
    # The last window of a question is not the last one of the program.
    QApplication.setQuitOnLastWindowClosed(False)
    try:
        yield runner
    finally:
        QApplication.setQuitOnLastWindowClosed(True)
        runner.cancel_all()
        runner.wait(_LONGEST_MS)
        runner.deleteLater()


def ask_place(folder: DataFolder, secrets: Secrets) -> bool:
    """The question of the very first start; False if it was closed without an answer."""
    folder.make()
    with tasks() as runner:
        dialog = DatabaseDialog(None, runner, folder, _held(folder), secrets, first=True)
        return dialog.exec() == QDialog.DialogCode.Accepted


def ask_again(folder: DataFolder, database_url: str, error: AppError, secrets: Secrets) -> bool:
    """The program could not start: whether it shall try once more, now that it may go."""
    with tasks() as runner:
        return StartDialog(runner, folder, database_url, error, secrets).exec() == QDialog.DialogCode.Accepted


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
        known = error if isinstance(error, AppError) else AppError(tr("Learner Manager could not start."), hint="")
        self.tell(known)

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
