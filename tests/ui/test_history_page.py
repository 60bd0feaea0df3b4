"""The page History: what was done is listed and explained, and taken back; by keys."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from sqlalchemy import select

from app.access import Role
from app.changes import Changes, Topic
from app.conditions import Group, Join, Operator, Test
from app.context import AppContext
from app.db.tables import learner
from app.learners import edit, erase, flood_fill
from app.tasks import TaskContext
from tests.builders import user_with
from tests.ui.college_room import words_of
from tests.ui.conftest import Rooms, named, read_csv, saving_as
from tests.ui.credit_room import CreditRoom
from tests.ui.dialog_room import activity, click, clipped, press, type_text, unnamed
from ui.dialogs.history_changes import HistoryChangesDialog
from ui.dialogs.history_undo import HistoryUndoDialog
from ui.pages.history import HistoryPage


def prepared(context: AppContext) -> None:
    """A Flood Fill, and one of its learners edited since."""
    db, user = context.db, context.user
    with db.read() as tx:
        people = list(tx.execute(select(learner.c.id).order_by(learner.c.id)).scalars())
    seen = flood_fill.preview(TaskContext(), db, user, people, "tutor_group", "Z9")
    flood_fill.fill(TaskContext(), db, user, seen)
    with db.read() as tx:
        held = edit.read(tx, people[0])
    edit.save(db, user, held, replace(held.form, family_name="<b>Smyth</b>"))


@pytest.fixture
def history(rooms: Rooms) -> Iterator[CreditRoom]:
    yield CreditRoom(rooms(20, prepare=prepared, size=(1366, 768)))
    rooms.close_all()


def page_of(history: CreditRoom) -> HistoryPage:
    page = history.show("history")
    assert isinstance(page, HistoryPage)
    return page


def cells(page: HistoryPage) -> list[str]:
    """What stands in the rows, each as one line."""
    found = page.source.rows(page.grid.keys)
    return [" | ".join(str(one) for one in found[key].cells) for key in page.grid.keys]


def groups(history: CreditRoom) -> set[str | None]:
    with history.context.db.read() as tx:
        return set(tx.execute(select(learner.c.tutor_group)).scalars())


def test_the_page_opens_by_its_button_and_tells_who_did_what(history: CreditRoom):
    history.press_action("history.show")
    history.rest()
    page = page_of(history)
    edited, filled = cells(page)
    assert "Learner edited" in edited
    assert "Flood Fill" in filled
    assert "20" in filled
    history.pick(page, page.grid.keys[0])
    assert "Family name: " in words_of(page.pane)
    assert "<b>Smyth</b>" in words_of(page.pane), "plain text"
    assert page.pane.undo.isEnabled()
    assert not unnamed(page)
    assert not clipped(page)


def test_filtered_by_words_and_by_conditions_and_exported(history: CreditRoom, tmp_path: Path):
    page = page_of(history)
    history.room.press("Ctrl+F")
    type_text("flood")
    history.room.until(lambda: page.grid.count == 1)
    history.rest()
    target = tmp_path / "History.csv"
    with saving_as(target):
        page.export_to("csv")
    history.room.until(target.exists)
    history.rest()
    head, row = read_csv(target)
    assert head[:4] == ["When", "What", "Who", "Computer"]
    assert row[1] == "Flood Fill"
    page.set_quick("")
    page.set_conditions(Group(Join.ALL, (Test("kind", Operator.IS, "learner_edited"),)))
    history.room.until(lambda: page.grid.count == 1 and "edited" in cells(page)[0])
    history.rest()


def test_who_was_erased_is_in_no_exported_file(history: CreditRoom, tmp_path: Path):
    """Neither in the list of what was done, nor in what an operation changed."""
    db, user = history.context.db, history.context.user
    with db.read() as tx:
        gone = tx.execute(select(learner).where(learner.c.family_name == "<b>Smyth</b>")).one()
    page = page_of(history)
    erase.erase(db, user, gone.id, gone.ref, "as they asked")
    history.room.window.hub.announce(Changes.of(*Topic))
    history.rest()
    history.room.until(lambda: "Learner erased" in cells(page)[0])
    for number, kind in enumerate(("csv", "xlsx")):
        target = tmp_path / f"{number}.{kind}"
        with saving_as(target):
            page.export_to(kind)
        history.room.until(target.exists)
        history.rest()
    texts = [text for row in read_csv(tmp_path / "0.csv") for text in row]
    texts += [str(cell) for row in rows_of_sheet(tmp_path / "1.xlsx") for cell in row]
    for key in page.grid.keys:
        history.pick(page, key)
        texts.append(words_of(page.pane))
    assert "as they asked" in " ".join(texts)
    for one in (gone.family_name, gone.given_names, gone.ref, gone.uln, gone.email, gone.phone):
        assert one is None or not [text for text in texts if one in text], "erased"


def rows_of_sheet(path: Path) -> list[tuple[object, ...]]:
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        return list(book.active.iter_rows(values_only=True))


def test_all_changes_by_the_keyboard_and_exported(history: CreditRoom, tmp_path: Path):
    page = page_of(history)
    history.pick(page, page.grid.keys[1])
    page.grid.setFocus()
    press(Qt.Key.Key_Return)
    dialog = history.dialog("changes")
    assert isinstance(dialog, HistoryChangesDialog)
    history.room.until(lambda: dialog.grid.count == 20 and dialog.grid.current_key is not None)
    history.room.at_rest()
    assert "20 rows changed" in words_of(dialog)
    assert "Tutor group: " in dialog.whole.text()
    assert not unnamed(dialog)
    target = tmp_path / "Changes.csv"
    click(dialog.export_button)
    history.room.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    with saving_as(target):
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Return)
        history.room.until(target.exists)
    history.room.until(lambda: not dialog.busy)
    head, *rows = read_csv(target)
    assert head == ["Learner", "What", "Which", "Change", "Before", "After"]
    assert len(rows) == 20
    assert all(row[5] == "Tutor group: Z9" for row in rows)
    history.room.in_front(dialog)
    press(Qt.Key.Key_Escape)
    history.closed()


def test_undo_by_keys_tells_what_was_left_and_shows_it(history: CreditRoom):
    page = page_of(history)
    history.pick(page, page.grid.keys[1])
    history.press_action("history.undo")
    dialog = history.dialog("undo_operation")
    assert isinstance(dialog, HistoryUndoDialog)
    history.room.until(dialog.undo_button.isEnabled)
    assert "20 rows" in words_of(dialog)
    assert dialog.close_button.hasFocus(), "nothing is done by Enter alone"
    assert not unnamed(dialog)
    dialog.undo_button.setFocus()
    press(Qt.Key.Key_Space)
    history.room.until(lambda: dialog.done_ is not None)
    history.room.at_rest()
    assert "19 rows were put back" in words_of(dialog)
    assert "1 was left" in words_of(dialog)
    said = "Undo: Done: 19 rows were put back. 1 was left: somebody changed it since."
    assert activity(history.room.window) == [said]
    assert dialog.left_button.hasFocus()
    press(Qt.Key.Key_Space)
    left = history.dialog("changes")
    assert isinstance(left, HistoryChangesDialog)
    history.room.until(lambda: left.grid.count == 1)
    history.room.at_rest()
    press(Qt.Key.Key_Escape)
    history.room.until(lambda: QApplication.activeModalWidget() is dialog)
    history.room.in_front(dialog)
    press(Qt.Key.Key_Escape)
    history.closed()
    assert "Partly undone" in " ".join(cells(page))
    assert page.pane.undo.isEnabled() is False
    assert "as far as nothing changed" in page.pane.undo.toolTip()
    assert "Z9" in groups(history)
    assert len(groups(history)) > 1


def test_leave_it_leaves_it(history: CreditRoom):
    page = page_of(history)
    history.pick(page, page.grid.keys[1])
    click(named(page, "history_undo"))
    dialog = history.dialog("undo_operation")
    assert isinstance(dialog, HistoryUndoDialog)
    history.room.until(dialog.undo_button.isEnabled)
    press(Qt.Key.Key_Escape)
    history.closed()
    assert groups(history) == {"Z9"}


def test_who_may_not_undo_reads_why(rooms: Rooms):
    def outsider(context: AppContext):
        return user_with(context.db, Role.EXTRACT_EDITOR, Role.LMS_ADMINISTRATOR)

    history = CreditRoom(rooms(20, prepare=prepared, as_user=outsider, size=(1366, 768)))
    page = page_of(history)
    history.pick(page, page.grid.keys[1])
    assert not page.pane.undo.isEnabled()
    assert "Enrolment Manager" in page.pane.undo.toolTip()
    history.press_action("history.undo")
    dialog = history.dialog("undo_operation")
    assert isinstance(dialog, HistoryUndoDialog)
    assert "Enrolment Manager" in words_of(dialog)
    assert not dialog.undo_button.isEnabled()
    press(Qt.Key.Key_Escape)
    history.closed()
    assert groups(history) == {"Z9"}
    assert "Needs" in history.reason("admin.export")
