"""What other windows and commands wrote, found in the history that every write leaves (data-model 8)."""

from dataclasses import dataclass

from sqlalchemy import func, literal, or_, select

from app.changes import Changes, Topic
from app.db.among import among
from app.db.database import Database
from app.db.tables import change, operation
from app.db.upgrade import NEWEST, revision
from app.tasks import TaskContext

_LATEST = 100
"""So many operations are compared one by one: on a server a smaller id may be committed after a larger one."""
_LEARNERS = ("learner", "campus", "aim", "course", "source_code")
_ATTAINMENTS = ("attainment", "attainment_event", "attainment_type")
_USERS = ("app_user", "role", "user_role")
_ENROLMENTS = ("enrolment", "progress", "lms_account", "hold")
_COURSES = ("lms_course", "section", "term", "lms_vendor")
_SECTIONS = (
    "delivery_method", "campus_term", "campus_vendor", "campus_delivery_method", "section_campus", "user_campus",
)  # fmt: skip
_CREDIT = (
    "credit_type", "course_credit", "credit_mapping", "award", "reporter", "reporter_type", "outgoing_report",
)  # fmt: skip
TOPICS: dict[str, Topic] = {
    **dict.fromkeys(_LEARNERS, Topic.LEARNERS),
    **dict.fromkeys(_ATTAINMENTS, Topic.ATTAINMENTS),
    **dict.fromkeys(_USERS, Topic.USERS),
    **dict.fromkeys(_ENROLMENTS, Topic.ENROLMENTS),
    **dict.fromkeys(_COURSES, Topic.LMS_COURSES),
    **dict.fromkeys(_SECTIONS, Topic.SECTIONS),
    **dict.fromkeys(_CREDIT, Topic.CREDIT),
    **dict.fromkeys(("sync_run", "sync_error"), Topic.SYNC_RUNS),
    "extract_record": Topic.EXTRACTS,
    "licence": Topic.LICENCES,
    "setting": Topic.SETTINGS,
}
"""What the rows of a table are about, for the pages that show them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the history was seen: its highest change, and the latest operations with their states."""

    change: int
    operations: frozenset[tuple[int, str]]


def look(context: TaskContext, db: Database, seen: Mark | None) -> tuple[Mark, Changes]:
    """How far the history goes now, and what was written since `seen`: nothing, the first time. Two short statements
    where nothing was. Raises DatabaseError, Cancelled."""
    with db.read(context) as tx:
        highest = tx.execute(select(func.max(change.c.id))).scalar_one() or 0
        latest = select(operation.c.id, operation.c.state).order_by(operation.c.id.desc()).limit(_LATEST)
        mark = Mark(highest, frozenset((row.id, row.state) for row in tx.execute(latest)))
        if seen is None or mark == seen:
            return mark, Changes()
        known = {number for number, _ in seen.operations}
        # Smaller ones than all that were compared are old: one that was deleted let them in.
        first = min(known, default=0)
        new = [number for number, _ in mark.operations - seen.operations if number >= first]
        written = select(change.c.table_name).distinct()
        query = written.where(or_(change.c.id > seen.change, among(change.c.operation_id, new)))
        topics = {TOPICS[name] for name in tx.execute(query).scalars() if name in TOPICS}
    return mark, Changes.of(*topics)


def reach(context: TaskContext, db: Database) -> None:
    """Ask for nothing but a sign of life. Raises DatabaseError, Cancelled."""
    with db.read(context) as tx:
        tx.execute(select(literal(1)))


def is_ours(context: TaskContext, db: Database) -> bool:
    """Whether the database that answers is still one of this version. Raises DatabaseError, Cancelled."""
    with db.read(context) as tx:
        return revision(tx) == NEWEST
