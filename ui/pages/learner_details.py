"""The pane beside the Learners grid: the selection first, then the current row, then its attainments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from sqlalchemy import Connection

from app.attainments import at_a_glance_kept
from app.attainments import search as attainments
from app.attainments.at_a_glance import Glance
from app.attainments.search import AttainmentRow
from app.conditions import Group
from app.dates import MONTHS, shown
from app.db.database import Database
from app.keys import Keys
from app.learners import search
from app.learners.search import LearnerRow, Ready
from app.tasks import TaskContext
from app.ulns import UlnState, state
from ui.grids.columns import State
from ui.look.buttons import button
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, TextLabel, text_label
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.at_a_glance import GlanceCard
from ui.pages.courses_part import CoursesPart
from ui.pages.details_pane import CountLine, DetailsPane, Facts, ShareBar, rule
from ui.pages.learner_source import READY_STATES

if TYPE_CHECKING:
    from app.learners.courses import Courses

_LONG = {
    Ready.READY: "Ready for the PLR download",
    Ready.BAD: "ULN fails the check digit",
}
ULN_STATES: Mapping[UlnState, State] = {
    UlnState.OK: State(Icon.CHECK_CIRCLE, "valid", Role.GOOD),
    UlnState.TEMPORARY: State(Icon.CLOCK, "temporary", Role.WARN),
    UlnState.BAD: State(Icon.X_CIRCLE, "fails its check digit", Role.BAD),
    UlnState.NONE: State(Icon.WARNING, "no ULN", Role.WARN),
}
LATEST = 3


@dataclass(frozen=True, slots=True)
class Looked:
    """What the pane shows of the current row."""

    row: LearnerRow = field(repr=False)
    total: int
    latest: list[AttainmentRow] = field(repr=False)
    glance: Glance = field(default_factory=dict, repr=False)
    courses: "Courses | None" = field(default=None, repr=False)


def look(tx: Connection, learner_id: int) -> Looked | None:
    """Read the current row and its latest attainments; in a task. None if the learner was removed."""
    from app.learners import courses  # not needed for a start

    row = search.rows(tx, [learner_id]).get(learner_id)
    if row is None:
        return None
    total, latest = attainments.of_learner(tx, learner_id, LATEST)
    glance = at_a_glance_kept.of_learner(tx, learner_id) if total else {}
    return Looked(row, total, latest, glance, courses.of_learner(tx, learner_id))


def count_ready(
    context: TaskContext, db: Database, keys: Keys, everything: tuple[Group | None, str] | None
) -> dict[Ready, int]:
    """How many of the selected learners can be asked; `everything` (conditions, quick filter) means every row of
    the filter, which needs no list of ids."""
    with db.read(context) as tx:
        if everything is not None:
            group, quick = everything
            return search.ready_counts_of(tx, group, quick)
        with db.ids_as_table(tx, keys) as picked:
            return search.ready_counts(tx, picked)


class LearnerDetails(DetailsPane):
    """`wanted` carries a Ready to show only; `edit_wanted` and `attainments_wanted` are about the current row."""

    wanted = Signal(object)
    edit_wanted = Signal()
    attainments_wanted = Signal()
    find_wanted = Signal()
    """The ULN of the current row is to be searched for."""
    why_wanted = Signal(int)
    """The id of the current row's learner, of whom it is asked why they are not in the LMS."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("learner_details", parent)
        self.setAccessibleName(tr("Learner details"))
        self._learner_id: int | None = None
        self._build_selection()
        self._build_current()
        self.courses = CoursesPart()
        self.column.addWidget(self.courses)
        self._build_attainments()
        self.column.addStretch(1)
        self.show_ready(0, {})
        self.show_learner(None)

    def _build_selection(self) -> None:
        self._share = ShareBar()
        self.column.addWidget(self._share)
        self._lines: dict[Ready, CountLine] = {}
        lines = QVBoxLayout()
        lines.setSpacing(2)
        for one in Ready:
            known = READY_STATES[one]
            line = CountLine(State(known.icon, tr(_LONG.get(one, known.text)), known.role))
            line.setObjectName(f"ready_{one.name.lower()}")
            line.setProperty("ready", one)
            line.clicked.connect(self._line_clicked)
            self._lines[one] = line
            lines.addWidget(line)
        self.column.addLayout(lines)
        self._note = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True)
        self.column.addWidget(self._note)
        self._rule = rule()
        self.column.addWidget(self._rule)

    def _build_current(self) -> None:
        self._current = QWidget()
        inside = QVBoxLayout(self._current)
        inside.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(2)
        self._name = ElidingLabel("", Type.HEADING)
        self._name.setObjectName("details_name")
        names.addWidget(self._name)
        names.addWidget(TextLabel(tr("Current row"), Type.SECONDARY, Role.TEXT2))
        head.addLayout(names, 1)
        self._edit = button(tr("Edit"), Icon.PENCIL_SIMPLE, name="details_edit")
        self._edit.clicked.connect(self.edit_wanted)
        head.addWidget(self._edit)
        inside.addLayout(head)
        self._facts = Facts()
        self._facts.add("ref", "Person Code", code=True)
        self._facts.add("uln", "ULN", code=True, stated=True)
        for name, title, code in (
            ("birth_date", "Date of birth", False),
            ("campus", "Campus", False),
            ("tutor_group", "Tutor group", False),
            ("email", "Email", False),
        ):
            self._facts.add(name, title, code=code)
        inside.addWidget(self._facts)
        self._find = button(tr("Find ULN"), Icon.USER_FOCUS, kind="link", name="details_find_uln")
        self._find.clicked.connect(self.find_wanted)
        inside.addWidget(self._find)
        self.why = button(tr("Why Is This Learner Not in the LMS?"), Icon.QUESTION, kind="link", name="details_why")
        self.why.clicked.connect(self._ask_why)
        self.why.hide()
        inside.addWidget(self.why)
        self.column.addWidget(self._current)

    def _build_attainments(self) -> None:
        self._glance = QWidget()
        around = QVBoxLayout(self._glance)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(rule())
        self._glance_card = GlanceCard()
        around.addWidget(self._glance_card)
        self.column.addWidget(self._glance)
        self._stored = QWidget()
        inside = QVBoxLayout(self._stored)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(rule())
        head = QHBoxLayout()
        head.addWidget(TextLabel(tr("Attainments stored"), Type.HEADER), 1)
        self._stored_count = TextLabel("", Type.BODY, Role.TEXT2, numbers=True)
        head.addWidget(self._stored_count)
        inside.addLayout(head)
        self._latest: list[tuple[ElidingLabel, TextLabel, TextLabel]] = []
        for _ in range(LATEST):
            line = QHBoxLayout()
            subject = ElidingLabel("", Type.BODY, middle=True)
            grade = TextLabel("", Type.BODY, weight=600)
            when = TextLabel("", Type.BODY, Role.TEXT2, numbers=True)
            line.addWidget(subject, 1)
            line.addWidget(grade)
            line.addWidget(when)
            inside.addLayout(line)
            self._latest.append((subject, grade, when))
        self._all = button("", kind="link", name="details_show_all")
        self._all.clicked.connect(self.attainments_wanted)
        inside.addWidget(self._all)
        self.column.addWidget(self._stored)

    @Slot()
    def _ask_why(self) -> None:
        if self._learner_id is not None:
            self.why_wanted.emit(self._learner_id)

    def offer_why(self, *, offered: bool) -> None:
        """Whether there is an LMS to ask about."""
        self.why.setVisible(offered)

    @Slot()
    def _line_clicked(self) -> None:
        self.wanted.emit(self.sender().property("ready"))

    def show_ready(self, selected: int, ready: Mapping[Ready, int]) -> None:
        """The selection: how many, and how many of them can be asked."""
        if selected:
            self.title.setText(plural(selected, "{n} learner selected", "{n} learners selected"))
        else:
            self.title.setText(tr("Nothing selected"))
        for one, line in self._lines.items():
            line.show_count(ready.get(one, 0))
        self._share.show_parts([(READY_STATES[one].role, ready.get(one, 0)) for one in Ready])
        others = sum(ready.values()) - ready.get(Ready.READY, 0)
        if not selected:
            self._note.setText(tr("Select learners to see how many can be asked about."))
        elif others:
            text = "The {n} not ready gets a row with the reason. No call is made for it."
            many = "The {n} not ready get a row with the reason. No call is made for them."
            self._note.setText(plural(others, text, many))
        else:
            self._note.setText("")
        self._note.setVisible(not selected or others > 0)

    def show_learner(self, looked: Looked | None) -> None:
        """The current row; nothing of it when there is none."""
        self._current.setVisible(looked is not None)
        self._stored.setVisible(looked is not None)
        self._glance.setVisible(looked is not None and looked.total > 0)
        self.courses.show_courses(looked.courses if looked is not None else None)
        self._rule.setVisible(looked is not None)
        self._learner_id = looked.row.id if looked is not None else None
        if looked is None:
            return
        row = looked.row
        name = " ".join(part for part in (row.given_names, row.family_name) if part)
        self._name.setText(name or row.ref)
        uln = ULN_STATES[state(row.uln)]
        self._find.setVisible(state(row.uln) is not UlnState.OK)
        values = {
            "ref": row.ref,
            "uln": row.uln,
            "birth_date": _born(row.birth_date),
            "campus": row.campus,
            "tutor_group": row.tutor_group,
            "email": row.email,
        }
        for key, value in values.items():
            self._facts.show_value(key, value, absent="not held")
        self._facts.show_state("uln", uln)
        self._glance_card.show_stored(looked.glance)
        self._stored_count.setText(count(looked.total))
        for place, (subject, grade, when) in enumerate(self._latest):
            one = looked.latest[place] if place < len(looked.latest) else None
            for label in (subject, grade, when):
                label.setVisible(one is not None)
            if one is not None:
                subject.setText(one.subject or one.subject_code or tr("no title"))
                grade.setText(one.grade or "–")
                when.setText(f"{MONTHS[one.award_date.month - 1]} {one.award_date.year}" if one.award_date else "")
        self._all.setText(tr("Show all {n}", n=count(looked.total)))
        self._all.setVisible(looked.total > 0)


def _born(day: date | None) -> str | None:
    if day is None:
        return None
    today = date.today()
    years = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    return f"{shown(day)}, " + plural(years, "{n} year", "{n} years")
