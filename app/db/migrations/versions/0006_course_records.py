"""Course record imports: credit, what outside bodies are due, and what jobs and enrolments know of it."""

import sqlalchemy as sa
from alembic import op

from app.db.types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _credit()
    _reporters()
    _jobs()
    _rows()
    _enrolments()
    _awards()


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


def _check(table: str, name: str, words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(words, name=op.f(f"ck_{table}_{name}"))


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{one}'" for one in values)
    return _check(table, column, f"{column} in ({listed})")


def _flag(name: str, default: bool) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), server_default=sa.true() if default else sa.false(), nullable=False)


def _number(name: str, default: str | None = None) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _version() -> "sa.Column[int]":
    return _number("version", "1")


def _credit() -> None:
    _table(
        "credit_type",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        _flag("active", True),
        _version(),
        _unique("credit_type", "code"),
    )
    _table(
        "course_credit",
        *_link("course_credit", "course_id", "course"),
        *_link("course_credit", "type_id", "credit_type"),
        _number("minimum", "0"),
        _number("maximum"),
        _number("increment", "1"),
        _flag("active", True),
        _flag("variable", False),
        _version(),
        _unique("course_credit", "course_id", "type_id"),
        _check("course_credit", "amounts", "minimum >= 0 and maximum >= minimum and increment > 0"),
    )
    _table(
        "credit_mapping",
        *_link("credit_mapping", "course_id", "course"),
        *_link("credit_mapping", "type_id", "credit_type"),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        _unique("credit_mapping", "course_id", "type_id", "field", "value"),
    )


def _reporters() -> None:
    _table(
        "reporter",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("fields", TEXT, server_default="[]", nullable=False),
        _number("deadline_days"),
        _flag("active", True),
        _version(),
        _unique("reporter", "name"),
        _check("reporter", "deadline_days", "deadline_days >= 0"),
    )
    _table(
        "reporter_type",
        *_link("reporter_type", "reporter_id", "reporter"),
        *_link("reporter_type", "type_id", "credit_type"),
        _unique("reporter_type", "reporter_id", "type_id"),
    )


def _jobs() -> None:
    listed = "'reading', 'checked', 'importing', 'applied', 'failed', 'aborted'"
    with op.batch_alter_table("file_job") as batch:
        batch.add_column(_number("reached", "0"))
        batch.add_column(sa.Column("message", TEXT))
        batch.drop_constraint(op.f("ck_file_job_state"), type_="check")
        batch.create_check_constraint(op.f("ck_file_job_state"), f"state in ({listed})")


def _rows() -> None:
    with op.batch_alter_table("file_row") as batch:
        batch.add_column(sa.Column("course_id", KEY))
        batch.add_column(sa.Column("held_user", TEXT))
        batch.add_column(sa.Column("held_email", TEXT))
        batch.create_foreign_key(op.f("fk_file_row_course_id_course"), "course", ["course_id"], ["id"])
    for column in ("held_user", "held_email"):
        where = sa.text("held = 'held'")
        op.create_index(f"ix_file_row_{column}", "file_row", [column], sqlite_where=where, postgresql_where=where)


def _enrolments() -> None:
    with op.batch_alter_table("enrolment") as batch:
        batch.add_column(_flag("complete", False))
        batch.add_column(sa.Column("completed_on", sa.Date()))
        batch.add_column(_flag("attended", False))
        batch.add_column(sa.Column("participant_category", TEXT))
        batch.add_column(sa.Column("file_row_id", KEY))
        batch.create_foreign_key(op.f("fk_enrolment_file_row_id_file_row"), "file_row", ["file_row_id"], ["id"])
    op.create_index("ix_enrolment_file_row_id", "enrolment", ["file_row_id"])


def _awards() -> None:
    _table(
        "award",
        *_link("award", "learner_id", "learner"),
        *_link("award", "course_id", "course"),
        *_link("award", "type_id", "credit_type"),
        _number("amount"),
        sa.Column("awarded_on", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("origin", TEXT, nullable=False),
        *_link("award", "file_row_id", "file_row", null=True),
        sa.Column("removed_at", Moment()),
        _version(),
        _unique("award", "learner_id", "course_id", "type_id"),
        _one_of("award", "origin", "import", "course", "hand"),
        _check("award", "amount", "amount >= 0 and amount <= 999999"),
    )
    op.create_index("ix_award_course_id", "award", ["course_id"])
    op.create_index("ix_award_file_row_id", "award", ["file_row_id"])
    _table(
        "outgoing_report",
        *_link("outgoing_report", "reporter_id", "reporter"),
        *_link("outgoing_report", "award_id", "award"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("missing", TEXT, server_default="[]", nullable=False),
        sa.Column("exported_at", Moment()),
        sa.Column("removed_at", Moment()),
        _unique("outgoing_report", "reporter_id", "award_id"),
    )
    op.create_index("ix_outgoing_report_award_id", "outgoing_report", ["award_id"])
