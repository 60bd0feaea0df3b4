"""What rows of course records do to enrolments and credit, gathered row by row and written set by set.

What a row does was decided by `foresee`: here it is read off the difference between what stood there before and what
stands there after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app import enrolling
from app.db.among import among
from app.db.tables import course, enrolment
from app.enrolling import Entry
from app.history import Operation, batched
from app.imports import awarding
from app.imports.awarding import Completion, Grant
from app.imports.facts import CourseFacts, TypeFacts
from app.imports.judging import Judged
from app.imports.standing import Enrolled, Pair, Standing

ORIGIN = "import"
_GOING = frozenset({"scheduled", "current", "on_break"})
"""What a completion ends; who was withdrawn stays withdrawn."""
_SOME = 5_000


@dataclass(slots=True)
class _Done:
    """A completion of an enrolment that is there, or that a row before makes."""

    enrolment_id: int | None
    completed_on: date
    row_id: int


class Recorder:
    """Gathers what rows of one batch do, and writes it inside the operation's transaction."""

    def __init__(self, operation: Operation, types: Mapping[str, TypeFacts], today: date) -> None:
        """`types`: all credit types, by code. `today`: the day of a completion that says none (CR-40)."""
        self._operation = operation
        self._types, self._today = types, today
        self._new: dict[Pair, dict[str, Any]] = {}
        self._done: dict[Pair, _Done] = {}
        self._grants: list[Grant] = []
        self._completions: list[Completion] = []
        self._courses: dict[int, CourseFacts] = {}

    def note(self, row_id: int, judged: Judged, before: Standing) -> None:
        """A row is applied to what stood there `before`. Its learner and course are there."""
        key, at, after = judged.seen.key, judged.seen.course, judged.after
        assert key is not None
        assert at is not None
        assert after.enrolled is not None
        enrolled = after.enrolled
        if before.enrolled is None:
            said = judged.seen.read.records[0]
            self._new[key] = self._values(row_id, enrolled, said_complete=said.complete)
        elif enrolled.complete and not before.enrolled.complete:
            day = enrolled.there.completed_on or self._today
            self._done[key] = _Done(enrolled.id, day, row_id)
        if len(after.credit) > len(before.credit):
            self._note_credit(row_id, judged, before, enrolled, at)

    def _values(self, row_id: int, enrolled: Enrolled, *, said_complete: bool) -> dict[str, Any]:
        """The columns of a new enrolment. Who is complete because nothing stops it (CR-34) keeps access to the
        course: only what the file calls complete is over."""
        there = enrolled.there
        status = "completed" if said_complete else enrolling.going(there.starts, self._today)
        return {
            "status": status,
            "status_on": there.completed_on if said_complete else None,
            "starts": there.starts,
            "ends": there.ends,
            "origin": ORIGIN,
            "complete": there.complete,
            "completed_on": there.completed_on,
            "attended": there.attended,
            "participant_category": there.category,
            "file_row_id": row_id,
        }

    def _note_credit(
        self, row_id: int, judged: Judged, before: Standing, enrolled: Enrolled, at: CourseFacts
    ) -> None:
        learner_id = judged.seen.whose.id
        assert learner_id is not None
        own = {one.credit_type for one in judged.seen.read.records if one.credits is not None}
        by_course = False
        for code, credit in judged.after.credit.items():
            if code in before.credit:
                continue
            if code not in own:
                by_course = True
                continue
            type_id = self._types[code].id
            self._grants.append(
                Grant(learner_id, at.id, type_id, credit.amount, credit.awarded_on, credit.expires_on, row_id)
            )
        if by_course:
            day = enrolled.there.completed_on or self._today
            self._courses[at.id] = at
            self._completions.append(Completion(learner_id, at.id, day, enrolled.there.category, row_id))

    def write(self) -> None:
        """Write all that was gathered, with its history. Raises ConflictError if somebody else was quicker."""
        made = self._enter()
        self._complete(made)
        awarding.grant(self._operation, self._grants, awarding.IMPORT)
        awarding.complete(self._operation, self._completions, self._courses)
        self._operation.save_changes()

    def _enter(self) -> dict[Pair, int]:
        """New enrolments, on the section of their course; their ids."""
        if not self._new:
            return {}
        sections = enrolling.sections_of(self._operation, {course_id for _, course_id in self._new})
        entries = [Entry(one, sections[course_id], values) for (one, course_id), values in self._new.items()]
        return dict(zip(self._new, enrolling.enter(self._operation, entries).ids, strict=True))

    def _complete(self, made: Mapping[Pair, int]) -> None:
        if not self._done:
            return
        by_id = {one.enrolment_id or made[key]: (key[0], one) for key, one in self._done.items()}
        updates = []
        for some in batched(sorted(by_id), _SOME):
            for row in self._operation.tx.execute(select(enrolment).where(among(enrolment.c.id, some))):
                learner_id, one = by_id[row.id]
                updates.append((row, _completed(row.status, one), learner_id))
        self._operation.update_many(enrolment, updates)


def _completed(status: str, one: _Done) -> dict[str, Any]:
    """What a completion changes of an enrolment: its dates are not touched (course-record-import.md 6)."""
    values = {"complete": True, "completed_on": one.completed_on, "file_row_id": one.row_id}
    return values | ({"status": "completed", "status_on": one.completed_on} if status in _GOING else {})


def shells(operation: Operation, wanted: Mapping[str, tuple[str, str]]) -> Sequence[int]:
    """Courses that nobody knew, made as imported shells: by the code folded, their code and title. Their ids."""
    rows = [
        {"code": code, "code_fold": folded, "title": title, "kind": "shell", "origin": ORIGIN}
        for folded, (code, title) in wanted.items()
    ]
    return operation.insert_for(course, rows, [None] * len(rows))
