"""Ways in which the sandbox LRS misbehaves on request.

To add one: write a function from `Asked` to `Reply` and put `@fault("its-name")` above it. It can then be named
everywhere (`--fault its-name`), always, for a share of the calls (`its-name:0.05`) or for the first call
about each learner (`its-name:once`). Named by what they carry are `error-CODE` (a MIAPAPIException), `domain-CODE`
(a DomainFault) and `answer-CODE`; `random` is any of `MIX`, drawn anew for each call.
"""

import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.errors import InputError
from app.sandbox import soap, tls
from app.sandbox.draw import dice
from app.sandbox.faults_shapes import SHAPES, Shape, reshaped
from app.sandbox.server import Manner, Reply

RETRY_AFTER_SECONDS = 1
OVERSIZED_MIB = 256
SLOW_SECONDS = 0.4
RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Asked:
    """One call about one learner: the `nth` about this ULN, number `overall` of all, both from 1. `usual` makes
    the answer that would have been given, `another` the answer about somebody else."""

    uln: str = field(repr=False)
    nth: int
    overall: int
    usual: Callable[[], Reply] = field(repr=False)
    another: Callable[[], Reply] = field(repr=False)


Fault = Callable[[Asked], Reply]
FAULTS: dict[str, Fault] = {}
MIX = (
    *("slow", "busy", "empty-503", "timeout", "trickle", "truncated", "reset", "hang-up", "html", "nothing"),
    *("oversized", "gzip-bomb", "fault-without-detail", "wrong-learner", "no-code", *SHAPES),
    *("error-WSEC0001", "domain-WSEC0001", "error-WSEC0002", "domain-WSEC0002", "error-XYZ123", "domain-XYZ123"),
    *("error-WSEC0999", "domain-WSEC0999", "error-WCEC0999", "domain-WCEC0999"),
    *("answer-WSRC0001", "answer-WSRC0002", "answer-WSRC0003", "answer-WSRC0015", "answer-XYZ123"),
    *("answer-WSEC0136", "answer-WSEC0206", "answer-WSEC0208"),
)
"""What may befall one call and lets the run go on: what `random` draws from."""
HANDSHAKE_FAULTS = {
    **tls.HANDSHAKE_FAULTS,
    "abrupt-refusal": "a certificate that is refused gets no alert, the line just closes",
}


def fault(name: str) -> Callable[[Fault], Fault]:
    """Give a fault its name."""

    def keep(function: Fault) -> Fault:
        FAULTS[name] = function
        return function

    return keep


@fault("busy")
def busy(asked: Asked) -> Reply:
    status = 503 if asked.overall % 2 else 429
    return Reply(status, b"Busy", "text/plain", {"Retry-After": str(RETRY_AFTER_SECONDS)})


@fault("timeout")
def timeout(asked: Asked) -> Reply:
    return Reply(manner=Manner.SILENCE)


@fault("wrong-password")
def wrong_password(asked: Asked) -> Reply:
    return Reply(500, soap.domain_fault("WSEC0005"))


@fault("wrong-password-miap")
def wrong_password_miap(asked: Asked) -> Reply:
    return _miap("WSEC0005", "Incorrect password", "The password given for the organisation is wrong.")


@fault("html")
def html(asked: Asked) -> Reply:
    return Reply(200, b"<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>", "text/html")


@fault("truncated")
def truncated(asked: Asked) -> Reply:
    return _with(asked.usual(), Manner.HALF)


@fault("reset")
def reset(asked: Asked) -> Reply:
    return _with(asked.usual(), Manner.RESET)


@fault("hang-up")
def hang_up(asked: Asked) -> Reply:
    return Reply(manner=Manner.HANG_UP)


@fault("slow")
def slow(asked: Asked) -> Reply:
    """A good answer whose head comes at once and whose body does not."""
    usual = asked.usual()
    return Reply(usual.status, b"", usual.content_type, usual.headers, pieces=_late(usual.body))


@fault("trickle")
def trickle(asked: Asked) -> Reply:
    return _with(asked.usual(), Manner.DRIP)


@fault("oversized")
def oversized(asked: Asked) -> Reply:
    return Reply(pieces=_endless(asked.usual().body))


@fault("gzip-bomb")
def gzip_bomb(asked: Asked) -> Reply:
    return Reply(body=_bomb(), headers={"Content-Encoding": "gzip"})


@fault("empty-503")
def empty_503(asked: Asked) -> Reply:
    return Reply(503)


@fault("forbidden-403")
def forbidden_403(asked: Asked) -> Reply:
    return Reply(403, b"<html><body>403 - Forbidden: client certificate</body></html>", "text/html")


@fault("out-of-hours")
def out_of_hours(asked: Asked) -> Reply:
    return _miap("WSEC0004", "Outside operating hours", "The service is closed at present.")


@fault("maintenance")
def maintenance(asked: Asked) -> Reply:
    return _miap("WSEC0001", "UnsupportedHttpVerb", "UnsupportedHttpVerb GET")


@fault("fault-without-detail")
def fault_without_detail(asked: Asked) -> Reply:
    return Reply(500, soap.bare_fault("The server was unable to process the request due to an internal error."))


@fault("wrong-learner")
def wrong_learner(asked: Asked) -> Reply:
    return asked.another()


@fault("no-code")
def no_code(asked: Asked) -> Reply:
    return Reply(body=soap.answer(None, asked.uln, asked.uln, ()))


@fault("nothing")
def nothing(asked: Asked) -> Reply:
    return Reply(body=b"")


def _with(reply: Reply, manner: Manner) -> Reply:
    return Reply(reply.status, reply.body, reply.content_type, reply.headers, manner)


def _miap(code: str, description: str, further: str) -> Reply:
    return Reply(500, soap.miap_fault(code, description, further))


def _shaped(shape: Shape) -> Fault:
    return lambda asked: reshaped(asked.usual(), shape)


FAULTS.update({name: _shaped(shape) for name, shape in SHAPES.items()})


def _late(body: bytes) -> Iterator[bytes]:
    threading.Event().wait(SLOW_SECONDS)
    yield body


def _endless(body: bytes) -> Iterator[bytes]:
    """A well-formed beginning, then blanks for longer than anybody should read."""
    yield body[: body.rfind(b"</")] or b" "
    for _ in range(OVERSIZED_MIB * 16):
        yield b" " * 65536


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    """A quarter of a gigabyte of blanks in some 260 kB of gzip. The block of one MiB is compressed once and
    repeated; a full flush makes it stand alone."""
    mib = b" " * 1024 * 1024
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(mib) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(OVERSIZED_MIB):
        crc = zlib.crc32(mib, crc)
    tail = crc.to_bytes(4, "little") + (OVERSIZED_MIB * len(mib) % 2**32).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + block * OVERSIZED_MIB + b"\x03\x00" + tail


@dataclass(frozen=True, slots=True)
class _Planned:
    name: str
    act: Fault
    share: float
    once: bool

    def hits(self, asked: Asked, seed: int) -> bool:
        """Chance falls by learner and call, whichever thread comes first."""
        if self.once:
            return asked.nth == 1
        return self.share >= 1 or dice(seed, self.name, asked.uln, asked.nth).random() < self.share


class FaultPlan:
    """Which faults are on. Of several that would hit a call, the one named first does."""

    def __init__(self, specs: Sequence[str] = (), seed: int = 1) -> None:
        """Raises InputError for a name or a share that does not exist."""
        self._seed = seed
        self._handshake = frozenset(spec for spec in specs if spec in HANDSHAKE_FAULTS)
        self._planned = tuple(_planned(spec, seed) for spec in specs if spec not in HANDSHAKE_FAULTS)

    def handshake(self, name: str) -> bool:
        return name in self._handshake

    def reply(self, asked: Asked) -> Reply:
        for planned in self._planned:
            if planned.hits(asked, self._seed):
                return planned.act(asked)
        return asked.usual()


def _planned(spec: str, seed: int) -> _Planned:
    name, _, how = spec.partition(":")
    act = _any_of_the_mix(seed) if name == RANDOM else _act(name)
    if act is None:
        known = ", ".join(sorted([*FAULTS, *HANDSHAKE_FAULTS, RANDOM]))
        raise InputError(
            f"The sandbox knows no fault “{name}”.",
            hint=f"Choose one of: {known}, error-CODE, domain-CODE, answer-CODE.",
            field="fault",
        )
    if how in ("", "once"):
        return _Planned(name, act, 1.0, how == "once")
    try:
        share = float(how)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InputError(
            f"“{how}” is no share of the calls.", hint="Write a number from 0 to 1, or “once”.", field="fault"
        )
    return _Planned(name, act, share, once=False)


def drawn(uln: str, nth: int, seed: int = 1) -> str:
    """Which fault of the mix `random` means for the `nth` call about a learner."""
    return dice(seed, RANDOM, "which", uln, nth).choice(MIX)


def _any_of_the_mix(seed: int) -> Fault:
    def act(asked: Asked) -> Reply:
        found = _act(drawn(asked.uln, asked.nth, seed))
        assert found is not None
        return found(asked)

    return act


def _act(name: str) -> Fault | None:
    return FAULTS.get(name) or _by_code(name)


def _by_code(name: str) -> Fault | None:
    """`error-WSEC0999` and `domain-WSEC0999` are the two faults with that code, `answer-WSRC0003` an ordinary
    answer with it."""
    what, _, code = name.partition("-")
    if not code.isalnum():
        return None
    if what == "error":
        return lambda asked: _miap(code, "Sandbox", "Asked for by name.")
    if what == "domain":
        return lambda asked: Reply(500, soap.domain_fault(code))
    if what == "answer":
        return lambda asked: Reply(body=soap.answer(code, asked.uln, asked.uln, ()))
    return None
