"""The quick filter, the same for every list and on both databases: each word in some column, in any case."""

import pytest
from sqlalchemy import insert, select

from app.db.database import Database
from app.db.tables import app_user, lms_course
from app.errors import InputError
from app.lms import courses_list
from app.quick_filter import MOST_WORDS, passes
from tests.db.test_sql_injection import LISTS
from tests.lms.rows import add_course


def found(db: Database, text: str) -> list[str]:
    with db.read() as tx:
        keys = tx.execute(courses_list.keys_query(quick=text)).scalars()
        query = select(lms_course.c.category).where(lms_course.c.id.in_(list(keys)))
        return sorted(tx.execute(query).scalars())


def test_text_that_is_not_folded_is_found_as_it_is_typed_small_and_in_capitals(db: Database):
    for name in ("École / Zoë", "ÉCOLE", "Ecole 100%", "Straße"):
        add_course(db, category=name, short_name=f"course {name[-3:]}")
    assert found(db, "Zoë") == found(db, "zoË") == found(db, "école zoë") == ["École / Zoë"]
    assert found(db, "école") == ["Ecole 100%", "ÉCOLE", "École / Zoë"]
    assert found(db, "ecole") == ["Ecole 100%"]
    assert found(db, "straße") == found(db, "STRAßE") == ["Straße"]
    assert found(db, "0%") == ["Ecole 100%"]
    assert found(db, "%") == ["Ecole 100%"]
    assert found(db, "course ecole") == ["Ecole 100%"]
    assert found(db, "course_") == []
    add_course(db, category="Électricité")
    assert found(db, "électricité") == found(db, "ÉLECTRICITÉ") == ["Électricité"]


def test_a_word_that_folding_leaves_nothing_of(db: Database):
    name = "a \u0301 b"
    add_course(db, category=name)
    add_course(db, category="other")
    assert found(db, "\u0301") == [name]
    with db.write() as tx:
        tx.execute(insert(app_user).values(login="zoe", name="Zoë", active=True))
        folded_only = select(app_user.c.id).where(passes("\u0301", (app_user.c.login,)))
        assert tx.execute(folded_only).all()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("text", ["a " * (MOST_WORDS + 1), "x" * 1_001])
def test_too_much_is_refused_by_every_list(name: str, text: str):
    module, beside = LISTS[name]
    with pytest.raises(InputError, match="quick filter"):
        module.keys_query(*beside, quick=text)
