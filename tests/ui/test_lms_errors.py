"""The Sync Errors page by keys: causes, one error retried, snoozed, accepted, woken; a hold decided."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select, update

from app.access import Permission, Role
from app.conditions import Group, Operator, Test
from app.context import AppContext
from app.db.tables import hold, lms_account, lms_course, sync_error
from app.lms import errors_list
from app.lms.errors import Level
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_state import STUDENT
from tests.builders import user_with
from tests.ui.conftest import Rooms, named
from tests.ui.dialog_room import click, opened
from tests.ui.help_room import rule_shown
from tests.ui.lms_room import LmsRoom, break_two, dialog_of, errors_page, lms_room, look_at_first, moodle, text
from tests.ui.load_room import held_up
from ui.dialogs.hold import HoldDialog
from ui.dialogs.lms_accounts import AccountsDialog
from ui.dialogs.lms_compare import CompareDialog
from ui.dialogs.snooze import ACCEPT, TOMORROW, SnoozeDialog
from ui.look import fonts


@pytest.fixture
def sandbox() -> Iterator[MoodleSandbox]:
    with moodle() as running:
        yield running


@pytest.fixture
def lms(rooms: Rooms, sandbox: MoodleSandbox) -> LmsRoom:
    return lms_room(rooms, sandbox)


@pytest.mark.rule("SE-R2", "SE-R3")
def test_causes_are_grouped_and_one_filters_the_grid(lms: LmsRoom, sandbox: MoodleSandbox):
    break_two(lms, sandbox)
    page = errors_page(lms, 2)
    assert page.causes is not None
    tabs = lms.room.window.row.tabs
    assert tabs.tabText(tabs.currentIndex()) == "Sync Errors"
    cause = named(page, "cause_SE-12_course")
    assert "1 course: The service account may not see the grades" in cause.accessibleName()
    cause.setFocus()
    lms.room.press("Space")
    lms.room.until(lambda: page.shown == 1)
    lms.room.at_rest()
    assert page.causes.value is not None
    look_at_first(lms, page)
    assert "rights to view the user report" in text(page, "error_advice")
    assert text(page, "error_sentence") == "The service account may not see the grades of everybody."
    page.grid.setFocus()
    assert rule_shown(lms.room) == "SE-12"
    lms.room.in_front(lms.room.window)
    click(named(page, "error_copy"))
    copied = QGuiApplication.clipboard().text()
    assert "SE-12" in copied
    assert "met by 1 run" in copied
    click(named(page, "cause_all"))
    lms.room.until(lambda: page.shown == 2)


@pytest.mark.rule("SE-R4", "SE-R5")
def test_one_error_is_retried_by_keys_and_cleared_ones_are_found(lms: LmsRoom, sandbox: MoodleSandbox):
    first, _ = break_two(lms, sandbox)
    page = errors_page(lms, 2)
    sandbox.set_fault(None)
    asked = len(sandbox.calls)
    look_at_first(lms, page)
    action = lms.room.window.actions_.action("lms.retry")
    assert action.isEnabled()
    action.trigger()
    lms.room.until(lambda: lms.sync.busy)
    lms.ended()
    lms.room.until(lambda: page.shown == 1)
    asked_about = {course for _, course in sandbox.calls[asked:] if course}
    assert asked_about == {str(first)}, "the other was left alone"
    page.set_conditions(Group(members=(Test("cleared", Operator.YES),)))
    lms.room.at_rest()
    lms.room.until(lambda: not page.grid.is_loading and page.shown == 1)
    look_at_first(lms, page)
    assert "It cleared itself on" in page.pane.quiet_words
    page.set_conditions(None)
    page.grid.clearSelection()
    lms.room.at_rest()
    lms.room.window.show_page("sync_runs")
    lms.room.window.lms.retry()
    lms.room.until(lambda: lms.sync.busy)
    lms.ended()
    assert not lms.open_codes()


@pytest.mark.rule("SE-R6")
def test_an_error_is_snoozed_accepted_and_woken_by_keys(lms: LmsRoom, sandbox: MoodleSandbox):
    break_two(lms, sandbox)
    page = errors_page(lms, 2)
    look_at_first(lms, page)

    def held() -> tuple[bool, str | None]:
        with lms.context.db.read() as tx:
            row = tx.execute(select(sync_error).where(sync_error.c.id == page.grid.current_key)).one()
        return row.snoozed_until is not None, row.accepted_reason

    named(page, "error_snooze").setFocus()
    lms.room.press("Space")
    dialog = dialog_of(lms, SnoozeDialog)
    lms.room.press("Down", dialog)
    lms.room.press("Return", dialog)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
    lms.room.at_rest()
    assert held() == (True, None)
    lms.room.until(lambda: "Snoozed until" in page.pane.quiet_words)
    assert text(page, "error_snooze") == "Wake Up"
    lms.room.window.lms.snooze()
    dialog = dialog_of(lms, SnoozeDialog)
    for _ in range(3):
        lms.room.press("Down", dialog)
    lms.room.press("Return", dialog)
    lms.room.at_rest()
    assert "Say why this is accepted" in dialog.reason.error  # type: ignore[attr-defined]
    QTest.keyClicks(dialog.focusWidget(), "Known, mended at half-term")
    lms.room.press("Return", dialog)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
    lms.room.at_rest()
    assert held() == (True, "Known, mended at half-term")
    lms.room.until(lambda: "Reason: Known, mended at half-term" in page.pane.quiet_words)
    lms.room.window.lms.snooze()
    dialog = dialog_of(lms, SnoozeDialog)
    for _ in range(4):
        lms.room.press("Down", dialog)
    lms.room.press("Return", dialog)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
    lms.room.at_rest()
    assert held() == (False, None)


def remove_most(lms: LmsRoom, sandbox: MoodleSandbox) -> list[int]:
    """So many courses vanish at once that a run holds them; their numbers."""
    numbers = [int(one) for one in sandbox._functions.site.courses][1:]
    gone = numbers[:4]
    for number in gone:
        sandbox.remove_course(number)
    lms.run()
    lms.look()
    return gone


def waiting(lms: LmsRoom) -> int:
    with lms.context.db.read() as tx:
        return len(tx.execute(select(hold.c.id).where(hold.c.decided_at.is_(None))).all())


def removed(lms: LmsRoom) -> int:
    with lms.context.db.read() as tx:
        return len(tx.execute(select(lms_course.c.id).where(lms_course.c.removed_at.is_not(None))).all())


@pytest.mark.rule("LS-C15")
def test_a_hold_is_decided_by_keys(lms: LmsRoom, sandbox: MoodleSandbox):
    window = lms.room.window
    window.show_page("lms_courses")
    gone = remove_most(lms, sandbox)
    assert waiting(lms) == 1
    banner = lms.banners.held
    assert banner.isVisible()
    assert f"{len(gone)} courses would be removed." in banner.accessibleName()
    named(window, "held_decide").setFocus()
    lms.room.press("Space")
    dialog = dialog_of(lms, HoldDialog)
    assert dialog.list.count() == len(gone)  # type: ignore[attr-defined]
    assert text(dialog, "dialog_heading") == f"{len(gone)} courses would be removed at once"
    lms.room.press("Escape", dialog)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
    assert waiting(lms) == 1, "Esc decides nothing"
    lms.room.in_front(window)
    lms.room.press("Space")
    dialog = dialog_of(lms, HoldDialog)
    named(dialog, "hold_remove").setFocus()
    lms.room.press("Space", dialog)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
    lms.ended()
    assert waiting(lms) == 0
    assert removed(lms) == len(gone)
    lms.look()
    assert not banner.isVisible()


@pytest.mark.rule("LS-C15")
def test_what_is_kept_is_asked_about_again(lms: LmsRoom, sandbox: MoodleSandbox):
    window = lms.room.window
    window.show_page("lms_courses")
    kept = {number: sandbox.course(number) for number in list(sandbox._functions.site.courses)[1:]}
    gone = remove_most(lms, sandbox)
    for number in gone:
        sandbox.put_back(kept[number])
    runs = len(lms.runs())
    click(named(window, "held_decide"))
    dialog = dialog_of(lms, HoldDialog)
    lms.room.press("Return", named(dialog, "hold_keep"))
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
    lms.room.until(lambda: len(lms.runs()) > runs)
    lms.ended()
    assert removed(lms) == 0
    assert waiting(lms) == 0
    assert lms.runs()[0].state == "finished"


def test_who_may_not_decide_is_told_why(rooms: Rooms, sandbox: MoodleSandbox):
    lms = lms_room(rooms, sandbox, as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER))
    lms.room.window.show_page("lms_courses")
    remove_most(lms, sandbox)
    click(named(lms.room.window, "held_decide"))
    dialog = dialog_of(lms, HoldDialog)
    for name in ("hold_remove", "hold_keep"):
        assert not named(dialog, name).isEnabled()
        assert named(dialog, name).toolTip()
    lms.room.press("Escape", dialog)
    assert waiting(lms) == 1


@pytest.mark.rule("SE-16")
def test_a_shrunken_roster_lists_the_learners(lms: LmsRoom, sandbox: MoodleSandbox):
    number = sorted(lms.numbers())[0]
    there = sandbox.course(number).places
    for user in [user for user, place in there.items() if place.role == STUDENT][:5]:
        sandbox.set_place(number, user, None)
    lms.run()
    lms.look()
    assert "SE-16" in lms.open_codes()
    lms.room.window.show_page("sync_errors")
    page = lms.room.window.lms.errors.page
    lms.room.at_rest()
    click(named(page, "cause_SE-16_course"))
    lms.room.until(lambda: page.shown == 1)
    lms.room.at_rest()
    look_at_first(lms, page)
    assert text(page, "error_act") == "Decide"
    click(named(page, "error_act"))
    dialog = dialog_of(lms, HoldDialog)
    assert dialog.list.count() == 5  # type: ignore[attr-defined]
    assert "5 learners are missing at once from" in text(dialog, "dialog_heading")
    lms.room.press("Escape", dialog)


def test_the_action_of_a_cause_leads_where_it_says(lms: LmsRoom, sandbox: MoodleSandbox):
    break_two(lms, sandbox)
    page = errors_page(lms, 2)
    click(named(page, "act_SE-12_course"))
    lms.room.at_rest()
    assert "SE-12" in QGuiApplication.clipboard().text(), "Copy Report"
    wanted: list[None] = []
    lms.room.window.lms.settings_wanted.disconnect()
    lms.room.window.lms.settings_wanted.connect(lambda: wanted.append(None))
    sandbox.revoke_token()
    lms.run()
    page = errors_page(lms, 3)
    click(named(page, "act_SE-03_connection"))
    assert wanted, "Open Settings"


def without_accounts(context: AppContext) -> None:
    """Of one learner nobody knows the account any more; of another it is another one."""
    with context.db.write() as tx:
        rows = tx.execute(select(lms_account).where(lms_account.c.learner_id.is_not(None)).order_by(lms_account.c.id))
        first, second = rows.all()[:2]
        values = {"learner_id": None, "matched_by": "person", "clash": False}
        tx.execute(update(lms_account).where(lms_account.c.id == first.id).values(values))
        tx.execute(update(lms_account).where(lms_account.c.id == second.id).values(lms_user_number="999999"))


@pytest.mark.rule("SE-20", "SE-22", "SE-R2")
@pytest.mark.parametrize("code", ["SE-20", "SE-22"])
def test_an_error_of_a_learner_compares_its_course(lms: LmsRoom, code: str):
    without_accounts(lms.context)
    lms.run()
    assert {"SE-20", "SE-22"} <= lms.open_codes()
    page = errors_page(lms, page_count(lms))
    page.show_cause((code, Level.ENROLMENT))
    lms.room.until(lambda: page.shown > 0 and not page.grid.is_loading)
    lms.room.at_rest()
    look_at_first(lms, page)
    with lms.context.db.read() as tx:
        row = errors_list.rows(tx, [page.grid.current_key])[page.grid.current_key]
    named(page, "error_act").setFocus()
    lms.room.press("Space")
    dialog = dialog_of(lms, CompareDialog)
    assert isinstance(dialog, CompareDialog)
    lms.room.until(lambda: not dialog.busy)
    lms.room.at_rest()
    assert dialog.found is not None
    assert dialog.found.lms_course_id == row.lms_course_id
    assert row.learner_id in {one.learner_id for one in dialog.found.only_here}
    lms.room.press("Escape", dialog)
    lms.room.at_rest()


@pytest.mark.rule("SE-23", "SE-R2")
def test_a_clash_opens_the_accounts_of_its_learner(lms: LmsRoom):
    with lms.context.db.write() as tx:
        tx.execute(update(lms_account).where(lms_account.c.learner_id.is_not(None)).values(clash=True))
    lms.run()
    assert "SE-23" in lms.open_codes()
    page = errors_page(lms, page_count(lms))
    look_at_first(lms, page)
    with lms.context.db.read() as tx:
        row = errors_list.rows(tx, [page.grid.current_key])[page.grid.current_key]
    click(named(page, "error_act"))
    dialog = dialog_of(lms, AccountsDialog)
    assert isinstance(dialog, AccountsDialog)
    lms.room.until(lambda: not dialog.busy)
    lms.room.at_rest()
    assert dialog.current is not None
    assert row.learner_id in dialog.current.looks_like
    only = dialog.list.model().rowCount()
    lms.room.press("Escape", dialog)
    lms.room.at_rest()
    click(named(page, "act_SE-23_enrolment"))
    dialog = dialog_of(lms, AccountsDialog)
    assert isinstance(dialog, AccountsDialog)
    lms.room.until(lambda: not dialog.busy)
    lms.room.at_rest()
    assert dialog.list.model().rowCount() > only, "of all learners"
    lms.room.press("Escape", dialog)
    lms.room.at_rest()


def test_who_may_not_enrol_is_told_why_nothing_opens(rooms: Rooms, sandbox: MoodleSandbox):
    lms = lms_room(rooms, sandbox, as_user=lambda context: user_with(context.db, Role.LMS_ADMINISTRATOR))
    lms.room.window.lms.errors.accounts_wanted.emit(None)
    lms.room.window.lms.errors.compare_wanted.emit(1)
    lms.room.at_rest()
    assert QApplication.activeModalWidget() is None
    assert text(lms.room.window, "status_work") == lms.context.rights.why_not(Permission.ENROL)


def page_count(lms: LmsRoom) -> int:
    with lms.context.db.read() as tx:
        return sum(one.count for one in errors_list.groups(lms.context.db, tx))


def test_what_is_wrong_with_the_reason_is_in_sight_with_large_text(lms: LmsRoom):
    fonts.set_scale(2.0)
    try:
        dialog = opened(lms.room.qtbot, SnoozeDialog(None, lms.room.window.runner, lms.context, [1]))
        dialog.ways[ACCEPT].click()
        click(dialog.save_button)
        lms.room.until(lambda: bool(dialog.reason.error))
        foot = dialog.foot.mapTo(dialog, dialog.foot.rect().topLeft()).y()
        lms.room.until(lambda: dialog.reason.mapTo(dialog, dialog.reason.rect().bottomLeft()).y() < foot)
        dialog.reject()
    finally:
        fonts.set_scale(1.0)


def test_what_waits_to_be_snoozed_is_not_changed_meanwhile(lms: LmsRoom):
    dialog = opened(lms.room.qtbot, SnoozeDialog(None, lms.room.window.runner, lms.context, [1]))
    with held_up(lms.room.window.runner):
        click(dialog.save_button)
        click(dialog.ways[ACCEPT])
        assert dialog.way == TOMORROW, "or it would say afterwards that the error was accepted"
        dialog.reject()
        assert dialog.isVisible()
        click(dialog.ways[ACCEPT])
        assert dialog.way == ACCEPT
        dialog.reject()


@pytest.mark.rule("EX-T2")
@pytest.mark.parametrize("chosen", [True, False])
def test_a_sending_that_failed_is_sent_again(lms: LmsRoom, sandbox: MoodleSandbox, chosen: bool):
    sandbox.set_fault("maintenance")
    lms.sync.send()
    lms.ended()
    assert lms.runs()[0].kind == "sender"
    page = errors_page(lms, 1)
    sandbox.set_fault(None)
    if chosen:
        look_at_first(lms, page)
    before = len(lms.runs())
    lms.room.window.actions_.action("lms.retry").trigger()
    lms.room.until(lambda: len(lms.runs()) > before and not lms.sync.busy)
    lms.ended()
    assert [one.kind for one in lms.runs()][: len(lms.runs()) - before] == ["sender"], "nothing else is asked"
    lms.room.until(lambda: page.shown == 0)
