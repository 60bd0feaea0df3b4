"""Files are what their bytes say; what is none of ours is named, with a next step."""

import gzip
import io
import os
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InputError
from app.files.ilr import read_ilr
from app.files.recognise import recognise
from app.files.rows import FileKind
from app.tasks import TaskContext
from tests.files.builders import Learner, ilr, zipped
from tests.files.reading import book, put, table_of

TYPES = "<Types><Override PartName='/x' ContentType=\"application/{}\"/></Types>"


def office(kind: str) -> bytes:
    return zipped({"[Content_Types].xml": TYPES.format(kind).encode(), "x": b"x"})


def locked(name: str) -> bytes:
    data = bytearray(zipped({name: b"<Message/>" * 20}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


LRS = '<a:Batch xmlns:a="http://api.lrs.miap.gov.uk/batchmsg"><a:Learner/></a:Batch>'


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (ilr(), FileKind.ILR_XML),
        (zipped({"a.txt": ilr().encode()}), FileKind.ILR_XML),
        (ilr(Learner(family="Ó")).encode("cp1252"), FileKind.ILR_XML),
        (LRS, FileKind.LRS_BATCH_XML),
        ("ULN,Surname\n1,2\n", FileKind.CSV),
        ("ULN\tSurname\n1\t2\n".encode("utf-16"), FileKind.CSV),
        (book(["ULN"], [1]), FileKind.XLSX),
        (office("vnd.ms-excel.sheet.macroEnabled.main+xml"), FileKind.XLSX),
    ],
    ids=str.split("ilr zip western lrs csv utf16 xlsx xlsm"),
)
def test_known_kinds(tmp_path, data, kind):
    for name in ("x.csv", "x.XML", "x.xls"):
        assert recognise(put(tmp_path, data, name)) is kind


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(700_000) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"%PDF-1.7 ...", "PDF"),
        (gzip.compress(b"x"), "gzip"),
        (b"<!-- saved --><!DOCTYPE html><html>", "web page"),
        ("<html><table>".encode("utf-16"), "web page"),
        (b"<table><tr><td>ULN", "web page"),
        (b'<s:Envelope xmlns:s="x">', "web service"),
        (b"<!DOCTYPE Message><Message/>", "DOCTYPE"),
        (office("vnd.ms-excel.sheet.binary.macroEnabled.main"), "xlsb"),
        (office("vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"), "Word"),
        (office("vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"), "Office document"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "OpenDocument"),
        (zipped({}), "empty zip"),
        (zipped({"folder/": b""}), "empty zip"),
        (zipped({"a.xml": b"<Message/>", "b.xml": b"<Message/>"}), "2 files"),
        (zipped({"a.xlsx": book(["ULN"])}), "another zip file or a workbook"),
        (zipped({"a.zip": zipped({"a.xml": b"<Message/>"})}), "another zip"),
        (zipped({"a.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}), "old binary"),
        (zipped({"a.pdf": b"%PDF"}), "PDF"),
        (zipped({"a.xml": b""}), "is empty"),
        (locked("a.xml"), "password"),
        (zipped({"a.xml": ilr().encode()})[:-40], "damaged"),
    ],
    ids=str.split(
        "empty blank xls locked_xlsx pdf gzip html html16 table envelope doctype xlsb docx pptx ods nozip folder two "
        "xlsx_in_zip nested xls_in_zip pdf_in_zip empty_in_zip locked_zip cut_zip"
    ),
)
def test_what_is_none_of_ours_is_named(tmp_path, data, said):
    with pytest.raises(InputError, match=said) as caught:
        recognise(put(tmp_path, data))
    assert caught.value.hint


def bomb(size: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.xml", "w") as inner:
        inner.write(b"<Message>")
        for _ in range(size // 1_000_000):
            inner.write(b" " * 1_000_000)
    return stream.getvalue()


def test_zip_bombs(tmp_path):
    data = bytearray(bomb(120_000_000))
    with pytest.raises(InputError, match="far more"):
        recognise(put(tmp_path, data))
    # The same, lying about its size: stopped while it is being unpacked.
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 1000)
    path = put(tmp_path, bytes(data))
    with pytest.raises(InputError):
        list(read_ilr(TaskContext(), path).learners)


def test_a_zip_with_a_crowd_in_it(tmp_path):
    data = zipped({f"{number:06d}{'x' * 200}": b"" for number in range(20_000)})
    with pytest.raises(InputError, match="far too many"):
        recognise(put(tmp_path, data))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from([b"", b"<", b"<Message", b"PK\x03\x04", b"\xff\xfe", b"ULN,Surname\n", b"\xd0\xcf\x11\xe0"]),
    data=st.binary(max_size=400),
)
def test_any_bytes_at_all(tmp_path, head, data):
    path = put(tmp_path, head + data)
    with suppress(InputError):
        kind = recognise(path)
        if kind is FileKind.ILR_XML:
            list(read_ilr(TaskContext(), path).learners)
        elif kind in {FileKind.CSV, FileKind.XLSX}:
            table_of(tmp_path, head + data)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="There are no named pipes in folders on Windows.")
def test_a_pipe_or_device_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path("/dev/zero")):
        with pytest.raises(InputError, match="is not a file"):
            recognise(path)
