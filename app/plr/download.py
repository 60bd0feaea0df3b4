"""Attainments (PLR) Download: ask the LRS about each learner, a few calls at once, and hold the answers.

The calls run in a small pool of threads inside the task; the task's own thread does all filing, waiting and
reporting. Only a busy service is asked twice by itself: every access is seen by the learner (lrs.md 9.3).
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Protocol

from app import access, history
from app.access import Permission, User
from app.attainments.stored import EMPTY, stored_records
from app.changes import Changes, Topic
from app.connectors.lrs_answer import LrsAnswer
from app.connectors.lrs_codes import may_import
from app.connectors.lrs_silence import NO_ANSWER, Silence
from app.db.database import Database
from app.errors import AppError, BusyError, ServiceError, StopRunError
from app.pace import Turns, ask_in_turns
from app.plr.ask import identity_hash, learners_to_ask, local_code, refused_locally
from app.plr.checks import CheckLog
from app.plr.session import Answer, Asked, PlrSession
from app.plr.update import plan_answer
from app.sentence import Sentence
from app.tasks import Cancelled, TaskContext, now


class Calls(Protocol):
    """An opened LRS connection: thread-safe."""

    def learning_events(
        self, uln: str, given_name: str, family_name: str, birth_date: date | None, gender: str | None
    ) -> LrsAnswer: ...

    def abort(self) -> None: ...


class Lrs(Protocol):
    """What `download` needs of the connector."""

    @property
    def parallel(self) -> int: ...

    def open(self) -> AbstractContextManager[Calls]: ...


@dataclass(slots=True)
class DownloadSummary:
    """How a download went. `answered` counts the learners of this run that got a row, local codes included, but not
    those who were not asked because it ended early."""

    total: int = 0
    answered: int = 0
    calls: int = 0
    """Calls made, those included that a busy service was asked again."""
    stopped: str = ""
    """The sentence that says why it ended early; "" when it did not."""
    cancelled: bool = False
    changes: Changes = field(default_factory=Changes)
    seconds: float = 0.0


def download(
    context: TaskContext,
    db: Database,
    user: User,
    lrs: Lrs,
    session: PlrSession,
    learner_ids: Sequence[int],
    *,
    all_names: bool = False,
) -> DownloadSummary:
    """Ask about `learner_ids` in that order and hold every answer in `session`; nothing of it is stored but that
    a check was made. Raises AccessError or InputError before the first call; afterwards a failing run, like a
    cancelled one, returns its summary with the reason in it."""
    began = now()
    with db.read() as tx:
        access.require(tx, user, Permission.PLR_DOWNLOAD)
        learners = learners_to_ask(db, tx, learner_ids, all_names=all_names)
    session.expect(learners)
    summary = DownloadSummary(total=len(learners))
    checks = CheckLog(db, user)
    run = _Run(context, db, session, summary, checks, lrs.parallel)
    callable_ones = run.answer_locally(learners)
    try:
        if callable_ones:
            with lrs.open() as calls, context.on_cancel(calls.abort):
                history.note_asked(db, user.id, "plr_download", len(callable_ones))
                run.ask_all(calls, callable_ones)
    except Cancelled:
        summary.cancelled = True
        summary.stopped = "You stopped the download."
    except AppError as error:
        if summary.calls == 0 and not isinstance(error, ServiceError):
            raise
        summary.stopped = error.whole
        run.mark_not_asked(callable_ones)
    finally:
        session.give_up_asking()
    _finish(summary, checks)
    summary.seconds = now() - began
    return summary


def _finish(summary: DownloadSummary, checks: CheckLog) -> None:
    """Write the checks that are left. If even that fails, the answers are there and the summary says it."""
    try:
        checks.save()
    except AppError as error:
        summary.stopped = summary.stopped or error.whole
    if checks.saved:
        summary.changes = Changes.of(Topic.PLR_CHECKS)


class _Run:
    """One download under way."""

    def __init__(
        self,
        context: TaskContext,
        db: Database,
        session: PlrSession,
        summary: DownloadSummary,
        checks: CheckLog,
        parallel: int,
    ) -> None:
        self._context = context
        self._db = db
        self._session = session
        self._summary = summary
        self._checks = checks
        self._turns: Turns[Asked] = Turns(parallel)
        self._parallel = parallel
        self._silence = Silence("Check the network, or wait a while, then press Refresh Failed.")
        self._answered: set[int] = set()
        self._today = date.today()

    def answer_locally(self, learners: Iterable[Asked]) -> list[Asked]:
        """Give a row to everybody about whom no call can be made; returns the others."""
        others = []
        for one in learners:
            if code := local_code(one):
                self._hold(one, refused_locally(code))
            else:
                others.append(one)
        return others

    def ask_all(self, calls: Calls, learners: Sequence[Asked]) -> None:
        """Ask about everybody, a few at once."""
        self._turns = Turns(self._parallel, learners)
        ask_in_turns(self._context, self._turns, self._parallel, partial(_call, calls), calls.abort, self)

    def begun(self, one: Asked) -> None:
        """A call is under way."""
        self._session.asking(one.id)
        self._summary.calls += 1

    def report(self, resting: float) -> None:
        """Say how far the run is. Raises Cancelled."""
        text = Sentence("The service is busy: going on in {seconds:.0f} s", seconds=resting) if resting >= 1 else ""
        self._context.report(self._summary.answered, self._summary.total, text)

    def filed(self, one: Asked, future: Future[LrsAnswer]) -> None:
        """File one finished call. Raises what ends the run."""
        try:
            answer = future.result()
        except BusyError as error:
            if not self._turns.busy(one, error.retry_after):
                self._hold_failure(one, error)
        except StopRunError as error:
            self._hold(one, refused_locally(error.code, error.message))
            raise
        except ServiceError as error:
            self._context.raise_if_cancelled()  # an aborted call is no answer
            if error.code not in NO_ANSWER:
                self._turns.heard()
            self._hold_failure(one, error)
        else:
            self._silence.ended()
            self._turns.answered()
            self._hold_answer(one, answer)

    def _hold_failure(self, one: Asked, error: ServiceError) -> None:
        """A call that failed, for this learner; too many in a row and the run stops."""
        self._hold(one, refused_locally(error.code, error.message))
        self._silence.failed(error)

    def filed_late(self, one: Asked, future: Future[LrsAnswer]) -> None:
        """A call that was under way when the run stopped: an answer that came is kept."""
        try:
            self._hold_answer(one, future.result())
        except ServiceError as error:
            if not self._context.cancelled:
                self._hold(one, refused_locally(error.code, error.message))
        except AppError:
            return  # it is held; the run ends for another reason already

    def mark_not_asked(self, learners: Iterable[Asked]) -> None:
        """After a stopped run everybody left gets a row that says so; *Refresh Failed* takes them. What a learner's
        row held before, from an earlier run, stays: it is still what the service said."""
        for one in learners:
            before = self._session.answer_of(one.id)
            if one.id not in self._answered and (before is None or before.failed):
                self._session.hold(one.id, replace(refused_locally("LOCAL28"), at=datetime.now(UTC)))

    def _hold_answer(self, one: Asked, answer: LrsAnswer) -> None:
        """File what the service said, with what Update would do with it. If the database fails just then, the
        answer is held without, for it cost a call that the learner sees; then raises DatabaseError."""
        notes = answer.notes
        if one.name_cut:
            notes = (*notes, "A name over 35 characters was cut before it was sent.")
        held = Answer(
            response_code=answer.response_code,
            found_uln=answer.found_uln,
            events=answer.events,
            notes=tuple(notes),
        )
        record = EMPTY
        try:
            if held.events and may_import(held.response_code):
                with self._db.read() as tx:
                    record = stored_records(tx, [one.id]).get(one.id, EMPTY)
        except AppError:
            self._hold(one, held)
            raise
        self._hold(one, replace(held, changes=plan_answer(held, record, self._today)))

    def _hold(self, one: Asked, answer: Answer) -> None:
        self._session.hold(one.id, replace(answer, at=datetime.now(UTC)))
        self._answered.add(one.id)
        self._summary.answered += 1
        if not answer.error_code.startswith("LOCAL0"):
            self._checks.add(one.id, outcome(answer), identity_hash(one))


def outcome(answer: Answer) -> str:
    """A check in one word: records, none, refused or failed (data-model.md 3)."""
    if answer.error_code:
        return "failed"
    if not may_import(answer.response_code):
        return "refused"
    return "records" if answer.events else "none"


def _call(calls: Calls, one: Asked) -> LrsAnswer:
    assert one.uln is not None
    assert one.sent_given is not None
    assert one.family_name is not None
    return calls.learning_events(one.uln, one.sent_given, one.family_name[:35].rstrip(), one.birth_date, one.sex)
