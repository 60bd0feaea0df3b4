"""What the codes of the LRS, and our own LOCAL ones, mean to the person who reads the grid (lrs.md 9).

The service's list is open: a code that is not here is shown as it came and never counts as a success.
"""

from dataclasses import dataclass
from enum import StrEnum


class CodeKind(StrEnum):
    """Where a code comes from, and so in which pair of columns it stands."""

    RECORD = "record"  # Response Code: a record that may be imported, perhaps an empty one
    ANSWER = "answer"  # Response Code: the service answered, but gave no record to import
    FAULT = "fault"  # Error Code: the service refused the question
    LOCAL = "local"  # Error Code: this program's own; the service did not answer the question
    OTHER = "other"  # a code of another operation of the service
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CodeText:
    """One code as the grid explains it: `meaning` in a short sentence, `next_step` for the data officer."""

    code: str
    meaning: str
    next_step: str
    kind: CodeKind


EXACT = "WSRC0004"
_IMPORTABLE = frozenset({EXACT, "WSRC0022"})

_CHECK_LEARNER = "Correct the learner's details, then press Refresh Failed."
_TRY_LATER = "Press Refresh Failed later."
_SETTINGS = "An administrator puts it right in Settings, PLR/LRS."
_HELP_DESK = "Ask the LRS help desk, and give them the code."

_RECORDS = (
    (EXACT, "Exact match.", ""),
    ("WSRC0022", "Linked learner: the record of the ULN that replaced this one.", "Compare the ULN found."),
)
_ANSWERS = (
    ("WSRC0001", "No learner found.", _CHECK_LEARNER),
    ("WSRC0002", "Too many learners fit.", _CHECK_LEARNER),
    ("WSRC0003", "Possible match only: it may be somebody else.", _CHECK_LEARNER),
    ("WSRC0015", "Not enough details were sent.", _CHECK_LEARNER),
    ("WSEC0136", "The ULN is not valid.", "Correct the learner's ULN, then press Refresh Failed."),
    (
        "WSEC0206",
        "The learner has chosen not to share the record.",
        "Give the learner the current privacy notice; the choice can then be changed at the LRS.",
    ),
    ("WSEC0208", "Not verified: ULN and names do not fit together.", _CHECK_LEARNER),
)
_FAULTS = (
    ("WSEC0001", "The service could not read the request.", _CHECK_LEARNER),
    ("WSEC0002", "The service does not know this operation.", _SETTINGS),
    ("WSEC0003", "The college is not known to the service, or not authorised.", _SETTINGS),
    ("WSEC0004", "The service is closed at this hour.", _TRY_LATER),
    ("WSEC0005", "The organisation password is wrong.", _SETTINGS),
    ("WSEC0006", "The college may not use this service.", _HELP_DESK),
    ("WSEC0999", "The service met an unexpected error.", _TRY_LATER),
    ("WCEC0999", "The service met an unexpected error.", _TRY_LATER),
)
_LOCAL = (
    ("LOCAL01", "Not asked: the learner has no ULN.", "Add the ULN, then press Refresh Failed."),
    ("LOCAL02", "Not asked: the learner has no first name.", "Add the name, then press Refresh Failed."),
    ("LOCAL03", "Not asked: the learner has no surname.", "Add the name, then press Refresh Failed."),
    ("LOCAL04", "Not asked: the ULN is a temporary one.", "Add the real ULN, then press Refresh Failed."),
    ("LOCAL05", "Not asked: the ULN is mistyped.", "Correct the ULN, then press Refresh Failed."),
    ("LOCAL06", "Not asked: a name holds no letter.", _CHECK_LEARNER),
    ("LOCAL07", "Not asked: a name holds characters that cannot be sent.", _CHECK_LEARNER),
    ("LOCAL08", "Not asked: the learner has no date of birth.", "Add the date of birth, then try again."),
    ("LOCAL09", "Not asked: the learner has no postcode.", "Add the postcode, then try again."),
    ("LOCAL10", "Not asked: the date of birth or the postcode cannot be sent.", "Correct it, then try again."),
    ("LOCAL20", "The service did not answer in time.", _TRY_LATER),
    ("LOCAL21", "The connection was refused or broke off.", "Check the network, then press Refresh Failed."),
    ("LOCAL22", "The service is busy.", _TRY_LATER),
    ("LOCAL23", "The answer is not one this program can read.", _TRY_LATER),
    ("LOCAL24", "The answer was cut off.", _TRY_LATER),
    ("LOCAL25", "The answer is too large.", _HELP_DESK),
    ("LOCAL26", "The answer was for another learner, and was thrown away.", _TRY_LATER),
    ("LOCAL27", "No secure connection: a certificate was not accepted.", _SETTINGS),
    ("LOCAL28", "Not asked: the run had stopped, or the service is closed.", "Press Refresh Failed."),
    ("LOCAL29", "The service answered with an HTTP error.", _TRY_LATER),
)
_OTHER = (
    ("WSRC0005", "Learner registered, ULN given.", ""),
    ("WSRC0006", "Learner updated.", ""),
    ("WSRC0007", "Registration batch accepted.", ""),
    ("WSRC0008", "Registration batch still running.", ""),
    ("WSRC0009", "Registration batch finished.", ""),
    ("WSRC0010", "Registration batch failed.", ""),
    ("WSRC0013", "The record was changed by somebody else since it was read.", ""),
    ("WSRC0014", "That change of sharing status is not allowed.", ""),
    ("WSRC0017", "The number of records differs from the number announced (registration batch).", ""),
    ("WSRC0018", "The job number is not known.", ""),
    ("WSRC0019", "The ULN to update was not found.", ""),
    ("WSRC0020", "Nothing to update.", ""),
    ("WSRC0021", "Not registered: the person is there already, or was not searched for just before.", ""),
    ("WSRC0023", "ULNs for the report not found.", ""),
    ("WSRC0024", "No ULNs for the report.", ""),
    ("WSRC0030", "The number of records differs from the number announced (verification batch).", ""),
    ("WSRC0043", "The awarding organisation is not set up for achievement batches.", ""),
    ("WSEC0044", "Achievement batch: the e-mail address is not valid.", ""),
    ("WSEC0045", "Achievement batch: the submission type is not valid.", ""),
    ("WSEC0046", "Achievement batch: too many achievements.", ""),
    ("WSEC0047", "Achievement batch: no achievements.", ""),
    ("WSVRC001", "ULN and person belong together: everything agrees.", ""),
    ("WSVRC002", "Everything agrees, and the ULN has been replaced by another one.", "Take over the ULN named."),
    ("WSVRC003", "The ULN is held; the names are similar, not the same.", "Compare the details that differ."),
    (
        "WSVRC004",
        "The names are similar, and the ULN has been replaced by another one.",
        "Compare the details that differ before taking over the ULN named.",
    ),
    ("WSVRC005", "The ULN belongs to another person.", "Correct the ULN, or find it by the learner's details."),
    ("WSVRC006", "The service does not hold this ULN.", "Correct the ULN, or find it by the learner's details."),
)

CODES: dict[str, CodeText] = {
    code: CodeText(code, meaning, next_step, kind)
    for kind, table in (
        (CodeKind.RECORD, _RECORDS),
        (CodeKind.ANSWER, _ANSWERS),
        (CodeKind.FAULT, _FAULTS),
        (CodeKind.LOCAL, _LOCAL),
        (CodeKind.OTHER, _OTHER),
    )
    for code, meaning, next_step in table
}
"""Every code known, by its wire form."""


def describe(code: str) -> CodeText:
    """The words for a code as it came; never fails, and never takes an unknown code for a success."""
    return CODES.get(code) or CodeText(code, "Unknown code.", _HELP_DESK, CodeKind.UNKNOWN)


def may_import(code: str | None) -> bool:
    """Whether the events that came with this response code are certainly this learner's."""
    return code in _IMPORTABLE
