"""How the connection to the LMS stands, and when that is worth a notice (lms-sync.md 5). The rule is pure."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, func, select, update

from app.db.database import Database
from app.db.tables import hold, setting, sync_error, sync_run
from app.lms import settings
from app.lms.errors import Cause, Level, cause
from app.lms.errors_list import INFORMATION, is_quiet
from app.lms.runs_list import RETRY
from app.lms.settings import Kind, Plan

GOOD = ("finished", "messages", "held")
"""Runs that ended so have got what they asked for: everything, unless a *Retry* asked about some courses only."""
DOWN_AFTER = timedelta(minutes=30)


class State(StrEnum):
    """How one kind of synchronisation stands. The words are what the user reads."""

    HEALTHY = "Healthy"
    LATE = "Late"
    DEGRADED = "With errors"
    FAILING = "Failing"
    DOWN = "Down"
    HELD = "Waiting for a decision"
    PAUSED = "Paused"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the state follows from. `failed_by`: the code of the connection error with which the last run ended;
    `failing_since`: when the first of the failed runs in a row began."""

    plan: Plan
    last_success: datetime | None = None
    last_took: timedelta = timedelta()
    failed_by: str | None = None
    failing_since: datetime | None = None
    errors: int = 0
    """Courses and enrolments with an error that is no mere information."""
    held: bool = False

    @property
    def interval(self) -> timedelta:
        return timedelta(minutes=self.plan.interval)


def state(now: datetime, today: date, facts: Facts) -> State:
    """Pure: the state at a moment. `today` is the college's day, for the pause."""
    if facts.plan.paused(today):
        return State.PAUSED
    if facts.failed_by is not None:
        since = facts.last_success or facts.failing_since or now
        return State.DOWN if now - since > max(DOWN_AFTER, facts.interval) else State.FAILING
    if facts.held:
        return State.HELD
    if facts.errors:
        return State.DEGRADED
    if facts.last_success is None or now - facts.last_success > facts.interval + facts.last_took:
        return State.LATE
    return State.HEALTHY


@dataclass(frozen=True, slots=True)
class Standing:
    """How one kind stands, for the pages. `as_of`: when its data were last complete."""

    kind: Kind
    state: State
    facts: Facts
    as_of: datetime | None
    cause: Cause | None
    """Why it fails, with what to do."""


def read(db: Database, tx: Connection, kind: Kind, today: date | None = None) -> Standing:
    """How one kind stands now, by the database's clock."""
    facts = _facts(db, tx, kind)
    found = state(db.now(tx), today or date.today(), facts)
    return Standing(kind, found, facts, facts.last_success, cause(facts.failed_by) if facts.failed_by else None)


def _facts(db: Database, tx: Connection, kind: Kind) -> Facts:
    here = sync_run.c.kind == kind.value
    ended = select(sync_run).where(here, sync_run.c.state.in_((*GOOD, "failed"))).order_by(sync_run.c.id.desc())
    last = tx.execute(ended.limit(1)).one_or_none()
    whole = ended.where(sync_run.c.state.in_(GOOD), sync_run.c.trigger != RETRY)
    good = tx.execute(whole.limit(1)).one_or_none()
    failed = sync_run.c.failed_by.is_not(None) & (sync_run.c.id > (good.id if good is not None else 0))
    since = tx.execute(select(func.min(sync_run.c.started_at)).where(here, failed)).scalar()
    open_errors = (
        select(func.count(sync_error.c.id))
        .where(sync_error.c.open_key.startswith(f"{kind.value}/"), sync_error.c.level != Level.CONNECTION.value)
        .where(sync_error.c.code.not_in(INFORMATION), ~is_quiet(db.now(tx), date.today()))
    )
    holds = select(func.count(hold.c.id)).where(hold.c.decided_at.is_(None), hold.c.kind == _HOLDS[kind])
    return Facts(
        plan=settings.read(tx).of(kind),
        last_success=good.ended_at if good is not None else None,
        last_took=good.ended_at - good.started_at if good is not None else timedelta(),
        failed_by=last.failed_by if last is not None else None,
        failing_since=since,
        errors=tx.execute(open_errors).scalar_one(),
        held=tx.execute(holds).scalar_one() > 0,
    )


_HOLDS = {Kind.COURSES: "courses", Kind.ENROLMENTS: "roster"}

# --------------------------------------------------------------------------------------------------------- notices


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told once (LS-N2): that the connection went down, or that it is there again."""

    kind: Kind
    down: bool
    since: datetime
    """Of the last complete data, or of the first failure where there never were any."""
    lasted: timedelta
    runs_missed: int
    cause: Cause | None
    contact: str


def take_notice(db: Database, kind: Kind, today: date | None = None) -> Notice | None:
    """The notice that is due now, if any; whoever asks first tells it, on one computer, once. None while the error
    is snoozed or accepted (SE-R6)."""
    key = f"lms.down.{kind.value}"
    with db.read() as tx:
        standing = read(db, tx, kind, today)
        held = tx.execute(select(setting.c.value).where(setting.c.key == key)).scalar()
        quiet = _is_quiet(db, tx, kind)
    recovered = _complete_since(standing.facts, held)
    goes_down = standing.state is State.DOWN and held is None and not quiet
    if not goes_down and not recovered:
        return None
    with db.write() as tx:
        settings.row_of(db, tx, key)
        now = db.now(tx)
        contact = settings.read(tx).contact
        if goes_down:
            since = standing.facts.last_success or standing.facts.failing_since or now
            told = json.dumps({"since": since.isoformat()})
            claim = update(setting).where(setting.c.key == key, setting.c.value.is_(None)).values(value=told)
            if tx.execute(claim).rowcount != 1:
                return None
            missed = _failed_since(tx, kind, since)
            return Notice(kind, True, since, now - since, missed, standing.cause, contact)
        claim = update(setting).where(setting.c.key == key, setting.c.value == held).values(value=None)
        if held is None or tx.execute(claim).rowcount != 1:
            return None
        since = datetime.fromisoformat(json.loads(held)["since"])
        until = standing.facts.last_success or now
        return Notice(kind, False, since, until - since, _failed_since(tx, kind, since), None, contact)


def _complete_since(facts: Facts, held: str | None) -> bool:
    """Whether everything was fetched after the connection was told to be down; a *Retry* is not everything."""
    if held is None or facts.failed_by is not None or facts.last_success is None:
        return False
    return facts.last_success > datetime.fromisoformat(json.loads(held)["since"])


def _is_quiet(db: Database, tx: Connection, kind: Kind) -> bool:
    query = select(func.count(sync_error.c.id)).where(
        sync_error.c.open_key.startswith(f"{kind.value}/"),
        sync_error.c.level == Level.CONNECTION.value,
        is_quiet(db.now(tx), date.today()),
    )
    return tx.execute(query).scalar_one() > 0


def _failed_since(tx: Connection, kind: Kind, since: datetime) -> int:
    query = select(func.count(sync_run.c.id)).where(
        sync_run.c.kind == kind.value, sync_run.c.failed_by.is_not(None), sync_run.c.started_at >= since
    )
    return int(tx.execute(query).scalar_one())
