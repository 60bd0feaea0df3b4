"""The documents tell of what there is: every measure with a verdict that follows from its figures, every proof by a
test that exists, and the README leads to both."""

import ast
import json
import re
from pathlib import Path

import pytest

from tests.bench.__main__ import all_measures
from tests.bench.proved import TEST, cells
from tests.bench.report import HEAD, ISSUES, block, filled, rows_in

ROOT = Path(__file__).resolve().parents[1]
PERFORMANCE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = {row[0]: row for issue in ISSUES for row in rows_in(block(PERFORMANCE, f"issue {issue}"))}
MEASURED = sorted(name for measure in all_measures() for name in measure.names)
_A_PATH = re.compile(r"/(?:home|tmp|root|work|Users|var)/")


def number(text: str) -> float:
    return float(text.split(maxsplit=1)[0])


def holds(row: tuple[str, ...]) -> bool:
    """Whether the figures of a row are within its goal: "1.4 x", "50 ms", "60 MB more", joined by "and"."""
    _, figure, reference, ratio, goal, *_ = row
    verdicts = []
    for part in goal.split(" and "):
        words = part.split()
        if words[1:] == ["x"]:
            verdicts.append(number(ratio) <= number(part))
        elif words[-1] == "more":
            verdicts.append(number(figure) - number(reference) <= number(part))
        else:
            assert words[1] == figure.split()[1], f"goal and figure of {row[0]} are not in the same unit"
            verdicts.append(number(figure) <= number(part))
    return all(verdicts)


def test_every_measure_is_in_the_document_and_no_other():
    assert sorted(ROWS) == MEASURED


def test_the_tables_are_of_the_two_issues():
    assert {name.split()[0] for name in MEASURED} == {name for names in ISSUES.values() for name in names}


@pytest.mark.parametrize("name", MEASURED)
def test_the_verdict_follows_from_the_figures(name: str):
    row = ROWS[name]
    assert len(row) == len(HEAD)
    assert row[5] == ("ok" if holds(row) else "SHORT")
    if row[3] != "–":
        figures = number(row[1]) / number(row[2])
        assert number(row[3]) == pytest.approx(figures, abs=0.006)


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_short_has_a_reason_and_a_next_step(name: str):
    *_, verdict, why = ROWS[name]
    if verdict == "ok":
        assert why == ""
        return
    reason, _, step = why.partition(" Next: ")
    assert len(reason.split()) >= 5
    assert len(step.split()) >= 4


def test_the_machine_is_told_in_general_terms():
    told = block(PERFORMANCE, "machine")
    assert re.search(r"Measured on: .+, \d+ cores, \w+, Python 3\.\d+\.\d+, Qt 6\.\d+\.\d+\.", told)
    assert "small" not in told
    assert not _A_PATH.search(PERFORMANCE + RELIABILITY)


def proofs() -> list[tuple[str, list[str]]]:
    lines = block(RELIABILITY, "proved").splitlines()[2:]
    return [(line, TEST.findall(line)) for line in lines]


def functions_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_proves_something_exists():
    named = [test for _, tests in proofs() for test in tests]
    assert len(named) > 20
    missing = []
    for test in named:
        file, _, function = test.partition("::")
        if not (ROOT / file).exists() or function not in functions_of(ROOT / file):
            missing.append(test)
    assert missing == []


def test_every_property_has_a_proof():
    for line, tests in proofs():
        assert len(cells(line)) == 4, line
        assert tests, line


def test_no_proof_is_told_as_done_that_failed():
    for line, _ in proofs():
        assert not re.search(r"failed|error", cells(line)[3]), line


@pytest.mark.parametrize("name", ["performance.md", "reliability.md"])
def test_the_readme_leads_there(name: str):
    assert f"(docs/{name})" in (ROOT / "README.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------ writing the tables


def result(name: str = "start", *, ok: bool = True, machine: str = "") -> dict:
    told = machine or block(PERFORMANCE, "machine").removeprefix("Measured on: ").split(".\n")[0]
    known = {"figure": 2.0, "unit": "s", "reference_name": "bare", "reference": 1.6, "ratio": 1.25, "goal": "1.6 x"}
    return json.loads(json.dumps({"name": name, **known, "ok": ok, "machine": told}))


def test_a_new_figure_takes_the_place_of_the_old_one_only():
    text = filled(PERFORMANCE, [result()])
    rows = {row[0]: row for issue in ISSUES for row in rows_in(block(text, f"issue {issue}"))}
    assert rows["start"] == ("start", "2 s", "1.6 (bare)", "1.25 x", "1.6 x", "ok", "")
    assert {**rows, "start": None} == {**ROWS, "start": None}


def test_figures_of_different_machines_are_not_mixed():
    with pytest.raises(ValueError, match="another machine"):
        filled(PERFORMANCE, [result(machine="Something else, 64 cores")])
    with pytest.raises(ValueError, match="several machines"):
        filled(PERFORMANCE, [result(), result(machine="Something else, 64 cores")])


def test_a_small_run_is_not_for_the_document():
    with pytest.raises(ValueError, match="small run"):
        filled(PERFORMANCE, [result(machine="Anything, small run")])


def test_short_without_a_reason_is_not_written():
    with pytest.raises(ValueError, match="reason"):
        filled(PERFORMANCE, [result("shutdown", ok=False)])
