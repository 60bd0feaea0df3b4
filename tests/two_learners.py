"""Strategies for two learners with everything that can hang on one, much of it in the way of the other's."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import insert, select

from app.attainments import at_a_glance_kept
from app.db.database import Database
from app.db.tables import (
    aim,
    attainment,
    attainment_event,
    attainment_type,
    award,
    course,
    credit_type,
    enrolment,
    extract_record,
    file_job,
    file_row,
    lms_account,
    outgoing_report,
    plr_check,
    progress,
    reporter,
    section,
)
from tests.builders import add_learner, attainment_values
from tests.lms.rows import MOMENT, add_section, vendor

DAYS = st.sampled_from([None, date(2024, 8, 22), date(2025, 8, 21)])
ATTAINMENTS = st.fixed_dictionaries(
    {
        "subject_code": st.sampled_from(["A1", "B2"]),
        "award_date": DAYS,
        "grade": st.sampled_from([None, "4", "5"]),
        "level": st.sampled_from([None, "2"]),
        "removed_at": st.sampled_from([None, None, MOMENT]),
    }
)
AIMS = st.fixed_dictionaries(
    {
        "year": st.sampled_from(["2526", "2627"]),
        "seq": st.integers(1, 2),
        "aim_ref": st.sampled_from([None, "Z1", "Z2"]),
        "starts": DAYS,
    }
)
ENROLMENTS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["scheduled", "current", "on_break", "dropped", "completed"]),
        "complete": st.booleans(),
        "removed_at": st.sampled_from([None, None, MOMENT]),
        "records": st.integers(0, 2),
        "graded": st.sampled_from([None, 3, 7]),
    }
)
AWARDS = st.fixed_dictionaries(
    {
        "amount": st.sampled_from([100, 250]),
        "removed_at": st.sampled_from([None, None, MOMENT]),
        "told": st.sampled_from(["not at all", "due", "exported"]),
    }
)
TEXTS = st.sampled_from([None, "one", "two"])
PEOPLE = st.fixed_dictionaries(
    {
        "fields": st.fixed_dictionaries(
            {
                "known_as": TEXTS,
                "tutor_group": TEXTS,
                "phone": TEXTS,
                "last_year_seen": st.sampled_from([None, "2526", "2627"]),
            }
        ),
        "attainments": st.lists(ATTAINMENTS, max_size=3),
        "events": st.lists(st.integers(1, 4), max_size=3, unique=True),
        "aims": st.lists(AIMS, max_size=3),
        "enrolments": st.dictionaries(st.integers(0, 2), ENROLMENTS, max_size=3),
        "awards": st.dictionaries(st.integers(0, 1), AWARDS, max_size=2),
        "accounts": st.integers(0, 2),
        "check": st.sampled_from([None, 1, 2]),
        "rows": st.integers(0, 2),
    }
)
EVERYTHING: dict[str, Any] = {
    "fields": {"phone": "1"},
    "attainments": [{"subject_code": "A1", "award_date": None, "grade": "4", "level": None, "removed_at": None}],
    "events": [1],
    "aims": [{"year": "2526", "seq": 1, "aim_ref": "Z1", "starts": None}],
    "enrolments": {0: {"status": "current", "complete": True, "removed_at": None, "records": 1, "graded": 3}},
    "awards": {0: {"amount": 250, "removed_at": None, "told": "due"}},
    "accounts": 1,
    "check": 1,
    "rows": 1,
}
"""Somebody on whom all of it hangs once."""
FULLER: dict[str, Any] = {
    **EVERYTHING,
    "fields": {"phone": "2"},
    "attainments": [{**EVERYTHING["attainments"][0], "level": "2"}],
    "enrolments": {0: {**EVERYTHING["enrolments"][0], "status": "completed", "records": 2}},
    "awards": {0: {"amount": 300, "removed_at": None, "told": "exported"}},
    "check": 2,
}
"""As that, with more of each."""
Two = tuple[dict[str, Any], dict[str, Any]]


def build(db: Database, two: Two) -> tuple[int, int]:
    """The two of them, in a college with three sections."""
    sections = [add_section(db, None) for _ in range(3)]
    ids = [add_learner(db, **one["fields"]) for one in two]
    with db.write() as tx:
        body = tx.execute(select(reporter.c.id)).scalars().first()
        if body is None:
            body = _add(tx, reporter, name="Body", deadline_days=5)
            _add(tx, credit_type, code="cpd", title="CPD")
    for key, one in zip(ids, two, strict=True):
        _Building(db, key, one, sections, body).all()
    return ids[0], ids[1]


def _add(tx: Any, table: Any, **values: Any) -> int:
    return int(tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


class _Building:
    def __init__(self, db: Database, key: int, one: dict[str, Any], sections: list[int], body: int) -> None:
        self.db, self.key, self.one, self.sections, self.body = db, key, one, sections, body

    def all(self) -> None:
        self.vendor = vendor(self.db)
        with self.db.write() as tx:
            self._attainments(tx)
            placed = self._enrolments(tx)
            self._aims(tx, placed)
            self._awards(tx)
            for number in range(self.one["accounts"]):
                user = f"{self.key}-{number}"
                _add(
                    tx, lms_account, vendor_id=self.vendor, lms_user_number=user, learner_id=self.key, seen_at=MOMENT
                )
            if self.one["check"]:
                at = datetime(2026, 9, self.one["check"], tzinfo=UTC)
                _add(tx, plr_check, learner_id=self.key, at=at, outcome="none", identity_hash=str(self.key))
            self._rows(tx)

    def _attainments(self, tx: Any) -> None:
        type_id = tx.execute(select(attainment_type.c.id)).scalars().first()
        keys = [
            _add(tx, attainment, learner_id=self.key, type_id=type_id, **attainment_values(**one))
            for one in self.one["attainments"]
        ]
        for place, event in enumerate(self.one["events"] if keys else ()):
            at = keys[place % len(keys)]
            _add(tx, attainment_event, learner_id=self.key, event_id=event, attainment_id=at, source="AO")
        at_a_glance_kept.keep(tx, [self.key])

    def _enrolments(self, tx: Any) -> list[int]:
        placed = []
        for place, one in self.one["enrolments"].items():
            values = {name: one[name] for name in ("status", "complete", "removed_at", "records")}
            key = _add(tx, enrolment, learner_id=self.key, section_id=self.sections[place], origin="hand", **values)
            placed.append(key)
            for number in range(one["records"]):
                said = {"change": "add" if not number else "change", "course_status": one["status"]}
                _add(
                    tx,
                    extract_record,
                    enrolment_id=key,
                    number=number + 1,
                    status="processed",
                    status_at=MOMENT,
                    **said,
                )
            if one["graded"] is not None:
                _add(tx, progress, enrolment_id=key, graded=one["graded"], visible=9, grade_text=str(key))
        return placed

    def _aims(self, tx: Any, placed: list[int]) -> None:
        taken: set[tuple[str, int, int]] = set()
        for number, one in enumerate(self.one["aims"]):
            repeat = sum((one["year"], one["seq"]) == spot[:2] for spot in taken)
            taken.add((one["year"], one["seq"], repeat))
            at = placed[number] if number < len(placed) else None
            _add(tx, aim, learner_id=self.key, repeat=repeat, enrolment_id=at, **one)

    def _awards(self, tx: Any) -> None:
        type_id = tx.execute(select(credit_type.c.id)).scalars().first()
        for place, one in self.one["awards"].items():
            course_id = tx.execute(select(section.c.course_id).where(section.c.id == self.sections[place])).scalar()
            values = {"amount": one["amount"], "removed_at": one["removed_at"], "origin": "hand"}
            key = _add(tx, award, learner_id=self.key, course_id=course_id, type_id=type_id, **values)
            if one["told"] != "not at all":
                at = MOMENT if one["told"] == "exported" else None
                said = {"due_on": date(2026, 9, 1), "exported_at": at, "removed_at": one["removed_at"]}
                _add(tx, outgoing_report, reporter_id=self.body, award_id=key, **said)

    def _rows(self, tx: Any) -> None:
        if not self.one["rows"]:
            return
        user = tx.execute(select(file_job.c.owner_id).limit(1)).scalar() or 1
        job = _add(
            tx,
            file_job,
            kind="learners",
            file_name="x.csv",
            sha256="0",
            options="{}",
            state="applied",
            owner_id=user,
            computer="PC1",
            counts="{}",
            started_at=MOMENT,
        )
        for number in range(self.one["rows"]):
            _add(tx, file_row, job_id=job, number=number + 1, learner_id=self.key, cells="[]", predicted="unchanged")


def tables_of(db: Database, *, but: tuple[str, ...] = ("operation", "change", "at_a_glance")) -> dict[str, Any]:
    """Every row of every table by its id, but for versions, which only count."""
    from app.db.tables import metadata

    with db.read() as tx:
        return {
            name: {
                row.id: {key: value for key, value in row._mapping.items() if key != "version"}
                for row in tx.execute(select(table))
            }
            for name, table in metadata.tables.items()
            if name not in but
        }


def glances(db: Database) -> dict[int, Any]:
    """What the attainments of learners come to, where that is anything."""
    from app.db.tables import at_a_glance

    with db.read() as tx:
        rows = [row._asdict() for row in tx.execute(select(at_a_glance))]
    found = {row["id"]: {key: one for key, one in row.items() if key not in ("id", "learner_id")} for row in rows}
    return {key: one for key, one in found.items() if any(value is not None for value in one.values())}


__all__ = ["EVERYTHING", "FULLER", "PEOPLE", "build", "course", "glances", "tables_of"]
