"""The tour: the main job through the real window, as a child process; what it reports is what was expected."""

import json
from pathlib import Path

from PySide6.QtGui import QImage

from tests.e2e.children import run

KEYS = {
    "selected",
    "with_events",
    "error_rows",
    "records",
    "expected",
    "first_update",
    "second_update",
    "download_seconds",
    "ideal_seconds",
    "longest_stall_ms",
    "p99_stall_ms",
    "files",
    "load",
    "expected_load",
    "loaded",
    "extracts",
    "imports",
}
PICTURES = {
    "05-condition-builder",
    "05-saved-search",
    "05-found",
    "06-load-columns",
    "06-load-preview",
    "06-load-summary",
    "06-codes",
    "07a-lms-courses",
    "07a-lms-courses-down",
    "07a-lms-recovered",
    "07b-lms-enrolments",
    "07c-sync-errors",
    "07d-compare",
    "08a-extract-statuses",
    "08a-rejected",
    "08a-resubmitted",
    "08a-saved",
    "08a-processed",
    "08b-update-all-statuses",
    "08b-staged",
    "08b-saved-asks",
    "08b-saved",
    "08b-undone",
    "09-import-jobs-empty",
    "09-new-import",
    "09-import-refused",
    "09-import-check",
    "09-import-ready",
    "09-import-rows",
    "09-import-done",
    "09-held-records",
    "09-import-jobs",
    "09-import-undo",
    "09-import-stale-lock",
    "09-unlock",
}
COUNTS = {"processed", "updated", "new", "changed", "unchanged", "not_applied"}


def test_tour(tmp_path: Path):
    out = tmp_path / "tour"
    form = ("--look", "contrast", "--scale", "125", "--size", "1366x768")
    done = run(tmp_path, "tour", "--learners", "60", "--latency-ms", "5", "--out", str(out), *form, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    first_line, *told = done.stdout.splitlines()
    assert first_line.startswith("Playing the main job with 60 invented learners")
    report = json.loads((out / "tour.json").read_text(encoding="utf-8"))
    assert set(report) >= KEYS
    assert report["selected"] == 60
    first, second = report["first_update"], report["second_update"]
    assert set(first) == set(second) == COUNTS
    assert first == report["expected"]
    assert first["updated"] == first["new"] + first["changed"] > 0
    assert first["processed"] == first["updated"] + first["unchanged"] + first["not_applied"]
    assert second["updated"] == 0
    assert second["processed"] == first["processed"]
    assert report["records"] > report["with_events"] > 0
    assert report["error_rows"] > 0
    assert report["files"]
    for name in report["files"]:
        assert (out / name).stat().st_size > 1_000, name
    assert "attainments-plr.xlsx" in report["files"]
    picture = QImage(str(out / "01-learners.png"))
    assert picture.size().toTuple() == (1708, 960), "1366x768 at 125 %"
    assert picture.pixelColor(2, 90).name() == "#000000", "high contrast"
    assert {f"{name}.png" for name in PICTURES} <= set(report["files"])
    assert report["load"] == report["expected_load"]
    assert report["loaded"] == {"new": report["load"]["new"], "changed": report["load"]["changed"] + 1}, "one decided"
    _what_goes_to_the_lms(report["extracts"])
    _course_records(report["imports"])
    assert told[0].startswith(f"60 learners asked for, {report['with_events']} with learning events")
    assert f"{first['new']} new, {first['changed']} changed" in told[1]
    assert str(out) in told[-1]


def _what_goes_to_the_lms(told):
    """Rejected records are corrected, sent and seen; then nearly all are set back at once, and that is undone."""
    first, sent, updated = told["at_first"], told["sent"], told["updated"]
    assert set(first) == {"ready", "transmitted", "processed", "rejected"}
    assert told["resubmitted"] == first["rejected"] > 100
    assert sent.get("rejected", 0) < first["rejected"] // 10, "but for a few whose account was made anew"
    assert sent["processed"] > first["processed"] + first["rejected"] * 9 // 10
    assert sum(sent.values()) == sum(first.values()) == sum(updated.values())
    assert updated["ready"] == sent["ready"] + told["staged"] > 500
    assert told["undone"] == sent


def _course_records(told):
    """A bad file is repaired, confirmed, applied as foreseen, and undone; a stale lock is unlocked."""
    bad, first, repaired, foreseen = told["expected"], told["at_first"], told["repaired"], told["foreseen"]
    assert {sum(one.values()) for one in (first, repaired, foreseen)} == {bad["rows"]}
    assert first["error"] == bad["dates"] + bad["words"] + bad["several"] + bad["partial"]
    assert repaired["error"] == foreseen["error"] == bad["partial"] > 0
    assert repaired["refused"] == bad["unreported"] + bad["several"] + bad["at_once"] + bad["unknown"]
    assert "refused" not in foreseen
    assert told["outcomes"] == foreseen
    assert told["surprises"] == 0
    assert told["held"] == bad["unknown"] == foreseen["held"]
    assert told["enrolled"] == told["taken_back"] == bad["rows"] - bad["partial"] - bad["unknown"]
    assert told["unlocked"] is True
