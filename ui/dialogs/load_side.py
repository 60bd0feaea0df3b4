"""The left of the preview: the categories with their counts, and what the file was read as."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.dates import shown
from app.files.rows import FileFacts, FileKind
from app.jobs import Foreseen
from app.learners.load import Preview
from ui.look.cards import HairLine
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import TextLabel, text_label
from ui.look.scrolling import RING
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import count, plural, tr

CATEGORIES: Mapping[Foreseen, tuple[str, Icon, Role]] = {
    Foreseen.NEW: ("New", Icon.PLUS_CIRCLE, Role.GOOD),
    Foreseen.CHANGED: ("Changed", Icon.PENCIL_SIMPLE, Role.INFO),
    Foreseen.UNCHANGED: ("Unchanged", Icon.EQUALS, Role.TEXT2),
    Foreseen.BY_HAND: ("Edited by hand (kept)", Icon.USER_GEAR, Role.TEXT2),
    Foreseen.DECISION: ("Needs a decision", Icon.QUESTION, Role.WARN),
    Foreseen.PROBLEM: ("Problems", Icon.X_CIRCLE, Role.BAD),
}
_KINDS = {
    FileKind.ILR_XML: "ILR",
    FileKind.LRS_BATCH_XML: "LRS batch file, XML",
    FileKind.CSV: "CSV file",
    FileKind.XLSX: "Excel workbook",
}
_HEIGHT = 34
_WIDTH = 232


class CategoryButton(QAbstractButton):
    """Icon, word and count; one of a group is chosen, with the arrows or a click."""

    def __init__(self, category: Foreseen, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.category, self.number = category, number
        words, self._icon, self._role = CATEGORIES[category]
        self.setObjectName(f"category_{category.value}")
        self.setText(tr(words))
        self.setAccessibleName(f"{tr(words)}, {count(number)}")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        words = metrics(Type.KEY, weight=600).horizontalAdvance(self.text())
        number = metrics(Type.KEY, numbers=True, weight=600).horizontalAdvance(count(self.number))
        return QSize(10 + 16 + 8 + words + 12 + number + 12, scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen = self.isChecked()
        if chosen or self.underMouse():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.ACCENT_SOFT if chosen else Role.HOVER)
        inside = self.rect().adjusted(10, 0, -12, 0)
        draw(painter, self._icon, QRect(inside.left(), 0, 16, self.height()), self._role, size=16)
        painter.setPen(color(Role.ACCENT_TEXT if chosen else Role.TEXT))
        painter.setFont(font(Type.KEY, weight=600 if chosen else 500))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inside.adjusted(24, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setFont(font(Type.KEY, numbers=True, weight=600))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, count(self.number))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter belongs to the dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
            return
        super().keyPressEvent(event)


def kind_words(facts: FileFacts) -> str:
    """What the file is: `ILR 2025/26, XML in zip`."""
    if facts.kind is not FileKind.ILR_XML:
        return " · ".join(filter(None, (tr(_KINDS[facts.kind]), facts.sheet, facts.year)))
    words = tr("ILR {year}", year=facts.year) if facts.year else tr("ILR, year not said")
    return words + (tr(", XML in zip") if facts.name.lower().endswith(".zip") else tr(", XML"))


class SidePane(QScrollArea):
    """`chosen` carries the category."""

    chosen = Signal(object)

    def __init__(
        self,
        counts: Mapping[Foreseen, int],
        lines: Sequence[tuple[str, int]],
        facts: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        """`counts`: of the categories that there can be; `lines`: further numbers; `facts`: what it was read as."""
        super().__init__(parent)
        self.setObjectName("load_side")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, 8, 0)
        column.setSpacing(2)
        self.buttons: dict[Foreseen, CategoryButton] = {}
        self._group = QButtonGroup(self)
        for category in CATEGORIES:
            number = counts.get(category)
            if number is None or (category is Foreseen.BY_HAND and not number):
                continue
            made = CategoryButton(category, number)
            self._group.addButton(made)
            self.buttons[category] = made
            column.addWidget(made)
        self._group.buttonToggled.connect(self._toggled)
        column.addSpacing(8)
        column.addWidget(HairLine())
        column.addSpacing(6)
        for words, number in lines:
            column.addLayout(_line(words, _number(number)))
        self.to_look_at = _number(0)
        column.addLayout(_line(tr("Loaded, look at it"), self.to_look_at))
        column.addStretch(1)
        column.addSpacing(16)
        column.addLayout(_facts(facts))
        self.setWidget(inside)
        inside.setAutoFillBackground(False)
        self.setFixedWidth(max(scaled(_WIDTH), inside.minimumSizeHint().width() + 14))

    def choose(self, category: Foreseen) -> None:
        """Bring a category to the front."""
        self.buttons[category].setChecked(True)

    @Slot(QAbstractButton, bool)
    def _toggled(self, pressed: QAbstractButton, is_on: bool) -> None:
        if is_on and isinstance(pressed, CategoryButton):
            self.chosen.emit(pressed.category)


def _number(number: int) -> TextLabel:
    return text_label(count(number), Type.KEY, numbers=True, weight=600)


def _line(words: str, number: TextLabel) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(10, 2, 12, 2)
    row.addWidget(text_label(words, Type.SECONDARY, Role.TEXT2))
    row.addStretch(1)
    row.addWidget(number)
    return row


def learners_side(preview: Preview, seconds: float) -> SidePane:
    """The side of a preview of learners."""
    facts = preview.facts
    new, changed = preview.aims
    written = ", ".join(filter(None, (facts.software, shown(facts.prepared))))
    lines = [
        (tr("Learners in the file"), sum(preview.counts.values())),
        (tr("Not in this file"), preview.absent),
    ]
    if preview.codes:
        lines.append((tr("Codes without a title"), len(preview.codes)))
    read_as = [
        (tr("Kind"), kind_words(facts)),
        (tr("Provider"), facts.ukprn or preview.ukprn),
        (tr("Written by"), written or tr("not said")),
        (tr("Aims"), tr("{new} new, {changed} changed", new=count(new), changed=count(changed))),
        (tr("Read in"), time_words(seconds)),
    ]
    return SidePane(preview.counts, lines, read_as)


def time_words(seconds: float) -> str:
    """How long reading took."""
    return plural(round(seconds), "{n} s", "{n} s") if seconds >= 1 else tr("less than 1 s")


def _facts(lines: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(10, 0, 0, 4)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    grid.addWidget(text_label(tr("Read as"), Type.CAPTION, Role.TEXT2, weight=600), 0, 0, 1, 2)
    top = Qt.AlignmentFlag.AlignTop
    for row, (title, text) in enumerate(lines, 1):
        grid.addWidget(text_label(title, Type.SECONDARY, Role.TEXT2), row, 0, top)
        grid.addWidget(text_label(text, Type.SECONDARY, wrap=True), row, 1)
    return grid
