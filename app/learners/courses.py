"""The courses of a learner as the details pane lists them: what they are called, from when to when, and whether they
go on (learner-files.md 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db.tables import aim
from app.files.aims import CONTINUING, PROGRAMME_WRAPPER, main_aim
from app.folding import fold_code
from app.learners import codes
from app.learners.codes import Kind
from app.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Course:
    """One aim. `title` is what a person or a file calls it, "" where nobody does; `code` what it is known by."""

    title: str
    code: str
    starts: date | None
    ends: date | None
    """When it ended, else when it is planned to end."""
    goes_on: bool
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Courses:
    """Of the last year that is known: the main course first, then those that go on, then the latest."""

    year: str = ""
    courses: tuple[Course, ...] = ()


def of_learner(tx: Connection, learner_id: int) -> Courses:
    """The courses of a learner in the last year of which there are any."""
    rows = tx.execute(select(aim).where(aim.c.learner_id == learner_id).order_by(aim.c.seq, aim.c.repeat)).all()
    if not rows:
        return Courses()
    year = max(row.year for row in rows)
    now = [row for row in rows if row.year == year]
    main, titles = main_aim(now), codes.titles_of(tx, now)
    now.sort(key=lambda row: (row is not main, row.completion != CONTINUING, -(row.starts or date.min).toordinal()))
    return Courses(year, tuple(_course(row, titles, is_main=row is main) for row in now))


def _course(row: Row[Any], titles: Mapping[tuple[str, str], str], *, is_main: bool) -> Course:
    given = ""
    for kind, code in ((Kind.COURSE, row.course_code), (Kind.AIM, row.aim_ref)):
        given = given or titles.get((kind.value, fold_code(code or "")), "")
    return Course(
        given or row.course_title or "",
        _code(row),
        row.starts,
        row.ends or row.planned_end,
        row.completion == CONTINUING,
        is_main,
    )


def _code(row: Row[Any]) -> str:
    """What the course is known by. The code of a programme's wrapper says nothing: its standard or type does."""
    if row.course_code or row.aim_ref != PROGRAMME_WRAPPER:
        return row.course_code or row.aim_ref or ""
    if row.std_code:
        return Sentence("Standard {code}", code=row.std_code)
    return Sentence("Programme type {type}", type=row.prog_type) if row.prog_type else "Programme"
