"""What the pages of the LMS list: order, conditions, quick filter, on both databases alike."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from app.conditions import Group, Join, Operator, Test
from app.conditions_sql import SqlField
from app.db.database import Database
from app.db.tables import lms_course, sync_error
from app.lms import courses_list, enrolments_list, errors_list, progress, runs_list
from app.lms.errors import Level
from app.lms.states import CourseState
from tests.builders import add_learner
from tests.lms.rows import (
    MOMENT,
    add_course,
    add_enrolment,
    add_progress,
    add_run,
    add_section,
)


def one(*tests: Test) -> Group:
    return Group(Join.ALL, tests)


def found(db: Database, query) -> list[int]:
    with db.read() as tx:
        return list(db.ids(tx, query))


def test_courses_new_first_and_removed_ones_only_when_asked_for(db: Database):
    is_open = add_course(db, "11", short_name="B")
    new = add_course(db, "12", short_name="C", state="new")
    gone = add_course(db, "13", short_name="A", removed_at=MOMENT)
    assert found(db, courses_list.keys_query()) == [new, is_open]
    assert found(db, courses_list.keys_query(one(Test("removed", Operator.YES)))) == [gone]
    assert found(db, courses_list.keys_query(quick="course 12")) == [new]
    assert found(db, courses_list.keys_query(one(Test("state", Operator.IS, "open")))) == [is_open]
    with db.read() as tx:
        assert tx.execute(courses_list.total_query()).scalar_one() == 2
        assert courses_list.new_count(tx) == 1
        row = courses_list.rows(tx, [gone])[gone]
        assert (row.state, row.removed_at, row.recreated) == (CourseState.OPEN, MOMENT, False)


@pytest.mark.rule("LS-C1", "LS-C3")
def test_new_and_hidden_courses_are_not_to_be_chosen(db: Database):
    for state in CourseState:
        add_course(db, state=state.value, short_name=state.value)
    add_course(db, short_name="gone", removed_at=MOMENT)
    with db.read() as tx:
        assert [row.short_name for row in courses_list.to_choose(tx)] == ["closed", "open"]


def test_every_sort_and_field_of_every_list_can_be_asked(db: Database):
    """SQL that one of the two databases does not take would fail here."""
    lists = (
        (courses_list.keys_query, courses_list.FIELDS, courses_list._SORTS, {}),
        (enrolments_list.keys_query, enrolments_list.FIELDS, enrolments_list._SORTS, {"lms_course_id": 1}),
        (errors_list.keys_query, errors_list.FIELDS, errors_list._SORTS, {"code": "SE-21", "level": "enrolment"}),
        (runs_list.keys_query, runs_list.FIELDS, runs_list._SORTS, {}),
    )
    values = {"date": "2026-11-01", "number": "7", "text": "x", "flag": ""}
    for query, fields, sorts, more in lists:
        for sort in sorts:
            found(db, query(None, "two words", sort, descending=True))
            found(db, query(None, "", sort, **more))
        for field in fields.values():
            found(db, query(one(_test(field, values))))


def _test(field: SqlField, values: dict[str, str]) -> Test:
    kind = field.info.kind.value
    if kind == "flag":
        return Test(field.info.id, Operator.YES)
    if kind == "choice":
        return Test(field.info.id, Operator.IS, field.info.choices[0][0])
    return Test(field.info.id, Operator.IS, values[kind])


@pytest.mark.rule("LS-E10", "LS-E12")
def test_progress_in_sql_is_progress_in_python(db: Database):
    course = add_section(db, add_course(db))
    counts = [
        (g, v) for v in (0, 1, 2, 3, 7, 9, 200, 1000) for g in range(v + 1) if v < 20 or g in (0, 1, 2, 3, v - 1, v)
    ]
    for number, (graded, visible) in enumerate(counts):
        add_progress(db, add_enrolment(db, add_learner(db, 5000 + number), course), graded, visible)
    with db.read() as tx:
        rows = enrolments_list.rows(tx, found(db, enrolments_list.keys_query()))
        assert len(rows) == len(counts)
    for wanted in range(101):
        ids = found(db, enrolments_list.keys_query(one(Test("progress", Operator.IS, str(wanted)))))
        assert {(rows[key].graded, rows[key].visible) for key in ids} == {
            pair for pair in counts if progress.percent(*pair) == wanted
        }
    for descending in (False, True):
        ids = found(db, enrolments_list.keys_query(sort="progress", descending=descending))
        assert rows[ids[-1]].progress == "–", "what is not available stands last"
        known = [rows[key].graded / rows[key].visible for key in ids if rows[key].visible]
        assert known == sorted(known, reverse=descending)


@pytest.mark.rule("LS-C10", "LS-C12", "LS-E18")
def test_enrolments_tell_course_age_and_error(db: Database):
    course = add_course(db, short_name="BIO", grades_good_at=MOMENT, removed_at=MOMENT)
    held = add_enrolment(db, add_learner(db, 1, family_name="Årsen"), add_section(db, course))
    without = add_enrolment(db, add_learner(db, 2), add_section(db, None))
    add_progress(db, held, 3, 4, grade_text="Merit", mark="fell")
    run = add_run(db)
    with db.write() as tx:
        values = {
            "code": "SE-21",
            "level": "enrolment",
            "lms_course_id": course,
            "enrolment_id": held,
            "since": MOMENT,
        }
        tx.execute(insert(sync_error).values(**values, open_key="k", last_run_id=run))
    with db.read() as tx:
        rows = enrolments_list.rows(tx, [held, without])
    row = rows[held]
    assert (row.progress, row.counts, row.grade_text, row.mark) == ("75 %", "3 of 4", "Merit", "fell")
    assert (row.as_of, row.removed_at, row.error, row.lms_short_name) == (MOMENT, MOMENT, "SE-21", "BIO")
    assert (rows[without].progress, rows[without].counts, rows[without].lms_course_id) == ("–", "", None)
    assert found(db, enrolments_list.keys_query(quick="arsen merit")) == [held]
    assert found(db, enrolments_list.keys_query(one(Test("error", Operator.YES)))) == [held]
    assert found(db, enrolments_list.keys_query(one(Test("grade", Operator.IS, "merit")))) == [held]


@pytest.mark.rule("SE-R2", "SE-R3", "SE-R4", "SE-R6")
def test_errors_by_cause(db: Database):
    courses = [add_course(db, short_name=f"C{n}", grades_good_at=MOMENT) for n in range(3)]
    person = add_enrolment(db, add_learner(db, 1), add_section(db, courses[0]))
    rows = [("SE-12", "course", courses[n], None, n + 1, None) for n in range(3)]
    rows.append(("SE-21", "enrolment", courses[0], person, 9, None))
    rows.append(("SE-03", "connection", None, None, 1, MOMENT))
    with db.write() as tx:
        for number, (code, level, course, enrolment, runs, cleared) in enumerate(rows):
            values = {
                "code": code,
                "level": level,
                "lms_course_id": course,
                "enrolment_id": enrolment,
                "since": MOMENT - timedelta(hours=number),
                "runs": runs,
                "cleared_at": cleared,
                "open_key": None if cleared else str(number),
                "snoozed_until": MOMENT + timedelta(days=36500) if number == 1 else None,
            }
            tx.execute(insert(sync_error).values(**values))
    with db.read() as tx:
        groups = errors_list.groups(db, tx)
        assert tx.execute(errors_list.total_query()).scalar_one() == 4
    assert [(one.code, one.level, one.count, one.courses, one.runs, one.quiet) for one in groups] == [
        ("SE-12", Level.COURSE, 3, 3, 3, 1),
        ("SE-21", Level.ENROLMENT, 1, 1, 9, 0),
    ]
    assert groups[0].since == MOMENT - timedelta(hours=2)
    assert groups[0].cause.action
    assert groups[0].cause.advice
    [key] = found(db, errors_list.keys_query(code="SE-21", level="enrolment"))
    with db.read() as tx:
        row = errors_list.rows(tx, [key])[key]
    assert (row.course, row.runs, row.last_good, row.enrolment_id) == ("C0", 9, MOMENT, person)
    assert len(found(db, errors_list.keys_query(one(Test("cleared", Operator.YES))))) == 1


def test_looks_re_created(db: Database):
    old = add_course(db, "20", short_name="MATHS", removed_at=MOMENT)
    new = add_course(db, "30", short_name="Maths", state="new", first_seen_at=MOMENT + timedelta(days=1))
    other = add_course(db, "31", short_name="Art", state="new")
    with db.read() as tx:
        assert courses_list.former_selves(tx, new) == [], "nobody was on the old one: there is nothing to link"
    add_section(db, old)
    with db.read() as tx:
        assert courses_list.former_selves(tx, new) == [old]
        rows = courses_list.rows(tx, [old, new, other])
    assert [rows[key].recreated for key in (old, new, other)] == [False, True, False]
    with db.write() as tx:
        tx.execute(update(lms_course).where(lms_course.c.id == old).values(removed_at=None))
    with db.read() as tx:
        assert courses_list.former_selves(tx, new) == []


def test_runs_the_latest_first(db: Database):
    first = add_run(db, messages='["Nothing new."]', counts='{"added": 2}')
    last = add_run(db, kind="enrolments", state="failed", failed_by="SE-03")
    assert found(db, runs_list.keys_query()) == [last, first]
    assert found(db, runs_list.keys_query(quick="se-03")) == [last]
    with db.read() as tx:
        row = runs_list.latest(tx, "courses")
        assert row is not None
        assert (row.counts, row.messages, row.took) == ({"added": 2}, ("Nothing new.",), None)
        assert runs_list.latest(tx, "courses", "failed") is None
