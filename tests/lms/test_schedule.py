"""When a run is due and how the connection stands: pure rules, against a plain model of clocks that misbehave."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.lms.connection import Facts, State, state
from app.lms.schedule import MOST_SPREAD, START_DELAY, Schedule, Seen, Told, due, next_at
from app.lms.settings import Kind, Plan, SyncSettings

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 10, 42, tzinfo=UTC)
MINUTE = 60.0


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.rule("LS-S1", "LS-S5")
@pytest.mark.parametrize(
    ("plan", "seen", "at"),
    [
        (Plan(), Seen(), 0.0),
        (Plan(), Seen(succeeded=-5 * MINUTE), 25 * MINUTE),
        (Plan(interval=5), Seen(succeeded=-4 * MINUTE), MINUTE),
        (Plan(), Seen(succeeded=-600 * MINUTE), 0.0),
        (Plan(on=False), Seen(), None),
        (Plan(paused_until=TODAY + timedelta(days=1)), Seen(), None),
        (Plan(paused_until=TODAY), Seen(), 0.0),
        (Plan(), Seen(succeeded=-29 * MINUTE, skipped=0.0), 30 * MINUTE),
    ],
)
def test_when_a_kind_is_due(plan: Plan, seen: Seen, at: float | None):
    assert next_at(plan, seen, TODAY, 0.0) == at


@pytest.mark.rule("LS-N1")
@pytest.mark.parametrize(("failures", "pause"), [(1, 1), (2, 2), (3, 5), (4, 10), (5, 30), (50, 30)])
def test_retries_become_rare(failures: int, pause: int):
    seen = Seen(succeeded=-500 * MINUTE, tried=100 * MINUTE, failures=failures)
    assert next_at(Plan(), seen, TODAY, 0.0) == (100 + pause) * MINUTE
    spread = next_at(Plan(), seen, TODAY, 0.0, MOST_SPREAD)
    assert spread == (100 + (pause * MOST_SPREAD if failures < 5 else 30)) * MINUTE


@pytest.mark.rule("LS-N1", "SE-02", "SE-03", "SE-04", "SE-07", "SE-08", "SE-09")
def test_what_does_not_mend_is_probed_once_an_interval():
    from app.lms.errors import CAUSES

    hopeless = [code for code, one in CAUSES.items() if one.hopeless]
    assert hopeless == ["SE-02", "SE-03", "SE-04", "SE-07", "SE-08", "SE-09"]
    seen = Seen(succeeded=-500 * MINUTE, tried=0.0, failures=1, hopeless=True)
    assert next_at(Plan(), seen, TODAY, 0.0) == 30 * MINUTE


@pytest.mark.rule("LS-S4")
def test_courses_come_before_enrolments():
    assert due(0.0, TODAY, SyncSettings(), {}, 0.0) == [Kind.COURSES, Kind.ENROLMENTS]
    only = SyncSettings(courses=Plan(on=False))
    assert due(0.0, TODAY, only, {}, 0.0) == [Kind.ENROLMENTS]


@pytest.mark.rule("LS-S5")
@given(st.integers(0, 10_000))
def test_a_start_waits_by_chance_for_less_than_a_minute(seed: int):
    clock = Schedule(1000.0, Random(seed))
    at = clock.next_at(Kind.COURSES, SyncSettings(), TODAY)
    assert at is not None
    assert 1000.0 <= at <= 1000.0 + START_DELAY
    assert clock.due(SyncSettings(), TODAY, 1000.0 + START_DELAY) == [Kind.COURSES, Kind.ENROLMENTS]


@pytest.mark.rule("LS-S3")
def test_a_run_still_going_is_skipped_and_not_queued():
    clock = Schedule(0.0, Random(1))
    now = 100.0
    assert Kind.COURSES in clock.due(SyncSettings(), TODAY, now)
    clock.skip(Kind.COURSES, now)
    assert Kind.COURSES not in clock.due(SyncSettings(), TODAY, now + 29 * MINUTE)
    assert Kind.COURSES in clock.due(SyncSettings(), TODAY, now + 30 * MINUTE)


EVENTS = st.one_of(
    st.tuples(st.just("pass"), st.integers(1, 90)),
    st.tuples(st.just("sleep"), st.integers(1, 3000)),
    st.tuples(st.just("wall clock"), st.integers(-100_000, 100_000)),
)


@pytest.mark.rule("LS-S1", "LS-S3", "LS-S5")
@settings(max_examples=200)
@given(st.lists(EVENTS, min_size=1, max_size=40), st.integers(5, 240))
@example([("pass", 1), ("wall clock", -5), ("pass", 5), ("pass", 1)], 5)  # two runs of one moment
def test_sleep_jumps_and_daylight_saving_neither_start_nor_skip_a_run(events: list[tuple[str, int]], interval: int):
    """The model: true time that nobody can set. The wall clock, which stamps what the database tells, jumps as it
    likes; a run ends when it is begun."""
    plans = SyncSettings(courses=Plan(interval=interval), enrolments=Plan(on=False))
    clock = Schedule(0.0, Random(0))
    true, wall = 0.0, NOW
    succeeded: datetime | None = None
    last_true: float | None = None
    run = 0
    for what, amount in events:
        if what == "wall clock":
            wall += minutes(amount)
        else:
            true += amount * MINUTE
            wall += minutes(amount)
        clock.look({Kind.COURSES: Told(wall, succeeded, runs=(run, 0))}, true)
        is_due = clock.due(plans, TODAY, true) == [Kind.COURSES]
        expected = true >= START_DELAY if last_true is None else true - last_true >= interval * MINUTE
        if last_true is not None or true >= START_DELAY:
            assert is_due is expected, (what, amount)
        if is_due:
            succeeded, last_true, run = wall, true, run + 1
            clock.look({Kind.COURSES: Told(wall, succeeded, runs=(run, 0))}, true)


def test_what_another_computer_did_counts():
    clock = Schedule(0.0, Random(0))
    clock.look({Kind.COURSES: Told(NOW, NOW - minutes(10))}, 1000.0)
    assert clock.next_at(Kind.COURSES, SyncSettings(), TODAY) == 1000.0 + 20 * MINUTE
    clock.look({Kind.COURSES: Told(NOW + minutes(5), NOW + minutes(4))}, 1300.0)
    assert clock.next_at(Kind.COURSES, SyncSettings(), TODAY) == 1300.0 + 29 * MINUTE


# ------------------------------------------------------------------------------------------------------------- states


@pytest.mark.rule("LS-N2")
@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (Facts(Plan()), State.LATE),
        (Facts(Plan(), NOW - minutes(30)), State.HEALTHY),
        (Facts(Plan(), NOW - minutes(31)), State.LATE),
        (Facts(Plan(), NOW - minutes(31), minutes(2)), State.HEALTHY),
        (Facts(Plan(), NOW - minutes(3), errors=2), State.DEGRADED),
        (Facts(Plan(), NOW - minutes(30), failed_by="SE-01"), State.FAILING),
        (Facts(Plan(), NOW - minutes(31), failed_by="SE-01"), State.DOWN),
        (Facts(Plan(interval=60), NOW - minutes(31), failed_by="SE-01"), State.FAILING),
        (Facts(Plan(interval=60), NOW - minutes(61), failed_by="SE-01"), State.DOWN),
        (Facts(Plan(interval=5), NOW - minutes(29), failed_by="SE-01"), State.FAILING),
        (Facts(Plan(), None, failed_by="SE-03", failing_since=NOW - minutes(10)), State.FAILING),
        (Facts(Plan(), None, failed_by="SE-03", failing_since=NOW - minutes(31)), State.DOWN),
        (Facts(Plan(), NOW, held=True, errors=3), State.HELD),
        (Facts(Plan(paused_until=TODAY + timedelta(days=1)), NOW - minutes(99), failed_by="SE-01"), State.PAUSED),
        (Facts(Plan(paused_until=TODAY), NOW), State.HEALTHY),
    ],
)
def test_states(facts: Facts, wanted: State):
    assert state(NOW, TODAY, facts) is wanted


@given(
    st.builds(
        Facts,
        plan=st.builds(Plan, interval=st.integers(5, 240)),
        last_success=st.none() | st.integers(0, 500).map(lambda ago: NOW - minutes(ago)),
        last_took=st.integers(0, 60).map(minutes),
        failed_by=st.sampled_from([None, "SE-01", "SE-03"]),
        failing_since=st.integers(0, 500).map(lambda ago: NOW - minutes(ago)),
        errors=st.integers(0, 3),
        held=st.booleans(),
    )
)
def test_down_is_a_failure_and_long_silence_and_nothing_else(facts: Facts):
    silent = NOW - (facts.last_success or facts.failing_since or NOW)
    down = facts.failed_by is not None and silent > max(minutes(30), minutes(facts.plan.interval))
    found = state(NOW, TODAY, facts)
    assert (found is State.DOWN) == down
    assert (found in (State.DOWN, State.FAILING)) == (facts.failed_by is not None)
    if found is State.HEALTHY:
        assert not facts.held
        assert not facts.errors
