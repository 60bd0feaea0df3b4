"""Whose account is it? Participants of a course are matched to learners: by ID number, then by e-mail
(data-model.md 3, lms_account). What is not plain is left to a person, and nothing is written to either until then."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from app import history
from app.connectors.lms import Participant
from app.db.tables import SHOWN, learner, lms_account
from app.folding import cleaned, fold
from app.history import Operation

BY_ID_NUMBER, BY_EMAIL, BY_PERSON = "id_number", "email", "person"


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to be known of one account after a course was seen."""

    learner_id: int | None
    matched_by: str | None
    clash: bool


@dataclass(slots=True)
class Matching:
    """The accounts of one course and what is known of them."""

    of_user: dict[str, Decided] = field(default_factory=dict)
    relink: dict[int, str] = field(default_factory=dict)
    """Learners whose account is not on the course while this other one there looks like theirs (SE-22)."""
    clashing: set[int] = field(default_factory=set)
    """Learners with a clash about them (SE-23)."""

    def user_of(self) -> dict[int, str]:
        """Whose account is plain: the account's number by learner."""
        return {
            one.learner_id: user
            for user, one in self.of_user.items()
            if one.learner_id is not None and not one.clash and one.learner_id not in self.clashing
        }


def match(
    people: Sequence[Participant],
    known: Mapping[str, Row[Any]],
    linked: Mapping[int, Collection[str]],
    candidates: Mapping[str, tuple[Sequence[int], str]],
) -> Matching:
    """Pure. `known`: rows of these accounts by number; `linked`: the accounts of each learner, wherever they are;
    `candidates`: the learners that each account looks like, and by what."""
    found = Matching()
    claims: dict[int, list[str]] = defaultdict(list)
    for one in people:
        row = known.get(one.user)
        ids, by = candidates.get(one.user, ((), BY_ID_NUMBER))
        if row is not None and row.matched_by == BY_PERSON:
            found.of_user[one.user] = Decided(row.learner_id, BY_PERSON, False)
        elif row is not None and row.clash:  # until a person decides: its other half may be on another course
            found.of_user[one.user] = Decided(row.learner_id, row.matched_by, True)
            found.clashing.update(ids)
        elif len(ids) > 1:
            found.of_user[one.user] = Decided(row.learner_id if row else None, row.matched_by if row else None, True)
            found.clashing.update(ids)
        elif row is not None and row.learner_id is not None and tuple(ids) not in ((), (row.learner_id,)):
            # Its ID number has become somebody else's: whose grades are these?
            found.of_user[one.user] = Decided(row.learner_id, row.matched_by, True)
            found.clashing.update((*ids, row.learner_id))
        elif ids or (row is not None and row.learner_id is not None):
            who = ids[0] if ids else row.learner_id  # type: ignore[union-attr]
            kept = row.matched_by if row is not None and row.learner_id is not None else by
            claims[who].append(one.user)
            found.of_user[one.user] = Decided(who, kept, False)
        else:
            found.of_user[one.user] = Decided(None, None, False)
    _settle(found, claims, known, linked)
    return found


def _settle(
    found: Matching,
    claims: Mapping[int, Sequence[str]],
    known: Mapping[str, Row[Any]],
    linked: Mapping[int, Collection[str]],
) -> None:
    """One account a learner: of several that look like theirs a person says which."""
    for who, users in claims.items():
        held = set(linked.get(who, ()))
        mine = [user for user in users if user in held]
        if len(users) > 1:
            found.clashing.add(who)
            for user in users:
                one = found.of_user[user]
                there = known.get(user)
                found.of_user[user] = Decided(there.learner_id if there is not None else None, one.matched_by, True)
        elif held and not mine:  # the account that we know is elsewhere, or gone
            [user] = users
            here = [other for other in held if other in found.of_user]
            found.of_user[user] = Decided(None, None, bool(here))
            if not here:
                found.relink[who] = user
    for user, one in found.of_user.items():
        if one.clash and user in known and known[user].learner_id is not None:
            found.clashing.add(known[user].learner_id)


def candidates(tx: Connection, people: Sequence[Participant]) -> dict[str, tuple[list[int], str]]:
    """The learners that accounts look like: those whose person code is the ID number; where there is none, those
    with the e-mail address. Both folded."""
    by_ref = _learners(tx, learner.c.ref_fold, (fold(one.id_number) for one in people))
    missing = [one for one in people if not by_ref.get(fold(one.id_number) or "")]
    by_email = _learners(tx, learner.c.email_fold, (fold(one.email) for one in missing))
    found = {}
    for one in people:
        if ids := by_ref.get(fold(one.id_number) or ""):
            found[one.user] = (ids, BY_ID_NUMBER)
        elif ids := by_email.get(fold(one.email) or ""):
            found[one.user] = (ids, BY_EMAIL)
    return found


def _learners(tx: Connection, column: Any, wanted: Iterable[str | None]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for some in history.batched(sorted({one for one in wanted if one})):
        for key, value in tx.execute(select(learner.c.id, column).where(column.in_(some), SHOWN)).all():
            found[value].append(key)
    return found


def read(tx: Connection, vendor_id: int, people: Sequence[Participant]) -> tuple[dict[str, Row[Any]], Matching]:
    """The stored rows of these accounts by number, and the matching of them."""
    known: dict[str, Row[Any]] = {}
    users = [one.user for one in people]
    here = lms_account.c.vendor_id == vendor_id
    for some in history.batched(users):
        query = select(lms_account).where(here, lms_account.c.lms_user_number.in_(some))
        known |= {row.lms_user_number: row for row in tx.execute(query).all()}
    looks = candidates(tx, people)
    concerned = {key for ids, _ in looks.values() for key in ids}
    concerned |= {row.learner_id for row in known.values() if row.learner_id is not None}
    return known, match(people, known, links_of(tx, vendor_id, concerned), looks)


def links_of(tx: Connection, vendor_id: int, learner_ids: Collection[int]) -> dict[int, set[str]]:
    """The accounts that are linked to learners."""
    linked: dict[int, set[str]] = defaultdict(set)
    for some in history.batched(sorted(learner_ids)):
        query = select(lms_account.c.learner_id, lms_account.c.lms_user_number).where(
            lms_account.c.vendor_id == vendor_id, lms_account.c.learner_id.in_(some)
        )
        for key, user in tx.execute(query).all():
            linked[key].add(user)
    return linked


def write(
    operation: Callable[[], Operation],
    vendor_id: int,
    people: Sequence[Participant],
    known: Mapping[str, Row[Any]],
    matching: Matching,
    now: datetime,
) -> int:
    """Store what is known of the accounts, as far as it differs; returns how many rows were written. `operation` is
    asked for only if there is something to write."""
    new: list[dict[str, Any]] = []
    updates: list[tuple[Row[Any], dict[str, Any], int | None]] = []
    for one in {person.user: person for person in people}.values():
        decided = matching.of_user[one.user]
        values = {
            "learner_id": decided.learner_id,
            "matched_by": decided.matched_by,
            "clash": decided.clash,
            "id_number": cleaned(one.id_number),
            "email": cleaned(one.email),
            "email_fold": fold(one.email),
            "full_name": cleaned(one.full_name),
        }
        row = known.get(one.user)
        if row is None:
            new.append({"vendor_id": vendor_id, "lms_user_number": one.user, "seen_at": now, **values})
        elif history.differs(row, values):
            updates.append((row, {**values, "seen_at": now}, decided.learner_id))
    if new or updates:
        under_way = operation()
        under_way.insert_for(lms_account, new, [row["learner_id"] for row in new], PERSONAL)
        under_way.update_many(lms_account, updates, unnoted=PERSONAL)
    return len(new) + len(updates)


PERSONAL = frozenset({"id_number", "email", "email_fold", "full_name", "seen_at"})
"""Written, and not told by history: of people who may be no learners of ours."""
