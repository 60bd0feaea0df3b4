"""Attainments (PLR) Download over the real service on loopback: real TLS, real database, whatever goes wrong."""

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from app import access as rights
from app.access import Role, User
from app.connectors.lrs import LrsAccess, LrsClient
from app.db.database import Database
from app.db.tables import attainment, learner, licence, metadata, operation, plr_check, user_role
from app.db.upgrade import upgrade
from app.demo import fill
from app.errors import AccessError, DatabaseError
from app.plr.ask import identity_hash
from app.plr.download import NO_ANSWER_IN_A_ROW, DownloadSummary, download
from app.plr.plan import Change
from app.plr.session import PlrSession
from app.plr.update import update_selected
from app.sandbox.expected import expected
from app.sandbox.faults import FAULTS
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import TWICE, Kind, Person, all_events, events_of, people
from app.sandbox.server import Reply
from app.tasks import Progress, TaskContext
from tests.builders import all_keys, first_user, snapshot, user_with, with_types

PEOPLE = people(120)
ASKED = [one for one in PEOPLE if one.kind.asked]
PATIENCE = {"connect_timeout": 2.0, "read_timeout": 5.0, "deadline": 8.0}
WAIT = 20


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsSandbox]:
    with LrsSandbox(tmp_path_factory.mktemp("lrs"), people=PEOPLE) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: LrsSandbox) -> Iterator[LrsSandbox]:
    """A healthy service that has not been asked anything; what a test switched on is off afterwards."""
    running._calls.clear()
    running._asked.clear()
    running._most_at_once = 0
    yield running
    running.set_fault()
    running.set_latency(0)
    running.answers.clear()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the 120 people, whose ids are their numbers."""
    file = tmp_path_factory.mktemp("filled") / "learners.sqlite"
    db = Database.in_file(file)
    upgrade(db)
    rights.prepare(db)
    with_types(db)
    fill(db, len(PEOPLE))
    first_user(db)
    db.close()
    return file


@pytest.fixture
def db(filled: Path, tmp_path: Path) -> Iterator[Database]:
    file = tmp_path / "learners.sqlite"
    shutil.copyfile(filled, file)
    database = Database.in_file(file)
    yield database
    database.close()


@pytest.fixture
def user() -> User:
    return User(1, "first", "first")


Run = Callable[..., DownloadSummary]


class Window:
    """A window that downloads: one session, the same user and service each time."""

    def __init__(self, db: Database, user: User, sandbox: LrsSandbox) -> None:
        self.db, self.user, self.sandbox = db, user, sandbox
        self.session = PlrSession()

    def client(self, **other: object) -> LrsClient:
        return LrsClient(LrsAccess(**{**self.sandbox.info.as_dict(), **PATIENCE, **other}))

    def ask(
        self, who: list[Person] | None = None, context: TaskContext | None = None, **other: object
    ) -> DownloadSummary:
        ids = [one.number for one in (PEOPLE if who is None else who)]
        return download(context or TaskContext(), self.db, self.user, self.client(**other), self.session, ids)

    def answer(self, one: Person):
        return self.session.answer_of(one.number)

    def codes(self, who: list[Person]) -> list[str]:
        answers = [self.answer(one) for one in who]
        return [one.error_code or one.response_code if one is not None else "" for one in answers]


@pytest.fixture
def window(db: Database, user: User, sandbox: LrsSandbox) -> Window:
    return Window(db, user, sandbox)


def of_kind(*kinds: Kind) -> list[Person]:
    return [one for one in PEOPLE if one.kind in kinds]


EXACT = of_kind(Kind.EXACT)


# ------------------------------------------------------------------------------------------------ all goes well


def test_everybody_gets_an_answer(window: Window, sandbox: LrsSandbox):
    seen: list[Progress] = []
    summary = window.ask(context=TaskContext(seen.append))
    assert (summary.total, summary.answered, summary.calls) == (len(PEOPLE), len(PEOPLE), len(ASKED))
    assert (summary.stopped, summary.cancelled) == ("", False)
    assert summary.seconds > 0
    assert Counter(sandbox.calls) == Counter(one.uln for one in ASKED), "each is asked for once"
    for one in PEOPLE:
        held = window.answer(one)
        assert len(held.events) == len(events_of(one)), one.kind
        assert {event.event_id for event in held.events} == {event.event_id for event in events_of(one)}
    expect = {
        Kind.EXACT: "WSRC0004",
        Kind.EMPTY: "WSRC0004",
        Kind.LINKED: "WSRC0022",
        Kind.OPTED_OUT: "WSEC0206",
        Kind.NOT_VERIFIED: "WSEC0208",
        Kind.ULN_UNKNOWN: "WSEC0136",
        Kind.NO_ULN: "LOCAL01",
        Kind.NO_FIRST_NAME: "LOCAL02",
        Kind.NO_SURNAME: "LOCAL03",
        Kind.TEMPORARY: "LOCAL04",
        Kind.BAD_CHECK: "LOCAL05",
    }
    assert window.codes(list(PEOPLE)) == [expect[one.kind] for one in PEOPLE]
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert all(one.total == len(PEOPLE) for one in seen)


def test_a_linked_learners_record_is_held_with_both_ulns(window: Window):
    one = of_kind(Kind.LINKED)[0]
    window.ask([one])
    assert window.answer(one).found_uln == one.found_uln != one.uln


def test_learners_come_in_the_order_of_the_grid(window: Window):
    who = EXACT[20:5:-1]
    window.ask(who)
    assert window.session.learner_ids() == [one.number for one in who]


def test_local_codes_make_no_call(window: Window, db: Database, sandbox: LrsSandbox):
    connections = sandbox.connections
    who = of_kind(Kind.NO_ULN, Kind.NO_FIRST_NAME, Kind.NO_SURNAME, Kind.TEMPORARY, Kind.BAD_CHECK)
    before = snapshot(db, "operation", "plr_check")
    summary = window.ask(who)
    assert (summary.answered, summary.calls) == (len(who), 0)
    assert {code[:6] for code in window.codes(who)} == {"LOCAL0"}
    assert sandbox.calls == []
    assert sandbox.connections == connections
    assert snapshot(db, "operation", "plr_check") == before


def test_names_the_service_could_never_read(window: Window, db: Database, sandbox: LrsSandbox):
    one, two, three = EXACT[:3]
    with db.write() as tx:
        for who, name in ((one, "\x01Ann"), (two, "---"), (three, "A" * 40)):
            row = update(learner).where(learner.c.id == who.number)
            tx.execute(row.values(first_name=None, given_names=name))
    window.ask([one, two, three])
    assert window.codes([one, two]) == ["LOCAL07", "LOCAL06"]
    assert sandbox.calls == [three.uln]
    assert any("35 characters" in note for note in window.answer(three).notes)


def test_all_given_names_or_the_first(window: Window, db: Database, user: User, sandbox: LrsSandbox):
    one = next(person for person in EXACT if " " in (person.lrs_given_names or ""))
    seen: list[str] = []
    sandbox.answers[one.uln] = lambda asked: (seen.append(asked.uln), asked.usual())[1]
    for all_names in (False, True):
        session = PlrSession()
        download(TaskContext(), db, user, window.client(), session, [one.number], all_names=all_names)
        sent = session.learners()[0].sent_given
        assert sent == (one.given_names if all_names else one.first_name or one.given_names.split()[0])
        assert session.answer_of(one.number).response_code == "WSRC0004"
    assert len(seen) == 2


def test_two_learners_with_one_uln(window: Window, sandbox: LrsSandbox):
    first, second = (PEOPLE[number - 1] for number in (*TWICE.values(), *TWICE.keys()))
    assert first.uln == second.uln
    window.ask([first, second])
    assert sandbox.calls == [first.uln] * 2
    assert window.answer(first).events == window.answer(second).events != ()


def test_the_same_learner_twice_in_the_list(window: Window, sandbox: LrsSandbox):
    summary = window.ask([EXACT[0], EXACT[1], EXACT[0]])
    assert (summary.total, summary.calls) == (2, 2)
    assert len(sandbox.calls) == 2


def test_learners_who_are_gone_are_not_asked_about(window: Window, db: Database, sandbox: LrsSandbox):
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == EXACT[0].number).values(removed_at=db.now(tx)))
    assert window.ask(EXACT[:2]).total == 1
    assert sandbox.calls == [EXACT[1].uln]


def test_what_update_would_do_is_known_at_once(window: Window):
    window.ask()
    kinds = Counter(row.change for row in window.session.rows())
    assert {Change.NEW, Change.CHANGED, Change.LOWER, Change.SAME, Change.CANNOT, Change.NO_EVENTS} <= set(kinds)
    assert None not in kinds


# -------------------------------------------------------------------------------------------- several at once


def test_four_calls_overlap(window: Window, sandbox: LrsSandbox):
    """The service answers none of the four before all four have arrived."""
    together = threading.Barrier(4)

    def wait_for_the_others(asked):
        together.wait(WAIT)
        return asked.usual()

    for one in EXACT[:4]:
        sandbox.answers[one.uln] = wait_for_the_others
    summary = window.ask(EXACT[:30])
    assert summary.answered == 30
    assert sandbox.most_at_once == 4


@pytest.mark.parametrize("parallel", [1, 2])
def test_never_more_at_once_than_set(window: Window, sandbox: LrsSandbox, parallel: int):
    sandbox.set_latency(2)
    window.ask(EXACT[:20], parallel=parallel)
    assert sandbox.most_at_once == parallel
    assert len(sandbox.calls) == 20


# ------------------------------------------------------------------------------------ what stops the whole run


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
    assert codes["LOCAL28"] >= 40
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
    assert NO_ANSWER_IN_A_ROW <= codes["LOCAL21"] <= NO_ANSWER_IN_A_ROW + 3
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


# ------------------------------------------------------------------------------ what concerns one learner only


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("html", "LOCAL23"),
        ("truncated", "LOCAL24"),
        ("reset", "LOCAL24"),
        ("wrong-learner", "LOCAL26"),
        ("no-code", "LOCAL23"),
        ("nothing", "LOCAL23"),
        ("fault-without-detail", "LOCAL29"),
        ("gzip-bomb", "LOCAL25"),
    ],
)
def test_one_bad_answer_is_one_row(window: Window, sandbox: LrsSandbox, fault: str, code: str):
    unlucky = EXACT[7]
    sandbox.answers[unlucky.uln] = FAULTS[fault]
    summary = window.ask(EXACT[:30])
    assert not summary.stopped
    codes = window.codes(EXACT[:30])
    bad = codes.pop(7)
    assert bad.startswith("LOCAL2")
    if fault not in ("reset", "fault-without-detail"):
        assert bad == code
    assert set(codes) == {"WSRC0004"}
    assert sandbox.calls.count(unlucky.uln) == 1, "nothing is asked twice by itself"
    assert window.answer(unlucky).events == ()
    assert window.answer(unlucky).changes == (Change.CANNOT,)
    assert window.session.learner_ids(failed_only=True) == [unlucky.number]


def test_silence_is_given_up(window: Window, sandbox: LrsSandbox):
    sandbox.answers[EXACT[3].uln] = FAULTS["timeout"]
    summary = window.ask(EXACT[:12], read_timeout=0.4)
    assert not summary.stopped
    assert Counter(window.codes(EXACT[:12])) == {"WSRC0004": 11, "LOCAL20": 1}
    assert window.codes([EXACT[3]]) == ["LOCAL20"]


def test_an_answer_about_somebody_else_is_never_filed(window: Window, sandbox: LrsSandbox):
    sandbox.set_fault("wrong-learner")
    window.ask(EXACT[:20])
    own = {one.number: {event.event_id for event in events_of(one)} for one in EXACT[:20]}
    for one in EXACT[:20]:
        held = window.answer(one)
        assert {event.event_id for event in held.events} <= own[one.number]
        # The service gives everybody the first other person's record: only that person is right by chance.
        assert held.error_code == "LOCAL26" or held.events == ()


def test_a_busy_service_is_asked_again(window: Window, sandbox: LrsSandbox):
    sandbox.answers.update({one.uln: busy_once() for one in EXACT[:6]})
    summary = window.ask(EXACT[:20])
    assert set(window.codes(EXACT[:20])) == {"WSRC0004"}
    assert not summary.stopped
    assert summary.calls == len(sandbox.calls) == 26
    assert summary.answered == 20


def busy_once() -> Callable[..., Reply]:
    return lambda asked: asked.usual() if asked.nth > 1 else Reply(503, b"Busy", headers={"Retry-After": "0"})


def test_a_service_that_stays_busy_for_one(window: Window, sandbox: LrsSandbox):
    sandbox.answers[EXACT[2].uln] = lambda asked: Reply(429, b"Busy", headers={"Retry-After": "0"})
    window.ask(EXACT[:20])
    assert window.codes([EXACT[2]]) == ["LOCAL22"]
    assert Counter(window.codes(EXACT[:20]))["WSRC0004"] == 19
    assert sandbox.calls.count(EXACT[2].uln) == 5


def test_retry_after_is_obeyed(window: Window, sandbox: LrsSandbox):
    sandbox.set_fault("busy:once")  # with Retry-After: 1
    seen: list[Progress] = []
    summary = window.ask(EXACT[:1], TaskContext(seen.append))
    assert summary.calls == 2
    assert summary.seconds >= 1
    assert any("busy" in one.text for one in seen)


# ------------------------------------------------------------------------------------------------------ cancel


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


# ------------------------------------------------------------------------------------------------ what is stored


def checks_of(db: Database) -> dict[int, tuple]:
    with db.read() as tx:
        return {
            row.learner_id: (row.outcome, row.identity_hash, row.user_id) for row in tx.execute(select(plr_check))
        }


def test_that_a_check_was_made_in_one_word(window: Window, db: Database, sandbox: LrsSandbox):
    with db.write() as tx:
        tx.execute(delete(plr_check))
    sandbox.answers[EXACT[0].uln] = FAULTS["html"]
    sandbox.answers[EXACT[1].uln] = Reply(body=b"")
    summary = window.ask()
    checks = checks_of(db)
    assert set(checks) == {one.number for one in ASKED}
    words = {
        Kind.EXACT: "records",
        Kind.LINKED: "records",
        Kind.EMPTY: "none",
        Kind.OPTED_OUT: "refused",
        Kind.NOT_VERIFIED: "refused",
        Kind.ULN_UNKNOWN: "refused",
    }
    failed = {EXACT[0].number, EXACT[1].number}
    for one in ASKED:
        twin = one.number in TWICE and TWICE[one.number] in failed
        if not twin:
            assert checks[one.number][0] == ("failed" if one.number in failed else words[one.kind])
    assert {one.name for one in summary.changes.topics} == {"PLR_CHECKS"}
    asked = {one.id: identity_hash(one) for one in window.session.learners()}
    assert all(checks[key][1:] == (asked[key], 1) for key in checks)


def test_a_later_check_takes_the_place_of_the_earlier(window: Window, db: Database, sandbox: LrsSandbox):
    one = EXACT[0]
    window.ask([one])
    first = checks_of(db)[one.number]
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == one.number).values(family_name="Other"))
    window.ask([one])
    second = checks_of(db)[one.number]
    assert (first[0], second[0]) == ("records", "refused")
    assert first[1] != second[1], "other names were sent"


def test_the_audit_says_who_and_how_many_before_the_first_call(window: Window, db: Database, sandbox: LrsSandbox):
    told: list[tuple] = []

    def look(asked) -> Reply:
        with db.read() as tx:
            told.append(tuple(tx.execute(select(operation.c.user_id, operation.c.kind, operation.c.reason)).one()))
        return asked.usual()

    sandbox.answers[EXACT[0].uln] = look
    window.ask(EXACT[:7])
    assert told == [(1, "plr_download", "7 learners")]
    with db.read() as tx:
        assert tx.execute(select(operation.c.state)).scalar_one() == "done"


def test_nothing_of_the_answers_is_stored(window: Window, db: Database):
    """Not in a table, and not in a byte of the folder: no subject, provider, body, event number, linked ULN."""
    tables = [name for name in metadata.tables if name not in ("plr_check", "operation")]
    before = snapshot(db, *tables)
    stored_bytes = whole_folder(db)
    window.ask()
    assert snapshot(db, *tables) == before
    folder = whole_folder(db)
    words = set()
    for one in PEOPLE:
        words |= {one.found_uln} if one.found_uln else set()
        for event in all_events(one):
            words |= {event.subject, event.achievement_provider_name, event.awarding_organisation_name, event.id}
    news = [word for word in words if word and len(word) > 5 and word.encode() not in stored_bytes]
    assert len(news) > 100
    assert [word for word in news if word.encode() in folder] == []


def whole_folder(db: Database) -> bytes:
    assert db.file is not None
    return b"".join(one.read_bytes() for one in sorted(db.file.parent.iterdir()))


def test_nobody_is_named_in_the_log(window: Window, sandbox: LrsSandbox, caplog: pytest.LogCaptureFixture):
    caplog.set_level(0)
    sandbox.set_fault("html:0.1", "wrong-learner:0.1", "truncated:0.1")
    window.ask(EXACT[:40])
    told = caplog.text + repr(window.session.rows()) + repr([window.answer(one) for one in EXACT[:40]])
    for one in EXACT[:40]:
        assert one.uln not in told
        assert one.family_name not in told.replace("family_name", "")


# ------------------------------------------------------------------------------------------- may it, can it


def test_who_may_download(window: Window, db: Database, sandbox: LrsSandbox):
    window.user = user_with(db, Role.ENROLMENT_MANAGER)
    with pytest.raises(AccessError, match="cannot download"):
        window.ask(EXACT[:3])
    window.user = user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_USER)
    assert window.ask(EXACT[:3]).answered == 3
    with db.write() as tx:
        tx.execute(update(licence).values(is_on=False))
    with pytest.raises(AccessError):
        window.ask(EXACT[:3])
    with db.write() as tx:
        tx.execute(delete(user_role))
    with pytest.raises(AccessError):
        window.ask(EXACT[:3])
    assert len(sandbox.calls) == 3


def test_without_an_audit_no_call(window: Window, db: Database, sandbox: LrsSandbox):
    with db.write() as tx:
        tx.exec_driver_sql("create trigger no_audit before insert on operation begin select raise(abort, 'no'); end")
    with pytest.raises(DatabaseError):
        window.ask(EXACT[:3])
    assert sandbox.calls == []


def test_the_database_goes_away_during_a_download(window: Window, db: Database, sandbox: LrsSandbox):
    """Each answer cost a call that the learner sees: it is held even if nobody can say what Update would do."""

    lost: list[Progress] = []

    def lose_a_table(progress: Progress) -> None:
        if progress.done >= 5 and not lost:
            lost.append(progress)
            with db.write() as tx:
                tx.exec_driver_sql("alter table attainment rename to elsewhere")

    summary = window.ask(EXACT[:30], TaskContext(lose_a_table))
    assert "tables this version needs" in summary.stopped
    codes = window.codes(EXACT[:30])
    assert codes.count("WSRC0004") == len(sandbox.calls) < 30
    assert codes.count("LOCAL28") == 30 - len(sandbox.calls)
    assert summary.answered == len(sandbox.calls)


def test_download_update_download_update(window: Window, db: Database, user: User):
    """The main job, twice: the second time there is nothing to do."""
    window.ask()
    keys = all_keys(window.session)
    first = update_selected(TaskContext(), db, user, window.session, keys, lower_too=False)
    numbers = {"processed": first.processed, "updated": first.updated, "new": len(first.new)}
    numbers |= {"changed": len(first.changed), "unchanged": len(first.unchanged)}
    assert {**numbers, "not_applied": len(first.not_applied)} == expected(PEOPLE)
    with db.read() as tx:
        before = tx.execute(select(attainment)).all()
    window.session = PlrSession()
    window.ask()
    kinds = {row.change for row in window.session.rows()}
    assert kinds <= {Change.SAME, Change.CANNOT, Change.LOWER, Change.NO_EVENTS}
    second = update_selected(TaskContext(), db, user, window.session, all_keys(window.session), lower_too=False)
    assert (second.processed, second.updated) == (first.processed, 0)
    with db.read() as tx:
        assert tx.execute(select(attainment)).all() == before


def test_a_corrected_learner_is_asked_for_anew(window: Window, db: Database):
    """Refresh Failed after Edit Learner: the window asks with what is stored now."""
    one = of_kind(Kind.NOT_VERIFIED)[0]
    window.ask([one])
    assert window.codes([one]) == ["WSEC0208"]
    with db.write() as tx:
        right = {"family_name": one.lrs_family_name, "given_names": one.lrs_given_names, "first_name": None}
        tx.execute(update(learner).where(learner.c.id == one.number).values(**right))
    window.ask([replace(one)])
    assert window.codes([one]) == ["WSRC0004"]
    assert window.session.learner_count == 1
