"""One question to Moodle: how it is written, and how often it is asked (moodle.md 1)."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

from app.connectors.http import HttpPool
from app.connectors.moodle_answer import read_answer
from app.connectors.moodle_faults import told_of_lms
from app.errors import BusyError, ServiceError

MOST_ENTRIES = 200
"""Of one list in a call. PHP drops what is over its limit of variables, and says nothing."""
TRIES = 5
LONGEST_PATIENCE = 60.0
"""Seconds that a question waits within a series of questions; for more than that the series is given up."""
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}

Parameters = Mapping[str, Any]


class MoodleLine:
    """Asks one question after another over a pool; from as many threads as wish to."""

    def __init__(self, pool: HttpPool, token: str) -> None:
        self._pool = pool
        self._token = token
        self._over = threading.Event()

    def ask(
        self,
        function: str,
        parameters: Parameters | None = None,
        seconds: float | None = None,
        *,
        never_twice: bool = False,
    ) -> Any:
        """What the function answers: a list, an object, or None. `never_twice` is for what changes something. Raises
        ServiceError as `app.connectors.lms` says."""
        body = question(self._token, function, parameters or {})
        try:
            answer = self._pool.post(body, HEADERS, seconds=seconds, never_twice=never_twice)
        except ServiceError as error:
            if not error.code.startswith("LOCAL"):
                raise
            told = told_of_lms(error)
            told.__cause__ = error.__cause__
            raise told from error.__cause__
        return read_answer(answer, function)

    def ask_patiently(self, function: str, parameters: Parameters, seconds: float | None = None) -> Any:
        """One question of a series that would all be lost with it: asked again after the wait that the LMS wishes
        for. Asking only reads, so twice does no harm."""
        for attempt in range(TRIES):
            try:
                return self.ask(function, parameters, seconds)
            except BusyError as error:
                wish = error.retry_after if error.retry_after is not None else 0.5 * 2**attempt
                if attempt + 1 == TRIES or wish > LONGEST_PATIENCE:
                    raise
                self._over.wait(wish)
        raise AssertionError("the last try returns or raises")

    def abort(self) -> None:
        self._over.set()
        self._pool.abort()


def question(token: str, function: str, parameters: Parameters) -> bytes:
    """The body of a POST, the control parameters first: what is beyond PHP's limit is lost without a word."""
    pairs = [("wstoken", token), ("wsfunction", function), ("moodlewsrestformat", "json")]
    for name, value in parameters.items():
        pairs += _tree(name, value)
    # The brackets stay as they are: every PHP reads them, and a long list is a third shorter.
    return "&".join(f"{name}={quote_plus(value)}" for name, value in pairs).encode("ascii")


def options(**values: Any) -> list[dict[str, Any]]:
    """The form in which some functions take options: a list of names and values."""
    return [{"name": name, "value": value} for name, value in values.items()]


def in_portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """No more in a call than PHP is sure to read."""
    for start in range(0, len(values), MOST_ENTRIES):
        yield values[start : start + MOST_ENTRIES]


def _tree(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _tree(f"{name}[{key}]", inner)
    elif isinstance(value, list | tuple):
        if len(value) > MOST_ENTRIES:
            raise ValueError(f"more than {MOST_ENTRIES} entries in one call")
        for place, inner in enumerate(value):
            yield from _tree(f"{name}[{place}]", inner)
    else:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)
