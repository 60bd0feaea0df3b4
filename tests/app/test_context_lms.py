"""The client of the LMS that the settings and the password store describe."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from app.config import LmsSettings, LrsSettings, Settings, load, save
from app.connectors.moodle import MoodleClient
from app.context import AppContext, lms_client
from app.errors import InputError, SecretNeededError
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from app.secrets import Secrets

TOKEN = "0123456789abcdef0123456789abcdef"


def settings(**lms: Any) -> Settings:
    return Settings(lms=LmsSettings(**{"url": "https://moodle.invalid", **lms}))


def with_token(host: str = "moodle.invalid") -> Secrets:
    secrets = Secrets({})
    secrets.set_for_session("lms_token", TOKEN, host=host)
    return secrets


def test_no_lms_is_set_up():
    with pytest.raises(InputError) as caught:
        lms_client(Settings(), Secrets({}))
    assert "No LMS is set up" in caught.value.message
    assert "Settings, LMS" in caught.value.hint


def test_a_token_belongs_to_its_host():
    with pytest.raises(SecretNeededError) as caught:
        lms_client(settings(), with_token("other.invalid"))
    assert caught.value.secret == "lms_token"
    assert "Settings, LMS" in caught.value.hint


def test_every_setting_reaches_the_connector():
    chosen = {
        "ca_file": "/x.pem",
        "proxy": "http://proxy:8080",
        "parallel": 2,
        "connect_timeout": 7,
        "read_timeout": 33,
        "deadline": 66,
        "gradebook_timeout": 99,
    }
    client = lms_client(settings(**chosen, student_role_id=8), with_token())
    assert isinstance(client, MoodleClient)
    assert client.parallel == 2
    access = client._access
    assert {name: getattr(access, name) for name in chosen} == chosen
    assert (access.url, access.token, access.student_role) == ("https://moodle.invalid", TOKEN, 8)
    told = {one.name for one in fields(access)} - {"largest_answer"}
    assert told == {*chosen, "url", "token", "student_role"}, "all that the connector asks for"


@pytest.mark.parametrize(
    "wrong",
    [{"proxy": "https://p"}, {"read_timeout": 1}, {"gradebook_timeout": 5}, {"parallel": 17}, {"deadline": 1_000}],
)
def test_settings_that_are_refused(wrong: dict[str, Any]):
    with pytest.raises(InputError) as caught:
        settings(**wrong)
    assert caught.value.field == f"lms.{next(iter(wrong))}"


def test_the_settings_come_back_from_the_file(tmp_path: Path):
    kept = Settings(lrs=LrsSettings(), lms=LmsSettings(url="https://moodle.invalid", proxy="http://p:1", deadline=77))
    save(tmp_path, kept)
    assert load(tmp_path) == kept


def test_the_context_asks_the_lms_of_its_settings(tmp_path: Path):
    with MoodleSandbox(tmp_path, people=people(100), courses=2, learners=3) as sandbox:
        lms = LmsSettings(url=sandbox.info.url, ca_file=sandbox.info.ca_file)
        secrets = Secrets({})
        secrets.set_for_session("lms_token", sandbox.info.token, host=lms.host)
        context: Any = AppContext.__new__(AppContext)
        context.settings, context.secrets = Settings(lms=lms), secrets
        with context.lms().open() as calls:
            assert len(calls.courses()) == 2
