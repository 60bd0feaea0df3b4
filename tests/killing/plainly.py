"""Writes of which is only said how they are done: what comes of them the tables of the undisturbed one tell."""

from collections.abc import Callable
from typing import Any

from tests.db.losing import Write


def one(act: Callable[[], object], **more: Any) -> Write:
    """One transaction: whole or not there."""

    def run() -> None:
        act()

    return Write(run, _nothing, **more)


def several(act: Callable[[], object], **more: Any) -> Write:
    """Several transactions, each of which is whole or not there."""
    return one(act, parts=_nothing, **more)


def _nothing() -> None:
    """The tables tell."""
