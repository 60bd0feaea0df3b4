"""The LMS page of the settings: the connection of this computer, and when every computer synchronises."""

from PySide6.QtWidgets import QWidget

from app.lms.settings import SyncSettings
from ui.dialogs.lms_draft import FILE, SECRETS, SHARED, LmsDraft
from ui.dialogs.settings_form import Section, SettingsForm
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr


class LmsPage(SettingsForm):
    """The form over an LmsDraft. What is shared cannot be edited before `show_shared`."""

    part = "lms"
    prefix = "lms_"
    title = "LMS"
    sections = (
        Section("Connection", (("kind", "url"), ("lms_token",), ("ca_file", "proxy"))),
        Section(
            "Calls",
            (
                ("student_role_id", "parallel", "connect_timeout"),
                ("read_timeout", "deadline", "gradebook_timeout"),
            ),
        ),
        Section(
            "Synchronisation",
            (
                ("courses_on", "enrolments_on", "send"),
                ("courses_interval", "enrolments_interval", "overdue_hours"),
                ("courses_paused_until", "enrolments_paused_until", "kept_months"),
                ("contact",),
            ),
            "Kept in the database: it holds for every computer that uses it.",
        ),
    )
    secret_labels = {"lms_token": "Token"}
    store_label = "LMS token"
    files = {"ca_file": ("Choose a file of authorities", "Certificates (*.pem *.crt *.cer)")}
    codes = frozenset({"url", "ca_file", "proxy", "student_role_id"})
    days = frozenset({"courses_paused_until", "enrolments_paused_until"})
    ticks = {}
    choice_words = {"moodle": "Moodle"}

    def __init__(self, draft: LmsDraft, parent: QWidget | None = None) -> None:
        self.draft = draft
        super().__init__(draft, parent)
        self._allow_shared(False)

    def _allow_shared(self, allowed: bool) -> None:
        for name in SHARED:
            self.fields[name].setEnabled(allowed)

    def show_shared(self, held: SyncSettings) -> None:
        """The database has told what is shared."""
        self.draft.take_shared(held)
        for name in SHARED:
            self.show_text(name, self.draft.text(name))
        self._allow_shared(True)

    def tell_unread(self, reason: str) -> None:
        """What is shared cannot be shown, nor saved then."""
        words = tr("These could not be read: {why}", why=reason)
        self.fields["courses_on"].state.say(Icon.WARNING, words, Role.WARN)

    def lock_parts(self, connection: str, shared: str) -> None:
        """Let only be read what the user has no role for; "" for what may be changed."""
        if connection and shared:
            self.lock(connection)
        elif connection:
            self.lock(connection, (*FILE, *SECRETS), tr("The connection can only be read."))
        elif shared:
            self.lock(shared, SHARED, tr("The synchronisation can only be read."))
