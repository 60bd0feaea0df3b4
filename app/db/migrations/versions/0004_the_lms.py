"""The LMS: courses, sections, enrolments and their progress, accounts, and the runs that keep them in step."""

import sqlalchemy as sa
from alembic import op

from app.db.types import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _courses()
    _enrolments()
    _runs()
    # Accounts of the LMS are matched to learners by it, course by course.
    op.create_index("ix_learner_email_fold", "learner", ["email_fold"])


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *parts,
    )


def _link(table: str, column: str, target: str, *, null: bool = False) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, KEY, nullable=null),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")),
    ]


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{one}'" for one in values)
    return sa.CheckConstraint(f"{column} in ({listed})", name=op.f(f"ck_{table}_{column}"))


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _courses() -> None:
    _table(
        "lms_vendor",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        _unique("lms_vendor", "code"),
    )
    _table(
        "lms_course",
        *_link("lms_course", "vendor_id", "lms_vendor"),
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
        _version(),
        _unique("lms_course", "vendor_id", "lms_number"),
        _one_of("lms_course", "state", "new", "open", "closed", "hidden"),
    )
    _table(
        "term",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        _unique("term", "code"),
    )
    op.execute("insert into term (code, name) values ('-', 'No term')")
    _table(
        "section",
        *_link("section", "course_id", "course"),
        *_link("section", "term_id", "term"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_link("section", "lms_course_id", "lms_course", null=True),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        sa.Column("open", sa.Boolean(), server_default=sa.true(), nullable=False),
        _version(),
        _unique("section", "course_id", "term_id", "number"),
    )
    op.create_index("ix_section_lms_course_id", "section", ["lms_course_id"])


def _enrolments() -> None:
    _table(
        "enrolment",
        *_link("enrolment", "learner_id", "learner"),
        *_link("enrolment", "section_id", "section"),
        sa.Column("status", TEXT, server_default="current", nullable=False),
        sa.Column("status_on", sa.Date()),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("removed_at", Moment()),
        _version(),
        _unique("enrolment", "learner_id", "section_id"),
        _one_of("enrolment", "status", "scheduled", "current", "on_break", "dropped", "completed"),
        _one_of("enrolment", "origin", "hand", "adopted", "file", "ilr", "import"),
    )
    op.create_index("ix_enrolment_section_id", "enrolment", ["section_id"])
    _table(
        "progress",
        *_link("progress", "enrolment_id", "enrolment"),
        sa.Column("graded", sa.Integer()),
        sa.Column("visible", sa.Integer()),
        sa.Column("grade_text", TEXT),
        sa.Column("grade_number", sa.Float()),
        sa.Column("grade_max", sa.Float()),
        *(sa.Column(name, TEXT) for name in ("percent", "letter", "report_card", "content_hash")),
        sa.Column("changed_at", Moment()),
        sa.Column("missing_since", Moment()),
        sa.Column("mark", TEXT),
        _unique("progress", "enrolment_id"),
    )
    _table(
        "lms_account",
        *_link("lms_account", "vendor_id", "lms_vendor"),
        sa.Column("lms_user_number", TEXT, nullable=False),
        *_link("lms_account", "learner_id", "learner", null=True),
        sa.Column("matched_by", TEXT),
        sa.Column("clash", sa.Boolean(), server_default=sa.false(), nullable=False),
        *(sa.Column(name, TEXT) for name in ("id_number", "email", "email_fold", "full_name")),
        sa.Column("seen_at", Moment(), nullable=False),
        _unique("lms_account", "vendor_id", "lms_user_number"),
        _one_of("lms_account", "matched_by", "id_number", "email", "person"),
    )
    op.create_index("ix_lms_account_learner_id", "lms_account", ["learner_id"])


def _runs() -> None:
    _table(
        "sync_run",
        *(sa.Column(name, TEXT, nullable=False) for name in ("kind", "trigger", "state")),
        *_link("sync_run", "user_id", "app_user", null=True),
        sa.Column("computer", TEXT, nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.Column("counts", TEXT, nullable=False),
        sa.Column("messages", TEXT, nullable=False),
        sa.Column("failed_by", TEXT),
        *_link("sync_run", "operation_id", "operation", null=True),
        _one_of("sync_run", "kind", "courses", "enrolments", "sender"),
        _one_of("sync_run", "trigger", "schedule", "start", "person", "retry"),
        _one_of("sync_run", "state", "running", "finished", "messages", "failed", "cancelled", "held", "skipped"),
    )
    op.create_index("ix_sync_run_kind_started_at", "sync_run", ["kind", "started_at"])
    _table(
        "sync_error",
        sa.Column("open_key", TEXT),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("level", TEXT, nullable=False),
        *_link("sync_error", "lms_course_id", "lms_course", null=True),
        *_link("sync_error", "enrolment_id", "enrolment", null=True),
        sa.Column("detail", TEXT),
        sa.Column("since", Moment(), nullable=False),
        *_link("sync_error", "last_run_id", "sync_run", null=True),
        sa.Column("runs", sa.Integer(), server_default="1", nullable=False),
        sa.Column("cleared_at", Moment()),
        sa.Column("snoozed_until", Moment()),
        sa.Column("accepted_reason", TEXT),
        sa.Column("accepted_until", sa.Date()),
        _unique("sync_error", "open_key"),
        _one_of("sync_error", "level", "connection", "course", "enrolment"),
    )
    op.create_index("ix_sync_error_lms_course_id", "sync_error", ["lms_course_id"])
    op.create_index("ix_sync_error_enrolment_id", "sync_error", ["enrolment_id"])
    _table(
        "hold",
        *_link("hold", "run_id", "sync_run"),
        sa.Column("kind", TEXT, nullable=False),
        *_link("hold", "lms_course_id", "lms_course", null=True),
        sa.Column("items", TEXT, nullable=False),
        *_link("hold", "decided_by", "app_user", null=True),
        sa.Column("decided_at", Moment()),
        sa.Column("decision", TEXT),
        _one_of("hold", "kind", "courses", "roster"),
        _one_of("hold", "decision", "remove", "keep"),
    )
