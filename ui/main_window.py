"""The main window: ribbon, page tabs, the page in front, status bar. It knows the pages; they do not know it."""

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QCursor, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from app import access
from app.access import Rights
from app.changes import Changes, Topic
from app.context import AppContext
from app.tasks import TaskContext
from ui import parts, remembered
from ui.action_list import action_list
from ui.action_reasons import WindowState
from ui.actions import ActionSet
from ui.activity_part import ActivityPart
from ui.credit_part import CreditPart
from ui.database_part import DatabasePart
from ui.demo_banner import demo_banner
from ui.elsewhere import Elsewhere
from ui.export_status import ExportStatus
from ui.exporting import CSV, EXCEL
from ui.file_menu import FileMenu
from ui.home_part import HomePart
from ui.hub import Hub
from ui.imports_part import ImportsPart
from ui.leaving import Leaving
from ui.lms_banners import LmsBanners
from ui.lms_extracts import LmsExtracts
from ui.lms_part import LmsPart
from ui.look.focus_ring import FocusRing
from ui.look.words import tr
from ui.messages import Messages
from ui.offline import Offline
from ui.offline_banner import OfflineBanner
from ui.page_row import PageRow
from ui.page_stack import TITLES, PageStack
from ui.pages.grid_page import GridPage
from ui.plr_opener import PlrOpener
from ui.ribbon import Ribbon
from ui.setting_up_part import SettingUpPart
from ui.status_bar import StatusBar
from ui.status_words import place_words, rows_words
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from ui.dialogs.settings import SettingsDialog
    from ui.pages.attainments import AttainmentsPage
    from ui.pages.home import HomePage
    from ui.pages.licences import LicencesPage
    from ui.pages.one_learner import OneLearnerPage


class MainWindow(QMainWindow):
    """`left` when the window is gone and the program may end."""

    left = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.context = context
        self.setWindowTitle(tr("Learner Manager – Demo") if context.demo else tr("Learner Manager"))
        self.runner = TaskRunner(self)
        self.hub = Hub(self)
        self.messages = Messages(self)
        self.runner.failed.connect(self.messages.show)
        self.hub.announced.connect(self._announced)
        self.leaving = Leaving(self)
        self._remembered = remembered.Remembered(context.folder.path)
        self._appearance = self._remembered.appearance
        self._refresh_later = QTimer(self, singleShot=True, interval=0)
        self._refresh_later.timeout.connect(self.refresh_actions)
        self._build()
        self._wire()
        self.resize(1440, 900)
        self._remembered.restore(self, self.ribbon)
        self._set_appearance(self._appearance)
        self.learners.grid.setFocus()
        self.show_page(self._remembered.page(TITLES))

    # Building

    def _build(self) -> None:
        self.actions_ = ActionSet(action_list(), self)
        self.file_menu = FileMenu(
            self, self.runner, lambda: self.row.front, self._remembered, in_demo=self.context.demo
        )
        self.ribbon = Ribbon(self.actions_, self.file_menu, self)
        self._stack = PageStack(self.context, self.runner, self.hub, self)
        self.learners = self._stack.learners
        self.row = PageRow(self._stack, self.ribbon, self)
        self.tabs, self.search, self.details = self.row.tabs, self.row.search, self.row.details
        self.status = StatusBar(self)
        self.lms_banners = LmsBanners(self)
        self.elsewhere = Elsewhere(self.context, self.runner, self.hub, self)
        self.offline = Offline(self.context, self.runner, self.elsewhere, self.hub, self)
        self.offline_banner = OfflineBanner(self.offline, self)
        self.activity = ActivityPart(self, self._stack, self._remembered)
        above = [self.ribbon, self.row, self.offline_banner, self.lms_banners]
        if self.context.demo:
            above.insert(0, demo_banner())
        self.setCentralWidget(parts.stacked(above, self.activity.place, [self.status]))
        FocusRing(self)

    def _wire(self) -> None:
        self.exports = ExportStatus(self.status, self.messages, self)
        self.exports.changed.connect(self._something_changed)
        self.plr = PlrOpener(self, self.context, self.runner, self.hub, self.messages, self._remembered)
        self.plr.changed.connect(self._something_changed)
        self.plr.rights_doubted.connect(self._read_rights)
        self.plr.edit_wanted.connect(self.learners.edit_one)
        self.plr.said.connect(self.status.show_result)
        self.offline.changed.connect(self._offline_changed)
        self.offline_banner.came_back.connect(self.status.show_result)
        self.offline_banner.leave_wanted.connect(self.leave)
        self.offline_banner.focus_left.connect(self.row.to_page)
        self.lms = LmsPart(
            self.context,
            self.runner,
            self.hub,
            self.messages,
            self._stack,
            self.row,
            self.status,
            self.lms_banners,
            self,
        )
        self.lms.changed.connect(self._something_changed)
        self.home = HomePart(self.context, self)
        self.extracts = LmsExtracts(self._stack, self.row, self.status, self)
        self.credit = CreditPart(self.context, self.runner, self.hub, self._stack, self.row, self)
        self.credit.changed.connect(self._something_changed)
        self.credit.said.connect(self.status.show_result)
        self._wire_imports()
        self.database = DatabasePart(self.context, self.runner, self.messages, self)
        self.database.leave_wanted.connect(self.leave)
        self.lms.attainments_wanted.connect(self._show_attainments_of)
        self.lms.settings_wanted.connect(self.open_settings)
        self.ribbon.theme_chosen.connect(self._theme_chosen)
        self.ribbon.help_wanted.connect(self.file_menu.open_help)
        self.left.connect(self.file_menu.help.close)
        self.file_menu.settings_wanted.connect(self.open_settings)
        self.setting_up = SettingUpPart(self.context, self._remembered, self)
        self.file_menu.leave_wanted.connect(self.leave)
        self.file_menu.said.connect(self.status.show_result)
        self.row.switched.connect(self.refresh_actions)
        self._stack.made.connect(self._page_made)
        self._page_made(self.learners)
        self.learners.attainments_wanted.connect(self._show_attainments_of)
        self.learners.licences_wanted.connect(self._open_licences)
        self.learners.settings_wanted.connect(self.open_settings)
        self.learners.demo_wanted.connect(self.file_menu.open_demo)
        for keys, step in (("F6", 1), ("Shift+F6", -1)):
            QShortcut(QKeySequence(keys), self, partial(self._move_part, step))

    def _wire_imports(self) -> None:
        self.imports = ImportsPart(
            self.context, self.runner, self.hub, self.messages, self._stack, self.row, self.status, self.exports, self
        )
        self.imports.changed.connect(self._something_changed)

    # Pages

    @Slot(QWidget)
    def _page_made(self, page: QWidget) -> None:
        """Let a page that has just been made look as it was left, be followed, and be reached by Tab."""
        if isinstance(page, GridPage):
            self._remembered.lay_out(page)
            remembered.dress_page(self._appearance, page)
            page.changed.connect(self._something_changed)
            page.exporting.connect(self.exports.follow)
            page.details_closed.connect(self.row.details_closed)
            page.reload()
        elif page.objectName() == "one_learner":
            cast("OneLearnerPage", page).said.connect(self.status.show_result)
        elif page.objectName() == "home":
            self.home.follow(cast("HomePage", page))
        parts.in_reading_order(
            [
                self.ribbon, self.tabs, self.search, self.details,
                self.offline_banner, self.lms_banners, self._stack, self.activity.pane, self.status,
            ]
        )  # fmt: skip

    @property
    def attainments(self) -> "AttainmentsPage":
        return cast("AttainmentsPage", self._stack.page("attainments"))

    @property
    def licences(self) -> "LicencesPage":
        return cast("LicencesPage", self._stack.page("licences"))

    @property
    def page(self) -> GridPage:
        """The grid in front; Learners when the page in front has none."""
        return self.row.grid_page or self.learners

    def show_page(self, name: str) -> None:
        """Bring a page to the front, with its area of the ribbon."""
        self.row.show_page(name)

    @Slot()
    def _open_licences(self) -> None:
        self.show_page("licences")

    def _move_part(self, step: int) -> None:
        """F6: ribbon, grid, details, activity, status bar, and round again."""
        page = self._stack.currentWidget()
        inside = [one for one in (page.stops() if isinstance(page, GridPage) else [page]) if one is not None]
        parts.move([self.ribbon, *inside, self.activity.pane, self.status], step)

    # Actions

    def state(self) -> WindowState:
        page = self._stack.currentWidget()
        grid = page if isinstance(page, GridPage) else None
        return WindowState(
            page=page.objectName() if page is not None else "",
            rights=self.context.rights,
            nouns=grid.nouns if grid is not None else ("", ""),
            by_conditions=grid is None or bool(grid.fields),
            selected=grid.selected_count if grid is not None else 0,
            learners=self.learners.selected_count,
            shown=grid.shown if grid is not None else 0,
            total=grid.total if grid is not None else 0,
            has_conditions=grid is not None and grid.narrowed,
            plr_busy=self.plr.busy,
            exporting=self.exports.busy,
            syncing=self.lms.busy,
            importing=self.imports.busy,
            import_locked=self.imports.locked,
            lms_set_up=bool(self.context.settings.lms.url),
            can_undo_credit=self.credit.undo.possible,
            can_undo_section=bool(getattr(page, "can_undo", False)),
            offline=self.context.offline,
            **(grid.told() if grid is not None else {}),
        )

    @Slot()
    def _something_changed(self) -> None:
        self._refresh_later.start()

    @Slot()
    def refresh_actions(self) -> None:
        """Ask every action anew whether it can be done, and say in the status bar what is selected."""
        state = self.state()
        self.actions_.refresh(state)
        self.learners.pane.offer_why(offered=state.lms_set_up)
        left, right = (
            rows_words(self._stack.currentWidget()),
            place_words(self.context, self.lms.words(), self.offline),
        )
        self.status.show_texts(left, right)

    @property
    def plr_exporting(self) -> bool:
        """Whether the PLR window writes a file at the moment."""
        return self.plr.exporting

    def export_menu(self) -> QMenu:
        """To Excel or to CSV, for areas with one button for both."""
        menu = QMenu(self)
        menu.addAction(tr("Export to Excel"), self._export_excel)
        menu.addAction(tr("Export to CSV"), self._export_csv)
        self.page.add_exports(menu)
        return menu

    def show_export_menu(self) -> None:
        menu = self.export_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    @Slot()
    def _export_excel(self) -> None:
        self.page.export_to(EXCEL)

    @Slot()
    def _export_csv(self) -> None:
        self.page.export_to(CSV)

    def show_columns_menu(self) -> None:
        self.page.columns_menu().popup(QCursor.pos())

    def add_learner(self) -> None:
        self.show_page("learners")
        self.learners.add_learner()

    def show_attainments(self) -> None:
        """The attainments of the selected learners."""
        keys = self.learners.grid.selected_keys()
        self._show_attainments_of(list(keys))

    @Slot(object)
    def _show_attainments_of(self, learner_ids: list[int]) -> None:
        self.attainments.show_learners(learner_ids)
        self.show_page("attainments")

    def show_one_learner(self) -> None:
        """*One Learner*: the page of the current row."""
        key = self.learners.grid.current_key
        if key is not None:
            cast("OneLearnerPage", self._stack.page("one_learner")).show_learner(key)
            self.show_page("one_learner")

    def download_plr(self) -> None:
        """*Attainments (PLR) Download* for the selected learners."""
        self.plr.download(self.learners.grid.selected_keys())

    # Settings, rights, demo

    @Slot()
    def open_settings(self) -> "SettingsDialog":
        from ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self, self.runner, self.context, self._appearance)
        banner = self.learners.certificate_banner
        for act in (self._something_changed, banner.look, self.lms.settings_saved, self.setting_up.look):
            dialog.saved.connect(act)
        dialog.appearance_changed.connect(self._set_appearance)
        dialog.open()
        return dialog

    @Slot(str)
    def _theme_chosen(self, mode: str) -> None:
        self._appearance["theme"] = mode

    @Slot(object)
    def _set_appearance(self, appearance: remembered.Appearance) -> None:
        self._appearance = dict(appearance)
        self.activity.notifier.wanted = self._appearance.get("notify") != "off"
        remembered.dress(self._appearance, self._stack.grids)

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if changes.topics & {Topic.LICENCES, Topic.USERS}:
            self._read_rights()

    def _read_rights(self) -> None:
        def read(context: TaskContext) -> Rights:
            with self.context.db.read(context) as tx:
                return access.rights(tx, self.context.user)

        self.runner.run(read, lane=Lane.READ, done=self._rights_read)

    @Slot(object)
    def _rights_read(self, rights: Rights) -> None:
        self.context.rights = rights
        self.learners.show_rights(rights)
        self.refresh_actions()
        if self.plr.window is not None:
            self.plr.window.refresh_buttons()

    @Slot()
    def _offline_changed(self) -> None:
        for page in self._stack.grids:
            page.offline_changed()
        self.refresh_actions()
        if self.plr.window is not None:
            self.plr.window.refresh_buttons()

    def sizeHint(self) -> QSize:
        return QSize(1440, 900)

    # Leaving

    @Slot()
    def leave(self) -> None:
        """Exit: as closing the window."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.leaving.may_close():
            event.accept()
            self.left.emit()
        else:
            event.ignore()

    def remember(self) -> None:
        """Write down, for the next run, how the window looks."""
        self._remembered.save(self, self.ribbon, self._stack, self._appearance, self.state().page)

    def may_leave(self) -> bool:
        """Whether the page in front lets the window go."""
        return self._stack.may_leave()

    def end_tasks(self) -> None:
        """Stop every task and wait for it."""
        self.leaving.end_tasks()

    def close_for_good(self) -> None:
        """After the tasks ended: no question any more."""
        self.leaving.for_good()
