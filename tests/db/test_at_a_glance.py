"""What is kept beside a learner is what the pure rule says of the attainments, whoever wrote them last."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, select, update

from app import demo, history
from app.access import User
from app.attainments import at_a_glance_kept
from app.attainments.at_a_glance import RULE, Measure, at_a_glance
from app.conditions import Group, Operator, Test
from app.db.database import Database
from app.db.tables import at_a_glance as kept
from app.db.tables import attainment, learner, setting
from app.learners import search
from app.plr.compare import compare
from app.plr.update import undo_update
from app.tasks import TaskContext
from tests.builders import add_attainment, add_learner, answer, first_user, session_of
from tests.builders import event as learning_event
from tests.db.crowd import found
from tests.db.updating import rows_of, run

GCSE = {"qualification_type": "GCSE (9 to 1)", "achievement_award_date": "2023-08-24"}
HELD = {"qualification_type": "GCSE (9 to 1)", "award_date": date(2023, 8, 24)}


def gcse(number: int, subject: str, grade: str, **other):
    return learning_event(
        number, subject=f"GCSE in {subject}", grade=grade, subject_code=f"6030000{number}", **{**GCSE, **other}
    )


def kept_rows(db: Database) -> dict[int, dict]:
    """The values kept, by learner; a row of nothing is no row."""
    names = [name for name in kept.c.keys() if name not in ("id", "learner_id")]  # noqa: SIM118 - not a mapping
    rows = {row.learner_id: {name: getattr(row, name) for name in names} for row in rows_of(db, kept)}
    return {key: values for key, values in rows.items() if any(values.values())}


def ruled(db: Database) -> dict[int, dict]:
    """What the rule says of everything stored, worked out here."""
    held: dict[int, list] = {}
    for row in rows_of(db, attainment):
        held.setdefault(row.learner_id, []).append(row)
    wanted = {}
    for key, rows in held.items():
        glance = at_a_glance(rows)
        values = {measure.value: glance[measure].shown if measure in glance else None for measure in Measure}
        values |= {f"{one.value}_rank": glance[one].rank if one in glance else None for one in Measure}
        if glance:
            wanted[key] = values
    return wanted


def shown(db: Database, key: int) -> search.LearnerRow:
    with db.read() as tx:
        return search.rows(tx, [key])[key]


def test_an_update_its_undo_and_the_next_update(db: Database, user: User):
    key, other = add_learner(db), add_learner(db)
    add_attainment(db, key, subject="GCSE in English Language", subject_code="60300001", grade="3", **HELD)
    assert (shown(db, key).gcse_english, shown(db, key).gcse_maths) == ("3", None)
    session = session_of(
        db,
        {
            key: answer(gcse(1, "English Language", "5"), gcse(2, "Mathematics", "7")),
            other: answer(*(gcse(number, f"Subject{number}", "6") for number in range(3, 8))),
        },
    )
    summary = run(db, user, session)
    assert (shown(db, key).gcse_english, shown(db, key).gcse_maths) == ("5", "7")
    assert shown(db, other).full_level == "Level 2"
    assert kept_rows(db) == ruled(db)
    undo_update(db, user, summary.operation_id)
    assert (shown(db, key).gcse_english, shown(db, key).gcse_maths) == ("3", None)
    assert shown(db, other).full_level is None
    assert kept_rows(db) == ruled(db)
    assert len(kept_rows(db)) == 1


def test_a_removed_attainment_and_one_that_moves_to_another_learner(db: Database, user: User):
    one, other = add_learner(db), add_learner(db)
    add_attainment(db, one, subject="GCSE in Mathematics", grade="8", **HELD)
    add_attainment(db, one, subject="GCSE in English", grade="4", **HELD)
    maths, english = rows_of(db, attainment)
    with db.write() as tx:
        operation = history.begin(tx, db, user.id, "plr_update")
        operation.update(attainment, maths, {"removed_at": datetime(2026, 1, 1, tzinfo=UTC)}, one)
        operation.update(attainment, english, {"learner_id": other}, one)
        operation.end(tx)
    assert kept_rows(db) == ruled(db)
    assert shown(db, one).gcse_maths is None
    assert (shown(db, one).gcse_english, shown(db, other).gcse_english) == (None, "4")
    history.undo(db, user.id, operation.id)
    assert kept_rows(db) == ruled(db)
    assert (shown(db, one).gcse_english, shown(db, one).gcse_maths) == ("4", "8")


def test_an_operation_that_fails_changes_neither(db: Database, user: User):
    key = add_learner(db)
    add_attainment(db, key, subject="GCSE in Mathematics", grade="8", **HELD)
    [row] = rows_of(db, attainment)

    def fails() -> None:
        with db.write() as tx:
            operation = history.begin(tx, db, user.id, "plr_update")
            operation.update(attainment, row, {"grade": "9"}, key)
            operation.save_changes()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert shown(db, key).gcse_maths == "8"


GRADES = st.sampled_from(["9", "A*", "4", "C", "3", "G", "U", "9999999999", None])
EVENTS = st.lists(
    st.builds(gcse, st.integers(1, 9), st.sampled_from(["Mathematics", "English Language", "Art", "Music"]), GRADES),
    max_size=9,
    unique_by=lambda one: one.event_id,
)


def test_made_up_updates_and_undos(db: Database, user: User):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.tuples(EVENTS, st.booleans(), st.booleans()), min_size=1, max_size=3))
    def agrees(steps) -> None:
        key = add_learner(db)
        for events, lower_too, back in steps:
            session = session_of(db, {key: answer(*events)})
            would = [compare(TaskContext(), db, session, row.key) for row in session.rows() if row.event is not None]
            summary = run(db, user, session, lower_too=lower_too)
            if not lower_too:  # the preview and the update say the same
                with db.read() as tx:
                    now = at_a_glance_kept.of_learner(tx, key)
                for one in would:
                    assert one is not None
                    assert ranks(one.after) == ranks(now)
            if back and summary.operation_id is not None:
                undo_update(db, user, summary.operation_id)
        assert kept_rows(db) == ruled(db)

    agrees()


def ranks(glance) -> dict[Measure, tuple[int, str]]:
    return {measure: (best.rank, best.shown) for measure, best in (glance or {}).items()}


def test_two_who_write_one_learner_at_the_same_time(db: Database, user: User):
    """Whoever comes second sees what the first wrote."""
    for number in range(6):
        key = add_learner(db)
        add_attainment(db, key, subject="GCSE in Art", subject_code="60300009", grade="4", **HELD)
        first = run(db, user, session_of(db, {key: answer(gcse(1, "Mathematics", "5"))}))
        session = session_of(db, {key: answer(gcse(2, "English", str(3 + number)))})
        with ThreadPoolExecutor(2) as pool:
            jobs = [
                pool.submit(undo_update, db, user, first.operation_id),
                pool.submit(run, db, user, session),
            ]
            for job in jobs:
                job.result()
    assert kept_rows(db) == ruled(db)


def test_the_demo_is_filled_by_the_rule(empty_address: str):
    from app import access
    from app.db.upgrade import upgrade
    from tests.builders import with_types

    db = Database(empty_address)
    upgrade(db)
    access.prepare(db)
    with_types(db)
    demo.fill(db, 200)
    assert kept_rows(db) == ruled(db)
    assert len({values["gcse_maths"] for values in kept_rows(db).values()}) > 8
    db.close()


def test_what_an_older_version_left_is_worked_out_once(db: Database, user: User):
    keys = [add_learner(db) for _ in range(7)]
    for key in keys[:5]:
        add_attainment(db, key, subject="GCSE in Mathematics", grade="8", **HELD)
    with db.write() as tx:
        tx.execute(delete(kept))
    assert at_a_glance_kept.fill(db) == 5
    assert kept_rows(db) == ruled(db)
    assert len(kept_rows(db)) == 5
    assert at_a_glance_kept.fill(db) == 0
    with db.write() as tx:
        tx.execute(delete(kept))
    assert at_a_glance_kept.fill(db) == 0, "the same rule was there"
    with db.write() as tx:
        tx.execute(update(setting).where(setting.c.key == "at_a_glance.rule").values(value=str(RULE - 1)))
    assert at_a_glance_kept.fill(db) == 5
    with db.write() as tx:
        tx.execute(update(setting).where(setting.c.key == "at_a_glance.rule").values(value="spoilt"))
    assert at_a_glance_kept.fill(db) == 5


def test_a_page_takes_one_statement_and_only_who_asks_pays(db: Database):
    keys = [add_learner(db) for _ in range(40)]
    for key in keys:
        add_attainment(db, key, subject="GCSE in Mathematics", grade="8", **HELD)
    seen: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        seen.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    with db.read() as tx:
        seen.clear()
        assert {row.gcse_maths for row in search.rows(tx, keys).values()} == {"8"}
        assert len([one for one in seen if one.lower().startswith("select")]) == 1
    event.remove(db._engine, "before_cursor_execute", note)
    assert "at_a_glance" not in str(search.keys_query())
    assert "at_a_glance" in str(search.keys_query(sort="gcse_maths"))


def test_filter_by_the_level_2_pass_and_by_none(db: Database):
    grades = {"9": "pass", "4": "pass", "C": "pass", "3": "below", "D": "below", "U": None}
    keys = {grade: add_learner(db) for grade in grades}
    for grade, key in keys.items():
        add_attainment(db, key, subject="GCSE in English", grade=grade, **HELD)

    def asked(operator: Operator, value: str = "") -> set[int]:
        return set(found(db, Group(members=(Test("gcse_english", operator, value),))))

    for band in ("pass", "below"):
        assert asked(Operator.IS, band) == {keys[grade] for grade, one in grades.items() if one == band}
    assert asked(Operator.BLANK) == {keys["U"]}
    assert asked(Operator.IS_NOT, "pass") == {keys["3"], keys["D"], keys["U"]}


def test_a_learner_that_is_nowhere_has_no_row(db: Database):
    with db.write() as tx:
        at_a_glance_kept.keep(tx, [])
    assert rows_of(db, kept) == []
    assert first_user(db).id
    with db.read() as tx:
        assert tx.execute(select(learner.c.id)).all() == []
    with db.write() as tx:
        tx.execute(insert(setting), {"key": "another", "value": "1"})
    assert at_a_glance_kept.fill(db) == 0
