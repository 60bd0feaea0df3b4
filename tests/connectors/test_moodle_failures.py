"""All failures that were provoked on a real Moodle, over a real line, and what each comes to (lms-sync.md 4)."""

import pytest

from app.connectors.lms import Trouble
from app.connectors.moodle import MoodleAccess, open_pool
from app.connectors.moodle_call import MoodleLine
from app.connectors.moodle_faults import code_of, site_named_in
from app.errors import BusyError, ServiceError, StopRunError
from app.sandbox.server import Reply
from tests.connectors.moodle_recorded import JSON, TOKEN, Played, failure_reply, failures, json_reply

NORMAL = "normal"
RUN, COURSE, CALL = "the whole run", "one course", "one call"

MEANINGS: dict[str, tuple[str, str]] = {
    "invalidtoken": (Trouble.SIGN_IN, RUN),
    # Only questions that arrive without their parameters are answered in XML: the token was never looked at.
    "invalidtoken_xml": (Trouble.NOT_AN_ANSWER, RUN),
    "token_expired_first_call": (Trouble.NOT_ALLOWED, RUN),
    "unknown_function": (Trouble.NOT_ALLOWED, RUN),
    "function_not_in_service": (Trouble.NOT_ALLOWED, RUN),
    "invalidparameter": (Trouble.UNKNOWN, CALL),
    "course_not_found": (Trouble.COURSE_GONE, COURSE),
    "user_not_found": (Trouble.ACCOUNT_GONE, CALL),
    "user_deleted": (Trouble.ACCOUNT_GONE, CALL),
    "course_no_access_contents": (Trouble.COURSE_CLOSED_TO_US, COURSE),
    "course_no_access_gradebook": (Trouble.COURSE_CLOSED_TO_US, COURSE),
    "get_courses_one_course_no_access": (Trouble.COURSE_CLOSED_TO_US, COURSE),
    "service_user_suspended": (Trouble.SIGN_IN, RUN),
    "service_user_unconfirmed": (Trouble.SIGN_IN, RUN),
    "service_user_nologin": (Trouble.SIGN_IN, RUN),
    "token_ip_restricted": (Trouble.NOT_ALLOWED, RUN),
    "service_user_not_authorised": (Trouble.NOT_ALLOWED, RUN),
    "service_user_lacks_rest_use": (Trouble.NOT_ALLOWED, RUN),
    "service_disabled": (Trouble.NOT_ALLOWED, RUN),
    "rest_protocol_off": (Trouble.SWITCHED_OFF, RUN),
    "webservices_off": (Trouble.SWITCHED_OFF, RUN),
    "maintenance": (Trouble.MAINTENANCE, RUN),
    "maintenance_cli": (Trouble.MAINTENANCE, RUN),
    "upgrade_running": (Trouble.MAINTENANCE, RUN),
    "policy_not_agreed": (Trouble.COURSE_CLOSED_TO_US, COURSE),
    "debug_on_course_not_found": (Trouble.COURSE_GONE, COURSE),
    "debug_on_missing_param": (Trouble.UNKNOWN, CALL),
    "service_user_must_change_password": (Trouble.COURSE_CLOSED_TO_US, COURSE),
    "enrol_role_not_assignable": (Trouble.UNKNOWN, CALL),
    "enrol_course_missing": (Trouble.UNKNOWN, CALL),
    "enrol_user_missing": (Trouble.ACCOUNT_GONE, CALL),
    "enrol_user_deleted": (Trouble.ACCOUNT_GONE, CALL),
    "enrol_guest": (Trouble.UNKNOWN, CALL),
    "enrol_batch_one_bad": (Trouble.ACCOUNT_GONE, CALL),
    "enrol_no_manual_instance": (Trouble.UNKNOWN, CALL),
    "enrol_no_capability": (Trouble.GRADES_CLOSED_TO_US, COURSE),
    "unenrol_no_capability": (Trouble.GRADES_CLOSED_TO_US, COURSE),
    "enrol_empty_list": (Trouble.UNKNOWN, CALL),
    "create_course_shortname_taken": (Trouble.UNKNOWN, CALL),
    "create_course_idnumber_taken": (Trouble.UNKNOWN, CALL),
    "completion_no_criteria": (NORMAL, ""),
    "database_down": (Trouble.MAINTENANCE, RUN),
    "users_bad_field": (Trouble.UNKNOWN, CALL),
    "gradebook_no_viewall": (Trouble.GRADES_CLOSED_TO_US, COURSE),
    "gradebook_no_report_view": (Trouble.GRADES_CLOSED_TO_US, COURSE),
    "redirect_wrong_host": (Trouble.OTHER_ADDRESS, RUN),
    # One worker may be down because of one course: whoever asks about many sees whether it is all of them.
    "gateway_down": (Trouble.MAINTENANCE, CALL),
    "courses_by_ids_one_missing": (Trouble.UNKNOWN, CALL),
}


def asked(site: Played, reply: Reply, function: str = "core_webservice_get_site_info") -> ServiceError | None:
    """What comes of this answer; None for a good one."""
    site.answers = lambda name, parameters: reply
    with open_pool(site.access()) as pool:
        try:
            assert MoodleLine(pool, TOKEN).ask(function, {"courseid": 5}) is None
        except ServiceError as error:
            return error
    return None


def test_every_recorded_failure_has_its_meaning():
    assert len(MEANINGS) == 48
    assert set(MEANINGS) == set(failures())


@pytest.mark.parametrize("name", list(MEANINGS))
def test_recorded_failure(site: Played, name: str):
    trouble, reach = MEANINGS[name]
    told = failures()[name]
    error = asked(site, failure_reply(name), told["function"])
    if trouble == NORMAL:
        assert error is None
        return
    assert error is not None
    assert error.code == trouble
    assert isinstance(error, StopRunError) == (reach == RUN)
    assert error.message
    assert error.hint
    # Nothing of what Moodle says is repeated: it may be in any language, and quote SQL, names or the address.
    for word in ("lmsync", "sync.service", "SELECT", "<p>", "SQL", "policy.php", "TMP-1", "config.php"):
        assert word not in f"{error!r}{error.hint}"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("enrol_role_not_assignable", "wsusercannotassign"),
        ("enrol_no_manual_instance", "wsnoinstance"),
        ("enrol_guest", "guestsarenotallowed"),
        ("user_deleted", "userdeleted"),
        ("users_bad_field", "codingerror"),
        ("courses_by_ids_one_missing", ""),
        ("gateway_down", ""),
    ],
)
def test_moodles_own_code_is_kept_for_those_who_need_it(site: Played, name: str, code: str):
    error = asked(site, failure_reply(name))
    assert error is not None
    assert code_of(error) == code
    if error.code == Trouble.UNKNOWN and code:
        assert code in error.message


def test_the_code_decides_in_any_language(site: Played):
    told = {"exception": "x", "errorcode": "accessexception", "message": "Zugriffskontrolle fehlgeschlagen"}
    error = asked(site, json_reply(told))
    assert error is not None
    assert error.code == Trouble.NOT_ALLOWED


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("Can't find data record in database table course.", Trouble.COURSE_GONE),
        ("Datensatz in der Tabelle course nicht gefunden", Trouble.COURSE_GONE),
        ("Datensatz in der Tabelle external_functions nicht gefunden", Trouble.NOT_ALLOWED),
        ("Can't find data record in database table course_modules.", Trouble.UNKNOWN),
        ("Can't find data record in database table user. (SELECT * FROM {course})", Trouble.UNKNOWN),
        (None, Trouble.UNKNOWN),
        (["course"], Trouble.UNKNOWN),
    ],
)
def test_which_record_is_missing(site: Played, message: object, trouble: str):
    error = asked(site, json_reply({"exception": "x", "errorcode": "invalidrecord", "message": message}))
    assert error is not None
    assert error.code == trouble


@pytest.mark.parametrize(
    "told",
    [
        {"exception": "Error", "message": "Attempt to assign"},
        {"exception": None},
        {"exception": "x", "errorcode": 7},
        {"exception": "x", "errorcode": "a sentence with\nno code in it"},
        {"exception": ["x"], "errorcode": "newcode"},
        {"exception": "x", "errorcode": "<script>"},
        {"exception": "x" * 5000},
    ],
)
def test_a_failure_nobody_knows_is_a_failure(site: Played, told: dict[str, object]):
    error = asked(site, json_reply(told))
    assert error is not None
    assert error.code == Trouble.UNKNOWN
    assert "<" not in error.message
    assert len(error.message) < 300


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_failure_told_under_another_status(site: Played, status: int):
    reply = failure_reply("invalidtoken")
    error = asked(site, Reply(status, reply.body, JSON))
    assert error is not None
    assert error.code == Trouble.SIGN_IN


PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.mark.parametrize(
    ("status", "body", "trouble", "kind"),
    [
        (200, PAGE, Trouble.NOT_AN_ANSWER, StopRunError),
        (200, b"", Trouble.NOT_AN_ANSWER, ServiceError),
        (200, b"<br />\n<b>Warning</b>: x\n[]", Trouble.NOT_AN_ANSWER, ServiceError),
        (200, b'{"a":1,"a":2}', Trouble.NOT_AN_ANSWER, ServiceError),
        (200, b"[NaN]", Trouble.NOT_AN_ANSWER, ServiceError),
        (200, b"\xff\xfe[]", Trouble.NOT_AN_ANSWER, ServiceError),
        (201, b"[]", Trouble.NOT_AN_ANSWER, ServiceError),
        (400, PAGE, Trouble.NOT_AN_ANSWER, ServiceError),
        (401, PAGE, Trouble.NOT_AN_ANSWER, StopRunError),
        (403, PAGE, Trouble.NOT_AN_ANSWER, StopRunError),
        (403, b" ", Trouble.SWITCHED_OFF, StopRunError),
        (404, PAGE, Trouble.NOT_AN_ANSWER, StopRunError),
        (407, PAGE, Trouble.NOT_AN_ANSWER, StopRunError),
        (429, PAGE, Trouble.TOO_MANY, BusyError),
        (500, PAGE, Trouble.NOT_AN_ANSWER, ServiceError),
        (502, PAGE, Trouble.MAINTENANCE, ServiceError),
        (503, PAGE, Trouble.MAINTENANCE, StopRunError),
        (504, PAGE, Trouble.MAINTENANCE, ServiceError),
        (511, PAGE, Trouble.NOT_AN_ANSWER, StopRunError),
    ],
)
def test_answers_that_are_none(site: Played, status: int, body: bytes, trouble: str, kind: type[ServiceError]):
    error = asked(site, Reply(status, body, "text/html"))
    assert type(error) is kind
    assert error.code == trouble


@pytest.mark.parametrize(("wish", "seconds"), [("7", 7.0), ("soon", None), (None, None)])
def test_too_many_calls_tell_how_long_to_wait(site: Played, wish: str | None, seconds: float | None):
    error = asked(site, Reply(429, PAGE, "text/html", {"Retry-After": wish} if wish else {}))
    assert isinstance(error, BusyError)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "location", "trouble", "named"),
    [
        (303, "https://moodle.northfleet.example", Trouble.OTHER_ADDRESS, "https://moodle.northfleet.example"),
        (303, "https://m.example/vle/webservice/rest/server.php?x=1", Trouble.OTHER_ADDRESS, "https://m.example/vle"),
        (303, "", Trouble.OTHER_ADDRESS, ""),
        (303, "javascript:alert(1)", Trouble.OTHER_ADDRESS, ""),
        (303, "https://user:pass@m.example/", Trouble.OTHER_ADDRESS, ""),
        (301, "https://m.example/webservice/rest/server.php", Trouble.OTHER_ADDRESS, "https://m.example"),
        (308, "https://m.example/webservice/rest/server.php", Trouble.OTHER_ADDRESS, "https://m.example"),
        (302, "https://login.example/saml?SAMLRequest=x", Trouble.NOT_AN_ANSWER, ""),
        (307, "http://m.example/webservice/rest/server.php", Trouble.NOT_AN_ANSWER, ""),
    ],
)
def test_redirects_are_told_and_never_followed(site: Played, status: int, location: str, trouble: str, named: str):
    site.asked.clear()
    error = asked(site, Reply(status, b"", "text/html", {"Location": location} if location else {}))
    assert isinstance(error, StopRunError)
    assert error.code == trouble
    assert (named in error.message) if named else ("://" not in error.message)
    assert "pass" not in error.message
    assert len(site.asked) == 1


@pytest.mark.parametrize("location", ["https://" + "a" * 300, "https://", "//x", "https://a b/", "https://[::", "x"])
def test_a_redirect_to_nowhere_names_no_address(location: str):
    assert site_named_in(location) == ""


# -- the line


def reached(access: MoodleAccess) -> ServiceError:
    with open_pool(access) as pool, pytest.raises(ServiceError) as caught:
        MoodleLine(pool, TOKEN).ask("core_webservice_get_site_info")
    assert "service" not in caught.value.message.lower()
    assert "LRS" not in f"{caught.value}"
    assert "Refresh Failed" not in caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"url": "https://no-such-host.invalid"}, Trouble.UNREACHABLE),
        ({"url": "https://127.0.0.1:1"}, Trouble.UNREACHABLE),
        ({"ca_file": ""}, Trouble.CERTIFICATE),
        ({"ca_file": "other"}, Trouble.CERTIFICATE),
        ({"url": "https://no-such-host.invalid", "proxy": "http://127.0.0.1:1"}, Trouble.UNREACHABLE),
    ],
)
def test_a_site_that_cannot_be_reached_stops_the_run(site: Played, change: dict[str, str], trouble: str):
    files = {"other": str(site.certificates.other_ca_file)}
    error = reached(site.access(**{name: files.get(value, value) for name, value in change.items()}))
    assert isinstance(error, StopRunError)
    assert error.code == trouble


def test_a_ca_file_of_no_use(site: Played):
    with pytest.raises(StopRunError) as caught:
        open_pool(site.access(ca_file="/no/such/file.pem"))
    assert caught.value.code == Trouble.CERTIFICATE
    assert "LMS" in caught.value.hint
