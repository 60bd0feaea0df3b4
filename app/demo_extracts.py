"""The demo's sections and what of them goes to the LMS: set-up, enrolments, and some thousand records of every status
with the history that sending leaves, written at once instead of being sent for a minute.

The same plan has told the sandbox who is on its courses already (`app.sandbox.moodle_intake`), so that whatever is
sent or looked for from here on is answered as an LMS would.
"""

import json
import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from app.access import User
from app.connectors.lms import Entry
from app.connectors.moodle_enrol import refused
from app.db.database import Database
from app.db.extract_tables import (
    campus_delivery_method,
    campus_term,
    campus_vendor,
    delivery_method,
    extract_attempt,
    extract_record,
    section_campus,
)
from app.db.tables import (
    campus,
    course,
    enrolment,
    learner,
    lms_account,
    lms_course,
    operation,
    section,
    sync_run,
    term,
)
from app.folding import fold
from app.history import Operation
from app.json_text import encoded
from app.lms.extracts.acknowledge import Sending
from app.lms.extracts.course_job import in_words
from app.lms.extracts.queue import QUEUED
from app.lms.run import SENDER, vendor_id
from app.sandbox.moodle_intake import COURSES, LATER, NOT_ENROLLING, STALE, STARTS, Planned, account_of, planned
from app.sandbox.moodle_people import accounts
from app.sandbox.people import Person

Row = dict[str, Any]
SHORT_NAMES = frozenset(short for short, _ in COURSES)
_SENDINGS, _FIRST_SENDINGS = 12, 6
"""Of what is under way, a day each, the last of them a few hours ago; and before these, of first places."""
_CITY, _RIVERSIDE = "CITY01", "RIVER01"
_METHODS = (("ONSITE", "On site", True), ("BLENDED", "Blended", True), ("DISTANCE", "Distance learning", False))
"""Code, name, and whether it is exported to the LMS."""
_AT_A_DISTANCE = frozenset({("IT-L3-26", 2), ("HORT-L1-26", 1)})
"""Sections that are taught at a distance since their records were made: the gate report says why these wait."""


def prepare(db: Database, user: User, people: Sequence[Person]) -> None:
    """Fill the database of the demo, in which `people` are the learners and the courses of the LMS are known."""
    with db.write() as tx:
        _Filling(db, tx, user, people).run()


@dataclass(slots=True)
class _Sending:
    """A run of the sender in the past, with the operation that queued and the one that sent."""

    at: datetime
    run_id: int
    queued: Operation
    sent: Operation
    counts: Counter[str] = field(default_factory=Counter)


class _Filling:
    """The filling under way, in one transaction."""

    def __init__(self, db: Database, tx: Connection, user: User, people: Sequence[Person]) -> None:
        self._db, self._tx, self._user, self._people = db, tx, user, people
        self._users = accounts(people)
        self._vendor = vendor_id(tx)
        self._learners = dict(tx.execute(select(learner.c.ref, learner.c.id)).all())
        campuses = dict(tx.execute(select(campus.c.code, campus.c.id)).all())
        self._campuses = {code: campuses[code] for code in (_CITY, _RIVERSIDE) if code in campuses}
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._sections: dict[tuple[int, int], int] = {}
        self._numbers: list[str] = []
        self._tables: dict[Table, list[Row]] = {enrolment: [], extract_record: [], extract_attempt: []}

    def run(self) -> None:
        self._make_sections(*self._set_up())
        self._make_accounts()
        sendings = [self._sending(ago) for ago in reversed(range(_SENDINGS + _FIRST_SENDINGS))][::-1]
        self._records(sendings)
        for table, rows in self._tables.items():
            self._db.insert_rows(self._tx, table, rows)
        for ago, one in reversed([*enumerate(sendings)]):
            one.queued.save_changes()
            one.sent.save_changes()
            self._end(one, stopped=ago == 0)

    def _insert(self, table: Table, rows: Sequence[Row]) -> Sequence[int]:
        ids = self._db.new_ids(self._tx, table, len(rows))
        self._db.insert_rows(self._tx, table, [{"id": key, **row} for key, row in zip(ids, rows, strict=True)])
        return ids

    # -- set-up

    def _set_up(self) -> tuple[int, Sequence[int]]:
        """Terms, methods, and what links them to campuses; returns the present term and the methods."""
        terms = self._insert(term, [*_terms(date.today())])
        methods = self._insert(
            delivery_method, [{"code": code, "name": name, "export_to_lms": to} for code, name, to in _METHODS]
        )
        both = {"send_sections": True, "send_registrations": True}
        for key in self._campuses.values():
            self._insert(campus_term, [{"campus_id": key, "term_id": one, **both} for one in terms])
            self._insert(campus_delivery_method, [{"campus_id": key, "delivery_method_id": one} for one in methods])
            self._insert(campus_vendor, [{"campus_id": key, "vendor_id": self._vendor, "is_default": True}])
        return terms[0], methods

    def _make_sections(self, term_id: int, methods: Sequence[int]) -> None:
        """Three of each course: one of either campus, one of both."""
        rows = self._tx.execute(select(lms_course.c.short_name, lms_course.c.id, lms_course.c.lms_number))
        known = {row.short_name: row for row in rows}
        self._numbers = [known[short].lms_number for short, _ in COURSES]
        titles = [
            {"code": short, "code_fold": fold(short), "title": full, "origin": "hand"} for short, full in COURSES
        ]
        campuses = list(self._campuses.values())
        seen = {1: campuses[:1], 2: campuses[-1:], 3: campuses}
        for place, course_id in enumerate(self._insert(course, titles)):
            short = COURSES[place][0]
            values = {"course_id": course_id, "term_id": term_id, "lms_course_id": known[short].id, "starts": STARTS}
            rows_of = [
                {**values, "number": number, "delivery_method_id": methods[_method(short, number)]} for number in seen
            ]
            ids = self._insert(section, rows_of)
            self._sections |= {(place, number): key for number, key in zip(seen, ids, strict=True)}
            links = [
                {"section_id": key, "campus_id": one, "owner": one == on[0]}
                for key, on in zip(ids, seen.values(), strict=True)
                for one in on
            ]
            self._insert(section_campus, links)

    def _make_accounts(self) -> None:
        """Whose account is plain, as far as Adopt has not found them."""
        known = set(self._tx.execute(select(lms_account.c.learner_id)).scalars())
        taken = set(self._tx.execute(select(lms_account.c.lms_user_number)).scalars())
        rows = []
        for one in self._people:
            key, account = self._learners[one.ref], account_of(one, self._users)
            if account is None or key in known or str(account[0]) in taken:
                continue
            user = self._users[account[0]]
            number = 900_000 + one.number if one.number in STALE else user.id
            told = {"id_number": user.idnumber or None, "email": user.email, "email_fold": fold(user.email)}
            rows.append(
                {
                    "vendor_id": self._vendor,
                    "lms_user_number": str(number),
                    "learner_id": key,
                    "matched_by": account[1],
                    "full_name": user.fullname,
                    "seen_at": self._now,
                    **told,
                }
            )
        self._insert(lms_account, rows)

    # -- sendings of the past

    def _sending(self, ago: int) -> _Sending:
        at = self._now - (timedelta(days=ago) if ago else timedelta(hours=3))
        sent = self._operation(f"lms_{SENDER}", at)
        values = {"kind": SENDER, "trigger": "schedule", "state": "running", "user_id": self._user.id}
        values |= {"computer": _COMPUTER, "started_at": at, "counts": "{}", "messages": "[]", "operation_id": sent.id}
        [run_id] = self._insert(sync_run, [values])
        return _Sending(at, run_id, self._operation(QUEUED, at - timedelta(hours=1)), sent)

    def _operation(self, kind: str, at: datetime) -> Operation:
        values = {"kind": kind, "user_id": self._user.id, "computer": _COMPUTER, "at": at, "state": "done"}
        key = self._tx.execute(insert(operation).values(values).returning(operation.c.id)).scalar_one()
        return Operation(key, self._db, self._tx)

    def _end(self, one: _Sending, *, stopped: bool) -> None:
        """How the run went. The last one had no time left to look what the LMS shows."""
        counts = {name: one.counts[name] for name in ("sent", "processed", "rejected", "waiting")}
        messages = []
        if number := counts["rejected"]:
            messages.append(f"{number:,} rejected by the LMS. The reason stands at each in LMS Extract Statuses.")
        if stopped:
            messages.append("Stopped. What was finished is kept; the next run goes on with the rest.")
        state = "cancelled" if stopped else "messages" if messages else "finished"
        values = {"state": state, "ended_at": one.at + timedelta(seconds=40)}
        values |= {"counts": json.dumps(counts), "messages": json.dumps(messages)}
        self._tx.execute(update(sync_run).where(sync_run.c.id == one.run_id).values(values))

    # -- records

    def _records(self, sendings: Sequence[_Sending]) -> None:
        plan = list(planned(self._people, self._users))
        enrolments = self._db.new_ids(self._tx, enrolment, len(plan))
        number = len(plan) + sum(1 for one in plan if one.change != "add")
        records = iter(self._db.new_ids(self._tx, extract_record, number))
        attempts = iter(self._db.new_ids(self._tx, extract_attempt, number))
        for key, one in zip(enrolments, plan, strict=True):
            person = self._people[one.number - 1]
            made = _Enrolled(one, key, self._learners[person.ref], attempts)
            self._tables[enrolment].append(made.enrolment(self._sections[one.course, one.section]))
            if one.change != "add":
                sending = sendings[_SENDINGS + one.chance % _FIRST_SENDINGS]
                self._record(made, next(records), 1, sending, "processed")
            self._record(made, next(records), made.records, sendings[_ago(one)], one.status)

    def _record(self, made: "_Enrolled", key: int, number: int, sending: _Sending, status: str) -> None:
        """A record as the queue and the sender leave it, with their changes and the attempt."""
        first, queued_at = number < made.records, sending.at - timedelta(hours=1)
        row = made.record(number, queued_at, first=first)
        sending.queued.note_inserts(extract_record, [(key, made.learner_id, encoded(_told(row)))])
        steps = _steps(status, sending.at, made.plan)
        for version, step in enumerate(steps, 2):
            before, after = encoded({name: row[name] for name in step}), encoded(step)
            change = (sending.sent.id, made.learner_id, extract_record.name, key, "update", before, after, version)
            sending.sent.changes.append(change)
            row |= step
        if steps:
            row["attempts"] = 1
            sent = Sending(self._vendor, made.entry(self._numbers[made.plan.course], first=first))
            attempt = made.attempt(key, sending, sent.stored(), steps)
            self._tables[extract_attempt].append(attempt)
        sending.counts["waiting" if status == "ready" else "rejected" if status == "rejected" else "sent"] += 1
        sending.counts["processed"] += status == "processed"
        self._tables[extract_record].append({"id": key, **row, "version": 1 + len(steps)})


_COMPUTER = platform.node() or "unknown"


@dataclass(frozen=True, slots=True)
class _Enrolled:
    """The rows about one learner on one course."""

    plan: Planned
    id: int
    learner_id: int
    attempt_ids: Iterator[int]

    @property
    def records(self) -> int:
        return 1 if self.plan.change == "add" else 2

    @property
    def _status(self) -> str:
        return "dropped" if self.plan.change == "drop" else "on_break" if self.plan.on_break else "current"

    @property
    def _starts(self) -> date:
        return LATER if self.plan.change == "change" and not self.plan.on_break else STARTS

    def enrolment(self, section_id: int) -> Row:
        values = {"learner_id": self.learner_id, "section_id": section_id, "status": self._status}
        return {"id": self.id, **values, "starts": self._starts, "origin": "ilr", "records": self.records}

    def record(self, number: int, at: datetime, *, first: bool) -> Row:
        """As the queue makes it."""
        return {
            "enrolment_id": self.id,
            "number": number,
            "change": "add" if first else self.plan.change,
            "course_status": "current" if first else self._status,
            "starts": STARTS if first else self._starts,
            "changed_on": at.date(),
            "status": "ready",
            "status_at": at,
            "extracted_at": None,
            "answered_at": None,
            "attempts": 0,
            "message": None,
        }

    def entry(self, course_number: str, *, first: bool) -> Entry:
        suspended = not first and self._status != "current"
        return Entry(course_number, str(self.plan.user), STARTS if first else self._starts, None, suspended)

    def attempt(self, record_id: int, sending: _Sending, payload: str, steps: Sequence[Row]) -> Row:
        message = steps[-1].get("message")
        return {
            "id": next(self.attempt_ids),
            "record_id": record_id,
            "number": 1,
            "run_id": sending.run_id,
            "computer": _COMPUTER,
            "payload": payload,
            "started_at": sending.at,
            "ended_at": sending.at + timedelta(seconds=1),
            "result": "refused" if message else "accepted",
            "code": _code(self.plan) if message else None,
            "message": message,
        }


def _steps(status: str, at: datetime, plan: Planned) -> Sequence[Row]:
    """What the sender writes of a record, one after another."""
    out = {"status": "transmitted", "status_at": at + timedelta(seconds=1), "extracted_at": at}
    answered = {"status_at": at + timedelta(seconds=4), "answered_at": at + timedelta(seconds=4)}
    match status:
        case "transmitted":
            return (out,)
        case "processed":
            return out, {"status": "processed", **answered}
        case "rejected":
            words = in_words(refused(_code(plan)))
            return ({"status": "rejected", **answered, "extracted_at": at, "message": words},)
    return ()


def _code(plan: Planned) -> str:
    """Why the LMS refused it, in its own word."""
    return "wsnoinstance" if COURSES[plan.course][0] in NOT_ENROLLING else "invaliduser"


def _ago(plan: Planned) -> int:
    """In which sending it went, or was queued: what the LMS took went with the last one, unless it was lost."""
    spread = 1 + plan.chance // 7 % (_SENDINGS - 1)
    return 0 if plan.status == "transmitted" and plan.known else spread


def _told(row: Mapping[str, Any]) -> Row:
    """What history tells of a new row: what is there."""
    return {name: value for name, value in row.items() if value is not None and name != "attempts"}


def _method(short: str, number: int) -> int:
    return 2 if (short, number) in _AT_A_DISTANCE else number % 2


def _terms(today: date) -> Iterator[Row]:
    """The term of a day and the two that follow it."""
    ends = {"Spring": (1, 3, 31), "Summer": (4, 8, 31), "Autumn": (9, 12, 31)}
    at, year = next(place for place, (_, last, _) in enumerate(ends.values()) if today.month <= last), today.year
    for name in (*ends, *ends)[at : at + 3]:
        begins, last, day = ends[name]
        code = f"{name[:2].upper()}{year % 100:02}"
        yield {"code": code, "name": f"{name} {year}", "starts": date(year, begins, 1), "ends": date(year, last, day)}
        year += name == "Autumn"
