"""Compare with the LMS and Adopt: asked of the sandbox at that moment, each person with their one action."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QApplication
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update

from app.db.tables import learner, lms_account, operation
from app.lms import enrol
from tests.ui.college_room import CLOSED, HIDDEN, NEW, OPEN, Browser, LmsRoom, listed
from tests.ui.conftest import named, saving_as
from tests.ui.dialog_room import click, press
from tests.ui.load_room import held_up
from ui.dialogs.lms_compare import CompareDialog
from ui.dialogs.lms_decide import DecideDialog
from ui.workers import Lane

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def opened(lms: LmsRoom, course: str, action: str = "lms.compare") -> CompareDialog:
    lms.pick_course(course)
    lms.press_action(action)
    dialog = lms.dialog("lms_compare")
    assert isinstance(dialog, CompareDialog)
    at_rest(lms, dialog)
    return dialog


def at_rest(lms: LmsRoom, dialog: CompareDialog) -> None:
    lms.room.at_rest()
    lms.room.until(lambda: not dialog.busy)


def numbers(dialog: CompareDialog) -> tuple[int, ...]:
    return tuple(dialog.tiles.tile(key).content.number for key in ("both", "only_here", "only_there"))


def go_to(dialog: CompareDialog, key: str) -> list[list[str]]:
    click(dialog.tiles.tile(key))
    return listed(dialog, "compare_list")


def choose(dialog: CompareDialog, action: str) -> None:
    """The first row whose next step is that, with a click."""
    place = next(at for at, row in enumerate(listed(dialog, "compare_list")) if row[4] == action)
    click(dialog.list.viewport(), dialog.list.visualRect(dialog.list.model().index(place, 1)).center())


def last_kind(lms: LmsRoom) -> str:
    with lms.context.db.read() as tx:
        return str(tx.execute(select(operation.c.kind).order_by(operation.c.id.desc())).scalars().first())


def test_the_lists_add_up_and_hold_everybody(lms: LmsRoom):
    strangers = [one.ref for one in lms.enrolled(OPEN)]
    with lms.context.db.read() as tx:
        free = list(tx.execute(select(learner.c.id).where(learner.c.ref.not_in(strangers)).limit(2)).scalars())
    enrol.enrol_selected(lms.context.db, lms.context.user, free, lms.course(OPEN).id)
    dialog = opened(lms, OPEN)
    both, here, there = numbers(dialog)
    students = dialog.found.both + dialog.found.only_there  # type: ignore[union-attr]
    assert both + there == len({one.user for one in students}) >= 1
    assert here >= 1
    assert both + here == len(lms.enrolled(OPEN))
    rows = go_to(dialog, "only_here")
    assert len(rows) == here
    assert dialog.list.accessibleName() == f"Only here: {here}"
    assert all(row[2] == "not there" for row in rows)


def test_adopt_opens_at_those_who_are_only_there_one_by_one_and_all(lms: LmsRoom):
    dialog = opened(lms, CLOSED, "lms.adopt")
    assert dialog.tiles.value == "only_there"
    waiting = len(dialog.found.to_adopt)  # type: ignore[union-attr]
    assert waiting > 2
    choose(dialog, "Adopt")
    click(dialog.act_button)
    at_rest(lms, dialog)
    assert "1 learner was adopted" in dialog.banner.accessibleName()
    assert len(lms.enrolled(CLOSED)) == 1
    assert dialog.all_button.text() == f"Adopt All ({waiting - 1})"
    click(dialog.all_button)
    at_rest(lms, dialog)
    assert len(lms.enrolled(CLOSED)) == waiting
    assert {one.origin for one in lms.enrolled(CLOSED)} == {"adopted"}
    assert last_kind(lms) == "adopted"
    assert not dialog.all_button.isEnabled()
    assert numbers(dialog)[0] == waiting
    click(dialog.undo_button)
    at_rest(lms, dialog)
    assert len(lms.enrolled(CLOSED)) == 1
    assert numbers(dialog)[0] == 1
    assert dialog.all_button.text() == f"Adopt All ({waiting - 1})"
    lms.close(dialog, "compare_close")


@pytest.mark.parametrize(("course", "word"), [(HIDDEN, "Hidden"), (NEW[0], "New")])
def test_adopt_is_refused_with_the_reason(lms: LmsRoom, course, word):
    lms.pick_course(course)
    lms.press_action("lms.adopt")
    dialog = lms.dialog("message")
    assert word in dialog.accessibleDescription()
    press(Qt.Key.Key_Escape)


def test_adopt_is_refused_for_a_course_that_the_lms_has_no_longer(lms: LmsRoom):
    lms.set_course(OPEN, removed_at=func.now())
    page = lms.show("lms_courses")
    click(named(page, "conditions_link_removed"))
    lms.room.until(lambda: page.shown == 1)
    lms.room.at_rest()
    lms.pick(page, lms.course(OPEN).id)
    lms.press_action("lms.adopt")
    assert "removed in the LMS" in lms.dialog("message").accessibleDescription()
    press(Qt.Key.Key_Escape)


def test_a_new_course_can_be_compared_and_nobody_adopted_from_there(lms: LmsRoom):
    dialog = opened(lms, NEW[0])
    assert numbers(dialog)[2] > 0
    choose(dialog, "Adopt")
    assert not dialog.act_button.isEnabled()
    assert "New" in dialog.act_button.accessibleDescription()
    assert not dialog.all_button.isEnabled()


def test_an_account_is_decided_from_there(lms: LmsRoom):
    numbers_of = {one.ref: one.learner_id for one in lms.enrolled(OPEN)}
    with lms.context.db.write() as tx:  # the LMS has nothing by which to know the learner
        account = tx.execute(
            select(lms_account.c.lms_user_number).where(lms_account.c.learner_id.is_not(None))
        ).scalar()
        who = tx.execute(
            select(lms_account.c.learner_id).where(lms_account.c.lms_user_number == account)
        ).scalar_one()
        tx.execute(
            update(lms_account)
            .where(lms_account.c.lms_user_number == account)
            .values(learner_id=None, matched_by="person", clash=False)
        )
    dialog = opened(lms, OPEN)
    go_to(dialog, "only_there")
    place = next(at for at, row in enumerate(listed(dialog, "compare_list")) if row[3] == account)
    dialog.list.selectRow(place)
    assert dialog.act_button.text() == "Decide Account"
    click(dialog.act_button)
    deciding = lms.dialog("decide_account")
    assert isinstance(deciding, DecideDialog)
    ref = next(key for key, value in numbers_of.items() if value == who)
    for letter in ref:
        press(Qt.Key(ord(letter)))
    lms.room.until(lambda: [row[0] for row in listed(deciding, "decide_learners")] == [ref])
    press(Qt.Key.Key_Return)
    assert deciding.isVisible()
    click(deciding.take_button)
    at_rest(lms, dialog)
    with lms.context.db.read() as tx:
        row = tx.execute(select(lms_account).where(lms_account.c.lms_user_number == account)).one()
    assert (row.learner_id, row.matched_by) == (who, "person")
    assert account not in [one.user for one in dialog.found.only_there]  # type: ignore[union-attr]


def test_an_account_that_was_made_anew_is_relinked(lms: LmsRoom):
    one = next(row for row in lms.enrolled(OPEN) if row.progress)
    with lms.context.db.write() as tx:
        mine = lms_account.c.learner_id == one.learner_id
        tx.execute(update(lms_account).where(mine).values(lms_user_number="999999"))
    dialog = opened(lms, OPEN)
    go_to(dialog, "only_here")
    choose(dialog, "Relink")
    click(dialog.act_button)
    at_rest(lms, dialog)
    assert one.learner_id in [entry.learner_id for entry in dialog.found.both]  # type: ignore[union-attr]
    assert last_kind(lms) == "lms_account_decided"


def test_who_is_only_here_is_looked_for_in_the_lms_itself(lms: LmsRoom):
    with lms.context.db.read() as tx:
        there = [one.ref for one in lms.enrolled(OPEN)]
        free = tx.execute(select(learner.c.id).where(learner.c.ref.not_in(there)).limit(12)).scalars().all()
    enrol.enrol_selected(lms.context.db, lms.context.user, free, lms.course(OPEN).id)
    dialog = opened(lms, OPEN)
    go_to(dialog, "only_here")
    choose(dialog, "Check in the LMS")
    browser = Browser()
    QDesktopServices.setUrlHandler("https", browser, "open")
    try:
        click(dialog.act_button)
        lms.room.until(lambda: bool(browser.opened))
    finally:
        QDesktopServices.unsetUrlHandler("https")
    assert browser.opened == [f"{lms.sandbox.info.url}/user/index.php?id={lms.course(OPEN).number}"]


@pytest.mark.parametrize("fault", ["maintenance", "token-revoked", "gateway", "html", "reset"])
def test_an_lms_that_does_not_answer_is_said_in_words(lms: LmsRoom, fault):
    lms.sandbox.set_fault(fault)
    dialog = opened(lms, OPEN)
    assert dialog.banner.isVisible()
    assert dialog.banner.accessibleName().endswith(".")
    assert dialog.banner.accessibleDescription()
    assert dialog.found is None
    lms.sandbox.set_fault(None)
    click(dialog.again_button)
    at_rest(lms, dialog)
    assert dialog.found is not None
    assert not dialog.banner.isVisible()


def test_asking_can_be_stopped(lms: LmsRoom):
    lms.sandbox.set_latency(20_000)
    lms.pick_course(OPEN)
    lms.press_action("lms.compare")
    lms.room.until(lambda: isinstance(QApplication.activeModalWidget(), CompareDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, CompareDialog)
    lms.room.until(lambda: len(lms.sandbox.calls) > 0 and dialog.busy)
    assert dialog.close_button.text() == "Stop"
    press(Qt.Key.Key_Escape)
    lms.room.until(lambda: not dialog.busy)
    assert dialog.banner.accessibleName() == "Stopped. Nothing was changed."
    assert dialog.found is None
    lms.sandbox.set_latency(0)
    lms.close(dialog, "compare_close")


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_lists_go_to_a_file(lms: LmsRoom, tmp_path: Path, ending):
    dialog = opened(lms, CLOSED)
    path = tmp_path / f"lists.{ending}"
    with saving_as(path):
        click(dialog.export_button)
    at_rest(lms, dialog)
    assert "lists" in dialog.banner.accessibleName()
    if ending == "xlsx":
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    else:
        from tests.ui.conftest import read_csv

        rows = read_csv(path)
    assert rows[0][:3] == ["List", "Person Code", "Name"]
    assert len(rows) - 1 == sum(numbers(dialog))


def test_the_last_one_pressed_opens_as_what_it_is(lms: LmsRoom):
    lms.pick_course(CLOSED)
    window = lms.room.window
    with held_up(window.runner, Lane.READ):
        window.lms.people.adopt()
        window.lms.people.compare()
    lms.room.at_rest()
    [dialog] = [one for one in window.findChildren(CompareDialog) if one.isVisible()]
    at_rest(lms, dialog)
    assert dialog.windowTitle() == "Compare with the LMS"


def test_adopting_by_keys(lms: LmsRoom):
    dialog = opened(lms, CLOSED, "lms.adopt")
    before = numbers(dialog)[0]
    choose(dialog, "Adopt")
    press(Qt.Key.Key_Return)  # the one action of the row
    at_rest(lms, dialog)
    assert numbers(dialog)[0] == before + 1
    for _ in range(20):
        focus = QApplication.focusWidget()
        if isinstance(focus, QAbstractButton) and focus.objectName() == "compare_adopt_all":
            break
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    at_rest(lms, dialog)
    assert not dialog.found.to_adopt  # type: ignore[union-attr]
    press(Qt.Key.Key_Escape)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
