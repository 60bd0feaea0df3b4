"""The main job: learners, attainments, checks, history, users, licences."""

import sqlalchemy as sa
from alembic import op

from app.db.types import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _codes()
    _settings()
    _learners()
    _saved_by_users()
    _attainments()
    _changes()
    _events()
    _orders_of_learners()


def _codes() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("last_sign_in", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
    op.create_table(
        "attainment_type",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attainment_type")),
        sa.UniqueConstraint("code", name=op.f("uq_attainment_type_code")),
    )
    op.create_table(
        "campus",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campus")),
        sa.UniqueConstraint("code", name=op.f("uq_campus_code")),
    )


def _settings() -> None:
    op.create_table(
        "job_lock",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=True),
        sa.Column("computer", TEXT, nullable=True),
        sa.Column("token", TEXT, nullable=True),
        sa.Column("job_id", KEY, nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("alive_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_lock")),
        sa.UniqueConstraint("name", name=op.f("uq_job_lock_name")),
    )
    op.create_table(
        "licence",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("organisation", TEXT, nullable=True),
        sa.Column("certified_on", sa.Date(), nullable=True),
        sa.Column("certified_by", TEXT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("code", name=op.f("uq_licence_code")),
    )
    op.create_table(
        "role",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("code", name=op.f("uq_role_code")),
    )
    op.create_table(
        "setting",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("key", name=op.f("uq_setting_key")),
    )


def _learners() -> None:
    op.create_table(
        "learner",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ukprn", TEXT, nullable=False),
        sa.Column("ref", TEXT, nullable=False),
        sa.Column("ref_fold", TEXT, nullable=False),
        sa.Column("uln", TEXT, nullable=True),
        sa.Column("uln_state", TEXT, nullable=False),
        sa.Column("family_name", TEXT, nullable=True),
        sa.Column("family_fold", TEXT, nullable=True),
        sa.Column("given_names", TEXT, nullable=True),
        sa.Column("given_fold", TEXT, nullable=True),
        sa.Column("first_name", TEXT, nullable=True),
        sa.Column("known_as", TEXT, nullable=True),
        sa.Column("known_fold", TEXT, nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", TEXT, nullable=True),
        sa.Column("postcode", TEXT, nullable=True),
        sa.Column("postcode_is_prior", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("email_fold", TEXT, nullable=True),
        sa.Column("phone", TEXT, nullable=True),
        sa.Column("campus_id", KEY, nullable=True),
        sa.Column("tutor_group", TEXT, nullable=True),
        sa.Column("tutor_fold", TEXT, nullable=True),
        sa.Column("prev_ref", TEXT, nullable=True),
        sa.Column("last_year_seen", TEXT, nullable=True),
        sa.Column("merged_into_id", KEY, nullable=True),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("search_fold", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("uln_state in ('ok', 'none', 'temporary', 'bad')", name=op.f("ck_learner_uln_state")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("fk_learner_campus_id_campus")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["learner.id"], name=op.f("fk_learner_merged_into_id_learner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner")),
        sa.UniqueConstraint("ukprn", "ref_fold", name=op.f("uq_learner_ukprn_ref_fold")),
    )
    op.create_index(op.f("ix_learner_campus_id"), "learner", ["campus_id"], unique=False)


def _saved_by_users() -> None:
    op.create_table(
        "operation",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("computer", TEXT, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("undoes_id", KEY, nullable=True),
        sa.CheckConstraint(
            "state in ('done', 'stopped', 'undone', 'partly_undone')", name=op.f("ck_operation_state")
        ),
        sa.ForeignKeyConstraint(["undoes_id"], ["operation.id"], name=op.f("fk_operation_undoes_id_operation")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_operation_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
    )
    op.create_table(
        "saved",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_saved_owner_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved")),
        sa.UniqueConstraint("kind", "owner_id", "name", name=op.f("uq_saved_kind_owner_id_name")),
    )
    op.create_table(
        "user_role",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("role_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_user_role_role_id_role")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_role_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_role")),
        sa.UniqueConstraint("user_id", "role_id", name=op.f("uq_user_role_user_id_role_id")),
    )


def _attainments() -> None:
    op.create_table(
        "attainment",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("type_id", KEY, nullable=False),
        sa.Column("subject_code", TEXT, nullable=True),
        sa.Column("subject_key", TEXT, nullable=True),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("subject_fold", TEXT, nullable=True),
        sa.Column("qualification_type", TEXT, nullable=True),
        sa.Column("level", TEXT, nullable=True),
        sa.Column("grade", TEXT, nullable=True),
        sa.Column("credits", sa.Integer(), nullable=True),
        sa.Column("award_date", sa.Date(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("provider", TEXT, nullable=True),
        sa.Column("provider_ukprn", TEXT, nullable=True),
        sa.Column("awarding_org", TEXT, nullable=True),
        sa.Column("awarding_org_code", TEXT, nullable=True),
        sa.Column("language", TEXT, nullable=True),
        sa.Column("under_challenge", sa.Boolean(), nullable=True),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("exported_version", sa.Integer(), nullable=True),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("origin in ('lrs', 'hand', 'file')", name=op.f("ck_attainment_origin")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_attainment_learner_id_learner")),
        sa.ForeignKeyConstraint(
            ["type_id"], ["attainment_type.id"], name=op.f("fk_attainment_type_id_attainment_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attainment")),
    )
    op.create_index(op.f("ix_attainment_learner_id"), "attainment", ["learner_id"], unique=False)


def _changes() -> None:
    op.create_table(
        "change",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("operation_id", KEY, nullable=False),
        sa.Column("learner_id", KEY, nullable=True),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", KEY, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("before", TEXT, nullable=True),
        sa.Column("after", TEXT, nullable=True),
        sa.Column("version_after", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind in ('insert', 'update', 'delete')", name=op.f("ck_change_kind")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_change_learner_id_learner")),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name=op.f("fk_change_operation_id_operation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_learner_id"), "change", ["learner_id"], unique=False)
    op.create_index(op.f("ix_change_operation_id"), "change", ["operation_id"], unique=False)
    op.create_index("ix_change_table_name_row_id", "change", ["table_name", "row_id"], unique=False)
    op.create_table(
        "plr_check",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("identity_hash", TEXT, nullable=True),
        sa.CheckConstraint("outcome in ('records', 'none', 'refused', 'failed')", name=op.f("ck_plr_check_outcome")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_plr_check_learner_id_learner")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_plr_check_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plr_check")),
        sa.UniqueConstraint("learner_id", name=op.f("uq_plr_check_learner_id")),
    )


def _events() -> None:
    op.create_table(
        "attainment_event",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("attainment_id", KEY, nullable=False),
        sa.Column("source", TEXT, nullable=True),
        sa.Column("date_loaded", TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["attainment_id"], ["attainment.id"], name=op.f("fk_attainment_event_attainment_id_attainment")
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_attainment_event_learner_id_learner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attainment_event")),
        sa.UniqueConstraint("learner_id", "event_id", name=op.f("uq_attainment_event_learner_id_event_id")),
    )
    op.create_index(op.f("ix_attainment_event_attainment_id"), "attainment_event", ["attainment_id"], unique=False)


def _orders_of_learners() -> None:
    shown = sa.text("removed_at IS NULL AND merged_into_id IS NULL")
    for name in ("family_fold", "given_fold", "ref_fold", "uln", "birth_date"):
        if op.get_bind().dialect.name == "sqlite":
            op.create_index(f"ix_learner_{name}_id_sqlite", "learner", [name, "id"], sqlite_where=shown)
        else:
            first = sa.text(f"{name} ASC NULLS FIRST")
            op.create_index(f"ix_learner_{name}_id", "learner", [first, "id"], postgresql_where=shown)
