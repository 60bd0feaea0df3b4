"""The question on the wire: order, namespaces, escaping, and learners who are never asked about."""

import contextlib
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.connectors.lrs import LrsAccess
from app.connectors.lrs_request import HEADERS, learning_events_request
from app.errors import ServiceError
from tests.connectors.often import often

PARAMETERS = ["invokingOrganisation", "userType", "vendorID", "language", "uln", "givenName", "familyName"]
PARAMETERS += ["dateOfBirth", "gender", "getType"]
T = "{http://tempuri.org/}"
O = "{http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface}"  # noqa: E741
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ACCESS = LrsAccess(
    url="https://lrs.example/LearnerServiceR9.svc",
    certificate_file="college.p12",
    organisation_ref="ABC123",
    ukprn="TESTX123",
    username="O'Neil & <Sons>",
    vendor_id=3,
    password="EX<AMP>LE&PASSWO",
)


def ask(*args: object, access: LrsAccess = ACCESS) -> etree._Element:
    root = etree.fromstring(learning_events_request(access, *args))
    assert root.tag == "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
    (body,) = root
    assert body.tag == "{http://schemas.xmlsoap.org/soap/envelope/}Body"
    (call,) = body
    assert call.tag == f"{T}GetLearnerLearningEvents"
    return call


def test_all_ten_parameters_in_order_and_the_organisation_alphabetically():
    call = ask("3000000029", "Siân & Mae", "O'Dowd-Fairley", date(2007, 2, 28), "F")
    assert [child.tag for child in call] == [f"{T}{name}" for name in PARAMETERS]
    assert [child.tag for child in call[0]] == [
        f"{O}{n}" for n in ("OrganisationRef", "Password", "Ukprn", "Username")
    ]
    assert [child.text for child in call[0]] == ["ABC123", "EX<AMP>LE&PASSWO", "TESTX123", "O'Neil & <Sons>"]
    assert [child.text for child in call[1:]] == [
        *("ORG", "3", "ENG", "3000000029", "Siân & Mae", "O'Dowd-Fairley", "2007-02-28", "2", "FULL"),
    ]


@pytest.mark.parametrize(("sex", "sent"), [("M", "1"), ("F", "2"), (None, None), ("", None), ("X", None)])
def test_sex(sex: str | None, sent: str | None):
    gender = ask("3000000029", "Jo", "Ng", None, sex).find(f"{T}gender")
    assert gender.text == sent
    assert (gender.get(NIL) == "true") is (sent is None)


def test_unknown_birth_date_is_nil_but_there():
    birth = ask("3000000029", "Jo", "Ng", None, None).find(f"{T}dateOfBirth")
    assert (birth.text, birth.get(NIL)) == (None, "true")


def test_an_organisation_field_that_is_not_set_is_left_out():
    access = LrsAccess(
        url="https://lrs.example/LearnerServiceR9.svc",
        certificate_file="college.p12",
        ukprn="TESTX123",
        username="x",
        vendor_id=1,
        password="EXAMPLE-PASSWORD",
    )
    call = ask("3000000029", "Jo", "Ng", None, None, access=access)
    assert [child.tag for child in call[0]] == [f"{O}{name}" for name in ("Password", "Ukprn", "Username")]


def test_headers():
    assert HEADERS["SOAPAction"] == '"http://tempuri.org/ILearnerServiceR9/GetLearnerLearningEvents"'
    assert HEADERS["Content-Type"] == "text/xml; charset=utf-8"
    assert HEADERS["Accept"] == "text/xml"


def test_names_over_35_characters_are_cut():
    call = ask("3000000029", "Anna " * 9, "x" * 36, None, None)
    assert call.find(f"{T}givenName").text == ("Anna " * 7).strip()
    assert call.find(f"{T}familyName").text == "x" * 35


@pytest.mark.parametrize(
    ("uln", "given_name", "family_name", "code"),
    [
        ("", "Jo", "Ng", "LOCAL01"),
        ("3000000029", " ", "Ng", "LOCAL02"),
        ("3000000029", "Jo", "", "LOCAL03"),
        ("9999999999", "Jo", "Ng", "LOCAL04"),
        ("300000002", "Jo", "Ng", "LOCAL05"),
        ("0000000042", "Jo", "Ng", "LOCAL05"),
        ("3000000029\n", "Jo", "Ng", "LOCAL05"),
        ("３000000029", "Jo", "Ng", "LOCAL05"),
        ("3000000029", "-", "Ng", "LOCAL06"),
        ("3000000029", "Jo", "123", "LOCAL06"),
        ("3000000029", "Jo\x00", "Ng", "LOCAL07"),
        ("3000000029", "Jo", "N\x1bg", "LOCAL07"),
        ("3000000029", "Jo", "N\ud800g", "LOCAL07"),
        ("3000000029", "Jo\nAnn", "Ng", "LOCAL07"),
        ("3000000029", "Jo", "Ng\uffff", "LOCAL07"),
    ],
)
def test_who_cannot_be_asked_about_is_not(uln: str, given_name: str, family_name: str, code: str):
    with pytest.raises(ServiceError) as caught:
        learning_events_request(ACCESS, uln, given_name, family_name, None, None)
    assert caught.value.code == code


@often
@given(st.text(max_size=60), st.text(max_size=60))
def test_every_name_arrives_as_it_was_or_is_refused(given_name: str, family_name: str):
    with contextlib.suppress(ServiceError):
        call = ask("3000000029", given_name, family_name, None, None)
        for name, element in ((given_name, "givenName"), (family_name, "familyName")):
            sent = call.find(f"{T}{element}").text
            assert 1 <= len(sent) <= 35
            assert unicodedata.normalize("NFC", name).strip(" ").startswith(sent)


@pytest.mark.parametrize("name", ["Jo", "Li", "Ng", "Zoë", "O'Dowd", "Núñez–Ibáñez", "李", "Ł", "Mc<Kay>", "A & B"])
def test_short_and_foreign_names_are_sent(name: str):
    call = ask("3000000029", name, name, None, None)
    assert call.find(f"{T}givenName").text == call.find(f"{T}familyName").text == name
