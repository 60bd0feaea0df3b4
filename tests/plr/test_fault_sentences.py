"""Every fault there is, and what the user reads of it: the row with its next step, or why the run stopped.

Faults that ask different things of the user never share a sentence: `ACTIONS` says what each one asks.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.connectors.lrs_codes import describe
from app.sandbox.faults import FAULTS, HANDSHAKE_FAULTS, MIX, RANDOM
from app.sandbox.lrs import LrsSandbox
from tests.connectors.proxies import proxy_to, refusing
from tests.connectors.test_client_certificate import OLD
from tests.plr.window import EXACT, Window

NOWHERE = "https://no-such-host.invalid/LearnerServiceR9.svc"


@dataclass(frozen=True)
class Case:
    """`fault` of the service, or `other` settings; the code in the row; what is read; what it asks the user to do."""

    name: str
    code: str
    words: str
    action: str
    stops: bool = False
    fault: str | None = None
    other: dict[str, object] = field(default_factory=dict)


def of_service(name: str, code: str, words: str, action: str, *, stops: bool = False) -> Case:
    return Case(name, code, words, action, stops, fault=name)


LATER, CHECK, READ = "try again later", "correct the learner", "nothing: an ordinary answer"
NETWORK, ADDRESS, PASSWORD = "check the network", "check the address", "correct the organisation's password"
COLLEGE, HELP = "correct who the college is", "ask the help desk"
CERTIFICATE = "check which certificate is sent"

ROWS = [
    of_service("busy", "LOCAL22", "The service is busy.", LATER),
    of_service("empty-503", "LOCAL22", "The service is busy.", LATER),
    of_service("slow", "WSRC0004", "Exact match.", READ),
    of_service("timeout", "LOCAL20", "The service did not answer in time.", LATER),
    of_service("trickle", "LOCAL20", "The service did not answer in time.", LATER),
    of_service("truncated", "LOCAL24", "The answer was cut off.", LATER),
    # Which of the two a reset becomes depends on how much had arrived.
    of_service("reset", "LOCAL24|LOCAL21", "The answer was cut off.|The connection to the service broke off.", LATER),
    of_service("hang-up", "LOCAL21", "The connection to the service broke off.", NETWORK),
    of_service("html", "LOCAL23", "the network may ask you to sign in first", "sign in to the network"),
    of_service("nothing", "LOCAL23", "The answer is empty.", LATER),
    of_service("no-code", "LOCAL23", "The answer carries no response code.", LATER),
    of_service("missing-result", "LOCAL23", "The answer carries no response code.", LATER),
    of_service("oversized", "LOCAL25", "The answer is larger than", HELP),
    of_service("gzip-bomb", "LOCAL25", "The answer is larger than", HELP),
    of_service("fault-without-detail", "LOCAL29", "The service answered with HTTP status 500.", LATER),
    of_service("wrong-learner", "LOCAL26", "The answer was for another learner, and was thrown away.", LATER),
    of_service("wrong-prefix", "WSRC0004", "Exact match.", READ),
    of_service("no-namespace", "WSRC0004", "Exact match.", READ),
    of_service("shuffled", "WSRC0004", "Exact match.", READ),
    of_service("nil-everywhere", "WSRC0004", "Exact match.", READ),
    of_service("missing-everywhere", "WSRC0004", "Exact match.", READ),
    *(
        of_service(f"{shape}-{code}", shown, words, action)
        for shape in ("error", "domain")
        for code, shown, words, action in (
            ("WSEC0001", "WSEC0001", "The service could not read the request.", CHECK),
            ("WSEC0002", "WSEC0002", "The service does not know this operation.", ADDRESS),
            ("WSEC0136", "WSEC0136", "The ULN is not valid.", "correct the ULN"),
            ("WSEC0206", "WSEC0206", "The learner has chosen not to share the record.", "privacy notice"),
            ("WSEC0208", "WSEC0208", "Not verified: ULN and names do not fit together.", CHECK),
            ("WSEC0999", "LOCAL22", "The service met an unexpected error (WSEC0999).", LATER),
            ("WCEC0999", "LOCAL22", "The service met an unexpected error (WCEC0999).", LATER),
            ("XYZ123", "XYZ123", "Unknown code.", HELP),
        )
    ),
    of_service("answer-WSRC0001", "WSRC0001", "No learner found.", CHECK),
    of_service("answer-WSRC0002", "WSRC0002", "Too many learners fit.", CHECK),
    of_service("answer-WSRC0003", "WSRC0003", "Possible match only: it may be somebody else.", CHECK),
    of_service("answer-WSRC0004", "WSRC0004", "Exact match.", READ),
    of_service("answer-WSRC0015", "WSRC0015", "Not enough details were sent.", CHECK),
    of_service("answer-WSRC0022", "WSRC0022", "Linked learner", "compare the ULN found"),
    of_service("answer-WSEC0136", "WSEC0136", "The ULN is not valid.", "correct the ULN"),
    of_service("answer-WSEC0206", "WSEC0206", "The learner has chosen not to share the record.", "privacy notice"),
    of_service("answer-WSEC0208", "WSEC0208", "Not verified: ULN and names do not fit together.", CHECK),
    of_service("answer-XYZ123", "XYZ123", "Unknown code.", HELP),
    Case("no name server", "LOCAL21", "The name of the service was not found.", NETWORK, other={"url": NOWHERE}),
    Case(
        "nobody there",
        "LOCAL21",
        "The service refused the connection.",
        NETWORK,
        other={"url": "https://127.0.0.1:1/LearnerServiceR9.svc"},
    ),
    Case("another path", "LOCAL29", "not at this address (HTTP status 404)", ADDRESS, other={"url": "path"}),
    Case(
        "a proxy without a way",
        "LOCAL21",
        "cannot reach the service (HTTP status 502)",
        NETWORK,
        other={"proxy": "502 x"},
    ),
]
STOPS = [
    of_service("wrong-password", "WSEC0005", "The organisation password is wrong.", PASSWORD, stops=True),
    of_service("wrong-password-miap", "WSEC0005", "The organisation password is wrong.", PASSWORD, stops=True),
    of_service("out-of-hours", "WSEC0004", "The service is closed at this hour.", "wait for its hours", stops=True),
    of_service("maintenance", "WSEC0001", "closed for maintenance", "wait for its end", stops=True),
    of_service("forbidden-403", "LOCAL27", "refused the client certificate", CERTIFICATE, stops=True),
    *(
        of_service(f"{shape}-{code}", code, words, action, stops=True)
        for shape in ("error", "domain")
        for code, words, action in (
            ("WSEC0003", "The college is not known to the service, or not authorised.", COLLEGE),
            ("WSEC0004", "The service is closed at this hour.", "wait for its hours"),
            ("WSEC0005", "The organisation password is wrong.", PASSWORD),
            ("WSEC0006", "The college may not use this service.", HELP),
        )
    ),
    of_service("server-expired", "LOCAL27", "certificate of the service has expired", "check the date", stops=True),
    of_service("server-wrong-host", "LOCAL27", "certificate of the service belongs to another", ADDRESS, stops=True),
    of_service(
        "server-stranger", "LOCAL27", "not signed by an authority that is trusted", "check the CA", stops=True
    ),
    *(
        Case(name, "LOCAL27|LOCAL28", words, action, stops=True, fault=fault, other={setting: value})
        for name, fault, setting, value, words, action in (
            ("client stranger", None, "certificate_file", "stranger", "refused the client cert", CERTIFICATE),
            ("client stranger 1.2", "tls12", "certificate_file", "stranger", "refused the client cert", CERTIFICATE),
            (
                "refused without a word",
                "abrupt-refusal",
                "certificate_file",
                "stranger",
                "hangs up as|refused the client",
                CERTIFICATE,
            ),
            ("client expired", None, "certificate_file", "expired", "client certificate ran out on", "get a new one"),
            ("wrong password", None, "certificate_password", "wrong", "password of the client", "type the password"),
            ("PEM", None, "certificate_file", "pem", "is in PEM form, not PKCS#12", "choose the other file"),
            ("RC2", None, "certificate_file", "rc2", "old encryption (RC2 or RC4)", "export it again with AES"),
            ("cut short", None, "certificate_file", "cut", "is cut short", "choose a whole file"),
            (
                "no such file",
                None,
                "certificate_file",
                "/no/such.p12",
                "The client certificate file does not exist",
                "choose it again",
            ),
            ("no such CA", None, "ca_file", "/no/such.pem", "The CA file does not exist", "choose the CA again"),
            ("CA not to read", None, "ca_file", "folder", "The CA file cannot be read", "ask for the right"),
            ("CA of another kind", None, "ca_file", "cut", "holds no certificate in PEM form", "choose a PEM file"),
        )
    ),
    Case(
        "proxy password",
        "LOCAL21",
        "asks for a user name and a pass",
        "have it let through",
        True,
        other={"proxy": "407 x"},
    ),
    Case(
        "proxy forbids",
        "LOCAL21",
        "does not let this program through",
        "have it let through",
        True,
        other={"proxy": "403 x"},
    ),
    Case(
        "no proxy there",
        "LOCAL21",
        "proxy of the network cannot be",
        "check the proxy",
        True,
        other={"proxy": "gone"},
    ),
]
ALL = [*ROWS, *STOPS]
seen: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.pace.TRIES", 2)


@pytest.fixture
def files(sandbox: LrsSandbox, tmp_path: Path) -> dict[str, str]:
    """Bad files by the names that the table uses."""
    made = sandbox.certificates
    (tmp_path / "rc2.p12").write_bytes(OLD)
    (tmp_path / "cut.p12").write_bytes(made.client.read_bytes()[:200])
    found = {"stranger": made.client_stranger, "expired": made.client_expired, "pem": made.server, "folder": tmp_path}
    return {name: str(path) for name, path in found.items()} | {
        "rc2": str(tmp_path / "rc2.p12"),
        "cut": str(tmp_path / "cut.p12"),
        "path": sandbox.info.url.replace("/Learner", "/elsewhere/Learner"),
    }


@pytest.fixture
def proxied() -> Iterator[Callable[[str], dict[str, object]]]:
    """Settings with a proxy that refuses with a status."""
    opened = []

    def refuse(status: str) -> dict[str, object]:
        if status == "gone":
            return {"url": NOWHERE, "proxy": "http://127.0.0.1:1"}
        opened.append(proxy_to(1, refusing(status)))
        return {"url": NOWHERE, "proxy": opened[-1].__enter__().address}

    yield refuse
    for one in opened:
        one.__exit__(None, None, None)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_what_is_read(
    case: Case,
    window: Window,
    sandbox: LrsSandbox,
    files: dict[str, str],
    proxied: Callable[[str], dict[str, object]],
):
    if case.fault:
        sandbox.set_fault(case.fault)
    other = {name: files.get(str(value), value) for name, value in case.other.items()}
    if "proxy" in other:
        other = proxied(str(other["proxy"]))
    one = EXACT[0]
    if case.fault in ("timeout", "trickle"):
        other |= {"read_timeout": 1.0, "deadline": 1.0}
    summary = window.ask([one], **other)
    answer = window.answer(one)
    code = answer.error_code or answer.response_code
    assert code in case.code.split("|")
    assert bool(summary.stopped) is case.stops
    text = describe(code)
    row = f"{answer.error_description or text.meaning} {text.next_step}".strip()
    read = summary.stopped if case.stops else row
    assert any(words in read for words in case.words.split("|")), read
    if case.action != READ:
        assert read.count(".") >= 2, f"no next step: {read}"
    if case.action in (PASSWORD, COLLEGE, CERTIFICATE, ADDRESS) and case.stops:
        assert "Settings, PLR/LRS" in read
    for secret in (one.uln, one.family_name, sandbox.info.password):
        assert str(secret) not in read
    assert case.fault == "reset" or seen.setdefault(read, case.action) == case.action, (
        f"one sentence for two things to do: {read}"
    )


def test_things_to_do_that_differ_have_sentences_that_differ():
    # A reset is read as one of two others.
    certain = [case for case in ALL if case.fault != "reset"]
    for one in certain:
        for other in certain:
            if any(words in other.words for words in one.words.split("|")):
                assert one.action == other.action, (one.name, other.name)


def test_every_fault_is_in_the_table():
    named = {case.fault for case in ALL}
    assert set(FAULTS) <= named
    assert set(HANDSHAKE_FAULTS) <= named
    assert set(MIX) <= named, "what the mix draws from ends without stopping the run"
    assert not {case.fault for case in STOPS} & set(MIX)
    assert RANDOM not in FAULTS
    assert os.path.sep not in "".join(case.words for case in ALL)
