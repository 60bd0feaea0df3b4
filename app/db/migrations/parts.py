"""What the migrations build tables of, with the names that `app/db/table_parts.py` gives: for both databases."""

import sqlalchemy as sa
from alembic import op

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def table(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Make a table with its surrogate key."""
    op.create_table(
        name,
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *parts,
    )


def link(of: str, column: str, target: str, *, null: bool = False) -> list[sa.schema.SchemaItem]:
    """A reference of the table `of` to the `id` of another."""
    return [
        sa.Column(column, KEY, nullable=null),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{of}_{column}_{target}")),
    ]


def unique(of: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{of}_{'_'.join(columns)}"))


def check(of: str, name: str, words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(words, name=op.f(f"ck_{of}_{name}"))


def one_of(of: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{one}'" for one in values)
    return check(of, column, f"{column} in ({listed})")


def flag(name: str, default: bool) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), server_default=sa.true() if default else sa.false(), nullable=False)


def number(name: str, default: str | None = None) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def version() -> "sa.Column[int]":
    return number("version", "1")
