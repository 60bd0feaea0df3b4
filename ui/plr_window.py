"""The Attainments (PLR) window: one tool bar, the strip, the grid and its details, in a window of its own."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QPushButton,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.access import Permission
from app.context import AppContext
from ui import parts
from ui.actions import shown_keys
from ui.dialogs.questions import confirm_closing_plr
from ui.exporting import CSV, EXCEL
from ui.hub import Hub
from ui.look.buttons import button, enable, icon_button
from ui.look.cards import HairLine
from ui.look.focus_ring import FocusRing
from ui.look.help_key import HelpKey
from ui.look.icons import Icon
from ui.look.search_field import SearchField
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.plr import PlrPage
from ui.pages.plr_find import PlrFind
from ui.plr_tool_bar import PlrToolBar
from ui.status_bar import Sign, StatusBar
from ui.window_place import place_of, put_back
from ui.workers import TaskRunner

KEYS = {
    "update_selected": "Ctrl+U",
    "refresh": "F5",
    "refresh_failed": "Shift+F5",
    "refresh_selected": "Ctrl+F5",
    "edit_learner": "F2",
    "find_uln": "Ctrl+Shift+U",
    "conditions": "Ctrl+Shift+F",
}
"""Of the buttons of the tool bar; *Select All* is Ctrl-A of the grid."""
_SHOWN_KEYS = {**KEYS, "select_all": "Ctrl+A", "export": "Ctrl+E"}


class PlrWindow(QMainWindow):
    """Opens with a download; `closed` when it went away and everything downloaded is forgotten. Of Qt's windows
    only a QMainWindow is one to a screen reader."""

    closed = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("plr_window")
        self.setWindowTitle(tr("Attainments (PLR)"))
        self._context = context
        self._unasked = False
        self.page = PlrPage(context, runner, hub, self)
        self.finding = PlrFind(self.page, context, runner, hub)
        self.page.changed.connect(self.refresh_buttons)
        self.page.busy_changed.connect(self.refresh_buttons)
        self.status = StatusBar(self)
        self._buttons: dict[str, QPushButton] = {}
        inside = QWidget()
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._build_tool_bar())
        strip = QHBoxLayout()
        strip.setContentsMargins(8, 0, 8, 8)
        strip.addWidget(self.page.strip)
        whole.addLayout(strip)
        whole.addWidget(self.page, 1)
        whole.addWidget(self.status)
        self.setCentralWidget(inside)
        self._shortcuts()
        parts.in_reading_order([self._bar, self.page.strip, self.page, self.status])
        FocusRing(self)
        HelpKey(self)
        self.resize(1440, 900)
        self.refresh_buttons()

    def sizeHint(self) -> QSize:
        return QSize(1440, 900)

    def _build_tool_bar(self) -> PlrToolBar:
        bar = self._bar = PlrToolBar(self)
        page = self.page
        for name, text, icon, kind, called in (
            ("select_all", "Select All", Icon.SELECTION_ALL, "quiet", page.grid.select_all),
            ("update_selected", "Update Selected", Icon.DATABASE, "primary", page.update_selected),
            ("", "", None, "", None),
            ("refresh", "Refresh", Icon.ARROWS_CLOCKWISE, "quiet", page.refresh),
            ("refresh_failed", "Refresh Failed", None, "quiet", page.refresh_failed),
            ("refresh_selected", "Refresh Selected", None, "quiet", page.refresh_selected),
            ("", "", None, "", None),
            ("edit_learner", "Edit Learner", Icon.PENCIL_SIMPLE, "quiet", page.edit_learner),
            ("find_uln", "Find ULN", Icon.USER_FOCUS, "quiet", self.finding.find),
            ("conditions", "Condition Builder", Icon.FUNNEL, "quiet", page.open_condition_builder),
        ):
            if not name:
                line = HairLine(Qt.Orientation.Vertical)
                line.setFixedSize(1, 20)
                bar.add(line)
                continue
            made = button(tr(text), icon, kind, f"plr_{name}", clicked=called)  # type: ignore[arg-type]
            self._buttons[name] = made
            self._show_keys(name)
            bar.add(made)
        menu = QMenu(self)
        menu.addAction(tr("Export to Excel"), self._export_excel)
        menu.addAction(tr("Export to CSV"), self._export_csv)
        bar.add(self._searches_button())
        self._buttons["export"] = button(tr("Export"), Icon.EXPORT, "quiet", "plr_export", menu=menu)
        bar.add(self._buttons["export"])
        self.search = SearchField(tr("Filter all columns"), name="plr_quick_filter")
        self.search.setMinimumWidth(84)
        self.search.setMaximumWidth(220)
        self.search.textChanged.connect(page.set_quick)
        self.search.left.connect(page.grid.setFocus)
        bar.right.addWidget(self.search)
        self.columns = icon_button(Icon.COLUMNS, tr("Columns"), "plr_columns_button", clicked=self._show_columns)
        bar.right.addWidget(self.columns)
        self.details = icon_button(Icon.LAYOUT, tr("Details pane"), "plr_details_button", checkable=True)
        self.details.setChecked(True)
        self.details.toggled.connect(page.pane.setVisible)
        page.pane.closed.connect(self._details_closed)
        bar.right.addWidget(self.details)
        close = button(tr("Close"), Icon.X, name="plr_close", clicked=self.close)
        close.setToolTip(tr("Close ({keys})", keys=shown_keys("Ctrl+W")))
        bar.right.addWidget(close)
        return bar

    @Slot()
    def _show_columns(self) -> None:
        self.page.columns_menu().popup(self.columns.mapToGlobal(QPoint(0, self.columns.height())))

    def _searches_button(self) -> QToolButton:
        menu = QMenu(self)
        menu.setObjectName("plr_saved_searches")
        if self.page.searches is not None:
            self.page.searches.serve(menu)
        # Without words, so that the whole tool bar stands in one line of an ordinary window.
        made = icon_button(Icon.BOOKMARK_SIMPLE, tr("Saved Searches"), "plr_searches")
        made.setMenu(menu)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made

    def _shortcuts(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+F": self.search.setFocus,
            "Ctrl+E": partial(self._do, "export", self._export_excel),
            "Ctrl+Shift+E": partial(self._do, "export", self._export_csv),
            "F6": partial(self._move_part, 1),
            "Shift+F6": partial(self._move_part, -1),
            "Ctrl+W": self.close,
        }
        keys |= {shortcut: partial(self._do, name) for name, shortcut in KEYS.items()}
        for shortcut, act in keys.items():
            QShortcut(QKeySequence(shortcut), self, act)

    def _show_keys(self, name: str) -> None:
        target = self._buttons[name]
        target.setToolTip(f"{target.text()} ({shown_keys(_SHOWN_KEYS[name])})")

    def _do(self, name: str, act: Callable[[], object] | None = None) -> None:
        """What a button does, by its keys; one that cannot be pressed says why, as its tool tip does."""
        target = self._buttons[name]
        if target.isEnabled():
            (act or target.click)()
            return
        reason = target.accessibleDescription()
        QToolTip.showText(target.mapToGlobal(QPoint(0, target.height())), reason, target)
        announce(target, reason)

    def _move_part(self, step: int) -> None:
        """F6: tool bar, strip, grid, details, status bar, and round again."""
        parts.move([self._bar, self.page.strip, self.page.grid, self.page.pane, self.status], step)

    def state(self) -> dict[str, Any]:
        """Place, size, columns, order and pane, plain enough for JSON; nothing of what was downloaded."""
        return {"geometry": place_of(self), **self.page.layout_state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """As `state` told; what is missing or nonsense is left as it is."""
        put_back(self, state.get("geometry"))
        self.page.restore_layout_state(state)
        self.details.setChecked(not self.page.pane.isHidden())

    @Slot()
    def _details_closed(self) -> None:
        self.details.setChecked(False)

    def download(self, learner_ids: Sequence[int]) -> None:
        """Open for these learners; the download starts by itself."""
        self.page.download(learner_ids)

    @Slot()
    def _export_excel(self) -> None:
        self.page.export_to(EXCEL)

    @Slot()
    def _export_csv(self) -> None:
        self.page.export_to(CSV)

    @Slot()
    def refresh_buttons(self) -> None:
        """Enable what can be done now; what cannot says why."""
        page, rights = self.page, self._context.rights
        selected = page.selected_count
        busy = tr("Not while a download or an update is running.") if page.busy else ""
        busy = self._context.offline or busy
        nothing = "" if page.session.learner_count else tr("Nothing was downloaded.")
        select = "" if selected else tr("Select rows first, or press Select All.")
        download = rights.why_not(Permission.PLR_DOWNLOAD)
        for name, reason in (
            ("select_all", "" if page.shown else tr("There are no rows.")),
            ("update_selected", rights.why_not(Permission.PLR_UPDATE) or busy or select),
            ("refresh", download or busy or nothing),
            ("refresh_failed", download or busy or nothing),
            ("refresh_selected", download or busy or select),
            ("edit_learner", rights.why_not(Permission.EDIT_LEARNERS) or busy or select),
            ("find_uln", self.finding.why_not()),
            ("export", rights.why_not(Permission.EXPORT) or busy or nothing),
        ):
            target = self._buttons[name]
            enable(target, reason)
            if not reason:
                self._show_keys(name)
        self._show_status(selected)

    def _show_status(self, selected: int) -> None:
        page = self.page
        if page.downloading is not None:
            calls = self._context.settings.lrs.parallel
            words = plural(calls, "Downloading, {n} call at once", "Downloading, {n} calls at once")
            left = [
                Sign(words, Icon.CLOUD_ARROW_DOWN, Role.ACCENT_TEXT),
                tr("Rows can be read, sorted and filtered meanwhile"),
            ]
        else:
            chosen = tr("{n} of {all} selected", n=count(selected), all=count(page.shown))
            left = [Sign(chosen, Icon.CHECK, Role.ACCENT_TEXT) if selected else chosen]
        gone = tr("The database does not answer") if self._context.offline else ""
        done = Sign(page.downloaded_words(), Icon.CHECK_CIRCLE, Role.GOOD)
        right = [Sign(gone, Icon.WARNING, Role.BAD), done, Sign(self._context.user.name, Icon.USER)]
        self.status.show_texts(left, [text for text in right if text])

    def closeEvent(self, event: QCloseEvent) -> None:
        records = self.page.record_count()
        if (
            not self._unasked
            and (self.page.busy or records)
            and not confirm_closing_plr(self, records, self.page.updating.updated_rows, busy=self.page.busy)
        ):
            event.ignore()
            return
        self.page.cancel()
        self.page.forget()
        event.accept()
        self.closed.emit()

    def close_unasked(self) -> None:
        """Close without the question: the whole program is leaving."""
        self._unasked = True
        self.close()
