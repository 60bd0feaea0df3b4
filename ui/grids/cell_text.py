"""A cell's value as text: as it is painted and read aloud, and as it is copied into a spreadsheet."""

from datetime import date, datetime
from decimal import Decimal

from ui.grids.columns import Column, Kind, Moved, State, Tags
from ui.look.plain import visible_text
from ui.look.words import tr

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"
_BREAKS = dict.fromkeys((*range(0x20), 0x7F, 0x85, 0x2028, 0x2029), " ")


def day(value: date) -> str:
    """`23 Nov 2026`, and with the time of day in local time where there is one: `23 Nov 2026 10:42`."""
    if not isinstance(value, datetime):
        return f"{value.day} {tr(_MONTHS[value.month - 1])} {value.year}"
    local = value.astimezone() if value.tzinfo is not None else value
    return f"{local.day} {tr(_MONTHS[local.month - 1])} {local.year} {local:%H:%M}"


def age(moment: datetime) -> str:
    """`10:42` of today, `21 Nov` of this year, else with the year; in local time."""
    local, today = moment.astimezone(), date.today()
    if local.date() == today:
        return f"{local:%H:%M}"
    month = f"{local.day} {tr(_MONTHS[local.month - 1])}"
    return month if local.year == today.year else f"{month} {local.year}"


def shown(value: object, kind: Kind) -> str:
    """`value` as people read it; nothing in it can act as mark-up or turn the direction of the text."""
    if value is None:
        return ""
    if isinstance(value, State | Tags | Moved):
        return str(value)
    if kind is Kind.AGE and isinstance(value, datetime):
        return age(value)
    if isinstance(value, date):
        return day(value)
    if kind is Kind.PROGRESS:
        return f"{value} %"
    if kind is Kind.NUMBER and isinstance(value, int | float | Decimal):
        return f"{value:,}"
    return visible_text(str(value))


def spoken(value: object, column: Column) -> str:
    """What a screen reader says: the absent word is said too."""
    return shown(value, column.kind) or (visible_text(tr(column.absent)) if value is None else "")


def copied(value: object) -> str:
    """`value` as it goes to the clipboard: dates in ISO, one line, disarmed.

    Text that begins with a sign that spreadsheets take for a formula gets an apostrophe in front, so that
    nothing in the data is ever executed; numbers of ours keep their minus.
    """
    if value is None:
        return ""
    if isinstance(value, Moved):
        return str(value.old)  # what is not saved leaves the program nowhere
    if isinstance(value, State | Tags):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return str(value)
    text = str(value)
    armed = text[:1] in _FORMULA_SIGNS and text != ""
    return ("'" if armed else "") + text.translate(_BREAKS)
