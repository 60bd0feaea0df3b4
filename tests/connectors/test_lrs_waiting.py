"""`Retry-After` in both of its forms, and in none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.lrs_faults import seconds_to_wait

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 30 ", 30),
        ("999999999", 3600),
        ("Mon, 02 Mar 2026 12:00:20 GMT", 20),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("Tue, 03 Mar 2026 12:00:00 GMT", 3600),
        ("Mon, 02 Mar 2026 13:00:05 +0100", 5),
        (None, None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None):
    assert seconds_to_wait(header, NOON) == seconds


@given(st.text())
def test_any_header_is_a_wait_within_an_hour_or_none(header: str):
    wait = seconds_to_wait(header, NOON)
    assert wait is None or 0 <= wait <= 3600
