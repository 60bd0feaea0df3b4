"""What all runs came to, kept beside the corpus, and as the table in docs/reliability.md."""

import json
from pathlib import Path

from tests.fuzz import kept
from tests.fuzz.registry import PARSERS
from tests.fuzz.run import Report

TRIED = Path(__file__).parent / "tried.json"
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- fuzzed -->", "<!-- end of fuzzed -->"


def note(report: Report) -> None:
    """Add a run to what is known."""
    told = _told()
    before = told.get(report.parser, {"tried": 0})
    told[report.parser] = {"tried": before["tried"] + report.tried, "lines": report.lines, "of": report.of}
    TRIED.write_text(json.dumps(dict(sorted(told.items())), indent=1) + "\n", encoding="utf-8")


def table() -> str:
    """One row for each parser, in the order of the registry."""
    told = _told()
    rows = [
        "| Parser | Inputs tried | Lines reached | Kept inputs | Defects found and mended |",
        "| --- | --- | --- | --- | --- |",
    ]
    sums = [0, 0, 0]
    for name in PARSERS:
        known = told.get(name, {"tried": 0, "lines": 0, "of": 0})
        files = kept.inputs(name)
        failed = sum(1 for one in files if one.startswith(f"{kept.FAILED}-"))
        sums = [sums[0] + known["tried"], sums[1] + len(files), sums[2] + failed]
        reached = f"{known['lines']:,} of {known['of']:,}"
        rows.append(f"| `{name}` | {known['tried']:,} | {reached} | {len(files)} | {failed or '–'} |")
    rows.append(f"| together | {sums[0]:,} | | {sums[1]:,} | {sums[2]} |")
    return "\n".join(rows)


def written() -> str:
    """The document with the table as it is now."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


def write() -> None:
    DOCUMENT.write_text(written(), encoding="utf-8")


def _told() -> dict[str, dict[str, int]]:
    return json.loads(TRIED.read_text(encoding="utf-8")) if TRIED.exists() else {}  # type: ignore[no-any-return]
