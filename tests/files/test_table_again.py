"""A table that was looked through is read again under a mapping without beginning anew, unless it changed."""

import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.files import table
from app.files.columns import guess
from app.files.rows import FileKind
from app.files.table import Table, open_table
from app.files.table_learners import apply, survey
from app.tasks import Cancelled, Progress, TaskContext

HEADINGS = ("Student Ref", "ULN", "Surname", "Forename", "DOB", "Tutor Group")
ROWS = [(f"S{n}", "", "Ó Néill", f'Zoë "{n}"', "03/02/2007", "=1" if n % 2 else None) for n in range(1, 2_400)]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    sheet = (made := openpyxl.Workbook()).active
    for row in (HEADINGS, *ROWS):
        sheet.append(row)
    made.save(path := tmp_path / "list.xlsx")
    return path


def learners(found: Table) -> list[Any]:
    return list(apply(TaskContext(), found, guess(found.headings)).learners)


def test_a_workbook_is_the_same_from_memory_and_from_its_file(book: Path, monkeypatch: pytest.MonkeyPatch):
    """Formulas without a value are set aside in the rows, which must not reach what is kept."""
    first = open_table(TaskContext(), book, FileKind.XLSX)
    survey(TaskContext(), first, guess(first.headings))
    texts: list[str] = []
    context = TaskContext(lambda progress: texts.append(progress.text))
    again = first.again()
    assert again is not None
    assert list(again.rows(context, "kept")) == list(first.rows(TaskContext()))
    assert set(texts) == {"kept"}
    once, twice = learners(first), learners(again)
    assert once == twice
    assert len(once) == len(ROWS)
    assert any(one.problems for one in once)
    monkeypatch.setattr(table, "_MOST_KEPT", 1_000)  # too much to be kept: read from the file each time
    other = open_table(TaskContext(), book, FileKind.XLSX)
    assert learners(other) == once
    assert learners(other) == once


def test_what_one_reading_notes_is_not_there_in_the_next(book: Path):
    first = open_table(TaskContext(), book, FileKind.XLSX)
    again, other = first.again(), first.again()
    assert again is not None
    assert other is not None
    again.facts.ukprns["column"] = "10000001"
    assert other.facts.ukprns == first.facts.ukprns == {}


def test_a_file_that_changed_is_opened_anew(book: Path):
    first = open_table(TaskContext(), book, FileKind.XLSX)
    assert first.again(first.facts.sheet) is not None
    assert first.again("Another sheet") is None
    os.utime(book, ns=(1, 1))
    assert first.again() is None


def test_a_cancel_is_heard_while_kept_rows_are_read(book: Path):
    first = open_table(TaskContext(), book, FileKind.XLSX)
    survey(TaskContext(), first, guess(first.headings))
    seen: list[Progress] = []
    assert len(list(first.rows(TaskContext(seen.append)))) == len(ROWS)
    assert [one.done for one in seen] == [0, 1_000, 2_000]
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        list(first.rows(context))
