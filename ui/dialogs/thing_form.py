"""The form of a term, campus, delivery method or LMS vendor, with the campuses it serves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from app.lms.sections.things import COLUMNS, DEFAULT, SEND_REGISTRATIONS, SEND_SECTIONS, Thing, What
from app.lms.sections.things_save import LONGEST_CODE, LONGEST_NAME
from ui.dialogs.campus_ticks import LINKED, CampusTicks, Site
from ui.dialogs.form_field import FormField, line
from ui.grids.date_field import DateField
from ui.look.buttons import explain
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.words import tr

TICKS: Mapping[What, Sequence[tuple[str, str]]] = {
    What.TERM: (
        (LINKED, "Linked"),
        (SEND_SECTIONS, "Send sections"),
        (SEND_REGISTRATIONS, "Send registration data"),
    ),
    What.CAMPUS: ((LINKED, "Sees it"),),
    What.METHOD: ((LINKED, "Offered here"),),
    What.VENDOR: ((LINKED, "Used here"), (DEFAULT, "Default of the campus")),
}
_CAMPUS_WORDS = {
    What.TERM: "The campuses where it is taught, and what is sent to the LMS there",
    What.CAMPUS: "Who sees its sections and extract records; administrators see those of every campus",
    What.METHOD: "The campuses that offer it",
    What.VENDOR: "The campuses that use it; a campus has one default at most",
}


class ThingForm(QWidget):
    """One kind of thing. `changed` after every edit."""

    changed = Signal()

    def __init__(self, what: What, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = what
        self._shown = Thing(what)
        self._showing = False
        columns = COLUMNS[what]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self.code = line(longest=LONGEST_CODE, mono=True)
        self.name = line(longest=LONGEST_NAME)
        self.starts, self.ends = DateField(), DateField()
        self.fields = {"code": FormField(tr("Code"), self.code, name=f"{what}_code")}
        if "name" in columns:
            self.fields["name"] = FormField(tr("Name"), self.name, name=f"{what}_name", help=tr("What lists show."))
        if "starts" in columns:
            self.fields["starts"] = FormField(tr("Start date"), self.starts, name=f"{what}_starts")
            self.fields["ends"] = FormField(tr("End date"), self.ends, name=f"{what}_ends")
        for place, field in enumerate(self.fields.values()):
            grid.addWidget(field, place // 2, place % 2)
        self.active = QCheckBox(tr("Active: offered where something new is set up"))
        self.export = QCheckBox(tr("Export to third-party LMS"))
        for box, name in ((self.active, "active"), (self.export, "export_to_lms")):
            box.setObjectName(f"{what}_{name}")
            box.setVisible(name in columns)
            box.toggled.connect(self._edited)
            column.addWidget(box)
        self.ticks = CampusTicks(TICKS[what], "User" if what is What.CAMPUS else "Campus")
        self._words = text_label(tr(_CAMPUS_WORDS[what]), Type.HEADER, wrap=True)
        for part in (self._words, self.ticks):
            column.addWidget(part)
        column.addStretch(1)
        for signal in (self.code.textEdited, self.name.textEdited, self.starts.changed, self.ends.changed):
            signal.connect(self._edited)
        self.ticks.changed.connect(self._edited)

    def show_thing(self, one: Thing, sites: Sequence[Site], why_not: str) -> None:
        """Show a thing; one without an id is to be added. `why_not`: why it can only be looked at."""
        self._showing = True
        self._shown = one
        self.code.setText(one.code)
        self.name.setText(one.name)
        self.starts.set_value(one.starts)
        self.ends.set_value(one.ends)
        self.active.setChecked(one.active)
        self.export.setChecked(one.export_to_lms)
        self.ticks.show_sites(sites, one.links, why_not)
        self.show_error("", "")
        keeps_code = tr("It keeps its code.") if one.is_no_term or one.is_connected else ""
        for name, field in self.fields.items():
            reason = why_not or (keeps_code if name in ("code", "name") else "")
            field.setEnabled(not reason)
            field.focus.setToolTip(reason)
        for box in (self.active, self.export):
            box.setEnabled(not why_not)
            explain(box, why_not)
        self._showing = False

    @Slot()
    def _edited(self, *_: object) -> None:
        if not self._showing:
            self.show_error("", "")
            self.changed.emit()

    @property
    def before(self) -> Thing | None:
        """The thing as it was shown; None for a new one."""
        return self._shown if self._shown.id is not None else None

    @property
    def wanted(self) -> Thing:
        """The thing as it is written in the form."""
        values: dict[str, Any] = {
            "code": self.code.text(),
            "name": self.name.text(),
            "starts": self.starts.value,
            "ends": self.ends.value,
            "active": self.active.isChecked(),
            "export_to_lms": self.export.isChecked(),
        }
        kept = {name: value for name, value in values.items() if name in COLUMNS[self._what]}
        return replace(self._shown, **kept, links=self.ticks.links)

    @property
    def edited(self) -> bool:
        """Whether anything differs from what was shown."""
        return self.wanted != self._shown or bool(self.problem)

    @property
    def first(self) -> QWidget:
        """What has the keyboard first."""
        return self.code

    @property
    def problem(self) -> str:
        """What is wrong with the dates as they are typed."""
        return self.starts.problem or self.ends.problem

    def show_error(self, field: str, words: str) -> None:
        """Say what is wrong at a field, and lead there; "" takes every error away."""
        for name, one in self.fields.items():
            one.show_error(words if name == field else "")
        if field in self.fields:
            self.fields[field].lead_here()
