"""The history of extract records (EX-H1, EX-H2): made, sent, answered, set by whom, from what to what and why."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import history
from app.access import User
from app.db.database import Database
from app.db.tables import app_user, extract_attempt, extract_record
from app.lms.extracts import history_of, statuses
from app.lms.extracts import save as saving
from app.lms.extracts.history_of import ATTEMPT, CREATED, LATE, STATUS, UNDO
from app.tasks import TaskContext
from tests.lms.college import College
from tests.lms.fake_lms import FakeLms
from tests.lms.rows import MOMENT
from tests.lms.sending import Sections


@pytest.fixture
def college(db: Database) -> College:
    return College(db)


def told(db: Database, key: int, scope=None):
    with db.read() as tx:
        return history_of.of_record(tx, key, scope)


def by_the_program(college: College, key: int, **values) -> None:
    """What a sending writes about a record, with its history."""
    with college.db.write() as tx:
        row = tx.execute(select(extract_record).where(extract_record.c.id == key)).one()
        operation = history.begin(tx, college.db, None, "lms_sent")
        operation.update(extract_record, row, values)
        operation.end(tx)


@pytest.mark.rule("EX-H1", "EX-R4", "EX-T4")
def test_everything_that_happened_to_a_record_the_latest_first(db: Database, college: College):
    city = college.campus("City")
    section = college.section("ART", college.term("Autumn", [city]), [city])
    person = college.learner(5, family_name="Begum", given_names="Elif")
    other = college.record(section, learner_id=person, status="rejected")
    with db.write() as tx:
        operation = history.begin(tx, db, None, "lms_queued")
        values = {
            "enrolment_id": 1, "number": 2, "change": "drop", "course_status": "dropped", "status": "ready",
            "status_at": MOMENT,
        }  # fmt: skip
        key = operation.insert(extract_record, values, person)
        operation.end(tx)
    attempt = {"record_id": key, "computer": "PC1", "payload": '{"course":"7"}', "started_at": MOMENT}
    college.add(
        extract_attempt, **attempt, number=1, ended_at=MOMENT, result="refused", message="User suspended", code="x"
    )
    by_the_program(college, key, status="rejected", message="User suspended", attempts=1)
    user = college.user(city)
    staged = statuses.foresee(TaskContext(), db, user, [key], "ready").staged
    saving.save(TaskContext(), db, user, staged, "Account was mended")
    college.add(extract_attempt, **{**attempt, "started_at": MOMENT + timedelta(days=400)}, number=2)
    by_the_program(college, key, late_answer="processed")
    found = told(db, key)
    what = [(one.what, one.old, one.new) for one in found]
    assert what == [
        (ATTEMPT, None, None),
        (LATE, None, "processed"),
        (STATUS, "rejected", "ready"),
        (STATUS, "ready", "rejected"),
        (CREATED, None, "ready"),
        (ATTEMPT, None, "refused"),
    ]
    running, late, by_hand, refused, created, first = found
    assert (running.number, running.kind, running.payload) == (2, "PC1", '{"course":"7"}')
    assert (first.message, first.number) == ("User suspended", 1)
    assert (created.who, refused.who, late.who) == (None, None, None)
    assert refused.message == "User suspended"
    with db.read() as tx:
        name = tx.execute(select(app_user.c.name).where(app_user.c.id == user.id)).scalar_one()
    assert (by_hand.who, by_hand.reason, by_hand.kind) == (name, "Account was mended", saving.SAVED)
    assert by_hand.operation_id is not None
    assert (by_hand.ref, by_hand.name, by_hand.course, by_hand.change) == (
        "240005",
        "Begum, Elif",
        "ART / 01",
        "drop",
    )
    assert "Begum" not in repr(found)
    assert told(db, other) == []


@pytest.mark.rule("EX-H1")
def test_what_a_sending_does_is_the_systems_and_stands_after_its_attempt(db: Database, user: User):
    """A run is one operation from its first write on, whoever pressed the button: what it says of the records that it
    sends later stands after their attempts, at the moment it was heard."""
    some, lms = Sections(db, user), FakeLms(entries_at_once=1, parallel=1)
    lms.course("5")
    some.learners_of(some.section("5"), range(3))
    some.send(lms)
    attempts = {row.record_id: row for row in some.attempts()}
    ids = [row.id for row in some.records()]
    for row in some.records():
        found = told(db, row.id)
        assert [(one.what, one.new, one.who) for one in found] == [
            (STATUS, "processed", None),
            (STATUS, "transmitted", None),
            (ATTEMPT, "accepted", None),
            (CREATED, "ready", None),
        ]
        processed, transmitted, attempt, _created = found
        assert attempt.at == attempts[row.id].started_at
        assert transmitted.at == attempts[row.id].ended_at
        assert processed.at == row.status_at
    with db.read() as tx:
        keys = list(history_of.keys(db, tx, ids, None))
        events = history_of.events(tx, keys, None)
    assert [(events[key].record_id, events[key].what) for key in keys] == [
        (key, what) for key in ids for what in (CREATED, ATTEMPT, STATUS, STATUS)
    ]


@pytest.mark.rule("EX-H1", "EX-U8")
def test_an_undo_is_told_as_what_it_is(db: Database, college: College):
    city = college.campus("City")
    key = college.record(college.section("ART", college.term("Autumn", [city]), [city]), "rejected")
    user = college.user(city)
    saving.save(TaskContext(), db, user, statuses.foresee(TaskContext(), db, user, [key], "ready").staged)
    saving.undo_last_save(db, user)
    undone, saved = told(db, key)
    assert (undone.what, undone.old, undone.new, undone.kind) == (STATUS, "ready", "rejected", UNDO)
    assert (saved.old, saved.new) == ("rejected", "ready")
    assert undone.message == "User suspended", "what the LMS said is back"


@pytest.mark.rule("EX-H2", "EX-A3")
def test_histories_of_many_records_for_an_export_within_the_users_campuses(db: Database, college: College):
    city, river = college.campus("City"), college.campus("Riverside")
    autumn = college.term("Autumn", [city, river])
    mine = college.record(college.section("ART", autumn, [city]), "rejected")
    theirs = college.record(college.section("BIO", autumn, [river]), "rejected")
    everywhere = college.user(city, river)
    for target in ("ready", "processed"):
        staged = statuses.foresee(TaskContext(), db, everywhere, [theirs, mine], target).staged
        saving.save(TaskContext(), db, everywhere, staged, "Because")
    with db.read() as tx:
        keys = history_of.keys(db, tx, [theirs, mine], None)
        events = history_of.events(tx, list(keys), None)
        assert [(events[key].record_id, events[key].new) for key in keys] == [
            (mine, "ready"), (mine, "processed"), (theirs, "ready"), (theirs, "processed"),
        ]  # fmt: skip
        scope = frozenset({city})
        assert list(history_of.keys(db, tx, [theirs, mine], scope)) == list(keys[:2])
        assert set(history_of.events(tx, list(keys), scope)) == set(keys[:2]), "keys give no access"
    assert told(db, theirs, scope) == []
