"""A row table that loads queries and keeps selection, current row and place by key."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.keys import Keys
from app.sorting import SortKey
from ui.grids.columns import Column, GridSource, Query
from ui.grids.frozen_table import FrozenTable
from ui.grids.loading import GridLoader, Held, Loaded
from ui.grids.overlay import GridOverlay
from ui.grids.page_reader import PageReader
from ui.grids.paged_model import PagedModel
from ui.grids.row_runs import joined
from ui.grids.row_selection import Flag
from ui.look.words import tr
from ui.workers import TaskRunner


class LoadedTable(FrozenTable):
    """Shows the rows of a query. Selection and current row belong to keys: they outlast a reload, a re-sort
    and new rows.
    """

    loaded = Signal(int, int)
    """How many rows the query has, and how many there are without it."""
    loading_changed = Signal(bool)
    load_failed = Signal(object)
    """The load failed; the runner has been told too, so it need not be shown again."""

    model_class: type[PagedModel] = PagedModel

    def __init__(self, source: GridSource, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(self.model_class(source), parent)
        self._model.setParent(self)
        self.source = source
        self.follows_end = False
        """Whether a grid that is scrolled to its end stays there when rows are added."""
        self.total = 0
        """How many rows there are without any filter, as of the last load."""
        self._runner = runner
        self._query = Query()
        self._shown: Query | None = None
        self._partial = False
        """Only the first screenful of the query is on the screen so far."""
        self._current_before: int | None = None
        self._then = ""
        """What to do as soon as the load has ended: "all" or "invert"."""
        self._changed_meanwhile = False
        self._quiet = False
        self._overlay = GridOverlay(self)
        self._reader = PageReader(self._model, runner, self)
        self._loader = GridLoader(source, runner, self)
        self._loader.first_arrived.connect(self._first_arrived)
        self._loader.arrived.connect(self._arrived)
        self._loader.failed.connect(self._load_failed)
        self._loader.stopped.connect(self._load_stopped)

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._model.columns

    @property
    def count(self) -> int:
        """How many rows are shown."""
        return self._model.rowCount()

    @property
    def keys(self) -> Keys:
        """All keys shown, in display order; not to be changed."""
        return self._model.keys

    @property
    def sort(self) -> tuple[str, bool]:
        """Column id ("" for the source's own order) and whether it descends."""
        first = self.order[0] if self.order else SortKey("")
        return first.column, first.descending

    @property
    def order(self) -> tuple[SortKey, ...]:
        """Every column that is sorted by, the first one first; none in the source's own order."""
        return self._model.order_shown

    def _sortable(self, column_id: str) -> bool:
        return any(column.id == column_id and column.sortable for column in self.columns)

    def _show_order(self, order: Sequence[SortKey]) -> None:
        self._model.show_order(order)
        self._header.viewport().update()

    # Loading

    @property
    def query(self) -> Query:
        """What was asked for last, with the sorting that is in force."""
        return self._query

    @property
    def is_loading(self) -> bool:
        return self._loader.loading is not None

    def load(self, query: Query) -> None:
        """Show `query`. A sort of "" keeps the grid's own. A load that is under way is given up."""
        if query.sort and self._sortable(query.sort):
            self._show_order([key for key in query.order if self._sortable(key.column)])
        self._query = query.sorted_by(self.order)
        held = self._hold()
        self._changed_meanwhile = False
        self._then = ""
        if not self._model.rowCount():
            self._overlay.show_loading()
        self._loader.load(self._query, held, show_first=self._query != self._shown)
        self.loading_changed.emit(True)

    def reload(self) -> None:
        """The same query again: the rows, their order or their number may have changed."""
        self.load(self._query)

    def _hold(self) -> Held:
        top = self.rowAt(0)
        top_key = self._model.key_at(top) if top > 0 else None
        return Held(self._selection.chosen(), self._selection.revision, self.current_key, top_key)

    @Slot(object, object)
    def _first_arrived(self, query: Query, keys: Keys) -> None:
        if self._selection.count or not keys:
            # The old rows stay until all are here: part of a selection is no selection.
            return
        self._current_before = self.current_key
        self._partial = True
        self._shown = None
        self._model.set_keys(keys)
        self._scroll_to_top()
        self._overlay.show_nothing()

    @Slot(object)
    def _arrived(self, loaded: Loaded) -> None:
        held = self._hold()
        if (held.revision, held.current) != (loaded.held.revision, loaded.held.current):
            self._loader.place_again(loaded, replace(held, top=loaded.held.top))
            return
        self._show(loaded)
        self.loading_changed.emit(False)
        self.loaded.emit(len(loaded.keys), loaded.total)
        if self._then:
            self.select_all() if self._then == "all" else self.invert()
        if self._changed_meanwhile:
            self.reload()

    def _show(self, loaded: Loaded) -> None:
        """Put the loaded keys in, with everything that was held at its new place."""
        before = self._selection.count
        current = self.current_key
        same_query = loaded.query == self._shown
        keys, shown = loaded.keys, self._model.keys
        self._quiet = True
        if self._partial and keys[: len(shown)] == shown:
            self._model.append_keys(keys[len(shown) :])
        else:
            offset = self.rowViewportPosition(self.rowAt(0)) if loaded.top_row >= 0 else 0
            self._model.set_keys(keys)
            if loaded.marks is not None:
                self._selection.select_marks(loaded.marks)
            self._scroll_to_top(loaded.top_row if same_query else -1, offset)
        if self.current_row < 0:
            self._set_current(loaded.current_row)
        self._quiet = False
        self._partial = False
        self._current_before = None
        self._shown = loaded.query
        self.total = loaded.total
        self._show_overlay()
        if before or self._selection.count:
            self.selection_changed.emit()
        if self.current_key != current:
            self.current_changed.emit()

    @Slot(object)
    def _load_failed(self, error: Exception) -> None:
        self._give_up(tr("The rows could not be loaded. Refresh to try again."))
        self._runner.unread(error)
        self.load_failed.emit(error)

    @Slot()
    def _load_stopped(self) -> None:
        self._give_up("")

    def _give_up(self, text: str) -> None:
        """Go back to the query whose rows are still here, if they are."""
        self._then = ""
        if self._partial:
            # They would pass for all rows of the query.
            self._partial = False
            self._model.set_keys(Keys("q"))
        if self._shown is not None:
            self._query = self._shown
            self._show_order(self._shown.order)
        if self._model.rowCount():
            self._overlay.show_nothing()
        else:
            self._overlay.show_text(text)
        self.loading_changed.emit(False)

    def _scroll_to_top(self, row: int = -1, offset: int = 0) -> None:
        """Let `row` stand topmost, moved by `offset` pixels; the very top where there is none."""
        self.executeDelayedItemsLayout()
        bar = self.verticalScrollBar()
        bar.setValue(row * self._row_height - offset if row >= 0 else 0)

    def _set_current(self, row: int) -> None:
        """Without selecting it, and without scrolling to it."""
        if row < 0:
            return
        self.setAutoScroll(False)
        index = self._model.index(row, self._section)
        self._selection.setCurrentIndex(index, Flag.NoUpdate)
        self.setAutoScroll(True)

    # Rows that come and go one by one

    def append_keys(self, keys: Keys) -> None:
        """Add rows at the end. Nothing on the screen moves."""
        self.replace_tail(0, keys)

    def replace_tail(self, count: int, keys: Keys) -> None:
        """Let `keys` stand where the last `count` rows are. A key that comes back keeps its selection."""
        rows = self._model.rowCount()
        start = max(0, rows - count)
        if self._model.keys[start:] == keys:
            return  # nothing comes or goes: a run that is being stretched goes on
        chosen = {self._model.key_at(row) for row in range(start, rows) if self._selection.is_row_selected(row)}
        revision, current = self._selection.revision, self.current_key
        bar = self.verticalScrollBar()
        at_end = self.follows_end and bar.value() == bar.maximum()
        self._quiet = True
        self.setAutoScroll(False)
        self._model.replace_tail(count, keys)
        if chosen:
            again = [row for row in range(start, self._model.rowCount()) if self._model.key_at(row) in chosen]
            self._selection.add_runs(joined((row, row) for row in again))
        if current is not None and self.current_key != current and current in keys:
            self._set_current(start + keys.index(current))
        self.setAutoScroll(True)
        self._quiet = False
        # A load that is under way may have read its keys before these rows came.
        self._changed_meanwhile = self._changed_meanwhile or self.is_loading
        self.total = max(self.total, self._model.rowCount())
        self._show_overlay()
        if at_end:
            self.executeDelayedItemsLayout()
            bar.setValue(bar.maximum())
        if self._selection.revision != revision:
            self.selection_changed.emit()
        if self.current_key != current:
            self.current_changed.emit()

    def refresh_rows(self, keys: Sequence[int]) -> None:
        """The records of `keys` have changed in place: paint them anew, leave order and selection."""
        self._model.refresh_rows(keys)

    def refresh_all(self) -> None:
        """Paint anew whatever is seen, as `refresh_rows` for every row."""
        self._model.refresh_all()

    # Selection

    @property
    def selected_count(self) -> int:
        return self._selection.count

    def selected_keys(self) -> Keys:
        """The selected keys in display order."""
        return self._selection.selected_keys()

    @property
    def current_key(self) -> int | None:
        row = self.current_row
        return self._model.key_at(row) if row >= 0 else self._current_before

    def select_all(self) -> None:
        """Every row of the filter, also those that are still on their way."""
        self._select("all")

    def selectAll(self) -> None:
        self.select_all()

    def invert(self) -> None:
        """Select what is not selected, and the other way round."""
        self._select("invert")

    def _select(self, what: str) -> None:
        if not self.is_loading or self._query == self._shown:
            if what == "all":
                self._selection.select_everything()
            else:
                self._selection.invert()
        if self.is_loading and (what == "all" or self._query != self._shown):
            self._then = what

    def select_keys(self, keys: Sequence[int]) -> None:
        """Select exactly the rows of `keys` that are shown."""
        wanted = set(keys)
        self._selection.select_marks(bytes(map(wanted.__contains__, self._model.keys)))

    def clear_selection(self) -> None:
        """Select nothing; the current row stays."""
        self._then = ""
        self._selection.clear_rows()

    @Slot()
    def _rows_changed(self) -> None:
        self.viewport().update()
        if not self._quiet:
            # What was clicked after Ctrl-A counts, not Ctrl-A.
            self._then = ""
            self.selection_changed.emit()

    def _current_row_changed(self) -> None:
        if not self._quiet:
            self.current_changed.emit()

    # The empty state

    def set_empty_widget(self, widget: QWidget) -> None:
        """What stands in the grid when there is no row; the grid owns it."""
        self._overlay.set_empty_widget(widget)
        if self._shown is not None:
            self._show_overlay()

    def _show_overlay(self) -> None:
        """Rows, or the empty state; with nothing to show at all the header would only be in the way."""
        rows = self._model.rowCount()
        columns = rows > 0 or self.total > 0
        self._header.setVisible(columns)
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAsNeeded if columns else policy.ScrollBarAlwaysOff)
        if rows:
            self._overlay.show_nothing()
        else:
            self._overlay.show_empty()
        self._cover()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cover()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._cover()
        return handled

    def _cover(self) -> None:
        self._overlay.setGeometry(self.viewport().geometry())
