"""The tree of expected failures.

AppError
├── InputError          a rule of a form, a setting or a file was broken
│   └── SecretNeededError   a password has to be typed: nothing keeps it
├── AccessError         a role or licence is missing
├── ConflictError       somebody else changed or holds it
│   └── CollisionError      the database rolled it back in favour of somebody else: it can be begun anew
├── DatabaseError       the database cannot be used just now, or at all
│   ├── UpgradeNeededError  it has to be brought up to date, and whoever asks may say so
│   └── OfflineError        it is out of reach: it is asked again by itself, and what was not saved waits
└── ServiceError        a service outside answered badly, or not at all; carries its code
    ├── StopRunError    nothing further can succeed: sign-in, certificate, service closed
    └── BusyError       worth another try after a wait

Anything else that is raised is a bug. `Cancelled` (in `tasks`) is neither.
"""

from app.sentence import Sentence, joined


class AppError(Exception):
    """An expected failure, said to the user in a sentence and a next step."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    @property
    def whole(self) -> str:
        """Both in one, which can be translated; `str` is plain English, for logs and for what is kept."""
        return joined("{these} {last}", [Sentence(one) for one in (self.message, self.hint) if one])


class InputError(AppError):
    """What was typed or read breaks a rule. `field` names the field it stands in, if one does."""

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class SecretNeededError(InputError):
    """A secret is neither in the password store nor typed in this sitting; `secret` is its name."""

    def __init__(self, message: str, *, secret: str, hint: str = "") -> None:
        super().__init__(message, hint=hint, field=secret)
        self.secret = secret


class AccessError(AppError):
    """A role, a permission or a licence is missing."""


class ConflictError(AppError):
    """Somebody else changed it, or is working on it."""


class CollisionError(ConflictError):
    """Two commands waited for each other, or saw what cannot be at once: the database let this one give way."""


class DatabaseError(AppError):
    """The database is locked, damaged, newer than the program, full or out of reach."""


class UpgradeNeededError(DatabaseError):
    """A shared database is of an older version, and this account owns it. It is asked first: others work there."""


class OfflineError(DatabaseError):
    """The database does not answer at the moment: the server, the line to it or the drive is gone or too busy."""


class ServiceError(AppError):
    """A service outside answered badly or not at all; `code` is the service's own or a LOCAL one."""

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class StopRunError(ServiceError):
    """No further call of this run can succeed until somebody changes something."""


class BusyError(ServiceError):
    """The service asked for patience; `retry_after` is its wish in seconds, if it gave one."""

    def __init__(self, message: str, *, code: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retry_after = retry_after


def quoted(text: str, most: int = 60) -> str:
    """A value as it stands in a message: short, and without anything that is not seen or turns the line round."""
    short = text if len(text) <= most else f"{text[: most - 1]}\u2026"
    return f"“{''.join(one if one.isprintable() else chr(0xFFFD) for one in short)}”"
