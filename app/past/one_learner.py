"""One learner, one page: what is stored of them and what happened, for the screen and for paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from app.access import User
from app.attainments import search as attainments
from app.dates import shown, shown_time
from app.db.tables import (
    aim,
    award,
    campus,
    change,
    course,
    credit_type,
    enrolment,
    extract_record,
    file_job,
    file_row,
    learner,
    plr_check,
)
from app.enrolling import STATUSES
from app.lms import enrolments_list
from app.lms.extracts import records_list
from app.past import changes_of
from app.past.changes_of import DID, ChangeRow, Scope
from app.past.kinds import words_of_file, words_of_outcome

ON_SCREEN, ON_PAPER = 200, 2_000
"""So many rows of a part are read at most."""
_STATUSES = dict(STATUSES)
_RECORD_STATUSES, _CHANGES = dict(records_list.STATUSES), dict(records_list.CHANGES)
_ULN = {"ok": "valid", "temporary": "temporary", "bad": "fails its check digit"}
_CHECKED = {"records": "records came", "none": "no records", "refused": "refused", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the page: its rows, and how many there are in all."""

    name: str
    title: str
    columns: tuple[str, ...]
    shares: tuple[int, ...]
    """What part of the width each column has."""
    rows: Sequence[tuple[str, ...]] = field(repr=False)
    total: int = 0


@dataclass(frozen=True, slots=True)
class OneLearner:
    """A learner as the page shows them."""

    id: int
    name: str = field(repr=False)
    facts: tuple[tuple[str, str], ...] = field(repr=False)
    """Titles and values, of what is held."""
    parts: tuple[Part, ...] = field(repr=False)


def read(tx: Connection, user: User, learner_id: int, most: int = ON_SCREEN) -> OneLearner | None:
    """Everything about a learner, of each part the latest `most` rows; None for one who is gone. Extract records and
    their history are those of the user's campuses. Raises AccessError."""
    scope = changes_of.scope_of(tx, user)
    query = (
        select(learner, campus.c.name.label("campus"), plr_check.c.at, plr_check.c.outcome)
        .outerjoin(campus, campus.c.id == learner.c.campus_id)
        .outerjoin(plr_check, plr_check.c.learner_id == learner.c.id)
        .where(learner.c.id == learner_id)
    )
    row = tx.execute(query).one_or_none()
    if row is None or row.removed_at is not None or row.merged_into_id is not None:
        return None
    name = " ".join(one for one in (row.given_names, row.family_name) if one) or row.ref
    parts = (
        _attainments(tx, learner_id, most),
        _aims(tx, learner_id, most),
        _enrolments(tx, learner_id, most),
        *([_records(tx, learner_id, scope, most)] if scope.extracts else []),
        _credit(tx, learner_id, most),
        _imports(tx, learner_id, most),
        _timeline(tx, learner_id, scope, most),
    )
    return OneLearner(learner_id, name, _facts(row), parts)


def _facts(row: Any) -> tuple[tuple[str, str], ...]:
    uln = f"{row.uln} ({_ULN.get(row.uln_state, row.uln_state)})" if row.uln else ""
    checked = f"{shown_time(row.at)}, {_CHECKED.get(row.outcome, row.outcome)}" if row.at else ""
    told = (
        ("Person code", row.ref),
        ("ULN", uln),
        ("Date of birth", shown(row.birth_date)),
        ("Sex", row.sex),
        ("Known as", row.known_as),
        ("Postcode", row.postcode),
        ("Email", row.email),
        ("Phone", row.phone),
        ("Campus", row.campus),
        ("Tutor group", row.tutor_group),
        ("Last year seen", row.last_year_seen),
        ("Last PLR", checked),
    )
    return tuple((title, value) for title, value in told if value)


def _texts(*cells: object) -> tuple[str, ...]:
    """Cells as people read them."""
    return tuple(
        shown_time(one)
        if isinstance(one, datetime)
        else shown(one)
        if isinstance(one, date)
        else ""
        if one is None
        else str(one)
        for one in cells
    )


def _total(tx: Connection, table: Any, *where: ColumnElement[bool]) -> int:
    return int(tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _attainments(tx: Connection, learner_id: int, most: int) -> Part:
    total, found = attainments.of_learner(tx, learner_id, most)
    rows = [
        _texts(
            one.subject or one.subject_code,
            one.qualification_type,
            one.level,
            one.grade,
            one.award_date,
            one.provider,
        )
        for one in found
    ]
    columns = ("Subject", "Qualification", "Level", "Grade", "Awarded", "Provider")
    return Part("attainments", "Attainments", columns, (32, 20, 8, 10, 12, 18), rows, total)


def _aims(tx: Connection, learner_id: int, most: int) -> Part:
    query = select(aim).where(aim.c.learner_id == learner_id)
    query = query.order_by(aim.c.year.desc(), aim.c.seq, aim.c.repeat).limit(most)
    rows = [
        _texts(
            row.year,
            row.course_code or row.aim_ref,
            row.course_title,
            row.starts,
            row.ends or row.planned_end,
            row.completion,
            row.outcome,
            row.grade,
        )
        for row in tx.execute(query)
    ]
    columns = ("Year", "Code", "Course", "Starts", "Ends", "Completion", "Outcome", "Grade")
    total = _total(tx, aim, aim.c.learner_id == learner_id)
    return Part("aims", "Aims", columns, (9, 14, 27, 12, 12, 10, 8, 8), rows, total)


def _enrolments(tx: Connection, learner_id: int, most: int) -> Part:
    here = (enrolment.c.learner_id == learner_id, enrolment.c.removed_at.is_(None))
    ids = tx.execute(select(enrolment.c.id).where(*here).order_by(enrolment.c.id.desc()).limit(most)).scalars().all()
    found = enrolments_list.rows(tx, ids) if ids else {}
    rows = [
        _texts(
            one.course_code,
            one.course_title,
            _STATUSES.get(one.status, one.status),
            one.starts,
            one.ends,
            one.progress,
            one.grade_text,
            one.as_of,
        )
        for one in (found[key] for key in ids if key in found)
    ]
    columns = ("Course", "Title", "Status", "Starts", "Ends", "Progress", "Grade", "As of")
    total = _total(tx, enrolment, *here)
    return Part("enrolments", "Enrolments and Progress", columns, (12, 24, 11, 11, 11, 9, 8, 14), rows, total)


def _records(tx: Connection, learner_id: int, scope: Scope, most: int) -> Part:
    def of(query: Select[Any]) -> Select[Any]:
        mine = enrolment.c.learner_id == learner_id
        return records_list.joined(query).where(mine, records_list.in_scope(scope.campuses))

    latest = of(select(extract_record.c.id)).order_by(extract_record.c.id.desc()).limit(most)
    ids = tx.execute(latest).scalars().all()
    found = records_list.rows(tx, ids, scope.campuses) if ids else {}
    rows = [
        _texts(
            f"{one.course_code} / {one.section:02}",
            _CHANGES.get(one.change, one.change),
            one.changed_on,
            _RECORD_STATUSES.get(one.status, one.status),
            one.extracted_at,
            one.answered_at,
            one.message,
        )
        for one in (found[key] for key in ids if key in found)
    ]
    total = int(tx.execute(of(select(func.count(extract_record.c.id)))).scalar_one())
    columns = ("Section", "Change", "Changed on", "Status", "Last sent", "Answered", "LMS message")
    return Part("records", "Extract Records", columns, (16, 9, 12, 13, 16, 16, 18), rows, total)


def _credit(tx: Connection, learner_id: int, most: int) -> Part:
    here = (award.c.learner_id == learner_id, award.c.removed_at.is_(None))
    query = (
        select(award, course.c.code, course.c.title, credit_type.c.code.label("type_code"))
        .join(course, course.c.id == award.c.course_id)
        .join(credit_type, credit_type.c.id == award.c.type_id)
        .where(*here)
        .order_by(award.c.id.desc())
        .limit(most)
    )
    rows = [
        _texts(row.code, row.title, row.type_code, changes_of.hundredths(row.amount), row.awarded_on, row.expires_on)
        for row in tx.execute(query)
    ]
    columns = ("Course", "Title", "Type", "Credit", "Awarded", "Expires")
    return Part("credit", "Credit", columns, (16, 36, 14, 10, 12, 12), rows, _total(tx, award, *here))


def _imports(tx: Connection, learner_id: int, most: int) -> Part:
    here = (file_row.c.learner_id == learner_id, file_job.c.state.not_in(("reading", "checked")))
    from_ = file_row.join(file_job, file_job.c.id == file_row.c.job_id)
    query = select(file_job.c.started_at, file_job.c.kind, file_job.c.file_name, file_row).select_from(from_)
    query = query.where(*here).order_by(file_row.c.id.desc()).limit(most)
    rows = [
        _texts(
            row.started_at,
            words_of_file(row.kind),
            row.file_name,
            row.number,
            words_of_outcome(row.outcome or row.predicted),
            "yes" if row.held == "held" else "",
        )
        for row in tx.execute(query)
    ]
    columns = ("When", "What", "File", "Row", "Outcome", "Held")
    return Part("imports", "Imports", columns, (18, 16, 34, 8, 16, 8), rows, _total(tx, from_, *here))


def _timeline(tx: Connection, learner_id: int, scope: Scope, most: int) -> Part:
    ids = tx.execute(changes_of.learner_keys_query(learner_id, scope).limit(most)).scalars().all()
    found: dict[int, ChangeRow] = {}
    for start in range(0, len(ids), ON_SCREEN):
        found |= changes_of.rows(tx, ids[start : start + ON_SCREEN], scope)
    rows = [
        _texts(
            one.at,
            one.who or "schedule",
            one.operation,
            f"{one.what} {one.which}".strip(),
            DID.get(one.did, one.did),
            one.in_words,
        )
        for one in (found[key] for key in ids if key in found)
    ]
    total = _total(tx, change, changes_of.of_learner(learner_id), changes_of.seen_by(scope))
    columns = ("When", "Who", "Done", "What", "Change", "Before → after")
    return Part("timeline", "Timeline", columns, (15, 10, 15, 18, 8, 34), rows, total)
