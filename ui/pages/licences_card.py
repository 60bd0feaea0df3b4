"""One licence: whether it counts and why, and what an administrator can set."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.dates import shown
from app.errors import AppError, InputError
from app.licence_row import Licence, LicenceRow
from ui.dialogs.form_field import FormField, line
from ui.error_words import error_words
from ui.grids.date_field import DateField
from ui.licence_words import soon_over
from ui.look.banner import Banner
from ui.look.buttons import button, enable, set_kind
from ui.look.cards import Card
from ui.look.chips import Tag
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.segments import Segments
from ui.look.tokens import Role
from ui.look.words import tr

_ABOUT = {
    Licence.PLR_IMPORT: "The college’s licence for the PLR functions of Learner Manager.",
    Licence.LRS_CERTIFIED: "The college is certified by the Learning Records Service to use its web services.",
}
_LONGEST = 200


class LicenceCard(Card):
    """`save_wanted` carries the LicenceRow as it should be; `reload_wanted` when it is to be read anew."""

    save_wanted = Signal(object)
    reload_wanted = Signal()

    def __init__(self, licence: Licence, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=16, name=f"licence_{licence.name.lower()}")
        self.setAccessibleName(tr(licence.value))
        self._licence = licence
        self._row: LicenceRow | None = None
        self._why_not = ""
        self._saving = False
        self._filling = False
        self.fields: dict[str, FormField] = {}
        self._build()

    # Building

    def _build(self) -> None:
        self.column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(text_label(tr(self._licence.value), Type.HEADING, wrap=True))
        words.addWidget(text_label(tr(_ABOUT[self._licence]), Type.SECONDARY, Role.TEXT2, wrap=True))
        self.tag = Tag(Icon.CIRCLE, tr("Reading…"), Role.TEXT3)
        self.switch = Segments(
            [("off", tr("Off")), ("on", tr("On"))], tr("Switch {licence}", licence=self._licence.value)
        )
        self.switch.setObjectName("licence_switch")
        self.switch.chosen.connect(self._edited)
        head.addLayout(words, 1)
        state = QHBoxLayout()
        state.setSpacing(12)
        state.addWidget(self.tag)
        state.addWidget(self.switch)
        head.addLayout(state)
        head.setAlignment(state, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(head)
        self.reason = text_label("", Type.BODY, Role.TEXT, wrap=True, name="licence_reason")
        self.column.addWidget(self.reason)
        reload = button(tr("Reload"), Icon.ARROWS_CLOCKWISE, name="licence_reload", clicked=self.reload_wanted)
        self.banner = Banner(Icon.WARNING, Role.WARN, "", buttons=[reload])
        self.banner.setObjectName("licence_banner")
        self.banner.hide()
        self.column.addWidget(self.banner)
        self._build_fields()
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.save_button = button(tr("Save"), name="licence_save", clicked=self._save)
        self.save_button.setAccessibleName(tr("Save {licence}", licence=self._licence.value))
        foot.addWidget(self.save_button)
        self.column.addLayout(foot)
        self._order_tabs()
        self._show_state()

    def _build_fields(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        rows: list[list[tuple[str, str, str]]] = [
            [
                ("note", "Note", "For example the number of the contract."),
                ("valid_until", "Valid until", "The last day; empty for no end."),
            ]
        ]
        if self._licence is Licence.LRS_CERTIFIED:
            rows.insert(
                0,
                [
                    ("organisation", "Certified organisation", "As the certificate names it."),
                    ("certified_on", "Certified since", "The day of the certification."),
                    ("certified_by", "Certified by", "Who certified it."),
                ],
            )
        for row, cells in enumerate(rows):
            for place, (name, label, help) in enumerate(cells):
                self.fields[name] = self._make(name, tr(label), tr(help))
                span = 2 if len(cells) == 2 and place == 0 else 1
                grid.addWidget(self.fields[name], row, place if place == 0 else 3 - len(cells) + place, 1, span)
        for place in range(3):
            grid.setColumnStretch(place, 1)
        self.column.addLayout(grid)

    def _make(self, name: str, label: str, help: str) -> FormField:
        if name in {"valid_until", "certified_on"}:
            day = DateField()
            day.changed.connect(self._edited)
            return FormField(label, day, name=name, help=help)
        edit = line(longest=_LONGEST)
        edit.textChanged.connect(self._edited)
        return FormField(label, edit, name=name, help=help)

    def _order_tabs(self) -> None:
        stops: list[QWidget] = []
        for field in self.fields.values():
            stops.append(field.focus)
            if isinstance(field.editor, DateField):
                stops.append(field.editor.button)
        for first, second in pairwise([*stops, self.save_button]):
            QWidget.setTabOrder(first, second)

    # Showing

    def show_row(self, row: LicenceRow, today: date, why_not: str) -> None:
        """Show a licence as read; what is being typed stays while the licence is the same."""
        self._why_not = why_not
        typing = self._row is not None and self._row.version == row.version and self.is_changed
        self._row = row if not typing else self._row
        self._show_reason(row, today)
        if not typing:
            self._fill_in(row)
        self._show_state()

    def forget(self) -> None:
        """Let go of what was typed."""
        self._row = None
        self.banner.hide()

    def _fill_in(self, row: LicenceRow) -> None:
        self._filling = True
        self.switch.set_value("on" if row.is_on else "off")
        for name, field in self.fields.items():
            value = getattr(row, name)
            if isinstance(field.editor, DateField):
                field.editor.set_value(value)
            elif isinstance(field.focus, QLineEdit):
                field.focus.setText(value or "")
                field.focus.setCursorPosition(0)
            field.show_error("")
        self._filling = False

    def _show_reason(self, row: LicenceRow, today: date) -> None:
        """Whether it counts today, in words."""
        if not row.is_on:
            self.tag.show_state(Icon.MINUS_CIRCLE, tr("Off"), Role.TEXT2)
            self.reason.setText(tr("It is off, so nobody can download or update. Switch it on and save."))
        elif row.why_off(today):
            self.tag.show_state(Icon.X_CIRCLE, tr("Ended"), Role.BAD)
            words = tr("It ended on {day}, so nobody can download or update.", day=shown(row.valid_until))
            self.reason.setText(words + " " + tr("Set a later day and save."))
        elif row.days_left(today) is not None:
            self.tag.show_state(Icon.WARNING, tr("Ends soon"), Role.WARN)
            self.reason.setText(" ".join(soon_over(row, today)))
        else:
            self.tag.show_state(Icon.CHECK_CIRCLE, tr("On"), Role.GOOD)
            until = tr("It is on until {day}.", day=shown(row.valid_until))
            self.reason.setText(until if row.valid_until is not None else tr("It is on, without an end."))

    def _show_state(self) -> None:
        """What can be done now."""
        busy = tr("It is being saved.") if self._saving else ""
        locked = self._why_not or busy
        for field in self.fields.values():
            if isinstance(field.focus, QLineEdit):
                field.focus.setReadOnly(bool(locked))
            if isinstance(field.editor, DateField):
                field.editor.button.setEnabled(not locked)
        enable(self.switch, locked or ("" if self._row is not None else tr("Reading…")))
        changed = self.is_changed
        set_kind(self.save_button, "primary" if changed and not locked else "normal")
        enable(self.save_button, locked or ("" if changed else tr("Nothing was changed.")))
        self.save_button.setText(tr("Saving…") if self._saving else tr("Save"))

    # What is typed

    @property
    def wanted(self) -> LicenceRow | None:
        """The licence as typed; None before it was read."""
        if self._row is None:
            return None
        values: dict[str, object] = {}
        for name, field in self.fields.items():
            if isinstance(field.editor, DateField):
                values[name] = field.editor.value
            elif isinstance(field.focus, QLineEdit):
                values[name] = " ".join(field.focus.text().split()) or None
        return replace(self._row, is_on=self.switch.value == "on", **values)  # type: ignore[arg-type]

    @property
    def is_changed(self) -> bool:
        return self._row is not None and (self.wanted != self._row or bool(self._unread_day()))

    def _unread_day(self) -> str:
        """The first date field whose text is no day."""
        for name, field in self.fields.items():
            if isinstance(field.editor, DateField) and field.editor.problem:
                return name
        return ""

    @Slot()
    def _edited(self) -> None:
        if self._filling:
            return
        for field in self.fields.values():
            if self.sender() in (field.focus, field.editor):
                field.show_error("")
        self._show_state()

    @Slot()
    def _save(self) -> None:
        self.banner.hide()
        if name := self._unread_day():
            editor = self.fields[name].editor
            assert isinstance(editor, DateField)
            self._show_problem(name, editor.problem)
        elif (wanted := self.wanted) is not None:
            self.save_wanted.emit(wanted)

    def set_saving(self, saving: bool) -> None:
        self._saving = saving
        self._show_state()

    def show_failure(self, error: AppError) -> None:
        """Beside the field it is about, or above all of them."""
        if isinstance(error, InputError) and error.field in self.fields:
            self._show_problem(error.field, error_words(error))
            return
        self.banner.say(tr(error.message), tr(error.hint) if error.hint else "")
        self.banner.show()

    def _show_problem(self, name: str, words: str) -> None:
        self.fields[name].show_error(words)
        self.fields[name].lead_here()
