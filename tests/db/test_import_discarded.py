"""Jobs of which nothing was applied leave the list when somebody discards them; what the LMS would hear of an import
is said before."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.access import Role, User
from app.db.database import Database
from app.db.tables import file_job, file_row, section
from app.errors import AccessError, InputError
from app.imports import apply, discarding
from app.imports.rules import Outcome
from app.tasks import TaskContext
from tests.builders import user_with
from tests.imports.importing import EVERYTHING, Importing, done, row
from tests.lms import rows as lms_rows


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    return Importing(db, user, tmp_path)


def jobs(world: Importing) -> list[int]:
    with world.db.read() as tx:
        return list(tx.execute(select(file_job.c.id).order_by(file_job.c.id)).scalars())


def test_a_refused_and_a_checked_file_are_discarded_with_their_rows(world: Importing):
    world.add_people(1)
    refused = world.check([{"external_email ": "a@b.example"}]).job_id
    checked = world.check([row(1)]).job_id
    assert jobs(world) == [refused, checked]
    other = user_with(world.db, Role.RECORD_IMPORTER)
    with pytest.raises(AccessError):
        discarding.discard(world.db, other, refused)
    for one in (refused, checked):
        discarding.discard(world.db, world.user, one)
    assert jobs(world) == []
    assert world.number_of(file_row) == 0
    with pytest.raises(InputError):
        discarding.discard(world.db, world.user, checked)


def test_what_was_applied_is_not_discarded(world: Importing):
    world.add_people(1)
    told = world.bring([row(1)])
    with pytest.raises(InputError, match="something of it was applied"):
        discarding.discard(world.db, world.user, told.job_id)
    assert world.outcomes(told.job_id) == ["enrolled"]


def test_what_was_discarded_is_not_applied(world: Importing):
    seen = world.check([row(1)])
    discarding.discard(world.db, world.user, seen.job_id)
    with pytest.raises(InputError):
        apply.apply(TaskContext(), world.db, world.user, seen.job_id, EVERYTHING)


def test_whom_the_lms_hears_of_is_counted_before(world: Importing):
    taught = lms_rows.add_course(world.db, full_name="English 2026")
    learners = world.add_people(1, 2, 3)
    world.bring([row(1)])
    with world.db.write() as tx:
        tx.execute(update(section).values(lms_course_id=taught))
    seen = world.check([row(1), row(2), done(3), row(9)])
    assert seen.facts.lms == (("English 2026", 1),), "who is there already, complete or unknown is not sent now"
    told = world.apply(seen, *EVERYTHING)
    assert told.outcomes[Outcome.ENROLLED] == 1
    with world.db.read() as tx:
        sections = {one.section_id for one in world.enrolled().values()}
        here = select(section.c.lms_course_id).where(section.c.id.in_(sections))
        assert set(tx.execute(here).scalars()) == {taught}
    assert set(world.enrolled()) == set(learners)
    with world.db.write() as tx:
        tx.execute(update(section).values(lms_course_id=None))
    world.add_people(4)
    assert world.check([row(4)]).facts.lms == ()
