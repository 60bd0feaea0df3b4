"""One course of the run of enrolments: what came is compared with what is stored, and written in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from app.connectors.lms import GradeRow, LearnerGrades, Participant
from app.db.again import begun_anew
from app.db.tables import SHOWN, enrolment, learner, lms_course, progress, section
from app.folding import cleaned, storable
from app.history import Operation
from app.lms import accounts, guards, holds, report_card
from app.lms import progress as counting
from app.lms.accounts import Matching
from app.lms.errors import Found, of_course, of_enrolment
from app.lms.guards import Fetched
from app.lms.progress import Progress
from app.lms.run import Run

NOT_TOLD = frozenset({"report_card", "content_hash", "changed_at"})
"""Columns that history leaves out: it keeps progress and grades (LS-E17), not whole report cards."""

# Made once: a run asks the same of every course.
_ENROLLED = (
    select(
        enrolment.c.id.label("at"),
        enrolment.c.learner_id,
        progress.c.id,
        *(column for column in progress.c if column.name not in ("id", "report_card", "changed_at")),
    )
    .join(section, section.c.id == enrolment.c.section_id)
    .join(learner, learner.c.id == enrolment.c.learner_id)
    .outerjoin(progress, progress.c.enrolment_id == enrolment.c.id)
    .where(section.c.lms_course_id == bindparam("course"), enrolment.c.removed_at.is_(None), SHOWN)
    .order_by(enrolment.c.id)
)
_THIS = update(lms_course).where(lms_course.c.id == bindparam("course"))
_TRIED = _THIS.values(tried_at=bindparam("now"))
_AGED = _TRIED.values(to_adopt=bindparam("adoptable"))
_GOOD = _AGED.values(grades_good_at=bindparam("now"))


@dataclass(frozen=True, slots=True)
class DueCourse:
    """A course whose enrolments are to be fetched."""

    id: int
    vendor_id: int
    number: str
    name: str
    timeout: int | None
    enrolled: bool
    """Whether anybody is enrolled on it here; else only its participants are of interest."""
    held: bool
    """Whether a hold of its roster waits for a decision. Only a run, of which there is one, opens holds."""


@dataclass(slots=True)
class _Outcome:
    """What is to be written about the enrolments of a course, and what was met."""

    new: list[dict[str, Any]] = field(default_factory=list)
    owners: list[int | None] = field(default_factory=list)
    updates: list[tuple[Row[Any], dict[str, Any], int | None]] = field(default_factory=list)
    unchanged: int = 0
    found: list[Found] = field(default_factory=list)
    absent: list[Row[Any]] = field(default_factory=list)
    """Enrolments with data whose learner is on the course no longer."""
    to_mark: list[Row[Any]] = field(default_factory=list)
    """Enrolments of learners who are not in the gradebook: the last values stay, with the date."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What the run is to note of a course when its transaction is committed."""

    found: list[Found]
    counts: dict[str, int]
    held: bool = False
    operation: Operation | None = None


def write(run: Run, due: DueCourse, fetched: Fetched) -> None:
    """Store one course whole, or nothing of it: only its errors are kept for the end of the run. Raises
    ConflictError, DatabaseError."""
    run.reached_course(due.id)
    written = _write(run, due, fetched)
    # Only now is it true: a transaction that had to give way is begun anew, and what it met is met again.
    run.found += written.found
    run.counts.update(written.counts)
    run.held = run.held or written.held
    run.keep(written.operation)


@begun_anew
def _write(run: Run, due: DueCourse, fetched: Fetched) -> _Written:
    """The transaction of `write`: it changes nothing of the run."""
    operation: Operation | None = None

    def opened() -> Operation:
        nonlocal operation
        operation = operation or run.operation(tx)
        return operation

    with run.writing() as tx:
        now = run.db.now(tx)
        rows = _enrolments(tx, due.id)
        had_data = any(row.content_hash is not None for row in rows)
        if rows and due.enrolled and (no := guards.refusal(fetched, had_data)):
            return _refused(tx, due, of_course(no.code, due.id, no.detail), now)
        people = _people(fetched)
        known, matching = accounts.read(tx, due.vendor_id, people, (row.learner_id for row in rows))
        outcome = _compare(due, fetched, rows, matching, now) if due.enrolled else _Outcome()
        shrank = guards.shrank(len(outcome.absent), sum(1 for row in rows if _had_data(row)))
        missing = [row.at for row in outcome.absent] if shrank else []
        if (missing or due.held) and holds.of_roster(tx, run.db, run.id, due.id, missing):
            words = f"{len(outcome.absent)} of {len(rows)} enrolments are missing."
            return _refused(tx, due, of_course("SE-16", due.id, words), now, held=True)
        counted = accounts.write(opened, due.vendor_id, people, known, matching, now)
        _mark(outcome, now)
        if outcome.new or outcome.updates:
            opened().insert_for(progress, outcome.new, outcome.owners, NOT_TOLD)
            opened().update_many(progress, outcome.updates, unnoted=NOT_TOLD)
        if operation is not None:
            operation.save_changes()
        _age(tx, due, _to_adopt(people, matching, rows), now)
    without = due.enrolled and rows and fetched.gradebook and guards.has_no_activities(fetched.gradebook)
    found = [of_course("SE-15", due.id)] if without else []
    return _Written(found + outcome.found, _counts(outcome, len(rows), counted), operation=operation)


def _refused(tx: Connection, due: DueCourse, error: Found, now: datetime, *, held: bool = False) -> _Written:
    """Nothing of the course is taken: values and their date stay."""
    tx.execute(_TRIED, {"course": due.id, "now": now})
    return _Written([error], {"failed": 1}, held=held)


def _enrolments(tx: Connection, lms_course_id: int) -> Sequence[Row[Any]]:
    """The enrolments of a course with their progress; the columns of the latter are NULL where there is none."""
    return tx.execute(_ENROLLED, {"course": lms_course_id}).all()


def _had_data(row: Row[Any]) -> bool:
    return row.content_hash is not None and row.missing_since is None


def _people(fetched: Fetched) -> list[Participant]:
    """Students, and whoever else is in the gradebook."""
    people = {one.user: one for one in fetched.students}
    for one in fetched.gradebook:
        if one.user not in people:
            people[one.user] = Participant(one.user, one.id_number, None, one.full_name, student=True, active=True)
    return list(people.values())


def _to_adopt(people: Iterable[Participant], matching: Matching, rows: Iterable[Row[Any]]) -> int:
    here = {row.learner_id for row in rows}
    active = {one.user for one in people if one.active}
    return sum(1 for key, user in matching.user_of().items() if key not in here and user in active)


def _age(tx: Connection, due: DueCourse, to_adopt: int, now: datetime) -> None:
    """The age of the data of the whole course: one write, however many enrolments did not change."""
    statement = _GOOD if due.enrolled else _AGED
    tx.execute(statement, {"course": due.id, "now": now, "adoptable": to_adopt})


def _counts(outcome: _Outcome, enrolments: int, accounts_written: int) -> dict[str, int]:
    written = len(outcome.new) + len(outcome.updates)
    return {
        "done": 1,
        "enrolments": enrolments,
        "enrolments_changed": written,
        "enrolments_unchanged": outcome.unchanged,
        "enrolments_failed": len(outcome.found),
        "rows_written": written + accounts_written,
        "aged": 1,
    }


# ------------------------------------------------------------------------------------------------------- comparing


def _compare(
    due: DueCourse, fetched: Fetched, rows: Sequence[Row[Any]], matching: Matching, now: datetime
) -> _Outcome:
    outcome = _Outcome()
    users = matching.user_of()
    work = _Course(due, fetched, now, outcome)
    for row in rows:
        user = users.get(row.learner_id)
        if row.learner_id in matching.clashing:
            work.leave(row, "SE-23")
        elif user is not None:
            work.take(row, user)
        elif row.learner_id in matching.relink:
            work.absent(row, "SE-22")
        elif matching.linked.get(row.learner_id):
            work.absent(row, "SE-21")
        else:
            work.leave(row, "SE-20")
    return outcome


class _Course:
    """The comparison of one course under way."""

    def __init__(self, due: DueCourse, fetched: Fetched, now: datetime, outcome: _Outcome) -> None:
        self._id = due.id
        self._now = now
        self._outcome = outcome
        self._participants: Mapping[str, Participant] = {one.user: one for one in fetched.participants}
        self._grades: Mapping[str, LearnerGrades] = {one.user: one for one in fetched.gradebook}
        self._activities = {one.number: one for one in fetched.activities}
        self._counting = counting.counted(fetched.activities, fetched.gradebook)

    def leave(self, row: Row[Any], code: str, detail: str | None = None) -> None:
        """Nothing is written about this enrolment."""
        self._outcome.found.append(of_enrolment(code, self._id, row.at, detail))

    def absent(self, row: Row[Any], code: str) -> None:
        """The learner's account is not on the course."""
        self.leave(row, code)
        self._outcome.to_mark.append(row)
        if _had_data(row):
            self._outcome.absent.append(row)

    def take(self, row: Row[Any], user: str) -> None:
        """Compare what came of one learner with what is stored."""
        grades, person = self._grades.get(user), self._participants.get(user)
        if grades is not None and grades.failed is not None:
            # Nothing is known: that is neither "not on the course" nor "no grades".
            self.leave(row, str(grades.failed.value))
            return
        if grades is None:
            suspended = person is not None and not person.active
            self.leave(row, "SE-21", "Suspended, ended or not yet begun in the LMS." if suspended else None)
            self._outcome.to_mark.append(row)
        elif guards.suspect(grades, person is not None, bool(row.grade_text is not None or row.graded)):
            self.absent(row, "SE-21")
        else:
            self._take(row, grades)

    def _take(self, row: Row[Any], grades: LearnerGrades) -> None:
        reached = counting.progress(grades.rows, self._counting)
        last = counting.total(grades.rows)
        unread = len([1 for one in grades.rows if one.not_understood and one.unread and one.kind != "course"])
        if unread or (last is not None and last.grade is None and (last.unread or last.grade_text)):
            self.leave(row, "SE-25", f"Activities and columns concerned: {unread}." if unread else None)
        card = storable(report_card.packed(grades.rows, self._activities, self._counting))
        mark = report_card.fingerprint(card, f"{reached.graded}/{reached.visible}")
        if row.content_hash == mark and row.missing_since is None:
            self._outcome.unchanged += 1
            return
        values = {**_told(reached, last), "report_card": card, "content_hash": mark, "missing_since": None}
        values |= {"mark": _mark_of(row, reached, values["grade_text"]), "changed_at": self._now}
        if row.id is None:
            self._outcome.new.append({"enrolment_id": row.at, **values})
            self._outcome.owners.append(row.learner_id)
        else:
            self._outcome.updates.append((row, values, row.learner_id))


def _told(reached: Progress, last: GradeRow | None) -> dict[str, Any]:
    """Progress, and the course's total as given (LS-E14)."""
    return {
        "graded": reached.graded,
        "visible": reached.visible,
        "grade_text": cleaned(last.grade_text) if last is not None else None,
        "grade_number": last.grade if last is not None else None,
        "grade_max": last.maximum if last is not None else None,
        "percent": cleaned(last.percent) if last is not None else None,
        "letter": cleaned(last.letter) if last is not None else None,
    }


def _mark_of(row: Row[Any], reached: Progress, grade: str | None) -> str | None:
    """What somebody should look at; it stays while progress and grade do."""
    if row.grade_text is not None and grade is None:
        return "grade_gone"
    if (row.graded, row.visible, row.grade_text) == (reached.graded, reached.visible, grade):
        return None if row.mark is None else str(row.mark)
    return "fell" if row.visible and counting.fell(Progress(row.graded, row.visible), reached) else None


def _mark(outcome: _Outcome, now: datetime) -> None:
    """Note since when learners are missing; their values stay (LS-E18)."""
    for row in outcome.to_mark:
        if row.id is not None and row.missing_since is None:
            outcome.updates.append((row, {"missing_since": now}, row.learner_id))
