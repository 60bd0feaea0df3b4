"""Find ULN: the question on the wire, what is not sent, and what is believed of the answers."""

import contextlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.connectors.http import HttpAnswer
from app.connectors.lrs import LrsAccess, LrsClient
from app.connectors.lrs_find import Demographics, FindAnswer, FoundLearner, Outcome, read_found
from app.connectors.lrs_find_request import details_of, find_request
from app.errors import BusyError, ServiceError, StopRunError
from app.ulns import UlnState, state
from tests.connectors.learner_messages import LEARNER, MASTER, MERGED, THIRD, found, learner
from tests.connectors.messages import domain, envelope, fault, miap
from tests.connectors.often import often
from tests.connectors.scripted_server import always, http_answer, scripted

WHO = Demographics("O'Dowd-Fairley", "Siân & Mae", date(2007, 2, 28), "F", "nf1  1aa")
SECRETS = ("O'Dowd", "Siân", "NF1 1AA", "Fairley", "Osterby", MASTER, MERGED, "EX<AMP>LE")
CALLER = ["OrganisationRef", "UKPRN", "OrgPassword", "UserName"]
DETAILS = ["FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode"]


def access_to(url: str = "http://127.0.0.1:1/lrs/LearnerServiceR9.svc", **other: Any) -> LrsAccess:
    known = {"organisation_ref": "ABC123", "ukprn": "TESTX123", "username": "O'Neil & <Sons>", "vendor_id": 3}
    return LrsAccess(**{"url": url, **known, "password": "EX<AMP>LE&PASSWO", **other})


def call_of(message: bytes) -> etree._Element:
    root = etree.fromstring(message)
    assert root.tag == "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
    (body,) = root
    assert body.tag == "{http://schemas.xmlsoap.org/soap/envelope/}Body"
    (call,) = body
    return call


def ask(who: Demographics = WHO, access: LrsAccess | None = None) -> etree._Element:
    return call_of(find_request(access or access_to(), details_of(who)))


def texts(call: etree._Element) -> dict[str, str]:
    return {child.tag: child.text for child in call}


def read(body: bytes, who: Demographics = WHO, status: int = 200) -> FindAnswer:
    return read_found(HttpAnswer(status, body), details_of(who))


def refusal(body: bytes, status: int = 200) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        read(body, status=status)
    told = f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"
    assert not [secret for secret in SECRETS if secret in told]
    return caught.value


# -- the question


def test_everything_in_the_contracts_order_and_without_a_namespace():
    call = ask(replace(WHO, previous_family_name="Fairley", place_of_birth="Wrenfold", school_at_16="H", email="a@b"))
    assert call.tag == "{http://api.lrs.miap.gov.uk/findmsg}FindLearnerByDemographics"
    more = ["PreviousFamilyName", "PlaceOfBirth", "SchoolAtAge16", "EmailAddress"]
    assert [child.tag for child in call] == ["FindType", *CALLER, *DETAILS, *more]
    assert [child.text for child in call] == [
        *("FUL", "ABC123", "TESTX123", "EX<AMP>LE&PASSWO", "O'Neil & <Sons>"),
        *("O'Dowd-Fairley", "Siân & Mae", "2007-02-28", "2", "NF1 1AA"),
        *("Fairley", "Wrenfold", "H", "a@b"),
    ]


def test_what_is_not_known_of_optional_things_is_left_out():
    call = ask(replace(WHO, place_of_birth="  "), access_to(organisation_ref=""))
    assert [child.tag for child in call] == ["FindType", *CALLER[1:], *DETAILS]


@pytest.mark.parametrize(("sex", "sent"), [("M", "1"), ("F", "2"), (None, "0"), ("", "0"), ("X", "0")])
def test_sex_is_always_sent(sex: str | None, sent: str):
    assert texts(ask(replace(WHO, gender=sex)))["Gender"] == sent


def test_long_values_are_cut_where_the_service_cuts_them():
    names = replace(WHO, family_name="a" * 50, given_name="b" * 34 + " c", previous_family_name="d" * 36)
    sent = texts(ask(replace(names, place_of_birth="e" * 99, school_at_16="f" * 300, email="g" * 255)))
    assert (sent["FamilyName"], sent["GivenName"]) == ("a" * 35, "b" * 34)
    assert (len(sent["PreviousFamilyName"]), len(sent["PlaceOfBirth"]), len(sent["SchoolAtAge16"])) == (35, 35, 254)
    assert "EmailAddress" not in sent  # a part of an address would be another address


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (" nf1  1aa ", "NF1 1AA"),
        ("NF11AA", "NF11AA"),
        ("BFPO 1234", "BFPO 1234"),
        ("NF1\u00a01AA", "NF1 1AA"),
        ("N F 1 1 A A", "NF11AA"),
        ("ZZ99 9ZZ", "ZZ99 9ZZ"),
    ],
)
def test_postcodes(typed: str, sent: str):
    assert texts(ask(replace(WHO, postcode=typed)))["LastKnownPostCode"] == sent


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"family_name": ""}, "LOCAL03"),
        ({"given_name": "  "}, "LOCAL02"),
        ({"family_name": "---"}, "LOCAL06"),
        ({"given_name": "Jo\x00"}, "LOCAL07"),
        ({"previous_family_name": "Jo\nNg"}, "LOCAL07"),
        ({"email": "a\ufffe"}, "LOCAL07"),
        ({"birth_date": None}, "LOCAL08"),
        ({"birth_date": date(1799, 12, 31)}, "LOCAL10"),
        ({"birth_date": date(2100, 1, 1)}, "LOCAL10"),
        ({"postcode": ""}, "LOCAL09"),
        ({"postcode": None}, "LOCAL09"),
        ({"postcode": "NF1 1AA, Osterby"}, "LOCAL10"),
        ({"postcode": "NF1-1AA"}, "LOCAL10"),
    ],
)
def test_who_cannot_be_asked_about_is_not(change: dict[str, Any], code: str):
    with scripted(always(http_answer(found(learner())))) as server, LrsClient(access_to(server.url)).open() as calls:
        with pytest.raises(ServiceError) as caught:
            calls.find(replace(WHO, **change))
        assert caught.value.code == code
        assert caught.value.message.endswith(".")
        assert caught.value.hint.endswith(".")
        assert server.connections == 0


@often
@given(
    st.builds(replace, st.just(WHO), **{name: st.text(max_size=40) for name in WHO.__slots__ if name != "birth_date"})
)
def test_whatever_is_typed_is_sent_well_formed_or_not_at_all(who: Demographics):
    with contextlib.suppress(ServiceError):
        sent = texts(ask(who))
        for name, longest in (("FamilyName", 35), ("GivenName", 35), ("LastKnownPostCode", 9)):
            assert 0 < len(sent[name]) <= longest
        assert sent["Gender"] in ("0", "1", "2")
        assert all(value and value == value.strip() for name, value in sent.items() if name not in CALLER)


def test_it_goes_to_the_endpoint_beside_the_configured_one_with_an_empty_action():
    with scripted(always(http_answer(found(learner())))) as server:
        url = server.url.replace("/LearnerServiceR9.svc", "/lrs/LearnerServiceR9.svc")
        with LrsClient(access_to(url)).open() as calls:
            calls.find(WHO)
    ((head, _, body),) = [request.partition(b"\r\n\r\n") for request in server.requests]
    rows = head.split(b"\r\n")
    assert rows[0] == b"POST /lrs/LearnerService.svc HTTP/1.1"
    assert b'SOAPAction: ""' in rows
    assert b"Content-Type: text/xml; charset=utf-8" in rows
    assert texts(call_of(body))["FamilyName"] == "O'Dowd-Fairley"


# -- the answer


@pytest.mark.parametrize(
    ("code", "outcome", "count"),
    [
        ("WSRC0001", Outcome.NO_MATCH, 0),
        ("WSRC0002", Outcome.TOO_MANY, 0),
        ("WSRC0003", Outcome.POSSIBLE, 1),
        ("WSRC0004", Outcome.EXACT, 1),
        ("WSRC0022", Outcome.LINKED, 1),
        ("WSRC0015", Outcome.OTHER, 0),
        ("WSEC0206", Outcome.OTHER, 0),
        ("XYZ123", Outcome.OTHER, 0),
    ],
)
def test_outcomes_and_no_learner_under_a_code_that_found_none(code: str, outcome: Outcome, count: int):
    came = read(found(learner(), code=f"<ResponseCode>{code}</ResponseCode>"))
    assert (came.response_code, came.outcome, len(came.learners)) == (code, outcome, count)


def test_every_field_of_a_learner():
    (one,) = read(found(learner(merged=(MERGED,), substituted="Y"))).learners
    assert one == FoundLearner(
        uln=MASTER,
        given_name="Siân & Mae",
        middle_names="Ffion",
        family_name="O'Dowd-Fairley",
        preferred_given_name=None,
        previous_family_name="Fairley",
        family_name_at_16="Fairley",
        school_at_16="HARROWMERE HIGH SCHOOL",
        postcode="NF1 1AA",
        town="Osterby",
        place_of_birth="Wrenfold",
        email=None,
        birth_date=date(2007, 2, 28),
        gender="F",
        linked_ulns=(MERGED,),
        master_substituted=True,
    )


def test_nothing_of_a_person_is_in_a_repr():
    answer = read(found(learner(merged=(MERGED,))))
    shown = repr(answer) + repr(answer.learners[0]) + repr(WHO)
    assert not [secret for secret in (*SECRETS, "2007", "nf1") if secret in shown]


@pytest.mark.parametrize(("digit", "sex"), [("1", "M"), ("2", "F"), ("0", None), ("9", None), ("", None), ("M", "M")])
def test_the_services_digit_for_the_sex(digit: str, sex: str | None):
    assert read(found(learner(gender=digit))).learners[0].gender == sex


@pytest.mark.parametrize(
    ("text", "day"),
    [("2007-02-28", date(2007, 2, 28)), ("2007-02-28T00:00:00", date(2007, 2, 28)), ("", None), ("2007-02-30", None)],
)
def test_dates_of_birth(text: str, day: date | None):
    assert read(found(learner(born=text))).learners[0].birth_date == day


def test_no_code_is_no_success():
    for code in ("", "<ResponseCode/>", '<ResponseCode i:nil="true"/>'):
        assert read(found(learner(), code=code)) == FindAnswer(None, Outcome.OTHER)


def test_prefixes_namespaces_and_order_do_not_matter():
    plain = read(found(learner(merged=(MERGED,))))
    tree = etree.fromstring(found(learner(merged=(MERGED,)), prefix="a"))
    for parent in list(tree.iter()):
        parent[:] = list(reversed(parent))
        parent.tag = f"{{urn:odd}}{etree.QName(parent).localname}"
    assert read(etree.tostring(tree)) == plain


def test_an_exact_answer_that_names_several_leaves_the_choice_to_somebody():
    came = read(found(learner(), learner(THIRD)))
    assert (came.response_code, came.outcome, len(came.learners)) == ("WSRC0004", Outcome.POSSIBLE, 2)


def test_more_than_ten_possible_learners():
    came = read(found(*[learner()] * 14, code="<ResponseCode>WSRC0003</ResponseCode>"))
    assert (came.outcome, len(came.learners), came.left_out) == (Outcome.POSSIBLE, 10, 4)


@pytest.mark.parametrize("uln", ["", "3000000089", "9999999999", "0000000000", "30000000", "3000000088x"])
def test_a_learner_without_a_usable_uln_is_left_out(uln: str):
    came = read(found(learner(uln), learner(THIRD), code="<ResponseCode>WSRC0003</ResponseCode>"))
    assert ([one.uln for one in came.learners], came.left_out) == ([THIRD], 1)
    assert refusal(found(learner(uln))).code == "LOCAL23"


def test_linked_ulns_that_are_none_are_passed_over():
    merged = (MERGED, MERGED, "9999999999", "", "12")
    assert read(found(learner(merged=merged))).learners[0].linked_ulns == (MERGED,)
    apart = f"<LinkedULNs><ULN>{MERGED}</ULN></LinkedULNs><LinkedULNs><ULN>{THIRD}</ULN></LinkedULNs>"
    apart = learner().replace("<Notes>", f"{apart}<Notes>")
    assert read(found(apart)).learners[0].linked_ulns == (MERGED, THIRD)


def test_nil_everywhere():
    empty = '<Learner i:nil="true"/><Learner/>'
    assert refusal(found(empty)).code == "LOCAL23"
    bare = f"<Learner><ULN>{MASTER}</ULN><GivenName i:nil='true'>x</GivenName><LinkedULNs i:nil='1'/></Learner>"
    assert read(found(bare)).learners == (FoundLearner(MASTER),)


def test_a_nil_learner_is_nobody_whatever_stands_in_it():
    nil = learner(THIRD).replace("<Learner>", '<Learner i:nil="true">')
    came = read(found(nil, learner()))
    assert (came.outcome, [one.uln for one in came.learners], came.left_out) == (Outcome.EXACT, [MASTER], 0)


@pytest.mark.parametrize(
    ("echo", "fits"),
    [
        ("<FamilyName>O'DOWD FAIRLEY</FamilyName><GivenName>SIAN &amp; MAE</GivenName>", True),
        ("<FamilyName/><GivenName i:nil='true'/><DateOfBirth>2007-02-28T00:00:00</DateOfBirth>", True),
        ("<FamilyName>Fairley</FamilyName>", False),
        ("<GivenName>Siân</GivenName>", False),
        ("<DateOfBirth>2007-02-27</DateOfBirth>", False),
    ],
)
def test_an_answer_about_somebody_else_is_thrown_away(echo: str, fits: bool):
    if fits:
        assert read(found(learner(), echo=echo)).learners
    else:
        assert refusal(found(learner(), echo=echo)).code == "LOCAL26"


@pytest.mark.parametrize(
    ("body", "status", "kind", "code"),
    [
        (fault(miap("WSEC0005", "Siân", MASTER)), 500, StopRunError, "WSEC0005"),
        (fault(domain("WSEC0006")), 500, StopRunError, "WSEC0006"),
        (fault(miap("WSEC0001", "pattern", "familyName O'Dowd")), 500, ServiceError, "WSEC0001"),
        (fault(miap("WSEC0001", "UnsupportedHttpVerb")), 500, StopRunError, "WSEC0001"),
        (fault(domain("WSEC0999")), 200, BusyError, "LOCAL22"),
        (found(learner(), code="<ResponseCode>WSEC0005</ResponseCode>"), 200, StopRunError, "WSEC0005"),
        (b"", 503, BusyError, "LOCAL22"),
        (b"<html/>", 200, ServiceError, "LOCAL23"),
        (found(learner())[:-30], 200, ServiceError, "LOCAL24"),
        (b"", 404, ServiceError, "LOCAL29"),
        (envelope("<VerifyLearnerResponse/>"), 200, ServiceError, "LOCAL23"),
        (found(code="<ResponseCode>Who is this?</ResponseCode>"), 200, ServiceError, "LOCAL23"),
        (found(code="<ResponseCode>WSRC0001</ResponseCode>" * 2), 200, ServiceError, "LOCAL23"),
        (b"<!DOCTYPE x [<!ENTITY e 'e'>]>" + found(learner("&e;")), 200, ServiceError, "LOCAL23"),
    ],
)
def test_failures(body: bytes, status: int, kind: type[ServiceError], code: str):
    came = refusal(body, status)
    assert type(came) is kind
    assert came.code == code


def test_the_next_step_is_one_that_exists_here():
    for body in (fault(domain("WSEC0999")), b"<html/>", fault(miap("WSEC0001"))):
        reply = http_answer(body, status="500 Oh")
        with scripted(always(reply)) as server, LrsClient(access_to(server.url)).open() as calls:
            for call in (lambda: calls.find(WHO), lambda: calls.verify(MASTER, "Jo", "Ng")):
                with pytest.raises(ServiceError) as caught:
                    call()
                assert "Refresh Failed" not in str(caught.value)
                assert caught.value.hint


# -- made-up answers

NAMES = [*{row.partition(">")[0].lstrip("</") for row in LEARNER.replace("\n", "").split("<") if row}, "LinkedULNs"]
NAMES += ["Learner", "ResponseCode", "FailureFlag", "Fault", "ErrorCode", "Unheard"]
NAMES = sorted({name for name in NAMES if name.isalnum()})
values = st.one_of(
    st.sampled_from(
        [MASTER, MERGED, "WSRC0003", "WSRC0004", "WSRC0022", "WSEC0005", "2007-02-28", "Y", "9" * 30, ""]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="<>&\ufffe\uffff"), max_size=9
    ),
)


def element(inside: Any) -> Any:
    return st.builds(
        "<{0}{1}{2}>{3}</{0}{1}>".format,
        st.sampled_from(["", "a:", "b:"]),
        st.sampled_from(NAMES),
        st.sampled_from(["", "", ' i:nil="true"', ' i:nil="false"']),
        inside,
    )


trees = st.recursive(element(values), lambda inner: element(st.lists(inner, max_size=6).map("".join)), max_leaves=30)


@often
@given(st.lists(st.one_of(trees, st.sampled_from([learner(), learner(THIRD)])), max_size=6), st.integers(0, 2))
def test_well_formed_nonsense(parts: list[str], shape: int):
    inside = "".join(parts)
    code = ("<ResponseCode>WSRC0003</ResponseCode>", "", "<a:ResponseCode>WSRC0022</a:ResponseCode>")[shape]
    body = found(inside, code=code).replace(b"<s:Body>", b'<s:Body xmlns:a="x" xmlns:b="y" xmlns:i="z">')
    look_at(body)


@often
@given(
    st.sampled_from([found(learner(merged=(MERGED,))), fault(miap("WSEC0001")), fault(domain("WSEC0005"))]),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 40), st.binary(max_size=8)), min_size=1, max_size=5),
    st.sampled_from([200, 500, 403]),
)
def test_good_answers_with_damage(body: bytes, edits: list[tuple[int, int, bytes]], status: int):
    for place, length, new in edits:
        at = place % (len(body) + 1)
        body = body[:at] + new + body[at + length :]
    look_at(body, status)


def look_at(body: bytes, status: int = 200) -> None:
    try:
        came = read(body, status=status)
    except ServiceError as error:
        told = f"{error} {error!r} {error.__cause__!r}"
        assert not [secret for secret in SECRETS if secret in told]
        return
    assert len(came.learners) <= 10
    assert bool(came.learners) is (came.outcome in (Outcome.POSSIBLE, Outcome.EXACT, Outcome.LINKED))
    assert len(came.learners) <= 1 or came.outcome is Outcome.POSSIBLE
    for one in came.learners:
        assert all(state(uln) is UlnState.OK for uln in (one.uln, *one.linked_ulns))
        assert one.gender in ("M", "F", None)
