"""`sync`: the LMS synchronised without a window, once or on schedule until interrupted."""

import argparse
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

from sqlalchemy import select

from app.access import User
from app.connectors.lms import LmsClient
from app.context import lms_client
from app.db.database import Database
from app.db.tables import lms_course
from app.errors import ConflictError, DatabaseError
from app.lms import courses, enrolments, schedule, site
from app.lms import run as runs
from app.lms.errors import Found, cause
from app.lms.extracts import sender
from app.lms.run import RunSummary
from app.lms.schedule import Schedule, steady
from app.lms.settings import Kind
from app.secrets import Secrets
from app.start import open_folder, sign_in
from app.tasks import Cancelled, TaskContext
from ui.commands import complain, folder_of, say, tell
from ui.exit_status import BUSY, DONE, INTERRUPTED, LISTED

LOOK_EVERY = 15.0
"""Seconds between two looks at what is due."""
_WORST = ("failed", "cancelled", "held", "messages", "finished")


def run(options: argparse.Namespace) -> int:
    """`sync [courses|enrolments|all] [--once]`."""
    kinds = list(Kind) if options.what == "all" else [Kind(options.what)]
    settings, db = open_folder(folder_of(options), options.database)
    with closing(db):
        user, _ = sign_in(db)
        client = lms_client(settings, Secrets())
        context = TaskContext()
        if options.same_site:
            site.moved(db, user, client.address)
        with interruptible(context):
            if options.once:
                return _once(options, context, db, user, client, kinds)
            return _on_schedule(options, context, db, user, client, kinds)


@contextmanager
def interruptible(context: TaskContext) -> Iterator[None]:
    """Ctrl-C and SIGTERM stop between two courses: what is finished stays."""

    def stop(number: int, frame: object) -> None:
        # Cancelling takes a lock that this very thread may hold just now.
        threading.Thread(target=context.cancel, name="stop").start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(context: TaskContext, db: Database, user: User, client: LmsClient, kind: Kind, trigger: str) -> RunSummary:
    if kind is Kind.COURSES:
        return courses.run(context, db, user, client, trigger)
    return enrolments.run(context, db, user, client, trigger)


def _once(
    options: argparse.Namespace, context: TaskContext, db: Database, user: User, client: LmsClient, kinds: list[Kind]
) -> int:
    done: list[RunSummary] = []
    for kind in kinds:
        try:
            done.append(_run(context, db, user, client, kind, "person"))
        except ConflictError as error:
            complain(str(error))
            return BUSY
        if done[-1].state == "cancelled":
            break
    _tell(options, db, done)
    if done[-1].state == "cancelled":
        return INTERRUPTED
    return DONE if all(_is_well(one) for one in done) else LISTED


def _is_well(one: RunSummary) -> bool:
    return one.state in ("finished", "messages") and all(cause(error.code).information for error in one.errors)


def _on_schedule(
    options: argparse.Namespace, context: TaskContext, db: Database, user: User, client: LmsClient, kinds: list[Kind]
) -> int:
    """Run what is due until interrupted. A database out of reach is waited for."""
    clock = Schedule(steady(), delay=0.0)  # windows are opened all at once in the morning; a command is not
    last: dict[Kind, RunSummary] = {}
    try:
        while True:
            try:
                _look(options, context, db, user, client, kinds, clock, last)
            except DatabaseError as error:
                complain(str(error))
            context.wait(LOOK_EVERY)
    except Cancelled:
        if options.json:
            _tell(options, db, list(last.values()))
        return INTERRUPTED


def _look(
    options: argparse.Namespace,
    context: TaskContext,
    db: Database,
    user: User,
    client: LmsClient,
    kinds: list[Kind],
    clock: Schedule,
    last: dict[Kind, RunSummary],
) -> None:
    with db.read() as tx:
        plans, told = schedule.read(db, tx)
    clock.look(told, steady())
    for kind in clock.due(plans, date.today(), steady()):
        if kind not in kinds:
            continue
        try:
            last[kind] = _run(context, db, user, client, kind, "schedule")
        except ConflictError as error:
            clock.skip(kind, steady())
            runs.skipped(db, user, kind.value, str(error))
        else:
            if not options.json:
                _say(db, [last[kind]])
            if kind is Kind.ENROLMENTS and plans.send:
                _send(options, context, db, user, client)
        context.raise_if_cancelled()


def _send(options: argparse.Namespace, context: TaskContext, db: Database, user: User, client: LmsClient) -> None:
    """Ready records, after a run of enrolments that fell due."""
    context.raise_if_cancelled()
    try:
        done = sender.run(context, db, user, client, "schedule")
    except ConflictError as error:
        runs.skipped(db, user, runs.SENDER, str(error))
        return
    if not options.json:
        _say(db, [done])


# ---------------------------------------------------------------------------------------------------------- telling


def _tell(options: argparse.Namespace, db: Database, done: Sequence[RunSummary]) -> None:
    if options.json:
        tell(options, document(db, done), [])
    else:
        _say(db, done)


def _say(db: Database, done: Sequence[RunSummary]) -> None:
    for one in done:
        counts = " · ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in one.counts.items())
        say(f"{one.kind}: {one.state}" + (f" · {counts}" if counts else ""))
        for message in one.messages:
            say(f"  {message}")
    for error in document(db, done)["errors"]:
        say(f"  {error['id']} {error['where']}: {error['advice']}".replace(" :", ":"))


def document(db: Database, done: Sequence[RunSummary]) -> dict[str, Any]:
    """The JSON document of some runs. `total`, `done` and `failed` are those of the run of enrolments, if there was
    one: there a course can fail."""
    by_kind = {one.kind: one.counts for one in done}
    listed, fetched = by_kind.get("courses", {}), by_kind.get("enrolments", {})
    states = [one.state for one in done]
    return {
        "state": next((state for state in _WORST if state in states), "finished"),
        "courses": {
            "total": (fetched or listed).get("courses", 0),
            "done": (fetched or listed).get("done", 0),
            "failed": (fetched or listed).get("failed", 0),
            **{name: listed.get(name, 0) for name in ("added", "changed", "removed", "held")},
        },
        "enrolments": {
            "total": fetched.get("enrolments", 0),
            **{name: fetched.get(f"enrolments_{name}", 0) for name in ("changed", "unchanged", "failed")},
        },
        "rows_written": sum(counts.get("rows_written", 0) for counts in by_kind.values()),
        "errors": errors_of(db, [error for one in done for error in one.errors]),
    }


def errors_of(db: Database, found: Sequence[Found]) -> list[dict[str, Any]]:
    """Errors of a run as they are told in a JSON document."""
    with db.read() as tx:
        names = {row.id: row.short_name for row in tx.execute(select(lms_course.c.id, lms_course.c.short_name))}
    listed = []
    for one in found:
        parts = [names.get(one.lms_course_id or 0, ""), f"enrolment {one.enrolment_id}" if one.enrolment_id else ""]
        about = cause(one.code)
        advice = " ".join(part for part in (about.sentence, one.detail or "", about.advice) if part)
        where = ", ".join(part for part in parts if part)
        listed.append({"id": one.code, "level": one.level.value, "where": where, "advice": advice})
    return listed
