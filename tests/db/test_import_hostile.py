"""Files with harm done to them, brought in: refused as a whole, or every row ends in one way; what is applied is what
was foreseen, and no lock stays."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import award, enrolment, file_job, job_lock
from app.imports.repairs import Repair
from tests.files.harm import harmed
from tests.imports.harm import CELL, GOOD, HEAD, calm, written
from tests.imports.importing import COURSE, EVERYTHING, Importing, mail

REPAIRS = (Repair("CR-35"), Repair("CR-36"), Repair("CR-38"), Repair("CR-12", "enrollment_start", "day"))
PEOPLE = [
    [COURSE, "English", "", mail(1), "", "", "2025-09-01", "", "5", "ama", "", "1", "2026-06-01", "1", ""],
    [COURSE, "English", "", mail(1), "", "", "", "", "5", "ama", "", "1", "2026-06-01", "", ""],
    [COURSE, "Englisch", "", mail(2), "", "", "1/9/2025", "", "2;3", "ama;ancc", "", "1", "", "", "nurse"],
    ["NEW-1", "Nobody knows it", "S9", "", "Zoë", "O’Brien", "", "", "5", "ama", "", "", "", "", ""],
]
CSV = written([HEAD, *PEOPLE, *GOOD]).encode()


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    made = Importing(db, user, tmp_path)
    made.add_people(1, 2, 3)
    return made


def brought_in(world: Importing, data: bytes, repairs: tuple[Repair, ...]) -> None:
    """Check and apply a file that may be anything, and look at what must hold of any."""
    path = world.folder / "records.csv"
    path.write_bytes(data)
    before = world.number_of(enrolment), world.number_of(award)
    seen = world.check(path, *repairs, course="")
    rows = world.rows(seen.job_id)
    assert (world.number_of(enrolment), world.number_of(award)) == before
    numbers = [row.number for row in rows]
    assert len(numbers) == len(set(numbers)) == seen.rows or seen.refused
    assert sum(seen.outcomes().values()) == sum(seen.outcomes(EVERYTHING).values()) == seen.rows
    if seen.refused:
        assert (state_of(world, seen.job_id), seen.rows) == ("failed", 0)
    else:
        done = world.apply(seen, *EVERYTHING)
        assert (done.outcomes, done.surprises) == (seen.outcomes(EVERYTHING), 0)
        assert None not in world.outcomes(seen.job_id)
    with world.db.read() as tx:
        assert [row.name for row in tx.execute(select(job_lock)) if row.owner is not None] == []


def state_of(world: Importing, job_id: int) -> str:
    with world.db.read() as tx:
        return tx.execute(select(file_job.c.state).where(file_job.c.id == job_id)).scalar_one()


@calm(12)
@given(data=st.data(), repairs=st.sampled_from([(), REPAIRS]))
def test_bytes_of_a_file_are_changed(world, data, repairs):
    brought_in(world, harmed(data, CSV), repairs)


@calm(12)
@given(
    rows=st.lists(st.lists(CELL, min_size=15, max_size=15), min_size=1, max_size=6),
    known=st.lists(st.sampled_from(PEOPLE), max_size=3),
    repairs=st.sampled_from([(), REPAIRS]),
)
@example(rows=[[""] * 15, ["\0", *[""] * 14]], known=[], repairs=())
@example(rows=[["\0x", "\0", "\0y", "\0@b.example", *["\0"] * 11]], known=[], repairs=REPAIRS)
def test_cells_of_any_kind(world, rows, known, repairs):
    for row, person in zip(rows, known, strict=False):
        row[:4] = person[:4]
    text = written([HEAD, *rows, *known])
    brought_in(world, text.encode("utf-8", "ignore"), repairs)
