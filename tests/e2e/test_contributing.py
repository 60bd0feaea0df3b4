"""A stranger follows CONTRIBUTING.md: its blocks, put where they say, make an action and a grid that work."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.db.tables import campus, learner
from app.folders import DataFolder
from app.start import open_folder
from tests import first_starts
from tests.e2e.children import ROOT, surroundings

BLOCK = re.compile(r"^```(python|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (\S+\.py)\n")
LEARNERS, WITHOUT = 12, 5


def blocks() -> list[tuple[str, str]]:
    """Kind and text of the document's blocks of code, in order."""
    return BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the program in which somebody has followed the document."""
    copy = tmp_path / "project"
    for folder in ("app", "ui", "resources"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "pictures"))
    for kind, text in blocks():
        if kind == "diff":
            order = ["git", "apply", "--verbose", "-"]
            done = subprocess.run(order, cwd=copy, input=text, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"A diff of CONTRIBUTING.md does not fit any more: {done.stderr}"
            continue
        named = NAMED.match(text)
        assert named is not None, f"A block does not say which file it is: {text[:60]}"
        file = copy / named[1]
        assert not file.exists(), f"{named[1]} is there already"
        file.write_text(text[named.end() :], "utf-8")
    return copy


def learners_in(place: Path) -> list[list[str]]:
    """A database of learners, some without a tutor group; the campuses as the grid has to show them."""
    data = DataFolder(place)
    first_starts.put_into(data, LEARNERS)
    _, db = open_folder(data)
    try:
        with db.write() as tx:
            some = select(learner.c.id).order_by(learner.c.id).limit(WITHOUT)
            tx.execute(update(learner).values(tutor_group="12A", tutor_fold="12a"))
            tx.execute(update(learner).where(learner.c.id.in_(some)).values(tutor_group=None, tutor_fold=None))
        with db.read() as tx:
            number = select(func.count()).where(learner.c.campus_id == campus.c.id).scalar_subquery()
            found = tx.execute(select(campus.c.code, campus.c.name, number).order_by(campus.c.name_fold)).all()
    finally:
        db.close()
    return [[str(value) for value in row] for row in found]


def test_the_blocks_of_the_document_make_an_action_and_a_grid(project: Path, tmp_path: Path):
    expected = learners_in(tmp_path / "learners")
    assert len(expected) > 1
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "e2e" / "first_steps.py", tmp_path / "learners"],
        cwd=project,
        env=surroundings(tmp_path, {"PYTHONPATH": str(project)}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["said"] == f"{WITHOUT} learners are in no tutor group"
    assert seen["titles"] == ["Code", "Campus", "Learners"]
    assert seen["rows"] == expected


def test_the_blocks_of_the_document_are_in_the_style_of_the_project(project: Path):
    files = [project / named[1] for _, text in blocks() if (named := NAMED.match(text)) is not None]
    order = [sys.executable, "-m", "ruff"]
    config = ["--config", str(ROOT / "pyproject.toml"), *map(str, files)]
    for what in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run([*order, *what, *config], cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
