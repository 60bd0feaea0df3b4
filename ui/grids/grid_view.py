"""The grid of every page: loads a query, keeps what is selected, sorts, arranges columns, copies."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.keys import Keys
from app.tasks import Progress
from ui.grids.column_layout import ColumnLayout
from ui.grids.columns import Column, GridSource, Query
from ui.grids.columns_menu import ColumnsMenu, show_at_header
from ui.grids.copying import MOST_TO_COPY, Copier
from ui.grids.loading import GridLoader, Held, Loaded
from ui.grids.overlay import GridOverlay
from ui.grids.page_reader import PageReader
from ui.grids.paged_model import GUTTER, PagedModel
from ui.grids.row_table import RowTable
from ui.look.tokens import theme
from ui.look.words import tr
from ui.workers import TaskRunner


class GridView(RowTable):
    """A grid over a GridSource. `load` shows a query; everything else keeps working meanwhile."""

    loaded = Signal(int, int)
    """How many rows the query has, and how many there are without it."""
    loading_changed = Signal(bool)
    load_failed = Signal(object)
    """The load failed; the runner has been told too, so it need not be shown again."""
    sort_changed = Signal()
    too_many_to_copy = Signal(int)
    """Ctrl-C on so many rows was refused: offer an export instead, or call copy_selected(anyway=True)."""
    copy_progressed = Signal(object)
    copied = Signal(int)
    """So many rows are on the clipboard."""
    copy_ended = Signal()

    def __init__(
        self, source: GridSource, runner: TaskRunner, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(self.new_model(source), parent)
        self.setObjectName(name)
        self.source = source
        self.follows_end = False
        """Whether a grid scrolled to its end stays there when rows are added."""
        self.total = 0
        """How many rows there are without any filter, as of the last load."""
        self._runner = runner
        self._query = Query()
        self._shown_query: Query | None = None
        self._sort: tuple[str, bool] = ("", False)
        self._partial = False
        """Only the first screenful of the query is shown so far."""
        self._current_before: int | None = None
        self._then = ""
        """What to do as soon as the load has ended: "all" or "invert"."""
        self._changed_meanwhile = False
        self._quiet = False
        self._overlay = GridOverlay(self)
        self._reader = PageReader(self._model, runner, self)
        self._loader = GridLoader(source, runner, self)
        self._copier = Copier(source, runner, self)
        self.column_layout = ColumnLayout(self._header, self.columns, self)
        self.column_layout.reset()
        self._connect()
