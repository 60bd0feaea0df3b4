"""XML of unknown origin, element by element, in bounded memory (learner-files.md 7).

What the parser is given is UTF-8 that was checked before, begins at the root element and holds no DOCTYPE: so there
are no entities, nothing is fetched, and nothing grows. Whatever is not wanted is thrown away while it is read.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from app.errors import InputError
from app.files.source import EncodingError
from app.sentence import Sentence

Element = Any  # lxml comes without types

MOST_BEFORE_ROOT = 1_000_000
MOST_IN_ONE = 5_000_000
"""Bytes of a single element that is kept; a learner takes about 5,000."""

MOST_NAMES = 3_000
_LOOKED_AT = 4_096
_NAMES = re.compile(rb"<([A-Za-z_][^\s/>]{0,60})|\s([A-Za-z_][\w.:-]{0,60})=[\"']")
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_NAME = re.compile(r"<([^\s/>]+)")
_WESTERN = "cp1252"
# What people call Latin 1 is Windows-1252 in practice, and the two agree wherever both have a character.
_KNOWN = {
    "utf8": "utf-8", "ascii": "utf-8", "usascii": "utf-8", "utf16": "utf-8", "utf16le": "utf-8", "utf16be": "utf-8",
    "windows1252": _WESTERN, "cp1252": _WESTERN, "iso88591": _WESTERN, "latin1": _WESTERN, "iso885915": "iso8859-15",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes of an XML file show or declare. Raises InputError for one not known."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    declared = _DECLARED.match(head)
    if declared is None:
        return "utf-8"
    name = declared.group(1).decode("ascii").lower()
    if (known := _KNOWN.get(re.sub(r"[^a-z0-9]", "", name))) is None:
        raise InputError(
            Sentence("The file says that it is written in {name}, which this program does not read.", name=name),
            hint="Export it again as UTF-8.",
        )
    return known


def root_at(text: str) -> int | None:
    """Where the root element begins; None if more of the text is needed. Raises InputError for a DOCTYPE."""
    at = 0
    while True:
        while at < len(text) and (text[at].isspace() or text[at] == "\ufeff"):
            at += 1
        rest = text[at : at + 9]
        if rest.startswith(("<!--", "<?")):
            closing = "-->" if rest.startswith("<!--") else "?>"
            end = text.find(closing, at + len(closing))
            if end < 0:
                return None
            at = end + len(closing)
        elif rest in {"", "<", "<!", "<!-"}:
            return None
        elif rest.startswith("<!"):
            raise InputError(
                "The file begins with a document type (DOCTYPE), which a learner file never has, so it was not read.",
                hint="Export it again from your MIS. If it still has one, tell the supplier of the MIS.",
            )
        elif rest[0] == "<":
            return at
        else:
            raise InputError(
                "The file does not begin as XML does.", hint="Choose the file that your MIS made, or export it again."
            )


class XmlBytes:
    """The bytes of an XML file from its root element on, as checked UTF-8."""

    def __init__(self, pieces: Iterator[bytes], encoding: str = "") -> None:
        """Reads as far as the root element. Raises InputError, EncodingError for text that is not what it says."""
        self._pieces = pieces
        self._lines = 1
        head = b""
        for piece in pieces:
            head += piece
            if len(head) >= 1024:
                break
        if not head.strip():
            raise InputError("The file is empty.", hint="Export it again from your MIS.")
        self.encoding = encoding or encoding_of(head)
        self._decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        text = self._decoded(head)
        while (at := root_at(text)) is None:
            if (piece := next(pieces, b"")) == b"" or len(text) > MOST_BEFORE_ROOT:
                raise InputError("There is nothing in the file.", hint="Export it again from your MIS.")
            text += self._decoded(piece)
        self.root = text[at : at + 200]
        found = _NAME.match(self.root)
        self.root_name = (found.group(1) if found else "").rpartition(":")[2]
        # Line numbers in messages are to be those of the file.
        self._first = b"\n" * text.count("\n", 0, at) + text[at:].encode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        for piece in self._pieces:
            text = self._decoded(piece)
            yield piece if self.encoding == "utf-8" else text.encode("utf-8", "surrogatepass")
        self._decoded(b"", final=True)

    def _decoded(self, piece: bytes, *, final: bool = False) -> str:
        try:
            text = self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            line = self._lines + bytes(error.object[: error.start]).count(b"\n")
            raise _wrong_encoding(self.encoding, line) from None
        # Bytes are looked through faster than text, and say the same wherever a letter of ASCII is one byte.
        narrow = not self.encoding.startswith("utf-") or self.encoding == "utf-8"
        if (b"\0" in piece) if narrow else ("\0" in text):
            raise InputError(
                "The file holds characters that no text has (zero bytes): it is damaged.",
                hint="Export it again from your MIS.",
            )
        self._lines += piece.count(b"\n") if narrow else text.count("\n")
        return text


def _wrong_encoding(encoding: str, line: int) -> EncodingError:
    if encoding == "utf-8":
        return EncodingError(
            Sentence("A letter in line {line:,} is not written as the file says (UTF-8).", line=line),
            hint="Read it as Windows-1252 and check the names with accents, or export it again as UTF-8.",
            retry_as=_WESTERN,
        )
    return EncodingError(
        Sentence("Line {line:,} cannot be read as {encoding}.", line=line, encoding=encoding.upper()),
        hint="Export the file again as UTF-8.",
    )


def children(element: Element) -> Iterable[Element]:
    """What is directly in an element: as a list, which costs least, unless there is an absurd lot of it."""
    return element[:] if len(element) < 20_000 else element  # type: ignore[no-any-return]


def elements(source: XmlBytes, *wanted: str) -> Iterator[Element]:
    """The root element as soon as it begins, then each complete element with one of the local names `wanted`.

    Elements are emptied once the next one is asked for. Raises InputError for text that is not XML, or for a single
    element that is far too big.
    """
    names = [f"{{*}}{name}" for name in dict.fromkeys((source.root_name or "_", *wanted))]
    parser = _parser(names)
    root, waiting, seen = None, 0, set[tuple[bytes, bytes]]()
    for piece in source:
        # The parser keeps every name it ever met, in all files: a look at the head of each piece finds out soon
        # when somebody makes up names without end.
        seen.update(_NAMES.findall(piece, 0, _LOOKED_AT))
        if len(seen) > MOST_NAMES:
            raise _not_learners("The file has thousands of different kinds of entry, so reading stopped.")
        _feed(parser, piece)
        waiting += len(piece)
        for event, element in parser.read_events():
            if event == "start":
                if root is None:
                    root = element
                    yield root
                continue
            if element is root:
                continue
            waiting = 0
            yield element
            element.clear(keep_tail=False)
        if root is not None and _prune(root, frozenset(wanted)):
            waiting = 0
        if waiting > MOST_IN_ONE:
            raise _not_learners("A single entry of the file is far bigger than any learner's, so reading stopped.")
    _close(parser)


def _not_learners(message: str) -> InputError:
    return InputError(message, hint="Check that it is the file your MIS made, or export it again.")


def _parser(names: list[str]) -> Any:
    return etree.XMLPullParser(
        events=("start", "end"),
        tag=names,
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _prune(root: Element, wanted: frozenset[str]) -> bool:
    """Throw away all that is complete; whether there was any. What is wanted and still open stays whole."""
    node, dropped = root, False
    while len(node):
        if len(node) > 1:
            del node[:-1]
            dropped = True
        node = node[-1]
        if node.tag.rpartition("}")[2] in wanted:
            break
    return dropped


def _feed(parser: Any, piece: bytes) -> None:
    try:
        parser.feed(piece)
    except (etree.XMLSyntaxError, ValueError) as error:  # the latter for a name with what no XML may hold
        raise _malformed(error) from None


def _close(parser: Any) -> None:
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _malformed(error) from None


class MalformedError(InputError):
    """The text is not XML from `line` on."""

    def __init__(self, message: str, *, hint: str, line: int) -> None:
        super().__init__(message, hint=hint)
        self.line = line


def _malformed(error: Any) -> MalformedError:
    """The parser's own words may quote the file, so they are not repeated."""
    line = int(getattr(error, "lineno", 0) or 0)
    return MalformedError(
        Sentence("The file is damaged or breaks off: line {line:,} cannot be read.", line=line),
        hint="Nothing was loaded. Export the file again from your MIS, or copy it again.",
        line=line,
    )
