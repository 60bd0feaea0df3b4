"""When the next run is due: a pure rule, and the object that a program asks once a minute (LS-S1 to S5, LS-N1).

Durations are measured on a steady clock: it goes on while the computer sleeps, and no change of the wall clock and
no daylight saving moves it. What other programs did is told by the database in moments of its own clock; how long ago
that was is taken over once, when it is first seen.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import Random

from sqlalchemy import Connection, select

from app.db.database import Database
from app.db.tables import sync_run
from app.lms import settings
from app.lms.connection import GOOD
from app.lms.errors import cause
from app.lms.runs_list import RETRY
from app.lms.settings import Kind, Plan, SyncSettings

RETRIES = (1, 2, 5, 10)
"""Minutes after the first, second … failure; then the interval (LS-N1)."""
START_DELAY = 60.0
"""Seconds within which a program that has just started waits with its first run, by chance (LS-S5)."""
MOST_SPREAD = 1.25


def steady() -> float:
    """Seconds on a clock that goes on in sleep and that nobody sets."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of the runs of a kind, in seconds of the steady clock."""

    succeeded: float | None = None
    tried: float | None = None
    """When the last of the failed runs in a row ended."""
    failures: int = 0
    hopeless: bool = False
    """The last failure is of a sort that trying again does not mend."""
    skipped: float | None = None
    """When a run that was due could not take place, because another was under way (LS-S3)."""


def next_at(plan: Plan, seen: Seen, today: date, begin: float, spread: float = 1.0) -> float | None:
    """Pure: when a kind is due, in seconds of the steady clock; None while it is off or paused. `begin`: before that
    nothing is due; `spread`: by which pauses after failures are drawn out, 1 to 1.25."""
    if not plan.on or plan.paused(today):
        return None
    interval = plan.interval * 60.0
    due = begin
    if seen.succeeded is not None:
        due = seen.succeeded + interval
    if seen.failures and seen.tried is not None:
        pause = interval
        if not seen.hopeless and seen.failures <= len(RETRIES):
            pause = min(interval, RETRIES[seen.failures - 1] * 60.0 * spread)
        due = seen.tried + pause
    if seen.skipped is not None:
        due = max(due, seen.skipped + interval)
    return max(begin, due)


def due(
    now: float,
    today: date,
    plans: SyncSettings,
    seen: Mapping[Kind, Seen],
    begin: float,
    spread: float = 1.0,
) -> list[Kind]:
    """Pure: the kinds that are due at a moment, in the order in which they run."""
    found = []
    for kind in Kind:
        at = next_at(plans.of(kind), seen.get(kind, Seen()), today, begin, spread)
        if at is not None and at <= now:
            found.append(kind)
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What the database says of a kind, in its own moments."""

    now: datetime
    succeeded: datetime | None = None
    tried: datetime | None = None
    failures: int = 0
    hopeless: bool = False
    runs: tuple[int, int] = (0, 0)
    """The ids of the runs that succeeded and were tried: a clock that was set back may tell two of one moment."""


def read(db: Database, tx: Connection) -> tuple[SyncSettings, dict[Kind, Told]]:
    """The plans, and what became of the last runs on whichever computer."""
    return settings.read(tx), {kind: _told(db, tx, kind) for kind in Kind}


def _told(db: Database, tx: Connection, kind: Kind) -> Told:
    query = (
        select(sync_run.c.id, sync_run.c.state, sync_run.c.ended_at, sync_run.c.failed_by)
        .where(sync_run.c.kind == kind.value, sync_run.c.state.in_((*GOOD, "failed")))
        .order_by(sync_run.c.id.desc())
        .limit(len(RETRIES) + 1)
    )
    rows = tx.execute(query).all()
    failures = 0
    for row in rows:
        if row.state != "failed":
            break
        failures += 1
    good = select(sync_run.c.id, sync_run.c.ended_at).where(
        sync_run.c.kind == kind.value, sync_run.c.state.in_(GOOD), sync_run.c.trigger != RETRY
    )
    last = tx.execute(good.order_by(sync_run.c.id.desc()).limit(1)).one_or_none()
    succeeded = last.ended_at if last is not None else None
    code = rows[0].failed_by if failures else None
    tried = rows[0].ended_at if failures else None
    runs = (last.id if last is not None else 0, rows[0].id if failures else 0)
    return Told(db.now(tx), succeeded, tried, failures, code is not None and cause(code).hopeless, runs)


@dataclass(slots=True)
class Schedule:
    """What one program knows of time. Not thread-safe: used by whoever asks once a minute."""

    started: float
    random: Random = field(default_factory=Random)
    delay: float = START_DELAY
    """Seconds within which the first run begins."""
    _begin: float = field(init=False)
    _spread: float = field(init=False)
    _seen: dict[Kind, Seen] = field(init=False, default_factory=dict)
    _known: dict[tuple[Kind, str], tuple[datetime, int, float]] = field(init=False, default_factory=dict)
    _failures: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._begin = self.started + self.random.uniform(0.0, self.delay)
        self._spread = self.random.uniform(1.0, MOST_SPREAD)

    def look(self, told: Mapping[Kind, Told], now: float) -> None:
        """Take over what the database says; a moment that is known already stays where it is on our clock."""
        for kind, one in told.items():
            before = self._seen.get(kind, Seen())
            succeeded = self._on_our_clock((kind, "succeeded"), one.succeeded, one.runs[0], one.now, now)
            tried = self._on_our_clock((kind, "tried"), one.tried, one.runs[1], one.now, now)
            self._seen[kind] = replace(
                before, succeeded=succeeded, tried=tried, failures=one.failures, hopeless=one.hopeless
            )
        failures = sum(one.failures for one in told.values())
        if failures != self._failures:
            self._failures, self._spread = failures, self.random.uniform(1.0, MOST_SPREAD)

    def _on_our_clock(
        self, place: tuple[Kind, str], moment: datetime | None, run: int, told_at: datetime, now: float
    ) -> float | None:
        if moment is None:
            return None
        known = self._known.get(place)
        if known is None or known[:2] != (moment, run):
            # A clock that was set back would have it in the future: then it is just now.
            known = (moment, run, now - max(0.0, (told_at - moment).total_seconds()))
            self._known[place] = known
        return known[2]

    def due(self, plans: SyncSettings, today: date, now: float) -> list[Kind]:
        """The kinds to be run now, in order."""
        return due(now, today, plans, self._seen, self._begin, self._spread)

    def next_at(self, kind: Kind, plans: SyncSettings, today: date) -> float | None:
        """When a kind is due next, on the steady clock; None while it is off or paused."""
        return next_at(plans.of(kind), self._seen.get(kind, Seen()), today, self._begin, self._spread)

    def skip(self, kind: Kind, now: float) -> None:
        """A run that was due could not take place: the next is an interval later, none is queued."""
        self._seen[kind] = replace(self._seen.get(kind, Seen()), skipped=now)
