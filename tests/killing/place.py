"""Where a write happens: a database and the folder beside it, which are brought back to how they were before."""

import shutil
import threading

from tests.db.losing import World
from tests.db.postgresql import Template


class Place:
    """The state of a world, as often as it is wanted. No connection may be open."""

    def __init__(self, world: World) -> None:
        self._folder = world.folder
        self._kept = world.folder.with_name(f"{world.folder.name}-before")
        shutil.copytree(self._folder, self._kept)
        self._server = world.server
        if self._server is not None:
            name = world.db.url.database or ""
            self._template = Template(self._server, name)
            self._line = self._server.connected(name)

    def bring_back(self) -> None:
        shutil.rmtree(self._folder)
        shutil.copytree(self._kept, self._folder)
        if self._server is not None:
            if not self._template.bring_back(self._line):
                raise AssertionError("the database could not be brought back")
            self._line.execute("vacuum")

    def wait_for_the_dead(self) -> None:
        """A server ends what was under way when it notices that nobody is there any more."""
        if self._server is None:
            return
        others = (
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            " and backend_type = 'client backend'"
        )
        for _ in range(10_000):
            row = self._line.execute(others).fetchone()
            if row == (0,):
                return
            threading.Event().wait(0.002)
        raise AssertionError("the server has not noticed the death")
