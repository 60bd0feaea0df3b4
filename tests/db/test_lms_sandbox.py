"""The synchronisation against the sandbox Moodle, over TLS: from an empty database to moving courses, every fault."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from app.access import User
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.connectors.moodle_check import STEPS
from app.db.database import Database
from app.db.tables import lms_course
from app.lms import compare, course_states, courses, courses_list, enrol, enrolments, enrolments_list, errors_list
from app.lms.run import RunSummary
from app.lms.states import CourseState
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.builders import add_learners, learner_values
from tests.certificates import certificates
from tests.db.conftest import Further

SHORT = {"connect_timeout": 2.0, "read_timeout": 2.0, "deadline": 4.0, "gradebook_timeout": 4.0, "parallel": 4}
COURSES, LEARNERS = 6, 6


def moodle() -> MoodleSandbox:
    return MoodleSandbox(certificates(), people=people(80), courses=COURSES, learners=LEARNERS)


@pytest.fixture
def sandbox() -> Iterator[MoodleSandbox]:
    with moodle() as running:
        yield running


@dataclass
class College:
    """A college whose learners are those of the sandbox, with every course open and everybody adopted."""

    db: Database
    user: User
    sandbox: MoodleSandbox
    client: MoodleClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = MoodleClient(MoodleAccess(**{**self.sandbox.info.as_dict(), **SHORT}))

    def courses(self) -> RunSummary:
        return courses.run(TaskContext(), self.db, self.user, self.client)

    def enrolments(self) -> RunSummary:
        return enrolments.run(TaskContext(), self.db, self.user, self.client)

    def begin(self) -> None:
        add_learners(self.db, [learner_values(one.number, ref=one.ref, email=None) for one in people(80) if one.ref])
        assert self.courses().counts["added"] == COURSES
        course_states.set_state(self.db, self.user, list(self.ids().values()), CourseState.OPEN)
        for key in self.ids().values():
            found = compare.compare(TaskContext(), self.db, self.user, self.client, key)
            if found.to_adopt:
                enrol.adopt(self.db, self.user, key, found.to_adopt)
        self.enrolments()

    def ids(self) -> dict[str, int]:
        with self.db.read() as tx:
            query = select(lms_course.c.lms_number, lms_course.c.id).where(lms_course.c.removed_at.is_(None))
            return {row[0]: row[1] for row in tx.execute(query)}

    def rows(self) -> list[enrolments_list.EnrolmentRow]:
        with self.db.read() as tx:
            ids = self.db.ids(tx, enrolments_list.keys_query())
            found = enrolments_list.rows(tx, ids)
        return [found[key] for key in ids]

    def told(self) -> list[tuple[Any, ...]]:
        """What people see of the enrolments, without the age."""
        return [(one.id, one.progress, one.grade_text, one.missing_since) for one in self.rows()]

    def open_codes(self) -> set[tuple[str, str]]:
        with self.db.read() as tx:
            return {(one.code, one.level.value) for one in errors_list.groups(self.db, tx)}


def begun_at_a_sandbox(db: Database, user: User) -> None:
    """Another sandbox on this computer is the same site to the database."""
    with moodle() as running:
        College(db, user, running).begin()


@pytest.fixture
def further() -> Further:
    return begun_at_a_sandbox


@pytest.fixture
def college(db: Database, user: User, sandbox: MoodleSandbox) -> College:
    return College(db, user, sandbox)


@pytest.mark.rule("LS-C8", "LS-E14", "LS-S7")
def test_from_nothing_to_progress(college: College, sandbox: MoodleSandbox):
    assert "1" not in college.ids(), "the front page"
    rows = college.rows()
    assert len(rows) > COURSES * 2
    assert any(one.grade_text for one in rows)
    assert all(one.as_of is not None for one in rows)
    sandbox.set_latency(20)  # else one call may be answered before the next one is made
    again = college.enrolments()
    assert again.counts["rows_written"] == 0
    assert college.courses().counts["rows_written"] == 0
    assert 1 < sandbox.most_at_once <= 4


def test_what_moves_there_moves_here(college: College, sandbox: MoodleSandbox):
    row = next(one for one in college.rows() if one.grade_text and one.missing_since is None)
    with college.db.read() as tx:
        number = courses_list.rows(tx, [row.lms_course_id or 0])[row.lms_course_id or 0].number
    course = sandbox.course(int(number))
    user = next(
        user
        for user in course.places
        if course.places[user].active(10**9 * 2) and sandbox.account(user).idnumber.strip() == row.ref
    )
    for item in [one.name for one in course.items if one.name]:
        sandbox.set_grade(int(number), user, item, None)
    done = college.enrolments()
    assert done.counts["rows_written"] >= 1
    found = next(one for one in college.rows() if one.id == row.id)
    assert (found.grade_text, found.mark, found.graded) == (None, "grade_gone", 0)


@pytest.mark.rule("LS-C10", "LS-C12", "LS-C13", "LS-C15")
def test_courses_that_go_and_come_back(college: College, sandbox: MoodleSandbox):
    number, key = next(iter(college.ids().items()))
    before = list(college.told())
    gone = sandbox.remove_course(int(number))
    assert college.courses().counts["removed"] == 1
    assert key not in college.ids().values()
    assert college.told() == before
    assert college.enrolments().state in ("finished", "messages")
    assert college.told() == before
    sandbox.put_back(gone)
    assert college.courses().counts["returned"] == 1
    for one in list(college.ids())[:3]:
        sandbox.remove_course(int(one))
    assert college.courses().state == "held"
    assert len(college.ids()) == COURSES


CONNECTION = [
    ("SE-01", ("hang-up", "reset", "timeout")),
    ("SE-03", ("token-revoked", "account-suspended")),
    ("SE-04", ("not-allowed", "no-such-function")),
    ("SE-05", ("maintenance", "upgrading", "database-down", "maintenance-cli", "gateway", "gateway-timeout")),
    ("SE-07", ("html", "xml")),
    ("SE-08", ("elsewhere",)),
    ("SE-09", ("web-services-off",)),
]


@pytest.mark.rule("SE-01", "SE-03", "SE-04", "SE-05", "SE-07", "SE-08", "SE-09", "SE-R7", "LS-N3", "LS-C14")
@pytest.mark.parametrize(("code", "fault"), [(code, fault) for code, faults in CONNECTION for fault in faults])
def test_a_fault_of_the_connection_changes_nothing(college: College, sandbox: MoodleSandbox, code: str, fault: str):
    before, known = college.told(), college.ids()
    errors = college.open_codes()
    sandbox.set_fault(fault)
    for done in (college.courses(), college.enrolments()):
        assert (done.state, done.failed_by) == ("failed", code), (done.kind, done.errors)
    assert (college.told(), college.ids()) == (before, known)
    assert college.open_codes() - errors == {(code, "connection")}
    sandbox.set_fault()
    college.courses()
    college.enrolments()
    assert college.open_codes() == errors, "cleared by themselves"


COURSE = [
    ("SE-10", "course-gone"),
    ("SE-17", "blind-role"),
    ("SE-17", "nobody"),
    ("SE-18", "columns-off"),
    ("SE-13", "separate-groups"),
]


@pytest.mark.rule("SE-10", "SE-13", "SE-17", "SE-18", "LS-E18")
@pytest.mark.parametrize(("code", "fault"), COURSE)
def test_a_fault_of_courses_changes_no_value(college: College, sandbox: MoodleSandbox, code: str, fault: str):
    before = college.told()
    sandbox.set_fault(fault)
    done = college.enrolments()
    assert {one.code for one in done.errors} == {code}, done.errors
    assert done.state == "messages"
    assert college.told() == before


@pytest.mark.rule("SE-11", "SE-12")
@pytest.mark.parametrize(("code", "fault"), [("SE-11", "out-of-reach"), ("SE-12", "no-rights")])
def test_refused_everywhere_is_the_connection(college: College, sandbox: MoodleSandbox, code: str, fault: str):
    before = college.told()
    sandbox.set_fault(fault)
    done = college.enrolments()
    assert (done.state, done.failed_by) == ("failed", code), (done.errors, done.messages)
    assert college.told() == before


@pytest.mark.rule("LS-C14", "LS-C15")
def test_half_a_list_and_an_empty_one_remove_nothing(college: College, sandbox: MoodleSandbox):
    known = college.ids()
    for fault in ("half-list", "empty-list", "truncated"):
        sandbox.set_fault(fault)
        done = college.courses()
        assert done.state in ("held", "failed", "messages", "finished")
        assert college.ids() == known, fault


@pytest.mark.rule("SE-06", "LS-S7")
def test_now_and_then_too_busy(college: College, sandbox: MoodleSandbox):
    before = college.told()
    sandbox.set_fault("busy:0.3")
    done = college.enrolments()
    assert done.counts.get("failed", 0) == 0
    assert college.told() == before


@pytest.mark.rule("LS-N4")
def test_the_steps_of_test_connection_in_order(sandbox: MoodleSandbox):
    client = MoodleClient(MoodleAccess(**{**sandbox.info.as_dict(), **SHORT}))
    steps = list(client.check())
    assert [one.name for one in steps] == list(STEPS)
    assert all(one.ok for one in steps)
    sandbox.revoke_token()
    last = list(client.check())[-1]
    assert (last.ok, last.code) == (False, "SE-03")


@pytest.mark.rule("SE-04")
def test_a_run_looks_first_whether_it_may_call_what_it_needs(college: College, sandbox: MoodleSandbox):
    """moodle.md 3, guard 4: what is missing is named, and nothing else is asked."""
    before = college.told()
    sandbox.offer("participants", "gradebook", offered=False)
    asked = len(sandbox.calls)
    for done in (college.courses(), college.enrolments()):
        assert (done.state, done.failed_by) == ("failed", "SE-04")
        assert "core_enrol_get_enrolled_users" in done.messages[-1]
        assert "gradereport_user_get_grade_items" in done.messages[-1]
    assert {function for function, _ in sandbox.calls[asked:]} == {"core_webservice_get_site_info"}
    assert college.told() == before
