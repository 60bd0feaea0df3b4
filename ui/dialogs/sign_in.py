"""Asks for a password that is neither in the password store nor typed in this sitting."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.context import AppContext
from app.errors import AppError
from app.secrets import LABELS, Kept, StoreState, host_for
from app.tasks import TaskContext
from ui.dialogs.form_field import FormField, StateLine
from ui.dialogs.secret_field import SecretEdit, problem_of, store_sentence
from ui.error_words import error_words
from ui.grids.form_dialog import FormDialog
from ui.look.dialog import QUESTION_WIDTH
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner


class SignInDialog(FormDialog):
    """Accepted once the secret is kept, in the store or for this session. `secret` is its name."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, secret: str) -> None:
        self._label = tr(LABELS[secret])
        self._host = host_for(secret, context.settings)
        super().__init__(
            parent,
            title=tr("Sign In"),
            heading=tr("The {label} is needed.", label=self._label),
            secondary=tr("It belongs to {host}.", host=self._host) if self._host else "",
            icon=Icon.KEY,
            name="sign_in",
        )
        self._runner, self._context, self._secret = runner, context, secret
        self.editor = SecretEdit()
        self.field = FormField(self._label[:1].upper() + self._label[1:], self.editor, name=secret)
        self.editor.changed.connect(self._typed)
        self.content.addWidget(self.field)
        self.note = StateLine(self)
        self.note.setObjectName("sign_in_note")
        self.content.addWidget(self.note)
        self.content.addStretch(1)
        self.add_button(tr("Cancel"), name="sign_in_cancel", clicked=self.reject)
        self.keep_button = self.add_button(tr("Go On"), kind="primary", name="sign_in_go_on", clicked=self.keep)
        self.open_at(QUESTION_WIDTH, 230)
        self.field.lead_here()
        secrets = context.secrets
        runner.run(lambda task: secrets.store_state(), lane=Lane.CHECK, done=self._store_known)

    @Slot(object)
    def _store_known(self, state: StoreState) -> None:
        icon = Icon.LOCK_SIMPLE if state is StoreState.AVAILABLE else Icon.INFO
        self.note.say(icon, store_sentence(state, self._label), Role.TEXT2)
        self.fit()

    @Slot()
    def _typed(self) -> None:
        self.field.show_error("")

    @Slot()
    def keep(self) -> None:
        """Keep what was typed; a locked store may ask its user, so this is a task."""
        value = self.editor.text
        if problem := problem_of(self._secret, value):
            self._show_problem(problem)
            return
        secrets, name, host = self._context.secrets, self._secret, self._host

        def work(context: TaskContext) -> Kept:
            return secrets.set(name, value, host=host)

        self.keep_button.setEnabled(False)
        self._runner.run(work, lane=Lane.CHECK, done=self._kept, failed=self._failed, cancelled=self._cancelled)

    @Slot(object)
    def _kept(self, kept: Kept) -> None:
        self.editor.edit.clear()
        self.accept()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.keep_button.setEnabled(True)
        if isinstance(error, AppError):
            self._show_problem(error_words(error))
        else:
            self._runner.failed.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        self.keep_button.setEnabled(True)

    def _show_problem(self, words: str) -> None:
        self.field.show_error(words)
        self.field.lead_here()
        self.fit()
