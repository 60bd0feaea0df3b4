"""Push buttons and tool buttons: normal, primary, danger, quiet, link, and switched on."""

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter
from PySide6.QtWidgets import (
    QStyle,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionToolButton,
    QWidget,
)

from ui.look.fonts import Type, font, metrics, scaled
from ui.look.shapes import BUTTON_HEIGHT, CONTROL_RADIUS, SMALL_HEIGHT, box, mixed
from ui.look.style_marks import caret
from ui.look.tokens import Role, color

State = QStyle.StateFlag
ICON_SIZE = 16
ICON_GAP = 6
CARET = 10
CARET_GAP = 4
_PADDING = {"quiet": 9, "link": 0}
_USUAL_PADDING = 15
_SMALL_PADDING = 9


@dataclass(frozen=True, slots=True)
class Dress:
    """How one button looks in its present state."""

    fill: Role | QColor | None
    line: Role | QColor | None
    text: Role
    icon: Role


def kind_of(widget: QWidget | None) -> str:
    kind = widget.property("kind") if widget is not None else None
    return kind if isinstance(kind, str) and kind else "normal"


def dress(kind: str, state: QStyle.StateFlag) -> Dress:
    """The colours of a button of `kind` in `state`."""
    over = bool(state & State.State_MouseOver)
    down = bool(state & State.State_Sunken)
    if not state & State.State_Enabled:
        bare = kind in {"quiet", "link"}
        return Dress(None if bare else Role.SUBTLE, None if bare else Role.LINE, Role.DISABLED, Role.DISABLED)
    if kind == "link":
        return Dress(None, None, Role.ACCENT_TEXT, Role.ACCENT_TEXT)
    if state & State.State_On:
        share = 0.5 if down or over else 0.0
        return Dress(mixed(Role.ACCENT_SOFT, Role.ACCENT_LINE, share), Role.ACCENT_LINE, Role.TEXT, Role.ACCENT_TEXT)
    if kind == "primary":
        fill = Role.ACCENT_PRESS if down else Role.ACCENT_HOVER if over else Role.ACCENT
        return Dress(fill, None, Role.ON_ACCENT, Role.ON_ACCENT)
    if kind == "danger":
        share = 0.24 if down else 0.12 if over else 0.0
        return Dress(mixed(Role.BAD, Role.TEXT, share), None, Role.SURFACE, Role.SURFACE)
    if kind == "quiet":
        ground = Role.PRESSED if down else Role.HOVER if over else None
        return Dress(ground, Role.LINE if over and not down else None, Role.TEXT, Role.TEXT2)
    fill = Role.PRESSED if down else Role.HOVER if over else Role.SURFACE
    return Dress(fill, Role.BORDER if down or over else Role.LINE2, Role.TEXT, Role.TEXT2)


def font_of(kind: str) -> QFont:
    return font(Type.KEY, weight=600 if kind in {"primary", "danger"} else 500)


def _padding(kind: str, small: bool) -> int:
    return _PADDING.get(kind, _SMALL_PADDING if small else _USUAL_PADDING)


def _content_width(option: QStyleOptionButton, kind: str) -> int:
    measure = metrics(Type.KEY, weight=600 if kind in {"primary", "danger"} else 500)
    shown = option.text.replace("&&", "&")
    # One more than the rounded width, or a text that just fits would be shortened.
    width = measure.horizontalAdvance(shown) + 1
    if not option.icon.isNull():
        width += ICON_SIZE + (ICON_GAP if shown else 0)
    if option.features & QStyleOptionButton.ButtonFeature.HasMenu:
        width += CARET + CARET_GAP
    return int(width)


def push_button_size(option: QStyleOption, widget: QWidget | None) -> QSize:
    """What the text, the icon and the caret need, and the one height of buttons."""
    if not isinstance(option, QStyleOptionButton):
        return QSize(BUTTON_HEIGHT, BUTTON_HEIGHT)
    kind = kind_of(widget)
    small = bool(widget is not None and widget.property("small"))
    height = scaled(SMALL_HEIGHT if small or kind == "link" else BUTTON_HEIGHT)
    if not option.text:
        return QSize(height, height)
    return QSize(_content_width(option, kind) + 2 * _padding(kind, small), height)


def push_bevel(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    worn = dress(kind_of(widget), option.state)
    if worn.fill is not None or worn.line is not None:
        box(painter, option.rect, CONTROL_RADIUS, fill=worn.fill, line=worn.line)


def push_label(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if not isinstance(option, QStyleOptionButton):
        return
    kind = kind_of(widget)
    worn = dress(kind, option.state)
    rect = option.rect
    width = min(_content_width(option, kind), rect.width())
    left = rect.left() + (rect.width() - width) // 2
    end = left + width
    if not option.icon.isNull():
        _draw_icon(option, painter, QPoint(left, rect.center().y() + 1 - ICON_SIZE // 2))
        left += ICON_SIZE + ICON_GAP
    if option.features & QStyleOptionButton.ButtonFeature.HasMenu:
        caret(painter, QPoint(end - CARET, rect.center().y() - 4), bool(option.state & State.State_Enabled))
        end -= CARET + CARET_GAP
    face = QFont(font_of(kind))
    face.setUnderline(kind == "link" and bool(option.state & State.State_MouseOver))
    painter.setFont(face)
    painter.setPen(color(worn.text))
    place = QRect(left, rect.top(), end - left, rect.height())
    text = painter.fontMetrics().elidedText(
        option.text.replace("&&", "&"), Qt.TextElideMode.ElideRight, place.width()
    )
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def push_button(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """The whole button: Fusion would paint the label in a rectangle of its own, smaller one."""
    push_bevel(style, option, painter, widget)
    push_label(style, option, painter, widget)


def _draw_icon(option: QStyleOptionButton, painter: QPainter, corner: QPoint) -> None:
    enabled = option.state & State.State_Enabled
    mode = QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled
    state = QIcon.State.On if option.state & State.State_On else QIcon.State.Off
    option.icon.paint(
        painter,
        QRect(corner, QSize(ICON_SIZE, ICON_SIZE)),
        Qt.AlignmentFlag.AlignCenter,
        mode,
        state,
    )


def tool_button_size(option: QStyleOption, size: QSize, height: int) -> QSize:
    text = getattr(option, "text", "")
    return QSize(max(size.width() + 12, height), height) if text else QSize(height, height)


def tool_button(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """A tool button is a quiet button: ground only under the pointer, or when it is switched on."""
    if not isinstance(option, QStyleOptionToolButton):
        return
    kind = kind_of(widget)
    worn = dress("quiet" if kind == "normal" else kind, option.state)
    if worn.fill is not None or worn.line is not None:
        box(painter, option.rect, CONTROL_RADIUS, fill=worn.fill, line=worn.line)
    label = QStyleOptionToolButton(option)
    if option.features & QStyleOptionToolButton.ToolButtonFeature.HasMenu and option.text:
        caret(
            painter,
            QPoint(option.rect.right() - CARET - 5, option.rect.center().y() - 4),
            bool(option.state & State.State_Enabled),
        )
        label.rect = option.rect.adjusted(0, 0, -CARET - 2, 0)
    style.drawControl(QStyle.ControlElement.CE_ToolButtonLabel, label, painter, widget)


CONTROLS: Final[dict[int, Any]] = {
    QStyle.ControlElement.CE_PushButton: push_button,
    QStyle.ControlElement.CE_PushButtonBevel: push_bevel,
    QStyle.ControlElement.CE_PushButtonLabel: push_label,
}
COMPLEX: Final[dict[int, Any]] = {QStyle.ComplexControl.CC_ToolButton: tool_button}
