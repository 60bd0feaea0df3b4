"""The pane beside the Attainments grid: the record in full, then everything that ever happened to it."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.attainments.search import AttainmentRow, HistoryEntry
from app.dates import shown, shown_time
from ui.look.fonts import Type
from ui.look.labels import TextLabel, text_label
from ui.look.lines import empty
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.attainment_source import credits_shown
from ui.pages.details_pane import Facts, RowDetails, rule

_FACTS = (
    ("subject_code", "Subject code", True),
    ("qualification_type", "Type", False),
    ("level", "Level", False),
    ("grade", "Grade", False),
    ("credits", "Credits", False),
    ("award_date", "Award date", False),
    ("start_date", "Start", False),
    ("end_date", "End", False),
    ("provider", "Provider", False),
    ("provider_ukprn", "Provider UKPRN", True),
    ("awarding_org", "Awarding org.", False),
    ("awarding_org_code", "Awarding code", True),
    ("language", "Language", False),
    ("under_challenge", "Data challenge", False),
)
_KINDS = {
    "plr_update": "Update Selected",
    "undo": "Undo",
    "export_changes": "Export Changes",
    "learner_edited": "Edited",
}
_NAMES = {name: title for name, title, _ in _FACTS} | {"subject": "Subject", "removed_at": "Removed"}
_MOST = 40

LookedAt = tuple[AttainmentRow, Sequence[HistoryEntry]]


class AttainmentDetails(RowDetails):
    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} attainment selected", "{n} attainments selected"
        super().__init__("attainment_details", tr("Attainment details"), selected, parent)
        self.title.shorten_in_the_middle()
        self._who = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True)
        self.inside.addWidget(self._who)
        self._facts = Facts()
        for name, title, code in _FACTS:
            self._facts.add(name, title, code=code)
        self.inside.addWidget(self._facts)
        self.inside.addWidget(rule())
        self.inside.addWidget(TextLabel(tr("History"), Type.HEADER))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        self.inside.addLayout(self._lines)

    def fill(self, found: LookedAt) -> None:
        row, entries = found
        self.title.setText(row.subject or row.subject_code or tr("No title"))
        name = " ".join(part for part in (row.given_names, row.family_name) if part)
        self._who.setText(f"{name} · {row.ref}")
        for key, _, _ in _FACTS:
            self._facts.show_value(key, said(key, getattr(row, key)))
        self._show_history(entries)

    def _show_history(self, entries: Sequence[HistoryEntry]) -> None:
        empty(self._lines)
        if not entries:
            self._lines.addWidget(
                text_label(tr("Nothing since it was loaded."), Type.SECONDARY, Role.TEXT3, wrap=True)
            )
        for entry in entries[:_MOST]:
            what = tr(_KINDS.get(entry.kind, entry.kind))
            head = f"{shown_time(entry.at)} · {what}" + (f" · {entry.who}" if entry.who else "")
            lines = [head]
            if entry.what == "insert":
                lines.append(tr("Added"))
            else:
                for name, before, after in entry.columns:
                    title = tr(_NAMES.get(name, name))
                    lines.append(f"{title}: {said(name, before) or '–'} → {said(name, after) or '–'}")
            self._lines.addWidget(text_label("\n".join(lines), Type.SECONDARY, Role.TEXT2, wrap=True))


def said(name: str, value: object) -> str | None:
    """A value of an attainment as people read it."""
    if value is None:
        return None
    if name == "credits" and isinstance(value, int):
        return credits_shown(value)
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, date):
        return shown(value)
    return str(value)
