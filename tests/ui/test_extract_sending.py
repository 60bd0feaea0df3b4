"""*Send Ready Records* in the window, and sending on the schedule."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.lms.settings import Plan, SyncSettings
from app.sandbox.moodle import MoodleSandbox
from tests.lms.sending import Sections
from tests.ui.conftest import Rooms, named
from tests.ui.dialog_room import click
from tests.ui.lms_room import QUIET, LmsRoom, lms_room, moodle, plan

USER = 1050


@pytest.fixture
def sandbox() -> Iterator[MoodleSandbox]:
    with moodle() as running:
        yield running


@pytest.fixture
def number(sandbox: MoodleSandbox) -> int:
    return sandbox.add_course("NEW", "A new course")


@pytest.fixture
def made() -> list[Sections]:
    return []


@pytest.fixture
def lms(rooms: Rooms, sandbox: MoodleSandbox, number: int, made: list[Sections]) -> LmsRoom:
    def prepare(context) -> None:
        some = Sections(context.db, context.user)
        section = some.section(str(number))
        for one in range(3):
            some.learner(9000 + one, section, str(USER + one))
        made.append(some)

    return lms_room(rooms, sandbox, prepare=prepare, begun=False)


def press_send(lms: LmsRoom) -> None:
    action = lms.room.window.actions_.action("lms.send")
    assert action.isEnabled()
    action.trigger()
    lms.room.until(lambda: lms.sync.busy)


def said(lms: LmsRoom) -> str:
    return named(lms.room.window, "status_work").text()  # type: ignore[attr-defined]


@pytest.mark.rule("EX-H3")
def test_the_button_sends_and_says_what_came_of_it(lms: LmsRoom, sandbox: MoodleSandbox, number: int, made):
    words: list[str] = []
    lms.sync.progressed.connect(lambda progress: words.append(said(lms)))
    sandbox.delete_account(USER)
    press_send(lms)
    lms.ended()
    assert said(lms) == "Sending finished: 2 sent, 2 processed, 1 rejected"
    assert set(sandbox.course(number).places) == {USER + 1, USER + 2}
    last = lms.runs()[0]
    assert (last.kind, last.trigger, last.state) == ("sender", "person", "messages")
    assert {name: last.counts[name] for name in ("sent", "processed", "rejected", "waiting")} == {
        "sent": 2,
        "processed": 2,
        "rejected": 1,
        "waiting": 0,
    }
    assert "Sending to the LMS…" in words
    press_send(lms)
    lms.ended()
    assert said(lms) == "Sending finished: there was nothing to send"


def test_cancel_stops_it_and_loses_nothing(lms: LmsRoom, sandbox: MoodleSandbox, made: list[Sections]):
    sandbox.set_latency(400)
    press_send(lms)
    lms.room.until(lambda: any("enrol_users" in function for function, _ in sandbox.calls))
    click(named(lms.room.window, "status_cancel"))
    lms.ended()
    assert said(lms).startswith("Sending stopped")
    assert lms.runs()[0].state == "cancelled"
    sandbox.set_latency(0)
    press_send(lms)
    lms.ended()
    assert made[0].statuses() == [("add", "processed")] * 3


def test_what_cannot_be_sent_is_said(lms: LmsRoom, sandbox: MoodleSandbox, made: list[Sections]):
    sandbox.revoke_token()
    press_send(lms)
    lms.ended()
    assert said(lms).startswith("Sending failed: ")
    assert said(lms).endswith("What was not sent stays Ready.")


@pytest.mark.parametrize("send", [False, True])
def test_on_the_schedule_only_where_it_is_switched_on(lms: LmsRoom, made: list[Sections], send: bool):
    plan(lms.context, replace(QUIET, enrolments=Plan(), send=send))
    lms.sync._schedule._begin = 0.0  # the minute after the start, in which nothing begins, is over
    with lms.room.qtbot.waitSignal(lms.sync.ended, timeout=30_000):
        lms.sync.look()
    lms.room.at_rest()
    kinds = [one.kind for one in reversed(lms.runs())]
    assert kinds == (["enrolments", "sender"] if send else ["enrolments"])
    assert [status for _, status in made[0].statuses()] == (["processed"] * 3 if send else [])
    assert SyncSettings().send is False
