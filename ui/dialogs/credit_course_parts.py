"""Parts of the set-up of a course: a row for each credit type, and lines that say who gets which."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.errors import InputError
from app.imports.amounts import amount_of, shown
from app.imports.credit_lists import CreditType
from app.imports.credit_set_up import CourseCredit
from app.imports.facts import MAPPED_BY
from ui.dialogs.form_field import StateLine, line
from ui.look.buttons import button, enable, icon_button
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import tip_text, visible_text, without_key
from ui.look.tokens import Role
from ui.look.words import tr

_AMOUNTS = (("maximum", "Maximum"), ("minimum", "Minimum"), ("increment", "Step"))
_ONLY_VARIABLE = "Only with Variable: else the course gives the maximum and nothing less."
_NOT_GIVEN = "Tick the type first."
_WIDE = 84


class TypeRow(QObject):
    """One credit type in the grid of a course: whether it is given, how much, and whether less may be given."""

    changed = Signal()

    def __init__(self, one: CreditType, parent: QWidget) -> None:
        super().__init__(parent)
        self.key = one.id or 0
        self.code = code = visible_text(one.code)
        self._had: CourseCredit | None = None
        self.gives = QCheckBox(without_key(code))
        self.gives.setAccessibleName(tr("Gives {type}", type=code))
        self.gives.setToolTip(tip_text(visible_text(one.title)))
        self.variable = QCheckBox(tr("Variable"))
        self.variable.setAccessibleName(tr("{type} is variable", type=code))
        self.edits = {name: line(longest=7) for name, _ in _AMOUNTS}
        for name, title in _AMOUNTS:
            self.edits[name].setAccessibleName(tr("{what} of {type}", what=tr(title), type=code))
            self.edits[name].setFixedWidth(scaled(_WIDE))
            self.edits[name].textEdited.connect(self._edited)
        self.error = StateLine()
        for widget, name in ((self.gives, "gives"), (self.variable, "variable"), *self._named()):
            widget.setObjectName(f"credit_{name}_{self.key}")
        self.gives.toggled.connect(self._edited)
        self.variable.toggled.connect(self._edited)
        self.show_credit(None)

    def _named(self) -> list[tuple[QWidget, str]]:
        return [(edit, name) for name, edit in self.edits.items()]

    def place(self, grid: QGridLayout, row: int) -> None:
        """Put the widgets into the grid; errors below them."""
        widgets: Sequence[QWidget] = (self.gives, *self.edits.values(), self.variable)
        for column, widget in enumerate(widgets):
            grid.addWidget(widget, row, column)
        grid.addWidget(self.error, row + 1, 0, 1, len(widgets))

    def show_credit(self, one: CourseCredit | None) -> None:
        """What the course gives of it; None: it never did."""
        self._had = one
        shown_as = one or CourseCredit(self.key, 100)
        for name, edit in self.edits.items():
            edit.setText(shown(getattr(shown_as, name)))
        self.variable.setChecked(shown_as.variable)
        self.gives.setChecked(one is not None and one.active)
        self.show_error("", "")
        self._allow()

    @Slot()
    def _edited(self, *_: object) -> None:
        self.show_error("", "")
        self._allow()
        self.changed.emit()

    def _allow(self) -> None:
        given = "" if self.gives.isChecked() else tr(_NOT_GIVEN)
        fixed = given or ("" if self.variable.isChecked() else tr(_ONLY_VARIABLE))
        enable(self.edits["maximum"], given)
        enable(self.variable, given, tr("A file may give less than the maximum; the course gives nothing by itself."))
        for name in ("minimum", "increment"):
            enable(self.edits[name], fixed)

    def show_error(self, name: str, words: str) -> None:
        """Say below the row what is wrong with it, and lead there; "" takes it away."""
        self.error.say(Icon.X_CIRCLE, words, Role.BAD)
        for part, edit in self.edits.items():
            edit.setProperty("invalid", bool(words) and part == name)
            edit.update()
        if words and name in self.edits:
            self.edits[name].setFocus()

    @property
    def problem(self) -> str:
        """What is wrong with an amount as it is typed."""
        for name, title in _AMOUNTS:
            try:
                amount_of(self.edits[name].text())
            except InputError as error:
                return f"{self.code}, {tr(title)}: {tr(error.message)} {tr(error.hint)}"
        return ""

    def wanted(self, says: frozenset[tuple[str, str]]) -> CourseCredit | None:
        """What the row says; None where the course neither gave it nor is to give it. Only without a problem."""
        if self._had is None and not self.gives.isChecked():
            return None
        return CourseCredit(
            self.key,
            maximum=amount_of(self.edits["maximum"].text()),
            minimum=amount_of(self.edits["minimum"].text()),
            increment=amount_of(self.edits["increment"].text()),
            active=self.gives.isChecked(),
            variable=self.variable.isChecked(),
            says=says,
        )


class MappingLine(QWidget):
    """Who gets a type: `type` for `field` `value`. `gone` when it is to be taken out."""

    changed = Signal()
    gone = Signal(object)

    def __init__(self, types: Sequence[CreditType], values: Mapping[str, Sequence[str]], number: int) -> None:
        super().__init__()
        self._values = values
        self.type, self.field, self.value = QComboBox(), QComboBox(), QComboBox()
        for one in types:
            self.type.addItem(visible_text(one.code), one.id)
        for name, title in MAPPED_BY.items():
            self.field.addItem(tr(title), name)
        self.value.setEditable(True)
        self.value.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for box, name, said in (
            (self.type, "type", tr("Credit type of line {n}", n=number)),
            (self.field, "field", tr("Field of line {n}", n=number)),
            (self.value, "value", tr("Value of line {n}", n=number)),
        ):
            box.setObjectName(f"mapping_{name}_{number}")
            box.setAccessibleName(said)
        edit = self.value.lineEdit()
        assert isinstance(edit, QLineEdit)
        edit.setAccessibleName(tr("Value of line {n}", n=number))
        edit.setPlaceholderText(tr("value"))
        self.remove = icon_button(
            Icon.X, tr("Take line {n} out", n=number), f"mapping_remove_{number}", clicked=self._remove
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.type, 2)
        row.addWidget(text_label(tr("for"), Type.BODY, Role.TEXT2))
        row.addWidget(self.field, 3)
        row.addWidget(self.value, 4)
        row.addWidget(self.remove)
        self.field.currentIndexChanged.connect(self._field_chosen)
        self.type.currentIndexChanged.connect(self.changed)
        self.value.editTextChanged.connect(self.changed)
        self._offer()

    def show_line(self, type_id: int, name: str, value: str) -> None:
        self.type.setCurrentIndex(max(0, self.type.findData(type_id)))
        self.field.setCurrentIndex(max(0, self.field.findData(name)))
        self.value.setEditText(visible_text(value))

    @property
    def told(self) -> tuple[int, str, str]:
        """The line as it is: type, field, value."""
        return self.type.currentData(), self.field.currentData(), " ".join(self.value.currentText().split())

    def _offer(self) -> None:
        """The values that there are of the field; another can be typed."""
        self.value.clear()
        self.value.addItems([visible_text(one) for one in self._values.get(self.field.currentData(), ())])
        self.value.setEditText("")

    @Slot()
    def _field_chosen(self) -> None:
        self._offer()
        self.changed.emit()

    @Slot()
    def _remove(self) -> None:
        self.gone.emit(self)


class ForWhom(QWidget):
    """The lines of a course; without one everybody gets every type."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._types: Sequence[CreditType] = ()
        self._values: Mapping[str, Sequence[str]] = {}
        self._numbers = 0
        self.lines: list[MappingLine] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._none = text_label(tr("Everybody gets every type."), Type.BODY, Role.TEXT3, wrap=True)
        column.addWidget(self._none)
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        column.addLayout(self._column)
        self.add_button = button(tr("Add Line"), Icon.PLUS, name="mapping_add", clicked=self._add)
        self.add_button.setAutoDefault(True)
        column.addWidget(self.add_button)

    def offer(self, types: Sequence[CreditType], values: Mapping[str, Sequence[str]]) -> None:
        """The types and values that can be chosen."""
        self._types, self._values = types, values
        none = "" if types else tr("There is no credit type yet.")
        enable(self.add_button, none, tr("Who gets which type: once there is a line, only those who are named."))

    def show_lines(self, credit: Sequence[CourseCredit]) -> None:
        for one in list(self.lines):
            self._take_out(one)
        for given in credit:
            for name, value in sorted(given.says):
                self._line().show_line(given.type_id, name, value)
        self._none.setVisible(not self.lines)

    def says(self, type_id: int) -> frozenset[tuple[str, str]]:
        """Of whom the type is."""
        return frozenset((name, value) for key, name, value in (one.told for one in self.lines) if key == type_id)

    @property
    def problem(self) -> str:
        """What is missing in a line."""
        empty = next((at for at, one in enumerate(self.lines, 1) if not one.told[2]), 0)
        return tr("Line {n} of For Whom needs a value.", n=empty) if empty else ""

    def mapped(self) -> set[int]:
        """The types that have a line."""
        return {one.told[0] for one in self.lines}

    def _line(self) -> MappingLine:
        self._numbers += 1
        made = MappingLine(self._types, self._values, self._numbers)
        made.changed.connect(self.changed)
        made.gone.connect(self._gone)
        self.lines.append(made)
        self._column.addWidget(made)
        return made

    @Slot()
    def _add(self) -> None:
        made = self._line()
        self._none.hide()
        made.show()  # the layout does so later, and what is not shown yet does not take the keyboard
        made.type.setFocus()
        self.changed.emit()

    @Slot(object)
    def _gone(self, one: MappingLine) -> None:
        self.add_button.setFocus()
        self._take_out(one)
        self._none.setVisible(not self.lines)
        self.changed.emit()

    def _take_out(self, one: MappingLine) -> None:
        self.lines.remove(one)
        self._column.removeWidget(one)
        one.hide()
        one.deleteLater()
