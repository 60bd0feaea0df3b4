"""One `Learner` element of the ILR to the neutral record (learner-files.md 1, 2 and 4)."""

import re
from datetime import date
from typing import Any

from app.files.cells import xml_date
from app.files.rows import AimRecord, FileFacts, LearnerRecord, Level, Place
from app.files.values import require_ref, set_codes, set_names, set_postcode, set_uln
from app.files.xml_stream import Element
from app.sentence import Sentence

_TEXTS = {
    "LearnRefNumber": "ref", "PrevLearnRefNumber": "prev_ref", "CampId": "campus_code", "ULN": "uln",
    "FamilyName": "family_name", "GivenNames": "given_names", "DateOfBirth": "birth_date", "Sex": "sex",
    "PostcodePrior": "prior", "Postcode": "postcode", "TelNo": "phone", "Email": "email",
}  # fmt: skip
_GROUPS = {
    "LearningDelivery": "*aim", "LearnerContact": "*contact", "ProviderSpecLearnerMonitoring": "*codes",
}  # fmt: skip
_PASSED_OVER = frozenset({
    "PrevUKPRN", "PMUKPRN", "Ethnicity", "LLDDHealthProb", "NINumber", "Accom", "ALSCost", "PlanLearnHours",
    "PlanEEPHours", "MathGrade", "EngGrade", "AddLine1", "AddLine2", "AddLine3", "AddLine4", "PriorAttain",
    "LLDDandHealthProblem", "LearnerFAM", "LearnerEmploymentStatus", "LearnerHE", "ContactPreference",
    "OTJHours",
})  # fmt: skip
_AIM_TEXTS = {
    "LearnAimRef": "aim_ref", "AimType": "aim_type", "AimSeqNumber": "seq", "LearnStartDate": "starts",
    "LearnPlanEndDate": "planned_end", "LearnActEndDate": "ends", "FundModel": "fund_model", "ProgType": "prog_type",
    "StdCode": "std_code", "CompStatus": "completion", "Outcome": "outcome", "OutGrade": "grade",
    "DelLocPostCode": "delivery_postcode", "SWSupAimId": "supplier_id",
}  # fmt: skip
_AIM_GROUPS = {"ProviderSpecDeliveryMonitoring": "*codes"}
_AIM_PASSED_OVER = frozenset({
    "OrigLearnStartDate", "PHours", "OTJActHours", "AddHours", "FworkCode", "PwayCode", "PartnerUKPRN",
    "LSDPostcode", "ConRefNumber", "EPAOrgID", "WithdrawReason", "AchDate", "TLOut", "EmpOutcome",
    "PriorLearnFundAdj", "OtherFundAdj", "LearningDeliveryFAM", "HRSRecord", "LearningDeliveryWorkPlacement",
    "AppFinRecord", "TrailblazerApprenticeshipFinancialRecord", "LearningDeliveryHE", "PlacementMode",
})  # fmt: skip
_AIM_DATES = ("starts", "planned_end", "ends")
_AIM_NUMBERS = ("aim_type", "seq", "fund_model", "prog_type", "std_code", "completion", "outcome")
_AIM_CODES = frozenset({"code_a", "code_b", "code_c", "code_d"})
_LEARNER_CODES = frozenset({"provider_code_a", "provider_code_b"})
_MOST_AIMS = 5_000
_MOST_NAMES = 2_000
_POSTCODE, _PHONE, _EMAIL = "2", "3", "4"
_BEFORE, _NOW = "1", "2"
_NUMBER = re.compile(r"[0-9]{1,10}")


class _Names(dict[str, str | None]):
    """What an element's full name means to us: a field, a group, or None. Found out once for each name."""

    def __init__(self, known: dict[str, str], passed_over: frozenset[str]) -> None:
        super().__init__()
        self._known = known
        self._passed_over = passed_over
        self.unknown = 0

    def __missing__(self, tag: str) -> str | None:
        name = tag.rpartition("}")[2]
        found = self._known.get(name)
        if found is None and name not in self._passed_over:
            self.unknown += 1
        if len(self) < _MOST_NAMES:
            self[tag] = found
        return found


class LearnerReader:
    """Makes records of learners, and counts them."""

    def __init__(self, facts: FileFacts, *, watch_accents: bool = False) -> None:
        self.count = 0
        self._facts = facts
        self._watch_accents = watch_accents
        self._names = _Names({**_TEXTS, **_GROUPS}, _PASSED_OVER)
        self._aim_names = _Names({**_AIM_TEXTS, **_AIM_GROUPS}, _AIM_PASSED_OVER)
        self._dates: dict[str, date | None] = {}
        self._numbers: set[str | None] = {None}

    def end(self) -> None:
        """Note on the file what only its whole shows."""
        if unknown := self._names.unknown + self._aim_names.unknown:
            self._facts.note(
                Level.INFO,
                "unknown_elements",
                Sentence("{n:,} kinds of entry in the file are not known; left out.", n=unknown),
            )

    def read(self, element: Element) -> LearnerRecord:
        """The record of a `Learner` element."""
        self.count += 1
        record = LearnerRecord(Place(self.count, element.sourceline or 0))
        texts: dict[str, str | None] = {}
        names, contacts, codes = self._names, [], []
        for child in element[:]:  # a list costs less than asking one by one
            key = names[child.tag]
            if key is None:
                continue
            if key == "*aim":
                if len(record.aims) < _MOST_AIMS:
                    record.aims.append(self._aim(child, record))
            elif key == "*contact":
                contacts.append(child)
            elif key == "*codes":
                codes.append(_code(child))
            elif key in texts:
                _repeated(record, key)
            else:
                texts[key] = child.text
        for contact in contacts:
            _old_contact(_group(contact), texts)
        self._fill(record, texts, codes)
        return record

    def _fill(self, record: LearnerRecord, texts: dict[str, str | None], codes: list[tuple[str, str]]) -> None:
        values = record.values
        set_codes(record, texts, ("ref", "prev_ref", "campus_code", "sex", "phone", "email"))
        set_uln(record, texts.get("uln"))
        require_ref(record)
        set_names(record, texts, ("family_name", "given_names"))
        set_postcode(record, texts.get("postcode"), texts.get("prior"))
        if born := (texts.get("birth_date") or "").strip():
            values["birth_date"] = day = self._date(born)
            if day is None:
                record.note(
                    Level.WARN,
                    "bad_birth_date",
                    "birth_date",
                    "This is not a date, so it was left out. Correct it in your MIS and export again.",
                )
        for occur, code in codes:
            slot = f"provider_code_{occur.lower()}"
            if code and slot in _LEARNER_CODES:
                values.setdefault(slot, code)
        if self._watch_accents:
            for name in ("family_name", "given_names"):
                if not str(values.get(name) or "").isascii():
                    record.note(
                        Level.INFO, "check_accents", name, "Check the accents: the file's encoding was chosen."
                    )

    def _aim(self, element: Element, record: LearnerRecord) -> AimRecord:
        texts: dict[str, Any] = {}
        names = self._aim_names
        for child in element[:]:
            key = names[child.tag]
            if key is None:
                continue
            if key == "*codes":
                occur, code = _code(child)
                key = f"code_{occur.lower()}"
                if code and key in _AIM_CODES:
                    texts.setdefault(key, code)
            elif key in texts:
                _repeated(record, key)
            elif (text := child.text) and (text := text.strip()):
                texts[key] = text
        days = self._dates
        for key in _AIM_DATES:
            if text := texts.get(key):
                if (day := days[text] if text in days else self._date(text)) is not None:
                    texts[key] = day
                else:
                    del texts[key]
                    record.note(Level.WARN, "bad_aim_date", key, "A date of a course is none, so it was left out.")
        for key in _AIM_NUMBERS:
            text = texts.get(key)
            if text not in self._numbers:
                self._number(record, key, text)
        return AimRecord(texts.pop("seq", None), texts)

    def _number(self, record: LearnerRecord, key: str, text: Any) -> None:
        if not _NUMBER.fullmatch(text):
            record.note(Level.WARN, "not_a_number", key, "A number is due here. Correct it in your MIS.")
        elif len(self._numbers) < _MOST_NAMES:
            self._numbers.add(text)

    def _date(self, text: str) -> date | None:
        known = self._dates
        if text not in known:
            if len(known) > 50_000:
                known.clear()
            known[text] = xml_date(text)
        return known[text]


def _repeated(record: LearnerRecord, key: str) -> None:
    record.note(Level.WARN, "repeated_entry", key, "This stands in the file twice; the first one was taken.")


def _code(element: Element) -> tuple[str, str]:
    """Which of the provider's own codes, and the code."""
    occur = code = ""
    for child in element[:]:
        name, text = child.tag, (child.text or "").strip()
        if name.endswith("MonOccur"):
            occur = occur or text[:1]
        elif name.endswith("Mon"):
            code = code or text[:100]
    return occur, code


def _group(element: Element) -> dict[str, str]:
    """The texts of a small group by local name; the first of each."""
    found: dict[str, str] = {}
    for child in element[:]:
        name = child.tag.rpartition("}")[2]
        if name == "PostAdd" or len(found) > 10:
            continue
        found.setdefault(name, (child.text or "").strip())
    return found


def _old_contact(contact: dict[str, str], texts: dict[str, str | None]) -> None:
    """Up to 2016-17 a postcode, number or address stood in a group of its own, told apart by two codes."""
    where, when = contact.get("LocType"), contact.get("ContType")
    if where == _POSTCODE and contact.get("PostCode"):
        key = "postcode" if when == _NOW else "prior" if when == _BEFORE else ""
        if key and not texts.get(key):
            texts[key] = contact["PostCode"]
    elif where == _PHONE and contact.get("TelNumber"):
        texts.setdefault("phone", contact["TelNumber"])
    elif where == _EMAIL and contact.get("Email"):
        texts.setdefault("email", contact["Email"])
