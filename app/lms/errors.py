"""Every cause of a sync error: what it means, what to do, whose move it is (lms-sync.md 4).

Decided on codes, never on messages, which the LMS translates (SE-R1). How they are kept: `errors_kept`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Whom an error concerns."""

    CONNECTION = "connection"
    COURSE = "course"
    ENROLMENT = "enrolment"


class Whose(StrEnum):
    """Whose move it is. The words are what the user reads."""

    YOU = "You"
    LMS_ADMINISTRATOR = "Your LMS administrator"
    TECHNICIAN = "Your IT technician"
    NOBODY = "Nobody: it mends itself"


class Action(StrEnum):
    """The one main action of an error. The words are what the user reads."""

    TEST = "Test Connection"
    SETTINGS = "Open Settings"
    REPORT = "Copy Report"
    RETRY = "Retry"
    COMPARE = "Compare with the LMS"
    DECIDE_ACCOUNT = "Decide Account"
    RELINK = "Relink"
    DECIDE_HOLD = "Decide"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause, in plain words. `information`: nothing has gone wrong and nothing needs to be done."""

    code: str
    level: Level
    sentence: str
    advice: str
    whose: Whose
    action: Action
    hopeless: bool = False
    """Trying again does not mend it: one attempt an interval (LS-N1)."""
    information: bool = False


_ADMIN, _IT, _YOU, _NOBODY = Whose.LMS_ADMINISTRATOR, Whose.TECHNICIAN, Whose.YOU, Whose.NOBODY

_ALL = (
    Cause(
        "SE-01",
        Level.CONNECTION,
        "The LMS cannot be reached.",
        "Check the network of this computer and the address under File, Settings, LMS. Trying again goes on by "
        "itself.",
        _IT,
        Action.TEST,
    ),
    Cause(
        "SE-02",
        Level.CONNECTION,
        "The certificate of the LMS is not trusted.",
        "Ask your LMS administrator to renew it; if the college has an authority of its own, name its file in the "
        "settings.",
        _ADMIN,
        Action.TEST,
        hopeless=True,
    ),
    Cause(
        "SE-03",
        Level.CONNECTION,
        "The LMS does not accept the token, or the account it belongs to is suspended.",
        "Ask your LMS administrator whether the service account is in order, get a new token, and type it in the "
        "settings.",
        _ADMIN,
        Action.SETTINGS,
        hopeless=True,
    ),
    Cause(
        "SE-04",
        Level.CONNECTION,
        "The LMS refuses what is asked of it.",
        "Most often something was changed on the LMS. Ask your LMS administrator, in this order: is the function in "
        "the web service, is the service switched on, is the account on its list and may it use REST, is this "
        "computer's address allowed, has the token expired?",
        _ADMIN,
        Action.REPORT,
        hopeless=True,
    ),
    Cause(
        "SE-05",
        Level.CONNECTION,
        "The LMS is being maintained or upgraded, or cannot do its work at the moment.",
        "Wait: trying again goes on by itself.",
        _NOBODY,
        Action.RETRY,
    ),
    Cause(
        "SE-06",
        Level.CONNECTION,
        "The LMS has been asked too much.",
        "Wait: the next run asks more slowly. If it stays like this, lower the calls at once in the settings.",
        _NOBODY,
        Action.RETRY,
    ),
    Cause(
        "SE-07",
        Level.CONNECTION,
        "What answers is not the web service of the LMS: a page came instead of data.",
        "Ask whether a single sign-on page or a firewall stands between this computer and the LMS.",
        _IT,
        Action.REPORT,
        hopeless=True,
    ),
    Cause(
        "SE-08",
        Level.CONNECTION,
        "The LMS says that its address is another one.",
        "Set the address that it names under File, Settings, LMS, if it is your college's.",
        _YOU,
        Action.SETTINGS,
        hopeless=True,
    ),
    Cause(
        "SE-09",
        Level.CONNECTION,
        "Web services or the REST protocol are switched off in the LMS.",
        "Ask your LMS administrator to switch both on.",
        _ADMIN,
        Action.REPORT,
        hopeless=True,
    ),
    Cause(
        "SE-10",
        Level.COURSE,
        "The course is no longer in the LMS.",
        "There is nothing to do: the next run of courses marks it.",
        _NOBODY,
        Action.NONE,
        information=True,
    ),
    Cause(
        "SE-11",
        Level.COURSE,
        "The service account may not enter the course.",
        "Ask your LMS administrator to give it access, or the right to view courses without participation and hidden "
        "courses.",
        _ADMIN,
        Action.REPORT,
    ),
    Cause(
        "SE-12",
        Level.COURSE,
        "The service account may not see the grades of everybody.",
        "Ask your LMS administrator to give it the rights to view the user report and all grades.",
        _ADMIN,
        Action.REPORT,
    ),
    Cause(
        "SE-13",
        Level.COURSE,
        "The groups of the course limit what the service account sees.",
        "Ask your LMS administrator to give it the right to access all groups.",
        _ADMIN,
        Action.REPORT,
    ),
    Cause(
        "SE-14",
        Level.COURSE,
        "The gradebook of the course takes too long.",
        "The next run gives it more time. If it stays like this, ask your LMS administrator how busy the LMS is.",
        _NOBODY,
        Action.RETRY,
    ),
    Cause(
        "SE-15",
        Level.COURSE,
        "The gradebook of the course has no activities.",
        "There is nothing to do: progress is not available until something can be graded.",
        _NOBODY,
        Action.NONE,
        information=True,
    ),
    Cause(
        "SE-16",
        Level.COURSE,
        "Many learners are missing from the course at once. Nothing of it was changed.",
        "Look at the list and decide whether they have left or the LMS has to be asked again.",
        _YOU,
        Action.DECIDE_HOLD,
    ),
    Cause(
        "SE-17",
        Level.COURSE,
        "The LMS left out data that must be there. What was known is kept.",
        "The role of the service account lacks a right. Ask your LMS administrator for the one that is named.",
        _ADMIN,
        Action.REPORT,
    ),
    Cause(
        "SE-18",
        Level.COURSE,
        "The course has switched off a column of its gradebook. What was known is kept.",
        "Ask the teacher of the course to show the column that is named in the settings of the user report.",
        _ADMIN,
        Action.REPORT,
    ),
    Cause(
        "SE-19",
        Level.COURSE,
        "The LMS gave a reason that Learner Manager does not know.",
        "Trying again goes on by itself. If it stays like this, show the report to your LMS administrator.",
        _ADMIN,
        Action.REPORT,
    ),
    Cause(
        "SE-20",
        Level.ENROLMENT,
        "It is not known which account of the LMS is this learner's.",
        "Check that the ID number of the account is the person code, or say which account it is.",
        _YOU,
        Action.DECIDE_ACCOUNT,
    ),
    Cause(
        "SE-21",
        Level.ENROLMENT,
        "The learner is not in the gradebook of the course. The last values are kept.",
        "Check the enrolment in the LMS: it may have ended or be suspended.",
        _YOU,
        Action.COMPARE,
    ),
    Cause(
        "SE-22",
        Level.ENROLMENT,
        "The learner's account is gone from the course, and another account there looks like theirs.",
        "If the account was made anew, relink the learner to it.",
        _YOU,
        Action.RELINK,
    ),
    Cause(
        "SE-23",
        Level.ENROLMENT,
        "Two learners and one account, or two accounts and one learner. Nothing is written to either.",
        "Say which of them belong together.",
        _YOU,
        Action.DECIDE_ACCOUNT,
    ),
    Cause(
        "SE-24",
        Level.ENROLMENT,
        "The course was removed in the LMS. The values are those of its last day.",
        "There is nothing to do.",
        _NOBODY,
        Action.NONE,
        information=True,
    ),
    Cause(
        "SE-25",
        Level.ENROLMENT,
        "A grade cannot be read as a number. It is kept as the text that the LMS shows.",
        "There is nothing to do, unless the grade should be a number: then ask the teacher of the course.",
        _NOBODY,
        Action.NONE,
        information=True,
    ),
)
CAUSES: Mapping[str, Cause] = {one.code: one for one in _ALL}
UNKNOWN = "SE-19"
MAY_BE_ONE_COURSE = frozenset({"SE-01", "SE-05", "SE-07"})
"""What the connector says of the connection, and what one course alone can bring about: asked once more elsewhere."""
CONNECTION_IF_EVERYWHERE = frozenset({"SE-11", "SE-12"})
"""Rights of the account: from every course the same, it is the connection (moodle.md 2)."""


def cause(code: str) -> Cause:
    """The cause behind a code; an unknown code is the unknown cause."""
    return CAUSES.get(code, CAUSES[UNKNOWN])


@dataclass(frozen=True, slots=True)
class Found:
    """An error met in a run: the cause, the place, and what the cause alone does not say. No name of a person."""

    code: str
    level: Level
    lms_course_id: int | None = None
    enrolment_id: int | None = None
    detail: str | None = None


def of_course(code: str, lms_course_id: int, detail: str | None = None) -> Found:
    """An error of one course, whatever the cause's usual level."""
    return Found(code, Level.COURSE, lms_course_id, None, detail)


def of_enrolment(code: str, lms_course_id: int, enrolment_id: int, detail: str | None = None) -> Found:
    """An error of one enrolment."""
    return Found(code, Level.ENROLMENT, lms_course_id, enrolment_id, detail)


def of_connection(code: str, detail: str | None = None) -> Found:
    """An error of the whole connection."""
    return Found(code, Level.CONNECTION, None, None, detail)
