"""Rights on a real server: somebody signs in with plain SQL as each role, and what the program forbids the database
refuses too; and the program does in these roles what it does as the owner.

Campuses, saved things of others and rules about values are the program's alone (`app.grants`).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from app import access, grants, history, licences, purge, saved, start, users
from app.access import ROLES, Permission, Role, User
from app.db import locks, server_roles
from app.db.database import Database
from app.db.tables import change, licence, metadata, operation
from app.errors import AccessError, InputError
from app.imports import credit_lists
from app.learners import edit
from app.licence_row import Licence, off
from app.lms import settings
from app.lms.sections import things_save
from app.lms.sections.things import Thing, What
from app.lms.settings import SyncSettings
from app.saved import Kind
from app.tasks import TaskContext
from app.users import Account
from tests import rights_document
from tests.builders import UKPRN, add_learner
from tests.db.postgresql import Server
from tests.db.rights_college import College, new_college, refused
from tests.db.updating import counts, five_learners, run, tally


@pytest.fixture(scope="module")
def college(server: Server) -> Iterator[College]:
    made = new_college(server)
    for role in Role:
        server.run(f"create role {role.value} login")
        users.save(
            made.owner,
            made.administrator,
            None,
            Account(login=role.value, name=role.value, roles=frozenset({role})),
        )
    yield made
    made.owner.close()


# ------------------------------------------------------------------------------------------------------- documented


def live(college: College, role: Role) -> dict[str, set[str]]:
    """What the server says of a group, in the words of `app.grants`."""
    found: dict[str, set[str]] = {}
    with college.owner.read() as tx:
        group = server_roles.group(tx, role.value)
        tables = text(
            "select table_name, privilege_type from information_schema.table_privileges where grantee = :who"
        )
        columns = text(
            "select table_name, privilege_type, column_name from information_schema.column_privileges"
            " where grantee = :who"
        )
        for row in tx.execute(tables, {"who": group}):
            found.setdefault(row[0], set()).add(row[1].lower())
        for row in tx.execute(columns, {"who": group}):
            if row[1].lower() not in found.get(row[0], set()):
                found.setdefault(row[0], set()).add(f"{row[1].lower()} ({row[2]})")
    return found


@pytest.mark.parametrize("role", Role)
def test_the_grants_are_those_that_are_documented(college: College, role: Role):
    wanted = {table: set(privileges) for table, privileges in grants.of_role(role).items()}
    if grants.reads(role):
        for table in (*metadata.tables, "alembic_version"):
            wanted.setdefault(table, set()).add("select")
    assert live(college, role) == wanted


def test_the_document_is_made_of_the_roles_and_grants():
    words = rights_document.FILE.read_text(encoding="utf-8")
    assert words == rights_document.words(), "python -m tests.rights_document writes it anew"


def test_every_permission_and_table_is_thought_of():
    assert set(grants.WRITES) == set(Permission)
    written = {table for told in grants.WRITES.values() for table in told}
    assert written <= set(metadata.tables)
    # What only the owner writes: rows that a version of the program brings with it.
    assert set(metadata.tables) - written == {"role", "attainment_type"}


# ---------------------------------------------------------------------------------------------------------- refused

_TAKES = {
    "update learner set family_name = family_name": {Permission.EDIT_LEARNERS},
    "insert into aim select * from aim where false": {Permission.EDIT_LEARNERS},
    "update attainment set grade = grade": {Permission.PLR_UPDATE},
    "insert into attainment select * from attainment where false": {Permission.PLR_UPDATE},
    "insert into plr_check select * from plr_check where false": {Permission.PLR_DOWNLOAD, Permission.PLR_UPDATE},
    "insert into sync_run select * from sync_run where false": {Permission.SYNCHRONISE},
    "update progress set id = id": {Permission.SYNCHRONISE},
    "insert into extract_attempt select * from extract_attempt where false": {Permission.SYNCHRONISE},
    "update term set name = name": {Permission.SET_UP_SECTIONS},
    "delete from campus_term": {Permission.SET_UP_SECTIONS},
    "update course_credit set minimum = minimum": {Permission.SET_UP_CREDIT},
    "delete from reporter": {Permission.SET_UP_CREDIT},
    "insert into award select * from award where false": {
        Permission.EDIT_CREDIT,
        Permission.REPLACE_CREDIT,
        Permission.IMPORT_RECORDS,
    },
    "update app_user set active = active": {Permission.ADMINISTER},
    "insert into app_user (login, name) select '', '' where false": {Permission.ADMINISTER},
    "insert into user_role select * from user_role where false": {Permission.ADMINISTER},
    "delete from user_role where false": {Permission.ADMINISTER},
    "update licence set is_on = true where false": {Permission.ADMINISTER},
    "delete from user_campus where false": {Permission.ADMINISTER},
    "update file_row set cells = cells": {
        Permission.EDIT_LEARNERS,
        Permission.ENROL,
        Permission.SET_UP_SECTIONS,
        Permission.IMPORT_RECORDS,
        Permission.SET_UP_CREDIT,
        Permission.UNLOCK_IMPORTS,
        Permission.ADMINISTER,
    },
    "update extract_record set status = status": {
        Permission.CHANGE_EXTRACTS,
        Permission.OVERRIDE_EXTRACTS,
        Permission.SYNCHRONISE,
        Permission.ENROL,
        Permission.SET_UP_SECTIONS,
    },
}
"""What a statement does, in the permissions of the program that do it (each touches no row)."""
_NOBODY = (
    "update change set before = null",
    "update change set operation_id = 1",
    "delete from change",
    "truncate change cascade",
    "delete from operation",
    "update operation set reason = 'another'",
    "update operation set user_id = 1",
    "update operation set at = now()",
    "delete from extract_attempt",
    "delete from learner",
    "delete from attainment",
    "insert into role (code, title) values ('god', 'God')",
    "update attainment_type set title = title",
    "update alembic_version set version_num = '9999'",
    "drop table learner",
    "alter table change disable trigger all",
    "alter table operation disable trigger lm_own_name",
    "create table public.mine (a int)",
    "drop function lm_own_name() cascade",
    "create or replace function lm_group(code text) returns name language sql as 'select code::name'",
    "set role college_owner",
    "set session authorization college_owner",
    "create role friend login",
    "set session_replication_role = replica",
)


@pytest.mark.parametrize("role", Role)
def test_what_the_program_forbids_the_database_refuses(college: College, role: Role):
    with college.sql(role.value) as connection:
        for statement, permissions in _TAKES.items():
            forbidden = not permissions & ROLES[role]
            # Without a role that opens the program a permission alone does nothing there; here it writes blindly.
            assert refused(connection, statement) or not forbidden, statement
            if Permission.OPEN in ROLES[role]:
                assert refused(connection, statement) is forbidden, statement
        for statement in _NOBODY:
            assert refused(connection, statement), statement


@pytest.mark.parametrize("role", Role)
def test_only_who_may_open_the_program_reads(college: College, role: Role):
    with college.sql(role.value) as connection:
        for table in metadata.tables:
            assert refused(connection, f"select 1 from {table} limit 1") is (Permission.OPEN not in ROLES[role])


def test_who_is_no_user_reads_nothing(college: College):
    college.server.run("create role passer_by login")
    with college.sql("passer_by") as connection:
        for table in metadata.tables:
            assert refused(connection, f"select 1 from {table} limit 1"), table
        assert refused(connection, "select lm_forget('change', '{1}')")


def test_nobody_writes_in_the_name_of_another_or_at_another_time(college: College):
    with college.owner.read() as tx:
        mine, other = (users.find(tx, one) for one in ("enrolment_manager", "administrator"))
    assert mine is not None
    assert other is not None
    made = (
        "insert into operation (kind, user_id, computer, at, state)"
        " values ('x', {who}, 'PC', '2001-01-01', 'done') returning at"
    )
    with college.sql("enrolment_manager") as connection:
        assert refused(connection, made.format(who=other.id))
        # A table of one's own that looks like that of the users changes nothing.
        connection.execute("create temp table app_user (id bigint, login text)")
        connection.execute(f"insert into pg_temp.app_user values ({other.id}, 'enrolment_manager')")
        assert refused(connection, made.format(who=other.id))
        found = connection.execute(made.format(who=mine.id)).fetchone()
        now = connection.execute("select clock_timestamp()").fetchone()
        assert found is not None
        assert now is not None
        assert now[0] - found[0] < timedelta(minutes=1)
        connection.rollback()


# ----------------------------------------------------------------------------------------------------- memberships


def test_membership_follows_what_an_administrator_saves(college: College):
    """The administrator is no owner; what they take away is missing at the very next statement of an open line."""
    login = college.person(Role.ENROLMENT_MANAGER)
    statement = "update learner set family_name = family_name"
    boss = college.of("administrator")
    me = access.sign_in(boss)
    with college.sql(login) as line:
        assert not refused(line, statement)
        with boss.read() as tx:
            before = users.find(tx, login)
        assert before is not None
        taken = users.save(boss, me, before, replace(before, roles=frozenset({Role.LMS_ADMINISTRATOR})))
        assert refused(line, statement)
        assert not refused(line, "update term set name = name")
        assert taken.operation_id is not None
        history.undo(boss, me.id, taken.operation_id)
        assert not refused(line, statement)
        users.save(boss, me, before, replace(before, active=False))
        assert refused(line, "select 1 from learner")
    boss.close()


def test_nobody_gives_themselves_a_role(college: College):
    with college.sql("enrolment_manager") as line:
        group = f"{college.name}_administrator"
        assert refused(line, f"grant {group} to enrolment_manager")
        assert refused(line, f"set role {group}")
    db = college.of("enrolment_manager")
    me = access.sign_in(db)
    with pytest.raises(AccessError):
        users.set_role(db, me, "enrolment_manager", Role.ADMINISTRATOR, held=True)
    db.close()


def test_roles_of_one_database_are_none_in_another(college: College):
    other = new_college(college.server)
    with other.sql("administrator") as line:
        assert refused(line, "select 1 from learner")
    other.owner.close()


def test_a_user_has_to_exist_on_the_server(college: College):
    with pytest.raises(InputError, match="knows nobody") as failure:
        users.set_role(college.owner, college.administrator, "nobody_there", Role.PLR_USER, held=True)
    assert failure.value.field == "login"


# ----------------------------------------------------------------------------------------------------- the program


@pytest.fixture
def officer(college: College) -> Iterator[tuple[Database, User]]:
    """The program in the roles of an officer, who is no owner."""
    db = college.of(college.person(Role.ENROLMENT_MANAGER, Role.PLR_ADMIN))
    yield db, access.sign_in(db)
    db.close()


def test_an_officer_works_in_their_role(officer: tuple[Database, User]):
    db, user = officer
    form = edit.LearnerForm(ref=f"OF{user.id:04}", family_name="Doe", given_names="Jane")
    key = edit.add(db, user, UKPRN, form)
    with db.read() as tx:
        done = tx.execute(select(operation.c.id).where(operation.c.user_id == user.id)).scalar_one()
        assert tx.execute(select(change.c.row_id).where(change.c.operation_id == done)).scalars().all() == [key]
    history.undo(db, user.id, done)
    summary = run(db, user, session := five_learners(db))
    assert counts(summary) == tally(5, new=5)
    assert counts(run(db, user, session)) == tally(5, unchanged=5)
    one = saved.save(db, user, Kind.LEARNER_SEARCH, "Mine", "{}", shared=False)
    assert one
    with locks.held(db, "lms", user.name):
        pass
    with pytest.raises(AccessError):
        licences.save(db, user, replace(off(Licence.PLR_IMPORT), is_on=True))


def test_an_lms_administrator_and_an_importer_work_in_theirs(college: College):
    db = college.of(college.person(Role.LMS_ADMINISTRATOR))
    me = access.sign_in(db)
    made = things_save.save(db, me, None, Thing(What.TERM, code="26/27 S", name="Spring"))
    assert made.operation_id is not None
    assert history.undo(db, me.id, made.operation_id).left == 0
    assert settings.save(db, me, SyncSettings(contact="The LMS desk"))
    db.close()
    db = college.of(college.person(Role.ENROLMENT_MANAGER, Role.RECORD_IMPORTER))
    me = access.sign_in(db)
    done = credit_lists.save_categories(db, me, credit_lists.CATEGORIES, ["Staff"])
    assert done is not None
    history.undo(db, me.id, done)
    with pytest.raises(AccessError):
        things_save.save(db, me, None, Thing(What.TERM, code="27/28 S", name="Spring"))
    db.close()


def test_a_start_changes_nothing_that_is_the_owners(college: College, officer: tuple[Database, User], tmp_path):
    from app.folders import DataFolder

    db, user = officer
    _, opened = start.open_folder(DataFolder(tmp_path / "data"), str(db.url))
    assert start.sign_in(opened)[0].id == user.id
    with opened.read() as tx:
        assert not server_roles.owns(tx)
    opened.close()


def test_an_administrator_purges_what_is_old_and_nothing_else(college: College):
    db = college.of("administrator")
    me = access.sign_in(db)
    key = add_learner(college.owner)
    old, young = (_edited(college, key, name) for name in ("Old", "Young"))
    with college.owner.write() as tx:
        tx.execute(update(operation).where(operation.c.id == old).values(kind="learners_loaded"))
        tx.execute(
            update(operation).where(operation.c.id == old).values(at=college.owner.now(tx) - timedelta(days=900))
        )
    done = purge.purge(TaskContext(), db, me, "Two years are over")
    assert done.gone.operations >= 1
    with college.owner.read() as tx:
        left = set(tx.execute(select(operation.c.id)).scalars())
        [first] = tx.execute(select(change.c.id).where(change.c.operation_id == young)).scalars()
    assert old not in left
    assert young in left
    with college.sql("administrator") as line:
        found = line.execute("select lm_forget('change', %s), lm_forget('operation', %s)", ([first], [young]))
        assert found.fetchone() == (0, 0)
        assert refused(line, "select lm_forget('learner', '{1}')")
    with college.sql("lms_administrator") as line:
        assert refused(line, "select lm_forget('change', '{1}')")
    db.close()


def _edited(college: College, key: int, name: str) -> int:
    from app.db.tables import learner

    db = college.owner
    with db.write() as tx:
        row = tx.execute(select(learner).where(learner.c.id == key)).one()
        begun = history.begin(tx, db, college.administrator.id, "learner_edited")
        begun.update(learner, row, {"known_as": name}, key)
        begun.end(tx)
    return begun.id


def test_licences_are_the_administrators(college: College):
    db = college.of("administrator")
    me = access.sign_in(db)
    with db.read() as tx:
        row = access.licences(tx)[0]
    licences.save(db, me, replace(row, note="Order 7"))
    with college.owner.write() as tx:
        assert tx.execute(select(licence.c.note).where(licence.c.code == row.code.value)).scalar_one() == "Order 7"
    db.close()
