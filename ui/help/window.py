"""The window of the help: contents and search at the left, the topic at the right, its tools above."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QVBoxLayout, QWidget

from app.help.topics import FIRST, Book
from ui import parts
from ui.action_list import action_list
from ui.actions import shown_keys
from ui.help.contents import Contents
from ui.help.finding import FindBar
from ui.help.page_document import place_of
from ui.help.page_view import HelpPage
from ui.help.pages_made import commands_table
from ui.look.buttons import icon_button
from ui.look.cards import HairLine
from ui.look.focus_ring import FocusRing
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel
from ui.look.speech import announce
from ui.look.tokens import Role, color
from ui.look.words import tr

_MOUSE = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}


@dataclass(slots=True)
class _Visit:
    """A place that was looked at, and how far it was read."""

    topic: str
    heading: str
    scrolled: int = 0


class HelpWindow(QMainWindow):
    """`print_wanted` and `manual_wanted`: this topic on paper, everything as a PDF file. Where one was before is
    remembered as long as the program runs. Of Qt's windows only a QMainWindow is one to a screen reader."""

    print_wanted = Signal()
    manual_wanted = Signal()

    def __init__(self, book: Book, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("help_window")
        self.setWindowTitle(tr("Help for Learner Manager"))
        self.book = book
        self._visits: list[_Visit] = []
        self._at = -1
        self.contents = Contents(book)
        self.page = HelpPage()
        self.finding = FindBar(self.page)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.contents)
        self.split.addWidget(self.page)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([scaled(280), scaled(760)])
        inside = QWidget()
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._build_tools())
        whole.addWidget(HairLine())
        whole.addWidget(self.split, 1)
        self.page.setProperty("ring_grown", -1)  # it reaches to the edge of the window
        self.setCentralWidget(inside)
        self.contents.chosen.connect(self.show_place)
        self.contents.done.connect(self.page.setFocus)
        self.page.link_chosen.connect(self.open)
        self.page.installEventFilter(self)
        self.page.viewport().installEventFilter(self)
        self._keys()
        parts.in_reading_order([self._tools, self.contents, self.page])
        FocusRing(self)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(scaled(1040), scaled(760))

    def _build_tools(self) -> QHBoxLayout:
        self._tools = QWidget()
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(4)
        self.back = icon_button(
            Icon.ARROW_LEFT, tr("Back"), "help_back", clicked=self.go_back, keys=shown_keys("Alt+Left")
        )
        self.forward = icon_button(
            Icon.ARROW_RIGHT, tr("Forward"), "help_forward", clicked=self.go_forward, keys=shown_keys("Alt+Right")
        )
        first = icon_button(
            Icon.HOUSE, tr("First topic"), "help_first", clicked=self.go_first, keys=shown_keys("Alt+Home")
        )
        for one in (self.back, self.forward, first):
            row.addWidget(one)
        self.said = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        row.addSpacing(8)
        row.addWidget(self.said, 1)
        row.addWidget(self.finding)
        row.addSpacing(8)
        paper = icon_button(
            Icon.PRINTER, tr("Print this topic"), "help_print", clicked=self.print_wanted, keys=shown_keys("Ctrl+P")
        )
        manual = icon_button(
            Icon.FILE_ARROW_DOWN, tr("Save the whole manual as PDF"), "help_manual", clicked=self.manual_wanted
        )
        row.addWidget(paper)
        row.addWidget(manual)
        whole = QHBoxLayout()
        whole.addWidget(self._tools)
        return whole

    def _keys(self) -> None:
        for keys, called in (
            ("Ctrl+F", self._search),
            ("F3", self.finding.next),
            ("Shift+F3", self.finding.previous),
            ("Alt+Left", self.go_back),
            ("Alt+Right", self.go_forward),
            ("Alt+Home", self.go_first),
            ("Ctrl+P", self.print_wanted.emit),
            ("F6", partial(self._move, 1)),
            ("Shift+F6", partial(self._move, -1)),
            ("F1", partial(self.open, "help")),
            ("Ctrl+W", self.close),
        ):
            QShortcut(QKeySequence(keys), self, called)

    def say(self, words: str) -> None:
        """What became of something that was asked for."""
        self.said.setText(words)
        announce(self.said, words)

    # Where one is

    @property
    def topic(self) -> str:
        """The id of the topic that is shown."""
        return self.page.topic.id if self.page.topic is not None else ""

    @Slot(str)
    def open(self, link: str) -> None:
        """Show what a link leads to: a topic, or the entry of a rule; the first topic where there is none."""
        topic, heading = place_of(link)
        self.show_place(topic if topic in self.book else FIRST, heading)

    @Slot(str, str)
    def show_place(self, topic: str, heading: str) -> None:
        """Show a topic from a heading on, and remember where one was."""
        if 0 <= self._at < len(self._visits):
            here = self._visits[self._at]
            here.scrolled = self.page.verticalScrollBar().value()
            if (here.topic, here.heading) == (topic, heading):
                self.page.show_heading(heading)
                return
        del self._visits[self._at + 1 :]
        self._visits.append(_Visit(topic, heading))
        self._at = len(self._visits) - 1
        self._show(self._visits[-1])

    def _show(self, visit: _Visit) -> None:
        topic = self.book[visit.topic]
        self.page.show_topic(topic, commands_table(topic, action_list()), visit.heading)
        self.contents.show_current(topic.id)
        self.setWindowTitle(tr("{title} – Help for Learner Manager", title=topic.title))
        self.back.setEnabled(self._at > 0)
        self.forward.setEnabled(self._at < len(self._visits) - 1)

    @Slot()
    def go_back(self) -> None:
        self._go(-1)

    @Slot()
    def go_forward(self) -> None:
        self._go(1)

    def _go(self, step: int) -> None:
        if 0 <= self._at + step < len(self._visits):
            self._visits[self._at].scrolled = self.page.verticalScrollBar().value()
            self._at += step
            self._show(self._visits[self._at])
            self.page.verticalScrollBar().setValue(self._visits[self._at].scrolled)

    @Slot()
    def go_first(self) -> None:
        self.open(FIRST)

    # Keys and mouse

    @Slot()
    def _search(self) -> None:
        self.contents.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.contents.search.selectAll()

    def _move(self, step: int) -> None:
        parts.move([self._tools, self.contents, self.page], step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The side buttons of a mouse, and Esc, which the text would keep to itself."""
        kind = event.type()
        if isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseButtonPress and event.button() in _MOUSE:
            self._go(_MOUSE[event.button()])
            return True
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.close()
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(Role.SURFACE))
        side = self.contents.geometry().translated(self.split.pos())
        painter.fillRect(side.right() + 1, side.top(), 1, side.height(), color(Role.LINE))
        painter.end()
