"""Changes of extract statuses that are wished for and not saved: one set, however many records are in it.

Arrays beside each other instead of an object for each record; nothing of it is stored anywhere (EX-U2, EX-U4, EX-U9).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.keys import Keys
from app.lms.extracts.records_list import STATUSES

_CODES = tuple(status for status, _ in STATUSES)
_PLACE = {status: place for place, status in enumerate(_CODES)}
Move = tuple[str, str]
"""From which status to which."""


@dataclass(frozen=True, slots=True)
class Staged:
    """Records with the status and the version that were seen, and the status wished for. Never changed: what is
    staged next makes a new set, so that a task may read the one it was given."""

    ids: Keys = field(default_factory=lambda: Keys("q"), repr=False)
    """In ascending order."""
    versions: Keys = field(default_factory=lambda: Keys("q"), repr=False)
    old: bytes = field(default=b"", repr=False)
    new: bytes = field(default=b"", repr=False)
    """Places in the list of statuses."""
    moves: Mapping[Move, int] = field(init=False)
    """How many records change, by move; those that are at the wished status already are none of them."""

    def __post_init__(self) -> None:
        pairs = Counter(zip(self.old, self.new, strict=True))
        moves = {(_CODES[old], _CODES[new]): number for (old, new), number in sorted(pairs.items()) if old != new}
        object.__setattr__(self, "moves", moves)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]], target: str) -> "Staged":
        """The set of rows that begin with id, version and status, by ascending id, all to become `target`."""
        return cls(
            Keys("q", [row[0] for row in rows]),
            Keys("q", [row[1] for row in rows]),
            bytes([_PLACE[row[2]] for row in rows]),
            bytes([_PLACE[target]]) * len(rows),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def changing(self) -> int:
        """How many records would change."""
        return sum(self.moves.values())

    def at(self, record_id: int) -> Move | None:
        """The change staged for a record; None where there is none."""
        place = bisect_left(self.ids, record_id)
        if place == len(self.ids) or self.ids[place] != record_id or self.old[place] == self.new[place]:
            return None
        return _CODES[self.old[place]], _CODES[self.new[place]]

    def and_then(self, later: "Staged") -> "Staged":
        """Both sets, where the later wish counts; a record wished back to what it is drops out of the changes."""
        if not self.ids:
            return later
        whole = dict(zip(self.ids, zip(self.versions, self.old, self.new, strict=True), strict=True))
        whole.update(zip(later.ids, zip(later.versions, later.old, later.new, strict=True), strict=True))
        return self._from((key, *whole[key]) for key in sorted(whole))

    def without(self, places: Iterable[int]) -> "Staged":
        """The set without the records at these places."""
        gone = set(places)
        rows = enumerate(zip(self.ids, self.versions, self.old, self.new, strict=True))
        return self._from(row for place, row in rows if place not in gone)

    @classmethod
    def _from(cls, rows: Iterable[tuple[int, int, int, int]]) -> "Staged":
        ids, versions, old, new = Keys("q"), Keys("q"), bytearray(), bytearray()
        for key, version, was, wished in rows:
            ids.append(key)
            versions.append(version)
            old.append(was)
            new.append(wished)
        return cls(ids, versions, bytes(old), bytes(new))

    def batches(self, size: int) -> Iterator[tuple[str, Sequence[int]]]:
        """The whole set as (status wished for, at most `size` places in the set), by ascending id within a status."""
        for wished in range(len(_CODES)):
            places = [place for place, one in enumerate(self.new) if one == wished] if wished in self.new else []
            for start in range(0, len(places), size):
                yield _CODES[wished], places[start : start + size]
