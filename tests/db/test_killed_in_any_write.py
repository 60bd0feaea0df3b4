"""Killed (SIGKILL) in the middle of every kind of write, at a counted step: see `tests.killing`. The long form, at
random moments of all kinds, is `python -m tests.endurance.kills`."""

import json
import shutil
from pathlib import Path

import pytest

from tests.db import dying
from tests.killing import child, planted
from tests.killing.kinds import EVERY, OWN_FILES
from tests.killing.reached import NOT_REACHED, REACHED
from tests.killing.sites import sites

SEED = 1


def killed(name: str, address: str, folder: Path) -> None:
    """Once, which is held against the undisturbed write in every respect; and it writes where it is said to."""
    dead = dying.child(child.main, name, address, folder, SEED, 1, False)
    assert dead.returncode == 0, dead.stderr
    told = json.loads(dead.stdout)
    assert sum(told["ends"].values()) == 1
    assert {place for place, kind in REACHED.items() if kind == name} <= {*told["reached"]}


@pytest.mark.parametrize("name", [one for one in EVERY if one not in OWN_FILES])
def test_killed_in_the_middle_of(name: str, address: str, signed_in: None, tmp_path: Path):
    killed(name, address, tmp_path)


@pytest.mark.parametrize("name", OWN_FILES)
def test_killed_while_a_file_is_written(name: str, sqlite_signed_in: Path, tmp_path: Path):
    shutil.copyfile(sqlite_signed_in, tmp_path / "learners.sqlite")
    killed(name, f"sqlite:///{tmp_path / 'learners.sqlite'}", tmp_path)


def test_every_place_that_writes_is_reached_by_a_kind():
    assert not REACHED.keys() & NOT_REACHED.keys()
    assert REACHED.keys() | NOT_REACHED.keys() == sites()
    assert {*REACHED.values()} <= EVERY.keys()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("half_by_half", "said to be one transaction, and is 2"),
        ("told_too_late", "learner 1: the history does not know of"),
        ("written_in_place", "as after none of its transactions"),
    ],
)
def test_a_write_that_is_not_whole_is_noticed(name: str, words: str, sqlite_signed_in: Path, tmp_path: Path):
    shutil.copyfile(sqlite_signed_in, tmp_path / "learners.sqlite")
    dead = dying.child(planted.main, name, f"sqlite:///{tmp_path / 'learners.sqlite'}", tmp_path)
    assert dead.returncode == 1, dead.stdout
    assert words in dead.stderr
