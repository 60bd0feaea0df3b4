"""Cards that are dealt: by chance in their order, and yet each as often as another."""

from collections.abc import Sequence
from random import Random
from typing import Generic, TypeVar

Card = TypeVar("Card")


class Deck(Generic[Card]):
    """Cards in an order by chance; when all are dealt they are shuffled anew."""

    def __init__(self, cards: Sequence[Card], draw: Random) -> None:
        self._cards, self._draw = list(cards), draw
        self._left: list[Card] = []

    def deal(self) -> Card:
        if not self._left:
            self._left = self._draw.sample(self._cards, len(self._cards))
        return self._left.pop()
