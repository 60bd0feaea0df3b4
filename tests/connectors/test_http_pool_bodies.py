"""Bodies of every kind, whole, broken and too large, and anything at all, over real sockets and exact bytes."""

import contextlib
import gzip
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.http import Limits
from app.errors import ServiceError
from tests.connectors.often import often
from tests.connectors.pool_calls import ask, chunked, failed, sending
from tests.connectors.scripted_server import always, http_answer, scripted

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
