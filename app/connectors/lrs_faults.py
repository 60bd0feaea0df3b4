"""What a refusal of the service means for the learner and for the run (lrs.md 7, 9.1 and 9.3).

Fault texts quote the values that broke a rule, which are names and ULNs. So none of them is passed on: what
people read comes from our own table, and of the fault only the parameters it names, out of a fixed list.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.connectors.http import HttpAnswer
from app.connectors.lrs_codes import describe
from app.connectors.network_faults import proxy_fault
from app.errors import BusyError, ServiceError, StopRunError
from app.sentence import Sentence, joined

CODE = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}")
"""What may be shown as a code. Unknown ones are shown as they came, a sentence or a number never."""

_STOPS = frozenset({"WSEC0003", "WSEC0004", "WSEC0005", "WSEC0006"})
_BUSY = frozenset({"WSEC0999", "WCEC0999"})
_PARAMETERS = {
    "uln": "the ULN",
    "givenname": "the first name",
    "familyname": "the surname",
    "dateofbirth": "the date of birth",
    "gender": "the sex",
    "username": "the user name",
    "vendorid": "the Vendor Id",
    "usertype": "the user type",
    "ukprn": "the UKPRN",
    "organisationref": "the organisation reference",
}
_WEB_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_LONGEST_WAIT = 3600.0


def fault(texts: list[tuple[str, str]], answer: HttpAnswer) -> ServiceError:
    """The error a SOAP fault stands for. `texts` are its texts with their local names, details included."""
    code = next((text for name, text in texts if name == "ErrorCode" and CODE.fullmatch(text)), "")
    if code in ("", "WSEC0001") and any("unsupportedhttpverb" in text.lower() for _, text in texts):
        return StopRunError(
            "The Learning Records Service is closed for maintenance.",
            code="WSEC0001",
            hint="Press Refresh Failed when it is open again.",
        )
    if code:
        return run_fault(code, answer.retry_after) or _refusal(code, texts)
    if answer.status != 200:
        return status_fault(answer)
    return ServiceError(
        "The service reported a failure without saying which.", code="LOCAL23", hint="Press Refresh Failed later."
    )


def run_fault(code: str, retry_after: str | None = None) -> ServiceError | None:
    """The error behind a code that concerns us, not the learner, wherever it stands; None for all others."""
    words = describe(code)
    if code in _STOPS:
        return StopRunError(words.meaning, code=code, hint=words.next_step)
    if code in _BUSY:
        return BusyError(
            Sentence("The service met an unexpected error ({code}).", code=code),
            code="LOCAL22",
            hint=words.next_step,
            retry_after=seconds_to_wait(retry_after),
        )
    return None


def status_fault(answer: HttpAnswer) -> ServiceError:
    """The error behind an answer that is no SOAP message, by its HTTP status, and by its look under status 200."""
    status = answer.status
    if status in (429, 503):
        return BusyError(
            "The service is busy.",
            code="LOCAL22",
            hint="Press Refresh Failed later.",
            retry_after=seconds_to_wait(answer.retry_after),
        )
    if status == 407:
        return proxy_fault(status)
    if status == 511 or (status == 200 and _WEB_PAGE.match(answer.body)):
        return ServiceError(
            "A web page came instead of an answer: the network may ask you to sign in first, in a web browser.",
            code="LOCAL23",
            hint="Open a web browser and sign in to the network, then press Refresh Failed.",
        )
    if status == 403:
        return StopRunError(
            "The service refused the client certificate (HTTP status 403).",
            code="LOCAL27",
            hint="Check it in Settings, PLR/LRS, Certificate file.",
        )
    if status == 200:
        what = "The answer is not one of the Learning Records Service."
        if not answer.body.strip():
            what = "The answer is empty."
        return ServiceError(what, code="LOCAL23", hint="Press Refresh Failed later.")
    if status in (404, 410) or status < 400:
        return ServiceError(
            Sentence(
                "The service is not at this address (HTTP status {status}): check it in Settings, PLR/LRS.",
                status=status,
            ),
            code="LOCAL29",
            hint="Correct it, then press Refresh Failed.",
        )
    return ServiceError(
        Sentence("The service answered with HTTP status {status}.", status=status),
        code="LOCAL29",
        hint="Press Refresh Failed later.",
    )


def seconds_to_wait(retry_after: str | None, now: datetime | None = None) -> float | None:
    """What a `Retry-After` header asks for, given in seconds or as a date; at most an hour, None if unreadable."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - (now or datetime.now(UTC))
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, wait.total_seconds()), _LONGEST_WAIT)


def _refusal(code: str, texts: list[tuple[str, str]]) -> ServiceError:
    words = describe(code)
    hint = words.next_step
    named = " ".join(text for name, text in texts if name in ("Description", "FurtherDetails")).lower()
    found = [label for word, label in _PARAMETERS.items() if re.search(rf"\b{word}", named)]
    if code == "WSEC0001" and found:
        names = joined("{these} and {last}", (Sentence(label) for label in found))
        hint = Sentence("It names {names}. {hint}", names=names, hint=Sentence(hint))
    return ServiceError(words.meaning, code=code, hint=hint)
