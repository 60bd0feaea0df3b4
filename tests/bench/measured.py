"""What one measure found, and whether that is within its goal.

The verdict is worked out from the rounded figures, so that whoever reads a line can check it.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

Result = dict[str, Any]
Measure = Callable[[], "Result | list[Result]"]

SMALL = os.environ.get("LM_BENCH_SMALL") == "1"
"""`--small`: a hundredth of the rows, to see that the measures run. Such figures are not for the documents."""
ROUNDS = 1 if SMALL else 3


def sized(number: int) -> int:
    """So many rows, learners or answers; with `--small` far fewer."""
    return max(20, number // 100) if SMALL else number


def measures(*names: str) -> Callable[[Measure], Measure]:
    """Say which results a function brings: by these names it is asked for, and looked for in the documents."""

    def name(function: Measure) -> Measure:
        function.names = names  # type: ignore[attr-defined]
        return function

    return name


def result(
    name: str,
    figure: float,
    unit: str,
    reference: float | None = None,
    reference_name: str = "",
    *,
    times: float | None = None,
    at_most: float | None = None,
    more: float | None = None,
    goal_unit: str = "",
) -> Result:
    """One result. Its goal: at most `times` the reference, `at_most` units, `more` units above the reference."""
    figure = _short(figure)
    reference = None if reference is None else _short(reference)
    ratio = None if not reference else round(figure / reference, 2)
    goals = []
    ok = True
    if times is not None:
        goals.append(f"{times:g} x")
        ok = ratio is not None and ratio <= times
    if at_most is not None:
        goals.append(f"{at_most:g} {goal_unit or unit}")
        ok = ok and figure <= at_most
    if more is not None:
        goals.append(f"{more:g} {goal_unit or unit} more")
        ok = ok and reference is not None and figure - reference <= more
    return {
        "name": name,
        "figure": figure,
        "unit": unit,
        "reference_name": reference_name,
        "reference": reference,
        "ratio": ratio,
        "goal": " and ".join(goals),
        "ok": ok,
        "machine": machine(),
    }


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(numbers: Sequence[float]) -> float:
    return statistics.median(numbers)


def paired(ours: Callable[[], float], theirs: Callable[[], float], rounds: int = ROUNDS) -> tuple[float, float]:
    """Medians of both, taken in turn: what disturbs the machine disturbs both."""
    pairs = [(theirs(), ours()) for _ in range(rounds)]
    return median([pair[1] for pair in pairs]), median([pair[0] for pair in pairs])


@cache
def machine() -> str:
    """The machine in general terms: processor, cores, Python and Qt; no name, no path."""
    from PySide6 import QtCore

    what = f"{_processor()}, {os.cpu_count()} cores, {platform.system()}"
    size = ", small run" if SMALL else ""
    return f"{what}, Python {platform.python_version()}, Qt {QtCore.qVersion()}{size}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return " ".join(models[0].split()) if models else platform.machine()
