"""Changed inputs: bytes at random, and changes that know of numbers, words, lines, encodings, JSON, and zips."""

import io
import json
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

NUMBERS = (
    *(b"0", b"-1", b"1", b"9", b"255", b"65536", b"2147483648", b"4294967296", b"9223372036854775808", b"1e999"),
    *(b"-0", b"NaN", b"Infinity", b"0x10", b"1_0", b"9" * 30, b"9" * 5_000, b"1.5", b"1e5", "٣".encode(), b"00"),
    *(b"0001", b"9999", b"10000", b"253402300800", b"-62135596801", b"3000000037", b"9999999999"),
)
WORDS = (
    *(b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", "\u202e".encode(), b"\r", b"\x85"),
    *("\u2028".encode(), b"\x1b[31m", "\u0130".encode(), "ǆ".encode(), b"e\xcc\x81" * 3, b"\x0b", b"\x1a"),
    *(b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\\", b"\\u0000", b"\\ud800", b"=1+1", b"%s", b"{0}", b"--", b"#"),
    *(b"<", b">", b"&", b"/>", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<?x ", b"<?a b?>", b"&lt;", b"&#0;", b"&b;"),
    *(b"&#x110000;", b' xmlns="x"', b' a:nil="true"', b' encoding="utf-7"', b' encoding="utf-16"', b"xml:base"),
    b'<!DOCTYPE a [<!ENTITY b SYSTEM "file://@FILE@">]>',
    b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:@PORT@/a.dtd"> %p;]>',
    b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY b "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">]>',
    b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://@FILE@" parse="text"/>',
    *(b"null", b"true", b"false", b"[]", b"{}", b"2024-02-29", b"31/02/2025", b"0001-01-01", b"9999-12-31"),
    *(b"Zaphodina Beeblebroxe", b"3000000029", b"T00:00:00+23:59", b"1900-02-29", b"24:00", b"../", b"file:///"),
)
"""What means something to some parser."""
_PAIRS = ((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"(", b")"), (b'"', b'"'), (b"<b ", b">"))
_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp1252", "utf-7")
_LEAVES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**40, 0.5, -0.0, 1e308, float("inf"), float("nan"), "", " ", "0"),
    *("-", "1e999", "\0", "\ud800", "\u202e", "x" * 300, "2024-02-29", "0001-01-01", "9999-12-31", [], {}, [[]]),
    *({"a": 1}, [None], "Zaphodina Beeblebroxe", "<b>", "&lt;"),
)
_DIGITS, _TOKENS = re.compile(rb"\d+"), re.compile(rb"[A-Za-z_][\w.:-]*")
_MOST_PATHS = 400


class Mutator:
    """Makes inputs out of others; the same ones for the same seed."""

    def __init__(self, draw: Random, words: Sequence[bytes] = (), largest: int = 200_000) -> None:
        self._draw, self._words, self._largest = draw, words, largest
        self._ways: list[Callable[[bytes, bytes], bytes]] = [
            *(self._flip, self._insert, self._insert, self._remove, self._double, self._splice, self._number),
            *(self._number, self._word, self._word, self._line, self._cut, self._encode, self._nest, self._long),
        ]

    def changed(self, data: bytes, others: Sequence[bytes]) -> bytes:
        """`data` with one to six changes, some of them with parts of another input."""
        for _ in range(min(1 + int(self._draw.expovariate(0.7)), 6)):
            data = self._once(data, self._draw.choice(others))
        return data[: self._largest]

    def _once(self, data: bytes, other: bytes) -> bytes:
        if data[:2] == b"PK" and self._draw.random() < 0.9 and (made := self._in_zip(data, other)) is not None:
            return made
        if (
            data[:1] in (b"{", b"[")
            and self._draw.random() < 0.6
            and (made := self._in_json(data, other)) is not None
        ):
            return made
        return self._draw.choice(self._ways)(data, other)

    # -- bytes

    def _flip(self, data: bytes, other: bytes) -> bytes:
        if not data:
            return self._draw.randbytes(self._draw.randint(1, 8))
        at = self._draw.randrange(len(data))
        new = data[at] ^ (1 << self._draw.randrange(8)) if self._draw.random() < 0.5 else self._draw.randrange(256)
        return data[:at] + bytes([new]) + data[at + 1 :]

    def _insert(self, data: bytes, other: bytes) -> bytes:
        at = self._at(data)
        return data[:at] + self._some_word() + data[at:]

    def _remove(self, data: bytes, other: bytes) -> bytes:
        begin, end = self._span(data)
        return data[:begin] + data[end:]

    def _double(self, data: bytes, other: bytes) -> bytes:
        begin, end = self._span(data)
        return data[:end] + data[begin:end] * self._draw.choice((1, 1, 2, 7)) + data[end:]

    def _splice(self, data: bytes, other: bytes) -> bytes:
        begin, end = self._span(other)
        from_here, to_here = self._span(data)
        return data[:from_here] + other[begin:end] + data[self._draw.choice((from_here, to_here)) :]

    def _cut(self, data: bytes, other: bytes) -> bytes:
        return data[: self._at(data)]

    def _long(self, data: bytes, other: bytes) -> bytes:
        """One part again and again: names, cells, attributes, lists without an end."""
        begin, end = self._span(data, 60)
        times = self._draw.choice((20, 300, 300, 5_000))
        return data[:begin] + (data[begin:end] or b"a") * times + data[begin:]

    def _nest(self, data: bytes, other: bytes) -> bytes:
        left, right = self._draw.choice(_PAIRS)
        depth = self._draw.choice((3, 40, 300, 3_000, 20_000))
        begin, end = self._span(data, 60)
        close = right * depth if self._draw.random() < 0.8 else b""
        return data[:begin] + left * depth + data[begin:end] + close + data[end:]

    # -- text

    def _number(self, data: bytes, other: bytes) -> bytes:
        return self._instead(data, _DIGITS, self._draw.choice(NUMBERS))

    def _word(self, data: bytes, other: bytes) -> bytes:
        there = _TOKENS.findall(other[:20_000])
        new = self._draw.choice(there) if there and self._draw.random() < 0.6 else self._some_word()
        return self._instead(data, _TOKENS, new.swapcase() if self._draw.random() < 0.1 else new)

    def _instead(self, data: bytes, pattern: re.Pattern[bytes], new: bytes) -> bytes:
        begin = self._at(data)
        found = pattern.search(data, begin) or pattern.search(data)
        return data[: found.start()] + new + data[found.end() :] if found else data + new

    def _line(self, data: bytes, other: bytes) -> bytes:
        lines = data.split(b"\n")
        at = self._draw.randrange(len(lines))
        match self._draw.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(self._draw.randrange(len(lines) + 1), lines[at])
            case 2:
                lines.insert(at, self._draw.choice(other.split(b"\n")))
            case _:
                lines[at] = b""
        return b"\n".join(lines)

    def _encode(self, data: bytes, other: bytes) -> bytes:
        text = data.decode("utf-8", "ignore")
        return text.encode(self._draw.choice(_ENCODINGS), "ignore")

    def _some_word(self) -> bytes:
        own = self._words and self._draw.random() < 0.5
        return self._draw.choice(self._words if own else WORDS)

    def _at(self, data: bytes) -> int:
        return self._draw.randint(0, len(data))

    def _span(self, data: bytes, most: int = 0) -> tuple[int, int]:
        begin = self._at(data)
        longest = most or max(8, len(data) // self._draw.choice((1, 4, 20)))
        return begin, min(len(data), begin + self._draw.randint(1, longest))

    # -- JSON

    def _in_json(self, data: bytes, other: bytes) -> bytes | None:
        try:
            value, theirs = json.loads(data), self._leaf(other)
        except (ValueError, RecursionError):
            return None
        paths = _paths(value)
        if not paths:
            return json.dumps(theirs).encode("utf-8", "surrogatepass")
        inside, key = self._draw.choice(paths)
        match self._draw.randrange(4):
            case 0:
                del inside[key]
            case 1 if isinstance(inside, list):
                inside.insert(key, inside[key])
            case 1:
                inside[str(theirs)[:40]] = inside.pop(key)
            case _:
                inside[key] = theirs
        return json.dumps(value, ensure_ascii=self._draw.random() < 0.5).encode("utf-8", "surrogatepass")

    def _leaf(self, other: bytes) -> Any:
        if self._draw.random() < 0.7:
            return self._draw.choice(_LEAVES)
        paths = _paths(json.loads(other))
        inside, key = self._draw.choice(paths) if paths else ([None], 0)
        return json.loads(json.dumps(inside[key]))

    # -- zips, workbooks among them

    def _in_zip(self, data: bytes, other: bytes) -> bytes | None:
        members, theirs = unzipped(data), unzipped(other)
        if not members:
            return None
        at = self._draw.randrange(len(members))
        name, content = members[at]
        match self._draw.randrange(12):
            case 0:
                del members[at]
            case 1 if theirs:
                members.insert(at, self._draw.choice(theirs))
            case 2:
                members[at] = (self._once(name.encode(), name.encode()).decode("utf-8", "ignore"), content)
            case _:
                beside = dict(theirs).get(name, content)
                members[at] = (name, self._once(content, beside) if content[:2] != b"PK" else content)
        return zipped(members, packed=self._draw.random() < 0.8)


def _paths(value: Any) -> list[tuple[Any, Any]]:
    """The places in a value: a list or an object, and where in it."""
    found: list[tuple[Any, Any]] = []
    left = [value]
    while left and len(found) < _MOST_PATHS:
        one = left.pop()
        keys: Sequence[Any] = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        found += [(one, key) for key in keys]
        left += [one[key] for key in keys]
    return found


def unzipped(data: bytes) -> list[tuple[str, bytes]]:
    """The files in a zip; none where it is no zip that can be read to its end."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > 5_000_000:
                return []
            return [(one.filename, archive.read(one)) for one in archive.infolist()]
    except Exception:  # whatever a damaged zip makes the library raise
        return []


def zipped(members: Sequence[tuple[str, bytes]], *, packed: bool = True) -> bytes:
    """A zip of these files, the same for the same ones; two may bear one name."""
    stream = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name[:200] or "x"), content, how)
    return stream.getvalue()
