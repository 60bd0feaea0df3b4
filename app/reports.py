"""The report of a bug, to be sent to somebody: where it happened and what kind of failure it was.

The words of a foreign exception may quote anything (`KeyError: 'Smith'`), so only those of our own failures, which
name nobody by rule, of the system, and of kinds that speak about code are part of it. The log is written alike.
"""

import traceback

from app.errors import AppError

_ABOUT_CODE = (
    AttributeError,
    ImportError,
    IndexError,
    MemoryError,
    NameError,
    RecursionError,
    TypeError,
    ZeroDivisionError,
)


def report_of(error: BaseException) -> str:
    """`error` with what led to it; not masked yet."""
    parts: list[str] = []
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        parts.append("".join(traceback.format_tb(step.__traceback__)) + _words(step))
        step = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
    return "\n\nwhich led to:\n\n".join(reversed(parts))


def _words(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, OSError):  # without the file, whose name anybody may have chosen
        return f"{name}: {error.strerror}" if error.strerror else name
    tells = isinstance(error, (AppError, *_ABOUT_CODE)) and str(error)
    return f"{name}: {error}" if tells else name
