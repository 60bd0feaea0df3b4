"""Export LRS Batch File: the chosen learners who have no ULN, as a file that LRS answers with their ULNs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app import access
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import SHOWN, learner
from app.errors import InputError
from app.export_sheet import ExportSummary
from app.files.lrs_batch import BatchLearner, write_batch
from app.sentence import plural
from app.tasks import TaskContext
from app.ulns import UlnState

_WITHOUT = (UlnState.NONE.value, UlnState.TEMPORARY.value)


def export_batch(
    context: TaskContext, db: Database, user: User, learner_ids: Sequence[int], ukprn: str, path: Path
) -> ExportSummary:
    """Write those of `learner_ids` who have no ULN, in that order; `note` says who was left out and why.

    Raises AccessError; InputError without a UKPRN, without anybody to ask for, or if the file cannot be written.
    """
    if not ukprn:
        raise InputError(
            "The file needs the college's UKPRN, and the settings do not say it.",
            hint="Set it under File, Settings, and try again.",
        )
    with db.read(context) as tx:
        access.require(tx, user, Permission.EXPORT)
        found = list(_without_uln(db, tx, learner_ids))
    if not found:
        raise InputError("All of these learners have a ULN.", hint="Choose learners without one, then try again.")
    context.raise_if_cancelled()
    done = write_batch(path, found, ukprn, datetime.now())
    left = len(done.left_out)
    note = plural(
        left,
        "{n} learner lacks a name or a date of birth and was left out.",
        "{n} learners lack a name or a date of birth and were left out.",
    )
    return ExportSummary(done.written, path, note=note if left else "")


def _without_uln(db: Database, tx: Connection, learner_ids: Sequence[int]) -> Iterator[BatchLearner]:
    with db.ids_as_table(tx, dict.fromkeys(learner_ids)) as picked:
        query: Any = (
            select(learner)
            .join(picked, picked.c.id == learner.c.id)
            .where(SHOWN, learner.c.uln_state.in_(_WITHOUT))
            .order_by(picked.c.place)
        )
        rows = tx.execute(query).all()
    for row in rows:
        yield BatchLearner(
            ref=row.ref,
            family_name=row.family_name,
            given_names=row.given_names,
            first_name=row.first_name,
            known_as=row.known_as,
            birth_date=row.birth_date,
            sex=row.sex,
            postcode=row.postcode,
            email=row.email,
        )
