"""The run of courses: the mirror follows the list of the LMS and never touches what people decided (lms-sync 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from app.access import User
from app.connectors.lms import Course, LmsCalls, LmsClient, Whereabouts
from app.db.database import Database
from app.db.tables import lms_course, lms_vendor, sync_error
from app.errors import BusyError, ServiceError, StopRunError
from app.folding import cleaned, fold_code
from app.history import differs
from app.lms import errors_kept, holds, site
from app.lms.asking import check_site, patiently
from app.lms.errors import of_course
from app.lms.run import Run, RunSummary, running, vendor_id
from app.tasks import TaskContext

MOST_CONFIRMED = 20
"""Courses of which is asked, in a run, whether they are really gone (moodle.md 3, guard 1)."""
MOST_NAMED = 10


def run(context: TaskContext, db: Database, user: User, client: LmsClient, trigger: str = "person") -> RunSummary:
    """Fetch the list of courses and bring the mirror up to date. A failing or cancelled run returns its summary.

    Raises AccessError; ConflictError while another run is under way, on whichever computer.
    """
    with running(db, user, "courses", trigger) as under_way:
        with db.read() as tx:
            site.require(tx, client.address)
        with client.open() as calls, context.on_cancel(calls.abort):
            context.report(0, 0, "Asking for the courses")
            check_site(context, calls)
            listed = {one.number: one for one in patiently(context, calls.courses)}
            with db.read() as tx:
                known = _known(tx, vendor_id_or_none(tx))
            plan = _plan(listed, known)
            asked: list[Row[Any]] = []
            if not plan.hold:
                with db.read() as tx:
                    asked = _asked_first(tx, plan.missing)
                plan.confirmed = _confirm(context, calls, asked, under_way)
            # Of those that were not asked about nothing new is known: their errors stay.
            unasked = {row.id for row in plan.missing} - {row.id for row in asked[:MOST_CONFIRMED]}
            under_way.reached = {row.id for row in known.values()} - unasked
        context.report(1, 1, "Writing the courses")
        _write(under_way, listed, plan, client.address)
    return under_way.summary()


@dataclass(slots=True)
class _Plan:
    missing: list[Row[Any]]
    """Courses here, not removed, that the list lacks."""
    hold: bool
    confirmed: list[Row[Any]]


def vendor_id_or_none(tx: Connection) -> int | None:
    """The LMS, if any run has been."""
    found = tx.execute(select(lms_vendor.c.id).limit(1)).scalar()
    return None if found is None else int(found)


def _known(tx: Connection, vendor: int | None) -> dict[str, Row[Any]]:
    query = select(lms_course).where(lms_course.c.vendor_id == vendor).order_by(lms_course.c.id)
    return {row.lms_number: row for row in tx.execute(query)}


def _plan(listed: Mapping[str, Course], known: Mapping[str, Row[Any]]) -> _Plan:
    live = [row for row in known.values() if row.removed_at is None]
    missing = [row for row in live if row.lms_number not in listed]
    return _Plan(missing, must_hold(len(listed), len(live), len(missing)), [])


def must_hold(listed: int, live: int, missing: int) -> bool:
    """Whether so many removals need a person's decision (LS-C15)."""
    if listed == 0:
        return live > 0
    return missing >= 3 and 10 * missing > live


def _asked_first(tx: Connection, missing: Sequence[Row[Any]]) -> list[Row[Any]]:
    """At most twenty a run; those known to be out of reach come last, else nobody else would be asked about."""
    query = select(sync_error.c.lms_course_id).where(
        sync_error.c.cleared_at.is_(None), sync_error.c.lms_course_id.is_not(None)
    )
    met = set(tx.execute(query).scalars())
    return sorted(missing, key=lambda row: (row.id in met, row.id))


def _confirm(context: TaskContext, calls: LmsCalls, missing: Sequence[Row[Any]], run: Run) -> list[Row[Any]]:
    """Those of the missing courses that are gone indeed."""
    gone = []
    for number, row in enumerate(missing[:MOST_CONFIRMED]):
        context.report(number, len(missing), "Asking what became of courses that are no longer listed")
        try:
            where = calls.whereabouts(row.lms_number)
        except (StopRunError, BusyError):
            context.raise_if_cancelled()
            raise
        except ServiceError as error:
            context.raise_if_cancelled()
            run.found.append(of_course(error.code, row.id))
            continue
        if where is Whereabouts.GONE:
            gone.append(row)
        elif where is Whereabouts.OUT_OF_REACH:
            run.found.append(of_course("SE-11", row.id))
    if len(missing) > MOST_CONFIRMED:
        run.say(f"{len(missing) - MOST_CONFIRMED} more courses are no longer listed; the next run asks about them.")
    return gone


def _write(run: Run, listed: Mapping[str, Course], plan: _Plan, address: str) -> None:
    """Everything that the list changes, in one transaction."""
    operation = None
    with run.writing() as tx:
        site.remember(run.db, tx, address)
        vendor = vendor_id(tx)
        known = _known(tx, vendor)
        now = run.db.now(tx)
        new = [one for number, one in listed.items() if number not in known]
        updates = [
            (known[number], {**mirror(one), "removed_at": None}, None)
            for number, one in listed.items()
            if number in known
        ]
        updates = [one for one in updates if differs(*one[:2])]
        back = [row for row, _, _ in updates if row.removed_at is not None]
        # Somebody may have decided about it meanwhile.
        gone = [known[row.lms_number] for row in plan.confirmed if known[row.lms_number].removed_at is None]
        if new or updates or gone:
            operation = run.operation(tx)
            rows = [
                {"vendor_id": vendor, "lms_number": one.number, "first_seen_at": now, **mirror(one)} for one in new
            ]
            operation.insert_for(lms_course, rows, [None] * len(rows))
            operation.update_many(lms_course, updates, mirrored=True)
            operation.update_many(lms_course, [(row, {"removed_at": now}, None) for row in gone], mirrored=True)
            errors_kept.clear_course(run.db, tx, [row.id for row in gone])
            operation.save_changes()
        missing = [row.id for row in plan.missing] if plan.hold else []
        run.held = holds.of_courses(tx, run.db, run.id, missing)
    run.keep(operation)
    run.counts.update(courses=len(listed), done=len(listed), failed=0, added=len(new))
    run.counts.update(changed=len(updates) - len(back), removed=len(gone), returned=len(back), held=len(missing))
    run.counts["rows_written"] = len(new) + len(updates) + len(gone)
    _tell(run, "is back in the LMS, in the state it had", "are back in the LMS, in the states they had", back)
    _tell(run, "is no longer in the LMS", "are no longer in the LMS", gone)
    if missing:
        run.say(f"{len(missing)} courses would be removed at once: nothing is removed until somebody decides.")


def _tell(run: Run, one: str, many: str, rows: Sequence[Row[Any]]) -> None:
    if rows:
        names = ", ".join(row.short_name for row in rows[:MOST_NAMED])
        rest = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
        run.say(f"{names}{rest} {one if len(rows) == 1 else many}.")


def mirror(one: Course) -> dict[str, Any]:
    """The columns that follow the LMS (LS-C7)."""
    short = cleaned(one.short_name) or cleaned(one.full_name) or one.number
    full = cleaned(one.full_name) or short
    return {
        "short_name": short,
        "short_fold": fold_code(short),
        "full_name": full,
        "full_fold": fold_code(full),
        "id_number": cleaned(one.id_number),
        "category": cleaned(one.category),
        "starts": one.starts,
        "ends": one.ends,
        "visible": one.visible,
    }
