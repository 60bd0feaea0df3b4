"""What colleges call the columns of their lists of sections and of registrations, and what each column fills.

One list of names for both: a table that says who (a person code or a ULN) is one of registrations.
"""

from app.files.columns import Mapping
from app.files.heading_names import HeadingNames

FIELD_TITLES = {
    "course_code": "Course code",
    "course_title": "Course title",
    "term": "Term",
    "number": "Section number",
    "owner": "Owning campus",
    "further": "Other campuses",
    "method": "Delivery method",
    "vendor": "LMS",
    "lms_number": "LMS course, ID number",
    "lms_short": "LMS course, short name",
    "starts": "Starts",
    "ends": "Ends",
    "open": "Open",
    "ref": "Person code",
    "uln": "ULN",
    "status": "Course status",
    "status_on": "Status date",
}
"""What a column can fill, and its title: fields of the section first, then those of registrations."""
SECTION_FIELDS = frozenset({
    "course_code", "course_title", "term", "number", "owner", "further", "method", "vendor", "lms_number",
    "lms_short", "starts", "ends", "open",
})  # fmt: skip
REGISTRATION_FIELDS = frozenset({
    "ref", "uln", "course_code", "term", "number", "status", "status_on", "starts", "ends",
})  # fmt: skip
DATE_FIELDS = frozenset({"starts", "ends", "status_on"})

_LIKELY = """
course_code: Programme Code, Offering Code, Module Code, Unit Code, Class Code
course_title: Course Name, Programme Title, Offering Name, Course Description
term: Term Code, Term Name, Academic Term, Session, Semester, Academic Year
number: Section, Section No, Occurrence, Occurrence Number, Group Number, Offering Number
owner: Campus, Campus Code, Campus Name, Campus ID, Owner, Owner Campus, Campuses, Site, Site Code, Centre
further: Other Campus, Further Campuses, Further Campus, Shared With, Additional Campuses
method: Delivery Mode, Delivery, Mode of Delivery, Mode of Attendance, Delivery Method Code
vendor: LMS Vendor, VLE, LMS Name, Vendor
lms_number: LMS Course ID, LMS ID Number, LMS ID, Moodle ID Number, Moodle Course ID, Moodle ID, VLE ID Number, \
LMS Course, Moodle Course, VLE Course, Course ID Number
lms_short: LMS Short Name, Moodle Short Name, LMS Shortname, Moodle Shortname, Short Name, VLE Short Name
starts: Start Date, Start, Section Start, Course Start, Registration Start, Enrolment Start, From
ends: End Date, End, Section End, Course End, Planned End Date, Expected End Date, Registration End, To
open: Is Open, Open for Enrolment, Open for Registration
ref: Learner Reference, Learner Ref, LearnRefNumber, Learner Reference Number, Student Ref, Student Reference, \
Student ID, Student Number, Student No, Learner ID, Learner Ref No, Student Ref No
uln: Unique Learner Number, Learner ULN, Student ULN
status: Registration Status, Enrolment Status, Learner Status, Student Course Status
status_on: Status From, Status Changed, Date of Status, Course Status Date, Withdrawal Date, Date Withdrawn
"""
_UNSURE = """
course_code: Course, Code, Programme, Module | course_title: Title, Name, Description | number: Number, Group, Class
term: Year | status: Status | open: Active | owner: Location | status_on: Date
"""
_NAMES = HeadingNames(FIELD_TITLES, _LIKELY, _UNSURE)
known_count, guess = _NAMES.known_count, _NAMES.guess


def is_registrations(mapping: Mapping) -> bool:
    """Whether the table says who: else it is one of sections."""
    return mapping.index("ref") >= 0 or mapping.index("uln") >= 0


def why_not(mapping: Mapping) -> str:
    """Why the table cannot be read under this mapping; "" if it can."""
    return "" if mapping.index("course_code") >= 0 else "Say which column holds the course code."
