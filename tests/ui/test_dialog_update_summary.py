"""The summary after an update: the equation, the list behind each number, Undo."""

import csv

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.connectors.lrs_answer import LearningEvent
from app.plr.session import Answer, Asked, PlrRow
from app.plr.update import NotApplied, UpdateSummary
from tests.ui.dialog_room import (
    ACCEPTED,
    child,
    click,
    clipped,
    gone,
    open_runner,
    opened,
    press,
    tab_order,
    unnamed,
)
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.look.fonts import set_scale
from ui.look.tiles import Tile
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
GONE = 7


def row_of(key: int) -> PlrRow | None:
    if key == GONE:
        return None
    asked = Asked(key, f"R{key}", None, "<b>Akhtar</b>", "Yasmin\u202e", "Yasmin", None, None)
    event = LearningEvent(subject=f"Subject {key}") if key % 2 else None
    return PlrRow(key, asked, Answer(), event, None, first=True)


def summary(**other) -> UpdateSummary:
    usual = {
        "new": list(range(100, 400)),
        "changed": list(range(400, 488)),
        "unchanged": list(range(500, 521)),
        "not_applied": [
            NotApplied(1, "Changed by somebody else."),
            NotApplied(2, "No event."),
            NotApplied(GONE, "Why"),
        ],
        "operation_id": 3,
    }
    return UpdateSummary(**{**usual, **other})


@pytest.fixture
def open_summary(qtbot):
    def open_it(runner=None, **other) -> UpdateSummaryDialog:
        return opened(qtbot, UpdateSummaryDialog(None, summary(**other), row_of, runner))

    return open_it


def rows(dialog: UpdateSummaryDialog) -> list[list[str]]:
    model = dialog.list.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def test_the_equation_adds_up(open_summary):
    dialog = open_summary()
    assert dialog.accessibleName() == "Update Selected is done"
    numbers = {
        key: dialog.tiles.tile(key).content.number for key in ("processed", "updated", "unchanged", "not_applied")
    }
    assert numbers == {"processed": 412, "updated": 388, "unchanged": 21, "not_applied": 3}
    assert numbers["processed"] == numbers["updated"] + numbers["unchanged"] + numbers["not_applied"]
    assert [dialog.tiles.tile(key).content.text for key in numbers] == [
        "Processed",
        "Updated",
        "Not updated, no changes",
        "Not applied",
    ]
    assert child(dialog, QLabel, "updated_words").text() == "Updated: 300 new, 88 changed"


def test_what_could_not_be_applied_is_shown_first(open_summary):
    dialog = open_summary()
    assert child(dialog, QLabel, "list_title").text() == "Not applied"
    assert rows(dialog) == [
        ["R1", "<b>Akhtar</b>, Yasmin‹U+202E›", "Subject 1", "Changed by somebody else."],
        ["R2", "<b>Akhtar</b>, Yasmin‹U+202E›", "–", "No event."],
        ["–", "–", "–", "Why"],
    ]
    assert dialog.list.model().index(0, 1).data(Qt.ItemDataRole.ToolTipRole).startswith("<qt>&lt;b&gt;")


def test_without_any_the_updated_ones_are(open_summary):
    assert child(open_summary(not_applied=[]), QLabel, "list_title").text() == "Updated"


@pytest.mark.parametrize(
    ("tile", "title", "number", "reasons"),
    [
        ("processed", "Processed", 412, {"New record", "Changed", "No changes", "No event.", "Why"}),
        ("updated", "Updated", 388, {"New record", "Changed"}),
        ("unchanged", "Not updated, no changes", 21, {"No changes"}),
        ("not_applied", "Not applied", 3, {"Changed by somebody else.", "No event.", "Why"}),
    ],
)
def test_a_click_on_a_tile_shows_its_list(open_summary, tile, title, number, reasons):
    dialog = open_summary()
    click(dialog.tiles.tile(tile))
    assert child(dialog, QLabel, "list_title").text() == title
    assert len(rows(dialog)) == number
    assert reasons <= {row[3] for row in rows(dialog)}
    assert dialog.list.accessibleName() == f"{title}, {number} records"


def test_the_tiles_by_keyboard(open_summary):
    dialog = open_summary()
    dialog.tiles.tile("processed").setFocus()
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Space)
    assert child(dialog, QLabel, "list_title").text() == "Updated"
    dialog.list.setFocus()
    press(Qt.Key.Key_Down)
    assert dialog.list.currentIndex().row() == 1


def test_a_stopped_update_says_why_and_how_far_it_came(open_summary):
    dialog = open_summary(stopped="You stopped the update.", left=588)
    assert dialog.accessibleName() == "Update Selected stopped"
    assert dialog.accessibleDescription() == (
        "You stopped the update. 412 of 1,000 rows were looked at. 588 rows are as they were."
    )


def test_ok_has_the_keyboard(open_summary, qtbot):
    dialog = open_summary()
    with qtbot.assertNotEmitted(dialog.undo_requested):
        press(Qt.Key.Key_Return)
    assert dialog.ended == ACCEPTED


def test_undo_is_requested_unasked(open_summary, qtbot):
    dialog = open_summary()
    with qtbot.waitSignal(dialog.undo_requested):
        click(child(dialog, QPushButton, "summary_undo"))
    assert gone(dialog)


def test_nothing_done_is_nothing_to_undo(open_summary):
    dialog = open_summary(new=[], changed=[], operation_id=None)
    undo = child(dialog, QPushButton, "summary_undo")
    assert not undo.isEnabled()
    assert undo.toolTip() == "There is nothing to undo: no record was changed."
    assert undo.accessibleDescription() == undo.toolTip()


def test_the_list_can_be_written_to_a_file(open_summary, qtbot, tmp_path):
    with open_runner() as runner:
        dialog = open_summary(runner)
        assert child(dialog, QPushButton, "summary_export").isVisible()
        dialog.start_export(tmp_path / "list.csv")
        qtbot.waitUntil(lambda: "list.csv" in child(dialog, QLabel, "list_count").text())
    written = list(csv.reader((tmp_path / "list.csv").read_text("utf-8-sig").splitlines()))
    assert written[0] == ["Person Code", "Name", "Subject", "Reason"]
    assert written[2][0] == "R2"
    assert len(written) == 4


def test_tab_order(open_summary):
    dialog = open_summary()
    assert tab_order(dialog, dialog.tiles.tile("processed")) == [
        "processed",
        "updated",
        "unchanged",
        "not_applied",
        "summary_list",
        "summary_undo",
        "summary_ok",
    ]


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_has_a_name_and_nothing_is_clipped(open_summary, mode, size):
    theme().set_mode(mode)
    set_scale(size)
    dialog = open_summary(stopped="The database is in use by another program. Wait a moment, then try again.", left=3)
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
    tiles = dialog.tiles.findChildren(Tile)
    assert len(tiles) == 4
    for tile in tiles:
        assert dialog.rect().contains(QRect(tile.mapTo(dialog, QPoint(0, 0)), tile.size()))


def test_a_long_list_is_made_row_by_row(qtbot):
    looked: list[int] = []

    def counting(key: int) -> PlrRow | None:
        looked.append(key)
        return row_of(key)

    many = UpdateSummary(unchanged=list(range(1000, 101_000)))
    dialog = opened(qtbot, UpdateSummaryDialog(None, many, counting))
    dialog.grab()
    assert len(dialog.list.model().index(99_999, 0).data()) > 1
    assert len(set(looked)) < 60, "only what is seen is asked for"
