"""Writes that are not whole, for the proof that this is noticed."""

from pathlib import Path

from sqlalchemy import select, update

from app import history
from app.access import User
from app.db.database import Database
from app.db.tables import learner
from tests.builders import add_learner
from tests.db.losing import World, Write
from tests.killing.moments import Moment
from tests.killing.plainly import one, several
from tests.killing.trial import Trial


def half_by_half(world: World) -> Write:
    """Of four learners two in one transaction and two in the next, and said to be one."""
    ids = [add_learner(world.db, number) for number in range(1, 5)]

    def write() -> None:
        for some in (ids[:2], ids[2:]):
            with world.db.write() as tx:
                operation = history.begin(tx, world.db, world.user.id, "learner_edited")
                rows = tx.execute(select(learner).where(learner.c.id.in_(some))).all()
                operation.update_many(learner, [(row, {"phone": "1"}, row.id) for row in rows])
                operation.end(tx)

    return one(write)


def told_too_late(world: World) -> Write:
    """The row in one transaction, what the history says of it in the next."""
    key = add_learner(world.db, 1)

    def write() -> None:
        with world.db.read() as tx:
            row = tx.execute(select(learner).where(learner.c.id == key)).one()
        with world.db.write() as tx:
            tx.execute(update(learner).where(learner.c.id == key).values(phone="1", version=row.version + 1))
        with world.db.write() as tx:
            operation = history.begin(tx, world.db, world.user.id, "learner_edited")
            operation._note(learner, key, "update", {"phone": None}, {"phone": "1"}, key, row.version + 1)
            operation.end(tx)

    return several(write)


def written_in_place(world: World) -> Write:
    """A file of two halves."""
    path = world.folder / "out.csv"
    path.write_text("old")

    def write() -> None:
        for mode, text in (("w", "first"), ("a", "second")):
            with path.open(mode) as stream:
                stream.write(text)

    return one(write, files=path.read_text)


PLANTED = {each.__name__: each for each in (half_by_half, told_too_late, written_in_place)}


def main(name: str, address: str, folder: str) -> str:
    """Killed at each of its steps from the middle on."""
    trial = Trial(PLANTED[name], World(Database(address), User(1, "first", "first"), Path(folder), None))
    steps = trial.undisturbed.length.steps
    for number in range(steps // 2, steps + 2):
        trial.kill(Moment("step", number), back_first=False)
    return "nothing was noticed"
