"""What a file of sections would do, row by row: the plan that the preview shows and the load carries out.

A blank clears nothing, and a section that the file lacks stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from app.errors import AccessError, InputError
from app.files.rows import Level
from app.files.section_rows import FileRow, Note
from app.folding import fold_code
from app.history import Operation
from app.jobs import Foreseen
from app.lms.sections.file_index import Index
from app.lms.sections.section import Section, checked, require_scope, write_some
from app.lms.sections.things import What

_NAMES = {"delivery_method_id": "method", "vendor_id": "vendor", "lms_course_id": "lms_course"}
_COMPARED = ("owner", "further", "delivery_method_id", "vendor_id", "lms_course_id", "starts", "ends", "open")


@dataclass(slots=True)
class Planned:
    """What becomes of one row. `changes` are of a stored thing: field, old, new, in words. `work` is what the
    planner who made it writes; `learner_id` whose it is."""

    foreseen: Foreseen
    notes: list[Note] = field(default_factory=list)
    changes: list[list[str]] = field(default_factory=list, repr=False)
    learner_id: int | None = None
    work: Any = field(default=None, repr=False)


def refused(row: FileRow, error: InputError | AccessError) -> Planned:
    """A row that cannot be loaded, for this reason."""
    name = error.field if isinstance(error, InputError) else "owner"
    return Planned(Foreseen.PROBLEM, [*row.notes, [int(Level.STOP), name or "", f"{error.message} {error.hint}"]])


class SectionPlanner:
    """Plans the rows of one file, in their order, and writes what it planned."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._seen: set[tuple[str, int, int]] = set()
        self.sections: set[int] = set()
        """The ids of what was written."""

    def plan(self, tx: Connection, rows: Sequence[FileRow]) -> list[Planned]:
        """The plans for some rows."""
        return [self._one(row) for row in rows]

    def _one(self, row: FileRow) -> Planned:
        if row.rejected:
            return Planned(Foreseen.PROBLEM, row.notes)
        try:
            before, wanted = self._wanted(row)
        except (InputError, AccessError) as error:
            return refused(row, error)
        notes = list(row.notes)
        if (title := row.values.get("course_title")) and fold_code(title) != fold_code(wanted.course_title):
            notes.append(
                [int(Level.INFO), "course_title", "The course is called otherwise here, and keeps its title."]
            )
        if before is None:
            return Planned(Foreseen.NEW, notes, work=(None, wanted))
        changes = [
            [_NAMES.get(name, name), *(self._index.words(name, getattr(one, name)) for one in (before, wanted))]
            for name in _COMPARED
            if getattr(before, name) != getattr(wanted, name)
        ]
        foreseen = Foreseen.CHANGED if changes else Foreseen.UNCHANGED
        return Planned(foreseen, notes, changes, work=(before, wanted))

    def _wanted(self, row: FileRow) -> tuple[Section | None, Section]:
        """The section that is there, and as it is to be. Raises InputError, AccessError."""
        values, index = row.values, self._index
        term_id = index.term_of(values)
        number, before = index.numbered(values, term_id)
        known = index.courses.get(fold_code(values["course_code"]))
        code, title = (known.code, known.title) if known is not None else (values["course_code"], "")
        made = Section(
            course_code=code,
            course_title=title or values.get("course_title") or code,
            term_id=term_id,
            number=number,
        )
        wanted = checked(replace(before or made, **self._told(values)))
        key = (fold_code(code), term_id, number)
        if key in self._seen:
            raise InputError(
                "Another row of the file is this section.", hint="Keep one of them.", field="course_code"
            )
        require_scope(index.scope, before, wanted)
        self._require_usable(before, wanted)
        self._seen.add(key)
        return before, wanted

    def _told(self, values: dict[str, Any]) -> dict[str, Any]:
        """The columns of the section that the row says something about."""
        index = self._index
        told: dict[str, Any] = {name: values[name] for name in ("starts", "ends", "open") if name in values}
        if text := values.get("owner"):
            told["owner"] = index.thing(What.CAMPUS, text, "owner").id
        if texts := values.get("further"):
            told["further"] = frozenset(index.thing(What.CAMPUS, one, "further").id or 0 for one in texts)
        if text := values.get("method"):
            told["delivery_method_id"] = index.thing(What.METHOD, text, "method").id
        if text := values.get("vendor"):
            told["vendor_id"] = index.thing(What.VENDOR, text, "vendor").id
        for name in ("lms_number", "lms_short"):
            if (text := values.get(name)) and "lms_course_id" not in told:
                told["lms_course_id"] = index.lms_course(text, name).id
        return told

    def _require_usable(self, before: Section | None, wanted: Section) -> None:
        """What is newly chosen is not switched off, and takes learners."""
        for name, field_of in (("owner", "owner"), ("delivery_method_id", "method"), ("vendor_id", "vendor")):
            key = getattr(wanted, name)
            new = key is not None and (before is None or getattr(before, name) != key)
            if new and not self._index.is_active(name, key):
                raise InputError(
                    "This is switched off.", hint="Choose another, or switch it on under Set Up.", field=field_of
                )
        for key in wanted.further - (before.further if before is not None else frozenset()):
            if not self._index.is_active("owner", key):
                raise InputError("This campus is switched off.", hint="Leave it out.", field="further")
        key = wanted.lms_course_id
        if key is None or (before is not None and before.lms_course_id == key):
            return
        if reason := self._index.lms_courses[key].why_not:
            raise InputError("No section can be taught in this course of the LMS.", hint=reason, field="lms_course")

    def write(self, operation: Operation, planned: Sequence[Planned]) -> None:
        """Write what is new or changed. Raises ConflictError."""
        self.sections.update(write_some(operation, [one.work for one in planned]))
