"""Which stored learner is this learner of a file? (learner-files.md 3)

In this order: the reference, also that of somebody who was merged into another; a real ULN with the same date of
birth; the previous reference; for tables, the reference with the zeros that Excel took. What only looks alike is
never merged: it is a question to a person.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db.among import among
from app.db.tables import SHOWN, learner
from app.db.types import Unindexed
from app.folding import fold
from app.learners.load_cells import Cells
from app.ulns import UlnState

LONGEST_REF = 12
MERGED = "merged"
MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Match:
    """The stored learner, if there is one, and by what; else those that a person has to look at."""

    row: Row[Any] | None = field(repr=False)
    how: str = ""
    candidates: tuple[Row[Any], ...] = field(default=(), repr=False)


_NOBODY = Match(None)


def match(
    tx: Connection,
    ukprn: str,
    batch: Sequence[Cells],
    *,
    pad: bool = False,
    never: Container[int] = (),
    asked_about: Sequence[bool] | None = None,
) -> list[Match]:
    """One `Match` for each of `batch` (some hundred). `pad`: the file came out of a table; `never`: ids of learners
    whom another row of this very file means or added; `asked_about`: for whom to look for somebody alike (else for
    everybody)."""
    if tx.execute(select(learner.c.id).where(learner.c.ukprn == ukprn).limit(1)).first() is None:
        return [_NOBODY] * len(batch)
    refs = [_ref(one) for one in batch]
    by_ref = _by_ref(tx, ukprn, refs)
    found = [_by_code(ref, by_ref.get(ref)) for ref in refs] if by_ref else [_NOBODY] * len(batch)
    open_ones = [place for place, one in enumerate(found) if not one.how]
    if not open_ones:
        return found
    taken = {one.row.id for one in found if one.row is not None}
    rest = [batch[place] for place in open_ones]
    by_uln = _by_uln(tx, ukprn, rest)
    previous = _by_ref(tx, ukprn, (fold(str(one.values["prev_ref"])) for one in rest if "prev_ref" in one.values))
    padded = _by_padded(tx, ukprn, [refs[place] for place in open_ones]) if pad else {}
    alike = _alike(tx, ukprn, [batch[place] for place in open_ones if asked_about is None or asked_about[place]])
    if not (by_uln or previous or padded or alike):
        return found
    for place, one in zip(open_ones, rest, strict=True):
        row, how = _first(one, refs[place], by_uln, previous, padded)
        if row is not None and (row.id in taken or row.id in never):
            row = None
        if row is not None and (how == "uln" or not _contradicts(one, row)):
            taken.add(row.id)
            found[place] = Match(row, how)
            continue
        asked = {row.id: row} if row is not None and row.removed_at is None else {}
        asked |= {like.id: like for like in _like(one, alike) if like.id not in never and like.id not in taken}
        found[place] = Match(None, "", tuple(asked.values())[:MOST_CANDIDATES])
    return found


def _by_code(ref: str, row: Row[Any] | None) -> Match:
    """The code of somebody who was merged into another learner means that one."""
    if row is None:
        return _NOBODY
    return Match(row, "ref" if row.ref_fold == ref else MERGED)


def _contradicts(one: Cells, row: Row[Any]) -> bool:
    """Whether a previous code, or one with zeros added, belongs to somebody else by all appearance: another
    provider's codes, or the next learner's, look just the same."""
    if one.values.get("uln_state") == UlnState.OK and one.values.get("uln") == row.uln:
        return False
    if one.values.get("birth_date") and row.birth_date:
        return bool(one.values["birth_date"] != row.birth_date)
    family = one.values.get("family_name")
    return bool(family and row.family_name and fold(family) != row.family_fold)


def _ref(one: Cells) -> str:
    return fold(str(one.values.get("ref") or "")) or ""


def _padded(ref: str) -> list[str]:
    return [ref.zfill(length) for length in range(len(ref) + 1, LONGEST_REF + 1)] if ref.isdigit() else []


def _by_ref(tx: Connection, ukprn: str, refs: Iterable[str | None]) -> Mapping[str, Row[Any]]:
    """Also learners who were removed: of their reference there can be no second. For one who was merged, the one who
    stayed."""
    wanted = {ref for ref in refs if ref}
    query = select(learner).where(among(learner.c.ref_fold, wanted, (learner.c.ukprn, ukprn)))
    found = {row.ref_fold: row for row in tx.execute(query)} if wanted else {}
    into = {row.merged_into_id for row in found.values()} - {None}
    if into:
        stayed = {row.id: row for row in tx.execute(select(learner).where(among(learner.c.id, into)))}
        found = {ref: stayed.get(row.merged_into_id, row) for ref, row in found.items()}
    return found


def _by_padded(tx: Connection, ukprn: str, refs: Iterable[str]) -> Mapping[str, Row[Any]]:
    """Stored references that are one of these with zeros in front."""
    zero = (learner.c.ukprn == ukprn) & (learner.c.ref_fold >= "0") & (learner.c.ref_fold < "1")
    if tx.execute(select(learner.c.id).where(zero).limit(1)).first() is None:
        return {}
    return _by_ref(tx, ukprn, (more for ref in refs for more in _padded(ref)))


def _by_uln(tx: Connection, ukprn: str, batch: Sequence[Cells]) -> Mapping[str, list[Row[Any]]]:
    ulns = [one.values["uln"] for one in batch if one.values.get("uln_state") == UlnState.OK]
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    if ulns:
        query = select(learner).where(among(learner.c.uln, ulns), Unindexed(learner.c.ukprn) == ukprn, SHOWN)
        for row in tx.execute(query):
            found[row.uln].append(row)
    return found


def _first(
    one: Cells,
    ref: str,
    by_uln: Mapping[str, list[Row[Any]]],
    previous: Mapping[str, Row[Any]],
    padded: Mapping[str, Row[Any]],
) -> tuple[Row[Any] | None, str]:
    born = one.values.get("birth_date")
    same = [row for row in by_uln.get(one.values.get("uln") or "", ()) if born and row.birth_date == born]
    if len(same) == 1:
        return same[0], "uln"
    row = previous.get(fold(str(one.values.get("prev_ref") or "")) or "") if previous else None
    if row is not None:
        return row, "previous"
    zeros = {row.id: row for more in _padded(ref) if (row := padded.get(more)) is not None} if padded else {}
    return (next(iter(zeros.values())), "zeros") if len(zeros) == 1 else (None, "")


def _alike(tx: Connection, ukprn: str, batch: Sequence[Cells]) -> Mapping[Any, list[Row[Any]]]:
    """Stored learners by date of birth, of those who share it and surname or postcode with somebody in the batch."""
    births = {one.values["birth_date"] for one in batch if one.values.get("birth_date")}
    found: dict[Any, list[Row[Any]]] = defaultdict(list)
    if births:
        names = {fold(one.values.get("family_name")) for one in batch}
        codes = {one.values.get("postcode") for one in batch}
        same = among(learner.c.family_fold, names - {None}) | among(learner.c.postcode, codes - {None})
        born = among(learner.c.birth_date, births) & (Unindexed(learner.c.ukprn) == ukprn)
        query = select(learner).where(born, SHOWN, same)
        for row in tx.execute(query):
            found[row.birth_date].append(row)
    return found


def _like(one: Cells, alike: Mapping[Any, list[Row[Any]]]) -> Iterable[Row[Any]]:
    """Two of the three, date of birth among them: name or postcode as well (two real ULNs that differ: no)."""
    uln = one.values.get("uln") if one.values.get("uln_state") == UlnState.OK else None
    for row in alike.get(one.values.get("birth_date"), ()):
        if uln and row.uln_state == UlnState.OK and row.uln != uln:
            continue
        if reasons(one, row):
            yield row


def reasons(one: Cells, row: Row[Any]) -> tuple[str, ...]:
    """What is the same of a learner in the file and one stored, of "name", "birth_date", "postcode"; nothing if
    that is too little to ask about."""
    born = one.values.get("birth_date") is not None and one.values.get("birth_date") == row.birth_date
    name = _first_words(one.values.get("family_name"), one.values.get("given_names")) == _first_words(
        row.family_name, row.given_names
    )
    code = one.values.get("postcode") is not None and one.values.get("postcode") == row.postcode
    if not born or not (name or (code and _initial(one, row))):
        return ()
    return tuple(word for word, is_same in (("name", name), ("birth_date", born), ("postcode", code)) if is_same)


def _first_words(family: Any, given: Any) -> tuple[str, str]:
    return fold(family) or "", (fold(given) or "").split(" ")[0]


def _initial(one: Cells, row: Row[Any]) -> bool:
    """Twins share date of birth and postcode: the first name must begin alike for a question."""
    return (fold(one.values.get("given_names")) or "?")[0] == (row.given_fold or "!")[0]
