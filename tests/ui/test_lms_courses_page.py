"""The Courses page: decided by ribbon and pane, with history and Undo; what waits, what is gone, who is on it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from sqlalchemy import select

from app import history
from app.conditions import Group, Join, Operator, Test
from app.db.tables import operation
from app.lms.states import CourseState
from tests.lms.rows import add_enrolment, add_section
from tests.ui.college_room import CLOSED, HIDDEN, NEW, OPEN, LmsRoom, words_of
from tests.ui.conftest import named
from tests.ui.dialog_room import child, click, press, write_into
from tests.ui.test_saved_searches import dialog_of, later
from ui.dialogs.saved_search import NameDialog
from ui.look.screens import window_behind

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def last_operation(lms: LmsRoom) -> tuple[int, str]:
    with lms.context.db.read() as tx:
        row = tx.execute(select(operation.c.id, operation.c.kind).order_by(operation.c.id.desc())).first()
    assert row is not None
    return row.id, row.kind


@pytest.mark.rule("LS-C1")
@pytest.mark.parametrize(
    ("action", "state"),
    [("lms.open", CourseState.OPEN), ("lms.closed", CourseState.CLOSED), ("lms.hidden", CourseState.HIDDEN)],
)
def test_one_is_decided_with_the_ribbon_and_undone(lms: LmsRoom, action, state):
    lms.pick_course(NEW[0])
    lms.press_action(action)
    lms.room.until(lambda: lms.course(NEW[0]).state is state)
    lms.room.at_rest()
    key, kind = last_operation(lms)
    assert kind == "lms_course_state"
    history.undo(lms.context.db, lms.context.user.id, key)
    assert lms.course(NEW[0]).state is CourseState.NEW


def test_many_are_decided_at_once_and_the_page_says_what_came_of_it(lms: LmsRoom):
    page = lms.show("lms_courses")
    said: list[str] = []
    page.said.connect(said.append)  # type: ignore[attr-defined]
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(0, 2)).center())
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    lms.room.until(lambda: page.selected_count == 6)
    lms.press_action("lms.open")
    lms.room.until(lambda: bool(said))
    lms.room.at_rest()
    assert {lms.course(name).state for name in (OPEN, CLOSED, HIDDEN, *NEW)} == {CourseState.OPEN}
    assert said == ["5 courses are Open now · 1 was so already"]


def test_the_pane_tells_decides_and_keeps_the_history(lms: LmsRoom):
    page = lms.pick_course(NEW[1])
    pane = page.details
    assert pane is not None
    lms.room.until(lambda: "Only seen here until an administrator gives it a state." in words_of(pane))
    lms.pick_course(CLOSED)
    lms.room.until(lambda: CLOSED in words_of(pane) and "State set" in words_of(pane))
    assert "New → Closed" in words_of(pane)
    lms.pick_course(NEW[1])
    lms.room.until(lambda: "Only seen here" in words_of(pane))
    found = next(one for one in pane.findChildren(type(named(page, "conditions_add"))) if one.text() == "Close")
    click(found)
    lms.room.until(lambda: lms.course(NEW[1]).state is CourseState.CLOSED)
    lms.room.at_rest()


def test_what_waits_and_what_is_gone_are_said_and_a_press_away(lms: LmsRoom):
    page = lms.show("lms_courses")
    waiting = named(page, "conditions_link_new")
    assert waiting.accessibleName() == "3 new courses wait for a decision"
    assert waiting.accessibleName() in page.bar.accessibleDescription()
    click(waiting)
    lms.room.until(lambda: page.shown == 3)
    lms.room.at_rest()
    page.clear_conditions()
    lms.sandbox.remove_course(int(lms.course(NEW[2]).number))
    lms.press_action("lms.sync")
    lms.room.until(lambda: not lms.room.window.lms.busy and lms.course(NEW[2]).removed_at is not None)
    lms.room.at_rest()
    assert lms.course(NEW[2]).id not in list(page.grid.keys)
    gone = named(page, "conditions_link_removed")
    assert gone.accessibleName() == "1 removed in the LMS"
    gone.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(gone, Qt.Key.Key_Space)
    lms.room.until(lambda: list(page.grid.keys) == [lms.course(NEW[2]).id])
    lms.room.at_rest()
    lms.set_course(NEW[2], removed_at=None)


def test_when_nothing_waits_nothing_is_said(lms: LmsRoom):
    page = lms.show("lms_courses")
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(0, 2)).center())
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    lms.press_action("lms.closed")
    lms.room.until(lambda: lms.course(NEW[0]).state is CourseState.CLOSED)
    lms.room.at_rest()
    assert page.findChild(type(named(page, "conditions_add")), "conditions_link_new").isHidden()
    assert "wait" not in page.bar.accessibleDescription()


@pytest.mark.parametrize("way", ["enter", "double-click"])
def test_enter_and_double_click_show_who_is_on_a_course(lms: LmsRoom, way):
    db, both = lms.context.db, lms.enrolled(OPEN)[0].learner_id
    elsewhere = add_enrolment(db, both, add_section(db, lms.course(CLOSED).id))
    page = lms.pick_course(OPEN)
    if way == "enter":
        press(Qt.Key.Key_Return)
    else:
        place = list(page.grid.keys).index(lms.course(OPEN).id)
        spot = page.grid.visualRect(page.grid.model().index(place, 2)).center()
        QTest.mouseDClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    window = lms.room.window
    lms.room.until(lambda: window.page.objectName() == "enrolments")
    lms.room.at_rest()
    shown = window.page
    lms.room.until(lambda: not shown.grid.is_loading)
    assert set(shown.grid.keys) == {one.id for one in lms.enrolled()} - {elsewhere}
    assert OPEN in shown.bar.accessibleDescription()


def test_saved_searches_and_columns_have_buttons_on_this_tab_too(lms: LmsRoom):
    page = lms.show("enrolments")
    window = lms.room.window
    for keys, words in (("FS", "Save This Search…"), ("VU", "Standard Layout")):
        page.grid.setFocus()
        for key in ("Alt", "M", *keys):
            QTest.keyClick(window_behind(window), getattr(Qt.Key, f"Key_{key}"))
        lms.room.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        lms.room.at_rest()
        assert words in [one.text() for one in menu.actions()]
        QTest.keyClick(menu, Qt.Key.Key_Escape)
        lms.room.until(lambda: QApplication.activePopupWidget() is None)
    assert window.page is page


@pytest.mark.parametrize(("name", "field"), [("lms_courses", "short_name"), ("enrolments", "ref")])
def test_a_search_is_saved_and_used_again(lms: LmsRoom, name, field):
    page = lms.show(name)
    value = OPEN if field == "short_name" else lms.enrolled()[0].ref
    wanted = Group(Join.ALL, (Test(field, Operator.IS, value),))
    page.set_conditions(wanted)
    lms.room.at_rest()
    found = list(page.grid.keys)
    searches = page.searches
    assert searches is not None

    def type_name() -> None:
        dialog = dialog_of(lms.room, NameDialog)
        lms.room.in_front(dialog)
        write_into(child(dialog, QLineEdit, "search_name"), "Mine")
        press(Qt.Key.Key_Return)

    later(lms.room, type_name)
    searches.save(page.window(), wanted)
    lms.room.at_rest()
    page.clear_conditions()
    lms.room.at_rest()
    assert len(page.grid.keys) == page.total > len(found)
    searches.read()
    lms.room.until(lambda: [one.name for one in searches.mine] == ["Mine"])
    searches.use(searches.mine[0])
    lms.room.at_rest()
    assert page.conditions == wanted
    assert list(page.grid.keys) == found


@pytest.mark.parametrize("name", ["lms_courses", "enrolments"])
def test_a_layout_is_saved_and_used_again(lms: LmsRoom, name):
    page = lms.show(name)
    layouts = page.layouts
    assert layouts is not None
    plain = page.grid.saved_layout()
    page.grid.column_layout.set_hidden("marks", True)
    liked = page.grid.saved_layout()
    assert liked != plain

    def type_name() -> None:
        dialog = dialog_of(lms.room, NameDialog)
        lms.room.in_front(dialog)
        write_into(child(dialog, QLineEdit, "search_name"), "Liked")
        press(Qt.Key.Key_Return)

    later(lms.room, type_name)
    layouts.save(page.window())
    lms.room.at_rest()
    page.grid.column_layout.set_hidden("marks", False)
    layouts.read()
    lms.room.until(lambda: [one.name for one in layouts.mine] == ["Liked"])
    layouts.use(layouts.mine[0])
    lms.room.at_rest()
    assert page.grid.saved_layout() == liked


@pytest.mark.parametrize(
    ("page", "groups"),
    [
        ("lms_courses", {"Courses"}),
        ("enrolments", {"Enrolments"}),
        ("extracts", {"Extract Statuses", "Send"}),
        ("sections", {"Sections"}),
        ("sync_errors", {"Errors"}),
    ],
)
def test_without_room_the_groups_about_other_pages_fold_first(lms: LmsRoom, page: str, groups: set[str]):
    """Two pages in turn: what one folds away, the next unfolds."""
    window = lms.room.window
    window.resize(1366, 768)
    lms.show("sync_runs")
    lms.show(page)
    panel = window.ribbon.panel
    assert panel is not None
    unfolded = {one.name for one in panel.groups if not one.folded}
    assert groups <= unfolded
    assert any(one.folded for one in panel.groups)
