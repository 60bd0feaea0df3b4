"""What a details pane is made of: a card with a title, count lines that lead somewhere, and facts in two columns."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.follower import Follower
from ui.grids.columns import State
from ui.help.why_link import WhyLink
from ui.look.buttons import icon_button
from ui.look.cards import Card, HairLine, RoundedCorners
from ui.look.fonts import Type, font, metrics
from ui.look.help_key import RULE
from ui.look.icons import Icon, draw
from ui.look.labels import ElidingLabel, TextLabel, TitleLabel, text_label
from ui.look.scrolling import scrolling
from ui.look.tokens import Role, color
from ui.look.words import count, plural, tr

PADDING = 16


class DetailsPane(Card):
    """A card whose content scrolls when the window is low; `closed` when its cross is pressed."""

    closed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("Details"))
        self.why_link = WhyLink("details_why", self)
        """To the help about the code of the row, for panes that place it and say `show_rule`."""
        self.followers: list[Follower] = []
        """What brings its contents."""
        content = QWidget()
        self.column.addWidget(scrolling(content, "details_scroll", sideways=False))
        RoundedCorners(self)  # the scroll bar has none
        self._card = self.column
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(PADDING, 12, PADDING, PADDING)
        self.column.setSpacing(8)
        head = QHBoxLayout()
        self.title = TitleLabel("", Type.PANE_TITLE)
        self.title.setObjectName("details_title")
        close = icon_button(Icon.X, tr("Close the details pane"), "details_close", clicked=self.closed)
        head.addWidget(self.title, 1)
        head.addWidget(close)
        self.column.addLayout(head)

    @property
    def settled(self) -> bool:
        """False while something that is shown here is on its way."""
        return all(one.settled for one in self.followers)

    def show_selection(self, selected: int) -> None:
        """For subclasses: how many rows are selected."""

    def show_rule(self, rule: str) -> None:
        """The code or rule that the row is about, "" for none: the link leads to it, and F1 here and in the grid."""
        self.why_link.show_rule(rule)
        for one in (self, self.parentWidget()):
            if one is not None:
                one.setProperty(RULE, rule)

    def set_foot(self, foot: QWidget) -> None:
        """What stays in sight below the content, however far that is scrolled."""
        self._card.addWidget(foot)


class RowDetails(DetailsPane):
    """The details of one row; without one, how many are selected, in `words` for one and for many.

    A subclass puts its widgets into `inside`, and says in `fill` what they show of a row.
    """

    def __init__(self, name: str, title: str, words: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.setAccessibleName(title)
        self.why_not = ""
        """Why this user may not do what the buttons here do; "" if allowed."""
        self._words = words
        self._selected = 0
        self._content = QWidget()
        self.inside = QVBoxLayout(self._content)
        self.inside.setContentsMargins(0, 0, 0, 0)
        self.inside.setSpacing(8)
        self.column.addWidget(self._content)
        self.column.addStretch(1)
        self.show_row(None)

    def show_selection(self, selected: int) -> None:
        self._selected = selected
        if self._content.isHidden():
            self.show_row(None)

    def show_row(self, found: Any | None) -> None:
        """What was read of the current row; None if there is none."""
        self._content.setVisible(found is not None)
        if found is not None:
            self.fill(found)
            return
        self.show_rule("")
        if self._selected:
            self.title.setText(plural(self._selected, *self._words))
        else:
            self.title.setText(tr("Nothing selected"))

    def fill(self, found: Any) -> None:
        """For subclasses: show a row."""


def rule() -> HairLine:
    """A thin line between two parts of a pane."""
    return HairLine()


class CountLine(QAbstractButton):
    """Icon, words, number and an arrow: a count that leads to its rows."""

    def __init__(self, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._number = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_count(self, number: int, words: str = "") -> None:
        if words:
            self._state = State(self._state.icon, words, self._state.role)
        self._number = number
        said = f"{self._state.text}: {count(number)}"
        self.setText(said)
        self.setAccessibleName(said)
        self.setToolTip(tr("Show these only"))
        self.setVisible(number > 0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, metrics(Type.BODY).height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.rect()
        draw(painter, self._state.icon, QRect(0, 0, 16, area.height()), self._state.role, size=15)
        painter.setFont(font(Type.BODY))
        painter.setPen(color(Role.ACCENT_TEXT if self.underMouse() else Role.TEXT))
        number = count(self._number)
        wide = metrics(Type.KEY, numbers=True).horizontalAdvance(number)
        words = metrics(Type.BODY).elidedText(
            self._state.text, Qt.TextElideMode.ElideRight, area.width() - wide - 24 - 24
        )
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area.adjusted(24, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, words)
        painter.setFont(font(Type.KEY, numbers=True))
        painter.drawText(area.adjusted(0, 0, -20, 0), middle | Qt.AlignmentFlag.AlignRight, number)
        arrow = QRect(area.width() - 14, 0, 12, area.height())
        draw(painter, Icon.CARET_RIGHT, arrow, Role.TEXT3, size=12)

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.update()


class ShareBar(QWidget):
    """How a whole is shared out, as one bar; the counts below it say the same in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: Sequence[tuple[Role, int]] = ()
        self.setFixedHeight(8)

    def show_parts(self, parts: Sequence[tuple[Role, int]]) -> None:
        self._parts = [(role, number) for role, number in parts if number]
        self.setVisible(bool(self._parts))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = sum(number for _, number in self._parts) or 1
        room = self.width() - 2 * (len(self._parts) - 1)
        widths = [max(4, room * number // whole) for _, number in self._parts]
        if widths:
            widths[0] = max(4, room - sum(widths[1:]))
        left = 0
        for (role, _), width in zip(self._parts, widths, strict=True):
            painter.setBrush(color(role))
            painter.drawRoundedRect(left, 0, width, self.height(), 3, 3)
            left += width + 2


class StateLabel(QWidget):
    """An icon and a word in the state's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: State | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, state: State) -> None:
        self._state = state
        self.setAccessibleName(tr(state.text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = tr(self._state.text) if self._state is not None else ""
        return QSize(metrics(Type.BODY).horizontalAdvance(words) + 22, metrics(Type.BODY).height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._state is None:
            return
        painter = QPainter(self)
        draw(painter, self._state.icon, QRect(0, 0, 16, self.height()), self._state.role, size=15)
        painter.setFont(font(Type.BODY))
        painter.setPen(color(self._state.role))
        painter.drawText(self.rect().adjusted(20, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, tr(self._state.text))


class Facts(QWidget):
    """Names at the left, values at the right; a value may carry a state beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._values: dict[str, TextLabel] = {}
        self._states: dict[str, StateLabel] = {}

    def add(self, name: str, title: str, *, code: bool = False, stated: bool = False, wrap: bool = False) -> None:
        """`wrap`: a sentence, shown whole in as many lines as it takes."""
        place = self._grid.rowCount()
        caption = TextLabel(tr(title), Type.SECONDARY, Role.TEXT2)
        kind = Type.CODE if code else Type.BODY
        value = text_label("", kind, wrap=True) if wrap else ElidingLabel("", kind)
        value.setObjectName(f"fact_{name}")
        caption.setBuddy(value)
        top = Qt.AlignmentFlag.AlignTop if wrap else Qt.AlignmentFlag(0)
        self._grid.addWidget(caption, place, 0, top)
        self._values[name] = value
        if not stated:
            self._grid.addWidget(value, place, 1)
            return
        line = QHBoxLayout()
        line.setSpacing(8)
        value.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        line.addWidget(value)
        self._states[name] = StateLabel()
        line.addWidget(self._states[name])
        line.addStretch(1)
        self._grid.addLayout(line, place, 1)

    def show_value(self, name: str, text: str | None, absent: str = "none") -> None:
        label = self._values[name]
        label.set_role(Role.TEXT if text else Role.TEXT3)
        label.setText(text or tr(absent))

    def show_state(self, name: str, state: State) -> None:
        """The state beside a value."""
        self._states[name].show_state(state)
