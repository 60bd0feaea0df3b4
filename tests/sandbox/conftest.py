"""Sandbox services for the tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.sandbox.lrs import LrsSandbox
from tests.certificates import certificates
from tests.sandbox.raw_client import PEOPLE, Asker, asker_of


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """A healthy service about the first 300 people."""
    with LrsSandbox(tmp_path_factory.mktemp("lrs"), people=PEOPLE) as sandbox:
        yield asker_of(sandbox, tmp_path_factory.mktemp("client"))


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Asker]]:
    """Starts a service of one's own: `serving("busy")`, `serving(latency_ms=50)`."""
    started: list[LrsSandbox] = []

    def start(*faults: str, latency_ms: int = 0) -> Asker:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        sandbox = LrsSandbox(certificates(), people=PEOPLE, faults=faults, latency_ms=latency_ms)
        started.append(sandbox)
        sandbox.start()
        return asker_of(sandbox, folder)

    yield start
    for sandbox in started:
        sandbox.stop()
