"""The rules between rows, against a plain look at all of them; rows that stand in different batches."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.across import ALONE, Across, Beside, Twin, findings
from app.imports.record import Record
from app.imports.rules import Severity
from tests.imports.files import record

PLAIN = record(complete="1", date_completed="2026-01-05")


def row(number: int, pair: int, code: str = "", value: int = 1, category: str = "") -> tuple[int, list[Record]]:
    records = [
        replace(PLAIN, number=number, credit_type=one, credits=value if one else None, category=category)
        for one in code.split("+")
    ]
    return pair, records


def gathered(rows: list[tuple[int, list[Record]]], batch: int) -> tuple[Across, dict[int, Beside]]:
    """What is said of each row in the end."""
    across, said = Across(), {}
    for start in range(0, len(rows), batch):
        across.begin()
        for pair, records in rows[start : start + batch]:
            for one in records:
                across.add(("learner", pair), one, len(records))
        said |= across.in_batch()
    for some in across.far_apart(batch):
        said |= {number: beside for _, number, beside in some}
    return across, said


def plainly(rows: list[tuple[int, list[Record]]]) -> dict[int, tuple[Twin, int]]:
    """Twins, by looking at every two rows; with the first row counted."""
    found: dict[int, tuple[Twin, int]] = {}
    keys = defaultdict(list)
    for pair, records in rows:
        for one in records:
            keys[pair, one.credit_type].append((one.number, len(records), replace(one, number=0)))
    for same in keys.values():
        if len(same) > 1:
            differ = any(one[1:] != same[0][1:] for one in same)
            for number, _, _ in same if differ else same[1:]:
                found[number] = max(found.get(number, (Twin.NONE, 0)), (Twin.DIFFERS if differ else Twin.SAME, 0))
    counted = defaultdict(list)
    for pair, records in rows:
        if records[0].category:
            counted[pair].append(records[0].number)
    for numbers in counted.values():
        for number in numbers if len(numbers) > 1 else ():
            found[number] = (found.get(number, (Twin.NONE, 0))[0], numbers[0])
    return found


@pytest.mark.rule("CR-37", "CR-38")
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["", "ama", "ancc", "ama+ancc"]),
            st.integers(1, 2),
            st.sampled_from(["", "", "physician"]),
        ),
        max_size=12,
    ),
    st.sampled_from([1, 2, 3, 100]),
)
def test_rows_are_compared_however_far_apart_they_stand(told: list[tuple[int, str, int, str]], batch: int):
    rows = [row(number, *one) for number, one in enumerate(told, 2)]
    _, said = gathered(rows, batch)
    assert {number: (one.twin, one.counted) for number, one in said.items() if one.twin or one.counted} == plainly(
        rows
    )
    pairs = [pair for pair, _ in rows]
    for pair, records in rows:
        assert said.get(records[0].number, ALONE).alone == (pairs.count(pair) == 1)


def test_rows_that_stand_apart_come_together_and_in_the_order_of_the_file():
    rows = [row(2, 1, "ama"), row(3, 2), row(4, 2, "ama"), row(5, 3), row(6, 1), row(7, 3, "ama")]
    across, _ = gathered(rows, 3)
    told = [(pair, number) for some in across.far_apart(100) for pair, number, _ in some]
    by_pair = defaultdict(list)
    for pair, number in told:
        by_pair[pair].append(number)
    assert sorted(by_pair.values()) == [[2, 6]]
    assert [pair for pair, _ in told] == sorted(pair for pair, _ in told)


def test_one_row_of_several_types_is_alone():
    _, said = gathered([row(2, 1, "ama+ancc"), row(3, 2, "ama+ama")], 10)
    assert said[2] == ALONE
    assert said[3].twin is Twin.DIFFERS
    (told,) = findings(replace(PLAIN, number=3), said[3], repaired=False)
    assert told.message == "The row names one credit type twice. Keep one of them."


@pytest.mark.rule("CR-37")
def test_the_words_name_the_other_row():
    (same,) = findings(replace(PLAIN, number=9), Beside(Twin.SAME, other=1_234, alone=False), repaired=False)
    assert (same.weight, "Row 1,234 says the same" in same.message) == (Severity.WARN, True)
    (differs,) = findings(replace(PLAIN, number=9), Beside(Twin.DIFFERS, other=4, alone=False), repaired=False)
    assert (differs.weight, differs.message.startswith("Row 4 is of the same")) == (Severity.ERROR, True)


def test_many_rows_take_little_memory():
    across = Across()
    across.begin()
    for number in range(2, 20_002):
        across.add((number, 7), replace(PLAIN, number=number), 1)
    size = sum(len(one) * one.itemsize for one in (across._pairs, across._keys, across._contents, across._numbers))
    assert size == 20_000 * 32
    assert across.in_batch() == {}
    assert list(across.far_apart(100)) == []
