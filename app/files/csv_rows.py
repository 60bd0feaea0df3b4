"""CSV files of any making: encoding and delimiter found out, rows streamed (learner-files.md 5)."""

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from app.errors import InputError
from app.files.rows import FileKind
from app.files.source import EncodingError, pieces
from app.sentence import Sentence
from app.tasks import TaskContext

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 2_000
_MOST_LINE = 2_000_000
_MOST_LINES_IN_CELL = 100
_SNIFFED = 65_536
_WESTERN = "cp1252"

Row = tuple[int, list[str]]
"""The line that a row begins on, and its cells."""


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a CSV file is written."""

    encoding: str
    delimiter: str
    kind: FileKind = FileKind.CSV


def csv_form(context: TaskContext, path: Path, known: Callable[[list[str]], int]) -> CsvForm:
    """Find out how the file is written; `known` says how many cells of a row are headings that are recognised.

    The whole file is looked through for its encoding, so that the last line is read as the first. Raises InputError.
    """
    encoding = _encoding(context, path)
    head = "".join(chain.from_iterable(_lines(TaskContext(), path, encoding, _SNIFFED)))
    return CsvForm(encoding, _delimiter(head, known))


def csv_rows(
    context: TaskContext, path: Path, form: CsvForm, text: str = "Reading the file", *, empty: bool = False
) -> Iterator[Row]:
    """Every row that is not empty; those too where `empty` asks for them, to be counted as a spreadsheet counts.

    Raises InputError for what cannot be right, Cancelled after a cancel.
    """
    source = _Lines(_lines(context, path, form.encoding, text=text))
    reader = csv.reader(chain.from_iterable(source), delimiter=form.delimiter)
    line, usual = 1, 0
    try:
        for cells in reader:
            if reader.line_num != line:
                _refuse_runaway(cells, line, reader.line_num, form.delimiter, usual)
            if source.ended:
                raise _unclosed(line)
            if len(cells) > MOST_COLUMNS and len(cells := _without_end(cells)) > MOST_COLUMNS:
                raise InputError(
                    Sentence("Line {line:,} has more than {most:,} cells.", line=line, most=MOST_COLUMNS),
                    hint="Check that it is the right file.",
                )
            if not usual and any(cells):
                usual = len(cells)
            if empty or any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise _unclosed(line) from None


def _without_end(cells: list[str]) -> list[str]:
    """The cells up to the last one with anything in it: some programs write columns by the thousand."""
    last = next((at for at in range(len(cells), 0, -1) if cells[at - 1]), 0)
    return cells[:last]


class _Lines:
    """Lists of lines as they are handed to the reader of CSV, which asks for more only when it needs them."""

    def __init__(self, lists: Iterator[list[str]]) -> None:
        self._lists = lists
        self.ended = False
        """True while a row is being handed on only if a quotation mark was still open at the end of the file."""

    def __iter__(self) -> Iterator[list[str]]:
        yield from self._lists
        self.ended = True


def _lines(
    context: TaskContext, path: Path, encoding: str, most: int = 0, text: str = "Reading the file"
) -> Iterator[list[str]]:
    """The lines of the file in lists, each ending in a plain newline; of the first `most` bytes if that is given."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    rest = ""
    first, done = True, 0
    stream = pieces(context, path, text)
    for piece in stream:
        block = piece[: most - done] if most else piece
        done += len(block)
        new = _decoded(decoder, block, encoding)
        if first:
            new, first = new.removeprefix("\ufeff"), False
        rest += new
        if rest.endswith("\r"):  # its other half may be in the next piece
            rest, held = rest[:-1], "\r"
        else:
            held = ""
        if "\r" in rest:
            rest = rest.replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = rest.split("\n")
        if len(rest) > _MOST_LINE or max(map(len, lines), default=0) > _MOST_LINE:
            raise InputError(
                Sentence(
                    "{file} has a line of more than {most:,} characters: it is not a table.",
                    file=path.name,
                    most=_MOST_LINE,
                ),
                hint="Choose another file, or export it again as CSV.",
            )
        rest += held
        yield [f"{one}\n" for one in lines]
        if most and done >= most:
            stream.close()  # type: ignore[attr-defined]
            break
    if not (most and done >= most):
        rest += _decoded(decoder, b"", encoding, final=True)
    if rest.strip("\r"):
        yield [rest.rstrip("\r")]


def _decoded(decoder: codecs.IncrementalDecoder, block: bytes, encoding: str, *, final: bool = False) -> str:
    try:
        text = decoder.decode(block, final)
    except UnicodeDecodeError:
        raise EncodingError(
            Sentence("The file cannot be read as {encoding}.", encoding=encoding.upper()),
            hint="Save it again as CSV UTF-8.",
        ) from None
    # Zero bytes were looked for before, where they are none of the encoding's own.
    if encoding.startswith("utf-16") and "\0" in text:
        raise _zeros("The file")
    return text


def _zeros(name: str) -> InputError:
    return InputError(
        Sentence("{name} holds characters that no text has (zero bytes): it is damaged, or not a table.", name=name),
        hint="Export it again as CSV.",
    )


def _encoding(context: TaskContext, path: Path) -> str:
    """UTF-8 if all of the file is; UTF-16 by its mark or its look; else Windows-1252, as older programs write."""
    found, decoder, seen = "", codecs.getincrementaldecoder("utf-8")("strict"), False
    for piece in pieces(context, path, "Looking through the file"):
        if not seen:
            seen = True
            found = _wide(piece)
        if found.startswith("utf-16"):
            return found
        if b"\0" in piece:
            raise _zeros(path.name)
        if found != _WESTERN:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                found = _WESTERN
    if not seen:
        raise InputError(Sentence("{file} is empty.", file=path.name), hint="Export it again from your MIS.")
    if found != _WESTERN:
        try:
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            found = _WESTERN
    return found or "utf-8"


def _wide(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    some = head[:2000]
    if len(some) >= 20 and b"\0" in some:
        # Every other byte of plain letters is zero.
        if some[1::2].count(0) > 0.8 * len(some[1::2]) and some[::2].count(0) == 0:
            return "utf-16-le"
        if some[::2].count(0) > 0.8 * len(some[::2]) and some[1::2].count(0) == 0:
            return "utf-16-be"
    return ""


def _delimiter(head: str, known: Callable[[list[str]], int]) -> str:
    """The one that shows most headings that are recognised; else the one that cuts most rows alike."""

    def worth(delimiter: str) -> tuple[int, int]:
        rows = []
        try:
            for number, cells in enumerate(csv.reader(head.split("\n"), delimiter=delimiter)):
                rows.append(cells)
                if number >= 40:
                    break
        except csv.Error:
            pass
        wide = [len(row) for row in rows if len(row) > 1]
        most = max(set(wide), key=lambda width: (wide.count(width), width), default=0)
        return max((known(row) for row in rows[:30]), default=0), wide.count(most) * most

    return max(DELIMITERS, key=worth)


def _refuse_runaway(cells: list[str], line: int, now: int, delimiter: str, usual: int) -> None:
    """A quotation mark that is closed by chance, many rows on, must not swallow those rows. Text with line breaks and
    as many delimiters as a row has is a cell nevertheless if the row has the usual width, no mark of another cell
    stands in it, and none of its lines could be a row of this file."""
    if now - line > _MOST_LINES_IN_CELL:
        raise _unclosed(line)
    inside = [cell.split("\n")[1:] for cell in cells if "\n" in cell] if usual > 2 else []
    if not any(part.count(delimiter) >= usual - 1 for parts in inside for part in parts):
        return
    closed = len(cells) == usual and not any(cell.count('"') % 2 for cell in cells)
    if not closed or any(_may_be_row(part, delimiter, usual) for parts in inside for part in parts[:-1]):
        raise _unclosed(line)


def _may_be_row(text: str, delimiter: str, usual: int) -> bool:
    """Whether a line could be a whole row: as many delimiters, and not a space behind each, as in a sentence."""
    return text.count(delimiter) == usual - 1 and text.count(f"{delimiter} ") < usual - 1


def _unclosed(line: int) -> InputError:
    return InputError(
        Sentence(
            "A quotation mark in line {line:,} is never closed, so the rows after it cannot be told apart.", line=line
        ),
        hint="Correct that line, or export the file again.",
    )
