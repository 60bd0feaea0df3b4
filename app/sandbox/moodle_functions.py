"""The functions of the sandbox Moodle, each from its parameters to its answer, with the rights each asks for."""

from collections.abc import Callable, Mapping
from typing import Any

from app.sandbox import moodle_shapes as shapes
from app.sandbox.moodle_errors import Failure
from app.sandbox.moodle_gradebook import Gradebook, module_seen
from app.sandbox.moodle_state import ROLE_IDS, STUDENT, TEACHER, Course, Place, Site, User

_LOOK_UPS = ("id", "idnumber", "username", "email")
_SORTS = ("id", "firstname", "lastname")
_PARTICIPANT_OPTIONS = frozenset(
    {
        *("withcapability", "groupid", "onlyactive", "onlysuspended", "userfields"),
        *("limitfrom", "limitnumber", "sortby", "sortdirection"),
    }
)

Parameters = Mapping[str, Any]


class Functions:
    """All of them, over one site. Whoever calls one holds the sandbox's lock."""

    def __init__(self, site: Site, url: str, secret: str) -> None:
        self.site = site
        self._url = url
        self._secret = secret
        self.all: dict[str, Callable[[Parameters], Any]] = {
            "core_webservice_get_site_info": self._site_info,
            "core_course_get_courses": self._courses,
            "core_course_get_courses_by_field": self._courses_by_field,
            "core_course_get_contents": self._contents,
            "gradereport_user_get_grade_items": self._grade_items,
            "gradereport_user_get_access_information": self._access_information,
            "core_enrol_get_enrolled_users": self._enrolled,
            "core_user_get_users_by_field": self._users,
            "enrol_manual_enrol_users": self._enrol,
            "enrol_manual_unenrol_users": self._unenrol,
        }
        self.offered: set[str] = set(self.all)
        """Those of the token's service; a test may take one out."""

    # -- the site and its courses

    def _site_info(self, asked: Parameters) -> Any:
        return shapes.site_info(self.site, self._url, sorted(self.offered), self._secret)

    def _courses(self, asked: Parameters) -> Any:
        wanted = (asked.get("options") or {}).get("ids")
        found = [one for one in self._everything() if wanted is None or one.id in wanted]
        for one in found:
            if one.id != 1 and not self._may_enter(one):
                raise Failure("errorcoursecontextnotvalid", one.id)
        return [shapes.course_listed(self.site, one) for one in found]

    def _courses_by_field(self, asked: Parameters) -> Any:
        field, value = asked.get("field", ""), asked.get("value", "")
        told = []
        for one in self._with(field, value):
            if one.id == 1 or self._may_enter(one):
                told.append(shapes.course_by_field(self.site, one, self._url))
            elif one.visible:
                told.append(shapes.course_public(self.site, one, self._url))
        return {"courses": told, "warnings": []}

    def _with(self, field: str, value: str) -> list[Course]:
        everything = self._everything()
        match field:
            case "":
                return everything
            case "id" | "ids":
                if not all(one.strip().isdecimal() for one in value.split(",")):
                    raise Failure("invalidparameter")
                wanted = [int(one) for one in value.split(",")]
                found = [one for one in everything if one.id in wanted]
                if field == "ids" and len(found) < len(set(wanted)):
                    raise Failure("", 'Attempt to assign property "contextvalidated" on null')
                return found
            case "shortname":
                return [one for one in everything if one.short == value]
            case "idnumber":
                return [one for one in everything if one.idnumber == value]
            case "category":
                return [one for one in everything if str(one.category) == value]
        raise Failure("invalidparameter")

    def _contents(self, asked: Parameters) -> Any:
        course = self._entered(asked["courseid"], "errorcoursecontextnotvalid")
        _options(asked, frozenset({"excludecontents", "excludemodules"}))
        numbers = sorted({0, 1, *(one.section for one in course.modules)})
        told = []
        for number in numbers:
            inside = [
                shapes.module_told(course, one, self._url)
                for one in course.modules
                if one.section == number and module_seen(self.site, course, one)
            ]
            told.append(shapes.section(course, number, inside))
        return told

    # -- grades

    def _grade_items(self, asked: Parameters) -> Any:
        course, user = self._entered(asked["courseid"], "requireloginerror"), asked.get("userid", 0)
        if not self.site.may("gradereport/user:view"):
            raise Failure("nopermissions", "View user report")
        if not self.site.may("moodle/grade:viewall"):
            raise Failure("nopermissions", "View grades of other users")
        if user:
            self._account(user)
        if course.separate_groups and not self.site.may("moodle/site:accessallgroups"):
            raise Failure("notingroup")
        book = Gradebook(self.site, course)
        return {"usergrades": [book.of(one) for one in ([user] if user else book.learners())], "warnings": []}

    def _access_information(self, asked: Parameters) -> Any:
        self._entered(asked["courseid"], "requireloginerror")
        return {
            "canviewusergradereport": self.site.may("gradereport/user:view"),
            "canviewmygrades": True,
            "canviewallgrades": self.site.may("moodle/grade:viewall"),
            "warnings": [],
        }

    # -- people

    def _enrolled(self, asked: Parameters) -> Any:
        course = self._entered(asked["courseid"], "errorcoursecontextnotvalid")
        options = _options(asked, _PARTICIPANT_OPTIONS)
        active, suspended = options.get("onlyactive") == "1", options.get("onlysuspended") == "1"
        if active and suspended:
            raise Failure("codingerror", "onlyactive and onlysuspended are mutually exclusive")
        if (active or suspended) and not self.site.may("moodle/course:enrolreview"):
            raise Failure("nopermissions", "Review course enrolments")
        fields = [one for one in options.get("userfields", "").split(",") if one]
        if not self.site.may("moodle/user:viewdetails"):
            return []
        if course.separate_groups and not self.site.may("moodle/site:accessallgroups"):
            return []
        found = [
            (self.site.users[user], place)
            for user, place in course.places.items()
            if self.site.users[user].deleted_at is None
            and not (active and not place.active(self.site.now))
            and not (suspended and place.active(self.site.now))
        ]
        page = _page(sorted(found, key=lambda one: one[0].id), options)
        return [
            shapes.participant(self.site, user, place, fields, self._url, self._courses_of(user.id, fields))
            for user, place in page
        ]

    def _courses_of(self, user: int, fields: list[str]) -> list[Course]:
        return [] if fields else [one for one in self.site.courses.values() if user in one.places]

    def _users(self, asked: Parameters) -> Any:
        field, values = asked["field"], asked["values"]
        if field not in _LOOK_UPS:
            raise Failure("codingerror", "invalid field parameter")
        if field == "id" and not all(one.isdecimal() for one in values):
            raise Failure("invalidparameter")
        if field == "email" and not all(_like_an_email(one) for one in values):
            raise Failure("invalidparameter")
        if not self.site.may("moodle/user:viewdetails"):
            return []
        if field == "idnumber" and not self.site.may("moodle/user:viewalldetails"):
            return []
        wanted = set(values)
        return [
            shapes.account(self.site, one, self._url)
            for one in self.site.users.values()
            if _held(one, field) & wanted
        ]

    # -- places

    def _enrol(self, asked: Parameters) -> Any:
        """All of them or none: what would fail is looked for before anything is written."""
        planned = []
        for one in asked["enrolments"]:
            course = self.site.courses.get(one["courseid"])
            if course is None:
                raise Failure("invalidparameter")
            self._entered(course.id, "requireloginerror")
            if not self.site.may("enrol/manual:enrol"):
                raise Failure("nopermissions", "Enrol users")
            if one["roleid"] != ROLE_IDS[STUDENT] or not self.site.may("moodle/role:assign"):
                raise Failure("wsusercannotassign")
            if not course.manual_enrolment:
                raise Failure("wsnoinstance", course.id)
            if one["userid"] == 1:
                raise Failure("guestsarenotallowed")
            self._account(one["userid"])
            planned.append((course, one))
        for course, one in planned:
            kept = course.places.get(one["userid"])
            role = kept.role if kept is not None and kept.role == TEACHER else STUDENT
            course.places[one["userid"]] = Place(
                role,
                one.get("suspend", False),
                one.get("timestart", 0),
                one.get("timeend", 0),
                kept is not None and kept.by_self,
            )
        return None

    def _unenrol(self, asked: Parameters) -> Any:
        """The grades go with the place, and do not come back with a new one."""
        planned = []
        for one in asked["enrolments"]:
            course = self._entered(one["courseid"], "requireloginerror")
            if not self.site.may("enrol/manual:unenrol"):
                raise Failure("nopermissions", "Unenrol users from the course")
            if not course.manual_enrolment:
                raise Failure("wsnoinstance", course.id)
            self._account(one["userid"])
            planned.append((course, one["userid"]))
        for course, user in planned:
            course.places.pop(user, None)
            for key in [key for key in course.grades if key[0] == user]:
                del course.grades[key]
        return None

    # -- who may what

    def _everything(self) -> list[Course]:
        return [shapes.front_page(self.site), *self.site.courses.values()]

    def _may_enter(self, course: Course) -> bool:
        if course.closed or not self.site.may("moodle/course:view"):
            return False
        return course.visible or self.site.may("moodle/course:viewhiddencourses")

    def _entered(self, number: int, refusal: str) -> Course:
        course = self.site.courses.get(number)
        if course is None:
            raise Failure("invalidrecord", "course")
        if not self._may_enter(course):
            raise Failure(refusal, number)
        return course

    def _account(self, number: int) -> User:
        found = self.site.users.get(number)
        if found is None:
            raise Failure("invaliduser")
        if found.deleted_at is not None:
            raise Failure("userdeleted")
        return found


def _options(asked: Parameters, known: frozenset[str]) -> dict[str, str]:
    given = {one["name"]: one["value"] for one in asked.get("options") or ()}
    if given.keys() - known:
        raise Failure("invalidparameter")
    return given


def _page(found: list[tuple[User, Place]], options: Mapping[str, str]) -> list[tuple[User, Place]]:
    start, count = options.get("limitfrom", "0"), options.get("limitnumber", "0")
    if not (start.isdecimal() and count.isdecimal()) or options.get("sortby", "id") not in _SORTS:
        raise Failure("invalidparameter")
    return found[int(start) :][: int(count) or None]


def _held(user: User, field: str) -> set[str]:
    """A deleted account is found by its number only."""
    if field == "id":
        return {str(user.id)}
    if user.deleted_at is not None:
        return set()
    return {{"idnumber": user.idnumber, "username": user.username, "email": user.email}[field]} - {""}


def _like_an_email(value: str) -> bool:
    name, at, host = value.partition("@")
    return bool(name and at and "." in host) and not any(one.isspace() for one in value)
