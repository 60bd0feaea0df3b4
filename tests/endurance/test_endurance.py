"""The short form of the endurance run, everything looked through at its end; and how growth is judged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy

import pytest

from app.sandbox import faults, moodle_faults
from tests.endurance import checks, flat
from tests.endurance.college import college
from tests.endurance.faults import LRS, MOODLE
from tests.endurance.run import Day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """One that was lived for a third of an hour, everything looked through at its end."""
    with college(tmp_path_factory.mktemp("endurance"), 3) as here:
        lived = Day(here, 3)
        lived.live(20, lambda words: None)
        yield lived


def test_a_third_of_an_hour_of_use(day: Day):
    assert day.checked == 2
    first, last = day.samples
    assert last.threads <= first.threads
    assert last.files <= first.files + 1
    assert last.databases <= first.databases


_LAST_RECORD = "(select max(id) from extract_record)"
TAMPERED = {
    "a learner is lost": ["delete from learner where id = (select max(id) from learner)"],
    "a telephone number is another": ["update learner set phone = '1' where id = (select min(id) from learner)"],
    "an attainment is lost": ["update attainment set removed_at = '2026-01-01 00:00:00.000000' where id = 1"],
    "a record is lost": [f"delete from extract_record where id = {_LAST_RECORD}"],
    "a record is doubled": [
        "create temp table twice as select * from extract_record where status = 'processed' limit 1",
        "update twice set id = (select max(id) + 1 from extract_record), number = number + 1",
        "update enrolment set records = records + 1 where id = (select enrolment_id from twice)",
        "insert into extract_record select * from twice",
    ],
    "a record waits": ["update extract_record set status = 'ready' where status = 'processed'"],
    "a record is refused": ["update extract_record set status = 'rejected' where status = 'processed'"],
    "an attempt is lost": ["delete from extract_attempt where id = (select min(id) from extract_attempt)"],
    "an attempt is open": ["update extract_attempt set ended_at = null where id = 1"],
    "an operation is lost": ["delete from operation where id = (select max(id) from operation)"],
    "a change is lost": ["delete from change where id = (select max(id) from change)"],
    "a row of a file is lost": ["delete from file_row where id = (select max(id) from file_row)"],
    "a run is lost": ["delete from sync_run where id = (select max(id) from sync_run)"],
    "credit is another": ["update award set removed_at = null, amount = 2 * amount"],
    "progress is another": ["update progress set graded = 77"],
}


def test_what_is_lost_or_doubled_is_noticed(day: Day):
    """The model would tell: each of these is done to the database behind its back."""
    file = day.college.db.file
    assert file is not None
    checks.look(day.college, deepcopy(day.model))
    unseen = []
    for what, statements in TAMPERED.items():
        with closing(sqlite3.connect(file)) as line, closing(sqlite3.connect(":memory:")) as whole:
            line.backup(whole)
            with line:
                done = [line.execute(one).rowcount for one in statements]
            assert done[-1] > 0, f"nothing was there of which it could be said that {what}"
            try:
                checks.look(day.college, deepcopy(day.model))
                unseen.append(what)
            except AssertionError:
                pass
            whole.backup(line)
    assert not unseen
    checks.look(day.college, day.model)


def test_every_fault_of_both_sandboxes_is_dealt():
    assert moodle_faults.FAULTS.keys() | moodle_faults.HANDSHAKE_FAULTS.keys() <= set(MOODLE)
    assert faults.FAULTS.keys() | faults.HANDSHAKE_FAULTS.keys() | set(faults.MIX) <= set(LRS)


def hours(*kb: float, files: int = 11) -> list[flat.Sample]:
    """Samples with so much memory, all of it told by both measures."""
    return [flat.Sample(6.0 + n, 0, round(one), round(one), 0, 1, files + n // 8, 4) for n, one in enumerate(kb)]


SCATTER = (0, 14, -11, 6, -9, 12, -3, 5, -8)


@pytest.mark.parametrize(
    ("an_hour", "scatter", "not_flat"),
    [
        (0, 1, set()),
        (60, 1, set()),
        (130, 1, {"live", "kb"}),
        (0, 80, {"live"}),  # so wide that nothing is shown: of what is in use that is not enough
        (130, 80, {"live"}),
    ],
)
def test_what_counts_as_flat(an_hour: float, scatter: float, not_flat: set[str]):
    found = flat.too_much(hours(*(90_000 + an_hour * n + scatter * SCATTER[n] for n in range(9))))
    assert found.keys() == not_flat


def test_the_line_is_that_of_least_squares():
    line = flat.growth(hours(100, 101, 104, 103, 107), "native")
    assert line == pytest.approx((1.6, 0.381, 2.819), abs=0.02)


@pytest.mark.parametrize(("freedom", "told"), [(3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042)])
def test_student(freedom: int, told: float):
    assert flat.student(freedom) == pytest.approx(told, rel=0.02)
