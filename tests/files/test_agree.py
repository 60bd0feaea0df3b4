"""The same learners read alike from an ILR of any year, a CSV file of any making, and a workbook."""

import csv
import io
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.files.rows import LearnerRecord
from tests.files.builders import Aim, Learner, ilr, uln
from tests.files.reading import book, ilr_of, table_of

letters = st.sampled_from("abcdefghijklmnopqrstuvwxyzÀÉÖßéüñçøšžÓ'-’ ")
names = st.text(letters, min_size=1, max_size=20).map(lambda text: f"A{text}".strip())
days = st.dates(date(1950, 1, 1), date(2010, 1, 1))
HEADINGS = [
    "LearnRefNumber", "ULN", "FamilyName", "GivenNames", "DateOfBirth", "Sex", "Postcode", "Email", "TelNo",
    "LearnAimRef", "LearnStartDate", "FundModel",
]  # fmt: skip


@st.composite
def crowds(draw: st.DrawFn) -> list[Learner]:
    count = draw(st.integers(1, 6))
    crowd = []
    for number in range(count):
        aims = [
            Aim(ref=f"600{seq:05d}", seq="", type="", planned="", status="", place="",
                starts=draw(st.dates(date(2023, 1, 1), date(2026, 1, 1))).isoformat(), model="25")
            for seq in range(draw(st.integers(1, 3)))
        ]  # fmt: skip
        crowd.append(
            Learner(
                ref=f"{number:04d}{draw(st.sampled_from(['', 'a', ' B']))}",
                uln=draw(st.sampled_from([uln(number), "9999999999", "990012345"])),
                family=draw(names), given=draw(names), born=draw(days).isoformat(), sex=draw(st.sampled_from("FM")),
                postcode=draw(st.sampled_from(["NF1 7BN", "nf17bn", "ZZ99 9ZZ"])), prior="",
                email=draw(st.sampled_from(["", "a@b.example"])), phone=draw(st.sampled_from(["", "01632960001"])),
                aims=aims,
            )
        )  # fmt: skip
    return crowd


def cells(crowd: list[Learner]) -> list[list[str]]:
    return [
        [one.ref, one.uln, one.family, one.given, one.born, one.sex, one.postcode, one.email, one.phone, aim.ref,
         aim.starts, aim.model]
        for one in crowd
        for aim in one.aims
    ]  # fmt: skip


def told(learners: list[LearnerRecord]) -> list[tuple[object, ...]]:
    return [
        (one.place.number, one.values, one.aims, sorted(problem.kind for problem in one.problems)) for one in learners
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    crowd=crowds(),
    year=st.sampled_from(["2016-17", "2025-26", "2026-27"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    delimiter=st.sampled_from(",;\t|"),
)
def test_readers_agree(tmp_path, crowd, year, encoding, delimiter):
    _, from_ilr = ilr_of(tmp_path, ilr(*crowd, year=year))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([HEADINGS, *cells(crowd)])
    _, from_csv = table_of(tmp_path, text.getvalue().encode(encoding))
    _, from_book = table_of(tmp_path, book(HEADINGS, *cells(crowd)))
    for one in from_book:
        one.place.sheet = ""
    assert told(from_csv) == told(from_book)
    assert told(from_csv) == told(from_ilr)
