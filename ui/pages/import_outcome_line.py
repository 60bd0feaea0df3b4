"""How many rows end how: icon, words, a bar for the share, and the number; a click leads to the rows."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.imports.rules import Outcome
from ui.grids.columns import State
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import draw
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import count, tr

_BAR_WIDTH, _BAR_HEIGHT = 76, 6


class OutcomeLine(QAbstractButton):
    """Checkable: chosen while only such rows are shown."""

    def __init__(self, outcome: Outcome, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outcome = outcome
        self._state: State | None = None
        self._number, self._whole = 0, 0
        self.setObjectName(f"outcome_{outcome.value}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_count(self, state: State, number: int, whole: int) -> None:
        """`number` of `whole` rows."""
        if (state, number, whole) == (self._state, self._number, self._whole):
            return
        self._state, self._number, self._whole = state, number, whole
        said = f"{tr(state.text)}: {count(number)}"
        self.setText(said)
        self.setAccessibleName(said)
        self.setToolTip(tr("Show these rows"))
        self.setVisible(number > 0)
        self.update()

    @property
    def number(self) -> int:
        return self._number

    def sizeHint(self) -> QSize:
        return QSize(scaled(180), metrics(Type.BODY).height() + 7)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._state is None:
            return
        painter = QPainter(self)
        area = self.rect()
        if self.isChecked() or self.underMouse():
            box(painter, area, CONTROL_RADIUS, fill=Role.ACCENT_SOFT if self.isChecked() else Role.HOVER)
        draw(painter, self._state.icon, QRect(4, 0, 16, area.height()), self._state.role, size=15)
        number = count(self._number)
        wide = max(metrics(Type.KEY, numbers=True, weight=600).horizontalAdvance(count(self._whole)), scaled(40))
        end = area.width() - 6
        bar = QRect(end - wide - 8 - scaled(_BAR_WIDTH), 0, scaled(_BAR_WIDTH), area.height())
        words = metrics(Type.BODY)
        room = bar.left() - 8 - 28
        with_bar = words.horizontalAdvance(tr(self._state.text)) <= room
        if not with_bar:  # large text in a narrow pane: words go before pictures
            room = end - wide - 8 - 28
        painter.setFont(font(Type.BODY))
        painter.setPen(color(Role.TEXT))
        middle = Qt.AlignmentFlag.AlignVCenter
        said = words.elidedText(tr(self._state.text), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(28, 0, room + 2, area.height()), middle | Qt.AlignmentFlag.AlignLeft, said)
        painter.setFont(font(Type.KEY, numbers=True, weight=600))
        painter.drawText(QRect(0, 0, end, area.height()), middle | Qt.AlignmentFlag.AlignRight, number)
        if with_bar:
            self._paint_bar(painter, bar)

    def _paint_bar(self, painter: QPainter, area: QRect) -> None:
        assert self._state is not None
        whole = QRect(area.left(), (area.height() - _BAR_HEIGHT) // 2, area.width(), _BAR_HEIGHT)
        box(painter, whole, 3, fill=Role.LINE)
        part = QRect(whole)
        part.setWidth(max(3, whole.width() * self._number // max(1, self._whole)))
        box(painter, part, 3, fill=self._state.role)
