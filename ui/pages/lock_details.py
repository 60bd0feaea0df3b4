"""The pane beside the locks: who holds one, and what becomes of it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.dates import shown_time
from app.locks_listed import LockRow
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text
from ui.look.words import tr
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule
from ui.pages.lock_source import state_of

_FACTS = (
    ("owner", "Held by"),
    ("computer", "Computer"),
    ("since", "Since"),
    ("alive", "Sign of life"),
    ("file", "File"),
)


class LockDetails(RowDetails):
    """`unlock_wanted` when the button is pressed. `why_not`: why this user unlocks nothing; set it before a row."""

    unlock_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("lock_details", tr("Lock details"), ("{n} lock selected", "{n} locks selected"), parent)
        self.why_not = ""
        self._state = StateLabel()
        self._next = text_label("", Type.BODY, wrap=True, name="lock_next")
        self._facts = Facts()
        for name, title in _FACTS:
            self._facts.add(name, title)
        self.unlock_button = button(
            tr("Unlock"), Icon.LOCK_SIMPLE_OPEN, name="lock_unlock", clicked=self.unlock_wanted
        )
        for part in (self._state, self._next, rule(), self._facts, self.unlock_button):
            self.inside.addWidget(part)

    def fill(self, row: LockRow) -> None:
        held = row.holder
        self.title.setText(visible_text(row.title))
        self._state.show_state(state_of(row))
        self._next.setText(_next(row))
        self._facts.show_value("owner", visible_text(held.owner))
        self._facts.show_value("computer", visible_text(held.computer))
        self._facts.show_value("since", shown_time(held.since))
        self._facts.show_value("alive", shown_time(held.alive_at) if held.alive_at else None)
        self._facts.show_value("file", visible_text(row.file or ""))
        by_itself = "" if row.scope else tr("Nobody needs to: it ends by itself, or the next one takes it over.")
        enable(self.unlock_button, by_itself or self.why_not, tr("Asks for a reason; nothing is rolled back"))


def _next(row: LockRow) -> str:
    """What becomes of it, in a sentence."""
    if not row.holder.stale:
        return tr("It gives signs of life: wait until it is finished.")
    if row.scope:
        words = "No sign of life for a minute: that program was closed, or sleeps. Unlock it to import again."
        return tr(words)
    return tr("No sign of life for a minute: whoever needs it next takes it over.")
