"""A course for credit and a course record in full, for the panes beside their grids."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.imports import course_records, courses_listed, credit_history, edit_credit, outgoing, participation
from app.imports.course_records import RecordRow
from app.imports.courses_listed import CourseRow
from app.imports.credit_history import Line
from app.imports.edit_credit import Record
from app.imports.outgoing import ReportRow
from app.imports.participation import Participation


@dataclass(frozen=True, slots=True)
class CourseLooked:
    """Everything the pane shows of a course."""

    row: CourseRow
    participation: Participation
    history: Sequence[Line]


@dataclass(frozen=True, slots=True)
class RecordLooked:
    """Everything the pane shows of a record."""

    row: RecordRow
    record: Record
    history: Sequence[Line]


def of_course(tx: Connection, course_id: int) -> CourseLooked | None:
    """The course; None if it is not there."""
    row = courses_listed.rows(tx, [course_id]).get(course_id)
    if row is None:
        return None
    return CourseLooked(row, participation.of_course(tx, course_id), credit_history.of_course(tx, course_id))


def of_record(tx: Connection, enrolment_id: int) -> RecordLooked | None:
    """The record; None if it is not there."""
    row = course_records.rows(tx, [enrolment_id]).get(enrolment_id)
    record = edit_credit.read(tx, enrolment_id)
    if row is None or record is None:
        return None
    return RecordLooked(row, record, credit_history.of_record(tx, enrolment_id, row.learner_id, row.course_id))


def of_report(tx: Connection, report_id: int) -> ReportRow | None:
    """What is due to an outside body; None if it is not there."""
    return outgoing.rows(tx, [report_id]).get(report_id)
