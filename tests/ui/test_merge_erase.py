"""*Merge Learners* and *Erase Learner* in the window, by keys and clicks: compared, merged, parted, erased."""

from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QRadioButton
from sqlalchemy import select, update

from app.access import Role
from app.context import AppContext
from app.db.tables import attainment, learner, operation
from app.learners.edit import derived
from tests.builders import add_attainment, learner_values, user_with
from tests.lms.rows import add_enrolment, add_section
from tests.ui.college_room import listed
from tests.ui.conftest import Room, Rooms, named
from tests.ui.dialog_room import activity, click, clipped, press, type_text, unnamed
from ui.dialogs.erase import EraseDialog
from ui.dialogs.merge import MergeDialog
from ui.look.tokens import theme

TWINS = {"family_name": "Aardvark", "given_names": "Ann", "birth_date": date(2008, 3, 4)}


def prepared(context: AppContext) -> None:
    """The first two of the list are one person, with much that clashes."""
    section = add_section(context.db, None)
    with context.db.read() as tx:
        *ids, other = sorted(tx.execute(select(learner.c.id)).scalars())
    with context.db.write() as tx:
        last = derived(learner_values(9, family_name="Zulu", ref="ZULU"))
        tx.execute(update(learner).where(learner.c.id == other).values(last))
    for place, key in enumerate(ids, 1):
        values = learner_values(place, **TWINS, phone=f"0161 {place}", email=None, last_year_seen=f"252{place}")
        with context.db.write() as tx:
            tx.execute(update(learner).where(learner.c.id == key).values(derived({**values, "ref": f"TWIN{place}"})))
        add_enrolment(context.db, key, section, status="current" if place == 1 else "on_break")
        add_attainment(context.db, key, grade="4")


def opened(room: Room, action: str, kind: type) -> Any:
    assert room.window.actions_.run(action), room.window.actions_.reason(action)
    room.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    room.at_rest()
    room.until(lambda: not dialog.busy)  # type: ignore[attr-defined]
    return dialog


def rows(room: Room) -> dict[str, Any]:
    with room.context.db.read() as tx:
        return {row.ref: row for row in tx.execute(select(learner))}


def last(room: Room) -> Any:
    with room.context.db.read() as tx:
        return tx.execute(select(operation).order_by(operation.c.id.desc())).first()


def radio(dialog: MergeDialog, name: str) -> QRadioButton:
    found = named(dialog, name)
    assert isinstance(found, QRadioButton)
    return found


def test_two_selected_are_compared_merged_and_parted(rooms: Rooms):
    room = rooms(3, prepare=prepared, size=(1366, 768))
    room.select(2)
    dialog = opened(room, "learner.merge", MergeDialog)
    assert dialog.found is not None
    assert (dialog.found.stays.ref, dialog.found.goes.ref) == ("TWIN2", "TWIN1"), "kept is who was seen last"
    told = {row[0]: row[1:] for row in listed(dialog, "merge_hanging")}
    assert told["Enrolments"] == ["1", "1"]
    kept, other = (radio(dialog, f"merge_phone_{side}") for side in (0, 1))
    assert (kept.text(), kept.isChecked(), other.text()) == ("0161 2", True, "0161 1")
    assert other.accessibleName() == "Phone: 0161 1"
    assert "TWIN1" in other.accessibleDescription()
    kept.setFocus()
    press(Qt.Key.Key_Right)
    assert other.isChecked()
    _look(room, dialog)
    click(named(dialog, "merge_start"))
    room.until(lambda: dialog.summary is not None and not dialog.busy)
    room.at_rest()
    found = rows(room)
    assert found["TWIN1"].merged_into_id == found["TWIN2"].id
    assert found["TWIN2"].phone == "0161 1"
    room.until(lambda: room.window.learners.shown == 2)
    click(named(dialog, "merge_undo"))
    room.until(lambda: not dialog.busy and dialog.undo_button.isHidden())
    room.at_rest()
    assert (rows(room)["TWIN1"].merged_into_id, rows(room)["TWIN2"].phone) == (None, "0161 2")
    undone, merged = activity(room.window)
    assert undone.startswith("Undo of Merge Learners: Done: ")
    assert undone.endswith(" rows were put back.")
    assert merged.startswith("Merge Learners: Done: ")
    assert merged.endswith(" rows moved or changed.")
    press(Qt.Key.Key_Escape)
    room.until(lambda: QApplication.activeModalWidget() is None)


def _look(room: Room, dialog: Any) -> None:
    """Nothing is cut off and everything has a name, in both themes."""
    for mode in ("light", "dark"):
        theme().set_mode(mode)
        QApplication.processEvents()
        assert not clipped(dialog)
        assert not unnamed(dialog)
    theme().set_mode("light")


def test_of_one_the_other_is_looked_for_and_the_other_may_be_kept(rooms: Rooms):
    room = rooms(3, prepare=prepared)
    room.select(1)
    dialog = opened(room, "learner.merge", MergeDialog)
    room.until(lambda: dialog.found is not None and not dialog.busy)
    room.in_front(dialog)
    [offered] = [dialog.other.itemText(place) for place in range(dialog.other.count())]
    assert offered.startswith("TWIN")
    before = dialog.found
    click(named(dialog, "merge_swap"))
    room.until(lambda: dialog.found is not before and not dialog.busy)
    assert dialog.found is not None
    assert (dialog.found.stays.ref, dialog.found.goes.ref) == ("TWIN1", "TWIN2")
    room.press("Escape", dialog)
    room.until(lambda: QApplication.activeModalWidget() is None)
    assert all(row.merged_into_id is None for row in rows(room).values())


def test_erased_with_the_code_typed_and_a_reason(rooms: Rooms):
    room = rooms(3, prepare=prepared, size=(1366, 768))
    room.select(1)
    key = room.window.learners.grid.current_key
    dialog = opened(room, "learner.erase", EraseDialog)
    ref = next(row.ref for row in rows(room).values() if row.id == key)
    assert dialog.erase_button.accessibleDescription() == "Type the person code."
    assert {row[1]: row[0] for row in listed(dialog, "erase_counts")}["Attainments"] == "Goes"
    assert QApplication.focusWidget() is dialog.typed
    type_text(ref)
    assert "why" in dialog.erase_button.accessibleDescription()
    dialog.edit.setFocus()
    type_text("Ann asked")
    _look(room, dialog)
    click(named(dialog, "erase_start"))
    room.until(lambda: not dialog.busy and dialog.banner.isVisible())
    assert dialog.summary is None, "a reason that names the learner is refused"
    dialog.edit.clear()
    dialog.edit.setFocus()
    type_text("Asked in writing")
    click(named(dialog, "erase_start"))
    room.until(lambda: dialog.summary is not None and not dialog.busy)
    room.at_rest()
    assert (last(room).kind, last(room).reason) == ("learner_erased", "Asked in writing")
    done, refused = activity(room.window)
    assert done == "Erase Learner: Done: The learner was erased"
    assert refused.startswith("Erase Learner: Failed: ")
    assert ref not in refused
    assert ref not in rows(room)
    with room.context.db.read() as tx:
        assert tx.execute(select(attainment.c.id).where(attainment.c.learner_id == key)).all() == []
    press(Qt.Key.Key_Escape)
    room.until(lambda: QApplication.activeModalWidget() is None and room.window.learners.shown == 2)


def test_reasons_while_they_cannot_be_pressed(rooms: Rooms):
    room = rooms(3, as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER))
    actions = room.window.actions_
    assert "one or two learners" in actions.description("learner.merge")
    assert "Administrator" in actions.description("learner.erase")
    room.select(3)
    assert actions.reason("learner.merge")
    room.select(2)
    assert actions.reason("learner.merge") == ""
