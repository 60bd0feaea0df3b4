"""Dialogs to fill in: how large they open, how they grow with what they have to say, what Enter does."""

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QLayout, QToolButton, QWidget
from shiboken6 import isValid

from app.tasks import TaskContext
from ui.grids.turn import Turn
from ui.look.dialog import FramedDialog
from ui.look.fonts import scaled
from ui.look.icons import Icon
from ui.look.screens import room_on_screen
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.workers import TaskRunner

SMALLEST_SCREEN = QSize(1366, 768)
"""What the program is made for; a smaller answer of the system is not believed."""
_MARGIN = QSize(40, 80)


class FormDialog(FramedDialog):
    """Enter presses the button that has the keyboard, an icon too; anywhere else it does the main thing.

    While `writing` is set it stays open, so that what came of it is told here; a write that still `waits` is taken
    back by closing, and what was typed stays. Once closed it deletes itself
    some time later, in the thread of the window; never before `exec` has returned.
    """

    def __init__(
        self,
        parent: QWidget | None,
        *,
        title: str,
        heading: str = "",
        secondary: str = "",
        icon: Icon | None = None,
        role: Role = Role.ACCENT_TEXT,
        name: str = "",
    ) -> None:
        super().__init__(parent, title=title, heading=heading, secondary=secondary, icon=icon, role=role, name=name)
        self.writing = False
        self._behind: Turn | None = None
        self._typed_in: QWidget | None = None
        self._awaited = False
        self._close = self._scrolls = False
        self.finished.connect(self._let_go)

    def exec(self) -> int:
        """Wait until it is closed; returns its result."""
        # Deleted from within its own loop, which may serve events after its end, it would count as cancelled.
        self._awaited = True
        try:
            return super().exec()
        finally:
            if isValid(self):
                self.deleteLater()

    def waits(self, runner: TaskRunner, task: TaskContext) -> None:
        """Say what `task`, just started here to write something, waits for, as long as it does."""
        if self._behind is None:
            self._behind = Turn(self)
            self.content.addWidget(self._behind)
        self._behind.follow(runner, task)
        if not self._behind.isHidden():
            self.fit()

    def withdraw(self, *, tell: bool = True) -> bool:
        """Take back a write that waits for its turn; False if there is none. Not `tell`: the dialog does so."""
        return self._behind is not None and self._behind.take_back(tell=tell)

    def hold_still(self, part: QWidget, still: bool) -> None:
        """While it is written nothing of it is changed, which would be lost; what had the keyboard has it again."""
        if still:
            self._typed_in = self.focusWidget()
        part.setEnabled(not still)
        if not still and self.focusWidget() is None and self._typed_in is not None and isValid(self._typed_in):
            self._typed_in.setFocus(Qt.FocusReason.OtherFocusReason)

    def done(self, result: int) -> None:
        if not self.writing:
            super().done(result)
        else:
            self.withdraw()

    @Slot()
    def _let_go(self) -> None:
        """Delete itself, but not under a question of its own that still waits for its answer."""
        if self._awaited:
            return
        above = QApplication.activeModalWidget()
        step = above.parentWidget() if above is not None else None
        while step is not None and step is not self:
            step = step.parentWidget()
        if step is self and isinstance(above, QDialog):
            above.finished.connect(self.deleteLater)
        else:
            self.deleteLater()

    def open_at(self, width: int, height: int) -> None:
        """Open `width` x `height` px large at 100 %, larger for larger text, bounded by the screen."""
        self.resize(QSize(scaled(width), scaled(height)).boundedTo(self._room()))

    def stay_close(self) -> None:
        """For a dialog of words without a list: never narrower than it opens, so that it need not be as high as its
        words would be in the narrowest place, which is what Qt leaves room for."""
        layout = self.layout()
        if layout is not None:
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._close = True

    def fit(self) -> None:
        """Become as high as what is shown now needs, as far as the screen allows; never lower."""
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        if not self._scrolls and self._is_too_high():
            self._scroll(layout)
        needed = layout.totalHeightForWidth(self.width())
        if not self._close:
            needed = max(needed, layout.totalMinimumSize().height())
        needed = min(needed, self._room().height())
        if self._close:
            self.setMinimumSize(self.width(), needed)
        if needed > self.height():
            self.resize(self.width(), needed)

    def _scroll(self, layout: QLayout) -> None:
        """With large text on a low screen the foot stays in sight, and what stands above it scrolls."""
        self._scrolls, focus = True, self.focusWidget()
        inside = QWidget(self)
        self._body.removeItem(self.content)
        self.content.setParent(None)
        self.content.setContentsMargins(RING, RING, RING, RING)
        inside.setLayout(self.content)
        self._body.addWidget(scrolling(inside, sideways=False), 1)
        if self.isVisible():
            inside.show()  # Qt leaves that to us
        if focus is not None:
            focus.setFocus(Qt.FocusReason.OtherFocusReason)
        layout.activate()
        self.resize(self.width(), min(self.height(), self._room().height()))

    def event(self, event: QEvent) -> bool:
        """What comes into it later may need more room than there is, too."""
        changes = event.type() is QEvent.Type.LayoutRequest  # asked first: after another event it may be gone
        done = super().event(event)
        if changes and self.isVisible() and not self._scrolls and self._is_too_high():
            self.fit()
        return done

    def _is_too_high(self) -> bool:
        layout = self.layout()
        if layout is None:
            return False
        least = layout.totalHeightForWidth(self.width()) if self._close else layout.totalMinimumSize().height()
        return least > self._room().height()

    def _room(self) -> QSize:
        return room_on_screen(self).size().expandedTo(SMALLEST_SCREEN) - _MARGIN

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = self.focusWidget()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and isinstance(focus, QToolButton):
            focus.click()
            return
        super().keyPressEvent(event)
