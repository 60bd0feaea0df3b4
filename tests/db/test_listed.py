"""The learners of a pasted list: exactly those, whatever else is asked, and which codes are nobody's."""

import random

import pytest
from sqlalchemy import event, update

from app.conditions import Group, Operator, Test
from app.db.database import Database
from app.db.tables import learner
from app.folding import fold
from app.learners.listed import Found, listed, look_up
from app.learners.search import keys_query
from app.pasted_codes import MOST_CODES, Codes, codes_in
from app.tasks import Cancelled, TaskContext
from app.ulns import normal
from tests.builders import add_learner, add_learners, learner_values, uln_number


def of(text: str) -> Codes:
    found = codes_in(text)
    assert found is not None
    return found


def keys(db: Database, codes: Codes | None, *where: Test, **other) -> list[int]:
    with db.read() as tx, listed(db, tx, codes) as among:
        return list(db.ids(tx, keys_query(Group(members=where) if where else None, listed=among, **other)))


def missing(db: Database, codes: Codes) -> tuple[str, ...]:
    return look_up(TaskContext(), db, codes).missing


def test_by_person_code_whatever_its_spelling_and_by_uln(db: Database):
    a = add_learner(db, 1, ref="ÄB  12", uln=None)
    b = add_learner(db, 2, ref="240002", uln=uln_number(2))
    c = add_learner(db, 3, ref="c3", uln="9999999999")
    add_learner(db, 4)
    assert sorted(keys(db, of(f"ab 12\n{uln_number(2)}\nC3\nnobody"))) == [a, b, c]
    assert look_up(TaskContext(), db, of("ab 12\n240002\n nobody \nNone Else 1")) == Found(
        4, ("nobody", "None Else 1")
    )
    assert look_up(TaskContext(), db, of("ab 12\n240002")).found == 2
    spaced = f"{uln_number(2)[:4]} {uln_number(2)[4:]}"
    assert keys(db, of(f"{spaced}\nx")) == [b]


def test_the_code_of_one_who_was_merged_means_the_one_who_stayed(db: Database):
    stays = add_learner(db, 7, ref="new")
    add_learner(db, 8, ref="old", uln=None, merged_into_id=stays)
    assert keys(db, of("OLD\nnobody")) == keys(db, of("OLD\nnew")) == [stays]
    assert missing(db, of("OLD\nnobody")) == ("nobody",)
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == stays).values(removed_at=db.now(tx)))
    assert keys(db, of("OLD\nnobody")) == []
    assert missing(db, of("OLD\nnobody")) == ("OLD", "nobody")


def test_one_learner_named_twice_is_shown_once(db: Database):
    key = add_learner(db, 5)
    assert keys(db, of(f"{240005}\n{uln_number(5)}")) == [key]
    assert missing(db, of(f"{240005}\n{uln_number(5)}")) == ()


def test_a_uln_on_two_learners_finds_both(db: Database):
    both = [add_learner(db, number, uln=uln_number(77)) for number in (6, 7)]
    assert sorted(keys(db, of(f"{uln_number(77)}\nx"))) == both


def test_removed_and_merged_learners_are_not_found(db: Database):
    gone, other = add_learner(db, 8), add_learner(db, 9)
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == gone).values(removed_at=db.now(tx)))
        tx.execute(update(learner).where(learner.c.id == other).values(merged_into_id=gone))
    codes = of("240008\n240009")
    assert keys(db, codes) == []
    assert missing(db, codes) == codes.entries


def test_order_conditions_and_quick_filter_go_with_it(db: Database):
    ids = [add_learner(db, number, family_name=f"F{number % 3}", sex="FM"[number % 2]) for number in range(1, 13)]
    codes = of("\n".join(f"{240000 + number}" for number in range(1, 9)))
    assert keys(db, codes, sort="ref") == ids[:8]
    assert keys(db, codes, sort="ref", descending=True) == ids[7::-1]
    assert keys(db, codes, Test("sex", Operator.IS, "F"), sort="ref") == ids[1:8:2]
    assert keys(db, codes, sort="ref", quick="f0") == [ids[2], ids[5]]
    assert keys(db, None, sort="ref") == ids


def test_thousands_agree_with_a_plain_set(db: Database):
    draw = random.Random(1)
    rows = [learner_values(number, ref=f"R{number:05}x") for number in range(1, 3_001)]
    ids = add_learners(db, rows)
    wanted = draw.sample(range(1, 6_001), 2_500)
    entries = [uln_number(number) if number % 2 else f"r{number:05}X" for number in wanted]
    codes = of("\r\n".join(entries))
    folds = {fold(one) for one in entries} | {normal(one) for one in entries}
    expected = {key for key, row in zip(ids, rows, strict=True) if {row["ref_fold"], row["uln"]} & folds}
    assert 1_000 < len(expected) < 2_000
    said: list[str] = []
    event.listen(db._engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    assert set(keys(db, codes)) == expected
    assert len(said) <= 5
    assert set(missing(db, codes)) == {one for one, number in zip(entries, wanted, strict=True) if number > 3_000}


def test_nothing_in_a_list_is_an_instruction(db: Database):
    add_learner(db, 1)
    codes = of("%\n_\n'; drop table learner; --\n\\\n240001\n\t\\.\n")
    assert len(keys(db, codes)) == 1
    assert len(missing(db, codes)) == len(codes) - 1


def test_the_longest_list_there_may_be(db: Database):
    key = add_learner(db, 1)
    codes = of("\n".join(f"{239_999 + number}" for number in range(MOST_CODES)))
    assert keys(db, codes) == [key]
    assert look_up(TaskContext(), db, codes).found == 1


def test_a_cancel_is_heard(db: Database):
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        look_up(context, db, of("1\n2"))
