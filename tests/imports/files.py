"""Short ways for tests to write a course record file and read it."""

from datetime import date
from pathlib import Path
from typing import Any

from app.imports.asked import Asked
from app.imports.columns import Column, Importer
from app.imports.reading import ImportFile, Read, open_import
from app.imports.record import Record
from app.imports.repairs import NO_REPAIRS, Repair, Repairs
from app.imports.row_reader import RowReader
from app.tasks import TaskContext
from tests.files.reading import put

TODAY = date(2026, 11, 23)
TYPES = frozenset({"ama", "ancc"})


def asked(importer: Importer = Importer.COURSE, *repairs: Repair, **more: Any) -> Asked:
    """How a file is read; into the course ENG-1, where nothing else is said."""
    values = {"course": "ENG-1", "types": TYPES, "today": TODAY, **more}
    return Asked(importer, repairs=chosen(*repairs), **values)


def chosen(*repairs: Repair) -> Repairs:
    made = NO_REPAIRS
    for one in repairs:
        made = made.plus(one)
    return made


def opened(folder: Path, data: str | bytes, how: Asked | None = None) -> ImportFile:
    return open_import(TaskContext(), put(folder, data), how or asked())


def read(folder: Path, data: str | bytes, how: Asked | None = None) -> tuple[ImportFile, list[Read]]:
    """The file with its rows; it must not be refused."""
    file = opened(folder, data, how)
    assert not file.refused, file.findings
    return file, list(file.rows(TaskContext()))


def row(how: Asked | None = None, /, **cells: str) -> Read:
    """One row read by itself: an enrolment by e-mail, with these cells besides."""
    return reader(how).read(2, 2, cells_of(**cells))


def record(how: Asked | None = None, /, **cells: str) -> Record:
    """What such a row says: one record, and no rule broken."""
    found = row(how, **cells)
    assert found.findings == []
    (one,) = found.records
    return one


def reader(how: Asked | None = None) -> RowReader:
    """Of rows that have every column."""
    return RowReader(list(Column), how or asked())


def cells_of(**cells: str) -> list[str]:
    values = {"external_email": "a@college.example", **cells}
    assert set(values) <= set(Column)
    return [values.get(one, "") for one in Column]


def rules(found: Read | ImportFile) -> list[str]:
    """The rules that are broken, in the order in which they were found."""
    return [one.rule for one in found.findings]


def offers(file: ImportFile | RowReader) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """What each repair that can still be chosen would make of what stands there."""
    return {
        (one.repair.rule, one.repair.column, one.repair.option): [(each.old, each.new) for each in one.examples]
        for one in file.offers
        if not one.applied and not one.why_not
    }


def applied(file: ImportFile | RowReader) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """What each repair that was chosen made of what stands there."""
    return {
        (one.repair.rule, one.repair.column, one.repair.option): [(each.old, each.new) for each in one.examples]
        for one in file.offers
        if one.applied
    }
