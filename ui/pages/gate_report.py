"""The gate report: a line for each gate of a section, with what was found, what is needed, and where it is put right
(EX-P6); and under them the learners who fail the gate of their own (EX-P9)."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.lms.extracts.gates import Gate
from app.lms.sections.details import Failing
from ui.help.why_link import WhyLink
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.help_key import RULE
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.lines import empty
from ui.look.pictures import IconLabel
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr

REMEDIES = {
    "EX-P0": "Edit Section",
    "EX-P1": "Terms",
    "EX-P2": "LMS Vendors",
    "EX-P3": "Delivery Methods",
    "EX-P4": "Edit Section",
    "EX-P5": "Edit Section",
    "EX-P8": "Edit Section",
}
"""By the code of the gate: the button that leads to where it is put right."""
GATES = len(REMEDIES)
MOST_LEARNERS = 12


class GateLine(QWidget):
    """One gate. `remedy` carries its code when its button is pressed."""

    remedy = Signal(str)

    def __init__(self, code: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = code
        self.setObjectName(f"gate_{code}")
        self._icon = IconLabel(Icon.CHECK_CIRCLE, Role.GOOD, 15, parent=self)
        self._title = text_label("", Type.KEY, wrap=True)
        self._found = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, selectable=True)
        self._needed = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True)
        self.button = button("", None, "link", f"remedy_{code}", clicked=self._pressed)
        column = QVBoxLayout()
        column.setSpacing(1)
        for part in (self._title, self._found, self._needed):
            column.addWidget(part)
        self.why_link = WhyLink(f"why_{code}")
        links = QHBoxLayout()
        links.setSpacing(16)
        links.addWidget(self.button)
        links.addWidget(self.why_link)
        links.addStretch(1)
        column.addLayout(links)
        self.setProperty(RULE, code)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    @Slot()
    def _pressed(self) -> None:
        self.remedy.emit(self._code)

    def show_gate(self, gate: Gate, why_not: str) -> None:
        """`why_not`: why this user cannot put it right."""
        self._icon.show_icon(*((Icon.CHECK_CIRCLE, Role.GOOD) if gate.holds else (Icon.X_CIRCLE, Role.BAD)))
        stands = tr("holds") if gate.holds else tr("does not hold")
        self._title.setText(f"{tr(gate.title)}: {stands}")
        self._found.setText(tr("Found: {found}", found=visible_text(tr(gate.found))))
        self._needed.setText(tr("Needed: {needed}", needed=tr(gate.needed)))
        self._needed.setVisible(not gate.holds)
        remedy = tr(REMEDIES[gate.code])
        self.button.setText(remedy)
        self.button.setAccessibleName(f"{remedy}: {tr(gate.title)}")
        self.button.setVisible(not gate.holds)
        self.why_link.show_rule("" if gate.holds else gate.code)
        enable(self.button, why_not, tr("Opens what puts this right."))
        lines = (self._title.text(), self._found.text(), self._needed.text())
        self.setAccessibleName(f"{gate.code} " + ". ".join(lines[: 2 if gate.holds else 3]))


class GateReport(QWidget):
    """`remedy_wanted` carries the code of a gate, `account_wanted` the id of a learner (None: all accounts)."""

    remedy_wanted = Signal(str)
    account_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.words = text_label("", Type.HEADER, wrap=True, name="gate_words")
        column.addWidget(self.words)
        self.lines: dict[str, GateLine] = {}
        for code in REMEDIES:
            line = self.lines[code] = GateLine(code)
            line.remedy.connect(self.remedy_wanted)
            column.addWidget(line)
        self.account_words = text_label("", Type.HEADER, wrap=True, name="account_words")
        column.addWidget(self.account_words)
        self._people = QVBoxLayout()
        self._people.setSpacing(2)
        column.addLayout(self._people)
        self.accounts = button(
            tr("Accounts"), Icon.IDENTIFICATION_BADGE, "link", "gate_accounts", clicked=self._all_accounts
        )
        column.addWidget(self.accounts)

    @Slot()
    def _all_accounts(self) -> None:
        self.account_wanted.emit(None)

    def show_report(
        self,
        gates: Sequence[Gate],
        failing: Sequence[Failing],
        why_not: str,
        why_not_section: str,
        why_not_enrol: str,
    ) -> None:
        """`why_not…`: why the user cannot set up; change this section; decide about accounts."""
        held = sum(1 for one in gates if one.holds)
        self.words.setText(
            tr("All {n} gates hold: changes go to the LMS", n=GATES)
            if held == GATES
            else tr("{n} of {all} gates hold: nothing goes to the LMS", n=held, all=GATES)
        )
        for one in gates:
            edits = REMEDIES[one.code] == "Edit Section"
            self.lines[one.code].show_gate(one, why_not or (why_not_section if edits else ""))
        self._show_people(failing)
        self.accounts.setVisible(bool(failing))
        enable(self.accounts, why_not_enrol, tr("Accounts of the LMS that wait for a decision"))

    def _show_people(self, failing: Sequence[Failing]) -> None:
        empty(self._people)
        number = len(failing)
        self.account_words.setText(
            plural(
                number,
                "{n} learner without exactly one LMS account",
                "{n} learners without exactly one LMS account",
            )
            if number
            else tr("Every learner enrolled here has exactly one LMS account")
        )
        for one in failing[:MOST_LEARNERS]:
            line = text_label(f"{one.ref}   {visible_text(one.name)}", Type.SECONDARY, Role.TEXT2, wrap=True)
            line.setObjectName("gate_learner")
            self._people.addWidget(line)
        if number > MOST_LEARNERS:
            more = tr("and {n} more", n=count(number - MOST_LEARNERS))
            self._people.addWidget(text_label(more, Type.SECONDARY, Role.TEXT3))
