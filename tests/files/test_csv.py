"""CSV files as MIS, spreadsheets and people make them."""

from datetime import date

import pytest

from app.errors import InputError
from app.files.cells import DateOrder
from app.files.columns import guess
from app.files.rows import Level
from app.files.table import open_table
from app.files.table_learners import apply
from app.tasks import Cancelled, Progress, TaskContext
from tests.files.reading import FileKind, kinds, put, remembered, table_of

HEAD = "Student Ref,ULN,Surname,Forename(s),Date of Birth ,Post Code\n"
ROW = "000071,9900123459,Ó Tarnsworth,Zoë Mae,14/03/2008,nf1 7bn\n"
VALUES = {
    "ref": "000071", "uln": "9900123459", "uln_state": "ok", "family_name": "Ó Tarnsworth", "given_names": "Zoë Mae",
    "birth_date": date(2008, 3, 14), "postcode": "NF1 7BN", "postcode_is_prior": False,
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_delimiter_and_line_end(tmp_path, encoding, delimiter, end):
    text = (HEAD + ROW).replace(",", delimiter).replace("\n", end)
    facts, (one,) = table_of(tmp_path, text.encode(encoding))
    assert one.values == VALUES
    assert facts.delimiter == delimiter
    assert (one.place.number, one.place.line) == (1, 2)


def test_nothing_is_remembered_of_what_stands_in_a_file(tmp_path):
    """Its first rows are looked at as if they might be headings: no cache of the program holds on to their cells."""
    table_of(tmp_path, HEAD + ROW)
    before = remembered()
    table_of(tmp_path, HEAD + "9,9900123467,Nobody,Else,15/04/2007,nf2 8cd\n")
    assert remembered() == before


def test_windows_bytes_far_down(tmp_path):
    plain = HEAD + "".join(f"{number},,Plain,Name,01/02/2001,NF1 7BN\n" for number in range(40_000))
    facts, learners = table_of(tmp_path, plain.encode() + ROW.encode("cp1252"))
    assert facts.encoding == "cp1252"
    assert learners[-1].values == VALUES
    assert "western" in [one.kind for one in facts.problems]


def test_newlines_and_quotes_in_cells(tmp_path):
    text = HEAD + '1,,"O\nBrien","Ann ""Nan""",1/2/2001,NF1 7BN\n2,,"Two, of them",B,1/2/2001,NF1 7BN\n'
    _, (one, two) = table_of(tmp_path, text)
    assert one.values["family_name"] == "O Brien"
    assert one.values["given_names"] == 'Ann "Nan"'
    assert (two.values["family_name"], two.place.line) == ("Two, of them", 4)


@pytest.mark.parametrize("rows_after", [0, 3, 500, 60_000])
def test_an_unclosed_quote_does_not_swallow_the_file(tmp_path, rows_after):
    text = HEAD + ROW + '2,,"Open,B,1/2/2001,NF1 7BN\n' + ROW * rows_after
    with pytest.raises(InputError, match="line 3 is never closed"):
        table_of(tmp_path, text)


def test_a_quote_closed_by_chance_rows_later(tmp_path):
    text = HEAD + '1,,"Open,B,1/2/2001,NF1 7BN\n' + ROW * 5 + '9,,"Close,B,1/2/2001,NF1 7BN\n'
    with pytest.raises(InputError, match="line 2 is never closed"):
        table_of(tmp_path, text)


@pytest.mark.parametrize(
    "data",
    [b"ULN,Surname\n1\0,2\n", b"\0" * 1000, b"ULN,Surname\n" + b"x" * 3_000_000, b"," * 5000 + b"\n", b"\n\n,,\n"],
    ids=str.split("zero zeros line wide blank"),
)
def test_what_is_no_table(tmp_path, data):
    with pytest.raises(InputError):
        table_of(tmp_path, data)


def test_title_above_blank_rows_page_headers_and_totals(tmp_path):
    text = "Learner list,,,,,\nprinted 14 Oct,,,,,\n\n" + HEAD + ROW + "\n,,,,,\n" + HEAD
    text += ROW.replace("71", "72") + "Total,2,,,,\nEnd of report,,,,,\n"
    facts, learners = table_of(tmp_path, text)
    assert [one.ref for one in learners] == ["000071", "000072"]
    assert facts.header_row == 4
    assert not kinds(*learners)


def test_a_million_empty_columns(tmp_path):
    many = "," * 1_000_000
    _, (one,) = table_of(tmp_path, HEAD.strip() + many + "\n" + ROW.strip() + many + "\n")
    assert one.values == VALUES


def test_two_heading_rows(tmp_path):
    text = "Student,Unique Learner,Family,Given,Date of,Home\nRef,Number,Name,Names,Birth,Postcode\n" + ROW
    facts, (one,) = table_of(tmp_path, text)
    assert one.values == VALUES
    assert "two_heading_rows" in [problem.kind for problem in facts.problems]
    names = "LearnRefNumber,ULN,FamilyName,GivenNames,DateOfBirth,Postcode\n"
    _, (one,) = table_of(tmp_path, HEAD + names + ROW)
    assert one.values == VALUES


@pytest.mark.parametrize(
    ("uln", "kept", "state", "kind"),
    [
        ("9900123459.0", "9900123459", "ok", []),
        ("'9900123459", "9900123459", "ok", []),
        ('"9,900,123,459"', "9900123459", "ok", []),
        ("99001\u00a023459 ", "9900123459", "ok", []),
        ("9999999999", "9999999999", "temporary", ["temporary_uln"]),
        ("TBC", None, "none", []),
        ("999999999", "999999999", "bad", ["bad_uln"]),
    ],
)
def test_ulns_as_cells(tmp_path, uln, kept, state, kind):
    _, (one,) = table_of(tmp_path, HEAD + ROW.replace("9900123459", uln))
    assert (one.values["uln"], one.values["uln_state"], kinds(one)) == (kept, state, kind)


@pytest.mark.parametrize("uln", ["9.90012E+09", "1.23457E+09", "9,90012E+09", "9.9e9"])
def test_a_shortened_uln_is_not_loaded(tmp_path, uln):
    _, (one,) = table_of(tmp_path, HEAD + ROW.replace("9900123459", f'"{uln}"'))
    assert kinds(one) == ["rounded_uln"]
    assert one.rejected
    assert "uln" not in one.values
    assert "text" in one.problems[0].reason


def test_a_row_with_too_many_cells_is_not_loaded(tmp_path):
    _, (one, two) = table_of(tmp_path, HEAD + "1,,Smith, Jo,Ann,1/2/2001,NF1 7BN\n2,,Short\n")
    assert "row_too_wide" in kinds(one)
    assert one.rejected
    assert not two.rejected
    assert two.values["family_name"] == "Short"


def test_month_first_is_asked_about_and_then_read(tmp_path):
    text = HEAD + ROW + "2,,B,C,04/21/2007,NF1 7BN\n3,,B,C,05/06/2007,NF1 7BN\n"
    facts, learners = table_of(tmp_path, text)
    assert [(one.level, one.kind, one.field) for one in facts.problems] == [(Level.ASK, "date_order", "birth_date")]
    assert "line 3" in facts.problems[0].reason
    assert learners[1].values["birth_date"] is None
    mapping = guess(HEAD.strip().split(",")).with_order("birth_date", DateOrder.MONTH_FIRST)
    facts, learners = table_of(tmp_path, text, mapping)
    assert [one.values["birth_date"] for one in learners] == [None, date(2007, 4, 21), date(2007, 5, 6)]
    assert not facts.problems


def test_rows_per_aim_are_brought_together_wherever_they_stand(tmp_path):
    head = "Learner Ref,Surname,Forenames,DOB,Postcode,Learning Aim Ref,Start Date,Actual End Date\n"
    text = head + "a1,Tarn,Jo,1/2/2001,,6001,01/09/2025,\nB2,Other,Al,3/4/2002,NF1 1AA,6003,01/09/2025,\n"
    text += "A1,Tarn,Jo,1/2/2001,NF2 2AB,6002,02/09/2025,3/3/2026\nA1,Tarne,Jo,1/2/2001,,6002,02/09/2025,3/3/2026\n"
    facts, learners = table_of(tmp_path, text)
    assert [one.ref for one in learners] == ["B2", "a1"]
    one = learners[1]
    assert [aim.aim_ref for aim in one.aims] == ["6001", "6002"]
    assert one.aims[1].ends == date(2026, 3, 3)
    assert one.values["postcode"] == "NF2 2AB"
    assert kinds(one) == ["rows_differ", "repeated_row"]
    assert "several_rows" in [problem.kind for problem in facts.problems]
    assert sorted(one.place.number for one in learners) == [1, 2]


def test_without_a_reference_rows_belong_together_by_uln_and_birth(tmp_path):
    text = (
        "ULN,Surname,DOB,Aim Ref\n9900123459,A,1/2/2001,6001\n9900123459,A,1/2/2001,6002\n9999999999,B,1/2/2001,6\n"
    )
    text += "9999999999,C,1/2/2001,7\n,D,1/2/2001,8\n"
    _, learners = table_of(tmp_path, text)
    assert [len(one.aims) for one in learners] == [2, 1, 1, 1]
    assert [one.rejected for one in learners] == [False, True, True, True]


def test_one_wide_row_with_numbered_aims(tmp_path):
    head = "Learner Ref,Surname,Programme aim 1 Learning ref,Start date (aim 1),Programme aim 2 Learning ref,"
    _, (one,) = table_of(tmp_path, head + "Start date (aim 2)\n1,Tarn,6001,01/09/2025,6002,02/09/2025\n")
    assert [(aim.aim_ref, aim.starts) for aim in one.aims] == [
        ("6001", date(2025, 9, 1)),
        ("6002", date(2025, 9, 2)),
    ]


def test_names_in_other_shapes(tmp_path):
    _, (one, two) = table_of(tmp_path, 'Ref No,Name\n1,"Tarn, Jo Ann"\n2,Jo Tarn\n')
    assert (one.values["family_name"], one.values["given_names"]) == ("Tarn", "Jo Ann")
    assert [(problem.level, problem.kind) for problem in two.problems] == [(Level.ASK, "full_name")]
    _, (one,) = table_of(
        tmp_path, "Ref No,Last Name,Forename,Middle Name(s),post_code_pt1,post_code_pt2\n1,T,Jo,Ann,NF1,7bn\n"
    )
    assert (one.values["first_name"], one.values["given_names"]) == ("Jo", "Jo Ann")
    assert one.values["postcode"] == "NF1 7BN"
    _, (one,) = table_of(tmp_path, "Ref No,Last Name,First Name\n1,Tarn,Jo\n")
    assert (one.values["first_name"], one.values["given_names"]) == ("Jo", "Jo")
    _, (one,) = table_of(tmp_path, "Ref No,Surname,Forenames\n1,Tarn,Jo Ann\n")
    assert "first_name" not in one.values


def test_no_heading_is_known(tmp_path):
    path = put(tmp_path, "a,b,c\n1,2,3\n")
    table = open_table(TaskContext(), path, FileKind.CSV)
    assert table.headings == ["a", "b", "c"]
    assert [one.kind for one in table.facts.problems] == ["no_headings"]
    with pytest.raises(InputError, match="No column"):
        apply(TaskContext(), table, guess(table.headings))
    mapping = guess(table.headings).changed(0, "ref").changed(2, "family_name")
    (one,) = apply(TaskContext(), table, mapping).learners
    assert (one.ref, one.values["family_name"]) == ("1", "3")


def test_only_headings(tmp_path):
    facts, learners = table_of(tmp_path, HEAD)
    assert not learners
    assert [(one.level, one.kind) for one in facts.problems] == [(Level.STOP, "no_learners")]


@pytest.mark.parametrize("most", [1, 3, 8, 12])
def test_a_big_file_can_be_cancelled_at_every_step(tmp_path, most):
    """Looking at the bytes, at the rows, and reading them."""
    path = put(tmp_path, HEAD + ROW * 20_000)
    steps: list[str] = []

    def tell(step: Progress) -> None:
        steps.append(step.text)
        if len(steps) == most:
            context.cancel()

    context = TaskContext(tell)

    def read() -> None:
        table = open_table(context, path, FileKind.CSV)
        list(apply(context, table, guess(table.headings)).learners)

    with pytest.raises(Cancelled):
        read()
    assert len(steps) == most
