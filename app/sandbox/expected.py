"""What the first Update of all rows of a download must count: a second opinion, from the invented records.

Nothing here is shared with `app.plr`, which follows the same rule (data-model.md 4, learner-manager.md 6) on its
own; where the two differ, one of them is wrong. The rule, learner by learner:

Reading an event
 1. A text counts without blanks at its ends and with single blanks inside. It is *nothing* if it is absent, nil
    or empty then, or if it reads `UNKNOWN` or `UNKNWN` (whatever the case) or `9999999999`. Any field may be.
 2. A date is `yyyy-MM-dd`, with or without a time behind it (after a blank or a T). It is *nothing* if it is no
    day of the calendar, or later than today.
 3. Credits: a whole number n means n x 100 hundredths. 0 is *nothing*: nearly every event says 0 for "none
    stated". So is what is no whole number, or below 0.
 4. Under data challenge: Y is yes, N is no, anything else is *nothing*.
 5. The subject key is the subject code in upper case, without slashes and blanks. An event whose code is nothing
    can be neither matched nor stored: its row is *not applied*, and it takes part in nothing that follows.
 6. The day of an event is its award date, or its participation end if the award date is nothing; it may have
    none. The day of a stored attainment is its award date, or its end date if it has no award date.

Which attainment (the first that applies; of several stored ones the first stored)
 7. The stored attainment behind which an event with this id stands, if its subject key is the event's; else
 8. a stored attainment with the same subject key and the same day (none equals none); else
 9. the stored attainment that another event of the answer, with the same key and day, has come to by its id
    (the day has moved, and this is another source of the same thing); else
10. a new one, shared with all other events of the answer that come this far with the same key and day.

Which event gives the values
11. Of the events that have come to one attainment the one of the highest rank: source AO, then QCFU, NPD, ILR,
    any other; then the later date loaded (compared as text, none is earliest); then the higher id.
12. All its other events only stand behind it: their rows are *unchanged*.
13. Rank holds: if an event that stands behind the stored attainment already ranks above the best of those of
    point 11 (by its source and date loaded as they were stored), nothing is written: all rows are *unchanged*.
    Only what the answer does not tell of counts here: an event that the answer holds (and that is not of point 5)
    is one of those of point 11, or has come to another attainment and stands behind this one no longer.
14. A new attainment: *new*, with whatever of the event is not nothing.
15. A stored one: compared, and written where they differ, are subject, qualification type, level, grade, credits,
    award date, start date, end date, provider, provider UKPRN, awarding organisation and its code, language and
    under challenge. What is nothing in the event never differs. Texts differ as they read by point 1, and case
    counts. The subject code is not compared: another spelling of the same key is no change.
16. If the grade differs and is lower than the stored one, the row is *not applied* and nothing of the event is
    written, whatever else differs. Otherwise *changed* if anything differs, else *unchanged*.
17. Lower: both grades, in upper case, stand in one scale, the event's further on. The qualification type (the
    event's, or the stored one if that is nothing) says which scales there are. It holds GCE: A* A B C D E U.
    Else: 9 8 7 6 5 4 3 2 1 U, and A* A B C D E F G U; and unless it holds GCSE also D* = DISTINCTION*,
    D = DISTINCTION, M = MERIT, P = PASS, FAIL. Across scales nothing is lower, nor are two ways to write one grade.

Learners
18. A learner without any event (no record, refused, not asked) has one row: *not applied*.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from app.sandbox.holdings import StoredAttainment
from app.sandbox.people import Kind, Person, events_of
from app.sandbox.records import Event

_RANKS = {"AO": 0, "QCFU": 1, "NPD": 2, "ILR": 3}
_NOTHING = {"", "unknown", "unknwn", "9999999999"}
_DIGITS = ("9", "8", "7", "6", "5", "4", "3", "2", "1", "U")
_LETTERS = ("A*", "A", "B", "C", "D", "E", "F", "G", "U")
_A_LEVEL = ("A*", "A", "B", "C", "D", "E", "U")
_WORDS = ("DISTINCTION*", "DISTINCTION", "MERIT", "PASS", "FAIL")
_SHORT = {"D*": "DISTINCTION*", "D": "DISTINCTION", "M": "MERIT", "P": "PASS"}


def expected(people: Sequence[Person], today: date | None = None) -> dict[str, int]:
    """The six numbers of the first Update of all rows of these people (commands.md, `first_update`)."""
    counts: Counter[str] = Counter()
    for person in people:
        events = events_of(person)
        counts.update(outcomes(person.stored, events, today or date.today()) if events else ["not_applied"])
    result = {name: counts[name] for name in ("new", "changed", "unchanged", "not_applied")}
    return {"processed": counts.total(), "updated": counts["new"] + counts["changed"], **result}


def summary(people: Sequence[Person]) -> dict[str, int]:
    """What the download of these people brings (commands.md, top of `tour.json`). `error_rows` are the learners
    whose one row says why there are no events; a known learner with an empty record is no error."""
    told = [len(events_of(person)) for person in people]
    good = (Kind.EXACT, Kind.LINKED, Kind.EMPTY)
    return {
        "selected": len(told),
        "with_events": sum(count > 0 for count in told),
        "error_rows": sum(person.kind not in good for person in people),
        "records": sum(told),
    }


def outcomes(stored: Sequence[StoredAttainment], events: Sequence[Event], today: date) -> list[str]:
    """One word per event of one learner's answer: new, changed, unchanged or not_applied; in no order."""
    usable = [event for event in events if _key(event.subject_code)]
    told = {event.event_id for event in usable}
    words = ["not_applied"] * (len(events) - len(usable))
    for place, members in _homes(usable, stored, today):
        best = max(members, key=lambda event: _rank(event.source, event.date_loaded, event.event_id))
        words += ["unchanged"] * (len(members) - 1)
        words.append("new" if place is None else _outcome(stored[place], best, told, today))
    return words


def _homes(
    events: Sequence[Event], stored: Sequence[StoredAttainment], today: date
) -> list[tuple[int | None, list[Event]]]:
    """Which events belong together, and to which place in `stored` (None: to a new attainment)."""
    by_id = {event.event_id: _place_by_id(event, stored) for event in events}
    moved: dict[tuple[str, date | None], int] = {}
    for event in events:
        place = by_id[event.event_id]
        if place is not None:
            moved.setdefault(_spot(event, today), place)
    homes: dict[tuple[object, ...], list[Event]] = {}
    for event in events:
        spot = _spot(event, today)
        found = by_id[event.event_id]
        if found is None:
            found = _place_by_day(spot, stored)
        if found is None:
            found = moved.get(spot)
        homes.setdefault((None, *spot) if found is None else (found,), []).append(event)
    return [(home[0] if isinstance(home[0], int) else None, members) for home, members in homes.items()]


def _place_by_id(event: Event, stored: Sequence[StoredAttainment]) -> int | None:
    for place, held in enumerate(stored):
        behind = [number for number, _, _ in held.event_ids]
        if event.event_id in behind and _key(held.subject_code) == _key(event.subject_code):
            return place
    return None


def _place_by_day(spot: tuple[str, date | None], stored: Sequence[StoredAttainment]) -> int | None:
    for place, held in enumerate(stored):
        if (_key(held.subject_code), held.award_date or held.end_date) == spot:
            return place
    return None


def _outcome(held: StoredAttainment, best: Event, told: Collection[int], today: date) -> str:
    """`told`: the numbers of all events of the answer that take part."""
    own = _rank(best.source, best.date_loaded, best.event_id)
    for number, source, loaded in held.event_ids:
        if number not in told and _rank(source, loaded, number) > own:
            return "unchanged"
    if all(told is None or told == kept for told, kept in _pairs(held, best, today)):
        return "unchanged"
    return "not_applied" if _lower(best, held) else "changed"


def _pairs(held: StoredAttainment, event: Event, today: date) -> list[tuple[object, object]]:
    """What the event tells beside what is kept, column by column."""
    texts = (
        (event.subject, held.subject),
        (event.qualification_type, held.qualification_type),
        (event.level, held.level),
        (event.grade, held.grade),
        (event.achievement_provider_name, held.provider),
        (event.achievement_provider_ukprn, held.provider_ukprn),
        (event.awarding_organisation_name, held.awarding_org),
        (event.awarding_organisation_ukprn, held.awarding_org_code),
        (event.language_for_assessment, held.language),
    )
    pairs: list[tuple[object, object]] = [(_text(told), _squeezed(kept)) for told, kept in texts]
    pairs.append((_date(event.achievement_award_date, today), held.award_date))
    pairs.append((_date(event.participation_start_date, today), held.start_date))
    pairs.append((_date(event.participation_end_date, today), held.end_date))
    pairs.append((_credits(event.credits), held.credits))
    pairs.append(({"Y": True, "N": False}.get(_text(event.under_data_challenge) or ""), held.under_challenge))
    return pairs


def _lower(event: Event, held: StoredAttainment) -> bool:
    told, kept = (_text(event.grade) or "").upper(), _squeezed(held.grade).upper()
    kind = (_text(event.qualification_type) or _squeezed(held.qualification_type)).upper()
    if "GCE" in kind:
        return _further_on(told, kept, _A_LEVEL)
    if _further_on(told, kept, _DIGITS) or _further_on(told, kept, _LETTERS):
        return True
    return "GCSE" not in kind and _further_on(_SHORT.get(told, told), _SHORT.get(kept, kept), _WORDS)


def _further_on(told: str, kept: str, scale: tuple[str, ...]) -> bool:
    return told in scale and kept in scale and scale.index(told) > scale.index(kept)


def _spot(event: Event, today: date) -> tuple[str, date | None]:
    day = _date(event.achievement_award_date, today) or _date(event.participation_end_date, today)
    return _key(event.subject_code), day


def _key(code: str | None) -> str:
    return "".join((_text(code) or "").upper().replace("/", " ").split())


def _squeezed(text: str | None) -> str:
    return " ".join((text or "").split())


def _text(text: str | None) -> str | None:
    squeezed = _squeezed(text)
    return None if squeezed.lower() in _NOTHING else squeezed


def _date(text: str | None, today: date) -> date | None:
    squeezed = _squeezed(text)
    if len(squeezed) > 10 and squeezed[10] not in " T":
        return None
    try:
        day = date(*(int(squeezed[part]) for part in (slice(0, 4), slice(5, 7), slice(8, 10))))
    except ValueError:
        return None
    return day if day.isoformat() == squeezed[:10] and day <= today else None


def _credits(text: str | None) -> int | None:
    squeezed = _squeezed(text)
    return int(squeezed) * 100 or None if squeezed.isascii() and squeezed.isdecimal() else None


def _rank(source: str | None, loaded: str | None, number: int) -> tuple[int, str, int]:
    """Higher is better."""
    return -_RANKS.get(_squeezed(source).upper(), len(_RANKS)), _squeezed(loaded), number
