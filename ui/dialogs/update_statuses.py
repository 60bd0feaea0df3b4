"""*Update All Statuses*: every record of the applied filter, with what would become of it, before anything is staged
(EX-U2 to EX-U4)."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.context import AppContext
from app.errors import AppError
from app.keys import Keys
from app.lms.extracts import statuses
from app.lms.extracts.records_list import TITLES
from app.lms.extracts.statuses import CODES, MOVES, Foreseen, Need, Problem
from app.tasks import TaskContext
from ui.dialogs.extract_lists import RecordListDialog
from ui.grids.columns import State
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import Card, HairLine
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon, qicon
from ui.look.labels import text_label
from ui.look.lines import empty
from ui.look.pictures import IconLabel
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 600, 260
_REFUSALS = {
    Problem.CAMPUS: "Also belong to a campus that you may not edit",
    Problem.GONE: "The registration no longer exists",
    Problem.SUPERSEDED: "A newer change has gone to the LMS",
    Problem.OVERRIDE: "Needs the authorisation to override",
    Problem.NOT_THERE: "You can no longer see these",
}


class UpdateStatusesDialog(FormDialog):
    """`decided` carries the Foreseen that is to be staged. `ids_of` finds the records, in a task; `states` says how a
    status is shown."""

    decided = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        ids_of: Callable[[TaskContext], Keys],
        states: dict[str, State],
        filter_words: str,
    ) -> None:
        super().__init__(parent, title=tr("Update All Statuses"), name="update_statuses")
        self._runner, self._context, self._ids_of, self._states = runner, context, ids_of, states
        self._ids: Keys | None = None
        self._looking: TaskContext | None = None
        self._filter_words = filter_words
        self.foreseen: Foreseen | None = None
        self._build()
        self.stay_close()
        self.open_at(_WIDTH, _HEIGHT)
        self.look()
        self.box.setFocus()

    def _build(self) -> None:
        self.banner = Banner(Icon.WARNING, Role.WARN, "")
        self.banner.hide()
        self.content.addWidget(self.banner)
        row = QHBoxLayout()
        row.setSpacing(12)
        caption = text_label(tr("Set Extract Status to"), Type.BODY)
        self.box = QComboBox()
        self.box.setObjectName("update_target")
        self.box.setAccessibleName(tr("Set Extract Status to"))
        self.box.setMinimumWidth(200)
        for code in CODES:
            self.box.addItem(
                qicon(self._states[code].icon, self._states[code].role), tr(self._states[code].text), code
            )
        caption.setBuddy(self.box)
        self.box.currentIndexChanged.connect(self.look)
        row.addWidget(caption)
        row.addWidget(self.box)
        row.addStretch(1)
        self.content.addLayout(row)
        card = self._card = Card(padding=8, line=Role.LINE2, name="update_lines")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        card.column.addLayout(self._lines)
        card.column.addStretch(1)
        self.content.addWidget(card)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(IconLabel(Icon.PENCIL_SIMPLE, Role.STAGED, 16))
        self.number = text_label("", Type.BODY, numbers=True, name="update_number")
        foot.addWidget(self.number, 1)
        self.content.addLayout(foot)
        self.content.addStretch(1)
        self.list_button = self.add_button(
            tr("Show List of Not Permitted"), kind="link", name="update_list", clicked=self.show_list, left=True
        )
        self.cancel_button = self.add_button(tr("Cancel"), name="update_cancel", clicked=self.reject)
        self.ok = self.add_button(tr("OK"), kind="primary", name="update_ok", clicked=self.accept)

    @property
    def target(self) -> str:
        return str(self.box.currentData())

    # Looking

    @Slot()
    def look(self) -> None:
        """Work out what the chosen status would do; writes nothing."""
        if self._looking is not None:
            self._looking.cancel()
        self.foreseen = None
        self._refresh()
        run, ids, ids_of, target = self._context, self._ids, self._ids_of, self.target

        def work(task: TaskContext) -> tuple[Keys, Foreseen]:
            found = ids_of(task) if ids is None else ids
            return found, statuses.foresee(task, run.db, run.user, found, target)

        self._looking = self._runner.run(work, lane=Lane.COUNT, done=self._looked, failed=self._failed)

    @Slot(object)
    def _looked(self, answer: tuple[Keys, Foreseen]) -> None:
        ids, found = answer
        if found.target != self.target:
            return
        self._ids = ids
        self._looking = None
        self.foreseen = found
        self._refresh()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.banner.say(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
            self.banner.show()
            self.number.setText(tr("Nothing would be staged."))
        else:
            self._runner.failed.emit(error)

    def _refresh(self) -> None:
        found = self.foreseen
        empty(self._lines)
        self.list_button.setVisible(found is not None and bool(found.listed))
        if found is None:
            self.say(tr("All records of the applied filter"), self._secondary())
            self.number.setText(tr("Looking…"))
            self._allow(tr("The records are being counted."))
            return
        whole = len(self._ids or ())
        self.say(
            plural(whole, "The {n} record of the applied filter", "All {n} records of the applied filter"),
            self._secondary(),
        )
        for code in CODES:
            if found.at_status[code]:
                self._add_line(
                    self._states[code], tr(self._states[code].text), found.at_status[code], _words(code, found)
                )
        for problem, number in found.refused.items():
            state = State(Icon.PROHIBIT, "Not permitted", Role.BAD)
            self._add_line(state, tr("Not permitted"), number, self._why(problem, found))
        self.number.setText(
            plural(
                found.changing,
                "{n} would be staged. Nothing is written until Save.",
                "{n} would be staged. Nothing is written until Save.",
            )
        )
        self.number.setAccessibleName(self.number.text())
        self._card.setVisible(bool(self._lines.count()))
        self.fit()
        self._allow("" if found.changing else tr("No record would change."))

    def _allow(self, why_not: str) -> None:
        """Enter presses *OK*, or closes the dialog while that cannot be pressed."""
        enable(self.ok, why_not, tr("Stages them; Save writes them."))
        (self.cancel_button if why_not else self.ok).setDefault(True)

    def _secondary(self) -> str:
        fixed = tr("Also those not scrolled into view. The set is fixed when you press OK.")
        return f"{self._filter_words[:1].upper()}{self._filter_words[1:]}. {fixed}"

    def _why(self, problem: Problem, found: Foreseen) -> str:
        """In the words of the list where they are the same for all of it."""
        if problem is Problem.CAMPUS:
            told = {one.reason for one in found.listed if one.reason.startswith("Also belongs to")}
            if len(told) == 1 and found.refused[problem] <= len(found.listed):
                return tr(told.pop())
        return tr(_REFUSALS[problem])

    def _add_line(self, state: State, title: str, number: int, words: str) -> None:
        if self._lines.count():
            between = HairLine()
            self._lines.addWidget(between)
            between.show()
        made = QWidget()
        made.setAccessibleName(f"{title}: {count(number)}. {words}")
        grid = QGridLayout(made)
        grid.setContentsMargins(6, 8, 6, 8)
        grid.setHorizontalSpacing(10)
        grid.setColumnMinimumWidth(1, scaled(120))
        grid.setColumnMinimumWidth(2, scaled(60))
        grid.setColumnStretch(3, 1)
        grid.addWidget(IconLabel(state.icon, state.role, 16), 0, 0)
        grid.addWidget(text_label(title, Type.KEY), 0, 1)
        told = text_label(count(number), Type.KEY, numbers=True, weight=600)
        told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(told, 0, 2)
        grid.addWidget(text_label(words, Type.SECONDARY, Role.TEXT2, wrap=True), 0, 3)
        self._lines.addWidget(made)
        made.show()  # at once, as the line above it, so that its height counts

    @property
    def lines(self) -> list[str]:
        """What the lines say, for whom they are read aloud."""
        items = (self._lines.itemAt(place) for place in range(self._lines.count()))
        widgets = [one.widget() for one in items if one is not None]
        return [one.accessibleName() for one in widgets if one is not None and one.accessibleName()]

    @Slot()
    def show_list(self) -> None:
        """The records that may not be changed, each with its reason."""
        if self.foreseen is not None:
            number = self.foreseen.not_permitted
            heading = plural(number, "{n} record may not be changed so", "{n} records may not be changed so")
            RecordListDialog(self, heading, self.foreseen.listed, number).open()

    @Slot()
    def accept(self) -> None:
        """Only what was counted is staged."""
        if self.foreseen is not None and self.foreseen.changing:
            super().accept()
            self.decided.emit(self.foreseen)

    def done(self, result: int) -> None:
        """However it is closed, nothing is looked up for it any more."""
        if self._looking is not None:
            self._looking.cancel()
        super().done(result)


def _words(old: str, found: Foreseen) -> str:
    """What would become of the records of one status."""
    if old == found.target:
        return tr("Already {status}: nothing to change", status=tr(TITLES[old]))
    need = MOVES[old, found.target]
    if Need.OVERRIDE in need:
        return tr("Change. Your authorisation to override is used, and Save asks for a reason")
    if Need.REASON in need:
        return tr("Change. Save asks for a reason")
    if Need.CONFIRM in need:
        twice = tr("Change. These may be sent twice, so Save asks once")
        return twice if old == "transmitted" else tr("Change. These are sent again, so Save asks once")
    return tr("Change")
