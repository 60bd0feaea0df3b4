"""Calls over several connections, and their end: over real sockets and exact bytes."""

import socket
import threading
import time

import pytest

from app.connectors.http import HttpPool, Limits
from app.errors import AppError, ServiceError
from tests.connectors.pool_calls import SHORT, ask, sending
from tests.connectors.scripted_server import Script, Scripted, always, http_answer, scripted


def test_a_plain_answer_and_the_request_as_it_went_out():
    with scripted(always(http_answer(b"hello", "Retry-After: 7", status="503 Busy"))) as server:
        answer = ask(server)
        assert (answer.status, answer.body, answer.retry_after) == (503, b"hello", "7")
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        rows = head.decode().split("\r\n")
        assert rows[0] == "POST /LearnerServiceR9.svc HTTP/1.1"
        assert f"Host: {server.url.split('/')[2]}" in rows
        assert "X-Test: yes" in rows
        assert "Content-Length: 11" in rows
        assert body == b"<question/>"


def test_one_connection_serves_call_after_call():
    with scripted(always(http_answer(b"hello"))) as server, HttpPool(server.url, None, 1, SHORT) as pool:
        for _ in range(20):
            assert pool.post(b"x", {}).body == b"hello"
        assert server.connections == 1


def test_more_threads_than_places_wait_for_one():
    gate = threading.Barrier(2, timeout=5)
    most, under_way, lock = [0], [0], threading.Lock()

    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            while server.read_request(line):
                with lock:
                    under_way[0] += 1
                    most[0] = max(most[0], under_way[0])
                gate.wait()  # two at a time, or not at all
                with lock:
                    under_way[0] -= 1
                line.sendall(http_answer(b"hello"))

        return script

    with scripted(make) as server, HttpPool(server.url, None, 2, Limits(total=10)) as pool:
        threads = [threading.Thread(target=pool.post, args=(b"x", {})) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most[0] == 2
        assert server.connections == 2
        assert len(server.requests) == 8


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again"])
def test_redirects_are_not_followed(status: str):
    with scripted(always(http_answer(b"", "Location: http://127.0.0.1:1/elsewhere", status=status))) as server:
        assert ask(server).status == int(status[:3])
        assert len(server.requests) == 1


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with scripted(always(http_answer(b"hello"))) as server:
        assert ask(server).body == b"hello"


# -- ending


def calling(pool: HttpPool, count: int) -> tuple[list[threading.Thread], list[str]]:
    codes: list[str] = []

    def call() -> None:
        try:
            pool.post(b"x", {})
            codes.append("answered")
        except AppError as error:
            codes.append(getattr(error, "code", "?"))

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, codes


HALVES = [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]
HALVES += [b"HTTP/1.1 200 OK\r\n\r\nof unknown length"]


@pytest.mark.parametrize("said", HALVES)
def test_abort_ends_calls_under_way_and_those_that_wait_at_once(said: bytes):
    arrived = threading.Semaphore(0)

    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            server.read_request(line)
            line.sendall(said)
            arrived.release()
            server.over.wait(20)

        return script

    with scripted(make) as server:
        pool = HttpPool(server.url, None, 2, Limits(read=30, total=60))
        threads, codes = calling(pool, 5)
        for _ in range(2):
            assert arrived.acquire(timeout=5)
        started = time.perf_counter()
        pool.abort()
        for thread in threads:
            thread.join(5)
        assert time.perf_counter() - started < 1
        assert codes == ["LOCAL28"] * 5
        with pytest.raises(ServiceError) as caught:
            pool.post(b"x", {})
        assert caught.value.code == "LOCAL28"
        assert len(server.requests) == 2


def test_leaving_the_block_ends_calls_too():
    with scripted(sending(b"", then="hold")) as server:
        with HttpPool(server.url, None, 1, Limits(read=30, total=60)) as pool:
            threads, codes = calling(pool, 1)
            while not server.requests:
                threads[0].join(0.01)
        threads[0].join(5)
        assert codes == ["LOCAL28"]


def test_abort_ends_a_connection_that_is_being_made():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        pool = HttpPool(f"http://127.0.0.1:{full.getsockname()[1]}/x", None, 1, Limits(connect=20, read=30, total=60))
        threads, codes = calling(pool, 1)
        threads[0].join(0.2)  # by now it waits for a line
        assert threads[0].is_alive()
        started = time.perf_counter()
        pool.abort()
        threads[0].join(5)
        assert codes == ["LOCAL28"]
        assert time.perf_counter() - started < 2
        for one in waiting:
            one.close()


def test_abort_among_busy_threads_leaves_nothing_open():
    with scripted(always(http_answer(b"hello"))) as server:
        for _ in range(20):
            pool = HttpPool(server.url, None, 4, SHORT)
            threads, codes = calling(pool, 12)
            threads[3].join()
            pool.abort()
            for thread in threads:
                thread.join(5)
            assert len(codes) == 12
            assert set(codes) <= {"answered", "LOCAL28"}
