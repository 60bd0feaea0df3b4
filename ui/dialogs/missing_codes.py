"""What of a pasted list belongs to nobody here: to read, to copy, and the way to take the list away."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.learners.listed import Found
from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.grids.cell_text import copied
from ui.grids.form_dialog import FormDialog
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import count, plural, tr

_WIDTH, _HEIGHT = 520, 460


class MissingCodesDialog(FormDialog):
    """`removed` when the list is to go."""

    removed = Signal()

    def __init__(self, parent: QWidget | None, found: Found) -> None:
        super().__init__(parent, title=tr("Pasted list"), name="missing_codes")
        self._found = found
        missing = len(found.missing)
        self.show_icon(*((Icon.WARNING, Role.WARN) if missing else (Icon.CHECK_CIRCLE, Role.GOOD)))
        self.say(
            tr("{n} of {all} codes found", n=count(found.found), all=count(found.codes)),
            plural(
                missing,
                "{n} is neither a person code nor a ULN of a learner here. Check it, or load the learner.",
                "{n} are neither a person code nor a ULN of a learner here. Check them, or load the learners.",
            )
            if missing
            else tr("Each of them is a person code or a ULN of a learner here."),
        )
        self.list = SummaryList([ListColumn(tr("Not found"), "code", 1)], "missing_list")
        self.list.setAccessibleName(plural(missing, "{n} code not found", "{n} codes not found"))
        self.list.show_rows(missing, lambda place: (found.missing[place],))
        self._card = in_card(self.list)
        self.content.addWidget(self._card, 1)
        self._card.setVisible(bool(missing))
        self.add_button(
            tr("Remove the List"),
            Icon.X,
            name="missing_remove",
            clicked=self._remove,
            left=True,
            tip=tr("Show all learners that pass the other conditions."),
        )
        self.copy_button = self.add_button(
            plural(missing, "Copy {n} Code", "Copy {n} Codes"),
            Icon.COPY,
            name="missing_copy",
            clicked=self.copy,
            tip=tr("Put the codes that were not found on the clipboard, one on each line."),
        )
        self.copy_button.setVisible(bool(missing))
        self.add_button(tr("Close"), kind="primary", name="missing_close", clicked=self.accept, safe=True)
        if missing:
            QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self, self.copy)
        self.open_at(_WIDTH, _HEIGHT if missing else 0)

    @Slot()
    def copy(self) -> None:
        """All of the list, ready for a column of a spreadsheet; none of it acts as a formula there."""
        QGuiApplication.clipboard().setText("\r\n".join(map(copied, self._found.missing)) + "\r\n")
        said = tr("Copied")
        self.copy_button.setText(said)
        announce(self.copy_button, said)

    @Slot()
    def _remove(self) -> None:
        self.accept()
        self.removed.emit()
