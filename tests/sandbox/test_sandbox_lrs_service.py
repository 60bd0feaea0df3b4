"""The sandbox LRS as a service: TLS, many clients at once, starting and stopping."""

import http.client
import json
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import InputError
from app.sandbox.faults import Asked
from app.sandbox.lrs import LrsSandbox, serve
from app.sandbox.server import Manner, Reply
from tests.sandbox.raw_client import PEOPLE, Asker, client_context, request_for

EXACT = PEOPLE[99]
Serving = Callable[..., Asker]


# -- TLS


def test_a_client_without_a_certificate_is_turned_away(asker: Asker) -> None:
    bare = ssl.create_default_context(cafile=asker.sandbox.info.ca_file)
    with pytest.raises(OSError, match=r"CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|EOF|reset|closed"):
        Asker(asker.sandbox, bare).ask(EXACT)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(
    ("which", "why"), [("client_expired", "CERTIFICATE_EXPIRED"), ("client_stranger", "UNKNOWN_CA")]
)
def test_bad_client_certificates_get_an_alert(
    serving: Serving, tmp_path: Path, which: str, why: str, old: bool
) -> None:
    asker = serving("tls12") if old else serving()
    files = asker.sandbox.certificates
    context = client_context(getattr(files, which), files.password, files.ca_file, tmp_path)
    line = Asker(asker.sandbox, context).line()
    with pytest.raises(ssl.SSLError, match=why):  # noqa: PT012 - in TLS 1.3 the alert comes after `connect`
        line.connect()
        line.sock.recv(1)
    line.close()
    assert asker.sandbox.connections == 0


@pytest.mark.parametrize("abrupt", [False, True])
def test_a_refused_client_may_finish_its_sentence_unless_refused_abruptly(
    serving: Serving, tmp_path: Path, abrupt: bool
) -> None:
    """A client of TLS 1.3 is writing its request when the alert comes; a reset would overtake the alert."""
    asker = serving("abrupt-refusal") if abrupt else serving()
    files = asker.sandbox.certificates
    line = Asker(asker.sandbox, client_context(files.client_stranger, files.password, files.ca_file, tmp_path)).line()
    line.connect()
    with socket.socket(fileno=line.sock.detach()) as raw:
        raw.settimeout(10)
        if abrupt:
            with pytest.raises((BrokenPipeError, ConnectionResetError)):
                _speak_after_the_end(raw)
        else:
            _speak_after_the_end(raw)


def _speak_after_the_end(raw: socket.socket) -> None:
    while raw.recv(4096):
        pass
    raw.sendall(b"x" * 100)
    raw.sendall(b"x" * 100)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("server-expired", "certificate has expired"),
        ("server-wrong-host", "mismatch"),
        ("server-stranger", "unable to get local issuer|self-signed"),
    ],
)
def test_bad_server_certificates_are_noticed(serving: Serving, fault: str, why: str) -> None:
    asker = serving(fault)
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        asker.ask(EXACT)
    asker.sandbox.set_fault(None)
    assert asker.ask(EXACT).status == 200


def test_a_silent_client_does_not_stop_the_others(serving: Serving) -> None:
    asker = serving()
    port = int(asker.sandbox.info.url.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port)):
        assert asker.ask(EXACT).status == 200


def test_the_files_are_for_the_owner_only(asker: Asker) -> None:
    files = asker.sandbox.certificates
    for path in (files.client, files.server, files.ca_file, files.client_stranger):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


# -- the service itself


def test_one_line_carries_many_calls(serving: Serving) -> None:
    asker = serving()
    line = asker.line()
    asked = PEOPLE[40:80]
    for person in asked:
        assert asker.send(request_for(asker.sandbox, person), line=line).status == 200
    line.close()
    assert asker.sandbox.connections == 1
    assert asker.sandbox.calls == [person.uln for person in asked]


def test_calls_at_once_are_counted_and_answers_go_to_the_right_line(serving: Serving) -> None:
    asker = serving()
    asked = PEOPLE[40:56]
    together = threading.Barrier(4)

    def all_four(call: Asked) -> Reply:
        together.wait(10)
        return call.usual()

    asker.sandbox.answers.update({person.uln or "": all_four for person in asked})
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(asker.ask, asked))
    assert [answer.first("FoundULN") for answer in answers] == [person.uln for person in asked]
    assert asker.sandbox.most_at_once == 4
    assert sorted(asker.sandbox.calls) == sorted(person.uln or "" for person in asked)


def test_latency_is_waited_for(serving: Serving) -> None:
    asker = serving(latency_ms=150)
    begun = time.monotonic()
    assert asker.ask(EXACT).status == 200
    assert time.monotonic() - begun >= 0.15


def test_stop_ends_what_hangs_and_gives_the_port_back(serving: Serving, tmp_path: Path) -> None:
    asker = serving()
    arrived = threading.Event()

    def hang(call: Asked) -> Reply:
        arrived.set()
        return Reply(manner=Manner.SILENCE)

    asker.sandbox.answers[EXACT.uln or ""] = hang
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(asker.ask, EXACT)
        assert arrived.wait(10)
        asker.sandbox.stop()
        with pytest.raises((http.client.RemoteDisconnected, ssl.SSLError)):
            hanging.result(5)
    port = int(asker.sandbox.info.url.split(":")[2].split("/")[0])
    with LrsSandbox(tmp_path / "next", people=PEOPLE[:1], port=port) as again:
        assert f":{port}/" in again.info.url
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(f"sandbox {port}")]


def test_own_answers_go_before_the_usual_ones(serving: Serving) -> None:
    asker = serving()
    uln = EXACT.uln or ""
    asker.sandbox.answers[uln] = b"<mine/>"
    assert asker.ask(EXACT).body == b"<mine/>"
    asker.sandbox.answers[uln] = lambda asked: f"<call n='{asked.nth}'/>".encode()
    assert asker.ask(EXACT).body == b"<call n='2'/>"
    asker.sandbox.answers[uln] = lambda asked: Reply(418, b"teapot", "text/plain")
    assert asker.ask(EXACT).status == 418


def test_what_a_client_needs_is_announced_and_nothing_secret_is_in_a_repr(tmp_path: Path) -> None:
    stop, heard = threading.Event(), []

    def announce(info: dict[str, str | int]) -> None:
        heard.append(info)
        stop.set()

    serve(tmp_path, 0, 0, [], announce, stop)
    (info,) = heard
    assert list(info) == [
        "url",
        "ca_file",
        "certificate_file",
        "certificate_password",
        "organisation_ref",
        "ukprn",
        "username",
        "password",
        "vendor_id",
    ]
    assert json.loads(json.dumps(info)) == info
    assert str(info["url"]).startswith("https://127.0.0.1:")
    assert str(info["url"]).endswith("/LearnerServiceR9.svc")
    assert len(str(info["password"])) == 16
    with LrsSandbox(tmp_path / "repr", people=()) as sandbox:
        shown = repr(sandbox.info) + repr(sandbox.certificates)
        assert sandbox.info.password not in shown
        assert sandbox.info.certificate_password not in shown


@pytest.mark.parametrize("spec", ["bsy", "busy:2", "busy:often", "error-", "server-melted"])
def test_an_unknown_fault_is_refused_before_anything_starts(tmp_path: Path, spec: str) -> None:
    with pytest.raises(InputError):
        LrsSandbox(tmp_path, people=(), faults=[spec])
