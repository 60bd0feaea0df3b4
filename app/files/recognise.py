"""What a file is, by its first bytes and never by its name (learner-files.md 5 and 7)."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from app.errors import InputError
from app.files.ilr import not_an_ilr
from app.files.rows import FileKind
from app.files.source import CHUNK, ZIP_MAGIC, open_zip, opened, refuse_locked, single_file
from app.files.xml_stream import MOST_BEFORE_ROOT, XmlBytes
from app.sentence import Sentence

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_MARK = "EncryptedPackage".encode("utf-16-le")
_MOST_SEARCHED = 200_000_000
_SAVE = "Open it in a spreadsheet, save it as .xlsx, and choose that."
_EXPORT = "Choose an ILR (XML or zip), a CSV file, an Excel workbook (.xlsx) or an LRS batch file."
_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7-Zip)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"SQLite format 3", "a database"),
    (b"MZ", "a program"),
)
_LRS = "lrs.miap.gov.uk"
_MAIN_TYPE = re.compile(rb'ContentType="([^"]*\.main\+xml|[^"]*\.binary\.macroEnabled\.main)"')
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style)\b", re.I | re.S)


def recognise(path: Path) -> FileKind:
    """What kind of learner file this is. Raises InputError naming what it is if it is none, with a next step."""
    with opened(path) as stream:
        head = stream.read(CHUNK)
        if not head.strip():
            raise InputError(Sentence("{file} is empty.", file=path.name), hint="Export it again from your MIS.")
        if head.startswith(_OLE):
            raise _old_office(head, stream)
        if head.startswith((ZIP_MAGIC, b"PK\x05\x06")):
            return _in_zip(stream, path.name)
        return _by_bytes(head, stream)


def _by_bytes(head: bytes, stream: BinaryIO) -> FileKind:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise InputError(Sentence("This is {what}, not a file of learners.", what=Sentence(what)), hint=_EXPORT)
    bare = head.lstrip(b"\xef\xbb\xbf\xff\xfe\r\n\t \0")
    if bare.startswith(b"<"):
        return _xml(head, stream)
    return FileKind.CSV


def _xml(head: bytes, stream: BinaryIO) -> FileKind:
    text = head[:4000].decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "ignore")
    if _HTML.match(text.lstrip("\ufeff")):
        raise InputError("This is a web page, not a file of learners.", hint=_SAVE)
    try:
        source = XmlBytes(_bounded(head, stream))
    except UnicodeError:
        raise InputError("This is neither XML nor a table.", hint=_EXPORT) from None
    except InputError as error:
        if getattr(error, "retry_as", ""):
            # A name with an accent in the first lines: the reader itself offers to read it otherwise.
            source = XmlBytes(_bounded(head, stream), "cp1252")
        else:
            raise
    if source.root_name == "Message":
        return FileKind.ILR_XML
    if _LRS in source.root or _LRS.encode() in head[:4000]:
        return FileKind.LRS_BATCH_XML
    raise not_an_ilr(source.root_name)


def _bounded(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield head
    stream.seek(len(head))
    left = MOST_BEFORE_ROOT
    while left > 0 and (piece := stream.read(CHUNK)):
        left -= len(piece)
        yield piece


def _old_office(head: bytes, stream: BinaryIO) -> InputError:
    """Old binary files and workbooks with a password share their first bytes."""
    rest, done = head, len(head)
    while rest and done < _MOST_SEARCHED:
        if _LOCKED_MARK in rest:
            return InputError(
                "This workbook is protected with a password.",
                hint="Open it in Excel, take the password off (File, Info, Protect Workbook), and save it.",
            )
        more = stream.read(CHUNK)
        rest, done = (rest[-64:] + more if more else b""), done + len(more)
    return InputError("This is an old binary Office file (such as .xls).", hint=_SAVE)


def _in_zip(stream: BinaryIO, name: str) -> FileKind:
    with open_zip(stream, name) as archive:
        names = {one.filename.lstrip("/"): one for one in archive.infolist()}
        if "[Content_Types].xml" in names:
            return _office(archive, names["[Content_Types].xml"])
        if "mimetype" in names:
            raise InputError("This is an OpenDocument file.", hint=_SAVE)
        member = single_file(archive, name)
        with archive.open(member) as inner:
            head = inner.read(CHUNK)
            if head.startswith(ZIP_MAGIC):
                raise InputError(
                    Sentence("{name} holds another zip file or a workbook.", name=name),
                    hint="Take it out of the zip and choose that.",
                )
            if head.startswith(_OLE):
                raise InputError("The zip holds an old binary Office file (such as .xls).", hint=_SAVE)
            if not head.strip():
                raise InputError(
                    Sentence("The file in {name} is empty.", name=name), hint="Export it again from your MIS."
                )
            return _by_bytes(head, inner)  # type: ignore[arg-type]


def _office(archive: zipfile.ZipFile, types: zipfile.ZipInfo) -> FileKind:
    refuse_locked(types, "The workbook")
    with archive.open(types) as inner:
        found = _MAIN_TYPE.findall(inner.read(4_000_000))
    kinds = b" ".join(found)
    if b"spreadsheetml.sheet.main" in kinds or b"excel.sheet.macroEnabled.main+xml" in kinds:
        return FileKind.XLSX
    if b"spreadsheetml.template.main" in kinds or b"template.macroEnabled.main+xml" in kinds:
        return FileKind.XLSX
    if b"sheet.binary.macroEnabled.main" in kinds:
        raise InputError("This is a binary Excel workbook (.xlsb).", hint=_SAVE)
    if b"wordprocessingml" in kinds:
        raise InputError("This is a Word document.", hint=_EXPORT)
    raise InputError("This is an Office document, but not a workbook.", hint=_SAVE)
