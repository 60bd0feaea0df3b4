"""The table of codes: complete, in words, and unknown ones never a success."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.lrs_codes import CODES, CodeKind, describe, may_import

PLR = "WSRC0004 WSRC0022 WSRC0003 WSRC0001 WSRC0002 WSRC0015 WSEC0136 WSEC0206 WSEC0208 WSEC0001 WSEC0002"
PLR += " WSEC0003 WSEC0004 WSEC0005 WSEC0006 WSEC0999 WCEC0999"
OTHER = [5, 6, 7, 8, 9, 10, 13, 14, 17, 18, 19, 20, 21, 23, 24, 30, 43]
LOCAL = [*range(1, 11), *range(20, 30)]
ALL = [
    *PLR.split(),
    *(f"WSRC{number:04}" for number in OTHER),
    *(f"WSEC{number:04}" for number in range(44, 48)),
    *(f"WSVRC{number:03}" for number in range(1, 7)),
    *(f"LOCAL{number:02}" for number in LOCAL),
]


def test_the_table_has_every_code_of_the_contract_and_no_other():
    assert sorted(CODES) == sorted(ALL)


@pytest.mark.parametrize("code", ALL)
def test_each_code_is_described_in_a_short_sentence(code: str):
    words = describe(code)
    assert words.code == code
    assert words.meaning[0].isupper()
    assert words.meaning.endswith(".")
    assert len(words.meaning) <= 90
    assert words.kind is not CodeKind.UNKNOWN


@pytest.mark.parametrize("code", [code for code in ALL if describe(code).kind in ("answer", "fault", "local")])
def test_what_went_wrong_comes_with_a_next_step(code: str):
    assert describe(code).next_step.endswith(".")


def test_only_two_codes_may_be_imported():
    assert [code for code in ALL if may_import(code)] == ["WSRC0004", "WSRC0022"]
    assert {code for code in ALL if describe(code).kind is CodeKind.RECORD} == {"WSRC0004", "WSRC0022"}
    assert not may_import(None)
    assert not may_import("")


@pytest.mark.parametrize("code", ["WSRC004", "wsrc0004", "WSRC9999", "", " WSRC0004", "WSVRC0001"])
def test_other_spellings_and_codes_are_unknown_and_no_success(code: str):
    words = describe(code)
    assert (words.code, words.kind, words.meaning) == (code, CodeKind.UNKNOWN, "Unknown code.")
    assert not may_import(code)


@given(st.text())
def test_any_text_is_described(code: str):
    assert describe(code).code == code
