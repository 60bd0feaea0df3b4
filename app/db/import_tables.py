"""The tables of credit: what a course may give, what was given, and what is due to outside bodies (data-model.md 3,
course-record-import.md 1 and 9). Amounts are whole hundredths."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Integer, Table, UniqueConstraint, false, true

from app.db.table_parts import key, link, metadata, version
from app.db.types import Moment, Text

credit_type = Table(
    "credit_type",
    metadata,
    key(),
    # The machine name that files say: compared as it is spelt.
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    version(),
    UniqueConstraint("code"),
)

course_credit = Table(
    "course_credit",
    metadata,
    key(),
    link("course_id", "course"),
    link("type_id", "credit_type"),
    Column("minimum", Integer, nullable=False, server_default="0"),
    Column("maximum", Integer, nullable=False),
    Column("increment", Integer, nullable=False, server_default="1"),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("variable", Boolean, nullable=False, server_default=false()),
    version(),
    UniqueConstraint("course_id", "type_id"),
    CheckConstraint("minimum >= 0 and maximum >= minimum and increment > 0", name="amounts"),
)

# Which learners of a course get a type: those whose field says the value. No row of a course: everybody gets all.
credit_mapping = Table(
    "credit_mapping",
    metadata,
    key(),
    link("course_id", "course"),
    link("type_id", "credit_type"),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("course_id", "type_id", "field", "value"),
)

award = Table(
    "award",
    metadata,
    key(),
    link("learner_id", "learner"),
    link("course_id", "course", index=True),
    link("type_id", "credit_type"),
    Column("amount", Integer, nullable=False),
    Column("awarded_on", Date),
    Column("expires_on", Date),
    Column("origin", Text, nullable=False),
    link("file_row_id", "file_row", null=True, index=True),
    Column("removed_at", Moment),
    version(),
    UniqueConstraint("learner_id", "course_id", "type_id"),
    CheckConstraint("origin in ('import', 'course', 'hand')", name="origin"),
    CheckConstraint("amount >= 0 and amount <= 999999", name="amount"),
)

reporter = Table(
    "reporter",
    metadata,
    key(),
    Column("name", Text, nullable=False),
    # Names of columns of the learner that the body asks for, as a JSON list.
    Column("fields", Text, nullable=False, server_default="[]"),
    Column("deadline_days", Integer, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    version(),
    UniqueConstraint("name"),
    CheckConstraint("deadline_days >= 0", name="deadline_days"),
)

reporter_type = Table(
    "reporter_type",
    metadata,
    key(),
    link("reporter_id", "reporter"),
    link("type_id", "credit_type"),
    UniqueConstraint("reporter_id", "type_id"),
)

outgoing_report = Table(
    "outgoing_report",
    metadata,
    key(),
    link("reporter_id", "reporter"),
    link("award_id", "award", index=True),
    Column("due_on", Date, nullable=False),
    # What the body asks for and the learner lacks, as a JSON list of columns.
    Column("missing", Text, nullable=False, server_default="[]"),
    Column("exported_at", Moment),
    # The award was taken back before it was exported.
    Column("removed_at", Moment),
    UniqueConstraint("reporter_id", "award_id"),
)
