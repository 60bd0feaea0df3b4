"""`python -m tests.db.with_server COMMAND…`: runs a command with a PostgreSQL server of its own, which ends with it.

Every URL among its arguments becomes the address of a new, empty database, by its owner, who may make roles and is
nobody special on the server. Exit status is the command's.
"""

import subprocess
import sys

from tests.db.postgresql import running_server

_OWNER, _DATABASE = "college", "college"


def main() -> int:
    with running_server() as server:
        server.run(f"create role {_OWNER} login createrole")
        server.run(f"create database {_DATABASE} owner {_OWNER} template template0")
        address = server.address(_DATABASE, _OWNER)
        return subprocess.run([address if one == "URL" else one for one in sys.argv[1:]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
