"""One learner on paper: facts, then every part as a table with whole texts, on A4 upright. Plain text only, in the
colours of paper, whatever the window looks like."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageLayout, QPageSize, QPaintDevice, QPainter, QTextOption

from app.errors import InputError
from app.past.one_learner import OneLearner, Part
from app.tasks import TaskContext
from ui.look.fonts import Type, font
from ui.look.plain import visible_text
from ui.look.words import count, tr
from ui.printing.list_pages import Paper

# All in points: 72 of them are an inch.
_WIDTH, _HEIGHT, _MARGIN, _FOOT = 595.0, 842.0, 36.0, 20.0
_GAP, _SIZE, _SMALL = 6.0, 8.0, 7.5
_MOST_LINES = 12
_INK, _QUIET, _RULE, _GROUND = QColor("#000000"), QColor("#444444"), QColor("#c8c8c8"), QColor("#ececec")


def _wrapped() -> QTextOption:
    """Lines end between words; a word that is too long for its column anywhere."""
    made = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    made.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return made


@dataclass(frozen=True, slots=True)
class LearnerPages:
    """What is to be printed. Made in the window's thread, for the fonts."""

    found: OneLearner
    made: str
    """When, and by whom."""
    text: QFont = field(default_factory=lambda: QFont(font(Type.BODY)))
    bold: QFont = field(default_factory=lambda: QFont(font(Type.HEADER)))


def layout() -> QPageLayout:
    """A4 upright, the whole sheet: the margins are in the painting."""
    size = QPageSize(QPageSize.PageSizeId.A4)
    return QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))


def paint(
    context: TaskContext,
    device: QPaintDevice,
    paper: Paper,
    pages: LearnerPages,
    abort: Callable[[], object] = lambda: None,
) -> int:
    """Paint everything; returns how many pages. In a task. Raises InputError, Cancelled: as `list_pages.paint`."""
    painter = QPainter()
    if not painter.begin(device):
        raise InputError("The pages could not be made.", hint="Choose another printer or file, and try again.")
    try:
        flow = _Flow(context, painter, device, paper, pages)
        flow.head()
        for part in pages.found.parts:
            flow.part(part)
        flow.foot()
    except BaseException:
        abort()
        raise
    finally:
        painter.end()
    return flow.page


class _Flow:
    """Paints from top to bottom, page by page; lengths are points, turned into the dots of the device."""

    def __init__(
        self, context: TaskContext, painter: QPainter, device: QPaintDevice, paper: Paper, pages: LearnerPages
    ) -> None:
        self._context, self._painter, self._device, self._paper, self._pages = context, painter, device, paper, pages
        self._dots = device.logicalDpiY() / 72.0
        self._option = _wrapped()
        self._top = _MARGIN
        self.page = 1

    def _face(self, face: QFont, size: float) -> QFont:
        made = QFont(face)
        made.setPointSizeF(size)
        return made

    def _high(self, face: QFont, text: str, width: float) -> float:
        """How high `text` is in `width`, cut after some lines."""
        self._painter.setFont(face)
        room = QRectF(0, 0, width * self._dots, 1e6)
        high = self._painter.boundingRect(room, text, self._option).height()
        return min(high, _MOST_LINES * QFontMetricsF(face, self._device).lineSpacing()) / self._dots

    def _write(self, face: QFont, color: QColor, left: float, width: float, height: float, text: str) -> None:
        dots = self._dots
        self._painter.setFont(face)
        self._painter.setPen(color)
        box = QRectF(left * dots, self._top * dots, width * dots, height * dots)
        self._painter.save()
        self._painter.setClipRect(box)
        self._painter.drawText(box, text, self._option)
        self._painter.restore()

    def _fill(self, top: float, height: float, color: QColor) -> None:
        dots = self._dots
        self._painter.fillRect(
            QRectF(_MARGIN * dots, top * dots, (_WIDTH - 2 * _MARGIN) * dots, height * dots), color
        )

    def _need(self, height: float) -> bool:
        """Room for so much on this page, else on the next: True if that was begun."""
        if self._top + height <= _HEIGHT - _MARGIN - _FOOT:
            return False
        self._context.raise_if_cancelled()
        self.foot()
        if not self._paper.newPage():
            raise InputError("The next page could not be begun.", hint="Check the printer, and try again.")
        self.page += 1
        self._top = _MARGIN
        return True

    def foot(self) -> None:
        """At the end of a page."""
        self._top = _HEIGHT - _MARGIN - 12
        small, room = self._face(self._pages.text, _SMALL), _WIDTH - 2 * _MARGIN
        privacy = tr("Contains personal data. Keep it safe, and destroy it when it is no longer needed.")
        self._write(small, _INK, _MARGIN, room * 0.8, 12, privacy)
        self._write(small, _INK, _MARGIN + room * 0.85, room * 0.15, 12, tr("Page {n}", n=count(self.page)))

    def head(self) -> None:
        """Who it is, and what is held of them."""
        found, room = self._pages.found, _WIDTH - 2 * _MARGIN
        self._write(self._face(self._pages.bold, 15.0), _INK, _MARGIN, room, 22, visible_text(found.name))
        self._top += 24
        small, bold = self._face(self._pages.text, _SIZE), self._face(self._pages.bold, _SIZE)
        self._write(small, _QUIET, _MARGIN, room, 12, self._pages.made)
        self._top += 18
        half = room / 2
        for start in range(0, len(found.facts), 2):
            pair = [(title, visible_text(value)) for title, value in found.facts[start : start + 2]]
            high = max(self._high(small, value, half - 96) for _, value in pair) + 3
            for place, (title, value) in enumerate(pair):
                left = _MARGIN + place * half
                self._write(bold, _QUIET, left, 86, high, tr(title))
                self._write(small, _INK, left + 88, half - 96, high, value)
            self._top += high
        self._top += 8

    def part(self, part: Part) -> None:
        """A table with its heading."""
        bold = self._face(self._pages.bold, 10.5)
        self._need(60)
        told = f"{tr(part.title)}   {count(part.total)}"
        if part.total > len(part.rows):
            told += "   " + tr("(the latest {n})", n=count(len(part.rows)))
        self._write(bold, _INK, _MARGIN, _WIDTH - 2 * _MARGIN, 16, told)
        self._top += 18
        if not part.rows:
            self._write(self._face(self._pages.text, _SIZE), _QUIET, _MARGIN, 200, 12, tr("None."))
            self._top += 20
            return
        self._titles(part)
        for row in part.rows:
            self._row(part, row)
        self._top += 10

    def _titles(self, part: Part) -> None:
        self._fill(self._top - 1, 14, _GROUND)
        self._cells(self._face(self._pages.bold, _SMALL), part, [tr(one) for one in part.columns], 13)

    def _row(self, part: Part, row: Sequence[str]) -> None:
        face = self._face(self._pages.text, _SMALL)
        texts = [visible_text(one) for one in row]
        high = (
            max(self._high(face, text, width) for text, (_, width) in zip(texts, self._places(part), strict=True)) + 3
        )
        if self._need(high):
            self._titles(part)
        self._cells(face, part, texts, high)
        self._fill(self._top - 1.5, 0.4, _RULE)

    def _places(self, part: Part) -> list[tuple[float, float]]:
        """Left edge and width of each column."""
        room, whole = _WIDTH - 2 * _MARGIN, sum(part.shares)
        found, left = [], _MARGIN
        for share in part.shares:
            width = room * share / whole
            found.append((left + 1, width - _GAP))
            left += width
        return found

    def _cells(self, face: QFont, part: Part, texts: Sequence[str], height: float) -> None:
        for text, (left, width) in zip(texts, self._places(part), strict=True):
            self._write(face, _INK, left, width, height, text)
        self._top += height
