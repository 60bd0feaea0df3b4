"""The queue of what the LMS has to hear of: one Ready record for each change of an enrolment's course status or dates
(extract-statuses.md 1 and 2.1).

An enrolment is compared with its last record. What the gates hold back makes no record and is judged again: after
changes of enrolments or gates, and at the start of every sending.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)

from app import history
from app.access import User
from app.changes import Changes, Topic
from app.db.again import begun_anew
from app.db.among import among
from app.db.database import Database
from app.db.extract_tables import extract_record
from app.db.tables import SHOWN, course, enrolment, learner, section
from app.errors import CollisionError, DatabaseError
from app.history import Operation
from app.lms.extracts import gates, places

BATCH = 5_000
QUEUED = "extracts_queued"


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """How many records were made, by what they tell."""

    add: int = 0
    drop: int = 0
    change: int = 0
    operation_id: int | None = None

    @property
    def total(self) -> int:
        return self.add + self.drop + self.change

    @property
    def changes(self) -> Changes:
        return Changes.of(Topic.EXTRACTS) if self.total else Changes()


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An enrolment of which the LMS has to hear and does not. `gate`: one of its section fails; else its learner has
    not exactly one account."""

    enrolment_id: int
    section_id: int
    ref: str = field(repr=False)
    name: str = field(repr=False)
    section: str
    gate: bool


def judge(
    db: Database,
    user: User | None,
    *,
    sections: Collection[int] | None = None,
    enrolments: Collection[int] | None = None,
) -> QueueSummary:
    """Make a Ready record for each enrolment (of these sections, or of these) that differs from its last one, where
    the gates of its section hold and the learner has one account. It is the program that makes them, whoever the
    `user` whose change it follows; no permission is asked for."""
    made: Counter[str] = Counter()
    operation_id: int | None = None
    wanted = _wanted(sections, enrolments)
    while True:
        with db.read() as tx:  # all enrolments may be looked at: nobody waits for that
            found = list(tx.execute(wanted).scalars())
        last = len(found) < BATCH
        if found or operation_id is not None:
            operation_id, some = _queued(db, user, found, operation_id, last=last)
            made.update(some)
        if last:
            return QueueSummary(made["add"], made["drop"], made["change"], operation_id)


@begun_anew
def _queued(
    db: Database, user: User | None, found: Collection[int], operation_id: int | None, *, last: bool
) -> tuple[int | None, Counter[str]]:
    """One write: the records of these enrolments under the operation, begun with the first; what they tell."""
    made: Counter[str] = Counter()
    with db.write() as tx:
        db.alone(tx)  # of two who judge at once, one is the first
        while rows := list(tx.execute(_wanted(None, found))):  # some need two records, Add and Drop
            if operation_id is None:
                operation_id = history.begin(tx, db, user.id if user is not None else None, QUEUED).id
            operation = Operation(operation_id, db, tx)
            made.update(_write(operation, rows))
            operation.save_changes()
        if last and operation_id is not None:
            Operation(operation_id, db, tx).end(tx)
    return operation_id, made


def follow(
    db: Database,
    user: User,
    *,
    sections: Collection[int] | None = None,
    enrolments: Collection[int] | None = None,
) -> QueueSummary:
    """`judge` after a change that is saved, whatever becomes of this: what cannot be judged now, for want of a server
    say, or because others got in its way each time, is judged before the next sending."""
    try:
        return judge(db, user, sections=sections, enrolments=enrolments)
    except (CollisionError, DatabaseError):
        return QueueSummary()


def _write(operation: Operation, rows: Collection[Row[Any]]) -> list[str]:
    now, today = operation.db.now(operation.tx), date.today()
    records = [
        {
            "enrolment_id": row.id,
            "number": row.records + 1,
            "change": row.change,
            "course_status": "dropped" if row.removed_at is not None else row.status,
            "starts": row.starts,
            "ends": row.ends,
            "changed_on": row.status_on or today,
            "status": "ready",
            "status_at": now,
        }
        for row in rows
    ]
    operation.insert_for(extract_record, records, [row.learner_id for row in rows])
    counted = update(enrolment).where(enrolment.c.id == bindparam("at")).values(records=bindparam("count"))
    operation.tx.execute(counted, [{"at": row.id, "count": row.records + 1} for row in rows])
    return [row.change for row in rows]


def _wanted(sections: Collection[int] | None, enrolments: Collection[int] | None) -> Select[Any]:
    """The next enrolments that need a record, with the change it tells."""
    may, account = gates.holding().subquery("may"), gates.accounts().subquery("account")
    last = extract_record.alias("last")
    change = _change(last)
    query = (
        select(
            enrolment.c.id,
            enrolment.c.learner_id,
            enrolment.c.status,
            enrolment.c.status_on,
            enrolment.c.starts,
            enrolment.c.ends,
            enrolment.c.removed_at,
            enrolment.c.records,
            change.label("change"),
        )
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .join(may, may.c.section_id == enrolment.c.section_id)
        .join(account, and_(account.c.learner_id == enrolment.c.learner_id, account.c.vendor_id == may.c.vendor_id))
        .outerjoin(last, and_(last.c.enrolment_id == enrolment.c.id, last.c.number == enrolment.c.records))
        .where(change.is_not(None), or_(change == "drop", SHOWN))
    )
    if sections is not None:
        query = query.where(among(enrolment.c.section_id, sorted(sections)))
    if enrolments is not None:
        query = query.where(among(enrolment.c.id, sorted(enrolments)))
    return query.order_by(enrolment.c.id).limit(BATCH)


def reached(tx: Connection, enrolments: Collection[int]) -> int:
    """How many of these enrolments have gates that hold and a learner with one account: what changes of them goes to
    the LMS."""
    may, account = gates.holding().subquery("may"), gates.accounts().subquery("account")
    query = (
        select(func.count())
        .select_from(enrolment)
        .join(may, may.c.section_id == enrolment.c.section_id)
        .join(account, and_(account.c.learner_id == enrolment.c.learner_id, account.c.vendor_id == may.c.vendor_id))
        .where(among(enrolment.c.id, sorted(enrolments)))
    )
    return int(tx.execute(query).scalar_one())


def held_back(tx: Connection, enrolments: Collection[int]) -> tuple[HeldBack, ...]:
    """Those of these enrolments of which the LMS has to hear and does not, in the order of names (EX-P6, EX-P9)."""
    may, account = gates.holding().subquery("may"), gates.accounts().subquery("account")
    last = extract_record.alias("last")
    change = _change(last)
    query = (
        select(enrolment.c.id, enrolment.c.section_id, learner.c.ref, learner.c.family_name, learner.c.given_names)
        .add_columns(course.c.code, section.c.number, may.c.section_id.label("open"))
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(course, course.c.id == section.c.course_id)
        .outerjoin(may, may.c.section_id == enrolment.c.section_id)
        .outerjoin(
            account, and_(account.c.learner_id == enrolment.c.learner_id, account.c.vendor_id == may.c.vendor_id)
        )
        .outerjoin(last, and_(last.c.enrolment_id == enrolment.c.id, last.c.number == enrolment.c.records))
        .where(change.is_not(None), or_(change == "drop", SHOWN))
        .where(account.c.learner_id.is_(None), among(enrolment.c.id, sorted(enrolments)))
        .order_by(learner.c.family_fold, learner.c.given_fold, enrolment.c.id)
    )
    return tuple(
        HeldBack(
            row.id,
            row.section_id,
            row.ref,
            ", ".join(part for part in (row.family_name, row.given_names) if part),
            f"{row.code} / {row.number:02}",
            row.open is None,
        )
        for row in tx.execute(query)
    )


def _change(last: Any) -> ColumnElement[Any]:
    """What the LMS has to hear of an enrolment; NULL for nothing. Of one that was adopted the LMS knows already, and
    what was taken back before anything was sent it need never know."""
    here, dropped = enrolment.c.removed_at.is_(None), enrolment.c.status == "dropped"
    on_course = and_(here, ~dropped)
    first, adopted = enrolment.c.records == 0, enrolment.c.origin == "adopted"
    was_on_course = and_(~first, last.c.change != "drop")
    on_break, was_on_break = enrolment.c.status == "on_break", last.c.course_status == "on_break"
    differs = or_(
        and_(on_break, ~was_on_break),
        and_(~on_break, was_on_break),
        enrolment.c.starts.is_distinct_from(last.c.starts),
        enrolment.c.ends.is_distinct_from(last.c.ends),
    )
    return case(
        (and_(here, enrolment.c.status == "completed"), None),
        (and_(first, on_course, ~adopted), "add"),
        (and_(first, here, dropped, adopted), "drop"),
        (and_(first, here, on_break, adopted), "change"),
        (and_(~first, last.c.change == "drop", on_course), "add"),
        (and_(was_on_course, here, dropped), "drop"),
        (and_(was_on_course, ~here, places.was_sent()), "drop"),
        (and_(was_on_course, on_course, differs), "change"),
        else_=None,
    )


def waiting(tx: Connection) -> int:
    """How many records are Ready."""
    count = select(func.count()).select_from(extract_record).where(extract_record.c.status == "ready")
    return int(tx.execute(count).scalar_one())
