"""What stands in the history stays on a real server: by plain SQL no role writes a sending anew, nor becomes somebody
whom the history names (`app.grants`, `app.db.server_rows`)."""

from sqlalchemy import insert, select

from app import history, users
from app.access import Role, User
from app.db.database import Database
from app.db.tables import extract_attempt, extract_record, learner
from app.learners import erase
from app.users import Account
from tests.db.rights_college import College, refused
from tests.lms.rows import MOMENT
from tests.two_learners import EVERYTHING, FULLER, build


def me(college: College, login: str) -> User:
    with college.owner.read() as tx:
        found = users.find(tx, login)
    assert found is not None
    assert found.id is not None
    return User(found.id, login, found.name)


def sendings(db: Database) -> tuple[int, int]:
    """The ids of one that has ended and of one that is under way."""
    with db.write() as tx:
        [record] = tx.execute(select(extract_record.c.id).order_by(extract_record.c.id).limit(1)).scalars()
        values = {"record_id": record, "computer": "PC1", "payload": '{"user": "7"}', "started_at": MOMENT}
        add = insert(extract_attempt).returning(extract_attempt.c.id)
        over = tx.execute(add.values(**values, number=1, ended_at=MOMENT, result="seen")).scalar_one()
        open_ = tx.execute(add.values(**values, number=2)).scalar_one()
    return int(over), int(open_)


def test_how_a_sending_ended_is_written_once_and_what_was_sent_never(college: College):
    person, _ = build(college.owner, (EVERYTHING, FULLER))
    over, open_ = sendings(college.owner)
    change = "update extract_attempt set {} where id = {}"
    for role in (Role.ENROLMENT_MANAGER, Role.LMS_ADMINISTRATOR, Role.ADMINISTRATOR):
        with college.sql(college.person(role)) as line:
            for sets in ("payload = '{}'", "started_at = now()", "computer = 'PC2'", "record_id = record_id"):
                assert refused(line, change.format(sets, open_)), sets
            for sets in ("result = 'refused'", "ended_at = null, result = null", "message = 'Somebody else'"):
                assert refused(line, change.format(sets, over)), sets
            assert not refused(line, change.format("ended_at = now(), result = 'accepted', code = 'x'", open_))
    # Erasing goes through the owner, whoever may do it.
    login = college.person(Role.ADMINISTRATOR)
    db = college.of(login)
    with college.owner.write() as tx:
        [ref] = tx.execute(select(learner.c.ref).where(learner.c.id == person)).scalars()
        tx.execute(extract_attempt.delete().where(extract_attempt.c.id == open_))
    erase.erase(db, me(college, login), person, ref, "Asked in writing")
    db.close()
    with college.owner.read() as tx:
        row = tx.execute(select(extract_attempt).where(extract_attempt.c.id == over)).one()
    assert (row.payload, row.result) == ("{}", "seen")


def test_an_administrator_becomes_nobody_else(college: College):
    login, other = (college.person(Role.ADMINISTRATOR) for _ in range(2))
    boss, them = me(college, login), me(college, other)
    named = f"insert into operation (kind, user_id, computer, at, state) values ('x', {them.id}, 'PC', now(), 'done')"
    with college.sql(login) as line:
        for sets in ("login = 'somebody else'", "id = id + 900000"):
            assert refused(line, f"update app_user set {sets} where id = {boss.id}"), sets
        assert refused(line, f"update app_user set login = 'x' where id = {boss.id}; {named}")
    # In the program they save users and take that back.
    db = college.of(login)
    before = Account(them.id, other, them.name, roles=frozenset({Role.ADMINISTRATOR}))
    done = users.save(db, boss, before, Account(them.id, other, "Renamed", active=False, roles=before.roles))
    assert done.operation_id is not None
    assert history.undo(db, boss.id, done.operation_id).left == 0
    assert me(college, other).name == them.name
    db.close()
