"""The LMS: courses, sections, enrolments and their progress, accounts, and the runs that keep them in step."""

import sqlalchemy as sa
from alembic import op

from app.db.migrations.parts import TEXT, link, one_of, table, unique, version
from app.db.types import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _courses()
    _sections()
    _enrolments()
    _runs()
    # Accounts of the LMS are matched to learners by it, course by course.
    op.create_index("ix_learner_email_fold", "learner", ["email_fold"])


def _courses() -> None:
    table(
        "lms_vendor",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        unique("lms_vendor", "code"),
    )
    table(
        "lms_course",
        *link("lms_course", "vendor_id", "lms_vendor"),
        *(sa.Column(name, TEXT, nullable=False) for name in ("lms_number", "short_name", "short_fold")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("full_name", "full_fold")),
        sa.Column("id_number", TEXT),
        sa.Column("category", TEXT),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        sa.Column("visible", sa.Boolean()),
        sa.Column("first_seen_at", Moment(), nullable=False),
        sa.Column("to_adopt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", Moment()),
        sa.Column("grades_good_at", Moment()),
        sa.Column("grades_timeout", sa.Integer()),
        sa.Column("state", TEXT, server_default="new", nullable=False),
        sa.Column("removed_at", Moment()),
        sa.Column("paused_until", sa.Date()),
        version(),
        unique("lms_course", "vendor_id", "lms_number"),
        one_of("lms_course", "state", "new", "open", "closed", "hidden"),
    )


def _sections() -> None:
    table(
        "term",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        unique("term", "code"),
    )
    op.execute("insert into term (code, name) values ('-', 'No term')")
    table(
        "section",
        *link("section", "course_id", "course"),
        *link("section", "term_id", "term"),
        sa.Column("number", sa.Integer(), nullable=False),
        *link("section", "lms_course_id", "lms_course", null=True),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        sa.Column("open", sa.Boolean(), server_default=sa.true(), nullable=False),
        version(),
        unique("section", "course_id", "term_id", "number"),
    )
    op.create_index("ix_section_lms_course_id", "section", ["lms_course_id"])


def _enrolments() -> None:
    table(
        "enrolment",
        *link("enrolment", "learner_id", "learner"),
        *link("enrolment", "section_id", "section"),
        sa.Column("status", TEXT, server_default="current", nullable=False),
        sa.Column("status_on", sa.Date()),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("removed_at", Moment()),
        version(),
        unique("enrolment", "learner_id", "section_id"),
        one_of("enrolment", "status", "scheduled", "current", "on_break", "dropped", "completed"),
        one_of("enrolment", "origin", "hand", "adopted", "file", "ilr", "import"),
    )
    op.create_index("ix_enrolment_section_id", "enrolment", ["section_id"])
    table(
        "progress",
        *link("progress", "enrolment_id", "enrolment"),
        sa.Column("graded", sa.Integer()),
        sa.Column("visible", sa.Integer()),
        sa.Column("grade_text", TEXT),
        sa.Column("grade_number", sa.Float()),
        sa.Column("grade_max", sa.Float()),
        *(sa.Column(name, TEXT) for name in ("percent", "letter", "report_card", "content_hash")),
        sa.Column("changed_at", Moment()),
        sa.Column("missing_since", Moment()),
        sa.Column("mark", TEXT),
        unique("progress", "enrolment_id"),
    )
    table(
        "lms_account",
        *link("lms_account", "vendor_id", "lms_vendor"),
        sa.Column("lms_user_number", TEXT, nullable=False),
        *link("lms_account", "learner_id", "learner", null=True),
        sa.Column("matched_by", TEXT),
        sa.Column("clash", sa.Boolean(), server_default=sa.false(), nullable=False),
        *(sa.Column(name, TEXT) for name in ("id_number", "email", "email_fold", "full_name")),
        sa.Column("seen_at", Moment(), nullable=False),
        unique("lms_account", "vendor_id", "lms_user_number"),
        one_of("lms_account", "matched_by", "id_number", "email", "person"),
    )
    op.create_index("ix_lms_account_learner_id", "lms_account", ["learner_id"])


def _runs() -> None:
    table(
        "sync_run",
        *(sa.Column(name, TEXT, nullable=False) for name in ("kind", "trigger", "state")),
        *link("sync_run", "user_id", "app_user", null=True),
        sa.Column("computer", TEXT, nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.Column("counts", TEXT, nullable=False),
        sa.Column("messages", TEXT, nullable=False),
        sa.Column("failed_by", TEXT),
        *link("sync_run", "operation_id", "operation", null=True),
        one_of("sync_run", "kind", "courses", "enrolments", "sender"),
        one_of("sync_run", "trigger", "schedule", "start", "person", "retry"),
        one_of("sync_run", "state", "running", "finished", "messages", "failed", "cancelled", "held", "skipped"),
    )
    op.create_index("ix_sync_run_kind_started_at", "sync_run", ["kind", "started_at"])
    table(
        "sync_error",
        sa.Column("open_key", TEXT),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("level", TEXT, nullable=False),
        *link("sync_error", "lms_course_id", "lms_course", null=True),
        *link("sync_error", "enrolment_id", "enrolment", null=True),
        sa.Column("detail", TEXT),
        sa.Column("since", Moment(), nullable=False),
        *link("sync_error", "last_run_id", "sync_run", null=True),
        sa.Column("runs", sa.Integer(), server_default="1", nullable=False),
        sa.Column("cleared_at", Moment()),
        sa.Column("snoozed_until", Moment()),
        sa.Column("accepted_reason", TEXT),
        sa.Column("accepted_until", sa.Date()),
        unique("sync_error", "open_key"),
        one_of("sync_error", "level", "connection", "course", "enrolment"),
    )
    op.create_index("ix_sync_error_lms_course_id", "sync_error", ["lms_course_id"])
    op.create_index("ix_sync_error_enrolment_id", "sync_error", ["enrolment_id"])
    table(
        "hold",
        *link("hold", "run_id", "sync_run"),
        sa.Column("kind", TEXT, nullable=False),
        *link("hold", "lms_course_id", "lms_course", null=True),
        sa.Column("items", TEXT, nullable=False),
        *link("hold", "decided_by", "app_user", null=True),
        sa.Column("decided_at", Moment()),
        sa.Column("decision", TEXT),
        one_of("hold", "kind", "courses", "roster"),
        one_of("hold", "decision", "remove", "keep"),
    )
