"""ULN rules: every printed vector, and the arithmetic said a second way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ulns import TEMPORARY, UlnState, check_digit, normal, state

VALID = [
    "9276308686",
    "9900123459",
    "9900271822",
    "9900314157",
    "1000000000",
    "3000000010",
    "3000000029",
    "3000000037",
    "3000000045",
    "3000000053",
    "3000000061",
    "3000000088",
    "8123456785",
    "4123456706",
]
BAD = [
    "9900123458",
    *(f"270384615{digit}" for digit in range(10)),
    *(f"300000007{digit}" for digit in range(10)),
    "0000000042",
    "990012345",
    "99001234590",
    "1234567890",
    "999999999",
    "9.90012E+09",
    "9900123459.0",
    "'9900123459",
    "9,900,123,459",
    "-990012345",
    "٣٠٠٠٠٠٠٠٢٩",
    "3000000029\n3000000037",
    "3000000029x",
]


@pytest.mark.parametrize("uln", VALID)
def test_a_uln_with_its_check_digit_is_ok(uln: str):
    assert state(uln) is UlnState.OK
    assert check_digit(uln[:9]) == uln[9]


@pytest.mark.parametrize("uln", BAD)
def test_anything_else_is_bad(uln: str):
    assert state(uln) is UlnState.BAD


def test_ten_nines_stand_in_for_a_uln():
    assert state(TEMPORARY) is UlnState.TEMPORARY
    assert check_digit("999999999") == "8"


@pytest.mark.parametrize("text", [None, "", "  ", "0", "0000000000", "N/A", "n/a", "TBC", "unknown", "Unknown "])
def test_the_words_for_no_uln(text: str | None):
    assert normal(text) is None
    assert state(normal(text)) is UlnState.NONE
    assert state("") is UlnState.NONE


@pytest.mark.parametrize(
    "text",
    [
        "3000000029",
        " 3000000029 ",
        "300 000 0029",
        "300\u00a0000\u00a00029",
        "300\u2009000\u202f0029",
        "\ufeff3000000029\u200b",
        "３００００００２９".replace("３００", "３０００", 1),
        "3000000029\r\n",
    ],
)
def test_spaces_and_full_width_digits_are_put_right(text: str):
    assert normal(text) == "3000000029"


@pytest.mark.parametrize(
    "nine", ["270384615", "300000007", "000000004", "", "12345678", "1234567890", "12345678x", "١٢٣٤٥٦٧٨٩"]
)
def test_no_tenth_digit_makes_these_a_uln(nine: str):
    assert check_digit(nine) is None


@given(st.integers(min_value=1_000_000_000, max_value=9_999_999_998))
def test_ok_exactly_when_the_sum_of_all_ten_modulo_eleven_is_ten(number: int):
    uln = str(number)
    total = sum((10 - place) * int(digit) for place, digit in enumerate(uln))
    assert (state(uln) is UlnState.OK) == (total % 11 == 10)


@given(st.integers(min_value=100_000_000, max_value=999_999_999))
def test_at_most_one_digit_fits(number: int):
    nine = str(number)
    fits = [digit for digit in "0123456789" if state(nine + digit) is UlnState.OK]
    assert fits == ([check_digit(nine)] if check_digit(nine) else [])


@given(st.text())
def test_normal_form_is_a_fixed_point_and_nothing_crashes(text: str):
    once = normal(text)
    assert normal(once) == once
    assert state(once) in UlnState
    assert once is None or not any(mark.isspace() for mark in once)
