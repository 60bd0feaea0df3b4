"""`db purge`: what of the history is kept no longer, without a window."""

import argparse
from contextlib import closing
from dataclasses import asdict
from typing import Any

from app.purge import Counts
from ui.commands import folder_of, tell
from ui.exit_status import DONE, LISTED


def run(options: argparse.Namespace) -> int:
    """Count, with `--dry-run`; else delete, with `--reason`."""
    from app import purge
    from app.start import open_folder, sign_in
    from app.tasks import TaskContext

    _, db = open_folder(folder_of(options), options.database)
    with closing(db):
        user, _ = sign_in(db)
        if options.dry_run:
            found = purge.foresee(db, user)
            document = _document(found.before.isoformat(), found.held, found.old)
            tell(options, document, _lines(found.held, found.old, "would be deleted"))
            return DONE
        done = purge.purge(TaskContext(), db, user, options.reason)
    document = _document(done.before.isoformat(), done.held, done.gone) | {
        "after": asdict(done.left),
        "operation": done.operation_id,
    }
    tell(options, document, _lines(done.held, done.gone, "deleted"))
    return DONE if not done.stopped else LISTED


def _document(since: str, before: Counts, deleted: Counts) -> dict[str, Any]:
    return {"older_than": since, "before": asdict(before), "deleted": asdict(deleted)}


def _lines(held: Counts, gone: Counts, words: str) -> list[str]:
    there, went = asdict(held), asdict(gone)
    return [f"{name:12} {there[name]:>12,}   {words} {went[name]:>12,}" for name in there]
