"""Foreign database exceptions, translated once: what happened in a sentence, and the next step."""

import sqlite3

from app.db.connecting import explain_connecting
from app.errors import AppError, CollisionError, ConflictError, DatabaseError, OfflineError

_BY_SQLITE_TEXT = (
    (
        ("locked", "busy"),
        "The database is in use by another program and stayed locked.",
        "Wait a moment and try again. If it goes on, close other copies of Learner Manager.",
    ),
    (
        ("disk is full",),
        "The disk is full, so nothing was saved.",
        "Free some space, then do it again. What was there before is untouched.",
    ),
    (
        ("readonly", "read-only", "unable to open", "permission"),
        "The database cannot be written.",
        "Check that you may write to the data folder and that the disk is not write-protected.",
    ),
    (
        ("malformed", "not a database", "file is encrypted", "corrupt", "could not decode"),
        "The database file is damaged.",
        "Close the program, keep the file as it is, and restore the newest copy from the backups folder.",
    ),
    (
        ("no such table", "no such column"),
        "The database does not have the tables this version needs.",
        "Start the program again so that it can bring the database up to date.",
    ),
)

_BY_SQLSTATE = {
    "42501": (
        "The database does not allow your account to do this.",
        "Ask an administrator for the right.",
    ),
    "57014": (
        "The database stopped the work because it took too long.",
        "Try again with a smaller selection.",
    ),
    "55P03": ("Somebody else is changing the same records.", "Wait a moment and try again."),
    "25006": (
        "The database server takes no changes just now: it lets everybody read only.",
        "Ask whoever looks after the server. What is shown can be read and exported meanwhile.",
    ),
    "53100": (
        "The disk of the database server is full, so nothing was saved.",
        "Ask whoever looks after the server. What was there before is untouched.",
    ),
    "42P01": (
        "The database does not have the tables this version needs.",
        "Ask an administrator to bring the database up to date.",
    ),
}
_OUT_OF_REACH = {
    "57P01": ("The database server was restarted.", "Try again: the connection is made anew."),
    "57P02": ("The database server was restarted.", "Try again: the connection is made anew."),
    "25P03": ("The database server ended a connection that was silent for too long.", "Try again."),
    "57P03": ("The database server is just starting.", "Wait a moment and try again."),
    "53300": ("The database server has no room for another connection.", "Wait a moment and try again."),
}
"""And class 08, connections that broke."""
_UNIQUE = "23505"
_COLLISIONS = frozenset({"40001", "40P01"})
"""Serialisation, deadlock: somebody else was a moment earlier, and all that was done is rolled back."""


def _state(cause: BaseException) -> str | None:
    state = getattr(cause, "sqlstate", None)
    return state if isinstance(state, str) else None


def interrupted(cause: BaseException) -> bool:
    """Whether a statement ended because a cancel interrupted it."""
    if isinstance(cause, sqlite3.OperationalError):
        return "interrupted" in str(cause).lower()
    return _state(cause) == "57014" or getattr(cause, "given_up", False) is True


def is_personal(cause: BaseException) -> bool:
    """Whether the driver's words may quote values (a server's do for data and integrity errors): such an
    exception is not passed on as a cause, where a report would show it."""
    return (_state(cause) or "")[:2] in ("22", "23")


def explain(cause: BaseException, *, committing: bool = False) -> AppError:
    """The sentence for the driver's exception `cause`; the statement's values are never part of it. `committing`: the
    server was asked to keep what was written, so that a line that broke leaves it open whether it did."""
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    state = _state(cause)
    if committing and state is None and not getattr(cause, "no_answer", False):
        return OfflineError(
            "The line to the database server broke while the last step was being saved.",
            hint="Look whether it was saved before you repeat it. What was finished before is kept.",
        )
    if state in _COLLISIONS:
        return _conflict(CollisionError)
    if state == _UNIQUE:
        return _conflict()
    if state in _BY_SQLSTATE:
        message, hint = _BY_SQLSTATE[state]
        return DatabaseError(message, hint=hint)
    if state in _OUT_OF_REACH:
        message, hint = _OUT_OF_REACH[state]
        return OfflineError(message, hint=hint)
    if state is None or state.startswith("08"):
        return explain_connecting(cause)
    return _unknown()


def _of_sqlite(cause: sqlite3.Error) -> AppError:
    words = str(cause).lower()
    if isinstance(cause, sqlite3.IntegrityError) and "unique" in words:
        return _conflict()
    if "disk i/o error" in words:
        return OfflineError(
            "The disk reported an error while the database was in use.",
            hint="Check the disk, or the line to it, then try again. Finished work is kept.",
        )
    for marks, message, hint in _BY_SQLITE_TEXT:
        if any(mark in words for mark in marks):
            return DatabaseError(message, hint=hint)
    return _unknown()


def _conflict(kind: type[ConflictError] = ConflictError) -> ConflictError:
    return kind("Somebody else saved the same record a moment ago.", hint="Reload it and try again.")


def _unknown() -> DatabaseError:
    return DatabaseError(
        "The database could not do this.", hint="Try again; if it happens again, tell your administrator."
    )
