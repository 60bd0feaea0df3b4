"""The queue: which changes of an enrolment become records, against a plain model too (extract-statuses.md 1, 2.1)."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from app import history
from app.access import Role, User
from app.db import tables
from app.db.database import Database
from app.db.tables import change, enrolment, extract_record, lms_account, operation
from app.errors import AccessError, InputError
from app.lms import enrol
from app.lms.extracts import course_status, queue
from app.lms.extracts.course_status import Step
from app.lms.extracts.queue import QueueSummary
from tests.builders import add_campus, add_learner, first_user, user_with
from tests.lms.rows import add_account
from tests.lms.sending import TERM, Sections

LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


def told(some: Sections, at: int) -> list[str]:
    return [change for change, _ in some.statuses(at)]


def test_a_new_enrolment_is_one_add(some: Sections, user: User):
    at = some.learner(1, some.section("5"), status_on=date(2026, 9, 3), **TERM)
    made = some.judge()
    assert (made.add, made.total) == (1, 1)
    [record] = some.records(at)
    assert (record.number, record.status, record.starts, record.changed_on) == (
        1,
        "ready",
        TERM["starts"],
        date(2026, 9, 3),
    )
    assert some.judge() == QueueSummary()
    with some.db.read() as tx:
        assert tx.execute(select(enrolment.c.records, enrolment.c.version)).one() == (1, 1)
        noted = select(change.c.kind, change.c.learner_id, operation.c.user_id, operation.c.state)
        noted = noted.join(operation, operation.c.id == change.c.operation_id)
        assert tx.execute(noted).all() == [("insert", some.learners[1], user.id, "done")]


@pytest.mark.rule("EX-P7", "EX-P9")
def test_what_the_gates_or_the_account_hold_back_makes_none(some: Sections):
    section = some.section("5")
    some.learner(1, section)
    some.learner(2, section, None)
    some.learner(3, section)
    add_account(some.db, "7003", some.learners[3])
    some.open_gates(False)
    assert some.judge().total == 0
    some.open_gates()
    assert some.judge().total == 1
    add_account(some.db, "9002", some.learners[2])
    with some.db.write() as tx:
        tx.execute(update(lms_account).where(lms_account.c.lms_user_number == "7003").values(learner_id=None))
    assert some.judge().total == 2


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, []),
        ({"status": "dropped"}, ["drop"]),
        ({"status": "on_break"}, ["change"]),
        ({"status": "completed"}, []),
        ({"removed_at": LONG_AGO}, []),
        ({**TERM}, []),
    ],
)
def test_of_an_adopted_enrolment_the_lms_knows(some: Sections, values: dict[str, Any], wanted: list[str]):
    at = some.learner(1, some.section("5"), origin="adopted", **values)
    some.judge()
    assert told(some, at) == wanted


def test_taken_back_before_and_after_something_was_sent(some: Sections):
    at = some.learner(1, some.section("5"))
    some.judge()
    some.change(at, removed_at=LONG_AGO)
    assert some.judge().total == 0
    with some.db.write() as tx:
        tx.execute(update(extract_record).values(status="processed", attempts=1))
    assert some.judge().drop == 1
    assert some.records(at)[1].course_status == "dropped"
    some.change(at, removed_at=None)
    assert some.judge().add == 1


def test_a_removed_learner_is_dropped_and_not_added(some: Sections):
    section = some.section("5")
    first, second = some.learner(1, section), some.learner(2, section)
    some.judge()
    some.change(second, status="dropped")
    with some.db.write() as tx:
        tx.execute(text("update learner set removed_at = :now"), {"now": "2026-01-05 00:00:00+00:00"})
    some.learner(2, some.section("6"))
    some.change(first, status="on_break")
    made = some.judge()
    assert (made.add, made.drop, made.change) == (0, 1, 0)


def test_only_these_sections_or_enrolments(some: Sections, user: User):
    sections = [some.section(number) for number in ("5", "6", "7")]
    keys = [some.learner(number, section) for number, section in enumerate(sections)]
    assert queue.judge(some.db, user, sections=[sections[1]]).total == 1
    assert queue.judge(some.db, None, enrolments=[keys[2]]).total == 1
    assert told(some, keys[0]) == []
    assert queue.judge(some.db, user, sections=[], enrolments=[]).total == 0


def test_more_than_a_batch_is_one_operation(some: Sections, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queue, "BATCH", 2)
    section = some.section("5")
    some.learners_of(section, range(5))
    made = some.judge()
    assert made.total == 5
    with some.db.read() as tx:
        assert tx.execute(select(operation.c.id, operation.c.state)).all() == [(made.operation_id, "done")]
    with pytest.raises(InputError):
        history.undo(some.db, some.user.id, int(made.operation_id or 0))


def test_enrolling_puts_it_into_the_queue(some: Sections, user: User):
    section = some.section("5")
    key = add_learner(some.db, 44)
    add_account(some.db, "9044", key)
    with some.db.read() as tx:
        course = tx.execute(select(tables.section.c.lms_course_id).where(tables.section.c.id == section)).scalar_one()
    enrol.enrol_selected(some.db, user, [key], course)
    assert [row.change for row in some.records()] == ["add"]


# -- a person's steps


def test_steps_of_a_person(some: Sections, db: Database, user: User):
    at = some.learner(1, some.section("5"))
    some.judge()
    today = date.today()

    def did(step: Step, **more: Any) -> tuple[int, int, int]:
        done = course_status.change(db, user, [at, 99_999], step, **more)
        return done.changed, done.unchanged, done.refused

    assert did(Step.BREAK, on=today - timedelta(days=3)) == (1, 0, 1)
    assert did(Step.BREAK) == (0, 0, 2)
    assert did(Step.BACK) == (1, 0, 1)
    assert did(Step.DATES, starts=today + timedelta(days=5)) == (1, 0, 1)
    assert did(Step.DATES, starts=today + timedelta(days=5)) == (0, 1, 1)
    assert did(Step.WITHDRAW) == (1, 0, 1)
    assert did(Step.DATES, starts=today) == (0, 0, 2)
    assert did(Step.BACK) == (1, 0, 1)
    assert told(some, at) == ["add", "change", "change", "change", "drop", "add"]
    [row] = [row for row in some.records(at) if row.course_status == "on_break"]
    assert row.changed_on == today - timedelta(days=3)
    assert some.records(at)[-1].course_status == "scheduled"


def test_a_step_is_undone_and_refused(some: Sections, db: Database, user: User):
    at = some.learner(1, some.section("5"))
    done = course_status.change(db, user, [at], Step.WITHDRAW)
    assert told(some, at) == [], "nothing was sent, and nothing is to be"
    assert history.undo(db, user.id, int(done.operation_id or 0)).undone == 1
    assert some.judge().add == 1
    with pytest.raises(InputError) as caught:
        course_status.change(db, user, [at], Step.DATES, starts=date(2027, 1, 2), ends=date(2027, 1, 1))
    assert caught.value.field == "ends"
    with pytest.raises(InputError):
        course_status.change(db, user, [at], Step.WITHDRAW, on=date.today() + timedelta(days=1))
    with pytest.raises(AccessError):
        course_status.change(db, user_with(db, Role.EXTRACT_EDITOR), [at], Step.WITHDRAW)


def test_a_step_is_foreseen_and_tells_who_waits(some: Sections, db: Database, user: User):
    section = some.section("5")
    fine, gone, nobody = some.learner(1, section), some.learner(2, section), some.learner(3, section, None)
    some.judge()
    some.change(gone, removed_at=LONG_AGO)
    keys = [fine, gone, nobody, 99_999]
    with db.read() as tx:
        found = course_status.foresee(tx, user, keys, Step.DATES)
    assert (found.fit, found.refused, found.open) == (2, 2, 1)
    assert found.starts == {None}
    done = course_status.change(db, user, keys, Step.DATES, ends=TERM["ends"])
    assert (done.changed, done.refused, done.queued.change) == (2, 2, 1)
    assert [(one.enrolment_id, one.gate) for one in done.held_back] == [(nobody, False)]
    some.open_gates(False)
    done = course_status.change(db, user, keys, Step.DATES, ends=None)
    assert [(one.enrolment_id, one.gate) for one in done.held_back] == [(fine, True), (nobody, True)]
    assert done.held_back[0].name not in repr(done.held_back[0])


@pytest.mark.rule("EX-A3")
def test_a_step_is_for_who_sees_a_campus_of_the_section(some: Sections, db: Database):
    """What it does becomes records of that campus."""
    ours, theirs = some.section("5"), some.section("6")
    here, there = some.learner(1, ours, origin="adopted"), some.learner(2, theirs, origin="adopted")
    other = add_campus(db, "OTHER", "Other")
    person = user_with(db, Role.ENROLMENT_MANAGER)
    with db.write() as tx:
        links = tables.section_campus
        tx.execute(insert(links).values(section_id=ours, campus_id=other, owner=False))
        tx.execute(insert(tables.user_campus).values(user_id=person.id, campus_id=other))
    keys = [here, there, 99_999]
    with db.read() as tx:
        found = course_status.foresee(tx, person, keys, Step.WITHDRAW)
    assert (found.fit, found.refused, found.elsewhere, found.open) == (1, 1, 1, 1)
    done = course_status.change(db, person, keys, Step.WITHDRAW)
    assert (done.changed, done.refused, done.elsewhere) == (1, 1, 1)
    assert [(row.enrolment_id, row.change) for row in some.records()] == [(here, "drop")]
    with db.write() as tx:
        tx.execute(delete(tables.user_campus))
    assert course_status.change(db, person, [here], Step.BACK).elsewhere == 1
    with pytest.raises(AccessError):
        course_status.take_back(db, person, int(done.operation_id or 0))


def test_one_new_date_beside_one_that_stays(some: Sections, db: Database, user: User):
    section = some.section("5")
    early, late = some.learner(1, section, **TERM), some.learner(2, section, starts=date(2027, 9, 1))
    done = course_status.change(db, user, [early, late], Step.DATES, ends=date(2027, 1, 1))
    assert (done.changed, done.refused) == (1, 1), "one would end before it starts"
    with db.read() as tx:
        query = select(enrolment.c.starts, enrolment.c.ends).order_by(enrolment.c.id)
        assert tx.execute(query).all() == [(TERM["starts"], date(2027, 1, 1)), (date(2027, 9, 1), None)]


def test_a_step_taken_back_is_told_to_the_lms(some: Sections, db: Database, user: User):
    at = some.learner(1, some.section("5"))
    some.judge()
    done = course_status.change(db, user, [at], Step.WITHDRAW)
    assert course_status.take_back(db, user, int(done.operation_id or 0)).undone == 1
    assert told(some, at) == ["add", "drop", "add"]


# -- against a plain model


@dataclass
class Model:
    """An enrolment as a reader of the contract would follow it, in plain words."""

    adopted: bool
    status: str = "current"
    ends: date | None = None
    taken_back: bool = False
    sent: bool = False
    said: list[str] = field(default_factory=list)
    last: tuple[str, date | None] = ("", None)

    def hear(self) -> str | None:
        """What the LMS has to hear now."""
        off = self.taken_back or self.status == "dropped"
        if self.status == "completed" and not self.taken_back:
            return None
        if not self.said:
            if self.adopted:
                return None if self.taken_back else {"dropped": "drop", "on_break": "change"}.get(self.status)
            return None if off else "add"
        if self.said[-1] == "drop":
            return None if off else "add"
        if off:
            return "drop" if not self.taken_back or self.sent else None
        moved = (self.last[0] == "on_break") != (self.status == "on_break") or self.last[1] != self.ends
        return "change" if moved else None

    def judged(self) -> None:
        if (one := self.hear()) is not None:
            self.said.append(one)
            self.last = ("dropped" if self.taken_back else self.status, self.ends)


STATUSES = ("scheduled", "current", "on_break", "dropped", "completed")
EVENTS = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(STATUSES)),
    st.tuples(st.just("ends"), st.sampled_from([None, date(2027, 1, 1), date(2027, 7, 2)])),
    st.tuples(st.just("taken_back"), st.booleans()),
    st.tuples(st.just("judge"), st.none()),
    st.tuples(st.just("sent"), st.none()),
)


@pytest.fixture(scope="module")
def lasting(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sections, int]]:
    """One database for all examples, each of which has a learner of its own."""
    file = tmp_path_factory.mktemp("queue") / "learners.sqlite"
    shutil.copyfile(sqlite_template, file)
    with closing(Database.in_file(file)) as db:
        some = Sections(db, first_user(db))
        yield some, some.section("5")


@settings(max_examples=40, deadline=None)
@given(st.booleans(), st.lists(EVENTS, max_size=12))
def test_the_queue_is_as_a_plain_model_says(lasting: tuple[Sections, int], adopted: bool, events: list[Any]):
    some, section = lasting
    at = some.learner(len(some.learners) + 1, section, origin="adopted" if adopted else "hand")
    model = Model(adopted)
    for what, value in [*events, ("judge", None)]:
        if what == "judge":
            queue.judge(some.db, None, enrolments=[at])
            model.judged()
        elif what == "sent":
            model.sent = bool(model.said)
            sent = update(extract_record).where(extract_record.c.enrolment_id == at)
            with some.db.write() as tx:
                tx.execute(sent.values(attempts=1))
        else:
            setattr(model, what, value)
            values = {"removed_at": LONG_AGO if value else None} if what == "taken_back" else {what: value}
            some.change(at, **values)
    assert told(some, at) == model.said
