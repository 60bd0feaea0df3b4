"""The report of a bug says where and what kind, and names nobody, whatever the failure says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import DatabaseError
from app.reports import report_of

NAME = "Fenwick"


def caught(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        if cause is None:
            raise error
        try:
            raise cause
        except type(cause):
            raise error  # noqa: B904 - what came before is part of the report without `from`
    except type(error) as one:
        return one


@pytest.mark.parametrize(
    ("error", "last"),
    [
        (KeyError(NAME), "KeyError"),
        (ValueError(f"invalid literal for int(): {NAME!r}"), "ValueError"),
        (AssertionError(NAME), "AssertionError"),
        (UnicodeDecodeError("utf-8", NAME.encode(), 0, 1, NAME), "UnicodeDecodeError"),
        (FileNotFoundError(2, "Not there", f"/home/{NAME}/x"), "FileNotFoundError: Not there"),
        (OSError(NAME), "OSError"),
        (AttributeError("None has no 'rows'"), "AttributeError: None has no 'rows'"),
        (ModuleNotFoundError("No module named 'x'"), "ModuleNotFoundError: No module named 'x'"),
        (DatabaseError("It is closed.", hint="Wait."), "app.errors.DatabaseError: It is closed. Wait."),
        (AttributeError(), "AttributeError"),
        (ExceptionGroup(NAME, [ValueError(NAME)]), "ExceptionGroup"),
    ],
)
def test_what_the_last_line_says(error: Exception, last: str):
    text = report_of(caught(error))
    assert text.splitlines()[-1] == last
    assert NAME not in text
    assert "test_reports.py" in text


def test_what_led_to_it_is_part_of_it_and_names_nobody():
    text = report_of(caught(RuntimeError(NAME), KeyError(NAME)))
    assert text.count("which led to:") == 1
    assert text.index("KeyError") < text.index("RuntimeError")
    assert NAME not in text


def test_a_ring_of_causes_ends():
    first, second = ValueError(NAME), KeyError(NAME)
    first.__cause__, second.__cause__ = second, first
    assert report_of(first).count("which led to:") == 1


@given(st.text())
def test_whatever_a_failure_says(words: str):
    text = report_of(ValueError(words))
    assert text == "ValueError"
