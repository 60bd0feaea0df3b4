"""Invented learning events: what the LRS holds on a person, and how it sends it.

An `Achievement` is one thing the person achieved; one or several events, from one or several sources, tell of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from random import Random

from app.sandbox import catalogue
from app.sandbox.catalogue import Body, Place, Qualification
from app.sandbox.draw import dice

FILLER = "9999999999"
FIRST_ID = 700_000
IDS_PER_RECORD = 64
VANISHED_FROM = 48  # places of event ids that a college may remember and the LRS no longer holds


@dataclass(frozen=True, slots=True)
class Event:
    """A learning event as text on the wire, all 22 fields in the service's order. None: left out or nil;
    empty text: an empty element."""

    achievement_award_date: str | None = field(repr=False)
    achievement_provider_name: str | None = field(repr=False)
    achievement_provider_ukprn: str | None = field(repr=False)
    awarding_organisation_name: str | None = field(repr=False)
    awarding_organisation_ukprn: str | None = field(repr=False)
    collection_type: str | None = field(repr=False)
    credits: str | None = field(repr=False)
    date_loaded: str | None = field(repr=False)
    grade: str | None = field(repr=False)
    id: str
    language_for_assessment: str | None = field(repr=False)
    level: str | None = field(repr=False)
    participation_end_date: str | None = field(repr=False)
    participation_start_date: str | None = field(repr=False)
    qualification_type: str | None = field(repr=False)
    restriction: str | None = field(repr=False)
    return_number: str | None = field(repr=False)
    source: str | None
    status: str | None = field(repr=False)
    subject: str | None = field(repr=False)
    subject_code: str | None = field(repr=False)
    under_data_challenge: str | None = field(repr=False)

    @property
    def event_id(self) -> int:
        return int(self.id)


# Attribute of Event -> element of the service.
WIRE_NAMES = {
    one.name: "ID" if one.name == "id" else "".join(word.capitalize() for word in one.name.split("_"))
    for one in fields(Event)
}


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it becomes text; `award_text` replaces a date that is sent but no use."""

    event_id: int
    source: str
    code: str | None = field(repr=False)
    title: str = field(repr=False)
    type: str = field(repr=False)
    level: str | None = field(repr=False)
    grade: str | None = field(repr=False)
    scale: tuple[str, ...] = field(repr=False)
    credits: int = field(repr=False)
    award: date | None = field(repr=False)
    loaded: str = field(repr=False)
    start: date | None = field(default=None, repr=False)
    end: date | None = field(default=None, repr=False)
    place: Place | None = field(default=None, repr=False)
    body: Body | None = field(default=None, repr=False)
    unknown: str = field(default="UNKNOWN", repr=False)
    language: str | None = field(default=None, repr=False)
    challenge: bool = field(default=False, repr=False)
    award_text: str = field(default="", repr=False)
    collection: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Achievement:
    """One achievement; of its drafts the first is the one whose values an update takes."""

    record: int
    drafts: tuple[Draft, ...] = field(repr=False)

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(wire(draft) for draft in self.drafts)

    @property
    def vanished_id(self) -> int:
        """An id that belonged to this achievement once and that the LRS no longer sends."""
        return FIRST_ID + self.record * IDS_PER_RECORD + VANISHED_FROM + self.drafts[0].event_id % 16


def wire(draft: Draft) -> Event:
    """The draft as the service sends it; what is empty and what is left out depends on the source."""
    npd, ilr = draft.source == "NPD", draft.source == "ILR"
    of_a_college = npd or ilr
    body = draft.body
    return Event(
        achievement_award_date=draft.award_text or _day(draft.award),
        achievement_provider_name=draft.place.name if draft.place else "",
        achievement_provider_ukprn=draft.place.ukprn if draft.place else "",
        awarding_organisation_name=body.name if body else draft.unknown,
        awarding_organisation_ukprn=body.code if body else "UNKNWN",
        collection_type="A" if npd else draft.collection,
        credits=str(draft.credits),
        date_loaded=draft.loaded,
        grade=FILLER if ilr else (draft.grade or ""),
        id=str(draft.event_id),
        language_for_assessment=draft.language,
        level=draft.level,
        participation_end_date=_day(draft.end) if of_a_college else None,
        participation_start_date=_day(draft.start) if of_a_college else None,
        qualification_type=draft.type,
        restriction="0" if of_a_college else None,
        return_number=("01" if npd else f"{draft.event_id % 14 + 1:02d}") if of_a_college else None,
        source=draft.source,
        status="F",
        subject=draft.title,
        subject_code=draft.code,
        under_data_challenge="Y" if draft.challenge else "N",
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def achievements(record: int, born: date | None, *, merged: bool = False) -> tuple[Achievement, ...]:
    """What record number `record` holds, at least one achievement. A `merged` record came from two: some
    achievements are told twice by the same source."""
    return _Maker(record, born).all(merged)


class _Maker:
    def __init__(self, record: int, born: date | None) -> None:
        self._record = record
        self._draw = dice("record", record)
        self._ids = list(range(VANISHED_FROM))
        self._draw.shuffle(self._ids)
        self._found: list[Achievement] = []
        self._used: set[str] = set()
        self._sixteen = (born.year + (16 if born.month < 9 else 17)) if born else 2024
        self._school = self._draw.choice(catalogue.SCHOOLS)

    def all(self, merged: bool) -> tuple[Achievement, ...]:
        wanted = self._draw.choices(range(1, 13), (4, 8, 14, 18, 18, 14, 9, 6, 4, 2, 1, 1))[0]
        self._at_school(wanted)
        routes = (self._a_level, self._btec, self._vocational, self._functional, self._local_aim, self._unit)
        tries = 0
        while self._count < wanted and tries < 40:
            self._draw.choices((*routes, self._resit), (3, 4, 5, 3, 3, 2, 1))[0]()
            tries += 1
        if merged:
            self._tell_twice()
        self._odd()
        self._draw.shuffle(self._found)
        return tuple(self._found)

    @property
    def _count(self) -> int:
        return sum(len(one.drafts) for one in self._found)

    def _at_school(self, wanted: int) -> None:
        """School examinations from the National Pupil Database; of older people it knows less."""
        draw = self._draw
        if self._sixteen in catalogue.GCSE_DAYS:
            subjects = [catalogue.ENGLISH, catalogue.MATHEMATICS, *draw.sample(catalogue.GCSES, 3)]
            subjects.insert(draw.randrange(1, 5), catalogue.COMBINED_SCIENCE)
            day = catalogue.GCSE_DAYS[self._sixteen]
        elif self._sixteen >= 2004:
            subjects = draw.sample(catalogue.OLD_GCSES, 4)
            day = date(self._sixteen, 8, 24)
        else:
            return
        for subject in subjects[: draw.randint(1, min(wanted, 5))]:
            drafts = [self._npd(subject, day)]
            if draw.random() < 0.06:
                same = self._owner(subject, day)
                drafts.insert(0, replace(same, grade=drafts[0].grade))
            self._add(*drafts)

    def _a_level(self) -> None:
        pool = catalogue.AS_LEVELS if self._draw.random() < 0.25 else catalogue.A_LEVELS
        self._once(pool, lambda one: self._add(self._npd(one, self._summer())))

    def _btec(self) -> None:
        def make(one: Qualification) -> None:
            award = self._summer()
            drafts = [self._owner(one, award)]
            if self._draw.random() < 0.2:
                drafts.append(replace(self._npd(one, award), grade=drafts[0].grade))
            self._add(*drafts)

        self._once(catalogue.BTECS, make)

    def _vocational(self) -> None:
        """The awarding organisation's event, often with the college's own return beside it. Only when the
        college closed its aim on the day of the award do the two tell of one achievement."""

        def make(one: Qualification) -> None:
            award = self._late_day()
            owner = self._owner(one, award)
            if self._draw.random() < 0.65:
                self._add(owner)
            elif self._draw.random() < 0.6:
                self._add(owner, self._ilr(one, award))
            else:
                self._add(owner)
                self._add(self._ilr(one, award - timedelta(days=self._draw.randint(1, 30))))

        self._once(catalogue.VOCATIONAL, make)

    def _functional(self) -> None:
        self._once(catalogue.FUNCTIONAL, lambda one: self._add(self._owner(one, self._late_day())))

    def _local_aim(self) -> None:
        def make(one: Qualification) -> None:
            self._add(self._ilr(one, None if self._draw.random() < 0.1 else self._late_day()))

        self._once(catalogue.LOCAL_AIMS, make)

    def _unit(self) -> None:
        def make(one: Qualification) -> None:
            self._add(replace(self._owner(one, self._late_day()), source="QCFU"))

        self._once(catalogue.UNITS, make)

    def _resit(self) -> None:
        """A second try a year on: same qualification, another date, hence another achievement."""
        year = self._sixteen + 1
        if catalogue.MATHEMATICS.code in self._used and year in catalogue.GCSE_DAYS and "resit" not in self._used:
            self._used.add("resit")
            draft = self._npd(catalogue.MATHEMATICS, catalogue.GCSE_DAYS[year])
            self._add(replace(draft, place=catalogue.COLLEGE))

    def _tell_twice(self) -> None:
        for place, one in enumerate(self._found[:2]):
            first = one.drafts[0]
            earlier = replace(first, event_id=self._next_id(), loaded="2019" + first.loaded[4:])
            self._found[place] = replace(one, drafts=(first, earlier, *one.drafts[1:]))

    def _odd(self) -> None:
        """What no sane service would send, and this one does. The numbers make it sure among the first 100."""
        place = self._draw.randrange(len(self._found))
        one = self._found[place]
        odd, chance = self._record % 500, self._draw.random()
        if len(one.drafts) > 1 or one.drafts[0].source == "ILR":
            return
        first = one.drafts[0]
        if odd == 61:
            first = replace(first, code=None)
        elif odd == 63 or chance < 0.003:
            first = replace(first, award=None, award_text="2058-07-01")
        elif odd == 65 or chance < 0.006:
            first = replace(first, award=None, award_text="2023-02-31")
        elif odd == 67 or chance < 0.012:
            first = replace(first, grade=None)
        self._found[place] = replace(one, drafts=(first,))

    def _once(self, pool: tuple[Qualification, ...], make: Callable[[Qualification], None]) -> None:
        left = [one for one in pool if one.code not in self._used]
        if left:
            one = self._draw.choice(left)
            make(one)
            self._used.add(one.code)

    def _add(self, *drafts: Draft) -> None:
        self._found.append(Achievement(self._record, drafts))
        self._used.add((drafts[0].code or "").replace("/", ""))

    def _npd(self, one: Qualification, award: date) -> Draft:
        known = self._draw.random() > 0.03
        return replace(
            self._plain(one, "NPD", award),
            place=self._school,
            body=one.body if known else None,
            unknown=self._draw.choice(("UNKNOWN", "Unknown", "")),
        )

    def _owner(self, one: Qualification, award: date) -> Draft:
        draft = self._plain(one, "AO", award)
        return replace(
            draft, code=one.slashed, level=one.level, body=one.body, language="English", credits=one.credits
        )

    def _ilr(self, one: Qualification, end: date | None) -> Draft:
        until = end or date(2025, 7, 4)
        start = date(until.year - (2 if self._draw.random() < 0.3 else 1), 9, self._draw.randint(1, 9))
        title = one.title.split(" ", 1)[1] if one.body is catalogue.MARITIME else one.title
        return replace(
            self._plain(one, "ILR", None),
            title=title,
            type="Certificate" if one.credits else one.type,
            grade=None,
            start=start,
            end=end,
            place=catalogue.COLLEGE,
            body=catalogue.GENERIC if one.body is catalogue.GENERIC and self._draw.random() < 0.3 else None,
            collection=self._draw.choice("WFS"),
            loaded=_loaded(self._draw, until),
        )

    def _plain(self, one: Qualification, source: str, award: date | None) -> Draft:
        return Draft(
            event_id=self._next_id(),
            source=source,
            code=one.code,
            title=one.title,
            type=one.type,
            level=None,
            grade=_grade(self._draw, one.grades),
            scale=one.grades,
            credits=0,
            award=award,
            loaded=_loaded(self._draw, award or date(2024, 7, 1)),
            challenge=self._draw.random() < 0.01,
        )

    def _next_id(self) -> int:
        return FIRST_ID + self._record * IDS_PER_RECORD + self._ids.pop()

    def _summer(self) -> date:
        return self._draw.choice(tuple(catalogue.A_LEVEL_DAYS.values()))

    def _late_day(self) -> date:
        return date(2022, 9, 12) + timedelta(days=self._draw.randrange(1040))


def _grade(draw: Random, grades: tuple[str, ...]) -> str | None:
    """A grade, the middle ones more often."""
    if not grades:
        return None
    return grades[int((draw.random() + draw.random()) / 2 * len(grades))]


def _loaded(draw: Random, day: date) -> str:
    later = day + timedelta(days=draw.randint(30, 150))
    return f"{later} {draw.randint(0, 23):02d}:{draw.randint(0, 59):02d}:{draw.randint(0, 59):02d}"
