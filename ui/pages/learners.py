"""The Learners page: find learners, select them, and go on from there."""

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.access import Rights
from app.changes import APPEARED, Topic
from app.conditions import Group, Join, Operator, Test
from app.context import AppContext
from app.keys import Keys
from app.learners.ready_searches import ready_searches
from app.learners.search import FIELDS, Ready
from app.saved import Kind
from app.tasks import TaskContext
from ui.follower import Follower
from ui.hub import Hub
from ui.licence_words import soon_over
from ui.look.banner import Banner
from ui.look.buttons import button
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.certificate_banner import CertificateBanner
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.learner_details import LearnerDetails, count_ready, look
from ui.pages.learner_source import LearnerSource
from ui.pages.learners_fill import LearnersFill
from ui.pages.learners_load import LearnersLoad
from ui.pages.learners_uln import LearnersUln
from ui.pages.pasted_list import PastedList
from ui.pages.searches import Searches
from ui.workers import Lane, Task, TaskRunner

if TYPE_CHECKING:
    from app.learners.edit import Held

_AGAIN_MS = 6 * 3600 * 1000
"""The window may stay open while a licence comes to its end."""


class LearnersPage(GridPage):
    """`attainments_wanted` carries learner ids whose attainments are to be shown."""

    attainments_wanted = Signal(object)
    failed = Signal(object)
    demo_wanted = Signal()
    licences_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = LearnerSource(context.db)
        super().__init__("learners", "Learners", ("learner", "learners"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.LEARNER_SEARCH, ready_searches, self)
        self.pasted = PastedList(self, context)
        self.layouts = Layouts(self.grid, runner, context, Kind.LEARNER_LAYOUT, self)
        self._context = context
        self._hub = hub
        self.watch(hub, Topic.LEARNERS, Topic.ATTAINMENTS, Topic.PLR_CHECKS)
        self.pane = LearnerDetails(self)
        self.follow(self.pane, look, self.pane.show_learner)
        self.pane.wanted.connect(self._narrow)
        self.pane.edit_wanted.connect(self.edit_learner)
        self.pane.attainments_wanted.connect(self._show_attainments)
        self.uln = LearnersUln(self, context, runner, hub)
        self.loading = LearnersLoad(self, context, runner, hub)
        self.filling = LearnersFill(self, context, runner, hub)
        self.pane.find_wanted.connect(self.uln.find_current)
        self._counts = Follower(runner, self._count, self._counted, self)
        self.pane.followers.append(self._counts)
        self._build_empty_state()
        lead = button(tr("Open Licences"), Icon.KEY, name="open_licences", clicked=self.licences_wanted)
        self._licence_banner = Banner(
            Icon.KEY, Role.WARN, tr("The PLR download is switched off."), "", [lead], across=True
        )
        self._licence_banner.setObjectName("licence_banner")
        self.insert_above_grid(self._licence_banner)
        self.certificate_banner = CertificateBanner(context, runner)
        self.certificate_banner.settings_wanted.connect(self.settings_wanted)
        self.insert_above_grid(self.certificate_banner)
        self.show_rights(context.rights)
        self._days = QTimer(self, interval=_AGAIN_MS)
        self._days.timeout.connect(self._another_day)
        self._days.start()

    def show_rights(self, rights: Rights) -> None:
        """Say which licence is missing, or ends soon, and lead to the page where that is put right."""
        reason = rights.missing_licence()
        ending = None if reason else rights.ending_licence()
        title = tr("The PLR download is switched off.")
        if ending is not None:
            title, reason = soon_over(ending, date.today())
        self._licence_banner.say(title, reason)
        self._licence_banner.setVisible(bool(reason))

    @Slot()
    def _another_day(self) -> None:
        self.show_rights(self._context.rights)

    def _build_empty_state(self) -> None:
        self._empty = EmptyState(
            tr("No learners yet"),
            tr(
                "Load an ILR file, a spreadsheet from your MIS or an LRS batch file. You see every row before "
                "anything is written."
            ),
            icon=Icon.STUDENT,
            primary=(tr("Load Learners"), Icon.TRAY),
            secondary=(tr("Add One Learner"), Icon.USER_PLUS),
            remark=tr("or drop a file on this page"),
            link=(tr("Only looking around?"), tr("Open the demo with 2,500 invented learners")),
        )
        self._empty.primary_pressed.connect(self.loading.choose)
        self._empty.secondary_pressed.connect(self.add_learner)
        self._empty.link_pressed.connect(self.demo_wanted)
        self.grid.set_empty_widget(self._empty)

    # The pane

    def selection_changed(self) -> None:
        self._counts.look_soon()

    def _count(self) -> Task | None:
        selected = self.selected_count
        if selected == 0:
            return None
        whole = selected == self.shown and selected > 1 and self.query().codes is None
        everything = (self.conditions, self.quick) if whole else None
        keys = self.grid.selected_keys() if everything is None else Keys("q")
        db = self._context.db
        return lambda context: count_ready(context, db, keys, everything)

    def _counted(self, ready: dict[Ready, int] | None) -> None:
        self.pane.show_ready(self.selected_count, ready or {})

    def refresh(self) -> None:
        super().refresh()
        self._counts.look_soon()

    @Slot(object)
    def _narrow(self, ready: Ready) -> None:
        """Show only the learners of one state, on top of the search there is."""
        test = Test("ready", Operator.IS, ready.value)
        now = self.conditions
        others = now.members if now is not None and now.join is Join.ALL and not now.negated else ()
        kept = tuple(one for one in others if isinstance(one, Group) or one.field != "ready")
        self.set_conditions(Group(Join.ALL, (*kept, test)))

    @Slot()
    def _show_attainments(self) -> None:
        if self.grid.current_key is not None:
            self.attainments_wanted.emit([self.grid.current_key])

    # Adding and editing

    def activated(self, key: int) -> None:
        self.edit_learner()

    @Slot()
    def add_learner(self) -> None:
        self.runner.run(self._read_campuses, lane=Lane.READ, done=self._open_add)

    def _read_campuses(self, context: TaskContext) -> list[tuple[int, str]]:
        from app.learners import edit  # not needed for a start

        with self._context.db.read(context) as tx:
            return edit.campuses(tx)

    @Slot(object)
    def _open_add(self, campuses: list[tuple[int, str]]) -> None:
        self._open(None, campuses)

    @Slot()
    def edit_learner(self) -> None:
        key = self.grid.current_key
        if key is not None:
            self.edit_one(key)

    @Slot(int)
    def edit_one(self, key: int) -> None:
        """Edit one learner by id, from wherever the wish comes."""

        def read(context: TaskContext) -> "tuple[Held, list[tuple[int, str]]]":
            from app.learners import edit

            with self._context.db.read(context) as tx:
                return edit.read(tx, key), edit.campuses(tx)

        self.runner.run(read, lane=Lane.READ, done=self._open_edit)

    @Slot(object)
    def _open_edit(self, found: "tuple[Held, list[tuple[int, str]]]") -> None:
        self._open(*found)

    def _open(self, held: "Held | None", campuses: list[tuple[int, str]]) -> None:
        ukprn = (
            held.ukprn
            if held is not None
            else self._context.settings.college.ukprn or self._context.settings.lrs.ukprn
        )
        from ui.dialogs.learner_form import LearnerDialog

        dialog = LearnerDialog(self.window(), self.runner, self._context, held, campuses, ukprn)
        dialog.saved.connect(self._saved)
        dialog.open()

    @Slot(int)
    def _saved(self, learner_id: int) -> None:
        self._hub.announce(APPEARED)
