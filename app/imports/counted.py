"""Which rows of a job count as participants once the repair of CR-38 leaves out the others."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, select

from app.db.tables import file_row
from app.imports import facts, stored
from app.imports.applying import Around
from app.imports.stored import JobFacts

_SOME = 4_000


def first_counted(tx: Connection, job_id: int, job: JobFacts) -> Mapping[int, int]:
    """For each row with a category, by number, the first row of its learner and course that has one; nothing where
    the repair was not chosen."""
    if not job.asked.repairs.has("CR-38"):
        return {}
    around = Around(job, frozenset(), facts.types(tx), date.today())
    reader, judge = around.reader, around.judge(tx)
    first: dict[int, int] = {}
    found: dict[int, int] = {}
    last = 0
    query = select(file_row.c.number, file_row.c.cells).where(file_row.c.job_id == job_id).order_by(file_row.c.number)
    while rows := tx.execute(query.where(file_row.c.number > last).limit(_SOME)).all():
        reads = [reader.read(row.number, *stored.unpacked_cells(row.cells)) for row in rows]
        for seen in judge.look(tx, [one for one in reads if any(each.category for each in one.records)]):
            if seen.pair is not None:
                found[seen.read.number] = first.setdefault(hash(seen.pair), seen.read.number)
        last = rows[-1].number
    return found
