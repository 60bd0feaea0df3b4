"""The page LMS Extract Statuses: what goes to the LMS, filtered, staged one by one or all at once, and saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from sqlalchemy import Connection

from app.access import Permission
from app.changes import Topic
from app.conditions import Group
from app.context import AppContext
from app.keys import Keys
from app.lms.extracts import filters as panel
from app.lms.extracts import history_of, records_list
from app.lms.extracts.filters import Choices
from app.lms.extracts.records_list import FIELDS, ExtractRow, Filters
from app.saved import Kind
from app.tasks import TaskContext
from ui.exporting import CSV, EXCEL, Exporter, Wanted, export
from ui.follower import Follower
from ui.grids.columns import Query
from ui.grids.condition_words import spoken
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.fonts import scaled
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.extract_bars import FilterLine, StagedBar
from ui.pages.extract_details import ExtractDetails, LookedAt
from ui.pages.extract_filters import WIDTHS, ExtractFilters
from ui.pages.extract_history import HistorySource
from ui.pages.extract_saved_filters import SavedFilters
from ui.pages.extract_source import ExtractSource
from ui.pages.extract_staging import ExtractStaging
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.protecting import ask_for_target, held_by
from ui.status_bar import Sign
from ui.workers import Lane, Task, TaskRunner

if TYPE_CHECKING:
    from app.export import ExportSummary

_ALL_THREE = 800
"""In a narrower window filters give way to the details while these are open; the line says what is applied."""
_TOPICS = (Topic.EXTRACTS, Topic.ENROLMENTS, Topic.LMS_COURSES, Topic.LEARNERS, Topic.USERS)


@dataclass(frozen=True, slots=True)
class _Offered:
    choices: Choices
    some: bool
    """Whether there is any record that the user may see."""


class ExtractsPage(GridPage):
    """`said` carries a sentence for the status bar; `pane_opened` when the details were opened by the page itself."""

    said = Signal(str)
    pane_opened = Signal()
    filters: ExtractFilters | None = None

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = ExtractSource(context.db, context.user)
        nouns = "record", "records"
        super().__init__("extracts", "LMS Extract Statuses", nouns, source, fields, runner, parent)
        self.records = source
        self._context = context
        self.searches = Searches(self, context, Kind.EXTRACT_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.EXTRACT_LAYOUT, self)
        self.applied: Filters | None = None
        """The filters in force; None until it is known what there is to filter by."""
        self._first: Filters | None = None
        self._some = True
        self._choices = Choices()
        self._build_around()
        self.staging = ExtractStaging(context, runner, hub, self)
        self.staging.staged_changed.connect(self._staged_changed)
        self.staging.changed.connect(self._staged_changed)
        self.staging.said.connect(self.said)
        self._offered = Follower(runner, self._read_offered, self._offer, self)
        self.watch(hub, *_TOPICS)
        self._offered.look()

    def _build_around(self) -> None:
        self.saved_filters = SavedFilters(self.runner, self._context, self._current, self._use, self)
        self.filters = ExtractFilters(self.saved_filters.menu, self)
        self.filters.applied.connect(self.apply)
        self.filters.pending_changed.connect(self._pending_changed)
        self._row.insertWidget(0, self.filters)
        self.line = FilterLine(self)
        self._inside.insertWidget(0, self.line)
        self.bar.hide_when_empty = True
        self.bar.set_state(None, self.fields, 0, 0, self.nouns)
        self.staged_bar = StagedBar(self)
        self._inside.addWidget(self.staged_bar)
        self.pane = ExtractDetails(self)
        self.follow(self.pane, self._read_details, self._show)
        self.pane.status_wanted.connect(self._stage_current)
        self.pane.hide()
        self.pane.turns.connect(self._pane_turns)
        self.staged_bar.save_wanted.connect(self.save)
        self.staged_bar.discard_wanted.connect(self.discard)
        self._fit_details()

    def _fit_details(self) -> None:
        super()._fit_details()
        if self.filters is not None:
            wide, narrow = WIDTHS
            self.filters.setFixedWidth(scaled(narrow if self.is_narrow else wide))
            self._give_way(beside=self.details is not None and not self.details.isHidden())

    def _give_way(self, *, beside: bool) -> None:
        """Else text of 200 % would make the window wider than a screen of 1366 px."""
        assert self.filters is not None
        self.filters.setVisible(not beside or self.window().width() >= scaled(_ALL_THREE))

    @Slot(bool)
    def _pane_turns(self, shown: bool) -> None:
        self._give_way(beside=shown)

    # What there is to filter by

    def _read_offered(self) -> Task | None:
        if self.why_not_seen:
            return None
        db, user = self._context.db, self._context.user

        def read(context: TaskContext) -> _Offered:
            with db.read(context) as tx:
                scope = records_list.scope_of(tx, user)
                some = tx.execute(records_list.any_query(scope)).first() is not None
                return _Offered(panel.choices(tx, scope, date.today()), some)

        return read

    @property
    def why_not_seen(self) -> str:
        """Why this user may not see extract records; "" if allowed (2.2)."""
        rights = self._context.rights
        return rights.why_not(Permission.PROCESSES) or rights.why_not(Permission.EXTRACTS)

    @Slot(object)
    def _offer(self, offered: _Offered | None) -> None:
        assert self.filters is not None
        if offered is None:
            self._say_empty()
            self.grid.load(self.query())
            return
        self._choices, self._some = offered.choices, offered.some
        self._say_empty()
        first = self.applied is None
        if first:
            self.filters.pending = self._first or offered.choices.first()
        self.filters.show_choices(offered.choices)
        if first:
            self.apply(self.filters.pending)
        else:
            self._say_line()

    def _say_empty(self) -> None:
        if self.why_not_seen:
            made = EmptyState(tr("You may not see LMS extract statuses"), self.why_not_seen, icon=Icon.LOCK_SIMPLE)
        elif not self._some:
            made = EmptyState(
                tr("No records yet"),
                tr(
                    "Each change of an enrolment that the LMS has to hear of becomes a record here: a new one, a "
                    "withdrawal, a break, other dates. Set up terms, campuses and sections first."
                ),
                icon=Icon.QUEUE,
            )
        else:
            made = EmptyState(
                tr("No record passes the applied filter"),
                tr("Choose other filters at the left and press Apply Filters, or take away conditions."),
                icon=Icon.FUNNEL,
            )
        self.grid.set_empty_widget(made)

    # Filters

    def show_statuses(self, statuses: tuple[str, ...]) -> None:
        """Records of these statuses, or of any, of whatever campus, term and section; at once, or as soon as it is
        known what there is to filter by."""
        self._first = Filters(statuses=statuses)
        if self.applied is not None:
            self._use(self._first)

    @Slot(object)
    def apply(self, filters: Filters) -> None:
        """Put filters in force; asks first where changes are staged (EX-U5)."""
        if filters != self.applied and not self.staging.may_leave():
            return
        self.applied = self.records.filters = filters
        self._pending_changed()
        self.reload()

    def _current(self) -> tuple[Filters, str]:
        assert self.filters is not None
        return self.filters.pending, tr(panel.filter_words(self.filters.pending, self._choices))

    def _use(self, filters: Filters) -> None:
        """Choose and apply a saved set."""
        assert self.filters is not None
        self.filters.choose(filters)
        self.filters.apply()

    @Slot()
    def _pending_changed(self) -> None:
        assert self.filters is not None
        in_force = self.applied is None or self.filters.pending == self.applied
        self.filters.show_applied(in_force=in_force)
        self._say_line()

    @property
    def applied_words(self) -> str:
        """The filter in force, in words, with whatever else narrows the list."""
        if self.applied is None:
            return ""
        parts = [tr(panel.filter_words(self.applied, self._choices))]
        if self.conditions is not None:
            parts.append(spoken(self.conditions, self.fields, self.nouns))
        if self.quick.strip():
            parts.append(tr("with “{words}”", words=visible_text(self.quick.strip())))
        return ", ".join(parts)

    def _say_line(self) -> None:
        assert self.filters is not None
        number = plural(self.shown, "{n} record", "{n} records")
        if self.shown != self.total:
            number = tr("{n} of {all} records", n=count(self.shown), all=count(self.total))
        words = tr("{number}: {words}", number=number, words=self.applied_words) if self.applied is not None else ""
        in_force = self.applied is None or self.filters.pending == self.applied
        self.line.show_state(words, in_force=in_force)

    @Slot()
    def reload(self) -> None:
        """Read the grid anew; not before it is known what there is to filter by."""
        if self.applied is not None:
            super().reload()

    def refresh(self) -> None:
        super().refresh()
        self._offered.look()
        self.staging.look()

    def set_conditions(self, group: Group | None) -> None:
        super().set_conditions(group)
        self._say_line()

    @Slot(int, int)
    def _loaded(self, shown: int, total: int) -> None:
        super()._loaded(shown, total)
        self._say_line()

    # Staging

    def offline_changed(self) -> None:
        self._staged_changed()

    @Slot()
    def _staged_changed(self) -> None:
        if self.records.staged is not self.staging.staged:
            self.records.staged = self.staging.staged
            self.grid.refresh_all()
        busy = tr("Statuses are being saved.") if self.staging.busy else ""
        self.staged_bar.show_staged(self.staging.staged, self.staging.why_not or busy)
        self.changed.emit()

    def stage_selected(self, target: str) -> None:
        """*Extract Status* and *Resubmit*: for the selected records."""
        self.staging.stage(self.grid.selected_keys(), target)

    @Slot(str)
    def _stage_current(self, target: str) -> None:
        if self.grid.current_key is not None:
            self.staging.stage([self.grid.current_key], target)

    def update_all(self) -> None:
        """*Update All Statuses*: of the filter that is applied, whatever is chosen beside it (EX-U2)."""
        query = self.grid.query

        def ids_of(context: TaskContext) -> Keys:
            return self.records.keys(context, query, lambda keys: None)

        self.staging.update_all(ids_of, self.applied_words)

    @Slot()
    def save(self) -> None:
        """*Save*."""
        self.staging.save()

    @Slot()
    def discard(self) -> None:
        """*Discard*."""
        self.staging.discard()

    def undo_last_save(self) -> None:
        """*Undo Last Save*."""
        self.staging.undo_last_save()

    def may_leave(self) -> bool:
        return self.staging.may_leave()

    def told(self) -> dict[str, Any]:
        staging = self.staging
        return {
            "staged": staging.staged.changing,
            "saving": staging.busy,
            "can_undo_save": staging.can_undo,
        }

    def status_words(self) -> list[str]:
        number = self.staging.staged.changing
        return [Sign(tr("{n} staged", n=count(number)), Icon.PENCIL_SIMPLE, Role.STAGED)] if number else []

    # Details

    def _read_details(self, tx: Connection, key: int) -> LookedAt | None:
        scope = records_list.scope_of(tx, self._context.user)
        row = records_list.rows(tx, [key], scope).get(key)
        return LookedAt(row, history_of.of_record(tx, key, scope)) if row is not None else None

    def read_current(self, then: Callable[[ExtractRow | None], None]) -> None:
        """Give the current record to `then`, a slot."""
        key, db, user = self.grid.current_key, self._context.db, self._context.user
        if key is None:
            return

        def read(context: TaskContext) -> ExtractRow | None:
            with db.read(context) as tx:
                return records_list.rows(tx, [key], records_list.scope_of(tx, user)).get(key)

        self.runner.run(read, lane=Lane.READ, done=then)

    def _show(self, found: LookedAt | None) -> None:
        self.pane.why_not = self.staging.why_not
        self.pane.show_row(found)

    def activated(self, key: int) -> None:
        """Enter or a double-click: the details, with the history."""
        if self.pane.isHidden():
            self.pane.show()
            self.pane_opened.emit()
        self.current_changed()

    # The histories as a file

    def add_exports(self, menu: QMenu) -> None:
        menu.addSeparator()
        for kind, words in ((EXCEL, tr("Export History to Excel")), (CSV, tr("Export History to CSV"))):
            menu.addAction(words).setData(kind)
        menu.triggered.connect(self._history_chosen)

    @Slot(QAction)
    def _history_chosen(self, action: QAction) -> None:
        if action.data():
            self.export_history(action.data())

    def export_history(self, kind: str) -> None:
        """Ask for a file, and write what happened to the selected records, or to all that are shown."""
        start = f"{tr('History of extract records')}.{kind}"
        source = HistorySource(self._context.db, self._context.user, self.rows_to_export())
        holds = held_by(source.columns)
        path = ask_for_target(self.window(), kind, tr("Export History"), start, holds)
        if path is None:
            return
        may = self.may_export

        def work(context: TaskContext) -> "ExportSummary":
            may()
            keys = source.keys(context, Query(), lambda keys: None)
            return export(context, Wanted(source, keys, source.columns, "History"), path)

        exporter = Exporter(self.runner, self)
        exporter.start(work, tr("Export History"))
        self.exporting.emit(exporter)
