"""The address of a database."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.errors import InputError


def parsed(url: str | URL) -> URL:
    """The address in its parts. Raises InputError, which does not quote it: there may be a password in it."""
    try:
        address = make_url(url)
        known = address.drivername in ("sqlite", "postgresql", "postgresql+psycopg")
    except (ArgumentError, ValueError):  # a port that is no number is a bare ValueError
        known = False
    if not known:
        raise InputError(
            "The database address cannot be understood.",
            hint="It is sqlite:///FILE, or postgresql+psycopg://USER@COMPUTER/NAME, or nothing.",
        )
    return address
