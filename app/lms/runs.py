"""What becomes of runs that are over: kept as long as the settings say, told to a technician, nobody named."""

from sqlalchemy import Connection, delete, or_, select, update

from app import __version__, retention
from app.db.database import Database
from app.db.tables import extract_attempt, hold, sync_error, sync_run
from app.lms import connection, errors_list, runs_list
from app.lms.errors import cause
from app.lms.settings import Kind

_TOLD_RUNS = 20


def forget_old(tx: Connection, db: Database) -> None:
    """Delete runs older than the settings say (24 months: lms-sync.md 6), with what hangs on them. What is still open
    or undecided stays; so does a run that sent something, until *Purge* has deleted what is told of the sending."""
    before = retention.since(tx, db)
    undecided = select(hold.c.run_id).where(hold.c.decided_at.is_(None))
    sent = select(extract_attempt.c.run_id).where(extract_attempt.c.run_id == sync_run.c.id).exists()
    old = select(sync_run.c.id).where(
        sync_run.c.started_at < before, sync_run.c.state != "running", sync_run.c.id.not_in(undecided), ~sent
    )
    if tx.execute(old.limit(1)).first() is None:
        return
    tx.execute(delete(sync_error).where(sync_error.c.cleared_at < before))
    tx.execute(update(sync_error).where(sync_error.c.last_run_id.in_(old)).values(last_run_id=None))
    tx.execute(delete(hold).where(hold.c.run_id.in_(old)))
    tx.execute(delete(sync_run).where(sync_run.c.id.in_(old)))


def report(db: Database, tx: Connection, host: str, steps: list[str] | None = None) -> str:
    """*Copy Report*: times, codes, versions and counts for a technician (LS-N5). No token, no name of a person or
    course. `steps`: those of Test Connection, if it was made."""
    lines = [
        f"Learner Manager {__version__}",
        f"Time: {db.now(tx):%Y-%m-%d %H:%M:%S} UTC",
        f"LMS: {host or 'not set'}",
        f"Database: {'embedded' if db.embedded else 'server'}",
        "",
    ]
    for kind in Kind:
        one = connection.read(db, tx, kind)
        as_of = f"{one.as_of:%Y-%m-%d %H:%M:%S} UTC" if one.as_of else "never"
        lines.append(f"{kind.value}: {one.state.value}; last complete {as_of}")
        if one.cause is not None:
            lines.append(f"  {one.cause.code} {one.cause.sentence} {one.cause.advice}")
    lines += ["", "Open errors:"]
    for group in errors_list.groups(db, tx):
        lines.append(
            f"  {group.code} ({group.level.value}) x {group.count}, since {group.since:%Y-%m-%d %H:%M} UTC,"
            f" up to {group.runs} runs: {cause(group.code).sentence}"
        )
    lines += [f"    {words}" for words in _details(tx)]
    lines += ["", "Last runs:", *_runs(tx)]
    if steps:
        lines += ["", "Test Connection:", *(f"  {step}" for step in steps)]
    return "\n".join(lines) + "\n"


def _details(tx: Connection) -> list[str]:
    """What exactly, of errors of courses and of the connection: capabilities and columns, in our own words."""
    query = (
        select(sync_error.c.code, sync_error.c.detail)
        .where(sync_error.c.cleared_at.is_(None), sync_error.c.detail.is_not(None))
        .where(or_(sync_error.c.level == "connection", sync_error.c.level == "course"))
        .distinct()
        .order_by(sync_error.c.code, sync_error.c.detail)
        .limit(_TOLD_RUNS)
    )
    return [f"{row.code}: {row.detail}" for row in tx.execute(query)]


def _runs(tx: Connection) -> list[str]:
    ids = tx.execute(runs_list.keys_query().limit(_TOLD_RUNS)).scalars().all()
    found = runs_list.rows(tx, ids)
    lines = []
    for key in ids:
        one = found[key]
        counts = ", ".join(f"{name} {number}" for name, number in sorted(one.counts.items()))
        took = f"{one.took.total_seconds():.0f} s" if one.took is not None else "running"
        code = f" {one.failed_by}" if one.failed_by else ""
        lines.append(
            f"  {one.started_at:%Y-%m-%d %H:%M:%S} {one.kind} {one.trigger} {one.state}{code} {took}: {counts}"
        )
    return lines
