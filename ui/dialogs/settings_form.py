"""A page of settings: sections of fields over a draft, made from what each setting says of itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.config import Option
from app.errors import InputError
from app.secrets import StoreState
from ui.dialogs.form_field import FormField, StateLine, choice, line
from ui.dialogs.secret_field import SecretEdit, problem_of, store_sentence
from ui.dialogs.settings_draft import Draft
from ui.dialogs.settings_saving import Known, type_again
from ui.error_words import error_words
from ui.exporting import ask_to_open, documents
from ui.grids.date_field import DateField
from ui.look.banner import Banner
from ui.look.buttons import button, enable
from ui.look.cards import HairLine
from ui.look.fonts import Type, scale
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import tr

_HOST_DELAY_MS = 300
_WIDE_UP_TO = 1.3
"""Above this size of the text two fields stand side by side instead of four."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under `title`; `rows` name the settings that stand side by side."""

    title: str
    rows: Sequence[Sequence[str]]
    words: str = ""


class SettingsForm(QWidget):
    """The form over a draft. `changed` after every edit; `known_wanted` when the secrets of another host count.

    A page names its `part` of the settings, its `title` and `sections`; what else it has of its own stands below.
    """

    changed = Signal()
    known_wanted = Signal()

    part: ClassVar[str]
    prefix: ClassVar[str] = ""
    """Of the names of its controls."""
    title: ClassVar[str]
    sections: ClassVar[Sequence[Section]]
    secret_labels: ClassVar[Mapping[str, str]]
    store_label: ClassVar[str]
    """What is said to be kept for the session only, where there is no password store."""
    files: ClassVar[Mapping[str, tuple[str, str]]]
    """Of a setting that is a file: what to choose, and which kinds of files are offered."""
    codes: ClassVar[frozenset[str]]
    days: ClassVar[frozenset[str]] = frozenset()
    ticks: ClassVar[Mapping[str, str]]
    choice_words: ClassVar[Mapping[str, str]]
    asks_again: ClassVar[frozenset[str]] = frozenset({"url"})
    """Settings after whose change the computer is asked anew what it knows."""

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"settings_{self.part}")
        self._draft = draft
        self.fields: dict[str, FormField] = {}
        self._filling = False
        self._host, self._asked = draft.host, self._what_counts()
        self._locked = False
        self._host_timer = QTimer(self, singleShot=True, interval=_HOST_DELAY_MS)
        self._host_timer.timeout.connect(self.look_at_host)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 16, 20, 16)
        self._column.setSpacing(10)
        self._build_head()
        for section in self.sections:
            self._build_section(section)
        self.note = StateLine(self)
        self.note.setObjectName(f"{self.prefix}settings_note")
        self._column.addWidget(self.note)
        self._column.addStretch(1)
        self._order_tabs()

    # Building

    def _build_head(self) -> None:
        head = QHBoxLayout()
        head.addWidget(text_label(tr(self.title), Type.PAGE_TITLE, wrap=True), 1)
        self._add_to_head(head)
        self._column.addLayout(head)
        self.banner = Banner(Icon.WARNING, Role.WARN, "")
        self.banner.setObjectName(f"{self.prefix}settings_banner")
        self.banner.hide()
        self._column.addWidget(self.banner)

    def _add_to_head(self, head: QHBoxLayout) -> None:
        """What stands at the right of the title."""

    def _build_section(self, section: Section) -> None:
        if self._column.count() > 2:
            self._column.addWidget(HairLine(role=Role.LINE2))
        self._column.addWidget(text_label(tr(section.title), Type.HEADER))
        if section.words:
            self._column.addWidget(text_label(tr(section.words), Type.SECONDARY, Role.TEXT2, wrap=True))
        for names in section.rows:
            most = len(names) if scale() <= _WIDE_UP_TO else min(len(names), 2)
            grid = QGridLayout()
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(12)
            for place, name in enumerate(names):
                self.fields[name] = self._make(name)
                grid.addWidget(self.fields[name], place // most, place % most)
                grid.setColumnStretch(place % most, 1)
            self._column.addLayout(grid)

    def _make(self, name: str) -> FormField:
        if name in self._draft.secrets:
            editor = SecretEdit()
            editor.changed.connect(self._secret_typed)
            help = tr("Stays as it is kept while the field is empty.")
            return FormField(tr(self.secret_labels[name]), editor, name=self._named(name), help=help)
        option = self._option(name)
        beside = self._chooser(name) if name in self.files else None
        made = self._editor(name)
        shown = not isinstance(made, QCheckBox)
        return FormField(
            tr(option.label), made, name=self._named(name), help=tr(option.help), beside=beside, shown=shown
        )

    def _named(self, name: str) -> str:
        """What the field of a setting is called: two pages have settings of one name."""
        return name if name.startswith(self.prefix) else f"{self.prefix}{name}"

    def _option(self, name: str) -> Option:
        return self._draft.options[name]

    def _editor(self, name: str) -> QWidget:
        """What the setting is edited with."""
        option, text = self._option(name), self._draft.text(name)
        if isinstance(option.default, bool):
            box = QCheckBox(tr(self.ticks.get(name, option.label)))
            box.setChecked(bool(text))
            box.toggled.connect(self._edited)
            return box
        if option.rule.choices:
            words = [(one, tr(self.choice_words.get(one, one))) for one in option.rule.choices]
            return self._chosen_from(choice(list(words), text))
        if name in self.days:
            day = DateField()
            day.edit.setText(text)
            day.edit.textChanged.connect(self._edited)
            return day
        edit = line(text, longest=4096, mono=name in self.codes)
        edit.textChanged.connect(self._edited)
        return edit

    def _chosen_from(self, combo: QComboBox) -> QComboBox:
        combo.setMinimumContentsLength(6)
        combo.currentIndexChanged.connect(self._edited)
        return combo

    def _chooser(self, name: str) -> QPushButton:
        made = button(tr("Choose"), name=f"{self._named(name)}_choose", clicked=self._choose_file)
        made.setAccessibleName(tr(self.files[name][0]))
        made.setAutoDefault(True)
        made.setProperty("setting", name)
        return made

    def _order_tabs(self) -> None:
        stops: list[QWidget] = []
        for field in self.fields.values():
            stops += [field.focus, *_helpers(field)]
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    # What is known from elsewhere

    def show_known(self, known: Known) -> None:
        """Which secrets are kept for the host, and where typed ones go."""
        if known.host != self._draft.host:
            return
        moved = bool(self._draft.saved_host) and known.host != self._draft.saved_host
        for name in self._draft.secrets:
            kept = name in known.kept
            self._secret(name).show_stored(kept)
            words = type_again(known.host) if moved and not kept else ""
            self.fields[name].state.say(Icon.INFO, words, Role.WARN)
        icon = Icon.LOCK_SIMPLE if known.store is StoreState.AVAILABLE else Icon.INFO
        self.note.say(icon, store_sentence(known.store, tr(self.store_label)), Role.TEXT2)

    @property
    def warning(self) -> str:
        """What needs attention soon; "" if nothing does."""
        return "" if self._locked or self.banner.isHidden() else self.banner.accessibleName()

    def lock(self, reason: str, names: Iterable[str] | None = None, title: str = "") -> None:
        """Show everything, change nothing (of `names` if given), and say why."""
        self._locked = True
        self.banner.say(title or tr("These settings can only be read."), reason, Role.INFO, Icon.LOCK_SIMPLE)
        self.banner.show()
        for name in self.fields if names is None else names:
            field = self.fields[name]
            field.lock(reason)
            for helper in _helpers(field):
                enable(helper, reason)

    # What is typed

    def _secret(self, name: str) -> SecretEdit:
        editor = self.fields[name].editor
        assert isinstance(editor, SecretEdit)
        return editor

    @Slot()
    def _edited(self) -> None:
        """Take every field into the draft; an error stands until its own field is edited."""
        if self._filling:
            return
        sender = self.sender()
        for name, field in self.fields.items():
            if name in self._draft.secrets:
                continue
            if field.focus is sender:
                field.show_error("")
            self._draft.type(name, _text_of(field.focus))
        if any(sender is self.fields[name].focus for name in self.asks_again):
            self._host_timer.start()
        self.changed.emit()

    @Slot()
    def _secret_typed(self) -> None:
        for name in self._draft.secrets:
            if self._secret(name) is self.sender():
                self._draft.type_secret(name, self._secret(name).text)
                self.fields[name].show_error("")
        self.changed.emit()

    def show_text(self, name: str, text: str) -> None:
        """Show another value than the one typed, without taking it for typing."""
        self._filling = True
        _fill(self.fields[name].focus, text)
        self._filling = False

    def put_text(self, name: str, text: str) -> None:
        """Fill a line as if it had been typed."""
        _fill(self.fields[name].focus, text)

    def _what_counts(self) -> tuple[str, ...]:
        """What decides about what the computer knows."""
        return (self._draft.host,)

    @Slot()
    def look_at_host(self) -> None:
        """A password typed for one computer must not reach another."""
        asked = self._what_counts()
        if asked == self._asked:
            return
        if self._draft.host != self._host:
            for name in self._draft.secrets:
                self._secret(name).show_stored(False)
                if self._host:
                    self._secret(name).edit.clear()
        self._host, self._asked = self._draft.host, asked
        self.known_wanted.emit()

    @Slot()
    def _choose_file(self) -> None:
        pressed = self.sender()
        assert isinstance(pressed, QPushButton)
        name = pressed.property("setting")
        there = Path(self._draft.text(name)).parent
        folder = there if self._draft.text(name) and there.is_dir() else documents()
        filters = (self.files[name][1], "All files (*)")
        if (chosen := ask_to_open(self, pressed.accessibleName(), filters, folder)) is not None:
            self.put_text(name, str(chosen))

    # Errors

    def check(self) -> bool:
        """Whether the form can be saved; else the first error stands beside its field, which has the keyboard."""
        self.look_at_host()
        for name in self._draft.secrets:
            problem = problem_of(name, self._draft.typed[name]) if self._draft.typed.get(name) else ""
            if problem:
                self.show_problem(name, problem)
                return False
        try:
            self._draft.check()
        except InputError as error:
            self.show_problem(error.field, error_words(error))
            return False
        return True

    def knows(self, name: str) -> bool:
        """Whether a setting named in full (`lrs.url`, `lms_token`) is one of this page."""
        part, dot, _ = name.rpartition(".")
        return part == self.part if dot else name in self._draft.secrets

    def show_problem(self, name: str, words: str) -> bool:
        """Say `words` beside the setting `name`; False if there is no such field here."""
        field = self.fields.get(name.removeprefix(f"{self.part}."))
        if field is None:
            return False
        field.show_error(words)
        field.lead_here()
        return True

    def clear_problems(self) -> None:
        for field in self.fields.values():
            field.show_error("")


def _helpers(field: FormField) -> list[QWidget]:
    """What stands beside the editor and can be pressed."""
    found: list[QWidget] = []
    if isinstance(field.editor, SecretEdit):
        found.append(field.editor.eye)
    if isinstance(field.editor, DateField):
        found.append(field.editor.button)
    return found if field.beside is None else [*found, field.beside]


def _text_of(widget: QWidget) -> str:
    if isinstance(widget, QLineEdit):
        return widget.text()
    if isinstance(widget, QComboBox):
        return str(widget.currentData() or "")
    return "yes" if isinstance(widget, QCheckBox) and widget.isChecked() else ""


def _fill(widget: QWidget, text: str) -> None:
    if isinstance(widget, QLineEdit):
        widget.setText(text)
        widget.setCursorPosition(0)
    elif isinstance(widget, QCheckBox):
        widget.setChecked(bool(text))
