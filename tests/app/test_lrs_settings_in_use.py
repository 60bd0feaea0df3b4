"""What is asked of the settings before the first call: an address, that somebody stands by it, the secrets."""

from dataclasses import fields, replace

import pytest

from app.config import Settings
from app.context import lrs_access
from app.errors import InputError, SecretNeededError
from app.secrets import Secrets

ELSEWHERE = "https://records.example.org/LearnerServiceR9.svc"


def settings(**other: object) -> Settings:
    usual = Settings()
    return replace(usual, lrs=replace(usual.lrs, **other))


def held(host: str) -> Secrets:
    secrets = Secrets({})
    for name in ("lrs_password", "lrs_certificate_password"):
        secrets.set_for_session(name, "0123456789abcdef", host=host)
    return secrets


def test_a_host_that_nobody_confirmed_is_never_asked():
    """Whoever wrote it into the file: names, ULNs and passwords do not go there."""
    secrets = held("records.example.org")
    with pytest.raises(InputError, match=r"outside education\.gov\.uk and no administrator has confirmed") as refused:
        lrs_access(settings(url=ELSEWHERE), secrets)
    assert "Settings, PLR/LRS" in refused.value.hint
    with pytest.raises(InputError, match=r"outside education\.gov\.uk"):
        lrs_access(settings(url=ELSEWHERE, confirmed_hosts=("another.example.org",)), secrets)
    with pytest.raises(InputError, match="No client certificate is set"):  # the next thing that is looked at
        lrs_access(settings(url=ELSEWHERE, confirmed_hosts=("records.example.org",)), secrets)


def test_the_secrets_of_one_host_are_not_sent_to_another():
    confirmed = settings(url=ELSEWHERE, confirmed_hosts=("records.example.org",))
    with pytest.raises(SecretNeededError):
        lrs_access(confirmed, held("ws.lrs.education.gov.uk"))


def test_every_setting_reaches_the_connector():
    chosen = {
        "url": "https://localhost:8443/LearnerServiceR9.svc",
        "ca_file": "/x.pem",
        "proxy": "http://proxy:8080",
        "certificate_file": "/x.p12",
        "organisation_ref": "ABC123",
        "ukprn": "19990002",
        "username": "somebody",
        "vendor_id": 77,
        "user_type": "LNR",
        "language": "ENG",
        "get_type": "BRIEF",
        "parallel": 3,
        "connect_timeout": 7,
        "read_timeout": 33,
        "deadline": 66,
    }
    secrets = Secrets({})
    secrets.set_for_session("lrs_password", "fedcba9876543210", host="localhost")
    secrets.set_for_session("lrs_certificate_password", "another", host="localhost")
    access = lrs_access(settings(**chosen), secrets)
    told = {one.name for one in fields(access)} - {"largest_answer"}
    assert told == {*chosen, "password", "certificate_password"}, "all that the connector asks for"
    assert {name: getattr(access, name) for name in chosen} == chosen
    assert (access.password, access.certificate_password) == ("fedcba9876543210", "another")


def test_without_an_address_it_says_where_to_set_it():
    with pytest.raises(InputError, match="address") as refused:
        lrs_access(settings(url=""), Secrets({}))
    assert "Settings, PLR/LRS" in refused.value.hint
