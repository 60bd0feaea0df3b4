"""The sender against the sandbox Moodle over TLS: what happens on the wire, and to whom."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest

from app.access import User
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.lms.extracts import course_status
from app.lms.extracts.course_status import Step
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_state import Place
from app.sandbox.people import people
from tests.lms.sending import Sections

HUNDREDS = 200
PEOPLE = people(210)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MoodleSandbox]:
    with MoodleSandbox(tmp_path_factory.mktemp("moodle"), people=PEOPLE, courses=1, learners=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: MoodleSandbox) -> Iterator[MoodleSandbox]:
    yield running
    running.set_fault()


@pytest.fixture
def client(sandbox: MoodleSandbox) -> MoodleClient:
    return MoodleClient(MoodleAccess(**sandbox.info.as_dict(), connect_timeout=5.0, read_timeout=20.0, deadline=30.0))


class Class:
    """A course of the sandbox, the section that sends to it, and learners who have accounts there."""

    def __init__(self, db: Database, user: User, sandbox: MoodleSandbox) -> None:
        self.some = Sections(db, user)
        self.number = sandbox.add_course("NEW", "A new course")
        self.section = self.some.section(str(self.number))
        self.places = sandbox.course(self.number).places

    def learner(self, number: int, **other: object) -> int:
        return self.some.learner(number, self.section, str(1000 + number), **other)


@pytest.fixture
def some(db: Database, user: User, sandbox: MoodleSandbox) -> Class:
    return Class(db, user, sandbox)


@pytest.mark.rule("EX-T2")
@pytest.mark.parametrize("fault", ["reset", "hang-up"], ids=["after it took them", "before"])
def test_the_lms_dies_inside_a_batch_of_hundreds(
    some: Class, sandbox: MoodleSandbox, client: MoodleClient, fault: str
):
    for number in range(1, HUNDREDS + 1):
        some.learner(number)
    sandbox.set_fault(f"{fault}@enrol:once", "gateway@participants")
    first = some.some.send(client)
    statuses = {status for _, status in some.some.statuses()}
    assert (first.counts["sent"], statuses) == (0, {"ready"})
    tried = len(some.some.attempts())
    assert set(some.some.results()) == {"unknown"}
    assert len(some.places) == (tried if fault == "reset" else 0)
    sandbox.set_fault()
    asked = len(sandbox.calls)
    done = some.some.send(client)
    assert (done.state, done.counts["processed"], done.counts["waiting"]) == ("finished", HUNDREDS, 0)
    assert len(some.places) == HUNDREDS
    calls = [function for function, _ in sandbox.calls[asked:] if "enrol_users" in function]
    assert len(calls) == (1 if fault == "reset" else 2), "what it had taken is not sent again"


def test_one_account_among_hundreds_was_deleted(some: Class, sandbox: MoodleSandbox, client: MoodleClient):
    bad = sandbox.account(1000 + 205)
    bad.deleted_at = bad.deleted_at or 1_795_000_000
    for number in (*range(1, HUNDREDS), 205):
        some.learner(number)
    done = some.some.send(client)
    assert [done.counts[name] for name in ("sent", "processed", "rejected", "waiting")] == [199, 199, 1, 0]
    [refused] = [row for row in some.some.records() if row.status == "rejected"]
    assert "The account was deleted in the LMS." in refused.message
    assert refused.message.endswith("(userdeleted)")
    assert len(some.places) == 199


def test_null_without_effect_and_a_suspended_account(some: Class, sandbox: MoodleSandbox, client: MoodleClient):
    sandbox.account(1001).suspended = True
    first, second = some.learner(1), some.learner(2)
    some.some.send(client)
    assert [status for _, status in some.some.statuses(first)] == ["processed"], "its place is there all the same"
    sandbox.set_fault("no-effect")
    some.some.change(second, status="dropped")
    some.some.send(client)
    assert some.some.statuses(second) == [("add", "processed"), ("drop", "transmitted")]
    sandbox.set_place(some.number, 1002, Place(suspended=True))
    some.some.send(client)
    assert some.some.statuses(second) == [("add", "processed"), ("drop", "processed")]


def test_a_second_method_keeps_a_drop_transmitted(some: Class, sandbox: MoodleSandbox, client: MoodleClient):
    at = some.learner(1)
    some.some.send(client)
    sandbox.set_place(some.number, 1001, Place(by_self=True))
    some.some.change(at, status="dropped")
    some.some.send(client)
    assert some.places[1001].suspended
    assert some.some.statuses(at) == [("add", "processed"), ("drop", "transmitted")]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_an_hour_off(some: Class, sandbox: MoodleSandbox, client: MoodleClient, hours: int):
    """Of the LMS. A place that begins today may not have begun there: then nothing is Processed that is not shown."""
    today = date.today()
    midnight = int(datetime.combine(today, time.min).astimezone().timestamp())
    with sandbox.changing() as site:
        now, site.now = site.now, midnight + hours * 3600
    try:
        at = some.learner(1, starts=today, ends=today + timedelta(days=90))
        some.some.send(client)
        assert some.some.statuses(at) == [("add", "transmitted" if hours < 0 else "processed")]
        with sandbox.changing() as site:
            site.now = midnight + 3600
        some.some.send(client)
        assert some.some.statuses(at) == [("add", "processed")]
    finally:
        with sandbox.changing() as site:
            site.now = now


def test_break_and_back_and_new_dates(some: Class, client: MoodleClient, user: User, db: Database):
    at = some.learner(1)
    some.some.send(client)
    ends = date.today() + timedelta(days=60)
    for step, more in ((Step.BREAK, {}), (Step.BACK, {}), (Step.DATES, {"ends": ends}), (Step.WITHDRAW, {})):
        done = course_status.change(db, user, [at], step, **more)
        assert (done.changed, done.queued.total) == (1, 1)
        some.some.send(client)
        assert some.places[1001].suspended is (step in (Step.BREAK, Step.WITHDRAW))
    assert some.some.statuses(at) == [
        ("add", "processed"),
        ("change", "processed"),
        ("change", "processed"),
        ("change", "processed"),
        ("drop", "processed"),
    ]
    assert some.places[1001].end > 0, "the dates are sent with the suspension"


@pytest.mark.rule("EX-R4")
def test_moved_to_another_section_of_the_same_course(some: Class, client: MoodleClient, user: User, db: Database):
    """One place there, two enrolments here: the first one's Drop shuts nobody out, the second one's does."""
    at = some.learner(1)
    some.some.send(client)
    course_status.change(db, user, [at], Step.WITHDRAW)
    moved = some.some.learner(1, some.some.section_beside(some.section))
    some.some.send(client)
    assert not some.places[1001].suspended
    assert some.some.statuses(at) == [("add", "processed"), ("drop", "processed")]
    assert some.some.statuses(moved) == [("add", "processed")]
    course_status.change(db, user, [moved], Step.WITHDRAW)
    some.some.send(client)
    assert some.places[1001].suspended
    assert some.some.statuses(moved) == [("add", "processed"), ("drop", "processed")]
