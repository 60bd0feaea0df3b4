"""Asking the LRS about one learner after the other, a few calls at once: for *Find ULN* and *Verify*.

As in a PLR download only a busy service is asked twice by itself, for the learner sees every access (lrs.md 9.3).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from app import access, history
from app.access import Permission, User
from app.connectors.lrs import LrsCalls, LrsClient
from app.connectors.lrs_silence import NO_ANSWER, Silence
from app.db.database import Database
from app.errors import AppError, BusyError, InputError, ServiceError, StopRunError
from app.learners.subject import Subject, subjects
from app.pace import Turns, ask_in_turns
from app.sentence import Sentence
from app.tasks import Cancelled, TaskContext

AT_MOST = 1_000
"""Learners of one run (learner-manager.md 3)."""
NOT_ASKED = "LOCAL28"

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Ending:
    """How a run went. `stopped` says why it ended early, "" when it did not."""

    calls: int = 0
    stopped: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Asked(Generic[Answer]):
    """What became of one learner: an answer, or the LOCAL code and the sentence that say why there is none."""

    learner: Subject
    answer: Answer | None = None
    code: str = ""
    problem: str = ""


def learners_to_ask(
    db: Database, user: User, learner_ids: Sequence[int], *, all_names: bool, context: TaskContext | None = None
) -> list[Subject]:
    """The learners in that order. Raises AccessError without the right to ask, InputError for too many."""
    if len(learner_ids) > AT_MOST:
        raise InputError(
            Sentence("The Learning Records Service takes up to {most:,} learners at a time.", most=AT_MOST),
            hint="Select fewer learners.",
        )
    with db.read(context) as tx:
        access.require(tx, user, Permission.PLR_DOWNLOAD)
        return subjects(db, tx, learner_ids, all_names=all_names)


def ask_all(
    context: TaskContext,
    db: Database,
    user: User,
    lrs: LrsClient,
    kind: str,
    learners: Sequence[Subject],
    call: Callable[[LrsCalls, Subject], Answer],
) -> tuple[dict[int, Asked[Answer]], Ending]:
    """Make one call for each of `learners`; returns what became of each, by id, and how the run ended.

    History gets an operation of this `kind` that says how many were asked. Raises InputError or AccessError before
    the first call; afterwards a failing run, like a cancelled one, returns what came.
    """
    run = _Run(context, learners, call, lrs.parallel)
    if not learners:
        return run.results, run.ending
    try:
        with lrs.open() as calls, context.on_cancel(calls.abort):
            history.note_asked(db, user.id, kind, len(learners))
            run.ask_all(calls)
    except Cancelled:
        run.ending.cancelled = True
        run.ending.stopped = "You stopped it."
    except AppError as error:
        if run.ending.calls == 0 and not isinstance(error, ServiceError):
            raise
        run.ending.stopped = error.whole
    run.mark_not_asked()
    return run.results, run.ending


class _Run(Generic[Answer]):
    """One run under way. Used by the task's own thread; only the calls are made in others."""

    def __init__(
        self,
        context: TaskContext,
        learners: Sequence[Subject],
        call: Callable[[LrsCalls, Subject], Answer],
        parallel: int,
    ) -> None:
        self._context, self._learners, self._call, self._parallel = context, learners, call, parallel
        self._turns = Turns(parallel, learners)
        self._silence = Silence("Check the network, or wait a while, then try again.")
        self.results: dict[int, Asked[Answer]] = {}
        self.ending = Ending()

    def ask_all(self, calls: LrsCalls) -> None:
        """Ask about everybody, a few at once."""
        call = partial(self._call, calls)
        ask_in_turns(self._context, self._turns, self._parallel, call, calls.abort, self)

    def begun(self, one: Subject) -> None:
        """A call is under way."""
        self.ending.calls += 1

    def report(self, resting: float) -> None:
        """Say how far the run is. Raises Cancelled."""
        text = Sentence("The service is busy: going on in {seconds:.0f} s", seconds=resting) if resting >= 1 else ""
        self._context.report(len(self.results), len(self._learners), text)

    def filed(self, one: Subject, future: Future[Answer]) -> None:
        """File one finished call. Raises what ends the run."""
        try:
            answer = future.result()
        except BusyError as error:
            if not self._turns.busy(one, error.retry_after):
                self._failed(one, error)
        except StopRunError as error:
            self._hold(one, error)
            raise
        except ServiceError as error:
            self._context.raise_if_cancelled()  # an aborted call is no answer
            if error.code not in NO_ANSWER:
                self._turns.heard()
            self._failed(one, error)
        else:
            self._silence.ended()
            self._turns.answered()
            self.results[one.id] = Asked(one, answer)

    def _failed(self, one: Subject, error: ServiceError) -> None:
        self._hold(one, error)
        self._silence.failed(error)

    def filed_late(self, one: Subject, future: Future[Answer]) -> None:
        """A call that was under way when the run ended early: an answer that came is kept."""
        try:
            self.results[one.id] = Asked(one, future.result())
        except ServiceError as error:
            self._hold(one, error)
        except AppError:
            return  # the run ends for another reason already

    def _hold(self, one: Subject, error: ServiceError) -> None:
        self.results[one.id] = Asked(one, code=error.code, problem=error.whole)

    def mark_not_asked(self) -> None:
        """Say of everybody left that no call was made."""
        for one in self._learners:
            if one.id not in self.results:
                problem = "Not asked: the run had stopped before."
                self.results[one.id] = Asked(one, code=NOT_ASKED, problem=problem)
