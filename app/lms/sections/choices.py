"""What the form of a section offers to choose from, read in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app import access
from app.access import User
from app.db.tables import course, lms_course
from app.errors import ConflictError
from app.lms import courses_list
from app.lms.sections import things
from app.lms.sections.section import Section, read, why_not_edit
from app.lms.sections.things import Thing, What

Choice = tuple[int, str]
"""An id and the words for it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`section` is the one to be changed; None for a new one. What is switched off is offered only where it is
    chosen already."""

    section: Section | None
    why_not: str
    """Why this user cannot change the section; "" if they can."""
    terms: list[Choice]
    campuses: list[Choice]
    methods: list[Choice]
    vendors: list[Choice]
    lms_courses: list[Choice]
    titles: Mapping[str, str]
    """Of the courses that are known, by their folded code."""


def read_choices(tx: Connection, user: User, key: int | None) -> Choices:
    """What can be chosen for a section. Raises ConflictError if it is no longer there."""
    scope = access.campuses(tx, user)
    now = read(tx, key) if key is not None else None
    if key is not None and now is None:
        raise ConflictError("This section is no longer there.", hint="Reload the list.")
    held = now or Section()
    sites = things.listed(tx, What.CAMPUS)
    return Choices(
        section=now,
        why_not=why_not_edit(held, scope),
        terms=[(one.id or 0, one.title) for one in things.listed(tx, What.TERM) if not one.is_no_term],
        campuses=[
            (one.id or 0, one.name)
            for one in sites
            if one.id in held.campuses or (one.active and (scope is None or one.id in scope))
        ],
        methods=_offered(things.listed(tx, What.METHOD), held.delivery_method_id),
        vendors=_offered(things.listed(tx, What.VENDOR), held.vendor_id),
        lms_courses=_courses(tx, held.lms_course_id),
        titles={row.code_fold: row.title for row in tx.execute(select(course.c.code_fold, course.c.title))},
    )


def _offered(listed: list[Thing], chosen: int | None) -> list[Choice]:
    return [(one.id or 0, one.title) for one in listed if one.active or one.id == chosen]


def _courses(tx: Connection, chosen: int | None) -> list[Choice]:
    found: list[Choice] = [(one.id, _called(one)) for one in courses_list.to_choose(tx)]
    if chosen is not None and chosen not in {key for key, _ in found}:
        row = tx.execute(select(lms_course).where(lms_course.c.id == chosen)).one()
        found.insert(0, (row.id, _called(row)))
    return found


def _called(row: Any) -> str:
    gone = " (removed in the LMS)" if row.removed_at is not None else ""
    return f"{row.short_name} · {row.full_name}{gone}"
