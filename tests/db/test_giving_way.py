"""Deadlocks on a real server: whoever has to give way begins anew, a bounded number of times; nobody sees it, and
nothing is doubled."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import event, func, select, text

from app import history
from app.access import User
from app.db.again import TRIES, begun_anew
from app.db.database import Database
from app.db.tables import (
    attainment,
    attainment_type,
    change,
    enrolment,
    extract_record,
    learner,
    lms_course,
    operation,
    section,
)
from app.errors import CollisionError
from app.learners import edit
from app.lms import enrol
from app.lms.extracts import course_status, queue
from app.plr.update import update_selected
from app.tasks import TaskContext
from tests.builders import add_learner, all_keys, answer, first_user, session_of
from tests.builders import event as learning_event
from tests.db.lms_class import Class, codes, synced
from tests.db.postgresql import Server
from tests.lms.college import College
from tests.lms.fake_lms import FakeLms

SOON, LATE = "20ms", "60s"
"""After so long a wait a connection looks for a circle: so it is known who finds it, and has to give way."""


@pytest.fixture
def address(server: Server, postgresql_template: str) -> Iterator[str]:
    with server.database(postgresql_template) as made:
        name = made.rpartition("/")[2]
        server.run(f"alter database {name} set deadlock_timeout = '{SOON}'")
        yield made


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    with closing(Database(address)) as db:
        yield db


@contextmanager
def somebody(address: str) -> Iterator["psycopg.Connection"]:
    """Another program at the same rows, which looks for a circle last."""
    with psycopg.connect(address.replace("+psycopg", "")) as line:
        line.execute(f"set deadlock_timeout = '{LATE}'")
        yield line


def waits(server: Server, line: "psycopg.Connection") -> bool:
    query = f"select 1 from pg_locks where pid = {line.info.backend_pid} and not granted"
    return bool(server.run(query))


@contextmanager
def in_a_circle(
    db: Database, address: str, server: Server, *, holds: tuple[str, int], wants: tuple[str, tuple[int]], before: str
) -> Iterator[None]:
    """Somebody `holds` a row (table, id), and `wants` what the block holds by the time of its first statement that
    begins with `before`; the block then needs that row. Afterwards the other has written."""
    with somebody(address) as line:
        line.execute(f"select 1 from {holds[0]} where id = %s for update", (holds[1],))
        other = threading.Thread(target=lambda: (line.execute(*wants), line.commit()))

        def close_the_circle(_c: object, _cursor: object, statement: str, *_others: object) -> None:
            if statement.startswith(before) and not other.ident:
                other.start()
                while not waits(server, line):
                    pass

        event.listen(db._engine, "before_cursor_execute", close_the_circle)
        yield
        other.join(30)
        assert not other.is_alive()


def test_an_undo_that_waits_in_a_circle(db: Database, address: str, server: Server):
    """It holds the operation and needs the learner; the other holds the learner and needs the operation."""
    user, key = first_user(db), add_learner(db)
    with db.read() as tx:
        held = edit.read(tx, key)
    assert edit.save(db, user, held, replace(held.form, phone="01 234"))
    with db.read() as tx:
        edited = tx.execute(select(operation.c.id).order_by(operation.c.id.desc()).limit(1)).scalar_one()
    claims = ("update operation set reason = 'meanwhile' where id = %s", (edited,))
    with in_a_circle(db, address, server, holds=("learner", key), wants=claims, before="INSERT INTO operation"):
        summary = history.undo(db, user.id, edited)
    assert (summary.undone, summary.left) == (1, 0)
    assert db.collisions == 1
    with db.read() as tx:
        row = tx.execute(select(learner).where(learner.c.id == key)).one()
        assert (row.phone, row.version) == (held.form.phone or None, held.version + 2)
        again = tx.execute(select(operation).where(operation.c.undoes_id == edited)).all()
        assert [one.kind for one in again] == ["undo"], "the attempt that gave way has left nothing"
        noted = select(func.count()).select_from(change).where(change.c.operation_id == again[0].id)
        assert tx.execute(noted).scalar_one() == 1
        was = tx.execute(select(operation).where(operation.c.id == edited)).one()
        assert (was.state, was.reason) == ("undone", "meanwhile"), "what the other did stands as well"


def operations(db: Database, *columns: str) -> list[tuple]:
    with db.read() as tx:
        query = select(*(operation.c[name] for name in columns)).where(operation.c.kind != "learner_edited")
        return [tuple(row) for row in tx.execute(query.order_by(operation.c.id))]


def test_enrolling_that_waits_in_a_circle_is_done_once_and_queued_once(db: Database, address: str, server: Server):
    """It holds the course of the LMS and needs the learner; the other holds the learner and needs the course."""
    college, user = College(db), first_user(db)
    city = college.campus("City")
    at = college.section("PHYS", college.term("Autumn", [city]), [city])
    with db.read() as tx:
        lms_course_id = tx.execute(select(section.c.lms_course_id).where(section.c.id == at)).scalar_one()
    key = college.learner()
    renames = ("update lms_course set full_name = 'Renamed' where id = %s", (lms_course_id,))
    with in_a_circle(db, address, server, holds=("learner", key), wants=renames, before="INSERT INTO operation"):
        done = enrol.enrol_selected(db, user, [key], lms_course_id)
    assert (done.new, done.already, db.collisions) == (1, 0, 1)
    assert operations(db, "kind", "state") == [("enrolled", "done"), (queue.QUEUED, "done")]
    with db.read() as tx:
        assert tx.execute(select(enrolment.c.learner_id, enrolment.c.records)).all() == [(key, 1)]
        assert (
            tx.execute(select(lms_course.c.full_name).where(lms_course.c.id == lms_course_id)).scalar() == "Renamed"
        )


def test_a_course_status_that_waits_in_a_circle_and_a_queue_that_gives_way(
    db: Database, address: str, server: Server
):
    """The step holds the enrolment and needs the learner; then the queue is refused once, after it has written."""
    college, user = College(db), first_user(db)
    city = college.campus("City")
    key = college.record(college.section("PHYS", college.term("Autumn", [city]), [city]), "processed")
    with db.read() as tx:
        row = tx.execute(select(extract_record.c.enrolment_id).where(extract_record.c.id == key)).one()
        at = tx.execute(select(enrolment).where(enrolment.c.id == row.enrolment_id)).one()
    notes = ("update enrolment set records = records where id = %s", (at.id,))
    Unlucky(db, "UPDATE enrolment SET records", 1)
    with in_a_circle(db, address, server, holds=("learner", at.learner_id), wants=notes, before="INSERT INTO change"):
        done = course_status.change(db, user, [at.id], course_status.Step.WITHDRAW)
    assert (done.changed, done.queued.drop, done.queued.total, db.collisions) == (1, 1, 1, 2)
    assert operations(db, "kind", "state") == [(course_status.KIND, "done"), (queue.QUEUED, "done")]
    with db.read() as tx:
        assert tx.execute(select(enrolment.c.status, enrolment.c.version)).all() == [("dropped", at.version + 1)]
        records = select(extract_record.c.change, extract_record.c.status).order_by(extract_record.c.number)
        assert tx.execute(records).all() == [("add", "processed"), ("drop", "ready")]


def test_a_queue_that_gives_way_each_time_fails_nobody_whose_change_is_saved(db: Database):
    college, user = College(db), first_user(db)
    city = college.campus("City")
    college.record(college.section("PHYS", college.term("Autumn", [city]), [city]), "processed")
    with db.read() as tx:
        at = tx.execute(select(enrolment.c.id)).scalar_one()
    Unlucky(db, "UPDATE enrolment SET records", TRIES)
    done = course_status.change(db, user, [at], course_status.Step.WITHDRAW)
    assert (done.changed, done.queued.total, db.collisions) == (1, 0, TRIES)
    assert queue.judge(db, user).drop == 1, "it is judged before the next sending"


def test_an_update_that_waits_in_a_circle_goes_on(db: Database, address: str, server: Server):
    """It holds the first learner and needs the type of the new attainment; nothing of the run is doubled."""
    user = first_user(db)
    first, second = add_learner(db), add_learner(db)
    session = session_of(db, {key: answer(learning_event(1)) for key in (first, second)})
    with db.read() as tx:
        type_id = tx.execute(select(attainment_type.c.id).where(attainment_type.c.code == "PLR")).scalar_one()
    calls = ("update learner set phone = '1' where id = %s", (first,))
    with in_a_circle(
        db, address, server, holds=("attainment_type", type_id), wants=calls, before="INSERT INTO operation"
    ):
        summary = update_selected(TaskContext(), db, user, session, all_keys(session), lower_too=False)
    assert (len(summary.new), summary.not_applied, summary.stopped, db.collisions) == (2, [], "", 1)
    assert operations(db, "id", "kind", "state") == [(summary.operation_id, "plr_update", "done")]
    with db.read() as tx:
        written = tx.execute(select(attainment.c.learner_id).order_by(attainment.c.learner_id)).scalars().all()
        assert written == [first, second]
        noted = select(func.count()).select_from(change).where(change.c.table_name == "attainment")
        assert tx.execute(noted).scalar_one() == 2


@pytest.mark.parametrize("state", ["40P01", "40001"])
def test_who_has_to_give_way_each_time_is_told(db: Database, state: str):
    """The server's own refusal, after a write of ours: told once, counted each time, and nothing is written."""
    add_learner(db)
    tried: list[int] = []

    @begun_anew
    def unlucky() -> None:
        tried.append(1)
        with db.write() as tx:
            tx.execute(learner.update().values(phone="1"))
            tx.execute(text(f"do $$ begin raise exception using errcode = '{state}'; end $$"))

    with pytest.raises(CollisionError, match="Somebody else saved") as failure:
        unlucky()
    assert failure.value.hint
    assert len(tried) == db.collisions == TRIES
    with db.read() as tx:
        assert tx.execute(select(learner.c.phone)).scalars().all() == [None]


def test_other_failures_are_not_tried_again(db: Database):
    tried: list[int] = []

    @begun_anew
    def refused() -> None:
        tried.append(1)
        with db.write() as tx:
            tx.execute(text("do $$ begin raise exception using errcode = '23505'; end $$"))

    with pytest.raises(Exception, match="Somebody else saved") as failure:
        refused()
    assert not isinstance(failure.value, CollisionError)
    assert (len(tried), db.collisions) == (1, 0)


class Unlucky:
    """The next `times` statements that begin with `words` have to give way; before that, `meanwhile` happens."""

    def __init__(self, db: Database, words: str, times: int, meanwhile: Callable[[], object] = bool) -> None:
        self._words, self._left, self._meanwhile = words, times, meanwhile
        event.listen(db._engine, "before_cursor_execute", self._look)

    def _look(self, _c: object, cursor: "psycopg.Cursor", statement: str, *_others: object) -> None:
        if self._left and statement.startswith(self._words):
            self._left -= 1
            self._meanwhile()
            cursor.execute("do $$ begin raise exception using errcode = '40P01'; end $$")


def a_class(db: Database) -> tuple[Class, User]:
    some, user = Class(db, FakeLms(), "5"), first_user(db)
    for number in range(1, 19):
        some.learner(number, 5.0, total=5.0)
    assert synced(db, user, some.lms).counts["enrolments_changed"] == 18
    return some, user


def test_a_roster_that_is_held_after_two_collisions_is_told_and_counted_once(db: Database):
    some, user = a_class(db)
    some.course.people = some.course.people[5:]
    for number in range(1, 6):
        del some.course.rows[str(number)]
    Unlucky(db, "UPDATE lms_course SET tried_at", 2)
    done = synced(db, user, some.lms)
    assert (done.state, codes(done), done.counts["failed"], db.collisions) == ("held", ["SE-16"], 1, 2)


def test_what_only_the_try_that_gave_way_met_is_not_told(db: Database, address: str):
    """Its answer about the course was refused; then nobody was enrolled on it any longer."""
    some, user = a_class(db)
    some.course.people = []

    def everybody_leaves() -> None:
        with somebody(address) as line:
            line.execute("update enrolment set removed_at = now()")

    Unlucky(db, "UPDATE lms_course SET tried_at", 1, everybody_leaves)
    done = synced(db, user, some.lms)
    assert (codes(done), done.counts.get("failed", 0), done.counts["done"], db.collisions) == ([], 0, 1, 1)
