"""Starting the window: folders, logs, database, sign-in, then everything that is built on them."""

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMessageLogContext, QSocketNotifier, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from app import __version__, crash_notes, logs
from app.context import AppContext, lms_client
from app.db.database import Database
from app.errors import AppError
from app.folders import VARIABLE, DataFolder
from app.secrets import Secrets
from app.start import Begun, embedded_file, is_first, open_folder, sign_in
from ui import commands, opening
from ui.collector import Collector
from ui.exit_status import DONE, NOT_STARTED
from ui.hang_watch import HangWatch
from ui.look.tokens import apply
from ui.main_window import MainWindow
from ui.memory import keep_little
from ui.single_instance import SingleInstance, take_turn
from ui.warm import Warm

if TYPE_CHECKING:
    from app import demo

logger = logging.getLogger(__name__)

# Workers hand the interpreter over every millisecond: the window's thread is late by 7 to 13 ms instead of 30.
SWITCH_INTERVAL = 0.001
_MOVING = ("--move-every", "20")
"""In the demo something happens in the LMS every so many seconds."""


def run(options: argparse.Namespace) -> int:
    """Open the window (`--demo`: on invented people) and stay until it is closed; returns the exit status.

    A window that is there on the same embedded database is brought to the front instead. Where somebody looks, the
    very first start asks where learners are kept, and one that does not go asks what to do.
    """
    app = application()
    asks = not options.demo and options.smoke is None and QApplication.platformName() != "offscreen"
    # One for the whole run: without a password store it is all that knows what was typed.
    secrets = Secrets()
    if asks and not _place_is_known(options, secrets):
        return DONE
    try:
        while True:
            end = _session(app, options, secrets, asks=asks)
            if end.error is not None and asks:
                if _ask_again(options, end, secrets):
                    continue
            elif end.restart:
                continue
            return end.status
    finally:
        opening.wait_for_left()


@dataclass(frozen=True, slots=True)
class _End:
    """How a run ended: with this status, by this error, or to begin anew. `elsewhere`: before it began, for somebody
    who wanted to choose another database."""

    status: int
    error: AppError | None = None
    restart: bool = False
    elsewhere: bool = False


def _session(app: QApplication, options: argparse.Namespace, secrets: Secrets, *, asks: bool) -> _End:
    """From opening the database to closing it."""
    with ExitStack() as stack:
        first: SingleInstance | None = None
        try:
            if options.demo:
                from app import demo

                context = stack.enter_context(demo_context(demo.DEMO_LEARNERS))
            else:
                file = embedded_file(commands.folder_of(options), options.database)
                if file is not None and options.smoke is None:
                    first = take_turn(file)
                    if first is None:
                        return _End(DONE)
                    stack.callback(first.close)
                context = stack.enter_context(real_context(options, secrets, partial(opening.begin, asks=asks)))
        except opening.Stopped as stopped:
            return _End(DONE, stopped.error, elsewhere=True) if stopped.elsewhere else _End(DONE)
        except AppError as error:
            commands.complain(str(error))
            return _End(NOT_STARTED, error)
        except Exception as error:
            # The end of the program's own try to begin: told in a window, for nobody reads what a trace would say.
            if options.demo:
                raise
            return _End(NOT_STARTED, _unforeseen(options, error))
        window = stack.enter_context(opened(context))
        stack.callback(window.deleteLater)
        if options.smoke is not None:
            return _End(_smoke(app, window, options.smoke))
        if first is not None:
            first.window = window
        if notes := crash_notes.take(context.folder.logs):
            window.messages.tell_of_last_time(notes)
        window.setting_up.offer()
        return _End(int(app.exec()), restart=window.database.restart_wanted)


def _unforeseen(options: argparse.Namespace, error: Exception) -> AppError:
    """A bug of the start, in the log and in words."""
    from ui import starting

    folder = commands.folder_of(options)
    with contextlib.suppress(AppError):  # what keeps a log from being written is said by the next try
        logs.start(folder.logs)
        logger.error("Not started", exc_info=error)
    logs.stop()
    told = starting.unforeseen(folder)
    commands.complain(str(told))
    return told


def _place_is_known(options: argparse.Namespace, secrets: Secrets) -> bool:
    """Whether it is known where learners are kept; else it is asked, and False is a question without an answer."""
    if options.data is not None or os.environ.get(VARIABLE):
        return True
    folder = commands.folder_of(options)
    try:
        if not is_first(folder, options.database):
            return True
        from ui import starting

        return starting.ask_place(folder, secrets)
    except AppError:
        return True  # the start itself says it, with what can be done


def _ask_again(options: argparse.Namespace, end: _End, secrets: Secrets) -> bool:
    from ui import starting

    assert end.error is not None
    return starting.ask_again(
        commands.folder_of(options), options.database, end.error, secrets, elsewhere=end.elsewhere
    )


def application() -> QApplication:
    """The application object, dressed; made once."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
        app.setApplicationName("Learner Manager")
        app.setApplicationVersion(__version__)
        app.setDesktopFileName("learner-manager")
        apply(app)
        sys.setswitchinterval(SWITCH_INTERVAL)
        keep_little()
    return app


@contextmanager
def real_context(
    options: argparse.Namespace, secrets: Secrets | None = None, begin: opening.Begin = opening.begin_here
) -> Iterator[AppContext]:
    """The objects of a run on the user's own data folder; `begin` opens the database."""
    folder, secrets = commands.folder_of(options), secrets or Secrets()
    folder.make()
    logs.start(folder.logs)  # before the database: a start that fails leaves a trace
    try:
        begun = _begun(begin, folder, options.database, secrets)
        context = AppContext(
            folder, begun.settings, secrets, begun.db, begun.user, begun.rights, named=bool(options.database)
        )
        with closing(begun.db), _failure_logged():
            yield context
    finally:
        logs.stop()


@contextmanager
def _failure_logged() -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception("The run ended by a failure")
        raise


def _begun(begin: opening.Begin, folder: DataFolder, database_url: str, secrets: Secrets) -> Begun:
    """What `begin` opens; that it does not go stands in the log, and a bug is left to whoever catches it."""
    try:
        return begin(folder, database_url, secrets)
    except AppError as error:
        logger.info("Not started: %s", type(error).__name__)
        raise


@contextmanager
def demo_context(
    learners: int, *, latency_ms: int = 120, parallel: int = 4, orders: "demo.Orders | None" = None, server: str = ""
) -> Iterator[AppContext]:
    """The objects of a run on invented people: a fresh folder and the sandboxes in processes of their own; `orders`
    go to the LMS. `server`: the address of an empty PostgreSQL database, by its owner, who fills it; the run is an
    officer's."""
    from app import demo, demo_imports, demo_lms, demo_server

    if server:
        demo_server.require_empty(server)

    with (
        TemporaryDirectory(prefix="learner-manager-demo-", ignore_cleanup_errors=True) as place,
        ExitStack() as stack,
    ):
        folder = DataFolder(Path(place) / "data")
        _, db = open_folder(folder, server)
        stack.callback(db.close)
        options = ("--latency-ms", str(latency_ms), "--people", str(max(learners, 100)))
        info = stack.enter_context(demo.sandbox_process("lrs", Path(place), *options))
        moving = ("--latency-ms", str(latency_ms // 4), *_MOVING, "--intake", str(learners))
        moodle = stack.enter_context(demo.sandbox_process("moodle", Path(place), *moving, orders=orders))
        settings = demo_lms.settings_with(demo.settings_for(info, parallel=parallel), moodle)
        people = demo.prepare(folder.path, db, settings, learners)
        logs.start(folder.logs)
        stack.callback(logs.stop)
        user, rights = sign_in(db)
        secrets = Secrets()
        host = settings.lrs.host
        secrets.set_for_session("lrs_password", info["password"], host=host)
        secrets.set_for_session("lrs_certificate_password", info["certificate_password"], host=host)
        secrets.set_for_session("lms_token", moodle["token"], host=settings.lms.host)
        demo_lms.prepare(db, user, lms_client(settings, secrets), people)
        demo_imports.prepare(db, user)
        if server:
            db = Database(stack.enter_context(demo_server.officer(db, user)))
            stack.callback(db.close)
            user, rights = sign_in(db)
        yield AppContext(folder, settings, secrets, db, user, rights, demo=True)


@contextmanager
def opened(context: AppContext) -> Iterator[MainWindow]:
    """The window shown and wired to signals and failures; its tasks are ended when the block is left."""
    window = MainWindow(context)
    with _failures_shown(window), _ended_by_signals(window), _ended_with_the_session(window):
        window.show()
        collector = Collector(window)
        collector.set_aside()
        Warm(window, window.runner, collector)
        watch = HangWatch(window)
        try:
            yield window
        finally:
            watch.stop()
            window.end_tasks()
            window.close_for_good()
            forget_clipboard()
            collector.stop()


def forget_clipboard() -> None:
    """Without a desktop nobody takes over what was copied: Qt would free it after Python has gone, and crash."""
    if QApplication.platformName() == "offscreen":
        QApplication.clipboard().clear()


def _smoke(app: QApplication, window: MainWindow, file: Path) -> int:
    """`--smoke FILE`: prove that the built program starts, reads its resources and its database."""
    from ui.look.icons import Icon, pixmap
    from ui.look.tokens import Role

    app.processEvents()
    icon = pixmap(Icon.CLOUD_ARROW_DOWN, 32, Role.TEXT, 1.0)
    if icon.isNull() or not window.isVisible():
        return 1
    file.write_text(__version__ + "\n", encoding="utf-8")
    return 0


@contextmanager
def _failures_shown(window: MainWindow) -> Iterator[None]:
    """Whatever nobody caught is logged, masked, and shown once; also what threads and Qt have to say."""

    def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logger.error("Unexpected failure", exc_info=(kind, error, trace))
        window.messages.report(error)

    def in_thread(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value is not None:
            unexpected(failure.exc_type, failure.exc_value, failure.exc_traceback)

    def from_qt(kind: QtMsgType, place: QMessageLogContext, text: str) -> None:
        if kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            logger.warning("Qt: %s", text)

    old_hook, old_thread_hook = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = unexpected, in_thread
    old_handler: Any = qInstallMessageHandler(from_qt)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = old_hook, old_thread_hook
        qInstallMessageHandler(old_handler)


@contextmanager
def _ended_with_the_session(window: MainWindow) -> Iterator[None]:
    """Log-off and shut-down: nothing asks, what is finished stays."""
    app = application()
    app.commitDataRequest.connect(window.leaving.now)
    try:
        yield
    finally:
        app.commitDataRequest.disconnect(window.leaving.now)


@contextmanager
def _ended_by_signals(window: MainWindow) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the program cleanly, also while the event loop sleeps: a handler alone would not run."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    old_fd = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    numbers = (signal.SIGINT, signal.SIGTERM)
    old = {number: signal.signal(number, lambda *_: None) for number in numbers}
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, window)

    def wake() -> None:
        with contextlib.suppress(BlockingIOError):
            ours.recv(64)
        window.leaving.now()  # nobody may be there to answer a question

    notifier.activated.connect(wake)
    try:
        yield
    finally:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(old_fd)
        for number, handler in old.items():
            signal.signal(number, handler)
        ours.close()
        theirs.close()
