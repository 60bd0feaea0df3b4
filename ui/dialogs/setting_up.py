"""*Set Up Step by Step*: what a new database needs, what of it is done, and the way to each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.setting_up import Step
from ui import parts
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import button
from ui.look.cards import Card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.tokens import Role
from ui.look.words import tr

_WIDTH, _HEIGHT = 768, 570


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    text: str
    opens: str
    icon: Icon


WORDS: Mapping[Step, _Words] = {
    Step.LRS: _Words(
        "Learning Records Service",
        "The address, the college’s UKPRN, the certificate and the passwords that the LRS gave the college; then "
        "Test Connection.",
        "Open Settings",
        Icon.CLOUD_ARROW_DOWN,
    ),
    Step.LICENCES: _Words(
        "Licences",
        "AttainmentsPLRImport and LRS certified have to be on before a record is downloaded.",
        "Open Licences",
        Icon.KEY,
    ),
    Step.LEARNERS: _Words(
        "Learners",
        "From an ILR, a spreadsheet or an LRS batch file. Every row is shown before anything is written.",
        "Load Learners",
        Icon.STUDENT,
    ),
    Step.LMS: _Words(
        "LMS",
        "The address of the college’s Moodle and a web service token. Leave it out if there is none.",
        "Open Settings",
        Icon.ARROWS_CLOCKWISE,
    ),
    Step.PEOPLE: _Words(
        "People",
        "Who else works with the program, and what each may do. One person alone needs nobody.",
        "Open Users and Roles",
        Icon.USERS,
    ),
}


class StepCard(Card):
    """One step: how it stands, what it is about, the button that leads there, and *Leave Out*."""

    def __init__(self, step: Step, parent: QWidget) -> None:
        super().__init__(parent, padding=12, name=f"setting_up_{step}")
        self.step = step
        words = WORDS[step]
        row = QHBoxLayout()
        row.setSpacing(12)
        self._icon = IconLabel(words.icon, Role.TEXT2, 20, parent=self)
        row.addWidget(self._icon)
        told = QVBoxLayout()
        told.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(text_label(tr(words.title), Type.KEY, weight=600))
        self.state: QLabel = text_label("", Type.SECONDARY, Role.TEXT2, name=f"setting_up_{step}_state")
        head.addWidget(self.state, 1)
        told.addLayout(head)
        told.addWidget(text_label(tr(words.text), Type.SECONDARY, Role.TEXT2, wrap=True))
        row.addLayout(told, 1)
        self.open_button: QPushButton = button(tr(words.opens), name=f"setting_up_{step}_open")
        self.open_button.setAccessibleName(f"{tr(words.title)}: {tr(words.opens)}")
        self.leave_button: QPushButton = button("", kind="quiet", name=f"setting_up_{step}_leave")
        for one in (self.leave_button, self.open_button):
            one.setAutoDefault(True)
            row.addWidget(one)
        self.column.addLayout(row)

    def show_state(self, *, done: bool | None, left_out: bool) -> None:
        """How it stands: by an icon and a word. `done` is None while that is being read."""
        if done is None:
            icon, role, words = WORDS[self.step].icon, Role.TEXT2, ""
        elif done:
            icon, role, words = Icon.CHECK_CIRCLE, Role.GOOD, tr("Done")
        elif left_out:
            icon, role, words = Icon.MINUS_CIRCLE, Role.TEXT2, tr("Left out")
        else:
            icon, role, words = Icon.CIRCLE_DASHED, Role.WARN, tr("To do")
        self._icon.show_icon(icon, role)
        self.state.setText(words)
        title = tr(WORDS[self.step].title)
        self.setAccessibleName(f"{title}: {words}" if words else title)
        self.leave_button.setText(tr("Take Up Again") if left_out else tr("Leave Out"))
        self.leave_button.setAccessibleName(f"{title}: {self.leave_button.text()}")
        self.leave_button.setVisible(not done)


class SettingUpDialog(FormDialog):
    """`wanted` carries a Step to be led to; `left_out_changed` the steps left out; `looked` when it comes back to the
    front, for something may be done since."""

    wanted = Signal(object)
    left_out_changed = Signal(object)
    looked = Signal()

    def __init__(self, parent: QWidget | None, left_out: Collection[Step]) -> None:
        title = tr("Set Up Step by Step")
        super().__init__(parent, title=title, heading=title, icon=Icon.LIST_BULLETS, name="setting_up")
        self._done: frozenset[Step] | None = None
        self._left_out = set(left_out)
        self.cards = {step: StepCard(step, self) for step in Step}
        for step, card in self.cards.items():
            card.open_button.clicked.connect(lambda _=False, step=step: self.wanted.emit(step))
            card.leave_button.clicked.connect(lambda _=False, step=step: self._turn(step))
            self.content.addWidget(card)
        # As wide as the widest: else the buttons beside them stand at another place in each row.
        widest = max(card.open_button.sizeHint().width() for card in self.cards.values())
        for card in self.cards.values():
            card.open_button.setMinimumWidth(widest)
        self.content.addStretch(1)
        self.close_button = self.add_button(tr("Close"), kind="primary", name="setting_up_close", clicked=self.reject)
        self.open_at(_WIDTH, _HEIGHT)
        self._tell()
        parts.in_reading_order([*self.cards.values(), self.foot])

    @Slot(object)
    def show_done(self, done: frozenset[Step]) -> None:
        """Which steps are done."""
        self._done = done
        self._tell()

    def _tell(self) -> None:
        done = self._done
        for step, card in self.cards.items():
            card.show_state(done=None if done is None else step in done, left_out=step in self._left_out)
        left = set(Step) - (done or set()) - self._left_out
        where = tr("In any order, today or later. You find this again on Home and in the File menu.")
        self.say(tr("Set Up Step by Step") if left else tr("Everything is set up"), where)

    def _turn(self, step: Step) -> None:
        """*Leave Out*, or *Take Up Again*."""
        self._left_out ^= {step}
        self.left_out_changed.emit(frozenset(self._left_out))
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.looked.emit()
