"""Files brought in, and the aims, courses and codes that learner files tell of."""

import sqlalchemy as sa
from alembic import op

from app.db.migrations.parts import KEY, TEXT, link
from app.db.types import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _key(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    _files()
    _courses()
    op.create_table(
        "aim",
        *_key("aim"),
        *link("aim", "learner_id", "learner"),
        sa.Column("year", TEXT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Integer(), server_default="0", nullable=False),
        sa.Column("aim_ref", TEXT),
        sa.Column("aim_type", TEXT),
        sa.Column("starts", sa.Date()),
        sa.Column("planned_end", sa.Date()),
        sa.Column("ends", sa.Date()),
        *(
            sa.Column(name, TEXT)
            for name in ("fund_model", "prog_type", "std_code", "completion", "outcome", "grade")
        ),
        *(sa.Column(name, TEXT) for name in ("delivery_postcode", "supplier_id")),
        *(sa.Column(name, TEXT) for name in ("code_a", "code_b", "code_c", "code_d", "course_code", "course_title")),
        *link("aim", "seen_in_job_id", "file_job", null=True),
        sa.UniqueConstraint("learner_id", "year", "seq", "repeat", name=op.f("uq_aim_learner_id_year_seq_repeat")),
    )
    op.create_index("ix_aim_aim_ref_learner_id", "aim", ["aim_ref", "learner_id"])


def _files() -> None:
    op.create_table(
        "file_job",
        *_key("file_job"),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("scope", TEXT),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("year", TEXT),
        sa.Column("prepared_on", sa.Date()),
        sa.Column("options", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        *link("file_job", "owner_id", "app_user"),
        sa.Column("computer", TEXT, nullable=False),
        sa.Column("counts", TEXT, nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        *link("file_job", "operation_id", "operation", null=True),
        sa.CheckConstraint("state in ('reading', 'checked', 'applied')", name=op.f("ck_file_job_state")),
    )
    op.create_index("ix_file_job_kind_state", "file_job", ["kind", "state"])
    op.create_table(
        "file_row",
        *_key("file_row"),
        *link("file_row", "job_id", "file_job"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", TEXT),
        *link("file_row", "learner_id", "learner", null=True),
        sa.Column("findings", TEXT),
        sa.Column("predicted", TEXT, nullable=False),
        sa.Column("decision", TEXT),
        sa.Column("outcome", TEXT),
        sa.Column("held", TEXT, server_default="no", nullable=False),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_file_row_job_id_number")),
        sa.CheckConstraint(
            "held in ('no', 'held', 'attached', 'withdrawn', 'deleted')", name=op.f("ck_file_row_held")
        ),
    )
    op.create_index("ix_file_row_learner_id", "file_row", ["learner_id"])
    op.create_index("ix_file_row_job_id_predicted", "file_row", ["job_id", "predicted", "number"])


def _courses() -> None:
    op.create_table(
        "course",
        *_key("course"),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("code_fold", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("kind", TEXT, server_default="normal", nullable=False),
        sa.Column("required_objects", sa.Integer()),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.UniqueConstraint("code_fold", name=op.f("uq_course_code_fold")),
        sa.CheckConstraint("kind in ('normal', 'shell')", name=op.f("ck_course_kind")),
    )
    op.create_table(
        "source_code",
        *_key("source_code"),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("code_fold", TEXT, nullable=False),
        sa.Column("year", TEXT, nullable=False),
        *link("source_code", "course_id", "course", null=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.UniqueConstraint("kind", "code_fold", "year", name=op.f("uq_source_code_kind_code_fold_year")),
    )
    op.create_index("ix_source_code_course_id", "source_code", ["course_id"])
