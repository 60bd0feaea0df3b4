"""Colleges on a real server whose people sign in with rights of their own."""

from dataclasses import dataclass
from itertools import count

import psycopg

from app import access, grants, users
from app.access import Role, User
from app.db.database import Database
from app.db.upgrade import upgrade
from app.users import Account
from tests.builders import first_user, with_types
from tests.db.postgresql import Server

OWNER = "college_owner"
DENIED = psycopg.errors.InsufficientPrivilege
NUMBERS = count(1)


@dataclass
class College:
    """A database on the server whose owner is nobody special, and a person in each role, named as that."""

    server: Server
    name: str
    owner: Database
    administrator: User

    def of(self, login: str) -> Database:
        return Database(self.server.address(self.name, login))

    def sql(self, login: str) -> psycopg.Connection:
        place = f"host=127.0.0.1 port={self.server.port} user={login} dbname={self.name}"
        return psycopg.connect(place)

    def person(self, *roles: Role) -> str:
        """Somebody else with just these roles; returns their login."""
        login = f"somebody{next(NUMBERS)}"
        self.server.run(f"create role {login} login")
        wanted = Account(login=login, name=login.title(), roles=frozenset(roles))
        users.save(self.owner, self.administrator, None, wanted)
        return login


def new_college(server: Server, owner: str = OWNER, right: str = "createrole") -> College:
    name = f"rights{next(NUMBERS)}"
    if not server.run(f"select 1 from pg_roles where rolname = '{owner}'"):
        server.run(f"create role {owner} login {right}")
    server.run(f"create database {name} owner {owner} template template0")
    db = Database(server.address(name, owner))
    upgrade(db)
    access.prepare(db)
    with_types(db)
    grants.install(db)
    return College(server, name, db, first_user(db, owner))


def refused(connection: psycopg.Connection, statement: str) -> bool:
    """Whether the database refuses it for want of a right; undone in any case."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except DENIED:
        return True
    return False
