"""Codes of files that mean nothing to a reader, and the titles a person gives them once: campuses, courses, aims.

The ILR holds no campus name and no course title (learner-files.md 1). A campus is called by its code until somebody
names it; of a course or an aim `source_code` says which course it means, and the course has the title.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, select

from app import access, history
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import SHOWN, aim, award, campus, change, course, course_credit, learner, section, source_code
from app.db.tables import operation as operation_row
from app.errors import AccessError, ConflictError, InputError, quoted
from app.files.aims import PROGRAMME_WRAPPER
from app.folding import cleaned, fold_code
from app.history import Operation, UndoSummary
from app.sentence import Sentence, joined

NAMED = "code_named"
"""The kind of the operation that gives a code a title."""
LONGEST = 200
_EVERY_YEAR = "-"
_ORIGIN = "code"
"""Of courses that come into being as the title of a code."""


class Kind(StrEnum):
    """Where a code stands in a file; of a course or an aim also `source_code.kind`."""

    CAMPUS = "campus"
    COURSE = "course"
    AIM = "aim"


KIND_TITLES: Mapping[Kind, str] = {Kind.CAMPUS: "Campus", Kind.COURSE: "Course code", Kind.AIM: "Aim reference"}
_COLUMNS = {Kind.COURSE: aim.c.course_code, Kind.AIM: aim.c.aim_ref}


@dataclass(frozen=True, slots=True)
class Code:
    """A code, its title ("" for none), whether a person gave it (files may tell one too), and whose it is."""

    kind: Kind
    code: str
    title: str = ""
    given: bool = False
    learners: int = 0

    @property
    def held(self) -> str:
        """The title that a person gave; "" for none."""
        return self.title if self.given else ""

    @property
    def key(self) -> tuple[Kind, str]:
        return self.kind, fold_code(self.code)


@dataclass(slots=True)
class CodesOfFile:
    """The codes met in a file, while it is read. Bounded: what is more than `MOST` is not listed."""

    MOST = 5_000

    campuses: set[str] = field(default_factory=set)
    courses: set[str] = field(default_factory=set)
    aims: set[str] = field(default_factory=set)

    def look(self, values: Mapping[str, Any], aims: Iterable[Mapping[str, Any]]) -> None:
        """Note the codes of one learner."""
        if (code := values.get("campus_code")) and len(self.campuses) < self.MOST:
            self.campuses.add(code)
        if len(self.courses) >= self.MOST or len(self.aims) >= self.MOST:
            return
        for one in aims:
            if "course_title" in one:
                continue  # the file itself says what it is
            if code := one.get("course_code"):
                self.courses.add(code)
            elif code := one.get("aim_ref"):
                self.aims.add(code)

    def untitled(self, tx: Connection) -> tuple[Code, ...]:
        """Those that nobody has given a title yet."""
        named = {one.code for one in _campuses(tx) if one.title}
        known = titles(tx)
        found = [Code(Kind.CAMPUS, code) for code in sorted(self.campuses - named)]
        for kind, codes in ((Kind.COURSE, self.courses), (Kind.AIM, self.aims - {PROGRAMME_WRAPPER})):
            found += [Code(kind, code) for code in sorted(codes) if (kind, fold_code(code)) not in known]
        return tuple(found)


_MOST_TOLD = 10


def untitled_words(found: Sequence[Code]) -> str:
    """A sentence about codes without a title: how many, the first of them, and what to do."""
    parts = []
    for kind, title in KIND_TITLES.items():
        codes = [one.code for one in found if one.kind is kind]
        if codes:
            told, more = ", ".join(codes[:_MOST_TOLD]), len(codes) - _MOST_TOLD
            words = "{kind}: {codes} and {n:,} more." if more > 0 else "{kind}: {codes}."
            parts.append(Sentence(words, kind=Sentence(title), codes=told, n=more))
    return Sentence(
        "These codes have no title yet. {parts} Give them one under Codes; it is remembered.",
        parts=joined("{these} {last}", parts),
    )


def spellings(tx: Connection) -> dict[str, str]:
    """Folded codes and names of campuses to their codes: a list may say `North Site` where the ILR says NORTH01. A
    name that two campuses share leads to neither."""
    rows = tx.execute(select(campus.c.code, campus.c.name_fold)).all()
    names: dict[str, str] = {}
    twice = set()
    for row in rows:
        if names.setdefault(row.name_fold, row.code) != row.code:
            twice.add(row.name_fold)
    kept = {name: code for name, code in names.items() if name not in twice}
    return kept | {fold_code(row.code): row.code for row in rows}


_TITLES = select(source_code.c.kind, source_code.c.code_fold, course.c.title).join(
    course, course.c.id == source_code.c.course_id
)


def titles(tx: Connection) -> dict[tuple[str, str], str]:
    """By kind and folded code: the titles that people gave to courses and aims."""
    return {(row.kind, row.code_fold): row.title for row in tx.execute(_TITLES)}


def titles_of(tx: Connection, aims: Iterable[Row[Any]]) -> dict[tuple[str, str], str]:
    """As `titles`, of a few stored aims."""
    wanted = {fold_code(code) for one in aims for code in (one.aim_ref, one.course_code) if code}
    query = _TITLES.where(source_code.c.code_fold.in_(sorted(filter(None, wanted))))
    return {(row.kind, row.code_fold): row.title for row in tx.execute(query)}


def listed(tx: Connection) -> list[Code]:
    """Every code that learners have, those without a title first, then by how many learners it concerns."""
    found = _campuses(tx)
    given = titles(tx)
    for kind in _COLUMNS:
        found += _merged(kind, tx.execute(_counted(kind)).all(), given)
    return sorted(found, key=lambda one: (bool(one.title), -one.learners, one.kind, one.code))


def _campuses(tx: Connection) -> list[Code]:
    number = func.count(learner.c.id)
    query = (
        select(campus.c.code, campus.c.name, number)
        .outerjoin(learner, (learner.c.campus_id == campus.c.id) & SHOWN)
        .group_by(campus.c.id, campus.c.code, campus.c.name)
    )
    named = ((code, name if name != code else "", learners) for code, name, learners in tx.execute(query))
    return [Code(Kind.CAMPUS, code, title, bool(title), learners) for code, title, learners in named]


def _counted(kind: Kind) -> Select[Any]:
    column = _COLUMNS[kind]
    query = (
        select(column, func.max(aim.c.course_title), func.count(aim.c.learner_id.distinct()))
        .join(learner, learner.c.id == aim.c.learner_id)
        .where(SHOWN, column.is_not(None), column != PROGRAMME_WRAPPER)
        .group_by(column)
    )
    return query if kind is Kind.COURSE else query.where(aim.c.course_code.is_(None))


def _merged(kind: Kind, rows: Iterable[Any], given: Mapping[tuple[str, str], str]) -> list[Code]:
    """One for all spellings of a code."""
    found: dict[str, Code] = {}
    for row in rows:
        code, told, learners = row[0], row[1] or "", row[2]
        key = fold_code(code)
        if (before := found.get(key)) is not None:
            code, told, learners = before.code, told or before.title, learners + before.learners
        title = given.get((kind, key), "")
        found[key] = Code(kind, code, title or told, bool(title), learners)
    return list(found.values())


def give_title(db: Database, user: User, seen: Code, title: str) -> int | None:
    """Call a code by `title` from now on; "" takes the title away. Returns the operation to undo it by, None if
    nothing changed. A course that somebody set up is renamed by who may set up courses alone. Raises AccessError,
    InputError, ConflictError if somebody gave it another since it was `seen`."""
    wanted = cleaned(title) or ""
    if len(wanted) > LONGEST:
        raise InputError(
            Sentence("The title is too long: there is room for {most} characters.", most=LONGEST),
            hint="Shorten it.",
            field="title",
        )
    if seen.kind is Kind.CAMPUS and wanted == seen.code:
        wanted = ""
    if wanted == seen.held:
        return None
    with db.write() as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        db.alone(tx)  # of two who name one code at the same time, one is told
        operation = history.begin(tx, db, user.id, NAMED, reason=f"{KIND_TITLES[seen.kind]} {seen.code}")
        if seen.kind is Kind.CAMPUS:
            _name_campus(operation, seen, wanted)
        else:
            _name(operation, user, seen, wanted)
        operation.end(tx)
    return operation.id


def _name_campus(operation: Operation, seen: Code, wanted: str) -> None:
    row = operation.tx.execute(select(campus).where(campus.c.code == seen.code)).one_or_none()
    if row is None or (row.name if row.name != row.code else "") != seen.held:
        raise _changed()
    name = wanted or row.code
    operation.update(campus, row, {"name": name, "name_fold": fold_code(name)})


def _name(operation: Operation, user: User, seen: Code, wanted: str) -> None:
    """Of a course or an aim. Codes of two kinds may be spelt alike and mean different things, so each has a course
    of its own."""
    tx, (kind, folded) = operation.tx, seen.key
    here = (source_code.c.kind == kind.value, source_code.c.code_fold == folded, source_code.c.year == _EVERY_YEAR)
    row = tx.execute(select(source_code).where(*here)).one_or_none()
    held = None
    if row is not None and row.course_id is not None:
        held = tx.execute(select(course).where(course.c.id == row.course_id)).one()
    if (held.title if held is not None else "") != seen.held:
        raise _changed()
    if held is not None and wanted:
        _rename(operation, user, held, wanted)
        return
    course_id = _course(operation, user, seen, wanted) if wanted else None
    if row is not None:
        operation.update(source_code, row, {"course_id": course_id})
        return
    values = {"kind": kind.value, "code": seen.code, "code_fold": folded, "year": _EVERY_YEAR, "course_id": course_id}
    operation.insert(source_code, values)


def _rename(operation: Operation, user: User, row: Row[Any], title: str) -> None:
    """A course that was set up has its title from whoever did that: sections, credit and records show it too."""
    if row.title == title:
        return
    if _is_set_up(operation.tx, row):
        try:
            access.require(operation.tx, user, Permission.SET_UP_CREDIT)
        except AccessError as error:
            raise AccessError(
                Sentence(
                    "The course {code} is set up as {title}, which you cannot change.",
                    code=quoted(row.code),
                    title=quoted(row.title),
                ),
                hint=Sentence(
                    "Give the code this same title, and it means that course. {hint}", hint=Sentence(error.hint)
                ),
            ) from error
    operation.update(course, row, {"title": title})


def _is_set_up(tx: Connection, row: Row[Any]) -> bool:
    """Whether a course is more than the title of a code. Earlier versions wrote of every course that it was made by
    hand: where its history is purged too, it counts as set up."""
    there = [exists().where(table.c.course_id == row.id) for table in (section, course_credit, award)]
    if row.required_objects is not None or any(tx.execute(select(*there)).one()):
        return True
    if row.origin == _ORIGIN:
        return False
    as_title = exists().where(
        change.c.table_name == course.name,
        change.c.row_id == row.id,
        change.c.kind == "insert",
        change.c.operation_id == operation_row.c.id,
        operation_row.c.kind == NAMED,
    )
    return not tx.execute(select(as_title)).scalar_one()


def _course(operation: Operation, user: User, seen: Code, title: str) -> int:
    """The course of this code that nothing leads to any more, else a new one; its code is made unlike all others."""
    kind, folded = seen.key
    tx = operation.tx
    for code, code_fold in ((seen.code, folded), (f"{seen.code} ({KIND_TITLES[kind]})", f"{folded} ({kind})")):
        row = tx.execute(select(course).where(course.c.code_fold == code_fold)).one_or_none()
        if row is None:
            values = {"code": code, "code_fold": code_fold, "title": title, "origin": _ORIGIN}
            return operation.insert(course, values)
        if tx.execute(select(source_code.c.id).where(source_code.c.course_id == row.id).limit(1)).first() is None:
            _rename(operation, user, row, title)
            return int(row.id)
    raise _changed()


def _changed() -> ConflictError:
    return ConflictError("Somebody else gave this code a title meanwhile.", hint="Look at the list again.")


def undo(db: Database, user: User, operation_id: int) -> UndoSummary:
    """Take back a title that was given, unless somebody changed it since. Raises AccessError, InputError."""
    return history.undo(db, user.id, operation_id)
