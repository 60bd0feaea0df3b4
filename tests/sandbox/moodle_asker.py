"""A client of the sandbox Moodle that knows only what is on the wire: `ssl`, `http.client` and text."""

import contextlib
import gzip
import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

from app.sandbox.moodle import PATH, MoodleSandbox
from app.sandbox.people import people

FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        plain = gzip.decompress(self.body) if self.headers.get("Content-Encoding") == "gzip" else self.body
        return json.loads(plain)

    @property
    def code(self) -> str:
        """The error code; "" for an answer that is none."""
        return self.told.get("errorcode", "-") if isinstance(self.told, dict) and "exception" in self.told else ""


def pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from pairs(f"{name}[{key}]" if name else key, inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from pairs(f"{name}[{place}]", inner)
    else:
        yield name, str(value)


@dataclass
class Asker:
    sandbox: MoodleSandbox
    context: ssl.SSLContext

    def send(
        self, body: bytes, *, path: str = PATH, method: str = "POST", timeout: float = 10, **headers: str
    ) -> Answer:
        port = urlsplit(self.sandbox.info.url).port
        line = http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout, context=self.context)
        named = {"Content-Type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
        with contextlib.closing(line):
            line.request(method, path, body, named)
            response = line.getresponse()
            with contextlib.closing(response):
                return Answer(response.status, dict(response.headers), response.read())

    def ask(self, function: str, parameters: dict[str, Any] | None = None, **other: Any) -> Answer:
        control = {"wstoken": self.sandbox.info.token, "wsfunction": function, "moodlewsrestformat": "json"}
        control |= {name: other.pop(name) for name in list(other) if name in control}
        form = [*pairs("", control), *pairs("", parameters or {})]
        return self.send("&".join(f"{name}={quote_plus(value)}" for name, value in form).encode(), **other)

    def told(self, function: str, parameters: dict[str, Any] | None = None) -> Any:
        answer = self.ask(function, parameters)
        assert answer.status == 200
        assert not answer.code, answer.told
        return answer.told


def asker_of(sandbox: MoodleSandbox) -> Asker:
    context = ssl.create_default_context(cafile=sandbox.info.ca_file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return Asker(sandbox, context)


PEOPLE = people(300)
GRADEBOOK, CONTENTS = "gradereport_user_get_grade_items", "core_course_get_contents"
ENROL, UNENROL = "enrol_manual_enrol_users", "enrol_manual_unenrol_users"
PARTICIPANTS, ACCOUNTS = "core_enrol_get_enrolled_users", "core_user_get_users_by_field"
DIG, SELF_ENROLLED, OUT_OF_REACH = 5, 15, 14
