"""The parts of a workbook around its rows: sheets, dates, shared texts, merged cells.

The workbook is read with the hardened XML reader and not with `python-calamine`: that takes a whole sheet into one
block as wide as its last column and as high as its last row, and a file of 5 KB with a cell in the far corner makes
it end the program for want of 512 GB.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.errors import InputError
from app.files.source import refuse_locked, unpacked
from app.files.xml_stream import Element, XmlBytes, elements
from app.sentence import Sentence
from app.tasks import TaskContext

_MOST_PART = 20_000_000
_MOST_TEXTS = 400_000_000
_MOST_STRINGS = 4_000_000
_MOST_MERGED = 100_000
_TEXT = "Reading the workbook"

_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
_NOT_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_MERGED = re.compile(rb'<(?:[\w.-]+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet: its name, where it lies in the zip, and whether people see it."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Book:
    """What the rows of all sheets need."""

    sheets: list[SheetPart] = field(default_factory=list)
    from_1904: bool = False
    date_styles: frozenset[str] = frozenset()
    texts: list[str] = field(default_factory=list, repr=False)


def read_book(context: TaskContext, archive: zipfile.ZipFile, name: str) -> Book:
    """All of a workbook but its rows. Raises InputError for what is not one, or far too big."""
    book, parts = Book(), {one.filename.lstrip("/"): one for one in archive.infolist()}
    main = "xl/workbook.xml"
    for element in _in_part(context, archive, parts, "_rels/.rels", "Relationship"):
        if element.get("Type", "").endswith("/officeDocument"):
            main = element.get("Target", main).lstrip("/")
    folder = main.rpartition("/")[0]
    targets: dict[str, str] = {}
    kinds: dict[str, str] = {}
    relations = f"{folder}/_rels/{main.rpartition('/')[2]}.rels".lstrip("/")
    for element in _in_part(context, archive, parts, relations, "Relationship"):
        if element.get("TargetMode") == "External":
            continue  # links to other files are never followed
        target = element.get("Target", "")
        target = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
        targets[element.get("Id", "")] = target
        kinds[element.get("Type", "").rpartition("/")[2]] = target
    if main not in parts:
        raise InputError(
            Sentence("{name} is not a workbook that can be read.", name=name), hint="Save it again as .xlsx."
        )
    _sheets(book, _in_part(context, archive, parts, main, "workbookPr", "sheet"), targets, parts)
    if not book.sheets:
        raise InputError(
            Sentence("{name} has no sheet with cells.", name=name),
            hint="Choose the workbook with the learners in it.",
        )
    book.date_styles = _date_styles(_in_part(context, archive, parts, kinds.get("styles", ""), "numFmts", "cellXfs"))
    shared = _in_part(
        context, archive, parts, kinds.get("sharedStrings", f"{folder}/sharedStrings.xml"), "si", most=_MOST_TEXTS
    )
    book.texts = _shared(shared, name)
    return book


def _in_part(
    context: TaskContext, archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], part: str, *wanted: str,
    most: int = _MOST_PART,
) -> Iterator[Element]:  # fmt: skip
    """The elements `wanted` of one part of the zip; none if there is no such part."""
    if (member := parts.get(part)) is None:
        return
    refuse_locked(member, "The workbook")
    found = elements(XmlBytes(unpacked(context, archive, member, _TEXT, most)), *wanted)
    next(found, None)
    yield from found


def _sheets(book: Book, found: Iterator[Element], targets: dict[str, str], parts: dict[str, zipfile.ZipInfo]) -> None:
    for element in found:
        if element.tag.rpartition("}")[2] == "workbookPr":
            book.from_1904 = element.get("date1904", "0") in {"1", "true"}
            continue
        link = next((value for key, value in element.items() if key.endswith("}id")), "")
        part = targets.get(link, "")
        if part in parts and "chartsheet" not in part and "dialogsheet" not in part:
            hidden = element.get("state", "visible") != "visible"
            book.sheets.append(SheetPart(element.get("name", "")[:100], part, hidden))


def _date_styles(found: Iterator[Element]) -> frozenset[str]:
    """The numbers of the cell styles that show a date."""
    codes: dict[int, bool] = {}
    styles: list[str] = []
    for element in found:
        for number, child in enumerate(element):
            if child.tag.rpartition("}")[2] == "numFmt":
                codes[_int(child.get("numFmtId"))] = _shows_date(child.get("formatCode", ""))
            elif child.tag.rpartition("}")[2] == "xf":
                style = _int(child.get("numFmtId"))
                if codes.get(style, style in _DATE_FORMATS):
                    styles.append(str(number))
    return frozenset(styles)


def _int(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0


def _shows_date(code: str) -> bool:
    bare = _NOT_A_DATE.sub("", code.lower()).split(";")[0]
    return "y" in bare or ("d" in bare and "m" in bare)


def _shared(found: Iterator[Element], name: str) -> list[str]:
    texts: list[str] = []
    for element in found:
        texts.append(rich_text(element))
        if len(texts) > _MOST_STRINGS:
            raise InputError(
                Sentence("{name} holds more text than any list of learners.", name=name), hint="Split it, or use CSV."
            )
    return texts


def rich_text(element: Element) -> str:
    """The text of a cell, without its formats and without the reading aids of Japanese text."""
    children = element[:]
    if len(children) == 1 and children[0].tag.endswith("}t"):
        return children[0].text or ""
    found = []
    for child in children:
        kind = child.tag.rpartition("}")[2]
        if kind == "t":
            found.append(child.text or "")
        elif kind == "r":
            found += [one.text or "" for one in child if one.tag.rpartition("}")[2] == "t"]
    return "".join(found)


Merged = dict[int, list[tuple[int, int, int]]]
"""By row: (first column, last column, row of the value) of every merged range that goes on from a row above."""


def merged_down(pieces: Iterator[bytes]) -> Merged:
    """The merged cells of a sheet that span several rows; they stand behind its rows, so it is looked through."""
    found: Merged = {}
    rest, total = b"", 0
    for piece in pieces:
        both = rest + piece
        if b"mergeCell" not in both:
            rest = piece[-400:]
            continue
        for match in _MERGED.finditer(both):
            first, last = int(match[2]), int(match[4])
            total += max(0, last - first)
            if total > _MOST_MERGED:
                return {}
            for row in range(first + 1, last + 1):
                found.setdefault(row, []).append((column(match[1].decode()), column(match[3].decode()), first))
        cut = both.rfind(b"<")
        rest = both[cut:] if cut >= 0 and len(both) - cut < 400 else b""
    return found


def column(letters: str) -> int:
    """`A` is 0, `XFD` 16383."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
