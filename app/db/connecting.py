"""What kept a connection to a server from coming about, in a sentence.

Errors of connecting carry no code. How far the connection came is asked of the connection itself; the server's own
words come in its language, and are looked at only for what nothing else tells (tech-notes.md 5).
"""

from app.errors import DatabaseError, OfflineError

_NO_ROOM = ("too many clients", "remaining connection slots", "too many connections")
_NOT_YET = ("starting up", "shutting down", "in recovery mode", "not yet accepting")
_NO_NAME = ("could not translate host name", "name or service not known", "resolve host")
_NO_ROLE = ("is not permitted to log in",)
_WRONG_CERTIFICATE = ("certificate verify failed", "server certificate for", "certificate has expired")
_NO_TLS = ("does not support ssl", "ssl required")
_NO_AUTHORITY = ("root certificate file", "could not load system root")


def explain_connecting(cause: BaseException) -> DatabaseError:
    """The sentence for an error without a code: OfflineError where another try may find it gone."""
    if getattr(cause, "no_answer", False):  # app/db/patience.py
        return OfflineError(
            "The database server does not answer any more.",
            hint="Look whether the last step was saved before you repeat it. What was finished before is kept.",
        )
    words = str(cause).lower()
    return _of_server(words) or _of_line(words) or _of_password(cause) or _nobody_there(words)


def _of_server(words: str) -> DatabaseError | None:
    """What a server says that had let us in otherwise."""
    if _has(words, _NO_ROOM):
        return OfflineError(
            "The database server has no room for another connection.",
            hint="Wait a moment and try again. If it goes on, tell whoever looks after the server.",
        )
    if _has(words, _NOT_YET):
        return OfflineError(
            "The database server is starting or stopping just now.", hint="Wait a moment and try again."
        )
    if 'database "' in words and "does not exist" in words:
        return DatabaseError(
            "The server is there, but it has no database of this name.",
            hint="Check the name in the settings, or ask whoever looks after the server to make the database.",
        )
    if _has(words, _NO_ROLE) or ('role "' in words and "does not exist" in words):
        return _not_accepted()
    if "pg_hba.conf" in words:
        return DatabaseError(
            "The database server does not let this user in from this computer.",
            hint="Ask whoever looks after the server to allow it.",
        )
    return None


def _of_line(words: str) -> DatabaseError | None:
    """What is wrong with the line, before anything was sent over it."""
    if _has(words, _WRONG_CERTIFICATE):
        return DatabaseError(
            "The database server's certificate is not one that this computer trusts, so nothing was sent to it.",
            hint="Ask an administrator for the file of its certificate authority, and name it in the settings"
            " under Database.",
        )
    if _has(words, _NO_TLS):
        return DatabaseError(
            "The database server does not offer an encrypted line, so nothing was sent to it.",
            hint="Ask whoever looks after the server to switch TLS on.",
        )
    if _has(words, _NO_AUTHORITY):
        return DatabaseError(
            "The file of the certificate authority cannot be read.", hint="Check it in the settings under Database."
        )
    return None


def _of_password(cause: BaseException) -> DatabaseError | None:
    connection = getattr(cause, "pgconn", None)
    if connection is not None and connection.needs_password:
        return DatabaseError(
            "The database server asks for a password, and none is kept.",
            hint="Type it in the settings under Database, or keep it with: learner-manager secret set"
            " database_password.",
        )
    return _not_accepted() if connection is not None and connection.used_password else None


def _nobody_there(words: str) -> OfflineError:
    if _has(words, _NO_NAME):
        return OfflineError(
            "The name of the database server is not known on this network.",
            hint="Check the network and the name in the settings, then try again.",
        )
    return OfflineError(
        "The database server cannot be reached.",
        hint="Check the network and the database address in the settings, then try again.",
    )


def _not_accepted() -> DatabaseError:
    return DatabaseError(
        "The database server does not accept this user name and password.",
        hint="Check both in the settings, or ask an administrator.",
    )


def _has(words: str, marks: tuple[str, ...]) -> bool:
    return any(mark in words for mark in marks)
