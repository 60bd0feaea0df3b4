"""Parsers of what people type and paste: days, numbers, codes, lists, addresses, words to look for."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from app import config_rules, folding, ulns
from app.condition_values import last_days, words_of
from app.connectors.http import HttpPool, Limits
from app.connectors.learner_service import path as path_of
from app.connectors.lrs_access import LrsAccess
from app.connectors.moodle_access import MoodleAccess
from app.connectors.proxy import proxy_for
from app.db.addresses import parsed
from app.errors import AppError, quoted
from app.files import cells, headings
from app.files.cells import DateOrder, Pivot, RoundedError
from app.help.search import Index
from app.imports import amounts, characters, guard, values
from app.lms.site import place
from app.pasted_codes import codes_in
from app.postcodes import is_postcode, normal_postcode
from tests.fuzz.parser import Parser, fits_a_database, listed
from ui.grids.date_field import read_day
from ui.help.pages_made import book

TODAY = date(2026, 11, 23)
_LRS = {
    "certificate_file": "a.p12",
    "ukprn": "99999999",
    "username": "anna",
    "vendor_id": 1,
    "password": "EXAMPLE-PASSWORD",
}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _said(ask: Callable[..., Any], *told: Any, **named: Any) -> Any:
    """What comes of it, or how it was refused."""
    try:
        return ask(*told, **named)
    except AppError as error:
        return _shown(type(error).__name__, str(error))


def _none_of_it(ask: Callable[[str], Any], text: str) -> Any:
    """What comes of it; the bare ValueError says that it is none, as these two functions promise."""
    try:
        return ask(text)
    except ValueError as error:
        return _shown(type(error).__name__) if isinstance(error, RoundedError) else None


def _shown(*words: str) -> tuple[str, ...]:
    assert all(one.isprintable() for one in words), "a refusal that cannot be shown"
    return words


def _day(data: bytes, path: Path) -> Any:
    text = _text(data)
    days = [cells.date_of(text, order, pivot, TODAY) for order in DateOrder for pivot in Pivot]
    orders = [values.ordered_day(text, order, TODAY) for order in DateOrder]
    found = read_day(text), cells.xml_date(text), values.iso_day(text), values.has_order(text)
    return days, orders, found, cells.proves_month_first(text), cells.year_of(text)


def _number(data: bytes, path: Path) -> Any:
    text = _text(data)
    several = values.split(text, text, {"ama", "ancc"}), values.is_several(text), values.meant(text)
    return values.hundredths(text), _said(amounts.amount_of, text), _said(last_days, "Days", text), several


def _code(data: bytes, path: Path) -> Any:
    """A cell with a code, a name, a heading; what is made of it once is made of it for good."""
    text = _text(data)
    kept, found = folding.cleaned(text), folding.fold(text)
    assert folding.cleaned(kept) == kept
    assert folding.fold(found) == found
    assert fits_a_database([kept, found])
    number = ulns.normal(text)
    assert ulns.normal(number) == number
    postcode = normal_postcode(kept)
    codes = (
        _none_of_it(cells.uln_of, text),
        ulns.state(number),
        postcode,
        is_postcode(postcode or ""),
        _none_of_it(cells.sex_of, text),
    )
    odd = characters.special(text)
    signs = characters.named(odd) if odd else "", quoted(text)
    assert all(one.isprintable() for one in signs)
    heads = headings.field_of(headings.normal_heading(text)), headings.numbered(headings.normal_heading(text))
    return kept, found, codes, signs, heads, characters.mended(text) == text, guard.unguarded(text) == text


def _list(data: bytes, path: Path) -> Any:
    text = _text(data)
    found = codes_in(text)
    return len(words_of(text)), None if found is None else (len(found), found.entries[:200])


def _address(data: bytes, path: Path) -> Any:
    """What the settings accept as an address can be called; a password in it is in no refusal."""
    text = _text(data)
    told = [
        config_rules.host_of(text), config_rules.host_needs_confirmation(text),
        _said(parsed, text), _said(proxy_for, "https://lrs.example/", text or "x"),
    ]  # fmt: skip
    accepted = [rule().holds(text) for rule in (config_rules.proxy_address, config_rules.database_address)]
    if text and config_rules.is_service_address(text):
        pool = HttpPool(text, None, 1, Limits())
        told += [place(text), pool._message("POST", pool._path, b"x", {})]
        if (access := _said(LrsAccess, text, **_LRS)) and isinstance(access, LrsAccess):
            told += [access.secure, path_of(access)]
        if (lms := _said(MoodleAccess, text, "EXAMPLE")) and isinstance(lms, MoodleAccess):
            told += [lms.secure, lms.endpoint]
    return told, accepted


@cache
def _index() -> Index:
    return Index(book())


def _help_words(data: bytes, path: Path) -> Any:
    return [(one.topic, one.score) for one in _index().find(_text(data))]


PARSERS = listed(
    Parser(
        "typed_day",
        _day,
        ("app.imports.values:iso_day",),
        ("app.files.cells", "ui.grids.date_field"),
        words=(
            b"14 Feb 2008",
            b"14/02/2008",
            b"2008-02-14",
            b"T12:00",
            b"Z",
            b"+14:00",
            b"45901",
            b"01022008",
            b"Sept",
        ),
    ),
    Parser(
        "typed_number",
        _number,
        (),
        ("app.imports.values", "app.imports.amounts", "app.condition_values"),
        storable=False,
        words=(b"2.25", b"9999.99", b"ama;ancc", b"yes", b"1,5"),
    ),
    Parser(
        "typed_code",
        _code,
        (),
        (
            "app.folding",
            "app.ulns",
            "app.postcodes",
            "app.files.cells",
            "app.files.headings",
            "app.imports.characters",
        ),
        storable=False,
        words=(
            "Straße".encode(),
            "ﬁ".encode(),
            "İ".encode(),
            b"NF1 7BN",
            b"BFPO1",
            b"9900123459",
            b"3.00E+09",
            "٣٠".encode(),
            b"\xcc\x81",
            "\u200b".encode(),
            "\ufeff".encode(),
            b"Aim Ref 2",
        ),
    ),
    Parser(
        "pasted_list",
        _list,
        (),
        ("app.pasted_codes", "app.condition_values"),
        words=(b"9900123459", b"NF1 7BN", b"S000101", b"\t", b";", b"\r\n", b'"', "\u201c".encode(), b"1 2 2008"),
    ),
    Parser(
        "typed_address",
        _address,
        (
            "app.config_rules:_parts",
            "app.config_rules:_is_database_address",
            "app.db.addresses:parsed",
            "app.connectors.proxy:proxy_for",
            "app.connectors.lrs_access:LrsAccess._check_address",
            "app.connectors.lrs_access:LrsAccess.secure",
            "app.connectors.http:HttpPool.__init__",
            "app.lms.site:place",
            "app.connectors.learner_service:path",
            "app.connectors.moodle_access:MoodleAccess.secure",
        ),
        quotes=False,
        storable=False,
        words=(
            b"https://",
            b"http://",
            b"/LearnerServiceR9.svc",
            b"postgresql+psycopg://",
            b"sqlite:///",
            b"@",
            b"[::1]",
            b"127.0.0.1",
            b":99999",
            b":0",
            b"%00",
            b"?sslmode=require",
            b"EXAMPLE-PASSWORD",
            b"#",
            b"//",
            b"\\",
        ),
    ),
    Parser("help_words", _help_words, (), ("app.help.search",), storable=False, words=(b"PLR", b"learner", b"(.*)+")),
)
