"""What is wrong with a learner, and with the file as a whole (learner-files.md 3 and 7).

Nothing here decides to load: the problems are told, and what cannot be (a birth in the future) is left out.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.files.rows import AimRecord, FileFacts, FileKind, LearnerRecord, Level, Place, Problem
from app.folding import fold
from app.postcodes import is_postcode
from app.sentence import Sentence
from app.ulns import UlnState

# The value of a member of an enumeration is worked out at each asking.
_OK, _TEMPORARY = UlnState.OK.value, UlnState.TEMPORARY.value
_CORRECT = "Correct it in your MIS and export again."
_YOUNGEST, _OLDEST, _IMPOSSIBLE = 14, 100, 115
_TEN_YEARS = timedelta(days=3653)
_LATE = timedelta(days=60)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ODD = re.compile(r'[0-9<>|"\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]|[\U0001f000-\U0001ffff]')
_O_FOR_ZERO = re.compile(r"[A-Z]{1,2}[0-9O][0-9A-Z]? O[A-Z]{2}")


_Seen = tuple[int, int, str, str]
"""Number, line and sheet of a learner, and the reference: tuples of these are what Python's collector passes over,
and there is one for each learner of the file."""


@dataclass(slots=True)
class FileChecks:
    """Looks at every learner of a file in turn, then at the whole."""

    facts: FileFacts
    today: date = field(default_factory=date.today)
    duplicates: list[Problem] = field(default_factory=list)
    _refs: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)
    _ulns: dict[str, _Seen] = field(default_factory=dict, repr=False)
    shared: dict[str, list[str]] = field(default_factory=dict, repr=False)
    """By ULN: the references that share it, from the second one on with the first in front."""

    def look(self, record: LearnerRecord) -> bool:
        """Add what is wrong to the learner's problems; whether the learner may be loaded."""
        self._doubles(record)
        check_learner(record, self.today, with_aims=self.facts.kind is FileKind.ILR_XML)
        return not record.rejected

    def _doubles(self, record: LearnerRecord) -> None:
        folded, place = fold(record.ref), record.place
        if folded is not None:
            number, line = self._refs.setdefault(folded, (place.number, place.line))
            if number != place.number:
                reason = Sentence(
                    "Another learner with this person code stands further up (number "
                    "{number:,}, line {line:,}) and was kept; this one is left out. Give "
                    "each learner a code of their own.",
                    number=number,
                    line=line,
                )
                record.note(Level.STOP, "duplicate_ref", "ref", reason)
                self.duplicates.append(record.problems[-1])
                return
        uln = record.values.get("uln")
        if isinstance(uln, str) and record.values.get("uln_state") == _OK:
            seen = self._ulns.setdefault(uln, (place.number, place.line, place.sheet, record.ref))
            if seen[0] != place.number:
                self.shared.setdefault(uln, [seen[-1]]).append(record.ref)
                record.note(Level.WARN, "shared_uln", "uln", _shared(seen[-1]))

    def end(self) -> list[Problem]:
        """What only the whole file shows: the first of those who share a ULN, now that the others are known."""
        found = []
        for uln, refs in self.shared.items():
            found.append(Problem(Level.WARN, "shared_uln", "uln", _shared(refs[1]), Place(*self._ulns[uln][:3])))
        return found


def _shared(ref: str) -> str:
    return Sentence(
        "The learner with person code {ref} has the same ULN. Find out whose it is.", ref=ref or Sentence("not given")
    )


def check_learner(record: LearnerRecord, today: date, *, with_aims: bool = True) -> None:
    """Add what is incomplete, unlikely or impossible about one learner to its problems."""
    values = record.values
    for name, what in (("family_name", "family name"), ("given_names", "given names")):
        text = values.get(name)
        if not text:
            record.note(
                Level.WARN,
                "missing_name",
                name,
                Sentence("The {what} is missing. Add it in your MIS.", what=Sentence(what)),
            )
        elif isinstance(text, str) and not text.isalpha() and _ODD.search(text):
            record.note(
                Level.WARN,
                "odd_name",
                name,
                "There are signs in the name that no name has. Correct it in your MIS and export again.",
            )
    _birth(record, today)
    _ways(record)
    born = values.get("birth_date")
    born = born if isinstance(born, date) else None
    for aim in record.aims:
        _aim(record, aim, born, today)
    _aims_together(record, today, with_aims=with_aims)


def _birth(record: LearnerRecord, today: date) -> None:
    born = record.values.get("birth_date")
    if not isinstance(born, date):
        if not any(one.field == "birth_date" for one in record.problems):
            record.note(Level.WARN, "missing_birth_date", "birth_date", "The date of birth is missing. Add it.")
        return
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if born > today or born.year < 1900 or age >= _IMPOSSIBLE:
        record.values["birth_date"] = None
        reason = "This date of birth cannot be, so it was left out. Correct it in your MIS and export again."
        record.note(Level.WARN, "bad_birth_date", "birth_date", reason)
    elif not _YOUNGEST <= age <= _OLDEST:
        reason = Sentence(
            "By this date the learner is under {youngest} or over {oldest}. Check the year.",
            youngest=_YOUNGEST,
            oldest=_OLDEST,
        )
        record.note(Level.WARN, "unlikely_birth_date", "birth_date", reason)


def _ways(record: LearnerRecord) -> None:
    """The ways to reach somebody: postcode and e-mail."""
    code, email = record.values.get("postcode"), record.values.get("email")
    if not isinstance(code, str):
        record.note(Level.WARN, "missing_postcode", "postcode", "The postcode is missing. Add it in your MIS.")
    elif not is_postcode(code):
        reason = "This is not a UK postcode. Correct it in your MIS and export again."
        if _O_FOR_ZERO.fullmatch(code):
            reason = (
                "This is not a UK postcode. There is a letter O where a zero is due. Correct it in your MIS and "
                "export "
                "again."
            )
        record.note(Level.WARN, "bad_postcode", "postcode", reason)
    if isinstance(email, str) and not _EMAIL.fullmatch(email):
        record.note(
            Level.WARN,
            "bad_email",
            "email",
            "This is not an e-mail address. Correct it in your MIS and export again.",
        )


def _aim(record: LearnerRecord, aim: AimRecord, born: date | None, today: date) -> None:
    told = aim.values.get  # five times a learner: by its name each would cost twice as much
    starts, planned, ends = told("starts"), told("planned_end"), told("ends")
    name = "starts"
    reason = ""
    if starts is not None and born is not None and starts <= born:
        reason = "A course begins before the learner was born."
    elif starts is not None and today - starts > _TEN_YEARS:
        reason = "A course began over ten years ago."
    elif starts is not None and planned is not None and not timedelta(0) <= planned - starts <= _TEN_YEARS:
        name, reason = "planned_end", "A course is planned to end before it begins, or over ten years later."
    elif ends is not None and ends > today:
        name, reason = "ends", "A course has ended in the future."
    if reason:
        record.note(Level.WARN, "unlikely_aim_date", name, f"{reason} {_CORRECT}")


def _aims_together(record: LearnerRecord, today: date, *, with_aims: bool) -> None:
    if not record.aims:
        if with_aims:
            record.note(Level.WARN, "no_aims", "aims", "The learner has no courses in this file.")
        return
    numbers = [one.seq for one in record.aims if one.seq]
    if len(set(numbers)) != len(numbers):
        record.note(
            Level.WARN,
            "repeated_seq",
            "seq",
            "Two courses have the same number; all were kept. Correct it in your MIS and export again.",
        )
    if record.values.get("uln_state") == _TEMPORARY:
        begun = min((one.starts for one in record.aims if one.starts), default=today)
        if today - begun > _LATE:
            reason = "Still on a temporary ULN, and begun over 60 days ago. Find the real one."
            record.note(Level.WARN, "temporary_late", "uln", reason)


def check_file(
    facts: FileFacts, college: str = "", loaded_year: str = "", loaded_prepared: date | None = None
) -> list[Problem]:
    """What a person must decide before a file is loaded: whose it is, and whether it is older than the last one.

    `college` is the UKPRN of the settings; `loaded_…` say what was loaded last; "" and None for nothing.
    """
    found = []
    said = set(facts.ukprns.values())
    if len(said) > 1:
        found.append(
            Problem(Level.ASK, "ukprn_differs", "ukprn", "The file names several providers. Check it is yours.")
        )
    if college and facts.ukprn and facts.ukprn != college:
        reason = Sentence(
            "The file is of provider {ukprn}, the college is {college}. Check that it is the right file.",
            ukprn=facts.ukprn,
            college=college,
        )
        found.append(Problem(Level.ASK, "other_provider", "ukprn", reason))
    if not college and not facts.ukprn:
        found.append(Problem(Level.ASK, "no_provider", "ukprn", "The file does not say whose it is. Give the UKPRN."))
    older = bool(facts.prepared and loaded_prepared and facts.prepared < loaded_prepared)
    if (facts.year and loaded_year and facts.year < loaded_year) or (facts.year == loaded_year and older):
        found.append(
            Problem(Level.ASK, "older_file", "year", "A newer file is loaded already. Load this one anyway?")
        )
    return found
