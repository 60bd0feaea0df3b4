"""Sections and their set-up, and the records of what goes to the LMS."""

import sqlalchemy as sa
from alembic import op

from app.db.types import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _gates()
    _records()
    _links()


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


def _flag(name: str, default: bool) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), server_default=sa.true() if default else sa.false(), nullable=False)


def _version() -> "sa.Column[int]":
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _one(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=True, sqlite_where=condition, postgresql_where=condition)


def _gates() -> None:
    _table(
        "delivery_method",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        _flag("active", True),
        _flag("export_to_lms", False),
        _version(),
        _unique("delivery_method", "code"),
    )
    _table(
        "campus_term",
        *_link("campus_term", "campus_id", "campus"),
        *_link("campus_term", "term_id", "term"),
        _flag("send_sections", False),
        _flag("send_registrations", False),
        _version(),
        _unique("campus_term", "campus_id", "term_id"),
    )
    op.create_index("ix_campus_term_term_id", "campus_term", ["term_id"])
    _table(
        "campus_vendor",
        *_link("campus_vendor", "campus_id", "campus"),
        *_link("campus_vendor", "vendor_id", "lms_vendor"),
        _flag("is_default", False),
        _version(),
        _unique("campus_vendor", "campus_id", "vendor_id"),
    )
    _one("ix_campus_vendor_default", "campus_vendor", "campus_id", "is_default")
    _table(
        "campus_delivery_method",
        *_link("campus_delivery_method", "campus_id", "campus"),
        *_link("campus_delivery_method", "delivery_method_id", "delivery_method"),
        _unique("campus_delivery_method", "campus_id", "delivery_method_id"),
    )
    _table(
        "section_campus",
        *_link("section_campus", "section_id", "section"),
        *_link("section_campus", "campus_id", "campus"),
        _flag("owner", False),
        _unique("section_campus", "section_id", "campus_id"),
    )
    op.create_index("ix_section_campus_campus_id", "section_campus", ["campus_id"])
    _one("ix_section_campus_owner", "section_campus", "section_id", "owner")
    _table(
        "user_campus",
        *_link("user_campus", "user_id", "app_user"),
        *_link("user_campus", "campus_id", "campus"),
        _unique("user_campus", "user_id", "campus_id"),
    )


def _records() -> None:
    _table(
        "extract_record",
        *_link("extract_record", "enrolment_id", "enrolment"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", TEXT, nullable=False),
        sa.Column("course_status", TEXT, nullable=False),
        *(sa.Column(name, sa.Date()) for name in ("starts", "ends", "changed_on")),
        sa.Column("status", TEXT, server_default="ready", nullable=False),
        sa.Column("status_at", Moment(), nullable=False),
        *_link("extract_record", "status_by", "app_user", null=True),
        sa.Column("extracted_at", Moment()),
        sa.Column("answered_at", Moment()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message", TEXT),
        sa.Column("late_answer", TEXT),
        _version(),
        _unique("extract_record", "enrolment_id", "number"),
        _one_of("extract_record", "change", "add", "drop", "change"),
        _one_of("extract_record", "course_status", "scheduled", "current", "on_break", "dropped", "completed"),
        _one_of("extract_record", "status", "ready", "transmitted", "processed", "rejected"),
        _one_of("extract_record", "late_answer", "processed", "rejected"),
    )
    op.create_index("ix_extract_record_status", "extract_record", ["status", "id"])
    _table(
        "extract_attempt",
        *_link("extract_attempt", "record_id", "extract_record"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_link("extract_attempt", "run_id", "sync_run", null=True),
        sa.Column("computer", TEXT, nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        *(sa.Column(name, TEXT) for name in ("result", "code", "message")),
        _unique("extract_attempt", "record_id", "number"),
        _one_of("extract_attempt", "result", "accepted", "seen", "refused", "not_reached", "unknown"),
    )
    op.create_index("ix_extract_attempt_run_id", "extract_attempt", ["run_id"])
    _one("ix_extract_attempt_open", "extract_attempt", "record_id", "ended_at is null")


def _links() -> None:
    """What older tables gain."""
    for table, column, target in (
        ("section", "delivery_method_id", "delivery_method"),
        ("section", "vendor_id", "lms_vendor"),
        ("source_code", "section_id", "section"),
        ("aim", "enrolment_id", "enrolment"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, KEY))
            batch.create_foreign_key(op.f(f"fk_{table}_{column}_{target}"), target, [column], ["id"])
    op.add_column("enrolment", sa.Column("records", sa.Integer(), server_default="0", nullable=False))
    op.add_column("term", _version())
    op.add_column("campus", _version())
    op.add_column("lms_vendor", _version())
    op.create_index("ix_aim_enrolment_id", "aim", ["enrolment_id"])
    op.create_index("ix_source_code_section_id", "source_code", ["section_id"])
