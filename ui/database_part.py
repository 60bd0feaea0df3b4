"""The database in the window: where it is, copies of it, and whether it is whole. The daily copy is made here."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app import copies
from app.access import Permission
from app.config import DatabaseSettings, Settings
from app.context import AppContext
from app.errors import OfflineError
from app.tasks import TaskContext
from ui.action_reasons import at_rest
from ui.look.dialog import ask
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.messages import Messages
from ui.work_words import copy_listed
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from ui.main_window import MainWindow

FIRST_COPY_MS = 180_000
"""After the start, when the window has long been at rest."""
NEXT_LOOK_MS = 3_600_000
_NAMED = (
    "This run was started with --database, which goes before what is set here. Start Learner Manager without it to "
    "change this."
)


class DatabasePart(QObject):
    """`leave_wanted` when the window shall close; it opens again if `restart_wanted`."""

    leave_wanted = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, messages: Messages, window: "MainWindow") -> None:
        super().__init__(window)
        self._context, self._runner, self._messages = context, runner, messages
        self._window = window
        self.restart_wanted = False
        self._told: date | None = None
        self._copying = False
        self._daily = QTimer(self, singleShot=True, interval=FIRST_COPY_MS)
        self._daily.timeout.connect(self.copy_of_the_day)
        if not context.demo:
            self._daily.start()

    # Where it is

    def choose_place(self) -> None:
        """*Database*: on this computer, or on a shared server."""
        from ui.dialogs.database_place import DatabaseDialog

        run = self._context
        dialog = DatabaseDialog(
            self._window,
            self._runner,
            run.folder,
            run.settings.database,
            run.secrets,
            allowed=self._require,
            why_not=run.rights.why_not(Permission.ADMINISTER) or (tr(_NAMED) if run.named else ""),
        )
        dialog.kept.connect(self._kept)
        dialog.move_wanted.connect(self.move_to)
        dialog.open()

    @Slot(object, str)
    def move_to(self, wanted: DatabaseSettings, password: str) -> None:
        """*Move to Server…*, *Move to This Computer…*; what is not saved here is asked about first."""
        from ui.dialogs.move import MoveDialog

        window = self._window
        if not window.leaving.settled():
            return
        window.lms.hold(held=True)
        dialog = MoveDialog(
            window,
            self._runner,
            self._context,
            wanted,
            password,
            allowed=self._require,
            at_rest=lambda: at_rest(window.state()),
        )
        dialog.kept.connect(self._moved)
        dialog.finished.connect(self._go_on)
        dialog.open()

    @Slot(object)
    def _moved(self, settings: Settings) -> None:
        self._context.settings = settings
        self.restart_wanted = True
        self._window.leaving.unasked()

    def _require(self) -> None:
        """Looked up in the database; one that does not answer must not keep anybody from naming another."""
        try:
            self._context.require(Permission.ADMINISTER)
        except OfflineError:
            return

    @Slot(object)
    def _kept(self, settings: Settings) -> None:
        moved = settings.database.url != self._context.settings.database.url
        self._context.settings = settings
        if moved:
            QTimer.singleShot(0, self, self._offer_restart)

    @Slot()
    def _offer_restart(self) -> None:
        answer = ask(
            self._window,
            tr("Database"),
            tr("Saved. It counts from the next start on."),
            tr("Until then you go on working with the database that is open."),
            [("restart", tr("Restart Now")), ("later", tr("Later"))],
            safe="later",
            icon=Icon.DATABASE,
            role=Role.ACCENT_TEXT,
            name="database_restart",
        )
        if answer == "restart":
            self.restart()

    @Slot()
    def restart(self) -> None:
        """Close the window, asking what closing asks, and open it anew."""
        self.restart_wanted = True
        self.leave_wanted.emit()
        self.restart_wanted = not self._window.isVisible()

    # Copies

    def back_up(self) -> None:
        """*Back Up*."""
        from ui.dialogs.back_up import BackUpDialog
        from ui.exporting import COPY, ask_for_file

        start = f"Learner Manager {datetime.now():%Y-%m-%d %H%M%S}.db"
        if (target := ask_for_file(self._window, COPY, "Back Up", start)) is not None:
            BackUpDialog(self._window, self._runner, self._context, target).open()

    def restore(self) -> None:
        """*Restore*: a file, what differs, then the question."""
        from ui.exporting import ask_to_open, documents

        kept = self._context.folder.path / "backups"
        filters = ("Copies of a database (*.db *.sqlite)", "All files (*)")
        file = ask_to_open(self._window, tr("Restore"), filters, kept if kept.is_dir() else documents())
        if file is not None:
            self.restore_from(file)

    def restore_from(self, file: Path) -> None:
        """Compare with that copy, and ask; what is not saved here is asked about first."""
        from ui.dialogs.restore import RestoreDialog

        window = self._window
        if not window.leaving.settled():
            return
        window.lms.hold(held=True)
        dialog = RestoreDialog(window, self._runner, self._context, file, lambda: at_rest(window.state()))
        dialog.restored.connect(self._restored)
        dialog.finished.connect(self._go_on)
        dialog.open()

    @Slot()
    def _restored(self) -> None:
        """Users and ids are those of the copy from now on: the window opens anew, whatever is open in it."""
        self.restart_wanted = True
        self._window.leaving.unasked()

    @Slot()
    def _go_on(self) -> None:
        self._window.lms.hold(held=False)

    def check(self) -> None:
        """*Check Database*."""
        from ui.dialogs.database_check import DatabaseCheckDialog

        DatabaseCheckDialog(self._window, self._runner, self._context).open()

    @Slot()
    def copy_of_the_day(self) -> None:
        """The copy of the day if there is none yet; asked again every hour, for a window may stay open for weeks. Of
        a server none is made, but copies that are here from before are kept no longer than elsewhere."""
        self._daily.start(NEXT_LOOK_MS)
        if self._copying or self._context.offline:
            return
        db, days = self._context.db, self._context.settings.database.copies_days
        here = self._context.folder.path / "backups"

        def work(context: TaskContext) -> Path | None:
            if db.embedded:
                return copies.daily(context, db, date.today(), days)
            copies.forget_old(here, date.today(), days)
            return None

        self._copying = True
        self._runner.run(
            work,
            lane=Lane.BACKUP,
            done=self._copied,
            failed=self._not_copied,
            cancelled=self._not_now,
            listed=copy_listed(tr("Copy of the day")),
        )

    @Slot(object)
    def _copied(self, file: Path | None) -> None:
        self._copying = False

    @Slot()
    def _not_now(self) -> None:
        self._copying = False

    @Slot(object)
    def _not_copied(self, error: Exception) -> None:
        """Told once a day."""
        self._copying = False
        if self._told != date.today() and not isinstance(error, OfflineError):
            self._told = date.today()
            self._messages.show(error)
