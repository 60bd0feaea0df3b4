"""*Why Not in the LMS?*: every thing that must hold, from the enrolment to the gradebook, up to the first that does
not, with the button that leads to where it is put right."""

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from app import access
from app.context import AppContext
from app.lms.extracts import why_asked, why_not_there
from app.lms.extracts.why_not_there import Finding, Looked, Place, Remedy
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 760, 620
_HOLDS = State(Icon.CHECK_CIRCLE, "Holds", Role.GOOD)
_WRONG = State(Icon.X_CIRCLE, "Stops here", Role.BAD)
_UNKNOWN = State(Icon.QUESTION, "Not known", Role.INFO)


@dataclass(frozen=True, slots=True)
class _Answer:
    looked: Looked | None
    findings: tuple[Finding, ...]


class WhyNotThereDialog(WorkingDialog):
    """Of an enrolment, or of a learner whose enrolments are offered. `remedy_wanted` carries the Remedy and what was
    looked at (None: a learner without any enrolment); the dialog is closed then."""

    remedy_wanted = Signal(object, object)

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        *,
        enrolment_id: int | None = None,
        learner_id: int | None = None,
    ) -> None:
        title = tr("Why Not in the LMS?")
        super().__init__(
            parent, runner, context, title=title, heading=title, icon=Icon.QUESTION, name="why_not_there"
        )
        self._enrolment_id, self._learner_id = enrolment_id, learner_id
        self.answer: _Answer | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(title, tr("What must hold for the learner to be in the LMS, up to the first thing that does not."))
        if enrolment_id is not None:
            self.look()
        else:
            self._read_places()

    # Building

    def _build(self) -> None:
        self.places = QComboBox()
        self.places.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.places.activated.connect(self._place_chosen)
        self._place_field = FormField(
            tr("Enrolment"), self.places, name="why_enrolment", help=tr("Which of the learner’s enrolments is meant.")
        )
        self._place_field.setVisible(self._enrolment_id is None)
        self.content.addWidget(self._place_field)
        columns = (
            ListColumn(tr("State"), "text", 16),
            ListColumn(tr("What"), "key", 38),
            ListColumn(tr("Found"), "text", 46),
        )
        self.list = StateList(columns, "why_findings", 0)
        self.list.setAccessibleName(tr("What was looked at"))
        self.list.selectionModel().currentRowChanged.connect(self._show_advice)
        self.content.addWidget(in_card(self.list), 1)
        self.advice = text_label("", Type.BODY, wrap=True, selectable=True, name="why_advice")
        self.content.addWidget(self.advice)
        self.content.addLayout(self.work_line())
        self.again_button = self.add_button(
            tr("Look Again"), Icon.ARROW_CLOCKWISE, name="why_again", clicked=self.look, left=True
        )
        self.close_button = self.add_button(tr("Close"), name="why_not_close", clicked=self.reject)
        self.remedy_button = self.add_button(tr("Open"), kind="primary", name="why_remedy", clicked=self._remedy)
        self.remedy_button.hide()
        parts.in_reading_order([self._place_field, self.list, self.foot])

    # Looking

    def _read_places(self) -> None:
        run, learner_id = self._context, self._learner_id or 0

        def work(context: TaskContext) -> list[Place]:
            with run.db.read(context) as tx:
                return why_not_there.places_of(tx, learner_id, access.campuses(tx, run.user))

        self.work(tr("Reading the enrolments…"), work, self._places_read, Lane.READ)

    def _places_read(self, found: list[Place]) -> None:
        for one in found:
            self.places.addItem(f"{visible_text(one.title)} ({tr(one.status)})", one.id)
        if found:
            self._enrolment_id = found[0].id
            self.look()
            return
        self._place_field.setVisible(False)
        advice = tr("Enrol the learner on a section first. Sections of other campuses than yours are not looked at.")
        none = Finding("Enrolment", False, tr("none"), advice, Remedy.ENROL)
        self._show(_Answer(None, (none,)))

    @Slot(int)
    def _place_chosen(self, place: int) -> None:
        self._enrolment_id = self.places.itemData(place)
        self.look()

    @Slot()
    def look(self) -> None:
        """Look at all of it, the LMS included, in a task."""
        run, enrolment_id = self._context, self._enrolment_id
        if enrolment_id is None:
            return

        def work(context: TaskContext) -> _Answer:
            looked = why_not_there.look(run.db, run.user, enrolment_id)
            asked: tuple[Finding, ...] = ()
            if looked.asks:
                client = run.lms() if run.settings.lms.url else None
                asked = why_asked.ask(context, client, run.rights, looked)
            return _Answer(looked, (*looked.findings, *asked))

        self.work(tr("Looking…"), work, self._show, Lane.CHECK, reads=True)

    def _show(self, answer: _Answer) -> None:
        self.answer = answer
        looked, stopped = answer.looked, why_not_there.stopped_at(answer.findings)
        self.list.show_states([_row(one) for one in answer.findings])
        self.list.selectRow(len(answer.findings) - 1)
        name = visible_text(looked.name) if looked is not None else tr("The learner")
        title = visible_text(looked.title) if looked is not None else ""
        if stopped is None:
            self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
            self.say(tr("{name} is in the LMS", name=name), title)
        elif stopped.holds is None:
            self.show_icon(Icon.QUESTION, Role.INFO)
            self.say(tr("Nothing was found to be wrong here for {name}", name=name), title)
        else:
            self.show_icon(Icon.WARNING, Role.WARN)
            words = tr("{name}: the way to the LMS stops at “{what}”", name=name, what=tr(stopped.what))
            self.say(words, title)
        remedy = stopped.remedy if stopped is not None else Remedy.NONE
        self.remedy_button.setVisible(remedy is not Remedy.NONE)
        if remedy is not Remedy.NONE:
            self.remedy_button.setText(tr(remedy.value))
        self.refresh()  # what is disabled takes no keyboard
        (self.close_button if remedy is Remedy.NONE else self.remedy_button).setFocus()
        self._show_advice()

    @Slot()
    def _show_advice(self, *_: object) -> None:
        place = self.list.currentIndex().row()
        findings = self.answer.findings if self.answer is not None else ()
        advice = findings[place].advice if 0 <= place < len(findings) else ""
        self.advice.setText(visible_text(tr(advice)) if advice else "")

    def refresh(self) -> None:
        waits = tr("It is under way.") if self.busy else ""
        nothing = "" if self._enrolment_id is not None else tr("There is no enrolment to look at.")
        enable(self.again_button, waits or nothing, tr("Looks at all of it anew."))
        self.places.setEnabled(not self.busy)
        enable(self.remedy_button, waits, tr("Closes this and opens what puts it right."))
        self.prefer(self.remedy_button if not self.remedy_button.isHidden() else self.close_button)

    @Slot()
    def _remedy(self) -> None:
        stopped = why_not_there.stopped_at(self.answer.findings) if self.answer is not None else None
        if self.answer is not None and stopped is not None:
            self.accept()
            self.remedy_wanted.emit(stopped.remedy, self.answer.looked)


def _row(one: Finding) -> StateRow:
    state = _UNKNOWN if one.holds is None else _HOLDS if one.holds else _WRONG
    return StateRow(state, ("", tr(one.what), tr(one.found) if one.found else ""))
