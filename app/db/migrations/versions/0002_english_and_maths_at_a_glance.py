"""English and maths at a glance: what a learner's attainments come to, for the Learners grid.

The rows are worked out by `app.attainments.at_a_glance_kept.fill` at the first start: the rule is the program's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "at_a_glance",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("gcse_english", TEXT, nullable=True),
        sa.Column("gcse_english_rank", sa.Integer(), nullable=True),
        sa.Column("gcse_maths", TEXT, nullable=True),
        sa.Column("gcse_maths_rank", sa.Integer(), nullable=True),
        sa.Column("fs_english", TEXT, nullable=True),
        sa.Column("fs_english_rank", sa.Integer(), nullable=True),
        sa.Column("fs_maths", TEXT, nullable=True),
        sa.Column("fs_maths_rank", sa.Integer(), nullable=True),
        sa.Column("full_level", TEXT, nullable=True),
        sa.Column("full_level_rank", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_at_a_glance_learner_id_learner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_at_a_glance")),
        sa.UniqueConstraint("learner_id", name=op.f("uq_at_a_glance_learner_id")),
    )
