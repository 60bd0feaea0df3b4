"""*Verify*: ask the LRS whether ULN and person belong together, and say what differs (lrs.md 5.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from app.access import User
from app.connectors.lrs import LrsCalls, LrsClient
from app.connectors.lrs_verify import FLAGS, VERIFY_CODES, VerifyAnswer
from app.db.database import Database
from app.learners.asking import Asked, Ending, ask_all, learners_to_ask
from app.learners.subject import Subject, why_no_verify
from app.sentence import Sentence
from app.tasks import TaskContext


class Verdict(IntEnum):
    """What a verification comes to, the worst first."""

    WRONG = 0  # the person does not match, or nobody holds the ULN
    CANNOT = 1  # the learner lacks something: no call
    FAILED = 2  # no answer
    SIMILAR = 3  # names alike, not equal
    LINKED = 4  # the ULN was merged into another one
    GOOD = 5


_VERDICTS = {
    "WSVRC001": Verdict.GOOD,
    "WSVRC002": Verdict.LINKED,
    "WSVRC003": Verdict.SIMILAR,
    "WSVRC004": Verdict.SIMILAR,
    "WSVRC005": Verdict.WRONG,
    "WSVRC006": Verdict.WRONG,
}
_MERGED = frozenset({"WSVRC002", "WSVRC004"})


@dataclass(frozen=True, slots=True)
class Verified:
    """One learner and what the service said of it."""

    learner: Subject
    verdict: Verdict
    words: str
    """What it means, in a sentence."""
    flags: tuple[str, ...] = ()
    """What did not fit, in sentences."""
    code: str = ""
    other_uln: str = field(default="", repr=False)
    """The ULN that the LRS keeps now, where it is another one."""

    @property
    def needs_find(self) -> bool:
        """Whether a search for the right ULN is the next step."""
        return self.verdict in (Verdict.WRONG, Verdict.CANNOT, Verdict.LINKED) or bool(self.other_uln)


@dataclass(slots=True)
class VerifySummary:
    """What came of a verification: problems first, otherwise in the order asked for."""

    results: list[Verified] = field(default_factory=list)
    ending: Ending = field(default_factory=Ending)

    def number(self, *verdicts: Verdict) -> int:
        return sum(1 for one in self.results if one.verdict in verdicts)


def verify(
    context: TaskContext,
    db: Database,
    user: User,
    lrs: LrsClient,
    learner_ids: Sequence[int],
    *,
    all_names: bool = False,
) -> VerifySummary:
    """Verify each learner, one call each; nothing is stored but that it was done. Who cannot be verified gets the
    sentence that says what to add. Raises AccessError or InputError before the first call; afterwards a failing or
    cancelled run returns what came."""
    learners = learners_to_ask(db, user, learner_ids, all_names=all_names, context=context)
    reasons = {one.id: why_no_verify(one) for one in learners}
    ready = [one for one in learners if not reasons[one.id]]
    answers, ending = ask_all(context, db, user, lrs, "uln_verify", ready, _call)
    results = [
        _verified(answers[one.id]) if one.id in answers else Verified(one, Verdict.CANNOT, reasons[one.id])
        for one in learners
    ]
    return VerifySummary(sorted(results, key=lambda one: one.verdict), ending)


def _call(calls: LrsCalls, one: Subject) -> VerifyAnswer:
    assert one.uln is not None
    assert one.sent_given is not None
    return calls.verify(one.uln, one.sent_given, one.sent_family, one.birth_date, one.sex)


def _verified(asked: Asked[VerifyAnswer]) -> Verified:
    if asked.answer is None:
        return Verified(asked.learner, Verdict.FAILED, asked.problem, code=asked.code)
    code = asked.answer.response_code or ""
    words = VERIFY_CODES.get(code) or (
        Sentence("Unknown code {code}.", code=code) if code else "The answer holds no code."
    )
    flags = tuple(FLAGS.get(flag, Sentence("Unknown difference {flag}.", flag=flag)) for flag in asked.answer.flags)
    uln = asked.answer.uln or ""
    other = uln if code in _MERGED and uln != asked.learner.uln else ""
    return Verified(asked.learner, _VERDICTS.get(code, Verdict.FAILED), words, flags, code, other)
