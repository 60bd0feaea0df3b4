"""One batch of rows applied: each judged again by what is there now, and everything written set by set, with the
outcome of every row.

A row does what was shown of it or less, never more: a confirmation that the dry run did not ask for this row counts
as not given, and a row that would have done nothing then does nothing now.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from app.db.among import among
from app.db.tables import file_row
from app.errors import InputError
from app.folding import cleaned, fold_code
from app.history import Operation
from app.imports import facts, matching, recording, stored
from app.imports.across import Beside
from app.imports.columns import Column
from app.imports.facts import CourseFacts, TypeFacts
from app.imports.forecast import BETWEEN
from app.imports.foresee import Circumstances
from app.imports.judging import Judge, Judged, Seen
from app.imports.reading import RowReader
from app.imports.record import Read
from app.imports.recording import Recorder
from app.imports.rules import GOOD, Finding, Outcome
from app.imports.standing import NOTHING
from app.imports.stored import JobFacts, StoredRow
from app.sentence import Sentence

NOT_SHOWN = Finding(
    "CR-42",
    "The dry run found nothing to do for this row, and now there is something. Import the file again to see what.",
)
"""What was there at the dry run is gone: nobody was shown what the row would do now."""


@dataclass(frozen=True, slots=True)
class Around:
    """What all rows of a job have in common while they are applied. `types`: all credit types, as they are now."""

    facts: JobFacts
    acknowledged: frozenset[str]
    types: Mapping[str, TypeFacts]
    today: date
    counted: Mapping[int, int] = field(default_factory=dict)
    """With the repair of CR-38: for rows with a category, by number, the first row of their learner that has one."""

    @property
    def reader(self) -> RowReader:
        """Reads stored rows by the types of now."""
        asked = replace(self.facts.asked, types=frozenset(self.types), today=self.today)
        return RowReader(self.facts.columns, asked)

    def judge(self, tx: Connection, *, assign: bool | None = None) -> Judge:
        """Judges by what is there now. Raises InputError if the course of the job is gone."""
        only = None
        if self.facts.course_id is not None:
            only = facts.of_ids(tx, [self.facts.course_id]).get(self.facts.course_id)
            if only is None:
                words = Sentence("The course {course} is no longer there.", course=self.facts.asked.course)
                raise InputError(words, hint="Start a new import into a course that is.")
        given = tuple(code for code, one in self.types.items() if one.active)
        wanted = self.facts.assign if assign is None else assign
        around = Circumstances(self.today, wanted, given, frozenset(self.types))
        judge = Judge(tx, self.facts.asked.importer, only, around)
        judge.leave_out_categories = self.facts.asked.repairs.has("CR-38")
        return judge


@dataclass(slots=True)
class Ended:
    """What became of one row."""

    row: StoredRow
    outcome: Outcome
    judged: Judged | None = None
    """None where it was not judged again: what is wrong with the row is wrong whatever is there."""
    finding: Finding | None = None
    held: tuple[str | None, str | None] | None = None
    """Whom a held row waits for: id and e-mail address, folded."""


def apply_batch(tx: Connection, operation: Operation, around: Around, rows: Sequence[Row[Any]]) -> Counter[Outcome]:
    """Apply these rows of `file_row`, in the order of the file. Returns how many ended how."""
    kept = [stored.row_of(row) for row in rows]
    reader, judge = around.reader, around.judge(tx)
    judge.hold_once = True
    again = [one for one in kept if one.forecast.may_do or one.forecast.outcome is Outcome.SKIPPED_EXISTING]
    seen = judge.look(tx, [_read(reader, one) for one in again])
    judging = dict(zip((one.id for one in again), seen, strict=True))
    _make_shells(operation, around, judge, [(one, judging[one.id]) for one in again])
    there = judge.standings(tx, seen)
    recorder = Recorder(operation, around.types, around.today)
    ended = []
    for one in kept:
        if one.id not in judging:
            ended.append(Ended(one, foreseen(one, around)))
            continue
        look = judging[one.id]
        before = there.get(look.key, NOTHING) if look.key is not None else NOTHING
        judged = judge.judge([look], _beside(around, one.number), there)[0]
        ended.append(_outcome(one, judged, around))
        if ended[-1].outcome in GOOD and ended[-1].held is None:
            recorder.note(one.id, judged, before)
            assert look.key is not None
            there[look.key] = judged.after
    recorder.write()
    _note(tx, ended, around)
    return Counter(one.outcome for one in ended)


def _read(reader: RowReader, one: StoredRow) -> Read:
    return reader.read(one.number, one.line, one.cells)


def foreseen(one: StoredRow, around: Around) -> Outcome:
    """What the dry run foresaw of a row, under what was acknowledged."""
    return one.forecast.under(around.acknowledged, around.facts.whole)


def _beside(around: Around, number: int) -> dict[int, Beside]:
    first = around.counted.get(number)
    return {} if first is None else {number: Beside(counted=first)}


def _outcome(one: StoredRow, judged: Judged, around: Around) -> Ended:
    outcome = judged.forecast.under(_allowed(one, around), around.facts.whole)
    if outcome in GOOD and not one.forecast.may_do:
        return Ended(one, Outcome.ERROR, judged, NOT_SHOWN)
    if outcome is not Outcome.HELD:
        return Ended(one, outcome, judged)
    return Ended(one, outcome, judged, held=matching.waits_for(judged.seen.read.records[0]))


def _allowed(one: StoredRow, around: Around) -> frozenset[str]:
    """The confirmations that were asked for because of this row, and given."""
    shown = one.forecast.needs | around.facts.whole
    if one.forecast.answers is not None:
        shown |= set(BETWEEN)
    given = around.acknowledged & shown
    # Who was told that an unknown learner is completed and credited on appearing was told so of one who has appeared.
    return given | {"CR-34"} if "CR-33" in given else given


# --------------------------------------------------------------------------------------------------------- shells


def _make_shells(operation: Operation, around: Around, judge: Judge, rows: Sequence[tuple[StoredRow, Seen]]) -> None:
    """One imported shell for each course that nobody knew, if a row of it is applied or held (CR-26)."""
    new = [(one, look) for one, look in rows if look.course is None and look.read.records]
    wanted: dict[str, tuple[str, str]] = {}
    for one, look in new:
        record = look.read.records[0]
        if not record.course or Column.COURSE in record.broken or fold_code(record.course) in wanted:
            continue
        judged = judge.judge([look], _beside(around, one.number), {})[0]
        if _outcome(one, judged, around).outcome in GOOD:
            wanted[fold_code(record.course)] = (record.course, cleaned(record.title) or record.course)
    if not wanted:
        return
    ids = recording.shells(operation, wanted)
    made = {
        folded: CourseFacts(key, code, title, facts.SHELL, None)
        for key, (folded, (code, title)) in zip(ids, wanted.items(), strict=True)
    }
    for _, look in new:
        look.course = made.get(fold_code(look.read.records[0].course))


# -------------------------------------------------------------------------------------------------- what is noted


def _note(tx: Connection, ended: Sequence[Ended], around: Around) -> None:
    """The outcome of every row beside what was foreseen; a surprise with what was found now."""
    plain: dict[Outcome, list[int]] = {}
    more: list[dict[str, Any]] = []
    for one in ended:
        predicted = foreseen(one.row, around)
        changed = _changed(one, predicted)
        if changed is None:
            plain.setdefault(one.outcome, []).append(one.row.id)
        else:
            more.append({"at": one.row.id, "to_outcome": one.outcome.value, **changed})
    for outcome, ids in plain.items():
        tx.execute(update(file_row).where(among(file_row.c.id, ids)).values(outcome=outcome.value))
    if more:
        tx.execute(_WITH_MORE, more)


_NAMES = ("predicted", "learner_id", "course_id", "findings", "held", "held_user", "held_email")
_WITH_MORE = (
    update(file_row)
    .where(file_row.c.id == bindparam("at"))
    .values(outcome=bindparam("to_outcome"), **{name: bindparam(f"to_{name}") for name in _NAMES})
)


def _changed(one: Ended, predicted: Outcome) -> dict[str, Any] | None:
    """The other columns of a row that differ from what the dry run wrote; None where none does."""
    row, judged = one.row, one.judged
    learner_id, course_id = row.learner_id, row.course_id
    if judged is not None:
        learner_id = judged.seen.whose.id
        course_id = judged.seen.course.id if judged.seen.course is not None else None
    same = (learner_id, course_id) == (row.learner_id, row.course_id) and one.held is None
    if same and predicted is one.outcome is row.forecast.outcome:
        return None
    findings = stored.packed_findings(_findings(one, predicted), row.forecast)
    user, email = one.held or (None, None)
    values = (predicted.value, learner_id, course_id, findings, "no" if one.held is None else "held", user, email)
    return {f"to_{name}": value for name, value in zip(_NAMES, values, strict=True)}


def _findings(one: Ended, predicted: Outcome) -> Sequence[Finding]:
    if one.outcome is predicted or one.judged is None:
        return one.row.findings
    return [*one.judged.findings, *([one.finding] if one.finding is not None else [])]


def rows_after(tx: Connection, job_id: int, number: int, most: int) -> Sequence[Row[Any]]:
    """The next rows of a job, in the order of the file."""
    query = select(file_row).where(file_row.c.job_id == job_id, file_row.c.number > number)
    return tx.execute(query.order_by(file_row.c.number).limit(most)).all()
