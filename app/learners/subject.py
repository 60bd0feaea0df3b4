"""A learner as *Find ULN* and *Verify* ask about one: what is sent, and why some cannot be asked about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from app.connectors.lrs_access import sendable
from app.db.database import Database
from app.db.tables import SHOWN, learner
from app.given_name import NAME_LIMIT, name_to_send
from app.postcodes import is_postcode
from app.ulns import UlnState, state

_EARLIEST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Subject:
    """A learner as the college holds one, with the version that a correction must still find."""

    id: int
    version: int
    ref: str
    uln: str | None = field(repr=False)
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    known_as: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: str | None = field(repr=False)
    postcode: str | None = field(repr=False)
    email: str | None = field(repr=False)
    sent_given: str | None = field(repr=False)
    """The given name the service is asked with, cut to 35 characters."""
    name_cut: bool = False

    @property
    def name(self) -> str:
        """`Akhtar, Yasmin`; "" for nobody."""
        return ", ".join(part for part in (self.family_name, self.given_names) if part)

    @property
    def uln_state(self) -> UlnState:
        return state(self.uln)

    @property
    def sent_family(self) -> str:
        return (self.family_name or "")[:NAME_LIMIT].rstrip()


def subjects(db: Database, tx: Connection, learner_ids: Sequence[int], *, all_names: bool) -> list[Subject]:
    """The learners of `learner_ids` in that order, each once; removed ones left out."""
    with db.ids_as_table(tx, dict.fromkeys(learner_ids)) as picked:
        query = select(learner).join(picked, picked.c.id == learner.c.id).where(SHOWN).order_by(picked.c.place)
        return [_subject(row, all_names=all_names) for row in tx.execute(query)]


def _subject(row: Row[Any], *, all_names: bool) -> Subject:
    given = name_to_send(row.first_name, row.given_names, all_names=all_names)
    return Subject(
        id=row.id,
        version=row.version,
        ref=row.ref,
        uln=row.uln,
        family_name=row.family_name,
        given_names=row.given_names,
        known_as=row.known_as,
        birth_date=row.birth_date,
        sex=row.sex,
        postcode=row.postcode,
        email=row.email,
        sent_given=given[:NAME_LIMIT].rstrip() if given else None,
        name_cut=any(name is not None and len(name) > NAME_LIMIT for name in (given, row.family_name)),
    )


def why_no_find(one: Subject) -> str:
    """What to add before the service can look for this learner (lrs.md 5.3); "" if it can."""
    if reason := _why_no_names(one):
        return reason
    if one.birth_date is None:
        return "Add the date of birth: the search needs it."
    if not _EARLIEST_YEAR <= one.birth_date.year <= date.today().year:
        return "Correct the date of birth: it cannot be."
    if not one.postcode:
        return "Add the last known postcode: the search needs it."
    if not is_postcode(one.postcode):
        return "Correct the postcode: it is not a UK postcode."
    return ""


def why_no_verify(one: Subject) -> str:
    """What to add before the service can verify this learner (lrs.md 5.4); "" if it can."""
    reasons = {
        UlnState.NONE: "There is no ULN to verify. Use Find ULN first.",
        UlnState.TEMPORARY: "The ULN is a temporary one. Use Find ULN first.",
        UlnState.BAD: "The ULN fails its check digit. Use Find ULN, or correct it.",
    }
    return reasons.get(one.uln_state, "") or _why_no_names(one)


def _why_no_names(one: Subject) -> str:
    if not one.sent_given:
        return "Add the forename: the service needs it."
    if not one.family_name:
        return "Add the surname: the service needs it."
    names = (one.sent_given, one.sent_family)
    if not all(map(sendable, names)):
        return "Correct the name: it holds characters that cannot be sent."
    if not all(any(mark.isalpha() for mark in name) for name in names):
        return "Correct the name: one part of it holds no letter."
    return ""
