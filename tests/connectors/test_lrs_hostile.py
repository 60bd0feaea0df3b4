"""Made-up answers: no crash but errors of ours, no hang, and never another learner's record.

500 of each kind; 10,000 with LM_LONG=1 in the environment.
"""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.http import HttpAnswer
from app.connectors.lrs import LrsAccess, LrsClient
from app.connectors.lrs_answer import FIELDS, LrsAnswer, read_answer
from app.connectors.lrs_codes import describe, may_import
from app.errors import ServiceError
from tests.connectors.damage import Edits, Replies, edited, edits, replies, replying
from tests.connectors.messages import EVENT, OTHER_ULN, ULN, answer, domain, fault, miap, record, result
from tests.connectors.often import often
from tests.connectors.scripted_server import scripted

GIVEN_NAME, FAMILY_NAME, PASSWORD = "Zaphodina", "Beeblebroxe", "EXAMPLE-PASSWORD"
GOOD = [
    answer(),
    answer(result("WSRC0022", found=OTHER_ULN, rest=record(EVENT, EVENT))),
    answer(result("WSEC0208", found="", rest="")),
    fault(miap("WSEC0005", GIVEN_NAME, f"{FAMILY_NAME} {ULN}")),
    fault(miap("WSEC0001", "UnsupportedHttpVerb", qualified=True)),
    fault(domain("WSEC0999")),
    fault(faultstring=FAMILY_NAME),
]


def check(body: bytes, status: int = 200, retry_after: str | None = None) -> LrsAnswer | ServiceError:
    """Read it, and look at whatever comes of it."""
    started = time.perf_counter()
    try:
        came: LrsAnswer | ServiceError = read_answer(HttpAnswer(status, body, retry_after), ULN)
    except ServiceError as error:
        came = error
    assert time.perf_counter() - started < 2
    look_at(came)
    return came


def look_at(came: LrsAnswer | ServiceError) -> None:
    if isinstance(came, ServiceError):
        assert came.code
        told = f"{came} {came!r} {came.__cause__!r}"
        for secret in (ULN, OTHER_ULN, GIVEN_NAME, FAMILY_NAME, PASSWORD):
            assert secret not in told
        return
    assert came.incoming_uln in (ULN, None)
    assert came.response_code.strip() == came.response_code != ""
    assert describe(came.response_code)
    for event in came.events:
        for field in FIELDS:
            value = getattr(event, field.name)
            if field.name == "event_id":
                assert value is None or type(value) is int
            else:
                assert value is None or (value and value == value.strip())


# -- bytes

PIECES = [
    *(b"<", b">", b"&", b"/", b'"', b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<?x ", b"\x00", b"\xff"),
    *(b"&amp;", b"&#x110000;", b"&lol;", b"<!DOCTYPE x>", b' i:nil="true"', b"</s:Body>", b"WSRC0004"),
    *(OTHER_ULN.encode(), b"<s:Fault>", b"<a:ResponseCode>", b"xmlns=''", b"WSEC0005"),
]
damage = edits(5_000, 60, PIECES)


@often
@given(st.binary(max_size=300), st.integers(100, 599))
def test_any_bytes(body: bytes, status: int):
    came = check(body, status)
    assert isinstance(came, ServiceError)


@often
@given(st.sampled_from(GOOD), damage, st.sampled_from([200, 500, 503, 403]), st.text(max_size=20))
def test_good_answers_with_damage(body: bytes, changes: Edits, status: int, header: str):
    check(edited(body, changes), status, header)


# -- well-formed nonsense

NAMES = [field.wire for field in FIELDS]
NAMES += ["ResponseCode", "FoundULN", "IncomingULN", "LearnerRecord", "LearningEvent", "ErrorCode", "Unheard"]
texts = st.one_of(
    st.sampled_from([ULN, OTHER_ULN, "WSRC0004", "WSRC0022", "WSEC0208", "WSEC0005", "true", "9" * 30, "", "  \n "]),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="<>&\ufffe\uffff"), max_size=20
    ),
)
prefixes = st.sampled_from(["a:", "b:", "", "t:"])
nils = st.sampled_from(["", "", "", ' i:nil="true"', ' i:nil="false"', ' nil="true"', ' b:nil="true"'])


def element(name: Any, inside: Any) -> Any:
    return st.builds(
        lambda prefix, name, nil, inside: f"<{prefix}{name}{nil}>{inside}</{prefix}{name}>",
        prefixes,
        name,
        nils,
        inside,
    )


leaves = element(st.sampled_from(NAMES), texts)
trees = st.recursive(
    leaves, lambda inner: element(st.sampled_from(NAMES), st.lists(inner, max_size=5).map("".join)), max_leaves=25
)
learning_events = element(st.just("LearningEvent"), st.lists(leaves, max_size=8).map("".join))
records = element(st.just("LearnerRecord"), st.lists(learning_events, max_size=4).map("".join))
incoming = element(st.just("IncomingULN"), st.sampled_from([ULN, OTHER_ULN, "", f"<b:x>{OTHER_ULN}</b:x>"]))
codes = element(st.just("ResponseCode"), st.sampled_from(["WSRC0004", "WSRC0022", "WSEC0208", "", "Odd", ULN]))


@often
@given(st.lists(st.one_of(trees, records, incoming, codes), max_size=6), st.booleans())
def test_well_formed_nonsense(parts: list[str], wrapped: bool):
    inside = "".join(parts)
    body = answer(inside) if wrapped else fault(f"<detail>{inside}</detail>")
    check(body.replace(b"<s:Body>", b'<s:Body xmlns:a="x" xmlns:b="y" xmlns:t="z" xmlns:i="w">'))


@often
@given(
    st.permutations(["code", "incoming", "found", "record"]),
    st.sampled_from(["a:", ""]),
    st.text("0123456789", max_size=11),
)
def test_a_record_with_another_uln_is_never_handed_on(order: list[str], prefix: str, other: str):
    parts = {
        "code": f"<{prefix}ResponseCode>WSRC0004</{prefix}ResponseCode>",
        "incoming": f"<{prefix}IncomingULN>{other}</{prefix}IncomingULN>",
        "found": f"<{prefix}FoundULN>{ULN}</{prefix}FoundULN>",
        "record": record(EVENT),
    }
    came = check(answer("".join(parts[name] for name in order)))
    if other in ("", ULN):
        assert isinstance(came, LrsAnswer)
        assert may_import(came.response_code)
    else:
        assert isinstance(came, ServiceError)
        assert came.code == "LOCAL26"


@pytest.mark.parametrize(
    "body",
    [
        b"<a>" * 200_000,
        b"<s:Envelope xmlns:s='x'><s:Body>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</s:Body></s:Envelope>",
        b"<s:Envelope xmlns:s='x' " + b" ".join(b"a%d='1'" % n for n in range(50_000)) + b"/>",
        answer(result(rest="<a:LearnerRecord>" + "<a:LearningEvent/>" * 200_000 + "</a:LearnerRecord>")),
        answer(result(rest=record(f"<a:LearningEvent><a:Grade>{'x' * 3_000_000}</a:Grade></a:LearningEvent>"))),
        answer(result(code="W" * 1_000_000)),
        fault(miap("WSEC0001", "x" * 1_000_000)),
    ],
    ids=["open", "deep", "attributes", "many", "long", "code", "fault"],
)
def test_large_and_deep_answers_take_no_time(body: bytes):
    check(body)


# -- over a real connection, with everything in between


@often
@given(replies(st.sampled_from(GOOD), damage))
def test_damage_over_a_connection(waiting: Replies):
    count = len(waiting)
    with scripted(lambda server: replying(server, waiting)) as server:
        access = LrsAccess(
            url=server.url,
            ukprn="TESTX123",
            username="x",
            vendor_id=1,
            password=PASSWORD,
            parallel=1,
            read_timeout=0.05,
            deadline=0.2,
        )
        with LrsClient(access).open() as calls:
            for _ in range(count):
                try:
                    look_at(calls.learning_events(ULN, GIVEN_NAME, FAMILY_NAME))
                except ServiceError as error:
                    look_at(error)
