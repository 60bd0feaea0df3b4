"""`load`: learners from files without a window; what needs a person's decision is left and listed."""

import argparse
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import appearing, config, jobs
from app.access import User
from app.config import Settings
from app.db.database import Database
from app.db.tables import saved
from app.errors import InputError
from app.files.columns import Mapping, remembered
from app.files.rows import Level
from app.files.table import open_table
from app.jobs import Foreseen
from app.learners import load, load_apply, load_cells, load_file, load_look
from app.start import open_folder, sign_in
from app.tasks import TaskContext
from ui.commands import folder_of, tell
from ui.exit_status import DONE, LISTED

_MOST_LISTED = 1_000
"""Problems listed of one file: the window shows them all."""
_CODES_NAMED = 20


def run(options: argparse.Namespace) -> int:
    """`load FILE… [--mapping NAME] [--dry-run]`, `load --undo JOB`."""
    if (options.undo is None) == (not options.files):
        raise InputError("Name the files to load, or a job to undo with --undo.", hint="One of the two.")
    folder = folder_of(options)
    settings, db = open_folder(folder, options.database)
    with closing(db):
        user, _ = sign_in(db)
        if options.undo is not None:
            return _undo(options, db, user)
        documents, lines = [], []
        for path in options.files:
            try:
                document, settings = _load(options, folder.path, settings, db, user, path)
            except InputError as error:
                refused = _of_file(error, path)
                if len(options.files) == 1:
                    raise refused from error
                document = _refused(path, refused)  # the other files are loaded and told all the same
            documents.append(document)
            lines += _lines(document)
        tell(options, {"files": documents}, lines)
    return LISTED if any(one["left_out"] or one["decisions"] for one in documents) else DONE


def _of_file(error: InputError, path: Path) -> InputError:
    """The same, naming the file."""
    if path.name in error.message:
        return error
    return InputError(f"{path.name}: {error.message}", hint=error.hint, field=error.field)


def _refused(path: Path, error: InputError) -> dict[str, Any]:
    """What is told of a file that could not be read: nothing of it was loaded."""
    counts = dict.fromkeys(("new", "changed", "unchanged", "decisions"), 0)
    problem = {"row": 0, "line": 0, "field": error.field, "reason": str(error)}
    return {"name": path.name, "kind": "", **counts, "left_out": 1, "problems": [problem], "codes": []}


def _undo(options: argparse.Namespace, db: Database, user: User) -> int:
    done = load_apply.undo(db, user, options.undo)
    tell(options, {"undone": done.undone, "left": done.left}, [f"Undone {done.undone:,} · left {done.left:,}"])
    return LISTED if done.left else DONE


def _load(
    options: argparse.Namespace, folder: Path, settings: Settings, db: Database, user: User, path: Path
) -> tuple[dict[str, Any], Settings]:
    """One file: read, foreseen and, unless it is a dry run or raises a question, loaded. With the settings as they
    are then: the first file may say whose learners these are, and the next is held against that."""
    context = TaskContext()
    kind = load_file.kind_of(path)
    mapping = columns = None
    if kind in load_file.TABLES:
        if options.mapping:
            mapping = _named(context, db, user, path, kind, options.mapping)
        else:
            columns = load_file.columns_of(context, db, user, path, kind)
            mapping = columns.mapping
    reading = load_file.reading(context, path, kind, mapping, columns=columns)
    seen = load.preview(context, db, user, path, reading, load.LoadOptions(settings.college.ukprn))
    try:
        document = _document(db, path, kind.value, seen)
        if not options.dry_run and not seen.questions:
            summary = appearing.load(context, db, user, seen.job_id)
            left_out = document["left_out"] + summary.left
            document |= {"new": summary.new, "changed": summary.changed, "left_out": left_out, "job": summary.job_id}
            if not settings.college.ukprn and seen.facts.ukprn:
                # The first return says whose learners these are.
                settings = replace(settings, college=replace(settings.college, ukprn=seen.facts.ukprn))
                config.save(folder, settings)
        return document, settings
    finally:
        jobs.discard(db, seen.job_id)


def _named(context: TaskContext, db: Database, user: User, path: Path, kind: Any, name: str) -> Mapping:
    query = select(saved.c.body).where(
        saved.c.kind == load_file.KIND, saved.c.name == name, (saved.c.owner_id == user.id) | saved.c.shared
    )
    with db.read() as tx:
        body = tx.execute(query.order_by((saved.c.owner_id == user.id).desc()).limit(1)).scalar_one_or_none()
    found = remembered(open_table(context, path, kind).headings, body)
    if found is None:
        raise InputError(
            f"No columns are remembered under “{name}” that fit this file.",
            hint="Load the file once in the window and say there what its columns mean, or leave --mapping away.",
        )
    return found


def _document(db: Database, path: Path, kind: str, seen: load.Preview) -> dict[str, Any]:
    problems = [
        {"row": 0, "line": 0, "field": one.field, "reason": one.reason}
        for one in (*seen.questions, *seen.facts.problems)
        if one.level is not Level.INFO
    ]
    with db.read() as tx:
        for rows in jobs.rows_in_batches(tx, seen.job_id, [one.value for one in Foreseen]):
            for row in rows:
                notes = jobs.finding(row, "notes") or ()
                line = load_cells.unpacked(row.cells).line if notes else 0
                for level, name, reason in notes:
                    if level != Level.INFO and len(problems) < _MOST_LISTED:
                        problems.append({"row": row.number, "line": line, "field": name, "reason": reason})
    return {
        "name": path.name,
        "kind": kind,
        "new": seen.counts[Foreseen.NEW],
        "changed": seen.counts[Foreseen.CHANGED],
        "unchanged": seen.counts[Foreseen.UNCHANGED] + seen.counts[Foreseen.BY_HAND],
        "decisions": seen.counts[Foreseen.DECISION] + len(seen.questions),
        "left_out": seen.counts[Foreseen.PROBLEM],
        "problems": problems,
        "codes": [{"kind": one.kind.value, "code": one.code} for one in seen.codes],
    }


def _lines(document: dict[str, Any]) -> list[str]:
    counts = " · ".join(f"{name} {document[name]:,}" for name in ("new", "changed", "unchanged", "decisions"))
    lines = [f"{document['name']}: {counts}"]
    if "job" in document:
        lines.append(f"  Loaded as job {document['job']}; `load --undo {document['job']}` takes it back.")
    if document["codes"]:
        shown = ", ".join(one["code"] for one in document["codes"][:_CODES_NAMED])
        more = " and more" if len(document["codes"]) > _CODES_NAMED else ""
        lines.append(f"  Codes without a title: {shown}{more}. Give them one in the window, under Codes.")
    return [*lines, *map(_problem_line, document["problems"])]


def _problem_line(one: dict[str, Any]) -> str:
    """`  Line 5 (learner 4), ULN: what is wrong and what to do.`"""
    where = f"Line {one['line']:,} (learner {one['row']:,})" if one["row"] else "The file"
    title = load_look.TITLES.get(one["field"], "")
    return f"  {where}{f', {title}' if title else ''}: {one['reason']}"
