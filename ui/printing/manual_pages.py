"""The help on paper: one topic, or all of them as a manual with a list of contents, on A4 upright, in the colours of
paper. Laid out in quarters of a point, so that every letter stands where it would at any size."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF, Qt, QUuid
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPageLayout,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPalette,
    QPdfWriter,
)

from app.errors import InputError
from app.help.topics import Topic
from app.tasks import TaskContext
from ui.help.page_document import Ink, TopicDocument, read
from ui.look.fonts import Type, font
from ui.look.words import count, tr
from ui.printing.list_pages import Paper
from ui.printing.pdf import write_pages

_UNIT = 4
"""So many of ours are a point, of which 72 are an inch."""
_WIDTH, _HEIGHT, _MARGIN, _TOP, _BELOW = 595 * _UNIT, 842 * _UNIT, 56 * _UNIT, 50 * _UNIT, 60 * _UNIT
_ROOM = QSizeF(_WIDTH - 2 * _MARGIN, _HEIGHT - _TOP - _BELOW)
_ZOOM = 2.2
"""How large pictures may become beside their own size."""
_SIZES = {1: 20, 2: 13, 3: 10.5, 4: 10}
_BODY, _CODE = 9.5, 8.5
_OURS = QUuid("{5f1d6a0e-8d0f-4c57-9a3e-0f2f6e1d7c11}")
_INK, _QUIET, _LINK, _RULE, _SOFT, _NOTE = (
    QColor(one) for one in ("#000000", "#444444", "#000000", "#c8c8c8", "#f1f1f1", "#f1f1f1")
)


def paper_ink() -> Ink:
    """Black on white, in the sizes of paper. In the window's thread, for the fonts."""

    def face(kind: Type, points: float, weight: int = 0) -> QFont:
        made = QFont(font(kind, weight=weight))
        made.setPixelSize(round(points * _UNIT))
        return made

    return Ink(
        *(_INK, _QUIET, _LINK, _RULE, _SOFT, _NOTE),
        body=face(Type.BODY, _BODY),
        strong=face(Type.BODY, _BODY, 600),
        code=face(Type.CODE, _CODE),
        headings={level: face(Type.PANE_TITLE, points) for level, points in _SIZES.items()},
    )


@dataclass(frozen=True, slots=True)
class Manual:
    """What is to be printed. Made in the window's thread, for the fonts."""

    topics: Sequence[tuple[Topic, str]]
    """Each with what follows its text."""
    title: str
    made: str = ""
    """Under the title of the manual: which version, and when."""
    contents: bool = True
    ink: Ink = field(default_factory=paper_ink)


@dataclass(frozen=True, slots=True)
class Part:
    """A topic as pages. `page` is the number of its first."""

    title: str
    group: str
    document: TopicDocument
    page: int

    @property
    def pages(self) -> int:
        return max(1, self.document.pageCount())


def layout() -> QPageLayout:
    """A4 upright, the whole sheet: the margins are in the painting."""
    size = QPageSize(QPageSize.PageSizeId.A4)
    return QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))


def write_manual(context: TaskContext, manual: Manual, path: Path) -> int:
    """Write the pages as a PDF file; returns how many. Raises InputError, Cancelled: then the file is as it was."""
    pages: list[int] = []

    def painting(writer: QPdfWriter) -> None:
        # Else it is another one each time, and two files of one manual could not be compared.
        writer.setDocumentId(QUuid.createUuidV5(_OURS, f"{manual.title} {manual.made}".encode()))
        pages.append(paint(context, writer, writer, manual))

    write_pages(path, manual.title, layout(), painting)
    return pages[0]


def parts_of(context: TaskContext, manual: Manual) -> list[Part]:
    """Everything laid out, the list of contents first."""
    first = 1
    laid: list[Part] = []
    if manual.contents:
        # Page numbers take the same room whatever they are: the list is as long before they are known.
        first += _part(manual, _contents(manual, [(topic, 0) for topic, _ in manual.topics]), "", 1).pages
    page = first
    for topic, extra in manual.topics:
        context.raise_if_cancelled()
        laid.append(_part(manual, topic.text + extra, topic.group, page))
        page += laid[-1].pages
    if manual.contents:
        places = [(topic, part.page) for (topic, _), part in zip(manual.topics, laid, strict=True)]
        laid.insert(0, _part(manual, _contents(manual, places), "", 1))
    return laid


def _part(manual: Manual, text: str, group: str, page: int) -> Part:
    document = TopicDocument()
    document.setPageSize(_ROOM)
    read(document, text, manual.ink, _ROOM.width(), zoom=_ZOOM)
    return Part(text.partition("\n")[0].removeprefix("# "), group, document, page)


def _contents(manual: Manual, places: Iterable[tuple[Topic, int]]) -> str:
    groups: dict[str, list[str]] = {}
    for topic, page in places:
        groups.setdefault(topic.group, []).append(f"| {topic.title} | {page or ''} |")
    head = f"| {tr('Topic')} | {tr('Page')} |\n| --- | ---: |"
    lists = ["\n".join([f"## {tr(group)}\n\n{head}", *lines]) for group, lines in groups.items()]
    return "\n\n".join(filter(None, [f"# {manual.title}", manual.made, *lists])) + "\n"


def paint(
    context: TaskContext,
    device: QPaintDevice,
    paper: Paper,
    manual: Manual,
    abort: Callable[[], object] = lambda: None,
) -> int:
    """Paint everything; returns how many pages. In a task. Raises InputError, Cancelled: as `list_pages.paint`."""
    laid = parts_of(context, manual)
    whole = sum(part.pages for part in laid)
    painter = QPainter()
    if not painter.begin(device):
        raise InputError("The pages could not be made.", hint="Choose another printer or file, and try again.")
    try:
        scale = device.logicalDpiY() / (72.0 * _UNIT)
        painter.scale(scale, scale)
        page = 0
        for part in laid:
            for number in range(part.pages):
                context.raise_if_cancelled()
                context.report(page, whole, "Making pages")
                if page and not paper.newPage():
                    raise InputError("The next page could not be begun.", hint="Check the printer, and try again.")
                page += 1
                _page(painter, manual, part, number, page)
    except BaseException:
        abort()
        raise
    finally:
        painter.end()
    return page


def _page(painter: QPainter, manual: Manual, part: Part, number: int, page: int) -> None:
    painter.save()
    painter.translate(QPointF(_MARGIN, _TOP - number * _ROOM.height()))
    area = QRectF(0, number * _ROOM.height(), _ROOM.width(), _ROOM.height())
    painter.setClipRect(area)
    how = QAbstractTextDocumentLayout.PaintContext()
    how.clip = area
    colours = QPalette()
    colours.setColor(QPalette.ColorRole.Text, _INK)
    how.palette = colours
    part.document.documentLayout().draw(painter, how)
    painter.restore()
    small = QFont(manual.ink.body)
    small.setPixelSize(8 * _UNIT)
    painter.setFont(small)
    painter.setPen(_QUIET)
    foot = QRectF(_MARGIN, _HEIGHT - _BELOW + 18 * _UNIT, _ROOM.width(), 12 * _UNIT)
    painter.drawText(
        foot, Qt.AlignmentFlag.AlignLeft, f"{manual.title} · {part.title}" if part.group else manual.title
    )
    painter.drawText(foot, Qt.AlignmentFlag.AlignRight, tr("Page {n}", n=count(page)))
