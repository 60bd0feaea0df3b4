"""One kind of write, killed again and again, and what is proved of each death.

Everything is held against the same write undisturbed: after a death the tables are as after one of its transactions,
files as before or after, the history agrees, locks go stale; the write is done again, or says why not, and comes to
the same end; and it can be taken back.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, select, update

from app import db_check
from app.db import locks
from app.db.database import Database
from app.db.tables import job_lock, metadata, operation
from app.imports import unlock
from app.past import undoing
from app.tasks import TaskContext
from tests.db.losing import World, Write, attempt
from tests.killing import history_told
from tests.killing.forked import forked
from tests.killing.moments import Length, Moment, Watch, die
from tests.killing.place import Place
from tests.killing.sites import site_of
from tests.killing.states import HISTORY, Before, Rows, Told, difference, rows_of, without

VERSIONS = ("version", "exported_version")


@dataclass
class Undisturbed:
    """What a write does that nobody kills: what stands in tables and files after each of its transactions, and after
    it was taken back; how long it is, and which places of the program wrote."""

    length: Length
    states: list[tuple[Rows, Any]]
    taken_back: Rows
    reached: set[str] = field(default_factory=set)


def rows_checked(db: Database) -> list[db_check.Problem]:
    """The program's own check but for the look at the tables themselves, which takes four fifths of the time."""
    with db.read() as tx:
        found = db_check._pages(tx) if db.embedded else []
        for table in metadata.sorted_tables:
            found += db_check._links(tx, table)
        for table, make in db_check._MADE.items():
            found += db_check._companions(tx, table, make, db_check._Progress(TaskContext(), 1))
        return [*found, *db_check._last_operation(tx)]


class Trial:
    """A kind of write in a world of its own."""

    def __init__(self, maker: Callable[[World], Write], world: World, *, thorough: bool = False) -> None:
        self.world = world
        self._thorough = thorough
        self.write = maker(world)
        with world.db.read() as tx:
            self.before = Before(rows_of(tx))
            self._held = {each.name for each in locks.holders(tx, world.db, job_lock.c.name.is_not(None))}
        world.db._lender.renew()
        self.place = Place(world)
        self.undisturbed: Undisturbed = forked(self._undisturbed).value
        self.states = [(self.before.told(rows), files) for rows, files in self.undisturbed.states]
        self._require_what_is_claimed()
        self._content = [self._told_content(rows) for rows, _ in self.undisturbed.states]
        self._back = self._told_content(self.undisturbed.taken_back)

    def _require_what_is_claimed(self) -> None:
        """That it writes at all; and of what is said to be one transaction, that there is nothing in between."""
        assert len(self.states) > 1, "it writes nothing"
        if self.write.parts is None and len(self.states) > 2:
            between = difference(self.states[1][0], self.states[-1][0])
            raise AssertionError(f"it is said to be one transaction, and is {len(self.states) - 1}: {between}")

    # ------------------------------------------------------------------------------------------------- undisturbed

    def _undisturbed(self) -> Undisturbed:
        db, watch = self.world.db, Watch(self.world.folder)
        seen = [(self.before.rows, self._files())]
        reached: set[str] = set()

        def look(connection: Connection) -> None:
            if watch.asleep:
                return
            reached.add(site_of(sys._getframe()))
            if connection.engine.url == db.url:
                watch.asleep = True
                now = (rows_of(connection), self._files())
                if now != seen[-1]:
                    seen.append(now)
                watch.asleep = False

        def renamed(name: str, told: object) -> None:
            if name == "os.rename":
                reached.add(site_of(sys._getframe()))

        event.listen(Engine, "commit", look)
        sys.addaudithook(renamed)
        watch.begin()
        told = self.write.run()
        assert told is None, told
        watch.asleep = True
        last = (self._now(), self._files())
        if last != seen[-1]:
            seen.append(last)
        self.write.end()
        self._look(last[0])
        self.take_back()
        return Undisturbed(Length(watch.steps), seen, self._now(), reached)

    def measure(self) -> None:
        """How many calls it makes, and how long it takes."""

        def calls() -> int:
            watch = Watch(self.world.folder)
            watch.count_calls()
            self.write.run()
            sys.setprofile(None)
            return watch.calls

        def seconds() -> float:
            begun = time.perf_counter()
            self.write.run()
            return time.perf_counter() - begun

        self.place.bring_back()
        number = forked(calls).value
        self.place.bring_back()
        self.undisturbed.length = Length(self.undisturbed.length.steps, number, forked(seconds).value)

    def _now(self) -> Rows:
        with self.world.db.read() as tx:
            return rows_of(tx)

    def _files(self) -> Any:
        return self.write.files() if self.write.files is not None else None

    def _told_content(self, rows: Rows) -> Told:
        """What stands there, whatever it took to come to it."""
        return without(
            self.before.told(rows, (*VERSIONS, *self.write.apart), self.write.apart), *HISTORY, *self.write.apart
        )

    # ------------------------------------------------------------------------------------------------------ killed

    def kill(self, moment: Moment, *, back_first: bool) -> str:
        """Kill it at this moment and prove everything; whether what it does was *whole*, *not there* or *in part*."""
        self.place.bring_back()
        if moment.counted == "time":
            after = self.undisturbed.length.seconds * moment.number / 1_000
            forked(self._live, kill_after=after)
        else:
            dead = forked(lambda: self._live(moment))
            assert dead.killed
        self.place.wait_for_the_dead()
        try:
            return str(forked(lambda: self._judged(back_first=back_first)).value)
        except AssertionError as error:
            raise AssertionError(f"killed at {moment} of {self.undisturbed.length}: {error}") from None

    def _live(self, moment: Moment | None = None) -> None:
        Watch(self.world.folder, moment).begin()
        self.write.run()
        die()

    def _judged(self, *, back_first: bool) -> str:
        rows, files = self._now(), self._files()
        place = self._place_of(self.before.told(rows), files)
        if self.write.parts is not None:
            self.write.parts()
        self._look(rows, whole=True)
        unlocked = self._let_go()
        back_first = back_first and not self.write.after_undo
        if back_first:
            self.take_back()
            self._is_back(place)
        first = self._again(place, exactly=place == 0 and not (back_first or unlocked or self.write.parts))
        if not back_first and (first or self.write.parts is not None):
            self.write.end()
        self.take_back()
        assert not (told := difference(self._told_content(self._now()), self._back)), f"taken back at last: {told}"
        exact = (self.before.told(rows), files) == self.states[place]
        return "in part" if not exact or 0 < place < len(self.states) - 1 else "whole" if place else "not there"

    def _place_of(self, told: Told, files: Any) -> int:
        """After which of the transactions of the undisturbed write everything is as it is now."""
        if (told, files) in self.states:
            return self.states.index((told, files))
        for place, (state, _) in enumerate(self.states):
            if state == told and (files in self._files_then(place) or files in self.write.between):
                return place
        lines = [difference(told, state) or f"files {files}" for state, _ in self.states]
        raise AssertionError("it is as after none of its transactions: " + "\n--- ".join(lines))

    def _files_then(self, place: int) -> list[Any]:
        """What the files may say between this transaction and the next."""
        return [files for _, files in self.states[place + 1 : place + 2]]

    def _look(self, rows: Rows, *, whole: bool = False) -> None:
        """What the program's own check finds, and the history."""
        db = self.world.db
        found = db_check.check(TaskContext(), db).problems if whole and self._thorough else rows_checked(db)
        assert not found, found
        if not self.write.untold:
            told = [*history_told.problems(self.before.rows, rows)]
            assert not told, told[:5]

    def _let_go(self) -> bool:
        """Locks of the dead are held until a minute has passed; then they are stale. Those of imports are a person's
        to release, others are taken over. Whether a person had to."""
        db, user = self.world.db, self.world.user
        with db.write() as tx:
            held = locks.holders(tx, db, job_lock.c.name.is_not(None))
            assert not any(one.stale for one in held)
            old = db.now(tx) - locks.STALE_AFTER - timedelta(seconds=1)
            tx.execute(update(job_lock).where(job_lock.c.token.is_not(None)).values(alive_at=old))
        with db.read() as tx:
            stale = locks.holders(tx, db, job_lock.c.name.is_not(None))
        assert [one.name for one in stale if one.stale] == [one.name for one in held]
        unlocked = False
        for one in (one for one in stale if one.name not in self._held):
            kind, _, scope = one.name.partition(":")
            if kind == "import":
                unlock.unlock(db, user, scope)
                unlocked = True
            else:
                lock = locks.take(db, one.name, user.name)
                assert lock is not None
                lock.release()
        return unlocked

    def _again(self, place: int, *, exactly: bool) -> bool:
        """Do it once more. What was whole may be refused, in words and with nothing changed. Whether it was done just
        once."""
        last = len(self.states) - 1
        if place == last and self.write.again_adds:
            return True
        was = self._now()
        for left in self._unfinished():
            os.utime(left, (0, 0))  # an hour passes
        for _ in range(len(self.states) + 1):
            told = attempt(self.write, anew=True)
            if told is None:
                break
            assert "No next step" not in told, told
        else:
            assert place == last, f"it cannot be done again: {told}"
            assert not (other := difference(self.before.told(self._now()), self.before.told(was))), (
                f"refused: {other}"
            )
            return True
        rows = self._now()
        if exactly:
            assert not (other := difference(self.before.told(rows), self.states[-1][0])), f"done again: {other}"
        else:
            other = difference(self._told_content(rows), self._content[-1])
            assert not other, f"done again from {place} of {last}: {other}"
        assert self._files() == self.states[-1][1], f"{self._files()} instead of {self.states[-1][1]}"
        assert self._unfinished() == [], "what the dead left stays"
        self._look(rows)
        return place == 0

    def _unfinished(self) -> list[Path]:
        """Files that somebody began and did not finish."""
        return [] if self.write.files is None else sorted(self.world.folder.rglob("*.part*"))

    # ------------------------------------------------------------------------------------------------------- Undo

    def take_back(self) -> None:
        """Undo, from the page History, whatever was done and can be undone, the last first."""
        db, user = self.world.db, self.world.user
        with db.read() as tx:
            done = list(tx.execute(select(operation.c.id).order_by(operation.c.id.desc())).scalars())
        for key in (one for one in done if one not in self.before.rows["operation"]):
            if not undoing.foresee(TaskContext(), db, user, key).why_not:
                undoing.undo(TaskContext(), db, user, key)

    def _is_back(self, place: int) -> None:
        if self._back == self._content[0]:
            other = difference(self._told_content(self._now()), self._content[0])
            assert not other, f"taken back from {place}: {other}"
