"""What *Save* asks first, where the moves that are staged ask for it: one confirmation, one reason (3.2)."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.lms.extracts import statuses
from app.lms.extracts.save import LONGEST_REASON
from app.lms.extracts.staged import Staged
from app.lms.extracts.statuses import MOVES, Need
from ui.dialogs.form_field import FormField, line
from ui.grids.columns import State
from ui.grids.form_dialog import FormDialog
from ui.look.cards import Card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.tokens import Role
from ui.look.words import count, plural, tr

_WIDTH = 560
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_AGAIN = {
    "processed": ("{n} Processed record will be sent again.", "{n} Processed records will be sent again."),
    "transmitted": (
        "{n} Transmitted record has no answer yet and may be sent twice.",
        "{n} Transmitted records have no answer yet and may be sent twice.",
    ),
}


class SaveStatusesDialog(FormDialog):
    """`decided` carries the reason, "" where none is needed. `states`: how each status is shown."""

    decided = Signal(str)

    def __init__(self, parent: QWidget | None, staged: Staged, states: dict[str, State]) -> None:
        number = plural(staged.changing, "Save {n} staged change?", "Save {n} staged changes?")
        super().__init__(parent, title=tr("Save"), heading=number, icon=Icon.FLOPPY_DISK, name="extract_save")
        self._states = states
        needed = statuses.needs(staged)
        self.content.addWidget(self._moves(staged))
        for old, again in statuses.confirmations(staged).items():
            self._warn(plural(again, *_AGAIN[old]), f"confirm_{old}")
        if needed[Need.OVERRIDE]:
            words = plural(
                needed[Need.OVERRIDE],
                "{n} record skips the usual order. Your authorisation to override is used and noted.",
                "{n} records skip the usual order. Your authorisation to override is used and noted.",
            )
            self._warn(words, "confirm_override")
        self.edit = line(longest=LONGEST_REASON)
        self.field = FormField(
            tr("Reason"),
            self.edit,
            name="extract_reason",
            help=tr("One reason for all of them, kept in the history."),
        )
        self.field.setVisible(bool(needed[Need.REASON]))
        self.edit.textChanged.connect(self._typed)
        self.content.addWidget(self.field)
        self.content.addStretch(1)
        self.add_button(tr("Go Back"), name="extract_save_back", clicked=self.reject)
        again = bool(needed[Need.CONFIRM])
        self.save_button = self.add_button(
            tr("Save and Send Again") if again else tr("Save"),
            Icon.FLOPPY_DISK,
            kind="primary",
            name="extract_save_ok",
            clicked=self.accept,
        )
        self._needs_reason = bool(needed[Need.REASON])
        self.stay_close()
        self.open_at(_WIDTH, 200)
        self.fit()
        if self._needs_reason:
            self.field.lead_here()

    @property
    def reason(self) -> str:
        return self.edit.text()

    def _moves(self, staged: Staged) -> QWidget:
        card = Card(padding=12, line=Role.LINE2)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(4, 1)
        for place, ((old, new), number) in enumerate(staged.moves.items()):
            before, after = self._states[old], self._states[new]
            grid.addWidget(text_label(count(number), Type.KEY, numbers=True, weight=600), place, 0, _RIGHT)
            grid.addWidget(text_label(tr(before.text), Type.BODY, Role.TEXT2), place, 1)
            grid.addWidget(IconLabel(Icon.ARROW_RIGHT, Role.STAGED, 14, meaning=tr("to")), place, 2)
            grid.addWidget(IconLabel(after.icon, after.role, 16), place, 3)
            words = tr(after.text) if Need.OVERRIDE not in MOVES[old, new] else tr("{s}, override", s=tr(after.text))
            grid.addWidget(text_label(words, Type.KEY), place, 4)
        card.column.addLayout(grid)
        return card

    def _warn(self, words: str, name: str) -> None:
        line_of = QGridLayout()
        line_of.setHorizontalSpacing(8)
        line_of.setColumnStretch(1, 1)
        line_of.addWidget(IconLabel(Icon.WARNING, Role.WARN, 16), 0, 0)
        line_of.addWidget(text_label(words, Type.BODY, wrap=True, name=name), 0, 1)
        self.content.addLayout(line_of)

    @Slot()
    def _typed(self) -> None:
        self.field.show_error("")

    @Slot()
    def accept(self) -> None:
        """Close with the answer; not without a reason where one is needed."""
        if self._needs_reason and not self.reason.strip():
            self.field.show_error(tr("These changes need a reason. Say in a few words why."))
            self.field.lead_here()
            self.fit()
            return
        super().accept()
        self.decided.emit(self.reason)
