"""A section: one run of a course, with its campuses, delivery method, and the course of the LMS it is taught in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, func, select

from app import access, history
from app.access import Permission, User
from app.db.among import among
from app.db.database import Database
from app.db.tables import campus, course, lms_course, section, section_campus
from app.enrolling import no_term
from app.errors import AccessError, ConflictError, InputError
from app.folding import cleaned, fold_code
from app.history import Operation, Saved
from app.lms import enrol
from app.lms.extracts import queue
from app.lms.sections.things_save import KIND
from app.sentence import Sentence

LONGEST_CODE, LONGEST_TITLE, MOST_NUMBERS = 60, 500, 9_999
_OWN = ("term_id", "number", "lms_course_id", "starts", "ends", "open", "delivery_method_id", "vendor_id")
"""The columns of the section that are written as they are."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section as its form shows it. `owner` is the campus whose gates count (EX-P0); the `further` ones see it."""

    id: int | None = None
    version: int = 0
    course_code: str = ""
    course_title: str = ""
    term_id: int | None = None
    number: int | None = None
    """None: the next free one."""
    owner: int | None = None
    further: frozenset[int] = frozenset()
    delivery_method_id: int | None = None
    vendor_id: int | None = None
    """None: the default of the owning campus (EX-P5)."""
    lms_course_id: int | None = None
    starts: date | None = None
    ends: date | None = None
    open: bool = True

    @property
    def campuses(self) -> frozenset[int]:
        """Owner and others."""
        return self.further | ({self.owner} if self.owner is not None else frozenset())


def read(tx: Connection, key: int, *, lock: bool = False) -> Section | None:
    """One section with its campuses; with `lock` its row is held until the transaction ends. None: not there."""
    query = (
        select(section, course.c.code.label("course_code"), course.c.title.label("course_title"))
        .join(course, course.c.id == section.c.course_id)
        .where(section.c.id == key)
    )
    row = tx.execute(query.with_for_update(of=section) if lock else query).one_or_none()
    if row is None:
        return None
    links = tx.execute(select(section_campus).where(section_campus.c.section_id == key)).all()
    return Section(
        row.id,
        row.version,
        row.course_code,
        row.course_title,
        owner=next((one.campus_id for one in links if one.owner), None),
        further=frozenset(one.campus_id for one in links if not one.owner),
        **{name: getattr(row, name) for name in _OWN},
    )


def why_not_edit(section_now: Section, scope: frozenset[int] | None) -> str:
    """Why somebody who sees the campuses of `scope` cannot change the section, in a sentence; "" if they can: that
    takes all of its campuses (EX-A3)."""
    if scope is None or section_now.campuses <= scope:
        return ""
    return "This section also belongs to a campus that is not one of yours. Ask an administrator."


def save(db: Database, user: User, before: Section | None, wanted: Section) -> Saved:
    """Add a section (`before` is None) or change it from `before`, as it was shown, to `wanted`. A course whose code
    is not known is made.

    Raises AccessError (permission, or a campus that is not the user's); InputError with the field that is wrong;
    ConflictError if somebody changed it since it was shown.
    """
    wanted = checked(wanted)
    with db.write() as tx:
        access.require(tx, user, Permission.SET_UP_SECTIONS)
        if before is not None:
            assert before.id is not None
            if read(tx, before.id, lock=True) != before:
                raise ConflictError("Somebody else changed this section.", hint="Reload the list and try again.")
        wanted = _as_known(tx, wanted)
        require_scope(access.campuses(tx, user), before, wanted)
        _require_course_of_lms(tx, before, wanted)
        if before is not None and wanted == before:
            return Saved(before.id or 0, None)
        operation = history.begin(tx, db, user.id, KIND)
        key = write(operation, before, wanted)
        operation.end(tx)
    queue.follow(db, user, sections=[key])
    return Saved(key, operation.id)


def checked(wanted: Section) -> Section:
    """The section as it is stored. Raises InputError with the field that cannot be so."""
    code, title = cleaned(wanted.course_code), cleaned(wanted.course_title)
    if not code:
        raise InputError("A section belongs to a course.", hint="Type the code of the course.", field="course_code")
    if len(code) > LONGEST_CODE:
        raise InputError(
            Sentence("That is longer than {most} characters.", most=LONGEST_CODE),
            hint="Shorten it.",
            field="course_code",
        )
    if wanted.number is not None and not 1 <= wanted.number <= MOST_NUMBERS:
        raise InputError(
            Sentence("The number is from 1 to {most:,}.", most=MOST_NUMBERS),
            hint="Leave it empty for the next one.",
            field="number",
        )
    if wanted.starts is not None and wanted.ends is not None and wanted.ends < wanted.starts:
        raise InputError("The end is before the start.", hint="Check the two dates.", field="ends")
    if wanted.owner is None and wanted.further:
        raise InputError(
            "One of its campuses must own the section: its gates are that one's.",
            hint="Choose the owning campus.",
            field="owner",
        )
    further = wanted.further - {wanted.owner}
    return replace(wanted, course_code=code, course_title=(title or "")[:LONGEST_TITLE], further=frozenset(further))


def _as_known(tx: Connection, wanted: Section) -> Section:
    """With the course's own spelling and title where it is known, and with the row for no term."""
    row = tx.execute(select(course.c.code, course.c.title).where(course.c.code_fold == _folded(wanted))).one_or_none()
    if row is not None:
        wanted = replace(wanted, course_code=row.code, course_title=row.title)
    return replace(wanted, term_id=wanted.term_id or no_term(tx))


def _folded(wanted: Section) -> str:
    return fold_code(wanted.course_code)


def require_scope(scope: frozenset[int] | None, before: Section | None, wanted: Section) -> None:
    """Raise AccessError unless all campuses, those of before and those wanted, are the user's (EX-A3)."""
    for one in (before, wanted):
        if one is not None and (reason := why_not_edit(one, scope)):
            raise AccessError("You cannot change this section.", hint=reason)
    if scope is not None and not wanted.campuses:
        raise AccessError(
            "A section needs one of your campuses.", hint="Choose the owning campus: else only others see it."
        )


def _require_course_of_lms(tx: Connection, before: Section | None, wanted: Section) -> None:
    """A course of the LMS that is newly chosen is one that learners may be enrolled into."""
    if wanted.lms_course_id is None or (before is not None and before.lms_course_id == wanted.lms_course_id):
        return
    row = tx.execute(select(lms_course).where(lms_course.c.id == wanted.lms_course_id)).one_or_none()
    if row is None:
        raise ConflictError("This course of the LMS is no longer there.", hint="Reload the list and try again.")
    if reason := enrol.why_not(row.state, row.removed_at is not None):
        raise InputError(
            Sentence("No section can be taught in {course}.", course=row.short_name),
            hint=reason,
            field="lms_course_id",
        )


# --------------------------------------------------------------------------------------------------------- writing


def write(operation: Operation, before: Section | None, wanted: Section) -> int:
    """Write a section that was checked; returns its id. Raises InputError if its number is taken, ConflictError."""
    return write_some(operation, [(before, replace(wanted, number=_number(operation.tx, wanted)))])[0]


def write_some(operation: Operation, pairs: Sequence[tuple[Section | None, Section]]) -> list[int]:
    """Write sections that were checked, each as it was (None: it is new) and is to be, with a number that is free;
    returns their ids. A few statements, however many they are. Raises ConflictError."""
    courses = _courses(operation, [wanted for _, wanted in pairs])
    rows = [
        {**{name: getattr(wanted, name) for name in _OWN}, "course_id": courses[_folded(wanted)]}
        for _, wanted in pairs
    ]
    new = [row for row, (before, _) in zip(rows, pairs, strict=True) if before is None]
    made = iter(operation.insert_many(section, new))
    keys = [next(made) if before is None else before.id or 0 for before, _ in pairs]
    old = sorted(key for key, (before, _) in zip(keys, pairs, strict=True) if before is not None)
    held = {row.id: row for row in operation.tx.execute(select(section).where(among(section.c.id, old)))}
    operation.update_many(
        section, [(held[key], row, None) for key, row in zip(keys, rows, strict=True) if key in held]
    )
    _write_campuses(operation, {key: wanted for key, (_, wanted) in zip(keys, pairs, strict=True)})
    return keys


def _courses(operation: Operation, wanted: Sequence[Section]) -> dict[str, int]:
    """Our courses of these sections, by folded code; those that are not known are made."""
    codes = {_folded(one): one for one in reversed(wanted)}
    query = select(course.c.code_fold, course.c.id).where(among(course.c.code_fold, sorted(codes)))
    found: dict[str, int] = {row.code_fold: row.id for row in operation.tx.execute(query)}
    rows = [
        {"code": one.course_code, "code_fold": code, "title": one.course_title or one.course_code, "origin": "hand"}
        for code, one in reversed(codes.items())
        if code not in found
    ]
    made = operation.insert_many(course, rows)
    return found | {row["code_fold"]: key for row, key in zip(rows, made, strict=True)}


def _number(tx: Connection, wanted: Section) -> int:
    """The number asked for, or the next free one of its course and term. Raises InputError if it is taken."""
    of = select(course.c.id).where(course.c.code_fold == _folded(wanted)).scalar_subquery()
    here = (section.c.course_id == of, section.c.term_id == wanted.term_id)
    if wanted.number is None:
        return int(tx.execute(select(func.max(section.c.number)).where(*here)).scalar() or 0) + 1
    others = select(section.c.id).where(*here, section.c.number == wanted.number, section.c.id != (wanted.id or 0))
    if tx.execute(others.limit(1)).first() is not None:
        raise InputError(
            Sentence("There is a section {number} of this course and term already.", number=wanted.number),
            hint="Choose another number, or leave it empty for the next one.",
            field="number",
        )
    return wanted.number


def _write_campuses(operation: Operation, wanted: Mapping[int, Section]) -> None:
    """Give sections their campuses; what was there and is no longer wanted goes. Raises ConflictError."""
    tx = operation.tx
    links = {(key, at): at == one.owner for key, one in wanted.items() for at in sorted(one.campuses)}
    if {at for _, at in links} - set(tx.execute(select(campus.c.id)).scalars()):
        raise ConflictError("One of the campuses is no longer there.", hint="Reload the list and try again.")
    query = select(section_campus).where(among(section_campus.c.section_id, sorted(wanted)))
    rows = {(row.section_id, row.campus_id): row for row in tx.execute(query)}
    operation.delete_many(section_campus, ((row, None) for spot, row in rows.items() if spot not in links))
    # A section has one owner at any moment: the former is no longer when the new is.
    kept = [(rows[spot], {"owner": owns}, None) for spot, owns in links.items() if spot in rows]
    operation.update_many(section_campus, sorted(kept, key=lambda one: one[1]["owner"]))
    new = [{"section_id": key, "campus_id": at, "owner": owns} for (key, at), owns in links.items()]
    operation.insert_many(section_campus, [row for row in new if (row["section_id"], row["campus_id"]) not in rows])
