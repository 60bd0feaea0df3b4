"""What a dialog says while its write waits for another one to end: for what, and that it can be taken back."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.tasks import TaskContext
from ui.look.banner import Banner
from ui.look.icons import Icon
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import TaskRunner


class Turn(Banner):
    """There while `follow`ed work waits for its turn; writes are made one after another."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Icon.HOURGLASS, Role.INFO, "", parent=parent)
        self.setObjectName("turn")
        self._runner: TaskRunner | None = None
        self._task: TaskContext | None = None
        self.hide()

    def follow(self, runner: TaskRunner, task: TaskContext) -> None:
        """Say what `task` waits for, until it begins; nothing if it has begun."""
        if self._runner is None:
            runner.busy_changed.connect(self._look)
        self._runner, self._task = runner, task
        self._look()
        if not self.isHidden():
            announce(self, self.accessibleName())

    def take_back(self, *, tell: bool) -> bool:
        """Take the work out of the queue, so that nothing of it is done; False if it has begun, or is no more. `tell`
        it here, where the dialog does not say so itself: *Close* of it may be meant for the dialog."""
        task, self._task = self._task, None
        if self._runner is None or task is None or not self._runner.withdraw(task):
            self._task = task
            return False
        self.setVisible(tell)
        if tell:
            self._tell(tr("Taken back."), tr("Nothing of it was saved."))
            announce(self, self.accessibleName())
        return True

    @Slot()
    def _look(self) -> None:
        if self._runner is None or self._task is None:
            return
        ahead = self._runner.ahead(self._task)
        if ahead is None:
            self.hide()
            return
        title = tr("Waits until “{what}” is done.", what=ahead) if ahead else tr("Waits until another write is done.")
        text = tr("Nothing of it is saved yet. Esc takes it back; what you typed stays here.")
        self._tell(title, text)
        self.show()

    def _tell(self, title: str, text: str) -> None:
        self.say(title, text)
        self.setAccessibleName(f"{title} {text}")
