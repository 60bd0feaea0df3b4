"""*Set Up*: terms, campuses, delivery methods and LMS vendors, each with the campuses it serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app import access, history
from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.errors import InputError
from app.history import UndoSummary
from app.lms.sections import things, things_save
from app.lms.sections.things import Thing, What
from app.lms.sections.things_save import NOUNS, Saved
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.campus_ticks import Site
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.scrolling import RING, scrolling
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.thing_form import ThingForm
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import button, enable
from ui.look.icons import Icon
from ui.look.tabs import TabBar
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 920, 640
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
_ON = State(Icon.CHECK_CIRCLE, "Active", Role.GOOD)
_OFF = State(Icon.MINUS_CIRCLE, "Switched off", Role.TEXT3)
_NOW = State(Icon.CHECK_CIRCLE, "Now", Role.GOOD)
_TO_COME = State(Icon.CLOCK, "To come", Role.INFO)
_OVER = State(Icon.MINUS_CIRCLE, "Over", Role.TEXT3)
_UNDATED = State(Icon.CALENDAR_BLANK, "No dates", Role.TEXT2)
_TOPICS = (Topic.SECTIONS, Topic.LMS_COURSES, Topic.LEARNERS)


@dataclass(frozen=True, slots=True)
class _Read:
    listed: Mapping[What, Sequence[Thing]]
    scope: frozenset[int] | None
    users: Sequence[tuple[int, str]]


class SetUpDialog(WorkingDialog):
    """`saved` carries the operation of each save. Enter saves what was changed."""

    saved = Signal(int)

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, page: What = What.TERM
    ) -> None:
        super().__init__(
            parent, runner, context, title=tr("Set Up"), heading=tr("Set Up"), icon=Icon.SLIDERS, name="set_up"
        )
        self._why_not = context.rights.why_not(Permission.SET_UP_SECTIONS)
        self._things: Mapping[What, Sequence[Thing]] = {}
        self._scope: frozenset[int] | None = None
        self._users: Sequence[tuple[int, str]] = ()
        self._wanted: int | None = None
        """The id to be current after the next reading."""
        self._operations: list[int] = []
        self._moving = False
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(
            tr("Set Up"),
            tr(
                "What must be in place before changes of enrolments go to the LMS. The gate report tells what is not."
            ),
        )
        self.tabs.setCurrentIndex(list(What).index(page))
        self._read()

    # Building

    def _build(self) -> None:
        self.tabs = TabBar()
        self.tabs.setObjectName("set_up_tabs")
        self.tabs.setAccessibleName(tr("What is set up"))
        for what in What:
            self.tabs.addTab(tr(TITLES[what]))
        self.tabs.currentChanged.connect(self._tab_chosen)
        self._tab = 0
        self.content.addWidget(self.tabs)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._build_list(), 2)
        self.forms = {what: ThingForm(what) for what in What}
        self._stack = QStackedWidget()
        for form in self.forms.values():
            form.changed.connect(self.refresh)
            inside = QWidget()
            column = QVBoxLayout(inside)
            column.setContentsMargins(RING, RING, RING, RING)
            column.addWidget(form)
            self._stack.addWidget(scrolling(inside, sideways=False))
        row.addWidget(self._stack, 3)
        self.content.addLayout(row, 1)
        self.content.addLayout(self.work_line())
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="set_up_undo", clicked=self.undo, left=True
        )
        self.close_button = self.add_button(tr("Close"), name="set_up_close", clicked=self.reject)
        self.save_button = self.add_button(
            tr("Save"), Icon.FLOPPY_DISK, kind="primary", name="set_up_save", clicked=self.save
        )
        parts.in_reading_order([self.tabs, self._side, self._stack, self.foot])

    def _build_list(self) -> QWidget:
        columns = (
            ListColumn(tr("Code"), "code", 36),
            ListColumn(tr("Name"), "key", 40),
            ListColumn(tr("State"), "text", 30),
        )
        self.list = StateList(columns, "set_up_list", 2)
        self.list.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.add_new = button("", Icon.PLUS, name="set_up_add", clicked=self.add)
        self.add_new.setAutoDefault(True)
        self._side = QWidget()
        column = QVBoxLayout(self._side)
        column.setContentsMargins(RING, RING, RING, RING)
        column.setSpacing(8)
        column.addWidget(self.in_card(self.list), 1)
        column.addWidget(self.add_new)
        return self._side

    # Reading

    @property
    def what(self) -> What:
        """The page in front."""
        return list(What)[self._tab]

    @property
    def form(self) -> ThingForm:
        return self.forms[self.what]

    def _read(self) -> None:
        run = self._context

        def work(context: TaskContext) -> _Read:
            with run.db.read(context) as tx:
                scope = access.campuses(tx, run.user)
                return _Read({what: things.listed(tx, what) for what in What}, scope, things.users(tx))

        self.work(tr("Reading the set-up…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: _Read) -> None:
        self._things, self._scope, self._users = found.listed, found.scope, found.users
        for place, what in enumerate(What):
            self.tabs.set_count(place, count(len(found.listed[what])))
        self._show_page()

    def _show_page(self) -> None:
        what = self.what
        self._moving = True
        self._stack.setCurrentIndex(self._tab)
        self.list.setAccessibleName(tr(TITLES[what]))
        self.add_new.setText(tr(_ADD[what]))
        listed = self._things.get(what, ())
        self.list.show_states([_row(one) for one in listed])
        place = next((at for at, one in enumerate(listed) if one.id == self._wanted), 0)
        if listed:
            self.list.selectRow(place)
        self._moving = False
        self._show(listed[place] if listed else Thing(what))
        self._wanted = None
        (self.list if listed else self.form.code).setFocus()

    def _show(self, one: Thing) -> None:
        self.form.show_thing(one, self._sites(), self._why_not or self._why_not_campus(one))
        self.refresh()

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

    # Choosing

    def _may_leave(self) -> bool:
        """Whether what is typed was saved, or may be lost."""
        return not self.form.edited or confirm_discarding(self, tr("What you changed here is not saved."))

    @Slot(int)
    def _tab_chosen(self, place: int) -> None:
        if self._moving or place == self._tab or place < 0:
            return
        if self._things and not self._may_leave():
            self._moving = True
            self.tabs.setCurrentIndex(self._tab)
            self._moving = False
            return
        self._tab = place
        if self._things:
            self._show_page()

    @Slot()
    def _row_chosen(self, *_: object) -> None:
        place = self.list.currentIndex().row()
        listed = self._things.get(self.what, ())
        if self._moving or not 0 <= place < len(listed) or self.form.before == listed[place]:
            return
        if self._may_leave():
            self._show(listed[place])
            return
        self._moving = True
        at = next((at for at, one in enumerate(listed) if one == self.form.before), -1)
        self.list.selectRow(at) if at >= 0 else self.list.clearSelection()
        self._moving = False

    @Slot()
    def add(self) -> None:
        """Begin a new one: an empty form."""
        if self._may_leave():
            self._show(Thing(self.what))
            self.form.code.setFocus()

    @Slot()
    def refresh(self) -> None:
        form, what = self.form, self.what
        reason = self._why_not or (tr("It is under way.") if self.busy else "")
        new = self._why_not_campus(Thing(what))
        enable(self.add_new, reason or new, tr("An empty form for a new {thing}.", thing=tr(NOUNS[what])))
        nothing = "" if form.edited else tr("Nothing was changed.")
        enable(self.save_button, reason or form.problem or nothing, tr("Keeps it for everybody."))
        none = "" if self._operations else tr("Nothing was saved since this window was opened.")
        enable(self.undo_button, reason or none, tr("Takes back what was saved last."))
        self.prefer(self.save_button)

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep what the form says, in a task."""
        run, before, wanted = self._context, self.form.before, self.form.wanted
        if self.save_button.isEnabled():
            self.work(
                tr("Saving…"),
                lambda task: things_save.save(run.db, run.user, before, wanted),
                self._saved,
                Lane.WRITE,
            )

    def _saved(self, done: Saved) -> None:
        if done.operation_id is not None:
            self._operations.append(done.operation_id)
            self.saved.emit(done.operation_id)
            self.written(*_TOPICS)
        self._read_again(done.id)
        self.tell(tr("Saved"), tr("It holds for everybody from now on."), Role.GOOD, Icon.CHECK_CIRCLE)

    def _read_again(self, key: int | None) -> None:
        self._wanted = key
        self._read()

    @Slot()
    def undo(self) -> None:
        """Take back what was saved here last."""
        if self._operations and self._may_leave():
            run, operation_id = self._context, self._operations.pop()
            self.work(
                tr("Taking it back…"),
                lambda task: history.undo(run.db, run.user.id, operation_id),
                self._undone,
                Lane.WRITE,
            )

    def _undone(self, done: UndoSummary) -> None:
        self.written(*_TOPICS)
        before = self.form.before
        self._read_again(before.id if before is not None else None)
        words = tr("What was changed since, or is in use, stays.") if done.left else tr("It is as it was before.")
        self.tell(tr("Undone"), words, Role.WARN if done.left else Role.GOOD, Icon.ARROW_COUNTER_CLOCKWISE)

    def show_problem(self, error: Exception) -> None:
        if isinstance(error, InputError) and error.field in self.form.fields:
            self.form.show_error(error.field, f"{tr(error.message)} {tr(error.hint)}")
        else:
            super().show_problem(error)

    def reject(self) -> None:
        if not self.busy and self._things and not self._may_leave():
            return
        super().reject()


def _row(one: Thing) -> StateRow:
    return StateRow(_state(one, date.today()), (one.code, one.name or "–", ""))


def _state(one: Thing, today: date) -> State:
    if one.what is not What.TERM:
        return _ON if one.active else _OFF
    if one.starts is None and one.ends is None:
        return _UNDATED
    if one.starts is not None and one.starts > today:
        return _TO_COME
    return _OVER if one.ends is not None and one.ends < today else _NOW
