"""The owner's functions on a real server run nothing that somebody else made, not even where anybody may make things
in the schema, as servers before PostgreSQL 15 let them (`app.db.server_roles`)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from app import access, grants, users
from app.access import Role
from app.db.tables import learner
from app.learners import erase
from app.users import Account
from tests.builders import add_learner
from tests.db.postgresql import Server
from tests.db.rights_college import College, new_college, refused

_TRAPS = (
    ("format(told text, one name, other name) returns text", "'select 1'"),
    ("shobj_description(key oid, place text) returns text", "'Learner Manager: ' || current_database()"),
    ("left(told name, most integer) returns text", "substr(told::text, 1, most)"),
    ("strpos(told text, word varchar) returns integer", "0"),
    ("joined(told text, key bigint) returns text", "textcat(told, key::text)"),
)
"""Each would be a better match for a call of ours than what the server has."""


@pytest.fixture
def college(server: Server) -> Iterator[College]:
    made = new_college(server)
    yield made
    made.owner.close()


def set_traps(college: College, login: str) -> None:
    with college.owner.write() as tx:
        tx.execute(text("grant create on schema public to public"))
    with college.sql(login) as line:
        line.execute("create table public.caught (who text, what text); grant all on public.caught to public")
        for head, answer in _TRAPS:
            name = head.partition("(")[0]
            line.execute(
                f"create function public.{head} language plpgsql as $$ begin"
                f" insert into public.caught values (current_user, '{name}'); return {answer}; end $$"
            )
        line.execute("create operator public.|| (leftarg = text, rightarg = bigint, function = public.joined)")


def test_functions_of_the_owner_run_nothing_of_others(college: College):
    college.server.run("create role trapper login")
    login = college.person(Role.ADMINISTRATOR)
    other = college.person(Role.PLR_USER)
    key = add_learner(college.owner, 901, family_name="Gone")
    set_traps(college, "trapper")
    db = college.of(login)
    boss = access.sign_in(db)
    with db.read() as tx:
        before = users.find(tx, other)
        [ref] = tx.execute(select(learner.c.ref).where(learner.c.id == key)).scalars()
    assert before is not None
    wanted = Account(before.id, other, before.name, roles=frozenset({Role.ENROLMENT_MANAGER}))
    users.save(db, boss, before, wanted)
    erase.erase(db, boss, key, ref, "Asked in writing")
    with college.sql(login) as line:
        assert not refused(line, "select lm_forget('change', '{1}')")
    db.close()
    with college.sql("trapper") as line:
        assert line.execute("select distinct who, what from public.caught where who <> %s", (login,)).fetchall() == []
    # All of it was done nevertheless.
    with college.sql(other) as line:
        assert not refused(line, "update learner set family_name = family_name")
    with college.owner.read() as tx:
        assert tx.execute(select(learner.c.family_name).where(learner.c.id == key)).scalar_one() is None


def test_nobody_makes_anything_in_the_schema_once_it_is_installed(college: College):
    college.server.run("create role maker login")
    with college.owner.write() as tx:
        tx.execute(text("grant create on schema public to public"))
        tx.execute(text("comment on function lm_forget(text, bigint[]) is 'an older version'"))
    assert grants.install(college.owner)
    with college.sql("maker") as line:
        assert refused(line, "create table public.mine (a int)")
