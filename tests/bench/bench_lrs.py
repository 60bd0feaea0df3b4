"""What the client side of a PLR download costs: processor time of 1,000 answers of 18 events over mutual TLS.

The reference is what one would write first: a shared `requests.Session` that posts one ready-made message over
kept-alive connections, and `lxml` that turns the answer into dictionaries. The sandbox has a process of its own.
"""

import gzip
import multiprocessing
import multiprocessing.connection
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path

import requests
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from lxml import etree
from requests.adapters import HTTPAdapter

from app.connectors.lrs import LrsAccess, LrsClient
from app.connectors.lrs_request import HEADERS, learning_events_request
from app.sandbox import soap
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, all_events, people
from app.sandbox.server import Reply
from tests.bench.measured import ROUNDS, Result, measures, median, result, sized

ANSWERS = sized(1000)
EVENTS = 18
AT_ONCE = 4
GOAL = 1.5
ULN = "3000000029"
ASKED = (ULN, "Ann", "Example", None, "F")


@measures("plr_cpu")
def plr_cpu(answers: int = ANSWERS) -> Result:
    """Seconds of processor time in the client per 1,000 answers, both sides alternating."""
    with tempfile.TemporaryDirectory() as folder, _sandbox(Path(folder)) as info:
        access = LrsAccess(**info, parallel=AT_ONCE)
        ours, theirs = [], []
        with LrsClient(access).open() as calls, _session(access, Path(folder)) as session:
            message = learning_events_request(access, *ASKED)
            both: tuple[tuple[list[float], Callable[[], int]], ...] = (
                (theirs, lambda: _bare(session, access.url, message)),
                (ours, lambda: len(calls.learning_events(*ASKED).events)),
            )
            for _, call in both:
                assert _seconds(call, 50)  # connections made, code warm
            for _ in range(ROUNDS):
                for figures, call in both:
                    figures.append(_seconds(call, answers) * 1000 / answers)
    unit = f"s CPU per 1,000 answers of {EVENTS} events"
    return result("plr_cpu", median(ours), unit, median(theirs), "requests.Session and lxml", times=GOAL)


MEASURES = (plr_cpu,)


def _seconds(call: Callable[[], int], count: int) -> float:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        started = time.process_time()
        for found in threads.map(lambda _: call(), range(count)):
            assert found == EVENTS
        return time.process_time() - started


def _bare(session: requests.Session, url: str, message: bytes) -> int:
    answer = session.post(url, data=message, headers=HEADERS, timeout=60)
    root = etree.fromstring(answer.content)
    events = [{child.tag: child.text for child in event} for event in root.iter(f"{{{soap.MODEL}}}LearningEvent")]
    return len(events)


@contextmanager
def _session(access: LrsAccess, folder: Path) -> Iterator[requests.Session]:
    data = Path(access.certificate_file).read_bytes()
    key, certificate, _ = pkcs12.load_key_and_certificates(data, access.certificate_password.encode())
    assert key is not None
    assert certificate is not None
    file = folder / "bare.pem"
    file.touch(0o600)
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    with requests.Session() as session:
        session.trust_env = False
        session.verify = access.ca_file
        session.cert = str(file)
        session.mount("https://", HTTPAdapter(pool_maxsize=AT_ONCE, pool_block=True))
        yield session


@contextmanager
def _sandbox(folder: Path) -> Iterator[dict[str, object]]:
    """The sandbox in another process; its addresses and secrets."""
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    here, there = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_serve, args=(folder / "sandbox", there, stop), daemon=True)
    process.start()
    try:
        assert here.poll(60), "the sandbox did not start"
        yield here.recv()
    finally:
        stop.set()
        process.join(10)


def _serve(folder: Path, announce: multiprocessing.connection.Connection, stop: Event) -> None:
    some = [person for person in people(60) if person.kind is Kind.EXACT]
    events = [event for person in some for event in all_events(person)][:EVENTS]
    events = [replace(event, id=str(number)) for number, event in enumerate(events, 700_001)]
    packed = gzip.compress(soap.answer("WSRC0004", ULN, ULN, events), 1)
    reply = Reply(body=packed, headers={"Content-Encoding": "gzip"})
    with LrsSandbox(folder, people=some) as sandbox:
        sandbox.answers[ULN] = lambda asked: reply
        announce.send(sandbox.info.as_dict())
        stop.wait()
