"""The invented people: the same everywhere, as many of each kind as promised, and nothing of them in a repr."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from dataclasses import astuple, fields

import pytest

from app.sandbox.people import PER_THOUSAND, TWICE, Kind, Person, events_of, people
from app.sandbox.records import WIRE_NAMES

THOUSAND = people(1000)

FINGERPRINT = """
import hashlib
from dataclasses import astuple
from app.sandbox.people import events_of, people
text = repr([(astuple(p), [astuple(s) for s in p.stored], [astuple(e) for e in events_of(p)]) for p in people(120)])
print(hashlib.sha256(text.encode()).hexdigest())
"""


def passes_check_digit(uln: str) -> bool:
    """The sum of the ten digits times 10, 9, ... 1 leaves 10 when divided by 11 (lrs.md 8)."""
    if len(uln) != 10 or not uln.isdecimal() or uln[0] == "0":
        return False
    return sum(int(digit) * (10 - place) for place, digit in enumerate(uln)) % 11 == 10


@pytest.mark.parametrize("uln", ["9276308686", "3000000010", "9900123459", "1000000000"])
def test_the_check_itself_passes_printed_examples(uln: str) -> None:
    assert passes_check_digit(uln)


@pytest.mark.parametrize("uln", ["1234567890", "9900123458", "9999999999", "0000000042", "990012345"])
def test_the_check_itself_refuses_printed_examples(uln: str) -> None:
    assert not passes_check_digit(uln)


def test_fewer_people_are_the_beginning_of_more() -> None:
    assert people(100) == THOUSAND[:100]
    assert people(0) == ()


def test_the_same_in_another_process_with_another_hash_seed() -> None:
    prints = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(prints) == 1


def test_who_the_people_are_has_not_changed_since_they_were_invented() -> None:
    """Fails on a Python whose chance falls otherwise, and whenever the inventing is changed: then renew it."""
    text = repr(
        [(astuple(p), [astuple(s) for s in p.stored], [astuple(e) for e in events_of(p)]) for p in people(120)]
    )
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "6c146e988ccc2db1"


def test_every_thousand_holds_the_promised_number_of_each_kind() -> None:
    for block in (THOUSAND, people(3000)[2000:]):
        found = Counter(person.kind for person in block)
        assert {kind: found[kind] for kind in PER_THOUSAND} == PER_THOUSAND


def test_every_kind_is_among_the_first_forty() -> None:
    assert {person.kind for person in THOUSAND[:40]} == set(Kind)


def test_refs_are_unique_and_rise() -> None:
    refs = [int(person.ref) for person in people(3000)]
    assert refs == sorted(set(refs))


def test_ulns_pass_the_check_digit_unless_meant_not_to() -> None:
    for person in THOUSAND:
        if person.kind is Kind.NO_ULN:
            assert person.uln is None
        elif person.kind in (Kind.TEMPORARY, Kind.BAD_CHECK):
            assert not passes_check_digit(person.uln or "")
            assert (person.uln == "9999999999") == (person.kind is Kind.TEMPORARY)
        else:
            assert passes_check_digit(person.uln or "")
        assert passes_check_digit(person.lrs_uln)
        assert (person.found_uln is not None) == (person.kind is Kind.LINKED)


def test_no_uln_is_shared_but_by_the_person_who_is_there_twice() -> None:
    good = Counter(
        person.uln for person in people(5000) if person.kind not in (Kind.NO_ULN, Kind.TEMPORARY, Kind.BAD_CHECK)
    )
    good.update(person.found_uln for person in THOUSAND if person.found_uln)
    shared = [uln for uln, count in good.items() if count > 1]
    (second, first), *others = TWICE.items()
    assert not others
    assert shared == [THOUSAND[first - 1].uln]
    one, two = THOUSAND[first - 1], THOUSAND[second - 1]
    assert (one.family_name, one.given_names, one.uln) == (two.family_name, two.given_names, two.uln)
    assert one.ref != two.ref
    assert events_of(one) == events_of(two) != ()


def test_names_that_break_careless_programs_are_among_the_first_hundred() -> None:
    names = [name for p in THOUSAND[:100] for name in (p.family_name, p.given_names) if name]
    assert any("&" in name for name in names)
    assert any("<b>" in name for name in names)
    assert any("'" in name for name in names)
    assert any(not name.isascii() for name in names)
    assert {"Ng", "Li", "Jo"} <= set(names)
    assert any(len(p.given_names or "") > 35 for p in THOUSAND[:100])
    assert all("_" not in name for name in names)


def test_missing_names_are_none() -> None:
    for person in THOUSAND:
        assert (person.given_names is None) == (person.kind is Kind.NO_FIRST_NAME)
        assert (person.family_name is None) == (person.kind is Kind.NO_SURNAME)


def test_events_come_only_for_those_who_get_them() -> None:
    for person in THOUSAND:
        count = len(events_of(person))
        assert (count > 0) == (person.kind in (Kind.EXACT, Kind.LINKED))
        assert count <= 16
    average = sum(len(events_of(person)) for person in THOUSAND) / 1000
    assert 4 < average < 6


def test_event_ids_are_unique_over_all_records() -> None:
    ids = [event.id for person in THOUSAND if person.number not in TWICE for event in events_of(person)]
    assert len(ids) == len(set(ids))
    assert all(0 < int(number) < 2**31 for number in ids)


def test_the_events_have_the_services_fields_and_its_oddities() -> None:
    assert len(WIRE_NAMES) == 22
    assert list(WIRE_NAMES.values()) == sorted(WIRE_NAMES.values())
    events = [event for person in THOUSAND for event in events_of(person)]
    assert {event.source for event in events} == {"NPD", "ILR", "AO", "QCFU"}
    assert {"9999999999", "5-4", "D*", "DM", "Pass"} <= {event.grade for event in events}
    assert {"GCE A level", "GCE A Level"} <= {event.qualification_type for event in events}
    assert {"2058-07-01", "2023-02-31"} <= {event.achievement_award_date for event in events}
    assert {"UNKNOWN", "Unknown"} <= {event.awarding_organisation_name for event in events}
    assert any("&" in (event.subject or "") for event in events)
    assert any("  " in (event.subject or "") for event in events)
    assert any(event.subject_code is None for event in events[:500])
    assert any(event.under_data_challenge == "Y" for event in events)
    assert any((event.subject_code or "").startswith("T/") for event in events)
    keys = [(event.subject_code or "").replace("/", "") for event in events if event.source == "AO"]
    assert any(event.source == "ILR" and event.subject_code in keys for event in events)


def test_nothing_of_a_person_is_in_a_repr() -> None:
    """Words of fewer than four letters and single digits stand in any text by chance."""
    for person in THOUSAND[:60]:
        texts = [getattr(person, one.name) for one in fields(Person) if one.name not in ("number", "record", "kind")]
        for shown in (person, person.stored, events_of(person)):
            assert "datetime" not in repr(shown)
            for text in texts:
                assert text is None or len(str(text)) < 4 or str(text) not in repr(shown)
        for event in events_of(person):
            assert event.subject not in repr(event)
            assert "grade" not in repr(event)
