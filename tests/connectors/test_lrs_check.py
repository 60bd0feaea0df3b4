"""The connection test, step by step."""

import re
from collections.abc import Callable

import pytest

from app.connectors.lrs import LrsAccess
from app.connectors.lrs_check import check
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person, events_of
from tests.connectors.scripted_server import always, http_answer, scripted

Access = Callable[..., LrsAccess]
STEPS = [
    "Client certificate",
    "Service name",
    "Connection",
    "Secure line",
    "Server certificate",
    "Certificate accepted",
    "Service",
]


def learner(person: Person) -> tuple[str, str, str]:
    return person.uln or "", (person.given_names or "").split()[0], person.family_name or ""


def test_all_is_well_and_nobody_is_asked_about(sandbox: LrsSandbox, access: Access):
    before = len(sandbox.calls)
    report = check(access())
    assert [step.name for step in report.steps] == STEPS
    assert report.ok
    assert (report.answer, report.error_code, report.by_source) == (None, None, {})
    assert len(sandbox.calls) == before
    assert all(step.detail.endswith(".") for step in report.steps)


def test_with_a_learner_the_service_is_asked_once(
    sandbox: LrsSandbox, access: Access, somebody: Callable[..., Person]
):
    before = len(sandbox.calls)
    person = somebody(Kind.EXACT)
    report = check(access(), learner(person))
    assert [step.name for step in report.steps] == [*STEPS, "Sign-in", "Asking about the learner"]
    assert report.ok
    assert report.answer is not None
    assert report.answer.response_code == "WSRC0004"
    assert sum(report.by_source.values()) == len(events_of(person))
    assert sandbox.calls[before:] == [person.uln]
    for part in learner(person):
        assert part not in repr(report.steps)
        assert part not in repr(report)


def failed_at(report, step: str, code: str | None) -> str:
    assert not report.ok
    assert [(one.name, one.ok) for one in report.steps if not one.ok] == [(step, False)]
    assert report.steps[-1].name == step
    assert report.error_code == code
    return report.steps[-1].detail


@pytest.mark.parametrize(
    "fault", ["error-WSEC0001", "wrong-learner", "html", "busy", "gzip-bomb", "fault-without-detail"]
)
def test_a_failing_answer_is_the_last_step(
    sandbox: LrsSandbox, access: Access, somebody: Callable[..., Person], fault: str
):
    sandbox.set_fault(fault)
    report = check(access(), learner(somebody()))
    assert failed_at(report, "Asking about the learner", report.error_code)
    assert report.error_code


def test_a_learner_who_cannot_be_asked_about(access: Access, sandbox: LrsSandbox):
    before = len(sandbox.calls)
    failed_at(check(access(), ("12", "Jo", "Ng")), "Asking about the learner", "LOCAL05")
    assert len(sandbox.calls) == before


@pytest.mark.parametrize(
    ("change", "step", "code"),
    [
        ({"certificate_password": "wrong"}, "Client certificate", "LOCAL27"),
        ({"certificate_file": "/no/such/file.p12"}, "Client certificate", "LOCAL27"),
        ({"ca_file": "/no/such/file.pem"}, "Client certificate", "LOCAL27"),
        ({"url": "https://no-such-host.invalid/LearnerServiceR9.svc"}, "Service name", "LOCAL21"),
        ({"url": "https://127.0.0.1:1/LearnerServiceR9.svc"}, "Connection", "LOCAL21"),
        ({"ca_file": "other"}, "Server certificate", "LOCAL27"),
        ({"certificate_file": "expired"}, "Client certificate", "LOCAL27"),
        ({"certificate_file": "stranger"}, "Certificate accepted", "LOCAL27"),
    ],
)
@pytest.mark.parametrize("old", [(), ("tls12",)], ids=["1.3", "1.2"])
def test_the_step_that_fails_is_the_last(
    sandbox: LrsSandbox, access: Access, change: dict[str, str], step: str, code: str, old: tuple[str, ...]
):
    files = {
        "other": str(sandbox.certificates.other_ca_file),
        "expired": str(sandbox.certificates.client_expired),
        "stranger": str(sandbox.certificates.client_stranger),
    }
    sandbox.set_fault(*old)
    failed_at(check(access(**{name: files.get(value, value) for name, value in change.items()})), step, code)


def test_another_path_is_not_the_service(sandbox: LrsSandbox, access: Access):
    url = sandbox.info.url.replace("/LearnerServiceR9.svc", "/other/LearnerServiceR9.svc")
    failed_at(check(access(url=url)), "Service", "LOCAL29")


def test_a_certificate_about_to_run_out_is_announced(
    sandbox: LrsSandbox, access: Access, monkeypatch: pytest.MonkeyPatch
):
    assert "Ask the LRS" not in check(access()).steps[0].detail
    monkeypatch.setattr("app.connectors.lrs_check.WARN_DAYS", 1000)
    report = check(access())
    assert report.ok
    assert "369 days from now. Ask the LRS for a new one now." in report.steps[0].detail


def test_both_certificates_are_told_of(access: Access):
    steps = {step.name: step.detail for step in check(access()).steps}
    assert re.fullmatch(
        r"Issued to Invented college\. Valid until \d\d/\d\d/\d{4}, 369 days from now\.", steps["Client certificate"]
    )
    assert re.search(r"Valid until \d\d/\d\d/\d{4}, 369 days from now\.$", steps["Server certificate"])
    assert "TLS 1.3" in steps["Secure line"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("wrong-password", "WSEC0005"),
        ("wrong-password-miap", "WSEC0005"),
        ("domain-WSEC0003", "WSEC0003"),
        ("error-WSEC0006", "WSEC0006"),
    ],
)
def test_a_college_that_is_not_let_in_fails_at_the_sign_in(
    sandbox: LrsSandbox, access: Access, somebody: Callable[..., Person], fault: str, code: str
):
    sandbox.set_fault(fault)
    failed_at(check(access(), learner(somebody())), "Sign-in", code)


def test_an_answer_that_refuses_the_learner_lets_the_college_in(
    sandbox: LrsSandbox, access: Access, somebody: Callable[..., Person]
):
    report = check(access(), learner(somebody(Kind.OPTED_OUT)))
    assert report.ok
    assert report.steps[-2].name == "Sign-in"
    assert report.steps[-1].detail.startswith("WSEC0206: ")


@pytest.mark.parametrize("fault", ["server-expired", "server-wrong-host", "server-stranger"])
def test_a_server_certificate_fails_at_its_own_step(sandbox: LrsSandbox, access: Access, fault: str):
    sandbox.set_fault(fault)
    failed_at(check(access()), "Server certificate", "LOCAL27")


@pytest.mark.parametrize(
    ("status", "ok"),
    [
        ("200 OK", True),
        ("400 x", True),
        ("405 x", True),
        ("500 x", True),
        ("403 x", False),
        ("302 x", False),
        ("503 x", False),
    ],
)
def test_over_a_plain_line_on_this_computer(status: str, ok: bool):
    with scripted(always(http_answer(b"", status=status))) as server:
        access = LrsAccess(
            url=server.url,
            ukprn="TESTX123",
            username="x",
            vendor_id=1,
            password="EXAMPLE-PASSWORD",
            connect_timeout=1,
        )
        report = check(access)
        assert [step.name for step in report.steps] == ["Service name", "Connection", "Service"]
        assert report.ok is ok
        assert server.requests[0].startswith(b"HEAD /LearnerServiceR9.svc HTTP/1.1\r\n")
