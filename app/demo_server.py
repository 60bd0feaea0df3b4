"""The demo on a PostgreSQL server: its owner fills an empty database; who then works there is an ordinary role of the
server, which may do what the program's roles are granted and nothing else."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import URL, inspect, text

from app import users
from app.access import Role, User
from app.db import server_roles
from app.db.addresses import parsed
from app.db.database import Database
from app.errors import InputError
from app.tasks import TaskContext
from app.users import Account

_LONGEST = 50
_LOOKS = 200


def require_empty(url: str) -> None:
    """Nothing invented may ever come among real learners. Raises InputError unless `url` is that of a database on a
    server without a single table, whose owner may make roles; DatabaseError if it cannot be reached."""
    if parsed(url).get_backend_name() != "postgresql":
        raise InputError(
            "The tour plays on a database server only where its address begins with postgresql.",
            hint="Name one, or leave it out: then it plays on an embedded database of its own.",
        )
    with closing(Database(url)) as db, db.read() as tx:
        if inspect(tx).get_table_names():
            raise InputError(
                "This database holds something, so no invented learners are put there.",
                hint="Make a new, empty database and name that one. Nothing was changed.",
            )
        if not server_roles.may_make_roles(tx):
            raise InputError(
                "This account cannot make roles on the server, which the owner of the database has to.",
                hint="Whoever looks after the server gives it “createrole”. Nothing was changed.",
            )


@contextmanager
def officer(db: Database, owner: User) -> Iterator[URL]:
    """The address by which an officer signs in who holds every role of the program, for the length of the block; a
    role of the server without any right of its own. `db` is signed in to by its `owner`."""
    with db.write() as tx:
        database = str(tx.execute(text("select current_database()")).scalar_one())
        login, password = f"{database[:_LONGEST]}_officer", secrets.token_urlsafe(24)
        quote = "select quote_ident(:login), quote_literal(:password)"
        name, word = tx.execute(text(quote), {"login": login, "password": password}).one()
        tx.exec_driver_sql(f"create role {name} login password {word}".replace("%", "%%"))
    try:
        users.save(db, owner, None, Account(login=login, name="Demo officer", roles=frozenset(Role)))
        yield db.url.set(username=login, password=password)
    finally:
        _wait_until_gone(db, login)
        with db.write() as tx:
            tx.exec_driver_sql(f"drop role {name}".replace("%", "%%"))


def _wait_until_gone(db: Database, login: str) -> None:
    """A server takes a moment to end what was closed; a role of whom a temporary table is left cannot be dropped."""
    there = text("select exists (select from pg_stat_activity where usename = :login)")
    for _ in range(_LOOKS):
        with db.read() as tx:
            if not tx.execute(there, {"login": login}).scalar_one():
                return
        TaskContext().wait(0.05)
