"""The LMS before a run: whether it lets the account call what a run needs (moodle.md 3, guard 4)."""

from collections.abc import Callable
from typing import TypeVar

from app.connectors.lms import LmsCalls, Site, Trouble
from app.errors import BusyError, ServiceError, StopRunError
from app.sentence import Sentence
from app.tasks import TaskContext

TRIES = 4
LONGEST_WAIT = 60.0
T = TypeVar("T")


def check_site(context: TaskContext, calls: LmsCalls) -> Site:
    """Ask the site for its functions before anything else, and return what it says. Raises StopRunError SE-04 naming
    what is missing, and what the call itself raises."""
    site = patiently(context, calls.site)
    if site.missing:
        raise StopRunError(
            Sentence("The web service of the token lacks {missing}.", missing=", ".join(site.missing)),
            code=Trouble.NOT_ALLOWED,
            hint="Ask the administrator of the LMS to add it. Nothing was changed.",
        )
    return site


def patiently(context: TaskContext, ask: Callable[[], T]) -> T:
    """What `ask` answers; a busy LMS is asked again after the pause it wishes for."""
    for number in range(1, TRIES + 1):
        try:
            return ask()
        except BusyError as error:
            context.raise_if_cancelled()
            if number == TRIES:
                raise
            context.wait(min(LONGEST_WAIT, error.retry_after or 2.0**number))
        except ServiceError:
            context.raise_if_cancelled()  # a call that was cut short is no failure
            raise
    raise AssertionError("the last try ends it")


def try_elsewhere(calls: LmsCalls) -> None:
    """Raise StopRunError if the LMS does not even say its name: then it is not the course that was asked about."""
    try:
        calls.site()
    except (BusyError, StopRunError):
        raise
    except ServiceError as error:
        raise StopRunError(error.message, code=error.code, hint=error.hint) from error
