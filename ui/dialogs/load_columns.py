"""The step *Columns* of a table: which heading fills which field, with samples, and how dates are written."""

from collections.abc import Callable
from collections.abc import Mapping as Pairs

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.files.cells import DateOrder
from app.files.columns import ColumnUse, Confidence, Mapping
from app.learners import load_file
from app.learners.load_file import FIELD_TITLES
from app.table_columns import TableColumns, open_orders
from ui.look.cards import Card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, text_label
from ui.look.pictures import IconLabel
from ui.look.plain import visible_text
from ui.look.scrolling import scrolling
from ui.look.tokens import Role
from ui.look.words import count, plural, tr

MOST_SHOWN = 150
_STATES = {
    Confidence.SURE: (Icon.CHECK_CIRCLE, Role.GOOD, "Recognised"),
    Confidence.LIKELY: (Icon.CHECK, Role.TEXT2, "Likely"),
    Confidence.UNSURE: (Icon.QUESTION, Role.WARN, "Please check"),
}
_UNUSED = (Icon.MINUS_CIRCLE, Role.TEXT3, "Not used")


class ColumnLine(QObject):
    """The widgets of one column of the table. `chosen` carries its place and the field."""

    chosen = Signal(int, str)

    def __init__(self, use: ColumnUse, samples: list[str], fields: QStandardItemModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.index = use.index
        named = use.heading or tr("Column {n}", n=use.index + 1)
        self.heading = ElidingLabel(named, Type.KEY)
        self.box = QComboBox()
        self.box.setModel(fields)
        self.box.setObjectName(f"column_{use.index + 1}")
        self.box.setAccessibleName(tr("{heading} fills", heading=visible_text(named)))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(22)
        self.icon = IconLabel(Icon.INFO, Role.TEXT2, 14)
        self.state = text_label("", Type.SECONDARY, Role.TEXT2)
        self.samples = ElidingLabel(" · ".join(samples) or tr("(empty)"), Type.SECONDARY, Role.TEXT2)
        self.box.activated.connect(self._chosen)
        self.show_use(use)

    def show_use(self, use: ColumnUse) -> None:
        """Show what the column fills now."""
        self.box.blockSignals(True)
        self.box.setCurrentIndex(max(0, self.box.findData(use.field)))
        self.box.blockSignals(False)
        icon, role, words = _STATES[use.confidence] if use.field else _UNUSED
        self.icon.show_icon(icon, role)
        text = tr("Aim {n}", n=use.aim) if use.field and use.aim else tr(words)
        self.state.setText(text)
        described = ". ".join(filter(None, (text, tr(use.note), tr("For example: {s}", s=self.samples.text()))))
        self.box.setAccessibleDescription(described)
        self.box.setToolTip(tr(use.note) if use.note and not use.field else "")

    @Slot(int)
    def _chosen(self, place: int) -> None:
        self.chosen.emit(self.index, self.box.itemData(place) or "")


class ColumnsPage(QWidget):
    """`changed` after every choice; `sheet_wanted` carries the name of another sheet."""

    changed = Signal()
    sheet_wanted = Signal(str)

    def __init__(
        self,
        columns: TableColumns,
        titles: Pairs[str, str] = FIELD_TITLES,
        reason: Callable[[TableColumns, Mapping], str] = load_file.why_not,
    ) -> None:
        """`titles`: what a column can fill; `reason`: why the table cannot be read under a mapping."""
        super().__init__()
        self.columns, self._titles, self._reason = columns, titles, reason
        self.mapping = columns.mapping
        self.orders: dict[str, QComboBox] = {}
        self.lines: dict[int, ColumnLine] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._build_top())
        column.addWidget(self._build_table(), 1)
        self._dates = QWidget()
        self._dates_column = QVBoxLayout(self._dates)
        self._dates_column.setContentsMargins(0, 0, 0, 0)
        self._dates_column.setSpacing(6)
        column.addWidget(self._dates)
        self._build_dates()

    # Building

    def _build_top(self) -> QHBoxLayout:
        found = self.columns
        row = QHBoxLayout()
        row.setSpacing(8)
        words = [plural(found.rows, "{n} row", "{n} rows")]
        words.append(plural(len(found.headings), "{n} column", "{n} columns"))
        if found.mapping.known_as:
            words.append(tr(found.mapping.known_as))
        if found.remembered:
            words.append(tr("columns as they were decided the last time"))
        row.addWidget(text_label(" · ".join(words), Type.SECONDARY, Role.TEXT2, name="columns_facts"))
        row.addStretch(1)
        self.sheet = QComboBox()
        self.sheet.setObjectName("columns_sheet")
        self.sheet.setAccessibleName(tr("Sheet"))
        for name in found.sheets:
            self.sheet.addItem(visible_text(name), name)
        self.sheet.setCurrentIndex(max(0, self.sheet.findData(found.sheet)))
        self.sheet.activated.connect(self._sheet_chosen)
        several = len(found.sheets) > 1
        label = text_label(tr("Sheet"), Type.SECONDARY, Role.TEXT2)
        row.addWidget(label)
        row.addWidget(self.sheet)
        label.setVisible(several)
        self.sheet.setVisible(several)
        return row

    def _fields(self) -> QStandardItemModel:
        """One list for all the boxes."""
        made = QStandardItemModel(self)
        for name, title in (("", tr("(not used)")), *((name, tr(title)) for name, title in self._titles.items())):
            item = QStandardItem(title)
            item.setData(name, Qt.ItemDataRole.UserRole)
            made.appendRow(item)
        return made

    def _shown(self) -> list[ColumnUse]:
        """The columns to be shown: all but the empty ones, and of very many those in use and the first."""
        uses = self.mapping.uses
        full = [one for one in uses if one.field or one.heading.strip() or self.columns.samples(one.index, 1)]
        if len(full) <= MOST_SHOWN:
            return full
        used = {one.index for one in full if one.field}
        room = max(0, MOST_SHOWN - len(used))
        rest = [one.index for one in full if one.index not in used][:room]
        kept = used | set(rest)
        return [one for one in full if one.index in kept]

    def _build_table(self) -> QWidget:
        fields, shown = self._fields(), self._shown()
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(12, 10, 12, 10)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        for column, title in ((0, tr("Column of the file")), (1, tr("Fills")), (2, ""), (4, tr("For example"))):
            if title:
                grid.addWidget(text_label(title, Type.HEADER, Role.TEXT2), 0, column)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(4, 3)
        for row, use in enumerate(shown, 1):
            line = ColumnLine(use, self.columns.samples(use.index), fields, self)
            line.chosen.connect(self._chosen)
            self.lines[use.index] = line
            for place, widget in enumerate((line.heading, line.box, line.icon, line.state, line.samples)):
                grid.addWidget(widget, row, place)
        grid.setRowStretch(len(shown) + 2, 1)
        if len(shown) < len([one for one in self.mapping.uses if one.heading.strip()]):
            words = tr("Of very many columns those in use and the first {n} are shown.", n=count(len(shown)))
            grid.addWidget(text_label(words, Type.SECONDARY, Role.TEXT2), len(shown) + 1, 0, 1, 5)
        card = Card(line=Role.LINE2)
        card.column.addWidget(scrolling(inside, "columns_area"))
        return card

    def _build_dates(self) -> None:
        """A question for every field of dates where day first cannot be right everywhere."""
        used = {one.field for one in self.mapping.uses}
        for name in self.columns.month_first:
            if name in used and name not in self.orders:
                self._dates_column.addWidget(self._date_line(name))

    def _date_line(self, name: str) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        title = tr(self._titles.get(name, name))
        words = tr(
            "{field}: line {n} has a date with the month first. How are the dates written?",
            field=title,
            n=count(self.columns.month_first[name]),
        )
        box = QComboBox()
        box.setObjectName(f"order_{name}")
        box.setAccessibleName(words)
        for text, order in (
            (tr("Choose…"), ""),
            (tr("Day first: 31/12/2026"), DateOrder.DAY_FIRST.value),
            (tr("Month first: 12/31/2026"), DateOrder.MONTH_FIRST.value),
        ):
            box.addItem(text, order)
        held = self.mapping.orders.get(name)
        box.setCurrentIndex(max(0, box.findData(held.value)) if held is not None else 0)
        box.activated.connect(self._order_chosen)
        self.orders[name] = box
        row.addWidget(IconLabel(Icon.QUESTION, Role.WARN, 16))
        row.addWidget(text_label(words, Type.SECONDARY, wrap=True), 1)
        row.addWidget(box)
        return whole

    # Choosing

    @property
    def why_not(self) -> str:
        """Why the file cannot be read like this; "" if it can."""
        return tr(self._reason(self.columns, self.mapping))

    @Slot(int, str)
    def _chosen(self, index: int, name: str) -> None:
        self.mapping = self.mapping.changed(index, name)
        for use in self.mapping.uses:
            if use.index in self.lines:
                self.lines[use.index].show_use(use)
        self._build_dates()
        self.changed.emit()

    @Slot(int)
    def _order_chosen(self, place: int) -> None:
        name = next(name for name, box in self.orders.items() if box is self.sender())
        if value := self.orders[name].itemData(place):
            self.mapping = self.mapping.with_order(name, DateOrder(value))
        self.changed.emit()

    @Slot(int)
    def _sheet_chosen(self, place: int) -> None:
        name = self.sheet.itemData(place)
        if name != self.columns.sheet:
            self.sheet_wanted.emit(name)

    def lead_here(self) -> None:
        """Give the keyboard to what is to be answered first."""
        still = open_orders(self.columns, self.mapping)
        first = next(iter(self.lines.values()), None)
        if still and still[0] in self.orders:
            self.orders[still[0]].setFocus(Qt.FocusReason.OtherFocusReason)
        elif first is not None:
            first.box.setFocus(Qt.FocusReason.OtherFocusReason)
