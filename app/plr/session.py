"""What was downloaded in this sitting: held in memory behind one lock, never stored (data-model.md 7)."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # each start imports this module, and would wait for the connector
    from app.connectors.lrs_answer import LearningEvent
    from app.plr.plan import Change

EVENTS_PER_LEARNER = 1 << 20
"""Room in a row's key for one learner's events: key = place of the learner x this + place of the event."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A learner as the LRS is asked about: what is sent, and what the window shows beside the answer."""

    id: int
    ref: str
    uln: str | None = field(repr=False)
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    sent_given: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: str | None = field(repr=False)
    name_cut: bool = False
    """A name longer than the service takes was cut."""

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.family_name, self.given_names) if part)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one learner: codes, and the events if there are any. Immutable."""

    response_code: str = ""
    error_code: str = ""
    error_description: str = ""
    found_uln: str | None = field(default=None, repr=False)
    events: "tuple[LearningEvent, ...]" = field(default=(), repr=False)
    changes: "tuple[Change, ...]" = ()
    """What Update would do with each event; or the one entry of a row without events."""
    at: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether *Refresh Failed* takes this learner again: everything that ended in an error code."""
        return bool(self.error_code)

    @property
    def row_count(self) -> int:
        return max(1, len(self.events))


@dataclass(frozen=True, slots=True)
class PlrRow:
    """One row of the window: an event of a learner, or the one row of a learner without events."""

    key: int
    asked: Asked
    answer: Answer | None
    event: "LearningEvent | None"
    change: "Change | None"
    """None while the learner is being asked."""
    first: bool
    """The learner's first row."""


class PlrSession:
    """Everything the window holds. Safe from any thread; answers never change, they are replaced."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._learners: list[Asked] = []
            self._place: dict[int, int] = {}
            self._answers: dict[int, Answer] = {}
            self._asking: dict[int, None] = {}
            self._arrived: list[int] = []
            self._replaced = 0
            # The rows of an answered learner, made when first asked for: filters go over all of them at each click.
            self._made: dict[int, tuple[PlrRow, ...]] = {}

    def expect(self, learners: Iterable[Asked]) -> None:
        """Add learners to the window (or bring up to date what is known of them) before they are asked."""
        with self._lock:
            for one in learners:
                place = self._place.get(one.id)
                if place is None:
                    self._place[one.id] = len(self._learners)
                    self._learners.append(one)
                else:
                    self._learners[place] = one
                    self._made.pop(place, None)

    def asking(self, learner_id: int) -> None:
        """Mark a call as under way."""
        with self._lock:
            if learner_id in self._place:
                self._asking[self._place[learner_id]] = None

    def hold(self, learner_id: int, answer: Answer) -> None:
        """File an answer with the learner it was asked for (never by ULN: two learners may hold one)."""
        with self._lock:
            place = self._place.get(learner_id)
            if place is None:  # the window was closed while this call was under way
                return
            self._asking.pop(place, None)
            if place in self._answers:
                self._replaced += 1
            else:
                self._arrived.append(place)
            self._answers[place] = answer
            self._made.pop(place, None)

    def give_up_asking(self) -> None:
        """No call is under way any more (the run was cancelled)."""
        with self._lock:
            self._asking.clear()

    def set_changes(self, changes: "Mapping[int, Sequence[Change]]", of: Mapping[int, Answer]) -> None:
        """Replace what Update would do, by learner id (after an update, or when attainments changed); `of` are the
        answers it was worked out for: beside what a refresh brought meanwhile it would tell something else."""
        with self._lock:
            for learner_id, kinds in changes.items():
                place = self._place.get(learner_id)
                answer = self._answers.get(place) if place is not None else None
                if (
                    place is not None
                    and answer is not None
                    and answer.events
                    and answer.events is of[learner_id].events
                ):
                    self._answers[place] = replace(answer, changes=tuple(kinds))
                    self._made.pop(place, None)

    @property
    def learner_count(self) -> int:
        with self._lock:
            return len(self._learners)

    @property
    def row_count(self) -> int:
        """How many rows have an answer."""
        with self._lock:
            return sum(answer.row_count for answer in self._answers.values())

    def learner_ids(self, *, failed_only: bool = False) -> list[int]:
        """The learners the window holds, in the order they were first asked for."""
        with self._lock:
            if not failed_only:
                return [one.id for one in self._learners]
            return [
                one.id
                for place, one in enumerate(self._learners)
                if (answer := self._answers.get(place)) is None or answer.failed
            ]

    def learners(self) -> list[Asked]:
        """Everybody the window holds, in the order they were first asked for."""
        with self._lock:
            return list(self._learners)

    def learner_ids_of(self, keys: Iterable[int]) -> list[int]:
        """The learners behind rows, each once, in the order of the rows."""
        with self._lock:
            places = dict.fromkeys(key // EVENTS_PER_LEARNER for key in keys)
            return [self._learners[place].id for place in places if place < len(self._learners)]

    def state(self) -> tuple[int, int]:
        """Grows whenever something new came: (answers arrived, answers replaced)."""
        with self._lock:
            return len(self._arrived), self._replaced

    def keys_since(self, arrived: int) -> tuple[list[int], list[int], int]:
        """Row keys of the answers that came after the first `arrived`; keys of the rows being asked; the new mark."""
        with self._lock:
            keys = [key for place in self._arrived[arrived:] for key in self._keys_of(place)]
            asking = [place * EVENTS_PER_LEARNER for place in self._asking if place not in self._answers]
            return keys, asking, len(self._arrived)

    def rows(self, first: int | None = None) -> list[PlrRow]:
        """Every row that has an answer (of the `first` learners answered), in the order of arrival: a snapshot."""
        with self._lock:
            return [row for place in self._arrived[:first] for row in self._rows_of(place)]

    def row(self, key: int) -> PlrRow | None:
        """One row by its key; None if a refresh brought fewer events."""
        place, number = divmod(key, EVENTS_PER_LEARNER)
        with self._lock:
            if place >= len(self._learners):
                return None
            answer = self._answers.get(place)
            if answer is not None and number >= answer.row_count:
                return None
            return self._rows_of(place)[number] if answer is not None else self._row(place, number)

    def learner_at(self, key: int) -> tuple[Asked, Answer | None] | None:
        """The learner a row belongs to and the one answer that is held at this moment; None for no row at all."""
        place = key // EVENTS_PER_LEARNER
        with self._lock:
            return (self._learners[place], self._answers.get(place)) if place < len(self._learners) else None

    def answer_of(self, learner_id: int) -> Answer | None:
        with self._lock:
            place = self._place.get(learner_id)
            return None if place is None else self._answers.get(place)

    def _keys_of(self, place: int) -> list[int]:
        start = place * EVENTS_PER_LEARNER
        return list(range(start, start + self._answers[place].row_count))

    def _rows_of(self, place: int) -> tuple[PlrRow, ...]:
        made = self._made.get(place)
        if made is None:
            made = tuple(self._row(place, number) for number in range(self._answers[place].row_count))
            self._made[place] = made
        return made

    def _row(self, place: int, number: int) -> PlrRow:
        answer = self._answers.get(place)
        event = answer.events[number] if answer is not None and answer.events else None
        change = None if answer is None else (answer.changes[number] if answer.changes else None)
        return PlrRow(place * EVENTS_PER_LEARNER + number, self._learners[place], answer, event, change, number == 0)
