"""Damage to good answers, and a server that gives damaged ones."""

import gzip
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.connectors.scripted_server import Script, Scripted, http_answer

Edits = list[tuple[str, int, int, bytes]]


def edits(place: int, length: int, pieces: Sequence[bytes]) -> st.SearchStrategy[Edits]:
    """Up to six changes of `length` bytes at most, before `place`; `pieces` mean something to the reader."""
    kinds = st.sampled_from(["cut", "drop", "insert", "replace", "repeat", "swap"])
    new = st.one_of(st.binary(min_size=1, max_size=12), st.sampled_from(pieces))
    return st.lists(st.tuples(kinds, st.integers(0, place), st.integers(1, length), new), min_size=1, max_size=6)


def edited(body: bytes, changes: Edits) -> bytes:
    for what, place, length, new in changes:
        at = place % (len(body) + 1)
        before, there, after = body[:at], body[at : at + length], body[at + length :]
        body = {
            "cut": before,
            "drop": before + after,
            "insert": before + new + there + after,
            "replace": before + new + after,
            "repeat": before + there * 3 + after,
            "swap": after + there + before,
        }[what]
    return body


Replies = list[tuple[bytes, bool, Edits, bool]]


def replies(bodies: st.SearchStrategy[bytes], changes: st.SearchStrategy[Edits]) -> st.SearchStrategy[Replies]:
    """Bodies, whether packed, their damage, and whether it is done before there is an HTTP answer around them."""
    return st.lists(st.tuples(bodies, st.booleans(), changes, st.booleans()), min_size=1, max_size=4)


def replying(server: Scripted, waiting: Replies) -> Script:
    """Gives the replies one after another, each once; without an HTTP answer around it the line ends."""

    def script(line: Any, number: int) -> None:
        while server.read_request(line) and waiting:
            body, packed, changes, early = waiting.pop(0)
            whole = http_answer(gzip.compress(body), "Content-Encoding: gzip") if packed else http_answer(body)
            line.sendall(edited(body if early else whole, changes))
            if early:
                return

    return script
