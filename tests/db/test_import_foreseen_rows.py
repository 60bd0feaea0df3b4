"""What the dry run foresees of enrolments: people nobody knows, rows of one learner, new courses, what is there."""

from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from app.access import User
from app.db.database import Database
from app.db.tables import (
    course,
    enrolment,
    section,
)
from app.imports import apply
from app.imports.dry_run import DryRun
from app.imports.repairs import Repair
from app.imports.rules import Severity
from app.tasks import TaskContext
from tests.imports.expected import Gives, On, Person, Subject, World
from tests.imports.files import chosen
from tests.imports.worlds import build, checked, ends, kept, rules

ANN = Person("A1", email="ann@x.example")
BOB = Person("B2", email="bob@x.example")
OPEN = Subject("ENG-1", "English", required=1, gives=(Gives("ama"), Gives("ancc")))
"""A course with something that stops a completion, and two credit types."""
FREE = Subject("FREE-1", "Free", required=0, gives=(Gives("ama"),))


def whole(made: DryRun) -> list[str]:
    return [one.rule for one in made.facts.findings]


def by_row(db: Database, made: DryRun) -> list[list[str]]:
    return [rules(row) for row in kept(db, made.job_id)]


@pytest.mark.rule("CR-33", "CR-25")
def test_an_unknown_learner_where_nothing_stops_a_completion(db: Database, user: User, tmp_path: Path):
    build(db, World((), (FREE, OPEN)))
    made = checked(db, user, tmp_path, [{"external_email": "new@x.example"}], "FREE-1")
    assert by_row(db, made) == [["CR-25", "CR-33"]]
    assert (made.to_confirm, ends(made), ends(made, {"CR-33"})) == ({"CR-33": 1}, {"refused": 1}, {"held": 1})
    calm = checked(db, user, tmp_path, [{"external_email": "new@x.example"}], "ENG-1")
    assert (by_row(db, calm), ends(calm)) == ([["CR-25"]], {"held": 1})


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
