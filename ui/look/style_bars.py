"""Scroll bars, progress bars, table headers and splitters."""

from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QStyle,
    QStyleOption,
    QStyleOptionComplex,
    QStyleOptionHeader,
    QStyleOptionProgressBar,
    QStyleOptionSlider,
    QWidget,
)

from ui.look.fonts import Type, font
from ui.look.icons import Icon, Weight, draw
from ui.look.shapes import box, hair_line
from ui.look.tokens import Role, color

State = QStyle.StateFlag
SC = QStyle.SubControl
SCROLL_EXTENT = 12
SHORTEST_HANDLE = 32
PROGRESS_HEIGHT = 6
_HANDLE = 8
_END_GAP = 2


def _beside_header(widget: QWidget | None) -> int:
    """How much of a vertical scroll bar stands beside the grid's header and is no scroll bar."""
    height = widget.property("headerHeight") if widget is not None else None
    return height if isinstance(height, int) else 0


def _ground(widget: QWidget | None) -> Role:
    """What lies behind a scroll bar: mostly a card."""
    named = widget.property("ground") if widget is not None else None
    return Role[named] if isinstance(named, str) else Role.SURFACE


def scroll_part(option: QStyleOptionComplex, part: QStyle.SubControl, widget: QWidget | None) -> QRect:
    """A scroll bar without arrows: groove, handle, and the pages before and after it."""
    if not isinstance(option, QStyleOptionSlider):
        return QRect()
    upright = option.orientation == Qt.Orientation.Vertical
    top = _beside_header(widget) if upright else 0
    length = option.rect.height() if upright else option.rect.width()
    room = max(length - top - 2 * _END_GAP, 1)
    span = option.maximum - option.minimum
    handle = room
    if span > 0:
        share = option.pageStep / (span + option.pageStep)
        handle = min(max(int(share * room), SHORTEST_HANDLE), room)
    start = (
        top
        + _END_GAP
        + QStyle.sliderPositionFromValue(
            option.minimum, option.maximum, option.sliderPosition, room - handle, option.upsideDown
        )
    )
    end = top + _END_GAP + room
    spans = {
        SC.SC_ScrollBarGroove: (top + _END_GAP, room),
        SC.SC_ScrollBarSlider: (start, handle),
        SC.SC_ScrollBarSubPage: (top + _END_GAP, start - top - _END_GAP),
        SC.SC_ScrollBarAddPage: (start + handle, end - start - handle),
    }
    at, size = spans.get(part, (0, 0))
    if size <= 0:
        return QRect()
    if upright:
        return QRect(option.rect.left(), option.rect.top() + at, option.rect.width(), size)
    return QRect(option.rect.left() + at, option.rect.top(), size, option.rect.height())


def scroll_bar(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if not isinstance(option, QStyleOptionSlider):
        return
    painter.fillRect(option.rect, color(_ground(widget)))
    top = _beside_header(widget)
    upright = option.orientation == Qt.Orientation.Vertical
    if top and upright:
        head = QRect(option.rect.left(), option.rect.top(), option.rect.width(), top)
        painter.fillRect(head, color(Role.SUBTLE))
        line = QRectF(head).bottomLeft()
        hair_line(painter, QPointF(line.x(), line.y() - 1), QPointF(head.right() + 1, line.y() - 1))
    if option.maximum <= option.minimum:
        return
    handle = QRectF(scroll_part(option, SC.SC_ScrollBarSlider, widget))
    thin = (option.rect.width() if upright else option.rect.height()) - _HANDLE
    if upright:
        handle.adjust(thin / 2, 0, -thin / 2, 0)
    else:
        handle.adjust(0, thin / 2, 0, -thin / 2)
    on_handle = option.activeSubControls & SC.SC_ScrollBarSlider
    held = on_handle and option.state & State.State_Sunken
    role = Role.TEXT3 if held else Role.BORDER if on_handle else Role.LINE2
    box(painter, handle, _HANDLE / 2, fill=role)


def progress(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """A thin bar; how far it is stands in words beside it. Without a maximum its middle is filled."""
    if not isinstance(option, QStyleOptionProgressBar):
        return
    groove = QRectF(option.rect)
    groove.setHeight(min(float(PROGRESS_HEIGHT), groove.height()))
    groove.moveCenter(QRectF(option.rect).center())
    radius = groove.height() / 2
    box(painter, groove, radius, fill=Role.LINE2)
    span = option.maximum - option.minimum
    done = QRectF(groove)
    if span <= 0:
        done.adjust(groove.width() / 3, 0, -groove.width() / 3, 0)
    else:
        share = min(max((option.progress - option.minimum) / span, 0.0), 1.0)
        done.setWidth(groove.width() * share)
    if done.width() >= 1:
        box(painter, done, min(radius, done.width() / 2), fill=Role.ACCENT)


def header_section(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    painter.fillRect(option.rect, color(Role.SUBTLE))
    rect = QRectF(option.rect)
    hair_line(painter, QPointF(rect.left(), rect.bottom() - 1), QPointF(rect.right(), rect.bottom() - 1))
    hair_line(
        painter,
        QPointF(rect.right() - 1, rect.top() + 8),
        QPointF(rect.right() - 1, rect.bottom() - 8),
        Role.LINE2,
    )


def header_rest(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """What lies right of the last column's title."""
    painter.fillRect(option.rect, color(Role.SUBTLE))
    rect = QRectF(option.rect)
    hair_line(painter, QPointF(rect.left(), rect.bottom() - 1), QPointF(rect.right(), rect.bottom() - 1))


def header_label(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    if not isinstance(option, QStyleOptionHeader):
        return
    painter.setFont(font(Type.HEADER))
    painter.setPen(color(Role.TEXT2))
    place = option.rect.adjusted(4, 0, -4, 0)
    arrows = QStyleOptionHeader.SortIndicator
    if option.sortIndicator in {arrows.SortUp, arrows.SortDown}:
        icon = Icon.ARROW_UP if option.sortIndicator == arrows.SortDown else Icon.ARROW_DOWN
        arrow = QRect(place.right() - 11, place.top(), 12, place.height())
        draw(painter, icon, arrow, Role.ACCENT_TEXT, weight=Weight.BOLD, size=12)
        place.setRight(place.right() - 14)
    text = painter.fontMetrics().elidedText(option.text, Qt.TextElideMode.ElideRight, place.width())
    side = option.textAlignment & Qt.AlignmentFlag.AlignHorizontal_Mask
    painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, text)


def splitter(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
    """The gap between two cards; a short line shows under the pointer that it can be moved."""
    if option.state & State.State_MouseOver:
        middle = QRectF(option.rect).center()
        upright = option.rect.height() > option.rect.width()
        grip = QRectF(0, 0, 3 if upright else 32, 32 if upright else 3)
        grip.moveCenter(middle)
        box(painter, grip, 1.5, fill=Role.BORDER)


CE = QStyle.ControlElement
CONTROLS: Final[dict[int, Any]] = {
    CE.CE_ProgressBar: progress,
    CE.CE_HeaderSection: header_section,
    CE.CE_HeaderEmptyArea: header_rest,
    CE.CE_HeaderLabel: header_label,
    CE.CE_Splitter: splitter,
}
COMPLEX: Final[dict[int, Any]] = {QStyle.ComplexControl.CC_ScrollBar: scroll_bar}
