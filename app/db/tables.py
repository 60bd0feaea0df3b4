"""Every table of the program (data-model.md 3). Queries are SQLAlchemy Core; rows leave `app` as dataclasses.

When adding a table: a surrogate `id`, the natural key as a unique constraint, `version` only if people edit
its rows, a `…_fold` companion for text that is searched or sorted; then a migration of its own.
"""

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    event,
    false,
    true,
)

from app.db import extract_tables, file_tables, import_tables, lms_tables, table_parts
from app.db.table_parts import key, link, version
from app.db.types import Folded, Key, Moment, Text

metadata = table_parts.metadata
file_job, file_row = file_tables.file_job, file_tables.file_row
aim, course, source_code = file_tables.aim, file_tables.course, file_tables.source_code
lms_vendor, lms_course, lms_account = lms_tables.lms_vendor, lms_tables.lms_course, lms_tables.lms_account
term, section, enrolment, progress = lms_tables.term, lms_tables.section, lms_tables.enrolment, lms_tables.progress
delivery_method, campus_term = extract_tables.delivery_method, extract_tables.campus_term
campus_vendor, campus_delivery_method = extract_tables.campus_vendor, extract_tables.campus_delivery_method
section_campus, user_campus = extract_tables.section_campus, extract_tables.user_campus
extract_record, extract_attempt = extract_tables.extract_record, extract_tables.extract_attempt
credit_type, course_credit = import_tables.credit_type, import_tables.course_credit
credit_mapping, award = import_tables.credit_mapping, import_tables.award
reporter, reporter_type = import_tables.reporter, import_tables.reporter_type
outgoing_report = import_tables.outgoing_report
sync_run, sync_error, hold = lms_tables.sync_run, lms_tables.sync_error, lms_tables.hold

campus = Table(
    "campus",
    metadata,
    key(),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_fold", Folded, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    version(),
    UniqueConstraint("code"),
)

learner = Table(
    "learner",
    metadata,
    key(),
    Column("ukprn", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("ref_fold", Folded, nullable=False),
    Column("uln", Text),
    Column("uln_state", Text, nullable=False),
    Column("family_name", Text),
    Column("family_fold", Folded),
    Column("given_names", Text),
    Column("given_fold", Folded),
    Column("first_name", Text),
    Column("known_as", Text),
    Column("known_fold", Folded),
    Column("birth_date", Date),
    Column("sex", Text),
    Column("postcode", Text),
    Column("postcode_is_prior", Boolean, nullable=False, server_default=false()),
    Column("email", Text),
    Column("email_fold", Folded, index=True),
    Column("phone", Text),
    link("campus_id", "campus", null=True, index=True),
    Column("tutor_group", Text),
    Column("tutor_fold", Folded),
    Column("prev_ref", Text),
    Column("last_year_seen", Text),
    link("merged_into_id", "learner", null=True),
    Column("removed_at", Moment),
    # Everything the quick filter looks at in one column: one LIKE a row instead of eight.
    Column("search_fold", Folded, nullable=False),
    version(),
    UniqueConstraint("ukprn", "ref_fold"),
    CheckConstraint("uln_state in ('ok', 'none', 'temporary', 'bad')", name="uln_state"),
)
# The learners that grids show. Every query names just these two conditions, so the indexes below hold nothing else
# and answer a sorted grid by themselves: a fifth of the time of an index over all learners.
SHOWN = learner.c.removed_at.is_(None) & learner.c.merged_into_id.is_(None)
SORTED = ("family_fold", "given_fold", "ref_fold", "uln", "birth_date")
# SQLite sorts NULL first by itself and does not let an index say so; PostgreSQL must be told, in the index as
# in the query, else it cannot use it. As text: `Index(postgresql_where=…)` would import all that SQLAlchemy knows of
# PostgreSQL at each start, which takes an embedded database a tenth of it.
for _name in SORTED:
    for _dialect, _end, _order in (("sqlite", "_sqlite", ""), ("postgresql", "", " nulls first")):
        _index = (
            f"create index ix_learner_{_name}_id{_end} on learner ({_name}{_order}, id) "
            "where removed_at is null and merged_into_id is null"
        )
        event.listen(learner, "after_create", DDL(_index).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]

attainment_type = Table(
    "attainment_type",
    metadata,
    key(),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    UniqueConstraint("code"),
)

attainment = Table(
    "attainment",
    metadata,
    key(),
    link("learner_id", "learner", index=True),
    link("type_id", "attainment_type"),
    Column("subject_code", Text),
    Column("subject_key", Text),
    Column("subject", Text),
    Column("subject_fold", Folded),
    Column("qualification_type", Text),
    Column("level", Text),
    Column("grade", Text),
    Column("credits", Integer),  # hundredths
    Column("award_date", Date),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("provider", Text),
    Column("provider_ukprn", Text),
    Column("awarding_org", Text),
    Column("awarding_org_code", Text),
    Column("language", Text),
    Column("under_challenge", Boolean),
    Column("origin", Text, nullable=False),
    Column("exported_version", Integer),
    Column("removed_at", Moment),
    version(),
    CheckConstraint("origin in ('lrs', 'hand', 'file')", name="origin"),
)

attainment_event = Table(
    "attainment_event",
    metadata,
    key(),
    link("learner_id", "learner"),
    Column("event_id", Key, nullable=False),
    link("attainment_id", "attainment", index=True),
    Column("source", Text),
    Column("date_loaded", Text),
    UniqueConstraint("learner_id", "event_id"),
)

# What the attainments of a learner come to (app/attainments/at_a_glance.py): follows from them, written with them.
# Its id is that of the learner.
at_a_glance = Table(
    "at_a_glance",
    metadata,
    key(),
    link("learner_id", "learner"),
    Column("gcse_english", Text),
    Column("gcse_english_rank", Integer),
    Column("gcse_maths", Text),
    Column("gcse_maths_rank", Integer),
    Column("fs_english", Text),
    Column("fs_english_rank", Integer),
    Column("fs_maths", Text),
    Column("fs_maths_rank", Integer),
    Column("full_level", Text),
    Column("full_level_rank", Integer),
    UniqueConstraint("learner_id"),
)

app_user = Table(
    "app_user",
    metadata,
    key(),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("last_sign_in", Moment),
    version(),
    UniqueConstraint("login"),
)

role = Table(
    "role",
    metadata,
    key(),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    UniqueConstraint("code"),
)

user_role = Table(
    "user_role",
    metadata,
    key(),
    link("user_id", "app_user"),
    link("role_id", "role"),
    UniqueConstraint("user_id", "role_id"),
)

licence = Table(
    "licence",
    metadata,
    key(),
    Column("code", Text, nullable=False),
    Column("is_on", Boolean, nullable=False, server_default=false()),
    Column("note", Text),
    Column("valid_until", Date),
    Column("organisation", Text),
    Column("certified_on", Date),
    Column("certified_by", Text),
    version(),
    UniqueConstraint("code"),
)

plr_check = Table(
    "plr_check",
    metadata,
    key(),
    link("learner_id", "learner"),
    Column("at", Moment, nullable=False),
    link("user_id", "app_user", null=True),
    Column("outcome", Text, nullable=False),
    Column("identity_hash", Text),
    UniqueConstraint("learner_id"),
    CheckConstraint("outcome in ('records', 'none', 'refused', 'failed')", name="outcome"),
)

operation = Table(
    "operation",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    link("user_id", "app_user", null=True),
    Column("computer", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text),
    Column("state", Text, nullable=False),
    link("undoes_id", "operation", null=True, index=True),
    CheckConstraint("state in ('done', 'stopped', 'undone', 'partly_undone')", name="state"),
)

change = Table(
    "change",
    metadata,
    key(),
    link("operation_id", "operation", index=True),
    link("learner_id", "learner", null=True, index=True),
    Column("table_name", Text, nullable=False),
    Column("row_id", Key, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("version_after", Integer),
    CheckConstraint("kind in ('insert', 'update', 'delete')", name="kind"),
    Index("ix_change_table_name_row_id", "table_name", "row_id"),
)

setting = Table(
    "setting",
    metadata,
    key(),
    Column("key", Text, nullable=False),
    Column("value", Text),
    version(),
    UniqueConstraint("key"),
)

job_lock = Table(
    "job_lock",
    metadata,
    key(),
    Column("name", Text, nullable=False),
    Column("owner", Text),
    Column("computer", Text),
    Column("token", Text),
    Column("job_id", Key),
    Column("since", Moment),
    Column("alive_at", Moment),
    UniqueConstraint("name"),
)

saved = Table(
    "saved",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    link("owner_id", "app_user"),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=false()),
    version(),
    UniqueConstraint("kind", "owner_id", "name"),
)
