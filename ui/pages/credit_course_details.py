"""The pane beside the courses for credit: what the course gives, to whom, who hears of it, and who is counted."""

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.imports.amounts import shown
from app.imports.credit_details import CourseLooked
from app.imports.facts import MAPPED_BY, CreditFacts
from ui.look.banner import Banner
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, TextLabel
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.credit_lines import show_changes, show_lines
from ui.pages.details_pane import Facts, RowDetails, rule


class CreditCourseDetails(RowDetails):
    """`edit_wanted` when *Set Up Course* is pressed, `records_wanted` for who is on it."""

    edit_wanted = Signal()
    records_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} course selected", "{n} courses selected"
        super().__init__("credit_course_details", tr("Course details"), selected, parent)
        inside = self.inside
        self._code = ElidingLabel("", Type.CODE, Role.TEXT2)
        inside.addWidget(self._code)
        self._edit = button(tr("Set Up Course"), Icon.SLIDERS, name="credit_course_edit", clicked=self.edit_wanted)
        self._records = button(tr("Records"), Icon.STUDENT, name="credit_course_records", clicked=self.records_wanted)
        buttons = QHBoxLayout()
        buttons.addWidget(self._edit)
        buttons.addWidget(self._records)
        buttons.addStretch(1)
        inside.addLayout(buttons)
        self._warning = Banner(Icon.WARNING, Role.WARN, "")
        inside.addWidget(self._warning)
        self._credit = self._part("Gives")
        self._facts = Facts()
        for name, title in (("objects", "Required objects"), ("enrolled", "Enrolled"), ("awarded", "Awards")):
            self._facts.add(name, title)
        inside.addWidget(rule())
        inside.addWidget(self._facts)
        self._counted = self._part("Participants in reports")
        self._changes = self._part("Changes")

    def _part(self, title: str) -> QVBoxLayout:
        self.inside.addWidget(rule())
        self.inside.addWidget(TextLabel(tr(title), Type.HEADER))
        lines = QVBoxLayout()
        lines.setSpacing(6)
        self.inside.addLayout(lines)
        return lines

    def fill(self, looked: CourseLooked) -> None:
        row, facts = looked.row, looked.row.facts
        self.title.setText(visible_text(facts.title))
        self._code.setText(visible_text(facts.code))
        enable(self._edit, self.why_not, tr("Its required objects, what it gives of each type, and to whom"))
        enable(self._records, "" if row.enrolled else tr("Nobody is enrolled."), tr("Who is on it, and their credit"))
        self._warning.setVisible(row.exposed or facts.is_shell)
        if facts.is_shell:
            words = tr("No certificate and no required objects. Create the course first if a certificate is needed.")
            self._warning.say(tr("Imported shell"), words, Role.INFO, Icon.INFO)
        elif row.exposed:
            words = tr("Who is enrolled by an import is completed and credited at once. Say how many objects it has.")
            self._warning.say(tr("Nothing stops completion"), words, Role.WARN, Icon.WARNING)
        show_lines(self._credit, [_gives(one) for one in facts.active], tr("No credit."))
        objects = count(facts.required_objects) if facts.required_objects is not None else ""
        self._facts.show_value("objects", objects, "not said")
        self._facts.show_value("enrolled", count(row.enrolled) if row.enrolled else "", "nobody")
        self._facts.show_value("awarded", count(row.awarded) if row.awarded else "")
        show_lines(self._counted, list(_counted(looked)), tr("Nobody was brought by a course import."))
        show_changes(self._changes, looked.history)


def _gives(one: CreditFacts) -> str:
    """`ama 5 · for Campus N · PARS hears of it`."""
    much = f"{one.code} {shown(one.maximum)}"
    if one.variable:
        much = tr(
            "{code} {least} to {most} in steps of {step}, variable",
            code=one.code,
            least=shown(one.minimum),
            most=shown(one.maximum),
            step=shown(one.increment),
        )
    whom = ", ".join(f"{tr(MAPPED_BY.get(name, name))} {value}" for name, value in sorted(one.says))
    parts = [much, tr("for {whom}", whom=whom) if whom else ""]
    parts.append(tr("{bodies} hears of it", bodies=", ".join(one.bodies)) if one.bodies else "")
    return " · ".join(part for part in parts if part)


def _counted(looked: CourseLooked) -> Iterator[str]:
    told = looked.participation
    for category, number in told.counted:
        yield tr("{n} {category}", n=count(number), category=category)
    for number, one, many in (
        (told.undated, "{n} not counted: no start date", "{n} not counted: no start date"),
        (told.uncategorised, "{n} not counted: no category", "{n} not counted: no category"),
        (told.global_only, "{n} not counted: a global import", "{n} not counted: a global import"),
    ):
        if number:
            yield plural(number, one, many)
