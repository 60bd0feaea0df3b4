"""College and LRS side by side: what counts as the same, whatever stands in the fields."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.lrs_find import FoundLearner
from app.learners.candidates import Mark, compared, differing
from app.learners.subject import Subject

OURS = Subject(
    id=1,
    version=1,
    ref="240001",
    uln=None,
    family_name="O'Dowd-Fairley",
    given_names="Siân Mae",
    known_as="Mae",
    birth_date=date(2008, 2, 29),
    sex="F",
    postcode="NF1 7BN",
    email="s@students.example",
    sent_given="Siân",
)
THEIRS = FoundLearner(
    uln="3000000029",
    given_name="SIAN",
    middle_names="MAE",
    family_name="O’DOWD-FAIRLEY",
    preferred_given_name="mae",
    postcode="nf17bn",
    birth_date=date(2008, 2, 29),
    gender="F",
)


def mark(name: str, ours: Subject = OURS, theirs: FoundLearner = THEIRS) -> Mark:
    return next(line for line in compared(ours, [theirs]) if line.name == name).theirs[0].mark


def test_capitals_accents_apostrophes_and_spaces_do_not_differ():
    assert differing(compared(OURS, [THEIRS]), 0) == []
    for name in ("given", "family_name", "birth_date", "gender", "postcode", "preferred_given_name"):
        assert mark(name) is Mark.SAME


@pytest.mark.parametrize(
    ("theirs", "title"),
    [
        ({"given_name": "Mae", "middle_names": None}, "Forename"),
        ({"family_name": "Dowd"}, "Surname"),
        ({"birth_date": date(2008, 3, 1)}, "Date of Birth"),
        ({"gender": "M"}, "Sex"),
        ({"postcode": "NF1 7BX"}, "UK Postcode"),
    ],
)
def test_what_differs_is_named(theirs: dict[str, object], title: str):
    assert differing(compared(OURS, [replace(THEIRS, **theirs)]), 0) == [title]


def test_fewer_given_names_are_the_same_person():
    assert mark("given", theirs=replace(THEIRS, middle_names=None)) is Mark.SAME
    assert mark("given", ours=replace(OURS, given_names="Siân"), theirs=THEIRS) is Mark.SAME


def test_what_one_of_the_two_does_not_hold_is_not_compared():
    assert mark("postcode", ours=replace(OURS, postcode=None)) is Mark.UNKNOWN
    assert mark("birth_date", theirs=replace(THEIRS, birth_date=None)) is Mark.UNKNOWN
    names = [line.name for line in compared(OURS, [THEIRS])]
    assert "school_at_16" not in names, "what nobody holds has no line"


texts = st.one_of(st.none(), st.text(max_size=60))


@given(texts, texts, texts, texts, texts)
def test_any_text_can_be_compared(given_name, middle, family, postcode, email):
    theirs = FoundLearner(
        uln="3000000029",
        given_name=given_name,
        middle_names=middle,
        family_name=family,
        postcode=postcode,
        email=email,
    )
    ours = replace(
        OURS,
        given_names=" ".join(part for part in (given_name, middle) if part) or None,
        family_name=family,
        postcode=postcode,
        email=email,
        known_as=None,
        sex=None,
        birth_date=None,
    )
    assert differing(compared(ours, [theirs]), 0) == [], "the same text never differs"
    lines = compared(OURS, [theirs, THEIRS])
    assert {len(line.theirs) for line in lines} == {2}
