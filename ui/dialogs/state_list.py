"""A list to read through whose rows have a state: its icon and its word stand in one of the columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from ui.dialogs.summary_list import Index, LineDelegate, ListColumn, SummaryList
from ui.grids.columns import State
from ui.look.icons import draw
from ui.look.tokens import Role, color

_ICON = 22


@dataclass(frozen=True, slots=True)
class StateRow:
    """`texts` has a text for each column; the one of the state is the state's own where it is ""."""

    state: State
    texts: tuple[str, ...] = field(repr=False)


class StateDelegate(LineDelegate):
    """Paints the state's icon before the text of its column."""

    def __init__(self, parent: "StateList", column: int) -> None:
        super().__init__(parent)
        self._list, self._column = parent, column

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.column() != self._column:
            super().paint(painter, option, index)
            return
        whole = QRect(option.rect)
        beside = QStyleOptionViewItem(option)
        beside.rect = whole.adjusted(_ICON, 0, 0, 0)
        super().paint(painter, beside, index)
        left = QRect(whole.left(), whole.top(), _ICON, whole.height())
        if option.state & QStyle.StateFlag.State_Selected:
            active = option.state & QStyle.StateFlag.State_Active
            painter.fillRect(left, color(Role.ACCENT_SOFT if active else Role.SEL_OFF))
        painter.fillRect(left.left(), left.bottom(), left.width(), 1, color(Role.LINE))
        state = self._list.states[index.row()].state
        draw(painter, state.icon, left.adjusted(6, 0, 0, 0), state.role, size=15)


class StateList(SummaryList):
    """A SummaryList of StateRows; `column` is the place of the state."""

    def __init__(
        self, columns: Sequence[ListColumn], name: str, column: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(columns, name, parent)
        self.states: list[StateRow] = []
        self._state_column = column
        self.setItemDelegate(StateDelegate(self, column))

    def show_states(self, rows: Sequence[StateRow]) -> None:
        """Show these rows; the current one stays at its place."""
        at = self.currentIndex().row()
        self.states = list(rows)
        self.show_rows(len(self.states), self._texts)
        if 0 <= at < len(self.states):
            self.selectRow(at)

    def show_state(self, place: int, row: StateRow) -> None:
        """Another state for one row."""
        self.states[place] = row
        self.viewport().update()

    def _texts(self, place: int) -> tuple[str, ...]:
        row = self.states[place]
        before, after = row.texts[: self._state_column], row.texts[self._state_column + 1 :]
        return (*before, row.texts[self._state_column] or str(row.state), *after)
