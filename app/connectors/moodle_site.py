"""The functions that are used, and what a site says of itself (moodle.md 4.1)."""

from app.connectors.lms import Site
from app.connectors.moodle_enrol import ENROL
from app.connectors.moodle_faults import GRADEBOOK
from app.connectors.moodle_values import Strange, literal, part_of, rows_of, shown

SITE_INFO = "core_webservice_get_site_info"
COURSES = "core_course_get_courses_by_field"
CONTENTS = "core_course_get_contents"
PARTICIPANTS = "core_enrol_get_enrolled_users"
ACCOUNTS = "core_user_get_users_by_field"
NEEDED = (SITE_INFO, COURSES, CONTENTS, GRADEBOOK, PARTICIPANTS, ACCOUNTS)


def read_site(answer: object) -> Site:
    """What is used of the answer. The rest is dropped here: it holds a key to the account's files."""
    functions = frozenset(name for one in rows_of(part_of(answer, "functions")) if (name := literal(one, "name")))
    if not isinstance(answer, dict) or not functions:
        raise Strange
    return Site(
        name=shown(answer, "sitename") or "",
        address=(literal(answer, "siteurl") or "").rstrip("/"),
        release=shown(answer, "release") or "",
        functions=functions,
        missing=tuple(name for name in NEEDED if name not in functions),
        enrols=ENROL in functions,
    )
