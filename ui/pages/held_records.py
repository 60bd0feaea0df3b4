"""The page Held Records: rows of imports that wait for their learner, and what would become of each."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.dates import shown
from app.imports import held_list
from app.imports.held_list import FIELDS, HeldRow, HeldSummary
from app.saved import Kind
from app.tasks import TaskContext
from ui.follower import Follower
from ui.hub import Hub
from ui.look.banner import Banner
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.grid_page import GridPage
from ui.pages.held_details import HeldDetails
from ui.pages.held_source import HeldSource
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.workers import Task, TaskRunner

_TOPICS = (Topic.IMPORTS, Topic.LEARNERS, Topic.ENROLMENTS, Topic.CREDIT)


class HeldRecordsPage(GridPage):
    """`match_wanted` carries row ids, `delete_wanted` row ids, `job_wanted` a job; `counted` how many wait."""

    match_wanted = Signal(object)
    delete_wanted = Signal(object)
    job_wanted = Signal(int)
    counted = Signal(int)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = HeldSource(context.db)
        super().__init__("held_records", "Held Records", ("record", "records"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.HELD_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.HELD_LAYOUT, self)
        self._context = context
        self.current: HeldRow | None = None
        self.watch(hub, *_TOPICS)
        self.pane = HeldDetails(self)
        self.follow(self.pane, _read, self._show)
        self.pane.match_wanted.connect(self._match_current)
        self.pane.delete_wanted.connect(self._delete_current)
        self.pane.job_wanted.connect(self._job_of_current)
        self.banner = Banner(Icon.WARNING, Role.WARN, "", across=True)
        self.banner.setObjectName("held_banner")
        self.banner.hide()
        self.insert_above_grid(self.banner)
        self.grid.set_empty_widget(
            EmptyState(
                tr("No record is held"),
                tr(
                    "A row of an import whose learner nobody knows waits here. It attaches when a learner with its "
                    "id or e-mail address is added, edited or loaded, or with Match Held Records."
                ),
                icon=Icon.TRAY,
            )
        )
        self._forecast = Follower(runner, self._read_summary, self._say, self)
        self._forecast.look()

    # The forecast of all

    def _read_summary(self) -> Task:
        db = self._context.db

        def read(context: TaskContext) -> HeldSummary:
            with db.read(context) as tx:
                return held_list.summary(tx)

        return read

    @Slot(object)
    def _say(self, found: HeldSummary | None) -> None:
        if found is None:
            return
        self.counted.emit(found.waiting)
        self.banner.setVisible(bool(found.at_once))
        if found.at_once:
            self.banner.say(
                plural(
                    found.at_once,
                    "{n} record would complete and award credit at once",
                    "{n} records would complete and award credit at once",
                ),
                summary_words(found),
            )

    def refresh(self) -> None:
        super().refresh()
        self._forecast.look()

    # Records

    def _show(self, found: HeldRow | None) -> None:
        self.current = found
        self.pane.why_not = self._context.rights.why_not(Permission.IMPORT_RECORDS)
        self.pane.show_row(found)

    @Slot()
    def _match_current(self) -> None:
        if self.current is not None:
            self.match_wanted.emit([self.current.id])

    @Slot()
    def _delete_current(self) -> None:
        if self.current is not None:
            self.delete_wanted.emit([self.current.id])

    @Slot()
    def _job_of_current(self) -> None:
        if self.current is not None:
            self.job_wanted.emit(self.current.job_id)

    def activated(self, key: int) -> None:
        """Enter or a double-click: the import that it came with."""
        self._job_of_current()


def summary_words(found: HeldSummary) -> str:
    """To whom it would go, by when; and how far that was looked at."""
    said = [
        tr("{n} to {body}, the first by {day}", n=count(number), body=visible_text(body), day=shown(due))
        for body, (number, due) in found.bodies.items()
    ]
    told = f"{', '.join(said)}. " if said else tr("Nothing of it would go to an outside body. ")
    if found.known:
        told += plural(found.known, "The learner of {n} is known now. ", "The learners of {n} are known now. ")
    if found.looked_at < found.waiting:
        told += tr("Looked at were the first {n}.", n=count(found.looked_at))
    return told.strip()


def _read(tx: Connection, key: int) -> HeldRow | None:
    return held_list.rows(tx, [key]).get(key)
