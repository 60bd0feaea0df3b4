"""Rows and values with valid defaults, for tests that care about one or two of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import insert, select, update

from app import access
from app.access import Role, User
from app.attainments import at_a_glance_kept
from app.attainments.stored import StoredEvent, StoredRecord, subject_key
from app.connectors.lrs_answer import LearningEvent
from app.db.database import Database
from app.db.tables import (
    app_user,
    attainment,
    attainment_event,
    attainment_type,
    campus,
    learner,
    licence,
    metadata,
    role,
    user_role,
)
from app.folding import fold
from app.learners.edit import derived
from app.plr.ask import learners_to_ask
from app.plr.session import Answer, Asked, PlrSession
from app.start import DEFAULT_TYPES
from app.ulns import check_digit

UKPRN = "19990002"
TODAY = date(2026, 11, 23)
_numbers = count(700_001)  # beyond those of invented people, who may be in the same database


def uln_number(number: int) -> str:
    """A ULN that passes its check digit; others for other numbers."""
    for nine in range(100_000_000 + number * 11, 100_000_000 + number * 11 + 11):
        if (last := check_digit(str(nine))) is not None:
            return f"{nine}{last}"
    raise AssertionError("eleven in a row without a check digit")


# ------------------------------------------------------------------------------------------------- database rows


def with_types(db: Database) -> None:
    """The attainment types of a new database."""
    with db.write() as tx:
        tx.execute(insert(attainment_type), [{"code": code, "title": title} for code, title in DEFAULT_TYPES])


def licences_on(db: Database, *, on: bool = True) -> None:
    with db.write() as tx:
        tx.execute(update(licence).values(is_on=on, organisation="College", certified_by="Somebody"))


def first_user(db: Database, login: str = "first") -> User:
    """The first user of a database, who gets every role; with both licences on."""
    user = access.sign_in(db, login)
    licences_on(db)
    return user


def user_with(db: Database, *roles: Role, login: str = "") -> User:
    """Another user, with just these roles."""
    login = login or f"user{next(_numbers)}"
    with db.write() as tx:
        key = tx.execute(insert(app_user).values(login=login, name=login).returning(app_user.c.id)).scalar_one()
        for one in roles:
            role_id = tx.execute(select(role.c.id).where(role.c.code == one.value)).scalar_one()
            tx.execute(insert(user_role).values(user_id=key, role_id=role_id))
    return User(key, login, login)


def learner_values(number: int, **other: Any) -> dict[str, Any]:
    """A whole row of the learner table."""
    usual = {
        "ukprn": UKPRN,
        "ref": f"{240000 + number}",
        "uln": uln_number(number),
        "family_name": f"Example{number}",
        "given_names": "Ann",
        "first_name": None,
        "known_as": None,
        "birth_date": date(2008, 3, 4),
        "sex": "F",
        "postcode": "NF1 7BN",
        "email": None,
        "phone": None,
        "campus_id": None,
        "tutor_group": None,
        "merged_into_id": None,
        "removed_at": None,
        "postcode_is_prior": False,
    }
    return derived({**usual, **other})


def add_learner(db: Database, number: int | None = None, **other: Any) -> int:
    return add_learners(db, [learner_values(next(_numbers) if number is None else number, **other)])[0]


def add_learners(db: Database, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    with db.write() as tx:
        ids = list(db.new_ids(tx, learner, len(rows)))
        tx.execute(insert(learner), [{**row, "id": key} for key, row in zip(ids, rows, strict=True)])
    return ids


def add_campus(db: Database, code: str, name: str) -> int:
    with db.write() as tx:
        values = {"code": code, "name": name, "name_fold": fold(name)}
        return int(tx.execute(insert(campus).values(**values).returning(campus.c.id)).scalar_one())


def attainment_values(**other: Any) -> dict[str, Any]:
    """The columns of an attainment but learner and type; the subject's companions follow from it."""
    values = {"subject_code": "603/4471/2", "subject": "Business", "origin": "hand", **other}
    values.setdefault("subject_key", subject_key(values["subject_code"]))
    return {**values, "subject_fold": fold(values["subject"])}


def add_attainment(
    db: Database, learner_id: int, *, links: Iterable[tuple[int, str | None, str | None]] = (), **other: Any
) -> int:
    """One attainment; `links` are the LRS events behind it as (id, source, date loaded)."""
    with db.write() as tx:
        type_id = tx.execute(select(attainment_type.c.id).where(attainment_type.c.code == "PLR")).scalar_one()
        values = {"learner_id": learner_id, "type_id": type_id, **attainment_values(**other)}
        key = int(tx.execute(insert(attainment).values(**values).returning(attainment.c.id)).scalar_one())
        for event_id, source, loaded in links:
            link = {"event_id": event_id, "source": source, "date_loaded": loaded}
            tx.execute(insert(attainment_event).values(learner_id=learner_id, attainment_id=key, **link))
        at_a_glance_kept.keep(tx, [learner_id])
    return key


def snapshot(db: Database, *tables: str, without: Iterable[str] = ("id", "version")) -> dict[str, list[str]]:
    """Every row of the tables as text, in no order of the database's own; removed rows left out."""
    found = {}
    with db.read() as tx:
        for name in tables or ("attainment", "attainment_event", "learner"):
            table = metadata.tables[name]
            rows = [row._mapping for row in tx.execute(select(table)) if getattr(row, "removed_at", None) is None]
            found[name] = sorted(
                json.dumps({k: v for k, v in row.items() if k not in without}, default=str) for row in rows
            )
    return found


# ------------------------------------------------------------------------------------------------ events, answers


def event(event_id: int | None = 1, **other: Any) -> LearningEvent:
    """A learning event of an awarding organisation."""
    usual = {
        "event_id": event_id,
        "source": "AO",
        "subject_code": "603/4471/2",
        "subject": "Business",
        "qualification_type": "Other Vocational Qualification",
        "grade": "Pass",
        "achievement_award_date": "2024-07-01",
        "date_loaded": "2024-08-01 04:00:00",
    }
    return LearningEvent(**{**usual, **other})


def answer(*events: LearningEvent, **other: Any) -> Answer:
    return Answer(**{"response_code": "WSRC0004", "events": tuple(events), **other})


def asked(learner_id: int, uln: str = "3000000029") -> Asked:
    return Asked(
        id=learner_id,
        ref=str(learner_id),
        uln=uln,
        family_name="Example",
        given_names="Ann",
        sent_given="Ann",
        birth_date=None,
        sex=None,
    )


def session_with(answers: Mapping[int, Answer]) -> PlrSession:
    """A window that holds these answers, by learner id."""
    session = PlrSession()
    session.expect(asked(key) for key in answers)
    for key, one in answers.items():
        session.hold(key, one)
    return session


def session_of(db: Database, answers: Mapping[int, Answer]) -> PlrSession:
    """As `session_with`, of learners who were asked about as the database holds them."""
    session = PlrSession()
    with db.read() as tx:
        session.expect(learners_to_ask(db, tx, list(answers), all_names=False))
    for key, one in answers.items():
        session.hold(key, one)
    return session


def all_keys(session: PlrSession) -> list[int]:
    return [row.key for row in session.rows()]


class StoredRow:
    """A row of the attainment table without a database; what is not named is None."""

    def __init__(self, id: int, **values: Any) -> None:
        self.id = id
        self.version = 1
        self.__dict__.update(attainment_values(**values))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None


def stored(*rows: StoredRow, links: Iterable[tuple[int, int, str | None, str | None]] = ()) -> StoredRecord:
    """What a learner holds; `links` are (event id, attainment id, source, date loaded)."""
    behind = tuple(StoredEvent(place, *link) for place, link in enumerate(links, 1))
    return StoredRecord(tuple(rows), behind)  # type: ignore[arg-type]
