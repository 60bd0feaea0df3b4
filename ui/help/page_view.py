"""The text of a topic: links lead to other topics, the network is never asked, and what is looked for is marked."""

import re
from collections.abc import Iterator

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QWidget

from app.folding import fold
from app.help.topics import Topic
from ui.help.page_document import TopicDocument, fit_pictures, heading_block, read, screen_ink
from ui.look.fonts import scaled
from ui.look.tokens import Role, color, theme
from ui.look.words import tr

_WIDEST = 760
_MARGIN = 28


class HelpPage(QTextBrowser):
    """`link_chosen` carries the id of a topic or rule."""

    link_chosen = Signal(str)
    shown = Signal()
    """Another topic, or the same one from another place, or with another look."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help_page")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("ring", True)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.anchorClicked.connect(self._clicked)
        self.topic: Topic | None = None
        self._extra = ""
        self._text = TopicDocument(self)
        self.setDocument(self._text)
        theme().changed.connect(self._dress)

    def show_topic(self, topic: Topic, extra: str = "", heading: str = "") -> None:
        """Show it, from a heading on; `extra` is Markdown that follows it."""
        if topic is not self.topic:
            self.topic, self._extra = topic, extra
            self.setAccessibleName(tr("Help: {title}", title=topic.title))
            self._read()
        self.show_heading(heading)

    def show_heading(self, heading: str) -> None:
        """Scroll to that heading, and put the cursor there; to the top for none."""
        block = heading_block(self._text, heading) if heading else None
        self.setExtraSelections([])
        cursor = QTextCursor(block if block is not None else self._text.begin())
        self.setTextCursor(cursor)
        top = self._text.documentLayout().blockBoundingRect(cursor.block()).top() if block is not None else 0.0
        self.verticalScrollBar().setValue(round(top))
        self.shown.emit()

    @Slot(QUrl)
    def _clicked(self, link: QUrl) -> None:
        self.link_chosen.emit(link.toString())

    @Slot()
    def _dress(self) -> None:
        if self.topic is not None:
            place = self.verticalScrollBar().value() / max(1, self.verticalScrollBar().maximum())
            self._read()
            self.verticalScrollBar().setValue(round(place * self.verticalScrollBar().maximum()))
            self.shown.emit()

    def _read(self) -> None:
        assert self.topic is not None
        # In a document that nobody sees: one in sight would be laid out at every step.
        old, self._text = self._text, TopicDocument(self)
        read(self._text, self.topic.text + self._extra, screen_ink(), self._room())
        self._frame()
        self.setDocument(self._text)
        old.deleteLater()

    def _room(self) -> float:
        """How wide the text is: never wider than is easily read."""
        return float(min(self.viewport().width() - 2 * _MARGIN, scaled(_WIDEST)))

    def _frame(self) -> None:
        frame = self._text.rootFrame()
        shape = frame.frameFormat()
        shape.setLeftMargin(_MARGIN)
        shape.setTopMargin(20)
        shape.setBottomMargin(24)
        shape.setRightMargin(max(_MARGIN, self.viewport().width() - _MARGIN - self._room()))
        frame.setFrameFormat(shape)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._frame()
        fit_pictures(self._text, self._room())

    # Finding

    def places_of(self, words: str) -> list[QTextCursor]:
        """Where `words` stand in this topic, whatever their capitals and accents."""
        wanted = fold(words) or ""
        if not wanted:
            return []
        found = []
        block = self._text.begin()
        while block.isValid():
            for start, end in _found_in(block.text(), wanted):
                cursor = QTextCursor(block)
                cursor.setPosition(block.position() + start)
                cursor.setPosition(block.position() + end, QTextCursor.MoveMode.KeepAnchor)
                found.append(cursor)
            block = block.next()
        return found

    def mark(self, places: list[QTextCursor], current: int | None) -> None:
        """Show all of these, and bring one into sight; None leaves the text where it is."""
        marks = []
        for at, cursor in enumerate(places):
            one = QTextEdit.ExtraSelection()
            shape = QTextCharFormat()
            shape.setBackground(color(Role.ACCENT if at == current else Role.WARN_SOFT))
            shape.setForeground(color(Role.ON_ACCENT if at == current else Role.TEXT))
            one.format, one.cursor = shape, cursor
            marks.append(one)
        self.setExtraSelections(marks)
        if places and current is not None:
            here = QTextCursor(places[current])
            here.clearSelection()
            self.setTextCursor(here)
            self.ensureCursorVisible()


def _found_in(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Where `wanted` begins and ends in `text`, folded sign by sign so that places keep their numbers."""
    folded, origin = "", []
    for at, sign in enumerate(text):
        plain = " " if sign.isspace() else fold(sign) or ""
        folded += plain
        origin += [at] * len(plain)
    for found in re.finditer(re.escape(wanted), folded):
        yield origin[found.start()], origin[found.end() - 1] + 1
