"""Half an hour in the life of the sandbox Moodle: grades arrive, courses appear and vanish, people come and go.

What happens follows from the seed and from how often it was called, so that it is the same on every run.
"""

from app.sandbox.draw import dice
from app.sandbox.moodle_courses import drawn_grade
from app.sandbox.moodle_state import HALF_AN_HOUR, STUDENT, Course, Item, Module, Place, Site

GRADES_AT_ONCE = 40
_NEW = (
    "Barbering Level 2",
    "Cyber Security Basics",
    "Customer Service",
    "Floristry",
    "First Aid at Work",
    "Counselling",
)
_FIRST_THAT_MAY_GO = 17
"""The courses of a kind of their own stay."""


def move(site: Site, seed: int, turn: int) -> list[str]:
    """The `turn`th half hour, from 1; says what happened, in numbers and course names only."""
    site.now += HALF_AN_HOUR
    happened = [f"{_grades_arrive(site, seed, turn)} grades arrived"]
    if turn % 2 == 1:
        happened.append(f"{_appears(site, turn).short} appeared")
    if turn % 3 == 0 and (gone := _vanishes(site, seed, turn)):
        happened.append(f"{gone.short} vanished")
    if turn % 2 == 0 and (changed := _somebody_is_suspended(site, seed, turn)):
        happened.append(f"a place in {changed.short} was suspended")
    return happened


def _grades_arrive(site: Site, seed: int, turn: int) -> int:
    draw = dice(seed, "grades", turn)
    open_ones = [
        (course, user, item)
        for course in site.courses.values()
        for user, place in course.places.items()
        if place.role == STUDENT and place.active(site.now)
        for item in course.items
        if (user, item.id) not in course.grades
    ]
    chosen = draw.sample(open_ones, min(GRADES_AT_ONCE, len(open_ones)))
    for course, user, item in chosen:
        course.grades[user, item.id] = drawn_grade(item, draw, site.now + 41 * 86_400)
        course.grades[user, item.id].graded = site.now
    return len(chosen)


def _appears(site: Site, turn: int) -> Course:
    title = _NEW[(turn // 2) % len(_NEW)]
    course = Course(
        id=site.fresh_id(),
        short=f"NEW{turn:03d}",
        full=title,
        idnumber="",
        category=next(iter(site.categories)),
        start=site.now,
        end=0,
        total_item=site.fresh_id(),
    )
    for number in (1, 2, 3):
        item = Item(site.fresh_id(), f"Task {number:02d}", 100.0)
        course.modules.append(Module(site.fresh_id(), site.fresh_id(), "assign", item.name, item=item))
    draw = dice("new course", turn)
    learners = [user.id for user in site.users.values() if user.id >= 1000 and user.deleted_at is None]
    course.places = {user: Place() for user in draw.sample(learners, min(12, len(learners)))}
    site.courses[course.id] = course
    return course


def _vanishes(site: Site, seed: int, turn: int) -> Course | None:
    able = [one.id for one in site.courses.values() if one.id >= _FIRST_THAT_MAY_GO and not one.steady]
    return site.courses.pop(dice(seed, "vanishes", turn).choice(able)) if able else None


def _somebody_is_suspended(site: Site, seed: int, turn: int) -> Course | None:
    able = [
        (course, place)
        for course in site.courses.values()
        for place in course.places.values()
        if place.role == STUDENT and place.active(site.now) and not course.steady
    ]
    if not able:
        return None
    course, place = dice(seed, "suspended", turn).choice(able)
    place.suspended = True
    return course
