"""What befalls the two services: every fault that the sandboxes know, dealt like cards, so that none is left out of a
run that is long enough; mostly for a share of the calls, at times for all of them, or for the first of each kind."""

from random import Random

from app.sandbox import faults, moodle_faults, tls
from tests.endurance.deck import Deck

_CODES = ("WSEC0001", "WSEC0002", "WSEC0003", "WSEC0005", "WSEC0006", "WSEC0010", "WSEC0999", "XYZ123")
LRS = sorted(
    {*faults.FAULTS, *faults.HANDSHAKE_FAULTS, *faults.MIX, faults.RANDOM}
    | {f"{kind}-{code}" for kind in ("error", "domain") for code in _CODES}
)
MOODLE = sorted({*moodle_faults.FAULTS, *tls.HANDSHAKE_FAULTS, "error-someothercode"})
HANDSHAKE = frozenset(faults.HANDSHAKE_FAULTS)
"""These hit connections, and so every call."""


class Weather:
    """Draws it for both services."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._lrs, self._moodle = Deck(LRS, draw), Deck(MOODLE, draw)
        self.dealt: dict[str, set[str]] = {"lms": set(), "lrs": set()}
        """What has befallen each of them."""

    def of_moodle(self) -> list[str]:
        return self._noted("lms", self._some(self._moodle))

    def of_lrs(self) -> list[str]:
        return self._noted("lrs", self._some(self._lrs))

    def _some(self, deck: Deck[str]) -> list[str]:
        """Nothing at all, one that hits every call, or a few that hit some."""
        chance = self._draw.random()
        if chance < 0.15:
            return []
        if chance < 0.3:
            return [deck.deal()]
        return [self._at_times(deck.deal()) for _ in range(3)]

    def _at_times(self, name: str) -> str:
        if name in HANDSHAKE:
            return name
        return f"{name}:{self._draw.choice(('0.05', '0.2', '0.5', 'once'))}"

    def _noted(self, service: str, named: list[str]) -> list[str]:
        self.dealt[service].update(one.partition(":")[0] for one in named)
        return named
