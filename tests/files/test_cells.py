"""Single cells: every way to write a date, a ULN, a sex, a year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.cells import (
    DateOrder,
    Pivot,
    RoundedError,
    date_of,
    proves_month_first,
    serial_date,
    sex_of,
    uln_of,
    xml_date,
    year_of,
)
from app.postcodes import is_postcode, normal_postcode
from tests.files.reading import TODAY

DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    "text",
    [
        "14/03/2008", "14/3/08", "14-Mar-2008", "14 March 2008", "14th Mar 2008", "2008-03-14", "2008-03-14 00:00:00",
        "14/03/2008 00:00", "14.03.2008", "14032008", "20080314", "39521", "39521.0", "March 14, 2008",
        "2008-03-14T00:00:00", " 14/03/2008 ",
    ],
)  # fmt: skip
def test_dates(text):
    assert date_of(text, DAY, Pivot.BIRTH, TODAY) == date(2008, 3, 14)


@pytest.mark.parametrize(
    "text",
    ["", "30/02/2008", "14/14/2008", "0", "x", "14/03/", "2008", "99999999", "31-Foo-2008", "١٤/٠٣/٢٠٠٨", "1e5"],
)
def test_what_is_no_date(text):
    assert date_of(text, DAY, Pivot.BIRTH, TODAY) is None


def test_the_order_of_a_column():
    assert date_of("03/04/2008", DAY, Pivot.BIRTH, TODAY) == date(2008, 4, 3)
    assert date_of("03/04/2008", MONTH, Pivot.BIRTH, TODAY) == date(2008, 3, 4)
    assert proves_month_first("12/31/2008")
    assert not any(proves_month_first(text) for text in ("31/12/2008", "1/2/2008", "2008-01-31", "13/32/2008", ""))


@given(st.dates(date(1917, 1, 1), date(2016, 1, 1)))
def test_two_digits_make_an_age_of_10_to_110(born):
    read = date_of(born.strftime("%d/%m/%y"), DAY, Pivot.BIRTH, TODAY)
    assert read is not None
    assert 9 < (TODAY - read).days / 365.25 < 111
    assert read == born


@given(st.dates())
def test_xml_dates(day):
    assert xml_date(day.isoformat()) == xml_date(f"{day}Z") == xml_date(f"{day}+01:00") == day


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_none(text):
    found = date_of(text, DAY, Pivot.COURSE, TODAY)
    assert found is None or isinstance(found, date)
    xml_date(text)
    year_of(text)
    normal_postcode(text)


@given(st.integers(61, 2_900_000))
def test_serial_numbers(days):
    assert serial_date(days) == date(1899, 12, 30) + timedelta(days)
    later = serial_date(days - 1462, from_1904=True) if days > 1462 else None
    assert later is None or later == serial_date(days)


def test_the_day_that_never_was():
    assert serial_date(1) == date(1900, 1, 1)
    assert serial_date(59) == date(1900, 2, 28)
    assert serial_date(0) is serial_date(3_000_000) is None


def test_sexes():
    assert [sex_of(text) for text in ("F", "female", "2", "2: Female", "m", "Male", "1", "1: Male")] == [*"FFFFMMMM"]
    assert [sex_of(text) for text in ("0", "9", "", "Not known")] == [None] * 4
    with pytest.raises(ValueError, match=r"^$"):
        sex_of("other things")


def test_years():
    assert {year_of(text) for text in ("2526", "2025/26", "2025-26", "2025/2026", "25/26")} == {"2025/26"}
    assert [year_of(text) for text in ("2025", "2027", "x", "2024-26")] == [""] * 4
    assert year_of("9900") == "2099/00"


def test_ulns():
    assert uln_of("9900123459") == ("9900123459", "ok")
    assert [uln_of(text)[0] for text in ("", "0", "N/A", "tbc", "unknown", None)] == [None] * 6
    for text in ("2703846150", "0000000042", "99001234590", "9900123458"):
        assert uln_of(text) == (text, "bad")
    for text in ("9.90012E+09", "1.23457e+9", "1E9"):
        with pytest.raises(RoundedError):
            uln_of(text)


def test_postcodes():
    assert normal_postcode("nf1  7bn") == normal_postcode("NF17BN") == "NF1 7BN"
    assert all(is_postcode(code) for code in ("NF1 7BN", "ZZ99 9ZZ", "EC1A 1BB", "BFPO 801"))
    assert not any(is_postcode(code) for code in ("NF1 OBN", "NF1", "", "NF1 7BC", "12345", "BFPO"))
