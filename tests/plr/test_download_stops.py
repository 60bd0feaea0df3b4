"""A download that ends early: refused, cut off, cancelled, closed; what came stays."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.connectors.lrs_silence import MOST_IN_A_ROW
from app.db.database import Database
from app.db.tables import plr_check
from app.plr.download import DownloadSummary, download
from app.sandbox.faults import FAULTS
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person, events_of
from app.sandbox.server import Reply
from app.tasks import Progress, TaskContext
from tests.plr.window import ASKED, EXACT, PEOPLE, WAIT, Window, of_kind

# ------------------------------------------------------------------------------------------- what stops the whole run


def refuse_from(sandbox: LrsSandbox, one: Person, fault: str) -> list[int]:
    """From the call about `one` on the service refuses everybody; gives how many calls had come by then."""
    came: list[int] = []

    def refuse(asked) -> Reply:
        sandbox.set_fault(fault)
        came.append(len(sandbox.calls))
        return FAULTS[fault](asked)

    sandbox.answers[one.uln] = refuse
    return came


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("wrong-password", "WSEC0005", "password"),
        ("wrong-password-miap", "WSEC0005", "password"),
        ("out-of-hours", "WSEC0004", "closed"),
        ("maintenance", "WSEC0001", "maintenance"),
        ("forbidden-403", "LOCAL27", "certificate"),
    ],
)
def test_a_refusal_of_the_organisation_ends_the_run(
    window: Window, sandbox: LrsSandbox, fault: str, code: str, words: str
):
    sandbox.set_latency(3)
    came = refuse_from(sandbox, EXACT[15], fault)
    summary = window.ask(EXACT[:60])
    assert words in summary.stopped.lower()
    assert len(sandbox.calls) - came[0] <= 3, "no more than the calls already under way"
    codes = Counter(window.codes(EXACT[:60]))
    assert codes[code] >= 1
    assert codes["WSRC0004"] >= 12, "rows received stay"
    assert codes["LOCAL28"] >= 60 - len(sandbox.calls), "whoever was not asked says so"
    assert sum(codes.values()) == 60
    assert summary.answered == 60 - codes["LOCAL28"]
    again = window.session.learner_ids(failed_only=True)
    assert len(again) == 60 - codes["WSRC0004"]
    sandbox.set_fault()
    sandbox.answers.clear()
    download(TaskContext(), window.db, window.user, window.client(), window.session, again)
    assert set(window.codes(EXACT[:60])) == {"WSRC0004"}


def test_the_wrong_organisation(window: Window, sandbox: LrsSandbox):
    summary = window.ask(EXACT[:30], ukprn="19999999", organisation_ref="")
    assert len(sandbox.calls) <= 4
    assert "college is not known" in summary.stopped
    assert "Settings" in summary.stopped
    assert set(window.codes(EXACT[:30])) == {"WSEC0003", "LOCAL28"}


@pytest.mark.parametrize("which", ["client_expired", "client_stranger"])
def test_a_certificate_that_is_not_accepted(window: Window, sandbox: LrsSandbox, which: str):
    summary = window.ask(EXACT[:30], certificate_file=str(getattr(sandbox.certificates, which)))
    assert sandbox.calls == []
    assert "certificate" in summary.stopped.lower()
    assert "Settings" in summary.stopped
    assert set(window.codes(EXACT[:30])) <= {"LOCAL27", "LOCAL28"}


def test_a_certificate_file_that_cannot_be_opened(window: Window, sandbox: LrsSandbox):
    """Nothing is sent, everybody has a row, those with local codes keep theirs."""
    connections = sandbox.connections
    summary = window.ask(certificate_password="wrong")
    assert (summary.calls, sandbox.connections) == (0, connections)
    assert "certificate" in summary.stopped.lower()
    codes = Counter(window.codes(list(PEOPLE)))
    assert codes["LOCAL28"] == len(ASKED)
    assert codes["LOCAL01"] == len(of_kind(Kind.NO_ULN))


def test_a_server_that_is_somebody_else(window: Window, sandbox: LrsSandbox):
    summary = window.ask(EXACT[:10], ca_file=str(sandbox.certificates.other_ca_file))
    assert sandbox.calls == []
    assert summary.stopped
    assert set(window.codes(EXACT[:10])) <= {"LOCAL27", "LOCAL28"}


def test_a_line_that_is_down_is_given_up(window: Window, sandbox: LrsSandbox):
    sandbox.set_fault("hang-up")
    summary = window.ask(EXACT)
    assert "in a row got no answer" in summary.stopped
    codes = Counter(window.codes(EXACT))
    assert MOST_IN_A_ROW <= codes["LOCAL21"] <= MOST_IN_A_ROW + 3
    assert codes["LOCAL28"] == len(EXACT) - codes["LOCAL21"]


def test_a_stopped_refresh_takes_nothing_away(window: Window, sandbox: LrsSandbox):
    window.ask(EXACT[:20])
    before = {one.number: window.answer(one).events for one in EXACT[:20]}
    sandbox.set_fault("wrong-password")
    summary = window.ask(EXACT[:20])
    assert summary.stopped
    refused = [one for one in EXACT[:20] if window.answer(one).error_code]
    assert 1 <= len(refused) <= 4
    assert all(one.error_code == "WSEC0005" for one in map(window.answer, refused))
    assert all(window.answer(one).events == before[one.number] for one in EXACT[:20] if one not in refused)


# ------------------------------------------------------------------------------------------------------------- cancel


def test_a_cancel_keeps_what_came(window: Window, db: Database, sandbox: LrsSandbox):
    sandbox.set_latency(2)
    seen: list[Progress] = []
    context = TaskContext(lambda progress: (seen.append(progress), context.cancel() if progress.done >= 40 else None))
    summary = window.ask(EXACT[:90], context)
    assert summary.cancelled
    assert summary.stopped
    held = [one for one in EXACT[:90] if window.answer(one) is not None]
    assert 40 <= len(held) == summary.answered <= 48
    assert set(window.codes(held)) == {"WSRC0004"}
    assert all(len(window.answer(one).events) == len(events_of(one)) for one in held)
    assert len(sandbox.calls) <= len(held) + 4
    keys, asking, _ = window.session.keys_since(0)
    assert asking == [], "nobody is being asked any more"
    assert len(keys) == sum(window.answer(one).row_count for one in held)
    with db.read() as tx:
        checked = tx.execute(select(plr_check.c.learner_id).where(plr_check.c.user_id == 1)).scalars().all()
    assert sorted(checked) == sorted(one.number for one in held)
    assert len(window.session.learner_ids(failed_only=True)) == 90 - len(held)


def in_a_thread(work: Callable[[], DownloadSummary]) -> tuple[ThreadPoolExecutor, Future[DownloadSummary]]:
    pool = ThreadPoolExecutor(1)
    return pool, pool.submit(work)


def test_a_cancel_ends_calls_that_hang(window: Window, sandbox: LrsSandbox):
    """The service has all four calls and says nothing; without the cancel this would last its time-out."""
    four = threading.Barrier(5)

    def hang(asked) -> Reply:
        four.wait(WAIT)
        return FAULTS["timeout"](asked)

    for one in EXACT[:4]:
        sandbox.answers[one.uln] = hang
    context = TaskContext()
    patient = {"read_timeout": 300.0, "deadline": 300.0}
    pool, running = in_a_thread(lambda: window.ask(EXACT[:10], context, **patient))
    with pool:
        four.wait(WAIT)
        context.cancel()
        summary = running.result(WAIT)
    assert summary.cancelled
    assert summary.answered == 0
    assert len(sandbox.calls) == 4
    assert [window.answer(one) for one in EXACT[:10]] == [None] * 10


def test_a_cancel_ends_the_wait_for_a_busy_service(window: Window, sandbox: LrsSandbox):
    asked_once = threading.Event()

    def busy(asked) -> Reply:
        asked_once.set()
        return Reply(503, b"Busy", headers={"Retry-After": "500"})

    sandbox.answers[EXACT[0].uln] = busy
    context = TaskContext()
    pool, running = in_a_thread(lambda: window.ask(EXACT[:1], context))
    with pool:
        assert asked_once.wait(WAIT)
        context.cancel()
        assert running.result(WAIT).cancelled


def test_the_window_was_closed_meanwhile(window: Window, sandbox: LrsSandbox):
    """What arrives later is thrown away; nothing breaks."""

    def close(progress: Progress) -> None:
        if progress.done >= 5:
            window.session.clear()

    summary = window.ask(EXACT[:20], TaskContext(close))
    assert not summary.stopped
    assert window.session.rows() == []
