"""Parsers of the sandbox: what any program of this computer may send to its two services."""

from pathlib import Path
from typing import Any

from app.sandbox import learner_service, soap
from app.sandbox.moodle_errors import Failure
from app.sandbox.moodle_form import TAKES, checked, read_question
from app.sandbox.soap import RequestRefused
from tests.fuzz.parser import Parser, listed


def _events(data: bytes, path: Path) -> Any:
    return soap.read_request(data)


def _learners(data: bytes, path: Path) -> Any:
    """The first line is the SOAPAction."""
    action, _, body = data.partition(b"\n")
    known = learner_service.with_code_of(body)
    return known, learner_service.read_request(body, action.decode("latin-1") or None)


def _form(data: bytes, path: Path) -> Any:
    """The first line is the query of the address."""
    query, _, body = data.partition(b"\n")
    question = read_question(query.decode("latin-1"), body)
    return question, question.course, checked(question) if question.function in TAKES else None


_WORDS = (
    b"<soapenv:Body>",
    b"<uln>",
    b"<?a b?>",
    b"i:nil='true'",
    b"FULL",
    b"invokingOrganisation",
    b"LearnerToVerify",
)
PARSERS = listed(
    Parser(
        "sandbox_events",
        _events,
        ("app.sandbox.soap:operation",),
        refusals=(RequestRefused,),
        storable=False,
        words=_WORDS,
    ),
    Parser(
        "sandbox_learners",
        _learners,
        ("app.sandbox.soap:operation", "app.sandbox.learner_service:with_code_of"),
        refusals=(RequestRefused,),
        storable=False,
        words=_WORDS,
    ),
    Parser(
        "sandbox_form",
        _form,
        ("app.sandbox.moodle_form:read_question",),
        refusals=(Failure,),
        storable=False,
        words=(
            b"wsfunction=core_course_get_contents&",
            b"courseid=5",
            b"options[0][name]=x",
            b"[",
            b"]",
            b"%00",
            b"&",
        ),
    ),
)
