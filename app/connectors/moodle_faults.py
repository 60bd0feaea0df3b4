"""What a failure of Moodle, or of the line to it, means: for the run, for the course, in words (moodle.md 2,
lms-sync.md 4).

What Moodle says of it is never repeated. It is in the language of the site, and may quote names or SQL.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from app.config_rules import is_service_address
from app.connectors.http import HttpAnswer
from app.connectors.lms import Trouble
from app.connectors.lrs_faults import seconds_to_wait
from app.connectors.moodle_access import ENDPOINT
from app.connectors.network_faults import network_fault
from app.connectors.wire import Stage
from app.errors import BusyError, ServiceError, StopRunError
from app.sentence import Sentence

GRADEBOOK = "gradereport_user_get_grade_items"

_LATER = "Nothing to do here: the program asks again by itself."
_WITH_A_NEW_ONE = (
    "Ask the administrator of the LMS for a new token of the service account, and type it under File, Settings, LMS."
)
_RIGHTS = (
    "Ask the administrator of the LMS what was changed, in this order: the functions of the "
    'web service, its list of users, the right "webservice/rest:use" of the service account, '
    "the computers the token is good for, the end of the token."
)
_LET_IN = (
    'Ask the administrator of the LMS to give the service account "moodle/course:view" and '
    '"moodle/course:viewhiddencourses"; if it is so with every course, the account has to '
    "accept the site policy or to change its password."
)
_LET_SEE = {
    GRADEBOOK: (
        'Ask the administrator of the LMS to give the service account "gradereport/user:view" '
        'and "moodle/grade:viewall".'
    ),
    "core_enrol_get_enrolled_users": "Ask the administrator of the LMS to give the service account "
    '"moodle/course:enrolreview".',
}
_BETWEEN = (
    "Something stands between this program and the LMS: a single sign-on, a firewall or a proxy. Ask whoever looks "
    "after the network to let this program through to the address of the LMS."
)
_SWITCH_ON = "Ask the administrator of the LMS to switch web services and the REST protocol on."
_WEB_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(rb"\s*<\?xml\b")


class Refused(Exception):  # noqa: N818 - the cause of an error, never raised by itself
    """The `code` of Moodle behind a ServiceError, for those who need to know more than its trouble."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Elsewhere(Exception):  # noqa: N818 - the cause of an error, never raised by itself
    """The `address` that the site names as its own (SE-08)."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def address_in(error: ServiceError) -> str:
    """The address to set in place of the one that was asked; "" for any other error, or where none was named."""
    return error.__cause__.address if isinstance(error.__cause__, Elsewhere) else ""


def code_of(error: ServiceError) -> str:
    """Moodle's own error code behind `error`; "" where it gave none, or said nothing at all."""
    return error.__cause__.code if isinstance(error.__cause__, Refused) else ""


def refusal(code: str, function: str, table: str = "", kind: str = "") -> ServiceError:
    """The error for a failure that Moodle told: by its code, never by its message. `table` is the one that
    "invalidrecord" is about, `kind` the exception where there is no code."""
    error = _meaning(code, function, table) or ServiceError(
        Sentence(
            "The LMS reported a failure that is not known here ({code}).",
            code=code or kind or Sentence("without a code"),
        ),
        code=Trouble.UNKNOWN,
        hint=Sentence(
            "The program asks again by itself. If it stays, tell the administrator of the LMS "
            "this code and “{function}”.",
            function=function,
        ),
    )
    error.__cause__ = Refused(code)
    return error


def _meaning(code: str, function: str, table: str) -> ServiceError | None:
    if code == "invalidrecord":
        known = {"external_functions": _no_such_function, "course": _no_such_course}
        return known[table](function) if table in known else None
    if code.startswith("wsaccessuser"):
        return StopRunError(
            "The LMS does not let the service account in: it is suspended, not confirmed, or barred from signing in.",
            code=Trouble.SIGN_IN,
            hint="Ask the administrator of the LMS to make the service account usable again.",
        )
    made = _MEANINGS.get(code)
    return made(function) if made else None


def _no_such_function(function: str) -> ServiceError:
    return StopRunError(
        Sentence("The LMS has no function “{function}”.", function=function),
        code=Trouble.NOT_ALLOWED,
        hint="Ask the administrator of the LMS which version it is: Moodle 4.1 or later is needed.",
    )


def _no_such_course(function: str) -> ServiceError:
    return ServiceError(
        "The LMS no longer has this course.", code=Trouble.COURSE_GONE, hint="The next run over the courses marks it."
    )


def _stop(message: str, trouble: Trouble, hint: str) -> Callable[[str], ServiceError]:
    return lambda function: StopRunError(message, code=trouble, hint=hint)


def _one(message: str, trouble: Trouble, hint: str) -> Callable[[str], ServiceError]:
    return lambda function: ServiceError(message, code=trouble, hint=hint)


def _grades_closed(function: str) -> ServiceError:
    what = "The service account may not do this in the course."
    if function == GRADEBOOK:
        what = "The service account may not see all grades of this course."
    hint = _LET_SEE.get(function, "Ask the administrator of the LMS which right the service account lacks.")
    return ServiceError(what, code=Trouble.GRADES_CLOSED_TO_US, hint=hint)


_CLOSED = _one("The service account may not enter this course.", Trouble.COURSE_CLOSED_TO_US, _LET_IN)
_NO_ACCOUNT = _one(
    "The LMS no longer has this account.", Trouble.ACCOUNT_GONE, "Link the learner to the account that is used now."
)
_MEANINGS: dict[str, Callable[[str], ServiceError]] = {
    "invalidtoken": _stop(
        "The LMS does not know the token: it is wrong, expired or withdrawn.", Trouble.SIGN_IN, _WITH_A_NEW_ONE
    ),
    "accessexception": _stop("The LMS does not allow this call.", Trouble.NOT_ALLOWED, _RIGHTS),
    "sitemaintenance": _stop("The LMS is closed for maintenance.", Trouble.MAINTENANCE, _LATER),
    "upgraderunning": _stop("The LMS is being upgraded.", Trouble.MAINTENANCE, _LATER),
    "dbconnectionfailed": _stop("The LMS has lost its database.", Trouble.MAINTENANCE, _LATER),
    "requireloginerror": _CLOSED,
    "errorcoursecontextnotvalid": _CLOSED,
    "nopermissions": _grades_closed,
    "notingroup": _one(
        "The course has separate groups, and the service account is in none of them.",
        Trouble.GROUPS,
        'Ask the administrator of the LMS to give the service account "moodle/site:accessallgroups".',
    ),
    "invaliduser": _NO_ACCOUNT,
    "userdeleted": _NO_ACCOUNT,
}


# -- answers that Moodle itself did not give


def no_answer(answer: HttpAnswer) -> ServiceError:
    """The error behind an answer that is no JSON, by its HTTP status and its look."""
    status = answer.status
    if status == 429:
        return BusyError(
            "The LMS asks for fewer calls.",
            code=Trouble.TOO_MANY,
            hint="Nothing to do here: the program slows down by itself.",
            retry_after=seconds_to_wait(answer.retry_after),
        )
    if status in (502, 504):
        return ServiceError(
            Sentence("The LMS is overloaded or down (HTTP status {status}).", status=status),
            code=Trouble.MAINTENANCE,
            hint=_LATER,
        )
    if status == 503:
        return StopRunError(
            "The LMS is closed for maintenance, or overloaded.", code=Trouble.MAINTENANCE, hint=_LATER
        )
    if 300 <= status < 400:
        return _elsewhere(answer)
    if status == 403 and not answer.body.strip():
        return StopRunError("The LMS has web services switched off.", code=Trouble.SWITCHED_OFF, hint=_SWITCH_ON)
    if status in (401, 403, 404, 405, 407, 410, 511):
        return StopRunError(
            Sentence("There is no Moodle web service at this address (HTTP status {status}).", status=status),
            code=Trouble.NOT_AN_ANSWER,
            hint=(
                "Check the address under File, Settings, LMS. Something stands between this "
                "program and the LMS: a single sign-on, a firewall or a proxy. Ask whoever looks "
                "after the network to let this program through to the address of the LMS."
            ),
        )
    if status == 200 and _WEB_PAGE.match(answer.body):
        return StopRunError("A web page came in place of an answer.", code=Trouble.NOT_AN_ANSWER, hint=_BETWEEN)
    if status == 200 and _XML.match(answer.body):
        return StopRunError(
            "The LMS answered as if it had not been asked in full.", code=Trouble.NOT_AN_ANSWER, hint=_BETWEEN
        )
    if status != 200:
        what = Sentence("The LMS answered with HTTP status {status}.", status=status)
        return ServiceError(what, code=Trouble.NOT_AN_ANSWER, hint=_LATER)
    return strange_answer()


def strange_answer() -> ServiceError:
    """The error for an answer whose shape is not that of the question, or which is about something else."""
    return ServiceError(
        "The answer of the LMS is not one to the question.",
        code=Trouble.NOT_AN_ANSWER,
        hint="The program asks again by itself. If it stays, tell the administrator of the LMS.",
    )


def _elsewhere(answer: HttpAnswer) -> ServiceError:
    """A redirect, which is never followed: a question would lose its body, or go where nobody wanted it to."""
    site = site_named_in(answer.location or "")
    if answer.status != 303 and not (site and (answer.location or "").partition("?")[0].endswith(ENDPOINT)):
        return StopRunError(
            "A page to sign in came in place of an answer.", code=Trouble.NOT_AN_ANSWER, hint=_BETWEEN
        )
    moved = StopRunError(
        Sentence("The site says its address is {site}.", site=site)
        if site
        else "The site says that it has another address.",
        code=Trouble.OTHER_ADDRESS,
        hint="If that is right, set it under File, Settings, LMS.",
    )
    moved.__cause__ = Elsewhere(site)
    return moved


def site_named_in(location: str) -> str:
    """The site's address in a redirect; "" unless it is one that may be shown and set."""
    address = location.partition("?")[0].partition("#")[0].removesuffix(ENDPOINT).rstrip("/")
    parts = urlsplit(address) if is_service_address(address) and len(address) <= 200 else None
    return address if parts is not None and parts.hostname else ""


# -- the line


def line_fault(error: Exception, stage: Stage) -> ServiceError:
    """What `HttpPool` raises for a failure of the line to the LMS."""
    return told_of_lms(network_fault(error, stage), reached=stage is Stage.READY)


def told_of_lms(error: ServiceError, *, reached: bool = True) -> ServiceError:
    """An error of the connections below (LOCAL codes) in the words and codes of the LMS. `reached` says that there
    was a line: then it may be this one call that failed."""
    message = error.message.replace("of the service", "of the LMS").replace("The service", "The LMS")
    message = message.replace("the service", "the LMS")
    if error.code == "LOCAL28":
        return error
    if error.code == "LOCAL27":
        return StopRunError(
            message,
            code=Trouble.CERTIFICATE,
            hint=(
                "Ask the administrator of the LMS to renew it; for a college's own authority "
                "choose its file under File, Settings, LMS."
            ),
        )
    if error.code in ("LOCAL23", "LOCAL25"):
        return ServiceError(message, code=Trouble.NOT_AN_ANSWER, hint=_LATER)
    hint = "Check the network, and the address under File, Settings, LMS." if not reached else _LATER
    if isinstance(error, StopRunError) or not reached:
        return StopRunError(message, code=Trouble.UNREACHABLE, hint=hint)
    return ServiceError(message, code=Trouble.UNREACHABLE, hint=hint)
