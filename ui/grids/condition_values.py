"""What a condition's value is typed or chosen with: a line, a day, one choice, or several."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QMenu, QWidget

from app.condition_values import words_of
from app.conditions import FieldInfo, FieldKind, Operator
from ui.grids.date_field import DateField
from ui.look.fonts import Type, scaled
from ui.look.labels import text_label
from ui.look.plain import tip_text, visible_text, without_key
from ui.look.tokens import Role
from ui.look.words import tr

_LONGEST = 10_000
_LONGEST_LIST = 200_000
"""Room for as many ULNs as one search takes."""


class ValueEditor(QWidget):
    """One way to give a value. `text` is the value as a Test holds it; `changed` after every edit."""

    changed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.target: QWidget | None = None
        """What takes the keyboard."""
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)

    @property
    def text(self) -> str:
        return ""

    @property
    def problem(self) -> str:
        """What is wrong with the value as typed; "" if nothing is, or it is only missing."""
        return ""

    def set_text(self, text: str) -> None:
        """Show `text` where this editor can."""

    @property
    def tab_stops(self) -> list[QWidget]:
        """What Tab reaches, in order."""
        return [self.target] if self.target is not None else []

    def show_invalid(self, invalid: bool) -> None:
        """Mark the field as the one an error is about."""
        if self.target is not None:
            self.target.setProperty("invalid", invalid)
            self.target.update()


class NoValue(ValueEditor):
    """For "is blank" and the like."""


class TextValue(ValueEditor):
    """A line; for "is one of" a list with commas, also one pasted line by line."""

    def __init__(self, title: str, *, several: bool, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._edit = QLineEdit(self)
        self._edit.setMaxLength(_LONGEST_LIST if several else _LONGEST)
        self._edit.setAccessibleName(tr("Value for {field}", field=title))
        if several:
            self._edit.setPlaceholderText(tr("values with commas between them"))
        self._edit.textChanged.connect(self.changed)
        self.row.addWidget(self._edit)
        self.target = self._edit

    @property
    def text(self) -> str:
        return self._edit.text()

    def set_text(self, text: str) -> None:
        self._edit.setText(text)
        self._edit.setCursorPosition(0)


class DateValue(ValueEditor):
    """A day, kept in ISO."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._field = DateField(self)
        self._field.setAccessibleName(tr("Day for {field}", field=title))
        self._field.changed.connect(self.changed)
        self.row.addWidget(self._field)
        self.target = self._field.edit

    @property
    def text(self) -> str:
        day = self._field.value
        return day.isoformat() if day is not None else ""

    @property
    def problem(self) -> str:
        return self._field.problem

    @property
    def tab_stops(self) -> list[QWidget]:
        return [self._field.edit, self._field.button]

    def set_text(self, text: str) -> None:
        try:
            self._field.set_value(date.fromisoformat(text.strip()))
        except ValueError:
            self._field.set_value(None)


class DaysValue(ValueEditor):
    """A number of days back from today."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._edit = QLineEdit(self)
        self._edit.setMaxLength(5)
        self._edit.setFixedWidth(scaled(72))
        self._edit.setAccessibleName(tr("Number of days for {field}", field=title))
        self._edit.textChanged.connect(self.changed)
        words = text_label(tr("days"), Type.BODY, Role.TEXT2, parent=self)
        words.setBuddy(self._edit)
        self.row.setSpacing(8)
        self.row.addWidget(self._edit)
        self.row.addWidget(words)
        self.row.addStretch(1)
        self.target = self._edit

    @property
    def text(self) -> str:
        return self._edit.text().strip()

    def set_text(self, text: str) -> None:
        self._edit.setText(text)


class BetweenValue(ValueEditor):
    """Two values, the lower and the upper one, each with an editor of its own."""

    def __init__(self, title: str, lower: ValueEditor, upper: ValueEditor, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._ends = (lower, upper)
        self.row.setSpacing(8)
        self.row.addWidget(lower, 1)
        self.row.addWidget(text_label(tr("and"), Type.BODY, Role.TEXT2, parent=self))
        self.row.addWidget(upper, 1)
        for one, words in zip(
            self._ends, (tr("From, for {field}", field=title), tr("To, for {field}", field=title)), strict=True
        ):
            one.changed.connect(self.changed)
            if one.target is not None:
                one.target.setMinimumWidth(scaled(84) + 24)
                one.target.setAccessibleName(words)
        self.target = lower.target

    @property
    def text(self) -> str:
        return ", ".join(one.text for one in self._ends if one.text)

    @property
    def problem(self) -> str:
        return self._ends[0].problem or self._ends[1].problem

    @property
    def tab_stops(self) -> list[QWidget]:
        return self._ends[0].tab_stops + self._ends[1].tab_stops

    def set_text(self, text: str) -> None:
        for one, word in zip(self._ends, [*words_of(text), "", ""], strict=False):
            one.set_text(word)

    def show_invalid(self, invalid: bool) -> None:
        for one in self._ends:
            one.show_invalid(invalid)


class ChoiceValue(ValueEditor):
    """One of the choices."""

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._combo = QComboBox(self)
        self._combo.setAccessibleName(tr("Value for {field}", field=title))
        for value, label in choices:
            self._combo.addItem(visible_text(tr(label)), value)
        self._combo.currentIndexChanged.connect(self._chosen)
        self.row.addWidget(self._combo)
        self.target = self._combo

    @property
    def text(self) -> str:
        return str(self._combo.currentData() or "")

    def set_text(self, text: str) -> None:
        self._combo.setCurrentIndex(max(0, self._combo.findData(text.strip())))

    @Slot(int)
    def _chosen(self, place: int) -> None:
        self.changed.emit()


class ChoicesValue(ValueEditor):
    """Several of the choices: looks like a list to choose from, and opens a menu to tick."""

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._choices = choices
        self._menu = TickMenu(self)
        for value, label in choices:
            action = self._menu.addAction(without_key(visible_text(tr(label))))
            action.setData(value)
            action.setCheckable(True)
            action.toggled.connect(self._ticked)
        self._combo = TickCombo(self._menu, self)
        self.row.addWidget(self._combo)
        self.target = self._combo
        self._show()

    @property
    def text(self) -> str:
        return ", ".join(str(action.data()) for action in self._menu.actions() if action.isChecked())

    def set_text(self, text: str) -> None:
        wanted = words_of(text)
        for action in self._menu.actions():
            action.setChecked(action.data() in wanted)

    @Slot(bool)
    def _ticked(self, on: bool) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        labels = dict(self._choices)
        words = ", ".join(visible_text(tr(labels[value])) for value in words_of(self.text) if value in labels)
        self._combo.setItemText(0, words or tr("Choose…"))
        self._combo.setToolTip(tip_text(words))
        self._combo.setAccessibleName(tr("Values for {field}", field=self.title))


class TickCombo(QComboBox):
    """A box whose list is a menu that stays open."""

    def __init__(self, menu: "TickMenu", parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("choices")
        self._menu = menu
        self.addItem("")

    def showPopup(self) -> None:
        self._menu.setMinimumWidth(self.width())
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
        if self._menu.actions():
            self._menu.setActiveAction(self._menu.actions()[0])

    def hidePopup(self) -> None:
        self._menu.close()
        super().hidePopup()


class TickMenu(QMenu):
    """A menu that stays open while its entries are ticked, with the mouse or with Space."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable():
            action.toggle()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isCheckable():
            action.toggle()
        else:
            super().keyPressEvent(event)


def value_editor(info: FieldInfo, operator: Operator, parent: QWidget | None = None) -> ValueEditor:
    """The editor that fits the field and the operator."""
    title = tr(info.title)
    if not operator.takes_value:
        return NoValue(title, parent)
    if operator.takes_days:
        return DaysValue(title, parent)
    if operator is Operator.BETWEEN:
        return BetweenValue(title, _end(info, title), _end(info, title), parent)
    if info.kind is FieldKind.DATE:
        return DateValue(title, parent)
    if info.kind is FieldKind.CHOICE:
        several = operator is Operator.ANY_OF
        return ChoicesValue(title, info.choices, parent) if several else ChoiceValue(title, info.choices, parent)
    return TextValue(title, several=operator is Operator.ANY_OF, parent=parent)


def _end(info: FieldInfo, title: str) -> ValueEditor:
    return DateValue(title) if info.kind is FieldKind.DATE else TextValue(title, several=False)
