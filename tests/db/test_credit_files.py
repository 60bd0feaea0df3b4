"""Tables of courses for credit: previewed, loaded whole or not at all, undone; on both databases."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import jobs, planned_rows
from app.access import Role, User
from app.db.database import Database
from app.db.tables import course, course_credit, credit_mapping, file_job, file_row, operation
from app.errors import AccessError, ConflictError, InputError
from app.imports import credit_set_up, set_up_file
from app.imports.credit_set_up import CourseCredit
from app.jobs import Foreseen
from app.tasks import Cancelled, TaskContext
from tests.builders import snapshot, user_with
from tests.files.harm import harmed_rows
from tests.files.reading import book
from tests.imports.credit_files import HEAD, CreditFiles, counted
from tests.imports.credit_rows import add_course, add_shell, add_type

WRITTEN = ("course", "course_credit", "credit_mapping", "operation", "change")
BIO = "BIO,Biology,3,ama,5,,,,,,"
BIO_CPD = "bio,,,CPD,2.5,0.5,0.25,yes,yes,N; S,A1"


@pytest.fixture
def files(db: Database, user: User, tmp_path: Path) -> CreditFiles:
    add_type(db, user, "ama")
    add_type(db, user, "cpd")
    return CreditFiles(db, user, tmp_path)


def test_courses_come_into_being_with_all_that_the_file_says(db: Database, user: User, files: CreditFiles):
    before = snapshot(db, *WRITTEN)
    seen = files.preview(BIO, BIO_CPD, "ART,,,,,,,,,,")
    assert counted(seen) == {"new": 3}
    assert snapshot(db, *WRITTEN) == before, "a preview writes nothing but rows of its job"
    done = files.apply(seen)
    assert (done.new, done.changed, done.problems, done.left) == (3, 0, 0, 0)
    made = files.stored("BIO")
    assert made is not None
    says = frozenset({("campus", "N"), ("campus", "S"), ("tutor_group", "A1")})
    assert (made.code, made.title, made.required_objects) == ("BIO", "Biology", 3)
    assert made.credit == (CourseCredit(1, 500), CourseCredit(2, 250, 50, 25, variable=True, says=says))
    art = files.stored("ART")
    assert art is not None
    assert (art.title, art.credit) == ("ART", ())
    assert planned_rows.undo(db, user, seen.job_id).left == 0
    assert files.stored("BIO") is None
    with db.read() as tx:
        for table in (course, course_credit, credit_mapping):
            assert tx.execute(select(func.count()).select_from(table)).scalar_one() == 0
        kinds = tx.execute(select(operation.c.kind, operation.c.reason).where(operation.c.reason.is_not(None))).all()
        assert [tuple(one) for one in kinds] == [("credit_set_up", "courses.csv")]


def test_a_blank_clears_nothing_and_what_differs_is_told(db: Database, user: User, files: CreditFiles):
    files.bring(BIO, BIO_CPD)
    assert counted(files.preview(BIO, BIO_CPD)) == {"unchanged": 2}
    seen = files.preview("BIO,,4,ama,,,,,no,,", "BIO,,,cpd,3,,,no,,N,")
    assert counted(seen) == {"changed": 2}
    assert files.changes(seen) == [
        ["objects", "3", "4"],
        ["active", "yes", "no"],
        ["maximum", "2.5", "3"],
        ["variable", "yes", "no"],
        ["campus", "N; S", "N"],
    ]
    files.apply(seen)
    now = files.stored("BIO")
    assert now is not None
    says = frozenset({("campus", "N"), ("tutor_group", "A1")})
    assert now.title == "Biology"
    assert now.credit == (CourseCredit(1, 500, active=False), CourseCredit(2, 300, 50, 25, says=says))


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        (",Title,2,,,,,,,,", "Course code", "no course code"),
        ("BIO,,x,,,,,,,,", "Required objects", "not a number"),
        ("BIO,,,nope,5,,,,,,", "Credit type", "no such credit type"),
        ("BIO,,,ama,,,,,,,", "Maximum", "does not give this type yet"),
        ("BIO,,,ama,5.555,,,,,,", "Maximum", "not an amount"),
        ("BIO,,,ama,5,6,,,,,", "Minimum", "more than the maximum"),
        ("BIO,,,ama,5,,0,,,,", "Step", "is from 0.01"),
        ("BIO,,,ama,5,,,perhaps,,,", "Variable", "neither yes nor no"),
        ("BIO,,,,5,,,,,,", "Credit type", "not of which credit type"),
        ("BIO,,,ama,5,,,,,,,,,more", "Course code", "more cells"),
        ("OLD,,2,,,,,,,,", "Required objects", "shell"),
        (f"BIO,{'x' * 301},,,,,,,,,", "Title", "far too long"),
        (f"{'x' * 130},,,,,,,,,,", "Course code", "longer than 128"),
    ],
)
def test_a_row_that_cannot_be_is_told_and_the_others_are_loaded(
    db: Database, files: CreditFiles, row: str, field: str, words: str
):
    add_shell(db, "OLD")
    seen = files.preview(row, "GOOD,,1,ama,2,,,,,,")
    assert counted(seen) == {"problem": 1, "new": 1}
    [(line, named, reason)] = files.problems(seen)
    assert (line, named) == (2, field)
    assert words in reason
    assert files.apply(seen).new == 1
    assert files.stored("GOOD") is not None


def test_a_type_twice_is_loaded_once(files: CreditFiles):
    seen = files.preview(BIO, "bio,Other,3,AMA,4,,,,,,", "BIO,Biology,,,,,,,,,")
    assert counted(seen) == {"new": 1, "problem": 1, "unchanged": 1}
    assert "Another row" in files.problems(seen)[0][2]


def test_what_would_do_something_else_by_now_is_left_out(db: Database, user: User, files: CreditFiles):
    key = add_course(db, user, "BIO", CourseCredit(1, 500), title="Biology")
    seen = files.preview("BIO,Physiology,,,,,,,,,", "CHEM,,1,,,,,,,,")
    with db.read() as tx:
        now = credit_set_up.read(tx, key)
    assert now is not None
    from dataclasses import replace

    credit_set_up.save(db, user, now, replace(now, title="Anatomy"))
    done = files.apply(seen)
    assert (done.new, done.changed, done.left) == (1, 0, 1)
    after = files.stored("BIO")
    assert after is not None
    assert after.title == "Anatomy"
    with pytest.raises(ConflictError):
        files.apply(seen)


def test_nothing_to_load_no_right_and_a_cancel_leave_all_as_it_was(db: Database, files: CreditFiles):
    files.bring(BIO)
    with pytest.raises(InputError, match="Nothing"):
        files.apply(files.preview(BIO))
    with pytest.raises(InputError, match="no rows"):
        files.preview()
    with pytest.raises(InputError, match="columns are not clear"):
        files.preview("1,2", head="What,Ever")
    other = user_with(db, Role.ENROLMENT_MANAGER)
    path = files.write(["CHEM,,,,,,,,,,"])
    with pytest.raises(AccessError):
        CreditFiles(db, other, files.folder).look(path)
    seen = files.look(path)
    before = snapshot(db, *WRITTEN)
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        files.apply(seen, context)
    with pytest.raises(AccessError):
        set_up_file.apply(TaskContext(), db, other, seen.job_id)
    assert snapshot(db, *WRITTEN) == before


def test_a_cancelled_preview_leaves_no_job(db: Database, files: CreditFiles):
    path = files.write([f"C{number},,1,,,,,,,," for number in range(1_200)])

    class Stops(TaskContext):
        def raise_if_cancelled(self) -> None:
            with db.read() as tx:
                if tx.execute(select(func.count()).select_from(file_row)).scalar_one():
                    self.cancel()
            super().raise_if_cancelled()

    context = Stops()
    with db.read() as tx:
        jobs_before = tx.execute(select(func.count()).select_from(file_job)).scalar_one()
    with pytest.raises(Cancelled):
        files.look(path, context)
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(file_job)).scalar_one() == jobs_before


def test_a_workbook_is_read_alike(db: Database, user: User, files: CreditFiles, tmp_path: Path):
    path = tmp_path / "courses.xlsx"
    path.write_bytes(book(list(HEAD.split(",")), ["BIO", "Biology", 3, "ama", 2.5]))
    assert counted(files.look(path)) == {"new": 1}


cell = st.sampled_from(["BIO", "ama", "cpd", "5", "0.5", "yes", "no", ""]) | st.text(max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(harmed_rows(BIO.split(","), cell) | st.lists(st.lists(cell, min_size=11, max_size=11), min_size=1, max_size=6))
@example([BIO.split(","), ["", *BIO.split(",")[1:]]])
def test_hostile_rows_are_loaded_as_foreseen_or_told(db: Database, files: CreditFiles, rows: list[list[str]]):
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    try:
        seen = files.preview(*lines)
    except InputError:
        return
    if seen.to_load:
        done = files.apply(seen)
        assert (done.new + done.changed, done.left) == (seen.to_load, 0)
        with db.read() as tx:
            assert jobs.read(tx, seen.job_id).counts[Foreseen.PROBLEM] == done.problems
        assert planned_rows.undo(db, files.user, seen.job_id).left == 0
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(course)).scalar_one() == 0
