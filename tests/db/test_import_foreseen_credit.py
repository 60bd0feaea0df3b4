"""What the dry run foresees of credit: amounts, types, what the course awards, what goes to outside bodies."""

from pathlib import Path

import pytest
from sqlalchemy import insert, update

from app.access import User
from app.db.database import Database
from app.db.tables import (
    course_credit,
    credit_mapping,
    learner,
)
from app.imports.dry_run import DryRun
from app.imports.repairs import Repair
from app.imports.rules import Severity
from tests.imports.expected import Gives, On, Person, Subject, World
from tests.imports.files import chosen
from tests.imports.worlds import build, checked, ends, kept, rules

ANN = Person("A1", email="ann@x.example")
BOB = Person("B2", email="bob@x.example")
OPEN = Subject("ENG-1", "English", required=1, gives=(Gives("ama"), Gives("ancc")))
"""A course with something that stops a completion, and two credit types."""


def by_row(db: Database, made: DryRun) -> list[list[str]]:
    return [rules(row) for row in kept(db, made.job_id)]


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


@pytest.mark.rule("CR-33")
def test_with_credit_of_its_own_the_other_types_are_named(db: Database, user: User, tmp_path: Path):
    both = Subject("FREE-1", required=None, gives=(Gives("ama"), Gives("ancc"), Gives("cme", active=False)))
    build(db, World((), (both,)))
    rows = [{"external_email": "new@x.example", "complete": "1", "credits": "2", "credit_type": "ama"}]
    (row,) = kept(db, checked(db, user, tmp_path, rows, "FREE-1").job_id)
    (told,) = [one.message for one in row.findings if one.rule == "CR-33"]
    assert "credited with ancc as soon as" in told


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
