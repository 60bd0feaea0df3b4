"""What the PLR/LRS page asks of the computer, each in a task: when the certificate ends, the attainment types."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.config import LrsSettings
from app.connectors.client_certificate import ClientCertificate
from app.db.database import Database
from app.db.tables import attainment_type
from app.errors import AppError
from app.secrets import Secrets
from app.tasks import TaskContext
from ui.dialogs import settings_saving
from ui.dialogs.lrs_draft import SECRETS
from ui.dialogs.settings_saving import Known, held


def look_up(context: TaskContext, secrets: Secrets, host: str, certificate_file: str) -> Known:
    """Which secrets are kept for `host`, and when the certificate ends that one of them opens."""
    ends = _end_of(certificate_file, held(secrets, "lrs_certificate_password", host))
    return replace(settings_saving.look_up(context, secrets, SECRETS, host), ends=ends)


def certificate_end(lrs: LrsSettings, secrets: Secrets) -> datetime | None:
    """When the certificate in the settings ends; None where that cannot be known. In a task, as `look_up`."""
    return _end_of(lrs.certificate_file, held(secrets, "lrs_certificate_password", lrs.host))


def _end_of(certificate_file: str, password: str | None) -> datetime | None:
    if not certificate_file or not password:
        return None
    try:
        return ClientCertificate.read(Path(certificate_file), password).not_after
    except AppError:
        return None  # the connection test and the download say what is wrong with it


def attainment_types(context: TaskContext, db: Database) -> list[tuple[str, str]]:
    """The attainment types to choose from: (code, title)."""
    query = select(attainment_type.c.code, attainment_type.c.title).where(attainment_type.c.active)
    with db.read(context) as tx:
        return [(row.code, row.title) for row in tx.execute(query.order_by(attainment_type.c.code))]
