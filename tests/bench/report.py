"""`python -m tests.bench.report FILE [--note TEXT]`: writes what `python -m tests.bench --json FILE` found into the
tables of docs/performance.md, so that nobody types a figure.

A run of some measures only replaces their rows; it must come from the same machine as the others. A measure that is
short of its goal needs a reason and a next step in `REASONS`, or nothing is written.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
ISSUES: Mapping[int, tuple[str, ...]] = {
    1: (
        "plr_download",
        "select_all",
        "grid_repaint",
        "grid_open",
        "grid_sort",
        "ui_stall",
        "export_xlsx",
        "export_csv",
    ),
    2: ("plr_faults", "plr_cpu", "plr_window", "update_selected", "quick_filter", "start", "memory", "shutdown"),
    3: ("load_ilr", "load_csv", "load_xlsx", "undo_load", "search"),
    4: ("sync_wall", "sync_cpu", "sync_unchanged", "sync_unchanged_rows"),
    5: ("send", "extract_filter", "update_all"),
    6: ("import_dry_run", "import_apply", "import_memory"),
    7: ("pg_grid_open", "pg_search", "pg_update_all", "pg_clients"),
}
"""Which measures belong to which issue, by the first word of their names; in the order of the tables."""
HEAD = ("Measure", "Figure", "Reference", "Ratio", "Goal", "Verdict", "If short: why, and what next")

REASONS: Mapping[str, tuple[str, str]] = {
    "sync_cpu": (
        "Fetching and reading cost as much as the bare reference. Of the rest comparing and report cards are a "
        "seventh of the run, whose accounts they are and writing rows with their history a tenth each, besides a "
        "transaction a course; the reference does none of it. Single functions were tried: a hundredth each.",
        "Keep the learners that accounts look like for a whole run instead of asking for them course by course.",
    ),
    "sync_unchanged": (
        "Both runs fetch and read the same answers, which is more than half of either; what the second one "
        "saves is writing, and the first run has become cheaper since the goal was met.",
        "Know an unchanged gradebook by a fingerprint of the answer before its rows are made.",
    ),
    "import_dry_run": (
        "On the edge of the goal, and by processor time as well: every row is read by the strict reader, "
        "matched, judged for each answer to the confirmations and stored, where the reference reads and looks"
        " up.",
        "Judge rows without a finding for one answer only.",
    ),
    "update_all": (
        "Writing the history of 100,000 records with its four indexes is what both do: on a server the two bare "
        "statements alone take more than two seconds. Of the processor time of SQLite staging is a fifth; of "
        "saving, the two statements that write are half, judging a ninth and the commits of twenty batches a fifth.",
        "Tell only the columns that change in the history of a batch.",
    ),
    "pg_update_all": (
        "A server writes the history of 100,000 records and its indexes in three times the time of SQLite; judging "
        "what is staged and the commits of twenty batches come on top.",
        "Write the changes of a batch by COPY.",
    ),
    "pg_clients p95": (
        "By processor time of both sides a search takes 0.7 ms (by hand 0.25), a page 1.5 (0.65), an edit 2.9 (1), "
        "a status 5.5 (1.1). Reads take as many round trips as by hand; an edit and a status 13, for 9 and 10, since "
        "they ask for rights, campuses and gates, where the reference asks nobody's leave. The rest is SQLAlchemy's "
        "part of a statement, 0.1 ms where the driver's is 0.04; and programs that wake twice a second find the "
        "caches of two cores cold, the more so the more code they go through.",
        "Ask for rights and campuses by one statement, and hand what a save always says to the driver as it is.",
    ),
    "memory": (
        "The pages of rows kept for scrolling back and the page caches of the connections come on top of the ids.",
        "Keep fewer pages, or their rows as tuples.",
    ),
    "start": (
        "Measured beside the program of that morning, which took as long: 1.7 to 1.9 times the two "
        "imports, which took a tenth less than when the goal was met. What the window itself imports is the rest.",
        "Look at what the first page imports, with `python -X importtime`.",
    ),
    "update_selected": (
        "By the profile nearly half of the time is SQLAlchemy's execute, of which SQLite's own part is a third; "
        "bringing English and maths at a glance up to date takes a tenth.",
        "Hand the rows of a learner to the driver with a statement compiled once, and keep the glance of a hundred "
        "learners at a time.",
    ),
    "load_csv": (
        "SQLite's own part of the load (four rows for a new learner, the history among them, in tables with "
        "fifteen indexes) is twelve times the bare reference by itself, and half of the load's processor "
        "time; the rest is checking, folding and encoding each value in Python.",
        "Build the indexes of an empty table after its first load.",
    ),
    "load_xlsx": (
        "As for CSV; and the sheet is read, once, by the hardened XML reader, where the bare reader is native code.",
        "Take the cells of a row from the parser without an object for each.",
    ),
    "ui_stall": (
        "An update of 1,000 learners, from the click until the summary is shown and the pages have read "
        "again. The lines of the comparison are made ahead and laid out a few in a turn; then the summary is "
        "painted.",
        "Lay out the first row that is compared in still smaller parts.",
    ),
}
"""By the name or the first words of it: why a measure is short, and what to do about it."""

Row = tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.report")
    parser.add_argument("file", type=Path)
    parser.add_argument("--note", default="", help="a sentence about the run, such as “The machine was busy.”")
    parser.add_argument("--document", type=Path, default=DOCUMENT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    results = json.loads(options.file.read_text(encoding="utf-8"))
    text = options.document.read_text(encoding="utf-8")
    try:
        text = filled(text, results, options.note)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    options.document.write_text(text, encoding="utf-8")
    return 0


def filled(text: str, results: Sequence[Mapping[str, Any]], note: str = "") -> str:
    """The document with these results in its tables. Raises ValueError if they do not belong there."""
    machines = {one["machine"] for one in results}
    if len(machines) != 1 or "small run" in str(machines):
        raise ValueError("These results come from several machines, or from a small run: nothing was written.")
    rows = {one["name"]: row_of(one) for one in results}
    held = {row[0]: row for number in ISSUES for row in rows_in(block(text, f"issue {number}"))}
    kept = {name: row for name, row in held.items() if name not in rows and _first(name) in _known()}
    machine = machines.pop()
    if kept and machine not in block(text, "machine"):
        raise ValueError("The other rows were measured on another machine: measure all of them on this one.")
    text = with_block(text, "machine", "\n".join(part for part in (f"Measured on: {machine}.", note) if part))
    for number, names in ISSUES.items():
        together = {**kept, **rows}
        listed = [row for name in names for row in together.values() if _first(row[0]) == name]
        text = with_block(text, f"issue {number}", table(listed))
    return text


def row_of(one: Mapping[str, Any]) -> Row:
    """A row of the table; raises ValueError if the measure is short without a reason."""
    why = ""
    if not one["ok"]:
        known = [name for name in REASONS if f"{one['name']} ".startswith(f"{name} ")]
        if not known:
            raise ValueError(f"{one['name']} is short of its goal: add a reason and a next step to REASONS.")
        reason, step = REASONS[max(known, key=len)]
        why = f"{reason} Next: {step}"
    reference = "–" if one["reference"] is None else f"{one['reference']:g} ({one['reference_name']})"
    ratio = "–" if one["ratio"] is None else f"{one['ratio']:.2f} x"
    verdict = "ok" if one["ok"] else "SHORT"
    return (one["name"], f"{one['figure']:g} {one['unit']}", reference, ratio, one["goal"], verdict, why)


def table(rows: Sequence[Row]) -> str:
    lines = [HEAD, ("---",) * len(HEAD), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rows_in(text: str) -> list[Row]:
    """The rows of a table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


def block(text: str, name: str) -> str:
    """What stands between `<!-- NAME -->` and `<!-- end -->`."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", text, re.DOTALL)
    if found is None:
        raise ValueError(f"The document has no part “{name}”.")
    return found.group(1)


def with_block(text: str, name: str, inside: str) -> str:
    old = block(text, name)
    return text.replace(f"<!-- {name} -->\n{old}<!-- end -->", f"<!-- {name} -->\n{inside}\n<!-- end -->")


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0]


def _known() -> set[str]:
    return {name for names in ISSUES.values() for name in names}


if __name__ == "__main__":
    sys.exit(main())
