"""Whom a person code means: of a learner who was merged into another, that other one."""

from sqlalchemy import func

from app.db.tables import learner

NAMED = learner.alias("named")
"""Whoever has, or had, the person code."""
MEANT = NAMED.join(learner, learner.c.id == func.coalesce(NAMED.c.merged_into_id, NAMED.c.id))
"""To select `learner` from, where a column of `NAMED` says the code."""
