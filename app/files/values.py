"""Raw texts to the values of a learner, alike for every kind of file (learner-files.md 3 and 4)."""

from collections.abc import Iterable, Mapping

from app.files.cells import RoundedError, sex_of, uln_of
from app.files.rows import LearnerRecord, Level
from app.folding import cleaned, storable
from app.postcodes import normal_postcode
from app.ulns import UlnState, normal

# The value of a member of an enumeration is worked out at each asking.
_OK = UlnState.OK.value
_KEPT = {one: one.value for one in UlnState}
_LONGEST = {
    "ref": 50, "prev_ref": 50, "campus_code": 50, "sex": 20, "phone": 50, "email": 254, "family_name": 200,
    "given_names": 200, "first_name": 200, "known_as": 200, "tutor_group": 100, "ukprn": 20, "return_code": 50,
    "provider_code_a": 50, "provider_code_b": 50,
}  # fmt: skip


def set_codes(record: LearnerRecord, texts: Mapping[str, str | None], names: Iterable[str]) -> None:
    """Texts that keep their spelling: ends trimmed, inner spaces as they are."""
    for name in names:
        if (text := texts.get(name)) is None or not (kept := _plain(text)):
            continue
        if len(kept) > _LONGEST[name]:
            level = Level.STOP if name == "ref" else Level.WARN
            record.note(level, "too_long", name, "This is far too long and was left out. Correct it in your MIS.")
        elif name == "sex":
            set_sex(record, kept)
        else:
            record.values[name] = kept


def require_ref(record: LearnerRecord) -> None:
    """A learner without a reference can only be found by a real ULN, and never be added."""
    if "ref" in record.values or record.rejected:
        return
    if record.values.get("uln_state") == _OK:
        record.note(
            Level.WARN, "no_ref", "ref", "No person code: the learner is found by ULN and date of birth only."
        )
    else:
        reason = "This learner has no person code and cannot be loaded. Add it in your MIS and export again."
        record.note(Level.STOP, "no_ref", "ref", reason)


def _plain(text: str) -> str:
    return text.strip() if text.isascii() and "\0" not in text else storable(text).strip()


def set_names(record: LearnerRecord, texts: Mapping[str, str | None], names: Iterable[str]) -> None:
    """Names: NFC, trimmed, inner white space collapsed, never re-cased. One of spaces only is none."""
    for name in names:
        text = texts.get(name)
        # `cleaned` says the same of plain letters, at three times the cost.
        kept = " ".join(text.split()) if text and text.isascii() and "\0" not in text else cleaned(text)
        if not kept:
            continue
        if len(kept) > _LONGEST[name]:
            record.note(
                Level.WARN, "too_long", name, "This is far too long and was left out. Correct it in your MIS."
            )
        else:
            record.values[name] = kept


def set_uln(record: LearnerRecord, text: str | None) -> None:
    """The ULN and its state. A learner whose ULN was cut short by a spreadsheet is not loaded."""
    try:
        uln, state = uln_of(text)
    except RoundedError:
        record.note(
            Level.STOP,
            "rounded_uln",
            "uln",
            "A spreadsheet has shortened this ULN and its last digits are lost. Format the column as text in your "
            "MIS export, and do not open the file in a spreadsheet before loading it.",
        )
        return
    if uln is not None and len(uln) > 30:
        uln, state = None, UlnState.NONE
        record.note(Level.WARN, "bad_uln", "uln", "This is no ULN and was left out. Correct it in your MIS.")
    record.values["uln"], record.values["uln_state"] = uln, _KEPT[state]
    if state is UlnState.TEMPORARY:
        record.note(Level.INFO, "temporary_uln", "uln", "A temporary ULN: find the real one when it is known.")
    elif state is UlnState.BAD:
        reason = "This ULN fails its check. Correct it in your MIS and export again."
        if normal(uln) == "999999999":
            reason = (
                "This ULN fails its check. Nine digits 9 are often meant to be ten. Correct it in your MIS and "
                "export "
                "again."
            )
        record.note(Level.WARN, "bad_uln", "uln", reason)


def set_sex(record: LearnerRecord, text: str) -> None:
    """F, M or nothing."""
    try:
        found = sex_of(text)
    except ValueError:
        record.note(Level.WARN, "bad_sex", "sex", "This is neither F nor M and was left out.")
        return
    if found is not None:
        record.values["sex"] = found


def set_postcode(record: LearnerRecord, now: str | None, before: str | None) -> None:
    """The current postcode, else the one before enrolment, marked as such."""
    code, prior = normal_postcode(now), False
    if code is None:
        code, prior = normal_postcode(before), True
    if code is None:
        return
    if len(code) > 20:
        record.note(Level.WARN, "too_long", "postcode", "This is no postcode and was left out.")
        return
    record.values["postcode"] = storable(code)
    record.values["postcode_is_prior"] = prior
