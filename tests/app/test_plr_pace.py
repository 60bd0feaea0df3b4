"""Whose turn it is, and how many calls at once a service bears."""

from dataclasses import dataclass

from app.pace import GOOD_ANSWERS_BEFORE_MORE, LAST_FEW, LONGEST_PAUSE, TRIES, Turns


@dataclass(frozen=True)
class Somebody:
    id: int


def people(number: int) -> list[Somebody]:
    return [Somebody(one) for one in range(number)]


def test_everybody_gets_a_turn_in_order():
    turns = Turns(4, people(3))
    assert [turns.next(), turns.next(), turns.next(), turns.next()] == [*people(3), None]
    assert not turns


def test_one_busy_answer_concerns_one_learner_and_the_others_go_on():
    turns = Turns(4, people(3))
    first = turns.next()
    assert turns.busy(first, 30.0)
    assert (turns.at_once, turns.pause()) == (4, 0.0)
    assert [turns.next(), turns.next(), turns.next()] == [Somebody(1), Somebody(2), None]
    assert turns, "the first has still to be asked"
    assert 29 < turns.pause() <= 30 * 1.25, "as late as the service wishes"


def test_one_who_was_refused_comes_back_before_those_who_wait():
    turns = Turns(4, people(3))
    first = turns.next()
    turns.busy(first, 0.0)
    assert turns.next() == first


def test_busy_answers_in_a_row_halve_the_width_and_rest_the_run():
    turns = Turns(16, people(20))
    widths = []
    for one in people(6):
        turns.busy(one, 30.0)
        widths.append(turns.at_once)
    assert widths == [16, 8, 4, 2, 1, 1]
    assert turns.next() is None
    assert 29 < turns.pause() <= 30 * 1.25


def test_busy_answers_with_other_refusals_between_are_not_in_a_row():
    turns = Turns(8, people(9))
    for one in people(3):
        turns.busy(one, 300.0)
        turns.heard()
    assert (turns.at_once, turns.pause()) == (6, 0.0)


def test_a_second_among_the_last_few_costs_one_call_at_once_and_rests_nobody_else():
    turns = Turns(8, people(9))
    for one in people(3):
        turns.busy(one, 30.0)
        turns.answered()
    assert (turns.at_once, turns.pause()) == (6, 0.0)


def test_one_now_and_then_costs_nothing():
    turns = Turns(8, people(9))
    for one in people(3):
        turns.busy(one, 30.0)
        for _ in range(LAST_FEW):
            turns.answered()
    assert turns.at_once == 8


def test_good_answers_bring_the_width_back_one_by_one_and_no_further():
    turns = Turns(3)
    turns.busy(Somebody(1), 0.0)
    turns.busy(Somebody(2), 0.0)
    assert turns.at_once == 1
    widths = []
    for _ in range(GOOD_ANSWERS_BEFORE_MORE * 4):
        turns.answered()
        widths.append(turns.at_once)
    assert widths[GOOD_ANSWERS_BEFORE_MORE - 2 :: GOOD_ANSWERS_BEFORE_MORE] == [1, 2, 3, 3]


def test_a_learner_is_worth_so_many_tries():
    turns = Turns(4)
    assert [turns.busy(Somebody(7), 0.0) for _ in range(TRIES)] == [True] * (TRIES - 1) + [False]
    assert turns.busy(Somebody(8), 0.0), "counted learner by learner"


def test_a_shorter_wish_does_not_shorten_the_rest_and_no_wish_is_for_ever():
    turns = Turns(4, people(1))
    for one in people(3):
        turns.busy(one, 30.0)
    turns.busy(Somebody(4), 0.0)
    assert turns.pause() > 29
    turns.busy(Somebody(5), 1e9)
    assert turns.pause() <= LONGEST_PAUSE * 1.25


def test_without_a_wish_each_try_waits_longer():
    waits = []
    for tries in range(3, TRIES + 1):
        turns = Turns(4)
        for _ in range(tries):
            turns.busy(Somebody(1), None)
        waits.append(turns.pause())
    assert waits == sorted(waits)
    assert waits[0] <= 2.5
    assert waits[-1] > 7
