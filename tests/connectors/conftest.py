"""A sandbox per module, and settings that fit it, with short time-outs; a Moodle of recordings for all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.connectors.lrs import LrsAccess
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person, people
from tests.certificates import certificates
from tests.connectors.moodle_recorded import Played, playing

PEOPLE = people(300)


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsSandbox]:
    with LrsSandbox(tmp_path_factory.mktemp("lrs"), people=PEOPLE) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: LrsSandbox) -> Iterator[LrsSandbox]:
    """A healthy one; what a test switched on is off afterwards."""
    yield running_sandbox
    running_sandbox.set_fault()
    running_sandbox.set_latency(0)
    running_sandbox.answers.clear()


@pytest.fixture
def access(sandbox: LrsSandbox) -> Callable[..., LrsAccess]:
    def build(**other: object) -> LrsAccess:
        short = {"connect_timeout": 2.0, "read_timeout": 5.0, "deadline": 8.0}
        return LrsAccess(**{**sandbox.info.as_dict(), **short, **other})

    return build


@pytest.fixture(scope="session")
def somebody() -> Callable[[Kind], Person]:
    def find(kind: Kind = Kind.EXACT) -> Person:
        return next(person for person in PEOPLE if person.kind is kind)

    return find


@pytest.fixture
def certificate_folder(running_sandbox: LrsSandbox) -> Path:
    return running_sandbox.certificates.client.parent


@pytest.fixture(scope="session")
def running_site() -> Iterator[Played]:
    with playing(certificates()) as played:
        yield played


@pytest.fixture
def site(running_site: Played) -> Played:
    """A Moodle that was asked nothing yet; what it answers is set by the test."""
    running_site.asked.clear()
    running_site.bodies.clear()
    return running_site
