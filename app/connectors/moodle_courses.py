"""Courses and their activities, from Moodle's answers (moodle.md 4.2 and 4.3)."""

from collections.abc import Mapping
from typing import Any

from app.connectors.lms import Activity, Course
from app.connectors.moodle_values import Strange, day, flag, literal, number_of, part_of, rows_of, shown

FRONT_PAGE = "1"
"""The site's own page is a course to Moodle, and to nobody else (LS-C8)."""


def read_courses(answer: object) -> list[Course]:
    """All courses in the answer but the front page; Strange if one cannot be read, for then the list is not whole."""
    found = [_course(one) for one in rows_of(part_of(answer, "courses"))]
    if len({one.number for one in found}) != len(found):
        raise Strange
    return [one for one in found if one.number != FRONT_PAGE]


def _course(told: Mapping[str, Any]) -> Course:
    number = number_of(told, "id")
    full_name = shown(told, "fullname") or shown(told, "displayname") or shown(told, "shortname")
    return Course(
        number=number,
        short_name=shown(told, "shortname") or full_name or number,
        full_name=full_name or f"Course {number}",
        id_number=literal(told, "idnumber"),
        category=shown(told, "categoryname"),
        starts=day(told, "startdate"),
        ends=day(told, "enddate"),
        visible=flag(told, "visible"),
    )


def read_activities(answer: object) -> list[Activity]:
    """The modules of all sections, in their order, each once."""
    found: dict[str, Activity] = {}
    for section in rows_of(answer):
        for told in rows_of(section.get("modules", [])):
            number = number_of(told, "id")
            kind = shown(told, "modname") or ""
            # Not `uservisible`, which is about the account that asks.
            visible = flag(told, "visible") is True
            found.setdefault(number, Activity(number, shown(told, "name") or kind, kind, visible))
    return list(found.values())
