"""Exports about people: what they hold is said where the file is chosen, and a password can protect it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.exporting import ask_for_file
from ui.look.words import tr

if TYPE_CHECKING:
    from pathlib import Path

    from app.export import Target
    from ui.grids.columns import Column

_NAMES = frozenset({"name", "family_name", "given_names", "known_as", "learner"})
_ULNS = frozenset({"uln", "uln_sent", "uln_found"})
_CODES = frozenset({"ref", "person_code", "account", "login", "who"})
"""The ids of columns that say who somebody is; `who` may be an e-mail address or a code."""
_DETAILS = frozenset({"birth_date", "email", "phone", "postcode", "reason"})
"""What leads to somebody without a name; a reason is what people typed, which may be one."""


class Holds(StrEnum):
    """What a file is about, in the words of the dialog. People are learners: who works with the program is staff."""

    NOBODY = ""
    PEOPLE = "This file is about people."
    MAYBE = "This file may hold ULNs together with names."
    TOGETHER = "This file holds ULNs together with names."

    @classmethod
    def of(cls, columns: Iterable[str]) -> "Holds":
        """By the ids of the columns that are exported."""
        there = set(columns)
        if there & _NAMES and there & _ULNS:
            return cls.TOGETHER
        return cls.PEOPLE if there & (_NAMES | _ULNS | _CODES | _DETAILS) else cls.NOBODY


def held_by(columns: "Iterable[Column]") -> Holds:
    """What a file with these columns of a grid holds."""
    return Holds.of(one.id for one in columns if not one.staff)


class LastChoice:
    """Whether the last export was protected: the next one offers the same. Never the password."""

    def __init__(self) -> None:
        self.protected = False

    def told(self) -> bool:
        """For what the window remembers."""
        return self.protected


LAST = LastChoice()


def ask_for_target(parent: QWidget, kind: str, title: str, start: str, holds: Holds) -> "Target | None":
    """Ask where to write; of a file about people say what it holds, and offer to protect it. None: nowhere."""
    if holds is Holds.NOBODY:
        return ask_for_file(parent, kind, title, start)
    from ui.dialogs.protect import ProtectingSaveDialog

    dialog = ProtectingSaveDialog(parent, kind, title, start, holds)
    try:
        return dialog.target if dialog.exec() else None
    finally:
        dialog.deleteLater()


def ask_for_plain_file(parent: QWidget, kind: str, title: str, start: str, holds: Holds, why: str) -> "Path | None":
    """Ask where to write a file about people that nothing may protect: what it holds is said, and `why`."""

    def told() -> QWidget:
        from ui.look.banner import Banner
        from ui.look.icons import Icon
        from ui.look.tokens import Role

        banner = Banner(Icon.INFO, Role.INFO, tr(holds.value), why)
        banner.setObjectName("file_holds")
        return banner

    return ask_for_file(parent, kind, title, start, told)
