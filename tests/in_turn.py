"""The workers of a whole run import the tests before they collect them, each beginning at another place.

Collecting, all import the same file at the same moment, and where nothing was compiled yet (a fresh clone) each
compiles all of it, with pytest's own and slow rewriting of assertions. Beginning at different places, they find most
of it done.
"""

import contextlib
import importlib
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def import_all(number: int, of: int) -> None:
    """As worker `number` of so many. What cannot be imported is told by the collection, which tries it again."""
    files = sorted(TESTS.rglob("test_*.py"))
    begin = len(files) * number // of
    for file in files[begin:] + files[:begin]:
        module = ".".join(file.relative_to(TESTS.parent).with_suffix("").parts)
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(module)
