"""Invented qualifications, awarding organisations, schools and colleges for the sandbox's records."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Body:
    """An awarding organisation; its `code` is six digits and no UKPRN, as on the wire."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Place:
    """A school or college."""

    name: str
    ukprn: str


NORTHGATE = Body("Northgate Examining Board", "190077")
MERIDIAN = Body("Meridian Examinations", "190142")
KESTREL = Body("Kestrel Awards", "190388")
CORVANE = Body("Corvane Qualifications", "190245")
MARITIME = Body("Maritime Skills Awards", "190412")
GENERIC = Body("Generic award - no awarding body", "999999")

COLLEGE = Place("NORTHFLEET COLLEGE", "19990100")
SCHOOLS = (
    Place("HARROWMERE HIGH SCHOOL", "19990001"),
    Place("WESTBRIDGE ACADEMY", "19990002"),
    Place("ST BRENDA'S ACADEMY", "19990003"),
    Place("LARKFIELD & MOOR END SCHOOL", "19990004"),
    Place("ST. OSWIN’S R.C. SCHOOL", "19990005"),
    Place("THE QUAYSIDE FREE SCHOOL", "19990006"),
    Place("ELMSTEAD COMMUNITY  SCHOOL", "19990007"),
    Place("YSGOL GLAN-Y-MÔR", "19990008"),
    Place("DUNSCAR GRAMMAR SCHOOL", "19990009"),
)

# Best first.
DIGITS = ("9", "8", "7", "6", "5", "4", "3", "2", "1", "U")
LETTERS = ("A*", "A", "B", "C", "D", "E", "F", "G", "U")
A_LEVEL = ("A*", "A", "B", "C", "D", "E", "U")
AS_LEVEL = ("A", "B", "C", "D", "E", "U")
WORDS = ("Distinction*", "Distinction", "Merit", "Pass")
SHORT_WORDS = ("D*", "D", "M", "P")
DOUBLE_DIGITS = ("9-9", "8-8", "8-7", "7-7", "7-6", "6-6", "6-5", "5-5", "5-4", "4-4", "4-3", "3-3", "2-2")
DOUBLE_LETTERS = ("A*A*", "A*A", "AA", "AB", "BB", "BC", "CC", "CD", "DD", "EE")
DOUBLE_WORDS = ("D*D*", "D*D", "DD", "DM", "MM", "MP", "PP")
PASS = ("Pass",)


@dataclass(frozen=True, slots=True)
class Qualification:
    """One qualification; `code` is the eight characters of the ILR, `slashed` the spelling of its owner."""

    code: str
    title: str
    type: str
    level: str
    body: Body
    grades: tuple[str, ...]
    credits: int = 0

    @property
    def slashed(self) -> str:
        if self.code[0].isalpha():
            return f"{self.code[0]}/{self.code[1:4]}/{self.code[4:]}"
        return f"{self.code[:3]}/{self.code[3:7]}/{self.code[7:]}"


def _gcse(number: int, subject: str, body: Body = NORTHGATE, short: str = "NEB") -> Qualification:
    return Qualification(
        f"603{4400 + number:04d}{number % 10}",
        f"{short} Level 1/Level 2 GCSE (9-1) in {subject}",
        "GCSE (9 to 1)",
        "Level 1/2",
        body,
        DIGITS,
    )


MATHEMATICS = _gcse(12, "Mathematics")
ENGLISH = _gcse(71, "English Language")
GCSES = (
    _gcse(83, "English Literature"),
    _gcse(94, "History"),
    _gcse(105, "Geography"),
    _gcse(117, "French", MERIDIAN, "Meridian"),
    _gcse(128, "Religious Studies"),
    _gcse(139, "Computer Science", MERIDIAN, "Meridian"),
    _gcse(141, "Art and Design:  Fine Art"),
    _gcse(153, "Food Preparation & Nutrition"),
    _gcse(164, "Design and Technology"),
    _gcse(176, "Welsh Second Language"),
)
COMBINED_SCIENCE = Qualification(
    "60345884",
    "NEB Level 1/Level 2 GCSE (9-1) in Combined Science: Trilogy",
    "GCSE (9 to 1)",
    "Level 1/2",
    NORTHGATE,
    DOUBLE_DIGITS,
)
OLD_GCSES = tuple(
    Qualification(code, title, "GCSE (A* to G)", "Level 1/2", NORTHGATE, grades)
    for code, title, grades in (
        ("50020101", "NEB GCSE in Mathematics", LETTERS),
        ("50020113", "NEB GCSE in English Language", LETTERS),
        ("5002012X", "NEB GCSE in History", LETTERS),
        ("50020137", "NEB GCSE in Geography", LETTERS),
        ("50020149", "NEB GCSE in Media Studies", LETTERS),
        ("50112097", "NEB Level 1/Level 2 GCSE in Applied Science (Double Award)", DOUBLE_LETTERS),
    )
)
# The service is not consistent about the case of "level".
A_LEVELS = tuple(
    Qualification(code, f"Meridian Level 3 Advanced GCE in {subject}", kind, "Level 3", MERIDIAN, A_LEVEL)
    for code, subject, kind in (
        ("60336120", "Biology", "GCE A level"),
        ("60336131", "Physics", "GCE A Level"),
        ("60336143", "Mathematics", "GCE A level"),
        ("60336155", "Psychology", "GCE A Level"),
        ("60336167", "English Language & Literature", "GCE A level"),
        ("6033617X", "Sociology", "GCE A level"),
    )
)
AS_LEVELS = tuple(
    Qualification(code, f"Meridian Level 3 Advanced Subsidiary GCE in {subject}", kind, "Level 3", MERIDIAN, grades)
    for code, subject, kind, grades in (
        ("60337215", "Biology", "GCE AS level", AS_LEVEL),
        ("60337227", "Further Mathematics", "GCE AS Level", AS_LEVEL),
        ("60337239", "Photography", "GCE AS level", AS_LEVEL),
    )
)
BTECS = tuple(
    Qualification(code, title, kind, "Level 3", KESTREL, grades)
    for code, title, kind, grades in (
        ("60171956", "Kestrel Level 3 Extended Certificate in IT", "BTEC National Certificate", SHORT_WORDS),
        ("60171968", "Kestrel Level 3 Diploma in Business", "BTEC National Diploma", DOUBLE_WORDS),
        ("6017197X", "Kestrel Level 3 Extended Certificate in Sport", "BTEC National Certificate", WORDS),
        ("60171981", "Kestrel Level 3 Diploma in Engineering", "BTEC National Diploma", DOUBLE_WORDS),
    )
)
VOCATIONAL = tuple(
    Qualification(code, title, "Vocationally-Related Qualification", level, body, grades, credits_)
    for code, title, level, body, grades, credits_ in (
        ("5008812X", "MSA Level 2 Certificate in Boat Building: Repair", "Level 2", MARITIME, PASS, 13),
        ("60089124", "Corvane Level 2 Diploma in Hairdressing", "Level 2", CORVANE, WORDS, 58),
        ("60089136", "Corvane Level 1 Award in Food  Safety", "Level 1", CORVANE, PASS, 1),
        ("60089148", "Corvane Level 2 Certificate in Electrical Installation", "Level 2", CORVANE, PASS, 36),
        ("6008915X", "Kestrel Level 1 Diploma in Plumbing & Heating", "Level 1", KESTREL, WORDS, 37),
        ("60089161", "Corvane Entry Level Award in Personal Progress", "Entry Level", CORVANE, PASS, 8),
    )
)
FUNCTIONAL = tuple(
    Qualification(code, f"Kestrel Functional Skills Qualification in {subject}", kind, level, KESTREL, PASS, credits_)
    for code, subject, kind, level, credits_ in (
        ("60350611", "English at Level 1", "Functional Skills", "Level 1", 0),
        ("60350623", "English at Level 2", "Functional Skills", "Level 2", 0),
        ("60350635", "Mathematics at Level 1", "Functional Skills", "Level 1", 0),
        ("60350647", "Mathematics at Level 2", "Functional Skills (QCF)", "Level 2", 5),
        ("60350659", "ICT at Entry 3", "Functional Skills", "Entry Level", 0),
    )
)
UNITS = tuple(
    Qualification(code, title, "QCF", level, CORVANE, PASS, credits_)
    for code, title, level, credits_ in (
        ("T6153302", "Principles of Electrical Science", "Level 2", 6),
        ("A6153309", "Follow Health & Safety Practices in the Salon", "Level 2", 3),
        ("F6153313", "Shampoo, Condition and Treat the Hair and Scalp", "Level 1", 4),
        ("J6153328", "Prepare Timber Surfaces", "Level 1", 2),
        ("L6153337", "Understand Workshop Drawings", "Level 3", 8),
    )
)
# Provision of the college that leads to no regulated qualification.
LOCAL_AIMS = tuple(
    Qualification(code, title, kind, "", GENERIC, ())
    for code, title, kind in (
        ("Z0001944", "Non-regulated provision, Level 2, Engineering", "Other"),
        ("Z0002210", "Non-regulated provision, Entry Level, Preparation for Work", "Other"),
        ("ZPROG001", "Programme aim", "Other"),
        ("60171956", "Extended Certificate in IT", "Certificate"),
        ("60089148", "Certificate in Electrical Installation", "Certificate"),
    )
)

GCSE_DAYS = {
    2019: date(2019, 8, 22),
    2020: date(2020, 8, 20),
    2021: date(2021, 8, 12),
    2022: date(2022, 8, 25),
    2023: date(2023, 8, 24),
    2024: date(2024, 8, 22),
    2025: date(2025, 8, 21),
}
A_LEVEL_DAYS = {2023: date(2023, 8, 17), 2024: date(2024, 8, 15), 2025: date(2025, 8, 14)}
