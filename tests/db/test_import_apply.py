"""Course records applied: what is written, what is not, and that both databases agree with the dry run."""

from pathlib import Path

import pytest

from app.access import User
from app.db.database import Database
from app.imports.rules import Outcome
from tests.imports.importing import Importing, credited, done, row


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    return Importing(db, user, tmp_path)


def test_rows_do_what_was_foreseen(world: Importing):
    first, second, third = world.add_people(1, 2, 3)
    seen = world.check([row(1), done(2), credited(3), row(4)])
    assert seen.outcomes() == {
        Outcome.ENROLLED: 1,
        Outcome.COMPLETED: 1,
        Outcome.CREDITED: 1,
        Outcome.HELD: 1,
    }
    told = world.apply(seen)
    assert told.outcomes == seen.outcomes()
    assert (told.state, told.surprises) == ("applied", 0)
    there = world.enrolled()
    assert (there[first].complete, there[second].complete, there[third].complete) == (False, True, True)
    assert world.credit() == [
        (second, "ENG-1", "ama", 500, "course"),
        (third, "ENG-1", "ama", 500, "import"),
    ]
