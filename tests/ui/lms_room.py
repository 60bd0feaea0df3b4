"""The main window with an LMS behind it: the sandbox Moodle over TLS, whose courses are open and whose learners are
enrolled here; and how a test makes time pass, by writing when the runs were."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import select, update

from app import config
from app.context import AppContext, lms_client
from app.db.tables import lms_course, sync_run
from app.lms import compare, course_states, courses, enrol, enrolments, errors_list, runs_list, settings
from app.lms.settings import Plan, SyncSettings
from app.lms.states import CourseState
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.certificates import certificates
from tests.ui.conftest import Room, Rooms, named
from tests.ui.dialog_room import click
from ui.lms_banners import LmsBanners
from ui.lms_sync import LmsSync
from ui.pages.sync_errors import SyncErrorsPage

LEARNERS = 60
COURSES, IN_EACH = 5, 6
QUIET = SyncSettings(Plan(on=False), Plan(on=False), contact="Ring Ada, ext. 12")
"""No schedule: only what a test starts runs."""


@dataclass
class LmsRoom:
    """A window and its LMS."""

    room: Room
    moodle: MoodleSandbox
    others: list[Room] = field(default_factory=list)

    @property
    def context(self) -> AppContext:
        return self.room.context

    @property
    def sync(self) -> LmsSync:
        return self.room.window.lms.sync

    @property
    def banners(self) -> LmsBanners:
        return self.room.window.lms_banners

    def look(self) -> None:
        """The minute is over: the window looks how things stand."""
        self.room.at_rest()
        with self.room.qtbot.waitSignal(self.sync.stands, timeout=30_000):
            self.sync.look()
        self.room.at_rest()

    def run(self, keys: str = "") -> None:
        """*Sync Now*, to its end."""
        self.room.window.lms.sync_now()
        self.ended()

    def ended(self) -> None:
        self.room.until(lambda: not self.sync.busy)
        self.room.at_rest()

    def open_codes(self) -> set[str]:
        with self.context.db.read() as tx:
            return {one.code for one in errors_list.groups(self.context.db, tx)}

    def runs(self) -> list[runs_list.RunRow]:
        """The latest first."""
        with self.context.db.read() as tx:
            ids = self.context.db.ids(tx, runs_list.keys_query())
            found = runs_list.rows(tx, ids)
        return [found[key] for key in ids]

    def numbers(self) -> dict[int, int]:
        """Our ids by the LMS's numbers."""
        with self.context.db.read() as tx:
            rows = tx.execute(select(lms_course.c.lms_number, lms_course.c.id)).all()
        return {int(row[0]): row[1] for row in rows}


def earlier(context: AppContext, minutes: int) -> None:
    """Time passes: every run was so much earlier."""
    with context.db.write() as tx:
        for row in tx.execute(select(sync_run)).all():
            values: dict[str, Any] = {"started_at": row.started_at - timedelta(minutes=minutes)}
            values["ended_at"] = row.ended_at - timedelta(minutes=minutes)
            tx.execute(update(sync_run).where(sync_run.c.id == row.id).values(values))


def plan(context: AppContext, wanted: SyncSettings) -> None:
    """The schedule, for every computer."""
    settings.save(context.db, context.user, wanted)


@contextmanager
def moodle() -> Iterator[MoodleSandbox]:
    """A healthy one that answers at once."""
    with MoodleSandbox(certificates(), people=people(LEARNERS), courses=COURSES, learners=IN_EACH) as running:
        yield running


def lms_room(
    rooms: Rooms,
    sandbox: MoodleSandbox,
    *,
    wanted: SyncSettings = QUIET,
    prepare: Callable[[AppContext], object] | None = None,
    begun: bool = True,
    size: tuple[int, int] = (1440, 900),
    **more: Any,
) -> LmsRoom:
    """The window on `LEARNERS` people; with `begun` everything was synchronised once. `prepare` comes after that."""

    def before(context: AppContext) -> None:
        _use(context, sandbox)
        plan(context, wanted)
        if prepare is not None:
            prepare(context)

    further = synchronised if begun else None
    return LmsRoom(rooms(LEARNERS, further=further, prepare=before, size=size, **more), sandbox)


def _use(context: AppContext, sandbox: MoodleSandbox) -> None:
    """Set the LMS up; another sandbox on this computer is the same site to the database."""
    lms = replace(context.settings.lms, url=sandbox.info.url, ca_file=sandbox.info.ca_file)
    context.settings = replace(config.load(context.folder.path), lms=lms)
    context.secrets.set_for_session("lms_token", sandbox.info.token, host=context.settings.lms.host)


def synchronised(context: AppContext) -> None:
    """Every course Open, everybody who is on one enrolled, one whole synchronisation behind us."""
    with moodle() as sandbox:
        _use(context, sandbox)
        plan(context, QUIET)
        _synchronise(context)


def _synchronise(context: AppContext) -> None:
    client = lms_client(context.settings, context.secrets)
    courses.run(TaskContext(), context.db, context.user, client)
    with context.db.read() as tx:
        listed = list(tx.execute(select(lms_course.c.id).order_by(lms_course.c.id)).scalars())
    course_states.set_state(context.db, context.user, listed, CourseState.OPEN)
    for key in listed:
        found = compare.compare(TaskContext(), context.db, context.user, client, key)
        if found.to_adopt:
            enrol.adopt(context.db, context.user, key, found.to_adopt)
    enrolments.run(TaskContext(), context.db, context.user, client)


def break_two(lms: LmsRoom, sandbox: MoodleSandbox) -> tuple[int, int]:
    """Two courses out of order for two reasons; their numbers in the LMS."""
    first, second = sorted(lms.numbers())[:2]
    sandbox.set_fault(f"no-rights@{first}", f"broken-gradebook@{second}")
    lms.run()
    return first, second


def errors_page(lms: LmsRoom, shown: int) -> SyncErrorsPage:
    lms.room.window.show_page("sync_errors")
    page = lms.room.window.lms.errors.page
    lms.room.until(lambda: page.shown == shown and not page.grid.is_loading)
    lms.room.at_rest()
    return page


def look_at_first(lms: LmsRoom, page: SyncErrorsPage) -> None:
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_Home)
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(0, 2)).center())
    lms.room.until(lambda: page.grid.selected_count == 1)
    lms.room.until(lambda: page.pane.settled and page.pane.shown_key == page.grid.current_key)
    lms.room.at_rest()


def dialog_of(lms: LmsRoom, kind: type) -> QWidget:
    lms.room.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    lms.room.at_rest()
    found = QApplication.activeModalWidget()
    assert found is not None
    return found


def text(window: QWidget, name: str) -> str:
    return named(window, name).text()  # type: ignore[attr-defined,no-any-return]
