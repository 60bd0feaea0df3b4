"""Where the password of a server comes from, and that a line that leaves this computer is encrypted."""

import pytest

from app.config import DatabaseSettings
from app.db.database import Database
from app.errors import DatabaseError, InputError
from app.folders import DataFolder
from app.secrets import Secrets
from app.server_address import completed
from app.start import attempt
from app.tasks import TaskContext
from tests.db.postgresql import STRANGER, Server

KEPT = Secrets({"LEARNER_MANAGER_SECRET_DATABASE_PASSWORD": "nobody-knows"})
PLAIN = DatabaseSettings()


def test_a_file_is_left_as_it_is():
    assert str(completed("sqlite:////data/learners.sqlite", PLAIN, KEPT)) == "sqlite:////data/learners.sqlite"


@pytest.mark.parametrize(
    ("url", "settings", "query"),
    [
        ("postgresql+psycopg://ann@db.example/lm", PLAIN, {"sslmode": "verify-full", "sslrootcert": "system"}),
        (
            "postgresql+psycopg://ann@db.example/lm",
            DatabaseSettings(ca_file="/etc/college.pem"),
            {"sslmode": "verify-full", "sslrootcert": "/etc/college.pem"},
        ),
        ("postgresql+psycopg://ann@db.example/lm?sslmode=require", PLAIN, {"sslmode": "require"}),
        ("postgresql+psycopg://ann@/lm?host=/run/postgresql", PLAIN, {"host": "/run/postgresql"}),
        ("postgresql+psycopg://ann@127.0.0.1:5433/lm", PLAIN, {}),
        ("postgresql+psycopg://ann@localhost/lm", PLAIN, {}),
        (
            "postgresql+psycopg://ann@/lm?host=db.example",
            PLAIN,
            {"host": "db.example", "sslmode": "verify-full", "sslrootcert": "system"},
        ),
    ],
)
def test_the_line_is_encrypted_and_the_server_is_the_one_named(url, settings, query):
    assert dict(completed(url, settings, Secrets({})).query) == query


def test_a_password_in_the_address_stays_and_none_is_made_up():
    given = completed("postgresql+psycopg://ann:own@db.example/lm", PLAIN, KEPT)
    assert given.password == "own"
    assert completed("postgresql+psycopg://ann@db.example/lm", PLAIN, Secrets({})).password is None
    with pytest.raises(InputError, match="cannot be understood"):
        completed("mysql://db.example/lm", PLAIN, KEPT)


def test_the_password_that_is_kept_opens_the_server(server: Server):
    url = server.address("postgres", STRANGER)
    with pytest.raises(DatabaseError, match="asks for a password"), Database(url).read():
        pass
    db = Database(completed(url, PLAIN, KEPT))
    with db.read() as tx:
        assert db.role(tx) == STRANGER
    db.close()
    assert "nobody-knows" not in repr(db.url)


def test_what_was_typed_in_this_run_counts_for_the_start(server: Server, tmp_path):
    """Where there is no password store, it is known nowhere else."""
    folder, url = DataFolder(tmp_path), server.address("postgres", STRANGER)
    with pytest.raises(DatabaseError, match="asks for a password"):
        attempt(TaskContext(), folder, url, secrets=Secrets({}))
    with pytest.raises(DatabaseError) as told:
        attempt(TaskContext(), folder, url, secrets=KEPT)
    assert "password" not in told.value.message, "it came in; there is nothing to open"


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(server: Server):
    """The server of the tests speaks no TLS at all: a line that has to be encrypted is not opened."""
    with (
        pytest.raises(DatabaseError),
        Database(f"{server.address('postgres')}?sslmode=verify-full&sslrootcert=system").read(),
    ):
        pass
