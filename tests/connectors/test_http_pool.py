"""Connections under every kind of bad treatment, over real sockets and exact bytes."""

import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.http import HttpAnswer, HttpPool, Limits
from app.errors import AppError, ServiceError
from tests.connectors.often import often
from tests.connectors.scripted_server import Script, Scripted, always, http_answer, scripted

SHORT = Limits(connect=1.0, read=0.5, total=1.0, size=100_000, probe=0.2)


def ask(server: Scripted, limits: Limits = SHORT) -> HttpAnswer:
    with HttpPool(server.url, None, 1, limits) as pool:
        return pool.post(b"<question/>", {"X-Test": "yes"})


def failed(server: Scripted, limits: Limits = SHORT) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        ask(server, limits)
    return caught.value


def sending(*pieces: bytes, then: str = "close") -> Callable[[Scripted], Script]:
    """Read one request, send the pieces with a moment between them, then close, reset or hold."""

    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            server.read_request(line)
            for piece in pieces:
                line.sendall(piece)
                server.over.wait(0.01)
            if then == "hold":
                server.over.wait(20)
            elif then == "reset":
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        return script

    return make


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


# -- bodies


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n", head: bytes = b"") -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + head + b"\r\n" + chunks + end


PACKED = gzip.compress(b"hello" * 1000)
GZIP = b"Content-Encoding: gzip\r\n"


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (chunked(b"hel", b"lo"), b"hello"),
        (chunked(b"hello", end=b"0\r\nTrailer: x\r\n\r\n"), b"hello"),
        (b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + http_answer(b"hello"), b"hello"),
        (http_answer(b""), b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (http_answer(PACKED, "Content-Encoding: gzip"), b"hello" * 1000),
        (http_answer(PACKED, "Content-Encoding: X-GZIP"), b"hello" * 1000),
        (chunked(*(PACKED[at : at + 1] for at in range(len(PACKED))), head=GZIP), b"hello" * 1000),
        (http_answer(b"hello", "Content-Encoding: identity"), b"hello"),
    ],
    ids=[
        "chunked",
        "trailer",
        "to the end",
        "1.0",
        "continue",
        "empty",
        "204",
        "gzip",
        "x-gzip",
        "drops",
        "identity",
    ],
)
def test_bodies_of_all_kinds(reply: bytes, body: bytes):
    with scripted(sending(reply)) as server:
        assert ask(server).body == body


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "LOCAL24"),
        (chunked(b"hello", end=b""), "LOCAL24"),
        (chunked(b"hello", end=b"5\r\nhel"), "LOCAL24"),
        (chunked(b"hello", end=b"xyz\r\n"), "LOCAL24"),
        (http_answer(PACKED[:-9], "Content-Encoding: gzip"), "LOCAL24"),
        (http_answer(b"", "Content-Encoding: gzip"), "LOCAL24"),
        (http_answer(b"hello", "Content-Encoding: gzip"), "LOCAL23"),
        (http_answer(PACKED + b"more", "Content-Encoding: gzip"), "LOCAL23"),
        (http_answer(b"hello", "Content-Encoding: br"), "LOCAL23"),
        (http_answer(zlib.compress(b"hello"), "Content-Encoding: deflate"), "LOCAL23"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n", "LOCAL25"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", "LOCAL25"),
        (chunked(*[b"x" * 50_000] * 3), "LOCAL25"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000, "LOCAL25"),
        (http_answer(gzip.compress(b"x" * 100_001), "Content-Encoding: gzip"), "LOCAL25"),
        (b"", "LOCAL21"),
        (b"HTTP/1.1 200 OK\r\nContent", "LOCAL24"),
        (b"hello\r\n\r\n", "LOCAL23"),
        (b"HTTP/9.9 200 OK\r\n\r\n", "LOCAL23"),
        (b"HTTP/1.1 2OO OK\r\n\r\n", "LOCAL23"),
        (b"HTTP/1.1 -5 OK\r\n\r\n", "LOCAL23"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: strange\r\n\r\nhello", "any"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\nhello", "LOCAL23"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\nhello", "LOCAL23"),
        (b"\x16\x03\x01\x02\x00\x01", "LOCAL23"),
    ],
)
def test_bodies_that_are_none(reply: bytes, code: str):
    with scripted(sending(reply)) as server:
        if code == "any":
            assert ask(server).body == b"hello"
        else:
            assert failed(server).code == code


def test_a_body_of_just_the_size_allowed_is_read():
    with scripted(always(http_answer(b"x" * 100_000))) as server:
        assert len(ask(server).body) == 100_000
    packed = http_answer(gzip.compress(b"x" * 100_000), "Content-Encoding: gzip")
    with scripted(always(packed)) as server:
        assert len(ask(server).body) == 100_000


def test_a_gzip_bomb_costs_neither_memory_nor_time():
    mib = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(mib.compress(bytes(1 << 20)) for _ in range(512)) + mib.flush()
    assert len(bomb) < 1 << 20
    with scripted(always(http_answer(bomb, "Content-Encoding: gzip"))) as server:
        tracemalloc.start()
        started = time.perf_counter()
        assert failed(server, Limits(size=8 << 20)).code == "LOCAL25"
        assert time.perf_counter() - started < 5
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 24 << 20


# -- time


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


# -- kept connections


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


# -- anything at all


@often
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    b"HTTP/1.1 200 OK\r\n",
                    b"HTTP/1.1 500 x\r\n",
                    b"HTTP/1.1 100 x\r\n\r\n",
                    b"Content-Length: 5\r\n",
                    b"Content-Length: -1\r\n",
                    b"Transfer-Encoding: chunked\r\n",
                    GZIP,
                    b"\r\n",
                    b"5\r\nhello\r\n",
                    b"-5\r\nhello\r\n",
                    b"0\r\n\r\n",
                    b"ffffffffffffffff\r\n",
                    PACKED,
                    b"hello",
                ]
            ),
        ),
        max_size=8,
    ),
)
def test_whatever_comes_is_an_answer_or_an_error_of_ours(pieces: list[bytes]):
    with scripted(sending(b"".join(pieces))) as server, contextlib.suppress(ServiceError):
        started = time.perf_counter()
        answer = ask(server)
        assert isinstance(answer.body, bytes)
        assert time.perf_counter() - started < 5
