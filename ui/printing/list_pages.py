"""A list as pages: what a grid shows, in its columns and order, on A4 across. Plain text only, and always in the
colours of paper, whatever the window looks like."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageLayout, QPageSize, QPaintDevice, QPainter

from app.errors import InputError
from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.cell_text import spoken
from ui.grids.columns import Column, GridSource, Kind, Row
from ui.look.fonts import Type, font
from ui.look.words import count, tr

# All in points: 72 of them are an inch.
_WIDTH, _HEIGHT, _MARGIN = 842.0, 595.0, 30.0
_HEAD, _TITLES, _FOOT, _LINE = 46.0, 17.0, 18.0, 13.0
_GAP = 8.0
_SIZE, _SMALLEST = 8.0, 6.0
_NARROWEST = 24.0
_SAMPLE = 300
_PIECE = 500
ROWS_ON_A_PAGE = int((_HEIGHT - 2 * _MARGIN - _HEAD - _TITLES - _FOOT) // _LINE)
_INK, _QUIET, _RULE, _GROUND = QColor("#000000"), QColor("#444444"), QColor("#c8c8c8"), QColor("#ececec")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class Paper(Protocol):
    """What pages are painted on: a PDF writer, or a printer."""

    def newPage(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be printed. Made in the window's thread, for the fonts."""

    source: GridSource
    keys: Keys = field(repr=False)
    columns: Sequence[Column]
    title: str
    sentence: str = field(repr=False)
    """Which rows these are, in words."""
    made: str
    """When, and by whom."""
    text: QFont = field(default_factory=lambda: QFont(font(Type.BODY)))
    bold: QFont = field(default_factory=lambda: QFont(font(Type.HEADER)))
    code: QFont = field(default_factory=lambda: QFont(font(Type.CODE)))

    @property
    def pages(self) -> int:
        return pages_of(len(self.keys))


def pages_of(rows: int) -> int:
    """How many pages so many rows take."""
    return max(1, ceil(rows / ROWS_ON_A_PAGE))


def layout() -> QPageLayout:
    """A4 across, the whole sheet: the margins are in the painting."""
    size = QPageSize(QPageSize.PageSizeId.A4)
    return QPageLayout(size, QPageLayout.Orientation.Landscape, QMarginsF(0, 0, 0, 0))


def cells(row: Row | None, columns: Sequence[Column], places: Sequence[int]) -> list[str]:
    """The texts of a row; one that was removed meanwhile keeps its line, so that the pages stay as announced."""
    if row is None:
        return [tr("(removed meanwhile)"), *[""] * (len(columns) - 1)]
    return [" ".join(spoken(row.cells[place], column).split()) for place, column in zip(places, columns, strict=True)]


def texts(context: TaskContext, listing: Listing) -> Iterator[list[str]]:
    """The texts of every row, in order, read some hundred at a time."""
    places = [list(listing.source.columns).index(column) for column in listing.columns]
    for start in range(0, len(listing.keys), _PIECE):
        context.raise_if_cancelled()
        keys = listing.keys[start : start + _PIECE]
        rows = listing.source.rows(keys)
        for key in keys:
            yield cells(rows.get(key), listing.columns, places)


def paint(
    context: TaskContext,
    device: QPaintDevice,
    paper: Paper,
    listing: Listing,
    abort: Callable[[], object] = lambda: None,
) -> int:
    """Paint every page; returns how many. In a task. Raises InputError, Cancelled: `abort` is then called while the
    painting has not ended yet, for ending it would send what there is to a printer."""
    if not listing.columns:
        raise InputError("No column is shown.", hint="Show at least one column, then print.")
    painter = QPainter()
    if not painter.begin(device):
        raise InputError("The pages could not be made.", hint="Choose another printer or file, and try again.")
    try:
        brush = _Brush(painter, device, listing)
        rows = texts(context, listing)
        brush.fit([one for _, one in zip(range(_SAMPLE), texts(context, listing), strict=False)])
        for page in range(listing.pages):
            context.report(min(page * ROWS_ON_A_PAGE, len(listing.keys)), len(listing.keys), "Making pages")
            if page and not paper.newPage():
                raise InputError("The next page could not be begun.", hint="Check the printer, and try again.")
            brush.page(page + 1, [one for _, one in zip(range(ROWS_ON_A_PAGE), rows, strict=False)])
        context.report(len(listing.keys), len(listing.keys), "Making pages")
    except BaseException:
        abort()
        raise
    finally:
        painter.end()
    return listing.pages


def _cap(widths: Sequence[float], room: float) -> float:
    """So wide may the widest be that all of them fit: a long name gives way before a short column does."""
    left = room
    waiting = sorted(widths)
    while waiting and waiting[0] <= left / len(waiting):
        left -= waiting.pop(0)
    return left / len(waiting) if waiting else max(widths, default=0.0)


class _Brush:
    """Paints page by page; lengths are points, turned into the dots of the device."""

    def __init__(self, painter: QPainter, device: QPaintDevice, listing: Listing) -> None:
        self._painter, self._device, self._listing = painter, device, listing
        self._dots = device.logicalDpiY() / 72.0
        self._size = _SIZE
        self._widths: list[float] = []

    def _face(self, face: QFont, size: float) -> QFont:
        made = QFont(face)
        made.setPointSizeF(size)
        return made

    def _of(self, column: Column) -> QFont:
        return self._face(self._listing.code if column.kind is Kind.MONO else self._listing.text, self._size)

    def _wide(self, face: QFont, text: str) -> float:
        return QFontMetricsF(face, self._device).horizontalAdvance(text) / self._dots

    # Columns

    def fit(self, sample: Sequence[Sequence[str]]) -> None:
        """Give every column its width: smaller text first, then shorter texts; codes and dates stay whole longest."""
        room = _WIDTH - 2 * _MARGIN
        for size in (_SIZE, (_SIZE + _SMALLEST) / 2, _SMALLEST):
            self._size = size
            wanted = self._wanted(sample)
            if sum(wanted) <= room:
                break
        loose = [place for place, one in enumerate(self._listing.columns) if one.kind in (Kind.TEXT, Kind.KEY)]
        left = room - sum(one for place, one in enumerate(wanted) if place not in loose)
        if sum(wanted) <= room:
            wanted = [one * min(1.25, room / sum(wanted)) for one in wanted]
        elif left >= _NARROWEST * len(loose):
            cap = _cap([wanted[place] for place in loose], left)
            wanted = [min(one, cap) if place in loose else one for place, one in enumerate(wanted)]
        else:
            wanted = [one * room / sum(wanted) for one in wanted]
        self._widths = wanted

    def _wanted(self, sample: Sequence[Sequence[str]]) -> list[float]:
        bold = self._face(self._listing.bold, self._size)
        widths = []
        for place, column in enumerate(self._listing.columns):
            face = self._of(column)
            longest = {row[place] for row in sample}
            widest = max((self._wide(face, text) for text in longest), default=0.0)
            widths.append(max(widest, self._wide(bold, tr(column.title))) + _GAP)
        return widths

    # Painting

    def _write(
        self, face: QFont, color: QColor, box: tuple[float, float, float, float], text: str, how: Qt.AlignmentFlag
    ) -> None:
        """`text` in a box (left, top, width, height), shortened where it does not fit."""
        left, top, width, height = (one * self._dots for one in box)
        painter = self._painter
        painter.setFont(face)
        painter.setPen(color)
        short = QFontMetricsF(face, self._device).elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(left, top, width, height), int(how), short)

    def _fill(self, left: float, top: float, width: float, height: float, color: QColor) -> None:
        dots = self._dots
        self._painter.fillRect(QRectF(left * dots, top * dots, width * dots, height * dots), color)

    def page(self, number: int, rows: Sequence[Sequence[str]]) -> None:
        """One page with its head and foot."""
        listing, room = self._listing, _WIDTH - 2 * _MARGIN
        small = self._face(listing.text, _SIZE)
        self._write(self._face(listing.bold, 13.0), _INK, (_MARGIN, _MARGIN, room * 0.6, 18), listing.title, _LEFT)
        self._write(small, _QUIET, (_MARGIN + room * 0.6, _MARGIN, room * 0.4, 18), listing.made, _RIGHT)
        self._write(small, _QUIET, (_MARGIN, _MARGIN + 20, room, 14), listing.sentence, _LEFT)
        top = _MARGIN + _HEAD
        self._fill(_MARGIN, top - 2, room, _TITLES, _GROUND)
        bold = self._face(listing.bold, self._size)
        self._row(top - 2, _TITLES, [tr(one.title) for one in listing.columns], lambda column: bold)
        top += _TITLES
        for row in rows:
            self._row(top, _LINE, row, self._of)
            top += _LINE
            self._fill(_MARGIN, top - 1, room, 0.4, _RULE)
        foot = _HEIGHT - _MARGIN - 12
        privacy = tr("Contains personal data. Keep it safe, and destroy it when it is no longer needed.")
        self._write(small, _INK, (_MARGIN, foot, room * 0.75, 12), privacy, _LEFT)
        words = tr("Page {n} of {all}", n=count(number), all=count(listing.pages))
        self._write(small, _INK, (_MARGIN + room * 0.75, foot, room * 0.25, 12), words, _RIGHT)

    def _row(self, top: float, height: float, row: Sequence[str], face: Callable[[Column], QFont]) -> None:
        left = _MARGIN
        for text, column, width in zip(row, self._listing.columns, self._widths, strict=True):
            how = _RIGHT if column.at_right or column.kind in (Kind.DATE, Kind.NUMBER) else _LEFT
            self._write(face(column), _INK, (left + _GAP / 2, top, width - _GAP, height), text, how)
            left += width
