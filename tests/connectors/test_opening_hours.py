"""The hours of the service: the settings say when it is open, in the time of the United Kingdom."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.config import LrsSettings
from app.connectors.opening_hours import closed_now, hours_of

WEEKDAYS = LrsSettings(opens="08:00", closes="18:00", days="Mon-Fri")


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (datetime(2026, 1, 12, 8, 0, tzinfo=UTC), True),  # a Monday in winter
        (datetime(2026, 1, 12, 7, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 12, 17, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 12, 18, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 13, 7, 0, tzinfo=UTC), True),  # summer time
        (datetime(2026, 7, 13, 17, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 10, 12, 0, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 1, 12, 3, 0, tzinfo=timezone(timedelta(hours=-6))), True),
        # The days on which the clocks change, both Sundays.
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 26, 8, 0, tzinfo=UTC), True),
    ],
)
def test_open_and_closed(moment: datetime, open_: bool):
    assert (closed_now(WEEKDAYS, moment) == "") is open_


def test_the_sentence_says_when_it_is_open_and_what_time_it_is_there():
    assert closed_now(WEEKDAYS, datetime(2026, 7, 11, 18, 5, tzinfo=UTC)) == (
        "The Learning Records Service is said to be open 08:00 to 18:00, Monday to Friday. "
        "In the United Kingdom it is Saturday, 19:05."
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("", "every day"),
        ("Mon-Sun", "every day"),
        ("mon - fri", "Monday to Friday"),
        ("Sat,Sun", "Saturday and Sunday"),
        ("Wed", "Wednesday"),
        ("Sat-Mon", "Monday, Saturday, Sunday"),
        ("Mon, Wed, Fri", "Monday, Wednesday, Friday"),
    ],
)
def test_days_in_words(days: str, words: str):
    hours = hours_of(LrsSettings(opens="08:00", closes="18:00", days=days))
    assert hours is not None
    assert hours.words == f"08:00 to 18:00, {words}"


def test_where_nobody_said_when_it_is_open_nobody_is_warned():
    for hour in range(24):
        assert closed_now(LrsSettings(days="Mon"), datetime(2026, 1, 11, hour, tzinfo=UTC)) == ""


def test_the_last_minute_that_can_be_set_means_midnight():
    hours = hours_of(LrsSettings(opens="00:00", closes="23:59", days="Mon-Sun"))
    assert hours is not None
    assert hours.open_at(datetime(2026, 11, 23, 23, 59, 30, tzinfo=UTC))
