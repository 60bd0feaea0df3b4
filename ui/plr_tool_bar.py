"""The tool bar of the Attainments (PLR) window: what it can do, and why it cannot."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

_SIDE = 8
_GAP = 2
_BETWEEN = 2
"""Between the quiet buttons at the left, whose own edges keep their words apart: a window of 1366 takes them all."""


class PlrToolBar(QWidget):
    """`add` puts a widget at the left; what is added to `right` stands at the right of the first line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left: list[QWidget] = []
        self._at_right = QWidget(self)
        self.right = QHBoxLayout(self._at_right)
        self.right.setContentsMargins(0, 0, 0, 0)
        self.right.setSpacing(_GAP)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        widget.setParent(self)
        self._left.append(widget)

    def _places(self, width: int) -> tuple[list[QRect], int]:
        """Where the widgets at the left stand in `width`, and the height of all."""
        sizes = [widget.sizeHint().expandedTo(widget.minimumSize()) for widget in self._left]
        line = max(size.height() for size in sizes)
        room = width - _SIDE - self._at_right.minimumSizeHint().width() - _GAP
        left, top = _SIDE, _SIDE
        places = []
        for size in sizes:
            if left > _SIDE and left + size.width() > room:
                left, top, room = _SIDE, top + line + _GAP, width - _SIDE
            places.append(QRect(left, top + (line - size.height()) // 2, size.width(), size.height()))
            left += size.width() + _BETWEEN
        return places, top + line + _SIDE

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._places(width)[1]

    def sizeHint(self) -> QSize:
        size = self.minimumSizeHint()
        return QSize(size.width(), self.heightForWidth(max(self.width(), size.width())))

    def minimumSizeHint(self) -> QSize:
        widest = max(widget.sizeHint().width() for widget in self._left)
        right = self._at_right.minimumSizeHint()
        return QSize(widest + right.width() + _GAP + 2 * _SIDE, right.height() + 2 * _SIDE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        places, _ = self._places(self.width())
        for widget, place in zip(self._left, places, strict=True):
            widget.setGeometry(place)
        beside = max((place.right() for place in places if place.top() <= 2 * _SIDE), default=0)
        hint = self._at_right.sizeHint()
        width = min(hint.width(), self.width() - _SIDE - beside - _GAP)
        self._at_right.setGeometry(self.width() - _SIDE - width, _SIDE, width, hint.height())
