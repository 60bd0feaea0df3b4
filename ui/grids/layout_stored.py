"""A grid's layout as text, as it is kept under a name."""

import json
from collections.abc import Mapping
from typing import Any

from app.errors import InputError
from ui.look.words import plural, tr


def dump(layout: Mapping[str, Any]) -> str:
    """`GridView.saved_layout` as text."""
    return json.dumps(layout, separators=(",", ":"))


def parse(body: str) -> dict[str, Any]:
    """The layout behind the text; what is in it is checked by whoever uses it. Raises InputError for other text."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("order"), list):
        raise InputError(
            "This layout cannot be used: it was damaged, or saved by another version of the program.",
            hint="Arrange the columns as you like them and save it again under this name.",
        )
    return found


def described(body: str) -> str:
    """A few words for a list of layouts: "9 columns, 2 frozen"."""
    try:
        layout = parse(body)
    except InputError:
        return tr("Cannot be used")
    hidden, frozen = layout.get("hidden"), layout.get("frozen")
    shown = len(layout["order"]) - (len(hidden) if isinstance(hidden, list) else 0)
    words = plural(max(shown, 1), "{n} column", "{n} columns")
    if isinstance(frozen, int) and 0 < frozen <= len(layout["order"]):
        words += tr(", {n} frozen", n=int(frozen))
    return words
