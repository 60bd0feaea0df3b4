"""ILRs of every form that the contract names, and what is taken from them."""

import re
from datetime import date

import pytest

from app.errors import InputError
from app.files.aims import campus_of, is_active, main_aim
from app.files.ilr import read_ilr
from app.files.recognise import recognise
from app.files.rows import FileKind, Level
from app.files.source import EncodingError
from app.tasks import TaskContext
from tests.files.builders import Aim, Learner, ilr, learner_xml, zipped
from tests.files.reading import ilr_of, kinds, put

FULL = Learner(
    ref=" 00081 B ", uln="9900271822", family="Ó  Cathwell-Pym", given="Zoë Anwen", born="2009-02-11Z", sex="F",
    postcode="nf17bn", email="zoe@college.example", phone="01632960001", campus="WEST2", tutor="TG-4",
    prev_ref="00017 A",
    aims=[
        Aim("6001234X", "5", "1", code_a="ART-L3"),
        Aim("60077770", "4", "2", status="3", ends="2025-10-20", outcome="3", grade="U", starts="2025-09-09"),
    ],
)  # fmt: skip


@pytest.mark.parametrize("year", ["2016-17", "2025-26", "2026-27"])
def test_a_learner_of_every_year_form_reads_alike(tmp_path, year):
    facts, (one,) = ilr_of(tmp_path, ilr(FULL, year=year))
    campus = {"campus_code": "WEST2"} if year != "2016-17" else {}
    assert one.values == {
        "ref": "00081 B", "prev_ref": "00017 A", "uln": "9900271822", "uln_state": "ok",
        "family_name": "Ó Cathwell-Pym", "given_names": "Zoë Anwen", "birth_date": date(2009, 2, 11), "sex": "F",
        "postcode": "NF1 7BN", "postcode_is_prior": False, "email": "zoe@college.example", "phone": "01632960001",
        "provider_code_a": "TG-4", **campus,
    }  # fmt: skip
    assert [(aim.aim_ref, aim.aim_type, aim.seq, aim.completion) for aim in one.aims] == [
        ("6001234X", "5", "1", "1"),
        ("60077770", "4", "2", "3"),
    ]
    assert one.aims[0].code_a == "ART-L3"
    assert (one.aims[1].ends, one.aims[1].outcome, one.aims[1].grade) == (date(2025, 10, 20), "3", "U")
    assert facts.year == f"{year[:4]}/{year[5:]}"
    assert facts.ukprn == "99999999"
    assert facts.prepared == date(2025, 10, 14)
    assert facts.software == "Heron Systems Heron MIS 7.1"
    assert not facts.problems
    assert not one.problems


def test_the_worked_example(tmp_path):
    """Two learners, three aims and a programme; the second has a temporary ULN and no campus."""
    first = Learner(ref="000522 C", campus="NORTH01", family="Ó Marrow-Quill", aims=[Aim(type="5"), Aim(seq="2")])
    place = "ZZ99 9ZZ"
    second = Learner(
        ref="000523", uln="9999999999", family="D'Ambleforth", born="1999-02-28", postcode=place,
        aims=[
            Aim("ZPROG001", "1", "1", model="36", prog="25", std="999", place=place),
            Aim("60388882", "3", "2", model="36", prog="25", std="999", place=place),
        ],
    )  # fmt: skip
    path = put(tmp_path, ilr(first, second), "ILR-99999999-2526-20251014-091500-01.XML")
    assert recognise(path) is FileKind.ILR_XML
    reading = read_ilr(TaskContext(), path)
    one, two = reading.learners
    assert one.values["uln_state"] == "ok"
    assert two.values["uln_state"] == "temporary"
    assert [len(one.aims), len(two.aims)] == [2, 2]
    assert campus_of(one) == "NORTH01"
    assert campus_of(two) is None
    assert main_aim(two.aims).aim_ref == "ZPROG001"
    assert main_aim(two.aims).std_code == "999"
    assert is_active(one.aims)
    assert reading.facts.ukprns == {"provider": "99999999", "source": "99999999", "name": "99999999"}
    assert not reading.facts.problems
    assert (two.place.number, two.place.line) == (2, path.read_text().split("000523")[0].count("\n"))


def test_what_is_special_is_never_taken(tmp_path):
    _, (one,) = ilr_of(tmp_path, ilr(FULL))
    told = repr(one.values) + repr(one.aims)
    assert "QQ123456C" not in told
    assert "Heron Wharf" not in told
    assert not {"ethnicity", "ni_number", "health"} & set(one.values)
    assert "Zoë" not in repr(one)


@pytest.mark.parametrize(
    ("space", "year", "kind"),
    [
        ("ESFA/ILR/2025-26", "2025/26", []),
        ("ILR/2027-28", "2025/26", ["new_year", "year_differs"]),
        ("SFA/ILR/2020-21", "2025/26", ["namespace", "year_differs"]),
        ("http://www.theia.org.uk/ILR/2012-13/1", "2025/26", ["year_differs"]),
        ("urn:other", "2025/26", ["namespace"]),
        ("", "2025/26", ["namespace"]),
    ],
    ids=str.split("now next old older other none"),
)
def test_namespaces(tmp_path, space, year, kind):
    facts, learners = ilr_of(tmp_path, ilr(FULL, namespace=space))
    assert len(learners) == 1
    assert (facts.year, [one.kind for one in facts.problems]) == (year, kind)


def test_prefixes(tmp_path):
    text = re.sub(r"<(/?)(\w)", r"<\1ilr:\2", ilr(FULL))
    text = text.replace("xmlns=", "xmlns:ilr=")
    facts, (one,) = ilr_of(tmp_path, text)
    assert one.ref == "00081 B"
    assert len(one.aims) == 2
    assert facts.ukprn == "99999999"
    unused = ilr(FULL).replace('xmlns="', 'xmlns:x="')
    facts, (one,) = ilr_of(tmp_path, unused)
    assert one.ref == "00081 B"
    located = ilr(FULL).replace(
        "<Message ", '<Message xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="one" '
    )
    assert len(ilr_of(tmp_path, located)[1]) == 1


def test_message_straight_into_learner(tmp_path):
    facts, (one,) = ilr_of(tmp_path, f"<Message>{learner_xml(FULL)}</Message>")
    assert one.ref == "00081 B"
    assert (facts.year, facts.ukprn) == ("", "")


def test_the_name_of_the_file_is_a_hint(tmp_path):
    path = put(tmp_path, f"<Message>{learner_xml(FULL)}</Message>", "ilr-10000012-2425-20241014-091500.xml")
    facts = read_ilr(TaskContext(), path).facts
    assert (facts.year, facts.ukprn, facts.prepared) == ("2024/25", "10000012", date(2024, 10, 14))
    path = put(tmp_path, ilr(FULL), "ILR-99999999-2425-20241014-091500-00.XML")
    facts = read_ilr(TaskContext(), path).facts
    assert facts.year == "2025/26"
    assert [one.kind for one in facts.problems] == ["name_differs"]


def test_order_does_not_matter_and_the_unknown_is_passed_over(tmp_path):
    text = ilr(Learner(extra="<Brandnew><Inner>1</Inner></Brandnew><LearnRefNumber>OTHER</LearnRefNumber>"))
    header = text[text.index("<Header>") : text.index("<Learner>")]
    text = text.replace(header, "").replace("</Message>", f"{header}<Extra/></Message>")
    facts, (one,) = ilr_of(tmp_path, text)
    assert one.ref == "S000101"
    assert facts.ukprn == "99999999"
    assert kinds(one) == ["repeated_entry"]
    assert [one.kind for one in facts.problems] == ["unknown_elements"]


def test_destinations_are_not_learners(tmp_path):
    more = "<LearnerDestinationandProgression><LearnRefNumber>X</LearnRefNumber><ULN>9900314157</ULN>"
    more += f"<Learner>{learner_xml(FULL)}</Learner></LearnerDestinationandProgression>"
    _, learners = ilr_of(tmp_path, ilr(FULL).replace("</Message>", more + "</Message>"))
    assert len(learners) == 1


def test_old_contacts(tmp_path):
    one = Learner(postcode="", prior="NF9 9AB", email="a@b.example", phone="0163")
    _, (read,) = ilr_of(tmp_path, ilr(one, year="2016-17"))
    assert (read.values["postcode"], read.values["postcode_is_prior"]) == ("NF9 9AB", True)
    assert (read.values["email"], read.values["phone"]) == ("a@b.example", "0163")
    _, (read,) = ilr_of(tmp_path, ilr(one))
    assert (read.values["postcode"], read.values["postcode_is_prior"]) == ("NF9 9AB", True)


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"\n\n  " + text.encode(),
        lambda text: text.partition("?>")[2].encode(),
        lambda text: ("<!-- made by hand -->\r\n" + text.partition("?>")[2]).encode(),
        lambda text: text.replace(' encoding="utf-8"', "").encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("utf-8", "utf-16").encode("utf-16-le"),
        lambda text: text.replace("utf-8", "utf-16").encode(),  # a wrong declaration
        lambda text: text.replace("utf-8", "windows-1252").encode("cp1252"),
        lambda text: zipped({"ilr.xml": text.encode()}),
        lambda text: zipped({"sub/": b"", "../../etc/ilr.xml": text.encode(), "__MACOSX/x": b"x"}),
    ],
    ids=str.split("mark blank bare comment undeclared utf16 utf16le wrong western zip path"),
)
def test_encodings_and_wrappings(tmp_path, dress):
    data = dress(ilr(FULL))
    assert recognise(put(tmp_path, data)) is FileKind.ILR_XML
    _, (one,) = ilr_of(tmp_path, data)
    assert one.values["family_name"] == "Ó Cathwell-Pym"
    assert len(one.aims) == 2


def test_wrong_bytes_are_told_and_read_as_windows_on_a_second_try(tmp_path):
    data = ilr(Learner(), FULL).encode("cp1252")
    assert recognise(put(tmp_path, data)) is FileKind.ILR_XML
    with pytest.raises(EncodingError) as caught:
        ilr_of(tmp_path, data)
    line = data[: data.index("Ó".encode("cp1252"))].count(b"\n") + 1
    assert f"line {line}" in str(caught.value)
    assert caught.value.retry_as == "cp1252"
    _, (plain, one) = ilr_of(tmp_path, data, "cp1252")
    assert one.values["given_names"] == "Zoë Anwen"
    assert not plain.problems
    assert kinds(one) == ["check_accents", "check_accents"]


def test_no_learners(tmp_path):
    text = ilr(FULL)
    facts, learners = ilr_of(tmp_path, text[: text.index("<Learner>")] + "</Message>")
    assert not learners
    assert [(one.level, one.kind) for one in facts.problems] == [(Level.STOP, "no_learners")]
    assert facts.year == "2025/26"


def test_a_file_that_breaks_off_names_the_line_and_the_last_learner(tmp_path):
    text = ilr(Learner(ref="A1"), Learner(ref="A2"), Learner(ref="A3", family="Secretname"))
    cut = text[: text.rindex("<FamilyName>") + 15]
    with pytest.raises(InputError) as caught:
        ilr_of(tmp_path, cut)
    assert "number 2, person code A2" in str(caught.value)
    assert f"line {cut.count(chr(10)) + 1}" in str(caught.value)
    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("learner", "kind", "level"),
    [
        (Learner(uln="9999999999"), "temporary_uln", Level.INFO),
        (Learner(uln="990012345"), "bad_uln", Level.WARN),
        (Learner(uln="1234567890"), "bad_uln", Level.WARN),
        (Learner(born="2003-02-29"), "bad_birth_date", Level.WARN),
        (Learner(born="soon"), "bad_birth_date", Level.WARN),
        (Learner(ref=""), "no_ref", Level.WARN),
        (Learner(ref="", uln=""), "no_ref", Level.STOP),
        (Learner(ref="X" * 60), "too_long", Level.STOP),
        (Learner(sex="Q"), "bad_sex", Level.WARN),
        (Learner(aims=[Aim(model="x")]), "not_a_number", Level.WARN),
        (Learner(aims=[Aim(model="+36")]), "not_a_number", Level.WARN),
        (Learner(aims=[Aim(starts="2025-13-01")]), "bad_aim_date", Level.WARN),
    ],
    ids=str.split("temporary short check leap word noref noref_nouln long sex model plus start"),
)
def test_what_is_wrong_with_a_learner(tmp_path, learner, kind, level):
    _, (one,) = ilr_of(tmp_path, ilr(learner))
    assert [(problem.kind, problem.level) for problem in one.problems] == [(kind, level)]
    assert one.rejected == (level is Level.STOP)


def test_values_are_trimmed_and_kept_as_text(tmp_path):
    odd = Learner(
        family="<b>O’Brien</b>", given="\u00a0 ", aims=[Aim(model="36 ", ref="00123456")], uln=" 9900 123459 "
    )
    _, (one,) = ilr_of(tmp_path, ilr(odd))
    assert one.values["family_name"] == "<b>O’Brien</b>"
    assert "given_names" not in one.values
    assert (one.aims[0].fund_model, one.aims[0].aim_ref) == ("36", "00123456")
    assert one.values["uln"] == "9900123459"
    assert not one.problems
