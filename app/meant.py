"""Whom a person code means: of a learner who was merged into another, that other one."""

from sqlalchemy import Connection, func, select

from app.db.tables import learner

NAMED = learner.alias("named")
"""Whoever has, or had, the person code."""
MEANT = NAMED.join(learner, learner.c.id == func.coalesce(NAMED.c.merged_into_id, NAMED.c.id))
"""To select `learner` from, where a column of `NAMED` says the code."""


def providers(tx: Connection) -> list[str]:
    """The UKPRNs of which there are learners, found from one to the next by the index of person codes, which begins
    with them: there are few, and going through all learners takes long."""
    found: list[str] = []
    while True:
        query = select(func.min(learner.c.ukprn))
        ukprn = tx.execute(query.where(learner.c.ukprn > found[-1]) if found else query).scalar_one()
        if ukprn is None:
            return found
        found.append(ukprn)
