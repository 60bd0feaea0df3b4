"""LearnerService of the sandbox over real TLS: which requests it refuses."""

from collections.abc import Callable

import pytest

from tests.sandbox.find_asker import (
    EXACT,
    PATH,
    VERIFY_ACTION,
    elements,
    find,
    find_parts,
    first_name,
    message,
    refused,
    verify_body,
)
from tests.sandbox.raw_client import Asker


def test_a_good_request_is_answered_with_or_without_an_empty_action(asker: Asker) -> None:
    for action in ('""', "", None):
        answer = find(asker, EXACT, action)
        assert (answer.status, answer.first("ResponseCode")) == (200, "WSRC0004")
        assert answer.first("FamilyName") == EXACT.family_name
        assert [one.find("ULN").text for one in answer.all("Learner")] == [EXACT.uln]
    assert find(asker, EXACT, OrganisationRef=None).status == find(asker, EXACT, UKPRN=None).status == 200


@pytest.mark.parametrize(
    "name",
    ["FindType", "OrgPassword", "UserName", "FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode"],
)
def test_a_missing_element_is_refused(asker: Asker, name: str) -> None:
    assert name in refused(find(asker, EXACT, **{name: None}))


@pytest.mark.parametrize(
    ("one", "other"),
    [("FamilyName", "GivenName"), ("OrganisationRef", "UKPRN"), ("FindType", "UserName"), ("Gender", "DateOfBirth")],
)
def test_a_wrong_order_is_refused(asker: Asker, one: str, other: str) -> None:
    parts = find_parts(asker, EXACT)
    names = [{one: other, other: one}.get(name, name) for name in parts]
    refused(asker.send(message(elements({name: parts[name] for name in names})), path=PATH, SOAPAction='""'))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FindType", "FULL"),
        ("FamilyName", "x" * 36),
        ("FamilyName", "  "),
        ("GivenName", ""),
        ("DateOfBirth", "28/02/2007"),
        ("DateOfBirth", "1799-01-01"),
        ("DateOfBirth", ""),
        ("Gender", ""),
        ("Gender", "F"),
        ("LastKnownPostCode", ""),
        ("LastKnownPostCode", "Osterby"),
        ("PreviousFamilyName", "x" * 36),
        ("PlaceOfBirth", ""),
        ("SchoolAtAge16", "x" * 255),
        ("EmailAddress", "x" * 255),
    ],
)
def test_a_wrong_value_is_refused_and_not_repeated(asker: Asker, name: str, value: str) -> None:
    told = refused(find(asker, EXACT, **{name: value}))
    assert name in told
    assert not value.strip() or value not in told


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: body.replace(b"FindLearnerByDemographics", b"FindLearnerByULN"), id="operation"),
        pytest.param(lambda body: body.replace(b"/findmsg", b"/regmsg"), id="namespace"),
        pytest.param(lambda body: body.replace(b"GivenName>", b"m:GivenName>"), id="qualified"),
        pytest.param(lambda body: body.replace(b"</Gender>", b"</Gender><Title>Ms</Title>"), id="unknown"),
        pytest.param(lambda body: body.replace(b"</Gender>", b"<x/></Gender>"), id="inner"),
        pytest.param(lambda body: body.replace(b"FindType>", b"findType>"), id="case"),
        pytest.param(lambda body: body.replace(b"</m:Find", b"<Gender>1</Gender></m:Find"), id="twice"),
        pytest.param(lambda body: b"<!DOCTYPE x>" + body, id="doctype"),
        pytest.param(lambda body: body[:-9], id="cut"),
    ],
)
def test_a_wrong_message_is_refused(asker: Asker, change: Callable[[bytes], bytes]) -> None:
    body = message(elements(find_parts(asker, EXACT)))
    assert change(body) != body
    refused(asker.send(change(body), path=PATH, SOAPAction='""'))


def test_nil_is_no_value_where_one_is_needed(asker: Asker) -> None:
    body = message(elements(find_parts(asker, EXACT)))
    nil = b'<GivenName xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
    given = f"<GivenName>{first_name(EXACT)}</GivenName>".encode()
    assert given in body
    assert "GivenName" in refused(asker.send(body.replace(given, nil), path=PATH, SOAPAction='""'))


@pytest.mark.parametrize("action", [None, '""', VERIFY_ACTION.strip('"'), '"http://tempuri.org/verifyLearner"'])
def test_verifying_needs_its_own_action(asker: Asker, action: str | None) -> None:
    assert "SOAPAction" in refused(asker.send(verify_body(asker, EXACT), path=PATH, SOAPAction=action))


def test_finding_wants_no_other_action(asker: Asker) -> None:
    assert "SOAPAction" in refused(find(asker, EXACT, VERIFY_ACTION))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"OrganisationRef": None, "UKPRN": None}, "WSEC0003"),
        ({"UKPRN": "TESTX123"}, "WSEC0003"),
        ({"OrganisationRef": "ABC123"}, "WSEC0003"),
        ({"OrgPassword": "X" * 16}, "WSEC0005"),
        ({"OrgPassword": ""}, "WSEC0005"),
        ({"OrgPassword": "short"}, "WSEC0001"),
        ({"UserName": " "}, "WSEC0001"),
        ({"UserName": "x" * 36}, "WSEC0001"),
    ],
)
def test_wrong_credentials_are_refused(asker: Asker, change: dict[str, str | None], code: str) -> None:
    answer = find(asker, EXACT, **change)
    assert (answer.status, answer.first("ErrorCode")) == (500, code)
    assert answer.all("MIAPAPIException")
    assert not answer.all("Learner")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"<ULN>", b"<ULN>x"),
        lambda body: body.replace(b"LearnerToVerify", b"Learner"),
        lambda body: body.replace(b"/reportmsg", b"/findmsg"),
        lambda body: body.replace(b"<Gender>2</Gender>", b"").replace(b"<Gender>1</Gender>", b""),
        lambda body: body.replace(b"</LearnerToVerify>", b"<Title/></LearnerToVerify>"),
    ],
    ids=["value", "part", "namespace", "missing", "unknown"],
)
def test_a_wrong_verification_is_refused(asker: Asker, change: Callable[[bytes], bytes]) -> None:
    body = verify_body(asker, EXACT)
    assert change(body) != body
    refused(asker.send(change(body), path=PATH, SOAPAction=VERIFY_ACTION))


def test_checking_only_names_nothing_but_the_uln(asker: Asker) -> None:
    (learner,) = find(asker, EXACT, FindType="CHK").all("Learner")
    assert [child.tag for child in learner] == ["ULN"]
