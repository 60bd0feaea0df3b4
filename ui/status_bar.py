"""The status bar: what is selected at the left, work under way in the middle, where we are at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from app.tasks import Progress
from ui.look.buttons import button, explain
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel
from ui.look.speech import announce
from ui.look.tokens import Role, color
from ui.look.words import count, plural, tr

HEIGHT = 28
_LEFT_WIDTH = 220


class StatusBar(QWidget):
    """Texts separated by thin lines; a progress bar with *Cancel* while something long runs."""

    cancelled = Signal()
    activity_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setAccessibleName(tr("Status"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(12)
        self._left = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        self._left.setObjectName("status_left")
        row.addWidget(self._left, 2)
        self._work = ElidingLabel("", Type.SECONDARY, Role.TEXT2, numbers=True)
        self._work.setObjectName("status_work")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(160, 6)
        self._bar.setAccessibleName(tr("Progress"))
        self._cancel = button(tr("Cancel"), kind="link", name="status_cancel", clicked=self.cancelled, small=True)
        for part in (self._work, self._bar, self._cancel):
            row.addWidget(part)
            part.hide()
        self._right = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        self._right.setObjectName("status_right")
        row.addStretch(1)
        row.addWidget(self._right)
        self._activity = button(
            tr("Activity"), Icon.ACTIVITY, "quiet", "status_activity", clicked=self.activity_wanted, small=True
        )
        # By keys it is Ctrl Shift A, so that F6 comes to the bar itself, which is read out.
        self._activity.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._activity.hide()
        row.addWidget(self._activity)

    def sizeHint(self) -> QSize:
        return QSize(600, scaled(HEIGHT))

    def show_texts(self, left: Sequence[str], right: Sequence[str]) -> None:
        self._left.setText("   |   ".join(left))
        # What is selected stays whole where the work under way has much to say.
        self._left.setMinimumWidth(min(self._left.sizeHint().width(), scaled(_LEFT_WIDTH)))
        self._right.setText("   |   ".join(right))

    def show_activity(self, running: int, tip: str) -> None:
        """The button of the Activity pane, with how much is at work."""
        words = plural(running, "Activity: {n} running", "Activity: {n} running") if running else tr("Activity")
        self._activity.setText(words)
        explain(self._activity, tip)
        self._activity.show()

    @Slot(object)
    def show_progress(self, progress: Progress) -> None:
        """Work under way; `hide_progress` when it ended."""
        said = ""
        if progress.total:
            said = tr("{done} of {total}", done=count(progress.done), total=count(progress.total))
        self.show_work(f"{tr(progress.text)} {said}".strip(), progress.done, progress.total)

    def show_work(self, words: str, done: int, total: int) -> None:
        """Work under way, in words of its own; of no known length where `total` is 0."""
        self._work.setText(words)
        self._bar.setRange(0, total)
        if total:
            self._bar.setValue(done)
        for part in (self._work, self._bar, self._cancel):
            part.show()

    @Slot()
    def hide_progress(self) -> None:
        for part in (self._work, self._bar, self._cancel):
            part.hide()

    @property
    def working(self) -> bool:
        """Whether a progress bar is shown."""
        return not self._bar.isHidden()

    def say_meanwhile(self, text: str) -> None:
        """Say something while work goes on; its own words come back with its next step."""
        self._work.setText(text)
        self._work.show()
        announce(self._work, text)

    @Slot(str)
    def show_result(self, text: str) -> None:
        """What came of the work just ended; stays until the next."""
        self.hide_progress()
        self._work.setText(text)
        self._work.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color(Role.WINDOW))
