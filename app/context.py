"""The objects the window is built on: made once in `ui/main.py`, passed to constructors."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import config
from app.access import Permission, Rights, User, require
from app.config import Settings
from app.db.database import Database
from app.errors import InputError, SecretNeededError
from app.folders import DataFolder
from app.plr.session import PlrSession
from app.secrets import LABELS, Secrets
from app.sentence import Sentence

if TYPE_CHECKING:
    from app.connectors.lms import LmsClient
    from app.connectors.lrs import LrsAccess, LrsClient


@dataclass(slots=True)
class AppContext:
    """What one run of the program works with. `settings` and `rights` are replaced as a whole when they change."""

    folder: DataFolder
    settings: Settings
    secrets: Secrets
    db: Database
    user: User
    rights: Rights
    plr: PlrSession = field(default_factory=PlrSession)
    demo: bool = False
    named: bool = False
    """The command line names the database, which goes before what the settings say."""
    offline: str = ""
    """Why nothing can be saved at the moment: the database does not answer."""

    def lrs(self) -> "LrsClient":
        """A client for the settings of the moment. In a task only: it asks the password store.

        Raises InputError naming the setting that is missing or wrong; nothing is sent before that.
        """
        return lrs_client(self.settings, self.secrets)

    def lms(self) -> "LmsClient":
        """A client for the LMS of the moment. In a task only: it asks the password store.

        Raises InputError naming the setting that is missing or wrong, SecretNeededError without a token; nothing is
        sent before that.
        """
        return lms_client(self.settings, self.secrets)

    def require(self, permission: Permission) -> None:
        """Raise AccessError unless the user may do this now; in a task. For what no service function does."""
        with self.db.read() as tx:
            require(tx, self.user, permission)

    def save_settings(self, settings: Settings) -> None:
        """Write the settings file and use it from now on; in a task. Raises AccessError, InputError."""
        self.require(Permission.ADMINISTER)
        config.save(self.folder.path, settings)
        self.settings = settings


def lrs_client(settings: Settings, secrets: Secrets) -> "LrsClient":
    """The LRS client that `settings` and the password store describe; asks the store, so never in the UI thread."""
    from app.connectors.lrs import LrsClient

    return LrsClient(lrs_access(settings, secrets))


def lms_client(settings: Settings, secrets: Secrets) -> "LmsClient":
    """The client of the LMS that `settings` and the password store describe; never in the UI thread. Here a second
    make of LMS is chosen. Raises InputError, SecretNeededError, before any call."""
    lms = settings.lms
    if not lms.url:
        raise InputError(
            "No LMS is set up, so nothing is synchronised.",
            hint="Set one up under File, Settings, LMS.",
            field="lms.url",
        )
    from app.connectors.moodle import MoodleAccess, MoodleClient

    access = MoodleAccess(
        url=lms.url,
        token=_secret(secrets, "lms_token", lms.host, "LMS"),
        ca_file=lms.ca_file,
        proxy=lms.proxy,
        student_role=lms.student_role_id,
        parallel=lms.parallel,
        connect_timeout=lms.connect_timeout,
        read_timeout=lms.read_timeout,
        deadline=lms.deadline,
        gradebook_timeout=lms.gradebook_timeout,
    )
    return MoodleClient(access)


def lrs_access(settings: Settings, secrets: Secrets) -> "LrsAccess":
    """Settings and secrets as the connector wants them. Raises InputError, SecretNeededError, before any call."""
    lrs = settings.lrs
    if not lrs.url:
        raise InputError(
            "The address of the Learning Records Service is not set.", hint="Set it under File, Settings, PLR/LRS."
        )
    if lrs.awaits_confirmation:
        raise InputError(
            Sentence(
                "The address {host} is outside education.gov.uk and no administrator has confirmed it.", host=lrs.host
            ),
            hint="Confirm it under File, Settings, PLR/LRS.",
        )
    # With its certificates it takes a tenth of the program's start, and nobody has asked for it then.
    from app.connectors.lrs import LrsAccess

    return LrsAccess(
        url=lrs.url,
        ca_file=lrs.ca_file,
        proxy=lrs.proxy,
        certificate_file=lrs.certificate_file,
        organisation_ref=lrs.organisation_ref,
        ukprn=lrs.ukprn,
        username=lrs.username,
        vendor_id=lrs.vendor_id,
        user_type=lrs.user_type,
        language=lrs.language,
        get_type=lrs.get_type,
        parallel=lrs.parallel,
        connect_timeout=lrs.connect_timeout,
        read_timeout=lrs.read_timeout,
        deadline=lrs.deadline,
        password=_secret(secrets, "lrs_password", lrs.host),
        certificate_password=_secret(secrets, "lrs_certificate_password", lrs.host),
    )


def _secret(secrets: Secrets, name: str, host: str, page: str = "PLR/LRS") -> str:
    value = secrets.get(name, host=host)
    if value is None:
        raise SecretNeededError(
            Sentence("The {secret} is not known on this computer.", secret=Sentence(LABELS[name])),
            secret=name,
            hint=Sentence("Type it under File, Settings, {page}.", page=Sentence(page)),
        )
    return value
