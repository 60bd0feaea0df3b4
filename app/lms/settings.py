"""When the LMS is synchronised, and whom to ask when it fails: settings that every computer shares (LS-S1, LS-S8)."""

import json
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from app import access, history, retention
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import setting
from app.errors import InputError
from app.folding import cleaned
from app.history import Operation
from app.json_text import json_or_none
from app.sentence import Sentence

SHORTEST, USUAL, LONGEST = 5, 30, 240
LONGEST_CONTACT = 500
OVERDUE_HOURS, LONGEST_OVERDUE = 24, 720
_CONTACT = "lms.contact"
_SEND = "lms.send"
_OVERDUE = "lms.overdue_hours"


_BOUNDS = (
    ("overdue_hours", 1, LONGEST_OVERDUE, "hours"),
    ("kept_months", retention.SHORTEST, retention.LONGEST, "months"),
)


class Kind(StrEnum):
    """The two synchronisations, in the order in which they run when both are due (LS-S4)."""

    COURSES = "courses"
    ENROLMENTS = "enrolments"


@dataclass(frozen=True, slots=True)
class Plan:
    """When one of them runs. `interval` in minutes; paused until the day named, which is the first one again."""

    on: bool = True
    interval: int = USUAL
    paused_until: date | None = None

    def paused(self, today: date) -> bool:
        return self.paused_until is not None and today < self.paused_until


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """All of it. `contact`: the college's own words on whom to ask when the LMS is down."""

    courses: Plan = Plan()
    enrolments: Plan = Plan()
    contact: str = ""
    send: bool = False
    """Whether Ready records go to the LMS after each scheduled run of enrolments."""
    overdue_hours: int = OVERDUE_HOURS
    """A record that was sent and has no answer for longer is overdue (EX-T3)."""
    kept_months: int = retention.MONTHS
    """How long runs are kept, and what *Purge* leaves of history (EX-H2)."""

    def of(self, kind: Kind) -> Plan:
        return self.courses if kind is Kind.COURSES else self.enrolments


def read(tx: Connection) -> SyncSettings:
    """The settings as the database has them now."""
    held = _held(tx, _CONTACT, _SEND, _OVERDUE, retention.KEY, *(_key(kind) for kind in Kind))
    plans = {kind: _plan(held.get(_key(kind))) for kind in Kind}
    return SyncSettings(
        plans[Kind.COURSES],
        plans[Kind.ENROLMENTS],
        held.get(_CONTACT) or "",
        bool(held.get(_SEND)),
        _hours(held.get(_OVERDUE)),
        retention.months_of(held.get(retention.KEY)),
    )


def overdue_hours(tx: Connection) -> int:
    """After how many hours without an answer a record that was sent is overdue."""
    return _hours(_held(tx, _OVERDUE).get(_OVERDUE))


def _hours(text: str | None) -> int:
    return retention.whole(text or "", 1, LONGEST_OVERDUE, OVERDUE_HOURS)


def _held(tx: Connection, *keys: str) -> dict[str, str | None]:
    query = select(setting.c.key, setting.c.value).where(setting.c.key.in_(keys))
    return {row.key: row.value for row in tx.execute(query)}


def _key(kind: Kind) -> str:
    return f"lms.{kind.value}"


def _plan(body: str | None) -> Plan:
    """A plan that was kept; the usual one for none, and for one that is damaged."""
    told = json_or_none(body)
    try:
        on, interval, until = told["on"], told["interval"], told["paused_until"]
        paused = date.fromisoformat(until) if until else None
    except (ValueError, TypeError, KeyError):
        return Plan()
    return Plan(on is True, interval, paused) if type(interval) is int and SHORTEST <= interval <= LONGEST else Plan()


def save(db: Database, user: User, wanted: SyncSettings, *, shown: SyncSettings | None = None) -> bool:
    """Keep them for every computer; returns whether anything differed. With `shown`, what the user was shown, only
    what differs from it: a pause that somebody else set meanwhile stays. Raises AccessError, InputError."""
    for kind in Kind:
        if not SHORTEST <= wanted.of(kind).interval <= LONGEST:
            raise InputError(
                Sentence("The interval is {least} to {most} minutes.", least=SHORTEST, most=LONGEST),
                hint="Choose one between.",
                field=kind.value,
            )
    for name, least, most, unit in _BOUNDS:
        if not least <= getattr(wanted, name) <= most:
            raise InputError(
                Sentence("Choose {least} to {most} {unit}.", least=least, most=most, unit=Sentence(unit)),
                hint="Choose one between.",
                field=name,
            )
    contact = cleaned(wanted.contact)
    if contact is not None and len(contact) > LONGEST_CONTACT:
        raise InputError(
            "This contact is too long.",
            hint=Sentence("There is room for {most} characters.", most=LONGEST_CONTACT),
        )
    with db.write() as tx:
        access.require(tx, user, Permission.DECIDE_COURSES)
        wanted = replace(wanted, contact=contact or "")
        if shown is not None:
            wanted = _carried(read(tx), shown, wanted)
        values = {
            _CONTACT: wanted.contact or None,
            _SEND: "yes" if wanted.send else None,
            _OVERDUE: str(wanted.overdue_hours) if wanted.overdue_hours != OVERDUE_HOURS else None,
            retention.KEY: str(wanted.kept_months) if wanted.kept_months != retention.MONTHS else None,
        }
        values |= {_key(kind): _body(wanted.of(kind)) for kind in Kind}
        rows = {key: row_of(db, tx, key) for key in values}
        differing = [(rows[key], {"value": value}, None) for key, value in values.items() if rows[key].value != value]
        if differing:
            operation: Operation = history.begin(tx, db, user.id, "lms_settings")
            operation.update_many(setting, differing)
            operation.end(tx)
    return bool(differing)


def _carried(now: SyncSettings, shown: SyncSettings, wanted: SyncSettings) -> SyncSettings:
    """What holds now, with the differences between `shown` and `wanted`."""

    def plan(kind: Kind) -> Plan:
        was, is_ = shown.of(kind), wanted.of(kind)
        moved = {one.name: getattr(is_, one.name) for one in fields(Plan)}
        return replace(now.of(kind), **{name: value for name, value in moved.items() if value != getattr(was, name)})

    plain = ("contact", "send", "overdue_hours", "kept_months")
    moved = {name: getattr(wanted, name) for name in plain if getattr(wanted, name) != getattr(shown, name)}
    return replace(now, courses=plan(Kind.COURSES), enrolments=plan(Kind.ENROLMENTS), **moved)


def _body(plan: Plan) -> str:
    until = plan.paused_until.isoformat() if plan.paused_until else None
    return json.dumps({"on": plan.on, "interval": plan.interval, "paused_until": until})


def row_of(db: Database, tx: Connection, key: str) -> Row[Any]:
    """The row of a setting, made when first needed."""
    query = select(setting).where(setting.c.key == key)
    row = tx.execute(query).one_or_none()
    if row is None:
        db.alone(tx)  # of two computers that make it at once, one is the first
        row = tx.execute(query).one_or_none()
    return row if row is not None else tx.execute(insert(setting).values(key=key).returning(setting)).one()
