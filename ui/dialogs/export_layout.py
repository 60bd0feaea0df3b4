"""Which columns Export Changes writes, in which order: asked once, kept for everybody."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.attainments.export_changes import COLUMNS, Layout
from ui.dialogs.questions import confirm_discarding
from ui.look.buttons import button, enable
from ui.look.dialog import FramedDialog
from ui.look.icons import Icon
from ui.look.words import tr


class LayoutDialog(FramedDialog):
    """`chosen` is the layout after OK."""

    def __init__(self, parent: QWidget | None, layout: Layout) -> None:
        super().__init__(
            parent,
            title=tr("Export Changes"),
            heading=tr("Which columns does your MIS read?"),
            secondary=tr("Tick the columns and put them in order. The choice is kept for the next exports."),
        )
        self.setObjectName("export_layout")
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Columns of the export"))
        self._list.setMinimumSize(360, 320)
        self._list.setProperty("ring", True)
        self._list.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        others = [name for name in COLUMNS if name not in layout.columns]
        for name in (*layout.columns, *others):
            item = QListWidgetItem(tr(COLUMNS[name][0]))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if name in layout.columns else Qt.CheckState.Unchecked)
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.itemChanged.connect(self._changed)
        row = QHBoxLayout()
        row.addWidget(self._list, 1)
        moves = QVBoxLayout()
        for move in (
            button(tr("Move Up"), Icon.ARROW_UP, name="layout_up", clicked=self._up),
            button(tr("Move Down"), Icon.ARROW_DOWN, name="layout_down", clicked=self._down),
        ):
            move.setAutoDefault(True)  # Enter moves, instead of accepting the whole
            moves.addWidget(move)
        moves.addStretch(1)
        row.addLayout(moves)
        self.content.addLayout(row)
        self.add_button(tr("Cancel"), name="layout_cancel", clicked=self.reject)
        self._ok = self.add_button(tr("Use This Layout"), kind="primary", name="layout_ok", clicked=self.accept)
        self._opened_with = self.chosen

    def reject(self) -> None:
        """Esc, Cancel or the cross: asks first if something was chosen anew."""
        if self.chosen == self._opened_with or confirm_discarding(self, tr("The new layout is not kept yet.")):
            super().reject()

    @property
    def chosen(self) -> Layout:
        items = [self._list.item(place) for place in range(self._list.count())]
        ticked = [item for item in items if item.checkState() is Qt.CheckState.Checked]
        return Layout(tuple(item.data(Qt.ItemDataRole.UserRole) for item in ticked))

    @Slot()
    def _changed(self) -> None:
        enable(self._ok, "" if self.chosen.columns else tr("Tick at least one column first."))

    @Slot()
    def _up(self) -> None:
        self._move(-1)

    @Slot()
    def _down(self) -> None:
        self._move(1)

    def _move(self, step: int) -> None:
        place = self._list.currentRow()
        if 0 <= place + step < self._list.count():
            self._list.insertItem(place + step, self._list.takeItem(place))
            self._list.setCurrentRow(place + step)
