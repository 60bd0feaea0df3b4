"""Headings and what they are taken for."""

import json

import pytest

from app.files.cells import DateOrder
from app.files.columns import Confidence, guess, header_key, remembered
from app.files.headings import normal_heading
from tests.files.reading import table_of

NAMES = {
    "uln": "ULN|Unique Learner Number|Unique Learner No|UNIQUE_LEARN_NO|Learner ULN|Student ULN|MIAP_ULN|LRS ULN|L45",
    "ref": "LearnRefNumber|LearnRefNum|Learner Reference Number|Learner Ref|Learner Ref No|Student Ref|"
    "Student Ref No|StudentRef|RefNo|Ref No|Student ID|Student Number|StudentNo|Learner ID|Person Code|PERSON_CODE|"
    "LSC_ULIN|PROV_ID|ProviderRef|Provider Ref|MIS Identifier|MISIdentifier|Admission No|L03",
    "family_name": "FamilyName|Family Name|Surname|Last Name|LastName|Legal Surname|Learner Surname|L09",
    "given_names": "GivenNames|Given Names|Given Name|Forename|Forename(s)|Forenames|Legal Forename|L10",
    "first_name": "First Name|FirstName|First Forename",
    "middle_names": "MiddleOtherName|Middle Name(s)|Other Names|Second Forename",
    "known_as": "Preferred Given Name|Preferred Name|Known As|PREFFIRSTNAME",
    "full_name": "Name|Full Name|Learner Name|Student Name",
    "birth_date": "DateOfBirth|Date of Birth|DOB|D.O.B.|BirthDate|Birth Date|L11",
    "sex": "Sex|Gender|Legal Sex|L13",
    "postcode": "Postcode|Post Code|Home Postcode|Current Postcode|Permanent Postcode|LastKnownPostCode|L22",
    "postcode_prior": "PostcodePrior|Prior Postcode|Postcode Prior to Enrolment|L17POSTCODE|L17",
    "campus_code": "CampId|Campus ID|Campus|Campus Name|Site|Site Code|Location|Centre|Delivery Site",
    "delivery_postcode": "DelLocPostCode|Delivery Postcode|Delivery Location Postcode",
    "course_title": "Course|Course Title|Course Name|Programme|Offering Name|Qualification|Aim Title",
    "course_code": "Course Code|Programme Code|Offering Code|Group Code|Class Code|ProvSpecDelMon",
    "code_a": "ProvSpecDelMonA",
    "aim_ref": "LearnAimRef|Learning Aim Reference|Aim Ref|LARS Code|QAN|Qualification Number|"
    "Programme aim 1 Learning ref",
    "aim_type": "AimType|Aim Type",
    "seq": "AimSeqNumber|Aim Sequence Number|Aim Seq",
    "starts": "LearnStartDate|Start Date|Learning Start Date|Aim Start",
    "planned_end": "LearnPlanEndDate|Planned End Date|Expected End Date|End Date",
    "ends": "LearnActEndDate|Actual End Date|Date Left|Leaving Date",
    "fund_model": "FundModel|Funding Model|Funding Module",
    "prog_type": "ProgType|Programme Type",
    "std_code": "StdCode|Standard Code|Apprenticeship Standard",
    "completion": "CompStatus|Completion Status",
    "outcome": "Outcome",
    "grade": "OutGrade|Outcome Grade|Grade",
    "year": "Year|Academic Year|AcadYear|Collection Year",
    "ukprn": "UKPRN|Provider UKPRN",
    "email": "Email|Email Address|EmailAddress",
    "phone": "TelNo|Telephone|Telephone Number|Mobile",
}


@pytest.mark.parametrize("field", NAMES)
def test_every_name_of_the_contract(field):
    for name in NAMES[field].split("|"):
        for dressed in (name, f" {name.upper()} ", f"\ufeff{name.lower()}", name.replace(" ", "_")):
            assert guess([dressed]).uses[0].field == field, dressed


@pytest.mark.parametrize("name", ["School Postcode", "Employer Name", "Previous ULN", "Next of kin", "ULN check", ""])
def test_other_peoples_columns_are_left_alone(name):
    assert guess([name]).uses[0].field == ""


def test_one_column_for_each_of_ours():
    mapping = guess(["PROV_ID", "LSC_ULIN", "Surname", "Surname", "Name", "End Date", "Actual End Date", "Postcode"])
    assert [one.field for one in mapping.uses] == ["", "ref", "family_name", "", "", "", "ends", "postcode"]
    assert mapping.uses[3].note
    assert guess(["ULN", "Surname", "Site"]).uses[0].confidence is Confidence.SURE
    assert [one.confidence.value for one in guess(["ULN", "Surname", "Site"]).uses] == ["sure", "likely", "unsure"]


def test_known_sets():
    pics = "FIRSTNAME,SURNAME,SEX,BIRTHDATE,MIAP_ULN,PROV_ID,LSC_ULIN,POSTCODE,L17POSTCODE"
    mapping = guess(pics.split(","))
    assert mapping.known_as == "PICS export"
    assert [one.field for one in mapping.uses] == [
        "first_name", "family_name", "sex", "birth_date", "uln", "", "ref", "postcode", "postcode_prior",
    ]  # fmt: skip
    dfe = (
        "CohortRef,AgreementID,ULN,FamilyName,GivenNames,DateOfBirth,EmailAddress,StdCode,StartDate,EndDate,TotalPrice,"
        "EPAOrgID,ProviderRef"
    )
    mapping = guess(dfe.split(","))
    assert mapping.known_as == "DfE apprentice bulk upload"
    assert [one.field for one in mapping.uses if one.field] == [
        "uln", "family_name", "given_names", "birth_date", "email", "std_code", "starts", "planned_end", "ref",
    ]  # fmt: skip


def test_t_level_registrations(tmp_path):
    head = "ULN,First Name,Last Name,Date of Birth,UKPRN,Academic year,Core code,Specialism code(s)\n"
    _, (one,) = table_of(tmp_path, head + '9900123459,Jo,Tarn,14032008,10000012,2020/21,61000001,"ZTLOS1,ZTLOS2"\n')
    assert str(one.values["birth_date"]) == "2008-03-14"
    assert (one.values["year"], one.values["ukprn"]) == ("2020/21", "10000012")
    assert [aim.aim_ref for aim in one.aims] == ["61000001", "ZTLOS1", "ZTLOS2"]
    assert not one.rejected


def test_mappings_are_remembered():
    headings = ["Ref No", "Mystery", "DOB"]
    mapping = guess(headings).changed(1, "family_name").with_order("birth_date", DateOrder.MONTH_FIRST)
    again = remembered(headings, json.dumps(mapping.body()))
    assert again is not None
    assert [one.field for one in again.uses] == ["ref", "family_name", "birth_date"]
    assert again.orders == mapping.orders
    for bad in (
        {},
        {"uses": [[9, "ref", 0]], "orders": {}},
        {"uses": ["x"], "orders": {}},
        {"uses": [], "orders": 1},
    ):
        assert remembered(headings, json.dumps(bad)) is None
    assert header_key(headings) == header_key([" REF_NO", "mystery", "D.O.B."])
    assert header_key(headings) != header_key([*headings, "More"])
    assert mapping.changed(0, "").index("ref") == -1
    assert mapping.changed(1, "ref").uses[0].field == ""


def test_normal_headings():
    assert normal_heading("\ufeff Date of  Birth ") == "dateofbirth"
    assert normal_heading("ＵＬＮ") == "uln"
