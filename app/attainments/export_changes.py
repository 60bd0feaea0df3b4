"""Export Changes: what is new or changed since the last export, in a layout chosen once; the way back into the MIS.

The rows are marked as exported after the file is whole and in its place: a killed program exports them again
rather than never.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from app import access, history
from app.access import Permission, User
from app.attainments import search
from app.attainments.search import AttainmentRow
from app.changes import Changes, Topic
from app.conditions import Group, Operator, Test
from app.db.database import Database
from app.db.tables import attainment, setting
from app.errors import InputError
from app.export import ExportColumn, ExportKind, ExportSummary, Sheet, Target, write_csv, write_xlsx
from app.json_text import json_or_none
from app.tasks import TaskContext

_KEY = "attainments.export_layout"
_PAGE = 500

COLUMNS: dict[str, tuple[str, ExportKind]] = {
    "ref": ("Person Code", ExportKind.TEXT),
    "family_name": ("Surname", ExportKind.TEXT),
    "given_names": ("Forename", ExportKind.TEXT),
    "to_export": ("Change", ExportKind.TEXT),
    "type_code": ("Attainment Type", ExportKind.TEXT),
    "subject_code": ("Subject Code", ExportKind.TEXT),
    "subject": ("Subject", ExportKind.TEXT),
    "qualification_type": ("Qualification Type", ExportKind.TEXT),
    "level": ("Level", ExportKind.TEXT),
    "grade": ("Grade", ExportKind.TEXT),
    "credits": ("Credits", ExportKind.TEXT),
    "award_date": ("Award Date", ExportKind.DATE),
    "start_date": ("Participation Start", ExportKind.DATE),
    "end_date": ("Participation End", ExportKind.DATE),
    "provider": ("Provider", ExportKind.TEXT),
    "provider_ukprn": ("Provider UKPRN", ExportKind.TEXT),
    "awarding_org": ("Awarding Organisation", ExportKind.TEXT),
    "awarding_org_code": ("Awarding Organisation Code", ExportKind.TEXT),
    "language": ("Language", ExportKind.TEXT),
    "under_challenge": ("Under Data Challenge", ExportKind.TEXT),
}
"""Every column a layout may hold: title and kind, by the name of the row's field."""

DEFAULT = (
    "ref",
    "family_name",
    "given_names",
    "to_export",
    "type_code",
    "subject_code",
    "subject",
    "qualification_type",
    "level",
    "grade",
    "award_date",
    "awarding_org",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns an export holds, in which order."""

    columns: tuple[str, ...] = DEFAULT


@dataclass(frozen=True, slots=True)
class ChangesExported:
    """What went into the file."""

    file: ExportSummary
    changes: Changes


def layout(db: Database) -> Layout | None:
    """The layout the college chose; None before the first choice. A damaged one counts as none."""
    with db.read() as tx:
        body = tx.execute(select(setting.c.value).where(setting.c.key == _KEY)).scalar()
    names = json_or_none(body)
    known = isinstance(names, list) and all(isinstance(name, str) and name in COLUMNS for name in names)
    return Layout(tuple(names)) if names and known else None


def choose_layout(db: Database, user: User, wanted: Layout) -> None:
    """Keep `wanted` for everybody. Raises InputError for an empty or unknown choice, AccessError."""
    if not wanted.columns or any(name not in COLUMNS for name in wanted.columns):
        raise InputError("The layout has no columns.", hint="Choose at least one.")
    with db.write() as tx:
        access.require(tx, user, Permission.EXPORT)
        operation = history.begin(tx, db, user.id, "export_layout")
        row = tx.execute(select(setting).where(setting.c.key == _KEY)).one_or_none()
        body = json.dumps(wanted.columns)
        if row is None:
            operation.insert(setting, {"key": _KEY, "value": body})
        else:
            operation.update(setting, row, {"value": body})
        operation.end(tx)


def export_changes(
    context: TaskContext, db: Database, user: User, path: Target, wanted: Layout, learner_ids: Sequence[int] | None
) -> ChangesExported:
    """Write what is new or changed (of `learner_ids`, or of everybody) to `path` (.csv or .xlsx), then mark it.

    Raises InputError if there is nothing to export or the file cannot be written; Cancelled leaves no file and
    marks nothing.
    """
    group = Group(members=(Test("to_export", Operator.YES),))
    with db.read(context) as tx:
        access.require(tx, user, Permission.EXPORT)
        if learner_ids is None:
            keys = db.ids(tx, search.keys_query(group))
        else:
            with db.ids_as_table(tx, dict.fromkeys(learner_ids)) as picked:
                keys = db.ids(tx, search.keys_query(group, learners=picked))
        seen: dict[int, AttainmentRow] = {}
        for start in range(0, len(keys), _PAGE):
            context.raise_if_cancelled()
            seen.update(search.rows(tx, keys[start : start + _PAGE]))
    if not seen:
        raise InputError("Nothing is new or changed since the last export.", hint="There is nothing to do.")
    sheet = Sheet(
        columns=[ExportColumn(*COLUMNS[name]) for name in wanted.columns],
        rows=([_cell(row, name) for name in wanted.columns] for row in seen.values()),
        total=len(seen),
        title="Attainments",
    )
    write = write_csv if path.suffix.lower() == ".csv" else write_xlsx
    file = write(context, path, sheet)
    _mark(db, user, seen)
    return ChangesExported(file, Changes.of(Topic.ATTAINMENTS))


def _cell(row: AttainmentRow, name: str) -> object:
    value: Any = getattr(row, name)
    if name == "credits":
        return None if value is None else f"{value / 100:.2f}".rstrip("0").rstrip(".")
    if name == "under_challenge":
        return None if value is None else ("Y" if value else "N")
    return value


def _mark(db: Database, user: User, seen: dict[int, AttainmentRow]) -> None:
    """Mark the versions that stand in the file; one changed since then stays to be exported."""
    marks = [{"key": key, "seen": row.version} for key, row in seen.items()]
    with db.write() as tx:
        operation = history.begin(tx, db, user.id, "export_changes", reason=f"{len(seen):,} attainments")
        statement = update(attainment).where(attainment.c.id == bindparam("key"))
        tx.execute(statement.values(exported_version=bindparam("seen")), marks)
        operation.end(tx)


__all__ = ["COLUMNS", "DEFAULT", "ChangesExported", "Layout", "choose_layout", "export_changes", "layout"]
