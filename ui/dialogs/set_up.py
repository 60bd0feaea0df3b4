"""*Set Up*: terms, campuses, delivery methods and LMS vendors, each with the campuses it serves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from app import access
from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.lms.sections import things, things_save
from app.lms.sections.things import Thing, What
from app.tasks import TaskContext
from ui.dialogs.campus_ticks import Site
from ui.dialogs.kept_lists import OFF, ON, KeptListsDialog
from ui.dialogs.state_list import StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.thing_form import ThingForm
from ui.grids.columns import State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 960, 640
TITLES: Mapping[What, str] = {
    What.TERM: "Terms",
    What.CAMPUS: "Campuses",
    What.METHOD: "Delivery Methods",
    What.VENDOR: "LMS Vendors",
}
_ADD: Mapping[What, str] = {
    What.TERM: "Add Term",
    What.CAMPUS: "Add Campus",
    What.METHOD: "Add Delivery Method",
    What.VENDOR: "Add LMS Vendor",
}
_NOW = State(Icon.CHECK_CIRCLE, "Now", Role.GOOD)
_TO_COME = State(Icon.CLOCK, "To come", Role.INFO)
_OVER = State(Icon.MINUS_CIRCLE, "Over", Role.TEXT3)
_UNDATED = State(Icon.CALENDAR_BLANK, "No dates", Role.TEXT2)


@dataclass(frozen=True, slots=True)
class _Read:
    listed: Mapping[What, Sequence[Thing]]
    scope: frozenset[int] | None
    users: Sequence[tuple[int, str]]


class SetUpDialog(KeptListsDialog):
    """Opens at `page`."""

    topics = (Topic.SECTIONS, Topic.LMS_COURSES, Topic.LEARNERS)

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, page: What = What.TERM
    ) -> None:
        super().__init__(parent, runner, context, title=tr("Set Up"), icon=Icon.SLIDERS, name="set_up")
        self.why_not = context.rights.why_not(Permission.SET_UP_SECTIONS)
        self._things: Mapping[What, Sequence[Thing]] = {}
        self._scope: frozenset[int] | None = None
        self._users: Sequence[tuple[int, str]] = ()
        self.forms = {what: ThingForm(what) for what in What}
        columns = (
            ListColumn(tr("Code"), "code", 36),
            ListColumn(tr("Name"), "key", 40),
            ListColumn(tr("State"), "text", 30),
        )
        self.build([(TITLES[what], _ADD[what]) for what in What], list(self.forms.values()), columns)
        self.open_at(_WIDTH, _HEIGHT)
        self.say(
            tr("Set Up"),
            tr(
                "What must be in place before changes of enrolments go to the LMS. The gate report tells what is not."
            ),
        )
        self.start(list(What).index(page))

    @property
    def what(self) -> What:
        """The page in front."""
        return list(What)[self.place]

    @property
    def listed(self) -> Sequence[Thing]:
        return self._things.get(self.what, ())

    def row(self, one: Thing) -> StateRow:
        return StateRow(_state(one, date.today()), (one.code, one.name or "–", ""))

    def read(self) -> None:
        run = self._context

        def work(context: TaskContext) -> _Read:
            with run.db.read(context) as tx:
                scope = access.campuses(tx, run.user)
                return _Read({what: things.listed(tx, what) for what in What}, scope, things.users(tx))

        self.work(tr("Reading the set-up…"), work, self._take, Lane.READ)

    def _take(self, found: _Read) -> None:
        self._things, self._scope, self._users = found.listed, found.scope, found.users
        for place, what in enumerate(What):
            self.tabs.set_count(place, count(len(found.listed[what])))
        self.is_read()

    def show_thing(self, one: Thing | None) -> None:
        thing = one or Thing(self.what)
        self.form.show_thing(thing, self._sites(), self.why_not or self._why_not_campus(thing))

    def why_not_add(self) -> str:
        return self._why_not_campus(Thing(self.what))

    def saving(self) -> Callable[[], Any]:
        run = self._context
        return partial(things_save.save, run.db, run.user, self.form.before, self.form.wanted)

    def _sites(self) -> list[Site]:
        """The campuses that can be ticked; those that are not the user's can be looked at. For a campus: users."""
        if self.what is What.CAMPUS:
            reason = self._context.rights.why_not(Permission.ADMINISTER)
            return [Site(key, name, reason) for key, name in self._users]
        other = tr("This campus is not one of yours.")
        return [
            Site(one.id or 0, one.name, "" if self._scope is None or one.id in self._scope else other)
            for one in self._things.get(What.CAMPUS, ())
        ]

    def _why_not_campus(self, one: Thing) -> str:
        if one.what is not What.CAMPUS or self._scope is None or one.id in self._scope:
            return ""
        if one.id is None:
            return tr("Only somebody who sees every campus adds one: ask an administrator.")
        return tr("This campus is not one of yours.")


def _state(one: Thing, today: date) -> State:
    if one.what is not What.TERM:
        return ON if one.active else OFF
    if one.starts is None and one.ends is None:
        return _UNDATED
    if one.starts is not None and one.starts > today:
        return _TO_COME
    return _OVER if one.ends is not None and one.ends < today else _NOW
