"""Learners who are added, edited, loaded or given their ULN, and the course records that were held for them: one
command calls both features, which do not know each other."""

import contextlib

from app.access import User
from app.db.database import Database
from app.errors import AppError
from app.imports import held
from app.learners import edit, find_uln, load_apply
from app.learners.edit import Held, LearnerForm
from app.learners.load_apply import LoadSummary
from app.learners.subject import Subject
from app.tasks import TaskContext


def add(db: Database, user: User, ukprn: str, form: LearnerForm) -> int:
    """Add a learner, and attach what was held for them; returns the id. Raises as `edit.add`."""
    learner_id = edit.add(db, user, ukprn, form)
    _attach(db, user, learner_id)
    return learner_id


def save(db: Database, user: User, before: Held, form: LearnerForm) -> bool:
    """Save an edited learner, and attach what was held for them; whether anything differed. Raises as `edit.save`."""
    differed = edit.save(db, user, before, form)
    if differed:
        _attach(db, user, before.id)
    return differed


def correct_uln(db: Database, user: User, subject: Subject, uln: str) -> int:
    """Give a learner the ULN that was found, and attach what was held for it; returns the operation, which can be
    undone. Raises as `find_uln.correct`."""
    operation_id = find_uln.correct(db, user, subject, uln)
    _attach(db, user, subject.id)
    return operation_id


def load(
    context: TaskContext, db: Database, user: User, job_id: int, accepted: frozenset[str] = frozenset()
) -> LoadSummary:
    """Load learners, and attach what was held for them. Raises as `load_apply.apply`."""
    summary = load_apply.apply(context, db, user, job_id, accepted)
    with contextlib.suppress(AppError):
        held.attach_known(TaskContext(), db, user)  # what is loaded is loaded: no cancel of the load ends it
    return summary


def _attach(db: Database, user: User, learner_id: int) -> None:
    """The learner is saved, whatever becomes of this: what does not attach stays in the list of held records."""
    with contextlib.suppress(AppError):
        held.attach_of(db, user, [learner_id])
