"""Parsers of the files that a college brings in."""

from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from app.files import section_headings, section_rows
from app.files.columns import guess
from app.files.ilr import read_ilr
from app.files.lrs_batch import read_lrs_xml
from app.files.recognise import recognise
from app.files.rows import FileKind, Reading
from app.files.table import open_table
from app.files.table_learners import apply, survey
from app.imports import set_up_table
from app.imports.asked import Asked
from app.imports.columns import DATES, YES_NO, Column, Importer
from app.imports.reading import FileRefusedError, open_import
from app.imports.repairs import NO_REPAIRS, Repair
from app.imports.suspects import suspects
from app.learners import load_cells
from app.tasks import TaskContext
from tests.fuzz.parser import Parser, fits_a_database, listed, plain

TODAY = date(2026, 11, 23)
_KEPT = 100
"""So many rows of what was read are compared; the rest is only counted."""
_XML = ("app.files.xml_stream:_parser",)
_CSV = ("app.files.csv_rows:csv_rows", "app.files.csv_rows:_delimiter.worth")
_ZIP = ("app.files.source:open_zip", "app.files.source:_refuse_crowded")
_BOOK = (*_ZIP, *_XML)
_SHEETS = ("app.files.xlsx_rows", "app.files.xlsx_parts", "app.files.table", "app.files.recognise")
_ILR_WORDS = (
    *(b"<Learner>", b"</Learner>", b"<LearningDelivery>", b"<ULN>", b"<Message>", b"<DateOfBirth>", b"<Postcode>"),
    *(b"ESFA/ILR/2025-26", b"SFA/ILR/2016-17", b"<LearnerContact>", b"ZZ99 9ZZ", b"<GivenNames>", b"<UKPRN>"),
)
_BOOK_WORDS = (
    *(
        b'<c r="A1" t="s">',
        b'<c r="XFD1048576">',
        b'<c t="inlineStr"><is><t>',
        b"<v>",
        b"</v>",
        b"<row r='9'>",
        b"t='e'",
    ),
    *(b"<f>A1</f>", b"<mergeCell ref='A1:B9'/>", b"state='hidden'", b"date1904='1'", b"count='9999999'", b"t='d'"),
)
_TABLE_WORDS = (
    *(b"Learner Ref", b"ULN", b"Surname", b"Date of Birth", b"Total", b"\r\n", b'""', b"sep=;\n", b"\t", b"'=1+1"),
    *(b"12/13/2025", b"1/9/25", b"45901", b"3.00E+09", b"Aim Ref 2", b"9900123459"),
)


def _learners(reading: Reading) -> Any:
    kept, count = [], 0
    for count, one in enumerate(reading.learners, 1):
        if count <= _KEPT:
            assert load_cells.packed(load_cells.unpacked(load_cells.packed(load_cells.of(one)))) is not None
            kept.append(one)
    return reading.facts, count, kept


def _ilr(data: bytes, path: Path) -> Any:
    path.write_bytes(data)
    return _learners(read_ilr(TaskContext(), path))


def _batch(data: bytes, path: Path) -> Any:
    path.write_bytes(data)
    return _learners(read_lrs_xml(TaskContext(), path, TODAY))


def _any_learners(data: bytes, path: Path) -> Any:
    """As the program does with a file of learners: what it is, then what is in it."""
    path.write_bytes(data)
    context = TaskContext()
    kind = recognise(path)
    if kind is FileKind.ILR_XML:
        return kind, _learners(read_ilr(context, path))
    if kind is FileKind.LRS_BATCH_XML:
        return kind, _learners(read_lrs_xml(context, path, TODAY))
    table = open_table(context, path, kind)
    mapping = guess(table.headings)
    known = survey(context, table, mapping)
    return (
        kind,
        [ascii(one) for one in table.headings[:_KEPT]],
        known,
        _learners(apply(context, table, mapping, TODAY)),
    )


def _sections(data: bytes, path: Path) -> Any:
    path.write_bytes(data)
    context = TaskContext()
    table = open_table(context, path, recognise(path), known=section_headings.known_count)
    mapping = section_headings.guess(table.headings)
    if why := section_headings.why_not(mapping):
        return why
    count, month_first = section_rows.survey(context, table, mapping)
    found = section_rows.rows(context, table, mapping, TODAY)
    return count, month_first, list(islice(found, _KEPT)), sum(1 for _ in found)


def _courses(data: bytes, path: Path) -> Any:
    path.write_bytes(data)
    context = TaskContext()
    table = open_table(context, path, recognise(path), known=set_up_table.NAMES.known_count)
    mapping = set_up_table.NAMES.guess(table.headings)
    if why := set_up_table.why_not(mapping):
        return why
    found = set_up_table.rows(context, table, mapping)
    return list(islice(found, _KEPT)), sum(1 for _ in found)


def _asked(*repairs: Repair) -> Asked:
    chosen = NO_REPAIRS
    for one in repairs:
        chosen = chosen.plus(one)
    types = frozenset({"ama", "ancc"})
    return Asked(Importer.GLOBAL, repairs=chosen, course="ENG-1", types=types, today=TODAY)


_EVERY = (
    *(Repair("CR-06", one) for one in Column),
    *(Repair("CR-11", one) for one in YES_NO),
    *(Repair("CR-12", one, "day") for one in DATES),
    Repair("CR-01", "", ";"),
    Repair("CR-02"),
    Repair("CR-06"),
    Repair("CR-35"),
    Repair("CR-36"),
)


def _records(data: bytes, path: Path) -> Any:
    """As it is, with every repair, and by whoever looks for what hung an import."""
    path.write_bytes(data)
    context = TaskContext()
    found: list[Any] = []
    for asked in (_asked(), _asked(*_EVERY)):
        file = open_import(context, path, asked)
        found += [file.headings[:_KEPT], file.findings[:_KEPT]]
        try:
            with closing(file.rows(context)) as rows:
                some = list(islice(rows, _KEPT))
                assert all(fits_a_database(plain(one.records)) for one in some if not one.refused)
                found += [some, sum(1 for _ in rows)]
        except FileRefusedError as error:
            found.append(error.finding)
    return found, suspects(context, path, _asked())


PARSERS = listed(
    Parser(
        "ilr",
        _ilr,
        (*_XML, *_ZIP),
        ("app.files.ilr", "app.files.ilr_learner", "app.files.values", "app.files.cells", "app.files.checks"),
        words=_ILR_WORDS,
    ),
    Parser("lrs_batch", _batch, _XML, ("app.files.lrs_batch", "app.files.row_reader"), words=_ILR_WORDS),
    Parser(
        "learner_file",
        _any_learners,
        (*_XML, *_ZIP),
        ("app.files.recognise", "app.files.source"),
        words=(*_ILR_WORDS, b"lrs.miap.gov.uk", b"<html>", b"%PDF"),
    ),
    Parser(
        "learner_csv",
        _any_learners,
        (*_CSV, "app.learners.load_cells:_dated"),
        (
            "app.files.table",
            "app.files.table_learners",
            "app.files.row_reader",
            "app.files.columns",
            "app.files.headings",
            "app.files.cells",
            "app.files.values",
        ),
        words=_TABLE_WORDS,
    ),
    Parser(
        "learner_workbook",
        _any_learners,
        (*_BOOK, "app.files.table:_Kept.rows"),
        _SHEETS,
        words=(*_BOOK_WORDS, *_TABLE_WORDS),
    ),
    Parser(
        "sections",
        _sections,
        _CSV,
        ("app.files.section_rows", "app.files.section_headings", "app.files.heading_names"),
        words=(
            b"Course code",
            b"Term",
            b"Section",
            b"Starts",
            b"Open",
            b"Campus",
            b"ULN",
            b"Status",
            b"yes",
            *_TABLE_WORDS,
        ),
    ),
    Parser(
        "credit_file",
        _courses,
        _CSV,
        ("app.imports.set_up_table", "app.imports.amounts", "app.files.heading_names"),
        words=(b"Course code", b"Credit type", b"Max", b"Step", b"Variable", b"2.25", b"9999.99", b"yes", b"Campus"),
    ),
    Parser(
        "course_records",
        _records,
        (_CSV[0], "app.imports.values:iso_day"),
        (
            "app.imports.reading",
            "app.imports.sources",
            "app.imports.headings",
            "app.imports.row_reader",
            "app.imports.row_rules",
            "app.imports.values",
            "app.imports.characters",
            "app.imports.guard",
        ),
        storable=False,
        words=(
            *(str(one).encode() for one in Column),
            b"ama;ancc",
            b"1;2",
            b"yes",
            b"2025-01-01T25:00",
            *_TABLE_WORDS,
        ),
    ),
    Parser(
        "record_workbook",
        _records,
        _BOOK,
        (*_SHEETS, "app.imports.sources", "app.imports.reading"),
        storable=False,
        words=(*_BOOK_WORDS, *(str(one).encode() for one in Column)),
    ),
)
