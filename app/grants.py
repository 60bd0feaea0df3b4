"""What each role may write on a database server, table by table: what the program forbids, the server refuses too.

Follows from `access.ROLES`: a permission needs the tables below, a role the sum of its permissions. The group roles
of the server and their grants are made of this (`app/db/server_roles.py`), and so is docs/rights.md. On an embedded
database there is nothing to grant: whoever can open the file has all of it.

Not here, and in `app` alone: whose campus a row is of, and every rule about values. Which rows of the history, of the
settings and of what people save: `app/db/server_rows.py`.
"""

from collections.abc import Mapping, Sequence

from app.access import ROLES, Permission, Role
from app.db import server_roles
from app.db.database import Database
from app.db.server_roles import Grants
from app.db.server_rows import EVERY, Keys

_ADD = "insert"
_SET = "insert, update"
_ALL = "insert, update, delete"

EVERYBODY: Mapping[str, str] = {
    "operation": "insert, update (state)",
    "change": "insert",
    "app_user": "update (last_sign_in)",
    "saved": _ALL,
    "job_lock": _SET,
}
"""Whoever may open the database, beside reading all of it. The history can only be added to."""
_FILES = {"file_job": _ALL, "file_row": _ALL}
_QUEUE = {"extract_record": _SET, "enrolment": _SET}
_CREDIT = {"award": _SET, "outgoing_report": _SET, "enrolment": "update (version)"}

WRITES: Mapping[Permission, Mapping[str, str]] = {
    Permission.OPEN: EVERYBODY,
    Permission.EDIT_LEARNERS: {
        **_FILES,
        "learner": _SET,
        "aim": _ALL,
        "course": _ALL,
        "source_code": _ALL,
        "campus": _SET,
        "setting": _ALL,
    },
    Permission.MERGE_LEARNERS: {
        "learner": "update",
        "attainment": "update (learner_id), update (removed_at), update (version)",
        "attainment_event": "update (learner_id), update (attainment_id)",
        "at_a_glance": _SET,
        "plr_check": "update",
        "aim": "update",
        "enrolment": "update",
        "progress": "update",
        "extract_record": "update",
        "lms_account": "update",
        "award": "update",
        "outgoing_report": "update",
        "file_row": "update",
    },
    Permission.EXPORT: {"attainment": "update (exported_version)", "setting": _SET},
    Permission.PLR_DOWNLOAD: {"plr_check": _SET},
    Permission.PLR_UPDATE: {
        "attainment": _SET,
        "attainment_event": _ALL,
        "at_a_glance": _SET,
        "plr_check": _SET,
        # Nothing of them is written: a lock on the learner takes the right to write one of the columns.
        "learner": "update (version)",
    },
    Permission.ENROL: {
        **_FILES,
        **_QUEUE,
        "section": _ALL,
        "section_campus": _ALL,
        "course": _ALL,
        "lms_course": "update",
        "lms_account": _SET,
        "lms_vendor": _ADD,
        "aim": "update",
    },
    Permission.SYNCHRONISE: {
        **_QUEUE,
        "sync_run": _ALL,
        "sync_error": _ALL,
        "hold": _ALL,
        "lms_course": _SET,
        "lms_account": _SET,
        "lms_vendor": _ADD,
        "progress": _SET,
        # How a sending ended is written once, after the call.
        "extract_attempt": "insert, update (ended_at), update (result), update (code), update (message)",
        "setting": _SET,
    },
    Permission.DECIDE_COURSES: {
        "lms_course": "update",
        "section": "update",
        "hold": "update",
        "sync_error": "update",
        "setting": _SET,
    },
    Permission.SET_UP_SECTIONS: {
        **_FILES,
        **_QUEUE,
        "term": _ALL,
        "campus": _ALL,
        "delivery_method": _ALL,
        "lms_vendor": _ALL,
        "campus_term": _ALL,
        "campus_vendor": _ALL,
        "campus_delivery_method": _ALL,
        "section": _ALL,
        "section_campus": _ALL,
        "course": _ALL,
        "source_code": _ALL,
    },
    Permission.PROCESSES: {},
    Permission.EXTRACTS: {},
    Permission.CHANGE_EXTRACTS: {"extract_record": "update"},
    Permission.OVERRIDE_EXTRACTS: {"extract_record": "update"},
    Permission.IMPORT_RECORDS: {
        **_FILES,
        "enrolment": _ALL,
        "award": _ALL,
        "outgoing_report": _ALL,
        "section": _ALL,
        "course": _ALL,
        "credit_type": _SET,
    },
    Permission.SET_UP_CREDIT: {
        **_FILES,
        "course": _ALL,
        "course_credit": _ALL,
        "credit_mapping": _ALL,
        "credit_type": _ALL,
        "reporter": _ALL,
        "reporter_type": _ALL,
        "outgoing_report": _SET,
        "setting": _ALL,
    },
    Permission.EDIT_CREDIT: _CREDIT,
    Permission.REPLACE_CREDIT: _CREDIT,
    Permission.UNLOCK_IMPORTS: {"job_lock": _SET, "file_job": "update", "file_row": "update"},
    # All else is done by a function of the owner. A lock on the learner takes the right to write one of the columns.
    Permission.ERASE_LEARNERS: {"learner": "update (version)"},
    Permission.ADMINISTER: {
        # No login of somebody who is there: the history knows people by it.
        "app_user": "insert, delete, update (name), update (active), update (version)",
        "user_role": _ALL,
        "user_campus": _ALL,
        "licence": "update",
        "setting": _ALL,
        "sync_run": "delete",
        "sync_error": "update, delete",
        "hold": "delete",
        "file_row": "update (cells)",
    },
}
"""The tables that a permission writes. Purge takes rows of the history through a function of the owner."""

SETTINGS: Mapping[Permission, tuple[str, ...]] = {
    Permission.EDIT_LEARNERS: ("load.own_fields",),
    Permission.EXPORT: ("attainments.export_layout",),
    Permission.SYNCHRONISE: ("lms.site", "lms.down.courses", "lms.down.enrolments"),
    Permission.DECIDE_COURSES: (
        "lms.site",
        "lms.course_rules",
        "lms.courses",
        "lms.enrolments",
        "lms.contact",
        "lms.send",
        "lms.overdue_hours",
        "lms.kept_months",
    ),
    Permission.SET_UP_CREDIT: ("imports.participant_categories",),
    Permission.ADMINISTER: (EVERY,),
}
"""The keys of `setting` that a permission writes, where `WRITES` lets it write the table."""


def of_role(role: Role) -> Grants:
    """The privileges of a role by table: `insert`, `update`, `delete`, or `update (column)`."""
    found: dict[str, set[str]] = {}
    for permission in ROLES[role]:
        for table, privileges in WRITES[permission].items():
            found.setdefault(table, set()).update(one.strip() for one in privileges.split(","))
    for held in found.values():
        if "update" in held:
            held.difference_update([one for one in held if one.startswith("update (")])
    return {table: tuple(sorted(held)) for table, held in sorted(found.items())}


def keys_of(role: Role) -> Sequence[str]:
    """The settings that a role writes; `EVERY` alone for all there are."""
    found = {key for permission in ROLES[role] for key in SETTINGS.get(permission, ())}
    return (EVERY,) if EVERY in found else tuple(sorted(found))


def reads(role: Role) -> bool:
    """Whether a role alone opens the database: then it reads every table."""
    return Permission.OPEN in ROLES[role]


def install(db: Database) -> bool:
    """Make or renew the group roles, grants and functions on a server, where they are not those of this version and
    the database is ours to change; returns whether the groups are there. Nothing to do on an embedded database.

    Raises DatabaseError where a role of the server is in the way.
    """
    if db.embedded:
        return True
    wanted = {role.value: (reads(role), of_role(role)) for role in Role}
    keys: Keys = {role.value: keys_of(role) for role in Role}
    return server_roles.install(db, wanted, keys)
