"""Registrations from the aims of the ILR: what a code means, what an aim means, what is written and taken back."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import aim, enrolment, lms_course, user_campus
from app.errors import AccessError, ConflictError
from app.files.aims import PROGRAMME_WRAPPER
from app.lms.sections import code_map, from_aims, section
from app.lms.sections.code_map import FileCode
from app.lms.sections.from_aims import Move, decide
from app.lms.sections.section import Section
from app.tasks import TaskContext
from tests.builders import add_campus, add_learner, user_with
from tests.lms.rows import MOMENT, add_course, add_enrolment

START, END = date(2026, 9, 1), date(2027, 7, 1)
TODAY = date.today()


def add_aim(db: Database, learner_id: int, seq: int = 1, **other: Any) -> int:
    usual = {"year": "2627", "repeat": 0, "aim_ref": "60012345", "course_code": "BIO-1", "completion": "1"}
    usual |= {"starts": START, "planned_end": END}
    with db.write() as tx:
        values = {"learner_id": learner_id, "seq": seq, **usual, **other}
        return int(tx.execute(insert(aim).values(values).returning(aim.c.id)).scalar_one())


def codes(db: Database) -> dict[str, FileCode]:
    with db.read() as tx:
        return {one.code: one for one in code_map.listed_codes(tx, None)}


def enrolled(db: Database) -> dict[int, tuple[str, date | None, date | None, bool]]:
    with db.read() as tx:
        return {
            row.learner_id: (row.status, row.starts, row.ends, row.removed_at is not None)
            for row in tx.execute(select(enrolment))
        }


def apply(db: Database, user: User) -> from_aims.Applied:
    foreseen = from_aims.foresee(TaskContext(), db, user)
    done = from_aims.apply(TaskContext(), db, user)
    assert done.foreseen == foreseen, "what is told is what is done"
    return done


def test_what_a_code_means_is_said_for_a_year_however_it_is_spelled(db: Database, user: User):
    key = section.save(db, user, None, Section(course_code="BIO")).id
    first, second = add_learner(db, 1), add_learner(db, 2)
    add_aim(db, first)
    add_aim(db, second, course_code="bio-1")
    add_aim(db, second, 2, aim_ref=PROGRAMME_WRAPPER, course_code=None)
    found = codes(db)
    assert set(found) == {"bio-1", "60012345"}, "the programme aim is no course"
    assert [found[code].learners for code in ("bio-1", "60012345")] == [2, 2]
    operation_id = code_map.say(db, user, found["bio-1"], key)
    assert codes(db)["bio-1"].section == "BIO · 1"
    assert code_map.say(db, user, codes(db)["bio-1"], key) is None
    with pytest.raises(ConflictError):
        code_map.say(db, user, found["bio-1"], None)
    assert operation_id is not None
    assert history.undo(db, user.id, operation_id).left == 0
    assert codes(db)["bio-1"].section_id is None


@pytest.mark.rule("EX-A3")
def test_only_sections_of_ones_campuses_are_meant_and_filled(db: Database, user: User):
    north, south = add_campus(db, "N", "North"), add_campus(db, "S", "South")
    key = section.save(db, user, None, Section(course_code="BIO", owner=south)).id
    add_aim(db, add_learner(db, 1))
    northern = user_with(db, Role.LMS_ADMINISTRATOR, Role.ENROLMENT_MANAGER)
    with db.write() as tx:
        tx.execute(insert(user_campus).values(user_id=northern.id, campus_id=north))
    with pytest.raises(AccessError):
        code_map.say(db, northern, codes(db)["BIO-1"], key)
    code_map.say(db, user, codes(db)["BIO-1"], key)
    assert apply(db, northern).operation_id is None
    with pytest.raises(AccessError):
        from_aims.apply(TaskContext(), db, user_with(db, Role.PLR_USER))
    assert apply(db, user).foreseen.moves == {Move.NEW: 1}


def test_new_withdrawn_break_and_dates_in_one_operation_that_is_undone(db: Database, user: User):
    key = section.save(db, user, None, Section(course_code="BIO", lms_course_id=add_course(db))).id
    people = [add_learner(db, number) for number in range(1, 5)]
    aims = [add_aim(db, one) for one in people]
    add_aim(db, add_learner(db, 9), course_code="NOBODY", aim_ref=None)
    code_map.say(db, user, codes(db)["BIO-1"], key)
    done = apply(db, user)
    assert (done.foreseen.moves, done.foreseen.unmapped) == ({Move.NEW: 4}, 1)
    status = "current" if START <= TODAY else "scheduled"
    assert set(enrolled(db).values()) == {(status, START, END, False)}
    with db.read() as tx:
        assert None not in set(tx.execute(select(aim.c.enrolment_id).where(aim.c.id.in_(aims))).scalars())
    assert apply(db, user).foreseen.moves == {Move.SAME: 4}, "a second time nothing is to do"
    later = END + timedelta(days=30)
    for key_of_aim, values in zip(
        aims, ({"completion": "3", "ends": TODAY}, {"completion": "6"}, {"planned_end": later}, {}), strict=True
    ):
        if values:
            with db.write() as tx:
                tx.execute(update(aim).where(aim.c.id == key_of_aim).values(values))
    done = apply(db, user)
    assert done.foreseen.moves == {Move.DROP: 1, Move.BREAK: 1, Move.CHANGE: 1, Move.SAME: 1}
    now = enrolled(db)
    assert [now[one][0] for one in people] == ["dropped", "on_break", status, status]
    assert now[people[2]][2] == later
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).left == 0
    assert set(enrolled(db).values()) == {(status, START, END, False)}


def test_a_course_that_takes_nobody_and_one_that_has_them_by_another_section(db: Database, user: User):
    here = add_course(db)
    key = section.save(db, user, None, Section(course_code="BIO", lms_course_id=here)).id
    other = section.save(db, user, None, Section(course_code="BIO", lms_course_id=here)).id
    first, second = add_learner(db, 1), add_learner(db, 2)
    add_aim(db, first)
    add_aim(db, second)
    add_enrolment(db, second, other)
    code_map.say(db, user, codes(db)["BIO-1"], key)
    assert apply(db, user).foreseen.moves == {Move.NEW: 1, Move.ELSEWHERE: 1}
    third = add_learner(db, 3)
    add_enrolment(db, third, other)
    add_aim(db, third)
    add_aim(db, third, 2, course_code="BIO-2", completion="3", ends=TODAY)
    code_map.say(db, user, codes(db)["BIO-2"], other)
    moved = {Move.SAME: 1, Move.ELSEWHERE: 1, Move.NEW: 1, Move.DROP: 1}
    assert apply(db, user).foreseen.moves == moved, "withdrawn from that one, onto this one"
    with db.write() as tx:
        tx.execute(update(lms_course).values(state="hidden"))
    add_aim(db, add_learner(db, 4))
    assert apply(db, user).foreseen.moves == {Move.SAME: 3, Move.CLOSED: 2}


@dataclass
class Aim:
    completion: str | None = "1"
    starts: date | None = START
    planned_end: date | None = END
    ends: date | None = None


@dataclass
class There:
    status: str = "current"
    status_on: date | None = None
    starts: date | None = START
    ends: date | None = END
    origin: str = "ilr"
    removed_at: object = None


@pytest.mark.parametrize(
    ("one", "there", "move"),
    [
        (Aim(), None, Move.NEW),
        (Aim("3"), None, Move.SAME),
        (Aim("6"), None, Move.SAME),
        (Aim("2"), None, Move.SAME),
        (Aim(), There(removed_at=MOMENT), Move.LEFT),
        (Aim(), There(), Move.SAME),
        (Aim(), There(origin="adopted", starts=None), Move.SAME),
        (Aim(), There(ends=None), Move.CHANGE),
        (Aim("3"), There(), Move.DROP),
        (Aim("3"), There("dropped"), Move.SAME),
        (Aim("6"), There(), Move.BREAK),
        (Aim("2"), There(), Move.COMPLETE),
        (Aim(), There("completed"), Move.LEFT),
        (Aim("3"), There("completed"), Move.LEFT),
        (Aim(), There("dropped", date(2026, 9, 20)), Move.LEFT),
        (Aim(starts=date(2026, 10, 1)), There("dropped", date(2026, 9, 20)), Move.CHANGE),
        (Aim(), There("on_break", date(2026, 9, 20)), Move.LEFT),
        (Aim(starts=date(2026, 10, 1)), There("on_break", date(2026, 9, 20)), Move.CHANGE),
        (Aim("6"), There("dropped"), Move.LEFT),
    ],
)
def test_what_an_aim_means_for_an_enrolment(one: Aim, there: There | None, move: Move):
    found, values = decide(one, there, date(2026, 11, 27))
    assert found is move
    assert bool(values) is (move in from_aims.WRITTEN)
