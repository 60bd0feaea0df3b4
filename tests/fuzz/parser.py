"""What is said of a parser that is fuzzed, and what must hold of it whatever bytes it is given."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from app.errors import AppError
from tests.fuzz.traps import Traps

PEOPLE = (
    *("Zaphodina", "Beeblebroxe", "Brindlemoor", "O'Dowd-Fairley", "3000000029", "3000000037", "9900123459"),
    *("0123456789abcdef0123456789abcdef", "EXAMPLE-PASSWORD"),
)
"""Names, ULNs and secrets of the kept inputs: none may be found in a log, nor in what a service's refusal says."""
_MOST_TOLD = 40
_ROOM = 200_000


@dataclass(frozen=True)
class Parser:
    """One way into the program. `read` is given the bytes and the path of a file that may be written with them."""

    name: str
    read: Callable[[bytes, Path], Any]
    sites: tuple[str, ...]
    """Where the library is called that takes the bytes apart: module and function. The kept inputs reach each."""
    also: tuple[str, ...] = ()
    """Further modules whose lines tell a new input from an old one."""
    refusals: tuple[type[Exception], ...] = (AppError,)
    quotes: bool = True
    """Whether a refusal may repeat what it was given: of the user's own files and words, never of a service's."""
    storable: bool = True
    """Whether every text that is read has to fit into a database."""
    words: tuple[bytes, ...] = ()
    """What means something to this parser."""
    largest: int = 200_000
    slow: bool = False
    """An input takes long: few of them are tried in the usual test run."""
    counted: bool = True
    """Whether steps are counted and calls looked for, which takes seconds where a database library does the work."""

    @property
    def modules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*(one.partition(":")[0] for one in self.sites), *self.also]))


Parsers = Mapping[str, Parser]


def listed(*parsers: Parser) -> Parsers:
    return {one.name: one for one in parsers}


class Defect(Exception):
    """Something that must never happen; `key` tells one defect from another."""

    def __init__(self, what: str, key: str) -> None:
        super().__init__(what)
        self.key = key


@dataclass(frozen=True)
class Refused:
    """An input that was refused, and in which words."""

    kind: str
    told: str


class Stand:
    """A place to try inputs on parsers: a folder of its own, and traps in it."""

    def __init__(self, folder: Path, traps: Traps) -> None:
        self._file = folder / "foreign.dat"
        self._traps = traps

    def outcome(self, parser: Parser, data: bytes) -> Any:
        """What comes of `data`, as plain values that can be compared. Raises Defect."""
        data = self._traps.set(data)
        with _logged() as lines:
            try:
                came: Any = plain(parser.read(data, self._file))
            except parser.refusals as error:
                came = _refusal(parser, error)
            except Exception as error:
                raise Defect(f"{parser.name}: {error!r}", _place(error)) from error
        self._look(parser, data, came, "\n".join(lines))
        return came

    def _look(self, parser: Parser, data: bytes, came: Any, logged: str) -> None:
        texts, size = texts_in(came)
        if size > _ROOM + _MOST_TOLD * len(data):
            raise Defect(f"{parser.name}: {size:,} came of {len(data):,} bytes", "size")
        for name in PEOPLE:
            if name in logged:
                raise Defect(f"{parser.name}: the log names {name}", "log")
        if sprung := self._traps.sprung(texts):
            raise Defect(f"{parser.name}: {sprung}", "trap")
        if parser.storable and not isinstance(came, Refused) and not fits_a_database(came):
            raise Defect(f"{parser.name}: a text that fits into no database", "unstorable")


def twice_the_same(stand: Stand, parser: Parser, data: bytes) -> Any:
    """The outcome, which is the same when it is asked for again. Raises Defect."""
    first = stand.outcome(parser, data)
    if stand.outcome(parser, data) != first:
        raise Defect(f"{parser.name}: the same bytes come to something else the second time", "another")
    return first


def _refusal(parser: Parser, error: Exception) -> Refused:
    """A right refusal says something, can be shown, and where a service spoke, repeats none of its words."""
    told = str(error)
    if isinstance(error, AppError):
        if not error.message.strip() or not told.isprintable():
            raise Defect(f"{parser.name}: a refusal that cannot be shown: {told!a}", "words") from error
        told = f"{told} {error.message} {error.hint}"
    if not parser.quotes:
        whole = f"{told}{error!r}{error.__cause__!r}"
        if named := next((name for name in PEOPLE if name in whole), ""):
            raise Defect(f"{parser.name}: a refusal repeats {named}", "named") from error
    return Refused(type(error).__name__, told)


def _place(error: BaseException) -> str:
    """The kind of an error and the innermost line of the program that it came through."""
    trace, found = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.partition(".")[0] in ("app", "ui", "tests"):
            found = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} in {found}"


@contextmanager
def _logged() -> Iterator[list[str]]:
    """What is logged meanwhile, however unimportant."""
    lines: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def plain(value: Any) -> Any:
    """`value` as lists, texts and numbers, for comparing."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, str):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *((one.name, plain(getattr(value, one.name))) for one in fields(value))]
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(one) for one in value), key=repr)
    if slots := getattr(type(value), "__slots__", ()):
        return [type(value).__name__, *((name, plain(getattr(value, name))) for name in slots)]
    if isinstance(value, float):
        return repr(value)  # NaN is itself here
    return value if isinstance(value, int | bytes | None) else str(value)


def texts_in(came: Any) -> tuple[list[str], int]:
    """All texts in plain values, and how large they are altogether."""
    texts: list[str] = []
    size, left = 0, [came]
    while left:
        one = left.pop()
        size += 1
        if isinstance(one, str):
            texts.append(one)
            size += len(one)
        elif isinstance(one, bytes):
            size += len(one)
        elif isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            left += one
        elif isinstance(one, Refused):
            texts.append(one.told)
    return texts, size


def fits_a_database(came: Any) -> bool:
    """Whether no text in plain values has what no database takes: zeros, and halves of characters."""
    return not any(one == "\0" or "\ud800" <= one <= "\udfff" for text in texts_in(came)[0] for one in text)
