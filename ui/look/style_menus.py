"""Menus and tool tips."""

from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyleOption, QStyleOptionMenuItem, QWidget

from ui.look.fonts import scaled
from ui.look.icons import Icon, Weight, draw
from ui.look.shapes import BUTTON_HEIGHT, CARD_RADIUS, CONTROL_RADIUS, box, hair_line
from ui.look.tokens import Role, color

State = QStyle.StateFlag
_ICON_LEFT = 10
_TEXT_LEFT = 36
_RIGHT = 28
_SEPARATOR = 9
_KINDS = QStyleOptionMenuItem.MenuItemType


def item_size(option: QStyleOptionMenuItem, size: QSize) -> QSize:
    if option.menuItemType == _KINDS.Separator:
        return QSize(10, _SEPARATOR)
    return QSize(size.width() + _TEXT_LEFT + _RIGHT, scaled(BUTTON_HEIGHT))


def panel(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    box(painter, option.rect, CARD_RADIUS, fill=Role.SURFACE, line=Role.LINE2)


def tip(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    box(painter, option.rect, CONTROL_RADIUS, fill=Role.TEXT)


def item(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if not isinstance(option, QStyleOptionMenuItem):
        return
    rect = option.rect
    if option.menuItemType == _KINDS.Separator:
        middle = QRectF(rect).center().y()
        hair_line(painter, QPointF(rect.left() + 8, middle), QPointF(rect.right() - 8, middle))
        return
    enabled = bool(option.state & State.State_Enabled)
    if option.state & State.State_Selected and (enabled or option.state & State.State_HasFocus):
        box(painter, rect, CONTROL_RADIUS, fill=Role.ACCENT_SOFT if enabled else Role.HOVER)
    _mark(option, painter, enabled=enabled)
    _words(option, painter, enabled=enabled)
    if option.menuItemType == _KINDS.SubMenu:
        place = QRect(rect.right() - 20, rect.top(), 12, rect.height())
        role = Role.TEXT2 if enabled else Role.DISABLED
        draw(painter, Icon.CARET_RIGHT, place, role, weight=Weight.BOLD, size=10)


def _mark(option: QStyleOptionMenuItem, painter: QPainter, *, enabled: bool) -> None:
    """The tick of a switch that is on, else the icon."""
    place = QRect(option.rect.left() + _ICON_LEFT, option.rect.top(), 16, option.rect.height())
    if option.checkType != QStyleOptionMenuItem.CheckType.NotCheckable and option.checked:
        role = Role.ACCENT_TEXT if enabled else Role.DISABLED
        draw(painter, Icon.CHECK, place, role, weight=Weight.BOLD, size=12)
    elif not option.icon.isNull():
        mode = QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled
        square = QRect(0, 0, 16, 16)
        square.moveCenter(place.center())
        option.icon.paint(painter, square, Qt.AlignmentFlag.AlignCenter, mode)


def _words(option: QStyleOptionMenuItem, painter: QPainter, *, enabled: bool) -> None:
    text, _, keys = option.text.replace("&&", "&").partition("\t")
    rect = option.rect.adjusted(_TEXT_LEFT, 0, -14, 0)
    painter.setFont(option.font)
    painter.setPen(color(Role.TEXT if enabled else Role.DISABLED))
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, left, text)
    if keys:
        painter.setPen(color(Role.TEXT3 if enabled else Role.DISABLED))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, right, keys.replace("+", " "))


def _nothing(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """The panel has already painted what lies between the items."""


PRIMITIVES: Final[dict[int, Any]] = {
    QStyle.PrimitiveElement.PE_PanelMenu: panel,
    QStyle.PrimitiveElement.PE_FrameMenu: _nothing,
    QStyle.PrimitiveElement.PE_PanelTipLabel: tip,
}
CONTROLS: Final[dict[int, Any]] = {
    QStyle.ControlElement.CE_MenuItem: item,
    QStyle.ControlElement.CE_MenuEmptyArea: _nothing,
}
