"""The harness itself: planted defects of every kind are found, made small and kept; the same seed tries the same."""

import logging
import re
import signal
import socket
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree

from app.errors import InputError, ServiceError
from tests.fuzz import kept, run
from tests.fuzz.mutate import Mutator, unzipped, zipped
from tests.fuzz.parser import Defect, Parser, Refused, twice_the_same
from tests.fuzz.planted import planted
from tests.fuzz.reach import Reach, Steps

WAY_IN = Parser("planted", lambda data, path: planted(data), (), ("tests.fuzz.planted",))


@pytest.fixture(autouse=True)
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is written into the real one."""
    monkeypatch.setattr(kept, "FOLDER", tmp_path / "corpus")
    return tmp_path / "corpus"


def test_a_defect_behind_three_conditions_is_found_by_way_of_the_lines_it_reaches():
    """No single change leads there: what reached the first two lines was kept, and changed again."""
    kept.keep("planted", kept.SEED, b"12, 34 and 56 and much that does not matter")
    told: list[str] = []
    with run.stand() as place:
        work = run.Run(WAY_IN, 1, place, told.append)
        report = work.go_on(lambda: bool(work.report.defects) or work.report.tried == 50_000)
    ((name, what),) = report.defects.items()
    found = kept.inputs("planted")[name]
    assert name.startswith(kept.FAILED)
    assert sorted(found) == sorted(b"<&9999"), "made as small as it can be"
    assert "KeyError" in what
    assert "KeyError in tests.fuzz.planted:12" in told[0]


numbers = count()


def entity(data: bytes, path: Path) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=True)).text


def calls(data: bytes, path: Path) -> Any:
    found = re.search(rb":(\d+)/", data)
    assert found is not None
    socket.create_connection(("127.0.0.1", int(found[1])), 1.0).close()


def logs(data: bytes, path: Path) -> Any:
    logging.getLogger("app.planted").debug("Nobody is called %s", data.decode())


def refuses(error: Exception) -> Callable[[bytes, Path], Any]:
    def read(data: bytes, path: Path) -> Any:
        raise error

    return read


@pytest.mark.parametrize(
    ("read", "data", "key"),
    [
        (refuses(ValueError("x")), b"", r"ValueError in tests\.fuzz\.test_harness:\d+"),
        (refuses(InputError("Zero \0 byte.")), b"", "words"),
        (refuses(InputError("")), b"", "words"),
        (refuses(ServiceError("About 3000000029.", code="LOCAL23")), b"", "named"),
        (lambda data, path: next(numbers), b"", "another"),
        (lambda data, path: "x" * 1_000_000, b"", "size"),
        (lambda data, path: ["a\0b"], b"", "unstorable"),
        (lambda data, path: {"a": ("\ud800",)}, b"", "unstorable"),
        (entity, b'<!DOCTYPE a [<!ENTITY b SYSTEM "file://@FILE@">]><a>&b;</a>', "trap"),
        (calls, b"http://127.0.0.1:@PORT@/", "trap"),
        (logs, b"Zaphodina", "log"),
    ],
    ids=str.split("raises words silent names differs grows zeros halves reads calls logs"),
)
def test_every_property_can_fail(read: Callable[[bytes, Path], Any], data: bytes, key: str):
    with run.stand() as place, pytest.raises(Defect) as found:
        twice_the_same(place, Parser("planted", read, (), quotes=False), data)
    assert re.fullmatch(key, found.value.key)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="nothing interrupts an endless loop here")
def test_an_input_that_takes_too_long_is_found(monkeypatch: pytest.MonkeyPatch):
    def hangs(data: bytes, path: Path) -> None:
        while data:
            pass

    monkeypatch.setattr(run, "LONGEST_SECONDS", 0.05)
    with run.stand() as place:
        work = run.Run(Parser("planted", hangs, ()), 1, place, lambda words: None)
        found = work.defect(b"x")
        assert work.defect(b"") is None
    assert found is not None
    assert found.key == "too long"


def test_a_right_refusal_is_an_outcome():
    with run.stand() as place:
        came = place.outcome(Parser("planted", refuses(InputError("No.", hint="Try again.")), ()), b"")
    assert came == Refused("InputError", "No. Try again. No. Try again.")


def test_what_reaches_nothing_of_its_own_goes():
    files = [
        kept.keep("planted", why, data)
        for why, data in (("seed", b"x"), ("new", b"<"), ("new", b"<<"), ("failed", b"!"))
    ]
    assert kept.keep("planted", kept.NEW, b"x") == files[0], "it is there already"
    long = kept.keep("planted", kept.NEW, b"<&" * 5_000)
    assert long.suffix == ".z"
    assert long.stat().st_size < 200
    assert kept.inputs("planted")[long.name] == b"<&" * 5_000
    lines: dict[str, set[object]] = {
        files[0].name: {1},
        files[1].name: {1, 2},
        files[2].name: {1, 2},
        files[3].name: set(),
    }
    kept.tidy("planted", {**lines, long.name: {1, 2, 3}})
    assert set(kept.inputs("planted")) == {files[0].name, files[3].name, long.name}


def test_lines_are_counted():
    with Reach(["tests.fuzz.planted"]) as reach:
        assert planted(b"x") == 0
        assert {line for _, line in reach.take()} == {6, 7}
        assert planted(b"<") == 1
        assert {line for _, line in reach.take()} == {8, 9}
    assert reach.share() == (4, 7)
    with Steps() as steps:
        InputError("x", hint="y").__str__()
    assert steps.count > 3


def test_the_same_seed_makes_the_same_inputs():
    goods = [b'{"a": [1, 2], "b": {"c": "x"}}', b"<a>1</a>", zipped([("a", b"12"), ("b", b"<c/>")]), b""]

    def made(seed: int) -> list[bytes]:
        mutator = Mutator(Random(seed), (b"own",), largest=10_000)
        return [mutator.changed(goods[number % 4], goods) for number in range(400)]

    first = made(1)
    assert first == made(1)
    assert first != made(2)
    assert len(set(first)) > 300
    assert max(map(len, first)) <= 10_000
    still_zips = [one for one in first[2::4] if unzipped(one)]
    assert len(still_zips) > 50, "the parts of a zip are changed, not only its bytes"
    assert any(b"own" in one for one in first)
