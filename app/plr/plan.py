"""What Update would do with the events of one learner, worked out without writing anything.

The rule (data-model.md 4, learner-manager.md 6): an event belongs to the attainment that its id stands behind, if
the subject key agrees; else to the one with its subject key and date; else it makes a new one. Several events may
stand behind one attainment: the best by rank gives the values, the others only a link. An event that somebody of
higher rank already stands behind changes nothing. Nothing real is overwritten by nothing. An event without subject
code or number cannot be stored: nothing could find it again, and the next update would store it once more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from app.attainments.grades import is_lower
from app.attainments.stored import COMPARED, StoredEvent, StoredRecord, matching_date, rank
from app.plr.values import EventValues


class Change(StrEnum):
    """What Update Selected would do with a row."""

    NEW = "new"
    CHANGED = "changed"
    LOWER = "lower"
    SAME = "same"
    CANNOT = "cannot"
    NO_EVENTS = "no events"


@dataclass(slots=True, eq=False)
class Target:
    """One attainment that events of the answer belong to: a stored one, or one to be made."""

    stored: Row[Any] | None
    events: list[int] = field(default_factory=list)
    """Places of its events in the answer."""
    best: int = -1
    change: Change = Change.SAME
    writes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """`changes` has one entry per event, in the order given; `targets` what would be written."""

    changes: tuple[Change, ...]
    targets: tuple[Target, ...]
    values: tuple[EventValues, ...]
    target_of: tuple[Target | None, ...]


def plan_changes(stored: StoredRecord, events: Sequence[EventValues]) -> Plan:
    """The plan for the events of one learner; pure. Planning again after it was carried out finds only `same`."""
    target_of = _assign(stored, events)
    behind: dict[int | None, list[StoredEvent]] = {}
    for link in stored.events:
        behind.setdefault(link.attainment_id, []).append(link)
    targets = tuple({id(target): target for target in target_of if target is not None}.values())
    told = {event.event_id for event, target in zip(events, target_of, strict=True) if target is not None}
    for target in targets:
        # What the answer tells of is where it tells it: behind this attainment, or no longer.
        _decide(target, events, [link for link in behind.get(_id(target), ()) if link.event_id not in told])
    changes = tuple(
        Change.CANNOT if target is None else (target.change if target.best == place else Change.SAME)
        for place, target in enumerate(target_of)
    )
    return Plan(changes, targets, tuple(events), tuple(target_of))


def settled(plan: Plan, *, lower_too: bool) -> tuple[Change, ...]:
    """What the same events would do after the plan was carried out: nothing, but for lower grades that were left."""
    left = set() if lower_too else {Change.LOWER}
    return tuple(one if one is Change.CANNOT or one in left else Change.SAME for one in plan.changes)


def _owners(events: Sequence[EventValues]) -> dict[int, int]:
    """The place of the event that a number stands for: should an answer use one twice, the better of the two."""
    owners: dict[int, int] = {}
    for place, event in enumerate(events):
        if event.event_id is not None and not event.why_not:
            other = owners.setdefault(event.event_id, place)
            if event.rank > events[other].rank:
                owners[event.event_id] = place
    return owners


_Spot = tuple[str, date | None]
"""By what an attainment is found: subject key and date."""


def _assign(stored: StoredRecord, events: Sequence[EventValues]) -> list[Target | None]:
    by_id = {row.id: Target(row) for row in stored.attainments}
    by_event = {link.event_id: by_id[link.attainment_id] for link in stored.events if link.attainment_id in by_id}
    there: dict[_Spot, Target] = {}
    for row in stored.attainments:
        if row.subject_key is not None:
            there.setdefault((row.subject_key, matching_date(row.award_date, row.end_date)), by_id[row.id])
    owners = _owners(events)
    found: list[Target | None] = [None] * len(events)
    moved: dict[_Spot, Target] = {}
    for number, place in owners.items():
        event, target = events[place], by_event.get(number)
        if target is None or target.stored is None or event.key is None or target.stored.subject_key != event.key:
            continue
        found[place] = target
        # Its date may have moved: another source of the same qualification moves with it, to the first stored one.
        spot = (event.key, event.found_by)
        other = moved.get(spot)
        if other is None or other.stored is None or target.stored.id < other.stored.id:
            moved[spot] = target
    by_spot = {**moved, **there}
    for place in owners.values():
        event = events[place]
        if found[place] is None and event.key is not None:
            found[place] = by_spot.setdefault((event.key, event.found_by), Target(None))
    for place, event in enumerate(events):
        owner = owners.get(event.event_id) if event.event_id is not None else None
        if owner is not None and owner != place and events[owner].key == event.key:
            found[place] = found[owner]  # the same thing told twice
    for place, target in enumerate(found):
        if target is not None:
            target.events.append(place)
    return found


def _id(target: Target) -> int | None:
    return None if target.stored is None else int(target.stored.id)


def _decide(target: Target, events: Sequence[EventValues], others: Sequence[StoredEvent]) -> None:
    """`others` stand behind the attainment without being in the answer."""
    target.best = max(target.events, key=lambda place: events[place].rank)
    best = events[target.best]
    if target.stored is None:
        target.change = Change.NEW
        target.writes = dict(best.values)
        return
    if any(rank(link.source, link.date_loaded, link.event_id) > best.rank for link in others):
        return
    target.writes = differing(target.stored, best)
    if not target.writes:
        return
    old = target.stored
    lower = "grade" in target.writes and is_lower(
        target.writes["grade"], old.grade, best.values["qualification_type"] or old.qualification_type
    )
    target.change = Change.LOWER if lower else Change.CHANGED


def differing(old: Row[Any], event: EventValues) -> dict[str, Any]:
    """The compared columns in which the event says something else than what is stored."""
    return {
        name: said
        for name in COMPARED
        if (said := event.values[name]) is not None and not _same(said, getattr(old, name))
    }


def _same(said: object, held: object) -> bool:
    if isinstance(said, str) and isinstance(held, str):
        return said == " ".join(held.split())
    return said == held


def links_to_write(
    stored: Iterable[StoredEvent], plan: Plan, places: Iterable[int]
) -> list[tuple[int, StoredEvent | None]]:
    """Places of events whose link is missing (None) or says something older (the stored link)."""
    held = {link.event_id: link for link in stored}
    owners = _owners(plan.values)
    wanted = []
    for place in places:
        event, target = plan.values[place], plan.target_of[place]
        if event.event_id is None or target is None or owners[event.event_id] != place:
            continue
        link = held.get(event.event_id)
        same_place = link is not None and target.stored is not None and link.attainment_id == target.stored.id
        if link is None or not same_place or (link.source, link.date_loaded) != (event.source, event.date_loaded):
            wanted.append((place, link))
    return wanted
