"""A learner has one place in a course of the LMS, however many of their enrolments lead there: what these together
ask of it (extract-statuses.md EX-R4).

Sections may share a course of the LMS, which knows nothing of sections. So a withdrawal from one of them, sent by
itself, would shut out whom another one still places there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, not_, or_, select

from app.db.among import among
from app.db.extract_tables import extract_attempt
from app.db.tables import SHOWN, enrolment, extract_record, learner, section
from app.lms.extracts import gates

_LETS_IN = ("scheduled", "current", "completed")
"""Who completed a course keeps the place there: the LMS hears nothing of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the LMS is asked for. `shared`: other enrolments of the learner lead there too; `kept`: it is for their
    sake alone that the learner is let in."""

    starts: date | None
    ends: date | None
    suspended: bool
    shared: bool
    kept: bool


def asked(tx: Connection, enrolments: Collection[int]) -> dict[int, Place]:
    """The place that each of these enrolments is about; none of one whose section leads nowhere."""
    rows = tx.execute(_leading_there(enrolments)) if enrolments else ()
    return {of: _together(of, list(some)) for of, some in groupby(rows, attrgetter("of"))}


def _leading_there(enrolments: Collection[int]) -> Select[Any]:
    """Of each enrolment all those of its learner that lead to the same course. Another one counts where the LMS was
    told of it or may be: an enrolment that it never hears of lets nobody in."""
    mine, own = enrolment.alias("mine"), section.alias("own")
    may = gates.holding().subquery("may")
    lets_in = and_(
        enrolment.c.removed_at.is_(None),
        enrolment.c.status.in_(_LETS_IN),
        SHOWN,
        or_(
            enrolment.c.id == mine.c.id,
            enrolment.c.origin == "adopted",
            was_sent(),
            exists().where(may.c.section_id == enrolment.c.section_id),
        ),
    )
    return (
        select(mine.c.id.label("of"), enrolment.c.id, enrolment.c.starts, enrolment.c.ends, lets_in.label("lets_in"))
        .select_from(mine)
        .join(own, own.c.id == mine.c.section_id)
        .join(enrolment, enrolment.c.learner_id == mine.c.learner_id)
        .join(section, and_(section.c.id == enrolment.c.section_id, section.c.lms_course_id == own.c.lms_course_id))
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .where(among(mine.c.id, sorted(enrolments)))
        .order_by(mine.c.id, enrolment.c.id)
    )


def was_sent() -> Any:
    """Whether something of an enrolment went to the LMS, or may have, or a person said so. Not what surely never
    arrived: the LMS would first hear of the learner by a Drop. Nor a Drop that the program itself has made Processed:
    if it was sent its attempts tell, and otherwise it was settled (see `leaving`)."""
    never_arrived = (
        select(func.count())
        .where(extract_attempt.c.record_id == extract_record.c.id, extract_attempt.c.result == "not_reached")
        .scalar_subquery()
    )
    settled = and_(
        extract_record.c.change == "drop",
        extract_record.c.status == "processed",
        extract_record.c.status_by.is_(None),
    )
    return exists().where(
        extract_record.c.enrolment_id == enrolment.c.id,
        or_(extract_record.c.attempts > never_arrived, and_(extract_record.c.status != "ready", not_(settled))),
    )


def _together(of: int, rows: list[Row[Any]]) -> Place:
    """From the first day of any to the last day of any, of those that let in; where none does, it is suspended."""
    letting = [row for row in rows if row.lets_in]
    about = letting or [row for row in rows if row.id == of]
    starts, ends = [row.starts for row in about], [row.ends for row in about]
    return Place(
        None if None in starts else min(starts),
        None if None in ends else max(ends),
        suspended=not letting,
        shared=len(rows) > 1,
        kept=bool(letting) and all(row.id != of for row in letting),
    )
