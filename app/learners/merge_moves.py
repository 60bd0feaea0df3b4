"""What hangs on a learner and moves to another, table by table. A row that the other has already, saying the same,
stays with the learner who goes: nothing is double, and an undo finds it where it was.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from app.attainments import at_a_glance_kept
from app.attainments.stored import matching_date, rank
from app.db.tables import aim, attainment, attainment_event, file_row, learner, lms_account, plr_check
from app.history import Operation

_Change = tuple[Row[Any], dict[str, Any], int | None]
_OUR_OWN = {"id", "learner_id", "origin", "exported_version", "removed_at", "version"}
_TOLD_OF_ATTAINMENT = tuple(one.name for one in attainment.c if one.name not in _OUR_OWN)
_PLACE = {"id", "learner_id", "seq", "repeat", "seen_in_job_id", "enrolment_id"}
_TOLD_OF_AIM = tuple(one.name for one in aim.c if one.name not in _PLACE)
_CHECK = ("at", "user_id", "outcome", "identity_hash")


def of(tx: Connection, table: Table, learner_id: int) -> Sequence[Row[Any]]:
    """The rows of a learner, in the order of their ids."""
    return tx.execute(select(table).where(table.c.learner_id == learner_id).order_by(table.c.id)).all()


# ----------------------------------------------------------------------------------------------------- attainments


def doubles(tx: Connection, stays: int, goes: int) -> list[tuple[Row[Any], Row[Any]]]:
    """The pairs of attainments that are one, the one that stands first; each is in one pair at most. They are of one
    subject and day, and one says all that the other does; or the same record of the LRS stands behind both
    (data-model.md 4), once as it was and once as it is: then the one that the LRS is believed for stands."""
    mine, others = ([row for row in of(tx, attainment, key) if row.removed_at is None] for key in (stays, goes))
    pairs = _saying_the_same(mine, others)
    paired = {row.id for pair in pairs for row in pair}
    behind = _behind(tx, stays), _behind(tx, goes)
    for other in others:
        for one in mine:
            links = behind[0][one.id], behind[1][other.id]
            if paired & {one.id, other.id} or one.subject_key != other.subject_key or not links[0].keys() & links[1]:
                continue
            paired |= {one.id, other.id}
            ranks = [max(some.values()) for some in links]
            pairs.append((other, one) if ranks[1] > ranks[0] else (one, other))
    return pairs


def _behind(tx: Connection, learner_id: int) -> Mapping[int, Mapping[int, Any]]:
    """By attainment: the records of the LRS behind it, with their ranks."""
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in of(tx, attainment_event, learner_id):
        found[row.attainment_id][row.event_id] = rank(row.source, row.date_loaded, row.event_id)
    return found


def _saying_the_same(mine: Sequence[Row[Any]], others: Sequence[Row[Any]]) -> list[tuple[Row[Any], Row[Any]]]:
    held: dict[Any, list[Row[Any]]] = defaultdict(list)
    for row in mine:
        held[_which(row)].append(row)
    pairs = []
    for other in others:
        if other.subject_key is None:
            continue
        twins = held[_which(other)]
        twin = next((one for one in twins if _says_all(one, other) or _says_all(other, one)), None)
        if twin is not None:
            twins.remove(twin)
            pairs.append((twin, other) if _says_all(twin, other) else (other, twin))
    return pairs


def _which(row: Row[Any]) -> tuple[Any, ...]:
    """By what an attainment is found (data-model.md 4)."""
    return row.type_id, row.subject_key, matching_date(row.award_date, row.end_date)


def _says_all(one: Row[Any], other: Row[Any]) -> bool:
    said = ((getattr(one, name), getattr(other, name)) for name in _TOLD_OF_ATTAINMENT)
    return all(theirs is None or mine == theirs for mine, theirs in said)


def move_attainments(operation: Operation, stays: int, goes: int) -> None:
    """Attainments, and the records of the LRS behind them."""
    tx = operation.tx
    at_a_glance_kept.lock(tx, (stays, goes))
    mine, others = of(tx, attainment, stays), of(tx, attainment, goes)
    now = operation.db.now(tx)
    dropped = {gone.id: stands.id for stands, gone in doubles(tx, stays, goes)}
    changes: list[_Change] = [(row, {"removed_at": now}, stays) for row in (*mine, *others) if row.id in dropped]
    moving = {row.id for row in others if row.removed_at is None and row.id not in dropped}
    changes += [(row, {"learner_id": stays}, stays) for row in others if row.id in moving]
    operation.update_many(attainment, changes)
    _move_events(operation, stays, goes, {**{key: key for key in moving}, **dropped})


def _move_events(operation: Operation, stays: int, goes: int, place: Mapping[int, int]) -> None:
    """`place`: by attainment the one that stands in its place. What the one who stays knows already stays where it
    is."""
    mine = of(operation.tx, attainment_event, stays)
    known = {row.event_id for row in mine}
    links: list[_Change] = [
        (row, {"attainment_id": place[row.attainment_id]}, stays) for row in mine if row.attainment_id in place
    ]
    links += [
        (row, {"learner_id": stays, "attainment_id": place[row.attainment_id]}, stays)
        for row in of(operation.tx, attainment_event, goes)
        if row.event_id not in known and row.attainment_id in place
    ]
    operation.update_many(attainment_event, links)


def move_check(operation: Operation, stays: int, goes: int) -> None:
    """The last PLR download: the later of the two counts."""
    mine, other = of(operation.tx, plr_check, stays), of(operation.tx, plr_check, goes)
    if not other:
        return
    if not mine:
        operation.update(plr_check, other[0], {"learner_id": stays}, stays)
    elif other[0].at > mine[0].at:
        operation.update(plr_check, mine[0], {name: getattr(other[0], name) for name in _CHECK}, stays)


# ------------------------------------------------------------------------------------------------------------ aims


def move_aims(operation: Operation, stays: int, goes: int, enrolments: Mapping[int, int]) -> None:
    """Aims, each under its number; where that is taken, under its next repeat. `enrolments`: by the enrolment of the
    one who goes that of the one who stays, where both were on one section."""
    mine, others = of(operation.tx, aim, stays), of(operation.tx, aim, goes)
    taken = {(row.year, row.seq, row.repeat) for row in mine}
    same: dict[Any, list[Row[Any]]] = defaultdict(list)
    for row in mine:
        same[_content(row)].append(row)
    changes: list[_Change] = []
    for row in sorted(others, key=lambda one: (one.year, one.seq, one.repeat)):
        enrolment_id = enrolments.get(row.enrolment_id, row.enrolment_id)
        if row.aim_ref is not None and row.starts is not None and same[_content(row)]:
            twin = same[_content(row)].pop(0)
            if twin.enrolment_id is None and enrolment_id is not None:
                changes.append((twin, {"enrolment_id": enrolment_id}, stays))
            continue
        repeat = row.repeat
        while (row.year, row.seq, repeat) in taken:
            repeat += 1
        taken.add((row.year, row.seq, repeat))
        changes.append((row, {"learner_id": stays, "repeat": repeat, "enrolment_id": enrolment_id}, stays))
    operation.update_many(aim, changes)


def _content(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _TOLD_OF_AIM)


# ------------------------------------------------------------------------------------------------- accounts, files


def clashing_vendors(mine: Sequence[Row[Any]], others: Sequence[Row[Any]]) -> set[int]:
    """Where the two have an account each: whose it is only a person can say."""
    return {row.vendor_id for row in mine} & {row.vendor_id for row in others}


def move_accounts(operation: Operation, stays: int, goes: int) -> None:
    """LMS accounts. Who has two of one LMS then has a clash about them, and nothing is sent for them until somebody
    has decided (EX-P9)."""
    mine, others = of(operation.tx, lms_account, stays), of(operation.tx, lms_account, goes)
    clashing = clashing_vendors(mine, others)
    changes: list[_Change] = []
    for row in (*mine, *others):
        values: dict[str, Any] = {"learner_id": stays}
        if row.vendor_id in clashing:
            # What a person said of each of two is not what they would say of one: the next run would let it stand.
            values |= {"clash": True, "matched_by": None if row.matched_by == "person" else row.matched_by}
        changes.append((row, values, stays))
    operation.update_many(lms_account, changes)


def move_rows(operation: Operation, stays: int, goes: int) -> None:
    """Rows of files, and learners who went into the one who goes now."""
    rows: list[_Change] = [(row, {"learner_id": stays}, stays) for row in of(operation.tx, file_row, goes)]
    operation.update_many(file_row, rows)
    before = operation.tx.execute(select(learner).where(learner.c.merged_into_id == goes).order_by(learner.c.id))
    operation.update_many(learner, [(row, {"merged_into_id": stays}, row.id) for row in before])
