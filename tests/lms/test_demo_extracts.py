"""What the demo has in its queue: as queue and sender would have left it, and the sandbox answers to match."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import demo_extracts, demo_lms
from app.access import User
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.db.tables import enrolment, extract_attempt, extract_record, section, sync_run
from app.folders import DataFolder
from app.lms.extracts import filters, gates, history_of, queue, records_list, save, sender, statuses
from app.lms.extracts.history_of import ATTEMPT, CREATED, STATUS
from app.lms.run import RunSummary
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_intake import NOT_ENROLLING, RECORDS, planned
from app.sandbox.moodle_people import accounts
from app.sandbox.people import people
from app.start import open_folder, sign_in
from app.tasks import TaskContext
from tests import first_starts
from tests.certificates import certificates

LEARNERS = 36
POPULATION = 1_500
"""With one of the three whose account was made anew."""
ROUTES = {
    "ready": ["ready"],
    "transmitted": ["ready", "transmitted"],
    "processed": ["ready", "transmitted", "processed"],
    "rejected": ["ready", "rejected"],
}


class Demo:
    def __init__(self, db: Database, user: User, sandbox: MoodleSandbox) -> None:
        self.db, self.user, self.sandbox = db, user, sandbox
        given = sandbox.info.as_dict()
        self.client = MoodleClient(MoodleAccess(**given, connect_timeout=5.0, read_timeout=20.0, deadline=30.0))

    def statuses(self) -> Counter[str]:
        with self.db.read() as tx:
            return Counter(tx.execute(select(extract_record.c.status)).scalars())

    def send(self) -> RunSummary:
        return sender.run(TaskContext(), self.db, self.user, self.client)


@contextmanager
def opened(place: Path, count: int, **sandbox: Any) -> Iterator[Demo]:
    """The demo as it starts, in this process."""
    data = DataFolder(place / "data")
    first_starts.put_into(data, count, held=False)
    _, db = open_folder(data)
    with closing(db), MoodleSandbox(certificates(), people=people(POPULATION), **sandbox) as running:
        made = Demo(db, sign_in(db)[0], running)
        demo_lms.prepare(db, made.user, made.client, people(count))
        yield made


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """To look at only."""
    with opened(tmp_path_factory.mktemp("demo"), LEARNERS, intake=LEARNERS) as one:
        yield one


def test_records_of_every_status_with_the_history_that_sending_leaves(shown: Demo):
    assert set(shown.statuses()) == set(ROUTES)
    assert shown.statuses()["rejected"] > 20
    with shown.db.read() as tx:
        records = list(tx.execute(select(extract_record)))
        told = {one.id: history_of.of_record(tx, one.id, None)[::-1] for one in records[::5]}
        attempts = Counter(tx.execute(select(extract_attempt.c.record_id)).scalars())
        last = dict(
            tx.execute(
                select(extract_record.c.enrolment_id, func.max(extract_record.c.number)).group_by(
                    extract_record.c.enrolment_id
                )
            ).all()
        )
        counted = dict(tx.execute(select(enrolment.c.id, enrolment.c.records).where(enrolment.c.records > 0)).all())
    assert last == counted
    assert {one.id: one.attempts for one in records if one.attempts} == attempts
    for one in records[::5]:
        events = told[one.id]
        route = [one.new for one in events if one.what in (CREATED, STATUS)]
        assert route[1:] == ROUTES[one.status][1:], one.status
        assert sum(1 for event in events if event.what == ATTEMPT) == one.attempts
        assert one.version == len(route)
        assert (one.message is not None) is (one.status == "rejected")
        assert (one.answered_at is not None) is (one.status in ("processed", "rejected"))


def test_nothing_more_is_to_be_queued(shown: Demo):
    assert queue.judge(shown.db, shown.user).total == 0


def test_the_first_filters_hold_what_is_not_processed(shown: Demo):
    with shown.db.read() as tx:
        first = filters.choices(tx, None, date.today()).first()
        shown_there = tx.execute(records_list.total_query(first, None)).scalar_one()
    assert len(first.terms) == 1
    assert shown_there == shown.statuses().total() - shown.statuses()["processed"]


def test_one_section_waits_for_a_gate_which_says_why(shown: Demo):
    with shown.db.read() as tx:
        holding = set(tx.execute(select(gates.holding().subquery().c.section_id)).scalars())
        every = set(tx.execute(select(section.c.id).where(section.c.delivery_method_id.is_not(None))).scalars())
        waiting = every - holding
        told = {gate.code for key in waiting for gate in gates.report(tx, key) if not gate.holds}
    assert len(waiting) == len(demo_extracts._AT_A_DISTANCE)
    assert told == {"EX-P4"}


def test_rejected_corrected_resubmitted_sent_and_processed(tmp_path: Path):
    with opened(tmp_path, LEARNERS, intake=LEARNERS) as one:
        _corrected(one)


def _corrected(shown: Demo):
    before = shown.statuses()
    first = shown.send()
    assert first.counts["processed"] > before["transmitted"] // 2
    again = shown.statuses()
    assert again["rejected"] >= before["rejected"], "nobody has put right what was wrong"
    shown.sandbox.obey("allow-enrolments")
    with shown.db.read() as tx:
        ids = tx.execute(select(extract_record.c.id).where(extract_record.c.status == "rejected")).scalars().all()
    found = statuses.foresee(TaskContext(), shown.db, shown.user, ids, "ready")
    saved = save.save(TaskContext(), shown.db, shown.user, found.staged)
    assert saved.updated == len(ids)
    second = shown.send()
    stale = sum(1 for one in planned(people(LEARNERS), accounts(people(POPULATION))) if one.user >= 900_000)
    assert 0 < second.counts["rejected"] <= stale, "of the one whose account was made anew"
    assert second.counts["processed"] == len(ids) - second.counts["rejected"]


def test_runs_of_the_past_are_listed_with_their_counts(shown: Demo):
    with shown.db.read() as tx:
        states = Counter(tx.execute(select(sync_run.c.state).where(sync_run.c.kind == "sender")).scalars())
    assert states["cancelled"] == 1
    assert states.total() > 10


def test_the_plan_is_the_same_for_both_sides():
    everybody = people(1_000)
    plan = list(planned(everybody, accounts(everybody)))
    assert len(plan) == RECORDS
    assert len({(one.number, one.course) for one in plan}) == RECORDS, "nobody is twice on a course"
    assert Counter(one.status for one in plan).keys() == {"ready", "transmitted", "rejected"}
    assert len(NOT_ENROLLING) == 6


@pytest.mark.parametrize("learners", [1, 2])
def test_few_learners_are_enough(tmp_path: Path, learners: int):
    with opened(tmp_path, learners, intake=learners) as one:
        assert one.statuses().total() >= 12 * learners


def test_without_an_intake_there_are_no_records(tmp_path: Path):
    with opened(tmp_path, 3, courses=2, learners=2) as one:
        assert one.statuses().total() == 0
