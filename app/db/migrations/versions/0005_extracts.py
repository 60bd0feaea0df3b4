"""Sections and their set-up, and the records of what goes to the LMS."""

import sqlalchemy as sa
from alembic import op

from app.db.migrations.parts import KEY, TEXT, flag, link, one_of, table, unique, version
from app.db.types import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _gates()
    _records()
    _links()


def _one(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=True, sqlite_where=condition, postgresql_where=condition)


def _gates() -> None:
    table(
        "delivery_method",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        flag("active", True),
        flag("export_to_lms", False),
        version(),
        unique("delivery_method", "code"),
    )
    table(
        "campus_term",
        *link("campus_term", "campus_id", "campus"),
        *link("campus_term", "term_id", "term"),
        flag("send_sections", False),
        flag("send_registrations", False),
        version(),
        unique("campus_term", "campus_id", "term_id"),
    )
    op.create_index("ix_campus_term_term_id", "campus_term", ["term_id"])
    table(
        "campus_vendor",
        *link("campus_vendor", "campus_id", "campus"),
        *link("campus_vendor", "vendor_id", "lms_vendor"),
        flag("is_default", False),
        version(),
        unique("campus_vendor", "campus_id", "vendor_id"),
    )
    _one("ix_campus_vendor_default", "campus_vendor", "campus_id", "is_default")
    table(
        "campus_delivery_method",
        *link("campus_delivery_method", "campus_id", "campus"),
        *link("campus_delivery_method", "delivery_method_id", "delivery_method"),
        unique("campus_delivery_method", "campus_id", "delivery_method_id"),
    )
    table(
        "section_campus",
        *link("section_campus", "section_id", "section"),
        *link("section_campus", "campus_id", "campus"),
        flag("owner", False),
        unique("section_campus", "section_id", "campus_id"),
    )
    op.create_index("ix_section_campus_campus_id", "section_campus", ["campus_id"])
    _one("ix_section_campus_owner", "section_campus", "section_id", "owner")
    table(
        "user_campus",
        *link("user_campus", "user_id", "app_user"),
        *link("user_campus", "campus_id", "campus"),
        unique("user_campus", "user_id", "campus_id"),
    )


def _records() -> None:
    table(
        "extract_record",
        *link("extract_record", "enrolment_id", "enrolment"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", TEXT, nullable=False),
        sa.Column("course_status", TEXT, nullable=False),
        *(sa.Column(name, sa.Date()) for name in ("starts", "ends", "changed_on")),
        sa.Column("status", TEXT, server_default="ready", nullable=False),
        sa.Column("status_at", Moment(), nullable=False),
        *link("extract_record", "status_by", "app_user", null=True),
        sa.Column("extracted_at", Moment()),
        sa.Column("answered_at", Moment()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message", TEXT),
        sa.Column("late_answer", TEXT),
        version(),
        unique("extract_record", "enrolment_id", "number"),
        one_of("extract_record", "change", "add", "drop", "change"),
        one_of("extract_record", "course_status", "scheduled", "current", "on_break", "dropped", "completed"),
        one_of("extract_record", "status", "ready", "transmitted", "processed", "rejected"),
        one_of("extract_record", "late_answer", "processed", "rejected"),
    )
    op.create_index("ix_extract_record_status", "extract_record", ["status", "id"])
    table(
        "extract_attempt",
        *link("extract_attempt", "record_id", "extract_record"),
        sa.Column("number", sa.Integer(), nullable=False),
        *link("extract_attempt", "run_id", "sync_run", null=True),
        sa.Column("computer", TEXT, nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        *(sa.Column(name, TEXT) for name in ("result", "code", "message")),
        unique("extract_attempt", "record_id", "number"),
        one_of("extract_attempt", "result", "accepted", "seen", "refused", "not_reached", "unknown"),
    )
    op.create_index("ix_extract_attempt_run_id", "extract_attempt", ["run_id"])
    _one("ix_extract_attempt_open", "extract_attempt", "record_id", "ended_at is null")


def _links() -> None:
    """What older tables gain."""
    for of, column, target in (
        ("section", "delivery_method_id", "delivery_method"),
        ("section", "vendor_id", "lms_vendor"),
        ("source_code", "section_id", "section"),
        ("aim", "enrolment_id", "enrolment"),
    ):
        with op.batch_alter_table(of) as batch:
            batch.add_column(sa.Column(column, KEY))
            batch.create_foreign_key(op.f(f"fk_{of}_{column}_{target}"), target, [column], ["id"])
    op.add_column("enrolment", sa.Column("records", sa.Integer(), server_default="0", nullable=False))
    op.add_column("term", version())
    op.add_column("campus", version())
    op.add_column("lms_vendor", version())
    op.create_index("ix_aim_enrolment_id", "aim", ["enrolment_id"])
    op.create_index("ix_source_code_section_id", "source_code", ["section_id"])
