"""*Match Held Records*: which records would attach now, what each would set off, and attaching them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.changes import Topic
from app.context import AppContext
from app.imports import held, held_list
from app.imports.held import HeldForecast, Matched
from app.imports.rules import RULES
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.import_words import OUTCOMES
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.plain import visible_text
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import told_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT, _WITHOUT_A_LIST = 760, 600, 240
_MOST_LISTED = 500
_STAYS = State(Icon.WARNING, "Stays", Role.WARN)


@dataclass(frozen=True, slots=True)
class _Line:
    """A record whose learner is known now, as the list tells it."""

    who: str = field(repr=False)
    course: str
    forecast: HeldForecast = field(repr=False)


@dataclass(frozen=True, slots=True)
class Looked:
    """What matching would do now. `waiting`: records whose learner is still unknown."""

    lines: tuple[_Line, ...] = field(repr=False)
    waiting: int

    @property
    def needs(self) -> dict[str, int]:
        """The rules to be confirmed, with how many records each concerns."""
        found = Counter(rule for one in self.lines for rule in one.forecast.needs)
        return dict(sorted(found.items()))

    def attaching(self, acknowledged: frozenset[str]) -> int:
        """How many would attach."""
        return sum(not one.forecast.why_not and one.forecast.needs <= acknowledged for one in self.lines)


class MatchHeldDialog(WorkingDialog):
    """Of the records of `row_ids`, or of all. Nothing is attached before *Match* is pressed."""

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, row_ids: Sequence[int] | None = None
    ) -> None:
        super().__init__(parent, runner, context, title=tr("Match Held Records"), icon=Icon.LINK, name="match_held")
        self._row_ids = None if row_ids is None else frozenset(row_ids)
        self._looked: Looked | None = None
        self.matched: Matched | None = None
        self._ticks: dict[str, QCheckBox] = {}
        self._build()
        self._card.hide()
        self.open_at(_WIDTH, _WITHOUT_A_LIST)
        self._read()

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, RING, 0)
        column.setSpacing(12)
        self._told = text_label("", Type.BODY, wrap=True, numbers=True, name="match_told")
        column.addWidget(self._told)
        self._confirm = QWidget()
        self._confirmations = QVBoxLayout(self._confirm)
        self._confirmations.setContentsMargins(0, 0, 0, 0)
        self._confirmations.setSpacing(6)
        self._confirmations.addWidget(TextLabel(tr("To confirm"), Type.HEADER))
        column.addWidget(self._confirm)
        columns = (
            ListColumn(tr("Would be"), "text", 18),
            ListColumn(tr("Learner"), "code", 24),
            ListColumn(tr("Course"), "code", 18),
            ListColumn(tr("What it sets off"), "text", 40),
        )
        self.list = StateList(columns, "match_list", 0)
        self.list.setAccessibleName(tr("Records whose learner is known now"))
        self._card = in_card(self.list)
        column.addWidget(self._card, 1)
        column.addLayout(self.work_line())
        column.addStretch(0)
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self.close_button = self.add_button(tr("Cancel"), name="match_close", clicked=self.reject)
        self.match_button = self.add_button(
            tr("Match"), Icon.LINK, kind="primary", name="match_do", clicked=self.match
        )
        parts.in_reading_order([self._confirm, self._card, self.foot])

    # What it would do

    def _read(self) -> None:
        db, wanted = self._context.db, self._row_ids

        def work(task: TaskContext) -> Looked:
            with db.read(task) as tx:
                ids = [one for one in tx.execute(held_list.keys_query()).scalars() if wanted is None or one in wanted]
                forecasts = held.forecast(tx, ids)
                known = [one for one in ids if one in forecasts and forecasts[one].learner_id is not None]
                rows = held_list.rows(tx, known[:_MOST_LISTED])
            lines = [
                _Line(
                    rows[one].line.who if one in rows else "",
                    rows[one].course_code if one in rows else "",
                    forecasts[one],
                )
                for one in known
            ]
            return Looked(tuple(lines), len(ids) - len(known))

        self.say(tr("Looking whose learner is known now…"))
        self.work(tr("Looking whose learner is known now…"), work, self._known, Lane.CHECK, reads=True)

    def _known(self, found: Looked) -> None:
        self._looked = found
        number = len(found.lines)
        self.say(
            plural(number, "{n} held record has its learner now", "{n} held records have their learner now")
            if number
            else tr("No held record has its learner now"),
            plural(found.waiting, "{n} waits for a learner nobody knows.", "{n} wait for learners nobody knows.")
            if found.waiting
            else tr("No other record waits."),
        )
        for rule, times in found.needs.items():
            tick = self._ticks[rule] = QCheckBox(
                tr("{rule} {title}: {rows}", rule=rule, title=tr(RULES[rule].title), rows=_rows(times))
            )
            tick.setObjectName(f"match_confirm_{rule}")
            tick.toggled.connect(self._ticked)
            self._confirmations.addWidget(tick)
        self._confirm.setVisible(bool(found.needs))
        self.list.show_states([_row(one) for one in found.lines[:_MOST_LISTED]])
        self._card.setVisible(bool(found.lines))
        if found.lines:
            self.open_at(_WIDTH, _HEIGHT)
        self._ticked()
        focus = next(iter(self._ticks.values()), self.match_button if number else self.close_button)
        self.refresh()
        focus.setFocus()

    @property
    def acknowledged(self) -> frozenset[str]:
        """What is ticked."""
        return frozenset(rule for rule, one in self._ticks.items() if one.isChecked())

    @Slot()
    def _ticked(self, *_: object) -> None:
        found = self._looked
        if found is None or self.matched is not None:
            return
        at_once = [one.forecast for one in found.lines if one.forecast.at_once]
        bodies = Counter(body for one in at_once for body, _ in one.reports)
        told = []
        if at_once:
            told.append(
                plural(
                    len(at_once),
                    "{n} would complete and award credit at once.",
                    "{n} would complete and award credit at once.",
                )
            )
        told += [
            tr("{rows} would go to {body}.", rows=_rows(n), body=visible_text(body)) for body, n in bodies.items()
        ]
        self._told.setText(" ".join(told))
        self._told.setVisible(bool(told))
        number = found.attaching(self.acknowledged)
        self.match_button.setText(plural(number, "Match {n} Record", "Match {n} Records"))
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """What can be pressed."""
        if not hasattr(self, "match_button"):
            return
        found, reason = self._looked, ""
        if self.busy:
            reason = tr("It is under way.")
        elif found is None or not found.lines:
            reason = tr("No held record has its learner now.")
        elif self.matched is None and not found.attaching(self.acknowledged):
            reason = tr("No record would attach: tick what is to be confirmed first.")
        enable(self.match_button, reason)
        self.prefer(self.match_button)
        self._confirm.setEnabled(not self.busy)
        if not self.busy and self.matched is None:
            self.close_button.setText(tr("Cancel"))

    # Matching

    @Slot()
    def match(self) -> None:
        """*Match*, in a task."""
        run, ids, acknowledged = self._context, self._row_ids, self.acknowledged
        if not self.match_button.isEnabled() or self.matched is not None:
            return
        self.work(
            tr("Attaching…"),
            lambda task: held.match(task, run.db, run.user, ids, acknowledged),
            self._attached,
            Lane.IMPORT,
            told_listed(tr("Match held records"), _attached_words, "held_records"),
        )

    def _attached(self, done: Matched) -> None:
        self.matched = done
        self.show_icon(*((Icon.WARNING, Role.WARN) if done.left else (Icon.CHECK_CIRCLE, Role.GOOD)))
        self.say(
            _attached_words(done),
            plural(done.waiting, "{n} still waits for its learner.", "{n} still wait for their learners."),
        )
        self._told.hide()
        self._confirm.hide()
        self.list.show_states(
            [StateRow(_STAYS, ("", "", "", visible_text(why))) for why in list(done.left.values())[:_MOST_LISTED]]
        )
        self._card.setVisible(bool(done.left))
        self.match_button.hide()
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        self.written(*done.changes.topics, Topic.IMPORTS)


def _attached_words(done: Matched) -> str:
    return plural(done.attached, "{n} record attached", "{n} records attached")


def _rows(number: int) -> str:
    return plural(number, "{n} record", "{n} records")


def _row(one: _Line) -> StateRow:
    forecast = one.forecast
    if forecast.why_not:
        return StateRow(_STAYS, ("", one.who, one.course, visible_text(tr(forecast.why_not))))
    told = []
    if forecast.at_once:
        told.append(tr("completes and credits at once"))
    elif forecast.completes:
        told.append(tr("completes at once"))
    told += [visible_text(body) for body, _ in forecast.reports]
    if forecast.needs:
        told.append(tr("to confirm: {n}", n=count(len(forecast.needs))))
    return StateRow(OUTCOMES[forecast.outcome], ("", one.who, one.course, ", ".join(told)))
