"""What the settings window asks of the computer, each in a task: which secrets are kept, and saving."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.access import Permission
from app.config import LmsSettings, LrsSettings
from app.context import AppContext
from app.db.database import Database
from app.errors import AppError, InputError
from app.lms import settings as shared_settings
from app.lms.settings import SyncSettings
from app.secrets import Secrets, StoreState, host_for
from app.tasks import TaskContext
from ui.look.words import tr


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about `host`: which secrets are kept for it, and when the certificate ends."""

    host: str
    kept: frozenset[str]
    store: StoreState
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be saved; None is what did not change. `typed` are the secrets typed; `shared` what was shown of
    the settings of every computer, and what they should be."""

    lrs: LrsSettings | None = None
    lms: LmsSettings | None = None
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    shared: tuple[SyncSettings, SyncSettings] | None = None


def look_up(context: TaskContext, secrets: Secrets, names: Sequence[str], host: str) -> Known:
    """Ask the password store; in a task, for it may ask its user and wait."""
    kept = frozenset(name for name in names if held(secrets, name, host))
    return Known(host, kept, secrets.store_state())


def read_shared(context: TaskContext, db: Database) -> SyncSettings:
    """The settings of every computer."""
    with db.read(context) as tx:
        return shared_settings.read(tx)


def save(task: TaskContext, context: AppContext, wanted: Wanted) -> None:
    """Save what changed; in a task. Raises AccessError, and InputError naming a secret to be typed again because the
    service is on another computer now. What can be refused comes first; saving again writes what is missing."""
    old = context.settings
    new = replace(old, lrs=wanted.lrs or old.lrs, lms=wanted.lms or old.lms)
    typed = {name: value for name, value in wanted.typed.items() if value}
    own = new != old or bool(typed)
    if own:
        context.require(Permission.ADMINISTER)
        for name in ("lrs_password", "lrs_certificate_password", "lms_token"):
            _require_anew(context.secrets, name, host_for(name, old), host_for(name, new), typed)
    if wanted.shared is not None:
        before, after = wanted.shared
        shared_settings.save(context.db, context.user, after, shown=before)
    if own:
        context.save_settings(new)
    for name, value in typed.items():
        context.secrets.set(name, value, host=host_for(name, new))


def _require_anew(secrets: Secrets, name: str, old: str, new: str, typed: dict[str, str]) -> None:
    if not old or not new or old == new or name in typed or held(secrets, name, new):
        return
    if held(secrets, name, old):
        raise InputError(type_again(new), field=name)


def type_again(host: str) -> str:
    """Why a password has to be typed that was typed before."""
    return tr("Type it again: the address is on another computer, {host}.", host=host)


def held(secrets: Secrets, name: str, host: str) -> str | None:
    """The secret; None also where the store does not answer."""
    try:
        return secrets.get(name, host=host)
    except AppError:
        return None
