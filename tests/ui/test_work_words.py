"""What the Activity pane says of each kind of work: counts, how it ended, and nobody's name."""

from pathlib import Path

import pytest

from app.changes import Changes
from app.history import UndoSummary
from app.imports.apply import ImportSummary
from app.imports.rules import Outcome as RowOutcome
from app.learners.asking import Ending
from app.learners.find_uln import FindSummary
from app.learners.flood_fill import FillSummary
from app.lms import run as runs
from app.plr.download import DownloadSummary
from app.plr.update import UpdateSummary
from ui.activity import Outcome, Place, Stage
from ui.import_applying import outcome_of
from ui.lms_sync import ended_as
from ui.plr_words import downloaded, taken_back, updated
from ui.work_words import asked, copy_listed, filled


def sync(state: str) -> runs.RunSummary:
    return runs.RunSummary(1, "courses", state, {"courses": 42, "added": 3}, (), None, (), Changes())


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
