"""Killed (SIGKILL) anywhere in a run: courses are whole or untouched, and the next run finishes the rest."""

import random
import signal
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from app.access import User
from app.db.database import Database
from app.db.tables import change, enrolment, job_lock, lms_course, operation, progress, section, sync_run
from app.lms import enrolments
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.db import dying, killed_sync_child
from tests.db.dying import Dead
from tests.db.killed_sync_child import COURSES, LEARNERS, lms
from tests.lms.rows import add_course, add_enrolment, add_section

KILLS = 6


def child(address: str, point: str, number: int) -> Dead:
    return dying.child(killed_sync_child.main, address, point, number)


def by_course(db: Database) -> dict[str, tuple[int, bool]]:
    """For each course how many enrolments have progress, and whether its data has an age."""
    query = (
        select(lms_course.c.lms_number, func.count(progress.c.id), lms_course.c.grades_good_at.is_not(None))
        .join(section, section.c.lms_course_id == lms_course.c.id)
        .join(enrolment, enrolment.c.section_id == section.c.id)
        .outerjoin(progress, progress.c.enrolment_id == enrolment.c.id)
        .group_by(lms_course.c.id)
    )
    with db.read() as tx:
        return {row[0]: (row[1], bool(row[2])) for row in tx.execute(query)}


def starts_anew(db: Database) -> None:
    """The minute passes after which a silent holder loses the lock."""
    with db.write() as tx:
        tx.execute(update(job_lock).values(alive_at=db.now(tx) - timedelta(seconds=61)))


@pytest.mark.rule("LS-S6")
def test_killed_anywhere(db: Database, address: str, user: User):
    for number in range(COURSES):
        taught = add_section(db, add_course(db, str(500 + number)))
        for learner in range(LEARNERS):
            add_enrolment(db, add_learner(db, number * LEARNERS + learner), taught)
    draw = random.Random(7)
    moments = [("commit", 3), *(("statement", draw.randint(8, 45)) for _ in range(KILLS))]
    deaths = 0
    for moment in moments:
        dead = child(address, *moment)
        if dead.returncode == 0 or "it should be dead" in dead.stderr:
            continue  # the run was over before that moment: what is left of it is looked at all the same
        assert dead.returncode == -signal.SIGKILL, (moment, dead.stderr)
        deaths += 1
        for held, aged in by_course(db).values():
            assert (held, aged) in ((0, False), (LEARNERS, True)), moment
        with db.read() as tx:
            written = tx.execute(select(func.count(progress.c.id))).scalar_one()
            noted = select(func.count(change.c.id)).where(change.c.table_name == "progress")
            assert tx.execute(noted).scalar_one() == written, "history and rows are written together"
            if db.embedded:
                assert tx.execute(text("pragma integrity_check")).scalar() == "ok"
        starts_anew(db)
    assert deaths >= 3
    done = enrolments.run(TaskContext(), db, user, lms())
    assert done.state == "finished"
    assert set(by_course(db).values()) == {(LEARNERS, True)}
    with db.read() as tx:
        states = set(tx.execute(select(sync_run.c.state)).scalars())
        assert states <= {"failed", "finished"}, "dead runs are said to have failed"
        assert "stopped" in set(tx.execute(select(operation.c.state)).scalars())
