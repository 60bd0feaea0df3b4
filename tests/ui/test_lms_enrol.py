"""Enrol Selected: from the learners that are selected to their enrolments, and back with Undo."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from sqlalchemy import func, select

from app.access import Role
from app.db.tables import enrolment, learner, operation
from app.lms import enrol
from tests.builders import user_with
from tests.ui.college_room import CLOSED, HIDDEN, NEW, OPEN, LmsRoom, listed, met, serving, use
from tests.ui.conftest import Rooms
from tests.ui.dialog_room import activity, click, press, type_text, write_into
from ui.dialogs.lms_enrol import EnrolDialog


def opened(lms: LmsRoom, learners: int = 5) -> EnrolDialog:
    lms.room.select(learners)
    lms.press_action("lms.enrol")
    dialog = lms.dialog("enrol_selected")
    assert isinstance(dialog, EnrolDialog)
    return dialog


def run(lms: LmsRoom, dialog: EnrolDialog) -> None:
    lms.room.at_rest()
    lms.room.until(lambda: not dialog.busy)


def test_only_open_and_closed_courses_are_offered_and_a_new_one_is_seen_nowhere(lms: LmsRoom):
    lms.set_course("C106", state="open", removed_at=func.now())
    dialog = opened(lms)
    offered = [row[1] for row in listed(dialog, "enrol_courses")]
    assert offered == [OPEN, CLOSED]
    assert not {HIDDEN, *NEW} & set(offered)


def test_learners_are_enrolled_with_dates_and_taken_back(lms: LmsRoom):
    dialog = opened(lms)
    chosen = list(lms.room.window.learners.grid.selected_keys())
    assert dialog.accessibleName() == "Enrol 5 selected learners"
    type_text("c102")
    press(Qt.Key.Key_Return)  # to what was found; nobody is enrolled by it
    assert lms.enrolled(CLOSED) == []
    assert [row[1] for row in listed(dialog, "enrol_courses")] == [CLOSED]
    write_into(dialog.starts.edit, "1 Sep 2026")
    write_into(dialog.ends.edit, "30 Jun 2027")
    click(dialog.enrol_button)
    run(lms, dialog)
    assert dialog.accessibleName() == "5 learners were enrolled"
    assert dialog.accessibleDescription() == f"{CLOSED}: 5 new."
    with lms.context.db.read() as tx:
        rows = tx.execute(select(enrolment).where(enrolment.c.origin == "hand", enrolment.c.removed_at.is_(None)))
        held = {row.learner_id: (row.starts, row.ends) for row in rows}
        assert tx.execute(select(operation.c.kind).order_by(operation.c.id.desc())).scalars().first() == "enrolled"
    assert held == dict.fromkeys(chosen, (date(2026, 9, 1), date(2027, 6, 30)))
    click(dialog.undo_button)
    run(lms, dialog)
    assert dialog.accessibleName() == "Enrol Selected was undone"
    assert dialog.accessibleDescription().startswith("5 enrolments were taken back.")
    said = ["Undo of Enrol Selected: Done: 5 rows were put back.", "Enrol Selected: Done: 5 new."]
    assert activity(lms.room.window) == said
    assert lms.enrolled(CLOSED) == []


def test_who_is_there_already_and_who_was_removed_are_told(lms: LmsRoom):
    lms.room.select(5)
    one, two, *_ = lms.room.window.learners.grid.selected_keys()
    enrol.enrol_selected(lms.context.db, lms.context.user, [one], lms.course(CLOSED).id)
    lms.press_action("lms.enrol")
    dialog = lms.dialog("enrol_selected")
    assert isinstance(dialog, EnrolDialog)
    type_text("c102")
    with lms.context.db.write() as tx:
        tx.execute(learner.update().where(learner.c.id == two).values(removed_at=func.now()))
    click(dialog.enrol_button)
    run(lms, dialog)
    assert dialog.accessibleName() == "3 learners were enrolled"
    assert "3 new, 1 was there already, 1 refused" in dialog.accessibleDescription()


def test_a_course_that_was_closed_to_all_meanwhile_is_refused_with_its_reason(lms: LmsRoom):
    dialog = opened(lms)
    lms.set_course(OPEN, state="hidden")
    before = len(lms.enrolled())
    type_text("c101")
    click(dialog.enrol_button)
    run(lms, dialog)
    assert dialog.banner.isVisible()
    assert "C101" in dialog.banner.accessibleName()
    assert "Hidden" in dialog.banner.accessibleDescription()
    assert len(lms.enrolled()) == before
    assert dialog.enrol_button.isEnabled()


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [("1 Sep 2026", "31 Aug 2026", "The end is before the start."), ("soon", "", "No such day.")],
)
def test_dates_that_cannot_be_are_said_at_the_field(lms: LmsRoom, starts, ends, said):
    dialog = opened(lms, 1)
    write_into(dialog.starts.edit, starts)
    write_into(dialog.ends.edit, ends)
    assert not dialog.enrol_button.isEnabled()
    assert said in dialog.starts.edit.accessibleDescription() + dialog.ends.edit.accessibleDescription()


def test_without_the_right_every_button_says_why(rooms: Rooms):
    with serving() as sandbox:
        room = rooms(
            further=met,
            prepare=lambda context: use(context, sandbox),
            as_user=lambda context: user_with(context.db, Role.PLR_USER),
        )
        room.select(2)
        for action in ("lms.enrol", "lms.adopt", "lms.compare", "lms.accounts", "lms.rules"):
            assert not room.window.actions_.action(action).isEnabled(), action
            assert "role" in room.window.actions_.reason(action), action
        rooms.close_all()


def test_without_learners_selected_the_button_says_so(lms: LmsRoom):
    lms.room.at_rest()
    assert not lms.room.window.actions_.action("lms.enrol").isEnabled()
    assert "Select learners" in lms.room.window.actions_.reason("lms.enrol")


def test_the_whole_of_it_by_keys(lms: LmsRoom):
    opened(lms, 2)
    type_text("c102")
    press(Qt.Key.Key_Return)
    for _ in range(12):
        focus = QApplication.focusWidget()
        if isinstance(focus, QAbstractButton) and focus.objectName() == "enrol_start":
            break
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    lms.room.until(lambda: len(lms.enrolled(CLOSED)) == 2)
    lms.room.at_rest()
    press(Qt.Key.Key_Escape)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
