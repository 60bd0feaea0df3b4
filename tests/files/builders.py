"""Learner files made up for tests: ILRs of several years, streamed so that big ones take no memory."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from app.ulns import check_digit

NAMESPACES = {"2016-17": "SFA/ILR/2016-17", "2025-26": "ESFA/ILR/2025-26", "2026-27": "ILR/2026-27"}
FAMILIES = (
    "Brindlemoor",
    "Ó Cathwell",
    "Quince-Harrow",
    "D’Oyleyvane",
    "Tarnsworth",
    "Łuskova",
    "Pellamy",
    "Zhaoyun",
)
GIVENS = ("Marlo", "Zoë Anwen", "Idris", "Saoirse Lin", "Teo", "Ngozi", "Björn", "Rafi Jon")


@dataclass
class Aim:
    ref: str = "60099991"
    type: str = "4"
    seq: str = "1"
    starts: str = "2025-09-08"
    planned: str = "2026-07-10"
    ends: str = ""
    model: str = "25"
    prog: str = ""
    std: str = ""
    status: str = "1"
    outcome: str = ""
    grade: str = ""
    place: str = "NF2 4QA"
    code_a: str = ""


@dataclass
class Learner:
    ref: str = "S000101"
    uln: str = "9900123459"
    family: str = "Brindlemoor"
    given: str = "Marlo"
    born: str = "2008-03-14"
    sex: str = "F"
    postcode: str = "NF1 7BN"
    prior: str = "ZZ99 9ZZ"
    email: str = ""
    phone: str = ""
    campus: str = ""
    tutor: str = ""
    prev_ref: str = ""
    aims: list[Aim] = field(default_factory=lambda: [Aim()])
    extra: str = ""


def uln(number: int) -> str:
    """A ULN with a right check digit, another for each number."""
    nine = str(100_000_000 + number * 7)
    while check_digit(nine) is None:
        nine = str(int(nine) + 1)
    return nine + str(check_digit(nine))


def tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n" if text else ""


def aim_xml(one: Aim, year: str) -> str:
    parts = [
        tag("LearnAimRef", one.ref), tag("AimType", one.type), tag("AimSeqNumber", one.seq),
        tag("LearnStartDate", one.starts), tag("LearnPlanEndDate", one.planned), tag("FundModel", one.model),
        tag("PHours", "300") if year == "2025-26" else "", tag("ProgType", one.prog), tag("StdCode", one.std),
        tag("DelLocPostCode", one.place), tag("CompStatus", one.status), tag("LearnActEndDate", one.ends),
        tag("Outcome", one.outcome), tag("OutGrade", one.grade),
        "<LearningDeliveryFAM><LearnDelFAMType>SOF</LearnDelFAMType><LearnDelFAMCode>107</LearnDelFAMCode>"
        "</LearningDeliveryFAM>\n",
    ]  # fmt: skip
    if year >= "2026-27":
        parts.append("<HRSRecord><HRSType>PLH</HRSType><HRSCode>1</HRSCode><HRSAmount>300</HRSAmount></HRSRecord>\n")
    if one.code_a:
        parts.append(
            "<ProviderSpecDeliveryMonitoring><ProvSpecDelMonOccur>A</ProvSpecDelMonOccur>"
            f"<ProvSpecDelMon>{escape(one.code_a)}</ProvSpecDelMon></ProviderSpecDeliveryMonitoring>\n"
        )
    return "<LearningDelivery>\n" + "".join(parts) + "</LearningDelivery>\n"


def _contact(kind: str, when: str, inner: str) -> str:
    return f"<LearnerContact><LocType>{kind}</LocType><ContType>{when}</ContType>{inner}</LearnerContact>\n"


def _where(one: Learner, year: str) -> list[str]:
    if year >= "2017-18":
        return [
            tag("PostcodePrior", one.prior), tag("Postcode", one.postcode), tag("AddLine1", "3 Heron Wharf"),
            tag("TelNo", one.phone), tag("Email", one.email),
        ]  # fmt: skip
    return [
        _contact("2", "1", tag("PostCode", one.prior)) if one.prior else "",
        _contact("1", "2", "<PostAdd><AddLine1>3 Heron Wharf</AddLine1></PostAdd>"),
        _contact("2", "2", tag("PostCode", one.postcode)) if one.postcode else "",
        _contact("3", "2", tag("TelNumber", one.phone)) if one.phone else "",
        _contact("4", "2", tag("Email", one.email)) if one.email else "",
    ]


def learner_xml(one: Learner, year: str = "2025-26") -> str:
    parts = [
        tag("LearnRefNumber", one.ref), tag("PrevLearnRefNumber", one.prev_ref),
        tag("CampId", one.campus) if year >= "2018-19" else "", tag("ULN", one.uln), tag("FamilyName", one.family),
        tag("GivenNames", one.given), tag("DateOfBirth", one.born), tag("Ethnicity", "31"), tag("Sex", one.sex),
        tag("LLDDHealthProb", "2"), tag("NINumber", "QQ123456C"), *_where(one, year),
        "<LLDDandHealthProblem><LLDDCat>12</LLDDCat></LLDDandHealthProblem>\n",
        "<LearnerFAM><LearnFAMType>NLM</LearnFAMType><LearnFAMCode>17</LearnFAMCode></LearnerFAM>\n",
    ]  # fmt: skip
    if one.tutor:
        parts.append(
            "<ProviderSpecLearnerMonitoring><ProvSpecLearnMonOccur>A</ProvSpecLearnMonOccur>"
            f"<ProvSpecLearnMon>{escape(one.tutor)}</ProvSpecLearnMon></ProviderSpecLearnerMonitoring>\n"
        )
    parts.append(one.extra)
    parts += [aim_xml(aim, year) for aim in one.aims]
    return "<Learner>\n" + "".join(parts) + "</Learner>\n"


def header_xml(year: str = "2025-26", ukprn: str = "99999999") -> str:
    return (
        "<Header><CollectionDetails><Collection>ILR</Collection>"
        f"<Year>{year[2:4]}{year[5:]}</Year><FilePreparationDate>2025-10-14</FilePreparationDate></CollectionDetails>"
        f"<Source><ProtectiveMarking>OFFICIAL-SENSITIVE-Personal</ProtectiveMarking><UKPRN>{ukprn}</UKPRN>"
        "<SoftwareSupplier>Heron Systems</SoftwareSupplier><SoftwarePackage>Heron MIS</SoftwarePackage>"
        "<Release>7.1</Release><SerialNo>01</SerialNo></Source></Header>\n"
        f"<LearningProvider><UKPRN>{ukprn}</UKPRN></LearningProvider>\n"
    )


def ilr_parts(learners: Iterable[Learner], year: str = "2025-26", namespace: str | None = None) -> Iterator[str]:
    space = NAMESPACES[year] if namespace is None else namespace
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<Message xmlns="{space}">\n' if space else "<Message>\n"
    yield header_xml(year)
    for one in learners:
        yield learner_xml(one, year)
    yield "</Message>\n"


def ilr(*learners: Learner, year: str = "2025-26", namespace: str | None = None) -> str:
    return "".join(ilr_parts(learners or [Learner()], year, namespace))


def made_up(count: int, *, aims: int = 3, seed: int = 5) -> Iterator[Learner]:
    """`count` learners, all different."""
    draw = Random(seed)
    for number in range(count):
        yield Learner(
            ref=f"{number:08d}", uln=uln(number) if number % 40 else "9999999999", family=draw.choice(FAMILIES),
            given=draw.choice(GIVENS),
            born=f"{draw.randint(1970, 2009)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}",
            sex=draw.choice("FM"), postcode=f"NF{draw.randint(1, 9)} {draw.randint(1, 9)}QA",
            email=f"p{number}@college.example", phone=f"0{draw.randint(10**9, 10**10 - 1)}", campus="NORTH01",
            tutor=f"TG-{draw.randint(1, 40)}",
            aims=[
                Aim(ref=f"6{draw.randint(0, 9_999_999):07d}", seq=str(seq + 1), code_a=f"C{draw.randint(1, 200)}")
                for seq in range(aims)
            ],
        )  # fmt: skip


_PADDING = (
    "<LearnerEmploymentStatus><EmpStat>12</EmpStat><DateEmpStatApp>2025-08-01</DateEmpStatApp>"
    "<EmploymentStatusMonitoring><ESMType>BSI</ESMType><ESMCode>4</ESMCode></EmploymentStatusMonitoring>"
    "</LearnerEmploymentStatus>\n"
)


def write_big_ilr(path: Path, count: int = 30_000) -> None:
    """About 4 KB a learner, as real returns have."""

    def learners() -> Iterator[Learner]:
        for one in made_up(count, aims=5):
            one.extra = _PADDING * 3
            yield one

    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(ilr_parts(learners()))


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()
