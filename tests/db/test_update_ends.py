"""Update Selected: what keeps it from beginning, what ends it early, and how it is taken back."""

import pytest
from sqlalchemy import update

from app.access import Role, User
from app.db.database import Database
from app.db.tables import attainment, attainment_event, attainment_type, licence, operation
from app.errors import AccessError, InputError
from app.plr.update import undo_update, update_selected
from app.tasks import Progress, TaskContext
from tests.builders import add_attainment, add_learner, all_keys, answer, session_of, snapshot, user_with
from tests.builders import event as learning_event
from tests.db.updating import HELD, counts, five_learners, rows_of, run, tally

# ------------------------------------------------------------------------------------------- before it begins


@pytest.mark.parametrize("code", ["NOTHING", ""])
def test_without_the_default_type_nothing_begins(db: Database, user: User, code: str):
    session = session_of(db, {add_learner(db): answer(learning_event(1))})
    with pytest.raises(InputError, match="does not exist") as failure:
        run(db, user, session, default_type=code)
    assert "PLR/LRS" in failure.value.hint
    assert rows_of(db, operation) == []


def test_a_type_that_is_no_longer_used(db: Database, user: User):
    with db.write() as tx:
        tx.execute(update(attainment_type).values(active=False))
    with pytest.raises(InputError):
        run(db, user, session_of(db, {add_learner(db): answer(learning_event(1))}))


def test_who_may_update(db: Database, user: User):
    session = session_of(db, {add_learner(db): answer(learning_event(1))})
    reader = user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_USER)
    with pytest.raises(AccessError, match="cannot update attainments"):
        run(db, reader, session)
    with db.write() as tx:
        tx.execute(update(licence).values(is_on=False))
    with pytest.raises(AccessError) as failure:
        run(db, user, session)
    assert "licence" in str(failure.value)
    assert rows_of(db, attainment) == []


# ---------------------------------------------------------------------------------------------- ending early


def test_a_cancel_keeps_what_is_finished(db: Database, user: User):
    session = five_learners(db)
    context = TaskContext(lambda progress: context.cancel() if progress.done == 3 else None)
    summary = update_selected(context, db, user, session, all_keys(session), lower_too=False)
    # The report that cancels is the fourth: the learner it announces is still written, as a whole.
    assert counts(summary) == tally(processed=4, new=4, left=1)
    assert summary.stopped
    assert len(rows_of(db, attainment)) == 4
    [about] = rows_of(db, operation)
    assert about.state == "stopped"
    assert undo_update(db, user, about.id).left == 0
    assert snapshot(db, "attainment")["attainment"] == []


def test_a_failure_between_two_learners(db: Database, user: User):
    """The database goes away: the summary says how far it came, and the rest can be done again."""
    session = five_learners(db)
    seen: list[Progress] = []

    def lose_a_table(progress: Progress) -> None:
        seen.append(progress)
        if progress.done == 2:
            with db.write() as tx:
                tx.exec_driver_sql("alter table attainment_event rename to elsewhere")

    summary = update_selected(TaskContext(lose_a_table), db, user, session, all_keys(session), lower_too=False)
    assert counts(summary) == tally(processed=2, new=2, left=3)
    assert "tables this version needs" in summary.stopped
    with db.write() as tx:
        tx.exec_driver_sql("alter table elsewhere rename to attainment_event")
    assert len(rows_of(db, attainment)) == len(rows_of(db, attainment_event)) == 2
    assert counts(run(db, user, session)) == tally(processed=5, new=3, unchanged=2)


def test_progress_counts_learners(db: Database, user: User):
    session = five_learners(db)
    seen: list[Progress] = []
    update_selected(TaskContext(seen.append), db, user, session, all_keys(session), lower_too=False)
    assert [(one.done, one.total) for one in seen] == [(done, 5) for done in range(5)]


# -------------------------------------------------------------------------------------------------------- undo


def test_undo_gives_back_the_very_same_tables(db: Database, user: User):
    keys = [add_learner(db) for _ in range(4)]
    for key in keys:
        add_attainment(db, key, **HELD, links=[(9, "ILR", "2020-01-01 00:00:00")])
    before = snapshot(db)
    events = [learning_event(9, source="ILR", grade="Merit"), learning_event(1, subject_code="X")]
    session = session_of(db, {key: answer(*events) for key in keys})
    summary = run(db, user, session)
    assert counts(summary) == tally(processed=8, new=4, changed=4)
    after = snapshot(db, without=("id", "version", "attainment_id"))
    assert snapshot(db) != before
    undone = undo_update(db, user, summary.operation_id)
    assert undone.left == 0
    assert snapshot(db) == before
    again = run(db, user, session)
    assert counts(again) == counts(summary)
    assert snapshot(db, without=("id", "version", "attainment_id")) == after


def test_undo_leaves_what_came_later(db: Database, user: User):
    keys = [add_learner(db) for _ in range(2)]
    session = session_of(db, {key: answer(learning_event(1)) for key in keys})
    summary = run(db, user, session)
    later = session_of(db, {keys[0]: answer(learning_event(1, grade="Merit"))})
    run(db, user, later)
    undone = undo_update(db, user, summary.operation_id)
    assert (undone.undone, undone.left) == (2, 2), "of the other: the attainment, and its link"
    [row] = [row for row in rows_of(db, attainment) if row.removed_at is None]
    assert (row.learner_id, row.grade) == (keys[0], "Merit")
    with pytest.raises(InputError, match="undone already"):
        undo_update(db, user, summary.operation_id)


def test_undo_takes_the_right_to_update(db: Database, user: User):
    summary = run(db, user, session_of(db, {add_learner(db): answer(learning_event(1))}))
    with pytest.raises(AccessError):
        undo_update(db, user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_USER), summary.operation_id)
