"""Jobs of several calls each, a few at once: the calls in threads of their own, all that is done between them in this
one."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from app.connectors.lms import LmsCalls
from app.errors import AppError
from app.lms.asking import patiently
from app.tasks import Cancelled, TaskContext

_LOOK_AGAIN = 0.5

Call = Callable[[LmsCalls], Any]
Job = Generator[Call, Any, None]
"""Yields a call, and goes on with what it answers or raises. It may be closed at any yield: then the call was not
made."""


def take_steps(
    context: TaskContext, calls: LmsCalls, parallel: int, jobs: Iterable[Job], report: Callable[[], None]
) -> None:
    """Drive the jobs to their ends. `report` raises Cancelled. What a job raises ends all: calls under way come to
    their end (a cancel cuts them short) and their jobs hear of it, but make no other."""
    waiting = iter(jobs)
    under_way: dict[Future[Any], Job] = {}

    with ThreadPoolExecutor(parallel, thread_name_prefix="lms") as pool:

        def go_on(job: Job, last: Future[Any] | None) -> None:
            call = _next_call(job, last)
            if call is not None:
                under_way[pool.submit(_made, context, calls, call)] = job

        try:
            while True:
                report()
                while len(under_way) < parallel and (job := next(waiting, None)) is not None:
                    go_on(job, None)
                if not under_way:
                    return
                finished, _ = wait(under_way, _LOOK_AGAIN, FIRST_COMPLETED)
                for future in finished:
                    go_on(under_way.pop(future), future)
        except BaseException:
            if context.cancelled:
                calls.abort()
            for future, job in under_way.items():
                _heard_last(job, future)
            raise


def _made(context: TaskContext, calls: LmsCalls, call: Call) -> Any:
    return patiently(context, lambda: call(calls))


def _next_call(job: Job, last: Future[Any] | None) -> Call | None:
    """What the job wishes to ask after the answer to `last`; None at its end."""
    try:
        if last is None:
            return next(job)
        error = last.exception()
        return job.throw(error) if error is not None else job.send(last.result())
    except StopIteration:
        return None


def _heard_last(job: Job, future: Future[Any]) -> None:
    """Let a job know what became of its call, after which there is no other."""
    try:
        if _next_call(job, future) is not None:
            job.close()
    except (AppError, Cancelled):
        return  # the run ends for another reason already
