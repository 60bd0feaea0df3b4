"""*Add User* and *Edit User*: who it is, whether they may come in, their roles and their campuses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from app import users
from app.access import ROLE_TITLES, Permission
from app.access import Role as UserRole
from app.changes import Topic
from app.context import AppContext
from app.errors import InputError
from app.history import Saved
from app.tasks import TaskContext
from app.users import LONGEST_LOGIN, LONGEST_NAME, Account
from ui import parts
from ui.dialogs.campus_ticks import LINKED, CampusTicks, Site
from ui.dialogs.form_field import FormField, StateLine, line
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.working import WorkingDialog
from ui.error_words import error_words
from ui.look.buttons import enable, explain
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 640, 680
GIVES = {
    UserRole.ENROLMENT_MANAGER: "Opens Learner Manager: learners, enrolments, exports, synchronising.",
    UserRole.PLR_USER: "Downloads from the Learning Records Service; exports. Stores nothing of it.",
    UserRole.PLR_ADMIN: "As the User, and stores attainments with Update Selected.",
    UserRole.LMS_ADMINISTRATOR: "Opens Learner Manager: courses of the LMS, sections, all of extract statuses.",
    UserRole.EXTRACT_EDITOR: "Changes LMS extract statuses of their campuses.",
    UserRole.RECORD_IMPORTER: "Imports course records; courses for credit and the credit of learners.",
    UserRole.ADMINISTRATOR: "Opens Learner Manager: settings, licences and users; sees every campus.",
}


@dataclass(frozen=True, slots=True)
class _Read:
    account: Account | None
    campuses: Sequence[tuple[int, str]]


class UserDialog(WorkingDialog):
    """`key`: the user to be edited; None adds one."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, key: int | None) -> None:
        title = tr("Add User") if key is None else tr("Edit User")
        icon = Icon.USER_PLUS if key is None else Icon.USER_GEAR
        super().__init__(parent, runner, context, title=title, icon=icon, name="user_form")
        self._key = key
        self._why_not = context.rights.why_not(Permission.ADMINISTER)
        self._before: Account | None = None
        self._shown: Account | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(title, self._about())
        self._read()

    def _about(self) -> str:
        if self._key is not None:
            return tr("What you take away is missing at their next command.")
        if self._context.db.embedded:
            return tr("Somebody who uses this computer under an account of their own.")
        return tr("Somebody who signs in to the database server with a role of their own, which has to exist there.")

    # Building

    def _build(self) -> None:
        self.login = line(longest=LONGEST_LOGIN, mono=True)
        self.name = line(longest=LONGEST_NAME)
        self.fields = {
            "login": FormField(tr("Signs in as"), self.login, name="user_login", help=self._login_help()),
            "name": FormField(tr("Name"), self.name, name="user_name", help=tr("What others read in the history.")),
        }
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, RING, RING)
        column.setSpacing(12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for place, field in enumerate(self.fields.values()):
            grid.addWidget(field, 0, place)
            grid.setColumnStretch(place, 1)
        column.addLayout(grid)
        self.active = QCheckBox(tr("Active: may open this database"))
        self.active.setObjectName("user_active")
        self.active.setChecked(True)
        column.addWidget(self.active)
        column.addWidget(text_label(tr("Roles"), Type.HEADER))
        self.problem = StateLine()
        self.problem.setObjectName("user_roles_error")
        column.addWidget(self.problem)
        column.addLayout(self._role_boxes())
        words = tr("Campuses whose sections and extract records they see; an administrator sees every one")
        column.addWidget(text_label(words, Type.HEADER, wrap=True))
        self.sees = CampusTicks([(LINKED, "Sees it")])
        column.addWidget(self.sees)
        column.addStretch(1)
        self.form_part = self._inside = inside
        inside.setEnabled(False)
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self.content.addLayout(self.work_line())
        self.close_button = self.add_button(tr("Cancel"), name="user_close", clicked=self.reject)
        self.save_button = self.add_button(
            tr("Save"), Icon.FLOPPY_DISK, kind="primary", name="user_save", clicked=self.save
        )
        for signal in (self.login.textEdited, self.name.textEdited, self.active.toggled, self.sees.changed):
            signal.connect(self._edited)

    def _login_help(self) -> str:
        if self._context.db.embedded:
            return tr("The name of their account on this computer.")
        return tr("The name of their role on the database server.")

    def _role_boxes(self) -> QVBoxLayout:
        self.roles: dict[UserRole, QCheckBox] = {}
        column = QVBoxLayout()
        column.setSpacing(2)
        for role, title in ROLE_TITLES.items():
            box = self.roles[role] = QCheckBox(tr(title))
            box.setObjectName(f"role_{role.value}")
            box.setAccessibleDescription(tr(GIVES[role]))
            box.toggled.connect(self._edited)
            words = text_label(tr(GIVES[role]), Type.SECONDARY, Role.TEXT2, wrap=True)
            words.setContentsMargins(scaled(26), 0, 0, 6)
            column.addWidget(box)
            column.addWidget(words)
        return column

    # Reading

    def _read(self) -> None:
        db, key = self._context.db, self._key

        def work(context: TaskContext) -> _Read:
            with db.read(context) as tx:
                return _Read(users.read(tx, key) if key is not None else None, users.campuses(tx))

        self.work(tr("Reading…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: _Read) -> None:
        self._before = found.account
        one = found.account or Account()
        self.login.setText(one.login)
        self.name.setText(one.name)
        self.active.setChecked(one.active)
        for role, box in self.roles.items():
            box.setChecked(role in one.roles)
        sites = [Site(key, visible_text(name)) for key, name in found.campuses]
        self.sees.show_sites(sites, dict.fromkeys(one.campuses, frozenset()), self._why_not)
        if self._before is not None:
            self.fields["login"].lock(tr("It stays: the history knows them by it."))
        self._shown = self.wanted
        self._inside.setEnabled(not self._why_not)
        explain(self._inside, self._why_not)
        if self._why_not:
            self.tell(tr("You can look at it only."), self._why_not, Role.INFO, Icon.LOCK_SIMPLE)
        parts.in_reading_order([self._inside, self.foot])
        first = self.login if self._before is None else self.name
        (self.close_button if self._why_not else first).setFocus()

    # Editing

    @property
    def wanted(self) -> Account:
        """The user as written in the form."""
        return replace(
            self._before or Account(),
            login=self.login.text(),
            name=self.name.text(),
            active=self.active.isChecked(),
            roles=frozenset(role for role, box in self.roles.items() if box.isChecked()),
            campuses=frozenset(self.sees.links),
        )

    @property
    def edited(self) -> bool:
        return self._shown is not None and self.wanted != self._shown

    @Slot()
    def _edited(self, *_: object) -> None:
        for field in self.fields.values():
            field.show_error("")
        self.problem.say(Icon.X_CIRCLE, "", Role.BAD)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        reason = self._why_not or (tr("It is under way.") if self.busy else "")
        enable(self.save_button, reason or ("" if self.edited else tr("Nothing was changed.")), tr("Keeps the user."))
        self.prefer(self.save_button)
        if not self.busy:
            self.close_button.setText(tr("Close") if self._why_not else tr("Cancel"))

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep it, in a task."""
        if not self.save_button.isEnabled():
            return
        run, before, wanted = self._context, self._before, self.wanted
        self.work(tr("Saving…"), lambda task: users.save(run.db, run.user, before, wanted), self._saved, Lane.WRITE)

    def _saved(self, done: Saved) -> None:
        if done.operation_id is not None:
            self.written(Topic.USERS, Topic.SECTIONS)
        self.accept()

    def show_problem(self, error: Exception) -> None:
        if isinstance(error, InputError) and error.field in self.fields:
            self.fields[error.field].show_error(error_words(error))
            self.fields[error.field].lead_here()
        elif isinstance(error, InputError) and error.field == "roles":
            self.problem.say(Icon.X_CIRCLE, error_words(error), Role.BAD)
            self.roles[UserRole.ADMINISTRATOR].setFocus()
        else:
            super().show_problem(error)

    def reject(self) -> None:
        unsaved = not self.busy and self.edited and not self._why_not
        if not unsaved or confirm_discarding(self, tr("The user is not saved.")):
            super().reject()
