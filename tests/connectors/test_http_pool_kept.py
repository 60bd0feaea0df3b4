"""Connections that are kept from call to call, and what is never asked twice."""

import socket
import threading
from collections.abc import Callable

import pytest

from app.connectors.http import HttpPool
from app.errors import ServiceError
from tests.connectors.pool_calls import SHORT, failed, sending
from tests.connectors.scripted_server import Script, Scripted, http_answer, scripted


def serving_then(ending: str, calls: int = 1) -> Callable[[Scripted], Script]:
    """Serve some calls per connection, then end it at the next request (or at once: "idle")."""

    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            for _ in range(calls):
                if server.read_request(line) is None:
                    return
                line.sendall(http_answer(b"number %d" % number))
            if ending == "idle":
                return
            server.read_request(line)
            if ending == "reset":
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            elif ending == "byte":
                line.sendall(b"H")
            elif ending == "byte, reset":
                line.sendall(b"H")
                server.over.wait(0.1)  # it has been read by then
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        return script

    return make


@pytest.mark.parametrize("ending", ["idle", "close", "reset"])
def test_a_kept_connection_that_was_dropped_is_replaced_at_once(ending: str):
    with scripted(serving_then(ending)) as server, HttpPool(server.url, None, 1, SHORT) as pool:
        assert pool.post(b"x", {}).body == b"number 1"
        assert pool.post(b"x", {}).body == b"number 2"


def test_a_connection_dropped_while_idle_is_noticed_before_the_question_is_sent():
    with scripted(serving_then("idle")) as server, HttpPool(server.url, None, 1, SHORT) as pool:
        for number in range(1, 6):
            assert pool.post(b"x", {}).body == b"number %d" % number
        assert len(server.requests) == 5


@pytest.mark.parametrize("ending", ["byte", "byte, reset"])
def test_nothing_is_asked_again_once_a_byte_of_the_answer_came(ending: str):
    with scripted(serving_then(ending)) as server, HttpPool(server.url, None, 1, SHORT) as pool:
        pool.post(b"x", {})
        with pytest.raises(ServiceError):
            pool.post(b"x", {})
        assert len(server.requests) == 2


def test_nothing_is_asked_a_third_time():
    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            server.read_request(line)
            if number == 1:
                line.sendall(http_answer(b"hello"))
                server.read_request(line)

        return script

    with scripted(make) as server, HttpPool(server.url, None, 1, SHORT) as pool:
        pool.post(b"x", {})
        with pytest.raises(ServiceError) as caught:
            pool.post(b"x", {})
        assert caught.value.code == "LOCAL21"
        assert len(server.requests) == 3


def test_a_fresh_connection_that_breaks_is_not_tried_again():
    with scripted(sending(b"")) as server:
        assert failed(server).code == "LOCAL21"
        assert len(server.requests) == 1


@pytest.mark.parametrize("late", [False, True], ids=["with the answer", "after it"])
def test_a_second_answer_is_never_taken_for_the_next_learners(late: bool):
    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            while server.read_request(line):
                first, second = http_answer(b"mine"), http_answer(b"not mine")
                line.sendall(first if late else first + second)
                if late:
                    line.sendall(second)
                    sent.set()

        return script

    sent = threading.Event()
    with scripted(make) as server, HttpPool(server.url, None, 1, SHORT) as pool:
        for _ in range(5):
            assert pool.post(b"x", {}).body == b"mine"
            assert not late or sent.wait(5)
            sent.clear()
        assert server.connections == 5


@pytest.mark.parametrize("reply", [http_answer(b"hello", "Connection: close"), b"HTTP/1.0 200 OK\r\n\r\nhello"])
def test_a_connection_the_service_wants_closed_is_not_kept(reply: bytes):
    with scripted(sending(reply)) as server, HttpPool(server.url, None, 1, SHORT) as pool:
        assert pool.post(b"x", {}).body == pool.post(b"x", {}).body == b"hello"
        assert server.connections == 2
