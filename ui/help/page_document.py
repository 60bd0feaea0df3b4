"""A topic as a document: Qt reads the Markdown, and this gives it the fonts, colours and measures of the program, on
the screen or on paper."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
    QTextFrameFormat,
    QTextImageFormat,
    QTextLength,
    QTextTable,
)

from app.help import rules
from app.help.topics import folder
from ui.look.fonts import Type, font
from ui.look.tokens import Role, color

_HEADINGS = {1: Type.PAGE_TITLE, 2: Type.PANE_TITLE, 3: Type.HEADING, 4: Type.HEADING}
_ABOVE = {1: 0.0, 2: 1.4, 3: 1.1, 4: 1.0}
"""Room above a heading, in heights of a line."""
_LINE_HEIGHT = 135.0


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours and fonts. Made in the window's thread."""

    text: QColor
    quiet: QColor
    link: QColor
    line: QColor
    soft: QColor
    note: QColor
    body: QFont = field(default_factory=lambda: QFont(font(Type.BODY)))
    strong: QFont = field(default_factory=lambda: QFont(font(Type.BODY, weight=600)))
    code: QFont = field(default_factory=lambda: QFont(font(Type.CODE)))
    headings: dict[int, QFont] = field(
        default_factory=lambda: {level: QFont(font(kind)) for level, kind in _HEADINGS.items()}
    )


def screen_ink() -> Ink:
    """As the window looks now."""
    roles = (Role.TEXT, Role.TEXT2, Role.ACCENT_TEXT, Role.LINE2, Role.SUBTLE, Role.ACCENT_SOFT)
    text, quiet, link, line, soft, note = (QColor(color(one)) for one in roles)
    return Ink(text, quiet, link, line, soft, note)


def read(document: QTextDocument, text: str, ink: Ink, width: float, *, zoom: float = 1.0) -> None:
    """Put a text in Markdown into `document`, dressed; pictures as in `fit_pictures`."""
    document.setUndoRedoEnabled(False)
    document.setDefaultFont(ink.body)
    document.setDocumentMargin(0)
    document.setIndentWidth(1.8 * ink.body.pixelSize())
    document.setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    dress(document, ink)
    fit_pictures(document, width, zoom=zoom)


def dress(document: QTextDocument, ink: Ink) -> None:
    """Fonts and colours for everything in it."""
    unit = float(ink.body.pixelSize())
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    for block in blocks(document):
        _dress_block(QTextCursor(block), block, ink, unit)
        for fragment in fragments(block):
            _dress_fragment(document, fragment, block, ink)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, ink, unit)
    cursor.endEditBlock()


def blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def fragments(block: QTextBlock) -> list[QTextFragment]:
    """The pieces of one format in a block."""
    found, at = [], block.begin()
    while not at.atEnd():
        found.append(at.fragment())
        at += 1
    return found


def heading_block(document: QTextDocument, heading: str) -> QTextBlock | None:
    """Where that heading stands."""
    return next((one for one in blocks(document) if one.blockFormat().headingLevel() and one.text() == heading), None)


def _dress_block(cursor: QTextCursor, block: QTextBlock, ink: Ink, unit: float) -> None:
    shape = QTextBlockFormat(block.blockFormat())
    level = shape.headingLevel()
    if level:
        shape.setTopMargin(_ABOVE[min(level, 4)] * unit)
        shape.setBottomMargin(0.4 * unit)
    elif QTextCursor(block).currentTable() is None:
        shape.setTopMargin(0.2 * unit if block.textList() is not None else 0.35 * unit)
        shape.setBottomMargin(0.2 * unit if block.textList() is not None else 0.35 * unit)
        if not any(one.charFormat().isImageFormat() for one in fragments(block)):
            shape.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    if shape.property(QTextFormat.Property.BlockQuoteLevel):
        shape.setBackground(ink.note)
        shape.setLeftMargin(0)
        shape.setTextIndent(0)
    cursor.setBlockFormat(shape)
    whole = QTextCharFormat()
    whole.setFont(ink.headings[min(level, 4)] if level else ink.body)
    whole.setForeground(ink.text)
    if level:
        whole.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
    cursor.setBlockCharFormat(whole)


def _dress_fragment(document: QTextDocument, fragment: QTextFragment, block: QTextBlock, ink: Ink) -> None:
    was = fragment.charFormat()
    if was.isImageFormat():
        return
    cursor = QTextCursor(document)
    cursor.setPosition(fragment.position())
    cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
    level = block.blockFormat().headingLevel()
    made = QTextCharFormat()
    if level:
        made.setFont(ink.headings[min(level, 4)])
    elif was.fontFixedPitch():
        made.setFont(ink.code)
        made.setBackground(ink.soft)
    else:
        named = was.fontItalic() or was.fontWeight() > QFont.Weight.Normal.value
        made.setFont(ink.strong if named else ink.body)
    made.setForeground(ink.text)
    if (leads := was.anchorHref()) and not leads.startswith(("http:", "https:", "mailto:")):
        made.setAnchor(True)
        made.setAnchorHref(leads)
        made.setForeground(ink.link)
        made.setFontUnderline(True)
    cursor.setCharFormat(made)


def _dress_table(table: QTextTable, ink: Ink, unit: float) -> None:
    shape = table.format()
    shape.setBorder(1)
    shape.setBorderBrush(ink.line)
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setBorderCollapse(True)
    shape.setCellSpacing(0)
    shape.setCellPadding(0.4 * unit)
    shape.setTopMargin(0.6 * unit)
    shape.setBottomMargin(0.6 * unit)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    shape.setHeaderRowCount(1)
    table.setFormat(shape)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        head = cell.format()
        head.setBackground(ink.soft)
        cell.setFormat(head)


def fit_pictures(document: QTextDocument, width: float, *, zoom: float = 1.0) -> None:
    """Give every picture its own size, `zoom` times, or as much as there is room for."""
    for block in blocks(document):
        for fragment in fragments(block):
            if not fragment.charFormat().isImageFormat():
                continue
            shape = QTextImageFormat(fragment.charFormat().toImageFormat())
            size = picture(shape.name()).size()
            if size.isEmpty():
                continue
            wide = min(size.width() * zoom, max(width, 60.0))
            if shape.width() == wide:
                continue
            shape.setWidth(wide)
            shape.setHeight(wide * size.height() / size.width())
            cursor = QTextCursor(document)
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(shape)


@lru_cache(8)
def picture(name: str) -> QImage:
    """A picture of the help; an empty one for anything else, wherever that might lie."""
    folders, _, file = name.rpartition("/")
    if folders != "pictures" or not file.endswith(".png"):
        return QImage()
    found = folder() / "pictures" / file
    return QImage.fromData(found.read_bytes()) if found.is_file() else QImage()


class TopicDocument(QTextDocument):
    """A document that finds the pictures of the help, and nothing else."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        image = QTextDocument.ResourceType.ImageResource.value
        return picture(name if isinstance(name, str) else name.toString()) if kind == image else None


def place_of(link: str) -> tuple[str, str]:
    """Topic and heading that a link leads to: the id of a topic, or of a rule."""
    if page := rules.topic_of(link):
        return page, rules.heading_of(link)
    topic, _, heading = link.partition("#")
    return topic, heading
