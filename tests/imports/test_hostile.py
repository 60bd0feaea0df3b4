"""Files with harm done to them: findings at worst, never a crash; every row is there once, under its own number.

120 of each kind; 3,000 with LM_LONG=1 in the environment."""

import csv
import io
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.imports.columns import DATES, YES_NO, Column, Importer
from app.imports.reading import FileRefusedError, Read, open_import
from app.imports.repairs import Repair
from app.imports.rules import RULES, Finding, Severity
from app.json_text import decoded, encoded
from app.tasks import TaskContext
from tests.files.reading import book, put
from tests.imports.files import asked, opened, read, reader, rules

GLOBAL = Importer.GLOBAL
HEAD = list(Column)
GOOD = [
    [
        "C1",
        "Welding",
        "S1",
        "a@b.example",
        "Zoë",
        "O’Brien",
        "2025-09-01",
        "2026-07-01",
        "",
        "",
        "",
        "0",
        "",
        "1",
        "",
    ],
    ["C2", "Spanish, for all", "S2", "", "", "", "2025-09-01", "", "2.5", "ama", "", "1", "2026-06-01", "", ""],
    ["C2", "Two\nlines", "S3", "", "", "", "1/9/2025", "", "1;2", "ama;ancc", "", "1", "2/6/2026", "yes", "nurse"],
]
EVERY = (
    *(Repair("CR-06", one) for one in Column), *(Repair("CR-11", one) for one in YES_NO),
    *(Repair("CR-12", one, "day") for one in DATES), Repair("CR-01", "", ";"), Repair("CR-02"), Repair("CR-06"),
    Repair("CR-35"), Repair("CR-36"),
)  # fmt: skip
CALM = settings(
    max_examples=3_000 if os.environ.get("LM_LONG") == "1" else 120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def written(rows: list[list[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


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


def harmed(data: st.DataObject, good: bytes) -> bytes:
    broken = bytearray(good)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, max(0, len(broken) - 1)))
        how = data.draw(st.sampled_from(["flip", "cut", "insert", "double"]))
        if how == "flip" and broken:
            broken[at] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del broken[at : at + data.draw(st.integers(1, 200))]
        elif how == "insert":
            signs = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\t;|", b"<", b"&", b"\xef\xbb\xbf", b"\xc2\xa0"]
            broken[at:at] = data.draw(st.sampled_from(signs))
        else:
            broken[at:at] = broken[at : at + 300]
    return bytes(broken)


@CALM
@given(data=st.data())
def test_csv(tmp_path, data):
    looked_through(tmp_path, harmed(data, CSV), *data.draw(st.sampled_from([(), EVERY])))


@CALM
@given(data=st.data())
def test_parts_of_workbooks(tmp_path, data):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as source:
        victim = data.draw(st.sampled_from(sorted(source.namelist())))
        with zipfile.ZipFile(stream, "w") as target:
            for one in source.namelist():
                content = source.read(one)
                target.writestr(one, harmed(data, content) if one == victim else content)
    looked_through(tmp_path, stream.getvalue(), *data.draw(st.sampled_from([(), EVERY])))


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


CELL = st.sampled_from(
    [
        "", "0", "1", "yes", "2025-01-01", "31/02/2025", "12/13/2025", "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00", "2025-01-01T25:00", "1e5", "1,2", "a;b", "/", "ama", " ", "\u200b", "'=1+1", "“1”",
        "\0", "x" * 300, "٣", "1_0",
    ]
) | st.text(max_size=12)  # fmt: skip


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
