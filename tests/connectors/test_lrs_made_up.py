"""Made-up answers that are valid, in every dress the service may give them: each value arrives, at the right learner.

500 of them; 10,000 with LM_LONG=1 in the environment.
"""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.connectors.http import HttpAnswer
from app.connectors.lrs_answer import FIELDS, LrsAnswer, read_answer
from app.errors import ServiceError
from tests.connectors.messages import OTHER_ULN, ULN
from tests.connectors.often import often

SOAP, TEM = "http://schemas.xmlsoap.org/soap/envelope/", "http://tempuri.org/"
MODEL, XSI = "http://api.lrs.qcf.gov.uk/model", "http://www.w3.org/2001/XMLSchema-instance"
CODES = ["WSRC0004", "WSRC0022", "WSRC0001", "WSRC0003", "WSEC0136", "WSEC0206", "WSEC0208", "XYZ123"]
ABSENT, NIL = "absent", "nil"

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffe\uffff"), max_size=30
)
values = st.one_of(
    st.sampled_from(
        ["", "9999999999", "UNKNWN", "01", "2058-08-31", "2024-01-16 06:12:40", "A*A", "603/4471/2", " x "]
    ),
    st.sampled_from([None, None]),
    texts,
)
ids = st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1).map(str), st.just(""), st.just("no number"))
events = st.fixed_dictionaries({one.wire: ids if one.wire == "ID" else values for one in FIELDS})
prefixes = st.fixed_dictionaries(
    {one: st.sampled_from(["a", "s", "soap", "ns10", "tem", "x-y", "_"]) for one in (SOAP, TEM, MODEL, XSI)}
).filter(lambda chosen: len(set(chosen.values())) == 4)


@st.composite
def dressed(draw: st.DrawFn) -> dict[str, object]:
    return {
        "prefixes": draw(prefixes),
        "namespaces": draw(st.booleans()),
        "shuffled": draw(st.booleans()),
        "pretty": draw(st.booleans()),
        "nothing": draw(st.sampled_from([ABSENT, NIL])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-16", "us-ascii", "iso-8859-1"])),
    }


def write(code: str, found: str | None, incoming: str | None, held: list[dict], dress: dict, seed: int) -> bytes:
    """The answer as lxml writes it: nothing of it is pasted together."""
    spaces = {prefix: uri for uri, prefix in dress["prefixes"].items()}

    def tag(uri: str, name: str) -> str:
        return f"{{{uri}}}{name}" if dress["namespaces"] else name

    def add(parent, name: str, value: str | None) -> None:
        if value is None and dress["nothing"] == ABSENT:
            return
        element = etree.SubElement(parent, tag(MODEL, name))
        element.text = value
        if value is None:
            element.set(f"{{{XSI}}}nil", "true")

    envelope = etree.Element(tag(SOAP, "Envelope"), nsmap=spaces)
    response = etree.SubElement(
        etree.SubElement(envelope, tag(SOAP, "Body")), tag(TEM, "GetLearnerLearningEventsResponse")
    )
    result = etree.SubElement(response, tag(TEM, "GetLearnerLearningEventsResult"))
    add(result, "ResponseCode", code)
    add(result, "FoundULN", found)
    add(result, "IncomingULN", incoming)
    record = etree.SubElement(result, tag(MODEL, "LearnerRecord"))
    for event in held:
        element = etree.SubElement(record, tag(MODEL, "LearningEvent"))
        for name, value in event.items():
            add(element, name, value)
    if dress["shuffled"]:
        for parent in (result, *record):
            children = list(parent)
            Random(seed).shuffle(children)
            parent.extend(children)
    return etree.tostring(
        envelope, encoding=dress["encoding"], xml_declaration=True, pretty_print=bool(dress["pretty"])
    )


def expected(event: dict) -> dict[str, object]:
    """What is to arrive of one event: trimmed, and nothing where there is nothing."""
    found: dict[str, object] = {}
    for one in FIELDS:
        value = (event[one.wire] or "").strip() or None
        if one.wire == "ID":
            found[one.name] = int(value) if value and value.lstrip("-").isdigit() else None
        else:
            found[one.name] = value
    return found


def is_said(event: dict) -> bool:
    """Whether an event says anything; one that does not is none."""
    return any((value or "").strip() for value in event.values())


@often
@given(
    st.sampled_from(CODES),
    st.sampled_from([ULN, OTHER_ULN, "", None]),
    st.sampled_from([ULN, ULN, ULN, "", None, OTHER_ULN]),
    st.lists(events, max_size=4),
    dressed(),
    st.integers(0, 9),
)
def test_every_value_arrives_in_any_dress(
    code: str, found: str | None, incoming: str | None, held: list[dict], dress: dict, seed: int
):
    body = write(code, found, incoming, held, dress, seed)
    try:
        came: LrsAnswer | ServiceError = read_answer(HttpAnswer(200, body, None), ULN)
    except ServiceError as error:
        came = error
    if incoming == OTHER_ULN:
        assert isinstance(came, ServiceError)
        assert came.code == "LOCAL26", "never another learner's record"
        return
    assert isinstance(came, LrsAnswer), came
    assert came.response_code == code
    assert came.found_uln == (found or None)
    assert came.incoming_uln == (incoming or None)
    told = [{one.name: getattr(event, one.name) for one in FIELDS} for event in came.events]
    assert told == [expected(event) for event in held if is_said(event)]
