"""The steps that make a new database ready to work with, each done as soon as what it asks for is there."""

from enum import StrEnum

from sqlalchemy import Connection, func, select

from app.access import Rights
from app.config import Settings
from app.db.tables import app_user
from app.learners import search


class Step(StrEnum):
    """In the order in which they are best taken; none is needed for the next but learners for a download."""

    LRS = "lrs"
    LICENCES = "licences"
    LEARNERS = "learners"
    LMS = "lms"
    PEOPLE = "people"


def done(tx: Connection, settings: Settings, rights: Rights) -> frozenset[Step]:
    """The steps that are done by what the settings, the licences and the tables say; nothing else is asked, no
    password store and no service."""
    lrs = settings.lrs
    stands = {
        Step.LRS: bool(settings.college.ukprn and lrs.url and lrs.certificate_file),
        Step.LICENCES: not rights.missing_licence(),
        Step.LEARNERS: search.any_learner(tx),
        Step.LMS: bool(settings.lms.url),
        Step.PEOPLE: tx.execute(select(func.count()).where(app_user.c.active)).scalar_one() > 1,
    }
    return frozenset(step for step, reached in stands.items() if reached)
