"""A dialog whose work runs in tasks, one after another: how far it is, how it is stopped, why it failed."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QProgressBar, QPushButton, QWidget
from shiboken6 import isValid

from app.changes import Changes, Topic
from app.context import AppContext
from app.errors import AppError
from app.tasks import Progress, TaskContext
from ui.activity import Listed
from ui.dialogs.state_list import StateList
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.search_field import SearchField
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_BAR_HEIGHT = 6


class WorkingDialog(FormDialog):
    """`changed` carries Changes: what was written. While a task is at work, Esc and the button that closes stop it,
    unless it only reads: the dialog closes then. Subclasses make that button and say in `refresh` what else can be
    pressed."""

    changed = Signal(object)
    close_button: QPushButton
    list: StateList
    form_part: QWidget | None = None
    """What is written when it is saved: held still meanwhile, for the dialog closes when that is done."""

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        *,
        title: str,
        heading: str = "",
        icon: Icon,
        name: str,
    ) -> None:
        super().__init__(parent, title=title, heading=heading, icon=icon, name=name)
        self._runner, self._context = runner, context
        self._task: TaskContext | None = None
        self._reads = False
        self._then: Callable[[Any], None] | None = None
        self._keyboard: QWidget | None = None
        self.banner = Banner(Icon.INFO, Role.INFO, "")
        self.banner.setObjectName(f"{name}_banner")
        self.banner.hide()
        self.content.addWidget(self.banner)

    # Building

    def work_line(self) -> QLayout:
        """Words about what is listed or done, and a bar while it is done."""
        row = QHBoxLayout()
        row.setSpacing(12)
        self.words = text_label("", Type.HEADER, numbers=True, name=f"{self.objectName()}_words")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(_BAR_HEIGHT)
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.hide()
        row.addWidget(self.words)
        row.addWidget(self._bar, 1)
        row.addStretch(1)
        return row

    def search_field(self, words: str, name: str) -> SearchField:
        """A search above the list; Esc empties it, and closes the dialog when it is empty."""
        made = SearchField(words, name=name)
        made.left.connect(self.reject)
        return made

    # Working

    @property
    def busy(self) -> bool:
        return self._task is not None

    def refresh(self) -> None:
        """For subclasses: which buttons can be pressed now."""

    def prefer(self, wanted: QPushButton) -> None:
        """Enter presses it, or closes the dialog while it cannot be pressed."""
        (wanted if wanted.isEnabled() else self.close_button).setDefault(True)

    def work(
        self,
        words: str,
        task: Callable[[TaskContext], Any],
        then: Callable[[Any], None],
        lane: Lane,
        listed: Listed | None = None,
        *,
        reads: bool = False,
    ) -> None:
        """Run `task` and give its result to `then`; not while another one is at work. `listed`: it may take long.
        It `reads`, in whatever lane: nothing is lost by closing meanwhile."""
        if self.busy:
            return
        self._then, self._reads, self._keyboard = then, reads or lane is Lane.READ, self.focusWidget()
        self.banner.hide()
        self.words.setText(words)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._task = self._runner.run(
            task,
            lane=lane,
            done=self._done,
            progress=self._progress,
            failed=self._failed,
            cancelled=self._stopped,
            listed=listed,
        )
        if not self._reads:
            self.close_button.setText(tr("Stop"))
            if self.form_part is not None:
                self.hold_still(self.form_part, True)
            self.waits(self._runner, self._task)
        self.refresh()

    def _at_rest(self) -> None:
        self._task = None
        if self.form_part is not None and not self._reads:
            self.hold_still(self.form_part, False)
        self._bar.hide()
        self.words.setText("")
        self.close_button.setEnabled(True)
        self.close_button.setText(tr("Close"))

    @Slot(object)
    def _done(self, result: object) -> None:
        self._at_rest()
        if self._then is not None:
            self._then(result)
        self.refresh()

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total if progress.done else 0)
        self._bar.setValue(progress.done)

    def _as_before(self) -> None:
        """What was off meanwhile can be used again; if it had the keyboard, it has it again."""
        self._at_rest()
        self.refresh()
        if self.focusWidget() is None and self._keyboard is not None and isValid(self._keyboard):
            self._keyboard.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._as_before()
        self.show_problem(error)
        self.refresh()

    @Slot()
    def _stopped(self) -> None:
        self._as_before()
        self.tell(tr("Stopped. Nothing was changed."), "", Role.INFO, Icon.INFO)
        self.refresh()

    def show_problem(self, error: Exception) -> None:
        """An error that is known in words; another is the window's."""
        if isinstance(error, AppError):
            self.tell(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
        else:
            self._runner.failed.emit(error)

    def tell(self, title: str, text: str, role: Role, icon: Icon) -> None:
        """Say it in the banner."""
        self.banner.say(title, text, role, icon)
        self.banner.show()
        self.fit()

    def written(self, *topics: Topic) -> None:
        self.changed.emit(Changes.of(*topics))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a search goes to what it found: what the dialog does there concerns people."""
        focus = self.focusWidget()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and isinstance(focus, SearchField):
            if self.list.model().rowCount():
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
            if self.list.model().rowCount() or focus.text():
                return
        super().keyPressEvent(event)

    def reject(self) -> None:
        """Close, Esc or the cross; a task that does more than read is stopped first, and what came of it is shown."""
        if self._task is not None:
            if self.withdraw(tell=False):
                return
            self._task.cancel()
            if not self._reads:
                self.close_button.setEnabled(False)
                return
        super().reject()
