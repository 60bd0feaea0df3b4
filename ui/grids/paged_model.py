"""A table that holds every key of a query but only some pages of rows, fetched when they are painted."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.keys import Keys
from app.sorting import SortKey
from ui.grids.cell_text import shown, spoken
from ui.grids.columns import Column, GridSource, Kind, Row
from ui.grids.row_runs import find
from ui.look.tokens import Role
from ui.look.words import tr

PAGE = 100
"""Rows fetched at once."""
MOST_PAGES = 60
GUTTER = 0
"""The section before the first column, where the ticks are; column n of the source is section n + 1."""

Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NOWHERE = QModelIndex()


def alignment(column: Column) -> Qt.AlignmentFlag:
    """Numbers and dates stand right; the title of a bar stands where the bar begins."""
    return _RIGHT if column.at_right or column.kind in (Kind.NUMBER, Kind.DATE, Kind.AGE) else _LEFT


class PagedModel(QAbstractTableModel):
    """Keys in display order and a bounded cache of rows.

    `row` is what painting asks; `data` is there for screen readers and Qt. A row that is not here yet is None
    and its page is asked for by `page_needed`, which must be connected queued: it is emitted while painting,
    and a change inside a paint would paint again. Whoever drops such a wish calls `forget_page`, else its
    rows would stay placeholders for ever.
    """

    page_needed = Signal(int)

    def __init__(self, source: GridSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.columns: tuple[Column, ...] = tuple(source.columns)
        self.is_selected: Callable[[int], bool] = lambda row: False
        self._keys: Keys = array("q")
        self._pages: OrderedDict[int, dict[int, Row]] = OrderedDict()
        self._asked: set[int] = set()
        self._stale: set[int] = set()
        self._before: dict[int, Row] = {}
        self._recent = -1
        self._order: tuple[SortKey, ...] = ()
        self._removed = self._row_of_a_removed_key()

    def _row_of_a_removed_key(self) -> Row:
        return Row(
            cells=(None,) * len(self.columns),
            sentence=tr("Removed meanwhile. Refresh to leave it out."),
            sentence_from=self.columns[0].id if self.columns else "",
            sentence_role=Role.TEXT3,
        )

    # Keys

    @property
    def keys(self) -> Keys:
        """All keys in display order. Never changed in place, so a task may read them."""
        return self._keys

    def key_at(self, row: int) -> int:
        return self._keys[row]

    def row_of(self, key: int) -> int:
        """The row of `key`, -1 where it is not shown."""
        return find(self._keys, key)

    def set_keys(self, keys: Keys) -> None:
        """Show `keys` instead of what is shown; rows known by key are painted until they are read anew."""
        if keys == self._keys:
            self._all_stale()
            return
        self.beginResetModel()
        self._before = {key: row for rows in self._pages.values() for key, row in rows.items()}
        self._keys = keys
        self._pages.clear()
        self._asked.clear()
        self._stale.clear()
        self.endResetModel()

    def append_keys(self, keys: Keys) -> None:
        """Add `keys` at the end."""
        self.replace_tail(0, keys)

    def replace_tail(self, count: int, keys: Keys) -> None:
        """Let `keys` stand where the last `count` rows are; rows that stay at either end are left alone."""
        start = max(0, len(self._keys) - count)
        old = self._keys[start:]
        same = _common(old, keys)
        rest_old, rest_new = old[same:], keys[same:]
        end = _common(rest_old[::-1], rest_new[::-1])
        first = start + same
        gone = len(rest_old) - end
        come = rest_new[: len(rest_new) - end]
        if gone:
            self.beginRemoveRows(_NOWHERE, first, first + gone - 1)
            self._keys = self._keys[:first] + self._keys[first + gone :]
            self.endRemoveRows()
        if come:
            self.beginInsertRows(_NOWHERE, first, first + len(come) - 1)
            self._keys = self._keys[:first] + come + self._keys[first:]
            self.endInsertRows()

    # Rows

    def row(self, number: int) -> Row | None:
        """The row to paint; None while it is on its way."""
        page = number // PAGE
        rows = self._pages.get(page)
        if rows is not None:
            if page != self._recent:
                self._recent = page
                self._pages.move_to_end(page)
            found = rows.get(self._keys[number])
            if found is not None:
                if self._stale and page in self._stale:
                    self._ask(page)
                return found
        return self._missing(number)

    def _missing(self, number: int) -> Row | None:
        page = number // PAGE
        key = self._keys[number]
        if self.source.in_memory:
            keys = self.page_keys(page)
            self._keep(page, keys, self.source.rows(keys))
            return self._pages[page][key]
        self._ask(page)
        return self._before.get(key)

    def _ask(self, page: int) -> None:
        if page in self._asked:
            return
        self._stale.discard(page)
        self._asked.add(page)
        self.page_needed.emit(page)

    def page_keys(self, page: int) -> Keys:
        return self._keys[page * PAGE : (page + 1) * PAGE]

    def put_page(self, page: int, keys: Keys, rows: Mapping[int, Row]) -> None:
        """Take the rows that were read for `keys`; a key without a row is shown as removed."""
        self._asked.discard(page)
        self._keep(page, keys, rows)
        self._changed(page)

    def forget_page(self, page: int) -> None:
        """The wish for `page` was dropped or failed: it is asked for again when it is painted again."""
        self._asked.discard(page)

    def refresh_rows(self, keys: Iterable[int]) -> None:
        """The records of `keys` have changed in place: read those of them again that are known."""
        changed = set(keys)
        hit = [page for page, rows in self._pages.items() if not changed.isdisjoint(rows)]
        self._before.clear()
        self._mark_stale(hit)

    def refresh_all(self) -> None:
        """What is known of every record may be another now: read what is seen again."""
        self._before.clear()
        self._all_stale()

    def _all_stale(self) -> None:
        self._mark_stale(list(self._pages))

    def _mark_stale(self, pages: list[int]) -> None:
        if self.source.in_memory:
            for page in pages:
                del self._pages[page]
        else:
            # A page under way may have been read before the change.
            self._stale.update(pages, self._asked)
        for page in pages:
            self._changed(page)

    def _keep(self, page: int, keys: Keys, rows: Mapping[int, Row]) -> None:
        self._pages[page] = {key: rows.get(key, self._removed) for key in keys}
        self._pages.move_to_end(page)
        self._recent = page
        while len(self._pages) > MOST_PAGES:
            oldest, _ = self._pages.popitem(last=False)
            self._stale.discard(oldest)

    def _changed(self, page: int) -> None:
        last = min((page + 1) * PAGE, len(self._keys)) - 1
        if last >= page * PAGE:
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(self.columns)))

    # Qt's questions

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._keys)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        section = index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section == GUTTER else alignment(self.columns[section - 1])
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        aloud = role == Qt.ItemDataRole.AccessibleTextRole
        if section == GUTTER:
            return self._spoken_marks(index.row()) if aloud else ""
        row = self.row(index.row())
        if row is None:
            return tr("loading") if aloud else ""
        column = self.columns[section - 1]
        cell = row.cells[section - 1]
        if not aloud:
            return shown(cell, column.kind)
        if row.sentence and column.id == row.sentence_from:
            return row.sentence
        return spoken(cell, column)

    def _spoken_marks(self, number: int) -> str:
        row = self.row(number)
        marks = [
            tr("selected") if self.is_selected(number) else "",
            tr("changed, not saved") if row is not None and row.staged else "",
        ]
        return ", ".join(one for one in marks if one)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if section == GUTTER:
            return tr("Selected") if role == Qt.ItemDataRole.AccessibleTextRole else None
        column = self.columns[section - 1]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.heading
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken_title(column)
        return None

    def _spoken_title(self, column: Column) -> str:
        place = self.place_in_order(column.id)
        if place < 0:
            return column.heading
        text = "{title}, sorted descending" if self._order[place].descending else "{title}, sorted ascending"
        spoken_order = tr(text, title=column.heading)
        if len(self._order) == 1:
            return spoken_order
        return tr("{order}, {n} of {all}", order=spoken_order, n=place + 1, all=len(self._order))

    # Sorting is the source's work; the model only knows what the header says about it

    @property
    def order_shown(self) -> tuple[SortKey, ...]:
        """What is sorted by, the first one first; none in the source's own order."""
        return self._order

    def place_in_order(self, column: str) -> int:
        """Which of the columns that are sorted by this one is, -1 where it is none of them."""
        return next((place for place, key in enumerate(self._order) if key.column == column), -1)

    def show_order(self, order: Sequence[SortKey]) -> None:
        self._order = tuple(order)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns))


def _common(one: Keys, other: Keys) -> int:
    """How many keys the two begin with alike."""
    most = min(len(one), len(other))
    for place in range(most):
        if one[place] != other[place]:
            return place
    return most
