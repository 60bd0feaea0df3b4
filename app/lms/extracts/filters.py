"""The filter panel of LMS Extract Statuses: what each filter offers, what follows when one is narrowed (EX-F2), the
filters of a first opening (EX-F4), in words, and as they are saved (EX-F7)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.access import Scope
from app.dates import shown
from app.db.tables import campus, campus_term, course, section, section_campus, term
from app.errors import InputError
from app.lms.extracts.records_list import STATUSES, TITLES, Filters
from app.sentence import Sentence, joined

FIRST_STATUSES = ("ready", "transmitted", "rejected")
_NAMED = 3
"""So many names of a filter are told; of more, how many."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be ticked in a filter; `under`: the campuses it hangs on."""

    id: int
    name: str
    under: frozenset[int] = frozenset()
    term: int = 0
    """Of a section."""


@dataclass(frozen=True, slots=True)
class Choices:
    """All that a user can filter by, and how it hangs together: read once, so that ticking asks no database."""

    campuses: tuple[Choice, ...] = ()
    every_campus: bool = True
    """Whether there are no others, which the user may not see."""
    terms: tuple[Choice, ...] = ()
    sections: tuple[Choice, ...] = ()
    current_terms: tuple[int, ...] = ()

    def terms_for(self, campuses: Iterable[int]) -> list[Choice]:
        """The terms that are linked to the campuses; to any of the user's, where none is chosen."""
        wanted = self._campuses(campuses)
        return [one for one in self.terms if one.under & wanted]

    def sections_for(self, campuses: Iterable[int], terms: Iterable[int]) -> list[Choice]:
        """The sections of the terms on the campuses; of all terms offered, where none is chosen."""
        wanted, of = self._campuses(campuses), set(terms)
        return [one for one in self.sections if one.under & wanted and (not of or one.term in of)]

    def _campuses(self, chosen: Iterable[int]) -> set[int]:
        return set(chosen) or {one.id for one in self.campuses}

    def first(self) -> Filters:
        """The filters of a first opening: all own campuses, the terms of today, what is not Processed (EX-F4)."""
        return Filters(terms=self.current_terms, statuses=FIRST_STATUSES)

    def cascaded(self, wanted: Filters) -> tuple[Filters, tuple[str, ...]]:
        """The filters without what is not offered any more, and the names of what was dropped (EX-F2)."""
        campuses, lost = _kept(wanted.campuses, self.campuses, self.campuses)
        terms, lost_terms = _kept(wanted.terms, self.terms_for(campuses), self.terms)
        sections, lost_sections = _kept(wanted.sections, self.sections_for(campuses, terms), self.sections)
        kept = replace(wanted, campuses=campuses, terms=terms, sections=sections)
        return kept, (*lost, *lost_terms, *lost_sections)


def _kept(
    wanted: Sequence[int], offered: Iterable[Choice], known: Iterable[Choice]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    there = {one.id for one in offered}
    names = {one.id: one.name for one in known}
    gone = [key for key in wanted if key not in there]
    told = [names[key] for key in gone if key in names]
    # What the user cannot see is not named, only counted.
    unknown = len(gone) - len(told)
    more = [Sentence("{n} more", n=unknown)] if unknown else []
    return tuple(key for key in wanted if key in there), (*told, *more)


def choices(tx: Connection, scope: Scope, today: date) -> Choices:
    """What a user with this scope can filter by."""
    every = [Choice(row.id, row.name) for row in tx.execute(select(campus).order_by(campus.c.name_fold, campus.c.id))]
    mine = tuple(one for one in every if scope is None or one.id in scope)
    own = {one.id for one in mine}
    terms = _terms(tx, own)
    return Choices(
        campuses=mine,
        every_campus=len(mine) == len(every),
        terms=tuple(Choice(row.id, row.name, under) for row, under in terms),
        sections=tuple(_sections(tx, own)),
        current_terms=tuple(
            row.id for row, _ in terms if row.starts and row.ends and row.starts <= today <= row.ends
        ),
    )


def _links(tx: Connection, query: Select[Any], own: set[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for key, campus_id in tx.execute(query):
        if campus_id in own:
            found.setdefault(key, set()).add(campus_id)
    return found


def _terms(tx: Connection, own: set[int]) -> list[tuple[Any, frozenset[int]]]:
    links = _links(tx, select(campus_term.c.term_id, campus_term.c.campus_id), own)
    rows = tx.execute(select(term).order_by(term.c.starts.asc().nulls_last(), func.lower(term.c.name), term.c.id))
    return [(row, frozenset(links[row.id])) for row in rows if row.id in links]


def _sections(tx: Connection, own: set[int]) -> Iterable[Choice]:
    links = _links(tx, select(section_campus.c.section_id, section_campus.c.campus_id), own)
    query = (
        select(section.c.id, section.c.number, section.c.term_id, course.c.code)
        .join(course, course.c.id == section.c.course_id)
        .order_by(course.c.code_fold, section.c.number, section.c.id)
    )
    for row in tx.execute(query):
        if row.id in links:
            yield Choice(row.id, f"{row.code} / {row.number:02}", frozenset(links[row.id]), row.term_id)


def check(filters: Filters) -> None:
    """Raises InputError for days that hold nothing (EX-F6)."""
    if filters.sent_from is not None and filters.sent_to is not None and filters.sent_from > filters.sent_to:
        raise InputError(
            Sentence(
                "From ({first}) is later than To ({last}).",
                first=shown(filters.sent_from),
                last=shown(filters.sent_to),
            ),
            hint="Change one of the two days.",
            field="sent_from",
        )


# ---------------------------------------------------------------------------------------------------- in words


def filter_words(filters: Filters, known: Choices) -> str:
    """The filters in words: "City and Riverside, Autumn 2026, Ready, Transmitted or Rejected"."""
    parts = [_names(filters.campuses, known.campuses, "{n:,} campuses") or _all_campuses(known)]
    statuses = (Sentence(TITLES[one]) for one, _ in STATUSES if one in filters.statuses)
    parts += [
        _names(filters.terms, known.terms, "{n:,} terms") or Sentence("all terms"),
        _names(filters.sections, known.sections, "{n:,} sections"),
        _either([*statuses], "{these} or {last}") or Sentence("every status"),
        _days(filters),
    ]
    return joined("{these}, {last}", (part for part in parts if part))


def _all_campuses(known: Choices) -> str:
    return Sentence("all campuses" if known.every_campus else "all your campuses")


def _names(chosen: Sequence[int], known: Iterable[Choice], many: str) -> str:
    if len(chosen) > _NAMED:
        return Sentence(many, n=len(chosen))
    return _either([one.name for one in known if one.id in chosen], "{these} and {last}")


def _either(names: Sequence[str], template: str) -> str:
    *first, last = names or [""]
    return Sentence(template, these=joined("{these}, {last}", first), last=last) if first else last


def _days(filters: Filters) -> str:
    begin, end = (None if day is None else shown(day) for day in (filters.sent_from, filters.sent_to))
    if begin is None and end is None:
        return ""
    if begin == end:
        words = "sent on {begin} or not yet sent" if filters.include_not_sent else "sent on {begin}"
    elif end is None:
        words = "sent from {begin} or not yet sent" if filters.include_not_sent else "sent from {begin}"
    elif begin is None:
        words = "sent to {end} or not yet sent" if filters.include_not_sent else "sent to {end}"
    else:
        words = "sent from {begin} to {end}"
        if filters.include_not_sent:
            words = "sent from {begin} to {end} or not yet sent"
    return Sentence(words, begin=begin or "", end=end or "")


# ----------------------------------------------------------------------------------------------------- as saved


def stored(filters: Filters) -> str:
    """The filters as they are saved under a name: ids and days, no names."""
    values = asdict(filters)
    values |= {name: day.isoformat() if (day := values[name]) else None for name in ("sent_from", "sent_to")}
    return json.dumps({"version": 1, **values})


def read(body: str) -> Filters:
    """Filters that were saved. Raises InputError for what cannot be understood."""
    try:
        told = json.loads(body)
        if told["version"] != 1:
            raise ValueError
        codes = dict(STATUSES)
        return Filters(
            campuses=_whole(told["campuses"]),
            terms=_whole(told["terms"]),
            sections=_whole(told["sections"]),
            statuses=tuple(one for one in told["statuses"] if one in codes),
            sent_from=_day(told["sent_from"]),
            sent_to=_day(told["sent_to"]),
            include_not_sent=told["include_not_sent"] is True,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError(
            "These saved filters cannot be read by this version of Learner Manager.",
            hint="Choose the filters again and save them under the same name.",
        ) from None


def _whole(values: Any) -> tuple[int, ...]:
    if not isinstance(values, list) or not all(type(one) is int for one in values):
        raise ValueError
    return tuple(dict.fromkeys(values))


def _day(text: Any) -> date | None:
    return None if text is None else date.fromisoformat(text)
