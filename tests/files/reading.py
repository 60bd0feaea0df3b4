"""Short ways for tests to write a file and read it."""

import io
import sys
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl

from app.files.columns import Mapping, guess
from app.files.ilr import read_ilr
from app.files.recognise import recognise
from app.files.rows import FileFacts, FileKind, LearnerRecord
from app.files.table import open_table
from app.files.table_learners import apply
from app.tasks import TaskContext

TODAY = date(2026, 11, 23)
_CACHE = type(cache(str))


def put(folder: Path, data: str | bytes, name: str = "file.dat") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def remembered() -> int:
    """How many values the caches of the program hold."""
    modules = [module for name, module in sys.modules.items() if name.startswith("app.")]
    caches = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, _CACHE)}
    return sum(one.cache_info().currsize for one in caches.values())


def ilr_of(folder: Path, data: str | bytes, encoding: str = "") -> tuple[FileFacts, list[LearnerRecord]]:
    path = put(folder, data)
    reading = read_ilr(TaskContext(), path, encoding=encoding)
    return reading.facts, list(reading.learners)


def table_of(
    folder: Path, data: str | bytes, mapping: Mapping | None = None, sheet: str = ""
) -> tuple[FileFacts, list[LearnerRecord]]:
    path = put(folder, data)
    table = open_table(TaskContext(), path, recognise(path), sheet=sheet)
    reading = apply(TaskContext(), table, mapping or guess(table.headings), TODAY)
    return reading.facts, list(reading.learners)


def book(*rows: list[object], title: str = "Learners") -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return saved(made)


def saved(made: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def kinds(*learners: LearnerRecord) -> list[str]:
    return [one.kind for learner in learners for one in learner.problems]


__all__ = ["TODAY", "FileKind", "book", "ilr_of", "kinds", "put", "saved", "table_of"]
