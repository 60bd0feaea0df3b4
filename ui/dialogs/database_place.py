"""*Database*: on this computer or on a shared server; tried out before it is written down."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from app import database_place
from app.config import DatabaseSettings, Settings
from app.config_rules import options_of
from app.database_place import Found, Server
from app.errors import AppError, InputError
from app.folders import DataFolder
from app.secrets import VARIABLE, Kept, Secrets
from app.tasks import TaskContext
from ui.dialogs.database_fields import DatabaseFields
from ui.dialogs.form_field import FormField, line
from ui.dialogs.settings_draft import TypedSecrets, allowed
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 640, 420
_DAYS = next(one for one in options_of(DatabaseSettings) if one.name == "copies_days")


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a test, and of saving where it was saved."""

    found: Found | None = None
    settings: Settings | None = None
    kept: Kept | None = None


def _anybody() -> None:
    """At the start: whose computer it is."""


class DatabaseDialog(FormDialog):
    """`kept` carries the Settings as they are written down: they count from the next start on. `move_wanted`: closed
    to bring everything to the place that was named (DatabaseSettings, the password that was typed)."""

    kept = Signal(object)
    move_wanted = Signal(object, str)

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        folder: DataFolder,
        held: DatabaseSettings,
        secrets: Secrets,
        *,
        first: bool = False,
        allowed: Callable[[], None] = _anybody,
        why_not: str = "",
    ) -> None:
        super().__init__(parent, title=tr("Database"), icon=Icon.DATABASE, name="database_place")
        self._runner, self._folder, self._held, self._secrets = runner, folder, held, secrets
        self._first, self._allowed, self._why_not = first, allowed, why_not
        self._task: TaskContext | None = None
        self._insists = self._saving = self._leaving = False
        self.say(
            tr("Where shall learners be kept?") if first else tr("Where learners are kept"),
            tr("You can change this later: Administration, Database.")
            if first
            else tr("It counts from the next start on. Nothing is moved, unless you choose Move first."),
        )
        self._build(held, database_place.server_of(held))
        self.open_at(_WIDTH, _HEIGHT)
        self._choose()
        (self.there if self.there.isChecked() else self.here).setFocus()
        self._ask()

    # Building

    def _build(self, held: DatabaseSettings, server: Server | None) -> None:
        self.here = self._way(
            "here",
            tr("On this computer"),
            tr("A file in the data folder. The right choice for one person; nothing else is needed."),
        )
        self.days = FormField(
            tr("Keep daily copies for so many days"),
            line(str(held.copies_days), longest=4),
            name="database_copies_days",
            help=tr(
                "From 1 to 3650. A copy of each day is made beside the file; the first of a month stays two years."
            ),
        )
        self.days.focus.textChanged.connect(self._edited)  # type: ignore[attr-defined]
        if not self._first:
            self.content.addWidget(self.days)
        self.there = self._way(
            "there",
            tr("On a shared server"),
            tr("A PostgreSQL database that several people work with. Your administrator tells you these:"),
        )
        ways = QButtonGroup(self)
        for way in (self.here, self.there):
            ways.addButton(way)
        (self.here if server is None else self.there).setChecked(True)
        self.fields = DatabaseFields(server or Server())
        self.fields.edited.connect(self._edited)
        self.content.addWidget(self.fields)
        self.banner = Banner(Icon.INFO, Role.INFO, "")
        self.banner.setObjectName("database_banner")
        self.banner.hide()
        self.content.addWidget(self.banner)
        self.content.addStretch(1)
        self.move_button = self.add_button("", name="database_move", clicked=self.move_there, left=True)
        self.test_button = self.add_button(tr("Test Connection"), name="database_test", clicked=self.test)
        words = tr("Close") if self._first else tr("Cancel")
        self.cancel_button = self.add_button(words, name="database_cancel", clicked=self.reject)
        self.save_button = self.add_button("", kind="primary", name="database_save", clicked=self.save)
        ways.buttonToggled.connect(self._choose)
        if self._why_not:
            for field in (*self.fields.fields.values(), self.days):
                field.lock(self._why_not)
            for way in (self.here, self.there):
                way.setEnabled(False)
            self._tell(tr("This can only be read."), self._why_not, Role.INFO, Icon.LOCK_SIMPLE)

    def _way(self, name: str, title: str, words: str) -> QRadioButton:
        made = QRadioButton(title)
        made.setObjectName(f"database_{name}")
        made.setAccessibleDescription(words)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(made)
        told = text_label(words, Type.SECONDARY, Role.TEXT2, wrap=True)
        told.setContentsMargins(24, 0, 0, 0)
        column.addWidget(told)
        self.content.addLayout(column)
        return made

    @Slot()
    def _choose(self, *_: object) -> None:
        self.fields.setVisible(self.there.isChecked())
        self.days.setVisible(self.here.isChecked() and not self._first)
        self._edited()
        self.fit()

    @Slot()
    def _edited(self) -> None:
        """What was found is that of something else."""
        self._insists = False
        self.days.show_error("")
        if not self._why_not:
            self.banner.hide()
        self.refresh()

    def refresh(self) -> None:
        """Which buttons can be pressed, and what they would do."""
        on_server = self.there.isChecked()
        self.test_button.setVisible(on_server)
        enable(self.test_button, "", tr("Signs in and looks what is there. Nothing is written."))
        elsewhere = on_server != (database_place.server_of(self._held) is not None)
        self.move_button.setVisible(elsewhere and not self._first)
        self.move_button.setText(tr("Move to Server…") if on_server else tr("Move to This Computer…"))
        enable(self.move_button, self._why_not, tr("Copies everything there, compares it, and opens it."))
        plain = tr("Start") if self._first else tr("Save")
        self.save_button.setText(tr("Save Anyway") if self._insists else plain)
        enable(self.save_button, self._why_not)  # while it asks, too: the keyboard would go elsewhere
        self.save_button.setDefault(True)

    # What the password store knows

    def _ask(self) -> None:
        held, secrets = self._held, self._secrets

        def look(context: TaskContext) -> bool:
            return database_place.password_is_kept(held, secrets)

        if held.url:
            self._runner.run(look, lane=Lane.CHECK, done=self._password_known)

    @Slot(object)
    def _password_known(self, kept: bool) -> None:
        self.fields.secret.show_stored(kept)

    # Testing and saving

    def _wanted(self) -> DatabaseSettings | None:
        """What the dialog says; None where that cannot be, which then stands beside its field."""
        try:
            if self.here.isChecked():
                url = self._held.url if database_place.server_of(self._held) is None else ""
                return replace(self._held, url=url, copies_days=self._days())
            return self.fields.server().settings(self._held)
        except InputError as error:
            if not self.fields.show_problem(error):
                self.days.show_error(tr(error.message))
                self.days.lead_here()
            return None

    def _days(self) -> int:
        """Raises InputError."""
        typed = self.days.focus.text().strip()  # type: ignore[attr-defined]
        days = int(typed) if typed.isascii() and typed.isdecimal() else 0
        if not _DAYS.accepts(days):
            raise InputError(allowed(_DAYS), field="copies_days")
        return days

    @Slot()
    def test(self) -> None:
        """*Test Connection*."""
        self._begin(saving=False)

    @Slot()
    def save(self) -> None:
        """*Save*, or *Start*: a server is tried out first, and must work unless the user insists."""
        self._begin(saving=True)

    @Slot()
    def move_there(self) -> None:
        """*Move to Server…*, *Move to This Computer…*: asked and done in a dialog of its own."""
        if self._task is None and not self._why_not and (wanted := self._wanted()) is not None:
            super().reject()
            self.move_wanted.emit(wanted, self.fields.password)

    def _begin(self, *, saving: bool) -> None:
        if self._task is not None or (saving and self._why_not) or (wanted := self._wanted()) is None:
            return
        password, insists, secrets = self.fields.password, self._insists, self._secrets
        typed = TypedSecrets(secrets, {database_place.PASSWORD: password})
        folder, allowed = self._folder, self._allowed

        def work(context: TaskContext) -> _Done:
            found = database_place.try_out(context, wanted, typed) if wanted.url and not insists else None
            if not saving or (found is not None and not found.works):
                return _Done(found)
            context.raise_if_cancelled()  # from here on it is written down, password and all
            return _Done(found, *database_place.keep(folder, wanted, password, secrets, allowed))

        if wanted.url:
            self._tell(tr("Asking the server…"), "", Role.INFO, Icon.DATABASE)
        self._saving = saving
        self._task = self._runner.run(
            work, lane=Lane.CHECK, done=self._done, failed=self._failed, cancelled=self._stopped
        )
        self.refresh()

    @Slot(object)
    def _done(self, done: _Done) -> None:
        self._task = None
        self.banner.hide()
        if done.settings is not None:
            self._show_kept(done.kept)
            self.kept.emit(done.settings)
            self.accept()
            return
        assert done.found is not None
        found = done.found
        if self._left():
            return
        self._insists = self._saving and not found.works
        hint = tr(found.hint) if found.hint else ""
        if self._insists:
            hint = f"{hint} {tr('It was not saved. Save it anyway if you know that it will work.')}".strip()
        role, icon = (Role.GOOD, Icon.CHECK_CIRCLE) if found.works else (Role.BAD, Icon.WARNING_CIRCLE)
        self._tell(tr(found.message), hint, role, icon)
        self.refresh()

    def _show_kept(self, kept: Kept | None) -> None:
        if kept is Kept.SESSION:
            error = AppError(
                tr("This computer keeps no passwords, so the password will be asked for again."),
                hint=tr("Give it as {name} in the environment.", name=f"{VARIABLE}{database_place.PASSWORD.upper()}"),
            )
            self._runner.failed.emit(error)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._task = None
        self.banner.hide()
        if self._left() and isinstance(error, AppError):
            return
        if isinstance(error, InputError) and self.fields.show_problem(error):
            pass
        elif isinstance(error, AppError):
            self._tell(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
        else:
            self._runner.failed.emit(error)
        self.refresh()

    @Slot()
    def _stopped(self) -> None:
        self._task = None
        self.banner.hide()
        if not self._left():
            self.refresh()

    def _left(self) -> bool:
        """Close if that was wished while something was being saved, and nothing was."""
        if self._leaving:
            super().reject()
        return self._leaving

    def _tell(self, title: str, text: str, role: Role, icon: Icon) -> None:
        self.banner.say(title, text, role, icon)
        self.banner.show()
        announce(self.banner, f"{title} {text}")
        self.fit()

    def reject(self) -> None:
        """Esc, Cancel or the cross; a test under way is given up. What is being written down is known only when that
        has ended: then it is saved, or not, and the dialog says the same."""
        if self._task is not None:
            self._task.cancel()
            if self._saving:
                self._leaving = True
                self._tell(tr("Stopping…"), "", Role.INFO, Icon.DATABASE)
                enable(self.cancel_button, tr("It is being stopped."))
                return
        super().reject()
