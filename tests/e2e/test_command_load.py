"""`learner-manager load`: the files of a college on its first day, twice, undone; and what is left for a person."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app import config
from app.folders import DataFolder
from tests import first_starts
from tests.e2e.children import run
from tests.files.builders import Aim, Learner, ilr, uln
from ui import exit_status, main

DOCUMENT = {"name", "kind", "new", "changed", "unchanged", "decisions", "problems"}
UKPRN = "99999999"
LETTERS = "abcdefghij"

Load = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Load:
    """Runs `load` in this process: exit status and the JSON document."""
    first_starts.put_into(DataFolder(tmp_path / "data"))

    def loaded(*arguments: object) -> tuple[int, dict[str, Any]]:
        status = main.main(["--data", str(tmp_path / "data"), "--json", "load", *map(str, arguments)])
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else {"error": told.err}

    return loaded


def people(count: int = 5) -> list[Learner]:
    return [
        Learner(ref=f"S{n:05}", uln=uln(n), family=f"Brindle{LETTERS[n]}", given="Marlo", aims=[Aim(), Aim(seq="2")])
        for n in range(1, count + 1)
    ]


def as_ilr(folder: Path, year: str, *learners: Learner) -> Path:
    path = folder / f"return {year}.xml"
    path.write_text(ilr(*learners, year=year), encoding="utf-8")
    return path


HEADINGS = ("Student Ref", "ULN", "Surname", "Forename", "DOB", "Postcode", "UKPRN")


def rows(count: int) -> list[tuple[str, ...]]:
    return [
        (f"S{n:05}", uln(n), f"Brindle{LETTERS[n]}", "Marlo", "14/03/2008", "NF1 7BN", UKPRN)
        for n in range(1, count + 1)
    ]


def as_csv(folder: Path, count: int = 5) -> Path:
    path = folder / "extract.csv"
    with path.open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([HEADINGS, *rows(count)])
    return path


def as_xlsx(folder: Path, count: int = 5) -> Path:
    path = folder / "extract.xlsx"
    book = openpyxl.Workbook()
    for row in [HEADINGS, *rows(count)]:
        book.active.append(row)
    book.save(path)
    return path


FILES: dict[str, Callable[[Path], Path]] = {
    "2016-17": lambda folder: as_ilr(folder, "2016-17", *people()),
    "2025-26": lambda folder: as_ilr(folder, "2025-26", *people()),
    "2026-27": lambda folder: as_ilr(folder, "2026-27", *people()),
    "csv": as_csv,
    "xlsx": as_xlsx,
}


@pytest.mark.parametrize("kind", FILES)
def test_the_second_load_of_a_file_changes_nothing(tmp_path: Path, load: Load, kind: str):
    path = FILES[kind](tmp_path)
    status, document = load(path)
    [told] = document["files"]
    assert (status, told["new"], told["changed"], told["problems"]) == (0, 5, 0, [])
    assert set(told) >= DOCUMENT
    status, document = load(path)
    [told] = document["files"]
    assert (status, told["new"], told["changed"], told["unchanged"]) == (0, 0, 0, 5)


def test_every_kind_after_the_other_tells_of_the_same_learners(tmp_path: Path, load: Load):
    load(FILES["2025-26"](tmp_path))
    for kind in ("csv", "xlsx"):
        _, document = load(FILES[kind](tmp_path))
        assert (document["files"][0]["new"], document["files"][0]["changed"]) == (0, 0), kind


def test_the_first_return_says_whose_learners_these_are(tmp_path: Path, load: Load):
    load(FILES["2025-26"](tmp_path))
    assert config.load(tmp_path / "data").college.ukprn == UKPRN


def test_a_dry_run_changes_nothing(tmp_path: Path, load: Load):
    path = as_csv(tmp_path)
    for _ in range(2):
        assert load("--dry-run", path)[1]["files"][0]["new"] == 5
    done = run(tmp_path / "data", "--json", "db", "check")
    assert json.loads(done.stdout)["counts"]["file_row"] == 0


def test_undo(tmp_path: Path, load: Load):
    path = as_csv(tmp_path)
    job = load(path)[1]["files"][0]["job"]
    assert load("--undo", job) == (0, {"undone": 5, "left": 0})
    assert load(path)[1]["files"][0]["changed"] == 5, "they come back"


def test_what_needs_a_decision_is_left_and_listed(tmp_path: Path, load: Load):
    load(as_ilr(tmp_path, "2025-26", *people(2)))
    changed = people(2)
    changed[0].uln = uln(77)
    status, document = load(as_ilr(tmp_path, "2025-26", *changed))
    assert (status, document["files"][0]["decisions"], document["files"][0]["unchanged"]) == (1, 1, 1)


def test_a_bad_row_is_named_and_fails_nobody_else(tmp_path: Path, load: Load):
    path = tmp_path / "extract.csv"
    bad = ("S00009", "9.90012E+09", "Lost", "Digits", "14/03/2008", "NF1 7BN", UKPRN)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *rows(3), bad])
    status, document = load(path)
    [told] = document["files"]
    assert (status, told["new"]) == (1, 3)
    assert [(one["row"], one["field"]) for one in told["problems"]] == [(4, "uln")]


def test_another_colleges_file_is_not_loaded_unasked(tmp_path: Path, load: Load):
    load(as_ilr(tmp_path, "2025-26", *people(1)))
    other = tmp_path / "other.xml"
    other.write_text(ilr(*people(2), year="2025-26").replace(UKPRN, "10001234"), encoding="utf-8")
    status, document = load(other)
    [told] = document["files"]
    assert (status, told["decisions"], "job" in told) == (1, 1, False)
    assert "10001234" in told["problems"][0]["reason"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><Message/>", "DOCTYPE"),
    ],
)
def test_what_is_no_file_of_learners_is_refused_in_a_sentence(tmp_path: Path, load: Load, content: bytes, words: str):
    path = tmp_path / "learners.csv"
    path.write_bytes(content)
    status, document = load(path)
    assert status == 3
    assert words.casefold() in document["error"].casefold()


def test_neither_files_nor_a_job(tmp_path: Path, load: Load):
    assert load()[0] == 3


def test_the_first_file_says_whose_learners_the_next_has_to_be(load: Load, tmp_path: Path):
    ours = as_ilr(tmp_path, "2025-26", *people())
    theirs = tmp_path / "theirs.xml"
    theirs.write_text(ours.read_text(encoding="utf-8").replace(UKPRN, "10009999"), encoding="utf-8")
    status, told = load(ours, theirs)
    assert status == exit_status.LISTED
    assert "job" in told["files"][0]
    assert "job" not in told["files"][1], "it is of another provider: a person has to say yes"
