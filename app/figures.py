"""The figures that Home draws: what stands in the database as a few series of numbers, one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, func, or_, select

from app import access
from app.access import Permission, User
from app.conditions_sql import Where
from app.dates import MONTHS, day_begins
from app.db.database import Database
from app.db.tables import (
    SHOWN,
    attainment,
    attainment_event,
    enrolment,
    extract_record,
    learner,
    lms_course,
    progress,
    section,
)
from app.lms import settings
from app.lms.enrolments_list import percent_of
from app.lms.extracts import records_list
from app.lms.states import CourseState

DAYS = 14
"""Of the extract statuses, today the last."""
MOST_COURSES = 8
"""The largest ones: more bars would be too thin to be read."""


class Plot(StrEnum):
    """The figures, in the order in which they are shown."""

    STATUSES = "statuses"
    AGE = "age"
    PROGRESS = "progress"
    ATTAINMENTS = "attainments"


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a figure: its name, and a number for each category."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """Stacked bars: one for each category. `shares`: drawn as parts of a hundred. `goal`: minutes, for the age."""

    plot: Plot
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    shares: bool = False
    goal: int = 0

    @property
    def total(self) -> int:
        return sum(sum(one.values) for one in self.series)


def figures(db: Database, tx: Connection, user: User, today: date | None = None) -> list[Figure]:
    """What this user may see, in order."""
    day = today or date.today()
    rights = access.rights(tx, user)
    found = []
    if not (rights.why_not(Permission.PROCESSES) or rights.why_not(Permission.EXTRACTS)):
        found.append(_statuses(tx, access.campuses(tx, user), day))
    return [*found, _ages(db, tx, day), _progress(tx), _attainments(tx)]


def _numbers(conditions: Sequence[Where]) -> list[ColumnElement[int]]:
    return [func.count(case((one, 1))) for one in conditions]


# Extract records by the day on which they were given the status that they have


def _statuses(tx: Connection, scope: access.Scope, today: date) -> Figure:
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    ends = [day_begins(day) for day in (*days, today + timedelta(days=1))]
    at = extract_record.c.status_at
    on_day = [and_(at >= first, at < last) for first, last in pairwise(ends)]
    query = records_list.joined(select(extract_record.c.status, *_numbers(on_day)).select_from(extract_record))
    query = query.where(records_list.in_scope(scope), at >= ends[0]).group_by(extract_record.c.status)
    held = {row[0]: tuple(row[1:]) for row in tx.execute(query)}
    order = ("processed", "transmitted", "ready", "rejected")
    series = tuple(Series(records_list.TITLES[one], held.get(one, (0,) * DAYS)) for one in order)
    return Figure(Plot.STATUSES, tuple(f"{day.day} {MONTHS[day.month - 1]}" for day in days), series)


# Open courses by how long ago their grades came

_AGES = (
    ("up to 30 min", timedelta(minutes=30)),
    ("up to 1 h", timedelta(hours=1)),
    ("up to 4 h", timedelta(hours=4)),
    ("up to a day", timedelta(days=1)),
    ("up to a week", timedelta(days=7)),
)
_OLDER, _NEVER = "older", "never came"


def _ages(db: Database, tx: Connection, today: date) -> Figure:
    now, good = db.now(tx), lms_course.c.grades_good_at
    edges = [now - age for _, age in _AGES]
    bands: list[Where] = [good >= edges[0]]
    bands += [and_(good < newer, good >= older) for newer, older in pairwise(edges)]
    bands += [good < edges[-1], good.is_(None)]
    followed = (
        lms_course.c.state == CourseState.OPEN.value,
        lms_course.c.removed_at.is_(None),
        or_(lms_course.c.paused_until.is_(None), lms_course.c.paused_until <= today),
    )
    row = tx.execute(select(*_numbers(bands)).where(*followed)).one()
    names = (*(name for name, _ in _AGES), _OLDER, _NEVER)
    goal = settings.read(tx).of(settings.Kind.ENROLMENTS).interval
    return Figure(Plot.AGE, names, (Series("Courses", tuple(row)),), goal=goal)


# Learners of the largest courses by how far they are

_IN_ORDER = "not indexed"
"""SQLite would go through the enrolments by section, and look for the progress of each all over the file."""
_BANDS = ("under 25 %", "25 to 49 %", "50 to 74 %", "75 % and over", "not known")


def _bands(percent: ColumnElement[Any]) -> tuple[Where, ...]:
    quarters = (and_(percent >= least, percent < least + 25) for least in (25, 50))
    return (percent < 25, *quarters, percent >= 75, percent.is_(None))


def _progress(tx: Connection) -> Figure:
    # Learners are counted first by what the LMS said of them, which is much the same of many: the rest reckons with
    # some thousand rows instead of one for each enrolment.
    alike = (enrolment.c.section_id, progress.c.graded, progress.c.visible)
    counted = (
        select(*alike, func.count().label("learners"))
        .select_from(progress)
        .join(enrolment, enrolment.c.id == progress.c.enrolment_id)
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .with_hint(progress, _IN_ORDER, "sqlite")
        .where(enrolment.c.removed_at.is_(None), SHOWN)
        .group_by(*alike)
        .subquery("counted")
    )
    percent = percent_of(counted.c.graded, counted.c.visible)
    query: Select[Any] = (
        select(lms_course.c.short_name, *(_learners(counted, among) for among in _bands(percent)))
        .select_from(counted)
        .join(section, section.c.id == counted.c.section_id)
        .join(lms_course, lms_course.c.id == section.c.lms_course_id)
        .where(lms_course.c.removed_at.is_(None))
        .group_by(lms_course.c.id, lms_course.c.short_name)
        .order_by(func.sum(counted.c.learners).desc(), lms_course.c.id)
        .limit(MOST_COURSES)
    )
    rows = tx.execute(query).all()
    series = tuple(Series(name, tuple(int(row[place]) for row in rows)) for place, name in enumerate(_BANDS, 1))
    return Figure(Plot.PROGRESS, tuple(row[0] for row in rows), series, shares=True)


def _learners(counted: Subquery, among: Where) -> ColumnElement[Any]:
    return func.sum(case((among, counted.c.learners), else_=0))


# Attainments by level, and by who told of them

_LEVELS = ("Entry Level", "Level 1", "Level 1/2", "Level 2", "Level 3", "Level 4", "Level 5")
_OTHER_LEVEL = "other or none"
_BELIEVED = (("AO", "Awarding bodies"), ("QCFU", "Awarding bodies"), ("NPD", "NPD"), ("ILR", "ILR"))
"""Who is believed first of those who told of it, as app.attainments.stored.rank has it, and what they are called."""
_OWN, _OTHER_SOURCE = "Own", "Other LRS"
_NAMES = ("NPD", "ILR", "Awarding bodies", _OWN, _OTHER_SOURCE)


def _attainments(tx: Connection) -> Figure:
    told = func.upper(attainment_event.c.source)
    best = (
        select(func.min(case(*((told == code, place) for place, (code, _) in enumerate(_BELIEVED)), else_=9)))
        .where(attainment_event.c.attainment_id == attainment.c.id)
        .correlate(attainment)
        .scalar_subquery()
    )
    source = case((attainment.c.origin != "lrs", -1), else_=best)
    each = (
        select(attainment.c.level, source.label("source"))
        .join(learner, learner.c.id == attainment.c.learner_id)
        .where(attainment.c.removed_at.is_(None), SHOWN)
        .subquery("each")
    )
    query = select(each.c.level, each.c.source, func.count()).group_by(each.c.level, each.c.source)
    names = {-1: _OWN, **{place: name for place, (_, name) in enumerate(_BELIEVED)}}
    held: dict[tuple[str, str], int] = {}
    for level, place, number in tx.execute(query):
        key = (level if level in _LEVELS else _OTHER_LEVEL, names.get(place, _OTHER_SOURCE))
        held[key] = held.get(key, 0) + int(number)
    there = {level for level, _ in held}
    levels = tuple(one for one in (*_LEVELS, _OTHER_LEVEL) if one in there)
    series = tuple(Series(name, tuple(held.get((level, name), 0) for level in levels)) for name in _NAMES)
    return Figure(Plot.ATTAINMENTS, levels, tuple(one for one in series if any(one.values)))
