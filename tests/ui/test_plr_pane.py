"""The fields of the PLR window's pane: the lines stay, what they say is the row's alone."""

import pytest
from PySide6.QtGui import QFont

from app.plr.compare import ComparedField, Mark
from tests.ui.dialog_room import dressed
from ui.look.labels import ElidingLabel
from ui.pages.plr_details import FieldTable, MarkIcon

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def field(title: str, lrs: str | None, mark: Mark = Mark.NONE, stored: str | None = "held") -> ComparedField:
    return ComparedField(title, lrs, stored, True, mark, code=title == "Subject Code")


FIRST = [
    field("Grade", "9999999999"),
    field("Subject Code", "60344712", Mark.WRITES, stored=None),
    field("Level", None, Mark.KEEPS),
    field("Credits", "4"),
]
SECOND = [field("Grade", "Pass", Mark.WRITES), field("Level", "2"), field("Subject Code", "5")]


def told(table: FieldTable) -> list[tuple[object, ...]]:
    """Of each visible line: the sign's words, and text, colour, weight and typeface of the three labels."""
    signs = [one for one in table.findChildren(MarkIcon) if one.isVisible()]
    labels = [one for one in table.findChildren(ElidingLabel) if one.isVisible()]
    looks = [(one.text(), one.role, one.font().weight(), one.font().family()) for one in labels]
    return [
        (sign.accessibleName(), sign.toolTip(), *looks[3 * line : 3 * line + 3]) for line, sign in enumerate(signs)
    ]


@pytest.fixture
def shown(qtbot, qapp):
    def show(*rows: list[ComparedField]) -> FieldTable:
        table = FieldTable()
        qtbot.addWidget(table)
        table.show()
        for fields in rows:
            table.show_fields(fields)
            qtbot.waitUntil(lambda: len(told(table)) == len(fields))  # noqa: B023 - asked for at once
        return table

    with dressed(qapp):
        yield show


@pytest.mark.parametrize("rows", [(FIRST, SECOND), (SECOND, FIRST), (FIRST, [], SECOND), (SECOND, SECOND, FIRST)])
def test_what_was_shown_before_leaves_nothing_behind(shown, rows):
    assert told(shown(*rows)) == told(shown(rows[-1]))
    assert len(told(shown(*rows))) == len(rows[-1])


def test_another_row_of_the_same_fields_makes_no_label_anew(shown):
    table = shown(FIRST)
    before = table.findChildren(ElidingLabel)
    table.show_fields(SECOND)
    table.show_fields(FIRST)
    assert table.findChildren(ElidingLabel) == before


def test_another_row_in_the_middle_of_the_first_one_is_shown_whole(shown, qtbot):
    table = shown()
    table.show_fields(SECOND)
    table.show_fields(FIRST)
    qtbot.waitUntil(lambda: len(told(table)) == len(FIRST))
    assert told(table) == told(shown(FIRST))


def test_what_would_be_written_is_bold_and_said(shown):
    sign, _, _, lrs, _ = told(shown(FIRST))[1]
    assert sign == "Update Selected would write this"
    assert lrs[0] == "60344712"
    assert lrs[2] == QFont.Weight.DemiBold
