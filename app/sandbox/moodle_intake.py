"""Courses that a college is putting its learners on this term, and how far that has come: some are there, some were
refused, most are still to be sent.

One plan tells both sides of it, the sandbox's places here and the demo's records (`app.demo_extracts`). It follows
from numbers alone, so that it is the same on every run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from zlib import crc32

from app.sandbox.moodle_courses import BEGAN, CATEGORIES, ENDS
from app.sandbox.moodle_people import FIRST_TEACHER, TEACHERS, TWO_ACCOUNTS, TWO_LEARNERS, user_id_of
from app.sandbox.moodle_state import TEACHER, Course, Place, Site, User
from app.sandbox.people import Person

COURSES = (
    ("PHYS-A1-26", "A Level Physics, first year"),
    ("CHEM-A1-26", "A Level Chemistry, first year"),
    ("CHEM-A2-25", "A Level Chemistry, second year"),
    ("BIO-A2-25", "A Level Biology, second year"),
    ("PSY-A1-26", "A Level Psychology, first year"),
    ("PSY-A2-25", "A Level Psychology, second year"),
    ("ENG-GCSE-R", "GCSE English, resit"),
    ("MATH-GCSE-R", "GCSE Maths, resit"),
    ("BUS-L3-26", "Business, level 3"),
    ("SPORT-L3-26", "Sport, level 3"),
    ("MEDIA-L3-25", "Creative Media, level 3"),
    ("IT-L3-26", "Information Technology, level 3"),
    ("CARE-L2-26", "Health and Social Care, level 2"),
    ("CHILD-L2-26", "Early Years, level 2"),
    ("PLUMB-L2-26", "Plumbing, level 2"),
    ("ELEC-L2-26", "Electrical Installation, level 2"),
    ("HAIR-L2-26", "Hairdressing, level 2"),
    ("COOK-L2-26", "Professional Cookery, level 2"),
    ("WELD-L1-26", "Welding, level 1"),
    ("HORT-L1-26", "Horticulture, level 1"),
)
"""Short name and title."""
NOT_ENROLLING = frozenset({"CHEM-A1-26", "PSY-A2-25", "BUS-L3-26", "MEDIA-L3-25", "CARE-L2-26", "WELD-L1-26"})
"""The courses for which somebody forgot to switch manual enrolments on."""
RECORDS = 5_400
"""So many places are planned, if there are learners enough."""
MOST_COURSES = 12
"""Of one learner."""
STARTS, LATER = datetime.fromtimestamp(BEGAN, UTC).date(), date(2026, 9, 21)
STALE = (33, 66, 99)
"""People whose account was made anew: the college still has the number of the old one."""
_OLD_ACCOUNT = 900_000
_FORTNIGHT = 14 * 86_400


@dataclass(frozen=True, slots=True)
class Planned:
    """One learner on one course: what the LMS has to hear of it, and how far that has come. `known`: it shows the
    place as it was sent; `section`: 1 and 2 of one campus, 3 of both."""

    number: int
    course: int
    section: int
    change: Literal["add", "drop", "change"]
    on_break: bool
    status: Literal["ready", "transmitted", "rejected"]
    known: bool
    user: int
    chance: int


def account_of(person: Person, users: Mapping[int, User]) -> tuple[int, str] | None:
    """The account that is plainly a person's, and by what it is known; None where nothing says so."""
    if person.number in TWO_ACCOUNTS or any(person.number in pair for pair in TWO_LEARNERS):
        return None
    user = users[user_id_of(person)]
    if user.idnumber == person.ref:
        return user.id, "id_number"
    return (user.id, "email") if not user.idnumber and user.email == person.email else None


def planned(people: Sequence[Person], users: Mapping[int, User]) -> Iterator[Planned]:
    """What is planned for these people, in rounds: each gets a first course, then each a second one."""
    accounts = [account_of(one, users) for one in people]
    for place in range(min(RECORDS, MOST_COURSES * len(people))):
        at, turn = place % len(people), place // len(people)
        yield _planned(people[at], accounts[at], turn)


def _planned(person: Person, account: tuple[int, str] | None, turn: int) -> Planned:
    chance = crc32(f"{person.number}/{turn}".encode())
    course = (person.number * 7 + turn * 3) % len(COURSES)
    stale = person.number in STALE
    asked, moved, seen, shared = chance % 100, chance // 100 % 5, chance // 500 % 10, chance // 5_000 % 3
    if account is None:  # nothing can be sent of somebody who has no account
        asked, status = 99, "ready"
    elif COURSES[course][0] in NOT_ENROLLING or stale:
        status = "rejected"
    else:
        status = "ready" if moved < 3 else "transmitted"
    user = 0 if account is None else _OLD_ACCOUNT + person.number if stale else account[0]
    return Planned(
        number=person.number,
        course=course,
        section=3 if shared == 0 else 1 if person.campus_code == "CITY01" else 2,
        change="drop" if asked < 13 else "change" if asked < 25 else "add",
        on_break=20 <= asked < 25,
        status=status,  # type: ignore[arg-type]
        known=status == "transmitted" and seen > 0,
        user=user,
        chance=chance,
    )


def add_to(site: Site, people: Sequence[Person]) -> None:
    """Put the courses into a site, with who is on them already: whoever was sent before this term's changes, and
    what was sent of these and is shown."""
    made = []
    for place, (short, full) in enumerate(COURSES):
        number = max(site.courses) + 1
        category = tuple(CATEGORIES)[place % len(CATEGORIES)]
        course = Course(number, short, full, f"{short}-C", category, BEGAN, ENDS, site.fresh_id())
        course.manual_enrolment, course.steady = short not in NOT_ENROLLING, True
        course.places[FIRST_TEACHER + number % len(TEACHERS)] = Place(TEACHER)
        site.courses[number] = course
        made.append(course)
    for one in planned(people, site.users):
        if (place_now := _place(one)) is not None:
            made[one.course].places[user_id_of(people[one.number - 1])] = place_now


def _place(one: Planned) -> Place | None:
    if not one.known:
        return None if one.change == "add" else Place(start=BEGAN)
    if one.change == "add":
        return Place(start=BEGAN)
    if one.change == "drop" or one.on_break:
        return Place(start=BEGAN, suspended=True)
    return Place(start=BEGAN + _FORTNIGHT)
