"""*Back Up*: the whole database copied into one file, which is there whole or not at all."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from app import copies
from app.context import AppContext
from app.tasks import TaskContext
from ui.dialogs.working import WorkingDialog
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.work_words import copy_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 520, 220


class BackUpDialog(WorkingDialog):
    """Begins at once."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, target: Path) -> None:
        super().__init__(parent, runner, context, title=tr("Back Up"), icon=Icon.ARCHIVE_BOX, name="back_up")
        self._target = target
        self.content.addLayout(self.work_line())
        self.content.addStretch(1)
        self.close_button = self.add_button(tr("Close"), kind="primary", name="back_up_close", clicked=self.reject)
        self.open_at(_WIDTH, _HEIGHT)
        self.say(
            tr("Back up to {name}", name=visible_text(target.name)),
            tr("Everything is copied as it is now, whatever others write meanwhile."),
        )
        run = context

        def work(task: TaskContext) -> int:
            return copies.back_up(task, run.db, run.user, target)

        self.work(tr("Copying…"), work, self._copied, Lane.BACKUP, copy_listed(tr("Back Up"), self._target))

    def _copied(self, size: int) -> None:
        self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
        name, size_in_mb = visible_text(self._target.name), count(max(1, round(size / 1e6)))
        self.say(
            tr("Copied: {size} MB in {name}.", size=size_in_mb, name=name),
            tr("It holds personal data: keep it where only those may read it who may read the database."),
        )
        self.close_button.setFocus()
