"""LRS batch files, there and back."""

import csv
from datetime import date, datetime

import pytest

from app.errors import InputError
from app.files.lrs_batch import COLUMNS, BatchLearner, batch_name, read_lrs_xml, write_batch
from app.files.recognise import recognise
from app.files.rows import FileKind
from app.tasks import TaskContext
from tests.files.reading import kinds, put, table_of

WHEN = datetime(2026, 11, 23, 22, 15)
ONE = BatchLearner(
    "000071", "Ó Tarnsworth", "Zoë Mae Lin", "Zoë", "Zo", date(2008, 3, 14), "F", "NF1 7BN", "zoe@college.example"
)
TWO = BatchLearner("=72", "Quince," + "x" * 60, "Idris", None, None, date(1999, 2, 28), None, None, None)


def test_there_and_back(tmp_path):
    path = tmp_path / batch_name("10000012", WHEN)
    assert path.name == "LRB_10000012_231120262215.CSV"
    summary = write_batch(path, [ONE, TWO, BatchLearner("3", "NoBirth", "Jo")], "10000012", WHEN)
    assert (summary.written, summary.left_out) == (2, ("3",))
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    assert tuple(rows[0][4:]) == COLUMNS
    assert rows[1][:4] == ["2A", path.name, "10000012", "2"]
    assert rows[2][:4] == [""] * 4
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]
    facts, (one, two) = table_of(tmp_path, path.read_bytes())
    assert facts.ukprn == "10000012"
    assert one.values == {
        "ref": "000071", "uln": None, "uln_state": "none", "family_name": "Ó Tarnsworth",
        "given_names": "Zoë Mae Lin", "first_name": "Zoë", "known_as": "Zo", "birth_date": date(2008, 3, 14),
        "sex": "F", "postcode": "NF1 7BN", "postcode_is_prior": False, "email": "zoe@college.example",
    }  # fmt: skip
    assert (two.ref, two.values["given_names"], len(str(two.values["family_name"]))) == ("=72", "Idris", 35)
    assert not kinds(one, two)


def test_an_answer_that_excel_has_spoilt(tmp_path):
    head = ",".join(["FileVersion", "FileName", "UKPRN", "Count", *COLUMNS, "ReturnCode"])
    cells = {"ULN": "9900271822", "MISIdentifier": "71", "GivenName": "Jo", "MiddleOtherName": "Ann",
             "FamilyName": "Tarn", "DateOfBirth": "14/03/2008", "Gender": "1"}  # fmt: skip
    row = ",".join(["2A", "x", "10000012", "1", *(cells.get(name, "") for name in COLUMNS), "EXACT"])
    facts, (one,) = table_of(tmp_path, f"{head}\n{row}\n")
    assert (one.values["uln"], one.values["return_code"], one.values["sex"]) == ("9900271822", "EXACT", "M")
    assert one.values["given_names"] == "Jo Ann"
    assert one.values["birth_date"] == date(2008, 3, 14)
    assert facts.ukprns == {"source": "10000012"}
    assert "ukprn" not in one.values


def test_nobody_to_ask_for(tmp_path):
    with pytest.raises(InputError, match="None of these"):
        write_batch(tmp_path / "x.CSV", [BatchLearner("1")], "10000012", WHEN)
    assert not list(tmp_path.iterdir())


def test_xml(tmp_path):
    text = """<?xml version="1.0"?><b:Batch xmlns:b="http://api.lrs.miap.gov.uk/batchmsg"
    xmlns:l="http://api.lrs.miap.gov.uk/learner"><b:UKPRN>10000012</b:UKPRN><b:Learners>
    <l:Learner><l:ULN>9900271822</l:ULN><l:MISIdentifier>0071</l:MISIdentifier><l:GivenName>Jo</l:GivenName>
    <l:MiddleOtherName>Ann</l:MiddleOtherName><l:FamilyName>Ó Tarn</l:FamilyName>
    <l:DateOfBirth>2008-03-14</l:DateOfBirth><l:Gender>2</l:Gender><l:ReturnCode>X1</l:ReturnCode></l:Learner>
    <l:Learner><l:FamilyName>Solo</l:FamilyName></l:Learner></b:Learners></b:Batch>"""
    path = put(tmp_path, text)
    assert recognise(path) is FileKind.LRS_BATCH_XML
    reading = read_lrs_xml(TaskContext(), path)
    one, two = reading.learners
    assert reading.facts.ukprn == "10000012"
    assert one.values == {
        "ref": "0071", "uln": "9900271822", "uln_state": "ok", "family_name": "Ó Tarn", "given_names": "Jo Ann",
        "first_name": "Jo", "birth_date": date(2008, 3, 14), "sex": "F", "return_code": "X1",
    }  # fmt: skip
    assert two.rejected
    with pytest.raises(InputError, match="breaks off"):
        list(read_lrs_xml(TaskContext(), put(tmp_path, text[:-30])).learners)
    empty = read_lrs_xml(TaskContext(), put(tmp_path, "<Batch/>"))
    assert not list(empty.learners)
    assert [problem.kind for problem in empty.facts.problems] == ["no_learners"]
