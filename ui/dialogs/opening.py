"""*Opening the database…*: shown while a start waits longer than a moment."""

from PySide6.QtCore import Signal, Slot

from ui.grids.form_dialog import FormDialog
from ui.look.dialog import QUESTION_WIDTH
from ui.look.fonts import scaled
from ui.look.icons import Icon
from ui.look.words import tr


class OpeningDialog(FormDialog):
    """`left` when the user does not want to wait: True for *Other Database…*, False for *Cancel*."""

    left = Signal(bool)

    def __init__(self, *, elsewhere: bool) -> None:
        super().__init__(
            None,
            title=tr("Learner Manager"),
            heading=tr("Opening the database…"),
            secondary=tr(
                "The database, or this computer’s password store, has not answered yet. If the system asks for the "
                "password of the store, unlock it there. A server that stays silent is given up after some seconds."
            ),
            icon=Icon.DATABASE,
            name="opening",
        )
        self.other_button = self.add_button(tr("Other Database…"), name="opening_other", clicked=self._other)
        self.other_button.setVisible(elsewhere)
        self.cancel_button = self.add_button(tr("Cancel"), name="opening_cancel", clicked=self.reject)
        self.setFixedWidth(scaled(QUESTION_WIDTH))
        self.cancel_button.setFocus()

    @Slot()
    def _other(self) -> None:
        self.accept()
        self.left.emit(True)

    def reject(self) -> None:
        """Cancel, Esc or the cross."""
        super().reject()
        self.left.emit(False)
