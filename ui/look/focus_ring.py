"""The ring round the control that has the keyboard: one transparent child per window."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from ui.look.shapes import CARD_RADIUS, box
from ui.look.tokens import Role, theme

GROWN = 4
"""How far the ring stands out, unless a control says otherwise with its property `ring_grown`."""
_WIDTH = 2.0
_RINGED = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QTextEdit, QPlainTextEdit, QTabBar)
_MOVED = {
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.ParentChange,
    QEvent.Type.LayoutRequest,
}


class FocusRing(QWidget):
    """Follows the focus inside `window`; create one per window with `FocusRing(window)`.

    Grids paint their own current row; a widget with the property `ring` set to False gets none, one with
    True gets one whatever it is. A tab bar has it round the chosen tab.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._window = window
        self._target: QWidget | None = None
        self._watched: list[QObject] = []
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self.follow)
        self.follow(None, QApplication.focusWidget())

    @property
    def target(self) -> QWidget | None:
        """The control that the ring is round, None while it is hidden."""
        return self._target

    @Slot(QWidget, QWidget)
    def follow(self, old: QWidget | None, new: QWidget | None) -> None:
        ringed = self._ringed(new)
        if ringed is self._target:
            return
        self._unwatch()
        self._target = ringed
        if ringed is None:
            self.hide()
            return
        step: QWidget | None = ringed
        while step is not None and step is not self._window:
            step.installEventFilter(self)
            self._watched.append(step)
            step = step.parentWidget()
        if isinstance(ringed, QTabBar):
            ringed.currentChanged.connect(self._place)
        self._place()

    def _ringed(self, widget: QWidget | None) -> QWidget | None:
        if widget is None or widget.window() is not self._window:
            return None
        holder = widget.parentWidget()
        if isinstance(widget, QLineEdit) and isinstance(holder, QComboBox | QAbstractSpinBox):
            widget = holder
        wanted = widget.property("ring")
        if wanted is None:
            wanted = isinstance(widget, _RINGED)
        return widget if wanted else None

    def _unwatch(self) -> None:
        """Let go of the old target; it and what it stood in may be gone by now."""
        target = self._target
        if isinstance(target, QTabBar) and isValid(target):
            target.currentChanged.disconnect(self._place)
        for watched in self._watched:
            if isValid(watched):
                watched.removeEventFilter(self)
        self._watched.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVED:
            self._place()
        return False

    @Slot()
    def _place(self) -> None:
        """Cover the target grown by 4, but no more of it than its scroll areas show."""
        target = self._target
        if target is None or not isValid(target) or not target.isVisibleTo(self._window):
            self.hide()
            return
        inside = target.rect()
        if isinstance(target, QTabBar) and target.currentIndex() >= 0:
            inside = target.tabRect(target.currentIndex()).adjusted(4, 4, -4, -4)
        corner = target.mapTo(self._window, QPoint(0, 0))
        grown = target.property("ring_grown") or GROWN
        rect = inside.translated(corner).adjusted(-grown, -grown, grown, grown)
        seen = self._seen_of(target, rect)
        if seen.isEmpty():
            self.hide()
            return
        self.setGeometry(rect)
        if seen == rect:
            self.clearMask()
        else:
            self.setMask(seen.translated(-rect.topLeft()))
        self.raise_()
        self.show()
        self.update()

    def _seen_of(self, target: QWidget, rect: QRect) -> QRect:
        step = target.parentWidget()
        while step is not None and step is not self._window:
            area = step.parentWidget()
            if isinstance(area, QAbstractScrollArea) and area.viewport() is step:
                shown = step.rect().translated(step.mapTo(self._window, QPoint(0, 0)))
                rect = rect.intersected(shown.adjusted(-1, -1, 1, 1))
            step = area
        return rect

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        role = Role.ACCENT_TEXT if theme().is_dark else Role.ACCENT
        box(painter, self.rect(), CARD_RADIUS + 2, line=role, width=_WIDTH)
        painter.end()
