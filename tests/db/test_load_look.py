"""A preview looked at: rows, notes and both sides of a decision; columns remembered; on both databases."""

from pathlib import Path

import pytest

from app import job_notes
from app.access import Role, User
from app.db.database import Database
from app.errors import AccessError, ConflictError
from app.files.columns import guess
from app.files.rows import FileKind, Level
from app.job_notes import Weight
from app.learners import load_file, load_look
from app.learners.load_plan import ANOTHER, SAME, TAKE, Question
from app.tasks import TaskContext
from tests.builders import uln_number, user_with
from tests.db.loading import Loader, an_aim, record


@pytest.fixture
def loader(db: Database, user: User, tmp_path: Path) -> Loader:
    return Loader(db, user, tmp_path)


def test_rows_and_notes_are_found_by_their_keys(loader: Loader):
    loader.bring(record(1))
    bad = record(5)
    bad.note(Level.STOP, "no_ref", "ref", "There is no person code. Give one in your MIS.")
    odd = record(1, family_name="Other", aims=[an_aim(1)])
    odd.note(Level.WARN, "bad", "postcode", "This is wrong.")
    seen = loader.preview([bad, odd])
    with loader.db.read() as tx:
        [row] = load_look.seen_rows(tx, seen.job_id, [2, 9]).values()
        assert (row.ref, row.name, row.aims_new) == ("R00001", "Other, Given1 Mid", 1)
        assert row.changes == [["family_name", "Family1", "Other", False, True]]
        assert job_notes.note_counts(tx, seen.job_id) == {Weight.STOP: 1, Weight.LOOK: 1, Weight.INFO: 0}
        [key] = job_notes.note_keys(TaskContext(), tx, seen.job_id, Weight.STOP)
        note = load_look.notes(tx, seen.job_id, [key, 77_000])[key]
        assert (note.number, note.field) == (1, "Person code")
        assert (note.reason, note.advice) == ("There is no person code.", "Give one in your MIS.")
        assert [one.weight for one in load_look.all_notes(tx, seen.job_id)] == [Weight.STOP, Weight.LOOK]


def test_both_sides_of_a_decision_and_all_the_same_way(loader: Loader):
    loader.bring(record(1), record(2, uln=None), record(3, uln=None))
    people = [record(1, uln=uln_number(501)), *(record(n, ref=f"X{n}", uln=None) for n in (2, 3))]
    seen = loader.preview(people)
    job_id = seen.job_id
    with loader.db.write() as tx:
        decided = load_look.decided(tx, job_id)
        assert (decided.total, decided.open, decided.more) == ({Question.ULN: 1, Question.MATCH: 2}, 3, 0)
        [one] = load_look.undecided(tx, job_id, Question.MATCH, 1, 5)
        stored, other = one.options
        assert (one.number, stored.stored, other.decision) == (3, "R00003", ANOTHER)
        assert {line.title for line in stored.lines if line.differs} == {"Person Code"}
    load_look.decide_all(loader.db, loader.user, job_id, Question.MATCH, SAME)
    decided = load_look.decide_all(loader.db, loader.user, job_id, Question.ULN, TAKE)
    assert (decided.open, decided.more, decided.any) == (0, 3, 3)
    with loader.db.read() as tx:
        assert load_look.undecided(tx, job_id, Question.MATCH, 1, 5)[0].decision == stored.decision
    assert load_look.decide_all(loader.db, loader.user, job_id, Question.MATCH, None).open == 2


def test_deciding_needs_the_right_and_a_file_that_still_waits(loader: Loader):
    loader.bring(record(1))
    seen = loader.preview([record(1, uln=uln_number(501))])
    db, job_id = loader.db, seen.job_id
    other = user_with(db, Role.LMS_ADMINISTRATOR)
    with pytest.raises(AccessError):
        load_look.decide(db, other, job_id, {1: TAKE})
    with pytest.raises(AccessError):
        load_look.decide_all(db, other, job_id, Question.ULN, TAKE)
    assert load_look.decide(db, loader.user, job_id, {1: TAKE}).open == 0
    loader.apply(seen)
    with pytest.raises(ConflictError):
        load_look.decide(db, loader.user, job_id, {1: None})
    with db.read() as tx:
        assert load_look.decided(tx, job_id).any == 1, "what was decided stays on record"


def test_columns_are_remembered_for_the_next_table(loader: Loader, tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text("Student Ref,Surname,House\nC1,Fam,Red\n", encoding="utf-8")

    def look() -> load_file.TableColumns:
        return load_file.columns_of(TaskContext(), loader.db, loader.user, path, FileKind.CSV)

    first = look()
    assert (first.remembered, first.mapping) == (False, guess(first.headings))
    for name in ("tutor_group", "campus_code"):
        load_file.remember(loader.db, loader.user, first.headings, first.mapping.changed(2, name))
    again = look()
    assert again.remembered
    assert again.mapping.index("campus_code") == 2
    assert again.samples(2) == ["Red"]
    with pytest.raises(AccessError):
        load_file.remember(loader.db, user_with(loader.db), first.headings, first.mapping)
