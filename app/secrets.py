"""Passwords and tokens: by name, from memory, the environment or the system's password store; never a file.

A secret in the store belongs to one host: another address in the settings, or the test service instead of
the live one, has secrets of its own, so that none travels to a computer it was not meant for.
"""

import logging
import os
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from app import logs
from app.config import Settings
from app.config_rules import text
from app.errors import AppError, InputError
from app.sentence import Sentence

logger = logging.getLogger(__name__)

VARIABLE = "LEARNER_MANAGER_SECRET_"
LABELS = {
    "lrs_password": "LRS password",
    "lrs_certificate_password": "certificate password",
    "lms_token": "LMS token",
    "database_password": "database password",
}
_SERVICE = "Learner Manager"
# Back-ends that only pretend to keep something.
_NO_STORE = ("keyring.backends.fail", "keyring.backends.null")

# Windows keeps no more than this.
_LONGEST = 1000

Answer = TypeVar("Answer")


class Kept(Enum):
    """Where a secret has gone."""

    STORE = "in this computer's password store"
    SESSION = "until you leave the program"


class StoreState(Enum):
    """What can be said about the password store, in a sentence."""

    AVAILABLE = "Passwords are kept in this computer's password store, never in a file."
    NONE = "This computer has no password store, so passwords are kept only until you leave the program."
    LOCKED = (
        "This computer's password store is locked, so passwords are kept only until you leave the program. "
        "Unlock it and try again."
    )

    @property
    def sentence(self) -> str:
        return self.value

    @property
    def why_not_kept(self) -> str:
        """The beginning of the sentence, without what follows from it for a window."""
        if self is StoreState.AVAILABLE:
            return "This computer's password store took the secret and did not give it back"
        return self.sentence.partition(", so ")[0]


class _NoStoreError(AppError):
    """There is no password store at all."""


class Secrets:
    """The secrets of this session and of the store. Safe to share between tasks.

    Each belongs to the host it is meant for (`host_for`). A locked store asks its user and answers only then:
    `get`, `set`, `forget` and `store_state` are called in tasks, never in the thread of the window.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._session: dict[tuple[str, str], str] = {}

    def __repr__(self) -> str:
        return f"Secrets({len(self._session)} kept for this session)"

    def get(self, name: str, *, host: str) -> str | None:
        """The secret, None if it was never set for this host (or there is no store): ask for it then.

        Looked for in this session, then in the environment, then in the store. Raises AppError if the store
        is locked or broken; the user may then type the secret (`set`) all the same.
        """
        _require_known(name)
        value = self._session.get((name, host)) or self._environment.get(VARIABLE + name.upper())
        if not value:
            value = _stored(name, host)
        if not value:
            return None
        logs.register(value)
        return value

    def set(self, name: str, value: str, *, host: str) -> Kept:
        """Keep a secret in the store, or for this session if there is none or it does not work.

        Raises InputError for an empty one, one of several lines, or one of more than a thousand characters.
        """
        _require_known(name)
        if not value.strip() or not text(_LONGEST).holds(value):
            raise InputError(
                Sentence(
                    "The {secret} is empty, too long, or has characters that cannot be typed.",
                    secret=Sentence(LABELS[name]),
                ),
                hint="Type it again.",
                field=name,
            )
        logs.register(value)
        # First, so that it is there whatever becomes of the store.
        self._session[name, host] = value
        if _store_is_missing():
            return Kept.SESSION
        try:
            _asking_store(lambda keyring: keyring.set_password(_service(host), name, value))
            held = _stored(name, host)
        except AppError:
            return Kept.SESSION
        if held != value:
            return Kept.SESSION
        # The store is the one truth from here on: another window may put a newer one there.
        self._session.pop((name, host), None)
        return Kept.STORE

    def set_for_session(self, name: str, value: str, *, host: str) -> None:
        """Keep a secret until the program ends, past the store: the demo's, which is no one's business."""
        _require_known(name)
        logs.register(value)
        self._session[name, host] = value

    def forget(self, name: str, *, host: str) -> None:
        """Remove a secret here and in the store; nothing happens if there is none. Raises AppError."""
        _require_known(name)
        self._session.pop((name, host), None)
        if _stored(name, host) is not None:
            _asking_store(lambda keyring: keyring.delete_password(_service(host), name))

    def store_state(self) -> StoreState:
        """Whether the store would keep something now."""
        if _store_is_missing():
            return StoreState.NONE
        try:
            _asking_store(lambda keyring: keyring.get_password(_SERVICE, "is it open"))
        except _NoStoreError:
            return StoreState.NONE
        except AppError:
            return StoreState.LOCKED
        return StoreState.AVAILABLE


def host_for(name: str, settings: Settings) -> str:
    """The host that a secret is for under these settings. Raises InputError if there is no such secret."""
    _require_known(name)
    if name == "lms_token":
        return settings.lms.host
    return settings.database.host if name == "database_password" else settings.lrs.host


def _require_known(name: str) -> None:
    if name not in LABELS:
        raise InputError(
            Sentence("There is no secret named {name}.", name=name),
            hint=Sentence("Known are {names}.", names=", ".join(LABELS)),
        )


def _service(host: str) -> str:
    return f"{_SERVICE} ({host})" if host else _SERVICE


def _stored(name: str, host: str) -> str | None:
    if _store_is_missing():
        return None
    try:
        held: str | None = _asking_store(lambda keyring: keyring.get_password(_service(host), name))
    except _NoStoreError:
        return None
    return held


def _store_is_missing() -> bool:
    # Imported when first needed: finding the back-ends takes a tenth of a second.
    import keyring

    return type(keyring.get_keyring()).__module__ in _NO_STORE


def _asking_store(question: Callable[[Any], Answer]) -> Answer:
    """The store's answer, or an AppError instead of whatever a back-end raises."""
    import keyring
    from keyring.errors import KeyringLocked, NoKeyringError

    try:
        return question(keyring)
    except Exception as error:
        # Back-ends come from elsewhere and also let errors of D-Bus or Windows through. Their text is not
        # repeated: it may name what was to be kept.
        logger.info("The password store answered with %s", type(error).__name__)
        if isinstance(error, NoKeyringError):
            raise _NoStoreError(
                StoreState.NONE.sentence,
                hint=Sentence("For runs without a window there is {variable}NAME.", variable=VARIABLE),
            ) from None
        locked = isinstance(error, KeyringLocked)
        raise AppError(
            "This computer's password store is locked."
            if locked
            else "This computer's password store does not work just now.",
            hint="Unlock it (signing in to the desktop does that) and try again, or type the password again under "
            "File, Settings.",
        ) from None
