"""What can be done: one list, of which ribbon, menus, shortcuts, key tips, tool tips and the search are made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ui.look.icons import Icon, qicon
from ui.look.plain import without_key
from ui.look.tokens import Role
from ui.look.words import tr

HOME, LEARNERS, LMS, IMPORTS, ADMINISTRATION = "Home", "Learners", "LMS", "Imports", "Administration"
TAB_KEYS = {"Home": "H", "Learners": "L", "LMS": "M", "Imports": "I", "Administration": "A"}
"""The areas in their order, each with the key that leads to it after Alt."""


def never(state: Any) -> str:
    """The reason of an action that can always be done."""
    return ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. Texts are in English here; they are translated where they are shown.

    `trigger` and `menu` are called with the window, `why_not` with the window's state: it answers "" where
    the action can be done, and else the sentence that says why it cannot.
    """

    id: str
    text: str
    tip: str
    icon: Icon
    tab: str
    group: str
    key_tip: str
    trigger: Callable[[Any], Any]
    large: bool = False
    primary: bool = False
    shortcut: str = ""
    permission: object | None = None
    why_not: Callable[[Any], str] = never
    waits: Callable[[Any], str] = never
    """As `why_not`, for a while: the button says it and stays enabled, or the keyboard would go to its neighbour."""
    menu: Callable[[Any], QMenu] | None = None
    checkable: bool = False
    words: str = ""
    """Other words that the command search finds it by."""
    on_ribbon: bool = True
    """Else only the command search has it."""
    repeats: str = ""
    """The id of the action that this is on another tab; the command search lists one of them."""


class ActionSet(QObject):
    """One QAction for each Action, kept up to date by `refresh`."""

    refreshed = Signal()
    """Something has become possible or impossible."""

    def __init__(self, actions: Sequence[Action], window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._entries = {entry.id: entry for entry in actions}
        if len(self._entries) != len(actions):
            raise ValueError("two actions have the same id")
        self._made: dict[str, QAction] = {}
        self._reasons: dict[str, str] = {}
        for entry in actions:
            self._made[entry.id] = self._make(entry)

    def __iter__(self) -> Iterator[Action]:
        return iter(self._entries.values())

    def __contains__(self, action_id: object) -> bool:
        return action_id in self._entries

    @property
    def window(self) -> QWidget:
        return self._window

    def entry(self, action_id: str) -> Action:
        """The entry of the list; KeyError if there is none."""
        return self._entries[action_id]

    def action(self, action_id: str) -> QAction:
        """The QAction; KeyError if there is none."""
        return self._made[action_id]

    def reason(self, action_id: str) -> str:
        """Why it cannot be done now, "" if it can."""
        return self._reasons.get(action_id, "")

    def menu(self, action_id: str) -> QMenu | None:
        """A fresh menu of the action, if it has one; the caller gives it its parent."""
        make = self._entries[action_id].menu
        return make(self._window) if make is not None else None

    def run(self, action_id: str) -> bool:
        """Do it, unless it cannot be done now; whether it was done."""
        made = self._made[action_id]
        if not made.isEnabled():
            return False
        made.trigger()
        return True

    def refresh(self, state: Any) -> None:
        """Ask every action anew whether it can be done in `state`; only what has changed is touched."""
        changed = False
        for entry in self._entries.values():
            disabled = entry.why_not(state)
            reason = disabled or entry.waits(state)
            if reason == self._reasons[entry.id]:
                continue
            changed = True
            self._reasons[entry.id] = reason
            made = self._made[entry.id]
            made.setEnabled(not disabled)
            made.setToolTip(self.tool_tip(entry.id))
            made.setStatusTip(reason)
        if changed:
            self.refreshed.emit()

    def keys(self, action_id: str) -> str:
        """How it is reached by keys: the shortcut, else the key tips ("Alt, L, D")."""
        entry = self._entries[action_id]
        if entry.shortcut:
            return shown_keys(entry.shortcut)
        tab = TAB_KEYS.get(entry.tab, "")
        return f"Alt, {tab}, {', '.join(entry.key_tip)}" if tab and entry.key_tip else ""

    def tool_tip(self, action_id: str) -> str:
        """Plain text: name and keys, then what it does, or why it cannot be done now."""
        entry = self._entries[action_id]
        keys = self.keys(action_id)
        head = f"{tr(entry.text)} ({keys})" if keys else tr(entry.text)
        below = self.description(action_id)
        return f"{head}\n{below}" if below else head

    def description(self, action_id: str) -> str:
        """What a screen reader says beside the name: the reason, or what it does."""
        entry = self._entries[action_id]
        reason = self._reasons.get(action_id, "")
        return reason or (tr(entry.tip) if entry.tip else "")

    def _make(self, entry: Action) -> QAction:
        made = QAction(qicon(entry.icon, Role.TEXT2, on_role=Role.ACCENT_TEXT), "", self)
        made.setObjectName(entry.id)
        made.setText(without_key(tr(entry.text)))
        made.setIconText(made.text())
        made.setCheckable(entry.checkable)
        if entry.shortcut:
            made.setShortcut(QKeySequence(entry.shortcut))
        self._reasons[entry.id] = ""
        made.setToolTip(self.tool_tip(entry.id))
        made.triggered.connect(lambda *_: entry.trigger(self._window))
        # The shortcut works from anywhere in the window only if the window has the action.
        self._window.addAction(made)
        return made


def shown_keys(shortcut: str) -> str:
    """A shortcut as people read it: "Ctrl E"."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText).replace("+", " ").strip()
