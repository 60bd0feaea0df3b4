"""`import` and `unlock`: course records without a window; the dry run is always made, and `--apply` applies it."""

import argparse
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, select

from app.access import User
from app.db.database import Database
from app.db.tables import file_row
from app.errors import InputError
from app.imports import apply, dry_run, job_list, lock, stored, undo, unlock
from app.imports.columns import Importer
from app.imports.dry_run import DryRun, Options
from app.imports.job_list import STATE_TITLES, JobState
from app.imports.lock import LockedError
from app.imports.rules import RULES, Finding, Outcome, Severity
from app.start import open_folder, sign_in
from app.tasks import Cancelled, TaskContext
from ui.command_sync import interruptible
from ui.commands import complain, folder_of, tell
from ui.exit_status import BUSY, DONE, INTERRUPTED, LISTED

MOST_LISTED = 1_000
"""Findings listed of one file: the window shows them all."""
_OPEN = (Outcome.REFUSED, Outcome.ERROR, Outcome.NOT_REACHED)


def run(options: argparse.Namespace) -> int:
    """`import FILE (--course ID | --global) [--apply] [--acknowledge RULE,…] [--queue]`, `import --undo JOB`,
    `import --resume JOB`."""
    _require_one_wish(options)
    _, db = open_folder(folder_of(options), options.database)
    context = TaskContext()
    with closing(db), interruptible(context):
        user, _ = sign_in(db)
        try:
            if options.undo is not None:
                return _undo(options, context, db, user)
            if options.resume is not None:
                done = apply.resume(context, db, user, options.resume, queue=options.queue)
                return _tell(options, db, done.job_id)
            return _import(options, context, db, user)
        except LockedError as error:
            complain(str(error))
            return BUSY
        except Cancelled:
            return INTERRUPTED


def _require_one_wish(options: argparse.Namespace) -> None:
    wishes = [options.file is not None, options.undo is not None, options.resume is not None]
    if sum(wishes) != 1:
        raise InputError("Name the file to import, or a job with --undo or --resume.", hint="One of the three.")
    if options.file is not None and bool(options.course) == options.is_global:
        raise InputError("Say --course with the course's external id, or --global.", hint="One of the two.")
    if options.file is None and (options.apply or options.acknowledge):
        raise InputError("--apply and --acknowledge belong to a file.", hint="Leave them away.")
    if unknown := _acknowledged(options) - RULES.keys():
        names = ", ".join(sorted(unknown))
        raise InputError(f"There is no rule {names}.", hint="Rules are named like CR-34, separated by commas.")


def _acknowledged(options: argparse.Namespace) -> frozenset[str]:
    return frozenset(one.strip().upper() for text in options.acknowledge for one in text.split(",") if one.strip())


def _import(options: argparse.Namespace, context: TaskContext, db: Database, user: User) -> int:
    importer = Importer.GLOBAL if options.is_global else Importer.COURSE
    seen = dry_run.dry_run(context, db, user, options.file, Options(importer, options.course or ""))
    if seen.refused or not options.apply:
        return _tell(options, db, seen.job_id)
    done = apply.apply(context, db, user, seen.job_id, _acknowledged(options), queue=options.queue)
    status = _tell(options, db, done.job_id)
    return INTERRUPTED if context.cancelled and done.state == "aborted" else status


def _undo(options: argparse.Namespace, context: TaskContext, db: Database, user: User) -> int:
    done = undo.undo_job(context, db, user, options.undo)
    with db.read() as tx:
        row = job_list.one_job(tx, options.undo)
    assert row is not None
    document = {
        "job": done.job_id,
        "state": row.state.value,
        "withdrawn": done.withdrawn,
        "deleted": done.deleted,
        "left": list(done.left),
        "told": [{"row": one.number, "body": one.body} for one in done.told],
    }
    lines = [f"{STATE_TITLES[row.state]}: withdrawn {done.withdrawn:,} · deleted {done.deleted:,}"]
    lines += [f"  row {number}: left, for something was changed since" for number in done.left]
    lines += [f"  row {one.number}: {one.body} was told of it and has to be told by you" for one in done.told]
    tell(options, document, lines)
    return LISTED if done.left or done.told else DONE


# ----------------------------------------------------------------------------------------------------------- unlock


def run_unlock(options: argparse.Namespace) -> int:
    """`unlock SCOPE --reason TEXT [--even-if-running]`."""
    _, db = open_folder(folder_of(options), options.database)
    with closing(db):
        user, _ = sign_in(db)
        look = unlock.look(TaskContext(), db, user, options.scope)
        done = unlock.unlock(db, user, options.scope, options.reason, sure=options.even_if_running)
    outcomes = {one.value: count for one, count in done.outcomes.items()}
    suspects = [_finding(one.number, one.finding) for one in look.suspects]
    document = {"scope": done.scope, "job": done.job_id, "reached": done.reached, "outcomes": outcomes}
    lines = [f"Unlocked. {look.lock.sentence()}"]
    lines += [f"Last row reached: {done.reached:,}", _in_words(outcomes)] if done.job_id is not None else []
    lines += [f"  row {one['row']} {one['rule']}: {one['message']}" for one in suspects]
    tell(options, {**document, "findings": suspects, "why_no_file": look.why_no_file}, [one for one in lines if one])
    return DONE


# ---------------------------------------------------------------------------------------------------------- telling


def _tell(options: argparse.Namespace, db: Database, job_id: int) -> int:
    with db.read() as tx:
        document = document_of(tx, job_id)
        state = JobState(document["state"])
        seen = dry_run.of_job(tx, job_id)
        row = job_list.one_job(tx, job_id)
        held = lock.in_the_way(tx, db, row.scope) if row is not None else None
    lines = [f"Job {job_id}: {STATE_TITLES[state]} · rows {document['rows']:,}", _in_words(document["outcomes"])]
    lines += [f"  {seen.message}"] if seen.message else []
    lines += [f"  row {one['row']} {one['rule']} {one['column']}: {one['message']}" for one in document["findings"]]
    if state is JobState.VALIDATED:
        lines += [
            f"  {rule} has to be acknowledged: {RULES[rule].title} ({n:,})" for rule, n in seen.to_confirm.items()
        ]
        lines += [f"  up to {n:,} learners would be enrolled into {name} in the LMS" for name, n in seen.facts.lms]
        lines += [held.sentence()] if held is not None else []
    else:
        lines.append(f"{document['surprises']:,} surprises")
    tell(options, document, [one for one in lines if one])
    return _status(document, seen, state)


def _status(document: Mapping[str, Any], seen: DryRun, state: JobState) -> int:
    """1 where something is listed that a person should look at."""
    if state in (JobState.FAILED, JobState.ABORTED) or document["surprises"]:
        return LISTED
    bad = any(document["outcomes"].get(one.value) for one in _OPEN)
    return LISTED if bad or (state is JobState.VALIDATED and seen.to_confirm) else DONE


def document_of(tx: Connection, job_id: int) -> dict[str, Any]:
    """The JSON document of a job: after a dry run the outcomes are those if everything is acknowledged."""
    row = job_list.one_job(tx, job_id)
    assert row is not None
    seen = dry_run.of_job(tx, job_id)
    applied = row.state not in (JobState.VALIDATED, JobState.FAILED)
    findings = [_finding(1 if one.column else 0, one) for one in seen.facts.findings]
    return {
        "job": job_id,
        "state": row.state.value,
        "rows": row.rows,
        "outcomes": {one.value: count for one, count in row.outcomes.items()},
        "findings": [*findings, *_findings(tx, job_id)][:MOST_LISTED],
        "surprises": apply.surprises_of(tx, job_id) if applied else 0,
        "lms": dict(seen.facts.lms),
    }


def _findings(tx: Connection, job_id: int) -> Iterable[dict[str, Any]]:
    """What was found about rows, in the order of the file, without what is only told."""
    query = select(file_row).where(file_row.c.job_id == job_id, file_row.c.findings.is_not(None))
    listed: list[dict[str, Any]] = []
    for row in tx.execute(query.order_by(file_row.c.number), execution_options={"yield_per": 500}):
        one = stored.row_of(row)
        listed += [_finding(one.number, each) for each in one.findings if each.weight is not Severity.INFO]
        if len(listed) >= MOST_LISTED:
            break
    return listed


def _finding(number: int, one: Finding) -> dict[str, Any]:
    """Without the value, which may be a person's."""
    return {
        "rule": one.rule,
        "severity": one.weight.value,
        "row": number,
        "column": one.column,
        "message": one.message,
    }


def _in_words(outcomes: Mapping[str, int]) -> str:
    return " · ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in outcomes.items())
