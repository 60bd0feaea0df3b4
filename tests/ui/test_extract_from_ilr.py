"""Registrations from the ILR in the window: a code gets its meaning, people are enrolled, and taken back."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import delete, insert, select

from app.db.tables import aim, learner
from app.lms.sections import section as sections
from app.lms.sections.section import Section
from tests.ui.college_room import LmsRoom, listed
from tests.ui.dialog_room import click, press, type_text
from tests.ui.load_room import full_disk, held_up
from ui.dialogs.ilr_registrations import IlrRegistrationsDialog
from ui.workers import Lane


def opened(lms: LmsRoom) -> IlrRegistrationsDialog:
    lms.show("sections")
    lms.press_action("lms.from_ilr")
    dialog = lms.dialog("ilr_registrations")
    assert isinstance(dialog, IlrRegistrationsDialog)
    return dialog


def with_aims(lms: LmsRoom, number: int) -> None:
    """So many learners have an aim of the course code BIO-1, and nobody any other."""
    with lms.context.db.write() as tx:
        tx.execute(delete(aim))
        ids = tx.execute(select(learner.c.id).order_by(learner.c.id).limit(number)).scalars().all()
        values = {"year": "2627", "seq": 1, "course_code": "BIO-1", "completion": "1", "starts": date(2026, 9, 1)}
        tx.execute(insert(aim), [{"learner_id": one, **values} for one in ids])


def test_a_code_gets_its_meaning_and_people_are_enrolled_and_taken_back(lms: LmsRoom):
    with_aims(lms, 3)
    sections.save(lms.context.db, lms.context.user, None, Section(course_code="BIO", course_title="Biology"))
    before = len(lms.enrolled())
    dialog = opened(lms)
    assert listed(dialog, "ilr_codes") == [["Means none", "Course code", "BIO-1", "2627", "3", "–"]]
    assert dialog.foreseen_words.text() == "No code means a section yet. 3 aims mean no section."
    assert not dialog.apply_button.isEnabled()
    dialog.box.setFocus()
    type_text("BIO")
    assert dialog.box.currentText() == "BIO · 1 · Biology"
    dialog.refresh()
    click(dialog.map_button)
    lms.room.at_rest()
    lms.room.until(lambda: dialog.foreseen_words.text() == "What would come of it: Enrolled 3.")
    assert listed(dialog, "ilr_codes")[0][0] == "Means a section"
    click(dialog.apply_button)
    lms.room.at_rest()
    lms.room.until(lambda: len(lms.enrolled()) == before + 3)
    assert dialog.foreseen_words.text() == "Unchanged 3."
    lms.room.until(lambda: not dialog.busy)
    with full_disk(lms.context):
        click(dialog.undo_button)
        lms.room.until(lambda: dialog.banner.accessibleName() == "The disk is full, so nothing was saved.")
    assert not dialog.busy
    click(dialog.undo_button)
    lms.room.at_rest()
    lms.room.until(lambda: len(lms.enrolled()) == before)
    lms.close(dialog, "ilr_close")


def test_a_dialog_that_only_reads_is_closed_at_once(lms: LmsRoom):
    lms.show("sections")
    with held_up(lms.room.window.runner, Lane.READ):
        lms.press_action("lms.from_ilr")
        lms.room.until(lambda: isinstance(QApplication.activeModalWidget(), IlrRegistrationsDialog))
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, IlrRegistrationsDialog)
        assert dialog.busy
        assert dialog.close_button.text() == "Close"
        lms.room.in_front(dialog)
        press(Qt.Key.Key_Escape)
        assert not dialog.isVisible()
    lms.room.at_rest()
    assert QApplication.activeModalWidget() is None


def test_without_an_ilr_it_says_what_to_do(lms: LmsRoom):
    with lms.context.db.write() as tx:
        tx.execute(delete(aim))
    dialog = opened(lms)
    assert "load an ILR first" in dialog.map_button.accessibleDescription()
    bare = dialog.list.viewport().grab().toImage()
    words = dialog.list.accessibleDescription()
    assert words == "No aims are loaded yet. Load an ILR with Load Learners."
    dialog.list.say_when_empty("")
    assert dialog.list.viewport().grab().toImage() != bare, "the words are painted"
    dialog.list.say_when_empty(words)
    lms.close(dialog, "ilr_close")
