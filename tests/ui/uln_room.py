"""A database with a few invented people, the sandbox service behind it, and the dialogs that ask it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app import access
from app.access import User
from app.context import AppContext
from app.db.database import Database
from app.db.tables import learner
from app.sandbox.lrs import LrsSandbox
from app.secrets import Secrets
from tests.builders import licences_on
from tests.ui.conftest import secrets_of, settings_of
from tests.ui.dialog_room import open_context, opened, press
from ui.dialogs.find_uln import FindUlnDialog
from ui.workers import TaskRunner

__all__ = ["asking_context", "opener", "row_of", "signed_in", "work_done"]


@contextmanager
def asking_context(folder: Path, lrs: LrsSandbox, secrets: Secrets | None = None) -> Iterator[AppContext]:
    """A context that may ask the sandbox, its first user with every role and both licences."""
    with open_context(folder) as context:
        licences_on(context.db)
        asking = replace(context, settings=settings_of(lrs), secrets=secrets or secrets_of(lrs))
        yield signed_in(asking, context.user)


def signed_in(context: AppContext, user: User) -> AppContext:
    """The same as another user sees it."""
    with context.db.read() as tx:
        rights = access.rights(tx, user)
    return replace(context, user=user, rights=rights)


def row_of(db: Database, key: int):
    with db.read() as tx:
        return tx.execute(select(learner).where(learner.c.id == key)).one()


def work_done(qtbot, runner: TaskRunner) -> None:
    """Until no task is at work and what they left was taken in."""
    for _ in range(3):
        qtbot.waitUntil(lambda: not runner.is_busy(), timeout=30_000)
        QApplication.processEvents()


def opener(qtbot, runner: TaskRunner, context: AppContext) -> Callable[..., FindUlnDialog]:
    """Opens *Find ULN* on these learners; with `start` the service is asked and has answered."""

    def open_it(ids: Sequence[int], *, start: bool = True, other: AppContext | None = None) -> FindUlnDialog:
        dialog = opened(qtbot, FindUlnDialog(None, runner, other or context, ids))
        work_done(qtbot, runner)
        if start:
            press(Qt.Key.Key_Return)
            work_done(qtbot, runner)
        return dialog

    return open_it
