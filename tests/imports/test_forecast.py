"""One outcome for each way to answer the confirmations."""

from hypothesis import given
from hypothesis import strategies as st

from app.imports import forecast
from app.imports.forecast import Forecast, Tally
from app.imports.rules import GOOD, Outcome

RULES = st.frozensets(st.sampled_from(["CR-26", "CR-33", "CR-34", "CR-43"]))
OUTCOMES = st.sampled_from(list(Outcome))


def forecasts() -> st.SearchStrategy[Forecast]:
    return st.builds(Forecast, OUTCOMES, RULES, st.none() | st.tuples(*[OUTCOMES] * 5))


@given(forecasts())
def test_what_is_stored_comes_back(one: Forecast):
    assert forecast.unpacked(one.outcome.value, forecast.packed(one)) == one
    assert forecast.unpacked(one.outcome.value, []) == Forecast(one.outcome)


@given(OUTCOMES, RULES, RULES)
def test_a_row_is_refused_unless_all_it_needs_is_acknowledged(outcome: Outcome, needs, acknowledged):
    found = Forecast(outcome, needs).under(acknowledged)
    refused = outcome in GOOD and bool(needs - acknowledged)
    assert found is (Outcome.REFUSED if refused else outcome)
    assert Forecast(outcome, needs).under(needs | acknowledged, {"CR-41"}) is (
        Outcome.REFUSED if outcome in GOOD else outcome
    )


def test_what_other_rows_leave_behind():
    """The second row of a learner: an error where the first was applied, credit where it was refused."""
    answers = (Outcome.CREDITED, Outcome.ERROR, Outcome.CREDITED, Outcome.ERROR, Outcome.REFUSED)
    second = Forecast(Outcome.ERROR, frozenset(), answers)
    assert second.under({"CR-34"}) is Outcome.ERROR
    assert second.under({"CR-43"}) is Outcome.CREDITED
    assert second.under({"CR-34"}, {"CR-41"}) is Outcome.REFUSED
    assert second.under({"CR-34", "CR-41"}, {"CR-41"}) is Outcome.ERROR


@given(st.lists(forecasts(), max_size=20), RULES, st.sampled_from([(), ("CR-41",)]))
def test_a_tally_counts_every_row_once(rows: list[Forecast], acknowledged, whole):
    tally = Tally()
    for one in rows:
        tally.add(one)
    ends = [one.under(acknowledged, whole) for one in rows]
    assert tally.outcomes(acknowledged, whole) == {one: ends.count(one) for one in set(ends)}
    assert Tally.unpacked(tally.packed()) == tally
    for one in rows:
        tally.add(one, -1)
    assert (tally.rows, tally.outcomes(acknowledged), tally.packed()) == (0, {}, [])
