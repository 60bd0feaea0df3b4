"""What one sitting holds: answers by learner, rows by key, and nothing after `clear`."""

from concurrent.futures import ThreadPoolExecutor

from app.plr.plan import Change
from app.plr.session import EVENTS_PER_LEARNER, PlrSession
from tests.builders import all_keys, answer, asked, event, session_with

TWO = answer(event(1), event(2), changes=(Change.NEW, Change.SAME))
NONE = answer(changes=(Change.NO_EVENTS,))
FAILED = answer(error_code="LOCAL20", response_code="", changes=(Change.CANNOT,))


def test_n_events_are_n_rows_and_none_is_one():
    session = session_with({5: TWO, 6: NONE, 7: FAILED})
    rows = session.rows()
    assert [(row.asked.id, row.first, row.change) for row in rows] == [
        (5, True, Change.NEW),
        (5, False, Change.SAME),
        (6, True, Change.NO_EVENTS),
        (7, True, Change.CANNOT),
    ]
    assert [row.event for row in rows] == [*TWO.events, None, None]
    assert [session.row(row.key) for row in rows] == rows
    assert session.row(2) is None
    assert session.row(9 * EVENTS_PER_LEARNER) is None


def test_answers_are_filed_by_learner_not_by_uln():
    session = PlrSession()
    session.expect([asked(1, "3000000029"), asked(2, "3000000029")])
    session.hold(2, TWO)
    assert session.answer_of(1) is None
    assert session.answer_of(2) is TWO


def test_a_learner_stands_in_the_window_once():
    session = session_with({1: TWO})
    session.expect([asked(1), asked(2)])
    assert session.learner_ids() == [1, 2]
    assert session.answer_of(1) is TWO


def test_who_is_asked_again():
    session = session_with({1: TWO, 2: FAILED, 3: NONE})
    session.expect([asked(4)])
    assert session.learner_ids(failed_only=True) == [2, 4]
    keys = [row.key for row in session.rows() if row.asked.id in (3, 1)]
    assert session.learner_ids_of(reversed(keys)) == [3, 1]


def test_rows_as_they_arrive():
    session = PlrSession()
    session.expect([asked(1), asked(2), asked(3)])
    session.asking(2)
    assert session.keys_since(0) == ([], [EVENTS_PER_LEARNER], 0)
    session.hold(2, TWO)
    keys, asking, mark = session.keys_since(0)
    assert (keys, asking, mark) == ([EVENTS_PER_LEARNER, EVENTS_PER_LEARNER + 1], [], 1)
    session.hold(1, NONE)
    assert session.keys_since(mark)[0] == [0]
    session.asking(3)
    session.give_up_asking()
    assert session.keys_since(0)[1] == []


def test_a_refresh_replaces_the_answer():
    session = session_with({1: TWO})
    before = session.state()
    session.hold(1, answer(event(9)))
    assert session.state() == (before[0], before[1] + 1)
    assert [row.event.event_id for row in session.rows()] == [9]
    assert session.row(1) is None, "the second event is gone"


def test_what_update_would_do_is_replaced_only_where_it_fits():
    session = session_with({1: TWO, 2: NONE})
    unknown = {99: (Change.NEW,)}
    session.set_changes({1: (Change.SAME, Change.SAME), 2: (Change.SAME,), **unknown}, {1: TWO, 2: NONE, 99: TWO})
    assert [row.change for row in session.rows()] == [Change.SAME, Change.SAME, Change.NO_EVENTS]


def test_what_was_worked_out_for_an_older_answer_is_not_shown_beside_a_newer_one():
    session = session_with({1: TWO})
    refreshed = answer(event(1), event(3), changes=(Change.CHANGED, Change.NEW))  # as many events as before
    session.hold(1, refreshed)
    session.set_changes({1: (Change.SAME, Change.SAME)}, {1: TWO})
    assert session.answer_of(1).changes == (Change.CHANGED, Change.NEW)
    session.set_changes({1: (Change.SAME, Change.SAME)}, {1: refreshed})
    assert session.answer_of(1).changes == (Change.SAME, Change.SAME)


def test_nothing_is_left_after_clear():
    session = session_with({1: TWO})
    session.clear()
    session.hold(1, TWO)
    session.asking(1)
    assert (session.rows(), session.learner_count, session.learner_ids()) == ([], 0, [])
    assert session.answer_of(1) is session.row(0) is session.learner_at(0) is None


def test_many_threads_file_at_once():
    session = PlrSession()
    session.expect(asked(key) for key in range(400))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: session.hold(key, TWO), range(400)))
    assert sorted(all_keys(session)) == sorted(
        place * EVENTS_PER_LEARNER + number for place in range(400) for number in range(2)
    )


def test_what_is_held_shows_nobody_in_a_log():
    session = session_with({1: answer(event(1, subject="Personal", grade="Personal"), found_uln="8123456785")})
    told = repr(session.rows()) + repr(session.learners()) + repr(session.answer_of(1))
    for word in ("Personal", "8123456785", "3000000029", "Example", "Ann"):
        assert word not in told
