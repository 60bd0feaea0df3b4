"""Silence, trickling, names and addresses that do not answer: every call ends in time."""

import socket
import time

import pytest

from app.connectors.http import HttpPool, Limits
from app.errors import ServiceError
from tests.connectors.pool_calls import SHORT, chunked, failed, sending
from tests.connectors.scripted_server import Script, Scripted, http_answer, scripted


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_silence_ends_at_the_read_time_out(said: bytes):
    with scripted(sending(said, then="hold")) as server:
        started = time.perf_counter()
        assert failed(server).code == "LOCAL20"
        assert 0.4 < time.perf_counter() - started < 3


def test_the_deadline_ends_silence_too():
    with scripted(sending(b"HTTP/1.1 200 OK\r\n", then="hold")) as server:
        started = time.perf_counter()
        assert failed(server, Limits(read=20, total=0.4)).code == "LOCAL20"
        assert 0.3 < time.perf_counter() - started < 3


@pytest.mark.parametrize(
    "whole",
    [
        http_answer(b"x" * 100),
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
        chunked(*[b"x"] * 100),
    ],
    ids=["body", "header", "continue", "chunks"],
)
def test_an_answer_that_trickles_ends_at_the_deadline(whole: bytes):
    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            server.read_request(line)
            for byte in whole:
                if server.over.wait(0.05):
                    return
                line.sendall(bytes([byte]))

        return script

    with scripted(make) as server:
        started = time.perf_counter()
        assert failed(server).code == "LOCAL20"
        assert 0.9 < time.perf_counter() - started < 4


def test_an_address_that_does_not_answer_ends_at_the_connect_time_out():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        # The queue takes one or two; from then on nobody is answered.
        waiting = []
        for _ in range(4):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(address)
        started = time.perf_counter()
        with (
            HttpPool(f"http://127.0.0.1:{address[1]}/x", None, 1, Limits(connect=0.3, read=5, total=9)) as pool,
            pytest.raises(ServiceError) as caught,
        ):
            pool.post(b"x", {})
        assert caught.value.code == "LOCAL20"
        assert time.perf_counter() - started < 3
        for one in waiting:
            one.close()


def test_nobody_listens():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/x"
        with (
            HttpPool(url, None, 1, SHORT) as pool,
            pytest.raises(ServiceError, match="refused the connection") as caught,
        ):
            pool.post(b"x", {})
    assert caught.value.code == "LOCAL21"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70 + ".invalid", ".invalid"])
def test_a_name_that_does_not_exist(host: str):
    with HttpPool(f"http://{host}/x", None, 1, SHORT) as pool, pytest.raises(ServiceError) as caught:
        pool.post(b"x", {})
    assert caught.value.code == "LOCAL21"
