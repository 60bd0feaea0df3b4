"""Candidates side by side: the fields, what the college holds, and each learner of the LRS in a column to choose."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QToolTip,
    QWidget,
)

from app.learners.candidates import Line, Mark
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import TextLabel
from ui.look.pictures import IconLabel
from ui.look.plain import tip_text, visible_text
from ui.look.tokens import Role, color
from ui.look.words import tr

_ROW, _HEAD = 26, 32
_PADDING = 10
_ICON = 20
_FIELD, _OURS, _THEIRS, _WIDEST = 104, 130, 170, 320
MARKS: dict[Mark, tuple[Icon, Role, str]] = {
    Mark.SAME: (Icon.EQUALS, Role.TEXT3, "same as the college"),
    Mark.DIFFERS: (Icon.WARNING, Role.WARN, "differs from the college"),
}


class ValueColumn(QWidget):
    """A title and one text a line, painted; `marks` stand before the texts."""

    def __init__(
        self,
        title: str,
        lines: Sequence[Line],
        texts: Sequence[str],
        *,
        kind: Type = Type.SECONDARY,
        role: Role = Role.TEXT,
        marks: Sequence[Mark] = (),
        width: int = _OURS,
    ) -> None:
        super().__init__()
        self._title = title
        self._texts = [visible_text(text) for text in texts]
        self._marks = marks
        self._fonts = [Type.CODE if line.code and kind is not Type.HEADER else kind for line in lines]
        self._role = role
        self._width = width
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        names = (line.title for line in lines)
        self.setAccessibleDescription("; ".join(f"{n}: {t or tr('none')}" for n, t in zip(names, texts, strict=True)))

    def sizeHint(self) -> QSize:
        return QSize(scaled(self._width), scaled(_HEAD) + scaled(_ROW) * len(self._texts))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _line(self, place: int) -> QRect:
        return QRect(0, scaled(_HEAD) + place * scaled(_ROW), self.width(), scaled(_ROW))

    def _room(self, place: int) -> QRect:
        left = _PADDING + (_ICON if self._marks else 0)
        return self._line(place).adjusted(left, 0, -_PADDING // 2, 0)

    @property
    def is_chosen(self) -> bool:
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.fillRect(self.rect(), color(Role.ACCENT_SOFT if self.is_chosen else Role.SURFACE))
        head = QRect(0, 0, self.width(), scaled(_HEAD))
        if not self.is_chosen:
            painter.fillRect(head, color(Role.SUBTLE))
        painter.setFont(font(Type.HEADER))
        painter.setPen(color(Role.TEXT))
        painter.drawText(head.adjusted(_PADDING, 0, -4, 0), middle, self._title)
        painter.fillRect(0, head.bottom(), self.width(), 1, color(Role.LINE2))
        for place, text in enumerate(self._texts):
            self._paint_line(painter, place, text)
        painter.end()

    def _paint_line(self, painter: QPainter, place: int, text: str) -> None:
        area, room = self._line(place), self._room(place)
        differs = bool(self._marks) and self._marks[place] is Mark.DIFFERS
        if self._marks and self._marks[place] in MARKS:
            icon, role, _ = MARKS[self._marks[place]]
            draw(painter, icon, QRect(_PADDING, area.top(), 14, area.height()), role, size=14)
        kind = self._fonts[place]
        weight = 600 if differs and kind is not Type.CODE else 0
        painter.setFont(font(kind, weight=weight) if weight else font(kind))
        painter.setPen(color(self._role if text else Role.TEXT3))
        measure = metrics(kind, weight=weight) if weight else metrics(kind)
        shown = measure.elidedText(text or tr("none"), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.fillRect(0, area.bottom(), self.width(), 1, color(Role.LINE))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = (event.pos().y() - scaled(_HEAD)) // scaled(_ROW)
            if event.pos().y() >= scaled(_HEAD) and place < len(self._texts):
                QToolTip.showText(event.globalPos(), tip_text(self._tip(place)), self)
                return True
        return super().event(event)

    def _tip(self, place: int) -> str:
        text = self._texts[place]
        known = MARKS.get(self._marks[place]) if self._marks else None
        return f"{text}\n{tr(known[2]).capitalize()}" if known else text


class CandidateColumn(ValueColumn):
    """One learner of the LRS; a click anywhere chooses it. `paged` carries 1 or -1: Page Down, Page Up."""

    paged = Signal(int)

    def __init__(self, lines: Sequence[Line], place: int) -> None:
        told = [line.theirs[place] for line in lines]
        super().__init__(
            "", lines, [one.text for one in told], kind=Type.BODY, marks=[one.mark for one in told], width=_THEIRS
        )
        self.setMaximumWidth(scaled(_WIDEST))
        self.radio = QRadioButton(tr("Candidate {n}", n=place + 1), self)
        self.radio.setObjectName(f"candidate_{place + 1}")
        said = []
        for line, one in zip(lines, told, strict=True):
            known = MARKS.get(one.mark)
            said.append(f"{line.title}: {one.text or tr('none')}" + (f", {tr(known[2])}" if known else ""))
        self.radio.setAccessibleDescription("; ".join(said))
        self.radio.toggled.connect(self.update)
        self.radio.move(_PADDING, 0)
        self.setAccessibleName(self.radio.text())

    @property
    def is_chosen(self) -> bool:
        return self.radio.isChecked()

    def resizeEvent(self, event: object) -> None:
        size = self.radio.sizeHint()
        self.radio.setGeometry(
            _PADDING, (scaled(_HEAD) - size.height()) // 2, self.width() - 2 * _PADDING, size.height()
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the radio button leaves: the areas around would keep it to themselves."""
        if event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.paged.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.radio.isEnabled():
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
            self.radio.setChecked(True)


class CandidateTable(QWidget):
    """`chosen` carries the place of the candidate that was chosen. Fields and college stay where they are while
    many candidates are scrolled sideways."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("candidate_table")
        self.columns: list[CandidateColumn] = []
        self._group: QButtonGroup | None = None
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._down = _area("candidates_down")
        self._down.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole.addWidget(self._down)
        self._across = _area("candidates_across")

    def show_lines(self, lines: Sequence[Line], chosen: int | None, *, enabled: bool) -> None:
        """Show this comparison instead; `chosen` is preselected, None leaves the choice open."""
        number = len(lines[0].theirs) if lines else 0
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        fields = ValueColumn(
            tr("Field"), lines, [tr(line.title) for line in lines], kind=Type.HEADER, role=Role.TEXT2, width=_FIELD
        )
        fields.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        ours = ValueColumn(tr("College"), lines, [line.ours for line in lines], kind=Type.BODY)
        ours.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._across = _area("candidates_across")
        self._across.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        beside = QWidget()
        line = QHBoxLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(1)
        self.columns = [CandidateColumn(lines, place) for place in range(number)]
        self._group = QButtonGroup(self._across)
        for place, column in enumerate(self.columns):
            self._group.addButton(column.radio, place)
            column.radio.setEnabled(enabled)
            column.paged.connect(self._page)
            column.radio.setChecked(place == chosen)
            line.addWidget(column, 1, Qt.AlignmentFlag.AlignTop)
        line.addStretch(0)
        self._group.idToggled.connect(self._toggled)
        self._across.setWidget(beside)
        beside.setAutoFillBackground(False)
        height = fields.sizeHint().height() + self._across.horizontalScrollBar().sizeHint().height()
        self._across.setFixedHeight(height)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(fields, 0, top)
        row.addWidget(ours, 0, top)
        row.addWidget(self._across, 1, top)
        self._down.setWidget(inside)
        inside.setAutoFillBackground(False)

    @property
    def chosen_place(self) -> int | None:
        """The place of the candidate that is chosen."""
        place = self._group.checkedId() if self._group is not None else -1
        return place if place >= 0 else None

    def lead_here(self) -> None:
        """Give the keyboard to the chosen candidate, else to the first."""
        if self.columns:
            self.columns[self.chosen_place or 0].radio.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def _page(self, step: int) -> None:
        bar = self._down.verticalScrollBar()
        bar.setValue(bar.value() + step * bar.pageStep())

    @Slot(int, bool)
    def _toggled(self, place: int, checked: bool) -> None:
        if checked:
            self._across.ensureWidgetVisible(self.columns[place])
            self.chosen.emit(place)


class Legend(QWidget):
    """What the icons before the values mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        for icon, role, words in MARKS.values():
            row.addWidget(IconLabel(icon, role, 14))
            row.addWidget(TextLabel(tr(words).capitalize(), Type.SECONDARY, Role.TEXT2))
            row.addSpacing(12)
        row.addStretch(1)


def _area(name: str) -> QScrollArea:
    area = QScrollArea()
    area.setObjectName(name)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    return area
