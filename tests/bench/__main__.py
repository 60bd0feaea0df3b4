"""`python -m tests.bench [NAME…] [--json FILE]`: measures, each against a bare reference in the same run.

A module `bench_*.py` lists its functions in `MEASURES`; each returns a dict or a list of dicts with name, figure,
unit, reference_name, reference, ratio, goal, ok. Exits 0 whatever the figures say.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

import tests.bench


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    results = []
    for module in pkgutil.iter_modules(tests.bench.__path__):
        if not module.name.startswith("bench_"):
            continue
        for measure in importlib.import_module(f"tests.bench.{module.name}").MEASURES:
            if options.names and not any(name.startswith(measure.__name__) for name in options.names):
                continue
            found = measure()
            for one in found if isinstance(found, list) else [found]:
                results.append(one)
                print(line(one), flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def line(one: dict) -> str:
    """NAME figure unit | reference figure | ratio | goal | ok or SHORT."""
    ratio = "" if one.get("ratio") is None else f"{one['ratio']:.2f} x"
    reference = f"{one['reference_name']} {one['reference']:.4g}" if one.get("reference") is not None else "-"
    verdict = "ok" if one["ok"] else "SHORT"
    return f"{one['name']} {one['figure']:.4g} {one['unit']} | {reference} | {ratio} | {one['goal']} | {verdict}"


if __name__ == "__main__":
    sys.exit(main())
