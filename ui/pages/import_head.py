"""Above the findings of a file: its name, where it goes, how far it is on the way; above its rows: which of them."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.look.buttons import button
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, Weight, draw
from ui.look.labels import ElidingLabel
from ui.look.pictures import IconLabel
from ui.look.shapes import CONDITION_BAR_HEIGHT, box, hair_line
from ui.look.tokens import Role, color
from ui.look.words import tr

_STEPS = ("Choose File", "Check", "Apply")
_MARK, _LINK = 20, 28


class Steps(QWidget):
    """Choose File, Check, Apply: what is done, what is at work, what comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at = 1
        self.setObjectName("import_steps")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_step(1)

    def show_step(self, at: int) -> None:
        """`at` from 0; one past the last when all are done."""
        self._at = at
        said = (
            tr("All steps done") if at >= len(_STEPS) else tr("Step {n} of 3: {name}", n=at + 1, name=tr(_STEPS[at]))
        )
        self.setAccessibleName(said)
        self.update()

    def _widths(self) -> list[int]:
        return [metrics(Type.KEY, weight=600).horizontalAdvance(tr(one)) + 2 for one in _STEPS]

    def sizeHint(self) -> QSize:
        whole = sum(self._widths()) + len(_STEPS) * (scaled(_MARK) + 6) + (len(_STEPS) - 1) * (scaled(_LINK) + 16)
        return QSize(whole, scaled(_MARK) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        mark, left = scaled(_MARK), 0
        top = (self.height() - mark) // 2
        for place, (name, wide) in enumerate(zip(_STEPS, self._widths(), strict=True)):
            circle = QRect(left, top, mark, mark)
            done, now = place < self._at, place == self._at
            fill = Role.ACCENT_SOFT if done else Role.ACCENT if now else Role.SURFACE
            box(painter, circle, mark / 2, fill=fill, line=Role.ACCENT if done or now else Role.BORDER)
            if done:
                draw(painter, Icon.CHECK, circle, Role.ACCENT_TEXT, weight=Weight.BOLD, size=12)
            else:
                painter.setFont(font(Type.CAPTION, numbers=True, weight=600))
                painter.setPen(color(Role.ON_ACCENT if now else Role.TEXT2))
                painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(place + 1))
            left += mark + 6
            painter.setFont(font(Type.KEY, weight=600 if now else 500))
            painter.setPen(color(Role.TEXT if now or done else Role.TEXT2))
            painter.drawText(QRect(left, 0, wide, self.height()), Qt.AlignmentFlag.AlignVCenter, tr(name))
            left += wide + 8
            if place + 1 < len(_STEPS):
                middle = self.height() / 2
                hair_line(painter, QPointF(left, middle), QPointF(left + scaled(_LINK), middle), Role.LINE2)
                left += scaled(_LINK) + 8


class FileHead(QWidget):
    """The name of the file, what it is read as, and the steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_head")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(14)
        row.addWidget(IconLabel(Icon.FILE_TEXT, Role.TEXT, 32, weight=Weight.LARGE))
        words = QVBoxLayout()
        words.setSpacing(2)
        self.name = ElidingLabel("", Type.HEADING, middle=True)
        self.name.setObjectName("import_file")
        self.words = ElidingLabel("", Type.SECONDARY, Role.TEXT2, numbers=True)
        self.words.setObjectName("import_words")
        words.addWidget(self.name)
        words.addWidget(self.words)
        row.addLayout(words, 1)
        self.steps = Steps()
        row.addWidget(self.steps)

    def show_file(self, name: str, words: Sequence[str], step: int) -> None:
        self.name.setText(name)
        self.words.setText("  ·  ".join(words))
        self.steps.show_step(step)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        hair_line(painter, QPointF(0, self.height() - 1), QPointF(self.width(), self.height() - 1))
        painter.end()

    def resizeEvent(self, event: object) -> None:
        """With large text in a narrow window the name comes before the steps."""
        self.steps.setVisible(self.steps.sizeHint().width() < self.width() * 6 // 10)


class RowsBar(QWidget):
    """Which rows the grid shows, and the way back to the findings."""

    back = Signal()
    all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_rows_bar")
        self.setMinimumHeight(scaled(CONDITION_BAR_HEIGHT))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(button(tr("Findings"), Icon.CARET_LEFT, "quiet", "import_to_findings", clicked=self.back))
        row.addWidget(IconLabel(Icon.FUNNEL, Role.ACCENT_TEXT, 16))
        self.words = ElidingLabel("", Type.HEADER, numbers=True)
        self.words.setObjectName("import_rows_words")
        row.addWidget(self.words, 1)
        self.all = button(tr("Show All Rows"), kind="link", name="import_all_rows", clicked=self.all_wanted)
        row.addWidget(self.all)

    def say(self, words: str, *, narrowed: bool) -> None:
        self.words.setText(words)
        self.all.setVisible(narrowed)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), color(Role.LINE))
        painter.end()
