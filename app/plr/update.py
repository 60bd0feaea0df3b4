"""Update Selected: bring the college's attainments up to date with the chosen rows, one learner at a time.

One transaction per learner (a killed program leaves every learner wholly updated or untouched); one operation for
the whole run, so that it can be undone as one. The rule is `plan.plan_changes`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app import access, history
from app.access import Permission, User
from app.attainments.stored import StoredEvent, StoredRecord, stored_records
from app.changes import Changes, Topic
from app.connectors.lrs_codes import describe, may_import
from app.db.again import begun_anew
from app.db.database import Database
from app.db.tables import SHOWN, attainment, attainment_event, attainment_type, learner
from app.errors import AppError, ConflictError, InputError
from app.folding import fold
from app.plr.plan import Change, Plan, links_to_write, plan_changes, settled
from app.plr.session import EVENTS_PER_LEARNER, Answer, Asked, PlrSession
from app.plr.values import EventValues, event_values
from app.sentence import Sentence
from app.tasks import Cancelled, TaskContext

DEFAULT_TYPE = "PLR"


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A selected row that changed nothing because it could not, and why."""

    key: int
    reason: str


@dataclass(slots=True)
class UpdateSummary:
    """What became of the selected rows: `processed` is the sum of the four lists."""

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    not_applied: list[NotApplied] = field(default_factory=list)
    operation_id: int | None = None
    stopped: str = ""
    """Why the run ended early; "" when it did not."""
    cancelled: bool = False
    left: int = 0
    """Selected rows that were not looked at because the run ended early."""

    @property
    def updated(self) -> int:
        return len(self.new) + len(self.changed)

    @property
    def processed(self) -> int:
        return self.updated + len(self.unchanged) + len(self.not_applied)

    @property
    def changes(self) -> Changes:
        return Changes.of(Topic.ATTAINMENTS) if self.operation_id is not None else Changes()


def plan_answer(answer: Answer, record: StoredRecord, today: date) -> tuple[Change, ...]:
    """What Update would do with each row of an answer: the *Change* column, in `Answer.changes` form."""
    if answer.error_code or not may_import(answer.response_code):
        return (Change.CANNOT,) * answer.row_count
    if not answer.events:
        return (Change.NO_EVENTS,)
    return plan_changes(record, [event_values(event, today) for event in answer.events]).changes


def lower_rows(session: PlrSession, keys: Iterable[int]) -> int:
    """How many of the rows would get a lower grade than the one held: the question before an update."""
    return sum(1 for key in keys if (row := session.row(key)) is not None and row.change is Change.LOWER)


def update_selected(
    context: TaskContext,
    db: Database,
    user: User,
    session: PlrSession,
    keys: Sequence[int],
    *,
    lower_too: bool,
    default_type: str = DEFAULT_TYPE,
) -> UpdateSummary:
    """Carry out the plan for the rows of `keys`; `lower_too` writes grades that would go down as well.

    A cancel or failure between two learners keeps what is finished: the summary says how far it came. Raises
    AccessError or InputError before anything is written.
    """
    summary = UpdateSummary()
    by_learner: dict[int, list[int]] = {}
    keys = sorted(set(keys))  # in whatever order they were selected
    for key in keys:
        by_learner.setdefault(key // EVENTS_PER_LEARNER, []).append(key)
    with db.read() as tx:
        access.require(tx, user, Permission.PLR_UPDATE)
        type_id = _type_id(tx, default_type)
    run = _Run(db, user, session, summary, type_id, lower_too, date.today())
    try:
        for done, learner_keys in enumerate(by_learner.values()):
            context.report(done, len(by_learner))
            run.learner(learner_keys)
        if summary.operation_id is not None:
            with db.write() as tx:
                history.Operation(summary.operation_id, db, tx).end(tx)
    except Cancelled:
        summary.cancelled = True
        summary.stopped = "You stopped the update."
    except AppError as error:
        if summary.processed == 0:
            raise
        summary.stopped = error.whole
    summary.left = len(keys) - summary.processed
    return summary


def _type_id(tx: Connection, code: str) -> int:
    found = tx.execute(
        select(attainment_type.c.id).where(attainment_type.c.code == code, attainment_type.c.active)
    ).scalar()
    if found is None:
        raise InputError(
            Sentence("The Default Attainment Type “{code}” does not exist.", code=code),
            hint="Choose one under File, Settings, PLR/LRS.",
        )
    return int(found)


def _why_not(answer: Answer) -> str:
    """Why nothing of an answer can be stored; "" if its events can."""
    if answer.error_code:
        return answer.error_description or "The learner could not be asked for."
    if not may_import(answer.response_code):
        return describe(answer.response_code).meaning
    return "" if answer.events else "The LRS holds no learning event."


def _look_at(tx: Connection, asked: Asked) -> None:
    """Raise ConflictError unless the learner still is the one the service was asked about: what it answered to
    another ULN or name may be somebody else's record. On a server the row stays locked: two who update one learner at
    the same time come one after the other, and the second finds what the first wrote."""
    row = tx.execute(_LOOK, {"learner_id": asked.id}).one_or_none()
    if row is None:
        raise ConflictError("The learner was removed meanwhile.")
    if (row.uln, row.family_name, row.given_names) != (asked.uln, asked.family_name, asked.given_names):
        raise ConflictError(
            "The learner’s ULN or name was corrected since the download: press Refresh Selected first."
        )


_LOOK = (
    select(learner.c.uln, learner.c.family_name, learner.c.given_names)
    .where(learner.c.id == bindparam("learner_id"), SHOWN)
    .with_for_update()
)


@dataclass(slots=True)
class _Run:
    db: Database
    user: User
    session: PlrSession
    summary: UpdateSummary
    type_id: int
    lower_too: bool
    today: date

    def learner(self, keys: list[int]) -> None:
        """One learner: one transaction, then what the window shows of them anew."""
        asked, answer = self.session.learner_at(keys[0]) or (None, None)
        if asked is None or answer is None:
            self._refuse(keys, "The learner is being asked for at the moment.")
            return
        there = [key for key in keys if key % EVENTS_PER_LEARNER < answer.row_count]
        self._refuse([key for key in keys if key not in there], "The LRS holds this record no longer.")
        if reason := _why_not(answer):
            self._refuse(there, reason)
            return
        chosen = [event_values(answer.events[key % EVENTS_PER_LEARNER], self.today) for key in there]
        try:
            operation_id, plan, after = self._written(asked, answer, chosen)
        except ConflictError as error:
            self._refuse(there, error.whole)
            return
        # Counted only now: what was rolled back was not done.
        self.summary.operation_id = operation_id
        self._count(there, plan)
        self.session.set_changes({asked.id: after}, {asked.id: answer})

    @begun_anew
    def _written(
        self, asked: Asked, answer: Answer, chosen: Sequence[EventValues]
    ) -> tuple[int | None, Plan, tuple[Change, ...]]:
        """The write by itself: it changes nothing of the run. The operation, what was done, how each row stands."""
        with self.db.write() as tx:
            _look_at(tx, asked)
            record = stored_records(tx, [asked.id])[asked.id]
            plan = plan_changes(record, chosen)
            operation_id = self._carry_out(tx, asked.id, record, plan)
            if len(chosen) == len(answer.events):
                after = settled(plan, lower_too=self.lower_too)
            else:
                after = plan_answer(answer, stored_records(tx, [asked.id])[asked.id], self.today)
        return operation_id, plan, after

    def _refuse(self, keys: list[int], reason: str) -> None:
        self.summary.not_applied += [NotApplied(key, reason) for key in keys]

    def _wanted(self, change: Change) -> bool:
        return change in (Change.NEW, Change.CHANGED) or (change is Change.LOWER and self.lower_too)

    def _carry_out(self, tx: Connection, learner_id: int, record: StoredRecord, plan: Plan) -> int | None:
        written = [target for target in plan.targets if self._wanted(target.change)]
        left = {id(target) for target in plan.targets if target.change is Change.LOWER and not self.lower_too}
        places = [place for place, target in enumerate(plan.target_of) if target and id(target) not in left]
        links = links_to_write(record.events, plan, places)
        if not written and not links:
            return self.summary.operation_id
        if self.summary.operation_id is None:
            operation = history.begin(tx, self.db, self.user.id, "plr_update")
        else:
            operation = history.Operation(self.summary.operation_id, self.db, tx)
        made = [target for target in written if target.stored is None]
        ids = operation.insert_many(
            attainment, [self._values(learner_id, plan, target.best) for target in made], learner_id
        )
        id_of = {id(target): key for target, key in zip(made, ids, strict=True)}
        operation.update_many(
            attainment,
            (
                (target.stored, _with_fold(target.writes), learner_id)
                for target in written
                if target.stored is not None
            ),
        )
        self._write_links(operation, learner_id, plan, links, id_of)
        operation.save_changes()
        return operation.id

    @staticmethod
    def _write_links(
        operation: history.Operation,
        learner_id: int,
        plan: Plan,
        links: list[tuple[int, StoredEvent | None]],
        id_of: dict[int, int],
    ) -> None:
        """Note which events stand behind which attainment; `id_of` has the new ones by the id of their target."""
        new_links, moved = [], {}
        for place, held in links:
            event, owner = plan.values[place], plan.target_of[place]
            assert owner is not None
            link = {
                "learner_id": learner_id,
                "event_id": event.event_id,
                "attainment_id": id_of[id(owner)] if owner.stored is None else owner.stored.id,
                "source": event.source,
                "date_loaded": event.date_loaded,
            }
            if held is None:
                new_links.append(link)
            else:
                moved[held.row_id] = link
        operation.insert_many(attainment_event, new_links, learner_id)
        if moved:
            rows = operation.tx.execute(select(attainment_event).where(attainment_event.c.id.in_(moved))).all()
            operation.update_many(attainment_event, ((row, moved[row.id], learner_id) for row in rows))

    def _values(self, learner_id: int, plan: Plan, place: int) -> dict[str, Any]:
        event = plan.values[place]
        return {
            "learner_id": learner_id,
            "type_id": self.type_id,
            "subject_code": event.subject_code,
            "subject_key": event.key,
            "subject_fold": fold(event.values["subject"]),
            "origin": "lrs",
            **event.values,
        }

    def _count(self, keys: list[int], plan: Plan) -> None:
        for key, change, event in zip(keys, plan.changes, plan.values, strict=True):
            if change is Change.CANNOT:
                reason = event.why_not or "Another record of the answer has the same event ID."
                self.summary.not_applied.append(NotApplied(key, reason))
            elif change is Change.LOWER and not self.lower_too:
                reason = "The grade is lower than the one you hold and was left as it is."
                self.summary.not_applied.append(NotApplied(key, reason))
            elif change is Change.NEW:
                self.summary.new.append(key)
            elif change in (Change.CHANGED, Change.LOWER):
                self.summary.changed.append(key)
            else:
                self.summary.unchanged.append(key)


def _with_fold(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "subject_fold": fold(values["subject"])} if "subject" in values else values


def undo_update(db: Database, user: User, operation_id: int) -> history.UndoSummary:
    """Take back a whole update, as far as nothing changed since. Raises AccessError, InputError, DatabaseError."""
    return history.undo(db, user.id, operation_id)
