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
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import psycopg

OWNER = "lm_owner"
STRANGER = "lm_stranger"  # has a password, which nobody gives
FEW_ROWS = ("join_collapse_limit=4", "from_collapse_limit=4")
"""Settings for tables of few rows: asking a dozen of them takes a thousandth of weighing in which order."""


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

    def __init__(self, folder: Path, port: int, control: Callable[..., None]) -> None:
        self.folder = folder
        self.port = port
        self._control = control
        self._numbers = count(1)
        self._templates: dict[str, Template] = {}
        self._free: dict[str, list[str]] = {}
        self._lines: dict[str, psycopg.Connection] = {}

    def address(self, database: str, user: str = OWNER) -> str:
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """No server for the length of the block: it is killed as a crash would, and started again afterwards. What
        was committed before is kept, though this server does not wait for its disk."""
        self.run("checkpoint")
        self._control("-m", "immediate", "stop")
        try:
            yield
        finally:
            self._control("-l", str(self.folder / "log"), "start")

    @staticmethod
    def put(file: Path, content: bytes) -> None:
        """A file that the server alone reads."""
        file.write_bytes(content)
        file.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(file, "postgres", "postgres")

    def run(self, statement: str, database: str = "postgres") -> list[tuple]:
        """One statement as the owner, outside any transaction."""
        with self.connected(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def connected(self, database: str) -> psycopg.Connection:
        """A connection as the owner, outside any transaction; to be used with `with`."""
        place = f"host=127.0.0.1 port={self.port} user={OWNER} dbname={database}"
        return psycopg.connect(place, autocommit=True)

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A database as fresh as one just made from `template`, which nobody may change any more; gives its address.

        Making and dropping one costs ten times what most tests do in it, so it is brought back to the template's
        state and used again, where that is quick and certain.
        """
        free = self._free.setdefault(template, [])
        name = free.pop() if free else self._made_from(template)
        try:
            yield self.address(name)
        finally:
            if template != "template0" and self._is_as_new(name, template):
                free.append(name)
            else:
                self._hang_up(name)
                self.run(f"drop database {name} with (force)")

    def close(self) -> None:
        for name in list(self._lines):
            self._hang_up(name)

    def _hang_up(self, name: str) -> None:
        line = self._lines.pop(name, None)
        if line is not None:
            line.close()

    def _line(self, name: str) -> psycopg.Connection:
        """A connection that is kept: a new one has to learn what tables there are, which takes most of the time."""
        if name not in self._lines:
            self._lines[name] = self.connected(name)
        return self._lines[name]

    def _made_from(self, template: str) -> str:
        name = f"lm_{next(self._numbers)}"
        self.run(f"create database {name} template {template}")
        return name

    def _is_as_new(self, name: str, template: str) -> bool:
        """Whether the database could be brought back to the state of its template."""
        if template not in self._templates:
            self._templates[template] = Template(self, template)
        with contextlib.suppress(psycopg.Error):
            return self._templates[template].bring_back(self._line(name))
        return False


class Template:
    """What a template database holds, in order to bring a database that was made from it back to that.

    Raises psycopg.Error.
    """

    _MOST = 1024 * 1024
    """Bytes of tables with anything in them up to which deleting is quicker than a new database."""

    _TABLES = "select oid::regclass::text, pg_relation_size(oid) from pg_class where relkind = 'r' and oid >= 16384"

    def __init__(self, server: Server, name: str) -> None:
        self._catalogue = server.run(_CATALOGUE, name)
        self._rows = {
            table: self._copied(server, name, table) for table, size in server.run(self._TABLES, name) if size
        }
        sequences = server.run("select sequencename, start_value, last_value from pg_sequences", name)
        self._counters = "; ".join(
            f"select setval('{sequence}', {start if last is None else last}, {last is not None})"
            for sequence, start, last in sequences
        )

    @staticmethod
    def _copied(server: Server, name: str, table: str) -> bytes:
        with server.connected(name) as connection, connection.cursor().copy(f"copy {table} to stdout") as rows:
            return b"".join(rows)

    def bring_back(self, line: psycopg.Connection) -> bool:
        """Rows and counters as in the template; False if more was changed than those, or too much."""
        line.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        if line.execute(_CATALOGUE).fetchall() != self._catalogue:
            return False
        written = {table: size for table, size in line.execute(self._TABLES) if size}
        if sum(written.values()) > self._MOST:
            return False
        with line.transaction():
            # Foreign keys would ask for an order, and be checked row by row.
            line.execute("set local session_replication_role = replica")
            line.execute("; ".join([*(f"delete from {table}" for table in written), self._counters]))
            for table, rows in self._rows.items():
                with line.cursor().copy(f"copy {table} from stdin") as copy:
                    copy.write(rows)
        return True


_CATALOGUE = """
    select count(*), max(xmin::text::bigint) from (
        select xmin from pg_class where oid >= 16384
        union all select xmin from pg_attribute where attrelid >= 16384
        union all select xmin from pg_index where indexrelid >= 16384
        union all select xmin from pg_constraint where oid >= 16384
        union all select xmin from pg_trigger where oid >= 16384
        union all select xmin from pg_proc where oid >= 16384
        union all select xmin from pg_type where oid >= 16384
        union all select xmin from pg_namespace where nspname !~ '^pg_(toast_)?temp_'
        union all select xmin from pg_extension
        union all select xmin from pg_statistic
    ) as entries
"""
"""Changes with whatever is made, altered, dropped or analysed; not with rows, nor with temporary tables now gone and
the schemas that they leave, empty."""


@contextlib.contextmanager
def running_server(*further: str) -> Iterator[Server]:
    """A server for the length of the block, with `further` settings. Needs `programs()`."""
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
            "jit=off",  # compiling takes longer than what tests ask
            "max_connections=60",
            *further,
        ]
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("\n".join(lines) + "\n")
        rules = data / "pg_hba.conf"
        rules.write_text(f"host all {STRANGER} 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
        control = partial(run, "pg_ctl", "-D", str(data), "-w")
        control("-l", str(folder / "log"), "start")
        server = Server(folder, port, control)
        server.run(f"create role {STRANGER} login password 'nobody-knows'")
        try:
            yield server
        finally:
            server.close()


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
