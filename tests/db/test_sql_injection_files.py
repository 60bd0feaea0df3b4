"""What files of sections, registrations and the LRS batch say, and what the LRS answers to Find ULN, is text whatever
it looks like: on both databases."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.access import User
from app.connectors.lrs_find import Outcome
from app.db.database import Database
from app.db.tables import learner, metadata, section
from app.errors import InputError
from app.folding import cleaned
from app.learners import load, load_apply, load_file
from app.learners.find_uln import correct, find
from app.lms.sections import section as sections
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind
from app.sandbox.registry import Case, case_of, right_uln
from app.tasks import TaskContext
from tests.builders import UKPRN, snapshot
from tests.db.lrs_people import add_person, client, of_kind
from tests.db.test_sql_injection import WORDS
from tests.lms.section_files import REGISTRATIONS, SECTIONS, FileCollege, Files, counted

FIXED = ("app_user", "setting", "role", "user_role", "term", "campus", "lms_course")
"""What no such file has business in."""


def line(*cells: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def test_in_every_cell_of_a_file_of_sections(db: Database, user: User, tmp_path: Path):
    college, files = FileCollege(db), Files(db, user, tmp_path)
    before = snapshot(db, *FIXED)
    rows = [line(f"C{n}", word, "Autumn", "1", "North", "", "", "", "", "", "", "") for n, word in enumerate(WORDS)]
    for place in range(len(SECTIONS.split(","))):  # what names nothing is a note beside its row
        cells = ["BIO", "Biology", "Autumn", "1", "North", "", "", "", "", "", "", ""]
        rows += [line(*cells[:place], word, *cells[place + 1 :]) for word in WORDS]
    seen = files.preview(SECTIONS, *rows)
    files.apply(seen)
    assert snapshot(db, *FIXED) == before
    assert college.north
    with db.read() as tx:
        stored = [sections.read(tx, key) for key in tx.execute(select(section.c.id)).scalars().all()]
    titles = {one.course_title for one in stored if one is not None}
    # One apostrophe in front is a spreadsheet's way to say that a cell is text.
    assert {cleaned(word.removeprefix("'")) for word in WORDS} <= titles, "each as it was written"


def test_in_every_cell_of_a_file_of_registrations(db: Database, user: User, tmp_path: Path):
    college, files = FileCollege(db), Files(db, user, tmp_path)
    files.bring(
        SECTIONS, line("BIO", "Biology", "Autumn", "1", "North", "", "Online", "moodle", "LMS-BIO", "", "", "")
    )
    college.learner(1)
    tables = sorted(set(metadata.tables) - {"file_job", "file_row", "saved"})
    before = snapshot(db, *tables)
    cells = ["240001", "", "BIO", "Autumn", "1", "", "", "", ""]
    rows = [line(*cells[:at], word, *cells[at + 1 :]) for at in range(len(cells)) for word in WORDS]
    seen = files.preview(REGISTRATIONS, *rows)
    assert counted(seen).get("new", 0) == 0, "none of them means anybody, or any section"
    assert len(files.problems(seen)) >= len(rows) - len(WORDS), "a ULN that is none may stand beside a code"
    assert snapshot(db, *tables) == before
    with pytest.raises(InputError, match="nothing to load"):
        files.apply(seen)
    assert snapshot(db, *tables) == before


def test_in_the_answer_to_a_batch_file(db: Database, user: User, tmp_path: Path):
    """Names that it brings are stored as they are written."""
    path = tmp_path / "answer.csv"
    head = ["ULN", "MISIdentifier", "FamilyName", "GivenName", "DateOfBirth", "LastKnownPostCode"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        writer.writerows(["", f"R{n}", word, word, "2008-03-14", "NF1 7BN"] for n, word in enumerate(WORDS))
        writer.writerows([word, word, "Plain", "Ann", word, word] for word in WORDS)
    before = snapshot(db, *FIXED)
    kind = load_file.kind_of(path)
    mapping = load_file.columns_of(TaskContext(), db, user, path, kind).mapping
    reading = load_file.reading(TaskContext(), path, kind, mapping)
    seen = load.preview(TaskContext(), db, user, path, reading, load.LoadOptions(UKPRN))
    load_apply.apply(TaskContext(), db, user, seen.job_id)
    assert snapshot(db, *FIXED) == before
    with db.read() as tx:
        names = set(tx.execute(select(learner.c.family_name)).scalars())
    assert {cleaned(word) for word in WORDS} <= names


def test_in_an_answer_to_find_uln(db: Database, user: User, tmp_path: Path):
    """It knows people by preferred names that look like SQL: told as they are; only the ULN is taken over."""
    people = [one for one in of_kind(Kind.NO_ULN) if case_of(one) is Case.AS_THEY_ARE]
    named = [replace(one, known_as=word) for one, word in zip(people, WORDS, strict=False)]
    assert len(named) > 5
    with LrsSandbox(tmp_path / "lrs", people=named) as lrs:
        keys = [add_person(db, one, known_as=None) for one in named]
        before = snapshot(db, *FIXED)
        done = find(TaskContext(), db, user, client(lrs), keys)
    for one, result in zip(named, done.results, strict=True):
        assert result.answer is not None
        assert result.answer.outcome is Outcome.EXACT
        (found,) = result.answer.learners
        assert found.preferred_given_name == one.known_as
        correct(db, user, result.learner, found.uln)
    assert snapshot(db, *FIXED) == before
    with db.read() as tx:
        stored = tx.execute(select(learner.c.known_as, learner.c.uln).order_by(learner.c.id)).all()
    assert [tuple(row) for row in stored] == [(None, right_uln(one)) for one in named]
