"""*Flood Fill*: seen first, then done for all as one operation; conflicts are told; taken back as one."""

import json
import random
from datetime import date

import pytest
from sqlalchemy import event, func, select, update

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import change, learner, operation
from app.errors import AccessError, ConflictError, InputError
from app.learners import edit, flood_fill
from app.learners.flood_fill import Preview, fill, preview
from app.learners.search import keys_query
from app.mass_change import change_rows
from app.tasks import Cancelled, Progress, TaskContext
from tests.builders import add_campus, add_learner, add_learners, learner_values, snapshot, user_with
from tests.db.test_history_undo import changes_of, row_of, state_of

NAMES = ["Ó Briain", "Smith", "Straße", "日本", 'Quote "x"', None]
GROUPS = ["A1", "a1", "É1", None, "12B", "Smith"]


def people(db: Database, number: int = 40) -> list[int]:
    """Learners whose other columns hold all that the quick filter's text is made of."""
    draw = random.Random(number)
    rows = [
        learner_values(
            place,
            family_name=draw.choice(NAMES),
            known_as=draw.choice(NAMES),
            email=draw.choice([None, "A.Name@example.org"]),
            phone=draw.choice([None, "01632 960001"]),
            birth_date=draw.choice([None, date(2008, 3, 4), date(2007, 11, 23)]),
            postcode=draw.choice([None, "NF1 7BN"]),
            tutor_group=draw.choice(GROUPS),
        )
        for place in range(1, number + 1)
    ]
    return add_learners(db, rows)


def seen(db: Database, user: User, ids: list[int], name: str, value: str | int | None) -> Preview:
    return preview(TaskContext(), db, user, ids, name, value)


def rows_of(db: Database, ids: list[int]):
    with db.read() as tx:
        return tx.execute(select(learner).where(learner.c.id.in_(ids)).order_by(learner.c.id)).all()


def found_by(db: Database, word: str) -> set[int]:
    with db.read() as tx:
        return set(db.ids(tx, keys_query(quick=word)))


@pytest.mark.parametrize("value", ["Ä 7", "a1", None, 'o"ne\\two', "Smith"])
def test_a_tutor_group_with_all_that_follows_from_it(db: Database, user: User, value: str | None):
    ids = people(db)
    before = {row.id: row for row in rows_of(db, ids)}
    shown = seen(db, user, ids, "tutor_group", value)
    done = fill(TaskContext(), db, user, shown)
    different = [key for key in ids if before[key].tutor_group != value]
    assert (done.changed, done.unchanged, done.left) == (len(different), len(ids) - len(different), 0)
    assert list(shown.ids) == different
    for row in rows_of(db, ids):
        old = before[row.id]
        assert row.tutor_group == value
        # The one rule by which every other way of writing makes these columns.
        told = {name: getattr(old, name) for name in (*edit.SEARCHED, "birth_date")} | {"tutor_group": value}
        assert (row.tutor_fold, row.search_fold) == tuple(
            edit.derived(told)[one] for one in ("tutor_fold", "search_fold")
        )
        assert row.version == old.version + (row.id in different)
    for one in changes_of(db, done.operation_id):
        old = before[one.row_id]
        new = row_of(db, learner, one.row_id)
        differing = {
            one.name
            for one in learner.c
            if one.name != "version" and getattr(old, one.name) != getattr(new, one.name)
        }
        assert json.loads(one.before) == {name: getattr(old, name) for name in differing}
        assert json.loads(one.after) == {name: getattr(new, name) for name in differing}
        assert (one.kind, one.learner_id, one.version_after) == ("update", one.row_id, new.version)
    assert len(changes_of(db, done.operation_id)) == len(different)
    assert state_of(db, done.operation_id) == "done"
    if value:
        assert found_by(db, value.split()[-1]) >= set(ids)


def test_it_is_taken_back_as_one_and_redone_by_a_second_undo_is_refused(db: Database, user: User):
    ids = people(db)
    place = add_campus(db, "N", "Northfield")
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id.in_(ids[:7])).values(campus_id=place))
    before = snapshot(db, "learner")
    for name, value in (("campus_id", add_campus(db, "R", "Riverside")), ("tutor_group", "a1"), ("email", None)):
        done = fill(TaskContext(), db, user, seen(db, user, ids, name, value))
        assert snapshot(db, "learner") != before
        undone = history.undo(db, user.id, done.operation_id)
        assert (undone.undone, undone.left) == (done.changed, 0)
        assert snapshot(db, "learner") == before
        assert state_of(db, done.operation_id) == "undone"
        with pytest.raises(InputError):
            history.undo(db, user.id, done.operation_id)
        with db.read() as tx:
            again = tx.execute(select(func.max(operation.c.id))).scalar_one()
        told = {one.row_id: one for one in changes_of(db, again)}
        for one in changes_of(db, done.operation_id):
            back = told.pop(one.row_id)
            assert (back.before, back.after) == (one.after, one.before)
            assert back.version_after == one.version_after + 1
        assert not told


def test_who_was_changed_since_the_preview_is_left_and_told(db: Database, user: User):
    ids = people(db, 12)
    shown = seen(db, user, ids, "tutor_group", "New")
    add_campus(db, "N", "Northfield")
    with db.write() as tx:
        tx.execute(
            update(learner).where(learner.c.id == ids[3]).values(version=learner.c.version + 1, tutor_group="X")
        )
        tx.execute(update(learner).where(learner.c.id == ids[5]).values(version=9, removed_at=db.now(tx)))
    done = fill(TaskContext(), db, user, shown)
    assert (done.changed, done.left) == (10, 2)
    assert {(one.ref, one.old, one.reason) for one in done.conflicts} == {
        (row_of(db, learner, ids[3]).ref, "X", "Changed by somebody else since the preview"),
        (row_of(db, learner, ids[5]).ref, row_of(db, learner, ids[5]).tutor_group or "", "Removed by somebody else"),
    }
    assert row_of(db, learner, ids[3]).tutor_group == "X"
    assert {one.row_id for one in changes_of(db, done.operation_id)} == {*ids} - {ids[3], ids[5]}


def test_undo_leaves_what_was_changed_since(db: Database, user: User):
    ids = people(db, 12)
    done = fill(TaskContext(), db, user, seen(db, user, ids, "tutor_group", "New"))
    with db.read() as tx:
        held = edit.read(tx, ids[0])
    edit.save(db, user, held, edit.LearnerForm(**{**form_of(held), "tutor_group": "Mine", "family_name": "Kept"}))
    undone = history.undo(db, user.id, done.operation_id)
    assert (undone.undone, undone.left) == (11, 1)
    assert row_of(db, learner, ids[0]).tutor_group == "Mine"
    assert state_of(db, done.operation_id) == "partly_undone"


def form_of(held: edit.Held) -> dict[str, object]:
    return {name: getattr(held.form, name) for name in edit.LearnerForm.__slots__}


def test_everybody_changed_since_writes_nothing_at_all(db: Database, user: User):
    ids = people(db, 5)
    shown = seen(db, user, ids, "phone", None)
    with db.write() as tx:
        tx.execute(update(learner).values(version=learner.c.version + 1))
    before = snapshot(db, "learner", "operation", "change", without=())
    with pytest.raises(ConflictError):
        fill(TaskContext(), db, user, shown)
    assert snapshot(db, "learner", "operation", "change", without=()) == before


def test_a_cancel_between_two_batches_leaves_everything_as_it_was(
    db: Database, user: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(flood_fill, "BATCH", 4)
    ids = people(db, 12)
    shown = seen(db, user, ids, "tutor_group", "New")
    before = snapshot(db, "learner", "operation", "change", without=())
    heard: list[int] = []

    def stop(progress: Progress) -> None:
        heard.append(progress.done)
        if progress.done >= 8:
            context.cancel()

    context = TaskContext(stop)
    with pytest.raises(Cancelled):
        fill(context, db, user, shown)
    assert heard == [0, 4, 8]
    assert snapshot(db, "learner", "operation", "change", without=()) == before


def test_the_preview_tells_apart_and_writes_nothing(db: Database, user: User):
    ids = people(db, 9)
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == ids[0]).values(tutor_group="T", tutor_fold="t"))
        tx.execute(update(learner).where(learner.c.id == ids[1]).values(removed_at=db.now(tx)))
        tx.execute(update(learner).where(learner.c.id == ids[2]).values(merged_into_id=ids[0]))
    before = snapshot(db, "learner", "operation", "change", without=())
    wanted = [*reversed(ids), max(ids) + 1_000, ids[0]]
    shown = seen(db, user, wanted, "tutor_group", "T")
    assert (shown.selected, len(shown.ids), shown.unchanged, shown.refused) == (10, 6, 1, 3)
    assert list(shown.ids) == ids[:2:-1], "in the order of the grid"
    assert [one.reason for one in shown.refusing] == [
        "Merged into another learner",
        "Removed by somebody else",
        "No longer in the database",
    ]
    assert [one.ref for one in shown.staying] == [row_of(db, learner, ids[0]).ref]
    assert shown.changing[0].old == (row_of(db, learner, ids[-1]).tutor_group or "")
    assert snapshot(db, "learner", "operation", "change", without=()) == before


def test_the_preview_of_a_campus_says_names(db: Database, user: User):
    north, river = add_campus(db, "N", "Northfield"), add_campus(db, "R", "Riverside")
    key = add_learner(db, campus_id=north)
    shown = seen(db, user, [key], "campus_id", river)
    assert (shown.changing[0].old, shown.shown) == ("Northfield", "Riverside")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uln", "1"),
        ("family_name", "X"),
        ("birth_date", None),
        ("ref", "1"),
        ("version", "1"),
        ("email", "a@b.org"),
        ("phone", "1"),
        ("campus_id", 77_777),
        ("campus_id", "N"),
        ("tutor_group", "x" * 101),
        ("tutor_group", " \u2003 "),
    ],
)
def test_what_cannot_be_filled(db: Database, user: User, name: str, value: str | int | None):
    with pytest.raises(InputError):
        seen(db, user, people(db, 2), name, value)


def test_a_campus_that_goes_before_the_filling_is_refused(db: Database, user: User):
    ids = people(db, 2)
    place = add_campus(db, "N", "Northfield")
    shown = seen(db, user, ids, "campus_id", place)
    with db.write() as tx:
        tx.exec_driver_sql(f"delete from campus where id = {place}")
    with pytest.raises(InputError):
        fill(TaskContext(), db, user, shown)


def test_who_may(db: Database, user: User):
    ids = people(db, 2)
    reader = user_with(db, Role.PLR_USER)
    shown = seen(db, user, ids, "tutor_group", "T")
    with pytest.raises(AccessError):
        seen(db, reader, ids, "tutor_group", "T")
    with pytest.raises(AccessError):
        fill(TaskContext(), db, reader, shown)
    done = fill(TaskContext(), db, user_with(db, Role.ENROLMENT_MANAGER), shown)
    with pytest.raises(AccessError):
        history.undo(db, reader.id, done.operation_id)


def test_nothing_to_do_is_said(db: Database, user: User):
    ids = people(db, 4)
    fill(TaskContext(), db, user, seen(db, user, ids, "tutor_group", "T"))
    with pytest.raises(InputError):
        fill(TaskContext(), db, user, seen(db, user, ids, "tutor_group", "T"))


def test_a_few_statements_for_many_rows_there_and_back(db: Database, user: User):
    ids = people(db, 600)
    shown = seen(db, user, ids, "tutor_group", "New")
    said: list[str] = []
    event.listen(db._engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    done = fill(TaskContext(), db, user, shown)
    filling = len(said)
    history.undo(db, user.id, done.operation_id)
    assert filling <= 40
    assert len(said) - filling <= 25


def test_columns_that_no_mass_change_can_tell(db: Database, user: User):
    key = people(db, 1)[0]
    with db.write() as tx:
        begun = history.begin(tx, db, user.id, "learners_filled")
        for values in ({"birth_date": None}, {"postcode_is_prior": True}, {"none": "1"}):
            with pytest.raises(ValueError, match="not fit"):
                change_rows(begun, learner, [(key, 1)], values)
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(change)).scalar_one() == 0
