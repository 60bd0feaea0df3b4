"""The topics that are made from what the program is: the map of all keys, and under each topic its commands."""

import re
from collections.abc import Iterable

from app.help import rules
from app.help.topics import Book, Topic
from ui.action_list import action_list
from ui.actions import TAB_KEYS, Action, shown_keys

_EVERYWHERE = (
    ("F1", "Help for the page or dialog in front; on a row with a code, what the code means"),
    ("Ctrl A", "Select every row of the filter"),
    ("Shift and Ctrl with a click, Shift with the arrows", "Select several rows"),
    ("Ctrl C", "Copy the selected rows with headers"),
    ("Ctrl F", "Quick filter"),
    ("Alt", "Show the key tips of the ribbon"),
    ("Alt Q", "Search commands"),
    ("Ctrl F1", "Fold or unfold the ribbon"),
    ("Ctrl Shift A", "What runs and what ran: Activity"),
    ("F6, Shift F6", "Next or previous part of the window"),
    ("Ctrl 1 to Ctrl 5", "The areas: Home, Learners, LMS, Imports, Administration"),
    ("Ctrl Tab, Ctrl Shift Tab", "Next or previous page"),
    ("Enter", "In a dialog, its main button"),
    ("Esc", "Close a dialog without losing anything unasked"),
)
_PLR = (
    ("Ctrl U", "Update Selected"),
    ("F5", "Refresh"),
    ("Shift F5", "Refresh Failed"),
    ("Ctrl F5", "Refresh Selected"),
    ("F2", "Edit Learner"),
    ("Ctrl Shift U", "Find ULN"),
    ("Ctrl Shift F", "Condition Builder"),
    ("Ctrl F", "The quick filter"),
    ("Ctrl E, Ctrl Shift E", "Export to Excel, to CSV"),
    ("F6, Shift F6", "From part to part of the window"),
    ("Ctrl W", "Close the window"),
)
_HELP = (
    ("Ctrl F", "Search the help"),
    ("F3, Shift F3", "Find in this topic; next and previous place"),
    ("Alt Left, Alt Right", "Back and forward"),
    ("Alt Home", "The first topic"),
    ("Ctrl P", "Print this topic"),
    ("F6", "From the contents to the text and back"),
    ("Esc", "Close the help"),
)


def keys_of(one: Action) -> str:
    """How an action is reached: its shortcut and its key tips."""
    tips = f"Alt, {TAB_KEYS[one.tab]}, {', '.join(one.key_tip)}" if one.on_ribbon else ""
    return " or ".join(filter(None, [shown_keys(one.shortcut) if one.shortcut else "", tips]))


def keyboard(actions: Iterable[Action]) -> str:
    """The map of the keyboard in Markdown."""
    parts = ["# Keyboard Map\n\nEverything can be done by keys. *Alt* shows the letters of the ribbon."]
    for title, pairs in (
        ("Everywhere", _EVERYWHERE),
        ("In the Attainments (PLR) window", _PLR),
        ("In this help", _HELP),
    ):
        parts.append(f"## {title}\n\n" + _table(("Keys", "What they do"), pairs))
    shown = [one for one in actions if one.on_ribbon]
    for tab in dict.fromkeys(one.tab for one in shown):
        lines = [(one.text, keys_of(one), one.tip) for one in shown if one.tab == tab]
        parts.append(f"## Ribbon: {tab}\n\n" + _table(("Command", "Keys", "What it does"), lines))
    return "\n\n".join(parts) + "\n"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(one.replace('|', chr(92) + '|') for one in line)} |" for line in lines)


def book() -> Book:
    """The whole help, written and made."""
    return Book({"keyboard": keyboard(action_list()), **rules.pages()})


def commands_of(topic: Topic, actions: Iterable[Action]) -> list[Action]:
    """The commands of the ribbon that a topic names in bold, in the order in which it does; of one that stands on
    several tabs the one of the topic's own area, else the first."""
    found: dict[str, Action] = {}
    named = bold_in(topic.text)
    for one in actions:
        if one.on_ribbon and one.text in named and (one.text not in found or one.tab == topic.group):
            found[one.text] = one
    return [found[name] for name in named if name in found]


def commands_table(topic: Topic, actions: Iterable[Action]) -> str:
    """The commands that a topic names, each with its keys, as a part that follows it; "" for none."""
    rows = [(one.text, keys_of(one), one.tip) for one in commands_of(topic, actions)]
    if not rows:
        return ""
    return "\n\n## Commands and keys\n\n" + _table(("Command", "Keys", "What it does"), rows) + "\n"


def bold_in(text: str) -> list[str]:
    """What is named in bold, each once, in order."""
    return list(dict.fromkeys(re.findall(r"\*\*([^*]+)\*\*", " ".join(text.split()))))
