"""Everything that was found in a checked file, in sections from the worst to what is only told."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.import_lines import Line, Section
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, text_label
from ui.look.lines import empty
from ui.look.pictures import IconLabel
from ui.look.shapes import hair_line
from ui.look.tokens import Role, color
from ui.look.words import tr
from ui.pages.import_finding_line import FindingLine

_SECTION = 32
_ARROWS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class _Heading(QWidget):
    def __init__(self, section: Section, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(scaled(_SECTION))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel(Icon.CARET_DOWN, Role.TEXT3, 12))
        row.addWidget(text_label(section.title, Type.HEADER))
        row.addWidget(text_label(section.words, Type.SECONDARY, Role.TEXT2, numbers=True))
        row.addStretch(1)
        remark = ElidingLabel(section.remark, Type.SECONDARY, Role.TEXT2)
        row.addWidget(remark)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(Role.SUBTLE))
        hair_line(painter, QPointF(0, self.height() - 1), QPointF(self.width(), self.height() - 1))
        painter.end()


class Findings(QScrollArea):
    """`chosen` carries the Line that is looked at, or None; the others what was wished of one."""

    chosen = Signal(object)
    repair_wanted = Signal(object)
    undo_wanted = Signal(object)
    ticked = Signal(str, bool)
    rows_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_findings")
        self.setAccessibleName(tr("What was found"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setWidget(inside)
        inside.setAutoFillBackground(False)
        self.lines: list[FindingLine] = []
        self._shown: list[Section] | None = None
        self._why_not = ""

    def show_sections(self, sections: Sequence[Section], why_not: str) -> None:
        """Show these; what is looked at stays, and so does the keyboard. `why_not`: why nothing can be done now."""
        if self._shown == list(sections) and why_not == self._why_not:
            return
        kept = self.line.key if self.line is not None else None
        focus = next((one.line.key for one in self.lines if one.hasFocus() or one.isAncestorOf(_focus(self))), None)
        inner = _focus(self).objectName() if focus is not None else ""
        self._shown, self._why_not = list(sections), why_not
        empty(self._column)
        self.lines = []
        for section in sections:
            self._column.addWidget(_Heading(section, self.widget()))
            for line in section.lines:
                self._add(line, why_not)
        self._column.addStretch(1)
        wanted = next((one for one in self.lines if one.line.key == kept), None)
        self._choose(wanted or next(iter(self.lines), None))
        if focus is not None:
            self._focus_again(focus, inner)

    def _focus_again(self, key: object, inner: str) -> None:
        at = next((one for one in self.lines if one.line.key == key), None) or next(iter(self.lines), None)
        if at is None:
            return
        part = next((one for one in at.findChildren(QWidget, inner) if one.isEnabled()), None) if inner else None
        (part or at).setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, line: Line, why_not: str) -> None:
        made = FindingLine(line, why_not, self.widget())
        made.clicked.connect(self._clicked)
        made.repair_wanted.connect(self.repair_wanted)
        made.undo_wanted.connect(self.undo_wanted)
        made.ticked.connect(self.ticked)
        made.rows_wanted.connect(self.rows_wanted)
        made.installEventFilter(self)
        self.lines.append(made)
        self._column.addWidget(made)

    @property
    def line(self) -> Line | None:
        """What is looked at."""
        return next((one.line for one in self.lines if one.isChecked()), None)

    @Slot()
    def _clicked(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, FindingLine):
            self._choose(pressed)

    def _choose(self, wanted: FindingLine | None) -> None:
        for one in self.lines:
            one.setChecked(one is wanted)
        self.chosen.emit(wanted.line if wanted is not None else None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down go from line to line, whatever stands in them; what has the keyboard is looked at."""
        if isinstance(watched, FindingLine) and isinstance(event, QKeyEvent):
            step = _ARROWS.get(Qt.Key(event.key())) if event.type() == QEvent.Type.KeyPress else None
            if step is not None and watched in self.lines:
                at = min(max(self.lines.index(watched) + step, 0), len(self.lines) - 1)
                self.lines[at].setFocus(Qt.FocusReason.TabFocusReason)
                self._choose(self.lines[at])
                self.ensureWidgetVisible(self.lines[at], 0, 0)
                return True
        return super().eventFilter(watched, event)


def _focus(widget: QWidget) -> QWidget:
    return widget.window().focusWidget() or widget.window()
