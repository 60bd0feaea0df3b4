"""A copy that is older than an *Erase Learner* does not bring anybody back, and takes nobody else with it."""

from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from app import access, copies
from app.access import User
from app.db.database import Database
from app.db.tables import app_user, learner, operation
from app.learners import edit, erase, merge
from app.learners.edit import LearnerForm
from app.tasks import TaskContext
from tests.builders import UKPRN, first_user


def added(db: Database, user: User, ref: str, name: str) -> int:
    return edit.add(db, user, UKPRN, LearnerForm(ref=ref, family_name=name, given_names="Jo"))


def erased(db: Database, user: User, key: int, reason: str) -> None:
    erase.erase(db, user, key, str(row(db, key).ref), reason)


def row(db: Database, key: int) -> Row[Any]:
    with db.read() as tx:
        return tx.execute(select(learner).where(learner.c.id == key)).one()


def facts(db: Database) -> list[tuple]:
    """What the history says of erasing."""
    query = select(operation.c.at, operation.c.reason, operation.c.computer, operation.c.state, app_user.c.login)
    query = query.outerjoin(app_user, app_user.c.id == operation.c.user_id)
    with db.read() as tx:
        return [
            tuple(one) for one in tx.execute(query.where(operation.c.kind == erase.KIND).order_by(operation.c.id))
        ]


def test_who_was_erased_since_is_erased_again_and_the_history_says_so(db: Database, tmp_path: Path):
    user = first_user(db, access.account())
    gone, stays, joined = (added(db, user, f"R{at}", name) for at, name in enumerate(("Gone", "Stays", "Joined")))
    before = added(db, user, "R9", "Before")
    erased(db, user, before, "Long ago")
    file = tmp_path / "copy.db"
    copies.back_up(TaskContext(), db, user, file)
    seen = merge.compare(TaskContext(), db, user, gone, joined, in_this_order=True)
    merge.merge(db, user, seen, {})
    erased(db, user, gone, "Asked in writing")
    told = facts(db)
    look = copies.look(TaskContext(), db, file)
    assert (look.erased, look.unsure) == (2, 0), "the one merged into them as well"
    copies.restore(TaskContext(), db, user, file, tmp_path / "kept.db", "Because")
    assert [row(db, key).family_name for key in (gone, joined, before)] == [None] * 3
    assert row(db, stays).family_name == "Stays"
    assert facts(db) == told, "when, by whom and why"
    # It stands there for the next restore, too.
    assert copies.look(TaskContext(), db, file).erased == 2
    with db.read() as tx:
        newest = tx.execute(select(operation.c.kind).order_by(operation.c.id.desc()).limit(1)).scalar_one()
    assert newest == copies.RESTORED


def test_nobody_else_is_erased_in_a_copy_that_went_another_way(db: Database, tmp_path: Path):
    user = first_user(db, access.account())
    known = added(db, user, "R1", "Known")
    early, kept = tmp_path / "early.db", tmp_path / "kept.db"
    copies.back_up(TaskContext(), db, user, early)
    here = added(db, user, "R2", "Somebody")
    copies.restore(TaskContext(), db, user, early, kept, "A mistake")
    user = access.sign_in(db)
    again = added(db, user, "R3", "Another")
    assert again == here, "the same number for another person"
    erased(db, user, again, "Asked in writing")
    erased(db, user, known, "Asked as well")
    look = copies.look(TaskContext(), db, kept)
    assert (look.erased, look.unsure) == (1, 1)
    copies.restore(TaskContext(), db, user, kept, tmp_path / "later.db", "It was none")
    assert row(db, known).family_name is None
    assert row(db, here).family_name == "Somebody"
