"""Which given name the service is asked with: of two columns, of several words, by the setting."""

import pytest

from app.given_name import name_to_send


@pytest.mark.parametrize(
    ("first_name", "given_names", "one", "every"),
    [
        (None, "Mary Jane Ann", "Mary", "Mary Jane Ann"),
        # A first name of several words that a file gave in a column of its own is one name.
        ("Mary Jane", "Mary Jane Ann", "Mary Jane", "Mary Jane Ann"),
        ("Jo", None, "Jo", "Jo"),
        (None, "  Zoë   Mae ", "Zoë", "  Zoë   Mae "),
        (None, None, None, None),
        (None, "", None, None),
        ("", " ", None, " "),
    ],
)
def test_the_name_that_is_sent(first_name: str | None, given_names: str | None, one: str | None, every: str | None):
    assert name_to_send(first_name, given_names, all_names=False) == one
    assert name_to_send(first_name, given_names, all_names=True) == every
