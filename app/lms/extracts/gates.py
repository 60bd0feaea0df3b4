"""What must hold before anything of a section goes to the LMS: the gates of its owning campus (extract-statuses.md
2.1). Of a section they are told one by one (EX-P6); of all sections together they are one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, select

from app.db.tables import (
    SHOWN,
    campus,
    campus_delivery_method,
    campus_term,
    campus_vendor,
    delivery_method,
    enrolment,
    learner,
    lms_account,
    lms_course,
    lms_vendor,
    section,
    section_campus,
    term,
)
from app.sentence import Sentence, joined

_OWNER = section_campus.alias("owner")
_DEFAULT = campus_vendor.alias("default_vendor")
_VENDOR = func.coalesce(section.c.vendor_id, _DEFAULT.c.vendor_id)
_FIT_METHOD = and_(delivery_method.c.active, delivery_method.c.export_to_lms)


@dataclass(frozen=True, slots=True)
class Gate:
    """One line of the gate report: what was found and what is needed, in words."""

    code: str
    title: str
    holds: bool
    found: str
    needed: str


def holding() -> Select[Any]:
    """The sections whose seven gates hold: section_id, campus_id (the owner), vendor_id (of the section, or the
    owner's default), lms_course_id, lms_number. For joins; a section is there once."""
    return (
        select(
            section.c.id.label("section_id"),
            _OWNER.c.campus_id,
            _VENDOR.label("vendor_id"),
            lms_course.c.id.label("lms_course_id"),
            lms_course.c.lms_number,
        )
        .join(_OWNER, and_(_OWNER.c.section_id == section.c.id, _OWNER.c.owner))
        .join(campus_term, _term_of(section.c.term_id))
        .join(delivery_method, and_(delivery_method.c.id == section.c.delivery_method_id, _FIT_METHOD))
        .join(campus_delivery_method, _method_of(delivery_method.c.id))
        .outerjoin(_DEFAULT, and_(_DEFAULT.c.campus_id == _OWNER.c.campus_id, _DEFAULT.c.is_default))
        .join(lms_vendor, and_(lms_vendor.c.id == _VENDOR, lms_vendor.c.active))
        .join(
            campus_vendor, and_(campus_vendor.c.campus_id == _OWNER.c.campus_id, campus_vendor.c.vendor_id == _VENDOR)
        )
        .join(
            lms_course,
            and_(
                lms_course.c.id == section.c.lms_course_id,
                lms_course.c.removed_at.is_(None),
                lms_course.c.vendor_id == _VENDOR,
            ),
        )
    )


def _term_of(term_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(
        campus_term.c.campus_id == _OWNER.c.campus_id,
        campus_term.c.term_id == term_id,
        campus_term.c.send_sections,
        campus_term.c.send_registrations,
    )


def _method_of(method_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(
        campus_delivery_method.c.campus_id == _OWNER.c.campus_id,
        campus_delivery_method.c.delivery_method_id == method_id,
    )


def accounts() -> Select[Any]:
    """Learners with exactly one account of a vendor, about which nobody has to decide: vendor_id, learner_id,
    lms_user_number (EX-P9)."""
    undecided = func.sum(case((lms_account.c.clash, 1), else_=0))
    return (
        select(
            lms_account.c.vendor_id,
            lms_account.c.learner_id,
            func.min(lms_account.c.lms_user_number).label("lms_user_number"),
        )
        .where(lms_account.c.learner_id.is_not(None))
        .group_by(lms_account.c.vendor_id, lms_account.c.learner_id)
        .having(and_(func.count() == 1, undecided == 0))
    )


def without_account(tx: Connection, section_id: int) -> Sequence[Any]:
    """The learners enrolled on a section who fail EX-P9 with the vendor it goes to: id, ref, family_name,
    given_names, in the order of names. Without a vendor nobody has an account."""
    known = accounts().subquery()
    vendor = _vendor_of(tx, section_id)
    has_one = exists().where(known.c.learner_id == learner.c.id, known.c.vendor_id == vendor)
    query = (
        select(learner.c.id, learner.c.ref, learner.c.family_name, learner.c.given_names)
        .join(enrolment, enrolment.c.learner_id == learner.c.id)
        .where(enrolment.c.section_id == section_id, enrolment.c.removed_at.is_(None), SHOWN, ~has_one)
    )
    return list(tx.execute(query.order_by(learner.c.family_fold, learner.c.given_fold, learner.c.id)))


def _vendor_of(tx: Connection, section_id: int) -> int | None:
    query = (
        select(_VENDOR)
        .select_from(section)
        .outerjoin(_OWNER, and_(_OWNER.c.section_id == section.c.id, _OWNER.c.owner))
        .outerjoin(_DEFAULT, and_(_DEFAULT.c.campus_id == _OWNER.c.campus_id, _DEFAULT.c.is_default))
        .where(section.c.id == section_id)
    )
    found: int | None = tx.execute(query).scalar()
    return found


# ------------------------------------------------------------------------------------------------ the gate report


def report(tx: Connection, section_id: int) -> tuple[Gate, ...]:
    """The seven lines for a section, in the order of the contract (EX-P6); none for a section that is not there."""
    query = (
        select(section, term.c.name.label("term_name"), campus.c.id.label("campus_id"), campus.c.name.label("campus"))
        .join(term, term.c.id == section.c.term_id)
        .outerjoin(_OWNER, and_(_OWNER.c.section_id == section.c.id, _OWNER.c.owner))
        .outerjoin(campus, campus.c.id == _OWNER.c.campus_id)
        .where(section.c.id == section_id)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return ()
    vendor_id = _vendor_of(tx, section_id)
    return (
        _owner(row),
        _term(tx, row),
        _vendors(tx, row, vendor_id),
        *_methods(tx, row),
        *_goes_to(tx, row, vendor_id),
    )


def _owner(row: Row[Any]) -> Gate:
    return Gate(
        "EX-P0",
        "Owning campus",
        row.campus is not None,
        row.campus or "no campus owns the section",
        "one campus that owns the section",
    )


def _term(tx: Connection, row: Row[Any]) -> Gate:
    query = select(campus_term).where(campus_term.c.campus_id == row.campus_id, campus_term.c.term_id == row.term_id)
    link = tx.execute(query).one_or_none()
    if link is None:
        found = Sentence("{term}: not linked to the campus", term=row.term_name)
    else:
        off = [
            Sentence(words)
            for words, on in (("sections", link.send_sections), ("registrations", link.send_registrations))
            if not on
        ]
        found = (
            Sentence("{term}: {off} not sent", term=row.term_name, off=joined("{these} and {last}", off))
            if off
            else Sentence("{term}: everything is sent", term=row.term_name)
        )
    holds = link is not None and link.send_sections and link.send_registrations
    return Gate("EX-P1", "Term", holds, found, "a term of the campus that sends sections and registrations")


def _vendors(tx: Connection, row: Row[Any], vendor_id: int | None) -> Gate:
    """An active LMS of the campus: the one the section goes to, or any while that is not said (EX-P5)."""
    query = (
        select(lms_vendor.c.id, lms_vendor.c.code, lms_vendor.c.active, campus_vendor.c.id.label("link"))
        .outerjoin(
            campus_vendor,
            and_(campus_vendor.c.vendor_id == lms_vendor.c.id, campus_vendor.c.campus_id == row.campus_id),
        )
        .order_by(lms_vendor.c.code)
    )
    rows = [one for one in tx.execute(query) if vendor_id is None or one.id == vendor_id]
    fit = [one.code for one in rows if one.active and one.link is not None]
    if fit:
        found = ", ".join(fit)
    elif rows:
        words = {True: "{vendor}: not linked to the campus", False: "{vendor}: switched off"}
        found = joined("{these}; {last}", (Sentence(words[one.active], vendor=one.code) for one in rows))
    else:
        found = "no LMS is known"
    return Gate("EX-P2", "LMS of the campus", bool(fit), found, "an LMS that is active and linked to the campus")


def _methods(tx: Connection, row: Row[Any]) -> tuple[Gate, Gate]:
    query = (
        select(delivery_method.c.id, delivery_method.c.name)
        .join(campus_delivery_method, campus_delivery_method.c.delivery_method_id == delivery_method.c.id)
        .where(campus_delivery_method.c.campus_id == row.campus_id, _FIT_METHOD)
        .order_by(delivery_method.c.name)
    )
    fit = {one.id: one.name for one in tx.execute(query)}
    own = tx.execute(select(delivery_method).where(delivery_method.c.id == row.delivery_method_id)).one_or_none()
    some = Gate(
        "EX-P3",
        "Delivery method of the campus",
        bool(fit),
        ", ".join(fit.values()) or "none that is exported",
        "an active delivery method of the campus with “export to third-party LMS”",
    )
    if own is None:
        found = "the section has none"
    elif own.id in fit:
        found = own.name
    elif not own.active:
        found = Sentence("{method}: switched off", method=own.name)
    elif not own.export_to_lms:
        found = Sentence("{method}: is not exported to an LMS", method=own.name)
    else:
        found = Sentence("{method}: not linked to the campus", method=own.name)
    holds = own is not None and own.id in fit
    return some, Gate("EX-P4", "Delivery method of the section", holds, found, "one of those delivery methods")


def _goes_to(tx: Connection, row: Row[Any], vendor_id: int | None) -> tuple[Gate, Gate]:
    code = tx.execute(select(lms_vendor.c.code).where(lms_vendor.c.id == vendor_id)).scalar()
    whence = "named by the section" if row.vendor_id is not None else "the default of the campus"
    vendor = Gate(
        "EX-P5",
        "LMS of the section",
        code is not None,
        f"{code}, {whence}" if code is not None else "neither the section nor the campus names one",
        "an LMS named by the section, or a default of the campus",
    )
    course = tx.execute(select(lms_course).where(lms_course.c.id == row.lms_course_id)).one_or_none()
    if course is None:
        found = "not linked"
    elif course.removed_at is not None:
        found = Sentence("{course}: removed in the LMS", course=course.short_name)
    elif vendor_id is not None and course.vendor_id != vendor_id:
        found = Sentence("{course}: a course of another LMS", course=course.short_name)
    else:
        found = course.short_name
    holds = course is not None and course.removed_at is None and course.vendor_id == vendor_id
    return vendor, Gate("EX-P8", "Course in the LMS", holds, found, "a course of that LMS that is still there")
