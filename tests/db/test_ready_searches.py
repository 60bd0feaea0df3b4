"""The ready searches, each against a crowd looked through in Python; and the days they are made of."""

import hashlib
from datetime import date

import pytest
from sqlalchemy import Text, cast, insert, select, update

from app.conditions import Group, check
from app.conditions_stored import dump, parse
from app.db.database import Database
from app.db.fingerprint import first_word, sha256
from app.db.tables import learner, plr_check
from app.learners.ready_searches import born_for, ready_searches
from app.learners.search import FIELDS
from app.plr.ask import asked, identity_hash
from tests.builders import add_attainment, add_learner
from tests.db.crowd import GCSE, Crowd, found, plain

INFOS = {name: one.info for name, one in FIELDS.items()}


@pytest.mark.parametrize("place", range(9))
def test_a_ready_search_finds_what_it_says(crowd: Crowd, place: int):
    db, people = crowd
    search = ready_searches()[place]
    check(search.group, INFOS)
    assert parse(dump(search.group), INFOS) == search.group, "it can be saved under another name"
    wanted = {one["id"] for one in people if plain(search.group, one)}
    assert set(found(db, search.group)) == wanted
    assert search.id == "without_4" or 0 < len(wanted) < len(people), "the crowd has some of each"


def test_there_are_nine_with_names_of_their_own():
    searches = ready_searches()
    assert len({one.id for one in searches}) == len({one.title for one in searches}) == 9


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 11, 23), ("2007-09-01", "2010-08-31")),
        (date(2026, 8, 1), ("2007-09-01", "2010-08-31")),
        (date(2026, 7, 31), ("2006-09-01", "2009-08-31")),
        (date(2027, 1, 1), ("2007-09-01", "2010-08-31")),
    ],
)
def test_who_is_16_to_18_in_the_academic_year(today: date, days: tuple[str, str]):
    assert born_for(16, 18, today) == days


def test_16_to_18_without_a_grade_4(db: Database):
    search = next(one for one in ready_searches(date(2026, 11, 23)) if one.id == "without_4")
    people = {
        name: add_learner(db, birth_date=day)
        for name, day in {
            "both": date(2009, 1, 1),
            "maths only": date(2009, 1, 1),
            "a three": date(2010, 8, 31),
            "nothing": date(2007, 9, 1),
            "too old": date(2007, 8, 31),
            "too young": date(2010, 9, 1),
            "no birthday": None,
        }.items()
    }
    for name, subject, grade in (
        ("both", "Mathematics", "4"),
        ("both", "English Language", "C"),
        ("maths only", "Mathematics", "9"),
        ("a three", "Mathematics", "3"),
        ("a three", "English Language", "9"),
    ):
        add_attainment(db, people[name], **GCSE, subject=f"GCSE in {subject}", grade=grade)
    assert {name for name, key in people.items() if key in found(db, search.group)} == {
        "maths only",
        "a three",
        "nothing",
    }


def test_the_longest_names_are_cut_as_the_download_cuts_them(db: Database):
    long = "N" * 34 + " more"
    names = [("Ann Bea", None), (long, None), (None, long), ("X" * 36, None), (None, None), ("Zoë 日本", "Zoë")]
    keys = [add_learner(db, given_names=given, first_name=first, family_name="F" * 40) for given, first in names * 2]
    with db.write() as tx:
        for place, key in enumerate(keys):
            row = tx.execute(select(learner).where(learner.c.id == key)).one()
            told = identity_hash(asked(row, all_names=place < len(names)))
            values = {"at": db.now(tx), "outcome": "none", "identity_hash": told}
            tx.execute(insert(plr_check).values(learner_id=key, **values))
    changed = next(one.group for one in ready_searches() if one.id == "changed")
    assert found(db, changed) == []
    with db.write() as tx:
        tx.execute(update(learner).values(phone="another", known_as="Zed"))
    assert found(db, changed) == [], "neither was ever sent"
    with db.write() as tx:
        tx.execute(update(learner).values(uln="3000000029"))
    assert set(found(db, changed)) == set(keys)


@pytest.mark.parametrize("text", ["Zoë Ann", "", " x", "ﬁ\U0001f600 y", None])
def test_both_databases_do_the_same_with_text(db: Database, text: str | None):
    with db.read() as tx:
        word, told = tx.execute(select(first_word(cast(text, Text)), sha256(cast(text, Text)))).one()
    assert word == (None if text is None else text.split(" ")[0])
    assert told == (None if text is None else hashlib.sha256(text.encode()).hexdigest())


def test_an_empty_group_is_everybody(crowd: Crowd):
    db, people = crowd
    assert len(found(db, Group())) == len(people)
