"""Test Connection on the sandbox Moodle: every step, and what each fault makes of it."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from app.connectors.lms import CheckStep, Trouble
from app.connectors.moodle import MoodleClient
from app.connectors.moodle_check import STEPS
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_faults import ELSEWHERE
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.connectors.moodle_college import PATIENT, access, restored


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MoodleSandbox]:
    with MoodleSandbox(tmp_path_factory.mktemp("moodle"), people=people(300)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: MoodleSandbox) -> Iterator[MoodleSandbox]:
    with restored(running) as healthy:
        yield healthy


def steps(sandbox: MoodleSandbox, **other: Any) -> list[CheckStep]:
    found = list(MoodleClient(access(sandbox, **other)).check())
    assert all(one.detail for one in found)
    assert sandbox.info.token not in repr(found)
    return found


def failed_at(found: list[CheckStep], name: str, code: str) -> None:
    *before, last = found
    assert (last.name, last.ok, last.code) == (name, False, code)
    assert all(one.ok for one in before)


def test_a_healthy_site_passes_every_step(sandbox: MoodleSandbox):
    found = steps(sandbox)
    assert tuple(one.name for one in found) == STEPS
    assert {one.ok for one in found} == {True}
    assert "TLS 1.3" in found[2].detail
    assert "369 days" in found[3].detail


@pytest.mark.parametrize(
    ("fault", "step", "code"),
    [
        ("token-revoked", "Token", Trouble.SIGN_IN),
        ("account-suspended", "Token", Trouble.SIGN_IN),
        ("not-allowed", "Token", Trouble.NOT_ALLOWED),
        ("function-missing", "Function gradereport_user_get_grade_items", Trouble.NOT_ALLOWED),
        ("maintenance", "Answer", Trouble.MAINTENANCE),
        ("maintenance-cli", "Answer", Trouble.MAINTENANCE),
        ("gateway", "Answer", Trouble.MAINTENANCE),
        ("html", "Answer", Trouble.NOT_AN_ANSWER),
        ("xml", "Answer", Trouble.NOT_AN_ANSWER),
        ("wrong-path", "Answer", Trouble.NOT_AN_ANSWER),
        ("elsewhere", "Answer", Trouble.OTHER_ADDRESS),
        ("web-services-off", "Answer", Trouble.SWITCHED_OFF),
        ("busy", "Answer", Trouble.TOO_MANY),
        ("reset", "Answer", Trouble.UNREACHABLE),
        ("timeout", "Answer", Trouble.UNREACHABLE),
        ("html@courses", "Course list", Trouble.NOT_AN_ANSWER),
        ("no-rights@gradebook", "Gradebook", Trouble.GRADES_CLOSED_TO_US),
        ("out-of-reach@gradebook", "Gradebook", Trouble.COURSE_CLOSED_TO_US),
        ("broken-gradebook", "Gradebook", Trouble.UNKNOWN),
        ("timeout@gradebook", "Gradebook", Trouble.TOO_SLOW),
        ("server-expired", "Server certificate", Trouble.CERTIFICATE),
        ("server-wrong-host", "Server certificate", Trouble.CERTIFICATE),
        ("server-stranger", "Server certificate", Trouble.CERTIFICATE),
    ],
)
def test_the_step_that_fails_is_the_last(sandbox: MoodleSandbox, fault: str, step: str, code: str):
    sandbox.set_fault(fault)
    found = steps(sandbox)
    if step.startswith("Function"):
        assert [(one.name, one.code) for one in found if not one.ok] == [(step, code)]
        assert found[-1].name == STEPS[11]
        return
    failed_at(found, step, code)


@pytest.mark.parametrize(
    ("change", "step", "code"),
    [
        ({"url": "https://no-such-host.invalid"}, "Site name", Trouble.UNREACHABLE),
        ({"url": "https://127.0.0.1:1"}, "Connection", Trouble.UNREACHABLE),
        ({"ca_file": "/no/such/file.pem"}, "Connection", Trouble.CERTIFICATE),
        ({"ca_file": ""}, "Server certificate", Trouble.CERTIFICATE),
        ({"token": "f" * 32}, "Token", Trouble.SIGN_IN),
    ],
)
def test_settings_that_lead_nowhere(sandbox: MoodleSandbox, change: dict[str, str], step: str, code: str):
    failed_at(steps(sandbox, **change), step, code)


def test_one_closed_course_does_not_fail_the_test(sandbox: MoodleSandbox):
    sandbox.set_fault("out-of-reach@2")
    assert steps(sandbox)[-1].ok


def test_a_site_without_courses_leaves_the_gradebook_untried(sandbox: MoodleSandbox):
    sandbox.set_fault("empty-list")
    last = steps(sandbox)[-1]
    assert (last.name, last.ok) == ("Gradebook", None)


@pytest.mark.rule("SE-08")
def test_the_address_that_the_site_names_stands_in_the_step_and_is_not_gone_to(sandbox: MoodleSandbox):
    sandbox.set_fault("elsewhere")
    before = len(sandbox.calls)
    *_, last = steps(sandbox)
    assert (last.name, last.code, last.address) == ("Answer", Trouble.OTHER_ADDRESS, ELSEWHERE)
    assert len(sandbox.calls) == before + 1
    sandbox.set_fault("html")
    assert {one.address for one in steps(sandbox)} == {""}


def test_a_test_under_way_can_be_ended(sandbox: MoodleSandbox):
    """By whatever `stoppable` was given, from another thread."""
    sandbox.set_latency(60_000, "gradebook")
    task = TaskContext()
    found = MoodleClient(access(sandbox, **PATIENT)).check(task.on_cancel)
    taken = [next(found) for _ in STEPS[:-1]]
    assert all(one.ok for one in taken)
    ending = threading.Timer(0.05, task.cancel)
    ending.start()
    last = next(found)
    ending.join()
    assert (last.name, last.ok) == ("Gradebook", False)
    assert last.code == "LOCAL28"
    found.close()
