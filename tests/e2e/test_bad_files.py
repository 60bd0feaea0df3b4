"""Every bad file and every bad row of learner-files.md 7, by `learner-manager load`: the user reads which file, which
row, which field, why and what to do; of a bad file nothing is written, a bad row stops nobody else."""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app.db.tables import aim, learner, metadata
from app.folders import DataFolder
from app.start import open_folder
from tests.builders import snapshot
from tests.files.builders import Aim, Learner, ilr, made_up, uln, zipped
from tests.files.reading import book, saved
from tests.files.test_recognise import bomb, locked
from ui import exit_status, main

EVERYTHING = tuple(name for name in metadata.tables if name not in ("app_user", "licence", "role"))
HEAD = ["Student Ref", "ULN", "Surname", "Forename", "DOB", "Postcode", "UKPRN"]
GOOD = ["T1", uln(1), "Brindle", "Marlo", "14/03/2008", "NF1 7BN", "99999999"]


@dataclass
class Desk:
    """A data folder in which a college has loaded three learners already."""

    data: Path
    folder: Path
    capsys: pytest.CaptureFixture[str]

    def load(self, *paths: Path, words: tuple[str, ...] = ("--json",)) -> tuple[int, str, str]:
        status = main.main(["--data", str(self.data), *words, "load", *map(str, paths)])
        told = self.capsys.readouterr()
        return status, told.out, told.err

    def put(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def learners(self) -> list[tuple[Any, ...]]:
        c = learner.c
        query = select(c.ref, c.uln, c.family_name, c.given_names, c.birth_date, c.postcode).order_by(c.ref)
        return self._asked(query)

    def aims_of(self, ref: str) -> list[str]:
        query = select(aim.c.aim_ref).join(learner).where(learner.c.ref == ref).order_by(aim.c.aim_ref)
        return [row[0] for row in self._asked(query)]

    def _asked(self, query: Any) -> list[tuple[Any, ...]]:
        _, db = open_folder(DataFolder(self.data))
        with closing(db), db.read() as tx:
            return [tuple(row) for row in tx.execute(query)]

    def everything(self) -> dict[str, list[str]]:
        _, db = open_folder(DataFolder(self.data))
        with closing(db):
            return snapshot(db, *EVERYTHING)


@pytest.fixture(scope="module")
def college(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder, loaded once: every test gets a copy."""
    folder = tmp_path_factory.mktemp("college")
    before = folder / "before.xml"
    before.write_text(ilr(*[Learner(ref=f"S{n}", uln=uln(n), family=f"Tarn{n}") for n in (7, 8, 9)]), "utf-8")
    assert main.main(["--data", str(folder / "data"), "--json", "load", str(before)]) == 0
    return folder / "data"


@pytest.fixture
def desk(college: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    shutil.copytree(college, tmp_path / "data")
    return Desk(tmp_path / "data", tmp_path, capsys)


def sheet(*rows: list[Any], delimiter: str = ",") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode()


def cut(text: str) -> str:
    return text[: text.rindex("<FamilyName>") + 15]


DEEP = "<x>" * 100_000
TEXT = "<PlanLearnHours>" + "9" * 12_000_000 + "</PlanLearnHours>"
LAUGHS = '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE m [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'
BAD_FILES: dict[str, tuple[Callable[[], bytes | str], str]] = {
    "nothing in it": (lambda: b"", "is empty"),
    "white space": (lambda: b" \r\n ", "is empty"),
    "an answer of a service": (lambda: "<s:Envelope xmlns:s='x'/>", "web service"),
    "a web page": (lambda: "<html><body>Sign in</body></html>", "web page"),
    "another report": (lambda: "<FISReport/>", "not an ILR"),
    "only a header": (lambda: ilr()[: ilr().index("<Learner>")] + "</Message>", "no learners"),
    "only headings": (lambda: sheet(HEAD), "no learners"),
    "broken off": (lambda: cut(ilr(*made_up(900))), "breaks off"),
    "malformed": (lambda: ilr(*made_up(900)).replace("</Learner>\n</Message>", "</Lerner></Message>"), "damaged"),
    "a billion laughs": (lambda: LAUGHS + ilr()[39:], "DOCTYPE"),
    "an entity outside": (lambda: OUTSIDE + ilr()[39:], "DOCTYPE"),
    "another encoding than it says": (lambda: ilr(Learner(family="Zo\xeb")).encode("cp1252"), "not written as"),
    "an encoding nobody reads": (lambda: ilr().replace('"utf-8"', '"ebcdic-cp-us"'), "does not read"),
    "zero bytes in an ILR": (lambda: ilr(Learner(family="A\0B")), "zero bytes"),
    "zero bytes in a table": (lambda: sheet(HEAD, ["1\0", *GOOD[1:]]), "zero bytes"),
    "nothing but zero bytes": (lambda: bytes(4_000), "zero bytes"),
    "very deep": (lambda: ilr(*made_up(600)).replace("</Message>", DEEP), "cannot be read|far bigger"),
    "one endless text": (lambda: ilr(*made_up(600)).replace("</Message>", TEXT), "far bigger|cannot be read"),
    "an empty zip": (lambda: zipped({}), "empty zip"),
    "two files in a zip": (lambda: zipped({"a.xml": b"<a/>", "b.xml": b"<b/>"}), "holds 2 files"),
    "a zip in a zip": (lambda: zipped({"a.zip": zipped({"a.xml": b"<Message/>"})}), "another zip"),
    "a workbook in a zip": (lambda: zipped({"a.xlsx": book(HEAD, GOOD)}), "a workbook"),
    "a zip with a password": (lambda: locked("a.xml"), "password"),
    "a zip bomb": (lambda: bomb(120_000_000), "far more"),
    "half a zip": (lambda: zipped({"a.xml": ilr().encode()})[:-40], "damaged"),
    "a path trick": (lambda: zipped({"../../a.xml": b"<html/>"}), "web page"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old binary"),
    "a locked workbook": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
    "a picture": (lambda: b"\x89PNG\r\n", "picture"),
    "no column for the person": (lambda: sheet(["Surname", "DOB"], ["Tarn", "1/2/2001"]), "person code or the ULN"),
    "an open quotation mark": (lambda: sheet(HEAD, GOOD) + b'"T2,' + sheet(*[GOOD] * 200), "never closed"),
    "one endless line": (lambda: sheet(HEAD) + b"x" * 3_000_000, "not a table"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_of_a_bad_file_nothing_is_written_and_the_user_reads_why(desk: Desk, what: str):
    make, why = BAD_FILES[what]
    path = desk.put("export of today.dat", make())
    before = desk.everything()
    status, out, told = desk.load(path)
    assert (status, out) == (3, "")
    said, *more = told.strip().splitlines()
    assert path.name in said
    assert any(one in told.casefold() for one in why.casefold().split("|")), told
    assert len(told.strip()) > len(path.name) + len(why) + 20, "why, and what to do"
    assert told.strip().endswith(".")
    assert not [line for line in more if "Traceback" in line or "Error" in line]
    assert not [one for one in ("Tarn", "Brindle", uln(1)) if one in told], "nobody is named"
    assert desk.everything() == before


def test_a_bad_file_among_others_is_told_and_the_others_are_loaded(desk: Desk):
    one = desk.put("one.xml", ilr(Learner(ref="N1", uln=uln(21))))
    bad = desk.put("bad.xml", cut(ilr(*made_up(3))))
    two = desk.put("two.xml", ilr(Learner(ref="N2", uln=uln(22))))
    status, out, _ = desk.load(one, bad, two)
    told = {document["name"]: document for document in json.loads(out)["files"]}
    assert status == exit_status.LISTED
    assert (told["one.xml"]["new"], told["two.xml"]["new"]) == (1, 1)
    assert "job" not in told["bad.xml"]
    assert "breaks off" in told["bad.xml"]["problems"][0]["reason"]


# ----------------------------------------------------------------------------------------------------------- rows


def row(**cells: Any) -> list[Any]:
    return [cells.get(name, value) for name, value in zip(HEAD, GOOD, strict=True)]


def another(**cells: Any) -> list[Any]:
    return row(**{"Student Ref": "T2", "ULN": uln(2), "Surname": "Pellamy", **cells})


REJECTED: dict[str, tuple[Callable[[], bytes | str], int, str, str]] = {
    "a shortened ULN": (lambda: sheet(HEAD, GOOD, another(ULN="1.23457E+09")), 3, "uln", "text"),
    "a shortened ULN in a workbook": (lambda: book(HEAD, GOOD, another(ULN="1.23457E+09")), 3, "uln", "text"),
    "more cells than headings": (lambda: sheet(HEAD, GOOD, [*another(), "x"]), 3, "ref", "more cells"),
    "no person code": (lambda: sheet(HEAD, GOOD, another(**{"Student Ref": "", "ULN": ""})), 3, "ref", "Add it"),
    "a person code twice": (lambda: ilr(Learner(ref="T1"), Learner(ref="t1", uln=uln(3))), 0, "ref", "further up"),
}
LOADED: dict[str, tuple[Callable[[], bytes | str], int, str, str]] = {
    "an error cell": (lambda: book(HEAD, GOOD, another(Surname="#REF!")), 3, "family_name", "Correct it"),
    "a formula never calculated": (lambda: book(HEAD, GOOD, another(Surname="=A1")), 3, "family_name", "save it"),
    "a bad check digit": (
        lambda: sheet(HEAD, GOOD, another(ULN="9900123458", DOB="15/04/2007")),
        3,
        "uln",
        "fails its check",
    ),
    "a day that is none": (lambda: sheet(HEAD, GOOD, another(DOB="30/02/2008")), 3, "birth_date", "left out"),
    "born in the year 202": (lambda: sheet(HEAD, GOOD, another(DOB="01/01/0202")), 3, "birth_date", "left out"),
    "no postcode": (lambda: sheet(HEAD, GOOD, another(Postcode="")), 3, "postcode", "Add it"),
    "the letter O": (lambda: sheet(HEAD, GOOD, another(Postcode="NF1 OBN")), 3, "postcode", "letter O"),
    "a ULN of somebody else": (lambda: sheet(HEAD, GOOD, another(ULN=uln(1))), 3, "uln", "same ULN"),
    "markup in a name": (lambda: sheet(HEAD, GOOD, another(Surname="<b>x</b>")), 3, "family_name", "no name has"),
    "no given name": (lambda: sheet(HEAD, GOOD, another(Forename=" ")), 3, "given_names", "Add it"),
    "two postcodes": (
        lambda: ilr(Learner(ref="T1"), Learner(ref="T2", uln=uln(2), extra="<Postcode>NF2 1AA</Postcode>")),
        0,
        "postcode",
        "twice",
    ),
    "a number that is none": (
        lambda: ilr(Learner(ref="T1"), Learner(ref="T2", uln=uln(2), aims=[Aim(model="x")])),
        0,
        "fund_model",
        "number",
    ),
    "no aims": (lambda: ilr(Learner(ref="T1"), Learner(ref="T2", uln=uln(2), aims=[])), 0, "", "course"),
    "an aim number twice": (
        lambda: ilr(Learner(ref="T1"), Learner(ref="T2", uln=uln(2), aims=[Aim(), Aim()])),
        0,
        "seq",
        "number",
    ),
    "an end before the start": (
        lambda: ilr(Learner(ref="T1"), Learner(ref="T2", uln=uln(2), aims=[Aim(planned="2024-01-01")])),
        0,
        "planned_end",
        "before it begins",
    ),
}


@pytest.mark.parametrize("what", [*REJECTED, *LOADED])
def test_a_bad_row_is_told_with_file_line_field_why_and_what_to_do(desk: Desk, what: str):
    make, line, name, why = (REJECTED | LOADED)[what]
    path = desk.put("list.dat", make())
    text = path.read_text(errors="replace") if path.read_bytes()[:2] != b"PK" else ""
    line = line or text[: text.rindex("<Learner>")].count("\n") + 1
    status, out, _ = desk.load(path)
    [told] = json.loads(out)["files"]
    assert told["name"] == "list.dat"
    found = [one for one in told["problems"] if one["row"] == 2 and why in one["reason"]]
    assert found, told["problems"]
    assert found[0]["line"] == line
    assert found[0]["field"] == name or not name
    assert found[0]["reason"].endswith(".")
    rejected = what in REJECTED
    assert (told["new"], told["left_out"], status) == ((1, 1, 1) if rejected else (2, 0, 0))


def test_the_text_for_people_says_the_same(desk: Desk):
    path = desk.put("list.csv", sheet(HEAD, GOOD, another(ULN="1.23457E+09")))
    _, out, _ = desk.load(path, words=())
    assert "list.csv: new 1" in out
    assert "  Line 3 (learner 2), ULN: " in out


def test_merged_cells_hidden_sheets_macros_and_a_million_empty_columns_load(desk: Desk):
    """What looks bad and is none: one learner from a CSV of a million empty columns, one from a macro workbook."""
    many = b"," * 1_000_000
    wide = desk.put("wide.csv", sheet(HEAD).strip() + many + b"\n" + sheet(GOOD).strip() + many + b"\n")
    macro = book(HEAD, another())
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(macro)) as old, zipfile.ZipFile(stream, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename == "[Content_Types].xml":
                plain, macros = b"openxmlformats-officedocument.spreadsheetml.sheet", b"ms-excel.sheet.macroEnabled"
                data = data.replace(plain + b".main+xml", macros + b".main+xml")
            new.writestr(one, data)
    status, out, _ = desk.load(wide, desk.put("macros.xlsm", stream.getvalue()))
    assert (status, [one["new"] for one in json.loads(out)["files"]]) == (0, [1, 1])


def workbook(fill: Callable[[openpyxl.Workbook], object]) -> bytes:
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active.title = "Learners"
    fill(made)
    return saved(made)


def merged(made: openpyxl.Workbook) -> None:
    """A title across the table, and a person's cells merged over the rows of two aims."""
    sheet = made["Learners"]
    sheet.append(["Learners of the college"])
    sheet.merge_cells("A1:G1")
    sheet.append([*HEAD, "Aim Ref"])
    sheet.append([*GOOD, "60011111"])
    sheet.append([*[None] * len(GOOD), "60022222"])
    for letter in "ABCDEFG":
        sheet.merge_cells(f"{letter}3:{letter}4")


def hidden(made: openpyxl.Workbook) -> None:
    """Last year's list is hidden; it must not be loaded."""
    old = made.create_sheet("Old", 0)
    old.append(HEAD)
    old.append(another())
    old.sheet_state = "hidden"
    made["Learners"].append(HEAD)
    made["Learners"].append(GOOD)


def far_away(made: openpyxl.Workbook) -> None:
    """A cell with a format only in the last column there is, on every row."""
    made["Learners"].append(HEAD)
    made["Learners"].append(GOOD)
    for number in (1, 2, 3, 1_048_576):
        made["Learners"].cell(number, 16_384).font = openpyxl.styles.Font(bold=True)


def two_rows(made: openpyxl.Workbook) -> None:
    """Groups of columns above their names, as reports have them."""
    made["Learners"].append(["Learner", None, None, None, None, "Address", "College"])
    made["Learners"].append(HEAD)
    made["Learners"].append(GOOD)


def linked() -> bytes:
    """A workbook that takes its values from another one, and says where that lies."""
    made = workbook(lambda made: [made["Learners"].append(row) for row in (HEAD, GOOD)])
    space = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"
    link = f'<Relationships {space}><Relationship Id="r1" Type="{kind}" Target="{OUT}" TargetMode="External"/>'
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(stream, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename == "xl/_rels/workbook.xml.rels":
                more = f'<Relationship Id="rX" Type="{kind}" Target="{OUT}" TargetMode="External"/></Relationships>'
                data = data.replace(b"</Relationships>", more.encode())
                assert OUT.encode() in data
            new.writestr(one, data)
        new.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", link + "</Relationships>")
    return stream.getvalue()


OUT = "file:///nowhere/of%20ours.xlsx"
ODD_BUT_GOOD: dict[str, Callable[[], bytes]] = {
    "merged cells": lambda: workbook(merged),
    "a hidden sheet": lambda: workbook(hidden),
    "an external link": linked,
    "empty columns to the last one": lambda: workbook(far_away),
    "two rows of headings": lambda: workbook(two_rows),
}


@pytest.mark.parametrize("what", ODD_BUT_GOOD)
def test_an_odd_workbook_is_loaded_for_what_it_is(desk: Desk, what: str):
    before = desk.learners()
    status, out, err = desk.load(desk.put("odd.dat", ODD_BUT_GOOD[what]()))
    assert err == ""
    [told] = json.loads(out)["files"]
    assert (status, told["new"], told["changed"], told["left_out"]) == (0, 1, 0, 0), told
    added = [one for one in desk.learners() if one not in before]
    assert added == [("T1", uln(1), "Brindle", "Marlo", date(2008, 3, 14), "NF1 7BN")]
    assert len(desk.learners()) == len(before) + 1
    aims = {"merged cells": ["60011111", "60022222"]}.get(what, [])
    assert desk.aims_of("T1") == aims
    status, out, _ = desk.load(desk.folder / "odd.dat")
    [told] = json.loads(out)["files"]
    assert (status, told["new"], told["changed"], told["unchanged"]) == (0, 0, 0, 1)
