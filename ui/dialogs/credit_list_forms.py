"""The forms of *Credit Types*: a type, an outside body, and the categories of participants."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from app.imports.credit_lists import (
    FIELDS,
    LATEST_DEADLINE,
    LONGEST_CODE,
    LONGEST_TITLE,
    CreditType,
    Reporter,
)
from ui.dialogs.form_field import FormField, line
from ui.look.buttons import enable
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.lines import empty
from ui.look.plain import visible_text, without_key
from ui.look.tokens import Role
from ui.look.words import tr


class ListForm(QWidget):
    """One kind of thing. `changed` after every edit; `fields` by the names that errors say."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, FormField] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self._showing = False

    @Slot()
    def edited_here(self, *_: object) -> None:
        """Something was typed or ticked."""
        if not self._showing:
            self.show_error("", "")
            self.changed.emit()

    @property
    def problem(self) -> str:
        """What is wrong as it is typed: what is typed here is judged when it is saved."""
        return ""

    @property
    def first(self) -> QWidget:
        """What has the keyboard first."""
        return next(iter(self.fields.values())).focus

    def show_error(self, field: str, words: str) -> None:
        """Say what is wrong at a field, and lead there; "" takes every error away."""
        for name, one in self.fields.items():
            one.show_error(words if name == field else "")
        if field in self.fields:
            self.fields[field].lead_here()

    def allow(self, why_not: str) -> None:
        """Let it be edited, or only looked at."""
        for field in self.fields.values():
            enable(field, why_not)


class TypeForm(ListForm):
    """A credit type."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = CreditType()
        self.code, self.title = line(longest=LONGEST_CODE, mono=True), line(longest=LONGEST_TITLE)
        code_help = tr("The machine name that files say, compared as it is spelt.")
        self.fields = {
            "code": FormField(tr("Code"), self.code, name="type_code", help=code_help),
            "title": FormField(tr("Title"), self.title, name="type_title", help=tr("What people call it.")),
        }
        self.active = QCheckBox(tr("Active: courses may give it"))
        self.active.setObjectName("type_active")
        for part in (*self.fields.values(), self.active):
            self.column.addWidget(part)
        self.column.addStretch(1)
        for edit in (self.code, self.title):
            edit.textEdited.connect(self.edited_here)
        self.active.toggled.connect(self.edited_here)

    def show_thing(self, one: CreditType, why_not: str) -> None:
        self._showing = True
        self._shown = one
        self.code.setText(one.code)
        self.title.setText(one.title)
        self.active.setChecked(one.active)
        self.allow(why_not)
        enable(self.active, why_not)
        self.show_error("", "")
        self._showing = False

    @property
    def before(self) -> CreditType | None:
        return self._shown if self._shown.id is not None else None

    @property
    def wanted(self) -> CreditType:
        return replace(self._shown, code=self.code.text(), title=self.title.text(), active=self.active.isChecked())

    @property
    def edited(self) -> bool:
        return self.wanted != self._shown


class BodyForm(ListForm):
    """An outside body."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Reporter()
        self.name, self.days = line(longest=LONGEST_TITLE), QSpinBox()
        self.days.setRange(0, LATEST_DEADLINE)
        self.days.setSuffix(tr(" days after the award"))
        self.fields = {
            "name": FormField(tr("Name"), self.name, name="body_name"),
            "deadline_days": FormField(
                tr("Deadline"), self.days, name="body_days", help=tr("By when it wants to hear of an award.")
            ),
        }
        for field in self.fields.values():
            self.column.addWidget(field)
        self.active = QCheckBox(tr("Active: it hears of what is awarded from now on"))
        self.active.setObjectName("body_active")
        self.column.addWidget(self.active)
        self.column.addWidget(text_label(tr("Hears of these credit types"), Type.SECONDARY, weight=500))
        self._types = self._grid()
        self.types: dict[int, QCheckBox] = {}
        self.column.addWidget(text_label(tr("Asks for this of the learner"), Type.SECONDARY, weight=500))
        asked = self._grid()
        self.asked: dict[str, QCheckBox] = {}
        for place, (name, title) in enumerate(FIELDS.items()):
            self.asked[name] = self._box(tr(title), f"body_asks_{name}", tr("Asks for {field}", field=tr(title)))
            asked.addWidget(self.asked[name], place // 2, place % 2)
        self.column.addStretch(1)
        self.name.textEdited.connect(self.edited_here)
        self.days.valueChanged.connect(self.edited_here)
        self.active.toggled.connect(self.edited_here)

    def _grid(self) -> QGridLayout:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(inside)
        return grid

    def _box(self, text: str, name: str, said: str) -> QCheckBox:
        box = QCheckBox(without_key(visible_text(text)))
        box.setObjectName(name)
        box.setAccessibleName(visible_text(said))
        box.toggled.connect(self.edited_here)
        return box

    def show_types(self, types: Sequence[CreditType]) -> None:
        """The types that can be ticked."""
        empty(self._types)
        self.types = {}
        for place, one in enumerate(types):
            key = one.id or 0
            self.types[key] = self._box(one.code, f"body_type_{key}", tr("Hears of {type}", type=one.code))
            self._types.addWidget(self.types[key], place // 2, place % 2)
        if not types:
            words = tr("There is no credit type yet: add one first.")
            self._types.addWidget(text_label(words, Type.BODY, Role.TEXT3, wrap=True), 0, 0)

    def show_thing(self, one: Reporter, why_not: str) -> None:
        self._showing = True
        self._shown = one
        self.name.setText(one.name)
        self.days.setValue(one.deadline_days)
        self.active.setChecked(one.active)
        for key, box in self.types.items():
            box.setChecked(key in one.types)
        for name, box in self.asked.items():
            box.setChecked(name in one.fields)
        self.allow(why_not)
        for box in (self.active, *self.types.values(), *self.asked.values()):
            enable(box, why_not)
        self.show_error("", "")
        self._showing = False

    @property
    def before(self) -> Reporter | None:
        return self._shown if self._shown.id is not None else None

    @property
    def wanted(self) -> Reporter:
        return replace(
            self._shown,
            name=self.name.text(),
            deadline_days=self.days.value(),
            active=self.active.isChecked(),
            types=frozenset(key for key, box in self.types.items() if box.isChecked()),
            fields=tuple(name for name, box in self.asked.items() if box.isChecked()),
        )

    @property
    def edited(self) -> bool:
        return self.wanted != self._shown


class CategoriesForm(ListForm):
    """The categories of participants, a line for each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[str, ...] = ()
        self.edit = QPlainTextEdit()
        self.edit.setTabChangesFocus(True)
        self.fields = {
            "categories": FormField(
                tr("Categories, one a line"),
                self.edit,
                name="categories",
                help=tr("What the column participant_category of a file may say; who has one is counted."),
            )
        }
        self.column.addWidget(self.fields["categories"])
        self.column.addStretch(1)
        self.edit.textChanged.connect(self.edited_here)

    def show_thing(self, shown: Sequence[str], why_not: str) -> None:
        self._showing = True
        self._shown = tuple(shown)
        self.edit.setPlainText("\n".join(visible_text(one) for one in shown))
        self.allow(why_not)
        self.show_error("", "")
        self._showing = False

    @property
    def before(self) -> tuple[str, ...]:
        return self._shown

    @property
    def wanted(self) -> tuple[str, ...]:
        return tuple(" ".join(one.split()) for one in self.edit.toPlainText().splitlines() if one.strip())

    @property
    def edited(self) -> bool:
        return self.wanted != self._shown
