"""The whole way over real mutual TLS to the sandbox LRS, healthy and otherwise."""

import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from app.connectors.lrs import LrsAccess, LrsAnswer, LrsCalls, LrsClient
from app.connectors.lrs_answer import FIELDS, LearningEvent
from app.errors import BusyError, ServiceError, StopRunError
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person, all_events, events_of
from app.sandbox.records import WIRE_NAMES, Event
from tests.connectors.conftest import PEOPLE
from tests.connectors.scripted_server import Script, Scripted, scripted

ASKED = [person for person in PEOPLE if person.kind.asked]
CODES = {
    Kind.EXACT: "WSRC0004",
    Kind.LINKED: "WSRC0022",
    Kind.EMPTY: "WSRC0004",
    Kind.OPTED_OUT: "WSEC0206",
    Kind.NOT_VERIFIED: "WSEC0208",
    Kind.ULN_UNKNOWN: "WSEC0136",
}

Access = Callable[..., LrsAccess]
Somebody = Callable[..., Person]


def ask(calls: LrsCalls, person: Person) -> LrsAnswer:
    given = person.first_name or (person.given_names or "").split()[0]
    return calls.learning_events(person.uln or "", given, person.family_name or "", person.birth_date, person.sex)


def failure(access: LrsAccess, person: Person) -> ServiceError:
    with LrsClient(access).open() as calls, pytest.raises(ServiceError) as caught:
        ask(calls, person)
    return caught.value


def wire_values(event: Event) -> dict[str, object]:
    values = {WIRE_NAMES[name]: (getattr(event, name) or "").strip() or None for name in WIRE_NAMES}
    return {**values, "ID": int(values["ID"])}


def our_values(event: LearningEvent) -> dict[str, object]:
    return {field.wire: getattr(event, field.name) for field in FIELDS}


def in_order(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(rows, key=lambda row: row["ID"])


# -- healthy


def test_everybody_gets_their_own_record_and_every_value_of_it(sandbox: LrsSandbox, access: Access):
    before, lines = len(sandbox.calls), sandbox.connections
    client = LrsClient(access(parallel=8))
    assert client.parallel == 8
    with client.open() as calls, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda person: ask(calls, person), ASKED))
    for person, answer in zip(ASKED, answers, strict=True):
        assert answer.response_code == CODES[person.kind]
        assert answer.incoming_uln in (person.uln, None)
        assert (answer.incoming_uln is None) == bool(answer.notes)
        assert answer.found_uln in (person.found_uln or person.uln, None)
        rows = [our_values(event) for event in answer.events]
        assert in_order(rows) == in_order([wire_values(event) for event in events_of(person)])
    assert len(sandbox.calls) - before == len(ASKED)
    assert sorted(sandbox.calls[before:]) == sorted(person.uln for person in ASKED)
    assert sandbox.connections - lines <= 8


def test_every_kind_of_learner_is_among_those_asked():
    assert {person.kind for person in ASKED} == set(CODES)


def test_no_more_calls_at_once_than_the_settings_say(tmp_path_factory: pytest.TempPathFactory):
    with LrsSandbox(tmp_path_factory.mktemp("few"), people=PEOPLE, latency_ms=20) as sandbox:
        with (
            LrsClient(LrsAccess(**{**sandbox.info.as_dict(), "parallel": 3})).open() as calls,
            ThreadPoolExecutor(12) as threads,
        ):
            list(threads.map(lambda person: ask(calls, person), ASKED[:24]))
        assert sandbox.most_at_once == 3
        assert sandbox.connections == 3


def test_brief_records(sandbox: LrsSandbox, access: Access, somebody: Somebody):
    person = somebody(Kind.EXACT)
    with LrsClient(access(get_type="BRIEF")).open() as calls:
        answer = ask(calls, person)
    assert len(answer.events) == len(events_of(person))
    assert {event.achievement_provider_name for event in answer.events} == {None}


def test_either_name_of_the_organisation_is_enough(access: Access, somebody: Somebody):
    for change in ({"ukprn": ""}, {"organisation_ref": ""}):
        with LrsClient(access(**change)).open() as calls:
            assert ask(calls, somebody()).response_code == "WSRC0004"


def test_nothing_is_sent_by_opening(sandbox: LrsSandbox, access: Access):
    before = sandbox.connections
    with LrsClient(access()).open():
        pass
    assert sandbox.connections == before


def test_tls_12(sandbox: LrsSandbox, access: Access, somebody: Somebody):
    sandbox.set_fault("tls12")
    with LrsClient(access()).open() as calls:
        for _ in range(3):
            assert ask(calls, somebody()).response_code == "WSRC0004"


# -- what the service says


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("wrong-password", StopRunError, "WSEC0005"),
        ("wrong-password-miap", StopRunError, "WSEC0005"),
        ("error-WSEC0003", StopRunError, "WSEC0003"),
        ("out-of-hours", StopRunError, "WSEC0004"),
        ("error-WSEC0006", StopRunError, "WSEC0006"),
        ("maintenance", StopRunError, "WSEC0001"),
        ("forbidden-403", StopRunError, "LOCAL27"),
        ("busy", BusyError, "LOCAL22"),
        ("empty-503", BusyError, "LOCAL22"),
        ("error-WSEC0999", BusyError, "LOCAL22"),
        ("error-WCEC0999", BusyError, "LOCAL22"),
        ("error-WSEC0001", ServiceError, "WSEC0001"),
        ("error-WSEC0002", ServiceError, "WSEC0002"),
        ("error-WSEC4711", ServiceError, "WSEC4711"),
        ("html", ServiceError, "LOCAL23"),
        ("nothing", ServiceError, "LOCAL23"),
        ("no-code", ServiceError, "LOCAL23"),
        ("truncated", ServiceError, "LOCAL24"),
        ("oversized", ServiceError, "LOCAL25"),
        ("gzip-bomb", ServiceError, "LOCAL25"),
        ("wrong-learner", ServiceError, "LOCAL26"),
        ("fault-without-detail", ServiceError, "LOCAL29"),
        ("hang-up", ServiceError, "LOCAL21"),
    ],
)
def test_each_fault_has_its_code(
    sandbox: LrsSandbox, access: Access, somebody: Somebody, fault: str, kind: type, code: str
):
    sandbox.set_fault(fault)
    error = failure(access(), somebody())
    assert (type(error), error.code) == (kind, code)
    assert error.message.endswith(".")
    assert error.hint
    sandbox.set_fault()
    with LrsClient(access()).open() as calls:
        assert ask(calls, somebody()).response_code == "WSRC0004"


def test_a_reset_in_the_middle_of_an_answer(sandbox: LrsSandbox, access: Access, somebody: Somebody):
    sandbox.set_fault("reset")
    assert failure(access(), somebody()).code in ("LOCAL21", "LOCAL24")


def test_the_wait_a_busy_service_asks_for_is_handed_on(sandbox: LrsSandbox, access: Access, somebody: Somebody):
    sandbox.set_fault("busy")
    error = failure(access(), somebody())
    assert isinstance(error, BusyError)
    assert error.retry_after == 1


@pytest.mark.parametrize("code", ["WSRC0001", "WSRC0002", "WSRC0003", "WSRC0015", "WSEC0136", "WSRC4711"])
def test_answers_that_are_no_success_are_answers(sandbox: LrsSandbox, access: Access, somebody: Somebody, code: str):
    sandbox.set_fault(f"answer-{code}")
    with LrsClient(access()).open() as calls:
        assert ask(calls, somebody()) == LrsAnswer(code, somebody().uln, somebody().uln)


def test_a_failing_call_does_not_hurt_the_next(sandbox: LrsSandbox, access: Access, somebody: Somebody):
    with LrsClient(access()).open() as calls:
        for fault in ("html", "truncated", "wrong-learner", "hang-up", "reset", "gzip-bomb", "error-WSEC0002"):
            sandbox.set_fault(fault)
            with pytest.raises(ServiceError):
                ask(calls, somebody())
            sandbox.set_fault()
            assert ask(calls, somebody()).response_code == "WSRC0004"


def test_wrong_settings_are_told_by_the_service(access: Access, somebody: Somebody):
    for change, kind, code in (
        ({"password": "0123456789abcdef"}, StopRunError, "WSEC0005"),
        ({"ukprn": "19990199"}, StopRunError, "WSEC0003"),
        ({"vendor_id": 8}, StopRunError, "WSEC0006"),
    ):
        error = failure(access(**change), somebody())
        assert (type(error), error.code) == (kind, code)


# -- time


@pytest.mark.parametrize(("fault", "wait"), [("timeout", 0.5), ("trickle", 1.0)])
def test_silence_and_trickles_end(sandbox: LrsSandbox, access: Access, somebody: Somebody, fault: str, wait: float):
    sandbox.set_fault(fault)
    started = time.perf_counter()
    assert failure(access(read_timeout=0.5, deadline=1.0), somebody()).code == "LOCAL20"
    assert wait - 0.1 < time.perf_counter() - started < wait + 2


def test_abort_is_felt_at_once_over_tls(sandbox: LrsSandbox, access: Access):
    sandbox.set_fault("timeout")
    before = len(sandbox.calls)
    codes: list[str] = []

    def call(person: Person) -> None:
        try:
            ask(calls, person)
        except ServiceError as error:
            codes.append(error.code)

    with LrsClient(access(parallel=4, read_timeout=60.0, deadline=90.0)).open() as calls:
        threads = [threading.Thread(target=call, args=(person,)) for person in ASKED[:6]]
        for thread in threads:
            thread.start()
        while len(sandbox.calls) < before + 4:
            threads[0].join(0.01)
        started = time.perf_counter()
        calls.abort()
        for thread in threads:
            thread.join(5)
        assert time.perf_counter() - started < 1
    assert codes == ["LOCAL28"] * 6
    assert len(sandbox.calls) == before + 4


# -- certificates


@contextmanager
def quick(sandbox: LrsSandbox, *faults: str) -> Iterator[None]:
    sandbox.set_fault(*faults)
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize("faults", [(), ("tls12",), ("abrupt-refusal",), ("tls12", "abrupt-refusal")])
def test_a_certificate_the_service_does_not_trust_stops_the_run(
    sandbox: LrsSandbox, access: Access, somebody: Somebody, faults: tuple[str, ...]
):
    with quick(sandbox, *faults):
        error = failure(access(certificate_file=str(sandbox.certificates.client_stranger)), somebody())
    assert isinstance(error, StopRunError)
    assert error.code == "LOCAL27"
    assert "client certificate" in error.message


def test_an_expired_certificate_is_noticed_before_a_connection_is_made(sandbox: LrsSandbox, access: Access):
    before = sandbox.connections
    client = LrsClient(access(certificate_file=str(sandbox.certificates.client_expired)))
    with pytest.raises(StopRunError, match="ran out on") as caught, client.open():
        pass
    assert caught.value.code == "LOCAL27"
    assert sandbox.connections == before


@pytest.mark.parametrize("old", [(), ("tls12",)])
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("server-expired", "has expired"),
        ("server-wrong-host", "belongs to another"),
        ("server-stranger", "not signed by an authority"),
    ],
)
def test_a_service_that_is_not_who_it_says_gets_no_question(
    sandbox: LrsSandbox, access: Access, somebody: Somebody, fault: str, words: str, old: tuple[str, ...]
):
    before = len(sandbox.calls)
    with quick(sandbox, fault, *old):
        error = failure(access(), somebody())
    assert isinstance(error, StopRunError)
    assert error.code == "LOCAL27"
    assert words in error.message
    assert len(sandbox.calls) == before


def test_another_authority_and_the_systems_own_do_not_vouch_for_the_sandbox(
    sandbox: LrsSandbox, access: Access, somebody: Somebody, monkeypatch: pytest.MonkeyPatch
):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, sandbox.info.ca_file)
    for ca_file in (str(sandbox.certificates.other_ca_file), ""):
        assert failure(access(ca_file=ca_file), somebody()).code == "LOCAL27"


@pytest.mark.parametrize(
    "change", [{"certificate_password": "wrong"}, {"certificate_file": "/no/such.p12"}, {"ca_file": "/no"}]
)
def test_certificate_settings_of_no_use(access: Access, change: dict[str, str]):
    with pytest.raises(StopRunError) as caught, LrsClient(access(**change)).open():
        pass
    assert caught.value.code == "LOCAL27"
    assert "Settings, PLR/LRS" in str(caught.value)


def test_a_service_that_does_not_speak_tls_at_all(access: Access, somebody: Somebody):
    def make(server: Scripted) -> Script:
        return lambda line, number: line.sendall(b"220 mail.example ready\r\n")

    with scripted(make) as server:
        error = failure(access(url=server.url.replace("http:", "https:")), somebody())
    assert isinstance(error, StopRunError)
    assert error.code == "LOCAL27"


def test_a_service_that_hangs_up_during_the_handshake(access: Access, somebody: Somebody):
    def make(server: Scripted) -> Script:
        return lambda line, number: bool(line.recv(4096))

    with scripted(make) as server:
        error = failure(access(url=server.url.replace("http:", "https:")), somebody())
        assert error.code == "LOCAL27"
        assert server.connections == 2


def test_a_service_silent_in_the_handshake_ends_at_the_connect_time_out_or_by_abort(
    access: Access, somebody: Somebody
):
    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            arrived.set()
            server.over.wait(20)

        return script

    arrived = threading.Event()
    with scripted(make) as server:
        url = server.url.replace("http:", "https:")
        assert failure(access(url=url, connect_timeout=0.3), somebody()).code == "LOCAL20"
        arrived.clear()
        with LrsClient(access(url=url, connect_timeout=20, read_timeout=30)).open() as calls:
            thread = threading.Thread(target=lambda: arrived.wait(5) and calls.abort())
            thread.start()
            started = time.perf_counter()
            with pytest.raises(ServiceError) as caught:
                ask(calls, somebody())
            thread.join()
        assert caught.value.code == "LOCAL28"
        assert time.perf_counter() - started < 2


# -- secrets


@pytest.mark.parametrize(
    "fault",
    [
        *("wrong-password", "maintenance", "error-WSEC0001", "error-WSEC0999", "forbidden-403", "busy", "html"),
        *("nothing", "no-code", "truncated", "reset", "hang-up", "gzip-bomb", "wrong-learner", "timeout"),
    ],
)
def test_no_person_and_no_secret_in_errors_reprs_and_logs(
    sandbox: LrsSandbox, access: Access, somebody: Somebody, fault: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    person = somebody(Kind.LINKED)
    settings = access(read_timeout=0.5)
    with LrsClient(settings).open() as calls:
        healthy = ask(calls, person)
        sandbox.set_fault(fault)
        with pytest.raises(ServiceError) as caught:
            ask(calls, person)
    error = caught.value
    told = [*traceback.format_exception(error), str(error), repr(error), repr(vars(error)), repr(error.__cause__)]
    told += [repr(settings), repr(healthy), repr(healthy.events), repr(calls), caplog.text]
    text = "\n".join(told)
    secrets = [settings.password, settings.certificate_password, person.uln, person.found_uln, person.family_name]
    secrets += [event.subject for event in all_events(person)]
    for secret in secrets:
        assert secret
        assert secret not in text
