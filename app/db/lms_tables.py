"""The tables of the LMS: what is mirrored from it, who is enrolled on what, and the runs that keep both in step
(data-model.md 3)."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
    true,
)

from app.db.table_parts import key, link, metadata, version
from app.db.types import Folded, Moment, Text

lms_vendor = Table(
    "lms_vendor",
    metadata,
    key(),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    version(),
    UniqueConstraint("code"),
)

lms_course = Table(
    "lms_course",
    metadata,
    key(),
    link("vendor_id", "lms_vendor"),
    # The mirror: written by the synchronisation only, which never touches the version.
    Column("lms_number", Text, nullable=False),
    Column("short_name", Text, nullable=False),
    Column("short_fold", Folded, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("full_fold", Folded, nullable=False),
    Column("id_number", Text),
    Column("category", Text),
    Column("starts", Date),
    Column("ends", Date),
    # NULL: the account of the synchronisation may not see it.
    Column("visible", Boolean),
    Column("first_seen_at", Moment, nullable=False),
    # Participants of the LMS course, matched to a learner, who have no enrolment here.
    Column("to_adopt", Integer, nullable=False, server_default="0"),
    Column("tried_at", Moment),
    Column("grades_good_at", Moment),
    # Seconds; set where the usual time is too short for the gradebook of this course.
    Column("grades_timeout", Integer),
    # Ours: what people decide.
    Column("state", Text, nullable=False, server_default="new"),
    Column("removed_at", Moment),
    Column("paused_until", Date),
    version(),
    UniqueConstraint("vendor_id", "lms_number"),
    CheckConstraint("state in ('new', 'open', 'closed', 'hidden')", name="state"),
)

term = Table(
    "term",
    metadata,
    key(),
    # "-" is no term at all, so that the key of a section never holds NULL.
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("starts", Date),
    Column("ends", Date),
    version(),
    UniqueConstraint("code"),
)

section = Table(
    "section",
    metadata,
    key(),
    link("course_id", "course"),
    link("term_id", "term"),
    Column("number", Integer, nullable=False),
    link("lms_course_id", "lms_course", null=True, index=True),
    Column("starts", Date),
    Column("ends", Date),
    Column("open", Boolean, nullable=False, server_default=true()),
    version(),
    link("delivery_method_id", "delivery_method", null=True),
    # NULL: the default of the owning campus (EX-P5).
    link("vendor_id", "lms_vendor", null=True),
    UniqueConstraint("course_id", "term_id", "number"),
)

enrolment = Table(
    "enrolment",
    metadata,
    key(),
    link("learner_id", "learner"),
    link("section_id", "section", index=True),
    Column("status", Text, nullable=False, server_default="current"),
    Column("status_on", Date),
    Column("starts", Date),
    Column("ends", Date),
    Column("origin", Text, nullable=False),
    Column("removed_at", Moment),
    version(),
    # How many extract records there are: the number of the last one. Written with it, and not by people.
    Column("records", Integer, nullable=False, server_default="0"),
    # The course report (course-record-import.md 1); the row of a file that brought or completed it.
    Column("complete", Boolean, nullable=False, server_default=false()),
    Column("completed_on", Date),
    Column("attended", Boolean, nullable=False, server_default=false()),
    Column("participant_category", Text),
    link("file_row_id", "file_row", null=True, index=True),
    UniqueConstraint("learner_id", "section_id"),
    CheckConstraint("status in ('scheduled', 'current', 'on_break', 'dropped', 'completed')", name="status"),
    CheckConstraint("origin in ('hand', 'adopted', 'file', 'ilr', 'import')", name="origin"),
)

progress = Table(
    "progress",
    metadata,
    key(),
    link("enrolment_id", "enrolment"),
    # Activities with a grade, and activities not hidden; both NULL or 0 of them: not available.
    Column("graded", Integer),
    Column("visible", Integer),
    Column("grade_text", Text),
    Column("grade_number", Float),
    Column("grade_max", Float),
    Column("percent", Text),
    Column("letter", Text),
    # The rows of the gradebook as delivered, as JSON.
    Column("report_card", Text),
    Column("content_hash", Text),
    Column("changed_at", Moment),
    # The learner was not in a good answer since.
    Column("missing_since", Moment),
    # What a person should look at: "fell" (20 points or more), "grade_gone".
    Column("mark", Text),
    UniqueConstraint("enrolment_id"),
)

lms_account = Table(
    "lms_account",
    metadata,
    key(),
    link("vendor_id", "lms_vendor"),
    Column("lms_user_number", Text, nullable=False),
    link("learner_id", "learner", null=True, index=True),
    Column("matched_by", Text),
    Column("clash", Boolean, nullable=False, server_default=false()),
    # What the LMS says of the account, so that a person can decide whose it is.
    Column("id_number", Text),
    Column("email", Text),
    Column("email_fold", Folded),
    Column("full_name", Text),
    Column("seen_at", Moment, nullable=False),
    UniqueConstraint("vendor_id", "lms_user_number"),
    CheckConstraint("matched_by in ('id_number', 'email', 'person')", name="matched_by"),
)

sync_run = Table(
    "sync_run",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("state", Text, nullable=False),
    link("user_id", "app_user", null=True),
    Column("computer", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    # JSON: numbers by name; and a list of what there is to say.
    Column("counts", Text, nullable=False),
    Column("messages", Text, nullable=False),
    # The code of the connection error that ended it.
    Column("failed_by", Text),
    link("operation_id", "operation", null=True, index=True),
    CheckConstraint("kind in ('courses', 'enrolments', 'sender')", name="kind"),
    CheckConstraint("trigger in ('schedule', 'start', 'person', 'retry')", name="trigger"),
    CheckConstraint(
        "state in ('running', 'finished', 'messages', 'failed', 'cancelled', 'held', 'skipped')", name="state"
    ),
    Index("ix_sync_run_kind_started_at", "kind", "started_at"),
)

sync_error = Table(
    "sync_error",
    metadata,
    key(),
    # Cause and place while it is open, NULL afterwards: one open error of a cause at one place.
    Column("open_key", Text),
    Column("code", Text, nullable=False),
    Column("level", Text, nullable=False),
    link("lms_course_id", "lms_course", null=True, index=True),
    link("enrolment_id", "enrolment", null=True, index=True),
    # What the cause alone does not say: a capability, an address, a column. Never a name of a person.
    Column("detail", Text),
    Column("since", Moment, nullable=False),
    link("last_run_id", "sync_run", null=True),
    Column("runs", Integer, nullable=False, server_default="1"),
    Column("cleared_at", Moment),
    Column("snoozed_until", Moment),
    Column("accepted_reason", Text),
    Column("accepted_until", Date),
    UniqueConstraint("open_key"),
    CheckConstraint("level in ('connection', 'course', 'enrolment')", name="level"),
)

hold = Table(
    "hold",
    metadata,
    key(),
    link("run_id", "sync_run"),
    Column("kind", Text, nullable=False),
    # The course whose roster shrank; NULL where courses themselves would go.
    link("lms_course_id", "lms_course", null=True),
    # JSON: the ids of what would be removed.
    Column("items", Text, nullable=False),
    link("decided_by", "app_user", null=True),
    Column("decided_at", Moment),
    Column("decision", Text),
    CheckConstraint("kind in ('courses', 'roster')", name="kind"),
    CheckConstraint("decision in ('remove', 'keep')", name="decision"),
)
