"""The month as a list on Home: each step ticks itself and leads to its place."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.dates import MONTHS
from ui.look.cards import Card
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import text_label
from ui.look.plain import tip_text
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import count, tr
from ui.pages.home_tiles import NARROWEST, FlowGrid
from ui.pages.home_words import day_words

if TYPE_CHECKING:
    from app.month_list import Line

TITLES: Mapping[str, str] = {
    "load": "Load the return",
    "ulns": "Everybody has a ULN",
    "starters": "PLR for new starters",
    "rejected": "No rejected extracts",
    "errors": "No sync errors",
}
"""By the values of `app.month_list.Step`: a test compares the two."""
_HEIGHT = 42
_PAD = 8
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def line_words(line: "Line", today: date) -> str:
    """How a step stands, and since when."""
    day = day_words(line.at.astimezone().date(), today) if line.at is not None else ""
    if line.step == "load":
        return tr("done {day}", day=day) if day else tr("not yet this month")
    if line.left:
        return tr("{n} left", n=count(line.left))
    if not line.done:
        return tr("no learners yet")
    return tr("done, last change {day}", day=day) if day else tr("done, nothing came")


class StepLine(QAbstractButton):
    """One step: tick or ring, what it is, how it stands. A click, Space or Enter leads to its place."""

    def __init__(self, step: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.step, self.done = step, False
        self.setObjectName(f"home_step_{step}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._title, self._words = tr(TITLES[step]), ""

    def show_line(self, line: "Line", today: date) -> None:
        """How the step stands now."""
        self.done, self._words = line.done, line_words(line, today)
        ticked = tr("Ticked") if line.done else tr("Not ticked")
        spoken = f"{self._title}: {self._words}"
        self.setText(spoken)
        self.setAccessibleName(f"{ticked}. {spoken}")
        self.setToolTip(tip_text(spoken))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(NARROWEST - 2 * _PAD), scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(60), scaled(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.isDown() or self.underMouse():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.PRESSED if self.isDown() else Role.HOVER)
        side, pad = scaled(20), scaled(_PAD)
        place = QRect(pad, (self.height() - side) // 2, side, side)
        icon, role = (Icon.CHECK_CIRCLE, Role.GOOD) if self.done else (Icon.CIRCLE_DASHED, Role.WARN)
        draw(painter, icon, place, role, size=side)
        left = place.right() + 1 + pad
        lines = ((self._title, Type.KEY, Role.TEXT, 3), (self._words, Type.SECONDARY, Role.TEXT2, 21))
        for text, kind, ink, top in lines:
            room = QRect(left, scaled(top), self.width() - left - 4, scaled(18))
            painter.setFont(font(kind))
            painter.setPen(color(ink))
            painter.drawText(room, _LEFT, metrics(kind).elidedText(text, Qt.TextElideMode.ElideRight, room.width()))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class MonthCard(Card):
    """The steps of this month, with how many are done; `wanted` carries the step that was pressed."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, padding=8, name="home_month")
        head = QHBoxLayout()
        head.setContentsMargins(8, 2, 8, 4)
        head.setSpacing(8)
        self._title = text_label("", Type.HEADING)
        self._told = text_label("", Type.SECONDARY, Role.TEXT2, numbers=True, name="home_month_told")
        head.addWidget(self._title)
        head.addWidget(self._told)
        head.addStretch(1)
        self.column.addLayout(head)
        self.flow = FlowGrid(self, narrowest=NARROWEST - 2 * _PAD)
        self.column.addWidget(self.flow)
        self._lines = {step: StepLine(step, self.flow) for step in TITLES}
        for one in self._lines.values():
            one.hide()
            one.clicked.connect(self._pressed)

    def line(self, step: str) -> StepLine:
        """Raises KeyError for a step that there is not."""
        return self._lines[step]

    def show_lines(self, lines: Sequence["Line"], today: date) -> None:
        """The steps, in order. A line stays the same widget, so that the keyboard stays on it."""
        month = f"{tr(MONTHS[today.month - 1])} {today.year}"
        done = sum(one.done for one in lines)
        self._title.setText(tr("The month: {month}", month=month))
        self._told.setText(tr("{done} of {all} done", done=done, all=len(lines)))
        self.setAccessibleName(f"{self._title.text()}, {self._told.text()}")
        for one in lines:
            self._lines[one.step].show_line(one, today)
        self.flow.place([self._lines[one.step] for one in lines])

    def _pressed(self) -> None:
        line = self.sender()
        if isinstance(line, StepLine):
            self.wanted.emit(line.step)
