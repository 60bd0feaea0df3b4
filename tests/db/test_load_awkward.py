"""Files that would merge wrong people, overwrite unseen or fail whole, were it not for a rule; both databases."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.access import User
from app.db.database import Database
from app.db.tables import aim, file_row, learner
from app.files.rows import AimRecord, FileKind
from app.learners import edit, load, load_apply
from app.learners.load_plan import ANOTHER, KEEP, SAME, TAKE, TICKED
from tests.builders import UKPRN, uln_number
from tests.db.loading import Loader, an_aim, counted, record

BOTH = [an_aim(1), an_aim(2)]


@pytest.fixture
def loader(db: Database, user: User, tmp_path: Path) -> Loader:
    return Loader(db, user, tmp_path)


def by_hand(loader: Loader, person: str, **values: Any) -> None:
    with loader.db.read() as tx:
        held = edit.read(tx, loader.row(person).id)
    edit.save(loader.db, loader.user, held, replace(held.form, **values))


def table_aim(**values: Any) -> AimRecord:
    return AimRecord(**{"course_code": "C1", "starts": date(2025, 9, 1), **values})


# Whose row it is


@pytest.mark.parametrize("told", [{"ref": "417"}, {"ref": "NEW", "prev_ref": "000417"}])
def test_a_padded_or_previous_code_of_somebody_else_is_a_question(loader: Loader, told: dict[str, Any]):
    """Another provider's previous codes look like ours."""
    loader.bring(record(1, ref="000417"))
    seen = loader.preview([record(9, uln=None, **told)], kind=FileKind.CSV)
    assert counted(seen) == {"decision": 1}
    assert loader.apply(seen).open == 1
    assert loader.row("000417").family_name == "Family1"


def merged(loader: Loader, ref: str, into: str) -> None:
    with loader.db.write() as tx:
        gone = {"merged_into_id": loader.row(into).id}
        tx.execute(update(learner).where(learner.c.ref == ref).values(gone))


def test_the_code_of_one_who_was_merged_finds_the_one_who_stayed(loader: Loader):
    loader.bring(record(1), record(2))
    merged(loader, "R00001", "R00002")
    seen = loader.preview([record(1, uln=None, birth_date=None, phone="1", aims=[an_aim(7)]), record(3)])
    assert counted(seen) == {"changed": 1, "new": 1}
    loader.apply(seen)
    row = loader.row("R00002")
    assert (row.phone, row.ref, loader.row("R00001").phone) == ("1", "R00002", None)
    with loader.db.read() as tx:
        assert set(tx.execute(select(aim.c.learner_id)).scalars()) == {row.id}
    seen = loader.preview([record(9, prev_ref="R00001", uln=None, birth_date=None, family_name="Family1")])
    assert counted(seen) == {"changed": 1}, "as a previous code too"


@pytest.mark.parametrize("turned", [False, True])
def test_a_file_with_the_codes_of_both_loads_the_one_who_stayed(loader: Loader, turned: bool):
    loader.bring(record(1), record(2))
    merged(loader, "R00001", "R00002")
    told = [record(1, phone="1"), record(2, phone="2")]
    seen = loader.preview(told[::-1] if turned else told)
    assert counted(seen) == {"problem": 1, "changed": 1}
    loader.apply(seen)
    assert loader.row("R00002").phone == "2"


def test_who_has_no_code_and_is_not_found_is_a_problem(loader: Loader):
    loader.bring(record(1))
    seen = loader.preview([record(1, ref=None, phone="1"), record(2, ref=None), record(3, ref="´"), record(4)])
    assert counted(seen) == {"changed": 1, "problem": 2, "new": 1}
    done = loader.apply(seen)
    assert (done.new, done.changed) == (1, 1)


# What a person decided


def test_a_uln_that_was_typed_gives_way_when_a_person_says_so(loader: Loader):
    loader.bring(record(1))
    by_hand(loader, "R00001", uln=uln_number(77))
    seen = loader.preview([record(1, uln=uln_number(501))])
    assert counted(seen) == {"decision": 1}
    loader.decide(seen, 1, TAKE)
    loader.apply(seen)
    assert loader.row("R00001").uln == uln_number(501)


def test_two_rows_decided_to_be_one_learner_load_the_first(loader: Loader):
    loader.bring(record(1, uln=None))
    seen = loader.preview([record(1, ref="X1", uln=None), record(1, ref="X2", uln=None)])
    for number in (1, 2):
        loader.decide(seen, number, f"{SAME}{loader.row('R00001').id}")
    done = loader.apply(seen)
    assert (done.new, done.changed, done.left) == (0, 1, 1)


def test_new_but_somebody_added_the_learner_meanwhile(loader: Loader):
    loader.bring(record(1, uln=None))
    seen = loader.preview([record(1, ref="X1", uln=None, phone="9")])
    loader.decide(seen, 1, ANOTHER)
    edit.add(loader.db, loader.user, UKPRN, edit.LearnerForm(ref="X1", family_name="Meanwhile"))
    done = loader.apply(seen)
    assert (done.new, done.changed, done.left) == (0, 0, 1)


@pytest.mark.parametrize("decision", [TAKE, KEEP])
@pytest.mark.parametrize("edited", [{"ref": "HAND", "birth_date": date(2001, 1, 1)}, {"phone": "77"}])
def test_a_decision_about_a_learner_who_changed_since_is_left(loader: Loader, decision: str, edited: dict[str, Any]):
    loader.bring(record(1))
    seen = loader.preview([record(1, uln=uln_number(501), phone="1")])
    loader.decide(seen, 1, decision)
    by_hand(loader, "R00001", **edited)
    done = loader.apply(seen)
    assert (done.new, done.changed, done.left) == (0, 0, 1)


def test_a_learner_removed_since_the_preview_stays_removed(loader: Loader):
    loader.bring(record(1))
    seen = loader.preview([record(1, phone="1")])
    with loader.db.write() as tx:
        tx.execute(update(learner).values(removed_at=loader.db.now(tx), version=learner.c.version + 1))
    assert loader.apply(seen).left == 1
    assert loader.row("R00001").removed_at is not None
    assert loader.apply(loader.preview([record(1, phone="1")])).changed == 1, "shown as removed, and loaded"


def test_ticked_fields_are_not_counted_as_decisions(loader: Loader):
    loader.bring(record(1), record(2))
    by_hand(loader, "R00001", family_name="By Hand")
    seen = loader.preview([record(1), record(2, uln=uln_number(501))])
    loader.decide(seen, 1, f"{TICKED}family_name")
    done = loader.apply(seen)
    assert (done.changed, done.open) == (1, 1)


def test_the_row_of_a_decided_learner_knows_them_and_their_aims(loader: Loader):
    first = loader.bring(record(1, uln=None, aims=BOTH))
    key = loader.row("R00001").id
    seen = loader.preview([record(1, ref="X1", uln=None, aims=[an_aim(1), an_aim(3)])])
    loader.decide(seen, 1, f"{SAME}{key}")
    done = loader.apply(seen)
    with loader.db.read() as tx:
        jobs = tx.execute(select(aim.c.seen_in_job_id).order_by(aim.c.seq)).scalars().all()
        whose = select(file_row.c.learner_id).where(file_row.c.job_id == done.job_id)
        assert tx.execute(whose).scalar_one() == key
    assert jobs == [done.job_id, first.job_id, done.job_id]


# Fields and aims


def test_aims_of_one_code_and_start_are_not_added_again(loader: Loader):
    people = [record(1, aims=[table_aim(grade="A"), table_aim(grade="B")])]
    loader.bring(*people, kind=FileKind.CSV)
    seen = loader.preview(people, kind=FileKind.CSV)
    assert (counted(seen), seen.aims) == ({"unchanged": 1}, (0, 0))


def test_aims_with_and_without_a_number_in_one_file(loader: Loader):
    people = [record(1, aims=[table_aim(), an_aim(1)])]
    assert loader.bring(*people).aims_new == 2
    assert loader.preview(people).aims == (0, 0)


def test_a_postcode_of_before_that_is_now_the_present_one(loader: Loader):
    loader.bring(record(1, postcode_is_prior=True))
    seen = loader.preview([record(1)])
    assert counted(seen) == {"changed": 1}
    loader.apply(seen)
    assert not loader.row("R00001").postcode_is_prior


def test_a_first_name_stays_with_given_names_that_stay(loader: Loader):
    loader.bring(record(1, first_name="Given1"))
    by_hand(loader, "R00001", given_names="Given1 Other")
    loader.bring(record(1, given_names="Wrong"))
    row = loader.row("R00001")
    assert (row.given_names, row.first_name) == ("Given1 Other", "Given1")


def test_a_load_that_was_undone_makes_no_file_older(loader: Loader):
    done = loader.bring(record(1), prepared=date(2026, 2, 1))
    load_apply.undo(loader.db, loader.user, done.job_id)
    assert loader.preview([record(1)], prepared=date(2026, 1, 1)).questions == ()


def test_a_code_outweighs_a_uln_however_far_down_it_stands(loader: Loader):
    loader.bring(record(1))
    first = record(1, ref="OTHER", phone="77")
    people = [first, *(record(n) for n in range(2, 2 + load.BATCH)), record(1, email="own@example.org")]
    seen = loader.preview(people)
    assert counted(seen) == {"problem": 1, "new": load.BATCH, "changed": 1}
    loader.apply(seen)
    row = loader.row("R00001")
    assert (row.email, row.phone) == ("own@example.org", None)


@pytest.mark.parametrize("again", [{}, {"phone": "1"}, {"aims": [an_aim(1)]}], ids=["confirmed", "changed", "aims"])
def test_undo_leaves_a_learner_whom_a_later_load_found_again(loader: Loader, again: dict[str, Any]):
    first = loader.bring(record(1), record(2))
    second = loader.bring(record(1, **again))
    assert load_apply.undo(loader.db, loader.user, first.job_id).left >= 1
    assert loader.row("R00001").removed_at is None
    assert loader.row("R00002").removed_at is not None
    assert second.left == 0


def test_once_the_later_load_is_undone_the_first_can_be_too(loader: Loader):
    first = loader.bring(record(1, aims=[an_aim(1)]))
    second = loader.bring(record(1, aims=[an_aim(1), an_aim(2)]))
    load_apply.undo(loader.db, loader.user, second.job_id)
    assert load_apply.undo(loader.db, loader.user, first.job_id).left == 0
    assert loader.row("R00001").removed_at is not None


def test_who_comes_back_is_what_the_new_file_says(loader: Loader):
    done = loader.bring(record(1, phone="77", email="old@example.org", tutor_group="T1"))
    load_apply.undo(loader.db, loader.user, done.job_id)
    loader.bring(record(1, email="new@example.org", campus_code=None))
    row = loader.row("R00001")
    assert (row.removed_at, row.phone, row.email, row.tutor_group, row.campus_id) == (
        None,
        None,
        "new@example.org",
        None,
        None,
    )
    assert row.search_fold.count("t1") == 0
