"""The sandbox LRS over real TLS: what it answers to whom, and what it refuses."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.sandbox.people import TWICE, Kind, Person, events_of
from app.sandbox.records import WIRE_NAMES
from tests.sandbox.raw_client import PEOPLE, Asker, one_of, request_for

EXACT = PEOPLE[99]
Serving = Callable[..., Asker]


def refused(asker: Asker, **changes: str) -> str:
    """What the service says of a request that breaks a rule; it counts as asked for nobody."""
    before = len(asker.sandbox.calls)
    answer = asker.ask(EXACT, **changes)
    assert answer.status == 500
    assert answer.first("ErrorCode") == "WSEC0001"
    assert len(asker.sandbox.calls) == before
    return answer.first("FurtherDetails") or ""


# -- answers


def test_everybody_who_can_be_asked_for_gets_what_their_kind_promises(asker: Asker) -> None:
    codes = {
        Kind.EXACT: "WSRC0004",
        Kind.LINKED: "WSRC0022",
        Kind.EMPTY: "WSRC0004",
        Kind.OPTED_OUT: "WSEC0206",
        Kind.NOT_VERIFIED: "WSEC0208",
        Kind.ULN_UNKNOWN: "WSEC0136",
    }
    line = asker.line()
    for person in PEOPLE:
        if person.kind.asked:
            answer = asker.send(request_for(asker.sandbox, person), line=line)
            assert (answer.status, answer.first("ResponseCode")) == (200, codes[person.kind])
            assert answer.first("IncomingULN") in (person.uln, None)
            told = [event for event in answer.all("LearningEvent") if len(event)]
            assert len(told) == len(events_of(person))
    line.close()


def test_a_full_answer_carries_what_the_record_says(asker: Asker) -> None:
    for person in PEOPLE[40:100]:
        answer = asker.ask(person)
        told = {}
        for element in answer.all("LearningEvent"):
            values = {child.tag.split("}")[1]: child.text or "" for child in element}
            if values:
                told[values["ID"]] = values
        for event in events_of(person):
            sent = told[event.id]
            for attribute, name in WIRE_NAMES.items():
                assert sent.get(name, "") == (getattr(event, attribute) or "")


def test_answers_differ_in_prefixes_order_and_in_how_they_say_nothing(asker: Asker) -> None:
    bodies = [asker.sandbox.body_for(person.lrs_uln) for person in PEOPLE[40:100]]
    trees = [body.decode() for body in bodies]
    assert sum("<a:LearningEvent>" in text for text in trees) > 30
    assert any("<LearningEvent>" in text for text in trees)
    assert any("<b:LearningEvent>" in text for text in trees)
    assert any(text.index("ResponseCode>") > text.index("FoundULN>") for text in trees)
    assert any('LearningEvent i:nil="true"' in text for text in trees)
    assert any("IncomingULN" not in text for text in trees)
    assert any("<a:ParticipationEndDate></a:ParticipationEndDate>" in text for text in trees)
    assert any('<a:ParticipationEndDate i:nil="true"/>' in text for text in trees)


def test_a_linked_learner_is_found_under_another_uln(asker: Asker) -> None:
    person = one_of(Kind.LINKED)
    answer = asker.ask(person)
    assert answer.first("FoundULN") == person.found_uln != person.uln
    again = asker.ask(person, uln=person.found_uln or "")
    assert again.first("ResponseCode") == "WSRC0004"


def test_who_is_refused_and_how(asker: Asker) -> None:
    opted_out = one_of(Kind.OPTED_OUT)
    assert asker.ask(opted_out).first("FoundULN") == opted_out.uln
    stranger = asker.ask(EXACT, uln="9276308686")
    assert (stranger.status, stranger.first("ResponseCode")) == (200, "WSEC0208")
    assert stranger.first("FoundULN") is None
    assert not stranger.all("LearningEvent")


def test_the_empty_record_comes_in_two_forms(asker: Asker) -> None:
    empty = [person for person in PEOPLE if person.kind is Kind.EMPTY]
    forms = {len(asker.ask(person).all("LearnerRecord")) for person in empty}
    assert forms == {0, 1}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: {"given": p.lrs_given_names.upper()}, id="capitals"),
        pytest.param(lambda p: {"given": p.lrs_family_name, "family": p.lrs_given_names.split()[0]}, id="swapped"),
        pytest.param(lambda p: {"family": p.lrs_family_name.swapcase()}, id="other case"),
        pytest.param(lambda p: {"given": p.lrs_given_names}, id="all given names"),
    ],
)
def test_names_fit_whatever_case_and_order(asker: Asker, change: Callable[[Person], dict[str, str]]) -> None:
    for person in (EXACT, PEOPLE[44], PEOPLE[48]):
        assert asker.ask(person, **change(person)).first("ResponseCode") in ("WSRC0004", "WSRC0022")


def test_accents_do_not_matter_but_other_names_do(asker: Asker) -> None:
    person = next(p for p in PEOPLE if p.given_names == "Zoë Maren" and p.kind is Kind.EXACT)
    assert asker.ask(person, given="Zoe", family="O Fearnley-Quill").first("ResponseCode") == "WSRC0004"
    assert asker.ask(person, given="Zo").first("ResponseCode") == "WSEC0208"
    assert asker.ask(person, given="Maren").first("ResponseCode") == "WSEC0208"
    assert asker.ask(person, family="Fearnley").first("ResponseCode") == "WSEC0208"


def test_a_corrected_learner_is_found(asker: Asker) -> None:
    for kind in (Kind.NO_FIRST_NAME, Kind.NO_SURNAME, Kind.BAD_CHECK, Kind.NOT_VERIFIED):
        person = one_of(kind)
        right = replace(
            person, uln=person.lrs_uln, family_name=person.lrs_family_name, given_names=person.lrs_given_names
        )
        answer = asker.ask(right)
        assert answer.first("ResponseCode") == "WSRC0004"
        assert answer.all("LearningEvent")


def test_the_person_who_is_there_twice_gets_the_same_record_twice(asker: Asker) -> None:
    ((second, first),) = TWICE.items()
    assert asker.ask(PEOPLE[second - 1]).text == asker.ask(PEOPLE[first - 1]).text


def test_brief_carries_nine_fields(asker: Asker) -> None:
    answer = asker.ask(EXACT, get_type="BRIEF")
    names = {child.tag.split("}")[1] for event in answer.all("LearningEvent") for child in event}
    assert len(names) == 9
    assert {"ID", "Grade", "AchievementProviderUkprn"} <= names


def test_gzip_only_for_those_who_ask(asker: Asker) -> None:
    body = request_for(asker.sandbox, EXACT)
    packed = asker.send(body, Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.text == asker.send(body).body


# -- strictness


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("SOAPAction", None),
        ("SOAPAction", "http://tempuri.org/ILearnerServiceR9/GetLearnerLearningEvents"),
        ("SOAPAction", '"http://tempuri.org/ILearnerServiceR9/LearnerByUln"'),
        ("SOAPAction", '""'),
        ("Content-Type", "application/soap+xml; charset=utf-8"),
        ("Content-Type", "text/xml; charset=windows-1252"),
        ("Content-Type", None),
    ],
)
def test_wrong_headers_are_refused(asker: Asker, header: str, value: str | None) -> None:
    answer = asker.send(request_for(asker.sandbox, EXACT), **{header: value})
    assert answer.status == 500
    assert answer.first("ErrorCode") == "WSEC0001"
    assert header in (answer.first("FurtherDetails") or "")


def test_other_paths_methods_and_bodies_are_refused(asker: Asker) -> None:
    body = request_for(asker.sandbox, EXACT)
    assert asker.send(body, path="/ExternalService.svc").status == 404
    assert asker.send(b"", method="GET").status == 405
    assert asker.send(b" " * 70_000).status == 413
    for hostile in (
        b"",
        b"<html/>",
        b"nonsense",
        body[:-20],
        body.replace(b"<s:Envelope", b'<!DOCTYPE x [<!ENTITY e "e">]><s:Envelope'),
        body.replace(b"schemas.xmlsoap.org/soap/envelope/", b"www.w3.org/2003/05/soap-envelope"),
        body.replace(b"<s:Body>", b"<s:Body><x/>"),
    ):
        answer = asker.send(hostile)
        assert (answer.status, answer.first("ErrorCode")) == (500, "WSEC0001")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"user_type": "XXX"}, "userType"),
        ({"vendor": "01a"}, "vendorID"),
        ({"vendor": ""}, "vendorID"),
        ({"language": "en"}, "language"),
        ({"uln": "0123456789"}, "uln"),
        ({"uln": "123 567890"}, "uln"),
        ({"uln": ""}, "uln"),
        ({"given": "   "}, "givenName"),
        ({"given": "x" * 36}, "givenName"),
        ({"family": ""}, "familyName"),
        ({"birth": "28/02/2007"}, "dateOfBirth"),
        ({"gender": "F"}, "gender"),
        ({"get_type": "full"}, "getType"),
        ({"parameters": ""}, "invokingOrganisation"),
    ],
)
def test_wrong_values_are_refused_by_name(asker: Asker, changes: dict[str, str], says: str) -> None:
    assert says in refused(asker, **changes)


def test_every_parameter_has_to_be_there_in_order_and_in_its_namespace(asker: Asker) -> None:
    whole = request_for(asker.sandbox, EXACT).decode()
    inner = whole.split('Service.Interface">', 1)[1].split("</t:GetLearnerLearningEvents>")[0]
    gender = "<t:gender></t:gender>"
    assert "gender" in refused(asker, parameters=inner.replace(gender, ""))
    assert "invokingOrganisation" in refused(asker, parameters=gender + inner.replace(gender, ""))
    swapped = inner.replace("<t:userType>ORG</t:userType>", "").replace(
        "<t:language>", "<t:userType>ORG</t:userType><t:language>"
    )
    assert "userType" in refused(asker, parameters=swapped)
    assert "language" in refused(asker, parameters=inner.replace("t:language>", "o:language>"))
    assert "after getType" in refused(asker, parameters=inner + "<t:more/>")
    assert "uln" in refused(asker, parameters=inner.replace("<t:uln>", "<t:uln><t:x/>"))


def code_of(asker: Asker, organisation: str) -> str | None:
    return asker.ask(EXACT, organisation=organisation).first("ErrorCode")


def test_the_organisation_is_read_in_alphabetical_order_and_the_rest_is_dropped(asker: Asker) -> None:
    info = asker.sandbox.info
    password, user = f"<o:Password>{info.password}</o:Password>", f"<o:Username>{info.username}</o:Username>"
    ukprn = f"<o:Ukprn>{info.ukprn}</o:Ukprn>"
    ref = f"<o:OrganisationRef>{info.organisation_ref}</o:OrganisationRef>"
    assert code_of(asker, password + ukprn + user) is None
    assert code_of(asker, ref + password + user) is None
    assert code_of(asker, ukprn + password + user) == "WSEC0005"
    assert code_of(asker, ref + ukprn + user) == "WSEC0005"
    assert code_of(asker, ref + password.replace("o:", "t:") + ukprn + user) == "WSEC0005"
    assert code_of(asker, password + user + ukprn) == "WSEC0003"
    assert code_of(asker, password + ukprn) == "WSEC0001"
    assert code_of(asker, password.replace(info.password, info.password[:15]) + ukprn + user) == "WSEC0001"
    assert code_of(asker, password.replace(info.password, "X" * 16) + ukprn + user) == "WSEC0005"
    assert code_of(asker, password + ukprn.replace(info.ukprn, "TESTX123") + user) == "WSEC0003"


def test_another_vendor_may_not_ask(asker: Asker) -> None:
    assert asker.ask(EXACT, vendor="3").first("ErrorCode") == "WSEC0006"
