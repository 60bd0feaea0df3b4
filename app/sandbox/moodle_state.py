"""What the sandbox Moodle holds: courses, what is graded in them, accounts, places and grades.

Plain objects that functions read and tests change; whoever does either holds the sandbox's lock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

STUDENT, TEACHER = "student", "editingteacher"
ROLE_IDS = {STUDENT: 5, TEACHER: 3}
HALF_AN_HOUR = 1800

RIGHTS = frozenset(
    {
        *("webservice/rest:use", "moodle/course:view", "moodle/course:viewhiddencourses", "moodle/course:update"),
        *("gradereport/user:view", "moodle/grade:viewall", "moodle/grade:viewhidden"),
        *("moodle/course:viewhiddenactivities", "moodle/course:ignoreavailabilityrestrictions"),
        *("mod/assign:view", "mod/quiz:view", "mod/page:view", "mod/url:view", "mod/label:view", "mod/forum:view"),
        *("moodle/user:viewdetails", "moodle/user:viewalldetails", "moodle/site:viewuseridentity"),
        *("moodle/course:enrolreview", "moodle/site:accessallgroups"),
        *("enrol/manual:enrol", "enrol/manual:unenrol", "moodle/role:assign"),
    }
)
"""What the service account may do unless a test takes it away."""


@dataclass(slots=True)
class User:
    """An account. `deleted_at` is when it was deleted, in Unix seconds."""

    id: int
    username: str = field(repr=False)
    first: str = field(repr=False)
    last: str = field(repr=False)
    email: str = field(repr=False)
    idnumber: str = field(default="", repr=False)
    suspended: bool = False
    deleted_at: int | None = None

    @property
    def fullname(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(slots=True)
class Place:
    """Somebody's enrolment in a course; times in Unix seconds, 0 for none. `by_self`: there is an active one of
    another method beside it, which no call of ours touches."""

    role: str = STUDENT
    suspended: bool = False
    start: int = 0
    end: int = 0
    by_self: bool = False

    def active(self, now: int) -> bool:
        return self.by_self or self._active(now)

    def _active(self, now: int) -> bool:
        return not self.suspended and self.start <= now and (not self.end or now < self.end)


@dataclass(slots=True)
class Grade:
    """What somebody got for something."""

    raw: float | None = field(repr=False)
    submitted: int | None = None
    graded: int | None = None
    feedback: str = field(default="", repr=False)
    locked: bool = False
    overridden: bool = False


@dataclass(slots=True)
class Item:
    """A row of the gradebook: of an activity, or a column that a teacher fills in (`kind` "manual")."""

    id: int
    name: str
    top: float
    kind: str = "mod"
    category: int = 0
    weight: float = 1.0
    scale: tuple[str, ...] = ()
    pass_mark: float | None = None
    hidden: bool = False
    needs_update: bool = False


@dataclass(slots=True)
class Category:
    """A part of the gradebook with a subtotal; `item` is the subtotal's number."""

    id: int
    item: int
    name: str
    weight: float


@dataclass(slots=True)
class Module:
    """An activity or a resource; `tracked` for one whose completion Moodle follows."""

    cmid: int
    instance: int
    kind: str
    name: str
    section: int = 1
    visible: bool = True
    availability: str | None = None
    hide_entirely: bool = False
    tracked: bool = False
    item: Item | None = None


@dataclass(slots=True)
class Course:
    """A course with all that is in it. `letters` are (from percent, word), best first; `off` names the columns its
    gradebook does not show; `closed` keeps the service account out; `steady`: nothing happens there as time
    passes."""

    id: int
    short: str
    full: str
    idnumber: str
    category: int
    start: int
    end: int
    total_item: int
    visible: bool = True
    closed: bool = False
    separate_groups: bool = False
    manual_enrolment: bool = True
    steady: bool = False
    letters: tuple[tuple[float, str], ...] = ()
    weighted: bool = False
    ranks: bool = False
    off: frozenset[str] = frozenset()
    hidden_sections: frozenset[int] = frozenset()
    modules: list[Module] = field(default_factory=list)
    columns: list[Item] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    grades: dict[tuple[int, int], Grade] = field(default_factory=dict)

    @property
    def items(self) -> Iterator[Item]:
        """All that is graded, activities first."""
        yield from (module.item for module in self.modules if module.item is not None)
        yield from self.columns

    def effectively_visible(self, module: Module) -> bool:
        return module.visible and module.section not in self.hidden_sections


@dataclass(slots=True)
class Site:
    """The whole of it. `now` is its clock, which only `move` turns."""

    name: str
    categories: dict[int, str]
    courses: dict[int, Course]
    users: dict[int, User]
    now: int
    rights: set[str] = field(default_factory=lambda: set(RIGHTS))
    next_id: int = 1_000_000

    def fresh_id(self) -> int:
        """Numbers are never used again."""
        self.next_id += 1
        return self.next_id

    def may(self, *rights: str) -> bool:
        return self.rights.issuperset(rights)
