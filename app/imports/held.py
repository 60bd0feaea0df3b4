"""Held records: rows that wait for their learner, what would become of them, and how they attach
(course-record-import.md 2, 5.3 and 9).

They attach when somebody presses *Match Held Records*, or when a learner of that id or e-mail address is added or
edited; then only what was acknowledged for their file counts, for nobody is asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from app import access, history
from app.access import Permission, User
from app.changes import Changes, Topic
from app.db.among import among
from app.db.database import Database
from app.db.tables import change, file_job, file_row, learner, reporter
from app.errors import ConflictError
from app.folding import fold
from app.history import Operation, UndoSummary, batched
from app.imports import apply, facts, foresee, stored
from app.imports.applying import Around
from app.imports.foresee import Case, Circumstances
from app.imports.judging import Judged, Seen
from app.imports.recording import Recorder
from app.imports.rules import GOOD, Finding, Outcome, Severity
from app.imports.standing import NOTHING, Standing
from app.imports.stored import facts_of
from app.imports.withdrawing import MATCHED
from app.json_text import decoded
from app.tasks import TaskContext

_SOME = 1_000
_TRIES = 3


@dataclass(frozen=True, slots=True)
class HeldForecast:
    """What would become of one held row now, or, where its learner is still unknown, as soon as they appear."""

    row_id: int
    learner_id: int | None
    """The learner who matches now."""
    outcome: Outcome
    completes: bool
    """Whether the learner would be complete at once."""
    credit: tuple[tuple[str, int], ...]
    """Types and amounts (in hundredths) that they would be given at once."""
    reports: tuple[tuple[str, date], ...]
    """Outside bodies to which that would go, and by when."""
    needs: frozenset[str]
    """The rules that have to be acknowledged first."""
    why_not: str = ""
    """Why it cannot attach, in a sentence."""

    @property
    def at_once(self) -> bool:
        """Whether it would complete and award credit at once: what should be looked at before."""
        return self.completes and bool(self.credit)


@dataclass(frozen=True, slots=True)
class Matched:
    """What matching did. `waiting`: rows whose learner is still unknown; `left`: rows whose learner is known and
    which did not attach, by their id, with the reason."""

    attached: int
    waiting: int
    left: Mapping[int, str] = field(default_factory=dict)
    operation_id: int | None = None

    @property
    def changes(self) -> Changes:
        return Changes.of(Topic.ENROLMENTS, Topic.CREDIT) if self.attached else Changes()


# -------------------------------------------------------------------------------------------------------- forecast


def forecast(tx: Connection, row_ids: Iterable[int]) -> dict[int, HeldForecast]:
    """What would become of these rows, those of them that are held."""
    found: dict[int, HeldForecast] = {}
    bodies = {row.name: row.deadline_days for row in tx.execute(select(reporter.c.name, reporter.c.deadline_days))}
    for some in batched(sorted(set(row_ids)), _SOME):
        for around, rows in _by_job(tx, among(file_row.c.id, some)):
            judge = around.judge(tx, assign=True)
            seen = judge.look(tx, _reads(around, rows))
            there = judge.standings(tx, seen)
            for row, one in zip(rows, seen, strict=True):
                judged = judge.judge([one], {}, there)[0]
                found[row.id] = _forecast(row.id, around, judged, there, bodies)
    return found


def _forecast(
    row_id: int, around: Around, judged: Judged, there: Mapping[tuple[int, int], Standing], bodies: Mapping[str, int]
) -> HeldForecast:
    seen = judged.seen
    before, after, findings = NOTHING, judged.after, judged.findings
    outcome, needs = judged.forecast.outcome, judged.forecast.needs
    if seen.key is not None:
        before = there.get(seen.key, NOTHING)
    elif outcome is Outcome.HELD:
        outcome, needs, after = _appearing(around, seen)
    why = next((one.message for one in findings if one.weight is Severity.ERROR), "")
    given = {code: one for code, one in after.credit.items() if code not in before.credit}
    enrolled = after.enrolled
    completes = bool(enrolled and enrolled.complete and not (before.enrolled and before.enrolled.complete))
    own = {one.credit_type for one in seen.read.records if one.credits is not None}
    due = []
    for code, one in given.items():
        told = seen.course.credit[code].bodies if seen.course is not None and code not in own else ()
        day = one.awarded_on or around.today
        due += [(body, day + timedelta(days=bodies[body])) for body in told if body in bodies]
    credit = tuple((code, one.amount) for code, one in given.items())
    if outcome not in GOOD:
        completes, credit, due = False, (), []
    return HeldForecast(row_id, seen.whose.id, outcome, completes, credit, tuple(due), needs, why)


def _appearing(around: Around, seen: Seen) -> tuple[Outcome, frozenset[str], Standing]:
    """What the row does to a learner who appears, of whom nothing is known yet."""
    circumstances = Circumstances(around.today, True, (), frozenset(around.types))
    now, needs, outcome = NOTHING, frozenset[str](), Outcome.HELD
    for record in seen.read.records:
        step = foresee.step(Case(record, 0, seen.course, {}), now, circumstances)
        if step.outcome not in GOOD:
            return Outcome.ERROR, frozenset(), NOTHING
        now, needs = step.after, needs | step.needs
        outcome = step.outcome if outcome is Outcome.HELD else outcome
    return outcome, needs | ({"CR-26"} if seen.course is None else frozenset()), now


def _by_job(tx: Connection, which: ColumnElement[bool], *, lock: bool = False) -> list[tuple[Around, list[Row[Any]]]]:
    """Held rows with what their jobs were asked, job by job in the order of the files."""
    query = select(file_row).where(which, file_row.c.held == "held").order_by(file_row.c.job_id, file_row.c.number)
    by_job: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in tx.execute(query.with_for_update() if lock else query):
        by_job[row.job_id].append(row)
    if not by_job:
        return []
    types, today = facts.types(tx), date.today()
    options = select(file_job.c.id, file_job.c.options).where(among(file_job.c.id, sorted(by_job)))
    kept = {row.id: decoded(row.options) for row in tx.execute(options)}
    return [
        (Around(facts_of(kept[one]), frozenset(kept[one].get("acknowledged", ())), types, today), rows)
        for one, rows in by_job.items()
    ]


def _reads(around: Around, rows: Sequence[Row[Any]]) -> list[Any]:
    reader = around.reader
    return [reader.read(row.number, *stored.unpacked_cells(row.cells)) for row in rows]


# --------------------------------------------------------------------------------------------------------- matching


def match(
    context: TaskContext,
    db: Database,
    user: User,
    row_ids: Collection[int] | None = None,
    acknowledged: frozenset[str] = frozenset(),
) -> Matched:
    """*Match Held Records*: attach these rows, or all, whose learner is known now. A row that needs a confirmation
    which neither its file nor this call acknowledges stays.

    In batches under one operation, so a cancel keeps what is finished. Raises AccessError, Cancelled.
    """
    with db.read(context) as tx:
        access.require(tx, user, Permission.IMPORT_RECORDS)
        query = select(file_row.c.id).where(file_row.c.held == "held").order_by(file_row.c.id)
        wanted = None if row_ids is None else set(row_ids)
        ids = [one for one in tx.execute(query).scalars() if wanted is None or one in wanted]
    return _attach(context, db, user, ids, acknowledged)


def attach_of(db: Database, user: User, learner_ids: Collection[int]) -> Matched:
    """Learners were added or edited: attach the rows that wait for them, as far as it was acknowledged when their
    files were imported. It is the program that does it, whoever the `user`: no permission is asked for."""
    with db.read() as tx:
        ids = _waiting_for(tx, learner_ids)
    return _attach(TaskContext(), db, user, ids, frozenset())


def attach_known(context: TaskContext, db: Database, user: User) -> Matched:
    """Learners were loaded: as `attach_of`, for whoever is known now."""
    with db.read(context) as tx:
        ids = list(tx.execute(select(file_row.c.id).where(file_row.c.held == "held")).scalars())
    return _attach(context, db, user, ids, frozenset())


def undo_match(db: Database, user: User, operation_id: int) -> UndoSummary:
    """Take a *Match Held Records* back: its rows are held again. Raises as `history.undo`."""
    noted = (change.c.operation_id == operation_id) & (change.c.table_name == file_row.name)

    def count(tx: Connection) -> None:
        rows = select(file_row.c.job_id).where(file_row.c.id.in_(select(change.c.row_id).where(noted))).distinct()
        apply.count_again(tx, tx.execute(rows).scalars().all())

    return history.undo(db, user.id, operation_id, then=count)


def _waiting_for(tx: Connection, learner_ids: Collection[int]) -> list[int]:
    found: set[int] = set()
    columns = (learner.c.id, learner.c.ref_fold, learner.c.uln, learner.c.email_fold)
    for some in batched(sorted(learner_ids), _SOME):
        people = tx.execute(select(*columns).where(among(learner.c.id, some))).all()
        users = {text for row in people for text in (row.ref_fold, fold(row.uln)) if text}
        mails = {row.email_fold for row in people if row.email_fold}
        which = or_(
            among(file_row.c.held_user, users),
            among(file_row.c.held_email, mails),
            among(file_row.c.learner_id, some),
        )
        found |= set(tx.execute(select(file_row.c.id).where(file_row.c.held == "held", which)).scalars())
    return sorted(found)


def _attach(
    context: TaskContext, db: Database, user: User, ids: Sequence[int], acknowledged: frozenset[str]
) -> Matched:
    attached, waiting, left = 0, 0, dict[int, str]()
    operation_id: int | None = None
    done = 0
    for some in batched(ids, _SOME):
        context.report(done, len(ids), "Matching held records")
        done += len(some)
        last = done == len(ids)
        batch, operation_id = _tried(db, user, some, acknowledged, operation_id, last=last)
        attached, waiting = attached + batch.attached, waiting + batch.waiting
        left |= batch.left
    return Matched(attached, waiting, left, operation_id)


def _tried(
    db: Database,
    user: User,
    ids: Sequence[int],
    acknowledged: frozenset[str],
    operation_id: int | None,
    *,
    last: bool,
) -> tuple[Matched, int | None]:
    """One batch; the last one ends the operation. Again if somebody else changed something in this very moment."""
    for left in reversed(range(_TRIES)):
        try:
            with db.write() as tx:
                return _Attaching(db, tx, user, acknowledged, operation_id).run(ids, last=last)
        except ConflictError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


class _Attaching:
    """One batch of held rows, inside its transaction."""

    def __init__(
        self, db: Database, tx: Connection, user: User, acknowledged: frozenset[str], operation_id: int | None
    ) -> None:
        self._db, self._tx, self._user = db, tx, user
        self._acknowledged, self._operation_id = acknowledged, operation_id
        self._waiting = 0
        self._left: dict[int, str] = {}
        self._ended: list[tuple[Row[Any], dict[str, Any], int | None]] = []

    def run(self, ids: Sequence[int], *, last: bool) -> tuple[Matched, int | None]:
        for around, rows in _by_job(self._tx, among(file_row.c.id, ids), lock=True):
            self._of_job(around, rows)
        if self._ended:
            operation = self._operation()
            operation.update_many(file_row, self._ended)
            operation.save_changes()
            apply.count_again(self._tx, {row.job_id for row, _, _ in self._ended})
        if last and self._operation_id is not None:
            self._operation().end(self._tx)
        return Matched(len(self._ended), self._waiting, self._left), self._operation_id

    def _operation(self) -> Operation:
        if self._operation_id is None:
            self._operation_id = history.begin(self._tx, self._db, self._user.id, MATCHED).id
        return Operation(self._operation_id, self._db, self._tx)

    def _of_job(self, around: Around, rows: Sequence[Row[Any]]) -> None:
        judge = around.judge(self._tx, assign=True)
        seen = judge.look(self._tx, _reads(around, rows))
        known = [
            (row, one) for row, one in zip(rows, seen, strict=True) if one.whose.id is not None or one.whose.several
        ]
        self._waiting += len(rows) - len(known)
        if not known:
            return
        there = judge.standings(self._tx, seen)
        given = around.acknowledged | self._acknowledged
        given = given | {"CR-34"} if "CR-33" in given else given
        recorder: Recorder | None = None
        for row, one in known:
            before = there.get(one.key, NOTHING) if one.key is not None else NOTHING
            judged = judge.judge([one], {}, there)[0]
            outcome = judged.forecast.under(given)
            if outcome in (Outcome.ERROR, Outcome.REFUSED) or one.key is None:
                self._left[row.id] = _why(judged.findings, outcome)
                continue
            if outcome in GOOD:
                recorder = recorder or Recorder(self._operation(), around.types, around.today)
                recorder.note(row.id, judged, before)
                there[one.key] = judged.after
            self._note(row, one, outcome)
        if recorder is not None:
            recorder.write()

    def _note(self, row: Row[Any], one: Seen, outcome: Outcome) -> None:
        values = {"held": "attached", "outcome": outcome.value, "learner_id": one.whose.id}
        if one.course is not None:
            values["course_id"] = one.course.id
        self._ended.append((row, values | {"held_user": None, "held_email": None}, one.whose.id))


def _why(findings: Sequence[Finding], outcome: Outcome) -> str:
    """Why a row whose learner is known did not attach."""
    weight = Severity.ERROR if outcome is Outcome.ERROR else Severity.CONFIRM
    return next((one.message for one in findings if one.weight is weight), "There is no such course any more.")
