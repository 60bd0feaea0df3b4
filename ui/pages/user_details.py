"""The pane beside the users: what somebody's roles come to, and where a role is missing."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.access import ROLE_TITLES, ROLES, Permission
from app.dates import shown_time
from app.users_listed import UserRow
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule
from ui.pages.user_source import campuses_of, state_of


class UserDetails(RowDetails):
    """`edit_wanted` when the button is pressed. `why_not`: why nothing can be changed here; set it before a row."""

    edit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} user selected", "{n} users selected"
        super().__init__("user_details", tr("User details"), selected, parent)
        self.why_not = ""
        inside = self.inside
        self._state = StateLabel()
        inside.addWidget(self._state)
        self._note = text_label("", Type.BODY, wrap=True, name="user_note")
        inside.addWidget(self._note)
        inside.addWidget(rule())
        self._facts = Facts()
        for name, title in (("login", "Signs in as"), ("seen", "Last here"), ("campuses", "Campuses")):
            self._facts.add(name, title, code=name == "login")
        inside.addWidget(self._facts)
        self._roles, self._may = (
            text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, selectable=True, name=name)
            for name in ("user_roles", "user_may")
        )
        for heading, words in ((tr("Roles"), self._roles), (tr("May"), self._may)):
            inside.addWidget(rule())
            inside.addWidget(TextLabel(heading, Type.HEADER))
            inside.addWidget(words)
        self.edit_button = button(tr("Edit User"), Icon.USER_GEAR, name="user_edit", clicked=self.edit_wanted)
        inside.addWidget(self.edit_button)

    def fill(self, row: UserRow) -> None:
        who = row.account
        self.title.setText(visible_text(who.name))
        self._state.show_state(state_of(row))
        granted = {one for role in who.roles for one in ROLES[role]}
        self._note.setText(_missing(who.active, bool(who.roles), Permission.OPEN in granted))
        self._note.setVisible(bool(self._note.text()))
        self._facts.show_value("login", visible_text(who.login))
        self._facts.show_value("seen", shown_time(who.last_sign_in) if who.last_sign_in else None, "never")
        self._facts.show_value("campuses", visible_text(campuses_of(row) or ""))
        titles = [tr(title) for role, title in ROLE_TITLES.items() if role in who.roles]
        self._roles.setText("\n".join(titles) or tr("None."))
        words = [one.value[0].upper() + one.value[1:] for one in Permission if one in granted]
        self._may.setText("\n".join(tr(one) for one in words) if who.active and words else tr("Nothing."))
        enable(self.edit_button, self.why_not, tr("Roles, campuses, name; switch them off or on"))


def _missing(active: bool, has_roles: bool, opens: bool) -> str:
    """What keeps somebody from working, with the next step."""
    if not active:
        return tr("They cannot open this database. Edit the user to switch them on again.")
    if not has_roles:
        return tr("They cannot open this database before they have a role. Edit the user to give one.")
    if not opens:
        words = "None of the roles opens Learner Manager. Give Enrolment Manager, LMS Administrator or Administrator."
        return tr(words)
    return ""
