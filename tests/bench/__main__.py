"""`python -m tests.bench [NAME…] [--json FILE] [--small]`: measures, each against a bare reference in the same run.

A module `bench_*.py` lists its functions in `MEASURES`; each returns a dict or a list of dicts with name, figure,
unit, reference_name, reference, ratio, goal, ok, machine. Exits 0 whatever the figures say; a measure that breaks is
named at the end, and the others are measured all the same (exit 1).
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
import traceback
from pathlib import Path

import tests.bench


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help="measure these only")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--small", action="store_true", help="few rows, one round: only to see that all measures run")
    options = parser.parse_args()
    if options.small:
        os.environ["LM_BENCH_SMALL"] = "1"
    results, broken = [], []
    for measure in all_measures():
        if options.names and not any(name.startswith(asked) for asked in options.names for name in measure.names):
            continue
        try:
            found = measure()
        except Exception:
            traceback.print_exc()
            broken.append(", ".join(measure.names))
            continue
        for one in found if isinstance(found, list) else [found]:
            results.append(one)
            print(line(one), flush=True)
        if options.json is not None:
            options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for name in broken:
        print(f"{name} could not be measured", flush=True)
    return 1 if broken else 0


def all_measures() -> list:
    """Every function of every `bench_*.py`; `names` of each are the results it brings."""
    modules = sorted(one.name for one in pkgutil.iter_modules(tests.bench.__path__) if one.name.startswith("bench_"))
    return [one for name in modules for one in importlib.import_module(f"tests.bench.{name}").MEASURES]


def line(one: dict) -> str:
    """NAME figure unit | reference figure | ratio | goal | ok or SHORT."""
    ratio = "" if one.get("ratio") is None else f"{one['ratio']:.2f} x"
    reference = f"{one['reference_name']} {one['reference']:.4g}" if one.get("reference") is not None else "-"
    verdict = "ok" if one["ok"] else "SHORT"
    return f"{one['name']} {one['figure']:.4g} {one['unit']} | {reference} | {ratio} | {one['goal']} | {verdict}"


if __name__ == "__main__":
    sys.exit(main())
