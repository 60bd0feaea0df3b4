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
from tests.killing.moments import moments
from tests.killing.trial import Trial


def main(name: str, address: str, folder: str, seed: str, kills: str, at_any_call: str) -> str:
    """What was found, as JSON: so many deaths of each end, how long the write is, and which places it reached."""
    gc.freeze()  # forks share what is there
    saving.BATCH = purge.BATCH = 2
    db = Database(address)
    server = None if db.embedded else Server(Path(folder), db.url.port or 0, _nobody)
    trial = Trial(
        EVERY[name], World(db, User(1, "first", "first"), Path(folder), server), at_any_call=at_any_call == "True"
    )
    dice = random.Random(f"{name} {seed}")
    ends = Counter(
        trial.kill(moment, back_first=bool(number % 2))
        for number, moment in enumerate(moments(dice, trial.undisturbed.length, int(kills)))
    )
    told = {"ends": ends, "steps": trial.undisturbed.length.steps, "states": len(trial.states)}
    return json.dumps({**told, "reached": sorted(trial.undisturbed.reached)})


def _nobody(*words: object) -> None:
    raise AssertionError("the server is not ours to stop")
