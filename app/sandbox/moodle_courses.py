"""The courses of the sandbox Moodle: one of every kind first, then ordinary ones, the same on every run."""

import json
from collections.abc import Callable, Sequence
from random import Random

from app.sandbox.draw import dice
from app.sandbox.moodle_people import FIRST_TEACHER, TEACHERS, accounts, user_id_of
from app.sandbox.moodle_state import TEACHER, Category, Course, Grade, Item, Module, Place, Site
from app.sandbox.people import Person

CATEGORIES = {2: "Adult learning", 3: "16 to 19", 4: "Apprenticeships &amp; work"}
NOW = 1_795_420_800  # 23 November 2026
BEGAN, ENDS = 1_788_735_600, 1_814_310_000  # 7 September 2026 and 30 June 2027, midnight in the United Kingdom
LONG_AGO, FAR_AWAY = 1_735_689_600, 2_114_380_800
BANDS = ((80.0, "Distinction"), (65.0, "Merit"), (50.0, "Pass"), (0.0, "Refer"))
COMPETENCE = ("Not yet competent", "Competent", "Proficient")
_HTML_FEEDBACK = (
    '<p>Good use of <b>sources</b>.</p><script>alert(1)</script><img src="https://tracker.example/p.gif">'
    '<p>See <a href="file:///etc/passwd">notes</a> &amp; retry.</p>'
)
_TITLES = (
    *("Functional Skills Maths Level 1", "Functional Skills Maths Level 2", "GCSE English Resit", "GCSE Maths Resit"),
    *("Health and Social Care", "Early Years Practice", "Motor Vehicle Maintenance", "Electrical Installation"),
    *("Carpentry &amp; Joinery", "Plumbing Foundations", "Professional Cookery", "Hair and Beauty", "Animal Care"),
    *("Sport and Leadership", "Travel and Tourism", "Business Administration", "Access to Nursing", "ESOL Entry 3"),
    *("Creative Media", "Music Technology", "Photography", "Horticulture", "Welding", "Boat Building"),
)


class _Maker:
    """Builds one site; numbers are dealt in order."""

    def __init__(self, people: Sequence[Person], learners: int) -> None:
        self.site = Site("Northfleet College Online", dict(CATEGORIES), {}, accounts(people), NOW)
        self._people = people
        self._learners = learners
        self._cmid = self._item = self._instance = 0

    def course(self, short: str, full: str, learners: int | None = None) -> Course:
        number = len(self.site.courses) + 2
        self._item += 1
        draw = dice("course", number)
        course = Course(
            id=number,
            short=short,
            full=full,
            idnumber=f"{short.replace('-', '')}-2627" if draw.random() < 0.8 else "",
            category=draw.choice(tuple(CATEGORIES)),
            start=BEGAN,
            end=ENDS if draw.random() < 0.9 else 0,
            total_item=self._item,
        )
        self.site.courses[number] = course
        self._enrol(course, self._learners if learners is None else learners)
        return course

    def activity(self, course: Course, kind: str, name: str, top: float = 100.0, **more: object) -> Module:
        """A module; of a kind that is graded unless `top` is 0."""
        self._cmid += 1
        self._instance += 1
        module = Module(self._cmid + 20, self._instance, kind, name)
        if top:
            self._item += 1
            module.item = Item(self._item, name, top)
        for key, value in more.items():
            setattr(module if hasattr(module, key) else module.item, key, value)
        course.modules.append(module)
        return module

    def tasks(self, course: Course, count: int) -> None:
        for place in range(1, count + 1):
            kind = "quiz" if place % 3 == 0 else "assign"
            self.activity(
                course, kind, f"{'Quiz' if kind == 'quiz' else 'Task'} {place:02d}", 10.0 if kind == "quiz" else 100.0
            )

    def column(self, course: Course, name: str, top: float, **more: object) -> Item:
        self._item += 1
        item = Item(self._item, name, top, kind="manual", **more)  # type: ignore[arg-type]
        course.columns.append(item)
        return item

    def subtotal(self, course: Course, name: str, weight: float) -> int:
        self._item += 1
        course.categories.append(Category(100 + self._item, self._item, name, weight))
        return course.categories[-1].id

    def reading(self, course: Course) -> None:
        for kind in ("page", "url", "label", "forum"):
            self.activity(course, kind, f"Reading {kind}", 0)

    def grade(self, course: Course, share: float) -> None:
        """Grades for `share` of what can be graded, the earlier tasks sooner than the later."""
        for user, place in course.places.items():
            if place.role == TEACHER:
                continue
            draw = dice("grades", course.id, user)
            for item in course.items:
                if draw.random() < share:
                    course.grades[user, item.id] = drawn_grade(item, draw, self.site.now)

    def _enrol(self, course: Course, learners: int) -> None:
        draw = dice("places", course.id)
        teacher = FIRST_TEACHER + course.id % len(TEACHERS)
        course.places[teacher] = Place(TEACHER)
        chosen = draw.sample(range(len(self._people)), min(learners, len(self._people)))
        for order, place in enumerate(sorted(chosen)):
            course.places[user_id_of(self._people[place])] = _place(order)


def _place(order: int) -> Place:
    """Of every forty: one suspended, one over, one not begun."""
    match order % 40:
        case 11:
            return Place(suspended=True)
        case 23:
            return Place(end=LONG_AGO)
        case 35:
            return Place(start=FAR_AWAY)
    return Place()


def drawn_grade(item: Item, draw: Random, now: int) -> Grade:
    """A grade as likely as another; now and then 0, which is one too."""
    top = len(item.scale) if item.scale else item.top
    raw = (
        float(draw.randint(1, len(item.scale)))
        if item.scale
        else round(top * draw.choice((0, *[0.2] * 2, *[0.5] * 9, 0.7, 0.9)) + draw.random() * top * 0.1)
    )
    graded = now - draw.randrange(1, 40) * 86_400
    return Grade(float(raw), graded - 86_400, graded)


# -- one of each kind


def _large(make: _Maker) -> None:
    course = make.course("FSE-L1", "Functional Skills English Level 1", 200)
    make.tasks(course, 18)
    make.reading(course)
    make.grade(course, 0.6)


def _hidden(make: _Maker) -> None:
    course = make.course("BKS-ADV", "Book-keeping Advanced", 15)
    course.visible = False
    make.tasks(course, 3)
    make.grade(course, 0.5)


def _ungraded(make: _Maker) -> None:
    make.reading(make.course("IND-WEL", "Learner Induction", 30))


def _hidden_items(make: _Maker) -> None:
    course = make.course("DIG-ESS", "Digital Essentials", 20)
    later = json.dumps({"op": "&", "c": [{"type": "date", "d": ">=", "t": FAR_AWAY}], "showc": [False]})
    make.activity(course, "assign", "Visible one", tracked=True)
    make.activity(course, "quiz", "Visible two", 10.0)
    make.activity(course, "assign", "Hidden draft task", visible=False)
    make.activity(course, "assign", "Grade-hidden task", hidden=True)
    make.activity(course, "assign", "Task in hidden section", section=2, hidden=True)
    make.activity(course, "assign", "Opens later (not shown)", availability=later, hide_entirely=True)
    make.activity(course, "assign", "Opens later (greyed)", availability=later.replace("false", "true"))
    course.hidden_sections = frozenset({2})
    make.reading(course)
    make.grade(course, 0.5)


def _weighted(make: _Maker) -> None:
    course = make.course("CSK-MATH", "Construction Skills Maths", 60)
    course.letters, course.weighted, course.ranks = BANDS, True, True
    practical, theory = make.subtotal(course, "Practical", 0.4), make.subtotal(course, "Theory", 0.6)
    make.activity(course, "assign", "Measuring sheet", category=practical, weight=0.25)
    make.activity(course, "assign", "Site plan", 50.0, category=practical, weight=0.75)
    make.activity(course, "quiz", "Exam paper", 80.0, category=theory)
    make.activity(course, "assign", "Competence check", 3.0, scale=COMPETENCE, weight=0.0)
    make.column(course, "Attendance mark", 20.0, weight=0.0)
    make.grade(course, 0.7)


def _letters(make: _Maker) -> None:
    course = make.course("BUS-L3", "Business Level 3", 25)
    course.letters = BANDS
    make.tasks(course, 6)
    make.grade(course, 0.6)


def _scale(make: _Maker) -> None:
    course = make.course("HSC-L2", "Health &amp; Social Care Level 2", 25)
    for name in ("Unit 1", "Unit 2", "Unit 3"):
        make.activity(course, "assign", name, 3.0, scale=COMPETENCE)
    make.grade(course, 0.6)


def _pass_marks(make: _Maker) -> None:
    course = make.course("FDH-L2", "Food Hygiene Level 2", 25)
    for name in ("Mock test", "Final test"):
        make.activity(course, "quiz", name, 100.0, pass_mark=55.0)
    make.grade(course, 0.8)


def _feedback(make: _Maker) -> None:
    course = make.course("ENG-GCSE", "GCSE English", 25)
    make.tasks(course, 4)
    make.grade(course, 0.7)
    for number, grade in enumerate(course.grades.values()):
        grade.feedback = _HTML_FEEDBACK if number % 3 == 0 else ""
        grade.overridden, grade.locked = number % 7 == 0, number % 11 == 0


def _columns_off(make: _Maker) -> None:
    course = make.course("ART-DIP", "Art and Design Diploma", 20)
    course.off = frozenset({"grade"})
    make.tasks(course, 4)
    make.grade(course, 0.5)


def _range_off(make: _Maker) -> None:
    course = make.course("MUS-L2", "Music Level 2", 20)
    course.off = frozenset({"range", "percentage"})
    make.tasks(course, 4)
    make.grade(course, 0.5)


def _groups(make: _Maker) -> None:
    course = make.course("ESOL-E2", "ESOL Entry 2", 25)
    course.separate_groups = True
    make.tasks(course, 4)
    make.grade(course, 0.5)


def _out_of_reach(make: _Maker) -> None:
    course = make.course("STAFF-CPD", "Staff Development", 10)
    course.closed = True
    make.tasks(course, 2)


def _no_manual_enrolment(make: _Maker) -> None:
    course = make.course("SELF-STY", "Study Skills (self enrolment)", 20)
    course.manual_enrolment = False
    make.tasks(course, 3)
    make.grade(course, 0.4)


def _nobody(make: _Maker) -> None:
    make.tasks(make.course("NEW-2728", "Planned for next year", 0), 3)


_KINDS: tuple[Callable[[_Maker], None], ...] = (
    *(_large, _hidden, _ungraded, _hidden_items, _weighted, _letters, _scale, _pass_marks, _feedback),
    *(_columns_off, _range_off, _groups, _out_of_reach, _no_manual_enrolment, _nobody),
)
COURSES = len(_KINDS) + 15


def make_site(people: Sequence[Person], courses: int | None = None, learners: int | None = None) -> Site:
    """The invented site about `people`. With `courses` given, that many ordinary ones and no other, each with
    `learners`: what a measurement needs; else one of every kind, then ordinary ones."""
    make = _Maker(people, 24 if learners is None else learners)
    if courses is None:
        for kind in _KINDS:
            kind(make)
    for number in range(COURSES - len(_KINDS) if courses is None else courses):
        title = _TITLES[number % len(_TITLES)]
        again = number // len(_TITLES)
        ordinary(make, f"C{number + 101}", f"{title} {again + 1}" if again else title)
    make.site.next_id = 10_000 + make._item + make._cmid
    return make.site


def ordinary(make: _Maker, short: str, full: str) -> Course:
    course = make.course(short, full)
    make.tasks(course, 5)
    make.grade(course, 0.5)
    return course
