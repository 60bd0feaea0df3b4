"""*Move to Server*, *Move to This Computer*: everything copied to the other place, compared, opened there."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app import database_place, move
from app.access import Permission
from app.config import DatabaseSettings, Settings
from app.context import AppContext
from app.db.moving import Moved
from app.errors import ConflictError
from app.tasks import TaskContext
from ui.dialogs.settings_draft import TypedSecrets
from ui.dialogs.working import WorkingDialog
from ui.look.buttons import enable
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.work_words import told_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 560, 260


class MoveDialog(WorkingDialog):
    """`kept` carries the Settings that name the new place: the window has to be opened anew."""

    kept = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        wanted: DatabaseSettings,
        password: str = "",
        *,
        allowed: Callable[[], None],
        at_rest: Callable[[], str] = str,
    ) -> None:
        """`allowed` raises what keeps the user from changing the settings; `at_rest`: what is at work, in words."""
        super().__init__(parent, runner, context, title=tr("Move"), icon=Icon.DATABASE, name="move")
        self._wanted, self._password, self._allowed, self._others = wanted, password, allowed, at_rest
        self.moved: Moved | None = None
        server = database_place.server_of(wanted)
        heading = tr("Move everything to this computer")
        kept = tr(
            "A database that was left on this computer is kept in the folder backups, as “before-move”, for {days} "
            "days as daily copies are; the first of a month for two years.",
            days=wanted.copies_days,
        )
        if server is not None:
            place, host = visible_text(server.database), visible_text(server.host)
            heading = tr("Move everything to “{name}” on {host}", name=place, host=host)
            kept = ""
        self.say(
            heading,
            tr(
                "Everything is copied there and compared, row by row. What is here stays as it is, and you go on "
                "working with it until you open the new place. Do it when nobody else works: what somebody writes "
                "meanwhile is not in it."
            )
            + (f" {kept}" if kept else ""),
        )
        self.content.addLayout(self.work_line())
        self.content.addStretch(1)
        self.close_button = self.add_button(tr("Close"), name="move_close", clicked=self.reject)
        self.move_button = self.add_button(tr("Move"), kind="primary", name="move_start", clicked=self.start)
        self.open_button = self.add_button(
            tr("Open It Now"), kind="primary", name="move_open", clicked=self.open_there
        )
        self.open_at(_WIDTH, _HEIGHT)
        self.refresh()
        self.close_button.setFocus()

    @Slot()
    def refresh(self) -> None:
        run = self._context
        busy = tr("It is under way.") if self.busy else ""
        why_not = run.rights.why_not(Permission.ADMINISTER) or run.offline or busy or self._others()
        enable(self.move_button, why_not, tr("Copies everything there, and compares it."))
        enable(self.open_button, busy, tr("Learner Manager opens anew, with the new place."))
        self.move_button.setVisible(self.moved is None)
        self.open_button.setVisible(self.moved is not None)
        self.prefer(self.move_button if self.moved is None else self.open_button)

    @property
    def _typed(self) -> TypedSecrets:
        return TypedSecrets(self._context.secrets, {database_place.PASSWORD: self._password})

    @Slot()
    def start(self) -> None:
        """Copy and compare, in a task."""
        self.refresh()
        if self.moved is not None or not self.move_button.isEnabled():
            return
        run, wanted, typed = self._context, self._wanted, self._typed

        def work(task: TaskContext) -> Moved:
            return move.move(task, run.db, run.user, run.folder, wanted, typed)

        self.work(tr("Moving…"), work, self._moved, Lane.BACKUP, told_listed(tr("Move"), _moved_words))

    def _moved(self, moved: Moved) -> None:
        self.moved = moved
        self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
        self.say(
            tr("Moved: {rows}", rows=_moved_words(moved)),
            tr(
                "Open it now, and go on there. If you close this, you go on here, and what you write from now on is "
                "not in the new place; the database here stays in either case."
            ),
        )
        self.refresh()
        self.open_button.setFocus()

    @Slot()
    def _stopped(self) -> None:
        super()._stopped()
        self.tell(
            tr("Stopped. Nothing was changed here."),
            tr("What was copied stays there: Move goes on where it ended."),
            Role.INFO,
            Icon.INFO,
        )

    @Slot()
    def open_there(self) -> None:
        """Write the new place down; then the window opens anew."""
        run, wanted, moved = self._context, self._wanted, self.moved
        password, typed, allowed = self._password, self._typed, self._allowed

        def work(task: TaskContext) -> Settings:
            if moved is not None:
                move.require_unchanged(run.db, run.folder, wanted, typed, moved)
            return database_place.keep(run.folder, wanted, password, run.secrets, allowed)[0]

        self.work(tr("Saving…"), work, self._kept, Lane.CHECK)

    def show_problem(self, error: Exception) -> None:
        if isinstance(error, ConflictError):
            self.moved = None
        super().show_problem(error)
        self.refresh()

    def _kept(self, settings: Settings) -> None:
        self.accept()
        self.kept.emit(settings)


def _moved_words(moved: Moved) -> str:
    return tr("{rows} rows are there, equal to those here.", rows=count(sum(moved.counts.values())))
