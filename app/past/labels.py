"""Which row it is: what people know a row by, looked up for many ids at once."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, FromClause, Row, Select, select

from app.db.among import among
from app.db.tables import (
    aim,
    app_user,
    attainment,
    attainment_type,
    award,
    campus,
    course,
    course_credit,
    credit_type,
    delivery_method,
    enrolment,
    extract_record,
    learner,
    licence,
    lms_account,
    lms_course,
    lms_vendor,
    metadata,
    outgoing_report,
    progress,
    reporter,
    role,
    section,
    setting,
    source_code,
    term,
)

_PLAIN: Mapping[str, tuple[str, ...]] = {
    one.name: names
    for one, names in (
        (attainment_type, ("code",)),
        (campus, ("name",)),
        (course, ("code",)),
        (source_code, ("code", "year")),
        (aim, ("aim_ref", "year")),
        (lms_vendor, ("code",)),
        (lms_course, ("short_name",)),
        (lms_account, ("lms_user_number",)),
        (term, ("code",)),
        (delivery_method, ("code",)),
        (credit_type, ("code",)),
        (reporter, ("name",)),
        (app_user, ("name",)),
        (role, ("title",)),
        (licence, ("code",)),
        (setting, ("key",)),
    )
}
"""Tables whose rows are known by columns of their own."""
_SECTION = select(section.c.id, course.c.code, section.c.number).join(course, course.c.id == section.c.course_id)


@cache
def _query(name: str) -> Select[Any] | None:
    """The id, and in order what the row is known by; None: nothing."""
    if names := _PLAIN.get(name):
        table = metadata.tables[name]
        columns: list[Any] = [table.c[one] for one in ("id", *names)]
        return select(*columns)
    match name:
        case "learner":
            return select(learner.c.id, learner.c.ref, learner.c.family_name, learner.c.given_names)
        case "attainment":
            return select(attainment.c.id, attainment.c.subject, attainment.c.subject_code)
        case "section":
            return _SECTION
        case "enrolment":
            return _of_enrolment(enrolment.c.id, enrolment)
        case "progress":
            return _of_enrolment(progress.c.id, progress.join(enrolment, progress.c.enrolment_id == enrolment.c.id))
        case "extract_record":
            at = extract_record.c.enrolment_id == enrolment.c.id
            return _of_enrolment(extract_record.c.id, extract_record.join(enrolment, at))
        case "award" | "course_credit":
            table = award if name == "award" else course_credit
            query: Select[Any] = select(table.c.id, course.c.code, credit_type.c.code.label("type_code"))
            query = query.join(course, course.c.id == table.c.course_id)
            return query.join(credit_type, credit_type.c.id == table.c.type_id)
        case "outgoing_report":
            body: Select[Any] = select(outgoing_report.c.id, reporter.c.name)
            return body.join(reporter, reporter.c.id == outgoing_report.c.reporter_id)
    return None


def _of_enrolment(key: Any, source: FromClause) -> Select[Any]:
    source = source.join(section, section.c.id == enrolment.c.section_id)
    source = source.join(course, course.c.id == section.c.course_id)
    return select(key, course.c.code, section.c.number).select_from(source)


def labels(tx: Connection, name: str, ids: Iterable[int]) -> dict[int, str]:
    """What the rows of a table are known by (some hundred ids); rows that are gone, or known by nothing, are left
    out."""
    wanted = sorted(set(ids))
    query = _query(name) if wanted else None
    if query is None:
        return {}
    key = metadata.tables[name].c.id
    found = {row[0]: _label(name, row) for row in tx.execute(query.where(among(key, wanted)))}
    return {row_id: words for row_id, words in found.items() if words}


def _label(name: str, row: Row[Any]) -> str:
    if name == "learner":
        whole = ", ".join(one for one in (row.family_name, row.given_names) if one)
        return f"{row.ref} {whole}".strip()
    if name == "attainment":
        return row.subject or row.subject_code or ""
    if name in ("section", "enrolment", "progress", "extract_record"):
        return f"{row.code} / {row.number:02}"
    values: list[Any] = list(row)
    return " ".join(str(one) for one in values[1:] if one is not None)
