"""The pane beside the course records: completion, the credit of the learner, who was told of it, its changes."""

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dates import shown
from app.imports import amounts, edit_credit
from app.imports.course_records import AWARD_ORIGINS
from app.imports.credit_details import RecordLooked
from ui.look.banner import Banner
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, TextLabel
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.course_record_source import state_of
from ui.pages.credit_lines import show_changes, show_lines
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule

_FACTS = (
    ("completed_on", "Completed on"),
    ("attended", "Attended"),
    ("category", "Category"),
    ("starts", "Starts"),
    ("ends", "Ends"),
)
_ORIGINS = {"import": "in a file", "course": "by the course", "hand": "by hand"}
assert set(_ORIGINS) == {name for name, _ in AWARD_ORIGINS}


class CourseRecordDetails(RowDetails):
    """`edit_wanted` and `replace_wanted` when the buttons are pressed."""

    edit_wanted = Signal()
    replace_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} record selected", "{n} records selected"
        super().__init__("course_record_details", tr("Record details"), selected, parent)
        self.why_not_replace = ""
        inside = self.inside
        self._course = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        inside.addWidget(self._course)
        self._state = StateLabel()
        inside.addWidget(self._state)
        self._edit = button(tr("Edit Credit"), Icon.MEDAL, name="record_edit", clicked=self.edit_wanted)
        self._replace = button(tr("Replace Credit"), Icon.SWAP, name="record_replace", clicked=self.replace_wanted)
        buttons = QHBoxLayout()
        buttons.addWidget(self._edit)
        buttons.addWidget(self._replace)
        buttons.addStretch(1)
        inside.addLayout(buttons)
        self._warning = Banner(Icon.WARNING, Role.WARN, "")
        inside.addWidget(self._warning)
        self._facts = Facts()
        for name, title in _FACTS:
            self._facts.add(name, title)
        inside.addWidget(rule())
        inside.addWidget(self._facts)
        self._credit = self._part("Credit")
        self._changes = self._part("Changes")

    def _part(self, title: str) -> QVBoxLayout:
        self.inside.addWidget(rule())
        self.inside.addWidget(TextLabel(tr(title), Type.HEADER))
        lines = QVBoxLayout()
        lines.setSpacing(6)
        self.inside.addLayout(lines)
        return lines

    def fill(self, looked: RecordLooked) -> None:
        row = looked.row
        name = " ".join(part for part in (row.given_names, row.family_name) if part)
        self.title.setText(visible_text(name or row.ref))
        self._course.setText(visible_text(f"{row.ref} · {row.course_code} {row.course_title}"))
        edit = self.why_not or tr(edit_credit.why_not_edit(complete=row.complete))
        enable(self._edit, edit, tr("What this learner has of the course"))
        replace = edit_credit.why_not_replace(complete=row.complete, has_credit=bool(row.awards))
        enable(self._replace, self.why_not_replace or tr(replace), tr("Put the credit right, with a reason"))
        self._warning.setVisible(row.mistaken)
        if row.mistaken:
            words = tr("An import leaves it alone. Replace Credit on Incomplete Record puts it right.")
            self._warning.say(tr("Credit on an incomplete record"), words, Role.WARN, Icon.WARNING)
        self._state.show_state(state_of(row))
        self._facts.show_value("completed_on", shown(row.completed_on), "not said")
        self._facts.show_value("attended", tr("yes") if row.attended else "", "no")
        self._facts.show_value("category", visible_text(row.category or ""))
        self._facts.show_value("starts", shown(row.starts), "not said")
        self._facts.show_value("ends", shown(row.ends), "not said")
        show_lines(self._credit, list(_credit(looked)), tr("None of this course."))
        show_changes(self._changes, looked.history)


def _credit(looked: RecordLooked) -> Iterator[str]:
    for one in looked.record.held:
        parts = [f"{one.code} {amounts.shown(one.amount)}", tr(_ORIGINS[one.origin])]
        if one.awarded_on is not None:
            parts.append(tr("on {day}", day=shown(one.awarded_on)))
        if one.expires_on is not None:
            parts.append(tr("until {day}", day=shown(one.expires_on)))
        for body, moment in one.told:
            parts.append(tr("exported for {body} on {day}", body=body, day=shown(moment.astimezone().date())))
        yield " · ".join(parts)
