"""Whose a row is (course-record-import.md 5.3): the id first, then the address, and never a guess."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, update

from app.access import User
from app.db.database import Database
from app.db.tables import course, learner
from app.folding import fold
from app.imports.rules import Outcome
from app.imports.stored import StoredRow
from app.ulns import TEMPORARY
from tests.builders import add_learner, uln_number
from tests.imports.expected import Person, Row, Subject, World
from tests.imports.worlds import build, checked, kept, rules

OPEN = Subject("ENG-1", "English")
ULN = uln_number(1)


def one(db: Database, user: User, folder: Path, **cells: str) -> StoredRow:
    return every(db, user, folder, [cells])[0]


def every(db: Database, user: User, folder: Path, rows: list[Row], course: str | None = "ENG-1") -> list[StoredRow]:
    return kept(db, checked(db, user, folder, rows, course).job_id)


def test_by_reference_uln_or_address_whatever_the_capitals(db: Database, user: User, tmp_path: Path):
    built = build(db, World((Person("Ab 12", ULN, "Ann.Lee@X.example"), Person("B2")), (OPEN,)))
    ways = [
        {"external_user_id": "aB  12"},
        {"external_user_id": ULN},
        {"external_user_id": f"{ULN[:3]} {ULN[3:6]} {ULN[6:]}"},
        {"external_email": "ANN.LEE@x.EXAMPLE"},
        {"external_user_id": "ab 12", "external_email": "ann.lee@x.example"},
        {"external_user_id": "unknown", "external_email": " ann.lee@x.example"},
        {"external_user_id": ULN, "external_email": "unknown@x.example"},
    ]
    for cells in ways:
        row = one(db, user, tmp_path, **cells)
        assert row.learner_id == built.people[0], cells
        assert row.outcome is None
        assert row.forecast.outcome is Outcome.ENROLLED


def test_the_reference_of_one_who_was_merged_means_the_one_who_stayed(db: Database, user: User, tmp_path: Path):
    built = build(db, World((Person("A1", ULN),), (OPEN,)))
    add_learner(db, ref="OLD", uln=None, email="old@x.example", merged_into_id=built.people[0])
    for cells in ({"external_user_id": "old"}, {"external_user_id": ULN}):
        assert one(db, user, tmp_path, **cells).learner_id == built.people[0]
    row = one(db, user, tmp_path, external_email="old@x.example")
    assert row.learner_id is None, "an address is whoever has it now"


@pytest.mark.rule("CR-25")
def test_nobody(db: Database, user: User, tmp_path: Path):
    build(db, World((Person("A1", "", "jose@x.example"),), (OPEN,)))
    gone = add_learner(db, ref="GONE", email="gone@x.example")
    add_learner(db, ref="MERGED", merged_into_id=gone)
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == gone).values(removed_at=db.now(tx)))
    for cells in (
        {"external_user_id": "A11"},
        {"external_user_id": "GONE"},
        {"external_user_id": "MERGED"},
        {"external_email": "gone@x.example"},
        {"external_email": "josé@x.example"},  # folds alike, and is another address
        {"external_user_id": "' or 1=1 --"},
        {"external_user_id": "%"},
        {"external_user_id": "\u00ad"},  # folds to nothing
    ):
        row = one(db, user, tmp_path, **cells)
        assert row.learner_id is None, cells
        assert "CR-23" not in rules(row)
    row = one(db, user, tmp_path, external_user_id="A11")
    assert (rules(row), row.forecast.outcome) == (["CR-25"], Outcome.HELD)


def test_the_temporary_uln_is_nobody_s(db: Database, user: User, tmp_path: Path):
    add_learner(db, ref="T1", uln=TEMPORARY)
    add_learner(db, ref="T2", uln=TEMPORARY)
    build(db, World((), (OPEN,)))
    assert rules(one(db, user, tmp_path, external_user_id=TEMPORARY)) == ["CR-25"]


@pytest.mark.rule("CR-23")
def test_two_learners_are_never_decided_between(db: Database, user: User, tmp_path: Path):
    people = (
        Person("A1", ULN, "ann@x.example"),
        Person(ULN, "", "shared@x.example"),  # the ULN of one is the reference of another
        Person("C3", "", "Shared@x.example"),
        Person("D4", uln_number(4), ""),
        Person("E5", uln_number(4), ""),
    )
    build(db, World(people, (OPEN,)))
    for cells, told in (
        ({"external_user_id": ULN}, "more than one learner"),
        ({"external_user_id": uln_number(4)}, "more than one learner"),
        ({"external_email": "SHARED@x.example"}, "this e-mail address"),
        ({"external_user_id": "C3", "external_email": "shared@x.example"}, "this e-mail address"),
        ({"external_user_id": "C3", "external_email": "ann@x.example"}, "two different learners"),
        ({"external_user_id": ULN, "external_email": "ann@x.example"}, "more than one learner"),
    ):
        row = one(db, user, tmp_path, **cells)
        assert rules(row) == ["CR-23"], cells
        assert told in row.findings[0].message
        assert (row.learner_id, row.forecast.outcome) == (None, Outcome.ERROR)


@pytest.mark.rule("CR-23")
def test_one_reference_at_two_providers_is_two_learners(db: Database, user: User, tmp_path: Path):
    build(db, World((Person("A1"),), (OPEN,)))
    add_learner(db, ref="a1", ukprn="10000001")
    assert rules(one(db, user, tmp_path, external_user_id="A1")) == ["CR-23"]
    add_learner(db, ref="only there", ukprn="10000001")
    assert one(db, user, tmp_path, external_user_id="ONLY there").learner_id is not None


@pytest.mark.rule("CR-24")
def test_another_family_name_is_a_warning(db: Database, user: User, tmp_path: Path):
    build(db, World((Person("A1", family="Nuñez"),), (OPEN,)))
    assert rules(one(db, user, tmp_path, external_user_id="A1", last_name="NUNEZ")) == []
    assert rules(one(db, user, tmp_path, external_user_id="A1", last_name="")) == []
    row = one(db, user, tmp_path, external_user_id="A1", last_name="Nunes")
    assert (rules(row), row.forecast.outcome) == (["CR-24"], Outcome.ENROLLED)
    with db.write() as tx:
        tx.execute(update(learner).values(family_name=None, family_fold=None))
    assert rules(one(db, user, tmp_path, external_user_id="A1", last_name="Nunes")) == []


@pytest.mark.rule("CR-20", "CR-26", "CR-27")
def test_courses_by_their_code(db: Database, user: User, tmp_path: Path):
    shell = Subject("Old-9", "Legacy", shell=True)
    built = build(db, World((Person("A1"), Person("B2")), (OPEN, shell)))
    row = {"external_user_id": "A1", "title": "English"}
    found = every(
        db,
        user,
        tmp_path,
        [
            {**row, "external_course_id": "eng-1"},
            {**row, "external_course_id": "OLD-9"},
            {**row, "external_course_id": "New-1"},
            {**row, "external_user_id": "B2", "external_course_id": "NEW-1"},
            {**row, "external_user_id": "B2", "external_course_id": ""},
        ],
        None,
    )
    assert [one.course_id for one in found] == [built.subjects[0], built.subjects[1], None, None, None]
    assert [rules(one) for one in found[:4]] == [[], ["CR-20", "CR-27"], ["CR-27", "CR-26"], ["CR-27"]]
    assert found[4].forecast.outcome is Outcome.ERROR
    assert not {"CR-26", "CR-27"} & set(rules(found[4]))
    assert found[3].forecast.needs == {"CR-26"}
    with db.write() as tx:
        tx.execute(update(course).where(course.c.id == built.subjects[0]).values(title="English "))
    assert rules(one(db, user, tmp_path, external_user_id="A1", title="English")) == []
    assert rules(one(db, user, tmp_path, external_user_id="A1", title="english")) == ["CR-20"]


def test_many_rows_are_a_few_statements(db: Database, user: User, tmp_path: Path):
    people = tuple(Person(f"P{at}", "", f"p{at}@x.example") for at in range(300))
    build(db, World(people, (OPEN,)))
    rows = [{"external_user_id": fold(one.ref) or "", "external_email": one.email} for one in people]
    asked: list[str] = []
    with _statements(db, asked):
        made = checked(db, user, tmp_path, rows)
    assert made.rows == 300
    with _statements(db, few := []):
        checked(db, user, tmp_path, rows[:3])
    assert len(asked) == len(few)


@contextmanager
def _statements(db: Database, into: list[str]) -> Iterator[None]:
    def note(_connection, _cursor, statement, *_rest) -> None:
        into.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    yield
    event.remove(db._engine, "before_cursor_execute", note)
