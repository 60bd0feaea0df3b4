"""Update Selected on a real database: what is written, counted, conflicting, stopped, and taken back."""

import random
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, event, func, insert, select, update

from app.access import User
from app.db.database import Database
from app.db.tables import attainment, attainment_event, attainment_type, change, learner, operation
from app.errors import InputError
from app.plr.plan import Change
from app.plr.session import EVENTS_PER_LEARNER
from app.plr.update import lower_rows, undo_update
from tests.builders import add_attainment, add_learner, all_keys, answer, session_of, snapshot
from tests.builders import event as learning_event
from tests.db.updating import HELD, TABLES, counts, five_learners, rows_of, run, tally


@pytest.fixture
def statements(db: Database) -> Iterator[list[str]]:
    """Every statement that writes, in order."""
    seen: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        if statement.split()[0].lower() in ("insert", "update", "delete"):
            seen.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    yield seen
    event.remove(db._engine, "before_cursor_execute", note)


# ----------------------------------------------------------------------------------------------- what is written


TOLD = {
    "level": "Level 3",
    "credits": "12",
    "participation_start_date": "2022-09-01",
    "participation_end_date": "2024-06-30",
    "achievement_provider_name": "Ä School",
    "achievement_provider_ukprn": "10001234",
    "awarding_organisation_name": "A Board",
    "awarding_organisation_ukprn": "000123",
    "language_for_assessment": "English",
    "under_data_challenge": "Y",
    "subject": "Économie  et Droit",
}
STORED = {
    "subject_code": "603/4471/2",
    "subject_key": "60344712",
    "subject": "Économie et Droit",
    "subject_fold": "economie et droit",
    "qualification_type": "Other Vocational Qualification",
    "level": "Level 3",
    "grade": "Pass",
    "credits": 1200,
    "award_date": date(2024, 7, 1),
    "start_date": date(2022, 9, 1),
    "end_date": date(2024, 6, 30),
    "provider": "Ä School",
    "provider_ukprn": "10001234",
    "awarding_org": "A Board",
    "awarding_org_code": "000123",
    "language": "English",
    "under_challenge": True,
    "origin": "lrs",
    "exported_version": None,
    "removed_at": None,
    "version": 1,
}
"""The attainment that `TOLD` becomes."""


def test_a_new_attainment_is_stored_as_told(db: Database, user: User):
    key = add_learner(db)
    summary = run(db, user, session_of(db, {key: answer(learning_event(4711, **TOLD))}))
    assert counts(summary) == tally(processed=1, new=1)
    [row] = rows_of(db, attainment)
    expected = {"learner_id": key, **STORED}
    assert {name: getattr(row, name) for name in expected} == expected
    with db.read() as tx:
        kind = tx.execute(select(attainment_type.c.code).where(attainment_type.c.id == row.type_id)).scalar_one()
    assert kind == "PLR"
    [link] = rows_of(db, attainment_event)
    assert (link.learner_id, link.event_id, link.attainment_id) == (key, 4711, row.id)
    assert (link.source, link.date_loaded) == ("AO", "2024-08-01 04:00:00")
    [about] = rows_of(db, operation)
    assert (about.kind, about.state, about.user_id) == ("plr_update", "done", user.id)
    assert [(one.table_name, one.kind, one.learner_id) for one in rows_of(db, change)] == [
        ("attainment", "insert", key),
        ("attainment_event", "insert", key),
    ]


def test_a_changed_attainment_keeps_what_the_lrs_does_not_say(db: Database, user: User):
    key = add_learner(db)
    held = add_attainment(db, key, **HELD, level="Level 2", origin="hand")
    summary = run(db, user, session_of(db, {key: answer(learning_event(1, grade="Merit", subject="Éco"))}))
    assert counts(summary) == tally(processed=1, changed=1)
    [row] = rows_of(db, attainment)
    assert (row.id, row.grade, row.level, row.version, row.origin) == (held, "Merit", "Level 2", 2, "hand")
    assert (row.subject, row.subject_fold) == ("Éco", "eco")


def test_a_second_update_writes_not_one_row(db: Database, user: User, statements: list[str]):
    key = add_learner(db)
    add_attainment(db, key, subject_code="A1", subject="X", award_date=date(2024, 7, 1), grade="Pass")
    events = [learning_event(number, subject_code=f"A{number}") for number in range(1, 6)]
    session = session_of(db, {key: answer(*events)})
    assert counts(run(db, user, session))["changed"] == 1
    before = {name: rows_of(db, table) for name, table in (("a", attainment), ("o", operation), ("c", change))}
    statements.clear()
    summary = run(db, user, session)
    assert counts(summary) == tally(processed=5, unchanged=5)
    assert statements == []
    assert before == {
        name: rows_of(db, table) for name, table in (("a", attainment), ("o", operation), ("c", change))
    }
    assert summary.operation_id is None
    assert not summary.changes.topics


def test_few_statements_for_a_learner(db: Database, user: User, statements: list[str]):
    """As many for eighteen events as for one."""
    numbers = []
    for count in (1, 18):
        key = add_learner(db)
        session = session_of(db, {key: answer(*(learning_event(n, subject_code=f"A{n}") for n in range(count)))})
        statements.clear()
        run(db, user, session)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 6


def test_the_window_shows_at_once_how_things_stand(db: Database, user: User):
    key = add_learner(db)
    session = session_of(db, {key: answer(learning_event(1), learning_event(2, subject_code=None))})
    run(db, user, session)
    assert session.answer_of(key).changes == (Change.SAME, Change.CANNOT)


def test_in_whatever_order_rows_are_selected(db: Database, user: User):
    events = [learning_event(1, source="ILR", grade="Pass"), learning_event(2, source="AO", grade="Merit")]
    events += [learning_event(number, subject_code=f"X{number}") for number in range(3, 9)]
    states = []
    for seed in range(3):
        key = add_learner(db)
        session = session_of(db, {key: answer(*events)})
        keys = all_keys(session) * 2
        random.Random(seed).shuffle(keys)
        summary = run(db, user, session, keys)
        assert counts(summary) == tally(processed=8, new=7, unchanged=1)
        with db.read() as tx:
            rows = tx.execute(select(attainment).where(attainment.c.learner_id == key)).all()
        states.append(sorted((row.subject_key, row.grade) for row in rows))
    assert states[0] == states[1] == states[2]
    assert ("60344712", "Merit") in states[0]


def test_rank_holds_when_the_lesser_row_is_selected_later(db: Database, user: User):
    key = add_learner(db)
    session = session_of(
        db, {key: answer(learning_event(1, source="ILR", grade="Pass"), learning_event(2, grade="Merit"))}
    )
    lesser, better = all_keys(session)
    run(db, user, session, [better])
    assert counts(run(db, user, session, [lesser]))["unchanged"] == 1
    assert [row.grade for row in rows_of(db, attainment)] == ["Merit"]
    assert len(rows_of(db, attainment_event)) == 2


def test_the_lesser_row_alone_makes_the_attainment_until_the_better_comes(db: Database, user: User):
    key = add_learner(db)
    session = session_of(
        db, {key: answer(learning_event(1, source="ILR", grade="Pass"), learning_event(2, grade="Merit"))}
    )
    lesser, better = all_keys(session)
    assert counts(run(db, user, session, [lesser]))["new"] == 1
    assert counts(run(db, user, session, [better]))["changed"] == 1
    assert [row.grade for row in rows_of(db, attainment)] == ["Merit"]


def test_a_removed_attainment_is_no_match(db: Database, user: User):
    """Taken back, updated again: it is new again, and the event stands behind the new one."""
    key = add_learner(db)
    session = session_of(db, {key: answer(learning_event(1))})
    first = run(db, user, session)
    undo_update(db, user, first.operation_id)
    assert counts(run(db, user, session))["new"] == 1
    assert counts(run(db, user, session))["unchanged"] == 1
    old, new = rows_of(db, attainment)
    assert old.removed_at is not None
    assert new.removed_at is None
    assert [link.attainment_id for link in rows_of(db, attainment_event)] == [new.id]


def test_an_event_behind_a_removed_attainment_is_led_to_the_new_one(db: Database, user: User):
    key = add_learner(db)
    with db.write() as tx:
        now = db.now(tx)
    add_attainment(db, key, **HELD, removed_at=now, links=[(1, "AO", "2024-08-01 04:00:00")])
    session = session_of(db, {key: answer(learning_event(1))})
    assert counts(run(db, user, session))["new"] == 1
    _, new = rows_of(db, attainment)
    assert [link.attainment_id for link in rows_of(db, attainment_event)] == [new.id]
    assert counts(run(db, user, session))["unchanged"] == 1


def test_two_learners_with_one_uln_are_two_learners(db: Database, user: User):
    one, two = add_learner(db, uln="3000000029"), add_learner(db, uln="3000000029")
    same = answer(learning_event(1))
    summary = run(db, user, session_of(db, {one: same, two: same}))
    assert counts(summary)["new"] == 2
    assert [row.learner_id for row in rows_of(db, attainment)] == [one, two]


# ------------------------------------------------------------------------------------------------- not applied


def test_rows_that_cannot_be_applied_say_why(db: Database, user: User):
    keys = [add_learner(db) for _ in range(5)]
    session = session_of(
        db,
        {
            keys[0]: answer(error_code="LOCAL20", error_description="No answer in time."),
            keys[1]: answer(response_code="WSRC0004"),
            keys[2]: answer(response_code="WSEC0206"),
            keys[3]: answer(learning_event(1), response_code="WSRC0003"),
            keys[4]: answer(learning_event(1, subject_code=None), learning_event(2)),
        },
    )
    summary = run(db, user, session)
    assert counts(summary) == tally(processed=6, new=1, not_applied=5)
    reasons = [one.reason for one in summary.not_applied]
    assert reasons[0] == "No answer in time."
    assert "no learning event" in reasons[1]
    assert "subject code" in reasons[4]
    assert all(reasons)


@pytest.mark.parametrize(("lower_too", "grade", "ends"), [(False, "Merit", "not_applied"), (True, "Pass", "changed")])
def test_a_lower_grade(db: Database, user: User, lower_too: bool, grade: str, ends: str):
    key = add_learner(db)
    add_attainment(db, key, **{**HELD, "grade": "Merit"})
    session = session_of(
        db, {key: answer(learning_event(1, grade="Pass", level="2"), learning_event(2, source="ILR"))}
    )
    session.set_changes({key: (Change.LOWER, Change.SAME)}, {key: session.answer_of(key)})
    assert lower_rows(session, all_keys(session)) == 1
    summary = run(db, user, session, lower_too=lower_too)
    assert counts(summary)[ends] == 1
    assert counts(summary)["unchanged"] == 1
    [row] = rows_of(db, attainment)
    assert (row.grade, row.level) == (grade, "2" if lower_too else None)
    if not lower_too:
        assert "lower" in summary.not_applied[0].reason
        assert rows_of(db, attainment_event) == [], "left as it is: nothing stands behind it"
        assert session.answer_of(key).changes == (Change.LOWER, Change.SAME)
        assert counts(run(db, user, session))["not_applied"] == 1


def test_a_learner_who_was_removed_meanwhile(db: Database, user: User):
    keys = [add_learner(db), add_learner(db)]
    session = session_of(db, {key: answer(learning_event(1)) for key in keys})
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == keys[0]).values(removed_at=db.now(tx)))
    summary = run(db, user, session)
    assert counts(summary) == tally(processed=2, new=1, not_applied=1)
    assert "removed" in summary.not_applied[0].reason


@pytest.mark.parametrize("other", [{"uln": "3000000037"}, {"uln": None}, {"family_name": "Elsewhere"}])
def test_a_learner_who_was_corrected_meanwhile(db: Database, user: User, other: dict[str, str | None]):
    """What came for the ULN and names of before may be somebody else's record: it waits for a refresh."""
    who = {"uln": "3000000029", "family_name": "Example", "given_names": "Ann"}
    wrong, right = add_learner(db, **who), add_learner(db, **who)
    session = session_of(db, {key: answer(learning_event(1), learning_event(2)) for key in (wrong, right)})
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == wrong).values(**other))
    summary = run(db, user, session)
    assert counts(summary) == tally(processed=4, new=1, unchanged=1, not_applied=2)
    assert {row.learner_id for row in rows_of(db, attainment)} == {right}
    for one in summary.not_applied:
        assert "corrected" in one.reason
        assert "Refresh Selected" in one.reason


def test_rows_that_are_no_longer_there(db: Database, user: User):
    """A refresh brought fewer events, or is under way: each selected row is counted all the same."""
    one, two = add_learner(db), add_learner(db)
    session = session_of(db, {one: answer(learning_event(1), learning_event(2, subject_code="X"))})
    session.expect([session.learners()[0], *session_of(db, {two: answer()}).learners()])
    keys = [*all_keys(session), EVENTS_PER_LEARNER, 77 * EVENTS_PER_LEARNER]
    session.hold(one, answer(learning_event(1)))
    summary = run(db, user, session, keys)
    assert counts(summary) == tally(processed=4, new=1, not_applied=3)


def test_a_conflict_concerns_one_learner(db: Database, user: User):
    """Somebody edits an attainment between reading and writing: that learner is left whole, the others go on."""
    keys = [add_learner(db) for _ in range(3)]
    held = [add_attainment(db, key, **HELD) for key in keys]
    session = session_of(
        db, {key: answer(learning_event(1, grade="Merit"), learning_event(2, subject_code="X")) for key in keys}
    )
    asked = []

    def interfere(connection, cursor, statement, parameters, *rest) -> None:
        if statement.startswith("SELECT attainment_event") and not asked:
            asked.append(statement)
            cursor.connection.execute("update attainment set version = 9 where id = " + str(held[0]))

    event.listen(db._engine, "before_cursor_execute", interfere)
    try:
        summary = run(db, user, session)
    finally:
        event.remove(db._engine, "before_cursor_execute", interfere)
    assert counts(summary) == tally(processed=6, new=2, changed=2, not_applied=2)
    assert "Somebody else" in summary.not_applied[0].reason
    assert [row.grade for row in rows_of(db, attainment) if row.learner_id == keys[0]] == ["Pass"]


def test_two_programs_update_the_same_learners(db: Database, address: str, user: User):
    """Each attainment is made once, whoever came first."""
    from concurrent.futures import ThreadPoolExecutor

    keys = [add_learner(db) for _ in range(12)]
    answers = {key: answer(learning_event(1), learning_event(2, subject_code="X")) for key in keys}

    def one_program(_: int) -> dict[str, int]:
        other = Database(address)
        try:
            return counts(run(other, user, session_of(other, answers)))
        finally:
            other.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(one_program, range(2)))
    assert len(rows_of(db, attainment)) == 24
    assert sum(one["new"] for one in results) == 24
    assert all(one["processed"] == 24 and one["not_applied"] == 0 for one in results)


# --------------------------------------------------------------------------------------------- what stays here


def test_nothing_of_an_answer_is_kept_but_the_attainment(db: Database, user: User):
    """Return number, collection type, status, restriction and found ULN are in no table."""
    marks = {"return_number": "RN77", "collection_type": "CT77", "status": "ST77", "restriction": "RS77"}
    key = add_learner(db)
    run(db, user, session_of(db, {key: answer(learning_event(1, **marks), found_uln="8123456785")}))
    everything = str(snapshot(db, *TABLES))
    assert "Business" in everything
    for mark in (*marks.values(), "8123456785"):
        assert mark not in everything


def test_an_empty_selection(db: Database, user: User):
    summary = run(db, user, five_learners(db), [])
    assert counts(summary) == tally(processed=0)
    assert not summary.stopped


def test_a_number_behind_another_learners_attainment_is_that_learners(db: Database, user: User):
    one, two = add_learner(db), add_learner(db)
    add_attainment(db, one, **HELD, links=[(1, "AO", None)])
    assert counts(run(db, user, session_of(db, {two: answer(learning_event(1, grade="Merit"))})))["new"] == 1
    assert [row.grade for row in rows_of(db, attainment)] == ["Pass", "Merit"]


def test_one_number_on_two_events_of_an_answer(db: Database, user: User):
    events = [learning_event(1), learning_event(1, source="ILR"), learning_event(1, source="ILR", subject_code="X")]
    session = session_of(db, {add_learner(db): answer(*events, learning_event(None, subject_code="Y"))})
    summary = run(db, user, session)
    assert counts(summary) == tally(processed=4, new=1, unchanged=1, not_applied=2)
    assert all("event ID" in one.reason for one in summary.not_applied)
    assert counts(run(db, user, session)) == tally(processed=4, unchanged=2, not_applied=2)
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(attainment_event)).scalar_one() == 1


def test_without_any_types_at_all(db: Database, user: User):
    with db.write() as tx:
        tx.execute(delete(attainment_type))
        tx.execute(insert(attainment_type).values(code="OTHER", title="Other"))
    with pytest.raises(InputError):
        run(db, user, five_learners(db))
