"""The dry run by the acceptance checks of the contract (course-record-import.md 12) that are about prediction."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from app.access import Role, User
from app.db.database import Database
from app.db.tables import (
    course,
    course_credit,
    credit_mapping,
    enrolment,
    file_job,
    file_row,
    learner,
    metadata,
    section,
)
from app.errors import AccessError, InputError
from app.imports import apply, dry_run
from app.imports.columns import Importer
from app.imports.dry_run import DryRun, Options
from app.imports.repairs import Repair, Repairs
from app.imports.rules import Severity
from app.tasks import Cancelled, Progress, TaskContext
from tests.builders import user_with
from tests.imports.expected import Gives, On, Person, Subject, World
from tests.imports.files import chosen
from tests.imports.worlds import build, checked, csv_of, ends, kept, rules

ANN = Person("A1", email="ann@x.example")
BOB = Person("B2", email="bob@x.example")
OPEN = Subject("ENG-1", "English", required=1, gives=(Gives("ama"), Gives("ancc")))
"""A course with something that stops a completion, and two credit types."""
FREE = Subject("FREE-1", "Free", required=0, gives=(Gives("ama"),))


def whole(made: DryRun) -> list[str]:
    return [one.rule for one in made.facts.findings]


def by_row(db: Database, made: DryRun) -> list[list[str]]:
    return [rules(row) for row in kept(db, made.job_id)]


def test_nothing_but_the_job_and_its_rows_is_written(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN, BOB), (OPEN,), (On(1, 0, starts="2025-09-01"),)))
    others = [table for table in metadata.sorted_tables if table not in (file_job, file_row)]

    def everything() -> dict[str, list[object]]:
        with db.read() as tx:
            return {one.name: list(tx.execute(select(one).order_by(*one.primary_key))) for one in others}

    before = everything()
    rows = [
        {"external_user_id": "A1", "complete": "1", "credits": "2", "credit_type": "ama"},
        {"external_user_id": "B2", "complete": "1", "credits": "", "credit_type": ""},
        {"external_user_id": "nobody", "complete": "0", "credits": "", "credit_type": ""},
    ]
    made = checked(db, user, tmp_path, rows)
    assert everything() == before
    assert ends(made) == {"completed": 1, "credited": 1, "held": 1}
    with db.read() as tx:
        job = tx.execute(select(file_job).where(file_job.c.id == made.job_id)).one()
        assert dry_run.of_job(tx, made.job_id).facts == made.facts
    assert (job.state, job.scope, job.kind) == ("checked", "course:ENG-1", "course_records")
    assert [row.number for row in kept(db, made.job_id)] == [2, 3, 4]


@pytest.mark.rule("CR-02")
def test_a_heading_with_spaces_ends_the_job_and_its_repair_does_not(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (OPEN,)))
    text = "external_user_id,complete,credits ,credit_type\nA1,1,2,ama\n"
    made = checked(db, user, tmp_path, text)
    assert made.refused
    assert whole(made) == ["CR-02"]
    assert kept(db, made.job_id) == []
    with db.read() as tx:
        job = tx.execute(select(file_job)).one()
    assert (job.state, bool(job.ended_at), job.message) == ("failed", True, made.message)
    mended = checked(db, user, tmp_path, text, repairs=chosen(Repair("CR-02")))
    assert (mended.refused, ends(mended)) == (False, {"credited": 1})


@pytest.mark.rule("CR-01")
def test_a_file_that_cannot_be_read_to_its_end_keeps_no_row(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (OPEN,)))
    text = "external_user_id,title\n" + "A1,x\n" * 30 + 'A1,"never closed\n'
    made = checked(db, user, tmp_path, text, batch=10)
    assert (made.refused, whole(made), made.rows, ends(made)) == (True, ["CR-01"], 0, {})
    assert kept(db, made.job_id) == []


@pytest.mark.rule("CR-35")
def test_credit_on_an_incomplete_record(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (OPEN,)))
    rows = [{"external_user_id": "A1", "complete": "0", "credits": "2", "credit_type": "ama"}]
    made = checked(db, user, tmp_path, rows)
    assert (ends(made), by_row(db, made)) == ({"error": 1}, [["CR-35"]])
    mended = checked(db, user, tmp_path, rows, repairs=chosen(Repair("CR-35")))
    assert ends(mended) == {"enrolled": 1}


@pytest.mark.rule("CR-30", "CR-31", "CR-32")
def test_amounts_against_what_the_course_gives(db: Database, user: User, tmp_path: Path):
    built = build(db, World((ANN, BOB), (Subject("ENG-1", gives=(Gives("ama", most=500, step=200),)),)))
    rows = [
        {
            "external_user_id": "A1",
            "complete": "1",
            "date_completed": "2026-01-05",
            "credits": "3",
            "credit_type": "ama",
        },
        {
            "external_user_id": "B2",
            "complete": "1",
            "date_completed": "2026-01-05",
            "credits": "6",
            "credit_type": "ama",
        },
    ]
    assert by_row(db, checked(db, user, tmp_path, rows)) == [["CR-30"], ["CR-31"]]
    with db.write() as tx:
        tx.execute(update(course_credit).where(course_credit.c.course_id == built.subjects[0]).values(variable=True))
    made = checked(db, user, tmp_path, rows)
    assert by_row(db, made) == [["CR-32"], ["CR-31"]]
    assert ends(made) == {"credited": 1, "error": 1}
    with db.write() as tx:
        tx.execute(update(course_credit).values(increment=100))
    assert by_row(db, checked(db, user, tmp_path, rows[:1])) == [[]]


@pytest.mark.rule("CR-33", "CR-25")
def test_an_unknown_learner_where_nothing_stops_a_completion(db: Database, user: User, tmp_path: Path):
    build(db, World((), (FREE, OPEN)))
    made = checked(db, user, tmp_path, [{"external_email": "new@x.example"}], "FREE-1")
    assert by_row(db, made) == [["CR-25", "CR-33"]]
    assert (made.to_confirm, ends(made), ends(made, {"CR-33"})) == ({"CR-33": 1}, {"refused": 1}, {"held": 1})
    calm = checked(db, user, tmp_path, [{"external_email": "new@x.example"}], "ENG-1")
    assert (by_row(db, calm), ends(calm)) == ([["CR-25"]], {"held": 1})


@pytest.mark.rule("CR-33")
def test_with_credit_of_its_own_the_other_types_are_named(db: Database, user: User, tmp_path: Path):
    both = Subject("FREE-1", required=None, gives=(Gives("ama"), Gives("ancc"), Gives("cme", active=False)))
    build(db, World((), (both,)))
    rows = [{"external_email": "new@x.example", "complete": "1", "credits": "2", "credit_type": "ama"}]
    (row,) = kept(db, checked(db, user, tmp_path, rows, "FREE-1").job_id)
    (told,) = [one.message for one in row.findings if one.rule == "CR-33"]
    assert "credited with ancc as soon as" in told


@pytest.mark.rule("CR-34")
def test_enrolling_where_nothing_stops_a_completion(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN, BOB), (FREE, OPEN), (On(1, 0),)))
    rows = [{"external_user_id": "A1", "complete": "0"}, {"external_user_id": "B2", "complete": "0"}]
    made = checked(db, user, tmp_path, rows, "FREE-1")
    assert by_row(db, made) == [["CR-34"], ["CR-42"]]
    assert ends(made) == {"refused": 1, "skipped_existing": 1}
    assert ends(made, {"CR-34"}) == {"completed": 1, "skipped_existing": 1}
    later = checked(db, user, tmp_path, rows, "FREE-1", assign=False)
    assert (by_row(db, later)[0], ends(later)) == ([], {"held": 1, "skipped_existing": 1})
    assert ends(checked(db, user, tmp_path, rows, "ENG-1")) == {"enrolled": 2}


@pytest.mark.rule("CR-36")
def test_several_types_in_one_row(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (OPEN,)))
    rows = [{"external_user_id": "A1", "complete": "1", "credits": "2;2", "credit_type": "ama;ancc"}]
    made = checked(db, user, tmp_path, rows)
    assert ends(made) == {"error": 1}
    split = checked(db, user, tmp_path, rows, repairs=chosen(Repair("CR-36")))
    assert (split.rows, ends(split)) == (1, {"credited": 1})
    world = World((), (Subject("OTHER", gives=(Gives("ama/ancc"),)),), types=("ama/ancc",), reported=frozenset())
    build(db, world)
    named = [{"external_user_id": "A1", "complete": "1", "credits": "2", "credit_type": "ama/ancc"}]
    assert ends(checked(db, user, tmp_path, named, "OTHER")) == {"credited": 1}


@pytest.mark.rule("CR-37")
@pytest.mark.parametrize("batch", [1, 4_000])
def test_two_rows_of_one_learner(db: Database, user: User, tmp_path: Path, batch: int):
    build(db, World((ANN, BOB), (OPEN,)))
    ama = {
        "external_user_id": "A1",
        "complete": "1",
        "date_completed": "2026-01-05",
        "credits": "2",
        "credit_type": "ama",
    }
    made = checked(db, user, tmp_path, [ama, {**ama, "credit_type": "ancc"}], batch=batch)
    assert (ends(made), by_row(db, made)) == ({"credited": 2}, [[], []])
    made = checked(db, user, tmp_path, [ama, {**ama, "credits": "1"}], batch=batch)
    assert ends(made) == {"error": 2}
    assert [row.findings[-1].message for row in kept(db, made.job_id)] == [
        "Row 3 is of the same learner, course and credit type, and says something else. Keep one of them.",
        "Row 2 is of the same learner, course and credit type, and says something else. Keep one of them.",
    ]
    other = {**ama, "external_user_id": "B2"}
    made = checked(db, user, tmp_path, [ama, other, ama, {**ama, "external_user_id": "a1"}], batch=batch)
    assert ends(made) == {"credited": 2, "skipped_duplicate": 2}
    assert by_row(db, made) == [[], [], ["CR-37"], ["CR-37"]]
    assert made.facts.rules == {("CR-37", Severity.WARN): 2}


@pytest.mark.rule("CR-38")
@pytest.mark.parametrize("batch", [1, 4_000])
def test_one_participant_counted_twice(db: Database, user: User, tmp_path: Path, batch: int):
    build(db, World((ANN,), (OPEN,)))
    first = {
        "external_user_id": "A1", "complete": "1", "date_completed": "2026-01-05", "enrollment_start": "2025-09-01",
        "participant_category": "physician", "credits": "2", "credit_type": "ama",
    }  # fmt: skip
    rows = [first, {**first, "credit_type": "ancc"}]
    made = checked(db, user, tmp_path, rows, batch=batch)
    assert (by_row(db, made), ends(made)) == ([["CR-38"], ["CR-38"]], {"credited": 2})
    (offer,) = made.offers
    assert (offer.repair, offer.applied) == (Repair("CR-38"), False)
    mended = checked(db, user, tmp_path, rows, batch=batch, repairs=chosen(Repair("CR-38")))
    assert (by_row(db, mended), ends(mended)) == ([[], []], {"credited": 2})
    assert [one.applied for one in mended.offers] == [True]


@pytest.mark.rule("CR-26", "CR-27", "CR-41")
def test_a_global_import_with_two_new_courses(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN, BOB), (OPEN,)))
    codes = ["ENG-1"] * 4 + ["NEW-1", "new-1", "NEW-2", "NEW-2", "ENG-1", "NEW-1"]
    rows = [
        {"external_course_id": code, "title": "English", "external_user_id": f"p{at}", "complete": "1",
         "date_completed": "2026-01-05"}
        for at, code in enumerate(codes)
    ]  # fmt: skip
    made = checked(db, user, tmp_path, rows, None, batch=3)
    assert made.to_confirm == {"CR-26": 2, "CR-41": 10}
    assert whole(made) == ["CR-41"]
    told = by_row(db, made)
    assert [at for at, found in enumerate(told) if "CR-26" in found] == [4, 6]
    assert [at for at, found in enumerate(told) if "CR-27" in found] == [4, 5, 6, 7, 9]
    assert ends(made, {"CR-26", "CR-41"}) == {"held": 10}
    assert ends(made, {"CR-41"}) == {"held": 5, "refused": 5}
    assert ends(made, {"CR-26"}) == {"refused": 10}
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(course)).scalar_one() == 1


@pytest.mark.rule("CR-26")
@pytest.mark.parametrize("batch", [1, 100])
def test_a_course_of_which_every_row_is_refused_is_not_asked_about(
    db: Database, user: User, tmp_path: Path, batch: int
):
    build(db, World((ANN, BOB), (OPEN,)))
    codes = ["NEW-1", "NEW-2", "NEW-2", "NEW-3", "NEW-3", "NEW-3"]
    rows = [
        {"external_course_id": code, "title": "English", "external_user_id": "A1" if at in (0, 2, 3, 4) else "B2",
         "complete": "1", "date_completed": f"2026-01-0{at + 1}"}
        for at, code in enumerate(codes)
    ]  # fmt: skip
    rows[0]["date_completed"] = rows[1]["date_completed"] = "soon"
    made = checked(db, user, tmp_path, rows, None, batch=batch)
    assert made.to_confirm == {"CR-26": 2, "CR-41": 6}, "NEW-1 has no row that may be applied"
    told = by_row(db, made)
    assert [at for at, found in enumerate(told) if "CR-26" in found] == [2, 5]
    assert ends(made, {"CR-26", "CR-41"}) == {"error": 4, "completed": 2}


@pytest.mark.rule("CR-42")
def test_credit_that_is_there_already(db: Database, user: User, tmp_path: Path):
    has = On(0, 0, complete=True, completed_on="2026-01-05", credit=(("ama", 200, "2026-01-05"),))
    build(db, World((ANN, BOB), (Subject("ENG-1", gives=(Gives("ama", variable=True),)),), (has,)))
    row = {"external_user_id": "A1", "complete": "1", "date_completed": "", "credits": "2", "credit_type": "ama"}
    same = checked(db, user, tmp_path, [row])
    (found,) = kept(db, same.job_id)
    assert (ends(same), [one.weight for one in found.findings]) == (
        {"skipped_existing": 1},
        [Severity.WARN, Severity.INFO],
    )
    for change in (
        {"credits": "1"},
        {"date_completed": "2026-02-06"},
        {"credit_type": "", "credits": "", "complete": "0"},
    ):
        made = checked(db, user, tmp_path, [{**row, **change}])
        assert ends(made) == {"error": 1}, change
        assert by_row(db, made)[0][-1] == "CR-42"


@pytest.mark.rule("CR-42")
def test_an_enrolment_that_is_there_already(db: Database, user: User, tmp_path: Path):
    there = (
        On(0, 0, starts="2025-09-01", attended=True, category="physician"),
        On(1, 0, credit=(("ama", 200, "2026-01-05"),)),
    )
    build(db, World((ANN, BOB), (OPEN,), there))

    def outcome(user_id: str, **cells: str) -> str:
        made = checked(db, user, tmp_path, [{"external_user_id": user_id, **cells}])
        return next(iter(ends(made)))

    assert outcome("A1", attended="1") == "skipped_existing"
    assert outcome("A1", attended="1", enrollment_start="2025-09-01", participant_category="physician") == (
        "skipped_existing"
    )
    assert outcome("A1", attended="1", enrollment_start="2025-10-01") == "error"
    assert outcome("A1", attended="1", participant_category="other") == "error"
    assert outcome("A1") == "error"  # an attendance that is left out is none
    assert outcome("A1", complete="1", enrollment_start="2025-10-01") == "completed"
    assert outcome("B2", complete="1", credits="2", credit_type="ama") == "error"
    assert outcome("B2", complete="1", credits="2", credit_type="ancc") == "completed"


@pytest.mark.rule("CR-43", "CR-44")
def test_credit_in_the_file_is_not_reported_and_credit_of_the_course_is(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (Subject("ENG-1", gives=(Gives("cme"),)),)))
    row = {
        "external_user_id": "A1",
        "complete": "1",
        "date_completed": "2026-01-05",
        "credits": "",
        "credit_type": "",
    }
    awarded = checked(db, user, tmp_path, [row])
    (found,) = kept(db, awarded.job_id)
    assert [(one.rule, one.message) for one in found.findings] == [
        ("CR-44", "2 cme will be awarded by the course and reported to CPE Monitor.")
    ]
    assert ends(awarded) == {"completed": 1}
    told = checked(db, user, tmp_path, [{**row, "credits": "2", "credit_type": "cme"}])
    (found,) = kept(db, told.job_id)
    assert [one.message for one in found.findings] == ["This credit will not reach CPE Monitor."]
    assert (told.to_confirm, ends(told), ends(told, {"CR-43"})) == ({"CR-43": 1}, {"refused": 1}, {"credited": 1})


@pytest.mark.rule("CR-45")
def test_where_the_course_awards_nothing_now(db: Database, user: User, tmp_path: Path):
    subjects = (Subject("VAR", gives=(Gives("ama", variable=True),)), OPEN, Subject("NONE"))
    build(db, World((ANN,), subjects))
    known = {"external_user_id": "A1", "complete": "1", "date_completed": "2026-01-05"}
    unknown = {**known, "external_user_id": "nobody"}
    assert by_row(db, checked(db, user, tmp_path, [known, unknown], "VAR")) == [["CR-45"], ["CR-25", "CR-45"]]
    assert by_row(db, checked(db, user, tmp_path, [known, unknown], "ENG-1")) == [["CR-44"], ["CR-25", "CR-45"]]
    assert by_row(db, checked(db, user, tmp_path, [known, unknown], "NONE")) == [[], ["CR-25"]]
    assert by_row(db, checked(db, user, tmp_path, [known], "ENG-1", assign=False)) == [["CR-45"]]


@pytest.mark.rule("CR-44", "CR-45")
def test_a_mapping_says_who_is_awarded_what(db: Database, user: User, tmp_path: Path):
    built = build(db, World((ANN, BOB), (OPEN,)))
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == built.people[0]).values(tutor_group="Nurses"))
        values = {"course_id": built.subjects[0], "field": "tutor_group", "value": "nurses"}
        tx.execute(insert(credit_mapping).values(**values, type_id=built.types["ama"]))
        values |= {"field": "participant_category", "value": "Physician"}
        tx.execute(insert(credit_mapping).values(**values, type_id=built.types["ancc"]))
    done = {"complete": "1", "date_completed": "2026-01-05", "enrollment_start": "2025-09-01"}
    rows = [
        {"external_user_id": "A1", **done, "participant_category": "other"},
        {"external_user_id": "B2", **done, "participant_category": "other"},
    ]
    found = kept(db, checked(db, user, tmp_path, rows).job_id)
    assert [[one.message for one in row.findings] for row in found] == [
        ["2 ama will be awarded by the course."],
        ["No credit is awarded now: the course gives some, but none of its types is meant for this learner, or they "
         "have it."],
    ]  # fmt: skip
    rows = [{**row, "participant_category": "PHYSICIAN"} for row in rows]
    found = kept(db, checked(db, user, tmp_path, rows).job_id)
    assert [row.findings[0].message for row in found] == [
        "2 ama and 2 ancc will be awarded by the course.",
        "2 ancc will be awarded by the course.",
    ]


def test_what_is_not_applied_is_not_to_be_confirmed(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (Subject("ENG-1", required=0, gives=(Gives("cme"),)),)))
    rows = [
        {
            "external_user_id": "A1",
            "complete": "1",
            "date_completed": "2026-01-05",
            "credits": "1",
            "credit_type": "cme",
        },
        {"external_email": "new@x.example", "complete": "nonsense"},
    ]
    made = checked(db, user, tmp_path, rows)
    assert (ends(made), made.to_confirm) == ({"error": 2}, {})
    assert by_row(db, made) == [["CR-30"], ["CR-11", "CR-25"]]


@pytest.mark.rule("CR-42")
def test_of_several_enrolments_on_one_course_a_complete_one_counts(db: Database, user: User, tmp_path: Path):
    built = build(db, World((ANN, BOB), (OPEN,), (On(0, 0), On(1, 0))))
    with db.write() as tx:
        first = tx.execute(select(section)).one()._asdict()
        other = tx.execute(
            insert(section).values({**first, "id": first["id"] + 1, "number": 2}).returning(section.c.id)
        )
        values = {"section_id": other.scalar_one(), "origin": "hand", "complete": True}
        tx.execute(insert(enrolment).values(learner_id=built.people[0], **values))
        gone = db.now(tx)
        tx.execute(insert(enrolment).values(learner_id=built.people[1], **values, removed_at=gone))
    rows = [{"external_user_id": "A1", "complete": "1"}, {"external_user_id": "B2", "complete": "1"}]
    assert ends(checked(db, user, tmp_path, rows)) == {"completed": 1, "skipped_existing": 1}


@pytest.mark.rule("CR-15", "CR-16")
def test_types_that_are_not_known_or_not_given(db: Database, user: User, tmp_path: Path):
    subjects = (Subject("ENG-1", gives=(Gives("ama", active=False),)), Subject("SHELL", shell=True))
    build(db, World((ANN,), subjects))
    row = {"external_user_id": "A1", "complete": "1", "date_completed": "2026-01-05", "credits": "2"}
    rows = [{**row, "credit_type": code} for code in ("AMA", "ama", "ancc")]
    found = kept(db, checked(db, user, tmp_path, rows).job_id)
    assert [rules(one) for one in found] == [["CR-15"], ["CR-16"], ["CR-16"]]
    assert "Those set up are ama, ancc and cme" in found[0].findings[0].message
    assert ends(checked(db, user, tmp_path, rows[1:], "SHELL")) == {"credited": 2}


@pytest.mark.rule("CR-12")
def test_days_first_and_a_choice_that_is_impossible(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN, BOB), (OPEN,)))
    row = {"external_user_id": "A1", "complete": "1", "date_completed": "03/04/2025"}
    assert ends(checked(db, user, tmp_path, [row])) == {"error": 1}
    day_first = Repairs(frozenset({Repair("CR-12", "date_completed", "day")}))
    made = checked(db, user, tmp_path, [row], repairs=day_first)
    assert ends(made) == {"completed": 1}
    read = made.facts.reader().read(2, 2, kept(db, made.job_id)[0].cells)
    assert read.records[0].completed_on == date(2025, 4, 3)
    rows = [row, {**row, "external_user_id": "B2", "date_completed": "25/04/2025"}]
    month_first = Repairs(frozenset({Repair("CR-12", "date_completed", "month")}))
    refused = checked(db, user, tmp_path, rows, repairs=month_first)
    assert ends(refused) == {"error": 2}
    assert refused.facts.asked.repairs == Repairs()


@pytest.mark.rule("CR-09")
def test_a_file_that_was_imported_before(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (OPEN,)))
    rows = [{"external_user_id": "A1", "complete": "0"}]
    first = checked(db, user, tmp_path, rows)
    assert whole(checked(db, user, tmp_path, rows)) == []  # looked at is not imported
    with db.write() as tx:
        tx.execute(update(file_job).where(file_job.c.id == first.job_id).values(state="aborted", reached=2))
    again = checked(db, user, tmp_path, rows)
    (told,) = again.facts.findings
    assert told.rule == "CR-09"
    assert told.message.endswith(f"by {user.name}, job {first.job_id}.")
    assert (ends(again), ends(again, {"CR-09"})) == ({"refused": 1}, {"enrolled": 1})
    assert whole(checked(db, user, tmp_path, [{"external_user_id": "A1", "complete": ""}])) == []


@pytest.mark.rule("CR-42")
def test_a_row_that_waits_already_is_not_held_twice(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (OPEN,)))
    row = {
        "external_user_id": "new",
        "external_email": "New@x.example",
        "complete": "0",
        "credits": "",
        "credit_type": "",
    }
    first = checked(db, user, tmp_path, [row])
    apply.apply(TaskContext(), db, user, first.job_id)

    def again(assign: bool = True, **change: str) -> tuple[str, list[str]]:
        made = checked(db, user, tmp_path, [{**row, **change}], assign=assign)
        return next(iter(made.outcomes(made.to_confirm))).value, by_row(db, made)[0]

    assert again() == ("skipped_existing", ["CR-25", "CR-42"])
    assert again(external_user_id="NEW", external_email="new@X.example") == ("skipped_existing", ["CR-25", "CR-42"])
    assert again(complete="1", credits="2", credit_type="ama")[0] == "held"
    assert again(external_email="other@x.example")[0] == "held"
    assert again(external_user_id="A1") == ("enrolled", [])
    later = checked(db, user, tmp_path, [{**row, "external_user_id": "A1", "external_email": ""}], assign=False)
    apply.apply(TaskContext(), db, user, later.job_id)
    assert again(False, external_user_id="A1", external_email="")[0] == "skipped_existing"
    assert again(True, external_user_id="A1", external_email="")[0] == "enrolled"


def test_a_cancel_leaves_nothing_behind(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (OPEN,)))
    path = tmp_path / "many.csv"
    path.write_text(csv_of([{"external_user_id": f"n{at}"} for at in range(200)]), encoding="utf-8")

    def after_some(progress: Progress) -> None:
        with db.read() as tx:
            if tx.execute(select(func.count()).select_from(file_row)).scalar_one():
                context.cancel()

    context = TaskContext(after_some)
    twice = csv_of([{"external_user_id": f"n{at % 100}"} for at in range(200)])
    path.write_text(twice, encoding="utf-8")
    with pytest.raises(Cancelled):
        dry_run.dry_run(context, db, user, path, Options(Importer.COURSE, "ENG-1"), batch=50)
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(file_job)).scalar_one() == 0
        assert tx.execute(select(func.count()).select_from(file_row)).scalar_one() == 0


def test_who_may_and_into_what(db: Database, user: User, tmp_path: Path):
    build(db, World((ANN,), (OPEN,)))
    other = user_with(db, Role.ENROLMENT_MANAGER)
    with pytest.raises(AccessError):
        checked(db, other, tmp_path, [{"external_user_id": "A1"}])
    with pytest.raises(InputError, match="no course with the external id"):
        checked(db, user, tmp_path, [{"external_user_id": "A1"}], "NOBODY-KNOWS")
    path = tmp_path / "gone.csv"
    with pytest.raises(InputError):
        dry_run.dry_run(TaskContext(), db, user, path, Options(Importer.COURSE, "eng-1"))
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(file_job)).scalar_one() == 0
        with pytest.raises(InputError):
            dry_run.of_job(tx, 4711)
