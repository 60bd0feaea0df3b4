"""Killed (SIGKILL) in the middle of every kind of write, at counted steps: see `tests.killing`. The long form, at random
moments of all kinds, is `python -m tests.endurance.kills`."""

import json
import os
from pathlib import Path

import pytest

from app.access import User
from tests.db import dying
from tests.killing import child
from tests.killing.kinds import EVERY

KILLS = int(os.environ.get("LM_KILLS", "2"))


@pytest.mark.parametrize("name", EVERY)
def test_killed_in_the_middle_of(name: str, address: str, signed_in: None, tmp_path: Path):
    dead = dying.child(child.main, name, address, tmp_path, os.environ.get("LM_SEED", "1"), KILLS, False)
    assert dead.returncode == 0, dead.stderr
    told = json.loads(dead.stdout)
    assert sum(told["ends"].values()) == KILLS
    print(told)
