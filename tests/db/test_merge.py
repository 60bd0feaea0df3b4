"""*Merge Learners*: nothing is lost, nothing is double, an undo puts everything back; what people may do."""

import signal
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app import db_check, history
from app.access import User
from app.db.database import Database
from app.db.tables import attainment, attainment_event, award, learner, outgoing_report
from app.errors import AccessError, ConflictError, InputError
from app.learners import merge
from app.learners.merge import Comparison
from app.learners.merge_fields import Side
from app.past import undoing
from app.tasks import TaskContext
from tests.builders import add_attainment, add_learner, user_with
from tests.db import killed_merge_child
from tests.db.dying import child
from tests.two_learners import EVERYTHING, FULLER, PEOPLE, build, glances, tables_of

WHOLE = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.generate],
)
CHOICES = st.lists(st.sampled_from(Side), min_size=30, max_size=30)


def compared(db: Database, user: User, one: int, other: int) -> Comparison:
    return merge.compare(TaskContext(), db, user, one, other, in_this_order=True)


Words = tuple[tuple[str, Any], ...]


def hanging(found: dict[str, Any], key: int) -> dict[str, Counter[Words]]:
    """What stands under a learner, in words that do not say whose it is or under which number."""
    own = {"learner_id", "id", "enrolment_id", "award_id", "attainment_id", "number", "seq", "repeat", "removed_at"}

    def words(row: dict[str, Any]) -> Words:
        return tuple((name, value) for name, value in row.items() if name not in own)

    def of(name: str) -> list[dict[str, Any]]:
        rows = [row for row in found[name].values() if row["learner_id"] == key]
        return [row for row in rows if row.get("removed_at") is None]

    return {name: Counter(map(words, of(name))) for name in ("attainment", "aim", "lms_account", "file_row")}


@WHOLE
@given(two=st.tuples(PEOPLE, PEOPLE), sides=CHOICES)
def test_nothing_is_lost_and_an_undo_restores_every_table(db: Database, user: User, two: Any, sides: list[Side]):
    stays, goes = build(db, two)
    before, glance = tables_of(db), glances(db)
    seen = compared(db, user, stays, goes)
    asked = [one.key for one in seen.lines if not one.settled]
    done = merge.merge(db, user, seen, dict(zip(asked, sides, strict=False)))
    after = tables_of(db)
    _nothing_lost(before, after, stays, goes)
    _nothing_double(after, stays, goes)
    assert glances(db).get(goes) is None
    undone = undoing.undo(TaskContext(), db, user, done.operation_id)
    assert undone.left == 0
    assert tables_of(db) == before
    assert glances(db) == glance


def _nothing_lost(before: dict[str, Any], after: dict[str, Any], stays: int, goes: int) -> None:
    was, now = hanging(before, stays), hanging(after, stays)
    for name, gone in hanging(before, goes).items():
        there = now[name]
        if name == "lms_account":
            assert sum(there.values()) == sum(was[name].values()) + sum(gone.values())
        elif name == "attainment":  # a fuller one says it too, or what the LRS says of it later
            twice = _told_twice(before, stays, goes)
            for row in (*was[name], *gone):
                assert dict(row)["subject_key"] in twice or any(_says(one, row) for one in there), row
        else:
            assert not (was[name] + gone).keys() - there.keys(), name
    for name, key in (("enrolment", "section_id"), ("award", "course_id")):
        standing = [
            row for row in before[name].values() if row["learner_id"] in (stays, goes) and not row["removed_at"]
        ]
        there = {
            row[key]: row for row in after[name].values() if row["learner_id"] == stays and not row["removed_at"]
        }
        assert {row[key] for row in standing} == there.keys()
        if name == "enrolment":
            assert all(there[row[key]]["complete"] for row in standing if row["complete"])
    records = Counter(row["enrolment_id"] for row in after["extract_record"].values())
    assert all(row["records"] == records[row["id"]] for row in after["enrolment"].values())


def _told_twice(before: dict[str, Any], stays: int, goes: int) -> set[str]:
    """Subjects of which one record of the LRS stands behind attainments of both."""

    def told(key: int) -> set[tuple[int, str]]:
        links = [one for one in before["attainment_event"].values() if one["learner_id"] == key]
        return {(one["event_id"], before["attainment"][one["attainment_id"]]["subject_key"]) for one in links}

    return {subject for _, subject in told(stays) & told(goes)}


def _says(one: Words, other: Words) -> bool:
    return all(theirs[1] is None or mine == theirs for mine, theirs in zip(one, other, strict=True))


def _nothing_double(after: dict[str, Any], stays: int, goes: int) -> None:
    left = [row for row in after["enrolment"].values() if row["learner_id"] == goes]
    left += [row for row in after["award"].values() if row["learner_id"] == goes]
    assert all(row["removed_at"] is not None for row in left), "whoever went has nothing that stands"
    accounts = [row for row in after["lms_account"].values() if row["learner_id"] in (stays, goes)]
    assert all(row["learner_id"] == stays for row in accounts)
    due = [row for row in after["outgoing_report"].values() if row["removed_at"] is None]
    told = Counter(
        (row["reporter_id"], award["course_id"])
        for row in due
        if (award := after["award"][row["award_id"]])["learner_id"] == stays and row["exported_at"] is None
    )
    assert all(number == 1 for number in told.values())
    assert after["learner"][goes]["merged_into_id"] == stays


def row_of(db: Database, key: int) -> Any:
    with db.read() as tx:
        return tx.execute(select(learner).where(learner.c.id == key)).one()


def test_the_fields_are_those_chosen_and_the_rest_as_proposed(db: Database, user: User):
    older = add_learner(
        db, given_names="Ann", known_as="Annie", phone="1", email="old@example.org", last_year_seen="2526"
    )
    newer = add_learner(db, given_names="Ann Mary", phone="2", email=None, last_year_seen="2627")
    seen = merge.compare(TaskContext(), db, user, older, newer)
    assert (seen.stays.id, seen.goes.id) == (newer, older), "kept is who was seen last"
    assert [one.differs for one in seen.lines] == sorted((one.differs for one in seen.lines), reverse=True)
    merge.merge(db, user, seen, {"phone": Side.GOES})
    row = row_of(db, newer)
    assert (row.given_names, row.known_as, row.phone, row.email) == ("Ann Mary", "Annie", "1", "old@example.org")
    assert "old@example.org" in row.search_fold
    assert row_of(db, older).merged_into_id == newer


def test_who_went_into_the_one_who_goes_goes_on_with_them(db: Database, user: User):
    first, second, third = (add_learner(db) for _ in range(3))
    one = merge.merge(db, user, compared(db, user, second, first), {})
    merge.merge(db, user, compared(db, user, third, second), {})
    assert row_of(db, first).merged_into_id == row_of(db, second).merged_into_id == third
    with pytest.raises(InputError, match="yet another"):
        undoing.undo(TaskContext(), db, user, one.operation_id)


def test_what_changed_since_it_was_seen_is_told_with_both_values(db: Database, user: User):
    one, other = add_learner(db, phone="0123"), add_learner(db)
    seen = compared(db, user, one, other)
    with db.write() as tx:
        row = tx.execute(select(learner).where(learner.c.id == one)).one()
        operation = history.begin(tx, db, user.id, "learner_edited")
        operation.update(learner, row, {"phone": "0456"}, one)
        operation.end(tx)
    with pytest.raises(ConflictError, match=r"“0123”, and is “0456” now"):
        merge.merge(db, user, seen, {})
    assert row_of(db, other).merged_into_id is None


def test_an_undo_leaves_what_was_edited_since_and_parts_the_rest(db: Database, user: User):
    one, other = add_learner(db), add_learner(db, phone="1")
    done = merge.merge(db, user, compared(db, user, one, other), {})
    with db.write() as tx:
        row = tx.execute(select(learner).where(learner.c.id == one)).one()
        operation = history.begin(tx, db, user.id, "learner_edited")
        operation.update(learner, row, {"phone": "2"}, one)
        operation.end(tx)
    undone = undoing.undo(TaskContext(), db, user, done.operation_id)
    assert (undone.undone, undone.left) == (1, 1)
    assert (row_of(db, other).merged_into_id, row_of(db, one).phone) == (None, "2")


def test_what_is_no_choice_and_who_may_not(db: Database, user: User):
    one, other = add_learner(db), add_learner(db)
    seen = compared(db, user, one, other)
    with pytest.raises(InputError, match="not to be chosen"):
        merge.merge(db, user, seen, {"ref": Side.GOES})
    with pytest.raises(InputError, match="one and the same"):
        compared(db, user, one, one)
    stranger = user_with(db)
    with pytest.raises(AccessError):
        compared(db, stranger, one, other)
    with pytest.raises(AccessError):
        merge.merge(db, stranger, seen, {})
    merge.merge(db, user, seen, {})
    with pytest.raises(ConflictError, match="removed or merged"):
        compared(db, user, one, other)


@pytest.mark.parametrize("turned", [False, True])
def test_one_record_of_the_lrs_stands_behind_one_attainment(db: Database, user: User, turned: bool):
    """Of what it said of one award at two times, the later stands, on whichever of the two it was."""
    first, second = add_learner(db), add_learner(db)
    for key, grade, loaded in ((first, "4", "2026-01-10"), (second, "5", "2026-03-10")):
        add_attainment(db, key, links=[(77, "NPD", loaded)], subject_code="60144444", grade=grade)
    stays, goes = (second, first) if turned else (first, second)
    before = tables_of(db)
    seen = compared(db, user, stays, goes)
    assert "1 attainment stands on both, and will be there once." in seen.notes
    done = merge.merge(db, user, seen, {})
    with db.read() as tx:
        [row] = tx.execute(select(attainment).where(attainment.c.removed_at.is_(None)))
        links = select(attainment_event.c.attainment_id).where(attainment_event.c.learner_id == stays)
        assert tx.execute(links).scalars().all() == [row.id]
    assert (row.learner_id, row.grade) == (stays, "5")
    assert undoing.undo(TaskContext(), db, user, done.operation_id).left == 0
    assert tables_of(db) == before


@pytest.mark.parametrize("side", Side)
def test_what_is_due_is_due_by_the_credit_that_counts(db: Database, user: User, side: Side):
    due = {**EVERYTHING, "enrolments": {}, "awards": {0: {"amount": 250, "removed_at": None, "told": "due"}}}
    stays, goes = build(db, (due, due))
    with db.write() as tx:
        other = select(award.c.id).where(award.c.learner_id == goes)
        later = {"due_on": date(2026, 10, 1), "missing": '["phone"]'}
        tx.execute(update(outgoing_report).where(outgoing_report.c.award_id.in_(other)).values(later))
        tx.execute(update(award).where(award.c.learner_id == goes).values(amount=300))
    seen = compared(db, user, stays, goes)
    [key] = [one.key for one in seen.lines if one.key.startswith("award:")]
    merge.merge(db, user, seen, {key: side})
    with db.read() as tx:
        [row] = tx.execute(select(outgoing_report).where(outgoing_report.c.removed_at.is_(None)))
    there = {Side.STAYS: (date(2026, 9, 1), "[]"), Side.GOES: (date(2026, 10, 1), '["phone"]')}
    assert (row.due_on, row.missing) == there[side]


def test_killed_it_is_whole_or_untouched(db: Database, address: str, user: User):
    stays, goes = build(db, (EVERYTHING, FULLER))
    before = tables_of(db, but=())
    for moment in (("statement", 30), ("statement", 45), ("commit", 1)):
        dead = child(killed_merge_child.main, address, *moment, stays, goes)
        assert dead.returncode == -signal.SIGKILL, dead.stderr
        assert tables_of(db, but=()) == before
    merge.merge(db, user, compared(db, user, stays, goes), {})
    _nothing_lost(before, tables_of(db), stays, goes)
    assert db_check.check(TaskContext(), db).problems == []
