"""What files call the things of sections: terms, campuses, methods, vendors, courses of the LMS, sections."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.access import Scope
from app.db.tables import course, lms_course, section, section_campus
from app.enrolling import no_term
from app.errors import InputError
from app.folding import fold_code
from app.lms import enrol
from app.lms.sections import things
from app.lms.sections.section import Section
from app.lms.sections.things import Thing, What
from app.sentence import Sentence

_CALLED = {
    What.TERM: "term",
    What.CAMPUS: "campus",
    What.METHOD: "delivery method",
    What.VENDOR: "LMS",
}


@dataclass(frozen=True, slots=True)
class LmsCourse:
    """A course of the LMS; `why_not` says why nobody can be enrolled there now."""

    id: int
    name: str
    why_not: str


class Index:
    """All of it, read once; `scope` as of the user whose file it is. Its look-ups raise InputError with the field,
    and never say what the file holds."""

    def __init__(self, tx: Connection, scope: Scope) -> None:
        self.scope = scope
        self._named: dict[What, tuple[dict[str, list[Thing]], dict[str, list[Thing]]]] = {}
        self._by_id: dict[What, dict[int, Thing]] = {}
        for what in What:
            found = things.listed(tx, what)
            self._by_id[what] = {one.id or 0: one for one in found}
            self._named[what] = (
                _grouped((one.code, one) for one in found),
                _grouped((one.name, one) for one in found),
            )
        self.no_term = no_term(tx)
        query = select(course.c.id, course.c.code, course.c.code_fold, course.c.title)
        self.courses = {row.code_fold: row for row in tx.execute(query)}
        self._read_lms_courses(tx)
        self.sections = self._read_sections(tx)
        self.lms_course_of = {one.id: one.lms_course_id for some in self.sections.values() for one in some.values()}
        """The course of the LMS of every section."""

    def _read_lms_courses(self, tx: Connection) -> None:
        rows = tx.execute(select(lms_course).order_by(lms_course.c.removed_at.is_not(None), lms_course.c.id)).all()
        self.lms_courses = {
            row.id: LmsCourse(row.id, row.short_name, enrol.why_not(row.state, row.removed_at is not None))
            for row in rows
        }
        self._gone = {row.id for row in rows if row.removed_at is not None}
        self._by_number = _grouped((row.id_number, row.id) for row in rows if row.id_number)
        self._by_short = _grouped((row.short_name, row.id) for row in rows)

    def _read_sections(self, tx: Connection) -> dict[tuple[int, int], dict[int, Section]]:
        """By course and term, then by number."""
        owners: dict[int, int] = {}
        further: dict[int, set[int]] = {}
        for row in tx.execute(select(section_campus)):
            if row.owner:
                owners[row.section_id] = row.campus_id
            else:
                further.setdefault(row.section_id, set()).add(row.campus_id)
        courses = {row.id: row for row in self.courses.values()}
        found: dict[tuple[int, int], dict[int, Section]] = {}
        for row in tx.execute(select(section)):
            values = {name: getattr(row, name) for name in _SECTION}
            of = courses[row.course_id]
            made = Section(
                course_code=of.code,
                course_title=of.title,
                owner=owners.get(row.id),
                further=frozenset(further.get(row.id, ())),
                **values,
            )
            found.setdefault((row.course_id, row.term_id), {})[row.number] = made
        return found

    # Looking up

    def thing(self, what: What, text: str, field: str) -> Thing:
        """The thing of this code, else of this name, however it is spelled."""
        called = Sentence(_CALLED[what])
        for named in self._named[what]:
            if found := named.get(fold_code(text)):
                if len(found) > 1:
                    words = Sentence("Several are called so, and it is not clear which {thing} it is.", thing=called)
                    raise InputError(words, hint="Write its code.", field=field)
                return found[0]
        raise InputError(
            Sentence("There is no {thing} of this code or name.", thing=called),
            hint="Correct it in the file, or add it under Set Up.",
            field=field,
        )

    def lms_course(self, text: str, field: str) -> LmsCourse:
        """The course of the LMS of this ID number (`lms_number`) or short name; one that is gone only where there is
        no other."""
        ids = (self._by_number if field == "lms_number" else self._by_short).get(fold_code(text), [])
        ids = [one for one in ids if one not in self._gone] or ids
        if len(ids) == 1:
            return self.lms_courses[ids[0]]
        if ids:
            raise InputError("Several courses of the LMS are called so.", hint="Use the short name.", field=field)
        raise InputError(
            "There is no such course of the LMS.",
            hint="Correct it in the file, or press Sync Now first.",
            field=field,
        )

    def term_of(self, values: Mapping[str, Any]) -> int:
        """The term a row says; that of sections without one if it says none."""
        text = values.get("term")
        return self.no_term if text is None else self.thing(What.TERM, text, "term").id or 0

    def numbered(self, values: Mapping[str, Any], term_id: int) -> tuple[int, Section | None]:
        """The number a row means, and the section of it if there is one. Without a number it is the only one of its
        course and term, or the first."""
        of = self.courses.get(fold_code(values["course_code"]))
        held = self.sections.get((of.id, term_id), {}) if of is not None else {}
        number = values.get("number")
        if number is None and len(held) > 1:
            raise InputError(
                "The course has several sections in this term.", hint="Give the section number.", field="number"
            )
        number = number or next(iter(held), 1)
        return number, held.get(number)

    def section(self, values: Mapping[str, Any]) -> Section:
        """The section that a registration is for, if it is one that the user sees."""
        _, found = self.numbered(values, self.term_of(values))
        seen = found is not None and (self.scope is None or not found.campuses or bool(found.campuses & self.scope))
        if found is None or not seen:
            raise InputError(
                "There is no section of this course, term and number on your campuses.",
                hint="Correct the row, or load the file of sections first.",
                field="course_code",
            )
        return found

    # Words

    def words(self, name: str, value: Any) -> str:
        """A value of a section as a preview tells it; days as ISO text, "" for none."""
        if value is None:
            return ""
        if name in _WHAT:
            return self._by_id[_WHAT[name]][value].title
        if name == "further":
            return ", ".join(sorted(self._by_id[What.CAMPUS][one].title for one in value))
        if name == "lms_course_id":
            return self.lms_courses[value].name
        if name == "open":
            return "Open" if value else "Closed"
        return str(value)

    def is_active(self, name: str, key: int) -> bool:
        """Whether a thing that a section names is not switched off."""
        return self._by_id[_WHAT[name]][key].active


_SECTION = ("id", "version", "term_id", "number", "lms_course_id", "starts", "ends", "open",
            "delivery_method_id", "vendor_id")  # fmt: skip
_WHAT = {"owner": What.CAMPUS, "delivery_method_id": What.METHOD, "vendor_id": What.VENDOR}


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for text, one in pairs:
        if text:
            found.setdefault(fold_code(text), []).append(one)
    return found
