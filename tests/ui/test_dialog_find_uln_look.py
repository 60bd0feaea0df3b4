"""*Find ULN* to look at: Tab, names, room for all of it, and names as plain text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.sandbox.registry import Case
from tests.db.lrs_people import add_person, of_case
from tests.ui.dialog_room import (
    click,
    clipped,
    press,
    tab_order,
    unnamed,
)
from tests.ui.uln_room import asking_context, opener
from ui.look.fonts import set_scale
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]


@pytest.fixture
def context(tmp_path, lrs):
    with asking_context(tmp_path, lrs) as context:
        yield context


@pytest.fixture
def open_dialog(qtbot, runner, context):
    return opener(qtbot, runner, context)


def test_tab_reaches_everything(open_dialog, context):
    dialog = open_dialog([add_person(context.db, of_case(case)) for case in (Case.TWINS, Case.MOVED)])
    click(dialog.table.columns[0])
    names = tab_order(dialog, dialog.list)
    assert names == ["find_uln_list", "candidate_1", "asking_close", "find_none", "find_skip", "find_use"]


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_has_a_name_and_nothing_is_clipped(open_dialog, context, mode, size):
    theme().set_mode(mode)
    set_scale(size)
    ids = [add_person(context.db, of_case(case)) for case in (Case.TWINS, Case.UNKNOWN)]
    dialog = open_dialog(ids, start=False)
    assert (unnamed(dialog), clipped(dialog)) == ([], [])
    press(Qt.Key.Key_Return)
    dialog._runner.wait(30_000)
    QApplication.processEvents()
    assert (unnamed(dialog), clipped(dialog)) == ([], [])


def test_names_are_plain_text(open_dialog, context):
    key = add_person(context.db, of_case(Case.AS_THEY_ARE), known_as="<b>x</b>\u202e")
    other = add_person(context.db, of_case(Case.MOVED), family_name="<b>Ab</b>\u202e")
    dialog = open_dialog([key, other])
    dialog.list.selectRow(1)
    assert "‹U+202E›" in dialog.who.text()
    assert "<b>Ab</b>" in dialog.who.text()
    dialog.grab()
