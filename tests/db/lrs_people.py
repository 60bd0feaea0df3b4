"""Invented people in a database, and the sandbox service that knows them: for *Find ULN* and *Verify*."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import insert

from app.connectors.lrs import LrsAccess, LrsClient
from app.db.database import Database
from app.db.tables import learner
from app.learners.edit import derived, normal_postcode
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person, people
from app.sandbox.registry import Case, case_of

PEOPLE = people(1_000)
PATIENCE = {"connect_timeout": 2.0, "read_timeout": 5.0, "deadline": 8.0}


def client(sandbox: LrsSandbox, **other: object) -> LrsClient:
    return LrsClient(LrsAccess(**{**sandbox.info.as_dict(), **PATIENCE, **other}))


@contextmanager
def running(folder: Path) -> Iterator[LrsSandbox]:
    with LrsSandbox(folder, people=PEOPLE) as sandbox:
        yield sandbox


def of_kind(kind: Kind) -> list[Person]:
    """Those of a kind of whom the college knows all that a search needs."""
    return [one for one in PEOPLE if one.kind is kind and one.birth_date and one.postcode != "ZZ99 9ZZ"]


def of_case(case: Case) -> Person:
    """Somebody without a ULN whom the LRS knows in this way."""
    return next(one for one in of_kind(Kind.NO_ULN) if case_of(one) is case)


def add_person(db: Database, one: Person, **other: object) -> int:
    """The learner as the college holds the person; returns the id."""
    names = ("ref", "uln", "family_name", "given_names", "known_as", "birth_date", "sex", "email", "phone")
    held = {name: getattr(one, name) for name in (*names, "tutor_group", "first_name")}
    values = {"ukprn": "19990002", **held, "postcode": normal_postcode(one.postcode), "postcode_is_prior": False}
    with db.write() as tx:
        row = derived({**values, **other})
        return int(tx.execute(insert(learner).values(**row).returning(learner.c.id)).scalar_one())
