"""The status bar: what is selected at the left, work under way in the middle, where we are at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from app.tasks import Progress
from ui.look.buttons import button, explain
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import ElidingLabel
from ui.look.plain import visible_text
from ui.look.speech import announce
from ui.look.tokens import Role, color
from ui.look.words import count, plural, tr

HEIGHT = 28
_LEFT_WIDTH, _WORK_WIDTH = 300, 60
_ICON, _BESIDE, _BETWEEN = 15, 6, 11


class Sign(str):
    """Words with an icon before them."""

    icon: Icon
    role: Role

    def __new__(cls, words: str, icon: Icon, role: Role = Role.TEXT2) -> "Sign":
        made = super().__new__(cls, words)
        made.icon, made.role = icon, role
        return made


class _Signs(ElidingLabel):
    """Words side by side, with a thin line between two; as `text()` they are one."""

    def __init__(self, name: str) -> None:
        self._signs: Sequence[str] = ()
        super().__init__("", Type.SECONDARY, Role.TEXT2, numbers=True)
        self.setObjectName(name)

    def show_signs(self, signs: Sequence[str]) -> None:
        self._signs = tuple(signs)
        self.setText("   |   ".join(signs))
        self.updateGeometry()  # an icon may have come with the same words
        self.update()

    def sizeHint(self) -> QSize:
        wide = sum(self._wide(one) for one in self._signs) + max(0, len(self._signs) - 1) * (2 * _BETWEEN + 1)
        return QSize(wide, super().sizeHint().height())

    def shown_text(self) -> str:
        if self.width() >= self.sizeHint().width():
            return self.text()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def _wide(self, words: str) -> int:
        beside = _ICON + _BESIDE if isinstance(words, Sign) else 0
        return beside + self.fontMetrics().horizontalAdvance(visible_text(words)) + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        left = 0
        for place, words in enumerate(self._signs):
            if place:
                middle = self.height() // 2
                painter.fillRect(QRect(left + _BETWEEN, middle - 7, 1, 14), color(Role.LINE2))
                left += 2 * _BETWEEN + 1
            room = QRect(left, 0, min(self._wide(words), self.width() - left), self.height())
            self._paint_sign(painter, words, room)
            left += self._wide(words)
        painter.end()

    def _paint_sign(self, painter: QPainter, words: str, room: QRect) -> None:
        if isinstance(words, Sign):
            draw(painter, words.icon, QRect(room.left(), 0, _ICON, self.height()), words.role, size=_ICON)
            room.setLeft(room.left() + _ICON + _BESIDE)
        painter.setPen(color(Role.TEXT2))
        shown = self.fontMetrics().elidedText(visible_text(words), Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)


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
        self._left = _Signs("status_left")
        row.addWidget(self._left, 2)
        self._work = ElidingLabel("", Type.SECONDARY, Role.TEXT2, numbers=True)
        self._work.setObjectName("status_work")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(160, 6)
        self._bar.setAccessibleName(tr("Progress"))
        self._cancel = button(tr("Cancel"), kind="link", name="status_cancel", clicked=self.cancelled, small=True)
        # Of long words about work as much is shown as there is room for beside the other words.
        self._work.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._work.setMinimumWidth(scaled(_WORK_WIDTH))
        for part, share in ((self._work, 20), (self._bar, 0), (self._cancel, 0)):
            row.addWidget(part, share)
            part.hide()
        self._right = _Signs("status_right")
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
        """Either side; a `Sign` has its icon before it."""
        self._left.show_signs(left)
        # What is selected stays whole where the work under way has much to say.
        self._left.setMinimumWidth(min(self._left.sizeHint().width(), scaled(_LEFT_WIDTH)))
        self._right.show_signs(right)

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
        self._tell(words)
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
        self._tell(text)
        self._work.show()
        announce(self._work, text)

    @Slot(str)
    def show_result(self, text: str) -> None:
        """What came of the work just ended; stays until the next."""
        self.hide_progress()
        self._tell(text)
        self._work.show()

    def _tell(self, words: str) -> None:
        self._work.setText(words)
        self._work.setMaximumWidth(max(self._work.minimumWidth(), self._work.sizeHint().width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color(Role.WINDOW))
