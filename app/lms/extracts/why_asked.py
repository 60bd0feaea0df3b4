"""The end of *Why is this learner not in the LMS?*: what the LMS itself shows, asked at that moment."""

from collections.abc import Iterator
from datetime import date

from app.access import Permission, Rights
from app.connectors.lms import LmsCalls, LmsClient
from app.dates import shown
from app.errors import ServiceError
from app.lms.extracts.why_not_there import Finding, Looked, Remedy
from app.sentence import Sentence
from app.tasks import TaskContext

PARTICIPANTS, GRADEBOOK = "Participants", "Gradebook"


def ask(context: TaskContext, client: LmsClient | None, rights: Rights, looked: Looked) -> tuple[Finding, ...]:
    """Look for the account among the participants of the course, then in its gradebook; up to the first thing that is
    wrong. `client` is None where no LMS is set up. That the LMS cannot be asked is itself what is found. Raises
    Cancelled."""
    if reason := rights.why_not(Permission.SYNCHRONISE):
        return (Finding(PARTICIPANTS, None, "not asked", reason),)
    if client is None:
        advice = "An administrator sets one up under File, Settings, LMS."
        return (Finding(PARTICIPANTS, None, "no LMS is set up", advice),)
    found: list[Finding] = []
    try:
        with client.open() as calls, context.on_cancel(calls.abort):
            for one in _asked(context, calls, looked):
                found.append(one)
                if not one.holds:
                    break
    except ServiceError as error:
        context.raise_if_cancelled()  # then it is no fault of the LMS
        what = GRADEBOOK if found else PARTICIPANTS
        found.append(Finding(what, None, error.message, error.hint, Remedy.TEST))
    return tuple(found)


def _asked(context: TaskContext, calls: LmsCalls, looked: Looked) -> Iterator[Finding]:
    context.report(0, 2, "Asking who is on the course")
    yield _place(calls, looked)
    context.report(1, 2, "Asking for the gradebook")
    yield _grades(calls, looked)


def _place(calls: LmsCalls, looked: Looked) -> Finding:
    person = next((one for one in calls.participants(looked.course) if one.user == looked.account), None)
    if person is None:
        advice = "The LMS does not show the learner on the course, whatever it was sent. Resubmit the record."
        return Finding(PARTICIPANTS, False, "not on the course", advice, Remedy.EXTRACTS)
    if person.active:
        return Finding(PARTICIPANTS, True, "on the course, with an active place")
    if looked.starts is not None and looked.starts > date.today():
        found = Sentence("on the course, let in from {day}", day=shown(looked.starts))
        return Finding(PARTICIPANTS, None, found, "Nothing is wrong: the learner's dates have not begun.")
    advice = "The place is suspended, ended or not yet begun there. Check it in the LMS, or resubmit the record."
    return Finding(PARTICIPANTS, False, "on the course, with a place that is not active", advice, Remedy.EXTRACTS)


def _grades(calls: LmsCalls, looked: Looked) -> Finding:
    book = calls.gradebook(looked.course, [looked.account])
    mine = next((one for one in book if one.user == looked.account), None)
    if mine is not None and mine.failed is None:
        return Finding(GRADEBOOK, True, "the learner is in it")
    if mine is not None:
        advice = "The answer about this learner did not come or is of no use. Try again later."
        return Finding(GRADEBOOK, None, "not known", advice, Remedy.TEST)
    advice = "The LMS shows the place but no line of grades. Check there whether the role is one that is graded."
    return Finding(GRADEBOOK, False, "the learner is not in it", advice, Remedy.COMPARE)
