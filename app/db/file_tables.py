"""The tables of files brought in, and of what learner files tell beside the learner (data-model.md 3)."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, Table, UniqueConstraint

from app.db.table_parts import key, link, metadata, only_where, version
from app.db.types import Folded, Moment, Text

file_job = Table(
    "file_job",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("scope", Text),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("year", Text),
    Column("prepared_on", Date),
    Column("options", Text, nullable=False),
    Column("state", Text, nullable=False),
    link("owner_id", "app_user"),
    Column("computer", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    link("operation_id", "operation", null=True, index=True),
    # Course records are applied batch by batch: the last row reached, and why the job ended early.
    Column("reached", Integer, nullable=False, server_default="0"),
    Column("message", Text),
    CheckConstraint("state in ('reading', 'checked', 'importing', 'applied', 'failed', 'aborted')", name="state"),
    Index("ix_file_job_kind_state", "kind", "state"),
)

file_row = Table(
    "file_row",
    metadata,
    key(),
    link("job_id", "file_job"),
    Column("number", Integer, nullable=False),
    # The row as read, as JSON: never searched by SQL, purged when the job is old.
    Column("cells", Text),
    link("learner_id", "learner", null=True, index=True),
    Column("findings", Text),
    Column("predicted", Text, nullable=False),
    Column("decision", Text),
    Column("outcome", Text),
    Column("held", Text, nullable=False, server_default="no"),
    link("course_id", "course", null=True),
    # Whom a held row waits for: the id and the e-mail address it says, folded.
    Column("held_user", Folded),
    Column("held_email", Folded),
    UniqueConstraint("job_id", "number"),
    CheckConstraint("held in ('no', 'held', 'attached', 'withdrawn', 'deleted')", name="held"),
    Index("ix_file_row_job_id_predicted", "job_id", "predicted", "number"),
)
only_where(file_row, "held_user", "held = 'held'", "ix_file_row_held_user")
only_where(file_row, "held_email", "held = 'held'", "ix_file_row_held_email")

course = Table(
    "course",
    metadata,
    key(),
    Column("code", Text, nullable=False),
    Column("code_fold", Folded, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="normal"),
    Column("required_objects", Integer),
    Column("origin", Text, nullable=False),
    version(),
    UniqueConstraint("code_fold"),
    CheckConstraint("kind in ('normal', 'shell')", name="kind"),
)

source_code = Table(
    "source_code",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("code_fold", Folded, nullable=False),
    # "-" for a code that means the same in every year, so that the key never holds NULL.
    Column("year", Text, nullable=False),
    link("course_id", "course", null=True, index=True),
    version(),
    link("section_id", "section", null=True, index=True),
    UniqueConstraint("kind", "code_fold", "year"),
)

aim = Table(
    "aim",
    metadata,
    key(),
    link("learner_id", "learner"),
    # "-" where a file does not say it.
    Column("year", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    # Counts what a file lists under one number more than once.
    Column("repeat", Integer, nullable=False, server_default="0"),
    Column("aim_ref", Text),
    Column("aim_type", Text),
    Column("starts", Date),
    Column("planned_end", Date),
    Column("ends", Date),
    Column("fund_model", Text),
    Column("prog_type", Text),
    Column("std_code", Text),
    Column("completion", Text),
    Column("outcome", Text),
    Column("grade", Text),
    Column("delivery_postcode", Text),
    Column("supplier_id", Text),
    Column("code_a", Text),
    Column("code_b", Text),
    Column("code_c", Text),
    Column("code_d", Text),
    Column("course_code", Text),
    Column("course_title", Text),
    link("seen_in_job_id", "file_job", null=True),
    link("enrolment_id", "enrolment", null=True, index=True),
    UniqueConstraint("learner_id", "year", "seq", "repeat"),
    Index("ix_aim_aim_ref_learner_id", "aim_ref", "learner_id"),
)
