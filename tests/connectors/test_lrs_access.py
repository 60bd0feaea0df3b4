"""Settings that could never work are refused by name, and secrets stay out of sight."""

import pytest

from app.connectors.lrs import LrsAccess
from app.errors import InputError

GOOD = {
    "url": "https://lrs.example/some/LearnerServiceR9.svc",
    "certificate_file": "college.p12",
    "ukprn": "TESTX123",
    "username": "p.okonjo",
    "vendor_id": 3,
    "password": "EXAMPLE-PASSWORD",
    "certificate_password": "certificate secret",
}


def test_good_settings_have_the_defaults_of_the_contract():
    access = LrsAccess(**GOOD)
    assert (access.user_type, access.language, access.get_type, access.parallel) == ("ORG", "ENG", "FULL", 4)
    assert (access.connect_timeout, access.read_timeout) == (10, 60)
    assert access.secure


@pytest.mark.parametrize(
    "change",
    [
        {"organisation_ref": "ABC123", "ukprn": ""},
        {"organisation_ref": "ABC123"},
        {"organisation_ref": "TESTX123"},
        {"username": "x"},
        {"username": "Ö" * 35},
        {"vendor_id": 2**31 - 1},
        {"user_type": "LNR"},
        {"get_type": "BRIEF"},
        {"parallel": 16},
        {"url": "https://lrs.example:8443/LearnerServiceR9.svc"},
        {"url": "http://127.0.0.1:8080/LearnerServiceR9.svc", "certificate_file": ""},
        {"url": "http://localhost/LearnerServiceR9.svc"},
        {"url": "http://[::1]:80/LearnerServiceR9.svc"},
        {"password": "sixteen & spaces"},
    ],
)
def test_what_may_be(change: dict[str, object]):
    LrsAccess(**{**GOOD, **change})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": ""}, "lrs.url"),
        ({"url": "lrs.example/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "ftp://lrs.example/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "http://lrs.example/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "http://127.0.0.1.lrs.example/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "https://lrs.example/LearnerService.svc"}, "lrs.url"),
        ({"url": "https://lrs.example/LearnerServiceR9.svc?singleWsdl"}, "lrs.url"),
        ({"url": "https://user:pass@lrs.example/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "https://lrs.example:99999/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "https://[lrs/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "https:///LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "https://lrs.example/a b/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "https://lrs.example/\r\nX: y/LearnerServiceR9.svc"}, "lrs.url"),
        ({"url": "https://lrs.example\\@evil/LearnerServiceR9.svc"}, "lrs.url"),
        ({"certificate_file": ""}, "lrs.certificate_file"),
        ({"ukprn": ""}, "lrs.ukprn"),
        ({"ukprn": "1234567"}, "lrs.ukprn"),
        ({"ukprn": "1234567é"}, "lrs.ukprn"),
        ({"organisation_ref": "ABC12"}, "lrs.organisation_ref"),
        ({"organisation_ref": "ABC 12"}, "lrs.organisation_ref"),
        ({"username": ""}, "lrs.username"),
        ({"username": "   "}, "lrs.username"),
        ({"username": "x" * 36}, "lrs.username"),
        ({"username": "a\x00b"}, "lrs.username"),
        ({"vendor_id": 0}, "lrs.vendor_id"),
        ({"vendor_id": "3"}, "lrs.vendor_id"),
        ({"vendor_id": True}, "lrs.vendor_id"),
        ({"vendor_id": 2**31}, "lrs.vendor_id"),
        ({"user_type": "org"}, "lrs.user_type"),
        ({"language": "en"}, "lrs.language"),
        ({"get_type": "full"}, "lrs.get_type"),
        ({"parallel": 0}, "lrs.parallel"),
        ({"parallel": 17}, "lrs.parallel"),
        ({"read_timeout": 0}, "lrs.read_timeout"),
        ({"read_timeout": float("nan")}, "lrs.read_timeout"),
        ({"deadline": -1}, "lrs.deadline"),
        ({"connect_timeout": 4000}, "lrs.connect_timeout"),
        ({"password": ""}, "lrs_password"),
        ({"password": "short"}, "lrs_password"),
        ({"password": " " * 16}, "lrs_password"),
        ({"password": "seventeen-letters"}, "lrs_password"),
        ({"password": "sixteen\x01haracter"}, "lrs_password"),
    ],
)
def test_what_may_not_be_is_named(change: dict[str, object], field: str):
    with pytest.raises(InputError) as caught:
        LrsAccess(**{**GOOD, **change})
    assert caught.value.field == field
    assert "Settings, PLR/LRS" in str(caught.value)
    wrong = next(iter(change.values()))
    if isinstance(wrong, str) and len(wrong.strip()) > 4:
        assert wrong not in str(caught.value)


def test_secrets_show_in_no_repr():
    text = repr(LrsAccess(**GOOD))
    assert "EXAMPLE-PASSWORD" not in text
    assert "certificate secret" not in text
