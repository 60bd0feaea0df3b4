"""How long exporting 50,000 x 20 rows takes, beside the bare libraries writing the same rows unprotected."""

import csv
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from openpyxl import Workbook

from app.export import ExportColumn, ExportKind, Sheet, write_csv, write_xlsx
from app.tasks import TaskContext
from tests.bench.measured import Result, measures, paired, result, seconds, sized

ROWS = sized(50_000)
KINDS = {3: ExportKind.DATE, 15: ExportKind.DATE, 9: ExportKind.INTEGER, 18: ExportKind.NUMBER}
COLUMNS = [ExportColumn(f"Column {place}", KINDS.get(place, ExportKind.TEXT)) for place in range(20)]


@measures("export_xlsx")
def export_xlsx(rows: int = ROWS) -> Result:
    """Against `openpyxl` in write-only mode, fed by `sqlite3`."""
    return _measure("export_xlsx", rows, write_xlsx, _bare_xlsx, "openpyxl, write-only", 1.2)


@measures("export_csv")
def export_csv(rows: int = ROWS) -> Result:
    """Against `csv`, fed by `sqlite3`."""
    return _measure("export_csv", rows, write_csv, _bare_csv, "csv", 2.0)


MEASURES = (export_xlsx, export_csv)


def _measure(name: str, rows: int, ours: Callable, bare: Callable, reference_name: str, goal: float) -> Result:
    with tempfile.TemporaryDirectory() as folder, closing(_filled(Path(folder), rows)) as database:
        sheet_of = lambda: Sheet(COLUMNS, _fetched(database), rows, "Learners")  # noqa: E731
        figure, reference = paired(
            lambda: seconds(lambda: ours(TaskContext(), Path(folder) / "ours", sheet_of())),
            lambda: seconds(lambda: bare(Path(folder) / "bare", database)),
        )
    return result(name, figure, "s", reference, reference_name, times=goal)


def _filled(folder: Path, rows: int) -> sqlite3.Connection:
    """Invented rows of the shape of a learners' grid: codes, names, dates, a number, some blanks."""
    chance = random.Random(20)
    database = sqlite3.connect(folder / "rows.sqlite")
    database.execute(f"create table row ({','.join(f'c{place}' for place in range(20))})")
    database.executemany(
        f"insert into row values ({','.join('?' * 20)})", (_row(chance, number) for number in range(rows))
    )
    database.commit()
    return database


def _row(chance: random.Random, number: int) -> tuple[object, ...]:
    day = f"2008-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    title = f"Level {chance.randint(1, 3)} Diploma in Invented Studies & Practice ({chance.randint(1, 400)})"
    return (
        *(f"L{number:06}", f"Example-{chance.randint(1, 9999)}", "Ann Marie", day, "F"),
        *(f"{3_000_000_000 + number}", "ZZ9 9ZZ", f"0{number % 10}", title, chance.randint(0, 60)),
        *(None, "Riverside", f"learner{number}@college.invalid", "WSRC0004", "9999999999"),
        *("2026-11-23", "ENG", "Pass", chance.random() * 100, f"note {number}"),
    )


def _fetched(database: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    cursor = database.execute("select * from row")
    while portion := cursor.fetchmany(2000):
        yield from portion


def _bare_xlsx(path: Path, database: sqlite3.Connection) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    page.append([column.title for column in COLUMNS])
    for row in database.execute("select * from row"):
        page.append(row)
    book.save(path)


def _bare_csv(path: Path, database: sqlite3.Connection) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([column.title for column in COLUMNS])
        writer.writerows(database.execute("select * from row"))
