"""What somebody else wrote is found in the history, on both databases."""

from sqlalchemy import inspect

from app.changes import Changes, Topic
from app.db.database import Database
from app.db.tables import metadata
from app.elsewhere import TOPICS, look
from app.learners.edit import LearnerForm, add
from app.tasks import TaskContext


def form(ref: str) -> LearnerForm:
    return LearnerForm(ref, "", "Akhtar", "Jo", "", None, "F")


def test_a_write_of_another_program_is_found_once(db, address, user):
    mark, first = look(TaskContext(), db, None)
    assert first == Changes(), "what was there before is no news"
    other = Database(address)
    try:
        add(other, user, "19990002", form("R1"))
    finally:
        other.close()
    mark, found = look(TaskContext(), db, mark)
    assert found.topics == {Topic.LEARNERS}
    again, nothing = look(TaskContext(), db, mark)
    assert (again, nothing) == (mark, Changes())


def test_a_transaction_that_ends_after_a_later_one_is_found(db, user):
    """As on a server, where ids are given before the end: what has the smaller one is committed last."""
    add(db, user, "19990002", form("R1"))
    with_first, _ = look(TaskContext(), db, None)
    add(db, user, "19990002", form("R2"))
    late = max(number for number, _ in look(TaskContext(), db, None)[0].operations)
    add(db, user, "19990002", form("R3"))
    whole, _ = look(TaskContext(), db, with_first)
    without = type(whole)(whole.change, frozenset(one for one in whole.operations if one[0] != late))
    _, found = look(TaskContext(), db, without)
    assert found.topics == {Topic.LEARNERS}


def test_every_table_named_is_one_of_the_database(db):
    with db.read() as tx:
        assert set(TOPICS) <= set(inspect(tx).get_table_names())
    assert set(TOPICS) <= set(metadata.tables)
