"""How the window tells that the LMS is down, failing, held, paused or back: banners, notices told once, words."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from sqlalchemy import update

from app.db.tables import setting
from app.lms import settings
from app.lms.settings import Plan, SyncSettings
from app.sandbox.moodle import MoodleSandbox
from tests.ui.conftest import Rooms, answering, named
from tests.ui.dialog_room import click
from tests.ui.lms_room import QUIET, LmsRoom, earlier, lms_room, moodle, plan
from ui.look.banner import Banner


@pytest.fixture
def sandbox() -> Iterator[MoodleSandbox]:
    with moodle() as running:
        yield running


@pytest.fixture
def lms(rooms: Rooms, sandbox: MoodleSandbox) -> LmsRoom:
    return lms_room(rooms, sandbox)


def said(banner: Banner) -> str:
    return f"{banner.accessibleName()} {banner.accessibleDescription()}"


def status_right(lms: LmsRoom) -> str:
    return named(lms.room.window, "status_right").text()  # type: ignore[attr-defined]


def advises(words: str) -> None:
    """Since when the LMS is down, why, what of it, and who can help."""
    assert words.startswith("Down since ")
    assert "does not accept the token" in words
    assert "Last success " in words
    assert "nothing is hidden, removed or set to zero" in words
    assert "get a new token" in words
    assert "Contact: Ring Ada, ext. 12" in words


@pytest.mark.rule("LS-N2", "LS-N3")
def test_a_revoked_token_leads_to_down_with_advice_and_recovery_is_told_once(lms: LmsRoom, sandbox: MoodleSandbox):
    window, banners = lms.room.window, lms.banners
    notices: list[object] = []
    lms.sync.noticed.connect(notices.append)
    window.show_page("lms_courses")
    lms.look()
    before = window.lms.courses.total
    sandbox.revoke_token()
    earlier(lms.context, 20)
    lms.run()
    lms.look()
    assert not banners.down.isVisible(), "20 minutes are no reason to alarm anybody"
    assert "LMS not answering since" in status_right(lms)
    assert "next try" not in status_right(lms), "nothing is scheduled"
    earlier(lms.context, 15)
    lms.run()
    lms.look()
    assert banners.down.isVisible()
    advises(said(banners.down))
    assert not banners.notice.isVisible(), "the banner says it all here"
    assert window.lms.courses.total == before
    assert notices
    told = len(notices)
    window.show_page("learners")
    assert banners.notice.isVisible()
    assert not banners.down.isVisible()
    assert "LMS down since" in status_right(lms)
    for _ in range(2):
        lms.look()
    assert len(notices) == told, "once"
    click(named(window, "notice_dismiss"))
    assert not banners.isVisible()
    sandbox.restore_token()
    lms.run()
    lms.look()
    back = notices[told:]
    assert back
    assert len({one.kind for one in back}) == len(back)  # type: ignore[attr-defined]
    words = said(banners.notice)
    assert banners.notice.isVisible()
    assert "The LMS is back" in words
    assert "2 runs missed, data complete again" in words
    lms.look()
    assert notices[told:] == back
    window.show_page("lms_courses")
    assert not banners.down.isVisible()


def test_a_second_window_does_not_tell_it_again(lms: LmsRoom, rooms: Rooms, sandbox: MoodleSandbox):
    sandbox.revoke_token()
    earlier(lms.context, 40)
    lms.run()
    lms.look()
    assert lms.banners.notice.isVisible()
    other = lms_room(rooms, sandbox, begun=False)
    other.look()
    assert not other.banners.notice.isVisible()
    other.room.window.show_page("enrolments")
    assert other.banners.down.isVisible(), "how it stands is shown everywhere"


def test_the_report_of_the_banner_names_nobody_and_no_token(lms: LmsRoom, sandbox: MoodleSandbox):
    sandbox.revoke_token()
    earlier(lms.context, 40)
    lms.run()
    lms.look()
    lms.room.window.show_page("lms_courses")
    click(named(lms.room.window, "down_report"))
    lms.room.at_rest()
    report = QGuiApplication.clipboard().text()
    assert "SE-03" in report
    assert sandbox.info.token not in report


def test_paused_for_a_week_is_said_and_ended_by_a_key(lms: LmsRoom):
    until = date.today() + timedelta(days=7)
    lms.room.window.show_page("lms_courses")
    menu = lms.room.window.lms.pause.menu()
    next(one for one in menu.actions() if one.text() == "For a Week").trigger()
    lms.room.until(lambda: lms.banners.paused.isVisible())
    with lms.context.db.read() as tx:
        assert settings.read(tx).courses.paused_until == settings.read(tx).enrolments.paused_until == until
    assert "is paused until" in said(lms.banners.paused)
    assert "LMS paused until" in status_right(lms)
    plan(lms.context, SyncSettings(Plan(False, paused_until=until), Plan(False, paused_until=until)))
    button = named(lms.room.window, "paused_resume")
    button.setFocus()
    lms.room.press("Space")
    lms.room.until(lambda: not lms.banners.paused.isVisible())


def test_banners_do_not_interrupt_and_stand_over_the_lms_pages_only(lms: LmsRoom, sandbox: MoodleSandbox):
    window = lms.room.window
    window.show_page("learners")
    window.learners.grid.setFocus()
    sandbox.revoke_token()
    earlier(lms.context, 40)
    plan(lms.context, QUIET)
    lms.run()
    QApplication.activeModalWidget() and lms.room.press("Escape")
    window.learners.grid.setFocus()
    lms.look()
    assert lms.banners.notice.isVisible()
    assert QApplication.activeModalWidget() is None
    assert window.focusWidget() is window.learners.grid
    for page, there in (("lms_courses", True), ("sync_runs", True), ("sync_errors", True), ("licences", False)):
        window.show_page(page)
        lms.room.at_rest()
        assert lms.banners.down.isVisible() is there, page


@pytest.mark.parametrize("same", [False, True])
def test_another_address_is_asked_about_before_anything_is_written(lms: LmsRoom, same: bool):
    lms.run()
    with lms.context.db.write() as tx:
        tx.execute(update(setting).where(setting.c.key == "lms.site").values(value="old.example.org"))
    before = lms.runs()
    with answering("same" if same else "back") as asked:
        lms.run()
        lms.room.until(lambda: bool(asked))
        lms.ended()
    assert "old.example.org" in asked[0]
    states = [one.state for one in lms.runs()[: len(lms.runs()) - len(before)]]
    if same:
        lms.room.until(lambda: len(lms.runs()) == len(before) + 3 and not lms.sync.busy)
        states = [one.state for one in lms.runs()][:3]
    assert states == (["finished", "finished", "failed"] if same else ["failed"])
