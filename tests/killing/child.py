"""A kind of write tried out in a process of its own, which is forked again for each death: run by `dying.child`."""

import gc
import json
import random
from collections import Counter
from pathlib import Path

import alembic.autogenerate  # noqa: F401 - which the program's own check imports when it is first asked

from app import purge
from app.access import User
from app.db.database import Database
from app.lms.extracts import save as saving
from tests.db.losing import World
from tests.db.postgresql import Server
from tests.killing.kinds import EVERY
from tests.killing.moments import moment, needs_measuring
from tests.killing.trial import Trial


def main(name: str, address: str, folder: str, seed: str, kills: str, thorough: str, before: str = "0") -> str:
    """What was found, as JSON: so many deaths of each end, how long the write is, and which places it reached.
    `thorough`: also at any call and by the clock, and the whole check of the database each time."""
    gc.freeze()  # forks share what is there
    saving.BATCH = purge.BATCH = 2
    db = Database(address)
    server = None if db.embedded else Server(Path(folder), db.url.port or 0, _nobody)
    world = World(db, User(1, "first", "first"), Path(folder), server)
    trial = Trial(EVERY[name], world, thorough=thorough == "True")
    numbers = range(int(before), int(before) + int(kills))
    if thorough == "True" and any(needs_measuring(one) for one in numbers):
        trial.measure()
    dice = random.Random(f"{name} {seed}")
    ends = Counter(
        trial.kill(moment(dice, trial.undisturbed.length, one), back_first=bool(one % 2)) for one in numbers
    )
    told = {"ends": ends, "steps": trial.undisturbed.length.steps, "states": len(trial.states)}
    return json.dumps({**told, "reached": sorted(trial.undisturbed.reached)})


def _nobody(*words: object) -> None:
    raise AssertionError("the server is not ours to stop")
