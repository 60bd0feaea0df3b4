"""Files of registrations: who is found, enrolled, withdrawn, on a break; what the LMS hears of it; both databases."""

import signal
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from app import planned_rows
from app.access import Role, User
from app.db.database import Database
from app.db.tables import enrolment, extract_record, file_job, learner, lms_course, operation, section
from app.errors import AccessError, InputError
from app.lms.sections.file_registrations import _STEPS, decide
from app.lms.sections.from_file import What
from tests.builders import add_learner, snapshot, uln_number, user_with
from tests.db import dying, killed_registrations_child
from tests.lms.section_files import REGISTRATIONS, SECTIONS, TODAY, FileCollege, Files, counted

WRITTEN = ("section", "operation", "change", "enrolment", "extract_record", "file_job", "file_row")
BIO = "BIO,Biology,Autumn,1,North,South,Online,moodle,LMS-BIO,01/09/2026,30/06/2027,yes"
CHEM = "CHEM,Chemistry,Autumn,1,South,,Online,,LMS-CHEM,,,"
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


def row(
    number: int, *, code: str = "BIO", status: str = "", on: object = "", starts: object = "", ends: object = ""
) -> str:
    return f"{240000 + number},,{code},Autumn,1,{status},{on},{starts},{ends}"


@pytest.fixture
def college(db: Database) -> FileCollege:
    return FileCollege(db)


@pytest.fixture
def files(db: Database, user: User, college: FileCollege, tmp_path: Path) -> Files:
    """Sections of BIO and CHEM, and learners 1 to 6 with an account."""
    made = Files(db, user, tmp_path)
    made.bring(SECTIONS, BIO, CHEM)
    for number in range(1, 7):
        college.learner(number)
    return made


def enrolled(db: Database) -> dict[str, tuple[str, date | None, date | None, date | None, str]]:
    """By person code: status, its day, starts, ends, origin; of those who were not taken back."""
    with db.read() as tx:
        query = select(enrolment, learner.c.ref).join(learner, learner.c.id == enrolment.c.learner_id)
        return {
            one.ref: (one.status, one.status_on, one.starts, one.ends, one.origin)
            for one in tx.execute(query.where(enrolment.c.removed_at.is_(None)).order_by(learner.c.ref))
        }


def records(db: Database) -> list[tuple[str, str]]:
    with db.read() as tx:
        query = select(extract_record.c.change, extract_record.c.status).order_by(extract_record.c.id)
        return [(one.change, one.status) for one in tx.execute(query)]


def test_learners_are_enrolled_by_code_or_uln_and_the_lms_is_to_hear_of_it(db: Database, files: Files):
    by_uln = f",{uln_number(2)},bio,AUTUMN,1,,,,"
    on_break = row(3, status="On break", on=YESTERDAY)
    seen = files.preview(REGISTRATIONS, row(1, starts=TOMORROW), by_uln, on_break, row(4, status="Withdrawn"))
    assert (seen.what, counted(seen)) == (What.REGISTRATIONS, {"new": 3, "unchanged": 1})
    assert files.number_of(enrolment) == 0
    done = files.apply(seen)
    assert (done.new, done.queued.add) == (3, 3)
    assert enrolled(db) == {
        "240001": ("scheduled", None, TOMORROW, None, "file"),
        "240002": ("current", None, None, None, "file"),
        "240003": ("on_break", YESTERDAY, None, None, "file"),
    }
    assert records(db) == [("add", "ready")] * 3
    with db.read() as tx:
        kinds = tx.execute(select(operation.c.kind).where(operation.c.id == done.operation_id)).scalars().all()
        assert kinds == ["registrations_loaded"]


def test_a_second_load_of_the_same_file_has_nothing_new_or_changed(files: Files):
    rows = (
        row(1, starts=TOMORROW, ends=TODAY + timedelta(days=90)),
        row(2, status="On break"),
        row(3, status="Left"),
    )
    files.bring(REGISTRATIONS, *rows)
    before = snapshot(files.db, "enrolment", "extract_record")
    assert counted(files.preview(REGISTRATIONS, *rows)) == {"unchanged": 3}
    changed = (row(1, status="Withdrawn", on=YESTERDAY), row(2, status="Current"))
    assert files.bring(REGISTRATIONS, *changed).changed == 2
    assert counted(files.preview(REGISTRATIONS, *changed)) == {"unchanged": 2}
    assert snapshot(files.db, "enrolment", "extract_record") != before


def test_a_changed_course_status_is_shown_and_becomes_one_record(db: Database, files: Files):
    files.bring(REGISTRATIONS, *(row(number) for number in range(1, 5)))
    seen = files.preview(
        REGISTRATIONS,
        row(1, status="Withdrawn", on=YESTERDAY),
        row(2, status="Break in Learning"),
        row(3, ends=TOMORROW),
    )
    assert counted(seen) == {"changed": 3}
    assert files.changes(seen) == [
        ["status", "Current", "Withdrawn"],
        ["status_on", "", str(YESTERDAY)],
        ["status", "Current", "On break"],
        ["status_on", "", str(TODAY)],
        ["ends", "", str(TOMORROW)],
    ]
    done = files.apply(seen)
    assert (done.changed, done.queued.drop, done.queued.change) == (3, 1, 2)
    assert [one[0] for one in enrolled(db).values()] == ["dropped", "on_break", "current", "current"]
    assert "240004" in enrolled(db), "nobody is dropped because a file lacks them"
    back = files.bring(REGISTRATIONS, row(1, status="current"), row(2, status="active"))
    assert (back.changed, back.queued.add, back.queued.change) == (2, 1, 1)


def test_undone_and_loaded_again(db: Database, files: Files):
    files.bring(REGISTRATIONS, row(1))
    before = enrolled(db)
    done = files.bring(REGISTRATIONS, row(1, status="Withdrawn"), row(2))
    assert planned_rows.undo(db, files.user, done.job_id).left == 0
    assert enrolled(db) == before
    seen = files.preview(REGISTRATIONS, row(2))
    assert counted(seen) == {"new": 1}
    assert files.problems(seen)[0][2].startswith("This registration was taken back here")
    files.apply(seen)
    assert set(enrolled(db)) == {"240001", "240002"}
    with db.read() as tx:
        assert len(tx.execute(select(enrolment)).all()) == 2, "one enrolment for a learner on a section"


PROBLEMS = (
    ("999999,,BIO,Autumn,1,,,,", "ref", "There is no such learner."),
    (",,BIO,Autumn,1,,,,", "ref", "The row says no learner."),
    (f",{uln_number(99)},BIO,Autumn,1,,,,", "uln", "There is no such learner."),
    (",1234567890,BIO,Autumn,1,,,,", "uln", "This ULN fails its check."),
    (",1.23E+09,BIO,Autumn,1,,,,", "uln", "A spreadsheet has shortened this ULN."),
    (f"240001,{uln_number(2)},BIO,Autumn,1,,,,", "uln", "The learner of this person code has another ULN here."),
    ("240001,,PHY,Autumn,1,,,,", "course_code", "There is no section of this course, term and number"),
    ("240001,,BIO,Autumn,7,,,,", "course_code", "There is no section of this course, term and number"),
    ("240001,,BIO,Spring,1,,,,", "term", "There is no term of this code or name."),
    ("240001,,BIO,Autumn,1,Dreaming,,,", "status", "This course status is not known."),
    (f"240001,,BIO,Autumn,1,Withdrawn,{TOMORROW},,", "status_on", "The day of the status is in the future."),
    ("240001,,BIO,Autumn,1,,,01/09/2026,31/08/2026", "ends", "The end is before the start."),
    ("240001,,BIO,Autumn,1,,,31/09/2026,", "starts", "This is not a date."),
    ("240001,,,Autumn,1,,,,", "course_code", "There is no course code."),
)


def test_a_bad_row_says_where_and_why_and_spoils_no_other(files: Files):
    seen = files.preview(REGISTRATIONS, row(2), *(bad for bad, _, _ in PROBLEMS))
    assert counted(seen) == {"new": 1, "problem": len(PROBLEMS)}
    for place, (told, (_, field, reason)) in enumerate(zip(files.problems(seen), PROBLEMS, strict=True)):
        line, name, words = told
        assert (line, name) == (place + 3, field)
        assert words.startswith(reason)
        assert "240001" not in words, "never the value itself"
    assert files.apply(seen).new == 1


def test_doubled_rows_closed_sections_and_learners_who_are_there_by_another_section(
    db: Database, files: Files, college: FileCollege
):
    files.bring(SECTIONS, BIO.replace(",1,", ",2,"), CHEM.replace(",1,", ",2,").replace(",,,", ",,,no", 1))
    with db.write() as tx:
        tx.execute(update(section).where(section.c.lms_course_id == college.chem).values(open=False))
    other = row(1).replace(",1,,", ",2,,")
    seen = files.preview(REGISTRATIONS, row(1), row(1), other, row(2, code="CHEM"))
    assert counted(seen) == {"new": 1, "problem": 3}
    assert [(line, name) for line, name, _ in files.problems(seen)] == [
        (3, "ref"), (4, "number"), (5, "course_code"),
    ]  # fmt: skip
    files.apply(seen)
    assert counted(files.preview(REGISTRATIONS, other)) == {"problem": 1}
    with db.write() as tx:
        tx.execute(update(lms_course).values(state="hidden"))
    assert counted(files.preview(REGISTRATIONS, row(1), row(2))) == {"unchanged": 1, "problem": 1}


def test_who_is_withdrawn_from_a_section_moves_to_another_of_the_same_course_of_the_lms(db: Database, files: Files):
    """What the row is told to do can be done, in one file too."""
    files.bring(SECTIONS, BIO.replace(",1,", ",2,"))
    files.bring(REGISTRATIONS, row(1), row(2))
    other = [row(number).replace(",1,,", ",2,,") for number in (1, 2)]
    seen = files.preview(REGISTRATIONS, other[0], row(1, status="Withdrawn"))
    [(_, name, reason)] = files.problems(seen)
    assert name == "number"
    assert reason.endswith("withdraw them from that one first: a row further up may say so.")
    done = files.bring(REGISTRATIONS, row(1, status="Withdrawn"), other[0])
    assert (done.new, done.changed) == (1, 1)
    files.bring(REGISTRATIONS, row(2, status="Withdrawn"))
    assert files.bring(REGISTRATIONS, other[1]).new == 1
    assert files.bring(REGISTRATIONS, row(1, status="Current")).changed == 1, "and back by the section itself"


@pytest.mark.rule("EX-A3")
def test_only_onto_sections_of_ones_campuses_and_by_who_may(db: Database, files: Files, college: FileCollege):
    southern = replace(files, user=college.user(college.south, roles=(Role.ENROLMENT_MANAGER,)))
    nobody = replace(files, user=college.user(roles=(Role.ENROLMENT_MANAGER,)))
    rows = (row(1), row(2, code="CHEM"))
    assert counted(southern.preview(REGISTRATIONS, *rows)) == {"new": 2}, "BIO is theirs too, though not owned"
    seen = nobody.preview(REGISTRATIONS, *rows)
    assert counted(seen) == {"problem": 2}
    assert "on your campuses" in nobody.problems(seen)[0][2]
    mine = files.preview(REGISTRATIONS, *rows)
    done = nobody.apply(mine)
    assert (done.new, done.left) == (0, 2), "whoever loads is asked, not whoever looked"
    with pytest.raises(AccessError):
        replace(files, user=user_with(db, Role.PLR_USER)).preview(REGISTRATIONS, *rows)


def test_who_was_changed_since_the_preview_is_left(db: Database, files: Files):
    files.bring(REGISTRATIONS, row(1), row(2))
    seen = files.preview(REGISTRATIONS, row(1, status="Withdrawn"), row(2, status="Withdrawn"), row(3))
    files.bring(REGISTRATIONS, row(1, status="On break"), row(3))
    done = files.apply(seen)
    assert (done.new, done.changed, done.left) == (0, 1, 2)
    assert [one[0] for one in enrolled(db).values()] == ["on_break", "dropped", "current"]


def test_the_day_of_the_preview_holds_past_midnight(db: Database, files: Files):
    files.bring(REGISTRATIONS, row(1))
    seen = files.preview(REGISTRATIONS, row(1, status="Withdrawn"))
    with db.write() as tx:
        tx.execute(update(file_job).where(file_job.c.id == seen.job_id).values(options=f'{{"today": "{YESTERDAY}"}}'))
    done = files.apply(seen)
    assert (done.changed, done.left) == (0, 1), "shown was another day"


def test_learners_whose_code_or_uln_is_not_one_persons(db: Database, files: Files):
    add_learner(db, 1, ukprn="10000002", uln=None)
    add_learner(db, 2, ref="twin")
    seen = files.preview(REGISTRATIONS, row(1), f",{uln_number(2)},BIO,Autumn,1,,,,")
    assert [(line, name) for line, name, _ in files.problems(seen)] == [(2, "ref"), (3, "uln")]


def test_killed_while_it_is_loaded(db: Database, files: Files, address: str):
    files.bring(REGISTRATIONS, row(1), row(2))
    seen = files.preview(REGISTRATIONS, row(1, status="Withdrawn"), row(2, status="On break"), row(3), row(4))
    before = snapshot(db, *WRITTEN)
    for moment in (("statement", 8), ("statement", 20), ("commit", 1)):
        dead = dying.child(killed_registrations_child.main, address, seen.job_id, *moment)
        assert dead.returncode == -signal.SIGKILL, (moment, dead.stderr)
        assert snapshot(db, *WRITTEN) == before, moment
    dead = dying.child(killed_registrations_child.main, address, seen.job_id, "commit", 2)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert [one[0] for one in enrolled(db).values()] == ["dropped", "on_break", "current", "current"], "it was done"


@dataclass
class There:
    status: str = "current"
    status_on: date | None = None
    starts: date | None = None
    ends: date | None = None


days = st.none() | st.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=9))
statuses = st.sampled_from(["scheduled", "current", "on_break", "dropped", "completed"])
wishes = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["current", "on_break", "dropped", "completed"]),
        "status_on": days.filter(bool),
        "starts": days.filter(bool),
        "ends": days.filter(bool),
    },
)


@given(there=st.none() | st.builds(There, statuses, days, days, days), values=wishes)
def test_what_a_row_means_holds_for_every_enrolment(there: There | None, values: dict[str, Any]):
    try:
        wanted = decide(values, there, TODAY)
    except InputError:
        return  # what is refused is listed in PROBLEMS
    if wanted is None:
        assert there is None
        assert values["status"] in {"dropped", "completed"}
        return
    now = replace(there or There(), **wanted)
    assert now.starts is None or now.ends is None or now.starts <= now.ends
    assert now.status_on is None or now.status_on <= TODAY or "status_on" not in wanted
    assert all(getattr(now, name) == values[name] for name in ("starts", "ends", "status_on") if name in values)
    if there is not None and now.status != there.status:
        told = values.get("status", "current")
        assert told in _STEPS[there.status] or {now.status, there.status} == {"scheduled", "current"}
    again = decide(values, now, TODAY)
    assert again is not None
    assert all(getattr(now, name) == value for name, value in again.items()), "a second time there is nothing to do"
