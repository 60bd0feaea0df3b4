"""Every key that the guide to the window promises, pressed in the real windows: where it leads, and what it opens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolTip, QWidget

from tests.ui.conftest import Room, Rooms, named
from ui.action_list import action_list
from ui.actions import TAB_KEYS
from ui.look.labels import ElidingLabel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
_POLL_MS = 10

OPENS = {
    "Ctrl+Shift+F": "condition_builder",
    "Alt, L, F": "condition_builder",
    "Ctrl+E": "save_file",
    "Ctrl+Shift+E": "save_file",
    "Alt, L, E": "save_file",
    "F1": "help_window",
    "Alt, F1": "help_window",
    "Ctrl+,": "settings",
    "F2": "learner",
    "Ctrl+N": "learner",
    "Alt, L, L": "learner",
    "Alt, A, S": "settings",
}
"""In the main window with one learner selected: the beginning of the name of what opens."""

LEADS: dict[str, Callable[[Room], bool]] = {
    "Ctrl+F": lambda room: room.window.search.hasFocus(),
    "Escape": lambda room: room.window.learners.grid.hasFocus(),
    "Alt+Q": lambda room: room.window.ribbon.search.hasFocus(),
    "Alt+Q, Escape": lambda room: room.window.learners.grid.hasFocus(),
    "Alt, Q": lambda room: room.window.ribbon.search.hasFocus(),
    "Alt, Q, Escape": lambda room: room.window.learners.grid.hasFocus(),
    "Ctrl+F, F6": lambda room: room.window.learners.grid.hasFocus(),
    "Ctrl+F, Shift+F6": lambda room: room.window.ribbon.isAncestorOf(QApplication.focusWidget()),
    "F6": lambda room: room.window.learners.grid.hasFocus(),
    "Ctrl+5": lambda room: room.window.licences.isVisible() and room.window.ribbon.tab == "Administration",
    "Ctrl+2": lambda room: room.window.learners.isVisible() and room.window.ribbon.tab == "Learners",
    "Alt, A, L": lambda room: room.window.licences.isVisible(),
    "Ctrl+2, Ctrl+Tab": lambda room: room.window.attainments.isVisible() and room.window.attainments.grid.hasFocus(),
    "Ctrl+Tab": lambda room: room.window.learners.isVisible() and room.window.learners.grid.hasFocus(),
    "Ctrl+Shift+Tab": lambda room: room.window.attainments.isVisible(),
    "Ctrl+Tab, Ctrl+F1": lambda room: room.window.ribbon.folded,
    "Ctrl+F1": lambda room: not room.window.ribbon.folded and room.window.learners.isVisible(),
    "Alt, L, A": lambda room: room.window.learners.selected_count == room.window.learners.shown > 0,
    "Alt, L, N": lambda room: room.window.learners.selected_count == 0,
    "Alt, L, I": lambda room: room.window.learners.selected_count == room.window.learners.shown > 0,
}
"""One after the other in the main window: what is so afterwards."""

PLR_OPENS = {
    "F1": "help_window",
    "Ctrl+Shift+F": "condition_builder",
    "Ctrl+E": "save_file",
    "Ctrl+Shift+E": "save_file",
    "F2": "learner",
    "Ctrl+W": "closing_plr",
}
PLR_STARTS = ("F5", "Shift+F5", "Ctrl+F5")


@contextmanager
def closing_all() -> Iterator[list[str]]:
    """While the block runs, press Esc in every dialog that opens, and in the help; the list gets their names."""
    seen: list[str] = []
    last: list[QWidget] = []
    timer = QTimer(interval=_POLL_MS)

    def look() -> None:
        modal = QApplication.activeModalWidget()
        focus = QApplication.focusWidget()
        if modal is None and focus is not None and focus.window().objectName() == "help_window":
            modal = focus.window()
        if modal is None or focus is None or focus.window() is not modal:
            return
        if modal not in last:
            last.append(modal)
            seen.append(modal.objectName())
        QTest.keyPress(focus, Qt.Key.Key_Escape)

    timer.timeout.connect(look)
    timer.start()
    try:
        yield seen
    finally:
        timer.stop()


def strike(room: Room, keys: str) -> None:
    """Press combinations one after the other, as they stand in the guide ("Alt, L, D")."""
    for one in keys.split(", "):
        if one == "Alt":
            focus = QApplication.focusWidget()
            assert focus is not None
            QTest.keyClick(focus, Qt.Key.Key_Alt)
        else:
            room.press(one)


def opened_by(room: Room, window: QWidget, keys: str) -> list[str]:
    room.in_front(window)
    with closing_all() as seen:
        strike(room, keys)
        room.until(lambda: bool(seen) and QApplication.activeModalWidget() is None)
    room.at_rest()
    return seen


def test_keys_of_the_main_window_open_what_they_should(room: Room):
    room.select(1)
    for keys, wanted in OPENS.items():
        seen = opened_by(room, room.window, keys)
        assert [name[: len(wanted)] for name in seen] == [wanted], keys


def test_keys_of_the_main_window_lead_where_they_should(room: Room):
    room.in_front(room.window)
    for keys, true in LEADS.items():
        strike(room, keys)
        room.at_rest()
        assert true(room), keys
    strike(room, "Alt, F")
    room.until(lambda: room.window.file_menu.isVisible())
    QTest.keyClick(room.window.file_menu, Qt.Key.Key_Escape)
    assert not room.window.file_menu.isVisible()


def test_f5_reads_the_page_anew(room: Room):
    room.in_front(room.window)
    with room.qtbot.waitSignal(room.window.learners.grid.loaded):
        room.press("F5")


def test_an_area_has_the_number_of_its_place_among_all_of_them(room: Room):
    assert list(TAB_KEYS) == ["Home", "Learners", "LMS", "Imports", "Administration"]
    bar = room.window.ribbon.tab_bar
    tips = {bar.tabText(at): bar.tabToolTip(at) for at in range(bar.count())}
    assert tips["Learners"] == "Learners (Ctrl 2, Alt L)"
    assert tips["Administration"] == "Administration (Ctrl 5, Alt A)"
    for at, tab in enumerate(TAB_KEYS, start=1):
        strike(room, f"Ctrl+{at}")
        assert room.window.ribbon.tab == (tab if tab in tips else room.window.ribbon.tab)


def test_every_action_has_a_key_tip_that_does_it_or_says_why_not(rooms: Rooms):
    room = rooms(0)  # nobody is there yet: most actions cannot be done
    actions = room.window.actions_
    for entry in action_list():
        if not actions.reason(entry.id):
            continue
        room.in_front(room.window)
        QToolTip.hideText()
        strike(room, f"Alt, {TAB_KEYS[entry.tab]}, {', '.join(entry.key_tip)}")
        reason = actions.reason(entry.id)  # as it is in the area to which the keys have led
        assert reason
        assert QToolTip.text() == reason, entry.id
        assert reason in actions.action(entry.id).toolTip(), entry.id
        room.window.show_page("learners")
    assert actions.reason("plr.download")


def test_f6_reads_the_status_bar(room: Room):
    room.select(1)
    room.press("F6")
    room.press("F6")
    status = room.window.status
    assert status.hasFocus()
    said = status.findChild(ElidingLabel, "status_left").text()
    assert said in status.accessibleDescription()
    room.press("Shift+F6")
    assert room.window.learners.pane.isAncestorOf(QApplication.focusWidget())


def test_tab_goes_through_the_main_window_in_the_order_of_reading(room: Room):
    window = room.window
    strike(room, "Ctrl+5")  # its groups are made now, later than everything below them
    for keys, page in (("Ctrl+5", window.licences), ("Ctrl+2", window.learners)):
        strike(room, keys)
        room.at_rest()
        strike(room, "Alt+Q")
        parts = [window.ribbon.card, window.tabs, page]
        seen: list[QWidget] = []
        for _ in range(40):
            room.press("Tab")
            focus = QApplication.focusWidget()
            part = next((one for one in parts if focus is one or one.isAncestorOf(focus)), None)
            if part is not None and (not seen or seen[-1] is not part):
                seen.append(part)
        assert seen[:3] == parts


# The Attainments (PLR) window


def test_keys_of_the_plr_window(room: Room):
    page = room.download(3)
    room.in_front(room.plr_window)
    room.press("Down")
    room.at_rest()
    for keys, wanted in PLR_OPENS.items():
        seen = opened_by(room, room.plr_window, keys)
        assert [name[: len(wanted)] for name in seen] == [wanted], keys
    room.in_front(room.plr_window)
    strike(room, "Ctrl+F")
    assert room.plr_window.search.hasFocus()
    for keys in PLR_STARTS:
        with room.qtbot.waitSignal(page.busy_changed):
            strike(room, keys)
        room.downloaded()
    room.close_plr()


def test_f6_and_tab_go_through_the_plr_window_in_the_order_of_reading(room: Room):
    page = room.download(3)
    window = room.plr_window
    room.in_front(window)
    parts = {"tool bar": window._bar, "strip": page.strip, "grid": page.grid, "pane": page.pane}
    parts["status"] = window.status

    def part() -> str:
        focus = QApplication.focusWidget()
        return next((name for name, one in parts.items() if focus is one or one.isAncestorOf(focus)), "")

    page.grid.setFocus()
    seen = [part() for _ in range(6) if room.press("F6") is None]
    assert seen == ["pane", "status", "tool bar", "strip", "grid", "pane"]
    seen = [part() for _ in range(3) if room.press("Shift+F6") is None]
    assert seen == ["grid", "strip", "tool bar"]
    by_tab = ["tool bar"]
    for _ in range(20):
        room.press("Tab")
        if part() and part() != by_tab[-1]:
            by_tab.append(part())
    assert by_tab[:4] == ["tool bar", "strip", "grid", "pane"]
    room.close_plr()


def test_a_button_of_the_plr_window_shows_its_keys_or_says_why_not(room: Room):
    page = room.download(3)
    window = room.plr_window
    room.in_front(window)
    page.grid.clear_selection()
    room.at_rest()
    update = named(window, "plr_update_selected")
    assert isinstance(update, QAbstractButton)
    assert not update.isEnabled()
    assert update.toolTip() == update.accessibleDescription() == "Select rows first, or press Select All."
    QToolTip.hideText()
    room.press("Ctrl+U")
    assert QToolTip.text() == update.toolTip()
    room.press("Ctrl+A")
    room.until(lambda: page.selected_count == page.shown)
    room.until(update.isEnabled)
    assert update.toolTip() == "Update Selected (Ctrl U)"
    assert update.accessibleDescription() == ""
    room.close_plr()
