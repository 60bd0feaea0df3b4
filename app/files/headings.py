"""What colleges call the columns of their lists (learner-files.md 5 and 6), and how a heading is recognised.

Only whole names count: `School Postcode` and `Previous ULN` are somebody else's columns.
"""

import re
import unicodedata
from collections.abc import Sequence

_OFFICIAL = """
ref: LearnRefNumber, MISIdentifier | prev_ref: PrevLearnRefNumber | uln: ULN | family_name: FamilyName
given_names: GivenNames | birth_date: DateOfBirth | postcode: LastKnownPostCode | postcode_prior: PostcodePrior
campus_code: CampId | delivery_postcode: DelLocPostCode | aim_ref: LearnAimRef | aim_type: AimType
seq: AimSeqNumber | starts: LearnStartDate | planned_end: LearnPlanEndDate | ends: LearnActEndDate
fund_model: FundModel | prog_type: ProgType | std_code: StdCode | completion: CompStatus | outcome: Outcome
grade: OutGrade | ukprn: UKPRN | known_as: PreferredGivenName | middle_names: MiddleOtherName
email: EmailAddress | phone: TelNo | return_code: ReturnCode | supplier_id: SWSupAimId
code_a: ProvSpecDelMonA | code_b: ProvSpecDelMonB | code_c: ProvSpecDelMonC | code_d: ProvSpecDelMonD
"""
_LIKELY = """
uln: Unique Learner Number, Unique Learner No, UNIQUE_LEARN_NO, Learner ULN, Student ULN, MIAP_ULN, LRS ULN, L45
ref: LearnRefNum, Learner Reference Number, Learner Ref, Learner Ref No, Learner Reference, Student Ref, \
Student Ref No, RefNo, Student ID, Student Number, Student No, Learner ID, Person Code, LSC_ULIN, PROV_ID, \
Provider Ref, Admission No, L03
prev_ref: Previous Learner Ref, Previous Person Code
family_name: Surname, Last Name, Legal Surname, Learner Surname, Student Surname, L09
given_names: Given Name, Forename, Forename(s), Forenames, First Name, First Forename, Legal Forename, \
Learner Forename, L10
middle_names: Middle Name(s), Middle Name, Middle Names, Other Names, Second Forename
known_as: Preferred Name, Known As, PREFFIRSTNAME
birth_date: DOB, Birth Date, L11
sex: Sex, Gender, Legal Sex, L13
postcode: Postcode, Home Postcode, Current Postcode, Permanent Postcode, L22
postcode_out: post_code_pt1, PostcodeOut | postcode_in: post_code_pt2, PostcodeIn
postcode_prior: Prior Postcode, Prior Post Code, Postcode Prior to Enrolment, L17POSTCODE, L17
campus_code: Campus ID, Campus, Campus Code, Campus Name, Site Code, Delivery Site
delivery_postcode: Delivery Postcode, Delivery Location Postcode
tutor_group: Tutor Group, Registration Group
course_title: Course Title, Course Name, Programme Title, Offering Name, Aim Title, Learning Aim Title
course_code: Course Code, Programme Code, Offering Code, Group Code, Class Code, ProvSpecDelMon
aim_ref: Learning Aim Reference, Learning Aim Ref, Aim Ref, Aim Reference, LARS Code, QAN, Qualification Number, \
Learning Ref, Core Code
seq: Aim Sequence Number, Aim Seq
starts: Start Date, Learning Start Date, Aim Start | planned_end: Planned End Date, Expected End Date
ends: Actual End Date, Date Left, Leaving Date
fund_model: Funding Model, Funding Module | prog_type: Programme Type
std_code: Standard Code, Apprenticeship Standard | completion: Completion Status | grade: Outcome Grade
year: Academic Year, AcadYear, Collection Year | ukprn: Provider UKPRN
email: Email, Email Address | phone: Telephone, Telephone Number, Mobile
more_aim_refs: Specialism code(s)
"""
_UNSURE = """
full_name: Name, Full Name, Learner Name, Student Name | campus_code: Site, Location, Centre, Delivery Location
course_title: Course, Programme, Qualification | planned_end: End Date | grade: Grade | year: Year
"""

AIM_FIELDS = frozenset({
    "aim_ref", "aim_type", "seq", "starts", "planned_end", "ends", "fund_model", "prog_type", "std_code",
    "completion", "outcome", "grade", "delivery_postcode", "supplier_id", "code_a", "code_b", "code_c", "code_d",
    "course_code", "course_title", "more_aim_refs",
})  # fmt: skip
DATE_FIELDS = frozenset({"birth_date", "starts", "planned_end", "ends"})
# Headings that promise one name: what stands under them is the first name, not all given names.
FIRST_NAME = frozenset({"firstname", "firstforename", "givenname", "forename", "legalforename", "learnerforename"})
ALONE_FIRST = frozenset({"firstname", "firstforename"})


def normal_heading(text: str) -> str:
    """Lower-case letters and digits only: `Date of Birth ` is `dateofbirth`."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(mark for mark in plain if mark.isalnum())


def names_of(table: str) -> dict[str, tuple[str, int]]:
    """Lines of `column of ours: name, name` by normal heading: the column, and how far down the name stands."""
    found: dict[str, tuple[str, int]] = {}
    for entry in re.split(r"[|\n]", table):
        field, _, names = entry.partition(":")
        for number, name in enumerate(names.split(",")):
            if heading := normal_heading(name):
                found.setdefault(heading, (field.strip(), number))
    return found


OFFICIAL, LIKELY, UNSURE = names_of(_OFFICIAL), names_of(_LIKELY), names_of(_UNSURE)
"""By normal heading: the column of ours, and how far down its list the name stands."""

_FIELDS = {name: field for name, (field, _) in (UNSURE | LIKELY | OFFICIAL).items()}

_NUMBERED_END = re.compile(r"(\D.*?)(?:aim)?(\d{1,2})")
_NUMBERED_IN = re.compile(r"(?:programme)?aim(\d{1,2})(\D.*)")


def field_of(heading: str) -> str:
    """The column of ours that a normal heading names; "" for none. Nothing is remembered of what is asked: where a
    file has no headings it is the cells of its first rows, which are about people."""
    return _FIELDS.get(heading, "")


def numbered(heading: str) -> tuple[str, int] | None:
    """The column and number of `Start date (aim 2)`; None for a heading that is not one of a series of aims."""
    if field_of(heading):
        return None
    if found := _NUMBERED_IN.fullmatch(heading):
        name, number = found[2], int(found[1])
    elif found := _NUMBERED_END.fullmatch(heading):
        name, number = found[1], int(found[2])
    else:
        return None
    field = field_of(name)
    return (field, number) if field in AIM_FIELDS and 1 <= number <= 40 else None


def known_count(cells: Sequence[str]) -> int:
    """How many different columns of ours a row of headings names."""
    found = set()
    for cell in cells:
        if cell and len(cell) < 80:
            heading = normal_heading(cell)
            field = field_of(heading)
            found.add(field or numbered(heading))
    return len(found - {"", None})


LRS_BATCH = "LRS batch file"
_KNOWN_SETS = (
    (LRS_BATCH, {"misidentifier", "lastknownpostcode", "abilitytoshare"}),
    ("DfE apprentice bulk upload", {"cohortref", "agreementid", "epaorgid"}),
    ("DfE T Level registrations", {"corecode", "specialismcodes"}),
    ("PICS export", {"miapuln", "provid", "lsculin"}),
)


def known_set(headings: Sequence[str]) -> str:
    """What a whole set of headings is known as; "" for none of the known ones."""
    held = {normal_heading(one) for one in headings}
    return next((name for name, wanted in _KNOWN_SETS if wanted <= held), "")
