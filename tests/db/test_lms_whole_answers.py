"""Answers of the sandbox Moodle that look good and are not whole: what was stored stays, whoever it is about."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.access import User
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.lms import enrolments, enrolments_list
from app.lms.enrolments_list import EnrolmentRow
from app.lms.run import RunSummary
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.lms.rows import add_course, add_enrolment, add_section

PEOPLE = people(120)
CSK = 6


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[MoodleSandbox]:
    with MoodleSandbox(tmp_path / "moodle", people=PEOPLE) as running:
        yield running


def client(sandbox: MoodleSandbox) -> MoodleClient:
    return MoodleClient(MoodleAccess(**sandbox.info.as_dict(), connect_timeout=5.0, read_timeout=5.0))


class Class:
    """One course of the sandbox, Open here, with everybody in its gradebook who can be matched enrolled."""

    def __init__(self, db: Database, sandbox: MoodleSandbox, number: int) -> None:
        self.db = db
        course_id = add_course(db, str(number))
        section = add_section(db, course_id)
        with client(sandbox).open() as calls:
            self.book = {one.user: one for one in calls.gradebook(str(number)) if one.id_number}
        self.at = {
            user: add_enrolment(db, add_learner(db, place, ref=one.id_number), section)
            for place, (user, one) in enumerate(self.book.items(), 1)
        }

    def row(self, user: str) -> EnrolmentRow:
        with self.db.read() as tx:
            return enrolments_list.rows(tx, [self.at[user]])[self.at[user]]

    def rows(self) -> dict[str, EnrolmentRow]:
        return {user: self.row(user) for user in self.at}


def synced(db: Database, user: User, sandbox: MoodleSandbox) -> RunSummary:
    return enrolments.run(TaskContext(), db, user, client(sandbox))


def codes(done: RunSummary) -> list[str]:
    return sorted({one.code for one in done.errors})


def test_what_a_course_shows_arrives_as_it_is_shown(db: Database, user: User, sandbox: MoodleSandbox):
    some = Class(db, sandbox, CSK)
    done = synced(db, user, sandbox)
    assert done.counts["enrolments_changed"] == len(some.at) > 20
    for number, told in some.book.items():
        total = next(one for one in told.rows if one.kind == "course")
        graded = sum(one.kind == "mod" and one.grade is not None for one in told.rows)
        assert (some.row(number).grade_text, some.row(number).counts) == (total.grade_text, f"{graded} of 4")
    again = synced(db, user, sandbox)
    assert (again.counts["enrolments_changed"], again.counts["rows_written"]) == (0, 0)


@pytest.mark.rule("LS-E18")
def test_rows_that_cannot_be_read_leave_one_learner_as_before(db: Database, user: User, sandbox: MoodleSandbox):
    some = Class(db, sandbox, CSK)
    synced(db, user, sandbox)
    before = some.rows()
    with client(sandbox).open() as calls:
        first = calls.gradebook(str(CSK))[0].user
    assert first in some.at
    sandbox.set_fault("unreadable-learner")
    synced(db, user, sandbox)
    after = some.rows()
    assert (after[first].error, after[first].missing_since) == ("SE-07", None)
    assert [number for number, one in after.items() if one.error] == [first]
    assert [told(one) for one in after.values()] == [told(one) for one in before.values()]
    sandbox.set_fault()
    synced(db, user, sandbox)
    assert (some.row(first).error, some.row(first).missing_since) == (None, None)


def told(one: EnrolmentRow) -> tuple[str | None, ...]:
    return one.grade_text, one.progress, one.counts


@pytest.mark.parametrize("fault", ["columns-off", "blind-role", "nobody", "wrong-course", "separate-groups"])
@pytest.mark.rule("SE-17", "SE-18", "SE-13")
def test_an_answer_that_is_not_whole_changes_nothing(db: Database, user: User, sandbox: MoodleSandbox, fault: str):
    some = Class(db, sandbox, CSK)
    synced(db, user, sandbox)
    before = some.rows()
    sandbox.set_fault(f"{fault}@{CSK}")
    done = synced(db, user, sandbox)
    assert codes(done)
    assert done.counts.get("enrolments_changed", 0) == 0
    assert {number: replace(one, error=None) for number, one in some.rows().items()} == before
    sandbox.set_fault()
    assert synced(db, user, sandbox).counts.get("enrolments_changed", 0) == 0
