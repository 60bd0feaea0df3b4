"""Foreign database exceptions, translated once: what happened in a sentence, and the next step."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from app.errors import DatabaseError

_BY_SQLITE_TEXT = (
    (
        ("locked", "busy"),
        "The database is in use by another program and stayed locked.",
        "Wait a moment and try again. If it goes on, close other copies of Learner Manager.",
    ),
    (
        ("disk is full", "database or disk is full"),
        "The disk is full, so nothing was saved.",
        "Free some space, then do it again. What was there before is untouched.",
    ),
    (
        ("readonly", "read-only", "unable to open", "permission"),
        "The database cannot be written.",
        "Check that you may write to the data folder and that the disk is not write-protected.",
    ),
    (
        ("malformed", "not a database", "file is encrypted", "corrupt"),
        "The database file is damaged.",
        "Close the program, keep the file as it is, and restore the newest copy from the backups folder.",
    ),
    (
        ("disk i/o error",),
        "The disk reported an error while the database was in use.",
        "Check the disk, then start the program again. Finished work is kept.",
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
    "57P01": ("The database server was restarted.", "Try again: the connection is made anew."),
    "53100": ("The disk of the database server is full.", "Ask whoever looks after the server."),
    "42P01": (
        "The database does not have the tables this version needs.",
        "Ask an administrator to bring the database up to date.",
    ),
}


def interrupted(error: DBAPIError) -> bool:
    """Whether a statement ended because a cancel interrupted it."""
    state = getattr(error.orig, "sqlstate", None)
    return state == "57014" or (isinstance(error.orig, sqlite3.OperationalError) and "interrupted" in str(error.orig))


def explain(error: DBAPIError) -> DatabaseError:
    """The sentence for `error`; the statement's values are never part of it."""
    state = getattr(error.orig, "sqlstate", None)
    if state in _BY_SQLSTATE:
        message, hint = _BY_SQLSTATE[state]
        return DatabaseError(message, hint=hint)
    text = str(error.orig).lower()
    if isinstance(error.orig, sqlite3.Error):
        for marks, message, hint in _BY_SQLITE_TEXT:
            if any(mark in text for mark in marks):
                return DatabaseError(message, hint=hint)
    elif state is None:
        return DatabaseError(
            "The database server cannot be reached.",
            hint="Check the network and the database address in the settings, then try again.",
        )
    return DatabaseError(
        "The database could not do this.", hint="Try again; if it happens again, tell your administrator."
    )
