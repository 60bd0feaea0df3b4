"""Parsers of what the window remembers: its own file, and layouts of grids."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import shiboken6
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QApplication, QWidget

from app.conditions import Test
from app.conditions_stored import parse
from tests.fuzz.of_stored import FIELDS
from tests.fuzz.parser import Parser, listed
from tests.ui.grid_people import COLUMNS
from ui.grids import layout_stored
from ui.grids.column_layout import ColumnLayout
from ui.grids.condition_values import DateValue
from ui.grids.condition_words import spoken
from ui.grids.frozen_header import FrozenHeader
from ui.grids.sort_order import restored_order
from ui.remembered import Remembered
from ui.ribbon import Ribbon
from ui.window_state import FILE_NAME


def _application() -> QApplication:
    found = QApplication.instance() or QApplication(["fuzz", "-platform", "offscreen"])
    return cast(QApplication, found)


def _window(data: bytes, path: Path) -> Any:
    _application()
    path.with_name(FILE_NAME).write_bytes(data)
    kept = Remembered(path.parent)
    window = QWidget()
    try:
        kept.restore(window, cast(Ribbon, SimpleNamespace(folded=False)))
        return kept.appearance, kept.page({"learners", "home"}), window.isVisible()
    finally:
        shiboken6.delete(window)


def _search_shown(data: bytes, path: Path) -> Any:
    """A saved search in words, and its days in the field that they are changed in."""
    _application()
    found = parse(data.decode("utf-8", "surrogateescape"), FIELDS)
    words, days = spoken(found, FIELDS, ("learner", "learners")), []
    field = DateValue("Date of Birth")
    try:
        for test in (one for one in found.members if isinstance(one, Test)):
            field.set_text(test.value)
            days.append(field.text)
    finally:
        shiboken6.delete(field)
    assert words.isprintable()
    return words, days


def _layout(data: bytes, path: Path) -> Any:
    """Used on a header, written down again, and used again: that is the same layout."""
    _application()
    body = data.decode("utf-8", "surrogateescape")
    words = layout_stored.described(body)
    found = layout_stored.parse(body)
    again = _laid_out(found)
    assert _laid_out(layout_stored.parse(layout_stored.dump(again))) == again
    return words, again, restored_order(found, [one.id for one in COLUMNS])


def _laid_out(stored: dict[str, Any]) -> dict[str, Any]:
    header = FrozenHeader()
    header.setModel(QStandardItemModel(0, len(COLUMNS) + 1, header))
    try:
        columns = ColumnLayout(header, COLUMNS, header)
        columns.restore(stored)
        return columns.as_dict()
    finally:
        shiboken6.delete(header)


PARSERS = listed(
    Parser(
        "search_shown",
        _search_shown,
        ("ui.grids.condition_words:_one_word", "ui.grids.condition_values:DateValue.set_text"),
        storable=False,
        words=(
            b'"BETWEEN"',
            b'"2026-01-01, 2026-02-01"',
            b'"day"',
            b'"NOT_IN_LAST"',
            b'"60"',
            b'"ANY_OF"',
        ),
    ),
    Parser(
        "window_file",
        _window,
        ("ui.window_state:load", "ui.window_place:put_back"),
        storable=False,
        words=(b'"geometry":"AdnQ"', b'"page":"home"', b'"appearance":{"theme":"dark"}', b'"folded":true'),
    ),
    Parser(
        "saved_layout",
        _layout,
        ("ui.grids.layout_stored:parse",),
        ("ui.grids.column_layout", "ui.grids.sort_order"),
        storable=False,
        words=(
            b'"order":["surname"]',
            b'"widths":{"ref":90}',
            b'"hidden":["note"]',
            b'"frozen":2',
            b'"text_size":1.5',
        ),
    ),
)
