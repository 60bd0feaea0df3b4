"""*Find ULN*: look for learners at the LRS by what the college knows of them, and correct the one a person chose.

Nothing is stored by looking but that it was done. A correction is one operation of its own, which can be undone.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select

from app import access, history
from app.access import Permission, User
from app.connectors.lrs import LrsCalls, LrsClient
from app.connectors.lrs_find import Demographics, FindAnswer, FoundLearner, Outcome
from app.db.again import begun_anew
from app.db.database import Database
from app.db.tables import SHOWN, learner
from app.errors import ConflictError, DatabaseError, InputError
from app.learners.asking import Asked, Ending, ask_all, learners_to_ask
from app.learners.edit import SEARCHED, derived, hold_uln
from app.learners.subject import Subject, why_no_find
from app.sentence import Sentence
from app.tasks import TaskContext
from app.ulns import UlnState, normal, state

OPERATION = "uln_found"
"""The kind of operation that puts a found ULN to a learner."""


@dataclass(slots=True)
class FindSummary:
    """What came of a search: one result for each learner, in the order asked for."""

    results: list[Asked[FindAnswer]] = field(default_factory=list)
    ending: Ending = field(default_factory=Ending)
    held_by: dict[str, dict[int, str]] = field(default_factory=dict, repr=False)
    """Of the ULNs found: the learners of the college that hold them, person code by id."""

    def held_by_another(self, uln: str, learner_id: int) -> str:
        """The person code of another learner who holds this ULN; "" if nobody does."""
        return next((ref for key, ref in self.held_by.get(uln, {}).items() if key != learner_id), "")

    def holds_now(self, learner_id: int, ref: str, uln: str | None) -> None:
        """Take note that this learner holds another ULN from now on."""
        for holders in self.held_by.values():
            holders.pop(learner_id, None)
        if uln:
            self.held_by.setdefault(uln, {})[learner_id] = ref


def find(
    context: TaskContext,
    db: Database,
    user: User,
    lrs: LrsClient,
    learner_ids: Sequence[int],
    *,
    all_names: bool = False,
) -> FindSummary:
    """Search for each learner, one call each. Who lacks what the service needs gets the sentence that says what to
    add. Raises AccessError or InputError before the first call; afterwards a failing or cancelled run returns what
    came."""
    learners = learners_to_ask(db, user, learner_ids, all_names=all_names, context=context)
    reasons = {one.id: why_no_find(one) for one in learners}
    ready = [one for one in learners if not reasons[one.id]]
    found, ending = ask_all(context, db, user, lrs, "uln_find", ready, _call)
    results = [found[one.id] if one.id in found else Asked(one, problem=reasons[one.id]) for one in learners]
    ulns = {learner.uln for one in results if one.answer is not None for learner in one.answer.learners}
    held_by: dict[str, dict[int, str]] = {}
    # Answers that cost a visible access are not lost to a database that fails just now; `correct` looks again.
    with suppress(DatabaseError, ConflictError):
        held_by = _holders(db, ulns)
    return FindSummary(results, ending, held_by)


def _call(calls: LrsCalls, one: Subject) -> FindAnswer:
    assert one.sent_given is not None
    assert one.birth_date is not None
    assert one.postcode is not None
    return calls.find(Demographics(one.sent_family, one.sent_given, one.birth_date, one.sex, one.postcode))


def _holders(db: Database, ulns: Iterable[str]) -> dict[str, dict[int, str]]:
    held: dict[str, dict[int, str]] = {}
    with db.read() as tx:
        for some in history.batched(sorted(ulns)):
            query = select(learner.c.uln, learner.c.id, learner.c.ref).where(learner.c.uln.in_(some), SHOWN)
            for row in tx.execute(query):
                held.setdefault(row.uln, {})[row.id] = row.ref
    return held


def confirmed(result: Asked[FindAnswer]) -> bool:
    """Whether the search led to the very ULN that the learner has: there is nothing to correct."""
    answer, uln = result.answer, result.learner.uln
    if answer is None or answer.outcome not in (Outcome.EXACT, Outcome.LINKED):
        return False
    return [one.uln for one in answer.learners] == [uln]


def preselected(answer: FindAnswer) -> FoundLearner | None:
    """The learner to offer at once: an exact match only. Among possible ones a person chooses."""
    return answer.learners[0] if answer.outcome is Outcome.EXACT and len(answer.learners) == 1 else None


@begun_anew
def correct(db: Database, user: User, subject: Subject, uln: str) -> int:
    """Give the learner the ULN a person chose; returns the operation, which can be undone.

    Raises AccessError; ConflictError if the learner was changed since it was read; InputError if the ULN fails its
    check digit, is the learner's already, or another learner holds it.
    """
    chosen = normal(uln)
    if chosen is None or state(chosen) is not UlnState.OK:
        raise InputError("This ULN fails its check digit.", hint="Choose another learner, or none of these.")
    with db.write() as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        hold_uln(tx, chosen)
        row = tx.execute(select(learner).where(learner.c.id == subject.id, SHOWN)).one_or_none()
        if row is None or row.version != subject.version:
            raise ConflictError(
                "Somebody else changed this learner since the search.", hint="Close, refresh, and search again."
            )
        if row.uln == chosen:
            raise InputError("The learner has this ULN already.", hint="Choose another learner, or none of these.")
        other = select(learner.c.ref).where(learner.c.uln == chosen, learner.c.id != subject.id, SHOWN)
        ref = tx.execute(other.limit(1)).scalar()
        if ref is not None:
            raise InputError(
                Sentence("The learner with person code {ref} has this ULN already.", ref=ref),
                hint="Check which of the two is right.",
            )
        held = {name: getattr(row, name) for name in (*SEARCHED, "birth_date")}
        operation = history.begin(tx, db, user.id, OPERATION, reason="Find ULN")
        operation.update(learner, row, derived({**held, "uln": chosen}), subject.id)
        operation.end(tx)
    return operation.id
