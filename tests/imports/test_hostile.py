"""Files with harm done to them: findings at worst, never a crash; every row is there once, under its own number.

120 of each kind; 25 times as many with LM_LONG=1 in the environment."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.imports.columns import DATES, YES_NO, Column, Importer
from app.imports.reading import FileRefusedError, Read, open_import
from app.imports.repairs import Repair
from app.imports.rules import RULES, Finding, Severity
from app.json_text import decoded, encoded
from app.tasks import Cancelled, TaskContext
from tests.files.harm import harmed, harmed_in_one_part
from tests.files.reading import book, put
from tests.imports.files import asked, opened, read, reader, rules
from tests.imports.harm import CELL, GOOD, HEAD, calm, corpus, written

GLOBAL = Importer.GLOBAL
EVERY = (
    *(Repair("CR-06", one) for one in Column), *(Repair("CR-11", one) for one in YES_NO),
    *(Repair("CR-12", one, "day") for one in DATES), Repair("CR-01", "", ";"), Repair("CR-02"), Repair("CR-06"),
    Repair("CR-35"), Repair("CR-36"),
)  # fmt: skip
CALM = calm(120)
CSV = written([HEAD, *GOOD]).encode()
BOOK = book(HEAD, *GOOD)


def looked_through(folder: Path, data: str | bytes, *repairs: Repair) -> tuple[bool, list[Read]]:
    """Read a file that may be anything, and check what must hold of any; says whether it was read to its end."""
    file = opened(folder, data, asked(GLOBAL, *repairs))
    found: list[Read] = []
    findings, whole = list(file.findings), not file.refused
    if whole:
        try:
            found.extend(file.rows(TaskContext()))
        except FileRefusedError as error:
            findings.append(error.finding)
            whole = False
    assert whole is (Severity.FILE not in {one.weight for one in findings})
    numbers = [one.number for one in found]
    assert numbers == sorted(set(numbers))
    for one in found:
        assert one.line >= one.number > 1
        assert (len(one.cells) == len(file.headings)) is bool(one.records)
        assert {each.number for each in one.records} <= {one.number}
        assert decoded(encoded(one.cells)) == one.cells
        findings += one.findings
    for finding in findings:
        sane(finding)
    for offer in file.offers:
        assert len(offer.examples) <= min(5, offer.count)
    return whole, found


def sane(finding: Finding) -> None:
    assert finding.rule in RULES
    assert finding.message.isprintable()
    assert finding.message.endswith((".", "?"))
    assert len(finding.message) < 500


@CALM
@given(data=st.data())
def test_csv(tmp_path, data):
    good = data.draw(st.sampled_from(corpus()))
    looked_through(tmp_path, harmed(data, good), *data.draw(st.sampled_from([(), EVERY])))


def test_the_corpus_itself(tmp_path):
    """How many rows there are without harm; some are refused: tabs (the repair is about semicolons), a column that
    comes twice, columns that are missing, UTF-16, letters of Windows."""
    found = [looked_through(tmp_path, good, *EVERY) for good in corpus()]
    assert [len(rows) if whole else None for whole, rows in found] == [3, 3, None, 3, 4, None, None, None, None, 4]


@CALM
@given(data=st.data())
def test_parts_of_workbooks(tmp_path, data):
    looked_through(tmp_path, harmed_in_one_part(data, BOOK), *data.draw(st.sampled_from([(), EVERY])))


@CALM
@given(data=st.binary(max_size=400))
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe\x00")
@example(b"\0" * 100)
@example(b'"')
@example(b"external_email\r\r\r\ra@b.example")
@example(b"PK\x05\x06" + bytes(18))
def test_bytes_of_any_kind(tmp_path, data):
    looked_through(tmp_path, data, *EVERY)


@CALM
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=16), max_size=10), fitting=st.booleans())
@example(rows=[["0;\U00016f88", "", "1,2"]], fitting=True)
def test_every_row_is_there_once_with_its_cells(tmp_path, rows, fitting):
    """A plain reader of CSV finds the same rows; what cannot be told apart is one finding, not another row."""
    if fitting:
        rows = [(row * 15)[:15] for row in rows]
    rows = [[cell.encode("utf-8", "ignore").decode() for cell in row] for row in rows]
    text = written([HEAD, *rows])
    expected = [
        (number, cells)
        for number, cells in enumerate(csv.reader(io.StringIO(_lines(text), newline="")), start=1)
        if number > 1 and any(cells)
    ]
    whole, found = looked_through(tmp_path, text)
    assert whole or len(found) < max(1, len(expected))
    assert [(one.number, list(one.cells)) for one in found] == expected[: len(found) if not whole else None]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@CALM
@given(cells=st.lists(CELL, min_size=15, max_size=15), some=st.sets(st.sampled_from(EVERY)))
def test_a_row_of_anything_with_any_repairs(cells, some):
    found = reader(asked(GLOBAL, *some)).read(2, 2, cells)
    assert found.records
    for one in found.findings:
        sane(one)
    for record in found.records:
        assert record.credits is None or 0 <= record.credits <= 999_999
        for text in (record.user, record.email, record.title, record.course, record.credit_type):
            assert text == text.strip(" ")


@given(cells=st.lists(CELL, min_size=15, max_size=15))
def test_reading_the_stored_cells_again_finds_the_same(cells):
    rows = reader(asked(GLOBAL))
    assert rows.read(7, 9, cells) == reader(asked(GLOBAL)).read(7, 9, decoded(encoded(cells)))


@pytest.mark.rule("CR-01")
def test_half_a_gigabyte_of_zero_bytes_behind_good_rows(tmp_path):
    path = put(tmp_path, CSV)
    with path.open("r+b") as stream:
        stream.truncate(499_000_000)
    rows, found = open_import(TaskContext(), path, asked(GLOBAL)).rows(TaskContext()), list[Read]()
    with pytest.raises(FileRefusedError, match="more than 2,000,000 characters"):
        found.extend(rows)
    assert [one.number for one in found] == [2, 3, 4]
    assert opened(tmp_path, bytes(100_000)).refused


def test_headings_far_above_the_first_row_can_be_cancelled(tmp_path):
    told: list[int] = []
    context = TaskContext(lambda step: context.cancel() if len(told) > 2 else told.append(step.done))
    head, rest = CSV.split(b"\n", 1)
    path = put(tmp_path, head + b"\n" * 3_000_000 + rest)
    with pytest.raises(Cancelled):
        open_import(context, path, asked(GLOBAL))
    assert opened(tmp_path, b"\n" * 3_000_000 + CSV).refused


def test_one_column_and_five_hundred(tmp_path):
    _, found = read(tmp_path, "external_email\n" + "a@b.example\n" * 1_000)
    assert len(found) == 1_000
    names = [*Column, *(f"extra {number}" for number in range(485))]
    file, found = read(tmp_path, written([names, [*GOOD[0], *[" \u200b"] * 485]]), asked(GLOBAL))
    assert rules(file) == ["CR-05"] * 485
    assert found[0].findings == []


def test_many_rows_take_little_memory(tmp_path):
    path = put(tmp_path, CSV.splitlines(keepends=True)[0] + CSV.splitlines(keepends=True)[1] * 15_000)
    file = open_import(TaskContext(), path, asked(GLOBAL))
    tracemalloc.start()
    try:
        assert sum(1 for _ in file.rows(TaskContext())) == 15_000
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_long_cells_are_not_kept(tmp_path):
    """Cells of dates and amounts, each as long as CSV has them: the memory of dates does not hold on to them."""
    lines = ["external_email,date_completed,credits,complete"]
    lines += [f"a@b.example,{number}{'9' * 130_000},{number}{'9' * 130_000},1" for number in range(100)]
    found, path = 0, put(tmp_path, "\n".join(lines))
    tracemalloc.start()
    try:
        for one in open_import(TaskContext(), path, asked()).rows(TaskContext()):
            assert rules(one) == ["CR-08", "CR-08", "CR-12", "CR-13", "CR-14"]
            found += 1
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert (found, held < 5_000_000) == (100, True)
