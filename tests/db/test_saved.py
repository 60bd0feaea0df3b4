"""Saved searches: whose they are, who sees them, and what happens when two windows change one."""

import threading

import pytest
from sqlalchemy import insert, select, update

from app import saved as store
from app.access import Role, User
from app.conditions import Group, Operator, Test
from app.conditions_stored import dump, parse
from app.db.database import Database
from app.db.tables import app_user, saved
from app.errors import AccessError, AppError, ConflictError, InputError
from app.learners.search import FIELDS
from app.saved import Kind, Saved
from tests.builders import user_with

INFOS = {name: one.info for name, one in FIELDS.items()}
GROUP = Group(
    members=(
        Test("family_name", Operator.IS, "Ó Briain \U0001f600 'x'"),
        Group(members=(Test("sex", Operator.BLANK),)),
    )
)


@pytest.fixture
def other(db: Database, user: User) -> User:
    return user_with(db, Role.ADMINISTRATOR, login="other")


def listed(db: Database, user: User, kind: Kind = Kind.LEARNER_SEARCH) -> list[Saved]:
    with db.read() as tx:
        return store.every(tx, user, kind)


def save(db: Database, user: User, name: str, *, shared: bool = False, kind: Kind = Kind.LEARNER_SEARCH) -> Saved:
    key = store.save(db, user, kind, name, dump(GROUP), shared=shared)
    return next(one for one in listed(db, user, kind) if one.id == key)


def test_what_was_saved_comes_back(db: Database, user: User):
    one = save(db, user, "  To   chase ")
    assert (one.name, one.mine, one.shared, one.owner, one.version) == ("To chase", True, False, user.name, 1)
    assert parse(one.body, INFOS) == GROUP


def test_mine_come_first_and_of_others_only_what_is_shared(db: Database, user: User, other: User):
    for name in ("zebra", "Éclair", "apple"):
        save(db, user, name)
    save(db, other, "hidden")
    save(db, other, "Aardvark", shared=True)
    save(db, user, "elsewhere", kind=Kind.PLR_SEARCH)
    assert [(one.name, one.mine) for one in listed(db, user)] == [
        ("apple", True),
        ("Éclair", True),
        ("zebra", True),
        ("Aardvark", False),
    ]
    assert [one.name for one in listed(db, user, Kind.PLR_SEARCH)] == ["elsewhere"]


def test_a_name_is_taken_once_whatever_its_capitals_but_each_user_has_names_of_their_own(
    db: Database, user: User, other: User
):
    save(db, user, "Zoë")
    save(db, other, "Zoë", shared=True)
    save(db, user, "Zoë", kind=Kind.PLR_SEARCH)
    second = save(db, user, "second")
    for attempt in (lambda: save(db, user, "ZOE"), lambda: store.rename(db, user, second, "zoë", shared=False)):
        with pytest.raises(InputError, match="under this name"):
            attempt()
    store.rename(db, user, second, "SECOND", shared=True)
    assert [(one.name, one.shared) for one in listed(db, user) if one.mine] == [("SECOND", True), ("Zoë", False)]


def test_names_that_folding_leaves_nothing_of_are_not_all_the_same(db: Database, user: User):
    for name in ("\u00b4", "\u00a8"):
        save(db, user, name)
    with pytest.raises(InputError, match="under this name"):
        save(db, user, "\u00a8")


@pytest.mark.parametrize("name", ["", " \t ", "\0", "x" * 81])
def test_a_name_that_cannot_be(db: Database, user: User, name: str):
    with pytest.raises(InputError) as failure:
        save(db, user, name)
    assert failure.value.field == "name"


def test_only_the_version_that_was_seen_is_changed(db: Database, user: User):
    seen = save(db, user, "one")
    store.overwrite(db, user, seen, "new", shared=True)
    [now] = listed(db, user)
    assert (now.body, now.shared, now.version) == ("new", True, 2)
    attempts = (
        lambda: store.overwrite(db, user, seen, "newer", shared=False),
        lambda: store.rename(db, user, seen, "two", shared=False),
        lambda: store.delete(db, user, seen),
    )
    for attempt in attempts:
        with pytest.raises(ConflictError):
            attempt()
    assert listed(db, user) == [now]
    store.delete(db, user, now)
    assert listed(db, user) == []
    with pytest.raises(ConflictError):
        store.delete(db, user, now)


def test_nobody_changes_what_belongs_to_somebody_else(db: Database, user: User, other: User):
    save(db, other, "theirs", shared=True)
    [seen] = listed(db, user)
    claimed = Saved(seen.id, seen.name, True, seen.owner, True, seen.body, seen.version)
    for one in (seen, claimed):
        for attempt in (
            lambda one=one: store.overwrite(db, user, one, "mine", shared=True),
            lambda one=one: store.rename(db, user, one, "mine", shared=True),
            lambda one=one: store.delete(db, user, one),
        ):
            with pytest.raises(ConflictError):
                attempt()
    assert listed(db, user) == [seen]


def test_without_a_role_nothing_is_saved(db: Database, user: User):
    nobody = user_with(db, login="nobody")
    with pytest.raises(AccessError):
        save(db, nobody, "x")
    one = save(db, user, "mine")
    with db.write() as tx:
        tx.execute(update(app_user).where(app_user.c.id == user.id).values(active=False))
    for attempt in (
        lambda: store.overwrite(db, user, one, "x", shared=False),
        lambda: store.rename(db, user, one, "x", shared=False),
        lambda: store.delete(db, user, one),
    ):
        with pytest.raises(AppError):
            attempt()


def test_too_many_and_too_long(db: Database, user: User, monkeypatch):
    with pytest.raises(InputError, match="too long"):
        store.save(db, user, Kind.LEARNER_SEARCH, "x", "x" * (store.LONGEST_BODY + 1), shared=False)
    monkeypatch.setattr(store, "MOST", 2)
    save(db, user, "1")
    save(db, user, "2")
    with pytest.raises(InputError, match="Delete some"):
        save(db, user, "3")


def test_a_body_that_somebody_wrote_into_the_database_is_listed_and_refused_when_read(db: Database, user: User):
    with db.write() as tx:
        for name, body in (("long", "x" * (store.LONGEST_BODY + 1)), ("deep", "[" * 9_999), ("old", "status = 3")):
            tx.execute(insert(saved).values(kind=Kind.LEARNER_SEARCH.value, owner_id=user.id, name=name, body=body))
    found = listed(db, user)
    assert [one.name for one in found] == ["deep", "old"]
    for one in found:
        with pytest.raises(InputError):
            parse(one.body, INFOS)


def test_two_windows_save_the_same_name_at_once(db: Database, user: User):
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def attempt() -> None:
        together.wait(10)
        try:
            save(db, user, "same")
            outcomes.append("saved")
        except (InputError, ConflictError):
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["refused", "saved"]
    with db.read() as tx:
        assert len(tx.execute(select(saved.c.id)).all()) == 1


def test_a_search_shows_nothing_in_a_log(db: Database, user: User):
    assert "Briain" not in repr(save(db, user, "one"))
