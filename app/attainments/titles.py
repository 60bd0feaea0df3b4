"""What a qualification is, read from its type and title: GCSE subject, functional skill, advanced level.

Nothing is guessed: a title that is not spelled in a known way is another subject (docs/grades.md, "What counts").
"""

import re

ENGLISH = "ENGLISH"
LITERATURE = "ENGLISH LITERATURE"
MATHEMATICS = "MATHEMATICS"

SUBJECTS = {
    "ENGLISH": ENGLISH,
    "ENGLISH LANGUAGE": ENGLISH,
    "ENGLISH LANGUAGE AND LITERATURE": ENGLISH,
    "ENGLISH LANGUAGE AND ENGLISH LITERATURE": ENGLISH,
    "ENGLISH LITERATURE": LITERATURE,
    "MATHEMATICS": MATHEMATICS,
    "MATHS": MATHEMATICS,
}
"""Subjects as titles spell them, and what they are here. Every other subject is itself."""

FUNCTIONAL_LEVELS = {"Level 2": 30, "Level 1": 20, "Entry 3": 13, "Entry 2": 12, "Entry 1": 11, "Entry Level": 10}
"""Functional skills, best first; "Entry Level" where the record does not say which."""

_MANNER = re.compile(r"\((?:9\s*(?:-|–|TO)\s*1|A\*\s*(?:-|–|TO)\s*G|LINEAR|MODULAR|UNITISED|FULL COURSE)\)")
_GCSE = re.compile(r"(?<!INTERNATIONAL )\bGCSE\b")
_UP_TO_GCSE = re.compile(r"^.*\bGCSE\b")
_UP_TO_GCE = re.compile(r"^.*\bGCE\b(?:\s+(?:A|AS)\s+LEVEL\b)?")
_IN = re.compile(r"^\W*(?:IN\b)?\s*")
_SYLLABUS = re.compile(r"\s+[A-D]$")
_NUMBERED = re.compile(r"\bLEVEL\s*([1-8])\b")
_ENTRY = re.compile(r"\bENTRY(?:\s+LEVEL)?[\s(]*([123])?\b")
_UNIT = re.compile(r"\b(?:READING|WRITING|SPEAKING|LISTENING|COMMUNICATION|COMMUNICATING|UNIT|COMPONENT)\b")


def _plain(text: str | None) -> str:
    return " ".join((text or "").upper().replace("&", " AND ").split())


def gcse_subject(title: str | None, kind: str | None) -> str | None:
    """The subject of a full GCSE; None if it is none. Without a type the title itself must say GCSE."""
    text, of_type = _plain(title), _plain(kind)
    if not _GCSE.search(of_type or text) or "SHORT COURSE" in text or "SHORT COURSE" in of_type:
        return None
    text = _UP_TO_GCSE.sub("", _MANNER.sub(" ", text))
    if not of_type:
        text = text.partition(",")[0]  # typed by hand: what follows is a remark
    text = " ".join(_SYLLABUS.sub("", _IN.sub("", text).strip()).split())
    return SUBJECTS.get(text, text) or None


def functional_skill(title: str | None, kind: str | None, level: str | None) -> tuple[str, str] | None:
    """(subject, level) of a whole functional-skills qualification in English or maths; else None.

    Where title and level say different things the lower one holds.
    """
    text, of_type = _plain(title), _plain(kind)
    if "FUNCTIONAL SKILLS" not in (of_type or text) or _UNIT.search(text):
        return None
    subjects = {SUBJECTS[word] for word in re.findall(r"[A-Z]+", text) if word in SUBJECTS}
    levels = _levels(f"{text} / {_plain(level)}")
    if len(subjects) != 1 or not levels:
        return None
    return subjects.pop(), min(levels, key=FUNCTIONAL_LEVELS.__getitem__)


def _levels(text: str) -> set[str]:
    found = {f"Level {number}" for number in _NUMBERED.findall(_ENTRY.sub(" ", text)) if number in "12"}
    entries = {f"Entry {number}" if number else "Entry Level" for number in _ENTRY.findall(text)}
    if len(entries) > 1:
        entries.discard("Entry Level")  # the other one says which
    return found | entries


def advanced_subject(title: str | None, kind: str | None) -> tuple[str, bool] | None:
    """(subject, whether a whole A level) of an A level or AS level by its type; None for anything else."""
    of_type = _plain(kind)
    if of_type not in ("GCE A LEVEL", "GCE AS LEVEL"):
        return None
    text = _UP_TO_GCE.sub("", _plain(title))
    text = _SYLLABUS.sub("", _IN.sub("", text).strip())
    return text, of_type == "GCE A LEVEL"


def vocational_level(title: str | None, kind: str | None, level: str | None) -> tuple[int, bool] | None:
    """(level 2 to 8, whether it is full) of a vocational qualification; None below level 2 and for all others.

    Full are an NVQ, a QCF Diploma and the Access to Higher Education Diploma. Of any other the record does not say
    how large it is.
    """
    text, of_type = _plain(title), _plain(kind)
    if re.search(r"\b(?:GCSE|GCE|FUNCTIONAL|KEY SKILLS|BASIC SKILLS|UNIT|PROJECT|FREE STANDING)\b", of_type):
        return None
    numbers = {int(number) for number in _NUMBERED.findall(text) + _NUMBERED.findall(_plain(level))}
    diploma = bool(re.search(r"\bDIPLOMA\b", text))
    if re.search(r"\bACCESS TO (?:HE|HIGHER EDUCATION)\b", text) and diploma:
        return 3, True
    if not numbers or min(numbers) < 2 or (of_type == "QCF" and not diploma):
        return None  # of the type QCF are mostly units
    qcf = of_type == "QCF" or "(QCF)" in text
    return min(numbers), min(numbers) <= 3 and ((diploma and qcf) or bool(re.search(r"\bNVQ\b", of_type)))
