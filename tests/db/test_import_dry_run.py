"""The dry run by the acceptance checks of the contract (course-record-import.md 12) that are about prediction."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.access import Role, User
from app.db.database import Database
from app.db.tables import (
    file_job,
    file_row,
    metadata,
)
from app.errors import AccessError, InputError
from app.imports import dry_run
from app.imports.columns import Importer
from app.imports.dry_run import DryRun, Options
from app.imports.repairs import Repair, Repairs
from app.tasks import Cancelled, Progress, TaskContext
from tests.builders import user_with
from tests.imports.expected import Gives, On, Person, Subject, World
from tests.imports.files import chosen
from tests.imports.worlds import build, checked, csv_of, ends, kept

ANN = Person("A1", email="ann@x.example")
BOB = Person("B2", email="bob@x.example")
OPEN = Subject("ENG-1", "English", required=1, gives=(Gives("ama"), Gives("ancc")))
"""A course with something that stops a completion, and two credit types."""


def whole(made: DryRun) -> list[str]:
    return [one.rule for one in made.facts.findings]


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
