"""Paints the rows of a grid.

Not an item delegate: Qt would build an option object and ask the selection for each cell. Painting a row's
ground once and then column by column costs about a third, and a selection of thousands of ranges nothing.
No save and restore, no antialiasing; everything that can be kept is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPixmap

from ui.grids.cell_pictures import BAR_WIDTH, CellPictures
from ui.grids.cell_text import shown
from ui.grids.columns import Column, Kind, Moved, Row, State, Tags
from ui.grids.paged_model import PagedModel
from ui.grids.row_selection import RowSelection
from ui.grids.text_lines import Line, Style, TextLines
from ui.look.fonts import Type, font, metrics
from ui.look.icons import Icon, pixmap
from ui.look.plain import visible_text
from ui.look.tokens import Role, color, theme
from ui.look.words import tr

PAD = 8
STATE_ICON = 15
STATE_GAP = 5
TICK = 12
STAGED_BAR = 3
_RIGHT_KINDS = (Kind.NUMBER, Kind.DATE, Kind.PROGRESS, Kind.AGE)
_QUIET_KINDS = (Kind.KEY, Kind.MONO)
_STATE_WEIGHT = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands in the viewport. `number` is its place in the source's columns, -1 the gutter."""

    number: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be painted: rows `first` to `last` from `top` down, and the state they are in."""

    first: int
    last: int
    top: int
    row_height: int
    places: Sequence[Place]
    """Every column that is not hidden, from left to right."""
    clip: tuple[int, int]
    """From which x to which x anything needs painting."""
    left: int
    width: int
    hover: int
    current: int
    active: bool
    focused: bool
    dpr: float


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence across empty cells."""

    x: int
    width: int
    covered: frozenset[int]


class RowPainter:
    """Keeps fonts, colours, pictures and lines between paints, until the theme changes."""

    def __init__(self, model: PagedModel, selection: RowSelection) -> None:
        self._model = model
        self._selection = selection
        self._generation = -1
        self._dpr = 0.0
        self._renew(1.0)

    def _renew(self, dpr: float) -> None:
        self._generation = theme().generation
        self._dpr = dpr
        self._lines = TextLines()
        self._body = Style(font(Type.BODY), metrics(Type.BODY))
        self._numbers = Style(font(Type.BODY, numbers=True), metrics(Type.BODY, numbers=True))
        self._small = Style(font(Type.SECONDARY), metrics(Type.SECONDARY))
        key = Style(font(Type.KEY), metrics(Type.KEY))
        mono = Style(font(Type.CODE), metrics(Type.CODE))
        state = Style(font(Type.SECONDARY, weight=_STATE_WEIGHT), metrics(Type.SECONDARY, weight=_STATE_WEIGHT))
        self._styles = {
            Kind.TEXT: self._body,
            Kind.KEY: key,
            Kind.MONO: mono,
            Kind.NUMBER: self._numbers,
            Kind.DATE: self._numbers,
            Kind.STATE: state,
            Kind.PROGRESS: self._numbers,
            Kind.AGE: self._numbers,
            Kind.TAGS: self._small,
        }
        self._pictures = CellPictures(dpr)
        self._texts: dict[tuple[object, Kind], str] = {}
        self._icons: dict[tuple[Icon, Role], QPixmap] = {}
        self._colours = {role: color(role) for role in Role}
        self._tick = pixmap(Icon.CHECK, TICK, Role.ACCENT_TEXT, dpr, "bold")
        self._pencil = pixmap(Icon.PENCIL_SIMPLE, TICK, Role.STAGED, dpr)

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Paint the rows of `scene`; what lies below the last row is the caller's."""
        if self._generation != theme().generation or self._dpr != scene.dpr:
            self._renew(scene.dpr)
        rows = [self._model.row(number) for number in range(scene.first, scene.last + 1)]
        self._paint_grounds(painter, scene, rows)
        spans = {
            place: self._span(row, scene.places) for place, row in enumerate(rows) if row is not None and row.sentence
        }
        left, right = scene.clip
        for place in scene.places:
            if place.number >= 0 and place.x <= right and place.x + place.width > left:
                self._paint_column(painter, scene, place, rows, spans)
        if spans:
            self._paint_sentences(painter, scene, rows, spans)
        if scene.first <= scene.current <= scene.last:
            self._paint_frame(painter, scene)

    # Grounds, ticks and the frame

    def _paint_grounds(self, painter: QPainter, scene: Scene, rows: list[Row | None]) -> None:
        colours = self._colours
        height = scene.row_height
        fill = painter.fillRect
        left, width = scene.left, scene.width
        surface, line = colours[Role.SURFACE], colours[Role.LINE]
        chosen = colours[Role.ACCENT_SOFT if scene.active else Role.SEL_OFF]
        chosen_line = colours[Role.ACCENT_LINE if scene.active else Role.LINE2]
        gutter = next((place for place in scene.places if place.number < 0), None)
        tick_y = (height - 1 - TICK) // 2
        y = scene.top
        for number in range(scene.first, scene.last + 1):
            selected = self._selection.is_row_selected(number)
            row = rows[number - scene.first]
            staged = row is not None and row.staged
            plain = colours[Role.STAGED_SOFT] if staged else surface
            ground = chosen if selected else colours[Role.HOVER] if number == scene.hover else plain
            fill(left, y, width, height - 1, ground)
            fill(left, y + height - 1, width, 1, chosen_line if selected else line)
            if staged:
                fill(left, y, STAGED_BAR, height - 1, colours[Role.STAGED])
            if (selected or staged) and gutter is not None:
                mark = self._tick if selected else self._pencil
                painter.drawPixmap(gutter.x + (gutter.width - TICK) // 2, y + tick_y, mark)
            y += height

    def _paint_frame(self, painter: QPainter, scene: Scene) -> None:
        """Round the current row: 2 px where the keys go, else a thin reminder."""
        thick = 2 if scene.focused else 1
        role = Role.ACCENT_TEXT if theme().is_dark else Role.ACCENT
        ink = self._colours[role if scene.focused else Role.BORDER]
        y = scene.top + (scene.current - scene.first) * scene.row_height
        box = QRect(scene.left, y, scene.width, scene.row_height)
        painter.fillRect(box.x(), box.y(), box.width(), thick, ink)
        painter.fillRect(box.x(), box.y() + box.height() - thick, box.width(), thick, ink)
        painter.fillRect(box.x(), box.y(), thick, box.height(), ink)
        painter.fillRect(box.x() + box.width() - thick, box.y(), thick, box.height(), ink)

    # Cells

    def _paint_column(
        self,
        painter: QPainter,
        scene: Scene,
        place: Place,
        rows: list[Row | None],
        spans: dict[int, Span],
    ) -> None:
        column = self._model.columns[place.number]
        style = self._style(column)
        painter.setFont(style.font)
        right = column.at_right or column.kind in _RIGHT_KINDS
        ink: QColor | None = None
        drawn = style
        baseline = self._baseline(scene)
        y = scene.top - scene.row_height
        for number, row in enumerate(rows):
            y += scene.row_height
            if row is None:
                self._paint_placeholder(painter, scene, place, y)
                continue
            if row.sentence and place.number in spans[number].covered:
                continue
            cell = row.cells[place.number]
            if cell == "" or (cell is None and not column.absent):
                continue
            if isinstance(cell, Tags | Moved):
                area = QRect(place.x + PAD, y, place.width - 2 * PAD, scene.row_height - 1)
                self._paint_picture(painter, cell, area, scene.first + number)
                continue
            colour = self._colours[_role_of(row, column, cell)]
            if colour is not ink:
                painter.setPen(colour)
                ink = colour
            wanted = self._body if row.continued and column.kind is Kind.KEY else style
            if wanted is not drawn:
                painter.setFont(wanted.font)
                drawn = wanted
            indent = PAD
            if isinstance(cell, State):
                self._paint_icon(painter, cell, place.x + PAD, y + (scene.row_height - 1 - STATE_ICON) // 2)
                indent += STATE_ICON + STATE_GAP
            elif column.kind is Kind.PROGRESS and isinstance(cell, int):
                self._pictures.paint_bar(painter, cell, place.x + PAD, y, scene.row_height - 1)
                indent += BAR_WIDTH + STATE_GAP
            line = self._line(cell, column, wanted, place.width - indent - PAD)
            x = place.x + place.width - PAD - line.width if right else place.x + indent
            painter.drawStaticText(x, y + baseline - drawn.ascent, line.text)

    def _paint_picture(self, painter: QPainter, cell: Tags | Moved, area: QRect, number: int) -> None:
        if isinstance(cell, Moved):
            self._pictures.paint_moved(painter, cell, area)
        else:
            self._pictures.paint_tags(painter, cell, area, selected=self._selection.is_row_selected(number))

    def _baseline(self, scene: Scene) -> int:
        """One for all kinds of text in a row: its capitals stand in the middle."""
        return (scene.row_height - 1 + self._body.metrics.capHeight()) // 2

    def _line(self, cell: object, column: Column, style: Style, width: int) -> Line:
        return self._lines.line(self._text(cell, column), style, width, column.elide_middle)

    def _style(self, column: Column) -> Style:
        return self._numbers if column.at_right else self._styles[column.kind]

    def _text(self, cell: object, column: Column) -> str:
        if cell is None:
            return visible_text(tr(column.absent))
        if column.kind is Kind.AGE:  # tomorrow its words are others
            return shown(cell, column.kind)
        key = (cell, column.kind)
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) > 6_000:
                self._texts.clear()
            found = self._texts[key] = shown(cell, column.kind)
        return found

    def _paint_icon(self, painter: QPainter, state: State, x: int, y: int) -> None:
        key = (state.icon, state.role)
        found = self._icons.get(key)
        if found is None:
            found = self._icons[key] = pixmap(state.icon, STATE_ICON, state.role, self._dpr)
        painter.drawPixmap(x, y, found)

    def _paint_placeholder(self, painter: QPainter, scene: Scene, place: Place, y: int) -> None:
        """A bar where the text will stand."""
        width = max(0, (place.width - 2 * PAD) * 6 // 10)
        middle = y + (scene.row_height - PAD) // 2
        painter.fillRect(place.x + PAD, middle, width, PAD, self._colours[Role.HOVER])

    # Measures

    def width_of(self, number: int, column_number: int) -> int:
        """The width in which the cell would be seen whole."""
        row = self._model.row(number)
        if row is None:
            return 0
        column = self._model.columns[column_number]
        cell = row.cells[column_number]
        if isinstance(cell, Tags):
            return self._pictures.width_of(cell) + 2 * PAD + 1
        if isinstance(cell, Moved):
            return self._pictures.width_of_moved(cell) + 2 * PAD + 1
        text = self._text(cell, column)
        icon = STATE_ICON + STATE_GAP if isinstance(cell, State) else 0
        if column.kind is Kind.PROGRESS:
            icon = BAR_WIDTH + STATE_GAP
        return self._style(column).metrics.horizontalAdvance(text) + icon + 2 * PAD + 1

    def tip(self, number: int, x: int, places: Sequence[Place]) -> str:
        """The whole text of what stands at `x`, where it is elided; else nothing."""
        place = next((each for each in places if each.x <= x < each.x + each.width), None)
        row = self._model.row(number)
        if place is None or place.number < 0 or row is None:
            return ""
        if row.sentence:
            span = self._span(row, places)
            if place.number in span.covered:
                text = visible_text(row.sentence)
                line = self._lines.line(text, self._small, span.width - 2 * PAD)
                return text if line.elided else ""
        column = self._model.columns[place.number]
        text = self._text(row.cells[place.number], column)
        return text if self.width_of(number, place.number) > place.width + 1 else ""

    # Sentences

    def _span(self, row: Row, places: Sequence[Place]) -> Span:
        """The empty cells from `sentence_from` on, in the order the columns stand in now.

        Where that column is hidden, the first empty cells do: an error must not go unsaid.
        """
        columns = self._model.columns
        numbers = {column.id: number for number, column in enumerate(columns)}
        wanted = numbers.get(row.sentence_from, 0)
        shown_numbers = [place.number for place in places]
        covered: list[Place] = []
        for place in places:
            if place.number < 0 or (not covered and wanted in shown_numbers and place.number != wanted):
                continue
            if columns[place.number].id == row.sentence_until or row.cells[place.number] not in (None, ""):
                if covered:
                    break
                continue
            covered.append(place)
        if not covered:
            return Span(0, 0, frozenset())
        width = covered[-1].x + covered[-1].width - covered[0].x
        return Span(covered[0].x, width, frozenset(place.number for place in covered))

    def _paint_sentences(
        self, painter: QPainter, scene: Scene, rows: list[Row | None], spans: dict[int, Span]
    ) -> None:
        painter.setFont(self._small.font)
        for number, span in spans.items():
            row = rows[number]
            if row is None or span.width <= 2 * PAD:
                continue
            painter.setPen(self._colours[row.sentence_role])
            line = self._lines.line(visible_text(row.sentence), self._small, span.width - 2 * PAD)
            y = scene.top + number * scene.row_height + self._baseline(scene) - self._small.ascent
            painter.drawStaticText(span.x + PAD, y, line.text)


def _role_of(row: Row, column: Column, cell: object) -> Role:
    """The colour of a cell's text."""
    if cell is None:
        return Role.TEXT3
    if isinstance(cell, State):
        return cell.role
    if row.tints:
        tint = row.tints.get(column.id)
        if tint is not None:
            return tint
    if row.continued and column.kind in _QUIET_KINDS:
        return Role.TEXT3
    return Role.TEXT
