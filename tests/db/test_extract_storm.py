"""Whatever the LMS does, and whenever: nothing is lost, nothing is sent twice unasked, nothing becomes Processed by
itself that the LMS does not show, nobody who leaves is given a place, and in the end both agree. And two computers at
once."""

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from app.access import User
from app.connectors.lms import EntriesRefusedError, Entry, OutcomeUnknownError, Refusal
from app.db.database import Database
from app.db.tables import enrolment, extract_attempt, extract_record
from app.errors import ConflictError, ServiceError, StopRunError
from app.lms.extracts import sender
from app.lms.extracts.acknowledge import read, shown
from app.lms.extracts.leaving import NO_PLACE
from app.tasks import TaskContext
from tests.builders import first_user
from tests.lms.fake_lms import FakeLms
from tests.lms.sending import Sections

LEARNERS = 3
FAULTS = ("none", "none", "closed", "taken, no answer", "not taken, no answer", "line gone", "no effect", "no look")
EVENTS = st.one_of(
    st.tuples(
        st.just("change"),
        st.integers(0, LEARNERS - 1),
        st.sampled_from(["current", "on_break", "dropped"]),
    ),
    st.tuples(st.just("dates"), st.integers(0, LEARNERS - 1), st.sampled_from([None, date(2031, 7, 2)])),
    st.tuples(st.just("send"), st.sampled_from(FAULTS), st.integers(1, 3)),
)


class Storm:
    """An LMS that fails as it is told, and counts what it took."""

    def __init__(self, some: Sections, number: str, users: Sequence[str]) -> None:
        self.some, self.number, self.users = some, number, users
        self.lms = FakeLms(parallel=1)
        self.lms.course(number)
        self.lms.on_enrol = self._enrol
        self.fault = "none"
        self.last: dict[int, Entry] = {}
        self.made_for_nothing: list[Entry] = []
        self.twice: set[tuple[int, bool]] = set()

    def _enrol(self, entries: Sequence[Entry]) -> Exception | None:
        if self.fault == "closed":
            raise StopRunError("Closed.", code="SE-05")
        if self.fault == "not taken, no answer":
            raise OutcomeUnknownError("Silent.", code="SE-01")
        if self.fault != "no effect":
            self._count(entries)
        if self.fault == "taken, no answer":
            return OutcomeUnknownError("Silent.", code="SE-01")
        if self.fault == "line gone":
            return OutcomeUnknownError("Gone.", code="SE-05", ends_run=True)
        return None

    def _count(self, entries: Sequence[Entry]) -> None:
        held = {one.user for one in self.lms.courses_of[self.number].people}
        if held:  # an empty course proves nothing
            leaving = {row.id for row in self.some.records() if row.course_status == "dropped"}
            places = {read(row.payload).entry for row in self.some.attempts() if row.record_id in leaving}
            self.made_for_nothing += [one for one in entries if one.user not in held and one in places]
        claimed = {read(row.payload).entry: row.record_id for row in self.some.attempts() if row.ended_at is None}
        assert set(entries) <= set(claimed), "an attempt is written before the call"
        for one in entries:
            record = claimed[one]
            if self.last.get(record) == one:
                self.twice.add((record, one.suspended))
            self.last[record] = one

    def send(self, fault: str, at_once: int = 3) -> None:
        self.fault, self.lms.entries_at_once = fault, at_once
        self.lms.ignored = set(self.users) if fault == "no effect" else set()
        self.lms.failing = {"participants": ServiceError("No.", code="SE-12")} if fault == "no look" else {}
        self.some.send(self.lms)


@pytest.fixture(scope="module")
def lasting(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sections]:
    """One database for all examples, each of which has a course and learners of its own."""
    file = tmp_path_factory.mktemp("storm") / "learners.sqlite"
    shutil.copyfile(sqlite_template, file)
    with closing(Database.in_file(file)) as db:
        yield Sections(db, first_user(db))


@pytest.mark.rule("EX-T2", "EX-R5")
@settings(max_examples=1_000 if os.environ.get("LM_LONG") == "1" else 10, deadline=None)
@given(st.lists(EVENTS, max_size=6))
def test_in_a_storm(lasting: Sections, events: list[Any]):
    some, first = lasting, len(lasting.learners)
    with some.db.write() as tx:  # the examples before are over
        tx.execute(update(extract_record).values(status="processed"))
        tx.execute(update(enrolment).values(status="completed"))
    number = str(1000 + first)
    section = some.section(number)
    keys = some.learners_of(section, range(first, first + LEARNERS))
    storm = Storm(some, number, [str(9000 + one) for one in range(first, first + LEARNERS)])
    for what, *how in [*events, ("send", "none", 3)]:
        if what == "send":
            storm.send(*how)
            _look(some, storm, keys)
        elif what == "change":
            some.change(keys[how[0]], status=how[1])
        else:
            some.change(keys[how[0]], ends=how[1])
        some.judge()
    twice = [one for key in keys for one in _sent_again(some.records(key), storm.twice)]
    with some.db.write() as tx:  # what may still arrive is waited for
        tx.execute(update(extract_attempt).values(started_at=some.db.now(tx) - timedelta(hours=2)))
    _resubmit(some, keys)
    storm.send("none")
    _look(some, storm, keys)
    people = {one.user: one for one in storm.lms.courses_of[number].people}
    for key, user in zip(keys, storm.users, strict=True):
        wanted = some.records(key)
        waiting = [at for at, row in enumerate(wanted) if row.status not in ("processed", "transmitted")]
        settled = [at for at, row in enumerate(wanted) if row.message == NO_PLACE]
        assert not waiting or waiting[-1] < max(settled, default=0), "nothing is left behind but what was overtaken"
        if wanted:
            assert wanted[-1].status == "processed"
            off = wanted[-1].course_status in ("dropped", "on_break")
            none = wanted[-1].message == NO_PLACE and user not in people
            assert none or shown(people, Entry(number, user, None, wanted[-1].ends, off), date.today())
    assert twice == [], "only what cannot be seen may be sent again"
    assert storm.made_for_nothing == []


def _sent_again(records: Sequence[Any], twice: set[tuple[int, bool]]) -> list[int]:
    """Records that the LMS took twice as they were, though the first time could be seen: of the first there was no
    place before, of the others one that let the learner in or did not."""
    off = ("dropped", "on_break")
    before = [None, *(row.course_status in off for row in records)]
    return [
        row.id
        for row, was_off in zip(records, before, strict=False)
        for suspended in (True, False)
        if (row.id, suspended) in twice and was_off is not suspended
    ]


def _resubmit(some: Sections, keys: Sequence[int]) -> None:
    """A person has what the LMS took and does not show sent again: of each enrolment what it heard last."""
    for key in keys:
        if (records := some.records(key)) and records[-1].status == "transmitted":
            some.set_status(records[-1].id, "ready")


def _look(some: Sections, storm: Storm, keys: Sequence[int]) -> None:
    """What holds after every run."""
    assert all(row.ended_at is not None for row in some.attempts()), "no attempt stays open"
    people = {one.user: one for one in storm.lms.courses_of[storm.number].people}
    for key, user in zip(keys, storm.users, strict=True):
        processed = [row for row in some.records(key) if row.status == "processed" and row.message != NO_PLACE]
        if processed:
            assert user in people, "what is Processed is shown by the LMS"


def test_two_computers_at_once(db: Database, address: str, user: User):
    some = Sections(db, user)
    some.learners_of(some.section("5"), range(6))
    lms = FakeLms(entries_at_once=2)
    lms.course("5")
    together = threading.Barrier(2, timeout=30)
    ends: list[str] = []

    def computer() -> None:
        with closing(Database(address)) as its_own:
            together.wait()
            try:
                ends.append(sender.run(TaskContext(), its_own, user, lms).state)
            except ConflictError:
                ends.append("refused")

    threads = [threading.Thread(target=computer) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ends) in (["finished", "refused"], ["finished", "finished"])
    assert some.statuses() == [("add", "processed")] * 6
    assert sorted(one.user for entries in lms.enrolled for one in entries) == [str(9000 + n) for n in range(6)]


def test_a_refusal_in_a_storm_is_no_loss(db: Database, user: User):
    some = Sections(db, user)
    at = some.learner(1, some.section("5"))
    lms = FakeLms()
    lms.course("5")
    lms.failing["enrol"] = EntriesRefusedError("No.", code="invaliduser", about=Refusal.ENTRY)
    some.send(lms)
    assert some.statuses(at) == [("add", "rejected")]
    lms.failing.clear()
    some.send(lms)
    assert lms.enrolled == [], "Rejected is not sent by itself"
