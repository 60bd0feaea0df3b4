"""Which rows are selected: Qt's ranges while they are few, one mark per row where they are scattered."""

from collections.abc import Iterator

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Signal,
    Slot,
)

from app.keys import Keys
from ui.grids.paged_model import PagedModel
from ui.grids.row_runs import MOST_RUNS, Chosen, Runs, contains, inverted, joined, marks_of_runs, runs_of_marks

Flag = QItemSelectionModel.SelectionFlag
_FLIPPED = bytes([1, 0]) + bytes(254)


class RowSelection(QItemSelectionModel):
    """A selection of whole rows that stays quick with a million of them.

    Re-sorting half a million selected rows leaves a quarter of a million ranges, and Qt's list of ranges
    is slow from some thousands on. Then Qt's own selection is empty and `_marks` holds the truth; the next
    plain click or Ctrl-A goes back to ranges.
    """

    rows_changed = Signal()
    most_runs = MOST_RUNS

    def __init__(self, model: PagedModel, parent: QObject | None = None) -> None:
        super().__init__(model, parent or model)
        self._rows = model
        self._marks: bytearray | None = None
        self._kept: bytes | None = None
        """The marks before the run that Shift or a drag is just stretching, as Qt keeps ranges."""
        self._runs: Runs | None = []
        self.revision = 0
        """Another number after every change."""
        self.selectionChanged.connect(self._ranges_changed)
        model.rowsInserted.connect(self._rows_came)
        model.rowsRemoved.connect(self._rows_went)
        model.modelReset.connect(self._all_went)
        model.is_selected = self.is_row_selected

    # What is selected

    @property
    def scattered(self) -> bool:
        return self._marks is not None

    @property
    def runs(self) -> Runs:
        """The selected rows, while they are not scattered."""
        if self._runs is None:
            self._runs = joined(_rows_of(self.selection()))
        return self._runs

    @property
    def count(self) -> int:
        if self._marks is not None:
            return self._marks.count(1)
        return sum(last + 1 - first for first, last in self.runs)

    def is_row_selected(self, row: int) -> bool:
        if self._marks is not None:
            return self._marks[row] == 1
        return contains(self.runs, row)

    def chosen(self) -> Chosen:
        """The selection as it is now, to be read by a task."""
        if self._marks is not None:
            return Chosen(self._rows.keys, [], bytes(self._marks))
        return Chosen(self._rows.keys, self.runs)

    def selected_keys(self) -> Keys:
        """The selected keys in display order; the caller's own."""
        return self.chosen().selected()[:]

    # Changing it

    def select(
        self,
        what: QModelIndex | QPersistentModelIndex | QItemSelection,
        command: QItemSelectionModel.SelectionFlag,
    ) -> None:
        """Qt's door for mouse and keys. Moved columns give a range per column: made one per run here."""
        found = what if isinstance(what, QItemSelection) else QItemSelection(what, what)
        runs = joined(_rows_of(found))
        if self._marks is not None and not command & Flag.Clear:
            self._change_marks(runs, command)
            return
        before = self.revision
        was_scattered = self.scattered
        self._marks = None
        super().select(self._ranges(runs), command)
        if was_scattered and self.revision == before:
            self._tell()

    def select_runs(self, runs: Runs) -> None:
        """Select exactly these rows."""
        if len(runs) > self.most_runs:
            self.select_marks(marks_of_runs(runs, len(self._rows.keys)))
        else:
            self.select(self._ranges(runs), Flag.ClearAndSelect)
            self._settle()

    def add_runs(self, runs: Runs) -> None:
        """Select these rows too."""
        if runs:
            self.select(self._ranges(runs), Flag.Select)
            self._settle()

    def _settle(self) -> None:
        """Else the next run that Ctrl-Shift stretches would stand instead of all this, not beside it."""
        if self._marks is None:
            super().select(QItemSelection(), Flag.Select)
        self._kept = None

    def clear_rows(self) -> None:
        """Select nothing."""
        self.select(QItemSelection(), Flag.Clear)

    def select_marks(self, marks: bytes | bytearray) -> None:
        """Select exactly the rows that have a 1, one byte per row."""
        runs = runs_of_marks(marks, self.most_runs)
        if runs is not None:
            self.select_runs(runs)
            return
        self.blockSignals(True)
        super().select(QItemSelection(), Flag.Clear)
        self.blockSignals(False)
        self._runs = []
        self._kept = None
        self._marks = bytearray(marks)
        self._tell()

    def select_everything(self) -> None:
        """Every row, as one range."""
        rows = len(self._rows.keys)
        self.select_runs([(0, rows - 1)] if rows else [])

    def invert(self) -> None:
        """Select what is not selected."""
        if self._marks is not None:
            self.select_marks(self._marks.translate(_FLIPPED))
        else:
            self.select_runs(inverted(self.runs, len(self._rows.keys)))

    # Inside

    def _ranges(self, runs: Runs) -> QItemSelection:
        model = self._rows
        last_section = len(model.columns)
        ranges = QItemSelection()
        for first, last in runs:
            ranges.append(QItemSelectionRange(model.index(first, 0), model.index(last, last_section)))
        return ranges

    def _change_marks(self, runs: Runs, command: QItemSelectionModel.SelectionFlag) -> None:
        marks = self._marks
        if marks is None or not command & (Flag.Select | Flag.Deselect | Flag.Toggle):
            return
        if self._kept is not None and command & Flag.Current:
            marks[:] = self._kept
        else:
            self._kept = bytes(marks)
        for first, last in runs:
            part = slice(first, last + 1)
            if command & Flag.Toggle:
                marks[part] = marks[part].translate(_FLIPPED)
            else:
                marks[part] = (b"\x01" if command & Flag.Select else b"\x00") * (last + 1 - first)
        self._tell()

    def _tell(self) -> None:
        self.revision += 1
        self.rows_changed.emit()

    @Slot(QItemSelection, QItemSelection)
    def _ranges_changed(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        self._runs = None
        self._tell()

    @Slot(QModelIndex, int, int)
    def _rows_came(self, parent: QModelIndex, first: int, last: int) -> None:
        self._runs = None
        self._kept = None
        if self._marks is not None:
            self._marks[first:first] = bytes(last + 1 - first)

    @Slot(QModelIndex, int, int)
    def _rows_went(self, parent: QModelIndex, first: int, last: int) -> None:
        self._runs = None
        self._kept = None
        if self._marks is not None:
            gone = self._marks[first : last + 1].count(1)
            del self._marks[first : last + 1]
            if gone:
                self._tell()

    @Slot()
    def _all_went(self) -> None:
        self._runs = None
        self._kept = None
        self._marks = None


def _rows_of(ranges: QItemSelection) -> Iterator[tuple[int, int]]:
    for part in ranges.toList():
        if part.isValid():
            yield part.top(), part.bottom()
