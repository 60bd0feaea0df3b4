"""Cells that are more than words: bars of progress, tags and changes not saved, drawn once and kept as pictures."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPixmap

from ui.grids.columns import Moved, State, Tags
from ui.look.chips import SOFT
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.plain import visible_text
from ui.look.shapes import TAG_RADIUS
from ui.look.tokens import Role, color

BAR_WIDTH = 60
BAR_HEIGHT = 6
TAG_HEIGHT = 20
TAG_GAP = 4
_TAG_ICON = 12
_TAG_PADDING = 6
_STATE_ICON = 15
_ARROW = 12
_GAP = 6


class CellPictures:
    """Bars by percent and tags by state, until the theme or the scale of the screen changes."""

    def __init__(self, dpr: float) -> None:
        self._dpr = dpr
        self._bars: dict[int, QPixmap] = {}
        self._tags: dict[tuple[State, bool], QPixmap] = {}
        self._moves: dict[Moved, QPixmap] = {}

    def paint_bar(self, painter: QPainter, percent: int, x: int, y: int, height: int) -> None:
        """A bar at `x`, in the middle of a row that begins at `y`."""
        share = max(0, min(100, percent))
        found = self._bars.get(share)
        if found is None:
            found = self._bars[share] = self._bar(share)
        painter.drawPixmap(x, y + (height - BAR_HEIGHT) // 2, found)

    def _bar(self, share: int) -> QPixmap:
        made = self._blank(BAR_WIDTH, BAR_HEIGHT)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(Role.LINE2))
        painter.drawRoundedRect(QRectF(0, 0, BAR_WIDTH, BAR_HEIGHT), 3, 3)
        if share:
            painter.setBrush(color(Role.GOOD if share == 100 else Role.ACCENT))
            painter.drawRoundedRect(QRectF(0, 0, max(BAR_HEIGHT, BAR_WIDTH * share / 100), BAR_HEIGHT), 3, 3)
        painter.end()
        return made

    def paint_tags(self, painter: QPainter, tags: Tags, area: QRect, *, selected: bool) -> None:
        """As many tags as fit into `area`, the first one whatever its length; on a selected row on a plain ground,
        or their own would not be seen."""
        x = area.x()
        for state in tags.states:
            picture = self._tag(state, selected)
            width = round(picture.width() / self._dpr)
            room = area.right() + 1 - x
            if x > area.x() and width > room:
                return
            y = area.y() + (area.height() - scaled(TAG_HEIGHT)) // 2
            if width > room:
                cut = QRect(0, 0, round(room * self._dpr), picture.height())
                painter.drawPixmap(x, y, picture, cut.x(), cut.y(), cut.width(), cut.height())
                return
            painter.drawPixmap(x, y, picture)
            x += width + TAG_GAP

    def paint_moved(self, painter: QPainter, moved: Moved, area: QRect) -> None:
        """The old state struck out, an arrow, and the new one: as much of it as `area` holds."""
        picture = self._moved(moved)
        y = area.y() + (area.height() - round(picture.height() / self._dpr)) // 2
        width = min(round(picture.width() / self._dpr), area.width())
        painter.drawPixmap(area.x(), y, picture, 0, 0, round(width * self._dpr), picture.height())

    def width_of_moved(self, moved: Moved) -> int:
        """The room in which all of it is seen."""
        return round(self._moved(moved).width() / self._dpr)

    def _moved(self, moved: Moved) -> QPixmap:
        found = self._moves.get(moved)
        if found is not None:
            return found
        before, after = (font(Type.SECONDARY, weight=weight) for weight in (400, 600))
        before.setStrikeOut(True)
        old, new = (visible_text(str(one)) for one in (moved.old, moved.new))
        old_width, new_width = QFontMetrics(before).horizontalAdvance(old), QFontMetrics(after).horizontalAdvance(new)
        arrow_at = old_width + _GAP
        icon_at = arrow_at + _ARROW + _GAP
        new_at = icon_at + _STATE_ICON + _GAP - 1
        height = scaled(TAG_HEIGHT)
        made = self._blank(new_at + new_width + 1, height)
        painter = QPainter(made)
        painter.setFont(before)
        painter.setPen(color(Role.TEXT2))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(0, 0, old_width + 1, height), middle, old)
        draw(painter, Icon.ARROW_RIGHT, QRect(arrow_at, 0, _ARROW, height), Role.STAGED, size=_ARROW)
        draw(painter, moved.new.icon, QRect(icon_at, 0, _STATE_ICON, height), moved.new.role, size=_STATE_ICON)
        painter.setFont(after)
        painter.setPen(color(Role.TEXT))
        painter.drawText(QRect(new_at, 0, new_width + 1, height), middle, new)
        painter.end()
        self._moves[moved] = made
        return made

    def width_of(self, tags: Tags) -> int:
        """The room in which all of them are seen."""
        widths = [round(self._tag(state, False).width() / self._dpr) for state in tags.states]
        return sum(widths) + TAG_GAP * max(0, len(widths) - 1)

    def _tag(self, state: State, selected: bool) -> QPixmap:
        found = self._tags.get((state, selected))
        if found is not None:
            return found
        if len(self._tags) > 500:  # words with numbers in them have no end
            self._tags.clear()
        words = visible_text(str(state))
        measure = metrics(Type.CAPTION, weight=500)
        height, icon = scaled(TAG_HEIGHT), _TAG_ICON
        width = _TAG_PADDING + icon + 4 + measure.horizontalAdvance(words) + _TAG_PADDING + 1
        made = self._blank(width, height)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(Role.SURFACE if selected else SOFT[state.role]))
        painter.drawRoundedRect(QRectF(0, 0, width, height), TAG_RADIUS, TAG_RADIUS)
        draw(painter, state.icon, QRect(_TAG_PADDING, 0, icon, height), state.role, size=icon)
        painter.setFont(font(Type.CAPTION, weight=500))
        painter.setPen(color(state.role))
        left = _TAG_PADDING + icon + 4
        painter.drawText(QRect(left, 0, width - left, height), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
        self._tags[state, selected] = made
        return made

    def _blank(self, width: int, height: int) -> QPixmap:
        made = QPixmap(round(width * self._dpr), round(height * self._dpr))
        made.setDevicePixelRatio(self._dpr)
        made.fill(Qt.GlobalColor.transparent)
        return made
