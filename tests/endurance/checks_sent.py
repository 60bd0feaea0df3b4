"""What was sent, held against the model: every record, every attempt, every place in the LMS."""

from typing import Any

from sqlalchemy import func, select

from app.db.tables import enrolment, extract_attempt, extract_record
from app.lms.extracts.attempts import OVERTAKEN
from app.lms.extracts.leaving import MAY_ARRIVE
from tests.endurance.college import COURSES, College
from tests.endurance.model import BREAK, IN, OUT, Enrolled, Model, Seen

_HAD = ("accepted", "seen")
"""How an attempt ended with which the LMS had the place."""
_TAKEN = (*_HAD, "unknown")
"""Or of which the LMS shows by now what was sent; unknown where a later look found it."""


def look(college: College, model: Model) -> None:
    ids = college.enrolment_ids()
    told = {ref for (ref, _), one in model.enrolled.items() if one.records}
    for (ref, number), one in model.enrolled.items():
        _records(college, ids[ref, number], one, account_known=ref in told)
    _attempts_of_before(college, model)
    everywhere = college.rows(select(func.count()).select_from(extract_record))[0][0]
    assert everywhere == sum(one.records for one in model.enrolled.values()), "a record of nobody"
    for number in COURSES:
        _places(college, model, number)


def _records(college: College, key: int, one: Enrolled, *, account_known: bool) -> None:
    """The records of an enrolment tell what it became, one after the other, and where it stands; all were sent."""
    mine = select(extract_record).where(extract_record.c.enrolment_id == key).order_by(extract_record.c.number)
    rows = college.rows(mine)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1)), "a record is lost or doubled"
    counted = college.rows(select(enrolment.c.records).where(enrolment.c.id == key))[0][0]
    assert counted == len(rows), "a record is lost or doubled"
    told = tuple(_told(row) for row in rows[one.records :])
    assert told in one.may_tell(account_known=account_known), (told, one)
    last = _told(rows[-1]) if rows else OUT
    if any(row.attempts or not (row.status == "ready" or _settled(row)) for row in rows):
        assert last == one.state, "the LMS was not told the last"
        _all_sent(college, rows, one)
        for row in rows:
            _attempts(college, row, whole=row.number > one.records)
    else:
        # Taken back before anything was sent: the LMS never heard of it, and never will.
        assert one.state == OUT, "the LMS was never told"
    one.looked_at(len(rows), last)


def _told(row: Any) -> str:
    if row.change == "drop":
        return OUT
    return BREAK if row.course_status == "on_break" else IN


def _all_sent(college: College, rows: list[Any], one: Enrolled) -> None:
    """The last is Processed. An earlier one that the LMS refused stays Rejected, for newer news went out (EX-R5);
    one that had not arrived when its enrolment was taken back, or ended, stays Ready, overtaken by the Drop (EX-R5,
    EX-R6). A Drop waits while an Add may still arrive, for an hour or until something newer goes out."""
    overtaking = set()
    for at, row in enumerate(rows):
        if row.status == "ready" and row.change == "drop":
            assert _may_arrive(college, rows[: at + 1], since_an_hour=row is rows[-1]), (
                "a Drop waits that could be sent"
            )
        elif row.status == "ready":
            drop = next((later for later in range(at, len(rows)) if _told(rows[later]) == OUT), None)
            assert drop is not None, "a record waits that could be sent"
            assert {one.status for one in rows[at:drop]} == {"ready"}, "a record waits that could be sent"
            if rows[drop].attempts:  # one that is not sent needs nobody to have taken the enrolment back
                overtaking.add(drop)
        elif row is rows[-1]:
            assert row.status == "processed", (row.number, row.change, row.status, row.message)
    assert len(overtaking) <= one.times_back, "a record waits whose enrolment was not taken back"


def _settled(row: Any) -> bool:
    """Whether it is a Drop that ended without being sent: the LMS showed no place to end."""
    return row.change == "drop" and row.status == "processed" and row.attempts == 0


def _may_arrive(college: College, rows: list[Any], *, since_an_hour: bool) -> bool:
    """Whether the LMS never showed the place. With `since_an_hour`: and something was sent since of which nobody
    knows; of what was sent before there need be no attempt any more."""
    columns = (extract_attempt.c.result, extract_attempt.c.started_at)
    tried = college.rows(select(*columns).where(extract_attempt.c.record_id.in_([one.id for one in rows])))
    with college.db.read() as tx:
        ago = college.db.now(tx) - MAY_ARRIVE
    unknown = any(one.result == "unknown" and one.started_at > ago for one in tried)
    return (unknown or not since_an_hour) and not any(one.result in _HAD for one in tried)


def _attempts(college: College, row: Any, *, whole: bool) -> None:
    """All that were made of a new record are there; of one of before the first ones may have been purged."""
    tried = select(extract_attempt.c.number, extract_attempt.c.ended_at, extract_attempt.c.result)
    found = college.rows(tried.where(extract_attempt.c.record_id == row.id).order_by(extract_attempt.c.number))
    kept = range(1 if whole else row.attempts - len(found) + 1, row.attempts + 1)
    assert [one.number for one in found] == list(kept), "an attempt is lost or doubled"
    assert all(one.ended_at is not None for one in found), "an attempt stays open"
    known = row.status in ("processed", "rejected", "ready") or row.message == OVERTAKEN
    assert known, (row.number, row.change, row.status, row.message)
    if found and row.status == "rejected":
        assert found[-1].result == "refused"
    elif row.status == "processed" and not _settled(row):
        assert any(one.result in _TAKEN for one in found) or len(found) < row.attempts
    elif row.status != "transmitted":
        assert not any(one.result in _HAD for one in found)


def _attempts_of_before(college: College, model: Model) -> None:
    seen = model.seen.setdefault(extract_attempt.name, Seen())
    before = college.rows(select(func.count()).where(extract_attempt.c.id <= seen.last))[0][0]
    assert before == seen.rows, "an attempt of before is lost"
    there = select(func.max(extract_attempt.c.id), func.count()).select_from(extract_attempt)
    last, seen.rows = college.rows(there)[0]
    seen.last = max(seen.last, last or 0)


def _places(college: College, model: Model, number: str) -> None:
    """The LMS shows just the places that stand here, and let nobody else in."""
    there = dict(college.services.ask("students", number))
    here = {college.account(ref): one for (ref, at), one in model.enrolled.items() if at == number}
    assert there.keys() <= here.keys(), "somebody is on a course whom nobody enrolled"
    inside = {user for user, one in here.items() if one.state == IN}
    assert {user for user, active in there.items() if active} == inside, f"course {number}"
    ever = {user for user, one in here.items() if one.records}
    assert there.keys() <= ever, "somebody is on a course of whom the LMS was told nothing"
