"""The demo on a server: an officer of no rights but the program's, for as long as it lasts; never among real rows."""

from contextlib import closing

import pytest
from sqlalchemy import text

from app import access, demo_server, grants
from app.access import Role
from app.db.database import Database
from app.errors import InputError
from tests.db.postgresql import Server

_OFFICERS = "select count(*) from pg_roles where rolname like '%officer'"


def test_an_officer_comes_and_goes(server: Server, postgresql_template: str):
    with server.database(postgresql_template) as address, closing(Database(address)) as db:
        grants.install(db)  # groups are called after the database
        owner = access.sign_in(db)
        with demo_server.officer(db, owner) as theirs, closing(Database(theirs)) as work:
            me = access.sign_in(work)
            with work.write() as tx:
                tx.execute(text("create temporary table theirs (id integer)"))  # kept while they are there
                assert access.rights(tx, me).roles == frozenset(Role)
                special = "select rolsuper or rolcreaterole from pg_roles where rolname = session_user"
                assert tx.execute(text(special)).scalar_one() is False
            assert server.run(_OFFICERS) == [(1,)]
            work.close()
        assert server.run(_OFFICERS) == [(0,)]


def test_only_an_empty_database_of_a_server_is_filled(server: Server, postgresql_template: str):
    with server.database() as address:
        demo_server.require_empty(address)
        with closing(Database(address)) as db, db.write() as tx:
            tx.execute(text("create table something (id integer)"))
        with pytest.raises(InputError, match="holds something"):
            demo_server.require_empty(address)
    with pytest.raises(InputError, match="begins with postgresql"):
        demo_server.require_empty("sqlite://")
