"""Files of sections: previewed, loaded whole or not at all, undone; on both databases."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from app import jobs, planned_rows
from app.access import Role, User
from app.db.database import Database
from app.db.tables import campus, file_job, file_row, lms_course, operation, saved, section
from app.errors import AccessError, ConflictError, InputError
from app.lms.sections import from_file
from app.lms.sections import section as sections
from app.lms.sections.from_file import What
from app.lms.sections.section import Section
from app.tasks import Cancelled, Progress, TaskContext
from tests.builders import snapshot, user_with
from tests.files.harm import harmed_rows
from tests.files.reading import book
from tests.lms.rows import add_enrolment
from tests.lms.section_files import SECTIONS, TODAY, FileCollege, Files, counted

WRITTEN = ("section", "section_campus", "course", "operation", "change", "enrolment", "extract_record")
BIO = "BIO,Biology,Autumn,1,North,South,Online,moodle,LMS-BIO,01/09/2026,30/06/2027,yes"
CHEM = "CHEM,Chemistry,AUTUMN,1,south,,ON,,LMS-CHEM,2026-09-01,2027-06-30,"


@pytest.fixture
def college(db: Database) -> FileCollege:
    return FileCollege(db)


@pytest.fixture
def files(db: Database, user: User, college: FileCollege, tmp_path: Path) -> Files:
    return Files(db, user, tmp_path)


def stored(db: Database) -> dict[str, Section]:
    with db.read() as tx:
        found = [sections.read(tx, key) for key in tx.execute(select(section.c.id)).scalars().all()]
    return {f"{one.course_code}/{one.number}": one for one in found if one is not None}


@pytest.mark.rule("EX-P0")
def test_sections_come_into_being_with_all_that_the_file_says(db: Database, files: Files, college: FileCollege):
    seen = files.preview(SECTIONS, BIO, CHEM)
    assert (seen.what, counted(seen)) == (What.SECTIONS, {"new": 2})
    assert files.number_of(section) == 0, "a preview writes nothing but rows of its job"
    done = files.apply(seen)
    assert (done.new, done.changed, done.problems, done.left) == (2, 0, 0, 0)
    made = stored(db)["BIO/1"]
    assert (made.course_title, made.term_id, made.owner) == ("Biology", college.autumn, college.north)
    assert (made.further, made.delivery_method_id) == (frozenset({college.south}), college.method)
    assert (made.vendor_id, made.lms_course_id) == (college.vendor, college.bio)
    assert (str(made.starts), str(made.ends), made.open) == ("2026-09-01", "2027-06-30", True)
    assert stored(db)["CHEM/1"].owner == college.south
    with db.read() as tx:
        kinds = tx.execute(select(operation.c.kind).where(operation.c.id == done.operation_id)).scalars().all()
        assert kinds == ["sections_loaded"], "one operation"


def test_a_second_load_of_the_same_file_has_nothing_new_or_changed(files: Files):
    files.bring(SECTIONS, BIO, CHEM)
    before = snapshot(files.db, *WRITTEN)
    again = files.preview(SECTIONS, BIO, CHEM)
    assert counted(again) == {"unchanged": 2}
    with pytest.raises(InputError, match="Nothing in this file"):
        files.apply(again)
    assert snapshot(files.db, *WRITTEN) == before


def test_changes_are_shown_old_and_new_and_a_blank_clears_nothing(db: Database, files: Files):
    files.bring(SECTIONS, BIO, CHEM)
    changed = "bio,Life Science,autumn,,South,,,,BIO101X,,31/07/2027,no"
    head = SECTIONS.replace("LMS Course ID", "LMS Short Name")
    seen = files.preview(head, changed.replace("BIO101X", "CHEM101"))
    assert counted(seen) == {"changed": 1}
    assert files.changes(seen) == [
        ["owner", "NORTH · North", "SOUTH · South"],
        ["further", "SOUTH · South", ""],
        ["lms_course", "BIO101", "CHEM101"],
        ["ends", "2027-06-30", "2027-07-31"],
        ["open", "Open", "Closed"],
    ]
    assert files.problems(seen) == [(2, "course_title", "The course is called otherwise here, and keeps its title.")]
    files.apply(seen)
    made = stored(db)["BIO/1"]
    assert (made.course_code, made.course_title, str(made.starts)) == ("BIO", "Biology", "2026-09-01")
    assert made.vendor_id is not None, "the file's blank cleared nothing"
    assert "CHEM/1" in stored(db), "nothing is dropped because a file lacks it"


PROBLEMS = (
    ("PHY,,Spring,,,,,,,,,", "term", "There is no term of this code or name. Correct it"),
    ("PHY,,,,West,,,,,,,", "owner", "There is no campus of this code or name."),
    ("PHY,,,,North,West,,,,,,", "further", "There is no campus of this code or name."),
    ("PHY,,,,,,Post,,,,,", "method", "There is no delivery method of this code or name."),
    ("PHY,,,,,,,Canvas,,,,", "vendor", "There is no LMS of this code or name."),
    ("PHY,,,,,,,,NOPE,,,", "lms_number", "There is no such course of the LMS."),
    ("PHY,,,,,,,,,30/02/2026,,", "starts", "This is not a date."),
    ("PHY,,,,,,,,,01/09/1066,,", "starts", "No course takes place in that year."),
    ("PHY,,,,,,,,,01/09/2026,01/08/2026,", "ends", "The end is before the start."),
    ("PHY,,,0,,,,,,,,", "number", "The section number is a whole number"),
    ("PHY,,,one,,,,,,,,", "number", "The section number is a whole number"),
    ("PHY,,,,,,,,,,,perhaps", "open", "This is neither yes nor no."),
    ("PHY,,,,,South,,,,,,", "owner", "One of its campuses must own the section"),
    (",Title,,,,,,,,,,", "course_code", "There is no course code."),
    ("P" * 61 + ",,,,,,,,,,,", "course_code", "That is longer than 60 characters."),
    ("P" * 301 + ",,,,,,,,,,,", "course_code", "This is far too long."),
    ("PHY,,,,,,,,,,,,,surplus", "course_code", "This row has more cells than there are headings."),
)


def test_a_bad_row_says_where_and_why_and_spoils_no_other(files: Files):
    seen = files.preview(SECTIONS, BIO, *(row for row, _, _ in PROBLEMS))
    assert counted(seen) == {"new": 1, "problem": len(PROBLEMS)}
    for place, (told, (_, field, reason)) in enumerate(zip(files.problems(seen), PROBLEMS, strict=True)):
        line, name, words = told
        assert (line, name) == (place + 3, field)
        assert words.startswith(reason)
    done = files.apply(seen)
    assert (done.new, done.problems) == (1, len(PROBLEMS))


def test_doubled_rows_and_sections_that_a_row_cannot_tell_apart(files: Files):
    seen = files.preview(SECTIONS, BIO, BIO.replace("BIO,", "bio,"), BIO.replace(",1,", ",2,"))
    assert counted(seen) == {"new": 2, "problem": 1}
    assert files.problems(seen)[0][0] == 3
    files.apply(seen)
    unclear = files.preview(SECTIONS, "BIO,,Autumn,,,,,,,,,")
    assert files.problems(unclear) == [
        (2, "number", "The course has several sections in this term. Give the section number.")
    ]


def test_what_is_switched_off_or_takes_nobody_is_not_chosen_anew(files: Files, college: FileCollege):
    files.bring(SECTIONS, BIO)
    college.set(campus, college.north, active=False)
    college.set(lms_course, college.bio, state="hidden")
    assert counted(files.preview(SECTIONS, BIO)) == {"unchanged": 1}, "what is there stays"
    seen = files.preview(SECTIONS, CHEM.replace("south", "North"), CHEM.replace("LMS-CHEM", "LMS-BIO"))
    assert [(line, name) for line, name, _ in files.problems(seen)] == [(2, "owner"), (3, "lms_course")]


@pytest.mark.rule("EX-A3")
def test_only_sections_of_ones_own_campuses(db: Database, files: Files, college: FileCollege):
    files.bring(SECTIONS, BIO)
    northern = replace_user(files, college.user(college.north, roles=(Role.LMS_ADMINISTRATOR,)))
    seen = northern.preview(SECTIONS, BIO, CHEM, CHEM.replace("south", "").replace("CHEM,", "PHY,", 1),
                            "MATH,,,,North,,,,,,,")  # fmt: skip
    assert counted(seen) == {"problem": 3, "new": 1}
    assert northern.apply(seen).new == 1
    reader = replace_user(files, user_with(db, Role.PLR_USER))
    with pytest.raises(AccessError):
        reader.preview(SECTIONS, BIO)
    other = files.preview(SECTIONS, CHEM)
    with pytest.raises(AccessError):
        reader.apply(other)


def replace_user(files: Files, user: User) -> Files:
    return replace(files, user=user)


def test_what_changed_since_the_preview_is_left_and_listed(db: Database, files: Files, college: FileCollege):
    files.bring(SECTIONS, BIO)
    seen = files.preview(SECTIONS, BIO.replace("yes", "no"), CHEM)
    now = stored(db)["BIO/1"]
    sections.save(db, files.user, now, replace(now, open=False, ends=TODAY + timedelta(days=400)))
    done = files.apply(seen)
    assert (done.new, done.changed, done.left) == (1, 0, 1)
    with db.read() as tx:
        outcomes = tx.execute(select(file_row.c.outcome).where(file_row.c.job_id == seen.job_id)).scalars().all()
        assert outcomes == ["left", None]
    with pytest.raises(ConflictError):
        files.apply(seen)


def test_undone_as_far_as_nothing_changed_since(db: Database, files: Files, college: FileCollege):
    files.bring(SECTIONS, BIO)
    as_before = snapshot(db, "section", "section_campus", "course")
    done = files.bring(SECTIONS, BIO.replace(",South,Online,", ",,Online,").replace("yes", "no"), CHEM)
    assert (done.new, done.changed) == (1, 1)
    assert planned_rows.undo(db, files.user, done.job_id).left == 0
    assert snapshot(db, "section", "section_campus", "course") == as_before
    with db.read() as tx:
        assert [one.state for one in jobs.listed(tx, What.SECTIONS.value)] == ["undone", "applied"]
    done = files.bring(SECTIONS, CHEM)
    add_enrolment(
        db, college.learner(), next(one.id or 0 for one in stored(db).values() if one.course_code == "CHEM")
    )
    assert planned_rows.undo(db, files.user, done.job_id).left > 0
    assert "CHEM/1" in stored(db), "somebody stands on it"


def test_columns_are_remembered_and_other_tables_refused(db: Database, files: Files, tmp_path: Path):
    path = files.write("Kennung,Semester", ["BIO,Autumn"])
    columns = from_file.columns_of(TaskContext(), db, files.user, path)
    assert from_file.why_not(columns, columns.mapping) == "Say which column holds the course code."
    with pytest.raises(InputError):
        from_file.preview(TaskContext(), db, files.user, path, columns, columns.mapping)
    mapping = columns.mapping.changed(0, "course_code")
    from app import table_columns

    table_columns.remember(db, files.user, columns.headings, mapping, from_file.COLUMNS)
    again = from_file.columns_of(TaskContext(), db, files.user, path)
    assert (again.remembered, again.mapping.index("course_code")) == (True, 0)
    assert files.number_of(saved) == 1
    empty = files.write(SECTIONS, [], "empty.csv")
    with pytest.raises(InputError, match="no rows"):
        files.look(empty)
    assert files.number_of(file_job) == 0
    ilr = tmp_path / "ilr.xml"
    ilr.write_text('<Message xmlns="ESFA/ILR/2026-27"></Message>', encoding="utf-8")
    with pytest.raises(InputError, match="no table of sections"):
        files.look(ilr)


def test_a_workbook_is_read_alike(db: Database, files: Files, tmp_path: Path):
    path = tmp_path / "sections.xlsx"
    path.write_bytes(
        book(SECTIONS.split(","), ["BIO", "Biology", "Autumn", 1, "North", "", "Online"], title="Sections")
    )
    seen = files.look(path)
    assert counted(seen) == {"new": 1}
    files.apply(seen)
    assert stored(db)["BIO/1"].number == 1


def test_a_cancel_leaves_nothing_behind(db: Database, files: Files):
    rows = [BIO.replace("BIO,B", f"C{n:04},B") for n in range(5)]
    seen = files.preview(SECTIONS, *rows)
    before = snapshot(db, *WRITTEN, "file_job", "file_row")

    class Stops(TaskContext):
        def report(self, done: int, total: int, text: str = "") -> None:
            if text == "Loading rows":
                self.cancel()
            super().report(done, total, text)

    with pytest.raises(Cancelled):
        files.apply(seen, Stops())
    assert snapshot(db, *WRITTEN, "file_job", "file_row") == before
    told: list[Progress] = []
    assert files.apply(seen, TaskContext(told.append)).new == 5
    assert [one.done for one in told if one.text == "Loading rows"] == [5]


hostile = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters='\n\r",\0'), max_size=40)
cell = st.one_of(
    hostile,
    st.sampled_from(
        ["", "BIO", "bio", "Autumn", "North", "1", "2", "Online", "LMS-BIO", "01/09/2026", "1/1/1", "yes", "'"]
    ),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=harmed_rows(BIO.split(","), cell) | st.lists(st.lists(cell, min_size=12, max_size=13), max_size=8))
@example(rows=[BIO.split(","), ["", *BIO.split(",")[1:]]])
def test_hostile_rows_are_problems_and_what_is_not_is_loaded_as_told(files: Files, rows: list[list[str]]):
    path = files.write(SECTIONS, ['"' + '","'.join(row) + '"' for row in rows])
    try:
        seen = files.look(path)
    except InputError:  # rows of nothing but blanks
        assert files.number_of(section) == 0
        return
    told = {line for line, _, reason in files.problems(seen) if reason}
    assert counted(seen).get("problem", 0) <= len(told)
    if not seen.to_load:
        jobs.discard(files.db, seen.job_id)
        return
    done = files.apply(seen)
    assert (done.new + done.changed, done.left) == (seen.to_load, 0)
    again = files.look(path)
    assert not again.to_load, "a second time there is nothing to do"
    jobs.discard(files.db, again.job_id)
    assert planned_rows.undo(files.db, files.user, done.job_id).left == 0


def test_many_sections_take_no_more_statements_than_one(db: Database, files: Files, college: FileCollege):
    """New ones with new courses, and ones that change campuses: several at a time, not one by one."""

    def took(*rows: str) -> int:
        seen, statements = files.preview(SECTIONS, *rows), list[str]()

        def heard(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            statements.append(statement)

        event.listen(db._engine, "before_cursor_execute", heard)
        try:
            assert files.apply(seen).left == 0
        finally:
            event.remove(db._engine, "before_cursor_execute", heard)
        return len(statements)

    def rows(name: str, number: int, campuses: str) -> list[str]:
        return [f"{name}{at},Title,Autumn,1,{campuses},Online,,,,," for at in range(number)]

    one, many = took(*rows("A", 1, "North,South")), took(*rows("B", 40, "North,South"))
    assert many <= one + 2
    one, many = took(*rows("A", 1, "South,North")), took(*rows("B", 40, "South,North"))
    assert many <= one + 2
    found = stored(db)
    assert len(found) == 41
    assert {(made.owner, made.further) for made in found.values()} == {(college.south, frozenset({college.north}))}
