"""Whether the history tells just what was done: every change that it names stands in the rows, and every row that is
another one than before is named, but for what is kept without history, each with its reason."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.db.tables import metadata
from app.history import unpacked
from tests.killing.states import Row, Rows

UNTOLD_TABLES: Mapping[str, str] = {
    "operation": "is the history",
    "change": "is the history",
    "aim": "what the newest file says, which the next one says anew; Undo of a load reads the file's rows",
    "file_job": "tells itself what became of a file",
    "file_row": "tells itself what became of a row",
    "at_a_glance": "follows from the attainments",
    "saved": "layouts and searches are nobody else's",
    "extract_attempt": "is a log of sendings",
    "sync_run": "is a log of runs",
    "sync_error": "follows from the last run",
    "lms_course": "mirrors the LMS",
    "plr_check": "says when the LRS was asked last",
}
COME_WITH: Mapping[str, str] = {
    "section": "a plain one comes with the first enrolment of a course",
    "course": "that of a course of the LMS comes with its section",
    "setting": "saved as it was by default, it says nothing new",
}
"""Rows whose coming is not told; what becomes of them later is."""
UNTOLD_COLUMNS: Mapping[str, str] = {
    "version": "counts the changes",
    "attainment.exported_version": "says which export it was in",
    "app_user.last_sign_in": "says when",
    "hold.decision": "says itself who decided, and when",
    "hold.decided_by": "the same",
    "hold.decided_at": "the same",
    "enrolment.records": "counts its records",
}


def problems(before: Rows, now: Rows) -> Iterator[str]:
    """What does not agree, in words."""
    told: dict[tuple[str, int], list[Row]] = {}
    for key in sorted(now["change"].keys() - before["change"].keys()):
        one = now["change"][key]
        told.setdefault((one["table_name"], one["row_id"]), []).append(one)
        if one["operation_id"] not in now["operation"]:
            yield f"change {key} belongs to no operation"
    for (name, key), changes in told.items():
        if name in before and name not in UNTOLD_TABLES:
            yield from _not_as_told(name, key, changes, before[name].get(key), now[name].get(key))
    for name in before.keys() - UNTOLD_TABLES.keys():
        for key in before[name].keys() | now[name].keys():
            if before[name].get(key) != now[name].get(key):
                yield from _untold(name, key, told.get((name, key), []), before[name].get(key), now[name].get(key))


def _not_as_told(name: str, key: int, changes: list[Row], old: Row | None, row: Row | None) -> Iterator[str]:
    """The first change begins with what was there, each goes on from the one before, the last is what is there."""
    table = metadata.tables[name]
    said: dict[str, Any] | None = None if old is None else dict(old)
    for one in changes:
        was, becomes = unpacked(table, one["before"]), unpacked(table, one["after"])
        if (one["kind"] == "insert") != (said is None) and not _first_said(name, one, said):
            yield f"{name} {key}: {one['kind']} of what is {'not ' if said is None else ''}there"
        wrong = [column for column, value in was.items() if said is not None and said.get(column, value) != value]
        if wrong:
            yield f"{name} {key}: the history says that before {wrong} said something else"
        said = None if one["kind"] == "delete" else {**(said or {}), **becomes}
        if said is not None and one["version_after"] is not None:
            said["version"] = one["version_after"]
    if (said is None) != (row is None):
        yield f"{name} {key}: by the history it is {'gone' if said is None else 'there'}, by the table not"
    elif said is not None and row is not None:
        after = {column for one in changes for column in unpacked(table, one["after"])}
        if wrong := [column for column in sorted(after & row.keys()) if said[column] != row[column]]:
            yield f"{name} {key}: {wrong} say something else than the history"


def _first_said(name: str, one: Row, said: object) -> bool:
    """Whether a setting is said for the first time: until then it has no row."""
    return name == "setting" and one["kind"] == "update" and said is None


def _untold(name: str, key: int, changes: list[Row], old: Row | None, row: Row | None) -> Iterator[str]:
    if old is None or row is None:
        if not changes and not (old is None and name in COME_WITH):
            yield f"{name} {key}: the history does not know why it is {'there' if old is None else 'gone'}"
        return
    table = metadata.tables[name]
    named = {column for one in changes for column in unpacked(table, one["after"])}
    other = {column for column in row if row[column] != old[column]} - named
    if other := {one for one in other if not {one, f"{name}.{one}"} & UNTOLD_COLUMNS.keys()}:
        yield f"{name} {key}: the history does not know of {sorted(other)}"
