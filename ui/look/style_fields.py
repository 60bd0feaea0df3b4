"""Line edits, combo boxes and spin boxes."""

from typing import Any, Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QStyle,
    QStyleOption,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionFrame,
    QStyleOptionSpinBox,
    QWidget,
)

from ui.look.icons import Icon, Weight, draw
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role, color

State = QStyle.StateFlag
SC = QStyle.SubControl
PADDING = 9
_ARROW_ROOM = 26
_STEP_ROOM = 22


def field_frame(painter: QPainter, option: QStyleOption, widget: QWidget | None) -> None:
    """The ground and edge of every field; `invalid` ones are red, `soft` ones (search) lighter."""
    enabled = option.state & State.State_Enabled
    read_only = option.state & State.State_ReadOnly
    line = Role.BORDER if enabled else Role.LINE2
    if widget is not None and widget.property("soft") and enabled:
        over = option.state & (State.State_MouseOver | State.State_HasFocus)
        line = Role.BORDER if over else Role.LINE2
    if widget is not None and widget.property("invalid"):
        line = Role.BAD
    ground = Role.SURFACE if enabled and not read_only else Role.SUBTLE
    box(painter, option.rect, CONTROL_RADIUS, fill=ground, line=line)


def line_edit(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if isinstance(option, QStyleOptionFrame) and option.lineWidth > 0:
        field_frame(painter, option, widget)
        return
    inside = widget.parentWidget() if widget is not None else None
    if not isinstance(inside, QComboBox | QAbstractSpinBox):
        painter.fillRect(option.rect, color(Role.SURFACE))


def combo_size(option: QStyleOption, size: QSize, height: int) -> QSize:
    icon = 0
    if isinstance(option, QStyleOptionComboBox) and not option.currentIcon.isNull():
        icon = option.iconSize.width() + 4
    return QSize(size.width() + PADDING + _ARROW_ROOM + icon + 4, height)


def combo_part(option: QStyleOptionComplex, part: QStyle.SubControl) -> QRect:
    rect = option.rect
    if part == SC.SC_ComboBoxArrow:
        return QRect(rect.right() - _ARROW_ROOM + 1, rect.top(), _ARROW_ROOM, rect.height())
    if part == SC.SC_ComboBoxEditField:
        return rect.adjusted(PADDING, 1, -_ARROW_ROOM, -1)
    return QRect(rect)


def combo(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if not isinstance(option, QStyleOptionComplex):
        return
    field_frame(painter, option, widget)
    role = Role.TEXT2 if option.state & State.State_Enabled else Role.DISABLED
    arrow = combo_part(option, SC.SC_ComboBoxArrow)
    draw(painter, Icon.CARET_DOWN, arrow, role, weight=Weight.BOLD, size=10)


def combo_label(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if not isinstance(option, QStyleOptionComboBox) or option.editable:
        return
    rect = combo_part(option, SC.SC_ComboBoxEditField).adjusted(2, 0, 0, 0)
    enabled = option.state & State.State_Enabled
    if not option.currentIcon.isNull():
        mode = QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled
        side = option.iconSize.width()
        place = QRect(rect.left(), rect.top(), side, rect.height())
        option.currentIcon.paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
        rect.setLeft(rect.left() + side + 6)
    painter.setPen(color(Role.TEXT if enabled else Role.TEXT3))
    text = painter.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def spin_part(option: QStyleOptionComplex, part: QStyle.SubControl) -> QRect:
    rect = option.rect
    buttons = True
    if isinstance(option, QStyleOptionSpinBox):
        buttons = option.buttonSymbols != QAbstractSpinBox.ButtonSymbols.NoButtons
    room = _STEP_ROOM if buttons else PADDING
    half = rect.height() // 2
    left = rect.right() - room + 1
    if part == SC.SC_SpinBoxUp:
        return QRect(left, rect.top() + 1, room - 1, half - 1) if buttons else QRect()
    if part == SC.SC_SpinBoxDown:
        return QRect(left, rect.top() + half, room - 1, rect.height() - half - 1) if buttons else QRect()
    if part == SC.SC_SpinBoxEditField:
        return rect.adjusted(PADDING, 1, -room, -1)
    return QRect(rect)


def spin(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if not isinstance(option, QStyleOptionSpinBox):
        return
    field_frame(painter, option, widget)
    if option.buttonSymbols == QAbstractSpinBox.ButtonSymbols.NoButtons:
        return
    steps = QAbstractSpinBox.StepEnabledFlag
    for part, icon, needed, lift in (
        (SC.SC_SpinBoxUp, Icon.CARET_UP, steps.StepUpEnabled, 1),
        (SC.SC_SpinBoxDown, Icon.CARET_DOWN, steps.StepDownEnabled, -1),
    ):
        can = option.stepEnabled & needed and option.state & State.State_Enabled
        role = Role.TEXT2 if can else Role.DISABLED
        place = spin_part(option, part).translated(0, lift)
        draw(painter, icon, place, role, weight=Weight.BOLD, size=9)


PRIMITIVES: Final[dict[int, Any]] = {
    QStyle.PrimitiveElement.PE_PanelLineEdit: line_edit,
    QStyle.PrimitiveElement.PE_FrameLineEdit: line_edit,
}
CONTROLS: Final[dict[int, Any]] = {QStyle.ControlElement.CE_ComboBoxLabel: combo_label}
COMPLEX: Final[dict[int, Any]] = {
    QStyle.ComplexControl.CC_ComboBox: combo,
    QStyle.ComplexControl.CC_SpinBox: spin,
}
