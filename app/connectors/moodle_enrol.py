"""Places in courses, as Moodle takes them (moodle.md 2 and 4.6).

Only enrolments of the manual method are written, and a place is never taken away: with it the grades would go. Both
dates are always sent, for Moodle resets the one that is left out.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from app.connectors.lms import EntriesRefusedError, Entry, OutcomeUnknownError, Refusal, Trouble
from app.connectors.moodle_faults import Refused, code_of
from app.errors import BusyError, ServiceError, StopRunError

ENROL = "enrol_manual_enrol_users"
MOST_ENTRIES = 149
"""Of one call. An entry has six variables, and 900 is what every PHP is sure to read: it drops the rest without a
word, which would leave an entry without its end or its suspension."""
_FIRST_YEAR, _LAST_YEAR = 1971, 9998

_REFUSALS: Mapping[str, tuple[Refusal, str, str]] = {
    "invaliduser": (
        Refusal.ENTRY,
        "The LMS has no such account.",
        "Link the learner to the account that is used now, then resubmit.",
    ),
    "userdeleted": (
        Refusal.ENTRY,
        "The account was deleted in the LMS.",
        "Link the learner to the account that is used now, then resubmit.",
    ),
    "guestsarenotallowed": (
        Refusal.ENTRY,
        "The account is the guest account of the LMS.",
        "Link the learner to an account of their own, then resubmit.",
    ),
    "invalidparameter": (
        Refusal.ENTRY,
        "The LMS does not take this entry: the course or the account is not there.",
        "Synchronise the courses, check the learner's account, then resubmit.",
    ),
    "wsnoinstance": (
        Refusal.COURSE,
        "The course does not take manual enrolments.",
        "Ask the administrator of the LMS to switch manual enrolments on for it, then resubmit.",
    ),
    "invalidrecord": (
        Refusal.COURSE,
        "The LMS no longer has this course.",
        "Synchronise the courses and link the section to the course that takes its place, then resubmit.",
    ),
    "requireloginerror": (
        Refusal.CLOSED,
        "The service account may not enter this course.",
        "Ask the administrator of the LMS to let it in, then resubmit.",
    ),
    "errorcoursecontextnotvalid": (
        Refusal.CLOSED,
        "The service account may not enter this course.",
        "Ask the administrator of the LMS to let it in, then resubmit.",
    ),
    "nopermissions": (
        Refusal.CLOSED,
        "The service account may not enrol anybody into this course.",
        "Ask the administrator of the LMS to give it “enrol/manual:enrol”, then resubmit.",
    ),
}


def parameters(entries: list[Entry], role: int) -> dict[str, Any]:
    """The parameters of one call."""
    return {
        "enrolments": [
            {
                "roleid": role,
                "userid": one.user,
                "courseid": one.course,
                "timestart": _begin(one.starts),
                "timeend": _end(one.ends),
                "suspend": one.suspended,
            }
            for one in entries
        ]
    }


def _begin(day: date | None) -> int:
    """The first second of a day here; 0 for none, or for one before there were computers."""
    if day is None or day.year < _FIRST_YEAR:
        return 0
    return int(datetime.combine(day, time.min).astimezone().timestamp())


def _end(day: date | None) -> int:
    """The first second after a day here; 0 for none, or for one that nobody will live to see."""
    if day is None or day.year > _LAST_YEAR:
        return 0
    return max(1, _begin(day + timedelta(days=1)))


def told(error: ServiceError) -> ServiceError:
    """What a failure of the call means for its entries."""
    code = code_of(error)
    if code == "wsusercannotassign":
        return StopRunError(
            "The service account may not give anybody the role of a student.",
            code=Trouble.NOT_ALLOWED,
            hint="Check the number of the student role under File, Settings, LMS; ask the administrator of the LMS "
            "to let the service account assign it.",
        )
    if isinstance(error, BusyError) or (isinstance(error, StopRunError) and (code or _never_there(error))):
        return error
    if code in _REFUSALS and (code != "invalidrecord" or error.code == Trouble.COURSE_GONE):
        return refused(code)
    if _was_refused(error):
        return EntriesRefusedError(error.message, code=code or "-", about=Refusal.UNKNOWN, hint=error.hint)
    return OutcomeUnknownError(
        error.message, code=error.code, hint=error.hint, ends_run=isinstance(error, StopRunError)
    )


def refused(code: str) -> EntriesRefusedError:
    """What a refusal with one of the known codes of Moodle's means."""
    about, message, hint = _REFUSALS[code]
    return EntriesRefusedError(message, code=code, about=about, hint=hint)


def _never_there(error: ServiceError) -> bool:
    """Whether no line came about, so that nothing was sent."""
    return error.code in (Trouble.UNREACHABLE, Trouble.CERTIFICATE)


def _was_refused(error: ServiceError) -> bool:
    """Whether Moodle itself said no, if in words that are not known: then it has stored nothing."""
    return isinstance(error.__cause__, Refused)
