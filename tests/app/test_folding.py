"""Text as people search it, and as it is stored."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.folding import cleaned, fold

some_text = st.text(max_size=12) | st.text("ﬁΐİıßŁłØøÆæŒœéÉ\u0301\u00a0 '’\u200b", max_size=8)
often = settings(max_examples=300, deadline=None)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Zoë", "zoe"),
        ("ZOË", "zoe"),
        ("Zoe\u0308", "zoe"),
        ("Straße", "strasse"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("İpek", "ipek"),
        ("ısı", "isi"),
        ("ﬁnn", "finn"),
        ("Æsop", "aesop"),
        ("O’Brien", "o'brien"),
        ("  A\u00a0 B\t", "a b"),
        ("Nguyễn", "nguyen"),
        ("", None),
        ("  ", None),
        (None, None),
        ("日本", "日本"),
        ("A\0B", "ab"),
        ("\ud800x", "x"),
    ],
)
def test_examples(text: str | None, folded: str | None):
    assert fold(text) == folded


@often
@given(some_text)
def test_folding_twice_is_folding_once(text: str):
    folded = fold(text)
    assert fold(folded) == folded
    assert folded is None or folded == folded.strip() != ""


@often
@given(some_text)
def test_capitals_accents_and_forms_do_not_matter(text: str):
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)
    assert fold((fold(text) or "").upper()) == fold(text)


@often
@given(some_text)
def test_plain_text_folds_the_same_on_the_short_way(text: str):
    """Text in ASCII takes a shorter way through the function; a letter that takes the long one must not matter."""
    plain = "".join(mark for mark in text if mark.isascii())
    assert fold(plain + " ü") == f"{fold(plain) or ''} u".strip()


@often
@given(some_text)
def test_what_is_stored_any_database_can_hold(text: str):
    kept = cleaned(text)
    if kept is not None:
        kept.encode()
        assert "\0" not in kept
        assert cleaned(kept) == kept
        assert kept == " ".join(kept.split())


def test_stored_text_keeps_its_letters():
    assert cleaned("  Zoë   O’Brien ") == "Zoë O’Brien"
    assert cleaned("e\u0301") == "é"
    assert cleaned(" ") is None
