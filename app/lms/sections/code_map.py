"""What codes of the ILR mean: "this course code, or this aim, in this year, is that section" (data-model.md 3)."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app import access, history
from app.access import Permission, Scope, User
from app.db.database import Database
from app.db.tables import SHOWN, aim, learner, source_code
from app.errors import AccessError, ConflictError
from app.files.aims import PROGRAMME_WRAPPER
from app.folding import fold_code
from app.lms.sections import listed
from app.lms.sections.section import read, why_not_edit
from app.lms.sections.things_save import KIND

COURSE, AIM = "course", "aim"
"""The aim that only holds others together: nobody is taught in it."""
_COLUMNS = {COURSE: aim.c.course_code, AIM: aim.c.aim_ref}


@dataclass(frozen=True, slots=True)
class FileCode:
    """A code of the aims of one year: how many learners have it, and what it means."""

    kind: str
    code: str
    year: str
    learners: int
    section_id: int | None
    section: str
    """In words; "" where nobody said what it means, or it means one of a campus that is not the user's."""

    @property
    def key(self) -> tuple[str, str, str]:
        return key_of(self.kind, self.code, self.year)


def key_of(kind: str, code: str, year: str) -> tuple[str, str, str]:
    """What a code is found by, however it is spelled."""
    return kind, fold_code(code), year


def meanings(tx: Connection) -> dict[tuple[str, str, str], int]:
    """The sections that codes mean."""
    query = select(source_code).where(source_code.c.section_id.is_not(None))
    return {(row.kind, row.code_fold, row.year): row.section_id for row in tx.execute(query)}


def listed_codes(tx: Connection, scope: Scope) -> list[FileCode]:
    """Every code of the learners' aims, the latest year first, course codes before aims."""
    known = meanings(tx)
    ids = sorted(set(known.values()))
    titles: dict[int, str] = {}
    for some in history.batched(ids):
        titles |= {key: row.title for key, row in listed.rows(tx, some, scope).items()}
    found: dict[tuple[str, str, str], FileCode] = {}
    for kind, column in _COLUMNS.items():
        query = (
            select(column, aim.c.year, func.count(aim.c.learner_id.distinct()))
            .join(learner, learner.c.id == aim.c.learner_id)
            .where(column.is_not(None), column != PROGRAMME_WRAPPER, SHOWN)
            .group_by(column, aim.c.year)
        )
        for code, year, learners in tx.execute(query):
            key = key_of(kind, code, year)
            same = found.get(key)
            means = known.get(key)
            number = learners + (same.learners if same is not None else 0)
            found[key] = FileCode(kind, code, year, number, means, titles.get(means or 0, ""))
    return sorted(found.values(), key=lambda one: (-_number(one.year), one.kind == AIM, one.key))


def _number(year: str) -> int:
    return int(year) if year.isascii() and year.isdigit() else 0


def say(db: Database, user: User, seen: FileCode, section_id: int | None) -> int | None:
    """Say which section a code means; None: none. Returns the operation, None if that is so already.

    Raises AccessError (permission, or a section that is not the user's to change); ConflictError if somebody said
    something else since it was shown.
    """
    kind, folded, year = seen.key
    with db.write() as tx:
        access.require(tx, user, Permission.SET_UP_SECTIONS)
        db.alone(tx)  # of two who say it at the same time, one is told
        scope = access.campuses(tx, user)
        for one in {seen.section_id, section_id} - {None}:
            found = read(tx, one or 0)
            if found is not None and (reason := why_not_edit(found, scope)):
                raise AccessError("You cannot say what this code means.", hint=reason)
            if found is None and one == section_id:
                raise ConflictError("This section is no longer there.", hint="Reload the list.")
        here = (source_code.c.kind == kind, source_code.c.code_fold == folded, source_code.c.year == year)
        row = tx.execute(select(source_code).where(*here)).one_or_none()
        if (row.section_id if row is not None else None) != seen.section_id:
            raise ConflictError("Somebody else said meanwhile what this code means.", hint="Reload the list.")
        if seen.section_id == section_id:
            return None
        operation = history.begin(tx, db, user.id, KIND)
        if row is not None:
            operation.update(source_code, row, {"section_id": section_id})
        else:
            values = {"kind": kind, "code": seen.code, "code_fold": folded, "year": year, "section_id": section_id}
            operation.insert(source_code, values)
        operation.end(tx)
    return operation.id
