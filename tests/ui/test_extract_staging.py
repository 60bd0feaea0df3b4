"""Statuses staged, saved, discarded and taken back in the window, by keys and clicks (EX-U1 to EX-U8)."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton
from sqlalchemy import select

from app.db.tables import change, extract_record, operation
from app.lms.extracts import save as saving
from tests.ui.conftest import Rooms, answering, named
from tests.ui.dialog_room import child, click, write_into
from tests.ui.extract_room import ExtractRoom, extract_room
from ui.grids.cell_text import copied
from ui.grids.columns import Moved
from ui.look.tokens import Role, color
from ui.pages.extract_source import STATES

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def extracts(rooms: Rooms) -> ExtractRoom:
    made = extract_room(rooms)
    made.show()
    return made


def every_status(extracts: ExtractRoom) -> None:
    """Apply all four statuses."""
    extracts.tick("statuses", "Processed")
    extracts.apply()


def row_of(extracts: ExtractRoom, key: int):
    model = extracts.page.grid.model()
    extracts.room.until(lambda: model.row(model.row_of(key)) is not None)
    return model.row(model.row_of(key))


@pytest.mark.rule("EX-U1", "EX-U4", "EX-R1")
def test_a_staged_row_shows_old_and_new_and_is_told_by_more_than_its_colour(extracts: ExtractRoom):
    page, key = extracts.page, extracts.keys[3]
    extracts.pick(key)
    extracts.press_action("lms.extract_resubmit")
    extracts.room.until(lambda: page.staging.staged.changing == 1)
    extracts.rest()
    extracts.room.until(lambda: row_of(extracts, key).staged)
    row = row_of(extracts, key)
    cell = next(one for one in row.cells if isinstance(one, Moved))
    assert (cell.old, cell.new) == (STATES["rejected"], STATES["ready"])
    model = page.grid.model()
    index = model.index(model.row_of(key), 0)
    assert "changed, not saved" in model.data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert str(cell) == "Rejected → Ready, not saved"
    assert copied(cell) == "Rejected", "what is not saved leaves the program nowhere"
    assert named(page, "staged_number").text() == "1 record staged"  # type: ignore[attr-defined]
    assert "Rejected to Ready. Nothing is written" in named(page, "staged_words").text()  # type: ignore[attr-defined]
    page.grid.clear_selection()
    extracts.rest()
    place = page.grid.visualRect(index)
    image = page.grid.viewport().grab().toImage()
    bar = image.pixelColor(2, int(place.center().y() * image.devicePixelRatio()))
    assert bar == color(Role.STAGED)
    assert extracts.written() == 0
    assert "1 staged" in extracts.room.window.status.findChild(type(page.line.words), "status_left").text()


@pytest.mark.rule("EX-T5", "EX-U6")
def test_five_selected_save_says_four_updated_and_one_unchanged(extracts: ExtractRoom):
    """Acceptance check 5: one confirmation, naming 2 Processed."""
    college = extracts.college
    more = college.records(college.here, "processed")
    every_status(extracts)
    keys = [extracts.keys[0], *extracts.keys[3:5], extracts.keys[2], *more]
    extracts.stage("ready", *keys)
    click(named(extracts.page, "staged_discard"))
    extracts.stage("ready", *keys)
    click(named(extracts.page, "staged_save"))
    asking = extracts.dialog("extract_save")
    assert named(asking, "confirm_processed").text() == "2 Processed records will be sent again."  # type: ignore[attr-defined]
    assert named(asking, "extract_save_ok").text() == "Save and Send Again"  # type: ignore[attr-defined]
    click(named(asking, "extract_save_ok"))
    dialog = extracts.dialog("extract_saved")
    numbers = [tile.text() for tile in dialog.tiles.findChildren(type(dialog.tiles.children()[1]))]  # type: ignore[attr-defined]
    assert {"5 In all", "4 Updated", "1 Unchanged", "0 Conflict", "0 Refused"} <= set(numbers)
    extracts.close(dialog, "saved_ok")
    assert extracts.statuses(keys) == ["ready"] * 5
    assert extracts.page.staged_bar.isHidden()


@pytest.mark.rule("EX-U5")
def test_discard_after_update_all_leaves_nothing_written(extracts: ExtractRoom):
    """Acceptance check 12."""
    page = extracts.page
    extracts.press_action("lms.extract_all")
    click(named(extracts.dialog("update_statuses"), "update_ok"))
    extracts.room.until(lambda: page.staging.staged.changing > 0)
    extracts.rest()
    assert page.staging.staged.changing == 4
    extracts.press_action("lms.extract_discard")
    extracts.rest()
    assert page.staged_bar.isHidden()
    assert extracts.written() == 0
    with extracts.context.db.read() as tx:
        kinds = tx.execute(select(operation.c.kind)).scalars().all()
    assert saving.SAVED not in kinds


@pytest.mark.rule("EX-U3")
def test_the_dialog_counts_before_ok_for_each_status_that_is_chosen(extracts: ExtractRoom):
    every_status(extracts)
    extracts.press_action("lms.extract_all")
    dialog = extracts.dialog("update_statuses")
    assert dialog.lines == [  # type: ignore[attr-defined]
        "Ready: 1. Already Ready: nothing to change",
        "Transmitted: 1. Change. These may be sent twice, so Save asks once",
        "Processed: 1. Change. These are sent again, so Save asks once",
        "Rejected: 3. Change",
    ]
    box = child(dialog, QComboBox, "update_target")
    QTest.keyClick(box, Qt.Key.Key_End)
    extracts.room.until(lambda: dialog.foreseen is not None and dialog.foreseen.target == "rejected")  # type: ignore[attr-defined]
    assert dialog.lines[2] == (  # type: ignore[attr-defined]
        "Processed: 1. Change. Your authorisation to override is used, and Save asks for a reason"
    )
    assert dialog.number.text() == "3 would be staged. Nothing is written until Save."  # type: ignore[attr-defined]
    click(named(dialog, "update_ok"))
    extracts.room.until(lambda: extracts.page.staging.staged.changing == 3)
    extracts.rest()
    assert extracts.written() == 0


def test_a_reason_is_asked_for_and_kept(extracts: ExtractRoom):
    key = extracts.keys[1]
    extracts.stage("processed", key)
    extracts.room.press("Ctrl+S", extracts.room.window)
    asking = extracts.dialog("extract_save")
    click(named(asking, "extract_save_ok"))
    assert "need a reason" in asking.field.error  # type: ignore[attr-defined]
    write_into(child(asking, QLineEdit, "extract_reason"), "Seen in the LMS")
    click(named(asking, "extract_save_ok"))
    dialog = extracts.dialog("extract_saved")
    extracts.close(dialog, "saved_ok")
    with extracts.context.db.read() as tx:
        reasons = tx.execute(select(operation.c.reason).where(operation.c.kind == saving.SAVED)).scalars().all()
    assert reasons == ["Seen in the LMS"]


@pytest.mark.rule("EX-U6")
def test_a_conflict_is_listed_with_both_statuses_and_left(extracts: ExtractRoom):
    """Acceptance check 6, in the window, by keys: nothing there saves it all the same, and the history agrees."""
    first, second = extracts.keys[3:5]
    extracts.stage("ready", first, second)
    extracts.college.sent(first, "processed")
    extracts.room.press("Ctrl+S", extracts.room.window)
    dialog = extracts.dialog("extract_saved")
    assert dialog.heading.text() == "Saved, but not all of it"  # type: ignore[attr-defined]
    assert dialog.list.model().rowCount() == 1  # type: ignore[attr-defined]
    told = [dialog.list.model().index(0, column).data() for column in (3, 4)]  # type: ignore[attr-defined]
    assert told == ["Processed", "Ready was staged. Changed by somebody else or by a sending since then"]
    buttons = {one.objectName() for one in dialog.findChildren(QPushButton) if one.isVisible()}
    assert buttons == {"saved_undo", "saved_ok"}, "what others did is never overwritten"
    extracts.room.press("Return", dialog)
    extracts.room.until(lambda: QApplication.activeModalWidget() is None)
    extracts.rest()
    assert extracts.statuses([first, second]) == ["processed", "ready"]
    with extracts.context.db.read() as tx:
        saved = select(operation.c.id).where(operation.c.kind == saving.SAVED).scalar_subquery()
        written = tx.execute(select(change.c.row_id).where(change.c.operation_id == saved)).scalars().all()
    assert written == [second]


@pytest.mark.rule("EX-R5")
def test_what_is_superseded_is_refused_with_the_day(extracts: ExtractRoom):
    """Acceptance check 7, in the window."""
    college, page = extracts.college, extracts.page
    with college.db.read() as tx:
        query = select(extract_record.c.enrolment_id).where(extract_record.c.id == extracts.keys[3])
        enrolment_id = tx.execute(query).scalar_one()
    college.add(
        extract_record,
        enrolment_id=enrolment_id,
        number=2,
        change="drop",
        course_status="dropped",
        status="processed",
        status_at=college_moment(),
    )
    page.refresh()
    extracts.rest()
    extracts.pick(extracts.keys[3])
    extracts.press_action("lms.extract_resubmit")
    dialog = extracts.dialog("extract_list")
    assert "Superseded by the change of" in dialog.list.model().index(0, 4).data()  # type: ignore[attr-defined]
    extracts.close(dialog, "list_close")
    assert page.staging.staged.changing == 0


def college_moment():
    from tests.lms.rows import MOMENT

    return MOMENT


@pytest.mark.rule("EX-U8")
def test_undo_last_save_puts_back_and_lists_what_moved_on(extracts: ExtractRoom):
    keys = extracts.keys[3:5]
    extracts.stage("ready", *keys)
    extracts.close(extracts.save(), "saved_ok")
    assert extracts.statuses(keys) == ["ready", "ready"]
    extracts.college.sent(keys[0], "transmitted")
    extracts.press_action("lms.extract_undo")
    dialog = extracts.dialog("extract_list")
    assert dialog.heading.text() == "1 record has moved on since and was left"  # type: ignore[attr-defined]
    extracts.close(dialog, "list_close")
    assert extracts.statuses(keys) == ["transmitted", "rejected"]
    extracts.room.until(lambda: not extracts.room.window.actions_.action("lms.extract_undo").isEnabled())


@pytest.mark.rule("EX-U8")
def test_pressed_twice_it_takes_back_one_save(extracts: ExtractRoom):
    for key in extracts.keys[3:5]:
        extracts.stage("ready", key)
        extracts.close(extracts.save(), "saved_ok")
    extracts.page.staging.undo_last_save()
    extracts.page.staging.undo_last_save()
    extracts.rest()
    assert extracts.statuses(extracts.keys[3:5]) == ["ready", "rejected"]


@pytest.mark.rule("EX-U8")
def test_undo_from_the_summary(extracts: ExtractRoom):
    key = extracts.keys[3]
    extracts.stage("ready", key)
    dialog = extracts.save()
    extracts.close(dialog, "saved_undo")
    extracts.room.until(lambda: extracts.statuses([key]) == ["rejected"])
    extracts.rest()


@pytest.mark.rule("EX-U5")
def test_leaving_the_page_another_filter_and_closing_ask_first(extracts: ExtractRoom):
    window, page = extracts.room.window, extracts.page
    extracts.stage("ready", extracts.keys[3])
    with answering("back") as asked:
        window.show_page("lms_courses")
    assert "1 staged change is not saved." in asked[0]
    assert window.state().page == "extracts"
    assert window.tabs.tabData(window.tabs.currentIndex()) == "extracts"
    with answering("back") as asked:
        extracts.tick("statuses", "Ready")
        click(named(page, "extract_apply"))
    assert len(asked) == 1
    assert page.applied is not None
    assert "ready" in page.applied.statuses
    with answering("back") as asked:
        assert not window.close()
    assert len(asked) == 1
    assert page.staging.staged.changing == 1
    with answering("discard"):
        window.show_page("lms_courses")
    assert window.state().page == "lms_courses"
    assert page.staging.staged.changing == 0
    assert extracts.written() == 0


def test_two_wishes_one_after_another_are_both_staged(extracts: ExtractRoom):
    page = extracts.page
    page.staging.stage([extracts.keys[3]], "ready")
    page.staging.stage([extracts.keys[1]], "processed")
    page.staging.stage([extracts.keys[4]], "ready")
    extracts.room.until(lambda: page.staging.staged.changing == 3)
    extracts.rest()
    assert page.staging.staged.moves == {
        ("transmitted", "processed"): 1,
        ("rejected", "ready"): 2,
    }
    assert "2 Rejected to Ready, 1 Transmitted to Processed." in named(page, "staged_words").text()  # type: ignore[attr-defined]
    page.staging.stage([extracts.keys[3]], "rejected")
    extracts.room.until(lambda: page.staging.staged.changing == 2)
    page.staging.stage([extracts.keys[1]], "ready")
    extracts.room.until(lambda: ("transmitted", "ready") in page.staging.staged.moves)
    extracts.rest()
    told = named(page, "staged_words").text()  # type: ignore[attr-defined]
    assert told == "1 Transmitted, 1 Rejected to Ready. Nothing is written until you save."


@pytest.mark.rule("EX-U7")
def test_a_save_that_is_cancelled_before_it_wrote_anything_keeps_what_is_staged(extracts: ExtractRoom):
    page = extracts.page
    said: list[str] = []
    page.said.connect(said.append)
    extracts.stage("ready", extracts.keys[3])
    page.staging.save()
    page.staging.cancel()
    extracts.room.until(lambda: not page.staging.busy)
    extracts.rest()
    if (dialog := QApplication.activeModalWidget()) is not None:
        extracts.close(dialog, "saved_ok")
        assert extracts.statuses([extracts.keys[3]]) == ["ready"], "it was written before it heard of the cancel"
    else:
        assert "Nothing was written" in said[-1]
        assert page.staging.staged.changing == 1
        assert extracts.statuses([extracts.keys[3]]) == ["rejected"]
