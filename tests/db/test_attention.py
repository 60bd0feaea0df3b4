"""What waits for somebody, counted on both databases alike: each number from rows of the test's own."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, update

from app import attention, month_list
from app.access import Role, User
from app.attention import Matter
from app.db import locks
from app.db.database import Database
from app.db.locks import STALE_AFTER
from app.db.tables import aim, file_job, hold, job_lock, learner, operation, plr_check, sync_error
from app.lms.errors import CAUSES
from app.month_list import Step
from tests.builders import add_learner, licences_on, uln_number, user_with
from tests.imports import credit_rows
from tests.imports.importing import Importing, done
from tests.lms.college import College
from tests.lms.rows import MOMENT, add_course, add_run

TODAY = date.today()
NOW = datetime.now(UTC)
YEAR_BEGAN = date(TODAY.year if TODAY.month >= 8 else TODAY.year - 1, 8, 1)
INFORMATION = next(code for code, one in CAUSES.items() if one.information)
ERROR = next(code for code, one in CAUSES.items() if not one.information)


def numbers(db: Database, user: User, **more: object) -> dict[Matter, int]:
    with db.read() as tx:
        return {one.matter: one.number for one in attention.waiting(db, tx, user, **more)}  # type: ignore[arg-type]


def some(db: Database, user: User, *matters: Matter) -> dict[Matter, int]:
    return {matter: number for matter, number in numbers(db, user).items() if matter in matters}


def add_aim(db: Database, learner_id: int, starts: date) -> None:
    with db.write() as tx:
        tx.execute(insert(aim).values(learner_id=learner_id, year="2627", seq=1, starts=starts))


def add_check(db: Database, learner_id: int, outcome: str, at: datetime = NOW) -> None:
    with db.write() as tx:
        tx.execute(insert(plr_check).values(learner_id=learner_id, at=at, outcome=outcome))


def add_error(db: Database, code: str, level: str = "course", **other: object) -> None:
    with db.write() as tx:
        values = {"code": code, "level": level, "since": MOMENT, **other}
        tx.execute(insert(sync_error).values(**values))


def test_an_empty_database_has_nothing_that_waits(db: Database, user: User):
    licences_on(db)
    assert numbers(db, user) == dict.fromkeys(Matter, 0)


def test_learners_by_what_is_missing(db: Database, user: User):
    licences_on(db)
    add_learner(db, uln=None)
    add_learner(db, uln=None, removed_at=NOW)
    add_aim(db, add_learner(db, uln="9999999999"), TODAY - timedelta(days=61))
    add_aim(db, add_learner(db, uln="9999999999"), TODAY - timedelta(days=5))
    add_learner(db, uln="1234567890")
    twin = uln_number(900)
    held = [add_learner(db, 900 + place, uln=twin) for place in range(2)]
    for key, outcome in zip(held, ("failed", "refused"), strict=True):
        add_check(db, key, outcome)
    add_check(db, add_learner(db, 903), "refused", NOW - timedelta(days=40))
    add_aim(db, add_learner(db, 904), YEAR_BEGAN)
    add_aim(db, add_learner(db, 905), YEAR_BEGAN - timedelta(days=1))
    add_aim(db, held[0], YEAR_BEGAN)
    found = some(db, user, *(one for one, place in attention.places().items() if place.page == "learners"))
    assert found == {
        Matter.NO_ULN: 1,
        Matter.TEMPORARY_ULN: 1,
        Matter.BAD_ULN: 1,
        Matter.ULN_TWICE: 2,
        Matter.NEW_STARTERS: 1,
        Matter.FAILED: 1,
        Matter.REFUSED: 1,
    }


def test_errors_that_need_somebody_holds_and_new_courses(db: Database, user: User):
    add_error(db, ERROR, since=MOMENT - timedelta(days=2))
    add_error(db, ERROR, snoozed_until=NOW - timedelta(hours=1))
    add_error(db, ERROR, snoozed_until=NOW + timedelta(hours=1))
    add_error(db, ERROR, accepted_reason="as it should be")
    add_error(db, ERROR, accepted_reason="for now", accepted_until=TODAY - timedelta(days=1))
    add_error(db, ERROR, cleared_at=NOW)
    add_error(db, INFORMATION)
    add_error(db, ERROR, "connection")
    run = add_run(db)
    with db.write() as tx:
        tx.execute(insert(hold).values(run_id=run, kind="courses", items="[1, 2]"))
        tx.execute(insert(hold).values(run_id=run, kind="courses", items="[1]", decided_at=NOW, decision="keep"))
    add_course(db, state="new")
    add_course(db, state="new", removed_at=NOW)
    add_course(db)
    with db.read() as tx:
        found = {one.matter: one for one in attention.waiting(db, tx, user)}
    assert (found[Matter.SYNC_ERRORS].number, found[Matter.SYNC_ERRORS].since) == (3, MOMENT - timedelta(days=2))
    assert (found[Matter.LMS_DOWN].number, found[Matter.LMS_DOWN].since) == (1, MOMENT)
    assert found[Matter.HOLDS].number == 1
    assert (found[Matter.NEW_COURSES].number, found[Matter.NEW_COURSES].since) == (1, MOMENT)


def test_extracts_within_the_campuses_of_the_user(db: Database, user: User):
    college = College(db)
    a, b = college.campus("Avon"), college.campus("Brook")
    autumn = college.term("Autumn", (a, b))
    of_a, of_b = college.section("ART", autumn, [a]), college.section("BIO", autumn, [b])
    for section in (of_a, of_a, of_b):
        college.record(section, "rejected")
    college.record(of_b, "transmitted", extracted_at=NOW - timedelta(hours=25))
    college.record(of_b, "transmitted", extracted_at=NOW - timedelta(hours=23))
    wanted = (Matter.REJECTED, Matter.OVERDUE)
    assert some(db, user, *wanted) == {Matter.REJECTED: 3, Matter.OVERDUE: 1}
    assert some(db, college.user(a), *wanted) == {Matter.REJECTED: 2, Matter.OVERDUE: 0}
    assert some(db, college.user(b), *wanted) == {Matter.REJECTED: 1, Matter.OVERDUE: 1}


def test_imports_and_what_is_due_to_outside_bodies(db: Database, user: User, tmp_path: Path):
    world = Importing(db, user, tmp_path)
    credit_rows.add_body(db, user, "The Board", world.type_id, deadline_days=60)
    world.add_course("OPEN", world.gives("ama"))
    world.add_people(7)
    world.bring([done(7), done(8), done(9)], course="OPEN")
    world.check([done(7)], course="OPEN")
    with db.write() as tx:
        row = {"kind": "course_records", "file_name": "a.csv", "sha256": "", "options": "", "counts": "{}"}
        row |= {"computer": "PC", "owner_id": user.id, "state": "aborted"}
        for ago in (1, 45):
            tx.execute(insert(file_job).values(**row, started_at=NOW - timedelta(days=ago)))
    locks.take_among(db, "import:global", "Amira", job_lock.c.name == "import:course:X", None)
    locks.take(db, "purge", "Jane")
    with db.write() as tx:
        tx.execute(update(job_lock).values(alive_at=NOW - 2 * STALE_AFTER))
    due = date(2026, 11, 2) + timedelta(days=60)
    found = numbers(db, user, today=due - timedelta(days=3))
    assert found[Matter.REPORTS] == 1
    assert numbers(db, user, today=due - timedelta(days=8))[Matter.REPORTS] == 0
    assert found[Matter.HELD_RECORDS] == 2
    assert found[Matter.CHECKED_FILES] == 1
    assert found[Matter.STOPPED_IMPORTS] == 1
    assert found[Matter.STALE_LOCKS] == 1


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        ((), {Matter.NO_ULN, Matter.TEMPORARY_ULN, Matter.BAD_ULN, Matter.ULN_TWICE}),
        (
            (Role.RECORD_IMPORTER,),
            {Matter.REPORTS, Matter.CHECKED_FILES, Matter.STOPPED_IMPORTS, Matter.HELD_RECORDS},
        ),
        ((Role.PLR_USER,), {Matter.NEW_STARTERS, Matter.FAILED, Matter.REFUSED}),
    ],
    ids=["no role", "imports", "downloads"],
)
def test_only_what_the_user_may_do_something_about(
    db: Database, user: User, roles: tuple[Role, ...], seen: set[Matter]
):
    licences_on(db)
    everybody = {Matter.NO_ULN, Matter.TEMPORARY_ULN, Matter.BAD_ULN, Matter.ULN_TWICE}
    opens = (Role.ENROLMENT_MANAGER,) if roles else ()
    of_opening = {Matter.LMS_DOWN, Matter.SYNC_ERRORS, Matter.REJECTED, Matter.OVERDUE} if roles else set()
    assert set(numbers(db, user_with(db, *roles, *opens))) == everybody | seen | of_opening


def month(db: Database, user: User) -> dict[Step, month_list.Line]:
    with db.read() as tx:
        found = month_list.lines(tx, user, attention.waiting(db, tx, user), TODAY)
    return {one.step: one for one in found}


def add_operation(db: Database, user: User, kind: str, at: datetime, state: str = "done") -> None:
    with db.write() as tx:
        tx.execute(insert(operation).values(kind=kind, user_id=user.id, computer="PC", at=at, state=state))


def test_the_month_ticks_itself(db: Database, user: User):
    licences_on(db)
    first = datetime.combine(TODAY.replace(day=1), time.min).astimezone()
    empty = month(db, user)
    assert [one.done for one in empty.values()] == [False, False, False, True, True], (
        "no learner, nothing to be right"
    )
    add_operation(db, user, "learners_loaded", first - timedelta(seconds=1))
    add_operation(db, user, "learners_loaded", first + timedelta(hours=2), "undone")
    lacking, starter = add_learner(db, uln=None), add_learner(db, 950)
    add_aim(db, starter, YEAR_BEGAN)
    add_error(db, ERROR)
    before = month(db, user)
    assert [(one.done, one.left) for one in before.values()] == [
        (False, 0),
        (False, 1),
        (False, 1),
        (True, 0),
        (False, 1),
    ]
    add_operation(db, user, "learners_loaded", first + timedelta(hours=1))
    add_operation(db, user, "uln_found", first + timedelta(hours=3))
    add_check(db, starter, "none", NOW)
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == lacking).values(uln=uln_number(951), uln_state="ok"))
        tx.execute(update(sync_error).values(cleared_at=NOW))
    after = month(db, user)
    assert all(one.done for one in after.values())
    assert {step: one.at for step, one in after.items()} == {
        Step.LOAD: first + timedelta(hours=1),
        Step.ULNS: first + timedelta(hours=3),
        Step.STARTERS: NOW,
        Step.REJECTED: None,
        Step.ERRORS: NOW,
    }


def test_the_month_of_who_may_do_less(db: Database, user: User):
    college = College(db)
    a, b = college.campus("Avon"), college.campus("Brook")
    autumn = college.term("Autumn", (a, b))
    college.record(college.section("ART", autumn, [a]), "rejected")
    college.record(college.section("BIO", autumn, [b]), "processed", status_at=NOW)
    of_b = month(db, college.user(b))
    assert set(of_b) == set(Step) - {Step.STARTERS}
    assert (of_b[Step.REJECTED].done, of_b[Step.REJECTED].at) == (True, NOW)
    assert not month(db, college.user(a))[Step.REJECTED].done
    assert set(month(db, user_with(db, Role.RECORD_IMPORTER))) == {Step.LOAD, Step.ULNS}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_learners_are_counted_in_the_order_of_the_file(db: Database, user: User):
    """An embedded database would look for the row of each of a million by an index that spares it none."""
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, values: object, *_others: object) -> None:
        if "FROM learner" in statement and "count(*)" in statement:
            asked.append((statement, values))

    event.listen(db._engine, "before_cursor_execute", note)
    with db.read() as tx:
        attention.waiting(db, tx, user)
        event.remove(db._engine, "before_cursor_execute", note)
        assert len(asked) >= 6
        plans: list[list[str]] = []
        for statement, values in asked:
            plan = [row.detail for row in tx.exec_driver_sql(f"explain query plan {statement}", values).all()]
            assert "SCAN learner" in plan, statement
            plans.append(plan)
        shared = [plan for plan in plans if any("twin" in one for one in plan)]
        assert len(shared) == 1
        assert not any("CORRELATED" in one for one in shared[0]), "ULNs are counted once, not for each learner"
