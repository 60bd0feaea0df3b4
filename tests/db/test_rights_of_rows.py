"""Rights within a table on a real server: somebody signs in with plain SQL and finds that changes belong to a command
of their own that is not ended, settings to roles, and what is saved to whoever saved it (`app.db.server_rows`)."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text

from app import access, copies, grants, history, retention, saved
from app.access import ROLES, Permission, Role, User
from app.attainments import at_a_glance_kept, export_changes
from app.attainments.export_changes import Layout
from app.db import tables
from app.db.database import Database
from app.db.server_rows import EVERY
from app.db.tables import learner, operation
from app.errors import AccessError, ConflictError
from app.files.aims import OwnFields
from app.imports import credit_lists
from app.learners import erase, merge, own_fields
from app.lms import course_states, settings, site
from app.saved import Kind
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.db.rights_college import DENIED, College, refused

CHANGE = "insert into change (operation_id, table_name, row_id, kind) values ({0}, 'learner', 1, 'update')"


@pytest.fixture
def mine(college: College) -> Iterator[tuple[Database, User]]:
    """The program as an Enrolment Manager."""
    db = college.of(college.person(Role.ENROLMENT_MANAGER))
    yield db, access.sign_in(db)
    db.close()


def begun(db: Database, user: User, *, ended: bool) -> int:
    with db.write() as tx:
        one = history.begin(tx, db, user.id, "learner_edited")
        if ended:
            one.end(tx)
    return one.id


def state(college: College, key: int) -> str:
    with college.owner.read() as tx:
        return str(tx.execute(select(operation.c.state).where(operation.c.id == key)).scalar_one())


# ---------------------------------------------------------------------------------------------------------- history


def test_changes_are_added_to_a_command_of_ones_own_that_goes_on(college: College, mine: tuple[Database, User]):
    db, user = mine
    under_way, over = (begun(db, user, ended=ended) for ended in (False, True))
    others = begun(college.owner, college.administrator, ended=False)
    with college.owner.write() as tx:
        nobodys = history.begin(tx, college.owner, None, "learner_edited").id
    with college.sql(user.login) as line:
        assert not refused(line, CHANGE.format(under_way))
        assert refused(line, CHANGE.format(others))
        assert refused(line, CHANGE.format(nobodys))
        assert refused(line, CHANGE.format(over))
        # Neither a table that looks like that of the users, nor opening it again, gets round that.
        line.execute("create temp table app_user (id bigint, login text, active boolean)")
        line.execute(f"insert into pg_temp.app_user values ({college.administrator.id}, '{user.login}', true)")
        assert refused(line, CHANGE.format(others))
        assert refused(line, f"update operation set state = 'stopped' where id = {over}")
        assert refused(line, f"update operation set state = 'done' where id = {others}")


def test_what_is_said_to_be_undone_names_who_undid_it(college: College, mine: tuple[Database, User]):
    db, user = mine
    others = begun(college.owner, college.administrator, ended=True)
    undone = f"update operation set state = 'undone' where id = {others}"
    again = (
        "insert into operation (kind, user_id, computer, at, state, undoes_id)"
        f" values ('undo', {user.id}, 'PC', now(), 'done', {others})"
    )
    with college.sql(user.login) as line:
        line.execute(undone)
        with pytest.raises(DENIED):
            line.commit()
        line.rollback()
        assert state(college, others) == "done"
        line.execute(undone)
        line.execute(again)
        line.commit()
        assert state(college, others) == "undone"
        assert refused(line, f"update operation set state = 'done' where id = {others}")
    key = add_learner(college.owner)
    made = begun_with_change(college, key)
    assert history.undo(db, user.id, made).undone == 1


def begun_with_change(college: College, key: int) -> int:
    db = college.owner
    with db.write() as tx:
        row = tx.execute(select(learner).where(learner.c.id == key)).one()
        one = history.begin(tx, db, college.administrator.id, "learner_edited")
        one.update(learner, row, {"known_as": "Jo"}, key)
        one.end(tx)
    return one.id


def test_learners_are_merged_parted_and_erased_by_who_owns_nothing(college: College, mine: tuple[Database, User]):
    db, user = mine
    stays, goes = (add_learner(college.owner, number, family_name="Doe") for number in (801, 802))
    seen = merge.compare(TaskContext(), db, user, stays, goes, in_this_order=True)
    done = merge.merge(db, user, seen, {})
    assert merge.undo(db, user, done.operation_id).left == 0
    boss = college.of(college.person(Role.ADMINISTRATOR))
    erased = erase.erase(boss, access.sign_in(boss), goes, "240802", "They asked for it")
    boss.close()
    assert erased.learners == 1
    with db.read() as tx:
        names = select(learner.c.family_name).where(learner.c.id.in_((stays, goes))).order_by(learner.c.id)
        assert tx.execute(names).scalars().all() == ["Doe", None]


# --------------------------------------------------------------------------------------------------------- settings

_KEYS = {
    own_fields._KEY, export_changes._KEY, credit_lists._CATEGORIES_KEY, site._KEY, course_states._RULES,
    settings._CONTACT, settings._SEND, settings._OVERDUE, *map(settings._key, settings.Kind),
    *(f"lms.down.{one}" for one in settings.Kind), retention.KEY, retention.PURGED, at_a_glance_kept._RULE_KEY,
}  # fmt: skip


def test_every_setting_is_thought_of():
    told = {key for keys in grants.SETTINGS.values() for key in keys} - {EVERY}
    # These are noted by a purge, and by the owner of the database with a new version.
    assert _KEYS - told == {retention.PURGED, at_a_glance_kept._RULE_KEY}
    assert told <= _KEYS
    for permission in grants.SETTINGS:
        assert "setting" in grants.WRITES[permission], permission


def changed(line: psycopg.Connection, statement: str) -> int | None:
    """How many rows it changed; None where it was refused. Undone in any case."""
    try:
        with line.transaction(force_rollback=True):
            return line.execute(statement).rowcount
    except DENIED:
        return None


@pytest.mark.parametrize("role", [one for one in Role if Permission.OPEN in ROLES[one]])
def test_a_role_writes_its_own_settings(college: College, role: Role):
    held = grants.keys_of(role)
    with college.owner.write() as tx:
        tx.execute(text("insert into setting (key) values ('lms.send'), ('load.own_fields') on conflict do nothing"))
    with college.sql(college.person(role)) as line:
        for key in sorted(_KEYS | {"of.no.version"}):
            may = key in held or EVERY in held
            put = f"insert into setting (key) values ('{key}') on conflict (key) do update set value = 'x'"
            assert (changed(line, put) == 1) is may, key
        for key in ("lms.send", "load.own_fields"):
            may = key in held or EVERY in held
            assert (changed(line, f"update setting set value = 'x' where key = '{key}'") or 0) == may, key
            assert not changed(line, f"update setting set key = 'x' where key = '{key}'") or EVERY in held
            assert not changed(line, f"delete from setting where key = '{key}'") or may
            assert line.execute("select count(*) from setting where key = %s", (key,)).fetchone() == (1,)


def test_the_settings_of_a_role_are_saved_in_it(college: College, mine: tuple[Database, User]):
    db, user = mine
    own_fields.choose(db, user, OwnFields(campus="A"))
    with db.read() as tx:
        [done] = tx.execute(select(operation.c.id).where(operation.c.kind == own_fields.CHOSEN)).scalars()
        assert own_fields.read(tx).campus
    history.undo(db, user.id, done)
    export_changes.choose_layout(db, user, Layout(tuple(export_changes.COLUMNS)[:2]))
    with db.write() as tx:
        site.remember(db, tx, "https://lms.example/moodle")
    with db.read() as tx:
        assert not own_fields.read(tx).campus
        assert site.known(tx) == "lms.example/moodle"


# ------------------------------------------------------------------------------------------------------------ saved


def test_what_somebody_saved_is_theirs(college: College, mine: tuple[Database, User]):
    db, user = mine
    owner, boss = college.owner, college.administrator
    secret = saved.save(owner, boss, Kind.LEARNER_SEARCH, "Secret", "{}", shared=False)
    open_to_all = saved.save(owner, boss, Kind.LEARNER_SEARCH, "For all", "{}", shared=True)
    own = saved.save(db, user, Kind.LEARNER_SEARCH, "Mine", "{}", shared=False)
    with college.sql(user.login) as line:
        seen = {row[0] for row in line.execute("select id from saved")}
        assert seen == {open_to_all, own}
        for key in (secret, open_to_all):
            assert changed(line, f"update saved set body = 'x' where id = {key}") == 0
            assert changed(line, f"delete from saved where id = {key}") == 0
        assert changed(line, f"update saved set owner_id = {boss.id} where id = {own}") is None
        kind = Kind.LEARNER_SEARCH.value
        put = f"insert into saved (kind, owner_id, name, body) values ('{kind}', {boss.id}, 'Forged', '')"
        assert changed(line, put) is None
        assert changed(line, f"delete from saved where id = {own}") == 1
    with db.read() as tx:
        found = {one.name: one for one in saved.every(tx, user, Kind.LEARNER_SEARCH)}
    assert set(found) == {"Mine", "For all"}
    saved.overwrite(db, user, found["Mine"], "[]", shared=True)
    with pytest.raises(ConflictError):
        saved.delete(db, user, found["For all"])


def test_only_the_owner_copies_what_people_saved_for_themselves(college: College, tmp_path: Path):
    owner, boss = college.owner, college.administrator
    saved.save(owner, boss, Kind.LEARNER_SEARCH, "Of the owner", "{}", shared=False)
    file, kept = tmp_path / "copy.db", tmp_path / "kept.db"
    copies.back_up(TaskContext(), owner, boss, file)
    db = college.of(college.person(Role.ADMINISTRATOR))
    user = access.sign_in(db)
    with closing(db), closing(Database.in_file(tmp_path / "new.db")) as new:
        jobs: tuple[Callable[[], object], ...] = (
            lambda: copies.back_up(TaskContext(), db, user, tmp_path / "lacking.db"),
            lambda: copies.look(TaskContext(), db, file),
            lambda: copies.restore(TaskContext(), db, user, file, kept, "Because"),
            lambda: copies.move(TaskContext(), db, user, new),
        )
        for job in jobs:
            with pytest.raises(AccessError, match="only the owner"):
                job()
    assert not (tmp_path / "lacking.db").exists()
    assert not kept.exists()
    with closing(Database.in_file(file)) as copy, copy.read() as tx, owner.read() as here:
        names = select(tables.saved.c.name).order_by(tables.saved.c.id)
        assert tx.execute(names).all() == here.execute(names).all() != []
