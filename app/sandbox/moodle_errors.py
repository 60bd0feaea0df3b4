"""How the sandbox Moodle says that it will not: an object with `exception` under HTTP status 200, as recorded."""

import json
from xml.sax.saxutils import escape

from app.sandbox.server import Reply

JSON = "application/json"
_CORE = "core\\exception\\moodle_exception"
_KINDS = {
    "accessexception": "webservice_access_exception",
    "invalidrecord": "dml_missing_record_exception",
    "invaliduser": "dml_missing_record_exception",
    "dbconnectionfailed": "dml_connection_exception",
    "invalidparameter": "core\\exception\\invalid_parameter_exception",
    "requireloginerror": "core\\exception\\require_login_exception",
    "nopermissions": "core\\exception\\required_capability_exception",
    "codingerror": "core\\exception\\coding_exception",
}
_MESSAGES = {
    "invalidtoken": "Invalid token - token not found",
    "accessexception": "Access control exception",
    "invalidrecord": "Can't find data record in database table {}.",
    "invaliduser": "Invalid user",
    "dbconnectionfailed": "<p>Error: Database connection failed</p>",
    "invalidparameter": "Invalid parameter value detected",
    "requireloginerror": "Course or activity not accessible.",
    "errorcoursecontextnotvalid": (
        "You cannot execute functions in the course context (course id:{}). The context error message was: Course or "
        "activity not accessible."
    ),
    "nopermissions": "Sorry, but you do not currently have permissions to do that ({}).",
    "codingerror": "Coding error detected, it must be fixed by a programmer: {}",
    "sitemaintenance": "The site is undergoing maintenance and is currently not available",
    "upgraderunning": "Site is being upgraded, please retry later.",
    "userdeleted": "error/userdeleted",
    "guestsarenotallowed": "The guest user is not allowed to do this",
    "notingroup": "Sorry, but you need to be part of a group to see this page.",
    "wsusercannotassign": "You don't have the permission to assign this role in this course.",
    "wsnoinstance": "Manual enrolment plugin instance doesn't exist or is disabled for the course (id = {})",
    "wsaccessusersuspended": "Refused web service access for suspended username: lmsync",
}


class Failure(Exception):  # noqa: N818 - it is what the service answers
    """A refusal with Moodle's code; `about` is what its message names. Without a code it is a fault of PHP's own."""

    def __init__(self, code: str, about: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.about = str(about)

    @property
    def kind(self) -> str:
        return _KINDS.get(self.code, _CORE) if self.code else "Error"

    @property
    def message(self) -> str:
        known = _MESSAGES.get(self.code, "Something is not as it should be") if self.code else "{}"
        return known.format(self.about)

    def reply(self, is_json: bool = True) -> Reply:
        if not is_json:
            lines = (
                '<?xml version="1.0" encoding="UTF-8" ?>',
                f'<EXCEPTION class="{self.kind}">',
                f"<ERRORCODE>{escape(self.code)}</ERRORCODE>",
                f"<MESSAGE>{escape(self.message)}</MESSAGE>",
                "</EXCEPTION>\n",
            )
            return Reply(200, "\n".join(lines).encode(), "application/xml; charset=utf-8")
        told = {"exception": self.kind, "errorcode": self.code, "message": self.message}
        return json_reply({key: value for key, value in told.items() if value or key != "errorcode"})


def json_reply(value: object) -> Reply:
    """As PHP writes it: no blanks, nothing beyond ASCII, strokes with a backslash before them."""
    body = json.dumps(value, separators=(",", ":")).replace("/", "\\/")
    return Reply(200, body.encode("ascii"), JSON)
