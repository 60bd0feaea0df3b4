"""The tables of sections and their set-up, and of what goes to the LMS (data-model.md 3, extract-statuses.md)."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
    true,
)

from app.db.table_parts import key, link, metadata, only_one, version
from app.db.types import Moment, Text

COURSE_STATUSES = ("scheduled", "current", "on_break", "dropped", "completed")

delivery_method = Table(
    "delivery_method",
    metadata,
    key(),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("export_to_lms", Boolean, nullable=False, server_default=false()),
    version(),
    UniqueConstraint("code"),
)

# The links of a campus: those that are there hold (EX-P1 to EX-P3).
campus_term = Table(
    "campus_term",
    metadata,
    key(),
    link("campus_id", "campus"),
    link("term_id", "term", index=True),
    Column("send_sections", Boolean, nullable=False, server_default=false()),
    Column("send_registrations", Boolean, nullable=False, server_default=false()),
    version(),
    UniqueConstraint("campus_id", "term_id"),
)

campus_vendor = Table(
    "campus_vendor",
    metadata,
    key(),
    link("campus_id", "campus"),
    link("vendor_id", "lms_vendor"),
    Column("is_default", Boolean, nullable=False, server_default=false()),
    version(),
    UniqueConstraint("campus_id", "vendor_id"),
)
only_one(campus_vendor, "campus_id", "is_default", "ix_campus_vendor_default")

campus_delivery_method = Table(
    "campus_delivery_method",
    metadata,
    key(),
    link("campus_id", "campus"),
    link("delivery_method_id", "delivery_method"),
    UniqueConstraint("campus_id", "delivery_method_id"),
)

# The campuses of a section; the gates are those of the owner (EX-P0), the others only see it.
section_campus = Table(
    "section_campus",
    metadata,
    key(),
    link("section_id", "section"),
    link("campus_id", "campus", index=True),
    Column("owner", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("section_id", "campus_id"),
)
only_one(section_campus, "section_id", "owner", "ix_section_campus_owner")

user_campus = Table(
    "user_campus",
    metadata,
    key(),
    link("user_id", "app_user"),
    link("campus_id", "campus"),
    UniqueConstraint("user_id", "campus_id"),
)

# One change of an enrolment's course status that the LMS has to hear of.
extract_record = Table(
    "extract_record",
    metadata,
    key(),
    link("enrolment_id", "enrolment"),
    # Counts the records of the enrolment; `enrolment.records` is the last one's.
    Column("number", Integer, nullable=False),
    Column("change", Text, nullable=False),
    # The enrolment as it was when the record was made: what is sent is the enrolment as it is then (EX-R4).
    Column("course_status", Text, nullable=False),
    Column("starts", Date),
    Column("ends", Date),
    Column("changed_on", Date),
    Column("status", Text, nullable=False, server_default="ready"),
    # When the status was last set, and by whom; NULL: by the program.
    Column("status_at", Moment, nullable=False),
    link("status_by", "app_user", null=True),
    Column("extracted_at", Moment),
    Column("answered_at", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("message", Text),
    # What came after a person had set the record back (EX-T4).
    Column("late_answer", Text),
    version(),
    UniqueConstraint("enrolment_id", "number"),
    CheckConstraint("change in ('add', 'drop', 'change')", name="change"),
    CheckConstraint(f"course_status in {COURSE_STATUSES}", name="course_status"),
    CheckConstraint("status in ('ready', 'transmitted', 'processed', 'rejected')", name="status"),
    CheckConstraint("late_answer in ('processed', 'rejected')", name="late_answer"),
    Index("ix_extract_record_status", "status", "id"),
)

# One sending, written before the call. While it has no end it is the claim of one computer.
extract_attempt = Table(
    "extract_attempt",
    metadata,
    key(),
    link("record_id", "extract_record"),
    Column("number", Integer, nullable=False),
    link("run_id", "sync_run", null=True, index=True),
    Column("computer", Text, nullable=False),
    # JSON: numbers of the LMS and dates, nothing else.
    Column("payload", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("result", Text),
    Column("code", Text),
    Column("message", Text),
    UniqueConstraint("record_id", "number"),
    CheckConstraint("result in ('accepted', 'seen', 'refused', 'not_reached', 'unknown')", name="result"),
)
only_one(extract_attempt, "record_id", "ended_at is null", "ix_extract_attempt_open")
