"""Users, roles and licences: who may do what, asked anew each time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from app import access, licences
from app.access import NEEDS_LICENCES, ROLE_TITLES, ROLES, Permission, Rights, Role
from app.db.database import Database
from app.db.tables import app_user, change, licence, operation, user_role
from app.errors import AccessError, ConflictError, InputError
from app.licence_row import Licence, LicenceRow
from tests.builders import first_user, licences_on, user_with

TODAY = date(2026, 11, 23)


def rights_of(db: Database, user: access.User) -> Rights:
    with db.read() as tx:
        return access.rights(tx, user)


def row_of(db: Database, code: Licence) -> LicenceRow:
    with db.read() as tx:
        return next(one for one in access.licences(tx) if one.code is code)


def test_the_first_user_gets_every_role(db: Database):
    user = access.sign_in(db, "somebody")
    assert rights_of(db, user).roles == set(Role)
    with db.read() as tx:
        assert tx.execute(select(app_user.c.last_sign_in)).scalar_one() is not None


def test_the_next_account_is_nobody(db: Database):
    access.sign_in(db, "first")
    with pytest.raises(AccessError, match="“second” is not a user") as failure:
        access.sign_in(db, "second")
    assert "administrator" in failure.value.hint
    with db.read() as tx:
        assert tx.execute(select(app_user.c.login)).scalars().all() == ["first"]


def test_an_account_that_was_switched_off(db: Database):
    user = access.sign_in(db, "first")
    with db.write() as tx:
        tx.execute(update(app_user).values(active=False))
    with pytest.raises(AccessError, match="switched off"):
        access.sign_in(db, "first")
    assert rights_of(db, user).why_not(Permission.OPEN)


def test_signing_in_again_is_the_same_user(db: Database):
    assert access.sign_in(db, "first") == access.sign_in(db, "first")


def test_who_signs_in_by_default(db: Database):
    """The operating-system account; on a server the role that connected, whatever the account is called."""
    user = access.sign_in(db)
    assert user.login == (access.account() if db.embedded else "lm_owner")


def test_two_who_open_a_new_database_together(address: str):
    from concurrent.futures import ThreadPoolExecutor

    def try_it(login: str) -> int:
        db = Database(address)
        try:
            return len(rights_of(db, access.sign_in(db, login)).roles)
        except AccessError:
            return 0
        finally:
            db.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(try_it, ("one", "two"))) == [0, len(Role)]


def test_what_a_new_version_adds_is_written_once(db: Database):
    access.prepare(db)
    with db.write() as tx:
        tx.execute(delete(licence))
    access.prepare(db)
    with db.read() as tx:
        assert [one.code for one in access.licences(tx)] == list(Licence)


_MANAGER = {
    Permission.OPEN,
    Permission.EDIT_LEARNERS,
    Permission.MERGE_LEARNERS,
    Permission.EXPORT,
    Permission.ENROL,
    Permission.SYNCHRONISE,
    Permission.PROCESSES,
    Permission.EXTRACTS,
}
_EXTRACTS = {
    Permission.PROCESSES,
    Permission.EXTRACTS,
    Permission.CHANGE_EXTRACTS,
    Permission.OVERRIDE_EXTRACTS,
    Permission.SET_UP_SECTIONS,
}
_IMPORTS = {
    Permission.IMPORT_RECORDS,
    Permission.SET_UP_CREDIT,
    Permission.EDIT_CREDIT,
    Permission.REPLACE_CREDIT,
}


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        ((), set()),
        ((Role.ENROLMENT_MANAGER,), _MANAGER),
        # Opening takes Enrolment Manager (or Administrator) whatever else somebody holds (learner-manager.md 2).
        ((Role.PLR_USER,), set()),
        ((Role.PLR_ADMIN,), set()),
        ((Role.EXTRACT_EDITOR,), set()),
        ((Role.RECORD_IMPORTER,), set()),
        ((Role.ENROLMENT_MANAGER, Role.PLR_USER), _MANAGER | {Permission.PLR_DOWNLOAD}),
        ((Role.ENROLMENT_MANAGER, Role.PLR_ADMIN), _MANAGER | {Permission.PLR_DOWNLOAD, Permission.PLR_UPDATE}),
        ((Role.ENROLMENT_MANAGER, Role.EXTRACT_EDITOR), _MANAGER | {Permission.CHANGE_EXTRACTS}),
        ((Role.ENROLMENT_MANAGER, Role.RECORD_IMPORTER), _MANAGER | _IMPORTS),
        (
            (Role.LMS_ADMINISTRATOR,),
            {Permission.OPEN, Permission.SYNCHRONISE, Permission.DECIDE_COURSES} | _EXTRACTS,
        ),
        (
            (Role.ADMINISTRATOR,),
            {
                Permission.OPEN,
                Permission.ADMINISTER,
                Permission.SYNCHRONISE,
                Permission.DECIDE_COURSES,
                Permission.UNLOCK_IMPORTS,
                Permission.ERASE_LEARNERS,
            }
            | _EXTRACTS
            | _IMPORTS,
        ),
        (tuple(Role), set(Permission)),
    ],
)
def test_the_table_of_roles(db: Database, roles: tuple[Role, ...], may: set[Permission]):
    first_user(db)
    rights = rights_of(db, user_with(db, *roles))
    assert {one for one in Permission if not rights.why_not(one)} == may
    for one in set(Permission) - may:
        assert rights.why_not(one).endswith(".")


def test_the_sentence_names_the_roles_that_would_do(db: Database):
    first_user(db)
    rights = rights_of(db, user_with(db, Role.ENROLMENT_MANAGER))
    words = rights.why_not(Permission.PLR_DOWNLOAD)
    assert ROLE_TITLES[Role.PLR_USER] in words
    assert ROLE_TITLES[Role.PLR_ADMIN] in words
    assert all(any(one in granted for granted in ROLES.values()) for one in Permission)


@pytest.mark.parametrize("missing", list(Licence))
@pytest.mark.parametrize("permission", sorted(NEEDS_LICENCES))
def test_both_licences_are_needed(db: Database, missing: Licence, permission: Permission):
    user = first_user(db)
    assert rights_of(db, user).why_not(permission) == ""
    with db.write() as tx:
        tx.execute(update(licence).where(licence.c.code == missing.value).values(is_on=False))
    words = rights_of(db, user).why_not(permission)
    assert missing.value in words
    assert "under Licences" in words
    assert rights_of(db, user).why_not(Permission.EXPORT) == ""


def test_a_licence_nobody_ever_wrote_is_off():
    rights = Rights(frozenset(Role), ())
    assert Licence.PLR_IMPORT.value in rights.why_not(Permission.PLR_DOWNLOAD)
    assert rights.why_not(Permission.ADMINISTER) == ""


def test_a_new_database_has_its_licences_off(db: Database):
    user = access.sign_in(db, "first")
    assert "Needs the licence" in rights_of(db, user).why_not(Permission.PLR_UPDATE)


def test_a_licence_counts_until_the_end_of_its_last_day(db: Database):
    user = first_user(db)
    with db.write() as tx:
        tx.execute(update(licence).values(valid_until=TODAY))
    rights = rights_of(db, user)
    assert rights.why_not(Permission.PLR_DOWNLOAD, TODAY) == ""
    words = rights.why_not(Permission.PLR_DOWNLOAD, TODAY + timedelta(days=1))
    assert "ended on 23 Nov 2026" in words


def test_require_looks_each_time(db: Database):
    user = first_user(db)
    with db.read() as tx:
        access.require(tx, user, Permission.PLR_UPDATE)
    with db.write() as tx:
        tx.execute(delete(user_role))
    with db.read() as tx, pytest.raises(AccessError, match="You cannot update attainments"):
        access.require(tx, user, Permission.PLR_UPDATE)


def test_switching_a_licence_on(db: Database):
    user = first_user(db)
    licences_on(db, on=False)
    before = row_of(db, Licence.PLR_IMPORT)
    licences.save(db, user, replace(before, is_on=True, note="  Order 12 ", valid_until=TODAY))
    after = row_of(db, Licence.PLR_IMPORT)
    assert (after.is_on, after.note, after.valid_until, after.version) == (
        True,
        "Order 12",
        TODAY,
        before.version + 1,
    )
    with db.read() as tx:
        told = tx.execute(select(operation.c.kind, operation.c.state, operation.c.reason)).one()
        assert tuple(told) == ("licence", "done", "Order 12")
        assert tx.execute(select(change.c.table_name)).scalar_one() == "licence"


def test_switching_nothing_leaves_no_trace(db: Database):
    user = first_user(db)
    licences.save(db, user, row_of(db, Licence.PLR_IMPORT))
    with db.read() as tx:
        assert tx.execute(select(operation)).all() == []


def test_a_certification_says_who_what_and_when(db: Database):
    user = first_user(db)
    whole = replace(
        row_of(db, Licence.LRS_CERTIFIED), is_on=True, organisation="College", certified_on=TODAY, certified_by="LRS"
    )
    for name, nothing in (("organisation", " "), ("certified_on", None), ("certified_by", "")):
        with pytest.raises(InputError) as failure:
            licences.save(db, user, replace(whole, **{name: nothing}))
        assert failure.value.field == name
    licences.save(db, user, whole)
    assert row_of(db, Licence.LRS_CERTIFIED).certified_by == "LRS"


def test_two_administrators_one_licence(db: Database):
    user = first_user(db)
    seen = row_of(db, Licence.PLR_IMPORT)
    licences.save(db, user, replace(seen, note="first"))
    with pytest.raises(ConflictError, match="Somebody else"):
        licences.save(db, user, replace(seen, note="second"))
    assert row_of(db, Licence.PLR_IMPORT).note == "first"


def test_only_administrators_switch_licences(db: Database):
    first_user(db)
    other = user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_ADMIN)
    with pytest.raises(AccessError):
        licences.save(db, other, replace(row_of(db, Licence.PLR_IMPORT), is_on=False))
    assert row_of(db, Licence.PLR_IMPORT).is_on
