"""Saved Searches in the real window: the menu, saving, overwriting, renaming, deleting, and bodies gone bad."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLineEdit, QMenu, QPushButton
from sqlalchemy import insert, update

from app import saved as store
from app.access import Role
from app.conditions import Group, Join, Operator, Test
from app.conditions_stored import dump
from app.db.tables import saved
from app.learners.ready_searches import ready_searches
from app.learners.search import FIELDS, keys_query
from app.saved import Kind
from app.tasks import TaskContext
from tests.builders import user_with
from tests.ui.conftest import Room
from tests.ui.dialog_room import child, click, press, unnamed, when_asked, write_into
from ui.dialogs.saved_search import NameDialog
from ui.dialogs.saved_searches import SavedSearchesDialog
from ui.dialogs.saved_words import search_words
from ui.pages.searches import Searches
from ui.ribbon_buttons import RibbonButton

NESTED = Group(
    Join.ALL,
    (Test("sex", Operator.IS, "F"), Group(Join.ANY, (Test("uln", Operator.BLANK), Test("aim_code", Operator.BLANK)))),
)


def searches(room: Room) -> Searches:
    found = room.window.learners.searches
    assert found is not None
    return found


def menu_of(room: Room) -> QMenu:
    """The menu of the ribbon's button, opened, with what is saved."""
    buttons = [one for one in room.window.ribbon.findChildren(RibbonButton) if one.action_id == "find.saved"]
    click(next(one for one in buttons if one.isVisible()))
    room.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    room.at_rest()
    return menu


def entries(menu: QMenu) -> list[str]:
    titles = {"Ready searches", "Mine", "Shared"}
    found = [one for one in menu.actions() if one.text()]
    assert {one.text() for one in found if not one.isEnabled()} <= titles | {"Save This Search…"}
    return [("— " if one.text() in titles else "") + one.text() for one in found]


def pick(room: Room, menu: QMenu, words: str) -> None:
    action = next(one for one in menu.actions() if one.text() == words)
    QTest.mouseClick(
        menu, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, menu.actionGeometry(action).center()
    )
    room.at_rest()


def save(room: Room, name: str, group: Group = NESTED, *, shared: bool = False) -> None:
    """As by *Save Search*."""
    context = room.context
    store.save(context.db, context.user, Kind.LEARNER_SEARCH, name, dump(group), shared=shared)


def count(room: Room, group: Group) -> int:
    with room.context.db.read() as tx:
        return len(room.context.db.ids(tx, keys_query(group)))


def test_the_menu_has_what_comes_with_the_program_mine_and_what_is_shared(room: Room):
    save(room, "Chase & <b>ring</b>")
    other = user_with(room.context.db, Role.ADMINISTRATOR, login="Priya")
    for name, shared in (("theirs", True), ("hidden", False)):
        store.save(room.context.db, other, Kind.LEARNER_SEARCH, name, dump(NESTED), shared=shared)
    menu = menu_of(room)
    ready = [one.title for one in ready_searches()]
    assert entries(menu) == [
        "— Ready searches",
        *ready,
        "— Mine",
        "Chase && <b>ring</b>",
        "— Shared",
        "theirs (Priya)",
        "Save This Search…",
        "Rename, Share or Delete…",
    ]
    menu.close()


def test_every_ready_search_shows_what_it_finds(room: Room):
    page = room.window.learners
    for one in ready_searches():
        pick(room, menu_of(room), one.title)
        assert page.conditions == one.group
        assert page.shown == count(room, one.group)
    page.clear_conditions()
    room.at_rest()


def test_a_saved_search_is_used_with_its_groups_and_shown_as_chips(room: Room):
    save(room, "mine")
    pick(room, menu_of(room), "mine")
    page = room.window.learners
    assert page.conditions == NESTED
    assert page.shown == count(room, NESTED)
    chips = [chip.accessibleName() for chip in page.bar._chips if chip.isVisible()]
    assert chips == ["Sex is Female", "ULN is blank or no Aim Code is held"]
    page.bar._chips[1].removed.emit()
    room.at_rest()
    assert page.conditions == Group(Join.ALL, NESTED.members[:1])


def test_a_body_that_was_tampered_with_changes_nothing_and_is_said(room: Room):
    save(room, "bad")
    page = room.window.learners
    page.set_conditions(NESTED)
    room.at_rest()
    with room.context.db.write() as tx:
        tx.execute(update(saved).values(body='{"version":1,"group":{"join":"ALL","negated":false,"members":[]}}'))
        values = {"kind": Kind.LEARNER_SEARCH.value, "owner_id": room.context.user.id, "name": "deep"}
        tx.execute(insert(saved).values(**values, body="[" * 5_000))
    for name in ("bad", "deep"):
        asked = when_asked(room.qtbot, "close")
        pick(room, menu_of(room), name)
        assert asked
        assert asked[0].startswith("This saved search cannot be used")
        assert page.conditions == NESTED


def dialog_of(room: Room, kind: type) -> object:
    """The dialog in front, with the keyboard: a key pressed before that would go to whoever still has it."""
    room.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    dialog = QApplication.activeModalWidget()
    room.in_front(dialog)
    return dialog


def fill_in(room: Room, name: str, *, shared: bool) -> None:
    dialog = dialog_of(room, NameDialog)
    assert unnamed(dialog) == []
    write_into(child(dialog, QLineEdit, "search_name"), name)
    child(dialog, QCheckBox, "search_shared").setChecked(shared)
    press(Qt.Key.Key_Return)


def later(room: Room, do: Callable[[], None]) -> None:
    """While a dialog waits for its answer. If that fails the dialog is closed, else the test would wait with it."""

    def safely() -> None:
        try:
            do()
        except BaseException:
            while isinstance(dialog := QApplication.activeModalWidget(), QDialog):
                dialog.done(0)
            raise

    QTimer.singleShot(30, safely)


def test_save_refuses_no_name_and_overwrites_only_when_asked(room: Room):
    page, own = room.window.learners, searches(room)
    page.set_conditions(NESTED)
    room.at_rest()

    def nameless_first() -> None:
        fill_in(room, " ", shared=False)
        room.until(lambda: child(dialog_of(room, NameDialog), QPushButton, "search_save").isEnabled())
        assert "needs a name" in dialog_of(room, NameDialog).field.error
        fill_in(room, "Mine", shared=True)

    later(room, nameless_first)
    assert own.save(room.window, NESTED)
    room.at_rest()
    assert [(one.name, one.shared, one.body) for one in own.mine] == [("Mine", True, dump(NESTED))]
    smaller = Group(Join.ALL, NESTED.members[:1])
    asked = when_asked(room.qtbot, "overwrite")
    later(room, lambda: fill_in(room, "mine", shared=False))
    assert own.save(room.window, smaller)
    room.at_rest()
    assert len(asked) == 1
    assert [(one.name, one.shared, one.body) for one in own.mine] == [("Mine", False, dump(smaller))]


def test_rename_share_and_delete(room: Room):
    for name in ("one", "two"):
        save(room, name)
    dialog = SavedSearchesDialog(room.window, room.window.runner, room.context, Kind.LEARNER_SEARCH, search_words())
    dialog.open()
    room.until(lambda: len(dialog.found) == 2)
    assert unnamed(dialog) == []
    later(room, lambda: fill_in(room, "three", shared=True))
    click(dialog.rename_button)
    room.until(lambda: [(one.name, one.shared) for one in dialog.found] == [("three", True), ("two", False)])
    asked = when_asked(room.qtbot, "delete")
    click(dialog.delete_button)
    room.until(lambda: [one.name for one in dialog.found] == ["two"])
    assert asked == ["Delete the search “three”?"]
    dialog.close()


def test_what_somebody_changed_meanwhile_is_said_and_kept(room: Room):
    save(room, "one")
    dialog = SavedSearchesDialog(room.window, room.window.runner, room.context, Kind.LEARNER_SEARCH, search_words())
    dialog.open()
    room.until(lambda: len(dialog.found) == 1)
    store.rename(room.context.db, room.context.user, dialog.found[0], "other", shared=True)
    when_asked(room.qtbot, "delete")
    click(dialog.delete_button)
    room.until(dialog.banner.isVisible)
    with room.context.db.read() as tx:
        assert [one.name for one in store.every(tx, room.context.user, Kind.LEARNER_SEARCH)] == ["other"]
    dialog.close()


def test_the_plr_window_takes_the_same_builder_and_keeps_its_own_searches(room: Room):
    room.select(20)
    page = room.download()
    everything = page.shown
    group = Group(
        Join.ANY,
        (
            Test("change", Operator.IS, "Cannot"),
            Group(Join.ALL, (Test("grade", Operator.NOT_BLANK), Test("award_date", Operator.BLANK)), negated=True),
        ),
    )
    found, total = page.count_matching(TaskContext(), group)
    assert total == everything
    page.set_conditions(group)
    room.at_rest()
    assert page.shown == found
    opposite = Group(Join.ALL, (group,), negated=True)
    assert page.count_matching(TaskContext(), opposite)[0] == everything - found
    own = page.searches
    assert own is not None
    later(room, lambda: fill_in(room, "Problems", shared=False))
    assert own.save(room.plr_window, group)
    room.at_rest()
    assert [one.name for one in own.mine] == ["Problems"]
    page.clear_conditions()
    room.at_rest()
    own.use(own.mine[0])
    room.at_rest()
    assert page.conditions == group
    assert page.shown == found


def test_every_page_with_a_grid_has_its_own(room: Room):
    kinds = [page.searches._kind for page in (room.window.learners, room.window.attainments)]
    assert kinds == [Kind.LEARNER_SEARCH, Kind.ATTAINMENT_SEARCH]
    assert set(FIELDS) >= {
        test.field for one in ready_searches() for test in one.group.members if isinstance(test, Test)
    }
