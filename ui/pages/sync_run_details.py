"""The pane beside the runs: how one went, in numbers and in its own sentences."""

from PySide6.QtWidgets import QWidget

from app.dates import shown_time
from app.lms.errors import cause
from app.lms.runs_list import RunRow
from ui.look.fonts import Type
from ui.look.labels import TextLabel, text_label
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule
from ui.pages.sync_run_source import COUNTS, KIND_WORDS, TRIGGER_WORDS, state_of, took

_FACTS = (
    ("started", "Started"),
    ("ended", "Ended"),
    ("took", "Took"),
    ("trigger", "Started by"),
    ("who", "Who"),
    ("computer", "Computer"),
)
_MOST = 60
_TITLES = {"courses": "Run of courses", "enrolments": "Run of enrolments", "sender": "Run of the sender"}


class SyncRunDetails(RowDetails):
    """Empty until a run is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} run selected", "{n} runs selected"
        super().__init__("sync_run_details", tr("Run details"), selected, parent)
        inside = self.inside
        self._state = StateLabel()
        inside.addWidget(self._state)
        self._why = text_label("", Type.BODY, wrap=True, name="run_why")
        inside.addWidget(self._why)
        inside.addWidget(rule())
        self._facts = Facts()
        for name, title in _FACTS:
            self._facts.add(name, title)
        inside.addWidget(self._facts)
        self._counts, self._messages = (
            text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, selectable=True, name=name)
            for name in ("run_counts", "run_messages")
        )
        for heading, words in ((tr("What it did"), self._counts), (tr("Messages"), self._messages)):
            inside.addWidget(rule())
            inside.addWidget(TextLabel(heading, Type.HEADER))
            inside.addWidget(words)

    def fill(self, row: RunRow) -> None:
        self.title.setText(tr(_TITLES.get(row.kind, KIND_WORDS.get(row.kind, row.kind))))
        self._state.show_state(state_of(row))
        known = cause(row.failed_by) if row.failed_by else None
        self._why.setText(f"{known.sentence} {known.advice}" if known is not None else "")
        self._why.setVisible(known is not None)
        self._facts.show_value("started", shown_time(row.started_at))
        self._facts.show_value("ended", shown_time(row.ended_at), "not yet")
        self._facts.show_value("took", took(row.took), "still running")
        self._facts.show_value("trigger", tr(TRIGGER_WORDS.get(row.trigger, row.trigger)))
        self._facts.show_value("who", row.who)
        self._facts.show_value("computer", row.computer)
        numbers = [plural(row.counts[name], one, many) for name, one, many in COUNTS if row.counts.get(name)]
        self._counts.setText("\n".join(numbers) or tr("Nothing."))
        told = list(row.messages[:_MOST])
        if len(row.messages) > _MOST:
            told.append(tr("… and {n} more", n=count(len(row.messages) - _MOST)))
        self._messages.setText("\n".join(told) or tr("None."))
