"""Loading learners: matched, foreseen, decided, loaded whole or not at all, and undone; on both databases."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app import access, history, jobs, planned_rows
from app.access import Role, User
from app.db.database import Database
from app.db.tables import aim, campus, file_job, file_row, learner
from app.errors import AccessError, ConflictError, InputError
from app.files.rows import FileFacts, FileKind, LearnerRecord, Level, Reading
from app.jobs import Foreseen
from app.learners import edit, load, load_apply
from app.learners.load_plan import ANOTHER, KEEP, SAME, TAKE, TICKED
from app.tasks import Cancelled, Progress, TaskContext
from tests.builders import UKPRN, uln_number, user_with
from tests.db.loading import Loader, an_aim, counted, record


@pytest.fixture
def loader(db: Database, user: User, tmp_path: Path) -> Loader:
    return Loader(db, user, tmp_path)


def test_a_first_load_adds_learners_aims_and_campuses(loader: Loader):
    seen = loader.preview([record(1, aims=[an_aim(1), an_aim(2)]), record(2, campus_code="SOUTH")])
    assert (counted(seen), seen.aims) == ({"new": 2}, (2, 0))
    assert loader.number_of(learner) == 0, "a preview writes its own rows only"
    done = loader.apply(seen)
    assert (done.new, done.changed, done.aims_new, done.left) == (2, 0, 2, 0)
    row = loader.row("R00001")
    assert (row.uln_state, row.last_year_seen, row.family_fold, row.ukprn) == ("ok", "2025/26", "family1", UKPRN)
    with loader.db.read() as tx:
        assert set(tx.execute(select(campus.c.code)).scalars()) == {"NORTH", "SOUTH"}
        assert tx.execute(select(file_row.c.outcome).distinct()).scalars().all() == ["loaded"]
        [job] = jobs.listed(tx, load.KIND)
    assert (job.state, job.counts["new"]) == ("applied", 2)


def test_the_same_file_again_changes_nothing(loader: Loader):
    people = [record(n, aims=[an_aim(1), an_aim(2, ends=date(2026, 7, 1))]) for n in range(1, 30)]
    loader.bring(*people)
    before = loader.everything()
    seen = loader.preview(people)
    assert (counted(seen), seen.aims) == ({"unchanged": 29}, (0, 0))
    done = loader.apply(seen)
    assert (done.new, done.changed, done.aims_new, done.aims_changed) == (0, 0, 0, 0)
    after = loader.everything()
    assert [{**row._mapping, "seen_in_job_id": 0} for row in after] == [
        {**row._mapping, "seen_in_job_id": 0} for row in before
    ]


def test_a_changed_learner_is_shown_field_by_field_and_changed(loader: Loader):
    loader.bring(record(1, aims=[an_aim(1)]))
    seen = loader.preview([record(1, family_name="Other", aims=[an_aim(1, completion="2"), an_aim(2)])])
    assert (counted(seen), seen.aims) == ({"changed": 1}, (1, 1))
    with loader.db.read() as tx:
        [row] = jobs.page(tx, seen.job_id, "changed")
    assert jobs.finding(row, "changes") == [["family_name", "Family1", "Other", False, True]]
    done = loader.apply(seen)
    assert (done.changed, done.aims_new, done.aims_changed) == (1, 1, 1)
    assert loader.row("R00001").family_fold == "other"


def test_a_blank_in_the_file_clears_nothing(loader: Loader):
    loader.bring(record(1, email="a@example.org"))
    assert counted(loader.preview([record(1, email=None, postcode=None, uln=None)])) == {"unchanged": 1}


def test_what_was_edited_by_hand_stays_unless_ticked(loader: Loader):
    loader.bring(record(1), record(2))
    with loader.db.read() as tx:
        held = edit.read(tx, loader.row("R00001").id)
    edit.save(loader.db, loader.user, held, replace(held.form, family_name="By Hand", tutor_group="T1"))
    people = [record(1, tutor_group="T2", email="new@example.org"), record(2)]
    seen = loader.preview(people)
    assert counted(seen) == {"changed": 1, "unchanged": 1}
    with loader.db.read() as tx:
        [row] = jobs.page(tx, seen.job_id, "changed")
    assert {one[0]: one[3:] for one in jobs.finding(row, "changes")} == {
        "family_name": [True, False],
        "tutor_group": [True, False],
        "email": [False, True],
    }
    loader.apply(seen)
    now = loader.row("R00001")
    assert (now.family_name, now.tutor_group, now.email) == ("By Hand", "T1", "new@example.org")
    seen = loader.preview(people)
    assert counted(seen) == {"by_hand": 1, "unchanged": 1}
    loader.decide(seen, 1, f"{TICKED}tutor_group")
    assert loader.apply(seen).changed == 1
    now = loader.row("R00001")
    assert (now.family_name, now.tutor_group) == ("By Hand", "T2")


def test_another_real_uln_is_a_question(loader: Loader):
    loader.bring(record(1), record(2))
    people = [record(1, uln=uln_number(501), phone="1"), record(2, uln=uln_number(502), phone="2")]
    seen = loader.preview(people)
    assert counted(seen) == {"decision": 2}
    loader.decide(seen, 1, TAKE)
    loader.decide(seen, 2, KEEP)
    done = loader.apply(seen)
    assert (done.changed, done.open) == (2, 0)
    assert (loader.row("R00001").uln, loader.row("R00001").phone) == (uln_number(501), "1")
    assert (loader.row("R00002").uln, loader.row("R00002").phone) == (uln_number(2), "2")


def test_undecided_learners_are_left_out(loader: Loader):
    loader.bring(record(1))
    done = loader.bring(record(1, uln=uln_number(501), phone="1"), record(2))
    assert (done.new, done.changed, done.open) == (1, 0, 1)
    assert loader.row("R00001").phone is None


def test_a_temporary_uln_never_replaces_a_real_one_and_gives_way_to_it(loader: Loader):
    loader.bring(record(1), record(2, uln="9999999999"))
    seen = loader.preview([record(1, uln="9999999999"), record(2)])
    assert counted(seen) == {"changed": 1, "unchanged": 1}
    loader.apply(seen)
    assert (loader.row("R00001").uln, loader.row("R00002").uln) == (uln_number(1), uln_number(2))


@pytest.mark.parametrize(
    ("again", "how"),
    [
        ({"ref": "NEW01"}, "uln"),
        ({"ref": "NEW01", "uln": None, "prev_ref": "r00001"}, "previous"),
        ({"ref": "  r00001 ".strip()}, "ref"),
    ],
)
def test_a_learner_is_found_by_reference_uln_and_previous_reference(loader: Loader, again: dict[str, Any], how: str):
    loader.bring(record(1))
    seen = loader.preview([record(1, **again)])
    assert counted(seen) == {"changed": 1}, how
    loader.apply(seen)
    assert loader.number_of(learner) == 1


def test_a_reference_that_lost_its_zeros_in_a_table(loader: Loader):
    loader.bring(record(1, ref="000417"))
    seen = loader.preview([record(1, ref="417", uln=None)], kind=FileKind.CSV)
    assert counted(seen) in ({"changed": 1}, {"unchanged": 1})
    loader.apply(seen)
    assert loader.number_of(learner) == 1


def test_a_possible_match_is_never_merged_by_itself(loader: Loader):
    loader.bring(record(1, uln=None), record(2, uln=None))
    people = [record(1, ref="X1", uln=None, postcode="NF9 9ZZ"), record(2, ref="X2", uln=None)]
    seen = loader.preview(people)
    assert counted(seen) == {"decision": 2}
    loader.decide(seen, 1, ANOTHER)
    loader.decide(seen, 2, f"{SAME}{loader.row('R00002').id}")
    done = loader.apply(seen)
    assert (done.new, done.changed) == (1, 1)
    assert loader.row("X2").family_name == "Family2"
    assert loader.number_of(learner) == 3


def test_a_decision_about_somebody_else_opens_nothing(loader: Loader):
    loader.bring(record(1, uln=None), record(7))
    seen = loader.preview([record(1, ref="X1", uln=None)])
    loader.decide(seen, 1, f"{SAME}{loader.row('R00007').id}")
    done = loader.apply(seen)
    assert (done.new, done.changed, done.open) == (0, 0, 1)


def test_rejected_rows_and_two_rows_for_one_learner_are_problems(loader: Loader):
    loader.bring(record(1))
    bad = record(5)
    bad.note(Level.STOP, "no_ref", "ref", "There is no person code.")
    people = [bad, record(1, ref="OTHER"), record(1)]
    seen = loader.preview(people)
    assert counted(seen) == {"problem": 1, "new": 1, "unchanged": 1}
    assert loader.apply(seen).problems == 1


def test_one_uln_on_two_references_loads_both(loader: Loader):
    loader.bring(record(1))
    seen = loader.preview([record(1), record(1, ref="OTHER")])
    assert counted(seen) == {"unchanged": 1, "new": 1}
    assert loader.apply(seen).new == 1
    assert counted(loader.preview([record(1), record(1, ref="OTHER")])) == {"unchanged": 2}


def test_undo_brings_everything_back(loader: Loader):
    loader.bring(*(record(n, aims=[an_aim(1)]) for n in range(1, 6)))
    before = loader.everything()
    done = loader.bring(*(record(n, phone="1", aims=[an_aim(1, completion="2"), an_aim(2)]) for n in range(3, 9)))
    undone = load_apply.undo(loader.db, loader.user, done.job_id)
    assert undone.left == 0
    with loader.db.read() as tx:
        shown = tx.execute(select(learner.c.ref).where(learner.c.removed_at.is_(None))).scalars().all()
        assert sorted(shown) == [f"R{n:05}" for n in range(1, 6)]
        assert jobs.read(tx, done.job_id).state == "undone"
    ours = ("version", "seen_in_job_id", "removed_at")
    now = {(type(row), row.id, "seq" in row._fields): row for row in loader.everything()}
    for row in before:
        kept = now[type(row), row.id, "seq" in row._fields]
        assert {n: v for n, v in kept._mapping.items() if n not in ours} == {
            n: v for n, v in row._mapping.items() if n not in ours
        }


def test_undo_leaves_what_changed_since(loader: Loader):
    done = loader.bring(record(1), record(2))
    with loader.db.read() as tx:
        held = edit.read(tx, loader.row("R00001").id)
    edit.save(loader.db, loader.user, held, replace(held.form, known_as="Ann"))
    undone = load_apply.undo(loader.db, loader.user, done.job_id)
    assert (undone.undone, undone.left) == (1, 1)
    assert loader.row("R00001").removed_at is None


def test_a_learner_whose_load_was_undone_comes_back_with_the_next(loader: Loader):
    done = loader.bring(record(1, aims=[an_aim(1)]))
    load_apply.undo(loader.db, loader.user, done.job_id)
    again = loader.bring(record(1, aims=[an_aim(1)]))
    assert (again.new + again.changed, again.aims_new) == (1, 1)
    assert loader.row("R00001").removed_at is None


def test_what_somebody_changed_since_the_preview_is_left_and_listed(loader: Loader):
    loader.bring(record(1), record(2))
    seen = loader.preview([record(1, family_name="File"), record(2, family_name="File2"), record(3)])
    with loader.db.read() as tx:
        held = edit.read(tx, loader.row("R00001").id)
    edit.save(loader.db, loader.user, held, replace(held.form, family_name="Meanwhile", phone="77"))
    edit.add(loader.db, loader.user, UKPRN, edit.LearnerForm(ref="R00003", family_name="Meanwhile"))
    done = loader.apply(seen)
    assert (done.new, done.changed, done.left) == (0, 1, 2)
    assert loader.row("R00001").family_name == "Meanwhile"
    with loader.db.read() as tx:
        left = select(file_row.c.number).where(file_row.c.outcome == planned_rows.LEFT)
        assert sorted(tx.execute(left).scalars()) == [1, 3]


def test_one_preview_is_loaded_once(loader: Loader):
    seen = loader.preview([record(1)])
    loader.apply(seen)
    with pytest.raises(ConflictError):
        loader.apply(seen)
    assert loader.number_of(learner) == 1


def test_a_cancelled_load_leaves_the_database_as_before(loader: Loader):
    loader.bring(record(1))
    before = loader.everything()
    seen = loader.preview([record(n, phone="1") for n in range(1, 1200)])
    context = TaskContext(lambda progress: context.cancel() if isinstance(progress, Progress) else None)
    with pytest.raises(Cancelled):
        load_apply.apply(context, loader.db, loader.user, seen.job_id)
    assert loader.everything() == before
    assert loader.apply(seen).new == 1198, "and the preview can still be loaded"


def test_a_cancelled_or_broken_preview_leaves_no_trace(loader: Loader):
    def half() -> Iterable[LearnerRecord]:
        yield from (record(n) for n in range(1, 800))
        raise InputError("The file ends in the middle.", hint="Export it again.")

    facts = FileFacts(FileKind.ILR_XML, "x.xml", year="2025/26", ukprns={"provider": UKPRN})
    with pytest.raises(InputError):
        load.preview(
            TaskContext(), loader.db, loader.user, loader.path, Reading(facts, iter(half())), load.LoadOptions(UKPRN)
        )
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        loader.preview([record(1)], context)
    assert (loader.number_of(file_job), loader.number_of(file_row)) == (0, 0)


def test_an_empty_file_says_so(loader: Loader):
    with pytest.raises(InputError, match="no learners"):
        loader.preview([])


def test_another_provider_and_an_older_file_are_asked_about(loader: Loader):
    loader.bring(record(1), prepared=date(2026, 2, 1))
    other = loader.preview([record(2)], ukprns={"provider": "10009999"})
    assert [one.kind for one in other.questions] == ["other_provider"]
    with pytest.raises(InputError, match="question"):
        loader.apply(other)
    older = loader.preview([record(1, phone="1")], prepared=date(2026, 1, 1))
    assert [one.kind for one in older.questions] == ["older_file"]
    assert loader.apply(older, "older_file").changed == 1


def test_a_file_without_a_provider_needs_the_setting(loader: Loader):
    assert counted(loader.preview([record(1)], ukprns={})) == {"new": 1}
    with pytest.raises(InputError, match="which college"):
        loader.preview([record(1)], ukprns={}, ukprn="")


def test_aims_missing_from_a_newer_file_keep_the_job_that_saw_them(loader: Loader):
    first = loader.bring(record(1, aims=[an_aim(1), an_aim(2)]))
    second = loader.bring(record(1, aims=[an_aim(1)]))
    with loader.db.read() as tx:
        seen = tx.execute(select(aim.c.seq, aim.c.seen_in_job_id).order_by(aim.c.seq)).all()
    assert [tuple(row) for row in seen] == [(1, second.job_id), (2, first.job_id)]


def test_learners_absent_from_the_file_are_counted_and_kept(loader: Loader):
    loader.bring(record(1), record(2), record(3))
    seen = loader.preview([record(1)])
    assert seen.absent == 2
    loader.apply(seen)
    assert loader.number_of(learner) == 3


def test_loading_takes_the_role(loader: Loader, db: Database):
    loader.user = user_with(db, Role.PLR_USER, Role.ADMINISTRATOR)
    with pytest.raises(AccessError):
        loader.preview([record(1)])


def test_the_loader_may_undo_and_others_may_not(loader: Loader, db: Database):
    done = loader.bring(record(1))
    with pytest.raises(AccessError):
        load_apply.undo(db, user_with(db, Role.PLR_USER), done.job_id)
    assert load_apply.undo(db, user_with(db, Role.ENROLMENT_MANAGER), done.job_id).undone == 1


def test_an_older_abandoned_preview_goes_with_the_next(loader: Loader):
    seen = loader.preview([record(1)])
    with loader.db.write() as tx:
        long_ago = loader.db.now(tx) - 2 * jobs.ABANDONED_AFTER
        tx.execute(update(file_job).where(file_job.c.id == seen.job_id).values(started_at=long_ago))
    loader.preview([record(2)])
    assert loader.number_of(file_job) == 1


def test_history_tells_of_every_learner(loader: Loader):
    done = loader.bring(record(1), record(2))
    with loader.db.read() as tx:
        rows = tx.execute(select(history.change).where(history.change.c.operation_id == done.operation_id)).all()
    assert {row.learner_id for row in rows if row.table_name == "learner"} == {
        loader.row("R00001").id,
        loader.row("R00002").id,
    }


MADE_UP = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from([None, "", "9999999999", uln_number(1), uln_number(2), "1234567890"]),
        st.sampled_from(["Ann", "Änn", "Bob"]),
        st.sampled_from([date(2007, 1, 1), date(2008, 1, 1), None]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one[0],
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MADE_UP, MADE_UP)
def test_whatever_is_loaded_a_second_load_changes_nothing(loader: Loader, first: Any, second: Any):
    for people in (first, second, second):
        records = [
            record(n, uln=uln, given_names=name, birth_date=born, aims=[an_aim(k + 1) for k in range(aims)])
            for n, uln, name, born, aims in people
        ]
        seen = loader.preview(records)
        done = loader.apply(seen)
        assert done.left == 0
        assert sum(seen.counts.values()) == len(people)
    assert seen.counts[Foreseen.NEW] == seen.counts[Foreseen.CHANGED] == 0
    assert access.sign_in(loader.db, loader.user.login).id == loader.user.id
