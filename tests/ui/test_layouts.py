"""Layouts in the real window: saved under names, chosen again, renamed, deleted; of one's own and of one grid."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QMenu, QPushButton
from sqlalchemy import insert, select, update

from app import saved as store
from app.access import Role
from app.db.tables import saved
from app.saved import Kind
from app.sorting import SortKey
from tests.builders import user_with
from tests.ui.conftest import Room
from tests.ui.dialog_room import child, click, press, unnamed, when_asked, write_into
from tests.ui.grid_people import click_at, header_place
from tests.ui.test_saved_searches import dialog_of, later
from ui.dialogs.saved_search import NameDialog
from ui.dialogs.saved_searches import SavedSearchesDialog
from ui.grids.grid_view import GridView
from ui.grids.layout_stored import described, parse
from ui.pages.layouts import Layouts
from ui.ribbon_buttons import RibbonButton

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def layouts(room: Room) -> Layouts:
    found = room.window.learners.layouts
    assert found is not None
    return found


def grid(room: Room) -> GridView:
    return room.window.learners.grid


def arrange(room: Room) -> dict[str, object]:
    """As somebody likes it: ULN first of all, Campus hidden, two columns frozen, sorted by two."""
    view = grid(room)
    for _ in range(8):
        view.column_layout.move("uln", -1)
    view.column_layout.set_hidden("campus", True)
    view.column_layout.freeze("ready")
    view.horizontalHeader().resizeSection([column.id for column in view.columns].index("ref") + 1, 133)
    click_at(view, header_place(view, "birth_date"))
    click_at(view, header_place(view, "sex"), Qt.KeyboardModifier.ShiftModifier)
    room.at_rest()
    return view.saved_layout()


def fill_in(room: Room, name: str) -> None:
    dialog = dialog_of(room, NameDialog)
    write_into(child(dialog, QLineEdit, "search_name"), name)
    press(Qt.Key.Key_Return)


def columns_menu(room: Room) -> QMenu:
    """The menu of the ribbon's button *Columns*, opened by the mouse."""
    buttons = [one for one in room.window.ribbon.findChildren(RibbonButton) if one.action_id == "view.columns"]
    click(next(one for one in buttons if one.isVisible()))
    room.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    return QApplication.activePopupWidget()


def walk_to(menu: QMenu, text: str) -> None:
    for _ in range(len(menu.actions()) + 1):
        if menu.activeAction() is not None and menu.activeAction().text() == text:
            return
        QTest.keyClick(menu, Qt.Key.Key_Down)
    raise AssertionError([action.text() for action in menu.actions()])


def pick(room: Room, text: str, meanwhile: Callable[[], object] | None = None) -> None:
    """An entry of *Columns*, *Layouts*, by keys; the list has been read when it is chosen. `meanwhile` answers the
    dialog that it opens."""
    menu = columns_menu(room)
    walk_to(menu, "Layouts")
    QTest.keyClick(menu, Qt.Key.Key_Right)
    room.until(lambda: QApplication.activePopupWidget() is not menu)
    inside = QApplication.activePopupWidget()
    room.at_rest()
    walk_to(inside, text)
    if meanwhile is not None:
        later(room, meanwhile)
    QTest.keyClick(inside, Qt.Key.Key_Return)
    room.at_rest()


def bodies(room: Room) -> list[tuple[str, str]]:
    with room.context.db.read() as tx:
        return [(row.kind, row.name) for row in tx.execute(select(saved).order_by(saved.c.id))]


def put(room: Room, name: str, body: str) -> None:
    """Past everything that would check it."""
    with room.context.db.write() as tx:
        values = {"kind": "layout.learners", "owner_id": room.context.user.id, "name": name, "shared": False}
        tx.execute(insert(saved).values(**values, body=body))


def test_a_layout_is_saved_and_chosen_again_by_keys(room: Room):
    plain = grid(room).saved_layout()
    liked = arrange(room)
    pick(room, "Save This Layout…", lambda: fill_in(room, "Liked & <b>best</b>"))
    assert bodies(room) == [("layout.learners", "Liked & <b>best</b>")]
    menu = columns_menu(room)
    walk_to(menu, "Standard Layout")
    QTest.keyClick(menu, Qt.Key.Key_Return)
    room.at_rest()
    assert grid(room).saved_layout() == plain
    assert grid(room).query.order == ()
    pick(room, "Liked && <b>best</b>")
    assert grid(room).saved_layout() == liked
    assert grid(room).order == (SortKey("birth_date"), SortKey("sex"))
    assert grid(room).column_layout.frozen == 2
    assert not room.window.runner.is_busy()
    assert grid(room).query.order == grid(room).order


def test_choosing_keeps_the_selection(room: Room):
    arrange(room)
    room.select(3)
    chosen = sorted(grid(room).selected_keys())
    grid(room).use_layout({})
    room.at_rest()
    assert sorted(grid(room).selected_keys()) == chosen


def test_the_same_name_is_overwritten_only_when_asked_for(room: Room):
    later(room, lambda: fill_in(room, "Mine"))
    assert layouts(room).save(room.window)
    room.at_rest()
    liked = arrange(room)
    asked = when_asked(room.qtbot, "overwrite")
    later(room, lambda: fill_in(room, "mine"))
    assert layouts(room).save(room.window)
    room.at_rest()
    assert asked == ["You have saved a layout under the name “Mine” already."]
    assert [(one.name, json.loads(one.body)) for one in layouts(room).mine] == [("Mine", liked)]


def test_the_dialog_of_the_name_does_not_offer_to_share(room: Room):
    def look() -> None:
        dialog = dialog_of(room, NameDialog)
        seen.append((child(dialog, QCheckBox, "search_shared").isVisible(), unnamed(dialog), dialog.windowTitle()))
        press(Qt.Key.Key_Escape)

    seen: list[tuple[bool, list[str], str]] = []
    later(room, look)
    assert not layouts(room).save(room.window)
    assert seen == [(False, [], "Save Layout")]


def test_rename_and_delete(room: Room):
    for name in ("one", "two"):
        later(room, lambda name=name: fill_in(room, name))
        assert layouts(room).save(room.window)
    room.at_rest()

    def work() -> None:
        dialog = dialog_of(room, SavedSearchesDialog)
        room.until(lambda: len(dialog.found) == 2)
        assert unnamed(dialog) == []
        assert dialog.windowTitle() == "Layouts"
        seen.append(dialog.list.states[0].state.text)
        later(room, lambda: fill_in(room, "three"))
        click(dialog.rename_button)
        room.until(lambda: [one.name for one in dialog.found] == ["three", "two"])
        asked.extend([when_asked(room.qtbot, "delete")])
        click(dialog.delete_button)
        room.until(lambda: [one.name for one in dialog.found] == ["two"])
        click(dialog.close_button)

    seen: list[str] = []
    asked: list[list[str]] = []
    pick(room, "Rename or Delete…", work)
    assert seen == ["11 columns"]
    assert asked == [["Delete the layout “three”?"]]
    assert bodies(room) == [("layout.learners", "two")]


def test_nobody_else_sees_them_and_no_other_grid(room: Room):
    context = room.context
    other = user_with(context.db, Role.ADMINISTRATOR, login="other")
    for user, kind in ((other, Kind.LEARNER_LAYOUT), (context.user, Kind.ATTAINMENT_LAYOUT)):
        store.save(context.db, user, kind, "elsewhere", "{}", shared=False)
    layouts(room).read()
    room.at_rest()
    assert layouts(room).found == []
    other_page = room.window.attainments.layouts
    assert other_page is not None
    other_page.read()
    room.at_rest()
    assert [one.name for one in other_page.mine] == ["elsewhere"]


BAD = ["", "x", "null", "[]", "{}", '"order"', '{"order": 7}', "[" * 100_000, '{"order": [' + "9" * 5_000 + "]}"]


@pytest.mark.parametrize("body", BAD, ids=[text[:12] for text in BAD])
def test_a_body_gone_bad_changes_nothing_and_is_said(room: Room, body: str):
    put(room, "bad", body)
    liked = arrange(room)
    asked: list[list[str]] = []
    pick(room, "bad", lambda: asked.append(when_asked(room.qtbot, "close")))
    assert [text[:26] for text in asked[0]] == ["This layout cannot be used"]
    assert grid(room).saved_layout() == liked
    assert described(body) == "Cannot be used"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["ref", "uln", "sex"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["ref", "uln"]), inner, max_size=3),
    max_leaves=10,
)
KEYS = ("order", "widths", "text_size", "hidden", "frozen", "sort", "descending", "then")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.fixed_dictionaries({"order": st.lists(JSON, max_size=4)}, optional=dict.fromkeys(KEYS[1:], JSON)))
def test_a_hostile_layout_leaves_a_grid_that_can_be_used(room: Room, stored: dict[str, object]):
    view = grid(room)
    view.use_layout(parse(json.dumps(stored)))
    room.at_rest()
    assert described(json.dumps(stored))
    assert view.column_layout.visible_columns()
    assert view.count == 100
    assert 0 <= view.column_layout.frozen <= len(view.columns)
    assert view.query.order == view.order
    view.use_layout({})


def test_a_layout_of_an_older_version_is_taken_as_far_as_it_goes(room: Room):
    put(room, "older", json.dumps({"order": ["uln", "gone", "ref"], "sort": "gone", "hidden": ["email", "away"]}))
    pick(room, "older")
    shown = [column.id for column in grid(room).column_layout.visible_columns()]
    assert shown.index("uln") < shown.index("ref")
    assert grid(room).order == ()


def test_what_another_window_changed_meanwhile_is_said_and_kept(room: Room):
    later(room, lambda: fill_in(room, "Mine"))
    assert layouts(room).save(room.window)
    room.at_rest()
    body = layouts(room).mine[0].body
    arrange(room)

    def meanwhile() -> None:
        dialog = dialog_of(room, NameDialog)
        room.at_rest()
        with room.context.db.write() as tx:
            tx.execute(update(saved).values(version=9))
        asked = when_asked(room.qtbot, "overwrite")
        fill_in(room, "Mine")
        room.until(lambda: bool(asked) and bool(dialog.field.error))
        errors.append(dialog.field.error)
        when_asked(room.qtbot, "discard")
        click(child(dialog, QPushButton, "search_cancel"))

    errors: list[str] = []
    later(room, meanwhile)
    assert not layouts(room).save(room.window)
    room.at_rest()
    assert "changed or deleted" in errors[0]
    assert [one.body for one in layouts(room).mine] == [body]


def test_the_plr_window_has_its_own(room: Room):
    page = room.download(3)
    assert page.layouts is not None
    page.grid.column_layout.freeze("name")
    later(room, lambda: fill_in(room, "By name"))
    assert page.layouts.save(room.plr_window)
    room.at_rest()
    assert bodies(room) == [("layout.plr", "By name")]
    page.grid.use_layout({})
    page.layouts.use(page.layouts.mine[0])
    assert page.grid.column_layout.frozen == 3
    room.close_plr()
