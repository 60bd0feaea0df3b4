"""The PLR/LRS settings as typed: what they become, what is refused, how much has changed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import LrsSettings
from app.errors import InputError
from app.secrets import Secrets
from ui.dialogs.lrs_draft import LIVE, OPTIONS, TEST, LrsDraft
from ui.dialogs.settings_draft import TypedSecrets

END = "/LearnerServiceR9.svc"
TYPED = sorted(set(OPTIONS) - {"url", "service", "live_url", "test_url", "confirmed_hosts"})
SAVED = LrsSettings(
    url=f"https://live.invalid{END}",
    live_url=f"https://live.invalid{END}",
    test_url=f"https://test.invalid{END}",
    ukprn="19990002",
    vendor_id=41,
    username="somebody",
)


def test_untouched_it_gives_back_what_it_was_given():
    draft = LrsDraft(SAVED)
    assert draft.changed == 0
    assert draft.settings() == SAVED
    assert LrsDraft(LrsSettings()).settings() == LrsSettings()


def test_the_switch_changes_the_address_in_use():
    draft = LrsDraft(SAVED)
    draft.service = TEST
    assert (draft.address, draft.host) == (SAVED.test_url, "test.invalid")
    draft.addresses[TEST] = f" https://other.invalid{END} "
    made = draft.settings()
    assert (made.url, made.service) == (f"https://other.invalid{END}", TEST)
    assert made.live_url == SAVED.live_url
    assert draft.changed == 2


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("parallel", "0", "Allowed is a whole number from 1 to 16."),
        ("parallel", "17", "Allowed is a whole number from 1 to 16."),
        ("parallel", "", "Allowed is a whole number from 1 to 16."),
        ("parallel", "4.5", "Allowed is a whole number from 1 to 16."),
        ("parallel", "٤", "Allowed is a whole number from 1 to 16."),
        ("vendor_id", "9" * 5000, "Allowed is a whole number from 0 to 2147483647."),
        ("ukprn", "1999", "Allowed is 8 letters or digits, or nothing."),
        ("username", "x" * 36, "Allowed is text of up to 35 characters on one line."),
    ],
)
def test_what_is_not_allowed_names_its_field(name, text, words):
    draft = LrsDraft(SAVED)
    draft.texts[name] = text
    with pytest.raises(InputError) as refused:
        draft.settings()
    assert refused.value.field == name
    assert refused.value.message == words


@pytest.mark.parametrize(
    "address",
    [
        "http://lrs.invalid" + END,
        "https://u:p@lrs.invalid" + END,
        "https://lrs.invalid/other",
        "lrs.invalid",
        "x" * 9,
    ],
)
def test_addresses_that_cannot_be(address):
    for service, field in ((LIVE, "url"), (TEST, "test_url")):
        draft = LrsDraft(SAVED)
        draft.addresses[service] = address
        with pytest.raises(InputError) as refused:
            draft.settings()
        assert refused.value.field == field, "the address behind the other half of the switch has another name"


def test_an_empty_vendor_id_is_none_yet():
    draft = LrsDraft(SAVED)
    draft.texts["vendor_id"] = " "
    assert draft.settings().vendor_id == 0
    assert LrsDraft(LrsSettings()).texts["vendor_id"] == ""


def test_a_tick_is_a_yes():
    draft = LrsDraft(SAVED)
    draft.texts["send_all_given_names"] = "yes"
    assert draft.settings().send_all_given_names is True
    assert LrsDraft(draft.settings()).texts["send_all_given_names"] == "yes"


def test_changes_are_counted_and_taken_back():
    draft = LrsDraft(SAVED)
    draft.texts["parallel"] = "8"
    draft.typed["lrs_password"] = "x"
    assert draft.changed == 2
    draft.texts["parallel"] = "4"
    draft.typed["lrs_password"] = ""
    assert draft.changed == 0


def test_a_confirmed_host_is_kept():
    draft = LrsDraft(SAVED)
    draft.confirm("test.invalid")
    draft.confirm("test.invalid")
    assert draft.settings().confirmed_hosts == ("test.invalid",)
    assert not replace(draft.settings(), url=SAVED.test_url).awaits_confirmation


def test_a_typed_secret_shows_in_no_repr():
    draft = LrsDraft(SAVED)
    draft.typed["lrs_password"] = "Sixteen-Letters!"
    assert "Sixteen" not in repr(draft)


def test_typed_secrets_go_before_kept_ones():
    kept = Secrets({})
    kept.set_for_session("lrs_password", "kept", host="a.invalid")
    kept.set_for_session("lrs_certificate_password", "other", host="a.invalid")
    both = TypedSecrets(kept, {"lrs_password": "typed", "lrs_certificate_password": ""})
    assert both.get("lrs_password", host="a.invalid") == "typed"
    assert both.get("lrs_certificate_password", host="a.invalid") == "other"
    assert both.get("lrs_certificate_password", host="b.invalid") is None
    assert kept.get("lrs_password", host="a.invalid") == "kept"
    assert "typed" not in repr(both)


def outcome(draft: LrsDraft) -> LrsSettings | str:
    """The settings, or the name of the field that they were refused for."""
    try:
        return draft.settings()
    except InputError as refused:
        return refused.field


@given(st.sampled_from(TYPED), st.text())
def test_whatever_is_typed_is_taken_or_refused_with_its_field(name, text):
    draft = LrsDraft(SAVED)
    draft.texts[name] = text
    made = outcome(draft)
    assert made == name or OPTIONS[name].accepts(getattr(made, name))


@given(st.text())
def test_whatever_is_typed_as_an_address_is_taken_or_refused(address):
    draft = LrsDraft(SAVED)
    draft.addresses[LIVE] = address
    made = outcome(draft)
    assert made == "url" or made.url == address.strip()
