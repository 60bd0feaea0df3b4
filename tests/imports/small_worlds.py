"""Strategies for small worlds and files about them: people who are hard to tell apart, courses of every kind, rows
that get into one another's way."""

from itertools import count

from hypothesis import strategies as st

from tests.builders import uln_number
from tests.imports.expected import Gives, On, Person, Row, Subject, World

_tags = count(1)
CODES = ["ama", "ancc", "cme"]


@st.composite
def gives(draw, code: str) -> Gives:
    return Gives(
        code,
        most=draw(st.sampled_from([200, 500])),
        least=draw(st.sampled_from([0, 100])),
        step=draw(st.sampled_from([100, 200])),
        active=draw(st.sampled_from([True, True, False])),
        variable=draw(st.booleans()),
    )


@st.composite
def subjects(draw, tag: str, place: int) -> Subject:
    shell = draw(st.sampled_from([False, False, False, True]))
    codes = [] if shell else draw(st.lists(st.sampled_from(CODES), unique=True, max_size=3))
    offered = tuple(draw(gives(code)) for code in codes)
    required = draw(st.sampled_from([None, 0, 1]))
    return Subject(f"C{tag}-{place}", f"Title {place}", shell, required, offered)


@st.composite
def enrolments(draw, person: int, place: int, subject: Subject) -> On:
    codes = draw(st.lists(st.sampled_from(CODES), unique=True, max_size=2))
    complete = draw(st.booleans())
    return On(
        person,
        place,
        complete=complete,
        starts=draw(st.sampled_from(["", "2025-09-01"])),
        ends=draw(st.sampled_from(["", "2026-07-01"])),
        completed_on=draw(st.sampled_from(["", "2026-01-05"])) if complete else "",
        attended=draw(st.sampled_from([False, False, True])),
        category=draw(st.sampled_from(["", "", "physician"])),
        credit=tuple((code, draw(st.sampled_from([200, 500])), "2026-01-05") for code in codes),
    )


@st.composite
def worlds(draw) -> tuple[str, World]:
    tag = str(next(_tags))  # each has its own people and courses: one database serves them all
    uln = uln_number(int(tag))
    people = [
        Person(f"p{tag}a", uln, f"a{tag}@x.example"),
        Person(f"p{tag}b", "", f"b{tag}@x.example", "Other"),
    ]
    if draw(st.sampled_from([False, False, True])):
        people.append(Person(uln, "", f"b{tag}@x.example"))  # the ULN of one, the address of another
    made = tuple(draw(subjects(tag, place)) for place in range(2))
    there = [
        draw(enrolments(person, place, made[place]))
        for person in range(2)
        for place in range(2)
        if draw(st.sampled_from([False, False, True]))
    ]
    return tag, World(tuple(people), made, tuple(there))


_CELLS: dict[str, list[str]] = {
    "complete": ["", "0", "1", "1", "1"],
    "enrollment_start": ["", "", "2025-09-01", "2025-10-01"],
    "enrollment_end": ["", "", "2026-07-01"],
    "date_completed": ["", "", "2026-01-05"],
    "attended": ["", "", "1"],
    "first_name": ["Ann"],  # a row without anything in it is none
    "last_name": ["", "", "EXAMPLE", "Other"],
    "credit_expiration": ["", "", "2027-01-01"],
}
_CREDIT = [("", ""), ("", ""), ("2", "ama"), ("2", "ama"), ("5", "ama"), ("2", "ancc"), ("2", "cme"), ("1", "cme"),
           ("2", "nope"), ("2", ""), ("", "ama")]  # fmt: skip


@st.composite
def rows(draw, tag: str, is_global: bool) -> Row:
    found: dict[str, str] = {name: draw(st.sampled_from(values)) for name, values in _CELLS.items()}
    ids = ["", f"p{tag}a", f"P{tag}A", uln_number(int(tag)), f"p{tag}b", f"new{tag}", f"new{tag}"]
    found["external_user_id"] = draw(st.sampled_from(ids))
    emails = ["", "", f"A{tag}@x.example", f"b{tag}@x.example", f"new{tag}@x.example"]
    found["external_email"] = draw(st.sampled_from(emails))
    found["credits"], found["credit_type"] = draw(st.sampled_from(_CREDIT))
    if is_global:
        codes = [f"C{tag}-0", f"c{tag}-0", f"C{tag}-1", f"N{tag}-1", f"n{tag}-1", f"N{tag}-2"]
        found["external_course_id"] = draw(st.sampled_from(codes))
        found["title"] = draw(st.sampled_from(["Title 0", "Title 1"]))
    else:
        found["participant_category"] = draw(st.sampled_from(["", "", "physician", "other"]))
    return found


@st.composite
def cases(draw) -> tuple[World, list[Row], int | None, bool, int]:
    tag, world = draw(worlds())
    course = draw(st.sampled_from([None, 0]))
    told = draw(st.lists(rows(tag, course is None), min_size=1, max_size=7))
    again = draw(st.lists(st.sampled_from(range(len(told))), max_size=2))
    told += [told[place] for place in again]
    return world, told, course, draw(st.sampled_from([True, True, False])), draw(st.sampled_from([1, 2, 3, 4_000]))
