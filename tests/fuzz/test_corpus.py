"""The kept inputs, and some hundred made out of them: nothing comes of them but what is right.

As many minutes as there is time for: `python -m tests.fuzz`.
"""

import os
import sys
from contextlib import nullcontext
from random import Random

import pytest

from tests.fuzz import kept
from tests.fuzz.mutate import Mutator
from tests.fuzz.parser import Parser, Stand, twice_the_same
from tests.fuzz.reach import Steps
from tests.fuzz.registry import PARSERS
from tests.fuzz.run import stand
from tests.fuzz.sites import lines_of_sites

MUTATIONS = 5_000 if os.environ.get("LM_LONG") == "1" else 200
SEED = 20_261_128
STEPS, STEPS_A_BYTE = 150_000, 150
"""Lines of the program that may run for an input: the same on any computer, however busy."""


@pytest.fixture(scope="module")
def place():
    with stand() as made:
        yield made


@pytest.fixture(params=PARSERS, ids=str)
def parser(request: pytest.FixtureRequest, qapp) -> Parser:
    return PARSERS[request.param]


def test_the_kept_inputs(parser: Parser, place: Stand):
    """Each comes to a right end, in few steps, and together they reach every call that takes bytes apart."""
    reached = set()
    _forget()
    for name, data in kept.inputs(parser.name).items():
        with Steps() if parser.counted else nullcontext(Steps()) as steps:
            place.outcome(parser, data)
        assert steps.count <= STEPS + STEPS_A_BYTE * len(data), name
        reached |= steps.sites
    for site, lines in lines_of_sites(parser.sites if parser.counted else ()).items():
        assert lines & reached, f"nothing reaches {site}"


def _forget() -> None:
    """What other tests of this process have asked before would not be read again."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("app.imports.", "app.files.")):
            for one in list(vars(module).values()):
                if hasattr(one, "cache_clear"):
                    one.cache_clear()


def test_inputs_made_out_of_them(parser: Parser, place: Stand):
    """The same ones in every run; every tenth is asked about twice, and comes to the same."""
    mutator = Mutator(Random(SEED), parser.words, largest=20_000)
    good = [data for data in kept.inputs(parser.name).values() if len(data) < 8_000]
    draw = Random(SEED)
    for number in range(MUTATIONS // 50 if parser.slow else MUTATIONS):
        data = mutator.changed(draw.choice(good), good)
        if number % 10:
            place.outcome(parser, data)
        else:
            twice_the_same(place, parser, data)
