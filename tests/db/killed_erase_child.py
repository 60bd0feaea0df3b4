"""An erasing that is killed: run by test_erase with the moment at which it dies, `commit N` or `statement N`."""

from app.access import User
from app.db.database import Database
from app.learners import erase
from tests.db.killed_child import Death


def main(address: str, point: str, number: str, learner_id: str, ref: str, reason: str) -> str:
    db = Database(address)
    Death(point, int(number), 0).watch(db)
    erase.erase(db, User(1, "first", "first"), int(learner_id), ref, reason)
    raise AssertionError("it should be dead")
