"""The sandbox Moodle as the connector meets it: settings that fit it, and bringing it back to health."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.connectors.moodle import MoodleAccess
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_state import RIGHTS

PATIENT = {"read_timeout": 50.0, "deadline": 50.0, "gradebook_timeout": 50.0}
SHORT = {"connect_timeout": 2.0, "read_timeout": 0.8, "deadline": 1.5, "gradebook_timeout": 1.5}


@contextmanager
def restored(sandbox: MoodleSandbox) -> Iterator[MoodleSandbox]:
    """A healthy one; what a test changed is undone afterwards."""
    yield sandbox
    sandbox.set_fault()
    sandbox.set_latency(0)
    sandbox.restore_token()
    sandbox.give_right(*RIGHTS)
    sandbox.offer("gradebook", "accounts")


def access(sandbox: MoodleSandbox, **other: Any) -> MoodleAccess:
    return MoodleAccess(**{**sandbox.info.as_dict(), **SHORT, **other})


def number(sandbox: MoodleSandbox, short: str) -> str:
    with sandbox.changing() as site:
        return next(str(one.id) for one in site.courses.values() if one.short == short)
