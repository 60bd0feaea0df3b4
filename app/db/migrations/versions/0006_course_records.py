"""Course record imports: credit, what outside bodies are due, and what jobs and enrolments know of it."""

import sqlalchemy as sa
from alembic import op

from app.db.migrations.parts import KEY, TEXT, check, flag, link, number, one_of, table, unique, version
from app.db.types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _credit()
    _reporters()
    _jobs()
    _rows()
    _enrolments()
    _awards()
    _pointing_at_operations()


def _pointing_at_operations() -> None:
    """Purge deletes operations that nothing points to: each is looked up in these."""
    for name, column in (("operation", "undoes_id"), ("sync_run", "operation_id"), ("file_job", "operation_id")):
        op.create_index(f"ix_{name}_{column}", name, [column])


def _credit() -> None:
    table(
        "credit_type",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        flag("active", True),
        version(),
        unique("credit_type", "code"),
    )
    table(
        "course_credit",
        *link("course_credit", "course_id", "course"),
        *link("course_credit", "type_id", "credit_type"),
        number("minimum", "0"),
        number("maximum"),
        number("increment", "1"),
        flag("active", True),
        flag("variable", False),
        version(),
        unique("course_credit", "course_id", "type_id"),
        check("course_credit", "amounts", "minimum >= 0 and maximum >= minimum and increment > 0"),
    )
    table(
        "credit_mapping",
        *link("credit_mapping", "course_id", "course"),
        *link("credit_mapping", "type_id", "credit_type"),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        unique("credit_mapping", "course_id", "type_id", "field", "value"),
    )


def _reporters() -> None:
    table(
        "reporter",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("fields", TEXT, server_default="[]", nullable=False),
        number("deadline_days"),
        flag("active", True),
        version(),
        unique("reporter", "name"),
        check("reporter", "deadline_days", "deadline_days >= 0"),
    )
    table(
        "reporter_type",
        *link("reporter_type", "reporter_id", "reporter"),
        *link("reporter_type", "type_id", "credit_type"),
        unique("reporter_type", "reporter_id", "type_id"),
    )


def _jobs() -> None:
    listed = "'reading', 'checked', 'importing', 'applied', 'failed', 'aborted'"
    with op.batch_alter_table("file_job") as batch:
        batch.add_column(number("reached", "0"))
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
        batch.add_column(flag("complete", False))
        batch.add_column(sa.Column("completed_on", sa.Date()))
        batch.add_column(flag("attended", False))
        batch.add_column(sa.Column("participant_category", TEXT))
        batch.add_column(sa.Column("file_row_id", KEY))
        batch.create_foreign_key(op.f("fk_enrolment_file_row_id_file_row"), "file_row", ["file_row_id"], ["id"])
    op.create_index("ix_enrolment_file_row_id", "enrolment", ["file_row_id"])


def _awards() -> None:
    table(
        "award",
        *link("award", "learner_id", "learner"),
        *link("award", "course_id", "course"),
        *link("award", "type_id", "credit_type"),
        number("amount"),
        sa.Column("awarded_on", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("origin", TEXT, nullable=False),
        *link("award", "file_row_id", "file_row", null=True),
        sa.Column("removed_at", Moment()),
        version(),
        unique("award", "learner_id", "course_id", "type_id"),
        one_of("award", "origin", "import", "course", "hand"),
        check("award", "amount", "amount >= 0 and amount <= 999999"),
    )
    op.create_index("ix_award_course_id", "award", ["course_id"])
    op.create_index("ix_award_file_row_id", "award", ["file_row_id"])
    table(
        "outgoing_report",
        *link("outgoing_report", "reporter_id", "reporter"),
        *link("outgoing_report", "award_id", "award"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("missing", TEXT, server_default="[]", nullable=False),
        sa.Column("exported_at", Moment()),
        sa.Column("removed_at", Moment()),
        unique("outgoing_report", "reporter_id", "award_id"),
    )
    op.create_index("ix_outgoing_report_award_id", "outgoing_report", ["award_id"])
