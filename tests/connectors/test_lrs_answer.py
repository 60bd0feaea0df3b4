"""Reading answers: every oddity that published ones show, and codes that decide what happens next."""

import pytest

from app.connectors.http import HttpAnswer
from app.connectors.lrs_answer import FIELDS, NO_ULN_REPEATED, LearningEvent, LrsAnswer, read_answer
from app.errors import BusyError, ServiceError, StopRunError
from tests.connectors.messages import (
    EVENT,
    OTHER_ULN,
    SOAP12,
    ULN,
    answer,
    domain,
    envelope,
    fault,
    miap,
    record,
    result,
)

EXPECTED = LearningEvent(
    achievement_award_date="2023-08-24",
    achievement_provider_name="HARROWMERE HIGH SCHOOL",
    achievement_provider_ukprn="19990001",
    awarding_organisation_name="Northgate & Sons",
    awarding_organisation_ukprn="190077",
    collection_type="A",
    credits="0",
    date_loaded="2024-01-16 06:12:40",
    grade="9999999999",
    event_id=700311,
    language_for_assessment="English",
    level=None,
    participation_end_date=None,
    participation_start_date="2022-09-01",
    qualification_type="GCSE (9 to 1)",
    restriction="0",
    return_number="01",
    source="NPD",
    status="F",
    subject="GCSE in Reading,  Writing",
    subject_code="60344712",
    under_data_challenge="N",
)


def read(body: bytes, status: int = 200, retry_after: str | None = None) -> LrsAnswer:
    return read_answer(HttpAnswer(status, body, retry_after), ULN)


def refused(body: bytes, status: int = 200, retry_after: str | None = None) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        read(body, status, retry_after)
    assert ULN not in f"{caught.value} {caught.value!r} {caught.value.__cause__}"
    return caught.value


def test_a_record():
    assert read(answer()) == LrsAnswer("WSRC0004", ULN, ULN, (EXPECTED,), ())


def test_the_fields_are_all_22_in_reading_order():
    assert len({field.name for field in FIELDS}) == len({field.wire for field in FIELDS}) == 22
    assert {field.name for field in FIELDS} == set(LearningEvent.__slots__)
    assert [field.title for field in FIELDS][:3] == ["Subject Code", "Subject", "Qualification Type"]
    assert FIELDS[-1].wire == "ID"


@pytest.mark.parametrize(
    "body",
    [
        answer().replace(b"<s:", b"<soap:").replace(b"</s:", b"</soap:").replace(b"xmlns:s=", b"xmlns:soap="),
        answer().replace(b"a:", b"ns10:").replace(b"xmlns:a=", b"xmlns:ns10="),
        answer().replace(b"a:", b"").replace(b"xmlns:a=", b"xmlns="),
        answer().replace(b"a:", b"").replace(b' xmlns:a="http://api.lrs.qcf.gov.uk/model"', b""),
        answer().replace(b"http://api.lrs.qcf.gov.uk/model", b"urn:something:else"),
        b"\xef\xbb\xbf" + answer(),
        b'<?xml version="1.0" encoding="utf-8"?>\r\n' + answer() + b"\n\n",
        answer().decode().encode("utf-16"),
        answer(soap=SOAP12),
        answer().replace(b"<s:Body>", b"<s:Header><x/></s:Header><s:Body>"),
        answer().replace(b"<s:Body>", b"<!-- so --><?pi x?><s:Body><!-- it is -->"),
        answer(
            result(rest="<a:Unheard>x</a:Unheard>" + record(EVENT.replace("<a:Grade>", "<a:New>9</a:New><a:Grade>")))
        ),
    ],
    ids=[
        "prefix",
        "ns10",
        "default",
        "none",
        "other",
        "bom",
        "declared",
        "utf-16",
        "1.2",
        "header",
        "comment",
        "new",
    ],
)
def test_prefixes_namespaces_and_wrapping_do_not_matter(body: bytes):
    assert read(body) == LrsAnswer("WSRC0004", ULN, ULN, (EXPECTED,), ())


def test_order_does_not_matter():
    inside = (
        f"{record(EVENT)}<a:IncomingULN>{ULN}</a:IncomingULN><a:FoundULN>{ULN}</a:FoundULN>"
        "<a:ResponseCode>WSRC0004</a:ResponseCode>"
    )
    assert read(answer(inside)).events == (EXPECTED,)
    lines = EVENT.splitlines()
    backwards = "\n".join([lines[0], *reversed(lines[1:-1]), lines[-1]])
    assert read(answer(result(rest=record(backwards)))).events == (EXPECTED,)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "<a:LearnerRecord/>",
        '<a:LearnerRecord i:nil="true"/>',
        '<a:LearnerRecord i:nil="1"/>',
        '<a:LearnerRecord><a:LearningEvent i:nil="true"/></a:LearnerRecord>',
        "<a:LearnerRecord><a:LearningEvent/></a:LearnerRecord>",
        "<a:LearnerRecord>  </a:LearnerRecord>",
        "<a:LearnerRecord><a:Other><a:Grade>1</a:Grade></a:Other></a:LearnerRecord>",
    ],
)
def test_an_empty_record_is_a_success_without_events(rest: str):
    assert read(answer(result(rest=rest))) == LrsAnswer("WSRC0004", ULN, ULN, (), ())


def test_several_events_with_a_nil_one_between():
    nil = '<a:LearningEvent i:nil="true"/>'
    assert read(answer(result(rest=record(EVENT, nil, EVENT)))).events == (EXPECTED, EXPECTED)


@pytest.mark.parametrize(
    "empty", ["", "<a:Grade/>", "<a:Grade></a:Grade>", '<a:Grade i:nil="true"/>', "<a:Grade> \n </a:Grade>"]
)
def test_missing_empty_and_nil_are_all_no_value(empty: str):
    event = f"<a:LearningEvent>{empty}<a:ID>1</a:ID></a:LearningEvent>"
    assert read(answer(result(rest=record(event)))).events == (LearningEvent(event_id=1),)


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), (" 7 ", 7), ("-1", -1), ("abc", None), ("7.0", None), ("٧", None), ("9" * 5000, None), ("", None)],
)
def test_event_ids(text: str, number: int | None):
    event = f"<a:LearningEvent><a:ID>{text}</a:ID><a:Grade>A*</a:Grade></a:LearningEvent>"
    assert read(answer(result(rest=record(event)))).events == (LearningEvent(event_id=number, grade="A*"),)


def test_cdata_and_nested_markup_are_read_as_text():
    event = "<a:LearningEvent><a:Subject><![CDATA[A <b> & ]]><x>c</x></a:Subject></a:LearningEvent>"
    assert read(answer(result(rest=record(event)))).events == (LearningEvent(subject="A <b> & c"),)


def test_a_linked_learner_keeps_both_ulns():
    linked = read(answer(result("WSRC0022", found=OTHER_ULN)))
    assert (linked.found_uln, linked.incoming_uln, len(linked.events)) == (OTHER_ULN, ULN, 1)


@pytest.mark.parametrize(
    "code", ["WSEC0206", "WSEC0208", "WSEC0136", "WSRC0001", "WSRC0003", "WSRC9999", "Odd.code-1"]
)
def test_codes_about_the_learner_are_answers_under_any_prefix(code: str):
    held = read(answer(result(code, found="", rest="<a:LearnerRecord/>")))
    assert (held.response_code, held.found_uln, held.events) == (code, None, ())


@pytest.mark.parametrize("incoming", ["", "<a:IncomingULN/>", '<a:IncomingULN i:nil="true"/>'])
def test_an_answer_that_repeats_no_uln_is_accepted_and_noted(incoming: str):
    held = read(answer(f"<a:ResponseCode>WSRC0004</a:ResponseCode>{incoming}{record(EVENT)}"))
    assert held.notes == (NO_ULN_REPEATED,)
    assert held.events == (EXPECTED,)


@pytest.mark.parametrize(
    "incoming", [OTHER_ULN, "3000000029.0", "x", "<b>3000000037</b>", "3000<b/>000037", "030000000290"]
)
@pytest.mark.parametrize("code", ["WSRC0004", "WSEC0208", "WSEC0005", ""])
def test_an_answer_for_another_learner_is_thrown_away(incoming: str, code: str):
    assert refused(answer(result(code, incoming=incoming))).code == "LOCAL26"


def test_the_same_thing_said_twice_is_not_believed():
    twice = f"<a:IncomingULN>{ULN}</a:IncomingULN><a:IncomingULN>{OTHER_ULN}</a:IncomingULN>"
    assert refused(answer(f"<a:ResponseCode>WSRC0004</a:ResponseCode>{twice}")).code == "LOCAL23"


@pytest.mark.parametrize(
    "body",
    [
        answer(result(code="")),
        answer(""),
        answer(f"<a:IncomingULN>{ULN}</a:IncomingULN>{record(EVENT)}"),
        envelope('<GetLearnerLearningEventsResponse xmlns="http://tempuri.org/"/>'),
        envelope(
            '<t:GetLearnerLearningEventsResponse xmlns:t="http://tempuri.org/"><t:GetLearnerLearningEventsResult '
            'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/></t:GetLearnerLearningEventsResponse>'
        ),
        answer(result(code=f"the learner {ULN}")),
        answer(result(code=ULN)),
    ],
)
def test_no_response_code_is_never_a_success(body: bytes):
    assert refused(body).code == "LOCAL23"
    assert "response code" in refused(body).message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "LOCAL23"),
        (b"   ", "LOCAL23"),
        (b"OK", "LOCAL23"),
        (b"\x00\xff\xfe", "LOCAL23"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "LOCAL23"),
        (b"<html><body><p>not XML<br></body></html>", "LOCAL23"),
        (b'{"error": 1}', "LOCAL23"),
        (b"<Envelope/>", "LOCAL23"),
        (envelope(""), "LOCAL23"),
        (envelope("<VerifyLearnerResponse/>"), "LOCAL23"),
        (answer()[:-1], "LOCAL24"),
        (answer()[: len(answer()) // 2], "LOCAL24"),
        (answer()[:200], "LOCAL24"),
        (answer().decode().encode("utf-16")[:700], "LOCAL24"),
        (b'<!DOCTYPE s:Envelope [<!ENTITY x "y">]>' + answer(), "LOCAL23"),
        (b'<?xml version="1.0" encoding="no-such"?>' + answer(), "LOCAL23"),
        (answer().replace(b"NPD", b"\xff\xfe"), "LOCAL23"),
        (answer().replace(b"NPD", b"&#0;"), "LOCAL23"),
        (answer().replace(b"NPD", b"&unknown;"), "LOCAL23"),
        (answer() + b"<more/>", "LOCAL23"),
    ],
)
def test_what_is_no_answer(body: bytes, code: str):
    assert refused(body).code == code


@pytest.mark.parametrize("length", range(0, len(answer()), 37))
def test_an_answer_cut_anywhere_is_never_read(length: int):
    assert refused(answer()[:length]).code in ("LOCAL23", "LOCAL24")


def test_entities_do_nothing():
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    for use in ("<a:Grade>&e11;</a:Grade>", '<a:Grade x="&e11;">1</a:Grade>'):
        body = answer(result(rest=record(f"<a:LearningEvent>{use}</a:LearningEvent>")))
        doctype = f'<!DOCTYPE s:Envelope [<!ENTITY e0 "lol">{bomb}]>'.encode()
        assert refused(doctype + body).code == "LOCAL23"
    outside = b'<!DOCTYPE s:Envelope [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY % p SYSTEM "file:///x"> %p;]>'
    assert refused(outside + answer().replace(b"NPD", b"&f;")).code == "LOCAL23"


DETAILS = [
    pytest.param(miap, id="MIAP"),
    pytest.param(lambda code: miap(code, qualified=True), id="MIAP qualified"),
    pytest.param(lambda code: miap(code, prefix="ns10"), id="MIAP ns10"),
    pytest.param(domain, id="domain"),
    pytest.param(lambda code: domain(code, "<ErrorDetail>V1NFQzA5OTk=</ErrorDetail>"), id="domain with detail"),
    pytest.param(lambda code: f"<detail><X><ErrorCode>{code}</ErrorCode></X></detail>", id="unheard of"),
]


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("status", [200, 500, 400])
@pytest.mark.parametrize("code", ["WSEC0003", "WSEC0004", "WSEC0005", "WSEC0006"])
def test_faults_that_stop_the_run(detail, status: int, code: str):
    error = refused(fault(detail(code)), status)
    assert isinstance(error, StopRunError)
    assert error.code == code


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("code", ["WSEC0001", "WSEC0002", "WSEC0208", "WSEC7777", "Odd"])
def test_other_faults_concern_this_learner_and_keep_their_code(detail, code: str):
    error = refused(fault(detail(code)), 500)
    assert type(error) is ServiceError
    assert error.code == code
    assert "exceptions" not in str(error)


@pytest.mark.parametrize("code", ["WSEC0999", "WCEC0999"])
def test_an_unknown_error_of_the_server_is_worth_a_wait(code: str):
    for body, status in ((fault(miap(code)), 500), (fault(domain(code)), 200), (answer(result(code)), 200)):
        error = refused(body, status, "7")
        assert isinstance(error, BusyError)
        assert error.code == "LOCAL22"
        assert code in error.message
    assert refused(fault(miap(code)), 500, "7").retry_after == 7


@pytest.mark.parametrize("code", ["WSEC0003", "WSEC0004", "WSEC0005", "WSEC0006"])
def test_a_code_that_concerns_us_stops_the_run_in_an_ordinary_answer_too(code: str):
    error = refused(answer(result(code)))
    assert isinstance(error, StopRunError)
    assert error.code == code


@pytest.mark.parametrize(
    "body",
    [
        fault(miap("WSEC0001", "UnsupportedHttpVerb", "UnsupportedHttpVerb GET")),
        fault(miap("WSEC0001", "", "unsupportedhttpverb")),
        fault(domain("WSEC0001"), "UnsupportedHttpVerb"),
        fault("", "UnsupportedHttpVerb"),
    ],
)
def test_maintenance_stops_the_run(body: bytes):
    error = refused(body, 500)
    assert isinstance(error, StopRunError)
    assert error.code == "WSEC0001"
    assert "maintenance" in error.message


def test_the_verb_under_another_code_is_not_maintenance():
    assert type(refused(fault(miap("WSEC0002", "UnsupportedHttpVerb")), 500)) is ServiceError


def test_a_schema_fault_names_the_parameter_and_never_its_value():
    text = f"Value 'Zaphod' with length 0 of GivenName and {ULN} for uln is not valid for type 'GivenNameType'"
    error = refused(fault(miap("WSEC0001", "bad", text)), 500)
    assert "the first name" in str(error)
    assert "the ULN" in str(error)
    assert "Zaphod" not in str(error)


@pytest.mark.parametrize(
    "detail", ["", "<detail/>", "<detail><x/></detail>", domain(""), miap("see text"), miap(ULN)]
)
def test_a_fault_without_a_code(detail: str):
    assert refused(fault(detail), 500).code == "LOCAL29"
    assert refused(fault(detail), 200).code == "LOCAL23"
    assert refused(fault(detail), 503).code == "LOCAL22"


def test_a_soap_12_fault():
    body = (
        f'<e:Envelope xmlns:e="{SOAP12}"><e:Body><e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code><e:Reason>'
        '<e:Text xml:lang="en">No</e:Text></e:Reason>%s</e:Fault></e:Body></e:Envelope>'
    )
    assert refused((body % "").encode(), 500).code == "LOCAL29"
    inside = miap("WSEC0005").replace("detail>", "e:Detail>")
    assert refused((body % inside).encode(), 500).code == "WSEC0005"


def test_a_result_under_http_500_is_read_for_what_it_says():
    assert read(answer(), 500).response_code == "WSRC0004"


@pytest.mark.parametrize("body", [b"", b"<html><body>Sorry</body></html>", answer()[:300]])
@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (403, StopRunError, "LOCAL27"),
        (429, BusyError, "LOCAL22"),
        (503, BusyError, "LOCAL22"),
        (500, ServiceError, "LOCAL29"),
        (404, ServiceError, "LOCAL29"),
        (401, ServiceError, "LOCAL29"),
        (302, ServiceError, "LOCAL29"),
        (204, ServiceError, "LOCAL29"),
    ],
)
def test_http_statuses(body: bytes, status: int, kind: type, code: str):
    error = refused(body, status)
    assert (type(error), error.code) == (kind, code)
    if code == "LOCAL29":
        assert str(status) in error.message


def test_nothing_of_a_person_shows_in_a_repr():
    held = read(answer(result("WSRC0022", found=OTHER_ULN)))
    text = repr(held) + repr(held.events[0])
    for secret in (ULN, OTHER_ULN, "GCSE", "60344712", "HARROWMERE", "2023", "700311"):
        assert secret not in text
