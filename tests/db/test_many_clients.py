"""Many programs at one database: of thirty that are due for one synchronisation one runs, and the others say who and
when; two people edit one record; what one program writes another one sees; a right that is taken away is gone."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from sqlalchemy import func, make_url, select

from app import access, users
from app.access import Role, User
from app.changes import Topic
from app.db.database import Database
from app.db.tables import job_lock, progress, sync_run
from app.elsewhere import look
from app.errors import AccessError, ConflictError
from app.learners import edit
from app.lms import enrolments, schedule
from app.lms.schedule import Schedule
from app.lms.settings import Kind
from app.tasks import TaskContext
from app.users import Account
from tests.builders import UKPRN, add_campus, add_learner, first_user, user_with
from tests.db import dying
from tests.db.killed_sync_child import LEARNERS, lms
from tests.db.postgresql import Server
from tests.lms.rows import add_course, add_enrolment, add_section

CLIENTS = 30


@pytest.fixture
def address(server: Server, postgresql_template: str) -> Iterator[str]:
    with server.database(postgresql_template) as made:
        yield made


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    with closing(Database(address)) as db:
        yield db


def due(db: Database, now: float) -> bool:
    """Whether a program that has been open for long would synchronise enrolments now."""
    with db.read() as tx:
        plans, told = schedule.read(db, tx)
    clock = Schedule(0.0, Random(1), delay=0.0)
    clock.look(told, now)
    return Kind.ENROLMENTS in clock.due(plans, date.today(), now)


def test_thirty_clients_due_for_one_synchronisation(db: Database, address: str):
    first_user(db)
    people = [user_with(db, Role.ENROLMENT_MANAGER, login=f"officer{number}") for number in range(CLIENTS)]
    taught = add_section(db, add_course(db, "500"))
    for one in range(LEARNERS):
        add_enrolment(db, add_learner(db, one), taught)
    service = lms()
    refused = threading.Semaphore(0)
    all_there = threading.Barrier(CLIENTS)

    def until_the_others_were_told(call: str, course: str) -> None:
        if call == "gradebook":
            for _ in range(CLIENTS - 1):
                assert refused.acquire(timeout=50)

    service.on_call = until_the_others_were_told

    def client(user: User) -> str:
        with closing(Database(address)) as own:
            assert due(own, 1e6)
            all_there.wait(50)
            try:
                return enrolments.run(TaskContext(), own, user, service, "schedule").state
            except ConflictError as error:
                refused.release()
                return str(error)

    with ThreadPoolExecutor(CLIENTS) as pool:
        told = Counter(pool.map(client, people))
    assert told.pop("finished") == 1
    with db.read() as tx:
        [run] = tx.execute(select(sync_run)).all()
        assert tx.execute(select(func.count()).select_from(progress)).scalar_one() == LEARNERS
        [lock] = tx.execute(select(job_lock.c.owner)).scalars()
    assert lock is None
    winner = next(one for one in people if one.id == run.user_id)
    [(sentence, number)] = told.items()
    assert number == CLIENTS - 1
    assert sentence.startswith(f"This is being done by {winner.name} on {run.computer} since ")
    assert "Wait until it is finished" in sentence
    assert service.asked["gradebook"] == 1, "the LMS was asked once"
    assert not due(db, 1e6), "and nobody is due any more"


def test_two_people_edit_one_learner(db: Database, address: str):
    """The second one is told both values, and nothing is overwritten."""
    first, second = first_user(db), user_with(db, Role.ENROLMENT_MANAGER)
    city = add_campus(db, "C", "City")
    key = add_learner(db, family_name="Doe", given_names="Jo", birth_date=date(2008, 3, 4))
    with closing(Database(address)) as other:
        with db.read() as tx, other.read() as elsewhere:
            mine, theirs = edit.read(tx, key), edit.read(elsewhere, key)
        changed = replace(mine.form, family_name="Smith", birth_date=date(2008, 4, 3), campus_id=city)
        assert edit.save(db, first, mine, changed)
        with pytest.raises(ConflictError, match="Somebody else changed this learner") as failure:
            edit.save(other, second, theirs, replace(theirs.form, family_name="Dow", phone="1"))
    hint = failure.value.hint
    assert "Surname was “Doe” and is “Smith” now, and you typed “Dow”." in hint
    assert "Date of Birth was 4 Mar 2008 and is 3 Apr 2008 now." in hint
    assert "Campus was empty and is “City” now." in hint
    with db.read() as tx:
        assert edit.read(tx, key).form == changed


def write_elsewhere(address: str) -> str:
    """Another program: it adds a learner."""
    with closing(Database(address)) as own:
        edit.add(own, User(1, "first", "first"), UKPRN, edit.LearnerForm(ref="E1", family_name="Elsewhere"))
    return "written"


def test_what_another_program_writes_is_seen(db: Database, address: str):
    first_user(db)
    mark, _ = look(TaskContext(), db, None)
    told = dying.child(write_elsewhere, address)
    assert told.stdout == "written", told.stderr
    _, found = look(TaskContext(), db, mark)
    assert found.topics == {Topic.LEARNERS}


def test_a_right_that_is_taken_away_is_missing_at_the_next_command(db: Database, address: str, server: Server):
    """In a program that is open, signed in as that person: its own check says so, before the server would."""
    boss = first_user(db)
    login = "loses_a_right"
    if not server.run(f"select from pg_roles where rolname = '{login}'"):
        server.run(f"create role {login} login superuser")
    saved = users.save(db, boss, None, Account(login=login, name="Loses", roles=frozenset({Role.ENROLMENT_MANAGER})))
    with closing(Database(make_url(address).set(username=login))) as own:
        me = access.sign_in(own)
        assert me.id == saved.id
        assert edit.add(own, me, UKPRN, edit.LearnerForm(ref="A1", family_name="Doe"))
        with db.read() as tx:
            before = users.read(tx, me.id)
        assert before is not None
        users.save(db, boss, before, replace(before, roles=frozenset({Role.LMS_ADMINISTRATOR})))
        with pytest.raises(AccessError, match="cannot add and edit learners") as failure:
            edit.add(own, me, UKPRN, edit.LearnerForm(ref="A2", family_name="Doe"))
        assert "Enrolment Manager" in failure.value.hint
