"""Attainments (PLR) Download over the real service on loopback: real TLS, real database, everybody gets an answer."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.access import User
from app.db.database import Database
from app.db.tables import learner
from app.plr.download import download
from app.plr.plan import Change
from app.plr.session import PlrSession
from app.sandbox.faults import FAULTS
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import TWICE, Kind, events_of
from app.sandbox.server import Reply
from app.tasks import Progress, TaskContext
from tests.builders import snapshot
from tests.plr.window import ASKED, EXACT, PEOPLE, WAIT, Window, of_kind

# ------------------------------------------------------------------------------------------------------ all goes well


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


# ---------------------------------------------------------------------------------------------------- several at once


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


# ------------------------------------------------------------------------------------- what concerns one learner only


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
    assert window.codes(EXACT[:20]).count("LOCAL26") >= 19
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
