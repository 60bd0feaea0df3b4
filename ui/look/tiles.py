"""Counts as tiles: the equation of a summary, and the row of counts that filters a grid."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import text_label
from ui.look.shapes import CARD_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import count, tr


@dataclass(frozen=True, slots=True)
class TileContent:
    """What one tile shows: `key` is what its signals carry."""

    key: str
    number: int
    text: str
    icon: Icon | None = None
    role: Role = Role.TEXT2
    tip: str = ""


class Tile(QAbstractButton):
    """A number over its name; a click or Space chooses it. `flat` ones have a box only when chosen."""

    def __init__(self, content: TileContent, *, flat: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._flat = flat
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_content(content)

    @property
    def content(self) -> TileContent:
        return self._content

    def show_content(self, content: TileContent) -> None:
        self._content = content
        self.setObjectName(content.key)
        self.setText(f"{count(content.number)} {content.text}")
        self.setAccessibleName(self.text())
        self.setToolTip(content.tip)
        self.updateGeometry()
        self.update()

    @property
    def _number_kind(self) -> Type:
        return Type.PANE_TITLE if self._flat else Type.COUNT

    def sizeHint(self) -> QSize:
        pad = 12 if self._flat else 14
        words = metrics(Type.SECONDARY, weight=500).horizontalAdvance(self._content.text) + 1
        words += 14 + 5 if self._content.icon is not None else 0
        number = metrics(self._number_kind, numbers=True).horizontalAdvance(count(self._content.number))
        smallest = 0 if self._flat else scaled(104)
        width = max(max(words, number) + 2 * pad, smallest)
        return QSize(width, scaled(46 if self._flat else 73))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen = self.isChecked()
        over = self.underMouse()
        if chosen:
            line = Role.ACCENT_LINE if self._flat else Role.ACCENT
            box(
                painter,
                self.rect(),
                CARD_RADIUS,
                fill=Role.ACCENT_SOFT,
                line=line,
                width=1.0 if self._flat else 1.5,
            )
        elif not self._flat or over:
            fill = Role.HOVER if over else Role.SURFACE
            box(painter, self.rect(), CARD_RADIUS, fill=fill, line=None if self._flat else Role.LINE)
        self._paint_words(painter, chosen=chosen)
        painter.end()

    def _paint_words(self, painter: QPainter, *, chosen: bool) -> None:
        pad = 12 if self._flat else 14
        inside = self.rect().adjusted(pad, 5 if self._flat else 10, -pad, -4 if self._flat else -10)
        number = QRect(inside)
        caption = QRect(inside)
        line = metrics(Type.SECONDARY).height() + 3
        caption.setTop(inside.bottom() - line + 1)
        number.setBottom(caption.top() - 1)
        painter.setFont(font(self._number_kind, numbers=True))
        painter.setPen(color(Role.ACCENT_TEXT if chosen and self._flat else Role.TEXT))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(number, left, count(self._content.number))
        if self._content.icon is not None:
            place = QRect(caption.left(), caption.top(), 14, caption.height())
            draw(painter, self._content.icon, place, self._content.role, size=14)
            caption.setLeft(caption.left() + 14 + 5)
        painter.setFont(font(Type.SECONDARY, weight=500))
        painter.setPen(color(Role.TEXT2))
        painter.drawText(caption, left, self._content.text)


class Tiles(QWidget):
    """A row of tiles of which at most one is chosen; `chosen` carries its key.

    With `equation` the first is the sum of the others, with signs between them.
    """

    chosen = Signal(str)

    def __init__(
        self,
        contents: Sequence[TileContent],
        *,
        equation: bool = True,
        flat: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tiles: dict[str, Tile] = {}
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8 if equation else 4)
        for at, content in enumerate(contents):
            if equation and at:
                sign = text_label("=" if at == 1 else "+", Type.PANE_TITLE, Role.TEXT2, weight=400)
                row.addWidget(sign)
            tile = Tile(content, flat=flat, parent=self)
            tile.clicked.connect(self._choose)
            self._tiles[content.key] = tile
            row.addWidget(tile)
        if equation:
            self.setAccessibleName(self._spoken(contents))

    @property
    def value(self) -> str:
        """The key of the chosen tile, or ""."""
        return next((key for key, tile in self._tiles.items() if tile.isChecked()), "")

    def tile(self, key: str) -> Tile:
        return self._tiles[key]

    def choose(self, key: str) -> None:
        """Show `key` as chosen, without telling; "" chooses none."""
        for its, tile in self._tiles.items():
            tile.setChecked(its == key)

    def show_numbers(self, numbers: dict[str, int]) -> None:
        """Other numbers in the same tiles."""
        for key, number in numbers.items():
            old = self._tiles[key].content
            self._tiles[key].show_content(TileContent(key, number, old.text, old.icon, old.role, old.tip))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tiles = list(self._tiles.values())
        at = next((place for place, tile in enumerate(tiles) if tile.hasFocus()), -1)
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if at >= 0 and event.key() in steps:
            tiles[(at + steps[Qt.Key(event.key())]) % len(tiles)].setFocus(Qt.FocusReason.TabFocusReason)
        elif at >= 0 and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            tiles[at].click()
        else:
            super().keyPressEvent(event)

    def _choose(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, Tile):
            self.choose(pressed.content.key)
            self.chosen.emit(pressed.content.key)

    @staticmethod
    def _spoken(contents: Sequence[TileContent]) -> str:
        if len(contents) < 2:
            return ""
        parts = tr(" and ").join(f"{count(part.number)} {part.text}" for part in contents[1:])
        return tr("{total}: {parts}", total=f"{count(contents[0].number)} {contents[0].text}", parts=parts)
