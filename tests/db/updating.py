"""What the tests of Update share: an update of everything a window holds, and its numbers."""

from datetime import date

from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.plr.session import PlrSession
from app.plr.update import UpdateSummary, update_selected
from app.tasks import TaskContext
from tests.builders import add_learner, all_keys, answer, session_of
from tests.builders import event as learning_event

HELD = {"award_date": date(2024, 7, 1), "grade": "Pass", "qualification_type": "Other Vocational Qualification"}
TABLES = ("attainment", "attainment_event", "operation", "change")


def run(db: Database, user: User, session: PlrSession, keys=None, **options) -> UpdateSummary:
    keys = all_keys(session) if keys is None else keys
    return update_selected(TaskContext(), db, user, session, keys, **{"lower_too": False, **options})


def counts(summary: UpdateSummary) -> dict[str, int]:
    return {
        "processed": summary.processed,
        "new": len(summary.new),
        "changed": len(summary.changed),
        "unchanged": len(summary.unchanged),
        "not_applied": len(summary.not_applied),
        "left": summary.left,
    }


def tally(processed: int, **numbers: int) -> dict[str, int]:
    names = ("new", "changed", "unchanged", "not_applied", "left")
    return {"processed": processed, **dict.fromkeys(names, 0), **numbers}


def rows_of(db: Database, table) -> list:
    with db.read() as tx:
        return list(tx.execute(select(table).order_by(table.c.id)))


def five_learners(db: Database) -> PlrSession:
    return session_of(db, {add_learner(db): answer(learning_event(1)) for _ in range(5)})
