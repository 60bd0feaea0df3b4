"""How fast work goes, in words: "19 a second · 31 s left"."""

import time
from collections import deque

from ui.look.words import tr

_SECONDS = 10.0
_AT_LEAST = 0.5


class Rate:
    """Looks at the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def clear(self) -> None:
        self._seen.clear()

    def add(self, done: int) -> None:
        """So much is done by now."""
        moment = time.monotonic()
        self._seen.append((moment, done))
        while len(self._seen) > 2 and self._seen[0][0] < moment - _SECONDS:
            self._seen.popleft()

    def words(self, total: int) -> str:
        """Rate and time left; "" while there is too little to say."""
        if len(self._seen) < 2:
            return ""
        seconds = self._seen[-1][0] - self._seen[0][0]
        done = self._seen[-1][1] - self._seen[0][1]
        if seconds < _AT_LEAST or done <= 0:
            return ""
        rate = done / seconds
        left = round((total - self._seen[-1][1]) / rate)
        shown = tr("{n} s", n=left) if left < 90 else tr("{n} min", n=round(left / 60))
        return tr("{rate} a second · {left} left", rate=f"{rate:.0f}", left=shown)
