"""An icon as a widget."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look.icons import Icon, Weight, draw
from ui.look.tokens import Role


class IconLabel(QWidget):
    """An icon of one size in one colour. `meaning` is for screen readers, "" where words stand beside it."""

    def __init__(
        self,
        icon: Icon,
        role: Role = Role.TEXT2,
        size: int = 16,
        *,
        weight: str = Weight.REGULAR,
        meaning: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._role = role
        self._size = size
        self._weight = weight
        self.setAccessibleName(meaning)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def icon(self) -> Icon:
        return self._icon

    def show_icon(self, icon: Icon, role: Role) -> None:
        """Show another icon, in another colour."""
        self._icon = icon
        self._role = role
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        role = self._role if self.isEnabled() else Role.DISABLED
        draw(painter, self._icon, self.rect(), role, weight=self._weight, size=self._size)
        painter.end()
