"""*Needs a decision*: a tab for each kind of question, a card for each learner, some cards at a time."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.access import User
from app.db.database import Database
from app.learners import load_look
from app.learners.load_look import Decided, Undecided
from app.learners.load_plan import ANOTHER, KEEP, SAME, TAKE, Question
from app.tasks import TaskContext
from ui.dialogs.form_field import StateLine
from ui.dialogs.load_card import DecisionCard
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tabs import TabBar
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

CARDS = 3
_TITLES = {Question.ULN: "ULN changed", Question.MATCH: "Possible match"}
_NOUNS = {
    Question.ULN: ("{n} changed ULN", "{n} changed ULNs"),
    Question.MATCH: ("{n} possible match", "{n} possible matches"),
}
_OPEN = "open"
_ALIKE = {
    Question.ULN: ((TAKE, "Take the ULN of the file"), (KEEP, "Keep the stored ULN"), (_OPEN, "Leave them open")),
    Question.MATCH: (
        (SAME, "Same person, where there is one match"),
        (ANOTHER, "Another person: add as new"),
        (_OPEN, "Leave them open"),
    ),
}


class DecisionsView(QWidget):
    """`counted` carries Decided after every change; `rebuilt` when other cards stand there."""

    counted = Signal(object)
    rebuilt = Signal()
    failed = Signal(object)

    def __init__(
        self,
        db: Database,
        user: User,
        runner: TaskRunner,
        job_id: int,
        parent: QWidget | None = None,
        *,
        by_line: bool = False,
    ) -> None:
        super().__init__(parent)
        self._db, self._user, self._runner, self._job_id, self._by_line = db, user, runner, job_id, by_line
        self._start = 0
        self._questions: list[Question] = []
        self._decided = Decided({}, {}, 0, 0)
        self._lead = False
        self.cards: list[DecisionCard] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.top = QWidget()
        self.top.setLayout(self._build_top())
        column.addWidget(self.top)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.viewport().setAutoFillBackground(False)
        column.addWidget(self.area, 1)
        self.bottom = QWidget()
        self.bottom.setLayout(self._build_bottom())
        column.addWidget(self.bottom)

    def _build_top(self) -> QBoxLayout:
        row = self._top_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.tabs = TabBar(parent=self)
        self.tabs.setObjectName("decision_tabs")
        self.tabs.setAccessibleName(tr("Kinds of questions"))
        self.tabs.currentChanged.connect(self._tab_chosen)
        self.alike_label = text_label("", Type.SECONDARY, Role.TEXT2)
        self.alike = QComboBox()
        self.alike.setObjectName("decide_alike")
        self.alike.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.alike.activated.connect(self._decide_alike)
        self.alike_label.setBuddy(self.alike)
        row.addWidget(self.tabs)
        row.addStretch(1)
        alike = QHBoxLayout()
        alike.setSpacing(8)
        alike.addWidget(self.alike_label)
        alike.addWidget(self.alike)
        alike.addStretch(0)
        row.addLayout(alike)
        return row

    def _build_bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.state = StateLine()
        self.previous = button(tr("Previous"), Icon.CARET_LEFT, name="decisions_previous", clicked=self._back)
        self.place = text_label("", Type.SECONDARY, Role.TEXT2, numbers=True, name="decisions_place")
        self.next = button(tr("Next"), Icon.CARET_RIGHT, name="decisions_next", clicked=self._on)
        row.addWidget(self.state, 1, Qt.AlignmentFlag.AlignVCenter)
        for one in (self.previous, self.place, self.next):
            row.addWidget(one)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where large text leaves no room, tabs and the choice for all stand below each other."""
        super().resizeEvent(event)
        self._fit_top()
        for card in self.cards:
            card.fit(self.width())

    def _fit_top(self) -> None:
        need = self.tabs.sizeHint().width() + self.alike_label.sizeHint().width() + self.alike.sizeHint().width()
        ways = QBoxLayout.Direction
        self._top_row.setDirection(ways.LeftToRight if need + 32 <= self.width() else ways.TopToBottom)

    # What is shown

    def show_decided(self, decided: Decided) -> None:
        """Tabs for the kinds of questions that there are; the first time, the first cards as well."""
        first = not self._questions
        self._decided = decided
        if first:
            self._questions = [one for one in Question if decided.total.get(one)]
            self.tabs.blockSignals(True)
            for one in self._questions:
                self.tabs.set_count(self.tabs.addTab(tr(_TITLES[one])), count(decided.total[one]))
            self.tabs.blockSignals(False)
            if self._questions:
                self._tab_chosen(0)
        self._say_state()

    @property
    def question(self) -> Question | None:
        """The kind of question in front."""
        at = self.tabs.currentIndex()
        return self._questions[at] if 0 <= at < len(self._questions) else None

    def _total(self) -> int:
        return self._decided.total.get(self.question, 0) if self.question is not None else 0

    @Slot(int)
    def _tab_chosen(self, place: int) -> None:
        question = self.question
        if question is None:
            return
        self.alike.clear()
        self.alike.addItem(tr("Choose…"), "")
        for decision, words in _ALIKE[question]:
            self.alike.addItem(tr(words), decision)
        words = tr("Decide all {n} the same way", n=count(self._total()))
        self.alike_label.setText(words)
        self.alike.setAccessibleName(words)
        self._fit_top()
        self._start = 0
        self.read()
        self._say_state()

    def read(self) -> None:
        """Read the cards of this page anew."""
        question, start, db, job_id = self.question, self._start, self._db, self._job_id
        if question is None:
            return

        def work(context: TaskContext) -> list[Undecided]:
            with db.read(context) as tx:
                return load_look.undecided(tx, job_id, question, start, CARDS)

        self._runner.run(work, lane=Lane.READ, done=self._show_cards, failed=self._failed)

    @Slot(object)
    def _show_cards(self, found: Sequence[Undecided]) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        self.cards = [DecisionCard(one, one.line if self._by_line else one.number) for one in found]
        for card in self.cards:
            card.decided.connect(self._take)
            card.fit(self.width())
            column.addWidget(card)
        column.addStretch(1)
        self.area.setWidget(inside)
        inside.setAutoFillBackground(False)
        last = self._start + len(found)
        total = self._total()
        self.place.setText(tr("{a}–{b} of {n}", a=count(self._start + 1), b=count(last), n=count(total)))
        enable(self.previous, "" if self._start else tr("These are the first."))
        enable(self.next, "" if last < total else tr("These are the last."))
        self.rebuilt.emit()
        if self._lead and self.cards:
            self.lead_here()

    def lead_here(self) -> None:
        """Give the keyboard to the first card."""
        self._lead = False
        boxes = self.cards[0].boxes
        chosen = next((one for one in boxes if one.radio.isChecked()), boxes[0])
        chosen.radio.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _back(self) -> None:
        self._start = max(0, self._start - CARDS)
        self._lead = True
        self.read()

    @Slot()
    def _on(self) -> None:
        self._start += CARDS
        self._lead = True
        self.read()

    def _say_state(self) -> None:
        question = self.question
        if question is None:
            return
        nouns = plural(self._total(), *_NOUNS[question])
        text = tr("{done} of {nouns} decided.", done=count(self._decided.done.get(question, 0)), nouns=nouns)
        self.state.say(Icon.INFO, f"{text} {tr('Undecided learners are left out of the load.')}", Role.TEXT2)

    # Deciding

    @Slot(int, str)
    def _take(self, number: int, decision: str) -> None:
        db, user, job_id = self._db, self._user, self._job_id

        def work(context: TaskContext) -> Decided:
            return load_look.decide(db, user, job_id, {number: decision or None})

        self._runner.run(work, lane=Lane.WRITE, done=self._counted, failed=self._not_decided)

    @Slot(int)
    def _decide_alike(self, place: int) -> None:
        question, decision = self.question, self.alike.itemData(place)
        if question is None or not decision:
            return
        db, user, job_id = self._db, self._user, self._job_id

        def work(context: TaskContext) -> Decided:
            return load_look.decide_all(db, user, job_id, question, None if decision == _OPEN else decision)

        self.alike.setCurrentIndex(0)
        self._runner.run(work, lane=Lane.WRITE, done=self._all_decided, failed=self._not_decided)

    @Slot(object)
    def _counted(self, decided: Decided) -> None:
        self.show_decided(decided)
        self.counted.emit(decided)

    @Slot(object)
    def _all_decided(self, decided: Decided) -> None:
        self._counted(decided)
        self.read()

    @Slot(object)
    def _not_decided(self, error: Exception) -> None:
        """The cards tell what is stored."""
        self.failed.emit(error)
        self.read()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        """Told by the dialog."""
        self.failed.emit(error)
