"""Verify: the question on the wire, and what is believed of the answers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.http import HttpAnswer
from app.connectors.lrs import LrsClient
from app.connectors.lrs_codes import CODES, CodeKind, may_import
from app.connectors.lrs_verify import FLAGS, VERIFY_CODES, VerifyAnswer, read_verified, verify_request
from app.errors import BusyError, ServiceError, StopRunError
from app.ulns import UlnState, state
from tests.connectors.learner_messages import MASTER, MERGED, verified
from tests.connectors.messages import domain, envelope, fault, miap
from tests.connectors.often import often
from tests.connectors.scripted_server import always, http_answer, scripted
from tests.connectors.test_lrs_find import CALLER, access_to, call_of

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def read(body: bytes, status: int = 200) -> VerifyAnswer:
    return read_verified(HttpAnswer(status, body), MASTER)


def refusal(body: bytes, status: int = 200) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        read(body, status)
    assert MASTER not in f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"
    return caught.value


def test_everything_in_the_contracts_order_and_without_a_namespace():
    call = call_of(verify_request(access_to(), MASTER, "Siân & Mae", "Ng", date(2007, 2, 28), "M"))
    assert call.tag == "{http://api.lrs.miap.gov.uk/reportmsg}VerifyLearner"
    assert [child.tag for child in call] == [*CALLER, "LearnerToVerify"]
    assert [child.text for child in call[:4]] == ["ABC123", "TESTX123", "EX<AMP>LE&PASSWO", "O'Neil & <Sons>"]
    assert [child.tag for child in call[4]] == ["ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender"]
    assert [child.text for child in call[4]] == [MASTER, "Ng", "Siân & Mae", "2007-02-28", "1"]


def test_what_is_not_known_is_nil_but_there():
    learner = call_of(verify_request(access_to(), MASTER, "Jo", "N" * 40, None, None))[4]
    assert [child.get(NIL) for child in learner] == [None, None, None, "true", "true"]
    assert learner[1].text == "N" * 35


@pytest.mark.parametrize(
    ("uln", "given_name", "family_name", "code"),
    [
        ("", "Jo", "Ng", "LOCAL01"),
        (MASTER, "", "Ng", "LOCAL02"),
        (MASTER, "Jo", " ", "LOCAL03"),
        ("9999999999", "Jo", "Ng", "LOCAL04"),
        ("300000008", "Jo", "Ng", "LOCAL05"),
        (MASTER, "Jo", "--", "LOCAL06"),
        (MASTER, "Jo\x07", "Ng", "LOCAL07"),
    ],
)
def test_who_cannot_be_asked_about_is_not(uln: str, given_name: str, family_name: str, code: str):
    with scripted(always(http_answer(verified()))) as server, LrsClient(access_to(server.url)).open() as calls:
        with pytest.raises(ServiceError) as caught:
            calls.verify(uln, given_name, family_name)
        assert caught.value.code == code
        assert server.connections == 0


def test_the_action_has_its_own_name():
    with scripted(always(http_answer(verified()))) as server, LrsClient(access_to(server.url)).open() as calls:
        assert calls.verify(MASTER, "Jo", "Ng") == VerifyAnswer("WSVRC001", MASTER)
    (request,) = server.requests
    assert request.startswith(b"POST /LearnerService.svc HTTP/1.1\r\n")
    assert b'\r\nSOAPAction: "http://tempuri.org/LearnerPortType/verifyLearner"\r\n' in request


def test_every_code_and_flag_has_words():
    assert list(VERIFY_CODES) == [f"WSVRC00{number}" for number in range(1, 7)]
    assert list(FLAGS) == [f"VRF{number}" for number in range(1, 9)]
    for text in (*VERIFY_CODES.values(), *FLAGS.values()):
        assert text[0].isupper()
        assert text.endswith(".")
    assert all(CODES[code].kind is CodeKind.OTHER and not may_import(code) for code in VERIFY_CODES)


@pytest.mark.parametrize("code", [*VERIFY_CODES, "XYZ1"])
def test_codes_flags_and_another_uln(code: str):
    flags = ("VRF1", "VRF7", "VRF7", "VRF12", "", "Ng", "VRF1 Ng")
    assert read(verified(code, uln=MERGED, flags=flags)) == VerifyAnswer(code, MERGED, ("VRF1", "VRF7", "VRF12"))


def test_a_uln_that_is_none_is_not_handed_on():
    for uln in ("", "3000000089", "9999999999", "x"):
        assert read(verified("WSVRC006", uln=uln)).uln is None


def test_no_code_is_no_success():
    assert read(verified("")) == VerifyAnswer(None, MASTER)
    assert read(verified("", searched="", uln="")) == VerifyAnswer(None)


def test_nothing_of_a_person_is_in_a_repr():
    assert MASTER not in repr(read(verified()))


@pytest.mark.parametrize("searched", [MERGED, "x", "300000008"])
def test_an_answer_about_another_uln_is_thrown_away(searched: str):
    assert refusal(verified(searched=searched)).code == "LOCAL26"


@pytest.mark.parametrize(
    ("body", "status", "kind", "code"),
    [
        (fault(miap("WSEC0005", "Ng", MASTER)), 500, StopRunError, "WSEC0005"),
        (fault(domain("WSEC0003")), 500, StopRunError, "WSEC0003"),
        (fault(miap("WCEC0999")), 500, BusyError, "LOCAL22"),
        (verified("WSEC0004"), 200, StopRunError, "WSEC0004"),
        (envelope("<VerifyLearnerResponse/>"), 200, ServiceError, "LOCAL23"),
        (verified(more="<ULN>3000000045</ULN>"), 200, ServiceError, "LOCAL23"),
        (verified("two words"), 200, ServiceError, "LOCAL23"),
        (verified()[:-30], 200, ServiceError, "LOCAL24"),
        (b"", 403, StopRunError, "LOCAL27"),
    ],
)
def test_failures(body: bytes, status: int, kind: type[ServiceError], code: str):
    came = refusal(body, status)
    assert type(came) is kind
    assert came.code == code


@often
@given(
    st.sampled_from([verified("WSVRC004", uln=MERGED, flags=("VRF1", "VRF5")), fault(miap("WSEC0001"))]),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 40), st.binary(max_size=8)), min_size=1, max_size=5),
    st.sampled_from([200, 500]),
)
def test_good_answers_with_damage(body: bytes, edits: list[tuple[int, int, bytes]], status: int):
    for place, length, new in edits:
        at = place % (len(body) + 1)
        body = body[:at] + new + body[at + length :]
    try:
        came = read(body, status)
    except ServiceError:
        return
    assert came.uln is None or state(came.uln) is UlnState.OK
    assert all(flag.startswith("VRF") for flag in came.flags)
