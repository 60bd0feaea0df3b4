"""What the invented college holds of a person's attainments before the first download."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from app.sandbox.draw import dice
from app.sandbox.records import Achievement, Draft


@dataclass(frozen=True, slots=True)
class StoredAttainment:
    """An attainment as the college stores it; None where nothing is held. `credits` are whole hundredths,
    `event_ids` the LRS events behind it with their source and date loaded."""

    subject_code: str = field(repr=False)
    subject: str | None = field(default=None, repr=False)
    qualification_type: str | None = field(default=None, repr=False)
    level: str | None = field(default=None, repr=False)
    grade: str | None = field(default=None, repr=False)
    credits: int | None = field(default=None, repr=False)
    award_date: date | None = field(default=None, repr=False)
    start_date: date | None = field(default=None, repr=False)
    end_date: date | None = field(default=None, repr=False)
    provider: str | None = field(default=None, repr=False)
    provider_ukprn: str | None = field(default=None, repr=False)
    awarding_org: str | None = field(default=None, repr=False)
    awarding_org_code: str | None = field(default=None, repr=False)
    language: str | None = field(default=None, repr=False)
    under_challenge: bool | None = field(default=None, repr=False)
    event_ids: tuple[tuple[int, str, str | None], ...] = field(default=(), repr=False)


def holdings(number: int, known: tuple[Achievement, ...]) -> tuple[StoredAttainment, ...]:
    """What the college holds of person `number`: of the LRS's achievements about 60 % as they are, some with
    differences, some not; now and then one that the LRS does not know."""
    draw = dice("holdings", number)
    stored = [found for one in known if one.drafts[0].code and (found := _held(one, draw))]
    if draw.random() < 0.06:
        stored.append(_by_hand(draw))
    return tuple(stored)


def _held(one: Achievement, draw: Random) -> StoredAttainment | None:
    """One achievement as the college came to hold it. The shares are those of a college that updates yearly."""
    first = one.drafts[0]
    chance = draw.random()
    if chance < 0.62:
        return _alike(one, draw)
    if chance < 0.68:
        return _graded(first, 1, draw)
    if chance < 0.70:
        return _graded(first, -1, draw)
    if chance < 0.74:
        return replace(as_stored(first), awarding_org=None, awarding_org_code=None)
    if chance < 0.76:
        return replace(as_stored(first, linked=True), subject="Entered by the exams office", under_challenge=None)
    if chance < 0.78:
        return _from_a_lesser_source(one)
    if chance < 0.79:
        return _from_a_better_source(one)
    if chance < 0.80:
        return _on_another_day(one)
    return None


def as_stored(draft: Draft, *, linked: bool = False) -> StoredAttainment:
    """What an update writes of the draft's event into an empty attainment."""
    body, place = draft.body, draft.place
    return StoredAttainment(
        subject_code=draft.code or "",
        subject=" ".join(draft.title.split()),
        qualification_type=draft.type,
        level=draft.level,
        grade=draft.grade,
        credits=draft.credits * 100 or None,
        award_date=draft.award,
        start_date=draft.start,
        end_date=draft.end,
        provider=" ".join(place.name.split()) if place else None,
        provider_ukprn=place.ukprn if place else None,
        awarding_org=body.name if body else None,
        awarding_org_code=body.code if body else None,
        language=draft.language,
        under_challenge=draft.challenge,
        event_ids=((draft.event_id, draft.source, draft.loaded),) if linked else (),
    )


def _alike(one: Achievement, draw: Random) -> StoredAttainment:
    """Nothing to change: as it is, under the other spelling of the code, or with more than the LRS knows."""
    first = one.drafts[0]
    stored = as_stored(first)
    if draw.random() < 0.5:
        links = tuple((draft.event_id, draft.source, draft.loaded) for draft in one.drafts)
        stored = replace(stored, event_ids=links)
    chance = draw.random()
    if chance < 0.1:
        stored = replace(stored, subject_code=stored.subject_code.replace("/", ""))
    elif chance < 0.2:
        stored = replace(
            stored,
            level=stored.level or "Level 2",
            credits=stored.credits or 600,
            grade=stored.grade or "Pass",
            start_date=stored.start_date or date(2022, 9, 5),
            awarding_org=stored.awarding_org or "Northgate Examining Board",
            awarding_org_code=stored.awarding_org_code or "190077",
        )
    return stored


def _graded(draft: Draft, steps: int, draw: Random) -> StoredAttainment:
    """Held with a grade `steps` places below the one the LRS knows (above, if negative)."""
    linked = draw.random() < 0.5
    if draft.grade not in draft.scale:
        return replace(as_stored(draft, linked=linked), grade="Pass")
    place = draft.scale.index(draft.grade) + steps
    other = draft.scale[place] if 0 <= place < len(draft.scale) else None
    return replace(as_stored(draft, linked=linked), grade=other)


def _from_a_lesser_source(one: Achievement) -> StoredAttainment:
    """Held from the college's own return, before the awarding organisation told more."""
    last = one.drafts[-1]
    if last is one.drafts[0]:
        return replace(as_stored(last, linked=True), award_date=None, grade=None)
    return as_stored(last, linked=True)


def _from_a_better_source(one: Achievement) -> StoredAttainment:
    """Held from an event of the awarding organisation that the LRS no longer sends: what is left ranks below."""
    stored = as_stored(one.drafts[0])
    better = (one.vanished_id, "AO", "2026-02-28 04:00:00")
    return replace(stored, subject="As the awarding organisation had it", event_ids=(better,))


def _on_another_day(one: Achievement) -> StoredAttainment:
    """Held with an award date that the LRS has put right since; the id still leads there."""
    stored = as_stored(one.drafts[-1], linked=True)
    return replace(stored, award_date=stored.award_date and stored.award_date - timedelta(days=1))


def _by_hand(draw: Random) -> StoredAttainment:
    code, subject = draw.choice(
        (
            ("COLL-FIRSTAID", "First Aid at Work (in-house)"),
            ("COLL-DOFE", "Expedition, Silver"),
            ("60344712", "GCSE English Language, seen on paper"),
            ("603/4412/2", "Mathematics, grade from the school’s letter"),
        )
    )
    return StoredAttainment(code, subject, grade=draw.choice(("Pass", "5", None)), award_date=date(2022, 6, 30))
