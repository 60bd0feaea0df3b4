"""What every page with a grid is made of: conditions above, the grid in a card, a details pane beside it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget
from sqlalchemy import Connection

from app.access import Permission
from app.changes import Changes, Topic
from app.conditions import FieldInfo, Group
from app.context import AppContext
from app.keys import Keys
from app.tasks import TaskContext
from ui.dialogs.questions import tell_too_many_to_copy
from ui.exporting import EXCEL, Exporter, Wanted, export
from ui.follower import Follower
from ui.grids.columns import GridSource, Query
from ui.grids.condition_bar import ConditionBar
from ui.grids.condition_words import spoken
from ui.grids.copying import MOST_TO_COPY
from ui.grids.grid_view import GridView
from ui.hub import Hub
from ui.look.cards import Card, RoundedCorners
from ui.look.fonts import scaled
from ui.look.plain import visible_text
from ui.look.words import tr
from ui.pages.details_pane import DetailsPane
from ui.pages.layouts import Layouts
from ui.pages.pasted_list import PastedList
from ui.pages.searches import Searches
from ui.protecting import ask_for_target, held_by
from ui.workers import Task, TaskRunner

if TYPE_CHECKING:
    from app.export import ExportSummary, Target

QUICK_DELAY_MS = 30
NARROW_WINDOW = 1400
_Row = TypeVar("_Row")


class GridPage(QWidget):
    """A page around one grid. Subclasses give the source, the fields to search by, and the details pane."""

    changed = Signal()
    """Selection, counts or conditions changed: the ribbon and the status bar look again."""
    exporting = Signal(object)
    """An Exporter that has just been started."""
    details_closed = Signal()
    """The details pane was closed by its cross."""
    _context: AppContext
    """Whose user exports; every page sets its own."""
    details_widths = (316, 280)
    """Of the details pane, in a usual window and in a narrow one."""

    def __init__(
        self,
        name: str,
        title: str,
        nouns: tuple[str, str],
        source: GridSource,
        fields: Sequence[FieldInfo],
        runner: TaskRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.name, self.title, self.nouns = name, title, nouns
        self.fields: Mapping[str, FieldInfo] = {field.id: field for field in fields}
        self.runner = runner
        self.source = source
        self.conditions: Group | None = None
        self.shown = 0
        self.total = 0
        self._quick = ""
        self._quick_timer = QTimer(self, singleShot=True, interval=QUICK_DELAY_MS)
        self._quick_timer.timeout.connect(self.reload)
        self.details: DetailsPane | None = None
        self.following: Follower | None = None
        """Brings the current row into the details pane, where the page says how it is read."""
        self._topics: frozenset[Topic] = frozenset()
        self.searches: Searches | None = None
        """Saved searches, where the page has some."""
        self.pasted: PastedList | None = None
        """A pasted list of codes, where the page takes some."""
        self.layouts: Layouts | None = None
        """Saved layouts of the grid, where the page has some."""
        self._build()

    def _build(self) -> None:
        self.bar = ConditionBar(self)
        self.bar.edit_requested.connect(self.open_condition_builder)
        self.bar.remove_requested.connect(self._remove_condition)
        self.bar.cleared.connect(self.clear_conditions)
        self.grid = GridView(self.source, self.runner, f"{self.name}_grid", self)
        self.grid.setAccessibleName(tr(self.title))
        self.grid.loaded.connect(self._loaded)
        self.grid.selection_changed.connect(self._selection_changed)
        self.grid.current_changed.connect(self._current_changed)
        self.grid.activated_key.connect(self._activated)
        self.grid.too_many_to_copy.connect(self._too_many_to_copy)
        card = Card(self)
        inside = self._inside = card.column
        inside.addWidget(self.bar)
        inside.addWidget(self.grid, 1)
        RoundedCorners(card)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 0, 8, 0)
        self._row.setSpacing(8)
        self._row.addWidget(card, 1)

    def set_details(self, pane: DetailsPane) -> None:
        """Put the details pane at the right of the grid."""
        self.details = pane
        pane.closed.connect(self.details_closed)
        pane.closed.connect(pane.hide)
        pane.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._row.addWidget(pane)
        self._fit_details()

    def follow(
        self, pane: DetailsPane, read: Callable[[Connection, int], _Row | None], show: Callable[[_Row | None], None]
    ) -> None:
        """Put the details pane at the right of the grid, and let it follow the current row: `read` runs in a task and
        knows no widgets, `show` gets what it read, or None."""
        self.set_details(pane)

        def ask() -> Task | None:
            key, db = self.grid.current_key, self._context.db
            if key is None or pane.isHidden():
                return None

            def task(context: TaskContext) -> _Row | None:
                with db.read(context) as tx:
                    return read(tx, key)

            return task

        self.following = Follower(self.runner, ask, show, self)
        pane.followers.append(self.following)

    def watch(self, hub: Hub, *topics: Topic) -> None:
        """Read anew whenever something of these kinds changed in the database."""
        self._topics = frozenset(topics)
        hub.announced.connect(self._hub_announced)

    @Slot(object)
    def _hub_announced(self, changes: Changes) -> None:
        if changes.topics & self._topics:
            self.refresh()

    def refresh(self) -> None:
        """Something that is shown changed: read the grid and the details anew."""
        self.reload()
        self.current_changed()

    def insert_above_grid(self, widget: QWidget) -> None:
        """Put a banner between the conditions and the grid."""
        self._inside.insertWidget(1, widget)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_details()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit_details()

    @property
    def is_narrow(self) -> bool:
        """Whether the window has little room beside the grid, at the size that the text has."""
        return self.window().width() < scaled(NARROW_WINDOW)

    def _fit_details(self) -> None:
        if self.details is not None:
            wide, narrow = self.details_widths
            self.details.setFixedWidth(scaled(narrow if self.is_narrow else wide))

    # Searching

    def query(self) -> Query:
        codes = self.pasted.codes if self.pasted is not None else None
        return Query(self.conditions, self._quick, codes=codes).sorted_by(self.grid.order)

    @Slot()
    def reload(self) -> None:
        """Read the grid anew; selection and current row stay."""
        self._quick_timer.stop()
        self.grid.load(self.query())
        if self.pasted is not None:
            self.pasted.look()

    def set_quick(self, text: str) -> None:
        """The quick filter: applied a moment after the last key."""
        if text != self._quick:
            self._quick = text
            self._quick_timer.start()

    @property
    def quick(self) -> str:
        return self._quick

    @property
    def narrowed(self) -> bool:
        """Whether there is something that *Clear* takes away: conditions, or a pasted list."""
        return self.conditions is not None or (self.pasted is not None and self.pasted.codes is not None)

    def paste(self, text: str) -> bool:
        """Text pasted into the quick filter: True if it was a list of codes, which now is what is shown."""
        return self.pasted is not None and self.pasted.paste(text)

    @Slot()
    def open_condition_builder(self) -> None:
        from ui.grids.condition_builder import ConditionBuilder

        dialog = ConditionBuilder(
            self.window(),
            self.runner,
            self.nouns,
            list(self.fields.values()),
            self.conditions,
            self.count_matching,
            self.searches.save if self.searches is not None else None,
            with_searches=self.searches is not None,
        )
        if self.searches is not None and dialog.side is not None:
            self.searches.offer_in(dialog.side)
        if dialog.exec():
            self.set_conditions(dialog.group)

    def count_matching(self, context: TaskContext, group: Group) -> tuple[int, int]:
        """How many rows a search would show, and how many there are; runs in a task."""
        found = self.source.keys(context, Query(conditions=group), lambda keys: None)
        return len(found), self.source.total()

    def set_conditions(self, group: Group | None) -> None:
        self.conditions = group if group is not None and group.members else None
        self.reload()

    @Slot()
    def clear_conditions(self) -> None:
        if self.pasted is not None:
            self.pasted.forget()
        self.set_conditions(None)

    @Slot(int)
    def _remove_condition(self, place: int) -> None:
        if self.conditions is not None:
            if self.conditions.negated:  # shown as one
                self.set_conditions(None)
                return
            members = self.conditions.members
            self.set_conditions(Group(self.conditions.join, members[:place] + members[place + 1 :]))

    @Slot(int, int)
    def _loaded(self, count: int, total: int) -> None:
        self.shown, self.total = count, total
        self.bar.set_state(self.conditions, self.fields, count, total, self.nouns)
        self.changed.emit()

    # Rows

    @Slot()
    def _selection_changed(self) -> None:
        self.selection_changed()
        self.changed.emit()

    @Slot()
    def _current_changed(self) -> None:
        self.current_changed()

    @Slot(object)
    def _activated(self, key: int) -> None:
        self.activated(key)

    def selection_changed(self) -> None:
        """The details pane follows the selection."""
        if self.details is not None:
            self.details.show_selection(self.selected_count)

    def current_changed(self) -> None:
        """The details pane follows the current row, at its own pace."""
        if self.following is not None:
            self.following.look_soon()

    def activated(self, key: int) -> None:
        """For subclasses: Enter or double-click on a row."""

    @property
    def selected_count(self) -> int:
        return self.grid.selected_count

    def offline_changed(self) -> None:
        """For subclasses: the database has gone, or is back; buttons of their own say so."""

    def told(self) -> Mapping[str, Any]:
        """For subclasses: what the actions may look at beside what every grid tells, by its name in WindowState."""
        return {}

    def stops(self) -> Sequence[QWidget | None]:
        """Where F6 stops within the page."""
        return self.grid, self.details

    def status_words(self) -> Sequence[str]:
        """For subclasses: what the status bar says beside the selection."""
        return ()

    def may_leave(self) -> bool:
        """For subclasses: whether another page may come to the front, or the window go; asks if need be."""
        return True

    # Exports

    def rows_to_export(self) -> Keys:
        """The selected rows; every row of the filter when fewer than two are."""
        return self.grid.selected_keys() if self.selected_count > 1 else self.grid.keys

    def in_words(self) -> str:
        """Which rows the grid shows, in a sentence."""
        parts = [spoken(self.conditions or Group(), self.fields, self.nouns)]
        if self.pasted is not None and self.pasted.words:
            parts.append(f"{tr('Pasted list')}: {self.pasted.words}")
        if self._quick.strip():
            parts.append(tr("with “{words}”", words=visible_text(self._quick.strip())))
        return ", ".join(parts)

    def may_export(self) -> None:
        """Look up in the database, in a task, that the user may still take rows out. Raises AccessError."""
        self._context.require(Permission.EXPORT)

    def add_exports(self, menu: QMenu) -> None:
        """For subclasses: what else of the page can be exported, put into the menu of exports."""

    def print_list(self, user: str) -> None:
        """*Print*: what the grid shows, on paper or as a PDF."""
        from ui.pages.printing import Printing

        Printing(self, user).ask()

    def export_to(self, kind: str) -> None:
        """Ask for a file and export there, in a task."""
        title = tr(self.title)
        holds = held_by(self.grid.column_layout.visible_columns())
        target = ask_for_target(self.window(), kind, tr("Export {page}", page=title), f"{title}.{kind}", holds)
        if target is not None:
            self.start_export(target)

    def start_export(self, target: "Target") -> Exporter:
        wanted = Wanted(self.source, self.rows_to_export(), self.grid.column_layout.visible_columns(), self.title)
        may = self.may_export

        def work(context: TaskContext) -> "ExportSummary":
            may()
            return export(context, wanted, target)

        exporter = Exporter(self.runner, self)
        exporter.start(work, tr("Export {page}", page=self.title))
        self.exporting.emit(exporter)
        return exporter

    @Slot(int)
    def _too_many_to_copy(self, rows: int) -> None:
        if tell_too_many_to_copy(self.window(), rows, MOST_TO_COPY):
            self.export_to(EXCEL)

    def searches_menu(self) -> QMenu:
        """Saved searches; empty where the page has none."""
        return self.searches.menu() if self.searches is not None else QMenu()

    def show_searches_menu(self) -> None:
        """The menu where the mouse is."""
        menu = self.searches_menu()
        menu.setParent(self, menu.windowFlags())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def columns_menu(self) -> QMenu:
        return self.grid.columns_menu()

    # Layout

    def layout_state(self) -> dict[str, Any]:
        """What is remembered of the page."""
        return {"grid": self.grid.saved_layout(), "details": self.details is None or not self.details.isHidden()}

    def restore_layout_state(self, state: Mapping[str, Any]) -> None:
        grid = state.get("grid")
        if isinstance(grid, dict):
            self.grid.restore_layout(grid)
        if self.details is not None and isinstance(state.get("details"), bool):
            self.details.setVisible(state["details"])
