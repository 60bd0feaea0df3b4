"""*Erase Learner*: not a word of the person is left in any table, in the file or in its log; the rest stands."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app import db_check, history, saved
from app.access import Role, User
from app.db.database import Database
from app.db.tables import (
    award,
    enrolment,
    extract_attempt,
    extract_record,
    file_row,
    learner,
    lms_account,
    metadata,
    operation,
)
from app.errors import AccessError, ConflictError, InputError
from app.learners import edit, erase, merge
from app.learners.edit import LearnerForm
from app.learners.merge_fields import Side
from app.lms.extracts import queue
from app.past import kinds, undoing
from app.saved import Kind
from app.tasks import TaskContext
from tests.builders import UKPRN, add_learner, uln_number, user_with
from tests.db import killed_erase_child
from tests.db.dying import child
from tests.lms.rows import MOMENT, add_account
from tests.lms.sending import Sections
from tests.two_learners import build

REASON = "Asked in writing, case 12"
SECRET = {
    "ref": "REFQZX1",
    "family_name": "Quizzaciously",
    "given_names": "Zbigniewa Marta",
    "known_as": "Zibizibi",
    "email": "zbig.quizz@example.org",
    "phone": "0770 900 1717",
    "postcode": "ZQ9 7XJ",
    "tutor_group": "TGQZ",
    "uln": uln_number(777),
}
MORE = {
    "ref": "REFQZX2",
    "family_name": "Quizzaciouslee",
    "email": "second.quizz@example.org",
    "phone": "0770 900 2727",
}
FULL = {
    "fields": {},
    "attainments": [
        {"subject_code": "SUBJQZX", "award_date": None, "grade": "GRADEQZX", "level": "2", "removed_at": None}
    ],
    "events": [1],
    "aims": [{"year": "2526", "seq": 1, "aim_ref": "AIMQZX", "starts": None}],
    "enrolments": {0: {"status": "current", "complete": True, "removed_at": None, "records": 1, "graded": 3}},
    "awards": {
        0: {"amount": 250, "removed_at": None, "told": "due"},
        1: {"amount": 100, "removed_at": None, "told": "exported"},
    },
    "accounts": 1,
    "check": 1,
    "rows": 1,
}
OTHER = {**FULL, "fields": {"phone": "0111"}, "attainments": [], "aims": []}
WORDS = [
    *SECRET.values(),
    *MORE.values(),
    "GRADEQZX",
    "SUBJQZX",
    "AIMQZX",
    "Oldname",
    "USERQZX",
    "CARDQZX",
    "TOLDQZX",
]


class World:
    """Somebody with everything, merged from two, edited, filed and talked about; and somebody else."""

    def __init__(self, db: Database, user: User) -> None:
        self.db, self.user = db, user
        self.learner, self.other = build(db, ({**FULL, "fields": {**SECRET}}, OTHER))
        second = add_learner(db, **MORE, uln=uln_number(778))
        seen = merge.compare(TaskContext(), db, user, self.learner, second, in_this_order=True)
        self.merged = merge.merge(db, user, seen, {}).operation_id
        self._edit(known_as="Oldname")
        self.edited = self._edit(known_as=SECRET["known_as"], reason=f"{SECRET['given_names']} asked")
        add_account(db, "USERQZX", self.learner, full_name="Zbigniewa Quizzaciously", email=SECRET["email"])
        add_account(db, "NOBODYQZX", None, id_number=MORE["ref"].lower(), full_name="Zbigniewa Quizzaciouslee")
        saved.save(db, user, Kind.LEARNER_SEARCH, "hers", json.dumps({"v": SECRET["ref"]}), shared=True)
        saved.save(db, user, Kind.LEARNER_SEARCH, "all", json.dumps({"v": "REFQZX"}), shared=True)
        with db.write() as tx:
            mine = select(enrolment.c.id).where(enrolment.c.learner_id == self.learner)
            tables = metadata.tables
            of_mine = tables["progress"].c.enrolment_id.in_(mine)
            tx.execute(update(tables["progress"]).where(of_mine).values(report_card="CARDQZX", grade_text="GRADEQZX"))
            tx.execute(
                update(extract_record)
                .where(extract_record.c.enrolment_id.in_(mine))
                .values(message="TOLDQZX", attempts=1)
            )
            [record] = tx.execute(
                select(extract_record.c.id).where(extract_record.c.enrolment_id.in_(mine))
            ).scalars()
            told = {"payload": json.dumps({"user": "USERQZX"}), "started_at": MOMENT, "ended_at": MOMENT}
            tx.execute(
                insert(extract_attempt).values(record_id=record, number=1, computer="PC1", result="seen", **told)
            )
            job = tx.execute(select(file_row.c.job_id)).scalars().first()
            for number, values in enumerate(
                (
                    {"learner_id": self.learner, "cells": json.dumps([1, SECRET["family_name"]])},
                    {"cells": json.dumps([1, SECRET["email"].upper(), SECRET["family_name"]])},
                    {
                        "cells": json.dumps([1, MORE["ref"], MORE["family_name"]]),
                        "held": "held",
                        "held_user": "refqzx2",
                    },
                    {"cells": json.dumps([1, "SOMEBODY ELSE"])},
                ),
                50,
            ):
                tx.execute(
                    insert(file_row).values(job_id=job, number=number, predicted="problem", findings="[]", **values)
                )

    def _edit(self, *, reason: str | None = None, **values: Any) -> int:
        with self.db.write() as tx:
            row = tx.execute(select(learner).where(learner.c.id == self.learner)).one()
            begun = history.begin(tx, self.db, self.user.id, "learner_edited", reason=reason)
            begun.update(learner, row, values, self.learner)
            begun.end(tx)
        return begun.id


def everything(db: Database) -> str:
    """Every value of every table."""
    with db.read() as tx:
        return "\n".join(str(tuple(row)) for table in metadata.sorted_tables for row in tx.execute(select(table)))


def on_disk(db: Database) -> bytes:
    assert db.file is not None
    files = [db.file, *(Path(f"{db.file}{end}") for end in ("-wal", "-shm"))]
    return b"".join(one.read_bytes() for one in files if one.exists())


def left_of(db: Database, words: list[str] = WORDS) -> list[str]:
    """Which of the words are still somewhere."""
    text = everything(db).casefold()
    found = [word for word in words if word.casefold() in text]
    if db.embedded:
        raw = on_disk(db)
        found += [word for word in words if word.encode() in raw or word.casefold().encode() in raw]
    return found


def test_nothing_of_the_person_is_left_and_the_numbers_are(db: Database, user: User):
    world = World(db, user)
    assert set(left_of(db)) == set(WORDS), "all of it is there before"
    seen = erase.foresee(TaskContext(), db, user, world.learner)
    assert (seen.ref, seen.others, seen.in_lms) == (SECRET["ref"], (MORE["ref"],), 1)
    numbers = {one.title: one.number for one in seen.goes}
    assert numbers["Attainments"] == numbers["Aims"] == numbers["Extract records"] == 1
    done = erase.erase(db, user, world.learner, f" {SECRET['ref']} ", REASON)
    assert (done.learners, done.scrubbed) == (2, True)
    assert left_of(db) == []
    assert "SOMEBODY ELSE" in everything(db)
    assert db_check.check(TaskContext(), db).problems == []
    with db.read() as tx:
        mine = tx.execute(select(enrolment).where(enrolment.c.learner_id == world.learner)).one()
        assert (mine.complete, mine.status, mine.records, mine.starts) == (True, "current", 1, None)
        assert sorted(tx.execute(select(award.c.amount).where(award.c.learner_id == world.learner)).scalars()) == [
            100,
            250,
        ]
        told = tx.execute(select(operation).where(operation.c.id == done.operation_id)).one()
        assert (told.kind, told.reason, told.user_id, told.state) == ("learner_erased", REASON, user.id, "done")
        reasons = dict(tx.execute(select(operation.c.id, operation.c.reason)).all())
        assert "named somebody" in reasons[world.edited]
        rows = tx.execute(select(learner).where(learner.c.id == world.other)).one()
        assert (rows.phone, rows.removed_at) == ("0111", None)
        assert tx.execute(select(lms_account.c.id).where(lms_account.c.learner_id == world.other)).all()
        assert list(tx.execute(select(metadata.tables["saved"].c.name)).scalars()) == ["all"]
    with pytest.raises(ConflictError, match="erased"):
        erase.foresee(TaskContext(), db, user, world.learner)


def test_what_is_of_others_stays_though_it_looks_alike(db: Database, user: User):
    """A short code is also a number of credits; an address may end as another one does."""
    key = build(db, ({**FULL, "fields": {"ref": "18", "email": "jo@x.example", "family_name": "Quizz"}}, OTHER))[0]
    saved.save(db, user, Kind.LEARNER_SEARCH, "age", json.dumps({"field": "age", "v": "18"}), shared=True)
    rows = {
        50: {"cells": json.dumps([1, "OTHER9", "Smith", "18"]), "held": "held", "held_user": "other9"},
        51: {"cells": json.dumps([1, "OTHER8", "banjo@x.example"]), "held": "held", "held_user": "other8"},
        52: {"cells": json.dumps([1, "OTHER7", "Smith", "18"])},
        53: {"cells": json.dumps([1, "18", "Quizz", "2"])},
    }
    with db.write() as tx:
        job = tx.execute(select(file_row.c.job_id)).scalars().first()
        for number, values in rows.items():
            tx.execute(
                insert(file_row).values(job_id=job, number=number, predicted="problem", findings="[]", **values)
            )
    erase.erase(db, user, key, "18", REASON)
    with db.read() as tx:
        query = select(file_row.c.number, file_row.c.cells).where(file_row.c.number.in_(rows))
        assert {row[0] for row in tx.execute(query) if row[1] is not None} == {50, 51, 52}
        assert list(tx.execute(select(metadata.tables["saved"].c.name)).scalars()) == ["age"]


def test_what_went_to_somebody_else_by_a_merge_goes_too(db: Database, user: User):
    world = World(db, user)
    seen = merge.compare(TaskContext(), db, user, world.other, world.learner, in_this_order=True)
    done = merge.merge(db, user, seen, {one.key: Side.GOES for one in seen.lines if not one.settled})
    merge.undo(db, user, done.operation_id)
    error, said = metadata.tables["sync_error"], "Quizzaciously left"
    with db.write() as tx:
        one = tx.execute(select(enrolment.c.id).where(enrolment.c.learner_id == world.learner)).scalars().first()
        values = {"code": "no_account", "level": "enrolment", "since": MOMENT, "enrolment_id": one}
        tx.execute(insert(error).values(open_key="a", **values))
        row = tx.execute(select(error)).one()
        begun = history.begin(tx, db, user.id, "sync_errors_accepted", reason=said)
        begun.update(error, row, {"accepted_reason": said}, None)
        begun.end(tx)
    erase.erase(db, user, world.learner, SECRET["ref"], REASON)
    assert left_of(db) == []


def test_no_undo_brings_anything_back_and_the_code_makes_a_new_learner(db: Database, user: User):
    world = World(db, user)
    done = erase.erase(db, user, world.learner, SECRET["ref"], REASON)
    assert kinds.why_never("learner_erased")
    with pytest.raises(InputError, match="nothing to undo"):
        undoing.undo(TaskContext(), db, user, done.operation_id)
    for one in (world.edited, world.merged):
        assert undoing.undo(TaskContext(), db, user, one).undone == 0
    assert left_of(db) == []
    with db.read() as tx:
        assert tx.execute(select(learner.c.family_name).where(learner.c.id == world.learner)).scalar() is None
    new = edit.add(db, user, UKPRN, LearnerForm(ref=SECRET["ref"], family_name="New"))
    assert new != world.learner


def test_what_waits_for_the_lms_is_not_sent_and_what_is_under_way_is_waited_for(db: Database, user: User):
    some = Sections(db, user)
    at = some.section("5")
    some.learner(901, at)
    key = some.learners[901]
    some.judge()
    with db.write() as tx:
        record = tx.execute(select(extract_record.c.id)).scalar_one()
        values = {"record_id": record, "number": 1, "computer": "PC2", "payload": "{}", "started_at": MOMENT}
        tx.execute(insert(extract_attempt).values(values))
        ref = str(tx.execute(select(learner.c.ref).where(learner.c.id == key)).scalar_one())
    with pytest.raises(ConflictError, match="at this moment"):
        erase.erase(db, user, key, ref, REASON)
    with db.write() as tx:
        tx.execute(update(extract_attempt).values(ended_at=MOMENT, result="not_reached"))
    erase.erase(db, user, key, ref, REASON)
    assert some.statuses() == [("add", "rejected")]
    assert queue.judge(db, user).total == 0


def test_code_reason_and_right(db: Database, user: User):
    key = add_learner(db, ref="A7", family_name="Ann", email="a@example.org")
    for typed, reason, match in (
        ("a7", REASON, "not the person code"),
        ("", REASON, "not the person code"),
        ("A7", " ", "needs a reason"),
        ("A7", "x" * 501, "needs a reason"),
        ("A7", "ann's wish", "must not name"),
        ("A7", "of a@example.org", "must not name"),
    ):
        with pytest.raises(InputError, match=match):
            erase.erase(db, user, key, typed, reason)
    for role in Role:
        if role is not Role.ADMINISTRATOR:
            with pytest.raises(AccessError):
                erase.erase(db, user_with(db, role), key, "A7", REASON)
    with db.read() as tx:
        assert tx.execute(select(operation.c.id).where(operation.c.kind == erase.KIND)).all() == []
    erase.erase(db, user_with(db, Role.ADMINISTRATOR), key, "A7", "Annual wish")


@pytest.mark.parametrize(
    ("reason", "kept"),
    [("Müller rang", False), ("Bo’s wish", False), ("was OLD123", False), ("a borough rule", True)],
)
def test_reasons_that_name_the_learner_are_emptied(db: Database, user: User, reason: str, kept: bool):
    key = add_learner(db, ref="A7", family_name="MÜLLER", known_as="Bo", prev_ref="old123")
    with db.write() as tx:
        row = tx.execute(select(learner).where(learner.c.id == key)).one()
        begun = history.begin(tx, db, user.id, "learner_edited", reason=reason)
        begun.update(learner, row, {"phone": "1"}, key)
        begun.end(tx)
    if not kept:
        with pytest.raises(InputError, match="must not name"):
            erase.erase(db, user, key, "A7", reason)
    erase.erase(db, user, key, "A7", REASON)
    with db.read() as tx:
        said = tx.execute(select(operation.c.reason).where(operation.c.id == begun.id)).scalar_one()
    assert (said == reason) is kept


def test_killed_it_is_whole_or_untouched(db: Database, address: str, user: User):
    world = World(db, user)
    before = everything(db)
    for moment in (("statement", 10), ("statement", 30 if db.embedded else 11), ("commit", 1)):
        dead = child(killed_erase_child.main, address, *moment, world.learner, SECRET["ref"], REASON)
        assert dead.returncode == -signal.SIGKILL, dead.stderr
        assert everything(db) == before
    erase.erase(db, user, world.learner, SECRET["ref"], REASON)
    assert left_of(db) == []
