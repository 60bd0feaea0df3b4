"""Users, their roles and campuses: saved whole, with history, undone; somebody is always left who administers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select

from app import access, history, users
from app.access import Permission, Role, User
from app.db.database import Database
from app.db.tables import app_user, campus, change, operation
from app.errors import AccessError, ConflictError, InputError
from app.users import Account
from tests.builders import user_with


@pytest.fixture(autouse=True)
def known_to_the_server(kind: str, request: pytest.FixtureRequest) -> None:
    """The roles of the server that are given to people here; they may sign in, and nothing else."""
    if kind == "postgresql":
        server = request.getfixturevalue("server")
        held = {name for (name,) in server.run("select rolname from pg_roles")}
        for name in {"jane", "joe", "jim"} - held:
            server.run(f"create role {name} login")


def campus_of(db: Database, code: str) -> int:
    with db.write() as tx:
        values = {"code": code, "name": f"Campus {code}", "name_fold": f"campus {code.lower()}"}
        return tx.execute(insert(campus).values(**values).returning(campus.c.id)).scalar_one()


def seen(db: Database, key: int) -> Account:
    with db.read() as tx:
        found = users.read(tx, key)
    assert found is not None
    return found


def may(db: Database, user: User, permission: Permission) -> bool:
    with db.read() as tx:
        return not access.rights(tx, user).why_not(permission)


def written(db: Database) -> tuple[int, int]:
    with db.read() as tx:
        return tuple(tx.execute(select(func.count()).select_from(one)).scalar_one() for one in (operation, change))


@pytest.mark.rule("EX-A3")
def test_a_user_is_added_signs_in_and_sees_the_campuses_that_were_given(db: Database, user: User):
    here, there = campus_of(db, "A"), campus_of(db, "B")
    wanted = Account(
        login=" jane ", name="Jane  Doe", roles=frozenset({Role.ENROLMENT_MANAGER}), campuses=frozenset({here})
    )
    saved = users.save(db, user, None, wanted)
    jane = access.sign_in(db, "jane")
    assert (jane.id, jane.name) == (saved.id, "Jane Doe")
    assert may(db, jane, Permission.EDIT_LEARNERS)
    assert not may(db, jane, Permission.ADMINISTER)
    with db.read() as tx:
        assert access.campuses(tx, jane) == {here}
        tables = tx.execute(select(change.c.table_name).where(change.c.operation_id == saved.operation_id)).scalars()
        assert sorted(tables) == ["app_user", "user_campus", "user_role"]
    before = seen(db, saved.id)
    users.save(db, user, before, replace(before, campuses=frozenset({here, there})))
    with db.read() as tx:
        assert access.campuses(tx, jane) == {here, there}


def test_what_is_taken_away_is_missing_at_the_next_command(db: Database, user: User):
    jane = user_with(db, Role.ENROLMENT_MANAGER, Role.EXTRACT_EDITOR)
    before = seen(db, jane.id)
    users.save(db, user, before, replace(before, roles=frozenset({Role.EXTRACT_EDITOR})))
    with db.read() as tx, pytest.raises(AccessError):
        access.require(tx, jane, Permission.EDIT_LEARNERS)
    before = seen(db, jane.id)
    users.save(db, user, before, replace(before, roles=frozenset({Role.ENROLMENT_MANAGER}), active=False))
    with db.read() as tx, pytest.raises(AccessError):
        access.require(tx, jane, Permission.OPEN)
    with pytest.raises(AccessError, match="switched off"):
        access.sign_in(db, jane.login)


def test_nothing_that_differs_writes_nothing(db: Database, user: User):
    jane = user_with(db, Role.ENROLMENT_MANAGER)
    before, count = seen(db, jane.id), written(db)
    assert users.save(db, user, before, replace(before, name=f" {before.name} ")).operation_id is None
    assert written(db) == count


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Account(login=" ", name="Jane"), "login"),
        (Account(login="x" * 64, name="Jane"), "login"),
        (Account(login="jane", name=""), "name"),
        (Account(login="jane", name="n" * 201), "name"),
        (Account(login="first", name="Another"), "login"),
    ],
)
def test_what_is_no_user_is_refused_with_its_field(db: Database, user: User, wanted: Account, field: str):
    count = written(db)
    with pytest.raises(InputError) as failure:
        users.save(db, user, None, wanted)
    assert failure.value.field == field
    assert failure.value.hint
    assert written(db) == count


def test_only_administrators_write_users(db: Database, user: User):
    other = user_with(db, *(set(Role) - {Role.ADMINISTRATOR}))
    before = seen(db, other.id)
    with pytest.raises(AccessError, match="change settings, licences and users"):
        users.save(db, other, before, replace(before, roles=frozenset(Role)))
    with pytest.raises(AccessError):
        users.save(db, other, None, Account(login="friend", name="Friend", roles=frozenset(Role)))
    assert seen(db, other.id) == before


@pytest.mark.parametrize("way", ["role", "off", "revoke"])
def test_the_last_administrator_stays(db: Database, user: User, way: str):
    off = user_with(db, Role.ADMINISTRATOR)
    before = seen(db, off.id)
    users.save(db, user, before, replace(before, active=False))  # counts no longer
    last, count = seen(db, user.id), written(db)
    ways = {
        "role": lambda: users.save(db, user, last, replace(last, roles=last.roles - {Role.ADMINISTRATOR})),
        "off": lambda: users.save(db, user, last, replace(last, active=False)),
        "revoke": lambda: users.set_role(db, user, user.login, Role.ADMINISTRATOR, held=False),
    }
    with pytest.raises(InputError, match="Nobody would be left") as failure:
        ways[way]()
    assert failure.value.field == "roles"
    assert (seen(db, user.id), written(db)) == (last, count)


def test_two_administrators_take_the_role_from_each_other_at_once(db: Database, user: User, address: str):
    other = user_with(db, Role.ADMINISTRATOR)

    def take(one: User, victim: User) -> str:
        mine = Database(address)
        try:
            before = seen(mine, victim.id)
            users.save(mine, one, before, replace(before, roles=frozenset({Role.ENROLMENT_MANAGER})))
            return "done"
        except (InputError, AccessError, ConflictError) as error:
            return type(error).__name__
        finally:
            mine.close()

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(take, (user, other), (other, user)))
    assert "done" in ends
    assert ends != ["done", "done"]
    assert may(db, user, Permission.ADMINISTER) or may(db, other, Permission.ADMINISTER)


def test_somebody_else_changed_the_user(db: Database, user: User):
    jane = user_with(db, Role.ENROLMENT_MANAGER)
    before = seen(db, jane.id)
    users.save(db, user, before, replace(before, roles=frozenset({Role.PLR_USER})))
    with pytest.raises(ConflictError):
        users.save(db, user, before, replace(before, name="Jane"))
    assert seen(db, jane.id).roles == {Role.PLR_USER}


def test_undo_gives_back_what_was_taken(db: Database, user: User):
    jane = user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_USER)
    before = seen(db, jane.id)
    done = users.save(db, user, before, replace(before, name="J", active=False, roles=frozenset({Role.PLR_USER})))
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).left == 0
    assert seen(db, jane.id) == before


def test_undo_of_adding_a_user_who_has_worked_since_leaves_them(db: Database, user: User):
    done = users.save(db, user, None, Account(login="jane", name="Jane", roles=frozenset({Role.ADMINISTRATOR})))
    jane = User(done.id, "jane", "Jane")
    users.save(db, jane, None, Account(login="joe", name="Joe"))
    assert done.operation_id is not None
    history.undo(db, user.id, done.operation_id)
    assert seen(db, jane.id).active
    fresh = users.save(db, user, None, Account(login="jim", name="Jim", roles=frozenset({Role.PLR_USER})))
    assert fresh.operation_id is not None
    assert history.undo(db, user.id, fresh.operation_id).left == 0
    with db.read() as tx:
        assert tx.execute(select(app_user.c.login).where(app_user.c.login == "jim")).first() is None


def test_no_undo_takes_the_last_administrator(db: Database, user: User):
    given = users.set_role(db, user, "jane", Role.ADMINISTRATOR, held=True)
    jane = User(given.id, "jane", "jane")
    before = seen(db, user.id)
    users.save(db, jane, before, replace(before, roles=frozenset({Role.PLR_USER})))
    assert given.operation_id is not None
    with pytest.raises(InputError, match="Nobody would be left"):
        history.undo(db, jane.id, given.operation_id)
    assert Role.ADMINISTRATOR in seen(db, jane.id).roles


def test_granting_and_revoking_by_login(db: Database, user: User):
    users.set_role(db, user, "jane", Role.PLR_USER, held=True)
    users.set_role(db, user, "jane", Role.ENROLMENT_MANAGER, held=True)
    with db.read() as tx:
        jane = users.find(tx, "jane")
    assert jane is not None
    assert jane.roles == {Role.PLR_USER, Role.ENROLMENT_MANAGER}
    assert users.set_role(db, user, "jane", Role.PLR_USER, held=True).operation_id is None
    users.set_role(db, user, "jane", Role.PLR_USER, held=False)
    assert seen(db, jane.id or 0).roles == {Role.ENROLMENT_MANAGER}
    with pytest.raises(InputError, match="not a user"):
        users.set_role(db, user, "nobody", Role.PLR_USER, held=False)
