"""A Moodle that says what a real one once said: the recordings, over HTTPS on loopback."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from app.connectors.moodle import MoodleAccess, MoodleCalls, MoodleClient
from app.sandbox.certificates import Certificates
from app.sandbox.server import Call, Reply, TlsServer

FOLDER = Path(__file__).parent.parent / "recorded" / "moodle"
TOKEN = "0123456789abcdef0123456789abcdef"
PATH = "/webservice/rest/server.php"
JSON = "application/json"
SHORT = {"connect_timeout": 2.0, "read_timeout": 2.0, "deadline": 4.0, "gradebook_timeout": 4.0}


def recorded(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@cache
def failures() -> dict[str, Any]:
    """The provoked failures, by name."""
    return {one["name"]: one for one in json.loads(recorded("errors.json"))}


def failure_reply(name: str) -> Reply:
    told = failures()[name]
    headers = {"Location": "https://moodle.example.org/"} if told["http_status"] == 303 else {}
    return Reply(told["http_status"], told["body"].encode(), told["content_type"], headers)


def json_reply(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), JSON)


Answers = Callable[[str, dict[str, str]], Reply]
"""From a function and its parameters, as they stand in the body, to what is answered."""


@dataclass
class Played:
    """One server of a module; `answers` is set by each test."""

    server: TlsServer
    certificates: Certificates
    answers: Answers
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def reply(self, call: Call) -> Reply:
        assert (call.method, call.path) == ("POST", PATH)
        self.bodies.append(call.body)
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True, strict_parsing=True)
        assert pairs[:3] == [("wstoken", TOKEN), ("wsfunction", pairs[1][1]), ("moodlewsrestformat", "json")]
        self.asked.append((pairs[1][1], dict(pairs[3:])))
        return self.answers(*self.asked[-1])

    @property
    def functions(self) -> list[str]:
        return [function for function, _ in self.asked]

    def access(self, **other: Any) -> MoodleAccess:
        settings = {"url": f"https://127.0.0.1:{self.server.port}", "token": TOKEN, **SHORT}
        return MoodleAccess(**{**settings, "ca_file": str(self.certificates.ca_file), **other})

    @contextmanager
    def calls(self, **other: Any) -> Iterator[MoodleCalls]:
        with MoodleClient(self.access(**other)).open() as calls:
            yield calls


@contextmanager
def playing(certificates: Certificates) -> Iterator[Played]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server)
    server = TlsServer(0, lambda: context, lambda call: played.reply(call))
    played = Played(server, certificates, lambda function, parameters: Reply(404))
    server.start()
    try:
        yield played
    finally:
        server.stop()


def in_turn(*replies: Reply) -> Answers:
    """One answer after another, the last one for ever."""
    left = list(replies)
    return lambda function, parameters: left.pop(0) if len(left) > 1 else left[0]
