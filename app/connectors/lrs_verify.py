"""Verify: whether a ULN and a person belong together, and what differs if not (lrs.md 5.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from app.connectors.http import HttpAnswer
from app.connectors.learner_service import REPORTING, caller, message
from app.connectors.lrs_access import LrsAccess
from app.connectors.lrs_codes import CODES
from app.connectors.lrs_request import GENDERS, check_uln, sendable_name
from app.connectors.lrs_xml import child, children, code_in, for_another, local, response_in, text_of, unreadable
from app.ulns import UlnState, state

ACTION = "http://tempuri.org/LearnerPortType/verifyLearner"
MOST_FLAGS = 20

_FLAG = re.compile(r"VRF[0-9]{1,3}")

VERIFY_CODES: Mapping[str, str] = MappingProxyType(
    {code: words.meaning for code, words in CODES.items() if code.startswith("WSVRC")}
)
"""What the codes of a verification say."""

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "VRF1": "The first name differs.",
        "VRF2": "The first name is not the surname held there.",
        "VRF3": "The first name is not a former surname held there.",
        "VRF4": "The surname is not the first name held there.",
        "VRF5": "The surname differs.",
        "VRF6": "The surname is not a former surname held there.",
        "VRF7": "The date of birth differs.",
        "VRF8": "The sex differs.",
    }
)
"""What did not fit. The names are compared crosswise, so that swapped ones and former surnames are recognised."""


@dataclass(frozen=True, slots=True)
class VerifyAnswer:
    """What the service said; `uln` is the one it names, another one for a linked learner, and None if it named
    none that passes its check. `flags` are those of `FLAGS`, and unknown ones, as they came."""

    response_code: str | None
    uln: str | None = field(default=None, repr=False)
    flags: tuple[str, ...] = ()


def verify_request(
    access: LrsAccess, uln: str, given_name: str, family_name: str, birth_date: date | None, gender: str | None
) -> bytes:
    """The message that asks whether they belong together; what is not known of date and sex is sent as nil.

    Raises ServiceError with the LOCAL code that says why this learner cannot be asked about (lrs.md 9.3).
    """
    check_uln(uln)
    learner = {
        "ULN": uln,
        "FamilyName": sendable_name(family_name, "LOCAL03", "surname"),
        "GivenName": sendable_name(given_name, "LOCAL02", "first name"),
        "DateOfBirth": birth_date.isoformat() if birth_date else None,
        "Gender": GENDERS.get(gender or ""),
    }
    return message(REPORTING, "VerifyLearner", caller(access) | {"LearnerToVerify": learner})


def read_verified(answer: HttpAnswer, uln: str) -> VerifyAnswer:
    """What was said about `uln`. Raises as `LrsCalls.learning_events` does; LOCAL26 if it is about another one."""
    verified = child(response_in(answer, "VerifyLearnerResponse"), "VerifiedLearner")
    if verified is None:
        raise unreadable("The answer names no learner.")
    parts = children(verified, more_of="FailureFlag")
    searched = text_of(parts.get("SearchedULN"))
    if searched is not None and searched != uln:
        raise for_another()
    code = code_in(parts)
    named = text_of(parts.get("ULN"))
    told = [text_of(one) or "" for one in verified if local(one) == "FailureFlag"]
    flags = dict.fromkeys(flag for flag in told if _FLAG.fullmatch(flag))
    return VerifyAnswer(code, named if state(named) is UlnState.OK else None, tuple(flags)[:MOST_FLAGS])
