"""Whose account is it? Participants of a course are matched to learners: by ID number, then by e-mail
(data-model.md 3, lms_account). What is not plain is left to a person, and nothing is written to either until then."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from app import history
from app.connectors.lms import Participant
from app.db.among import among, listed, many
from app.db.tables import SHOWN, learner, lms_account
from app.db.types import Unindexed
from app.folding import cleaned, fold
from app.history import Operation
from app.meant import MEANT, NAMED

# Made once: a run asks the same of every course.
_BY_EMAIL = select(learner.c.id, learner.c.email_fold).where(among(learner.c.email_fold, many("wanted")), SHOWN)
_BY_REF = (
    select(learner.c.id, NAMED.c.ref_fold)
    .select_from(MEANT)
    .where(among(NAMED.c.ref_fold, many("wanted")), SHOWN)
    .distinct()  # of two providers' learners who were merged
)
_KNOWN = select(*(column for column in lms_account.c if column.name != "seen_at")).where(
    lms_account.c.vendor_id == bindparam("vendor"), among(lms_account.c.lms_user_number, many("users"))
)
_LINKS = select(lms_account.c.learner_id, lms_account.c.lms_user_number).where(
    Unindexed(lms_account.c.vendor_id) == bindparam("vendor"), among(lms_account.c.learner_id, many("learners"))
)
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
    linked: Mapping[int, Collection[str]] = field(default_factory=dict)
    """The accounts of each learner, wherever they are."""

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
    found = Matching(linked=linked)
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
    refs = {one.user: fold(one.id_number) or "" for one in people}
    by_ref = _learners(tx, _BY_REF, refs.values())
    found = {user: (ids, BY_ID_NUMBER) for user, ref in refs.items() if (ids := by_ref.get(ref))}
    emails = {one.user: fold(one.email) or "" for one in people if one.user not in found}
    by_email = _learners(tx, _BY_EMAIL, emails.values())
    found |= {user: (ids, BY_EMAIL) for user, email in emails.items() if (ids := by_email.get(email))}
    return found


def _learners(tx: Connection, query: Select[Any], wanted: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    if some := sorted(set(wanted) - {""}):
        for key, value in tx.execute(query, {"wanted": listed(some)}).all():
            found[value].append(key)
    return found


def read(
    tx: Connection, vendor_id: int, people: Sequence[Participant], enrolled: Iterable[int] = ()
) -> tuple[dict[str, Row[Any]], Matching]:
    """The stored rows of these accounts by number, and the matching of them. `enrolled`: learners of whom it is to be
    known, too, whether they have accounts."""
    looks = candidates(tx, people)
    users = {"vendor": vendor_id, "users": listed(one.user for one in people)}
    known = {row.lms_user_number: row for row in tx.execute(_KNOWN, users).all()}
    concerned = {key for ids, _ in looks.values() for key in ids}
    concerned |= {row.learner_id for row in known.values() if row.learner_id is not None}
    return known, match(people, known, _links_of(tx, vendor_id, concerned.union(enrolled)), looks)


def _links_of(tx: Connection, vendor_id: int, learner_ids: Collection[int]) -> dict[int, set[str]]:
    """The accounts that are linked to learners."""
    linked: dict[int, set[str]] = defaultdict(set)
    for key, user in tx.execute(_LINKS, {"vendor": vendor_id, "learners": listed(sorted(learner_ids))}).all():
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
        row = known.get(one.user)
        if row is not None and _as_stored(row, one, decided):
            continue
        values = {
            "learner_id": decided.learner_id,
            "matched_by": decided.matched_by,
            "clash": decided.clash,
            "id_number": cleaned(one.id_number),
            "email": cleaned(one.email),
            "email_fold": fold(one.email),
            "full_name": cleaned(one.full_name),
        }
        if row is None:
            new.append({"vendor_id": vendor_id, "lms_user_number": one.user, "seen_at": now, **values})
        elif history.differs(row, values):
            updates.append((row, {**values, "seen_at": now}, decided.learner_id))
    if new or updates:
        under_way = operation()
        under_way.insert_for(lms_account, new, [row["learner_id"] for row in new], PERSONAL)
        under_way.update_many(lms_account, updates, unnoted=PERSONAL)
    return len(new) + len(updates)


def _as_stored(row: Row[Any], one: Participant, decided: Decided) -> bool:
    """Whether it is plain that nothing differs: what is stored is clean, so what equals it is."""
    return (row.learner_id, row.matched_by, row.clash, row.id_number, row.email, row.full_name) == (
        decided.learner_id,
        decided.matched_by,
        decided.clash,
        one.id_number,
        one.email,
        one.full_name,
    )


PERSONAL = frozenset({"id_number", "email", "email_fold", "full_name", "seen_at"})
"""Written, and not told by history: of people who may be no learners of ours."""
