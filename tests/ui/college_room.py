"""A college with an LMS for tests of the window: a sandbox Moodle over TLS, a database that has met it, keys and
clicks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from sqlalchemy import select, update

from app.config import LmsSettings
from app.context import AppContext
from app.db.tables import lms_course
from app.lms import compare, course_states, courses, courses_list, enrol, enrolments, settings
from app.lms.courses_list import CourseRow
from app.lms.enrolments_list import EnrolmentRow, keys_query, rows
from app.lms.states import CourseState
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.certificates import certificates
from tests.ui.conftest import Room, named
from tests.ui.dialog_room import click
from ui.pages.grid_page import GridPage

PEOPLE, COURSES, LEARNERS = 80, 6, 8
OPEN, CLOSED, HIDDEN = "C101", "C102", "C103"
NEW = ("C104", "C105", "C106")
"""What was decided before the window opens."""


@dataclass
class LmsRoom:
    """A window whose college has decided about some of the courses, and the sandbox behind it. No run is due by
    itself."""

    room: Room
    sandbox: MoodleSandbox

    @property
    def context(self) -> AppContext:
        return self.room.context

    def course(self, short_name: str) -> CourseRow:
        """The course as it stands in the database."""
        with self.context.db.read() as tx:
            query = select(lms_course.c.id).where(lms_course.c.short_name == short_name)
            key = tx.execute(query.order_by(lms_course.c.removed_at.is_not(None))).scalars().first()
            assert key is not None
            return courses_list.rows(tx, [key])[key]

    def set_course(self, short_name: str, **values: object) -> None:
        with self.context.db.write() as tx:
            tx.execute(update(lms_course).where(lms_course.c.short_name == short_name).values(**values))

    def enrolled(self, short_name: str = "") -> list[EnrolmentRow]:
        with self.context.db.read() as tx:
            found = rows(tx, self.context.db.ids(tx, keys_query())).values()
        return [one for one in found if not short_name or one.lms_short_name == short_name]

    def show(self, page: str) -> GridPage:
        """Bring a page to the front, with its rows."""
        self.room.window.show_page(page)
        found = self.room.window.page
        self.room.at_rest()
        self.room.until(lambda: not found.grid.is_loading)
        return found

    def pick(self, page: GridPage, key: int) -> None:
        """Click the row of `key`."""
        place = list(page.grid.keys).index(key)
        index = page.grid.model().index(place, 2)
        page.grid.scrollTo(index)
        click(page.grid.viewport(), page.grid.visualRect(index).center())
        self.room.until(lambda: page.selected_count == 1)
        self.room.at_rest()

    def pick_course(self, short_name: str) -> GridPage:
        page = self.show("lms_courses")
        self.pick(page, self.course(short_name).id)
        return page

    def press_action(self, action: str) -> None:
        """The button of the ribbon."""
        found = self.room.window.actions_.action(action)
        self.room.until(found.isEnabled)
        found.trigger()

    def dialog(self, name: str) -> QWidget:
        """The dialog of that name, in front and with its work done."""
        self.room.until(lambda: (one := QApplication.activeModalWidget()) is not None and one.objectName() == name)
        found = QApplication.activeModalWidget()
        assert found is not None
        self.room.at_rest()
        self.room.in_front(found)
        return found

    def close(self, dialog: QWidget, button: str) -> None:
        self.room.close_dialog(dialog, button)
        self.room.at_rest()
        self.room.in_front(self.room.window)


def serving() -> MoodleSandbox:
    """A sandbox of a few ordinary courses."""
    return MoodleSandbox(certificates(), people=people(PEOPLE), courses=COURSES, learners=LEARNERS)


class Browser(QObject):
    """Takes the addresses that would be opened in a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


def use(context: AppContext, sandbox: MoodleSandbox) -> None:
    """Set the LMS up; another sandbox on this computer is the same site to the database."""
    info = sandbox.info
    lms = LmsSettings(url=info.url, ca_file=info.ca_file)
    context.settings = replace(context.settings, lms=lms)
    context.secrets.set_for_session("lms_token", info.token, host=lms.host)


def met(context: AppContext) -> None:
    """Fetch the courses of a sandbox's LMS and decide about the first three."""
    with serving() as sandbox:
        use(context, sandbox)
        _meet(context)


def adopted(context: AppContext) -> None:
    """As `met`, then adopt on the first course and fetch its grades."""
    with serving() as sandbox:
        use(context, sandbox)
        course = _meet(context)
        db, user, client = context.db, context.user, context.lms()
        found = compare.compare(TaskContext(), db, user, client, course)
        enrol.adopt(db, user, course, found.to_adopt)
        enrolments.run(TaskContext(), db, user, client)


def _meet(context: AppContext) -> int:
    db, user = context.db, context.user
    plan = settings.Plan(paused_until=date.today() + timedelta(days=30))
    settings.save(db, user, settings.SyncSettings(plan, plan))
    courses.run(TaskContext(), db, user, context.lms())
    with db.read() as tx:
        query = select(lms_course.c.short_name, lms_course.c.id)
        ids = {row[0]: row[1] for row in tx.execute(query)}
    for name, state in ((OPEN, CourseState.OPEN), (CLOSED, CourseState.CLOSED), (HIDDEN, CourseState.HIDDEN)):
        course_states.set_state(db, user, [ids[name]], state)
    return int(ids[OPEN])


def words_of(widget: QWidget) -> str:
    """All that the labels of a widget say."""
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def listed(dialog: QWidget, name: str) -> list[list[str]]:
    """The texts of a list."""
    model = named(dialog, name).model()  # type: ignore[attr-defined]
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def marks_shown(page: GridPage, key: int) -> Sequence[str]:
    """The marks of a course as its row shows them."""
    row = page.source.rows([key])[key]
    place = [column.id for column in page.source.columns].index("marks")
    return [one.text for one in row.cells[place].states]  # type: ignore[attr-defined]
