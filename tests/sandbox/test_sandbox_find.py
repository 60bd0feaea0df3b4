"""LearnerService of the sandbox over real TLS: whom it finds and verifies."""

from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, replace

import pytest

from app.connectors.lrs import LrsAccess, LrsClient
from app.connectors.lrs_find import FindAnswer, Outcome
from app.errors import BusyError, ServiceError, StopRunError
from app.sandbox.find import Claimed, Registry, Wanted
from app.sandbox.people import Kind, Person, events_of, people, uln
from app.sandbox.registry import Case, Held, case_of, held_about
from tests.sandbox.find_asker import EXACT, SEXES, details, find, first_name, line_to, of_case, verify
from tests.sandbox.raw_client import PEOPLE, Asker, one_of
from tests.sandbox.test_sandbox_people import passes_check_digit

Serving = Callable[..., Asker]


# -- whom it finds


def test_our_own_client_gets_every_outcome(asker: Asker) -> None:
    expected = {
        Case.AS_THEY_ARE: (Outcome.EXACT, 1),
        Case.TWINS: (Outcome.POSSIBLE, 2),
        Case.MERGED: (Outcome.LINKED, 1),
        Case.CROWD: (Outcome.TOO_MANY, 0),
        Case.UNKNOWN: (Outcome.NO_MATCH, 0),
        Case.MOVED: (Outcome.POSSIBLE, 1),
    }
    before = asker.sandbox.other_calls["FindLearnerByDemographics"], len(asker.sandbox.calls)
    with line_to(asker) as calls:
        came = {case: calls.find(details(of_case(case))) for case in expected}
    assert {case: (one.outcome, len(one.learners)) for case, one in came.items()} == expected
    assert all(passes_check_digit(one.uln) for answer in came.values() for one in answer.learners)
    (linked,) = came[Case.MERGED].learners
    assert linked.master_substituted
    assert linked.linked_ulns == (of_case(Case.MERGED).lrs_uln,)
    assert asker.sandbox.other_calls["FindLearnerByDemographics"] == before[0] + 6
    assert len(asker.sandbox.calls) == before[1]


def test_whom_it_finds_can_be_downloaded_and_verified(asker: Asker) -> None:
    for case, code in ((Case.AS_THEY_ARE, "WSVRC001"), (Case.MERGED, "WSVRC001"), (Case.MOVED, "WSVRC001")):
        person = of_case(case)
        with line_to(asker) as calls:
            (found,) = calls.find(details(person)).learners
            name = first_name(person), person.family_name or "", person.birth_date, person.sex
            assert calls.verify(found.uln, *name).response_code == code
            answer = calls.learning_events(found.uln, *name)
            assert (answer.response_code, bool(answer.events)) == ("WSRC0004", True)
            assert bool(found.linked_ulns) is (case is Case.MERGED)
            if found.linked_ulns:
                verified = calls.verify(found.linked_ulns[0], *name)
                assert (verified.response_code, verified.uln) == ("WSVRC002", found.uln)
                old = calls.learning_events(found.linked_ulns[0], *name)
                assert (old.response_code, old.found_uln) == ("WSRC0022", found.uln)


def test_a_uln_that_is_not_valid_is_put_right(asker: Asker) -> None:
    person = one_of(Kind.ULN_UNKNOWN)
    name = first_name(person), person.family_name or ""
    with line_to(asker) as calls:
        assert calls.verify(person.uln or "", *name).response_code == "WSVRC006"
        (found,) = calls.find(details(person)).learners
        assert found.uln != person.uln
        assert calls.learning_events(found.uln, *name).response_code == "WSRC0004"
        assert calls.learning_events(person.uln or "", *name).response_code == "WSEC0136"


def test_a_merged_person_with_a_uln_is_found_as_linked(asker: Asker) -> None:
    person = one_of(Kind.LINKED)
    with line_to(asker) as calls:
        came = calls.find(details(person))
    assert came.outcome is Outcome.LINKED
    assert [(one.uln, one.linked_ulns) for one in came.learners] == [(person.found_uln, (person.uln,))]


def test_most_people_without_a_uln_are_found_and_no_two_under_one(asker: Asker) -> None:
    registry = Registry(people(5000))
    outcomes: Counter[str] = Counter()
    for person in people(5000):
        if person.kind is Kind.NO_ULN and person.birth_date:
            outcomes[registry.find(wanted(person))[0]] += 1
    assert outcomes["WSRC0004"] + outcomes["WSRC0022"] > outcomes.total() * 0.6
    assert set(outcomes) == {"WSRC0001", "WSRC0002", "WSRC0003", "WSRC0004", "WSRC0022"}
    everyone = [held for person in people(5000) if person.number != 78 for held in held_about(person)]
    ulns = [uln for held in everyone for uln in (held.uln, *held.merged)]
    assert len(ulns) == len(set(ulns))
    assert all(passes_check_digit(uln) for uln in ulns)


def wanted(person: Person, **more: str) -> Wanted:
    sex, born = SEXES.get(person.sex or "", "0"), str(person.birth_date)
    return Wanted(person.family_name or "", first_name(person), born, sex, person.postcode, **more)


def test_the_registry_is_the_same_every_time() -> None:
    first, second = (
        [astuple(held) for person in people(400) for held in held_about(person)] for _ in ("once", "twice")
    )
    assert first == second
    assert [case_of(person).name for person in PEOPLE if person.kind is Kind.NO_ULN] == [
        *("AS_THEY_ARE", "TWINS", "MERGED", "CROWD", "UNKNOWN", "MOVED"),
    ]


def test_details_are_compared_as_people_write_them() -> None:
    registry = Registry(PEOPLE)
    zoe = next(one for one in PEOPLE if one.given_names == "Zoë Maren" and one.kind is Kind.EXACT)
    usual = wanted(zoe)
    (held,) = registry.find(usual)[1]
    for other in (
        Wanted("O FEARNLEY-QUILL", "zoe", usual.birth_date, "0", usual.postcode.lower().replace(" ", "")),
        Wanted(
            "Nobody", usual.given_name, usual.birth_date, "9", usual.postcode, previous_family_name="Ó Fearnley-Quill"
        ),
    ):
        assert registry.find(other) == ("WSRC0004", [held])
    for other in (
        Wanted(usual.family_name, "Anna", usual.birth_date, usual.gender, usual.postcode),
        Wanted(usual.family_name, usual.given_name, "1990-01-01", usual.gender, usual.postcode),
        Wanted(usual.family_name, usual.given_name, usual.birth_date, usual.gender, "NF1 1ZZ"),
        Wanted(usual.family_name, usual.given_name, usual.birth_date, "1", usual.postcode),
    ):
        assert registry.find(other) == ("WSRC0003", [held])
    assert registry.find(Wanted("Nobody", "Zoë", usual.birth_date, "2", usual.postcode)) == ("WSRC0001", [])
    assert registry.find(Wanted(usual.family_name, "Zoë", "1990-01-01", "2", "NF1 1ZZ")) == ("WSRC0001", [])


def test_a_former_surname_finds_the_person_under_the_new_one() -> None:
    person = next(one for one in people(1000) if one.kind is Kind.NO_ULN and case_of(one) is Case.FORMER_NAME)
    code, (held,) = Registry([person]).find(wanted(person))
    assert code == "WSRC0004"
    assert (held.previous_family_name, held.family_name != person.family_name) == (person.family_name, True)


@pytest.mark.parametrize(("count", "code"), [(1, "WSRC0004"), (2, "WSRC0003"), (10, "WSRC0003"), (11, "WSRC0002")])
def test_people_who_share_every_detail_have_to_be_told_apart(count: int, code: str) -> None:
    alike = [replace(EXACT, record=2000 + one, lrs_uln=uln(2000 + one)) for one in range(count)]
    came, offered = Registry(alike).find(wanted(EXACT))
    assert came == code
    assert len(offered) == (count if count <= 10 else 0)


def test_one_more_detail_narrows_the_choice() -> None:
    person = of_case(Case.CROWD)
    registry = Registry([person])
    assert registry.find(wanted(person)) == ("WSRC0002", ())
    own = next(held_about(person))
    code, offered = registry.find(wanted(person, place_of_birth=own.place_of_birth or "Osterby"))
    assert code == "WSRC0003"
    assert 0 < len(offered) <= 10


# -- whom it verifies


def held_of(person: Person) -> Held:
    return next(held_about(person))


def test_flags_say_what_differs() -> None:
    person = next(one for one in PEOPLE if one.kind is Kind.EXACT and held_of(one).previous_family_name)
    held, registry = held_of(person), Registry([person])
    former, born, sex = held.previous_family_name or "", held.birth_date.isoformat(), held.gender

    def judged(family: str, given: str, day: str = born, gender: str = sex) -> tuple[str, tuple[str, ...]]:
        verdict = registry.verify(Claimed(held.uln, family, given, day, gender))
        return verdict.code, verdict.flags

    assert judged(held.family_name, held.given_name) == ("WSVRC001", ())
    assert judged(held.family_name.upper(), held.given_name, "", "") == ("WSVRC001", ())
    assert judged(held.family_name, held.given_name, "1990-01-01") == ("WSVRC003", ("VRF7",))
    other = "1" if sex == "2" else "2"
    assert judged(held.family_name, held.given_name, gender=other) == ("WSVRC003", ("VRF8",))
    assert judged(held.given_name, held.family_name) == ("WSVRC003", ("VRF1", "VRF3", "VRF5", "VRF6"))
    assert judged(former, held.given_name) == ("WSVRC003", ("VRF4", "VRF5"))
    assert judged(held.family_name, held.given_name + "x")[0] == "WSVRC003"
    assert judged("Quite", "Other") == ("WSVRC005", ("VRF1", "VRF2", "VRF3", "VRF4", "VRF5", "VRF6"))


def test_every_verdict_comes_over_the_wire(asker: Asker) -> None:
    linked = one_of(Kind.LINKED)
    for person, changes, code in (
        (EXACT, {}, "WSVRC001"),
        (linked, {}, "WSVRC002"),
        (EXACT, {"DateOfBirth": "1990-01-01"}, "WSVRC003"),
        (linked, {"DateOfBirth": "1990-01-01"}, "WSVRC004"),
        (EXACT, {"FamilyName": "Quite", "GivenName": "Other"}, "WSVRC005"),
        (EXACT, {"ULN": "9276308686"}, "WSVRC006"),
    ):
        answer = verify(asker, person, **changes)
        assert (answer.status, answer.first("ResponseCode")) == (200, code)
        assert answer.first("SearchedULN") == changes.get("ULN", person.uln)
        assert answer.first("ULN") == (None if code == "WSVRC006" else person.found_uln or person.uln)
        assert (answer.first("FamilyName") is None) is (code in ("WSVRC005", "WSVRC006"))
    with line_to(asker) as calls:
        assert calls.verify(EXACT.uln or "", "Other", "Quite").flags == tuple(f"VRF{one}" for one in range(1, 7))


# -- faults and the rest


def outcome(asker: Asker, person: Person = EXACT) -> FindAnswer | ServiceError:
    with line_to(asker) as calls:
        try:
            return calls.find(details(person))
        except ServiceError as error:
            return error


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("wrong-password", StopRunError, "WSEC0005"),
        ("wrong-password-miap", StopRunError, "WSEC0005"),
        ("out-of-hours", StopRunError, "WSEC0004"),
        ("maintenance", StopRunError, "WSEC0001"),
        ("busy", BusyError, "LOCAL22"),
        ("html", ServiceError, "LOCAL23"),
        ("truncated", ServiceError, "LOCAL24"),
        ("reset", ServiceError, "LOCAL21 LOCAL24"),
        ("wrong-learner", ServiceError, "LOCAL26"),
        ("oversized", ServiceError, "LOCAL25"),
        ("forbidden-403", StopRunError, "LOCAL27"),
        ("error-WSEC0002", ServiceError, "WSEC0002"),
    ],
)
def test_faults_befall_this_endpoint_too(serving: Serving, fault: str, kind: type[ServiceError], code: str) -> None:
    asker = serving(fault)
    came = outcome(asker)
    assert isinstance(came, kind)
    assert came.code in code.split()
    if fault == "wrong-learner":
        with line_to(asker) as calls, pytest.raises(ServiceError, match="another learner"):
            calls.verify(EXACT.uln or "", first_name(EXACT), EXACT.family_name or "")


def test_an_answer_with_a_code_of_ones_own(serving: Serving) -> None:
    for code, expected in (("WSRC0002", Outcome.TOO_MANY), ("WSRC0003", Outcome.POSSIBLE), ("XYZ9", Outcome.OTHER)):
        came = outcome(serving(f"answer-{code}"))
        assert isinstance(came, FindAnswer)
        assert (came.response_code, came.outcome) == (code, expected)
    assert outcome(serving("no-code")) == FindAnswer(None, Outcome.OTHER)


def test_a_fault_for_the_first_call_only(serving: Serving) -> None:
    asker = serving("error-WSEC0002:once")
    assert isinstance(outcome(asker), ServiceError)
    assert isinstance(outcome(asker), FindAnswer)


def test_own_answers_by_operation(serving: Serving) -> None:
    asker = serving()
    asker.sandbox.answers["FindLearnerByDemographics"] = b"<mine/>"
    asker.sandbox.answers["VerifyLearner"] = lambda asked: f"<call n='{asked.nth}'/>".encode()
    assert find(asker, EXACT).body == b"<mine/>"
    assert verify(asker, EXACT).body == b"<call n='1'/>"
    assert asker.sandbox.other_calls == {"FindLearnerByDemographics": 1, "VerifyLearner": 1}
    assert asker.sandbox.calls == []


def test_latency_and_certificates_hold_here_too(serving: Serving) -> None:
    asker = serving(latency_ms=300)
    short = LrsAccess(**{**asker.sandbox.info.as_dict(), "read_timeout": 0.1, "deadline": 0.2})
    with LrsClient(short).open() as calls, pytest.raises(ServiceError) as caught:
        calls.find(details(EXACT))
    assert caught.value.code == "LOCAL20"
    files = asker.sandbox.certificates
    stranger = {"certificate_file": str(files.client_stranger), "certificate_password": files.password}
    with LrsClient(LrsAccess(**{**asker.sandbox.info.as_dict(), **stranger})).open() as calls:
        with pytest.raises(ServiceError) as caught:
            calls.find(details(EXACT))
        assert caught.value.code == "LOCAL27"


def test_the_record_goes_with_the_uln_that_was_found(asker: Asker) -> None:
    person = of_case(Case.AS_THEY_ARE)
    assert events_of(person) == ()  # as the college holds them, nobody can be asked
    with line_to(asker) as calls:
        (found,) = calls.find(details(person)).learners
        assert found.uln == person.lrs_uln
        assert found.birth_date == person.birth_date
        assert found.gender == person.sex
        assert found.postcode == person.postcode
