"""What to look at about an extract record: overdue, gate failed, superseded, gone (EX-T3, EX-P7, EX-R5, EX-R6)."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, exists, func, not_, or_, select

from app.conditions_sql import Where
from app.db.clock import hours_ago
from app.db.tables import (
    SHOWN,
    campus_vendor,
    enrolment,
    extract_record,
    learner,
    lms_account,
    section,
    section_campus,
)
from app.lms.extracts import gates

SENT = ("transmitted", "processed")


def overdue(hours: int) -> Where:
    """Sent, and without an answer for longer than `hours`, of the settings, by the clock that wrote when it was sent
    (EX-T3)."""
    return and_(
        extract_record.c.status == "transmitted", extract_record.c.extracted_at < hours_ago(cast(hours, Integer))
    )


def gate_failed() -> Where:
    """A record that waits, and will not be sent: a gate of its section does not hold any more, or the learner has not
    exactly one account (EX-P7). In a query of records joined as `records_list.joined` does."""
    holding = gates.holding().subquery("holding")
    account = (
        select(case((and_(func.count() == 1, func.sum(case((lms_account.c.clash, 1), else_=0)) == 0), 1), else_=0))
        .where(lms_account.c.learner_id == learner.c.id, lms_account.c.vendor_id == holding.c.vendor_id)
        .correlate(learner, holding)
        .scalar_subquery()
    )
    fits = exists().where(holding.c.section_id == section.c.id, account == 1).correlate(section, learner)
    return and_(extract_record.c.status == "ready", ~fits)


def superseded() -> Where:
    """A newer change of the same enrolment has gone to the LMS, so that this one may not follow it (EX-R5)."""
    return and_(extract_record.c.status.in_(("ready", "rejected")), has_newer_sent())


def gone() -> Where:
    """A record that waits, and will not be sent: its registration is there no more (EX-R6). In a query of records
    joined as `records_list.joined` does. A Drop tells just that."""
    away = or_(enrolment.c.removed_at.is_not(None), not_(SHOWN))
    return and_(extract_record.c.status == "ready", extract_record.c.change != "drop", away)


def has_newer_sent() -> Where:
    """Whether a newer record of the same enrolment is Transmitted or Processed."""
    newer = extract_record.alias("newer")
    there = exists().where(
        newer.c.enrolment_id == extract_record.c.enrolment_id,
        newer.c.number > extract_record.c.number,
        newer.c.status.in_(SENT),
    )
    return there.correlate(extract_record)


def vendor_of_section() -> ColumnElement[Any]:
    """The LMS that a section goes to: its own, else the default of the owning campus (EX-P5)."""
    default = (
        select(campus_vendor.c.vendor_id)
        .join(section_campus, section_campus.c.campus_id == campus_vendor.c.campus_id)
        .where(section_campus.c.section_id == section.c.id, section_campus.c.owner, campus_vendor.c.is_default)
        .correlate(section)
        .scalar_subquery()
    )
    return func.coalesce(section.c.vendor_id, default)
