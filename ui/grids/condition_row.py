"""One line of the Condition Builder: *field, operator, value*, and a bin to remove it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QSizePolicy, QWidget

from app.conditions import FieldInfo, FieldKind, Operator, Test, operator_words
from ui.grids.condition_values import ValueEditor, value_editor
from ui.look.buttons import icon_button
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.tokens import Role
from ui.look.words import tr

FIELD_WIDTH, OPERATOR_WIDTH = 200, 186
_COUNT_WIDTH = 44
_WIDEST = 360
"""With large text too, so that there is room for the value."""


class ConditionRow(QWidget):
    """`changed` after every edit, `removed` by the bin."""

    changed = Signal()
    removed = Signal()

    def __init__(self, fields: Sequence[FieldInfo], test: Test | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: Mapping[str, FieldInfo] = {info.id: info for info in fields}
        # The arrow keys pass fields of other kinds on their way: what was chosen and typed comes back after them.
        self._operators: dict[FieldKind, str] = {}
        self._texts: dict[type[ValueEditor], str] = {}
        self.field = QComboBox(self)
        self.field.setObjectName("condition_field")
        self.field.setAccessibleName(tr("Field"))
        for info in fields:
            self.field.addItem(tr(info.title), info.id)
        self.operator = QComboBox(self)
        self.operator.setObjectName("condition_operator")
        self.operator.setAccessibleName(tr("Operator"))
        self.bin = icon_button(
            Icon.TRASH,
            tr("Remove this condition"),
            "condition_remove",
            parent=self,
            clicked=self.removed,
            keys="Ctrl −",
        )
        self.error: TextLabel = text_label(
            "", Type.SECONDARY, Role.BAD, wrap=True, parent=self, name="condition_error"
        )
        self.error.hide()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(2, 1)
        self._grid.addWidget(self.field, 0, 0)
        self._grid.addWidget(self.operator, 0, 1)
        self.found: TextLabel = text_label(
            "", Type.SECONDARY, Role.TEXT2, parent=self, numbers=True, name="condition_row_found"
        )
        self.found.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.found.setMinimumWidth(scaled(_COUNT_WIDTH))
        self._grid.addWidget(self.found, 0, 3)
        self._grid.addWidget(self.bin, 0, 4)
        self._grid.addWidget(self.error, 1, 2)
        self.value: ValueEditor = ValueEditor("", self)
        self._grid.addWidget(self.value, 0, 2)
        self._fit()
        self._fill(test)
        self.field.currentIndexChanged.connect(self._field_chosen)
        self.operator.currentIndexChanged.connect(self._operator_chosen)

    def _fit(self) -> None:
        for combo, width in ((self.field, FIELD_WIDTH), (self.operator, OPERATOR_WIDTH)):
            combo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            combo.setFixedWidth(min(scaled(width), _WIDEST))
            # A long title is cut in the box, but not in its list.
            combo.view().setMinimumWidth(combo.view().sizeHintForColumn(0) + scaled(24))

    def _fill(self, test: Test | None) -> None:
        if test is not None:
            self.field.setCurrentIndex(max(0, self.field.findData(test.field)))
        self._offer_operators()
        if test is not None and self.field.currentData() == test.field:
            self.operator.setCurrentIndex(max(0, self.operator.findData(test.operator.value)))
        self._change_editor()
        if test is not None:
            self.value.set_text(test.value)

    @property
    def info(self) -> FieldInfo:
        return self._fields[self.field.currentData()]

    @property
    def test(self) -> Test:
        """The condition as it stands; its value may be missing."""
        operator = Operator(self.operator.currentData())
        return Test(self.info.id, operator, self.value.text if operator.takes_value else "")

    @property
    def problem(self) -> str:
        """What is wrong with the value as typed."""
        return self.value.problem

    @property
    def tab_stops(self) -> list[QWidget]:
        """What Tab reaches, in order."""
        return [self.field, self.operator, *self.value.tab_stops, self.bin]

    def show_error(self, text: str) -> None:
        """Say beside the value what is wrong; "" takes it away."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.value.show_invalid(bool(text))
        if self.value.target is not None:
            self.value.target.setAccessibleDescription(text)

    def show_count(self, number: str) -> None:
        """How many rows it finds by itself; "" while nobody knows."""
        said = tr("This condition alone finds {n}", n=number) if number else ""
        self.found.setText(number)
        self.found.setToolTip(said)
        self.found.setAccessibleName(said)

    def take_focus(self) -> None:
        """Put the keyboard where something is to be typed."""
        (self.value.target or self.operator).setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_operators(self) -> None:
        before = self._operators.get(self.info.kind)
        self.operator.blockSignals(True)
        self.operator.clear()
        for operator in self.info.operators:
            self.operator.addItem(tr(operator_words(operator, self.info)), operator.value)
        self.operator.setCurrentIndex(max(0, self.operator.findData(before)))
        self.operator.blockSignals(False)

    def _change_editor(self) -> None:
        """Another editor for another kind of value; what was typed goes along where it fits."""
        old = self.value
        self._texts[type(old)] = old.text
        self._operators[self.info.kind] = self.operator.currentData()
        self.value = value_editor(self.info, Operator(self.operator.currentData()), self)
        if kept := self._texts.get(type(self.value)):
            self.value.set_text(kept)
        self._grid.replaceWidget(old, self.value)
        old.hide()
        old.deleteLater()
        self.value.changed.connect(self._edited)
        for first, second in pairwise(self.tab_stops):
            QWidget.setTabOrder(first, second)
        self.value.show()
        self.show_error("")

    @Slot(int)
    def _field_chosen(self, place: int) -> None:
        self._offer_operators()
        self._change_editor()
        self.changed.emit()

    @Slot(int)
    def _operator_chosen(self, place: int) -> None:
        self._change_editor()
        self.changed.emit()

    @Slot()
    def _edited(self) -> None:
        self.show_error("")
        self.changed.emit()
