"""Ticks, dots, arrows and frames of the standard controls."""

from typing import Any, Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOption, QStyleOptionViewItem, QWidget

from ui.look.icons import Icon, Weight, draw
from ui.look.shapes import CHECK_RADIUS, CONTROL_RADIUS, box
from ui.look.tokens import Role, color

PE = QStyle.PrimitiveElement
State = QStyle.StateFlag


def nothing(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """What Fusion would draw here, we do not: the focus ring, for one, is a widget of its own."""


def check_box(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    side = min(option.rect.width(), option.rect.height())
    rect = QRect(0, 0, side, side)
    rect.moveCenter(option.rect.center())
    mark = _mark_of(option)
    fill, line, over = _mark_colours(option, marked=mark is not None)
    box(painter, rect, CHECK_RADIUS, fill=fill, line=line)
    if mark is not None:
        draw(painter, mark, rect, over, weight=Weight.BOLD, size=round(side * 2 / 3))


def _mark_of(option: QStyleOption) -> Icon | None:
    if isinstance(option, QStyleOptionViewItem):
        partly = option.checkState == Qt.CheckState.PartiallyChecked
        whole = option.checkState == Qt.CheckState.Checked
    else:
        partly = bool(option.state & State.State_NoChange)
        whole = bool(option.state & State.State_On)
    if partly:
        return Icon.MINUS
    return Icon.CHECK if whole else None


def _mark_colours(option: QStyleOption, *, marked: bool) -> tuple[Role, Role, Role]:
    """Ground, line, and what stands on the ground."""
    if not option.state & State.State_Enabled:
        return Role.SUBTLE, Role.LINE2, Role.DISABLED
    over = option.state & State.State_MouseOver
    down = option.state & State.State_Sunken
    if marked:
        ground = Role.ACCENT_PRESS if down else Role.ACCENT_HOVER if over else Role.ACCENT
        return ground, ground, Role.ON_ACCENT
    ground = Role.PRESSED if down else Role.HOVER if over else Role.SURFACE
    return ground, Role.BORDER, Role.TEXT


def radio_button(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    side = min(option.rect.width(), option.rect.height())
    rect = QRectF(0, 0, side, side)
    rect.moveCenter(QRectF(option.rect).center())
    on = bool(option.state & State.State_On)
    fill, line, over = _mark_colours(option, marked=on)
    box(painter, rect, side / 2, fill=fill, line=line)
    if on:
        dot = QRectF(0, 0, side * 3 / 8, side * 3 / 8)
        dot.moveCenter(rect.center())
        box(painter, dot, dot.width() / 2, fill=over)


def _arrow(icon: Icon) -> Any:
    def paint(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
        enabled = option.state & State.State_Enabled
        role = Role.TEXT2 if enabled else Role.DISABLED
        size = min(12, option.rect.width(), option.rect.height())
        draw(painter, icon, option.rect, role, weight=Weight.BOLD, size=max(size, 8))

    return paint


def branch(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if option.state & State.State_Children:
        icon = Icon.CARET_DOWN if option.state & State.State_Open else Icon.CARET_RIGHT
        draw(painter, icon, option.rect, Role.TEXT2, weight=Weight.BOLD, size=12)


def frame(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """Round the viewport of a list or a text box, and round any other framed box."""
    enabled = option.state & State.State_Enabled
    wrong = widget is not None and widget.property("invalid")
    line = Role.BAD if wrong else Role.BORDER if enabled else Role.LINE2
    box(painter, option.rect, CONTROL_RADIUS, fill=Role.SURFACE if enabled else Role.SUBTLE, line=line)


def view_item(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """The ground of a row in a plain list or tree; grids paint their own."""
    if not isinstance(option, QStyleOptionViewItem):
        return
    if option.backgroundBrush.style() != Qt.BrushStyle.NoBrush:
        painter.fillRect(option.rect, option.backgroundBrush)
    if option.state & State.State_Selected:
        active = option.state & State.State_Active
        painter.fillRect(option.rect, color(Role.ACCENT_SOFT if active else Role.SEL_OFF))
    elif option.state & State.State_MouseOver and option.state & State.State_Enabled:
        painter.fillRect(option.rect, color(Role.HOVER))


def corner(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    painter.fillRect(option.rect, color(Role.SURFACE))


def caret(painter: QPainter, corner: QPoint, enabled: bool, icon: Icon = Icon.CARET_DOWN) -> None:
    """The small arrow of a button that opens a menu, 10 px, its top left at `corner`."""
    role = Role.TEXT2 if enabled else Role.DISABLED
    draw(painter, icon, QRect(corner.x(), corner.y(), 10, 10), role, weight=Weight.BOLD)


PRIMITIVES: Final[dict[int, Any]] = {
    PE.PE_FrameFocusRect: nothing,
    PE.PE_FrameDefaultButton: nothing,
    PE.PE_FrameStatusBarItem: nothing,
    PE.PE_PanelItemViewRow: nothing,
    PE.PE_IndicatorHeaderArrow: nothing,
    PE.PE_IndicatorCheckBox: check_box,
    PE.PE_IndicatorItemViewItemCheck: check_box,
    PE.PE_IndicatorRadioButton: radio_button,
    PE.PE_IndicatorArrowDown: _arrow(Icon.CARET_DOWN),
    PE.PE_IndicatorArrowUp: _arrow(Icon.CARET_UP),
    PE.PE_IndicatorArrowLeft: _arrow(Icon.CARET_LEFT),
    PE.PE_IndicatorArrowRight: _arrow(Icon.CARET_RIGHT),
    PE.PE_IndicatorBranch: branch,
    PE.PE_Frame: frame,
    PE.PE_PanelItemViewItem: view_item,
    PE.PE_PanelScrollAreaCorner: corner,
}
