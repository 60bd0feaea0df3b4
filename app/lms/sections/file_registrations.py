"""What a file of registrations would do: who is enrolled on a section, withdrawn, put on a break, or gets new dates.

A blank clears nothing, and a registration that the file lacks stays. What a file says is done although a person
decided otherwise before: it is shown first. Only what was completed is not opened again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db.among import among
from app.db.tables import SHOWN, enrolment, learner
from app.enrolling import Entry, enter, going
from app.errors import InputError
from app.files.rows import Level
from app.files.section_rows import FileRow
from app.folding import fold_code
from app.history import Operation
from app.jobs import Foreseen
from app.lms.sections.file_index import Index
from app.lms.sections.file_plan import Planned, refused
from app.lms.sections.section import Section
from app.meant import MEANT, NAMED, providers
from app.sentence import Sentence

_GOING = frozenset({"scheduled", "current"})
_STEPS = {
    "scheduled": {"on_break", "dropped", "completed"},
    "current": {"on_break", "dropped", "completed"},
    "on_break": {"current", "dropped", "completed"},
    "dropped": {"current"},
    "completed": set[str](),
}
"""From which course status a file leads to which; `current` is whoever is neither away nor done."""
STATUS_WORDS = {
    "scheduled": "Scheduled",
    "current": "Current",
    "on_break": "On break",
    "dropped": "Withdrawn",
    "completed": "Completed",
}
_BACK = "This registration was taken back here, and comes back with this file."
_NOT_HERE = "The learner is not on this section here, and not there any more by the file. There is nothing to do."
_Spot = tuple[int, int]
_WHO: tuple[Any, ...] = (learner.c.id, learner.c.ref_fold, learner.c.uln)


def decide(values: Mapping[str, Any], there: Any | None, today: date) -> dict[str, Any] | None:
    """The columns of the enrolment as they are to be, of what the row says something about; None: who is not on the
    section is not to be. `there`: the enrolment that is there and was not taken back.

    Pure. Raises InputError with the field for dates that cannot be, and for a step that no file can do.
    """
    wanted, day = values.get("status"), values.get("status_on")
    starts = values.get("starts", there.starts if there is not None else None)
    ends = values.get("ends", there.ends if there is not None else None)
    if starts is not None and ends is not None and ends < starts:
        raise InputError("The end is before the start.", hint="Correct the two dates.", field="ends")
    if day is not None and day > today:
        raise InputError("The day of the status is in the future.", hint="Load it on that day.", field="status_on")
    begun = going(starts, today)
    told = {name: values[name] for name in ("starts", "ends") if name in values}
    if there is None:
        if wanted in ("dropped", "completed"):
            return None
        first = {"starts": starts, "ends": ends, "status": "on_break" if wanted == "on_break" else begun}
        return {**first, "status_on": day or today} if wanted == "on_break" else {**first, "status_on": day}
    if wanted is None or wanted == there.status or (wanted == "current" and there.status in _GOING):
        if there.status in _GOING and told.get("starts", there.starts) != there.starts:
            told["status"] = begun
        return told if day is None else {**told, "status_on": day}
    if wanted not in _STEPS[there.status]:
        raise InputError(
            Sentence(
                "This registration is {status} here, which a file does not change so.",
                status=Sentence(STATUS_WORDS[there.status].lower()),
            ),
            hint="Leave the row out, or correct its course status.",
            field="status",
        )
    return {**told, "status": begun if wanted == "current" else wanted, "status_on": day or today}


class RegistrationPlanner:
    """Plans the rows of one file, in their order, and writes what it planned."""

    def __init__(self, tx: Connection, index: Index, today: date) -> None:
        """`today`: the day of a status that says none."""
        self._index, self._today = index, today
        self._providers = providers(tx)
        self._seen: set[_Spot] = set()
        self._entering: dict[_Spot, int] = {}
        """The section by which a row of the file brings a learner onto a course of the LMS."""
        self._leaving: set[_Spot] = set()
        """Whom a row of the file withdraws from a section."""
        self.sections: set[int] = set()
        """The ids of the sections of what was written."""

    def plan(self, tx: Connection, rows: Sequence[FileRow]) -> list[Planned]:
        """The plans for some rows."""
        by_ref = self._by_ref(tx, {fold_code(row.values["ref"]) for row in rows if "ref" in row.values})
        by_uln = _by_uln(tx, {row.values["uln"] for row in rows if "uln" in row.values and "ref" not in row.values})
        people: list[Row[Any] | InputError] = [_who(row, by_ref, by_uln) for row in rows]
        ids = {one.id for one in people if not isinstance(one, InputError)}
        held: dict[int, dict[int, Row[Any]]] = defaultdict(dict)
        for one in tx.execute(select(enrolment).where(among(enrolment.c.learner_id, ids))):
            held[one.learner_id][one.section_id] = one
        return [self._one(row, who, held) for row, who in zip(rows, people, strict=True)]

    def _one(self, row: FileRow, who: Row[Any] | InputError, held: Mapping[int, Mapping[int, Row[Any]]]) -> Planned:
        if row.rejected:
            return Planned(Foreseen.PROBLEM, row.notes)
        try:
            if isinstance(who, InputError):
                raise who
            return self._planned(row, who.id, held.get(who.id, {}))
        except InputError as error:
            return refused(row, error)

    def _planned(self, row: FileRow, learner_id: int, held: Mapping[int, Row[Any]]) -> Planned:
        section = self._index.section(row.values)
        section_id = section.id or 0
        spot = (learner_id, section_id)
        if spot in self._seen:
            raise InputError("Another row of the file is this registration.", hint="Keep one of them.", field="ref")
        row_there = held.get(section_id)
        there = row_there if row_there is not None and row_there.removed_at is None else None
        values = decide(row.values, there, self._today)
        notes = list(row.notes)
        if values is None:
            self._seen.add(spot)
            return Planned(Foreseen.UNCHANGED, [*notes, [int(Level.INFO), "status", _NOT_HERE]], [], learner_id)
        if there is None:
            self._require_place(section, learner_id, held)
            self._seen.add(spot)
            if row_there is not None:
                notes.append([int(Level.INFO), "status", _BACK])
            return Planned(Foreseen.NEW, notes, [], learner_id, (section_id, None, values))
        self._seen.add(spot)
        if values.get("status") == "dropped":
            self._leaving.add(spot)
        changes = [
            [name, _words(name, getattr(there, name)), _words(name, value)]
            for name, value in values.items()
            if getattr(there, name) != value
        ]
        foreseen = Foreseen.CHANGED if changes else Foreseen.UNCHANGED
        return Planned(foreseen, notes, changes, learner_id, (section_id, there, values))

    def _require_place(self, section: Section, learner_id: int, held: Mapping[int, Row[Any]]) -> None:
        """Raise InputError if nobody can be enrolled there, or this learner is on the LMS course by another one."""
        if not section.open:
            raise InputError("This section is closed.", hint="Open it under Edit Section first.", field="course_code")
        at = section.lms_course_id
        if at is None:
            return
        if reason := self._index.lms_courses[at].why_not:
            raise InputError("Nobody can be enrolled there now.", hint=reason, field="course_code")
        elsewhere = any(
            self._index.lms_course_of.get(key) == at and key != section.id
            for key, one in held.items()
            if one.removed_at is None and one.status != "dropped" and (learner_id, key) not in self._leaving
        )
        if elsewhere or self._entering.setdefault((learner_id, at), section.id or 0) != section.id:
            raise InputError(
                "The learner is on this course of the LMS by another section.",
                hint="Correct the section, or withdraw them from that one first: a row further up may say so.",
                field="number",
            )

    def _by_ref(self, tx: Connection, refs: Collection[str]) -> dict[str, list[Row[Any]]]:
        found: dict[str, list[Row[Any]]] = defaultdict(list)
        for ukprn in self._providers if refs else ():
            query: Any = select(*_WHO, NAMED.c.ref_fold.label("said")).select_from(MEANT)
            query = query.where(among(NAMED.c.ref_fold, refs, (NAMED.c.ukprn, ukprn)), SHOWN)
            for row in tx.execute(query):
                found[row.said].append(row)
        return found

    def write(self, operation: Operation, planned: Sequence[Planned]) -> None:
        """Write what is new or changed. Raises ConflictError."""
        entries, updates = [], []
        for one in planned:
            section_id, there, values = one.work
            self.sections.add(section_id)
            if there is None:
                entries.append(Entry(one.learner_id or 0, section_id, {**values, "origin": "file"}))
            else:
                updates.append((there, values, one.learner_id))
        enter(operation, entries)
        operation.update_many(enrolment, updates)


def _words(name: str, value: Any) -> str:
    if value is None:
        return ""
    return STATUS_WORDS[value] if name == "status" else str(value)


def _by_uln(tx: Connection, ulns: Collection[str]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    if ulns:
        query = select(*_WHO).where(among(learner.c.uln, ulns), SHOWN)
        for row in tx.execute(query):
            found[row.uln].append(row)
    return found


def _who(
    row: FileRow, by_ref: Mapping[str, Sequence[Row[Any]]], by_uln: Mapping[str, Sequence[Row[Any]]]
) -> Row[Any] | InputError:
    """The learner a row means, else why it means none. A ULN that is another's makes the code doubtful."""
    ref, uln = row.values.get("ref"), row.values.get("uln")
    if ref is None and uln is None:
        return InputError("The row says no learner.", hint="Give the person code or the ULN.", field="ref")
    name = "ref" if ref is not None else "uln"
    found = by_ref.get(fold_code(ref), ()) if ref is not None else by_uln.get(str(uln), ())
    if not found:
        return InputError("There is no such learner.", hint="Correct it, or load the learners first.", field=name)
    if len(found) > 1:
        return InputError("Several learners are called so.", hint="Give the person code.", field=name)
    if ref is not None and uln is not None and found[0].uln is not None and found[0].uln != uln:
        return InputError(
            "The learner of this person code has another ULN here.", hint="Find out whose row it is.", field="uln"
        )
    return found[0]
