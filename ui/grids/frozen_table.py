"""A row table whose first columns stay while the others scroll sideways.

One view and one selection, not a second table laid over the first: the rows are painted twice, left of the border as
if nothing had scrolled away, and whatever Qt asks about places is answered accordingly.
"""

from PySide6.QtCore import QModelIndex, QPoint, QRect, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QWidget

from ui.grids.paged_model import Index, PagedModel
from ui.grids.row_painter import Place
from ui.grids.row_table import RowTable
from ui.look.tokens import Role, color


class FrozenTable(RowTable):
    """How many columns stay is the header's `frozen`; call `frozen_changed` after it was set."""

    def __init__(self, model: PagedModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._header.start_wanted.connect(self._scroll_to_start)

    @Slot()
    def frozen_changed(self) -> None:
        self.updateGeometries()
        self._header.viewport().update()
        self.viewport().update()

    @Slot()
    def _scroll_to_start(self) -> None:
        self.horizontalScrollBar().setValue(0)

    # Painting

    def _paint(self, painter: QPainter, rect: QRect, offset: int) -> None:
        width = self._header.frozen_width()
        whole = self.viewport().rect()
        for part, away in (
            (QRect(0, 0, width, whole.height()), 0),
            (QRect(width, 0, whole.width() - width, whole.height()), offset),
        ):
            wanted = part & rect
            if not wanted.isEmpty():
                painter.setClipRect(wanted)
                super()._paint(painter, wanted, away)
        if width:
            painter.setClipping(False)
            painter.fillRect(width - 1, 0, 1, whole.height(), color(Role.BORDER))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if dx and self._header.frozen_width():
            # What stays has been moved along.
            self._header.viewport().update()
            self.viewport().update()

    def updateGeometries(self) -> None:
        super().updateGeometries()
        room = self.viewport().width() - self._header.frozen_width()
        self.horizontalScrollBar().setPageStep(max(room, 1))

    # Where a place is

    def _places_at(self, x: int) -> list[Place]:
        return self.places(0 if x < self._header.frozen_width() else self._header.offset())

    def indexAt(self, at: QPoint) -> QModelIndex:
        row, section = self.rowAt(at.y()), self._header.section_at(at.x())
        return self._model.index(row, section) if row >= 0 and section >= 0 else QModelIndex()

    def visualRect(self, index: Index) -> QRect:
        """Of a column that scrolls only what is not under the frozen ones."""
        rect = super().visualRect(index)
        width = self._header.frozen_width()
        if not width or not rect.isValid():
            return rect
        if index.column() in self._header.frozen_sections():
            return rect.translated(self._header.offset(), 0)
        seen = rect.intersected(QRect(width, rect.y(), max(rect.right() + 1 - width, 0), rect.height()))
        return seen if seen.isValid() else QRect()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """A frozen column is in sight always; one that scrolls is brought out from under the frozen ones."""
        bar = self.horizontalScrollBar()
        before, width = bar.value(), self._header.frozen_width()
        super().scrollTo(index, hint)
        if not width or not index.isValid():
            return
        if index.column() in self._header.frozen_sections():
            bar.setValue(before)
        elif (hidden := width - self._header.section_x(index.column())) > 0:
            bar.setValue(bar.value() - hidden)
