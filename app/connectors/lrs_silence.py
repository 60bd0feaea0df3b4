"""A service that does not answer at all: a run does not go on asking it for each of many learners."""

from app.errors import ServiceError, StopRunError
from app.sentence import Sentence

NO_ANSWER = frozenset({"LOCAL20", "LOCAL21", "LOCAL22"})
"""Of calls that got no answer."""
MOST_IN_A_ROW = 20
"""Then the line or the service is down, and 900 more will not help."""


class Silence:
    """Counts the calls in a row that got no answer. `hint` says what to do once there are too many."""

    def __init__(self, hint: str) -> None:
        self._hint = hint
        self._calls = 0

    def ended(self) -> None:
        """A call was answered."""
        self._calls = 0

    def failed(self, error: ServiceError) -> None:
        """A call failed. Raises StopRunError if too many in a row got no answer."""
        self._calls = self._calls + 1 if error.code in NO_ANSWER else 0
        if self._calls >= MOST_IN_A_ROW:
            raise StopRunError(
                Sentence(
                    "{most} calls in a row got no answer: {why}", most=MOST_IN_A_ROW, why=Sentence(error.message)
                ),
                code=error.code,
                hint=self._hint,
            ) from error
