"""The name of a saved search or layout: asked for when one is saved, renamed or shared."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from app.errors import AppError
from app.saved import LONGEST_NAME, Saved
from app.tasks import TaskContext
from ui.dialogs.form_field import FormField, line
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.saved_words import SavedWords
from ui.error_words import error_words
from ui.grids.form_dialog import FormDialog
from ui.look.dialog import ask
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

Submit = Callable[[TaskContext, str, bool, Saved | None], object]
"""Saves under a name, shared or not, over another of that name where there is one; runs in a task."""


class NameDialog(FormDialog):
    """`taken` gives what of mine has a name already: it is overwritten only when asked for."""

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        heading: str,
        submit: Submit,
        taken: Callable[[str], Saved | None],
        words: SavedWords,
        *,
        sentence: str = "",
        name: str = "",
        shared: bool = False,
    ) -> None:
        super().__init__(parent, title=heading, heading=heading, icon=Icon.BOOKMARK_SIMPLE, name="saved_search")
        self._runner, self._submit, self._taken, self._words = runner, submit, taken, words
        self._saving: TaskContext | None = None
        if sentence:
            self.content.addWidget(
                text_label(sentence, Type.SECONDARY, Role.TEXT2, wrap=True, name="search_sentence")
            )
        self.edit = line(name, longest=LONGEST_NAME)
        self.field = FormField(tr("Name"), self.edit, name="search_name")
        self.content.addWidget(self.field)
        self.shared = QCheckBox(tr("Show it to everybody who uses this database"))
        self.shared.setObjectName("search_shared")
        self.shared.setChecked(shared)
        self.shared.setVisible(words.shares)
        self.content.addWidget(self.shared)
        self.content.addStretch(1)
        self.add_button(tr("Cancel"), name="search_cancel", clicked=self.reject)
        self.save_button = self.add_button(tr("Save"), kind="primary", name="search_save", clicked=self.accept)
        self._opened_with = (self.edit.text(), shared)
        self.edit.textChanged.connect(self._edited)
        self.open_at(460, 240 if words.shares else 200)
        self.fit()
        self.field.lead_here()

    @Slot()
    def _edited(self) -> None:
        self.field.show_error("")

    @Slot()
    def accept(self) -> None:
        """Save; the window closes when that is done."""
        if self._saving is not None:
            return
        name, shared = self.edit.text(), self.shared.isChecked()
        over = self._taken(name)
        if over is not None and not self._may_overwrite(over):
            return
        submit = self._submit
        self._hold(True)
        self._saving = self._runner.run(
            lambda context: submit(context, name, shared, over),
            lane=Lane.WRITE,
            done=self._saved,
            failed=self._failed,
            cancelled=self._stopped,
        )
        self.waits(self._runner, self._saving)

    def _hold(self, still: bool) -> None:
        for part in (self.shared, self.field):
            self.hold_still(part, still)
        self.save_button.setEnabled(not still)

    def _may_overwrite(self, over: Saved) -> bool:
        answer = ask(
            self,
            self._words.title,
            tr(self._words.taken, name=visible_text(over.name)),
            tr("Overwrite it, or go back and type another name."),
            [("overwrite", tr("Overwrite")), ("back", tr("Go Back"))],
            safe="back",
            name="overwriting",
        )
        return answer == "overwrite"

    @Slot(object)
    def _saved(self, result: object) -> None:
        self._stopped()
        super().accept()

    @Slot()
    def _stopped(self) -> None:
        self._saving = None
        self._hold(False)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._stopped()
        if isinstance(error, AppError):
            self.field.show_error(error_words(error))
            self.field.lead_here()
            self.fit()
        else:
            self._runner.failed.emit(error)

    def reject(self) -> None:
        """Esc and Cancel: take back a save that waits; not while it is made, and asking first where something was
        typed."""
        if self._saving is not None:
            self.withdraw()
            return
        changed = (self.edit.text(), self.shared.isChecked()) != self._opened_with
        if not changed or confirm_discarding(self, self._words.unsaved):
            super().reject()
