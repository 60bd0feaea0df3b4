"""Parsers of what was kept: settings, searches, filters, columns, notes of a crash, names of copies.

Another version of the program may have written it, or another program, or somebody by hand; a disk may have damaged
it.
"""

import re
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert

from app import config, copies, crash_notes, folders, retention
from app.attainments import export_changes
from app.conditions import FieldInfo, FieldKind
from app.conditions_memory import passes
from app.conditions_stored import dump, parse
from app.connectors.opening_hours import closed_now
from app.database_place import server_of
from app.db.database import Database
from app.db.tables import setting
from app.files.columns import remembered
from app.imports import credit_lists, repairs
from app.learners import own_fields
from app.lms import course_states, settings
from app.lms.extracts import filters
from app.logs import CRASH_FILE_NAME
from tests.fuzz.parser import Parser, listed

_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FIELDS = {
    one.id: one
    for one in (
        FieldInfo("name", "Surname"),
        FieldInfo("day", "Date of Birth", FieldKind.DATE),
        FieldInfo("sex", "Sex", FieldKind.CHOICE, (("F", "Female"), ("M", "Male"))),
        FieldInfo("held", "Has attainments", FieldKind.FLAG),
        FieldInfo("credits", "Credits", FieldKind.NUMBER),
        FieldInfo("aim", "Aim Code", many=True),
    )
}
_COPY = re.compile(r"daily-\d{4}-\d{2}-\d{2}|before-move-\d{8}-\d{6}", re.ASCII)
_PERSON = {
    "name": "Brindlemoor",
    "day": date(2008, 3, 14),
    "sex": "F",
    "held": True,
    "credits": 12,
    "aim": ("60001",),
}
HEADINGS = ["Learner Ref", "ULN", "Surname", "Date of Birth"]


def _text(data: bytes) -> str:
    """As a database or Qt may hand it on: with halves of characters in it."""
    return data.decode("utf-8", "surrogateescape")


def _search(data: bytes, path: Path) -> Any:
    found = parse(_text(data), FIELDS)
    assert parse(dump(found), FIELDS) == found
    return found, passes(found, _PERSON.get)


def _filters(data: bytes, path: Path) -> Any:
    found = filters.read(_text(data))
    filters.check(found)
    return found, filters.filter_words(found, filters.Choices()), filters.read(filters.stored(found)) == found


def _columns(data: bytes, path: Path) -> Any:
    return remembered(HEADINGS, _text(data))


def _repairs(data: bytes, path: Path) -> Any:
    found = repairs.parse(_text(data))
    assert repairs.parse(found.dump()) == found
    return found


def _settings_file(data: bytes, path: Path) -> Any:
    """Read, and where it can be, written and read again, which changes nothing."""
    file = path.with_name(config.FILE_NAME)
    file.write_bytes(data)
    found = config.load(path.parent)
    config.save(path.parent, found)
    assert config.load(path.parent) == found
    return found, server_of(found.database), closed_now(found.lrs, _NOON), found.lrs.host, found.lms.host


def _college_settings(data: bytes, path: Path) -> Any:
    """The first line is the key of a setting, the rest its value."""
    key, _, value = data.decode("utf-8", "ignore").replace("\0", "").partition("\n")
    with closing(Database.in_file(path.with_name("settings.sqlite"))) as db:
        with db.write() as tx:
            setting.create(tx, checkfirst=True)
            tx.execute(delete(setting))
            tx.execute(insert(setting).values(key=key, value=value))
        layout = export_changes.layout(db)
        with db.read() as tx:
            purged = retention.purged_before(tx)
            return [
                layout,
                own_fields.read(tx),
                course_states.read_rules(tx),
                settings.read(tx),
                settings.overdue_hours(tx),
                retention.months(tx),
                purged is not None and purged < _NOON,
                credit_lists.categories(tx),
            ]


def _crash_notes(data: bytes, path: Path) -> Any:
    (path.parent / CRASH_FILE_NAME).write_bytes(data)
    told = crash_notes.take(path.parent)
    assert crash_notes.take(path.parent) == ""
    return told


def _backup_names(data: bytes, path: Path) -> Any:
    """Files in the folder of copies, a name in each line: only what bears the name of a copy of ours may go."""
    files = [path.parent / name for name in sorted(_text(data).replace("\0", "").split("\n")) if name]
    gone = copies._no_longer_kept(files, _NOON.date())
    assert all(_COPY.fullmatch(one.stem) for one in gone), gone
    return [one.name for one in gone]


def _mounts(data: bytes, path: Path) -> Any:
    folders.require_local(path.parent / "learners.sqlite", _text(data))
    return True


_JSON_WORDS = (b'"version":1', b'"members":[]', b'"operator":"IS"', b'"field":"name"', b'"value":"x"', b'"ANY_OF"')
_KEYS = (
    *(b"load.own_fields", b"lms.courses", b"lms.enrolments", b"lms.course_rules", b"lms.kept_months"),
    *(
        b"history.purged",
        b"imports.participant_categories",
        b"attainments.export_layout",
        b"lms.contact",
        b"lms.overdue_hours",
        b'"paused_until":',
        b'"state":"open"',
    ),
)
PARSERS = listed(
    Parser(
        "saved_search",
        _search,
        (
            "app.conditions_stored:parse",
            "app.condition_values:days_of",
            "app.condition_values:numbers_of",
            "app.conditions_memory:_span",
        ),
        ("app.conditions",),
        storable=False,
        words=(
            *_JSON_WORDS,
            b'"BETWEEN"',
            b'"2026-01-01, 2026-02-01"',
            b'"day"',
            b'"credits"',
            b'"NOT_IN_LAST"',
            b'"60"',
        ),
    ),
    Parser(
        "saved_filters",
        _filters,
        ("app.lms.extracts.filters:read", "app.lms.extracts.filters:_day"),
        words=(b'"campuses":[1]', b'"statuses":["ready"]', b'"sent_from":"2026-01-01"', b'"version":1'),
    ),
    Parser(
        "saved_columns",
        _columns,
        ("app.files.columns:remembered",),
        storable=False,
        words=(b'"uses":[[0,"ref",0]]', b'"orders":{"birth_date":"day"}', b'"month"', b"[1e999,1,1]"),
    ),
    Parser(
        "saved_repairs", _repairs, ("app.imports.repairs:parse",), words=(b'["CR-06","",""]', b'"CR-12"', b'"day"')
    ),
    Parser(
        "settings_file",
        _settings_file,
        (
            "app.config_file:read_file",
            "app.config_rules:_parts",
            "app.config_rules:_is_database_address",
            "app.db.addresses:parsed",
            "app.connectors.opening_hours:hours_of",
        ),
        ("app.config", "app.database_place"),
        quotes=True,
        storable=False,
        words=(
            b"[lrs]",
            b"[lms]",
            b"[database]",
            b"[college]",
            b'url = "https://a.example/"',
            b"parallel = 4",
            b'"""',
            b'url = "postgresql+psycopg://u@h/d"',
            b"hosts = []",
            b'opens = "08:00"',
            b'days = "Mon-Fri"',
        ),
    ),
    Parser(
        "college_settings",
        _college_settings,
        (
            "app.attainments.export_changes:layout",
            "app.learners.own_fields:read",
            "app.lms.course_states:read_rules",
            "app.lms.settings:_plan",
            "app.retention:purged_before",
            "app.json_text:json_or_none",
            "app.imports.credit_lists:categories",
        ),
        slow=True,
        storable=False,
        words=_KEYS,
    ),
    Parser(
        "crash_notes",
        _crash_notes,
        (),
        ("app.crash_notes", "app.logs"),
        storable=False,
        words=(b"Fatal Python error", b"Windows fatal exception: code 0x1", b"Learner Manager did not answer", b"\n"),
    ),
    Parser(
        "backup_names",
        _backup_names,
        ("app.copies:_day_of",),
        storable=False,
        words=(
            b"daily-2025-01-01.db",
            b"daily-20250101.db",
            b"daily-2025-W01-1.db",
            b"\n",
            b"daily-",
            b".db",
            b"before-move-20250101-120000.db",
        ),
    ),
    Parser(
        "mounts",
        _mounts,
        (),
        ("app.folders",),
        storable=False,
        words=(b"nfs4", b"cifs", b" / ", b"\\040", b"\\777", b"/tmp", b"\n", b"fuse.sshfs"),
    ),
)
