"""The LMS settings as typed: what they become, what is refused, how much has changed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import LmsSettings
from app.errors import InputError
from app.lms.settings import Plan, SyncSettings
from ui.dialogs.lms_draft import FILE, SHARED, LmsDraft

SAVED = LmsSettings(url="https://moodle.invalid/lms", student_role_id=7, parallel=3)
HELD = SyncSettings(Plan(interval=60), Plan(on=False, paused_until=date(2027, 1, 4)), "IT service desk")


def draft() -> LmsDraft:
    made = LmsDraft(SAVED)
    made.take_shared(HELD)
    return made


def test_untouched_it_gives_back_what_it_was_given():
    made = draft()
    assert made.changed == 0
    assert not made.shared_changed
    assert made.settings() == SAVED
    assert made.sync() == HELD
    assert LmsDraft(LmsSettings()).settings() == LmsSettings()


def test_the_two_parts_are_told_apart():
    made = draft()
    made.type("parallel", "8")
    assert made.changed == 1
    assert not made.shared_changed
    made.type("enrolments_on", "yes")
    made.type("courses_paused_until", "4 Jan 2027")
    assert made.changed == 3
    assert made.shared_changed
    assert made.sync().enrolments == Plan(on=True, paused_until=date(2027, 1, 4))
    assert made.sync().courses == Plan(interval=60, paused_until=date(2027, 1, 4))
    assert made.settings().parallel == 8


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("url", "http://moodle.invalid", "Allowed is the site's own address, beginning with https://"),
        ("url", "https://moodle.invalid/webservice/rest/server.php", "Allowed is the site's own address"),
        ("proxy", "https://u:p@proxy.invalid", "Allowed is an address such as http://proxy:8080"),
        ("student_role_id", "0", "Allowed is a whole number from 1 to"),
        ("parallel", "17", "Allowed is a whole number from 1 to 16."),
        ("gradebook_timeout", "59", "Allowed is a whole number from 60 to 1800."),
        ("courses_interval", "4", "Allowed is a whole number from 5 to 240."),
        ("enrolments_interval", "241", "Allowed is a whole number from 5 to 240."),
        ("courses_paused_until", "soon", "Allowed is a day such as 4 Jan 2027, or nothing."),
        ("contact", "x" * 501, "Allowed is text of up to 500 characters on one line."),
    ],
)
def test_what_is_not_allowed_names_its_field(name, text, words):
    made = draft()
    made.type(name, text)
    with pytest.raises(InputError) as refused:
        made.check()
    assert refused.value.field == name
    assert refused.value.message.startswith(words)


def test_a_token_is_pasted_with_blanks_and_shows_in_no_repr():
    made = draft()
    made.type_secret("lms_token", " 0123456789abcdef ")
    assert made.typed["lms_token"] == "0123456789abcdef"
    assert made.changed == 1
    assert "0123456789abcdef" not in repr(made)


def outcome(made: LmsDraft) -> str:
    """The name of the field that is refused; "" if none is."""
    try:
        made.check()
    except InputError as refused:
        return refused.field
    return ""


@given(st.sampled_from(sorted(FILE | SHARED)), st.text())
def test_whatever_is_typed_is_taken_or_refused_with_its_field(name, text):
    made = draft()
    made.type(name, text)
    assert outcome(made) in ("", name)
