"""One learning event beside what the college holds: field by field, with what Update would write."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.attainments.at_a_glance import Glance, at_a_glance
from app.attainments.stored import EMPTY, StoredRecord, stored_records
from app.connectors.lrs_answer import FIELDS
from app.connectors.lrs_codes import may_import
from app.db.database import Database
from app.plr.plan import Change, Plan, plan_changes
from app.plr.session import EVENTS_PER_LEARNER, PlrSession
from app.plr.values import event_values
from app.tasks import TaskContext


class Mark(StrEnum):
    """What Update would do with a field."""

    NONE = ""
    WRITES = "writes"
    KEEPS = "keeps"
    """The LRS says nothing: the stored value stays."""
    UNUSABLE = "unusable"
    """The LRS value cannot be read as a date, or lies in the future: shown, never written."""


@dataclass(frozen=True, slots=True)
class ComparedField:
    title: str
    lrs: str | None = field(repr=False)
    stored: Any = field(repr=False)
    """The stored value; None where nothing is held."""
    is_stored: bool
    """False: the program keeps no such field."""
    mark: Mark
    code: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`change` is what Update would do with the row; `fields` in reading order.

    `now` and `after` are English and maths at a glance as stored, and as an update of every row of the learner would
    leave them; `after` is None where nothing of the answer may be stored.
    """

    key: int
    change: Change | None
    fields: tuple[ComparedField, ...]
    now: Glance = field(default_factory=dict, repr=False)
    after: Glance | None = field(default=None, repr=False)

    @property
    def writes(self) -> int:
        return sum(1 for one in self.fields if one.mark is Mark.WRITES)


# Field of the event -> column of the attainment. What is missing here is not stored.
_COLUMNS = {
    "subject_code": "subject_code",
    "subject": "subject",
    "qualification_type": "qualification_type",
    "level": "level",
    "grade": "grade",
    "credits": "credits",
    "achievement_award_date": "award_date",
    "participation_start_date": "start_date",
    "participation_end_date": "end_date",
    "achievement_provider_name": "provider",
    "achievement_provider_ukprn": "provider_ukprn",
    "awarding_organisation_name": "awarding_org",
    "awarding_organisation_ukprn": "awarding_org_code",
    "under_data_challenge": "under_challenge",
    "language_for_assessment": "language",
}
_CODES = frozenset(
    {
        "subject_code",
        "achievement_provider_ukprn",
        "awarding_organisation_ukprn",
        "event_id",
        "source",
        "return_number",
    }
)


def compare(context: TaskContext, db: Database, session: PlrSession, key: int) -> Comparison | None:
    """The comparison for one row of the window; None for a row without an event. In a task."""
    row = session.row(key)
    if row is None or row.event is None or row.answer is None:
        return None
    today = date.today()
    values = [event_values(event, today) for event in row.answer.events]
    place = key % EVENTS_PER_LEARNER
    with db.read(context) as tx:
        record = stored_records(tx, [row.asked.id]).get(row.asked.id, EMPTY)
    stored, writes, after = None, dict[str, Any](), None
    if may_import(row.answer.response_code):
        plan = plan_changes(record, values)
        after = at_a_glance(after_update(record, plan))
        target = plan.target_of[place]
        if target is not None:
            stored = target.stored
            if target.best == place:
                writes = target.writes
    fields = []
    for one in FIELDS:
        text = getattr(row.event, one.name)
        column = _COLUMNS.get(one.name)
        held = getattr(stored, column) if stored is not None and column is not None else None
        fields.append(
            ComparedField(
                title=one.title,
                lrs=None if text is None else str(text),
                stored=held,
                is_stored=column is not None,
                mark=_mark(column, held, values[place], writes, new=stored is None and bool(writes)),
                code=one.name in _CODES,
            )
        )
    return Comparison(key, row.change, tuple(fields), at_a_glance(record.attainments), after)


@dataclass(frozen=True, slots=True)
class WouldBe:
    """An attainment as an update would leave it, as far as `at_a_glance` looks at it."""

    subject: str | None = field(repr=False)
    qualification_type: str | None
    level: str | None
    grade: str | None = field(repr=False)
    award_date: date | None
    end_date: date | None
    removed_at: None = None


_LOOKED_AT = ("subject", "qualification_type", "level", "grade", "award_date", "end_date")


def after_update(record: StoredRecord, plan: Plan) -> list[WouldBe]:
    """What a learner would hold after the plan was carried out. Grades that would go down stay as they are, as they
    do unless the user asks for them."""
    writes = {
        int(target.stored.id): target.writes
        for target in plan.targets
        if target.stored is not None and target.change is Change.CHANGED
    }
    found = []
    for row in record.attainments:
        new = writes.get(int(row.id), {})
        found.append(WouldBe(*(new.get(name, getattr(row, name)) for name in _LOOKED_AT)))
    for target in plan.targets:
        if target.stored is None:
            found.append(WouldBe(*(target.writes.get(name) for name in _LOOKED_AT)))
    return found


def _mark(column: str | None, held: Any, event: Any, writes: dict[str, Any], *, new: bool) -> Mark:
    if column is None:
        return Mark.NONE
    if column in event.unusable_dates:
        return Mark.UNUSABLE
    if column == "subject_code":
        return Mark.WRITES if new and event.subject_code else Mark.NONE
    if writes.get(column) is not None:
        return Mark.WRITES
    if held is not None and event.values[column] is None:
        return Mark.KEEPS
    return Mark.NONE
