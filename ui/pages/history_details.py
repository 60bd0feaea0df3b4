"""The pane beside the operations: who did it, and its first changes with before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from sqlalchemy import Connection

from app.access import User
from app.dates import shown_time
from app.past import changes_of, listed, undoing
from app.past.changes_of import ChangeRow
from app.past.listed import OperationRow
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.lines import empty
from ui.look.plain import shortened, visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule
from ui.pages.history_source import state_of

FIRST = 12
_FACTS = (
    ("at", "When"),
    ("who", "Who"),
    ("computer", "Computer"),
    ("rows", "Rows changed"),
    ("number", "Number"),
    ("undoes", "Undoes number"),
)
_LONGEST, _MOST_PARTS = 60, 6
DID = {"insert": "Added", "update": "Changed", "delete": "Removed"}


@dataclass(frozen=True, slots=True)
class LookedAt:
    """An operation and its first changes."""

    row: OperationRow
    why_not: str
    """Why it cannot be undone; "" if it can."""
    first: Sequence[ChangeRow] = field(repr=False)


def read(tx: Connection, user: User, operation_id: int) -> LookedAt | None:
    """What the pane shows; in a task. None for an operation that was purged meanwhile."""
    scope = changes_of.scope_of(tx, user)
    row = listed.rows(tx, [operation_id]).get(operation_id)
    if row is None:
        return None
    ids = list(tx.execute(changes_of.keys_query(operation_id, scope).limit(FIRST)).scalars())
    found = changes_of.rows(tx, ids, scope)
    return LookedAt(row, undoing.why_not(tx, user, row), [found[key] for key in ids if key in found])


class HistoryDetails(RowDetails):
    """`changes_wanted` and `undo_wanted` are about the operation that is shown."""

    changes_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} operation selected", "{n} operations selected"
        super().__init__("history_details", tr("Operation details"), selected, parent)
        inside = self.inside
        self._state = StateLabel()
        inside.addWidget(self._state)
        self._reason = text_label("", Type.BODY, wrap=True, selectable=True, name="history_reason")
        inside.addWidget(self._reason)
        row = QHBoxLayout()
        self.all = button(
            tr("Show All Changes"), Icon.LIST_BULLETS, name="history_changes", clicked=self.changes_wanted
        )
        self.undo = button(tr("Undo"), Icon.ARROW_U_UP_LEFT, name="history_undo", clicked=self.undo_wanted)
        row.addWidget(self.all)
        row.addWidget(self.undo)
        row.addStretch(1)
        inside.addLayout(row)
        self._why = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="history_why_not")
        inside.addWidget(self._why)
        inside.addWidget(rule())
        self._facts = Facts()
        for name, title in _FACTS:
            self._facts.add(name, title)
        inside.addWidget(self._facts)
        inside.addWidget(rule())
        self._heading = TextLabel("", Type.HEADER)
        inside.addWidget(self._heading)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        inside.addLayout(self._lines)

    def fill(self, found: LookedAt) -> None:
        row = found.row
        self.title.setText(tr(row.title))
        self._state.show_state(state_of(row))
        self._reason.setText(visible_text(row.reason or ""))
        self._reason.setVisible(bool(row.reason))
        self._facts.show_value("at", shown_time(row.at))
        self._facts.show_value("who", row.who, absent="schedule")
        self._facts.show_value("computer", row.computer)
        self._facts.show_value("rows", count(row.rows) if row.rows else None)
        self._facts.show_value("number", str(row.id))
        self._facts.show_value("undoes", str(row.undoes_id) if row.undoes_id else None, absent="–")
        enable(self.undo, found.why_not, tr("Takes it back as far as nothing changed since."))
        self._why.setText(found.why_not)
        self._why.setVisible(bool(found.why_not))
        nothing = "" if found.first else tr("There is no change to show.")
        enable(self.all, nothing, tr("Every row with its values before and after."))
        self._show(found)

    def _show(self, found: LookedAt) -> None:
        empty(self._lines)
        shown, all_of = len(found.first), found.row.rows
        self._heading.setText(
            tr("The first {n} of {all} changes", n=count(shown), all=count(all_of))
            if all_of > shown
            else tr("Changes")
        )
        if not found.first:
            self._lines.addWidget(text_label(tr("None to show."), Type.SECONDARY, Role.TEXT3, wrap=True))
        for one in found.first:
            self._lines.addWidget(text_label(in_lines(one), Type.SECONDARY, Role.TEXT2, wrap=True, selectable=True))


def in_lines(one: ChangeRow) -> str:
    """A change in a few lines: which row, then `Family name: Smith → Smyth`."""
    head = " · ".join(part for part in (one.learner, f"{tr(one.what)} {one.which}".strip(), tr(DID[one.did])) if part)
    parts = []
    for part in one.parts[:_MOST_PARTS]:
        old, new = (visible_text(shortened(value, _LONGEST)) for value in (part.before, part.after))
        told = f"{old or tr('none')} → {new or tr('none')}" if one.did == "update" else new or old
        if told:
            parts.append(f"{tr(part.title)}: {told}")
    if len(one.parts) > _MOST_PARTS:
        parts.append(tr("… and {n} more", n=count(len(one.parts) - _MOST_PARTS)))
    return "\n".join([visible_text(head), *(f"  {part}" for part in parts)])
