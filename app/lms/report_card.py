"""A learner's rows of the gradebook as delivered, kept as JSON; and why the progress made of them is what it is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from app.connectors.lms import Activity, GradeRow
from app.json_text import encoded
from app.lms.progress import Progress

_TOTALS = ("category", "course")


@dataclass(frozen=True, slots=True)
class CardRow:
    """A row of a report card, in the order of the gradebook (LS-E15)."""

    kind: str
    """"mod", "manual", "category" or "course"."""
    activity: str | None
    name: str | None
    counts: bool
    """Whether it belongs to an activity that counts for progress."""
    grade: float | None = field(repr=False)
    grade_text: str | None = field(repr=False)
    minimum: float | None
    maximum: float | None
    range_text: str | None
    percent: str | None = field(repr=False)
    letter: str | None = field(repr=False)
    weight: str | None
    feedback: str | None = field(repr=False)
    """HTML as it came: shown only as `feedback.safe` makes of it."""
    submitted_at: datetime | None
    graded_at: datetime | None
    hidden: bool
    locked: bool
    overridden: bool
    unread: bool = False
    """There is a grade that cannot be read as a number; `grade_text` is what the LMS shows (SE-25)."""


@dataclass(frozen=True, slots=True)
class ReportCard:
    """What the LMS said last of one learner on one course."""

    rows: tuple[CardRow, ...]
    without_row: tuple[str, ...]
    """Names of activities that count and of which the learner has no row."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Our two numbers and what is behind them (LS-E13): each activity by name, and why it counts or not."""

    progress: Progress
    graded: tuple[str, ...]
    ungraded: tuple[str, ...]
    hidden: tuple[str, ...]
    """In the gradebook, but hidden in the course: in neither number."""
    other: tuple[str, ...]
    """Columns without an activity: in neither number."""


def packed(rows: Sequence[GradeRow], activities: Mapping[str, Activity], counting: frozenset[str]) -> str:
    """The report card as it is stored. A total's date is when it was reckoned, which says nothing: left out."""
    listed = [_line(row, counting) for row in rows]
    missing = sorted(counting - {row.activity for row in rows if row.kind == "mod"}, key=lambda one: (len(one), one))
    names = [activities[one].name for one in missing if one in activities]
    return encoded({"rows": listed, "without_row": names})


def _line(row: GradeRow, counting: frozenset[str]) -> tuple[Any, ...]:
    """A row in the order of `CardRow`; whether it is unread only where it is."""
    kind, activity, begun, ended = row.kind, row.activity, row.submitted_at, row.graded_at
    line = (
        kind,
        activity,
        row.name,
        kind == "mod" and activity in counting,
        row.grade,
        row.grade_text,
        row.minimum,
        row.maximum,
        row.range_text,
        row.percent,
        row.letter,
        row.weight,
        row.feedback,
        None if begun is None else int(begun.timestamp()),
        None if ended is None or kind in _TOTALS else int(ended.timestamp()),
        row.hidden,
        row.locked,
        row.overridden,
    )
    return (*line, True) if row.not_understood and row.unread else line


def fingerprint(*parts: str) -> str:
    """Tells whether anything of a learner's data differs from what is stored."""
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def unpacked(body: str | None) -> ReportCard | None:
    """What `packed` made; None where nothing is stored."""
    if not body:
        return None
    told: dict[str, Any] = json.loads(body)
    rows = tuple(CardRow(*[*one[:13], _moment(one[13]), _moment(one[14]), *one[15:]]) for one in told["rows"])
    return ReportCard(rows, tuple(told["without_row"]))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def why(card: ReportCard) -> Counted:
    """Why progress is what it is: the activities behind the two numbers, by name, each once, in gradebook order."""
    names: dict[str, str] = {}
    done: set[str] = set()
    counts: set[str] = set()
    for row in card.rows:
        if row.kind == "mod" and row.activity is not None:
            names.setdefault(row.activity, row.name or row.activity)
            if row.counts:
                counts.add(row.activity)
            if row.grade is not None or row.unread:
                done.add(row.activity)
    graded = _names(names, lambda one: one in counts and one in done)
    ungraded = (*_names(names, lambda one: one in counts and one not in done), *card.without_row)
    return Counted(
        Progress(len(graded), len(graded) + len(ungraded)),
        graded,
        ungraded,
        _names(names, lambda one: one not in counts),
        tuple(row.name or "" for row in card.rows if row.kind == "manual"),
    )


def _names(names: Mapping[str, str], wanted: Any) -> tuple[str, ...]:
    return tuple(name for one, name in names.items() if wanted(one))


def kinds(rows: Iterable[GradeRow]) -> set[str]:
    """Which kinds of rows there are."""
    return {row.kind for row in rows}
