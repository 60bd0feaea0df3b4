"""The history as it is listed and explained, and Undo of anything in it; on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select, update

from app import access, history
from app.access import _UNDO_NEEDS, Permission, Role, User
from app.changes import Topic
from app.conditions import Group, Join, Operator, Test
from app.db.database import Database
from app.db.tables import (
    attainment,
    campus,
    change,
    learner,
    metadata,
    operation,
    outgoing_report,
    section_campus,
    user_campus,
)
from app.errors import AccessError, InputError
from app.learners import edit, flood_fill
from app.lms.extracts import course_status
from app.lms.extracts.course_status import Step
from app.past import changes_of, kinds, listed, names, undoing
from app.past.changes_of import ChangeRow, Scope
from app.past.labels import labels
from app.past.undoing import Undone
from app.tasks import TaskContext
from tests.builders import add_attainment, add_learner, add_learners, learner_values, snapshot, user_with
from tests.db.loading import Loader, record
from tests.db.test_history_undo import Command
from tests.imports import credit_rows
from tests.imports.importing import Importing, done
from tests.lms.fake_lms import FakeLms
from tests.lms.sending import TERM, Sections

ALL = Scope(None, extracts=True)


def latest(db: Database, kind: str = "") -> int:
    query = select(operation.c.id).order_by(operation.c.id.desc())
    with db.read() as tx:
        return tx.execute(query.where(operation.c.kind == kind) if kind else query).scalars().first() or 0


def ids(db: Database, *args, **kwargs) -> list[int]:
    with db.read() as tx:
        return list(db.ids(tx, listed.keys_query(*args, **kwargs)))


def told(db: Database, operation_id: int, scope: Scope = ALL, *, left: bool = False) -> list[ChangeRow]:
    with db.read() as tx:
        keys = list(tx.execute(changes_of.keys_query(operation_id, scope, left=left)).scalars())
        found = changes_of.rows(tx, keys, scope)
    assert set(found) == set(keys)
    return [found[key] for key in keys]


def undo(db: Database, user: User, operation_id: int) -> Undone:
    return undoing.undo(TaskContext(), db, user, operation_id)


def rename(db: Database, user: User, learner_id: int, **values: object) -> int:
    with db.read() as tx:
        held = edit.read(tx, learner_id)
    assert edit.save(db, user, held, replace(held.form, **values))
    return latest(db, "learner_edited")


def fill(db: Database, user: User, people: Sequence[int], value: str) -> int:
    seen = flood_fill.preview(TaskContext(), db, user, list(people), "tutor_group", value)
    return flood_fill.fill(TaskContext(), db, user, seen).operation_id or 0


# ------------------------------------------------------------------------------------------------------ explained


def test_an_edit_is_told_with_both_values_in_the_users_words(db: Database, user: User):
    with db.write() as tx:
        values = {"code": "N", "name": "North Site", "name_fold": "north site"}
        place = tx.execute(insert(campus).values(**values).returning(campus.c.id)).scalar_one()
    key = add_learner(db, 7, family_name="Smith", given_names="Jo", birth_date=date(2008, 3, 4))
    made = rename(db, user, key, family_name="Smyth", campus_id=place, birth_date=date(2008, 4, 4))
    [one] = told(db, made)
    assert (one.what, one.did, one.operation, one.who) == ("Learner", "update", "Learner edited", user.name)
    assert one.learner.endswith("Smyth, Jo")
    assert {part.title: (part.before, part.after) for part in one.parts} == {
        "Family name": ("Smith", "Smyth"),
        "Campus": ("", "North Site"),
        "Date of birth": ("4 Mar 2008", "4 Apr 2008"),
    }, "nothing of folded columns and versions"
    assert "Family name: Smith" in one.before
    assert "Campus: North Site" in one.after


def test_codes_ticks_and_amounts_are_told_as_people_write_them(db: Database, user: User):
    key = add_learner(db)
    subject = add_attainment(db, key, subject="Maths")
    with Command(db, user) as command:
        row = command.tx.execute(select(attainment).where(attainment.c.id == subject)).one()
        command.update(attainment, row, {"credits": 250, "under_challenge": True, "exported_version": 3}, key)
    [one] = told(db, command.id)
    assert (one.what, one.which) == ("Attainment", "Maths")
    assert {part.title: part.after for part in one.parts} == {
        "Credits": "2.5",
        "Under data challenge": "yes",
        "Exported": "3",
    }


def test_a_tick_that_the_database_noted_itself_is_a_tick(db: Database, user: User):
    key = add_learner(db)
    with Command(db, user) as command:
        command.changes.append((command.id, key, "learner", key, "update", "{}", '{"postcode_is_prior":1}', 2))
    [one] = told(db, command.id)
    assert [(part.title, part.after) for part in one.parts] == [("Postcode is prior", "yes")]


def test_every_column_has_words():
    """A migration that forgot the list would show here."""
    columns = [(name, one.name) for name in names.TABLES for one in metadata.tables[name].c]
    told = [(name, column) for name, column in columns if names.column(name, column)]
    assert [one for one in told if one[1] not in names._COLUMNS and one not in names._HERE] == []


def test_every_kind_that_can_be_undone_has_a_name_and_every_other_a_reason():
    assert set(_UNDO_NEEDS) <= set(kinds.KINDS)
    assert all(kinds.why_never(one) for one in (*history.NEVER_UNDONE, "undo"))
    assert kinds.title("something_new") == "Something new"


_BODIES = st.one_of(st.none(), st.text(max_size=40), st.sampled_from(["{", "[]", "null", '{"birth_date":"x"}', "7"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_BODIES, after=_BODIES, table=st.sampled_from(["learner", "attainment", "no_such_table", "section"]))
def test_a_row_that_cannot_be_read_is_listed_all_the_same(db: Database, user: User, before, after, table: str):
    clean = [None if one is None else one.replace("\x00", "") for one in (before, after)]
    clean = [None if one is None else one.encode("utf-8", "ignore").decode() for one in clean]
    with Command(db, user) as command:
        command.changes.append((command.id, None, table, 1, "update", *clean, 2))
    [one] = told(db, command.id)
    assert one.what
    assert isinstance(one.before + one.after, str)


# --------------------------------------------------------------------------------------------------------- listed


def test_listed_with_who_when_and_how_many_rows(db: Database, user: User):
    people = add_learners(db, [learner_values(number) for number in range(1, 6)])
    made = fill(db, user, people, "B2")
    with db.read() as tx:
        [row] = listed.rows(tx, [made]).values()
    assert (row.title, row.who, row.rows, row.state) == ("Flood Fill", user.name, 5, "done")
    assert row.computer
    assert isinstance(row.at, datetime)
    assert ids(db)[0] == made


def test_found_by_conditions_and_by_words(db: Database, user: User):
    first = rename(db, user, add_learner(db, 1), tutor_group="A1")
    other = user_with(db, Role.ENROLMENT_MANAGER, login="zoë")
    second = fill(db, other, [add_learner(db, 2)], "B2")
    assert ids(db, quick="flood") == [second]
    assert ids(db, quick="ZO") == [second]
    assert ids(db, quick="flood edited") == []
    assert first in ids(db, quick=str(first))
    assert ids(db, quick="50%_") == []
    assert ids(db, quick="'; drop table operation; --") == []
    assert ids(db, quick="9" * 40) == []
    kind = Group(Join.ALL, (Test("kind", Operator.IS, "learner_edited"),))
    assert ids(db, kind) == [first]
    who = Group(Join.ALL, (Test("who", Operator.IS, "zoë"), Test("state", Operator.IS, "done")))
    assert ids(db, who) == [second]
    assert ids(db, sort="kind", descending=True)[0] == first, "Learner edited, then Flood Fill"


def test_a_page_of_the_list_reads_no_change_and_counts_by_the_index(db: Database, user: User):
    people = add_learners(db, [learner_values(number) for number in range(1, 40)])
    made = [fill(db, user, people, f"G{number}") for number in range(3)]
    statements: list[str] = []

    def note(connection, cursor, statement, *_):
        statements.append(statement.lower())

    event.listen(db._engine, "before_cursor_execute", note)
    try:
        with db.read() as tx:
            assert [one.rows for one in listed.rows(tx, made).values()] == [39] * 3
            tx.execute(listed.total_query()).scalar_one()
            db.ids(tx, listed.keys_query())
    finally:
        event.remove(db._engine, "before_cursor_execute", note)
    about = [one for one in statements if "change" in one.split("from", 1)[-1].split("where")[0]]
    assert len(about) == 1, "however many rows the page has"
    assert "before" not in about[0]
    if db.embedded:
        with db.read() as tx:
            plan = (
                "explain query plan select operation_id, count(*) from change where operation_id in (1, 2) group by 1"
            )
            told = " ".join(str(row) for row in tx.exec_driver_sql(plan))
        assert "COVERING INDEX ix_change_operation_id" in told


# ----------------------------------------------------------------------------------------------------------- undo


def test_undo_says_what_was_put_back_and_what_stays(db: Database, user: User):
    people = add_learners(db, [learner_values(number, tutor_group="A1") for number in range(1, 5)])
    made = fill(db, user, people, "B2")
    rename(db, user, people[2], family_name="Other")
    foreseen = undoing.foresee(TaskContext(), db, user, made)
    assert (foreseen.why_not, foreseen.gone, foreseen.row.rows) == ("", [], 4)
    undone = undo(db, user, made)
    assert (undone.undone, undone.left) == (3, 1)
    assert Topic.LEARNERS in undone.changes.topics
    [left] = told(db, made, left=True)
    assert "Other" in left.learner
    with db.read() as tx:
        groups = dict(tx.execute(select(learner.c.id, learner.c.tutor_group)).all())
        [row] = listed.rows(tx, [made]).values()
        again = listed.rows(tx, [latest(db, "undo")]).popitem()[1]
    assert [groups[key] for key in people] == ["A1", "A1", "B2", "A1"]
    assert (row.state, again.undoes_id) == ("partly_undone", made)
    assert "as far as nothing changed" in undoing.foresee(TaskContext(), db, user, made).why_not
    with pytest.raises(InputError):
        undo(db, user, made)
    assert undoing.foresee(TaskContext(), db, user, again.id).why_not == kinds.why_never("undo")


def test_taking_back_takes_what_doing_it_took(db: Database, user: User):
    made = rename(db, user, add_learner(db), tutor_group="X")
    other = user_with(db, Role.EXTRACT_EDITOR, Role.LMS_ADMINISTRATOR)
    before = snapshot(db, "learner")
    assert "Enrolment Manager" in undoing.foresee(TaskContext(), db, other, made).why_not
    with pytest.raises(AccessError):
        undo(db, other, made)
    assert snapshot(db, "learner") == before
    manager = user_with(db, Role.ENROLMENT_MANAGER)
    assert undo(db, manager, made).undone == 1


def test_what_changed_nothing_has_nothing_to_undo(db: Database, user: User):
    with Command(db, user, "plr_download"):
        pass
    assert "changed nothing" in undoing.foresee(TaskContext(), db, user, latest(db)).why_not
    with pytest.raises(InputError, match="not in the history"):
        undoing.foresee(TaskContext(), db, user, 10**9)


def test_a_load_is_undone_as_its_own_list_does_it(db: Database, user: User, tmp_path: Path):
    loader = Loader(db, user, tmp_path)
    loader.bring(record(1), record(2))
    made = latest(db, "learners_loaded")
    loader.bring(record(2))  # found again: stays
    undone = undo(db, user, made)
    assert undone.left == 1
    with db.read() as tx:
        here = tx.execute(select(learner.c.ref).where(learner.c.removed_at.is_(None))).scalars().all()
    assert here == ["R00002"]


def test_an_import_is_undone_whole_and_what_a_body_heard_is_named(db: Database, user: User, tmp_path: Path):
    world = Importing(db, user, tmp_path)
    world.add_people(1, 2)
    credit_rows.add_body(db, user, "The Board", world.type_id, deadline_days=60)
    before = snapshot(db, "award")
    world.bring([done(1), done(2)])
    made = latest(db, "records_imported")
    with db.write() as tx:
        first = tx.execute(select(outgoing_report.c.id).order_by(outgoing_report.c.id)).scalars().first()
        here = outgoing_report.c.id == first
        tx.execute(update(outgoing_report).where(here).values(exported_at=db.now(tx)))
    [named] = undoing.foresee(TaskContext(), db, user, made).gone
    assert named.startswith("1 credit was reported to The Board")
    undone = undo(db, user, made)
    assert (undone.undone, undone.left, undone.gone) == (2, 0, [named])
    assert world.credit() == []
    assert snapshot(db, "award").keys() == before.keys()


def test_what_was_sent_is_named_and_the_lms_hears_the_contrary(db: Database, user: User):
    some, lms = Sections(db, user), FakeLms()
    lms.course("5")
    at = some.learner(1, some.section("5"), **TERM)
    some.send(lms)
    course_status.change(db, user, [at], Step.WITHDRAW)
    some.send(lms)
    made = latest(db, "course_status_changed")
    [named] = undoing.foresee(TaskContext(), db, user, made).gone
    assert named.startswith(("1 change", "2 changes"))
    assert "sent to the LMS" in named
    before = len(some.records(at))
    undone = undo(db, user, made)
    assert undone.undone >= 1
    assert len(some.records(at)) == before + 1, "the contrary waits to be sent"


# ---------------------------------------------------------------------------------------------------------- scope


def test_records_and_sections_of_other_campuses_are_not_told(db: Database, user: User):
    some = Sections(db, user)
    at = some.section("5")
    some.learner(1, at, **TERM)
    some.judge()
    with db.read() as tx:
        own = tx.execute(select(section_campus.c.campus_id).where(section_campus.c.section_id == at)).scalar_one()
        made = (
            tx.execute(select(change.c.operation_id).where(change.c.table_name == "extract_record")).scalars().first()
        )
    assert made is not None
    outsider = user_with(db, Role.LMS_ADMINISTRATOR)
    nobody = user_with(db, Role.ENROLMENT_MANAGER)
    with db.write() as tx:
        tx.execute(insert(user_campus).values(user_id=nobody.id, campus_id=own))

    def seen(who: User) -> set[str]:
        with db.read() as tx:
            scope = changes_of.scope_of(tx, who)
        return {one.what for one in told(db, made, scope)}

    assert "Extract record" in seen(user)
    assert "Extract record" not in seen(outsider), "no campus was given"
    assert "Extract record" in seen(nobody), "the own campus"
    with db.read() as tx:
        assert access.campuses(tx, outsider) == frozenset()


def test_nobody_without_the_program_reads_its_history(db: Database):
    access.sign_in(db, "first")
    stranger = user_with(db, Role.PLR_USER)
    with db.read() as tx, pytest.raises(AccessError):
        changes_of.scope_of(tx, stranger)
    assert Permission.OPEN not in access.ROLES[Role.PLR_USER]


def test_everything_a_page_points_to_is_known_by_a_name(db: Database, user: User):
    """A statement for each table that a change may tell of: none of them fails."""
    with db.read() as tx:
        for name in names.TABLES:
            assert isinstance(labels(tx, name, [1, 2]), dict), name
