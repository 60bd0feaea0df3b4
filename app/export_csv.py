"""Rows to a CSV file: UTF-8 with a byte order mark, line ends of Windows, ISO dates, no formulas."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace

from app.export_sheet import (
    ExportColumn,
    ExportKind,
    ExportSummary,
    Sheet,
    as_text,
    by_column,
    carried,
    disarmed,
    local,
    steps,
)
from app.export_target import Target, path_of, target_file
from app.tasks import TaskContext

_BYTE_ORDER_MARK = "\ufeff"
# Texts joined by this show at a glance whether one of them begins in a way that needs a closer look.
_JOINT = "|"
_SUSPECT = tuple(_JOINT + sign for sign in " =+-@\uff1d\uff0b\uff0d\uff20")


def write_csv(context: TaskContext, target: Target, sheet: Sheet) -> ExportSummary:
    """Write the sheet to `target`, which stays as it was if this fails or is cancelled.

    Raises InputError if the file cannot be written, Cancelled after a cancel.
    """
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    rows = 0
    with target_file(target) as stream:
        writer.writerow([_text(column.title) for column in sheet.columns])
        stream.write(_BYTE_ORDER_MARK.encode())
        for portion in steps(context, sheet):
            writer.writerows(zip(*(_cells(*one) for one in by_column(sheet, portion)), strict=True))
            stream.write("".join(lines).encode("utf-8"))
            lines.clear()
            rows += len(portion)
        stream.write("".join(lines).encode("utf-8"))
    return ExportSummary(rows, path_of(target))


def _cells(column: ExportColumn, values: Sequence[object]) -> Sequence[object]:
    if _all_plain(values):
        return values
    if column.kind is ExportKind.DATE:
        # csv writes a date as ISO does.
        return [value if value.__class__ is date else _day(value) for value in values]
    if column.kind in (ExportKind.NUMBER, ExportKind.INTEGER):
        return [value if value.__class__ in (int, float) else _text(value) for value in values]
    return [_text(value) for value in values]


def _all_plain(values: Sequence[object]) -> bool:
    """True if all are texts or nothing, printable, and none begins like a formula or with a blank."""
    try:
        joined = _JOINT + _JOINT.join([value for value in values if value is not None])  # type: ignore[misc]
    except TypeError:
        return False
    return joined.isprintable() and not any(beginning in joined for beginning in _SUSPECT)


def _day(value: object) -> str:
    return _text(local(value).date() if isinstance(value, datetime) else value)


def _text(value: object) -> str:
    return disarmed(carried(as_text(value)))
