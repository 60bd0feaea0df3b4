"""Import jobs and their rows as pages list them; the report, and the refused rows as a file to be imported again."""

import csv
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app import history
from app.access import Role, User
from app.conditions import Group, Join, Operator, Test
from app.db.database import Database
from app.db.tables import file_job, file_row, operation
from app.errors import AccessError, InputError
from app.imports import job_export, job_list, job_rows
from app.imports.dry_run import DryRun
from app.imports.job_list import JobRow, JobState
from app.imports.rules import Outcome, Severity
from app.tasks import Cancelled, TaskContext
from tests.builders import user_with
from tests.imports.expected import Gives, Person, Subject, World
from tests.imports.worlds import build, checked, kept

OPEN = Subject("ENG-1", "English", required=1, gives=(Gives("ama"), Gives("cme")))
FREE = Subject("FREE-1", "Free", required=0, gives=(Gives("ama"),))
PEOPLE = (Person("A1", family="O'Neill"), Person("B2"), Person("C3"))
ROWS = [
    {"external_user_id": "A1", "complete": "1", "date_completed": "2026-01-05", "credits": "2", "credit_type": "ama"},
    {"external_user_id": "B2", "complete": "1", "date_completed": "2026-01-05", "credits": "1", "credit_type": "ama"},
    {"external_user_id": "C3", "complete": "1", "date_completed": "2026-01-05", "credits": "2", "credit_type": "cme"},
    {"external_user_id": "=1+1", "complete": "0", "date_completed": "", "credits": "", "credit_type": ""},
]


def listed(db: Database, *args: Any, **more: Any) -> list[JobRow]:
    with db.read() as tx:
        ids = list(db.ids(tx, job_list.keys_query(*args, **more)))
        found = job_list.rows(tx, ids)
        return [found[key] for key in ids]


def numbers(db: Database, made: DryRun, quick: str = "", sort: str = "", **more: Any) -> list[int]:
    with db.read() as tx:
        ids = list(db.ids(tx, job_rows.keys_query(made.job_id, quick, sort, **more)))
        found = job_rows.rows(tx, ids)
        return [found[key].number for key in ids]


@pytest.fixture
def made(db: Database, user: User, tmp_path: Path) -> DryRun:
    build(db, World(PEOPLE, (OPEN, FREE)))
    return checked(db, user, tmp_path, ROWS)


def test_the_latest_job_first_with_what_it_would_do(db: Database, user: User, made: DryRun, tmp_path: Path):
    text = "external_user_id,credits \nA1,2\n"
    checked(db, user, tmp_path, text, None)
    failed, first = listed(db)
    assert (first.id, first.state, first.scope, first.course) == (
        made.job_id,
        JobState.VALIDATED,
        "course:ENG-1",
        "ENG-1",
    )
    assert (first.rows, first.owner, first.file_name) == (4, user.name, "records.csv")
    assert first.outcomes == {Outcome.CREDITED: 2, Outcome.HELD: 1, Outcome.ERROR: 1}
    assert (first.to_confirm, first.message, first.percent) == ({"CR-43": 1}, "", 0)
    assert (failed.state, failed.is_global, failed.course, failed.rows) == (JobState.FAILED, True, "", 0)
    assert "extra spaces" in failed.message
    assert [one.id for one in listed(db, None, "eng-1 RECORDS")] == [first.id]
    assert [one.id for one in listed(db, None, "nothing like it")] == []
    assert [one.id for one in listed(db, None, "", "scope", descending=False)] == [first.id, failed.id]
    asked = Group(Join.ALL, (Test("state", Operator.IS, "failed"),))
    assert [one.id for one in listed(db, asked)] == [failed.id]
    with db.read() as tx:
        assert tx.execute(job_list.total_query()).scalar_one() == 2
        assert job_list.one_job(tx, first.id) == first
        assert job_list.one_job(tx, 4711) is None


def test_every_state(db: Database, user: User, made: DryRun):
    def state(**values: Any) -> JobState:
        with db.write() as tx:
            tx.execute(update(file_job).where(file_job.c.id == made.job_id).values(**values))
        return listed(db)[0].state

    assert state(state="reading") is JobState.VALIDATING
    assert state(state="importing", reached=3) is JobState.IMPORTING
    assert listed(db)[0].percent == 50
    assert state(state="aborted") is JobState.ABORTED
    assert state(state="applied", counts='{"credited": 2, "skipped_existing": 2}') is JobState.IMPORTED
    assert listed(db)[0].percent == 100
    assert state(counts='{"credited": 2, "refused": 1, "held": 1}') is JobState.WITH_MESSAGES
    with db.write() as tx:
        begun = history.begin(tx, db, user.id, "records_imported")
        begun.end(tx)
    assert state(operation_id=begun.id) is JobState.WITH_MESSAGES
    for stored, told in (("undone", JobState.UNDONE), ("partly_undone", JobState.PARTLY_UNDONE)):
        with db.write() as tx:
            tx.execute(update(operation).where(operation.c.id == begun.id).values(state=stored))
        assert listed(db)[0].state is told


def test_other_files_are_not_listed(db: Database, user: User, made: DryRun):
    with db.write() as tx:
        job = tx.execute(select(file_job)).one()._asdict()
        tx.execute(insert(file_job).values({**job, "id": job["id"] + 1, "kind": "learners"}))
    assert [one.id for one in listed(db)] == [made.job_id]


def test_rows_by_rule_by_outcome_and_by_what_stands_in_them(db: Database, made: DryRun):
    assert numbers(db, made) == [2, 3, 4, 5]
    assert numbers(db, made, descending=True) == [5, 4, 3, 2]
    assert numbers(db, made, rule="CR-30") == [3]
    assert numbers(db, made, rule="CR-43") == [4]
    assert numbers(db, made, rule="CR-42") == []
    assert numbers(db, made, outcome=Outcome.CREDITED) == [2, 4]
    assert numbers(db, made, outcome=Outcome.REFUSED) == []
    assert numbers(db, made, "AMA") == [2, 3]
    assert numbers(db, made, "ama b2") == [3]
    assert numbers(db, made, "%") == []
    assert numbers(db, made, "", "learner") == [5, 3, 4, 2]
    with db.write() as tx:
        tx.execute(update(file_row).where(file_row.c.number == 2).values(outcome="refused"))
    assert numbers(db, made, outcome=Outcome.REFUSED) == [2]
    with db.read() as tx:
        assert job_rows.outcomes(tx, made.job_id) == {
            Outcome.CREDITED: 1,
            Outcome.HELD: 1,
            Outcome.REFUSED: 1,
            Outcome.ERROR: 1,
        }
        facts = job_rows.facts_of_job(tx, made.job_id)
    assert job_rows.rules(facts) == [
        ("CR-30", Severity.ERROR, 1),
        ("CR-43", Severity.CONFIRM, 1),
        ("CR-25", Severity.INFO, 1),
    ]


def test_a_rule_is_not_found_where_a_cell_only_says_so(db: Database, user: User, tmp_path: Path):
    build(db, World(PEOPLE, (OPEN, FREE)))
    row = {"external_user_id": '["CR-34",', "complete": "yes", "last_name": "José ÉTÉ"}
    made = checked(db, user, tmp_path, [row, {**row, "external_user_id": "new", "complete": '["CR-34",'}], "FREE-1")
    assert numbers(db, made, rule="CR-34") == []
    assert numbers(db, made, rule="CR-11") == [2, 3]
    for word in ('["cr-34",', "josé", "JOSÉ", "ÉTÉ"):
        assert 2 in numbers(db, made, word), word


def test_a_line_tells_what_the_file_says_and_who_it_is(db: Database, made: DryRun):
    with db.read() as tx:
        ids = list(db.ids(tx, job_rows.keys_query(made.job_id)))
        found = job_rows.rows(tx, ids)
    first, last = found[ids[0]], found[ids[-1]]
    assert (first.who, first.learner, first.outcome, first.findings) == ("A1", "O'Neill, Ann", Outcome.CREDITED, ())
    assert (last.who, last.learner, last.outcome) == ("=1+1", "", Outcome.HELD)
    assert first.said["credits"] == "2"
    assert "O'Neill" not in repr(first)
    with db.write() as tx:  # what was purged says nothing
        tx.execute(update(file_row).values(cells=None))
    with db.read() as tx:
        assert job_rows.rows(tx, ids)[ids[0]].who == ""


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_the_report_has_a_line_for_each_finding(db: Database, user: User, made: DryRun, tmp_path: Path):
    path = tmp_path / "report.csv"
    job_export.export_report(TaskContext(), db, user, made.job_id, path)
    head, *lines = _read(path)
    assert head == ["job", "file", "row", "column", "value", "rule", "severity", "message", "outcome", "repair"]
    job = str(made.job_id)
    assert lines[0] == [job, "records.csv", "2", "", "", "", "", "", "credited", ""]
    assert lines[1][2:7] == ["3", "credits", "1", "CR-30", "error"]
    assert [line[5] for line in lines] == ["", "CR-30", "CR-43", "CR-25"]
    assert [line[8] for line in lines] == ["credited", "error", "credited", "held"]
    summary = job_export.export_report(TaskContext(), db, user, made.job_id, tmp_path / "report.xlsx")
    assert (summary.rows, (tmp_path / "report.xlsx").read_bytes()[:2]) == (4, b"PK")


def test_refused_rows_come_back_corrected(db: Database, user: User, made: DryRun, tmp_path: Path):
    path = tmp_path / "refused.csv"
    job_export.export_refused(TaskContext(), db, user, made.job_id, path)
    head, *lines = _read(path)
    assert head == ["external_user_id", "credits", "credit_type", "complete", "date_completed", "rule", "message"]
    assert [line[:5] for line in lines] == [[row[name] for name in head[:5]] for row in ROWS[1:3]]
    assert [line[5] for line in lines] == ["CR-30", "CR-43"]
    assert lines[0][6].startswith("Switch Variable on")
    job_export.export_refused(TaskContext(), db, user, made.job_id, path, {"CR-43"})
    assert [line[5] for line in _read(path)[1:]] == ["CR-30"]
    corrected = path.read_text(encoding="utf-8-sig").replace("B2,1,ama", "B2,2,ama")
    again = checked(db, user, tmp_path, corrected)
    assert (again.rows, [one.rule for one in again.facts.findings]) == (1, [])
    assert again.outcomes() == {Outcome.CREDITED: 1}


def test_the_guard_against_formulas_comes_off_by_itself(db: Database, user: User, tmp_path: Path):
    build(db, World(PEOPLE, (OPEN,)))
    cells = ["=1+1", "'=1+1", "@x", "'quoted", "-5"]
    rows = [{"external_user_id": cell, "complete": "maybe"} for cell in cells]
    made = checked(db, user, tmp_path, rows)
    for name in ("refused.csv", "refused.xlsx"):
        path = tmp_path / name
        job_export.export_refused(TaskContext(), db, user, made.job_id, path)
        if name.endswith(".csv"):
            assert not [line for line in _read(path)[1:] if line[0][:1] in "=+-@"]
            text = path.read_text(encoding="utf-8-sig").replace("maybe", "0")
            again = checked(db, user, tmp_path, text)
            assert [row.cells[0] for row in kept(db, again.job_id)] == cells
            assert again.outcomes() == {Outcome.HELD: len(cells)}


def test_applied_rows_are_exported_by_what_became_of_them(db: Database, user: User, made: DryRun, tmp_path: Path):
    with db.write() as tx:
        tx.execute(update(file_job).values(state="applied"))
        tx.execute(update(file_row).values(outcome="credited"))
    path = tmp_path / "refused.csv"
    with pytest.raises(InputError, match="No row of this job was refused"):
        job_export.export_refused(TaskContext(), db, user, made.job_id, path)
    assert not path.exists()
    with db.write() as tx:
        tx.execute(update(file_row).where(file_row.c.number == 4).values(outcome="refused"))
    job_export.export_refused(TaskContext(), db, user, made.job_id, path)
    assert [(line[0], line[5]) for line in _read(path)[1:]] == [("C3", "CR-43")]


def test_exports_need_both_rights_and_can_be_cancelled(db: Database, user: User, made: DryRun, tmp_path: Path):
    path = tmp_path / "report.csv"
    for role in (Role.ENROLMENT_MANAGER, Role.LMS_ADMINISTRATOR):
        for export in (job_export.export_report, job_export.export_refused):
            with pytest.raises(AccessError):
                export(TaskContext(), db, user_with(db, role), made.job_id, path)
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        job_export.export_report(context, db, user, made.job_id, path)
    with pytest.raises(InputError):
        job_export.export_report(TaskContext(), db, user, 4711, path)
    assert not path.exists()
