"""What the panes of the credit pages have in common: rows of credit, and the changes in words."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout

from app.dates import shown, shown_time
from app.imports.credit_history import Line
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.lines import empty
from ui.look.plain import tip_text, visible_text
from ui.look.tokens import Role
from ui.look.words import tr

_KINDS = {
    "undo": "Undo",
    "credit_edited": "Credit edited",
    "credit_replaced": "Credit replaced",
    "records_imported": "Imported",
    "held_matched": "Held record matched",
}


def show_changes(into: QVBoxLayout, changes: Sequence[Line]) -> None:
    """The changes, a line for each operation."""
    empty(into)
    if not changes:
        into.addWidget(text_label(tr("None so far."), Type.SECONDARY, Role.TEXT3, wrap=True))
    for one in changes:
        kind = [tr(_KINDS[one.kind])] if one.kind in _KINDS else []
        reason = [f"“{one.reason}”"] if one.reason else []
        told = " · ".join([*kind, *map(tr, one.parts), *reason])
        when = shown(one.at.astimezone().date())
        line = text_label(f"{when}   {visible_text(told)}", Type.SECONDARY, Role.TEXT2, wrap=True)
        line.setToolTip(tip_text(" · ".join(part for part in (shown_time(one.at), visible_text(one.who)) if part)))
        into.addWidget(line)


def show_lines(into: QVBoxLayout, lines: Sequence[str], none: str) -> None:
    """A text for each; `none` where there is nothing."""
    empty(into)
    for line in lines:
        into.addWidget(text_label(visible_text(line), Type.BODY, Role.TEXT, wrap=True))
    if not lines:
        into.addWidget(text_label(none, Type.BODY, Role.TEXT3, wrap=True))
