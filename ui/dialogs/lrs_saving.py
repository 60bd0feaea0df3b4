"""What the settings window asks of the computer, each in a task: which secrets are kept, and saving."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.config import LrsSettings
from app.connectors.client_certificate import ClientCertificate
from app.context import AppContext
from app.db.database import Database
from app.db.tables import attainment_type
from app.errors import AppError, InputError
from app.secrets import Secrets, StoreState
from app.tasks import TaskContext
from ui.dialogs.lrs_draft import SECRETS
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
    """What is to be saved; `typed` are the secrets typed."""

    lrs: LrsSettings
    typed: dict[str, str] = field(repr=False)


def look_up(context: TaskContext, secrets: Secrets, host: str, certificate_file: str) -> Known:
    """Ask the password store; in a task, for it may ask its user and wait."""
    kept = {name: value for name in SECRETS if (value := _held(secrets, name, host))}
    ends = _end_of(certificate_file, kept.get("lrs_certificate_password"))
    return Known(host, frozenset(kept), secrets.store_state(), ends)


def certificate_end(lrs: LrsSettings, secrets: Secrets) -> datetime | None:
    """When the certificate in the settings ends; None where that cannot be known. In a task, as `look_up`."""
    return _end_of(lrs.certificate_file, _held(secrets, "lrs_certificate_password", lrs.host))


def _end_of(certificate_file: str, password: str | None) -> datetime | None:
    if not certificate_file or not password:
        return None
    try:
        return ClientCertificate.read(Path(certificate_file), password).not_after
    except AppError:
        return None  # the connection test and the download say what is wrong with it


def save(task: TaskContext, context: AppContext, wanted: Wanted) -> None:
    """Save settings and secrets; in a task. Raises AccessError, and InputError naming a secret to be typed again
    because the service is on another computer now."""
    old, new = context.settings.lrs.host, wanted.lrs.host
    if old and new and old != new:
        for name in SECRETS:
            missing = not wanted.typed.get(name) and not _held(context.secrets, name, new)
            if missing and _held(context.secrets, name, old):
                raise InputError(type_again(new), field=name)
    context.save_settings(replace(context.settings, lrs=wanted.lrs))
    for name, value in wanted.typed.items():
        if value:
            context.secrets.set(name, value, host=new)


def type_again(host: str) -> str:
    """Why a password has to be typed that was typed before."""
    return tr("Type it again: the address is on another computer, {host}.", host=host)


def attainment_types(context: TaskContext, db: Database) -> list[tuple[str, str]]:
    """The attainment types to choose from: (code, title)."""
    query = select(attainment_type.c.code, attainment_type.c.title).where(attainment_type.c.active)
    with db.read(context) as tx:
        return [(row.code, row.title) for row in tx.execute(query.order_by(attainment_type.c.code))]


def _held(secrets: Secrets, name: str, host: str) -> str | None:
    try:
        return secrets.get(name, host=host)
    except AppError:
        return None
