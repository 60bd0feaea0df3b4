"""How many calls at once a service bears."""

from app.plr.pace import GOOD_ANSWERS_BEFORE_MORE, LONGEST_PAUSE, TRIES, Pace


def test_a_busy_answer_halves_the_width_down_to_one():
    pace = Pace(16)
    widths = []
    for learner in range(6):
        pace.busy(learner, 0.0)
        widths.append(pace.at_once)
    assert widths == [8, 4, 2, 1, 1, 1]


def test_good_answers_bring_it_back_one_by_one_and_no_further():
    pace = Pace(3)
    pace.busy(1, 0.0)
    assert pace.at_once == 1
    widths = []
    for _ in range(GOOD_ANSWERS_BEFORE_MORE * 4):
        pace.answered()
        widths.append(pace.at_once)
    assert widths[GOOD_ANSWERS_BEFORE_MORE - 2 :: GOOD_ANSWERS_BEFORE_MORE] == [1, 2, 3, 3]


def test_a_learner_is_worth_so_many_tries():
    pace = Pace(4)
    assert [pace.busy(7, 0.0) for _ in range(TRIES)] == [True] * (TRIES - 1) + [False]
    assert pace.busy(8, 0.0), "counted learner by learner"


def test_the_service_says_how_long():
    pace = Pace(4)
    pace.busy(1, 30.0)
    assert 29 < pace.pause() <= 30 * 1.25
    pace.busy(2, 0.0)
    assert pace.pause() > 29, "a shorter wish does not shorten the pause"
    pace.busy(3, 1e9)
    assert pace.pause() <= LONGEST_PAUSE


def test_without_a_wish_each_try_waits_longer():
    waits = []
    for tries in range(1, TRIES + 1):
        pace = Pace(4)
        for _ in range(tries):
            pace.busy(1, None)
        waits.append(pace.pause())
    assert waits == sorted(waits)
    assert waits[0] < 1
    assert waits[-1] > 4
