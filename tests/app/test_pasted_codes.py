"""What counts as a pasted list of codes, and what is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import pasted_codes
from app.errors import InputError
from app.folding import fold
from app.pasted_codes import Codes, codes_in


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("240001\r\n240002\r\n", ("240001", "240002")),
        ("240001\n\n240002\n240001", ("240001", "240002")),
        ("240001, 240002;240003\t240004", ("240001", "240002", "240003", "240004")),
        ("240001 240002", ("240001", "240002")),
        ("240001\u00a0240002\u2028240003", ("240001", "240002", "240003")),
        ('"240001"\n\'240002\n“240003”', ("240001", "240002", "240003")),
        ("AB 12/x\nab 12/X\nÉ7", ("AB 12/x", "É7")),
        ("Person Code\n240001", ("Person Code", "240001")),
        ("Smith\nJones", ("Smith", "Jones")),
        ("3000 000 029\n3000000037", ("3000 000 029", "3000000037")),
        ("<b>1</b>\n2", ("<b>1</b>", "2")),
    ],
)
def test_lists(text: str, entries: tuple[str, ...]):
    assert codes_in(text) == Codes(entries)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "240001",
        "240001\r\n",
        " \n\t\n",
        "Ann Smith",
        "Smith, Ann",
        "NF1 7BN",
        "SW1A 1AA",
        "4 Mar 2008",
        "04 03 2008",
        "3000 000029",
        "3000 000 029",
        "Room 12B",
        ",;,",
        "'\n\"",
    ],
)
def test_words_to_search_for(text: str):
    assert codes_in(text) is None


def test_no_more_than_so_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pasted_codes, "MOST_CODES", 5)
    assert codes_in("1\n2\n3\n4\n5") is not None
    with pytest.raises(InputError):
        codes_in("1\n1\n1\n1\n1\n1")


def test_a_very_long_line_is_told_by_its_beginning():
    found = codes_in("1" * 1_000_000 + "\n2")
    assert found is not None
    assert [len(one) for one in found.entries] == [100, 1]


@given(st.text(max_size=200))
def test_whatever_is_pasted(text: str):
    found = codes_in(text)
    if found is not None:
        folded = [fold(one) for one in found.entries]
        assert folded
        assert None not in folded
        assert len(set(folded)) == len(folded)


@given(
    st.lists(st.from_regex(r"[A-Za-z0-9]{4,12}", fullmatch=True), min_size=2, max_size=30), st.sampled_from("\n\r\t")
)
def test_every_code_comes_out_once_and_in_order(wanted: list[str], mark: str):
    found = codes_in(f"\n{mark}".join(wanted))
    assert found is not None
    assert [one.casefold() for one in found.entries] == list(dict.fromkeys(one.casefold() for one in wanted))
