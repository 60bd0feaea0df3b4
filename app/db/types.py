"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, TypeDecorator
from sqlalchemy import Text as AnyText
from sqlalchemy.types import TypeEngine


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: ISO text on SQLite, `timestamptz` on PostgreSQL; aware datetimes on our side."""

    impl = AnyText
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(AnyText())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return moment
        return moment.isoformat(sep=" ", timespec="microseconds").removesuffix("+00:00")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value.astimezone(UTC) if value is not None else None
        return datetime.fromisoformat(value).replace(tzinfo=UTC)


# SQLite gives row ids only to a column declared INTEGER; its integers hold 64 bits anyway.
Key = BigInteger().with_variant(Integer(), "sqlite")

# Text compares byte by byte, whatever the locale of the server: so both find, order and lower-case the same.
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")

# What `app.folding.fold` makes of a text: the companion by which it is searched and sorted.
Folded = Text
