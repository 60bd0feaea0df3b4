"""Order, widths and visibility of a grid's columns, which of them stay, and the one that takes the spare width."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QHeaderView

from ui.grids.columns import Column
from ui.grids.frozen_header import FrozenHeader
from ui.grids.header import GUTTER_WIDTH, SMALLEST_SECTION
from ui.grids.paged_model import GUTTER
from ui.look.fonts import LARGEST_SCALE, scale, scaled
from ui.look.tokens import theme

WIDEST_COLUMN = 2_000


class ColumnLayout(QObject):
    """Keeps a header as the user arranged it. Column n is section n + 1; the gutter is always the first."""

    changed = Signal()
    frozen_changed = Signal()

    def __init__(self, header: FrozenHeader, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._header = header
        self._columns = tuple(columns)
        self._sections = {column.id: number + 1 for number, column in enumerate(self._columns)}
        self._stretch = next((column.id for column in self._columns if column.stretch), "")
        self._widths: dict[str, int] = {}
        """As wished; that of the stretched column is its least."""
        self._scale = scale()
        """Of the text that the widths are for."""
        self._room = 0
        self._busy = False
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(self._moved)
        theme().changed.connect(self._follow_text)

    def reset(self) -> None:
        """As the source describes its columns."""
        self.restore({})

    def as_dict(self) -> dict[str, Any]:
        """Order, widths and the size of the text they are for, hidden columns by column id, and how many stay; plain
        enough for JSON."""
        header = self._header
        in_order = sorted(self._columns, key=lambda column: header.visualIndex(self._sections[column.id]))
        return {
            "order": [column.id for column in in_order],
            "widths": dict(self._widths),
            "text_size": self._scale,
            "hidden": [column.id for column in self._columns if self.is_hidden(column.id)],
            "frozen": self._header.frozen,
        }

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Arrange the columns as stored. What is missing, unknown or nonsense is left as the source says.

        At least one column stays visible. Widths that were stored for text of another size are made to fit this one,
        in the same proportion; those stored without a size are taken as they are.
        """
        self._busy = True
        self._scale = scale()
        larger = self._scale / _text_size_from(stored.get("text_size"), self._scale)
        widths = stored.get("widths")
        widths = widths if isinstance(widths, Mapping) else {}
        hidden = stored.get("hidden")
        hidden_ids = {
            column.id
            for column in self._columns
            if (column.id in hidden if isinstance(hidden, Sequence) else not column.visible)
        }
        if len(hidden_ids) == len(self._columns) and self._columns:
            hidden_ids.discard(self._columns[0].id)
        header = self._header
        header.setSectionResizeMode(GUTTER, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(GUTTER, GUTTER_WIDTH)
        for column in self._columns:
            section = self._sections[column.id]
            width = _width_from(widths.get(column.id), larger, scaled(column.width))
            # A hidden section forgets a new width, so it is shown while it gets one.
            header.setSectionHidden(section, False)
            header.resizeSection(section, width)
            header.setSectionHidden(section, column.id in hidden_ids)
            self._widths[column.id] = width
        for place, column_id in enumerate(self._order_from(stored.get("order"))):
            header.moveSection(header.visualIndex(self._sections[column_id]), place + 1)
        self._busy = False
        self.fit(self._room)
        self._freeze(_count_from(stored.get("frozen"), len(self._columns)))

    def _order_from(self, stored: object) -> list[str]:
        """Stored columns in their order; one that is new since then stands behind its left neighbour."""
        known = (
            list(dict.fromkeys(each for each in stored if isinstance(each, str))) if isinstance(stored, list) else []
        )
        order = [column_id for column_id in known if column_id in self._sections]
        before = ""
        for column in self._columns:
            if column.id not in order:
                order.insert(order.index(before) + 1 if before else 0, column.id)
            before = column.id
        return order

    def fit(self, room: int) -> None:
        """Give the stretched column what the others leave of `room`."""
        self._room = room
        if self._busy or not self._stretch or room <= 0:
            return
        section = self._sections[self._stretch]
        header = self._header
        others = sum(
            header.sectionSize(each)
            for each in range(header.count())
            if each != section and not header.isSectionHidden(each)
        )
        self._busy = True
        header.resizeSection(section, max(self._widths[self._stretch], room - others))
        self._busy = False

    @Slot()
    def _follow_text(self) -> None:
        """Larger text takes wider columns."""
        if self._scale != scale():
            self.restore(self.as_dict())

    # Single columns

    def is_hidden(self, column_id: str) -> bool:
        return self._header.isSectionHidden(self._sections[column_id])

    def visible_columns(self) -> list[Column]:
        """In the order they stand in."""
        by_section = {self._sections[column.id]: column for column in self._columns}
        sections = (self._header.logicalIndex(place) for place in range(self._header.count()))
        return [
            by_section[each] for each in sections if each in by_section and not self._header.isSectionHidden(each)
        ]

    def set_hidden(self, column_id: str, hidden: bool) -> None:
        """Hide or show a column; the last one that is visible stays."""
        if hidden and [column.id for column in self.visible_columns()] == [column_id]:
            return
        self._header.setSectionHidden(self._sections[column_id], hidden)
        self.fit(self._room)
        self.changed.emit()

    def can_move(self, column_id: str, step: int) -> bool:
        ids = [column.id for column in self.visible_columns()]
        return column_id in ids and 0 <= ids.index(column_id) + step < len(ids)

    def move(self, column_id: str, step: int) -> None:
        """Move a column past its visible neighbour: -1 to the left, 1 to the right."""
        if not self.can_move(column_id, step):
            return
        ids = [column.id for column in self.visible_columns()]
        neighbour = ids[ids.index(column_id) + step]
        header = self._header
        header.moveSection(
            header.visualIndex(self._sections[column_id]), header.visualIndex(self._sections[neighbour])
        )

    # Columns that stay while the others scroll

    @property
    def frozen(self) -> int:
        """How many columns stay, from the left, hidden ones counted."""
        return self._header.frozen

    def freeze(self, column_id: str) -> None:
        """Let the columns up to this one stay; "" lets none."""
        self._freeze(self._header.visualIndex(self._sections[column_id]) if column_id else 0)
        self.changed.emit()

    def frozen_up_to(self, column_id: str) -> bool:
        """Whether this is the last visible column that stays."""
        places = [self._header.visualIndex(self._sections[column.id]) for column in self.visible_columns()]
        staying = [place for place in places if place <= self.frozen]
        return bool(staying) and staying[-1] == self._header.visualIndex(self._sections[column_id])

    def _freeze(self, count: int) -> None:
        self._header.frozen = count
        self.frozen_changed.emit()

    @Slot(int, int, int)
    def _resized(self, section: int, old: int, new: int) -> None:
        if self._busy or section == GUTTER or new == 0 or old == 0:
            return
        self._widths[self._columns[section - 1].id] = new
        self.fit(self._room)
        self.changed.emit()

    @Slot(int, int, int)
    def _moved(self, section: int, old: int, new: int) -> None:
        if not self._busy:
            self.changed.emit()


def _count_from(stored: object, most: int) -> int:
    return stored if isinstance(stored, int) and not isinstance(stored, bool) and 0 <= stored <= most else 0


def _text_size_from(stored: object, usual: float) -> float:
    if isinstance(stored, int | float) and not isinstance(stored, bool) and 1.0 <= stored <= LARGEST_SCALE:
        return float(stored)
    return usual


def _width_from(stored: object, larger: float, usual: int) -> int:
    if isinstance(stored, int) and not isinstance(stored, bool) and SMALLEST_SECTION <= stored <= WIDEST_COLUMN:
        return min(max(round(stored * larger), SMALLEST_SECTION), WIDEST_COLUMN)
    return usual
