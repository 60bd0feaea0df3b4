"""What the Activity pane says of each kind of work: counts, how it ended, and nobody's name."""

import ast
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.changes import Changes
from app.export_target import Protected
from app.history import UndoSummary
from app.imports.apply import ImportSummary
from app.imports.rules import Outcome as RowOutcome
from app.learners.asking import Ending
from app.learners.find_uln import FindSummary
from app.learners.flood_fill import FillSummary
from app.lms import run as runs
from app.plr.download import DownloadSummary
from app.plr.update import UpdateSummary
from app.purge import Counts, PurgeSummary
from ui.activity import Outcome, Place, Stage
from ui.import_applying import outcome_of
from ui.lms_sync import ended_as
from ui.plr_words import downloaded, taken_back, updated
from ui.work_words import asked, copy_listed, file_listed, filled, purged, put_back, undo_listed


def sync(state: str) -> runs.RunSummary:
    return runs.RunSummary(1, "courses", state, {"courses": 42, "added": 3}, (), None, (), Changes())


def a_purge(changes: int, *, stopped: bool) -> PurgeSummary:
    gone = Counts(*(changes if one.name == "changes" else 0 for one in fields(Counts)))
    return PurgeSummary(datetime.now(UTC), gone, gone, gone, 1, stopped)


APPLIED = {RowOutcome.COMPLETED: 1_200, RowOutcome.ERROR: 3}
CASES = [
    (downloaded(DownloadSummary(total=1_000, answered=1_000)), Outcome("1,000 of 1,000 learners")),
    (
        downloaded(DownloadSummary(total=400, answered=12, stopped="You stopped the download.", cancelled=True)),
        Outcome("12 of 400 learners", Stage.STOPPED),
    ),
    (
        downloaded(DownloadSummary(total=400, answered=12, stopped="The service is closed.")),
        Outcome("12 of 400 learners. The service is closed.", Stage.FAILED),
    ),
    (updated(UpdateSummary(new=[1, 2], changed=[3])), Outcome("2 new, 1 changed, 0 without changes, 0 not applied")),
    (
        updated(UpdateSummary(unchanged=[1], stopped="You stopped the update.", cancelled=True)),
        Outcome("0 new, 0 changed, 1 without changes, 0 not applied", Stage.STOPPED),
    ),
    (taken_back(UndoSummary(9, 0)), Outcome("Everything is as it was before.")),
    (taken_back(UndoSummary(9, 1)), Outcome("1 change was left: somebody changed the record since.")),
    (outcome_of(ImportSummary(1, 2, "applied", APPLIED, 0)), Outcome("1,200 of 1,203 rows applied. 0 surprises.")),
    (
        outcome_of(ImportSummary(1, 2, "aborted", APPLIED, 1, "You stopped it.")),
        Outcome("1,200 of 1,203 rows applied. 1 surprise. You stopped it.", Stage.STOPPED),
    ),
    (ended_as([sync("succeeded")]), Outcome("Synchronised: 42 courses, 3 new")),
    (
        ended_as([sync("cancelled")]),
        Outcome("Synchronisation stopped. What was finished is kept.", Stage.STOPPED),
    ),
    (filled(FillSummary(1, 1_204, 6, 0, 0, ())), Outcome("1,204 changed, 6 without changes")),
    (asked(FindSummary([], Ending(cancelled=True, stopped="You stopped it."))), Outcome("0 learners", Stage.STOPPED)),
    (asked(FindSummary([], Ending(stopped="It is closed."))), Outcome("0 learners. It is closed.", Stage.FAILED)),
    (purged(a_purge(4, stopped=False)), Outcome("4 rows were deleted")),
    (purged(a_purge(1, stopped=True)), Outcome("1 row was deleted", Stage.STOPPED)),
    (put_back(UndoSummary(1, 0)), Outcome("1 row was put back.")),
    (
        put_back(UndoSummary(2, 3)),
        Outcome("2 rows were put back. 3 were left: somebody changed them since."),
    ),
]


@pytest.mark.parametrize(("told", "expected"), CASES, ids=lambda one: one.words[:30])
def test_what_is_said(told: Outcome, expected: Outcome):
    assert told == expected


def test_a_copy_leads_to_its_folder_and_none_has_no_line(tmp_path: Path):
    day = copy_listed("Copy of the day")
    assert day.outcome(None) is None
    assert day.outcome(tmp_path / "kept.db") == Outcome("Copied to kept.db", place=Place(file=tmp_path / "kept.db"))
    named = copy_listed("Back Up", tmp_path / "mine.db")
    assert named.outcome(7_000_000) == Outcome("Copied to mine.db", place=Place(file=tmp_path / "mine.db"))


def test_a_file_leads_to_its_folder_and_its_password_is_not_kept(tmp_path: Path):
    there = file_listed("One Learner", Protected(tmp_path / "one.zip", "one.pdf", "three odd words"))
    assert there.outcome(None) == Outcome("Saved as one.zip", place=Place(file=tmp_path / "one.zip"))
    held = [cell.cell_contents for cell in there.outcome.__closure__ or ()]
    assert held == ["one.zip", tmp_path / "one.zip"]


def test_an_undo_is_one_step_that_nobody_stops():
    assert not undo_listed("Undo of a load").stoppable


ROOT = Path(__file__).parents[2]
LONG = {"PLR", "IMPORT", "BACKUP", "EXPORT", "SYNC"}
"""Lanes of work for which people wait; commands of the lane *write* are told by their own tests."""


def calls_of(tree: ast.AST) -> list[tuple[str, bool]]:
    """Of all that starts a task: its lane, and whether it is listed."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        given = [*node.args, *(one.value for one in node.keywords if one.arg == "lane")]
        lanes = [one.attr for one in given if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "Lane"]
        if node.func.attr in ("run", "work") and lanes:
            listed = any(one.arg == "listed" for one in node.keywords)
            found.append((lanes[0], listed or (node.func.attr == "work" and len(node.args) == 5)))
    return found


def test_all_long_work_is_listed():
    found = {file: calls_of(ast.parse(file.read_text())) for file in sorted(ROOT.glob("ui/**/*.py"))}
    assert sum(len(calls) for calls in found.values()) > 50
    missing = [
        f"{file.name}: {lane}"
        for file, calls in found.items()
        for lane, listed in calls
        if lane in LONG and not listed
    ]
    assert missing == []
