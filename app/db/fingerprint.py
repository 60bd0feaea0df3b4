"""What both databases can do with text, but each by another name: a fingerprint, and the first word."""

import hashlib
import sqlite3
from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_IN_SQLITE = "lm_sha256"


class sha256(FunctionElement[str]):  # noqa: N801 - it reads as the functions of SQL do
    """SHA-256 of a text in UTF-8, in hexadecimal; NULL for NULL."""

    type = Text()
    inherit_cache = True


class first_word(FunctionElement[str]):  # noqa: N801
    """A text up to its first space; NULL for NULL."""

    type = Text()
    inherit_cache = True


@compiles(sha256, "sqlite")
def _sha256_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"{_IN_SQLITE}({compiler.process(element.clauses, **options)})"


@compiles(sha256, "postgresql")
def _sha256_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"encode(sha256(convert_to({compiler.process(element.clauses, **options)}, 'UTF8')), 'hex')"


@compiles(first_word, "sqlite")
def _first_word_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"substr({text}, 1, instr(({text}) || ' ', ' ') - 1)"


@compiles(first_word, "postgresql")
def _first_word_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"split_part({compiler.process(element.clauses, **options)}, ' ', 1)"


def teach(connection: sqlite3.Connection) -> None:
    """Give an embedded database the functions that it lacks."""
    connection.create_function("lm_lower", 1, _lower, deterministic=True)
    connection.create_function(_IN_SQLITE, 1, _hexadecimal, deterministic=True)


def _hexadecimal(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()
