"""Which of two grades is lower: said only within one scale (issue 1; lrs.md 4.5).

Across scales (a 4 for a C, a Merit for an A) nothing is said: such a change is a change, not a loss.
"""

_NINE_TO_ONE = ("9", "8", "7", "6", "5", "4", "3", "2", "1", "U")
_LETTERS_TO_G = ("A*", "A", "B", "C", "D", "E", "F", "G", "U")
_LETTERS_TO_E = ("A*", "A", "B", "C", "D", "E", "U")
_WORDS = ("DISTINCTION*", "DISTINCTION", "MERIT", "PASS", "FAIL")
_SHORT = {"D*": "DISTINCTION*", "D": "DISTINCTION", "M": "MERIT", "P": "PASS"}


def _general(qualification_type: str | None) -> bool:
    text = (qualification_type or "").upper()
    return "GCSE" in text or "GCE" in text


def _as_word(grade: str) -> str | None:
    return grade if grade in _WORDS else _SHORT.get(grade)


def is_lower(new: str | None, old: str | None, qualification_type: str | None) -> bool:
    """Whether `new` ranks below `old` on a scale that holds both; False if no scale does."""
    if not new or not old:
        return False
    new, old = new.strip().upper(), old.strip().upper()
    if _general(qualification_type):
        a_level = "GCE" in (qualification_type or "").upper()
        scales = [_LETTERS_TO_E] if a_level else [_NINE_TO_ONE, _LETTERS_TO_G]
    else:
        words = _as_word(new), _as_word(old)
        if words[0] is not None and words[1] is not None:
            return _WORDS.index(words[0]) > _WORDS.index(words[1])
        scales = [_NINE_TO_ONE, _LETTERS_TO_G]
    return any(new in scale and old in scale and scale.index(new) > scale.index(old) for scale in scales)
