"""The pane beside a checked file: the outcome of all rows, then what the chosen line would change or the chosen row
says, and below it what can be done with the file."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.imports.columns import Column
from app.imports.job_rows import JobLine
from app.imports.rules import Finding, Outcome
from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.import_lines import Line, Shown, lms_words, open_words, to_apply, why_not_apply
from ui.import_words import OUTCOMES, example_words, outcome_of, repair_verb
from ui.look.buttons import button, enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import seen_blanks, tip_text, visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.details_pane import PADDING, DetailsPane, rule
from ui.pages.import_outcome_line import OutcomeLine
from ui.pages.import_row_part import RowPart
from ui.pages.note_line import NoteLine

_MOST = 8
"""Rows in the table of old and new."""


class ImportSide(DetailsPane):
    """`outcome_wanted` carries an Outcome, or None for all rows; the others what is to be done with the file."""

    outcome_wanted = Signal(object)
    apply_wanted = Signal()
    refused_wanted = Signal()
    again_wanted = Signal()
    offer_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("import_side", parent)
        self.setAccessibleName(tr("Predicted outcome"))
        self._outcomes = {outcome: OutcomeLine(outcome) for outcome in OUTCOMES}
        self._number = text_label("", Type.BODY, Role.TEXT2, numbers=True, name="import_row_count")
        self.column.addWidget(self._number)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        for one in self._outcomes.values():
            one.clicked.connect(self._outcome_clicked)
            lines.addWidget(one)
        self.column.addLayout(lines)
        self.lms = NoteLine(Icon.CLOUD_ARROW_UP, Role.INFO, "import_lms")
        self.column.addWidget(self.lms)
        self.column.addWidget(rule())
        self.row = RowPart()
        self.column.addWidget(self.row)
        self._build_examples()
        self.offer = QCheckBox(tr("Offer these repairs next time"))
        self.offer.setObjectName("import_offer_again")
        self.offer.toggled.connect(self.offer_chosen)
        self.column.addWidget(self.offer)
        self.column.addStretch(1)
        self.set_foot(self._foot())

    def _build_examples(self) -> None:
        self._about = QWidget()
        column = QVBoxLayout(self._about)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._about_title = text_label("", Type.HEADER, wrap=True, name="import_about")
        self._about_text = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, selectable=True)
        column.addWidget(self._about_title)
        column.addWidget(self._about_text)
        column.addWidget(self.why_link)
        self._changes = _table(
            (
                ListColumn(tr("Row"), "number", 18),
                ListColumn(tr("Value"), "code", 41),
                ListColumn(tr("Repaired"), "code", 41),
            ),
            "import_old_and_new",
            tr("Old and new"),
        )
        self._examples = _table(
            (
                ListColumn(tr("Row"), "number", 18),
                ListColumn(tr("Column"), "code", 41),
                ListColumn(tr("Value"), "code", 41),
            ),
            "import_examples",
            tr("The first rows"),
        )
        self._cards = []
        for one in (self._changes, self._examples):
            card = in_card(one)
            self._cards.append(card)
            column.addWidget(card)
        self.column.addWidget(self._about)

    def _foot(self) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(PADDING, 8, PADDING, PADDING)
        column.setSpacing(8)
        column.addWidget(rule())
        self.remark = NoteLine(Icon.WARNING, Role.WARN, "import_remark")
        column.addWidget(self.remark)
        self.apply_button = button("", Icon.CHECK, "primary", "import_apply", clicked=self.apply_wanted)
        self.refused_button = button(
            tr("Export Refused Rows"), Icon.FILE_X, name="import_refused", clicked=self.refused_wanted
        )
        self.again_button = button(
            tr("Check Again"), Icon.ARROWS_CLOCKWISE, name="import_again", clicked=self.again_wanted
        )
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.refused_button)
        row.addStretch(1)
        row.addWidget(self.again_button)
        buttons.addWidget(self.apply_button)
        buttons.addLayout(row)
        for one in (self.apply_button,):
            policy = one.sizePolicy()
            policy.setHorizontalPolicy(policy.Policy.Expanding)
            one.setSizePolicy(policy)
        column.addLayout(buttons)
        return foot

    # What is shown

    def show_file(self, shown: Shown | None, acknowledged: Collection[str], why_not: str) -> None:
        """`why_not`: why nothing can be done now, whatever the file is like."""
        for one in (self.apply_button, self.refused_button, self.again_button):
            one.setVisible(shown is not None)
        if shown is None:
            self.title.setText(tr("No file"))
            self.remark.say("")
            self.lms.say("")
            return
        outcomes = shown.outcomes(acknowledged)
        whole = sum(outcomes.values())
        self.title.setText(tr("Outcome") if shown.done else tr("Predicted outcome"))
        self.setAccessibleName(self.title.text())
        self._number.setText(plural(whole, "{n} row", "{n} rows"))
        for outcome, line in self._outcomes.items():
            line.show_count(outcome_of(outcome, done=shown.done), outcomes.get(outcome, 0), whole)
        self.remark.say(open_words(shown, acknowledged) if shown.open else "")
        self.lms.say(lms_words(shown))
        self._show_buttons(shown, acknowledged, why_not)

    def _show_buttons(self, shown: Shown, acknowledged: Collection[str], why_not: str) -> None:
        number = to_apply(shown, acknowledged)
        self.apply_button.setText(plural(number, "Apply {n} Row", "Apply {n} Rows"))
        self.apply_button.setVisible(shown.open)
        enable(
            self.apply_button,
            why_not or why_not_apply(shown, acknowledged),
            tr("Writes these rows. The others are listed and stay out."),
        )
        outcomes = shown.outcomes(acknowledged)
        refused = sum(outcomes.get(one, 0) for one in (Outcome.ERROR, Outcome.REFUSED, Outcome.NOT_REACHED))
        enable(
            self.refused_button,
            "" if refused else tr("No row is refused."),
            tr("The rows that are not applied, with what is wrong, to be corrected and imported again."),
        )
        self.again_button.setVisible(not shown.done)
        enable(self.again_button, why_not, tr("Reads the file once more, from where it was."))

    def show_sender(self, sender: str, *, on: bool, some: bool) -> None:
        """Whether the repairs are offered for the next file of the same sender."""
        self.offer.setVisible(bool(sender) and some)
        self.offer.blockSignals(True)
        self.offer.setChecked(on)
        self.offer.blockSignals(False)
        told = tr("For the next file of {sender}; they are shown before they are made.", sender=visible_text(sender))
        self.offer.setToolTip(tip_text(told))

    def show_line(self, line: Line | None, rows: Sequence[JobLine]) -> None:
        """What a rule is about: old and new of its repair, else the first rows that break it."""
        self.row.hide()
        self.show_rule(line.rule if line is not None else "")
        self._about.setVisible(line is not None)
        if line is None:
            return
        changes = _changes(line, rows)
        several = len([one for one in line.offers if not one.why_not]) > 1
        title = tr("{rule}, old and new", rule=line.rule) if changes else f"{line.rule}: {line.title}"
        self._about_title.setText(title)
        why = [one.why_not for one in line.offers if one.why_not]
        how = [f"{repair_verb(one.repair)}: {example_words(one)}" for one in line.offers if several]
        self._about_text.setText("\n".join([*([line.text] if not changes or not how else how), *why]))
        self._about_text.setVisible(bool(self._about_text.text()))
        self._show_tables(changes, line, rows)

    def _show_tables(self, changes: Sequence[tuple[str, str, str]], line: Line, rows: Sequence[JobLine]) -> None:
        found = [
            (count(row.number), *_said_by(row, one)) for row in rows for one in row.findings if one.rule == line.rule
        ][:_MOST]
        for card, table, texts in (
            (self._cards[0], self._changes, changes[:_MOST]),
            (self._cards[1], self._examples, [] if changes else found),
        ):
            table.show_rows(len(texts), [tuple(map(seen_blanks, one)) for one in texts].__getitem__)
            card.setVisible(bool(texts))
            # As high as its rows: what scrolls is the pane.
            high = table.horizontalHeader().height() + len(texts) * table.verticalHeader().defaultSectionSize()
            card.setFixedHeight(high + 1)  # the line below the last row is that of the card

    def show_row(self, found: JobLine | None, outcome: Outcome | None, *, done: bool) -> None:
        """The row of the grid that is looked at, and how it ends."""
        self._about.hide()
        self.show_rule(found.findings[0].rule if found is not None and found.findings else "")
        self.row.show_row(found, outcome, done=done)

    def choose_outcome(self, outcome: Outcome | None) -> None:
        """Show which rows the grid is narrowed to."""
        for its, one in self._outcomes.items():
            one.setChecked(its is outcome)

    @Slot()
    def _outcome_clicked(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, OutcomeLine):
            self.outcome_wanted.emit(pressed.outcome if pressed.isChecked() else None)


def _said_by(row: JobLine, one: Finding) -> tuple[str, str]:
    """The column and value that a finding is about; of one about the whole row whom the row means."""
    if one.column:
        return str(one.column), one.value
    return str(Column.USER if row.said.get(Column.USER) else Column.EMAIL), row.who


def _changes(line: Line, rows: Sequence[JobLine]) -> list[tuple[str, str, str]]:
    """Row, old and new of what the repair would change: row by row where there is one way to do it."""
    possible = [one for one in line.offers if not one.why_not]
    examples = [(one.number, one.old, one.new) for offer in possible for one in offer.examples]
    known = {old: new for _, old, new in examples}
    found = [
        (row.number, one.value, one.repaired or known.get(one.value, ""))
        for row in rows
        for one in row.findings
        if one.rule == line.rule
    ]
    if len(possible) == 1 and len(found) > len(examples) and all(new for *_, new in found):
        examples = found
    return [(count(number), old, new or tr("nothing")) for number, old, new in examples]


def _table(columns: Sequence[ListColumn], name: str, title: str) -> SummaryList:
    made = SummaryList(columns, name)
    made.setAccessibleName(title)
    made.setMinimumHeight(0)
    made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made
