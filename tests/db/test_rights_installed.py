"""Roles and grants are installed by the owner, once, and again when something of them changed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from app import access, grants, users
from app.access import Role
from app.db import server_roles
from app.db.database import Database
from app.db.upgrade import NEWEST, upgrade
from app.errors import DatabaseError
from app.learners import edit
from app.users import Account
from tests.builders import UKPRN
from tests.db.postgresql import Server
from tests.db.rights_college import NUMBERS, OWNER, College, new_college, refused


@pytest.fixture
def college(server: Server) -> Iterator[College]:
    made = new_college(server)
    yield made
    made.owner.close()


def test_an_older_database_waits_for_its_owner(college: College):
    other = new_college(college.server)
    other.server.run("create role waits login")
    users.save(
        other.owner,
        other.administrator,
        None,
        Account(login="waits", name="Waits", roles=frozenset({Role.ADMINISTRATOR})),
    )
    with other.owner.write() as tx:
        tx.execute(text("update alembic_version set version_num = '0005'"))
    db = other.of("waits")
    with pytest.raises(DatabaseError, match="has to be brought up to date") as failure:
        upgrade(db)
    assert "db upgrade" in failure.value.hint
    db.close()
    with other.owner.write() as tx:
        tx.execute(text("update alembic_version set version_num = :one"), {"one": NEWEST})
    other.owner.close()


def test_an_owner_who_may_make_no_roles_works_alone(server: Server):
    made = new_college(server, "modest_owner", "")
    with made.owner.read() as tx:
        assert not server_roles.may_make_roles(tx)
    assert not grants.install(made.owner)
    assert edit.add(made.owner, made.administrator, UKPRN, edit.LearnerForm(ref="1", family_name="Doe"))
    made.owner.close()


def test_another_role_of_that_name_is_left_alone(server: Server):
    name = f"rights{next(NUMBERS)}"
    server.run(f"create role {name}_administrator superuser nologin")
    server.run(f"create database {name} template template0")
    db = Database(server.address(name))
    upgrade(db)
    access.prepare(db)
    with pytest.raises(DatabaseError, match="not a group of Learner Manager"):
        grants.install(db)
    with db.read() as tx:
        assert server_roles._installed(tx) is None
    db.close()


def test_a_renamed_database_lets_go_of_the_groups_of_its_old_name(server: Server):
    made = new_college(server)
    login = made.person(Role.ENROLMENT_MANAGER)
    made.owner.close()
    old, made.name = made.name, f"renamed{next(NUMBERS)}"
    server.run(f"alter database {old} rename to {made.name}")
    made.owner = Database(server.address(made.name, OWNER))
    assert grants.install(made.owner)
    with made.sql(login) as line:
        assert not refused(line, "select 1 from learner")
        with made.owner.read() as tx:
            before = users.find(tx, login)
        assert before is not None
        users.save(made.owner, made.administrator, before, replace(before, active=False))
        assert refused(line, "select 1 from learner")
        assert not server.run(f"select 1 from pg_class where relacl::text like '%{old}_%'", made.name)
    made.owner.close()


def test_installing_again_writes_nothing(college: College):
    def touched() -> list[tuple]:
        return college.server.run("select max(xmin::text::bigint) from pg_class", college.name)

    before = touched()
    assert grants.install(college.owner)
    assert touched() == before


def test_a_grant_that_somebody_added_goes_with_the_next_version(college: College, monkeypatch: pytest.MonkeyPatch):
    group = f"{college.name}_enrolment_manager"
    with college.owner.write() as tx:
        tx.execute(text(f"grant delete on change to {group}"))
    login = college.person(Role.ENROLMENT_MANAGER)
    monkeypatch.setattr(server_roles, "_VERSION", 999)
    assert grants.install(college.owner)
    with college.sql(login) as line:
        assert refused(line, "delete from change")
    monkeypatch.undo()
    assert grants.install(college.owner)


def test_an_embedded_database_has_nothing_to_grant(tmp_path):
    db = Database.in_file(tmp_path / "learners.sqlite")
    assert grants.install(db)
    db.close()
