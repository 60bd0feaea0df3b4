"""The Courses page: every course of the LMS, and what the college decided about it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app import access
from app.access import Permission
from app.changes import Changes, Topic
from app.conditions import Group, Join, Operator, Test
from app.context import AppContext
from app.lms import course_states, courses_list
from app.lms.course_states import StateSummary
from app.lms.courses_list import FIELDS
from app.lms.states import STATE_TITLES, CourseState
from app.saved import Kind
from app.tasks import TaskContext
from ui.follower import Follower
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import count, plural, tr
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.lms_course_details import LmsCourseDetails, LookedAt
from ui.pages.lms_course_source import LmsCourseSource
from ui.pages.searches import Searches
from ui.workers import Lane, Task, TaskRunner

_REMOVED = "removed"
_TOPICS = (Topic.LMS_COURSES, Topic.ENROLMENTS, Topic.SYNC_RUNS)


class LmsCoursesPage(GridPage):
    """`said` carries a sentence for the status bar, `enrolments_wanted` the short name of a course."""

    said = Signal(str)
    settings_wanted = Signal()
    enrolments_wanted = Signal(str)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = LmsCourseSource(context.db)
        super().__init__("lms_courses", "Courses", ("course", "courses"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.LMS_COURSE_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.LMS_COURSE_LAYOUT, self)
        self._context, self._hub = context, hub
        self.watch(hub, *_TOPICS)
        self.pane = LmsCourseDetails(self)
        self.follow(self.pane, _read, self._show)
        self.pane.state_wanted.connect(self._set_current)
        self.pane.link_wanted.connect(self._link_current)
        self._empty = EmptyState(
            tr("No courses yet"),
            tr("They come from the LMS with the first synchronisation. Set the LMS up, then press Sync Now."),
            icon=Icon.BOOKS,
            primary=(tr("Open Settings"), Icon.GEAR),
        )
        self._empty.primary_pressed.connect(self.settings_wanted)
        self.grid.set_empty_widget(self._empty)
        self.bar.link_pressed.connect(self._show_linked)
        self._waiting = Follower(runner, self._count, self._counted, self)
        self._waiting.look()

    # What waits, and what is gone

    def _count(self) -> Task:
        db = self._context.db

        def read(context: TaskContext) -> tuple[int, int]:
            with db.read(context) as tx:
                return courses_list.new_count(tx), courses_list.removed_count(tx)

        return read

    def _counted(self, numbers: tuple[int, int]) -> None:
        new, removed = numbers
        links = {}
        if new:
            waiting = plural(new, "{n} new course waits for a decision", "{n} new courses wait for a decision")
            links[CourseState.NEW.value] = (Icon.SPARKLE, waiting)
        if removed:
            links[_REMOVED] = (Icon.TRASH, plural(removed, "{n} removed in the LMS", "{n} removed in the LMS"))
        self.bar.set_links(links)

    @Slot(str)
    def _show_linked(self, key: str) -> None:
        removed = Test(_REMOVED, Operator.YES)
        asked = removed if key == _REMOVED else Test("state", Operator.IS, CourseState.NEW.value)
        self.set_conditions(Group(Join.ALL, (asked,)))

    def activated(self, key: int) -> None:
        """Enter or a double-click on a course: who is on it."""
        db = self._context.db

        def read(context: TaskContext) -> str:
            with db.read(context) as tx:
                row = courses_list.rows(tx, [key]).get(key)
            return row.short_name if row is not None else ""

        self.runner.run(read, lane=Lane.READ, done=self._activated_known)

    @Slot(object)
    def _activated_known(self, short_name: str) -> None:
        if short_name:
            self.enrolments_wanted.emit(short_name)

    # The pane

    def _show(self, looked: LookedAt | None) -> None:
        self.pane.why_not = self._context.rights.why_not(Permission.DECIDE_COURSES)
        self.pane.show_row(looked)

    def refresh(self) -> None:
        super().refresh()
        self._waiting.look()

    # Deciding

    def set_state(self, state: CourseState, ids: Sequence[int] | None = None) -> None:
        """*Open*, *Close* or *Hide*: the selected courses, or these."""
        chosen = list(self.grid.selected_keys()) if ids is None else list(ids)
        db, user = self._context.db, self._context.user

        def work(context: TaskContext) -> tuple[CourseState, StateSummary]:
            return state, course_states.set_state(db, user, chosen, state)

        self.runner.run(work, lane=Lane.WRITE, done=self._state_set)

    @Slot(object)
    def _set_current(self, state: CourseState) -> None:
        if self.grid.current_key is not None:
            self.set_state(state, [self.grid.current_key])

    @Slot(object)
    def _state_set(self, result: tuple[CourseState, StateSummary]) -> None:
        state, summary = result
        parts = [
            tr(
                "{n} course is {state} now" if summary.changed == 1 else "{n} courses are {state} now",
                n=count(summary.changed),
                state=tr(STATE_TITLES[state]),
            )
        ]
        if summary.unchanged:
            parts.append(plural(summary.unchanged, "{n} was so already", "{n} were so already"))
        if summary.removed:
            parts.append(plural(summary.removed, "{n} is no longer in the LMS", "{n} are no longer in the LMS"))
        self.said.emit(" · ".join(parts))
        self._hub.announce(Changes.of(Topic.LMS_COURSES))

    @Slot(object)
    def _link_current(self, former: int) -> None:
        key = self.grid.current_key
        if key is None:
            return
        db, user = self._context.db, self._context.user
        self.runner.run(lambda context: course_states.link(db, user, key, former), lane=Lane.WRITE, done=self._linked)

    @Slot(object)
    def _linked(self, sections: int) -> None:
        self.said.emit(plural(sections, "{n} section is taught in the new course", "{n} sections are taught in it"))
        self._hub.announce(Changes.of(Topic.LMS_COURSES, Topic.ENROLMENTS))

    @Slot(object)
    def accept_proposals(self, ids: Sequence[int]) -> None:
        """Carry out what the rules propose for these courses, as a person confirmed it."""
        db, user = self._context.db, self._context.user
        chosen = set(ids)

        def work(context: TaskContext) -> list[StateSummary]:
            with db.read(context) as tx:
                access.require(tx, user, Permission.DECIDE_COURSES)
                proposed = course_states.proposals(tx)
            wanted = {key: state for key, state in proposed.items() if key in chosen}
            return course_states.accept_proposals(db, user, wanted)

        self.runner.run(work, lane=Lane.WRITE, done=self._accepted)

    @Slot(object)
    def _accepted(self, summaries: list[StateSummary]) -> None:
        changed = sum(one.changed for one in summaries)
        self.said.emit(plural(changed, "{n} course got the state proposed", "{n} courses got the state proposed"))
        if changed:
            self._hub.announce(Changes.of(Topic.LMS_COURSES))


def _read(tx: Connection, key: int) -> LookedAt | None:
    row = courses_list.rows(tx, [key]).get(key)
    if row is None:
        return None
    former = courses_list.former_selves(tx, key) if row.recreated else []
    return LookedAt(
        row,
        course_states.history_of(tx, key),
        course_states.proposals(tx).get(key) if row.state is CourseState.NEW else None,
        [one for _, one in sorted(courses_list.rows(tx, former).items())],
    )
