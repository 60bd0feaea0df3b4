"""Every fault, seen on the wire by a client that shares nothing with the service."""

import gzip
import http.client
import time
import zlib
from collections.abc import Callable

import pytest

from app.sandbox.faults import FAULTS, MIX, OVERSIZED_MIB, SLOW_SECONDS, drawn
from app.sandbox.people import events_of
from tests.sandbox.raw_client import ACTION, PEOPLE, Asker, request_for

EXACT = PEOPLE[99]
Serving = Callable[..., Asker]
SHOWN = {
    "busy",
    "timeout",
    "wrong-password",
    "wrong-password-miap",
    "html",
    "truncated",
    "reset",
    "hang-up",
    "trickle",
    "oversized",
    "gzip-bomb",
    "empty-503",
    "forbidden-403",
    "out-of-hours",
    "maintenance",
    "fault-without-detail",
    "wrong-learner",
    "no-code",
    "nothing",
    "slow",
    "wrong-prefix",
    "no-namespace",
    "shuffled",
    "nil-everywhere",
    "missing-everywhere",
    "missing-result",
}


def test_every_fault_is_shown_here() -> None:
    assert set(FAULTS) == SHOWN


def test_busy_asks_for_patience_in_two_ways(serving: Serving) -> None:
    asker = serving("busy")
    first, second = asker.ask(EXACT), asker.ask(EXACT)
    assert {first.status, second.status} == {503, 429}
    assert first.headers["Retry-After"] == second.headers["Retry-After"] == "1"


def test_timeout_says_nothing(serving: Serving) -> None:
    asker = serving("timeout")
    with pytest.raises(TimeoutError):
        asker.send(request_for(asker.sandbox, EXACT), timeout=0.3)


def test_wrong_password_in_both_forms(serving: Serving) -> None:
    asker = serving("wrong-password")
    answer = asker.ask(EXACT)
    assert (answer.status, answer.first("ErrorCode")) == (500, "WSEC0005")
    assert answer.all("DomainFault")
    asker.sandbox.set_fault("wrong-password-miap")
    answer = asker.ask(EXACT)
    assert (answer.status, answer.first("ErrorCode")) == (500, "WSEC0005")
    assert answer.all("MIAPAPIException")


def test_html_comes_with_status_200(serving: Serving) -> None:
    answer = serving("html").ask(EXACT)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html")


def test_half_an_answer(serving: Serving) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        serving("truncated").ask(EXACT)
    assert len(caught.value.partial) > 0


def test_a_reset_in_the_middle_of_an_answer(serving: Serving) -> None:
    """Which of the two a client sees depends on how much it had read when the reset came."""
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        serving("reset").ask(EXACT)


def test_hang_up_leaves_without_a_word(serving: Serving) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        serving("hang-up").ask(EXACT)


def test_trickle_drips(serving: Serving) -> None:
    asker = serving("trickle")
    line = asker.line()
    body = request_for(asker.sandbox, EXACT)
    headers = {"Content-Type": "text/xml", "SOAPAction": ACTION}
    line.request("POST", "/LearnerServiceR9.svc", body, headers)
    begun = time.monotonic()
    response = line.getresponse()
    assert response.read1(65536) + response.read1(65536) == b"<s"
    assert time.monotonic() - begun > 0.2
    response.close()
    line.close()


def test_oversized_goes_on_and_on(serving: Serving) -> None:
    asker = serving("oversized")
    line = asker.line()
    headers = {"Content-Type": "text/xml", "SOAPAction": ACTION}
    line.request("POST", "/LearnerServiceR9.svc", request_for(asker.sandbox, EXACT), headers)
    response = line.getresponse()
    read = 0
    while read < 20_000_000:
        piece = response.read1(1 << 20)
        assert piece
        read += len(piece)
    response.close()
    line.close()
    asker.sandbox.set_fault(None)
    assert asker.ask(EXACT).status == 200


def test_the_bomb_is_small_until_it_is_opened(serving: Serving) -> None:
    answer = serving("gzip-bomb").ask(EXACT)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < 1_000_000
    opener = zlib.decompressobj(31)
    size, packed = 0, answer.body
    while packed:
        size += len(opener.decompress(packed, 1 << 22))
        packed = opener.unconsumed_tail
    assert opener.eof
    assert size == OVERSIZED_MIB * 1024 * 1024


def test_refusals_without_soap(serving: Serving) -> None:
    asker = serving("empty-503")
    answer = asker.ask(EXACT)
    assert (answer.status, answer.body) == (503, b"")
    asker.sandbox.set_fault("forbidden-403")
    answer = asker.ask(EXACT)
    assert (answer.status, answer.headers["Content-Type"]) == (403, "text/html")
    asker.sandbox.set_fault("nothing")
    answer = asker.ask(EXACT)
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("fault", "code", "further"),
    [
        ("out-of-hours", "WSEC0004", "closed"),
        ("maintenance", "WSEC0001", "UnsupportedHttpVerb"),
        ("error-WSEC0999", "WSEC0999", "name"),
        ("error-WCEC0999", "WCEC0999", "name"),
    ],
)
def test_faults_with_a_code(serving: Serving, fault: str, code: str, further: str) -> None:
    answer = serving(fault).ask(EXACT)
    assert (answer.status, answer.first("ErrorCode")) == (500, code)
    assert further in (answer.first("FurtherDetails") or "")


def test_a_fault_without_detail(serving: Serving) -> None:
    answer = serving("fault-without-detail").ask(EXACT)
    assert answer.status == 500
    assert answer.all("Fault")
    assert not answer.all("detail")


def test_answers_with_another_code_or_none(serving: Serving) -> None:
    asker = serving("answer-WSRC0003")
    answer = asker.ask(EXACT)
    assert (answer.status, answer.first("ResponseCode")) == (200, "WSRC0003")
    asker.sandbox.set_fault("no-code")
    answer = asker.ask(EXACT)
    assert answer.status == 200
    assert not answer.all("ResponseCode")


@pytest.mark.parametrize("code", ["WSEC0001", "WSEC0999", "WCEC0999"])
def test_both_kinds_of_fault_carry_the_code(serving: Serving, code: str) -> None:
    asker = serving(f"domain-{code}")
    answer = asker.ask(EXACT)
    assert (answer.status, answer.first("ErrorCode"), len(answer.all("DomainFault"))) == (500, code, 1)
    asker.sandbox.set_fault(f"error-{code}")
    answer = asker.ask(EXACT)
    assert (answer.status, answer.first("ErrorCode"), len(answer.all("MIAPAPIException"))) == (500, code, 1)


def test_slow_is_a_good_answer_after_a_while(serving: Serving) -> None:
    asker = serving("slow")
    begun = time.monotonic()
    slow = asker.ask(EXACT)
    assert time.monotonic() - begun >= SLOW_SECONDS
    asker.sandbox.set_fault(None)
    assert slow.body == asker.ask(EXACT).body


def test_shapes_say_the_same_in_another_way(serving: Serving) -> None:
    asker = serving()
    events = sorted(event.text for event in asker.ask(EXACT).all("ID"))
    assert len(events) > 1
    for shape in ("wrong-prefix", "no-namespace", "shuffled"):
        asker.sandbox.set_fault(shape)
        answer = asker.ask(EXACT)
        assert sorted(event.text for event in answer.all("ID")) == events
        assert answer.first("IncomingULN") == EXACT.uln
    asker.sandbox.set_fault("wrong-prefix")
    assert b"<ns10:Envelope" in asker.ask(EXACT).body
    asker.sandbox.set_fault("no-namespace")
    assert b"<Envelope><Body>" in asker.ask(EXACT).body


def test_shapes_that_say_nothing(serving: Serving) -> None:
    asker = serving("nil-everywhere")
    answer = asker.ask(EXACT)
    assert answer.first("ResponseCode") == "WSRC0004"
    assert {event.get("{http://www.w3.org/2001/XMLSchema-instance}nil") for event in answer.all("ID")} == {"true"}
    assert not answer.first("IncomingULN")
    asker.sandbox.set_fault("missing-everywhere")
    answer = asker.ask(EXACT)
    assert answer.all("LearningEvent")
    assert not answer.all("ID") + answer.all("IncomingULN")
    asker.sandbox.set_fault("missing-result")
    answer = asker.ask(EXACT)
    assert answer.all("GetLearnerLearningEventsResponse")
    assert not answer.all("GetLearnerLearningEventsResult")


def test_random_draws_by_learner_and_call_and_seed() -> None:
    drawn_for = {seed: [drawn(person.uln, 1, seed) for person in PEOPLE] for seed in (1, 2)}
    assert drawn_for[1] != drawn_for[2]
    assert drawn_for[1] == [drawn(person.uln, 1, 1) for person in PEOPLE]
    assert set(drawn_for[1]) <= set(MIX)
    assert len(set(drawn_for[1])) > len(MIX) / 2


def test_random_is_one_of_the_mix(serving: Serving) -> None:
    asker = serving("random:1.0")
    person = next(one for one in PEOPLE if one.kind.asked and drawn(one.uln, 1) == "answer-WSRC0002")
    assert asker.ask(person).first("ResponseCode") == "WSRC0002"


def test_wrong_learner_tells_of_somebody_else(serving: Serving) -> None:
    answer = serving("wrong-learner").ask(EXACT)
    assert answer.first("IncomingULN") not in (EXACT.uln, None)
    told = {event.text for event in answer.all("ID")}
    assert told
    assert not told & {event.id for event in events_of(EXACT)}


def test_once_hits_the_first_call_about_each_learner(serving: Serving) -> None:
    asker = serving("empty-503:once")
    first = [asker.ask(person).status for person in PEOPLE[40:44]]
    second = [asker.ask(person).status for person in PEOPLE[40:44]]
    assert (first, second) == ([503] * 4, [200] * 4)


def test_a_share_hits_about_that_share_and_the_same_calls_each_time(serving: Serving) -> None:
    asked = [person for person in PEOPLE if person.kind.asked]
    runs = []
    for _ in range(2):
        asker = serving("empty-503:0.25")
        line = asker.line()
        runs.append([asker.send(request_for(asker.sandbox, person), line=line).status for person in asked])
        line.close()
    assert runs[0] == runs[1]
    assert 0.15 < runs[0].count(503) / len(asked) < 0.35


def test_the_first_named_of_several_hits(serving: Serving) -> None:
    asker = serving("empty-503:once", "html")
    assert asker.ask(EXACT).status == 503
    assert asker.ask(EXACT).headers["Content-Type"] == "text/html"


def test_a_plain_answer_is_the_packed_one(serving: Serving) -> None:
    asker = serving()
    packed = asker.send(request_for(asker.sandbox, EXACT), Accept_Encoding="gzip")
    assert gzip.decompress(packed.body) == asker.ask(EXACT).body
