"""The columns of a course record file: names, aliases, which an importer needs (course-record-import.md 2, 3)."""

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum


class Importer(StrEnum):
    """Started from one course, or for whatever courses the file names."""

    COURSE = "course"
    GLOBAL = "global"


class Column(StrEnum):
    """A column by its canonical name, in the order of the templates."""

    COURSE = "external_course_id"
    TITLE = "title"
    USER = "external_user_id"
    EMAIL = "external_email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    STARTS = "enrollment_start"
    ENDS = "enrollment_end"
    CREDITS = "credits"
    CREDIT_TYPE = "credit_type"
    EXPIRES = "credit_expiration"
    COMPLETE = "complete"
    COMPLETED_ON = "date_completed"
    ATTENDED = "attended"
    CATEGORY = "participant_category"


ALIASES: Mapping[str, Column] = {
    "external_mail": Column.EMAIL,
    "email": Column.EMAIL,
    "external_uid": Column.USER,
    "member_id": Column.USER,
}
OURS = frozenset({"rule", "message"})
"""Put beside the columns by *Export Refused Rows*: known, and not looked at."""

DATES = frozenset({Column.STARTS, Column.ENDS, Column.EXPIRES, Column.COMPLETED_ON})
YES_NO = frozenset({Column.COMPLETE, Column.ATTENDED})
NUMBERS = DATES | YES_NO | {Column.CREDITS}
"""What holds no words: quotation marks around the value are a spreadsheet's doing."""

LONGEST = 255
LONGEST_COURSE = 128

_KNOWN: Mapping[str, Column] = {**{one.value: one for one in Column}, **ALIASES}
_NEEDED: Mapping[Importer, tuple[tuple[Column, ...], ...]] = {
    Importer.COURSE: ((Column.USER, Column.EMAIL),),
    Importer.GLOBAL: ((Column.COURSE,), (Column.TITLE,), (Column.USER, Column.EMAIL)),
}
_MOST_COMPARED = 60


def column_of(name: str) -> Column | None:
    """The column that a heading means, by its canonical name or an alias, spelt exactly; None for any other."""
    return _KNOWN.get(name)


def needed(importer: Importer) -> tuple[tuple[Column, ...], ...]:
    """What a file must have: of each group one column at least."""
    return _NEEDED[importer]


def longest(column: Column) -> int:
    """How many characters a cell of the column may have."""
    return LONGEST_COURSE if column is Column.COURSE else LONGEST


def closest(name: str) -> str:
    """The known name that is spelt most like `name`; "" if none is near."""
    plain = "_".join(name[:_MOST_COMPARED].casefold().replace("-", " ").split())
    return next(iter(get_close_matches(plain, _KNOWN, n=1, cutoff=0.75)), "")
