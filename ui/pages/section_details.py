"""The pane beside the sections: the gate report first, then what the section is, and how it changed."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dates import shown, shown_time
from app.lms.sections.details import SectionChange
from app.lms.sections.details import SectionDetails as Looked
from ui.look.buttons import button, enable, explain
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, TextLabel, text_label
from ui.look.lines import empty
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.pages.details_pane import Facts, RowDetails, rule
from ui.pages.gate_report import GateReport

_FACTS = (
    ("term", "Term"),
    ("owner", "Owning campus"),
    ("further", "Also seen by"),
    ("method", "Delivery method"),
    ("vendor", "LMS"),
    ("lms_course", "LMS course"),
    ("starts", "Starts"),
    ("ends", "Ends"),
    ("open", "Open"),
    ("enrolled", "Enrolled"),
)
_KINDS = {"undo": "Undo", "sections_loaded": "Loaded from a file", "lms_course_linked": "Linked to a new LMS course"}


class SectionDetails(RowDetails):
    """`edit_wanted` when *Edit Section* is pressed. `why_not_enrol`: why nobody is enrolled; set it before a row."""

    edit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} section selected", "{n} sections selected"
        super().__init__("section_details", tr("Section details"), selected, parent)
        self.why_not_enrol = ""
        inside = self.inside
        self._course = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        inside.addWidget(self._course)
        self._edit = button(tr("Edit Section"), Icon.PENCIL_SIMPLE, name="section_edit", clicked=self.edit_wanted)
        buttons = QHBoxLayout()
        buttons.addWidget(self._edit)
        buttons.addStretch(1)
        inside.addLayout(buttons)
        inside.addWidget(rule())
        self.report = GateReport()
        inside.addWidget(self.report)
        inside.addWidget(rule())
        self._facts = Facts()
        for name, title in _FACTS:
            self._facts.add(name, title, code=name == "lms_course")
        inside.addWidget(self._facts)
        inside.addWidget(rule())
        inside.addWidget(TextLabel(tr("Changes"), Type.HEADER))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        inside.addLayout(self._lines)

    def fill(self, looked: Looked) -> None:
        row = looked.row
        self.title.setText(visible_text(row.title))
        self._course.setText(row.course_title)
        enable(
            self._edit,
            self.why_not or looked.why_not_edit,
            tr("Change this section, its campuses and its LMS course"),
        )
        self.report.show_report(looked.gates, looked.failing, self.why_not, looked.why_not_edit, self.why_not_enrol)
        self._facts.show_value("term", row.term)
        self._facts.show_value("owner", row.owner)
        self._facts.show_value("further", ", ".join(row.further))
        self._facts.show_value("method", row.method)
        self._facts.show_value("vendor", row.vendor, "the default of the campus")
        self._facts.show_value("lms_course", row.lms_course)
        self._facts.show_value("starts", shown(row.starts) if row.starts else "", "not said")
        self._facts.show_value("ends", shown(row.ends) if row.ends else "", "not said")
        self._facts.show_value("open", tr("yes") if row.open else "", "no")
        self._facts.show_value("enrolled", count(row.enrolled) if row.enrolled else "", "nobody")
        self._show_changes(looked.history)

    def _show_changes(self, changes: Sequence[SectionChange]) -> None:
        empty(self._lines)
        if not changes:
            words = tr("None that was noted: it was made when somebody was first enrolled.")
            self._lines.addWidget(text_label(words, Type.SECONDARY, Role.TEXT3, wrap=True))
        for one in changes:
            when = shown(one.at.astimezone().date())
            line = text_label(f"{when}   {visible_text(_told(one))}", Type.SECONDARY, Role.TEXT2, wrap=True)
            explain(line, " · ".join(part for part in (shown_time(one.at), one.who) if part))
            self._lines.addWidget(line)


def _told(one: SectionChange) -> str:
    """The change in words: `Open yes → no · Campus none → South`."""
    parts = [
        f"{tr(what)} {before or tr('none')} → {after or tr('none')}"
        for what, before, after in one.parts
        if before or after
    ]
    kind = tr(_KINDS[one.kind]) if one.kind in _KINDS else ""
    return " · ".join(part for part in (kind, *parts) if part)
