"""Parsers of what services answer: the LRS, the LMS, the line itself, a proxy, and certificates.

The first line of an input is what stands around a body: the HTTP status and a header.
"""

import http.client
import socket
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from app.connectors.client_certificate import ClientCertificate, server_context
from app.connectors.http import HttpAnswer, HttpPool, Limits
from app.connectors.lrs_answer import read_answer as read_record
from app.connectors.lrs_codes import describe
from app.connectors.lrs_find import read_found
from app.connectors.lrs_verify import read_verified
from app.connectors.moodle_answer import read_answer
from app.connectors.moodle_courses import read_activities, read_courses
from app.connectors.moodle_enrol import told as told_of_enrolling
from app.connectors.moodle_grades import read_gradebook
from app.connectors.moodle_people import read_accounts, read_participants
from app.connectors.moodle_site import read_site
from app.connectors.moodle_values import Strange
from app.connectors.plain_text import plain_text
from app.connectors.proxy import Proxy, ProxyError
from app.connectors.wire import Wire
from app.errors import AppError, ServiceError
from app.lms.feedback import safe
from app.plr.values import event_values
from app.tasks import now
from tests.fuzz.parser import Parser, listed

TODAY = date(2026, 11, 23)
ULN = "3000000029"
SENT = {"FamilyName": "O'Dowd-Fairley", "GivenName": "Siân", "DateOfBirth": "2007-02-28"}
_MOST_ON_A_LINE = 100_000
_LRS_WORDS = (
    *(b"ResponseCode", b"IncomingULN", b"FoundULN", b"LearnerRecord", b"LearningEvent", b"Fault", b"ErrorCode"),
    *(b"WSRC0004", b"WSRC0022", b"WSEC0005", b"WSEC0208", b"WSEC0999", b"LinkedULNs", b"FailureFlag", b"VRF1"),
    *(b"UnsupportedHttpVerb", b"<s:Body>", b"</s:Body>", b"503 120\n", b"503 Wed, 21 Oct 2026 07:28:00 GMT\n"),
)
_MOODLE_WORDS = (
    *(
        b'"exception":"x",',
        b'"errorcode":"invalidtoken",',
        b'"id":1,',
        b'"userid":8,',
        b'"graderaw":{},',
        b"<script>",
    ),
    *(b"courses", b"gradeitems", b"usergrades", b"functions", b"feedback", b"2147483647", b"gradebook 303 "),
)


def framed(data: bytes) -> HttpAnswer:
    """The answer that an input stands for."""
    head, _, body = data.partition(b"\n")
    status, _, header = head.decode("latin-1").partition(" ")
    return HttpAnswer(_status(status), body, header or None, header or None)


def _status(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 3 and text >= "100" else 200


def _record(data: bytes, path: Path) -> Any:
    came = read_record(framed(data), ULN)
    assert came.incoming_uln in (ULN, None), "another learner's record"
    return came, describe(came.response_code), [event_values(one, TODAY) for one in came.events]


def _found(data: bytes, path: Path) -> Any:
    return read_found(framed(data), SENT)


def _verified(data: bytes, path: Path) -> Any:
    return read_verified(framed(data), ULN)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "site": read_site,
    "courses": read_courses,
    "contents": read_activities,
    "gradebook": lambda told: read_gradebook(told, "5"),
    "participants": lambda told: read_participants(told, active=True),
    "accounts": lambda told: read_accounts(told, "idnumber", {"LRN-00001", "LRN-00002"}),
}


def _moodle(data: bytes, path: Path) -> Any:
    name, _, rest = data.partition(b" ")
    wanted = name.decode("latin-1")
    try:
        value = read_answer(framed(rest), "gradereport_user_get_grade_items")
        return _READERS[wanted](value) if wanted in _READERS else type(value).__name__
    except ServiceError as error:
        told_of_enrolling(error)
        raise


class _Whole(HttpPool):
    """Asks over a line on which the answer stands already."""

    def answer(self, data: bytes) -> HttpAnswer:
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(data[:_MOST_ON_A_LINE])
            theirs.shutdown(socket.SHUT_WR)
            wire = Wire(2.0)
            wire._keep(ours)
            with self._using(wire):
                return self._exchange(wire, "POST", b"?", now() + 5.0, 2.0)


def _line(data: bytes, path: Path) -> Any:
    with _Whole("http://127.0.0.1/x", None, 1, Limits(size=200_000)) as pool:
        answer = pool.answer(data)
    return answer, http.client.responses.get(answer.status)


def _tunnel(data: bytes, path: Path) -> Any:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data[:_MOST_ON_A_LINE])
        theirs.shutdown(socket.SHUT_WR)
        Proxy("proxy.example", 8080).open_tunnel(ours, "lrs.example", 443, now() + 5.0)
    return True


def _certificate(data: bytes, path: Path) -> Any:
    found = ClientCertificate.load(data, "EXAMPLE-PASSWORD")
    return found.subject, found.not_before, found.not_after, found.holder


def _authorities(data: bytes, path: Path) -> Any:
    path.write_bytes(data)
    return len(server_context(path).get_ca_certs())


def _shown_html(data: bytes, path: Path) -> Any:
    text = data.decode("utf-8", "surrogateescape")  # JSON may bring halves of characters
    kept, shown = safe(text), plain_text(text)
    assert "<script" not in kept and "=" not in "".join(part.partition(">")[0] for part in kept.split("<")[1:])  # noqa: PT018
    return kept, shown


_XML = ("app.connectors.lrs_xml:_soap_body",)
PARSERS = listed(
    Parser(
        "lrs_record",
        _record,
        (*_XML, "app.connectors.lrs_faults:seconds_to_wait", "app.plr.values:read_date"),
        ("app.connectors.lrs_answer",),
        quotes=False,
        storable=False,
        words=_LRS_WORDS,
    ),
    Parser(
        "lrs_find",
        _found,
        (*_XML, "app.connectors.lrs_find:day_in"),
        ("app.connectors.lrs_faults", "app.ulns"),
        quotes=False,
        storable=False,
        words=_LRS_WORDS,
    ),
    Parser(
        "lrs_verify",
        _verified,
        _XML,
        ("app.connectors.lrs_verify", "app.connectors.lrs_faults"),
        quotes=False,
        storable=False,
        words=_LRS_WORDS,
    ),
    Parser(
        "moodle_answer",
        _moodle,
        (
            "app.connectors.moodle_answer:_parsed",
            "app.connectors.moodle_faults:site_named_in",
            "app.connectors.plain_text:plain_text",
            "app.connectors.plain_text:_without_tags",
        ),
        tuple(f"app.connectors.moodle_{one}" for one in ("courses", "enrol", "grades", "people", "site", "values")),
        (AppError, Strange),
        quotes=False,
        words=_MOODLE_WORDS,
    ),
    Parser(
        "moodle_html",
        _shown_html,
        ("app.lms.feedback:safe", "app.connectors.plain_text:plain_text", "app.connectors.plain_text:_without_tags"),
        words=(b"<script>", b"<img src=", b"<p>", b"</p>", b"<a href='javascript:", b"<svg onload=", b"&amp;lt;"),
    ),
    Parser(
        "http_line",
        _line,
        (
            "app.connectors.http_body:read_body",
            "app.connectors.http_body:_Gzip.__init__",
            "app.connectors.http_body:_Gzip.feed",
        ),
        ("app.connectors.http", "app.connectors.wire", "app.connectors.network_faults"),
        quotes=False,
        storable=False,
        largest=_MOST_ON_A_LINE,
        words=(
            b"HTTP/1.1 200 OK\r\n",
            b"Content-Length: 5\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"ffffffff\r\n",
            b"Content-Encoding: gzip\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"\r\n\r\n",
            b"Connection: close\r\n",
        ),
    ),
    Parser(
        "proxy_answer",
        _tunnel,
        ("app.connectors.proxy:Proxy.open_tunnel",),
        refusals=(AppError, ProxyError),
        storable=False,
        largest=_MOST_ON_A_LINE,
        words=(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 407 ", b"\r\n\r\n"),
    ),
    Parser(
        "client_certificate",
        _certificate,
        ("app.connectors.client_certificate:ClientCertificate.load",),
        quotes=False,
        storable=False,
        slow=True,
        words=(
            b"\x30\x82",
            b"\x02\x01\x03",
            b"-----BEGIN CERTIFICATE-----",
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x06",
        ),
    ),
    Parser(
        "authorities",
        _authorities,
        ("app.connectors.client_certificate:_content",),
        quotes=False,
        slow=True,
        words=(b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n", b"-----BEGIN PRIVATE KEY-----"),
    ),
)
