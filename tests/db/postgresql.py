"""A PostgreSQL server of the tests' own, from the programs that are installed (tech-notes.md 5).

Runs on loopback with its socket in its own folder; as root it runs as the user `postgres`, since a server refuses
root. Nothing of it survives the tests, also when they are killed.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg

OWNER = "lm_owner"
STRANGER = "lm_stranger"  # has a password, which nobody gives


def programs() -> Path | None:
    """The folder of the newest server's programs; None if none is installed, or root has nobody to run it as."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    in_path = shutil.which("initdb")
    folder = found[-1].parent if found else (Path(in_path).resolve().parent if in_path else None)
    if folder is None or (os.geteuid() == 0 and (not _known("postgres") or not shutil.which("setpriv"))):
        return None
    return folder


def _known(user: str) -> bool:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(user) is not None
    return False


class Server:
    """A running server; `address` gives SQLAlchemy's address of one of its databases."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._numbers = count(1)

    def address(self, database: str, user: str = OWNER) -> str:
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, database: str = "postgres") -> list[tuple]:
        """One statement as the owner, outside any transaction."""
        place = f"host=127.0.0.1 port={self.port} user={OWNER} dbname={database}"
        with psycopg.connect(place, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A fresh database made from `template`; gives its address, drops it afterwards."""
        name = f"lm_{next(self._numbers)}"
        self.run(f"create database {name} template {template}")
        try:
            yield self.address(name)
        finally:
            self.run(f"drop database {name} with (force)")


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """A server for the length of the block. Needs `programs()`."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="lm-postgresql-"))
    before: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        before = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "env", f"HOME={folder}"]

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*before, bin_folder / program, *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    data = folder / "data"
    stop = [*before, bin_folder / "pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop"]
    with _ended_with_us(folder, stop):
        local = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        run("initdb", "-D", str(data), "-U", OWNER, *local)
        port = _free_port()
        lines = [
            "listen_addresses='127.0.0.1'",
            f"port={port}",
            f"unix_socket_directories='{folder}'",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "autovacuum=off",
            "max_connections=40",
        ]
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("\n".join(lines) + "\n")
        rules = data / "pg_hba.conf"
        rules.write_text(f"host all {STRANGER} 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "start")
        server = Server(folder, port)
        server.run(f"create role {STRANGER} login password 'nobody-knows'")
        yield server


@contextlib.contextmanager
def _ended_with_us(folder: Path, stop: list[str | Path]) -> Iterator[None]:
    """At the end of the block, or of this process, `stop` is run and the folder removed: one way for both."""
    watcher = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("postgresql_end.py"), folder, *stop],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us
    )
    try:
        yield
    finally:
        watcher.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
