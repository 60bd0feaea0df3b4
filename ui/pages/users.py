"""The page Users and Roles: who may open the database, with which roles, and which campuses they see."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app import users_listed
from app.access import Permission
from app.changes import Changes, Topic
from app.context import AppContext
from app.saved import Kind
from app.users_listed import FIELDS, UserRow
from ui.dialogs.user_form import UserDialog
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.pages.user_details import UserDetails
from ui.pages.user_source import UserSource
from ui.workers import TaskRunner


class UsersPage(GridPage):
    """Everybody may look; administrators edit with Enter, a double-click or the button."""

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        super().__init__(
            "users", "Users and Roles", ("user", "users"), UserSource(context.db), fields, runner, parent
        )
        self.searches = Searches(self, context, Kind.USER_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.USER_LAYOUT, self)
        self._context, self._hub = context, hub
        self.watch(hub, Topic.USERS, Topic.SECTIONS, Topic.LEARNERS)
        self.pane = UserDetails(self)
        self.pane.edit_wanted.connect(self.edit)
        self.follow(self.pane, _read, self._show)
        self.grid.set_empty_widget(
            EmptyState(tr("No user is so"), tr("Clear the conditions to see everybody."), icon=Icon.USERS_THREE)
        )

    @Slot(object)
    def _show(self, row: UserRow | None) -> None:
        self.pane.why_not = self._context.rights.why_not(Permission.ADMINISTER)
        self.pane.show_row(row)

    def add(self) -> None:
        """*Add User*."""
        self._open(None)

    @Slot()
    def edit(self) -> None:
        """*Edit User*: the current one."""
        if self.grid.current_key is not None:
            self._open(self.grid.current_key)

    def activated(self, key: int) -> None:
        self._open(key)

    def _open(self, key: int | None) -> None:
        dialog = UserDialog(self.window(), self.runner, self._context, key)
        dialog.changed.connect(self._written)
        dialog.open()

    @Slot(object)
    def _written(self, changes: Changes) -> None:
        self._hub.announce(changes)


def _read(tx: Connection, key: int) -> UserRow | None:
    return users_listed.rows(tx, [key]).get(key)
