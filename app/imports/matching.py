"""Whose row is this, and of which course? (course-record-import.md 5.3: CR-20, CR-23 to CR-27)

The learner id first, then the e-mail address; what leads to two learners is refused, never decided. An id is the
learner's reference, however it is spelt, or a real ULN. A learner who was removed is nobody; the reference of one who
was merged into another means that one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from app.db.among import among
from app.db.tables import SHOWN, learner
from app.folding import cleaned, fold, fold_code
from app.imports import facts
from app.imports.columns import Column
from app.imports.facts import CourseFacts
from app.imports.record import Record
from app.imports.rules import Finding
from app.meant import providers
from app.ulns import UlnState, normal, state

_MOST_COURSES = 10_000
_ULN_DIGITS = 10


@dataclass(slots=True)
class Whose:
    """The learner of a row: `id` is None where nobody matches, or where several do (`several`). Not frozen for speed
    only."""

    id: int | None = None
    family_fold: str | None = field(default=None, repr=False)
    several: str = ""
    """Why it cannot be said who it is, in a sentence (CR-23)."""
    column: str = ""


NOBODY = Whose()
_TWO = Whose(
    several="external_user_id and external_email belong to two different learners. Correct one of them, or leave one "
    "empty.",
    column=Column.USER,
)
_SEVERAL_IDS = Whose(
    several="This id means more than one learner, such as the reference of one and the ULN of another. Use the "
    "e-mail address instead, or mend the learners.",
    column=Column.USER,
)
_SEVERAL_EMAILS = Whose(
    several="More than one learner has this e-mail address. Use the learner's id alone, or mend the learners.",
    column=Column.EMAIL,
)


_GONE = (learner.c.merged_into_id, learner.c.removed_at)
IDENTITY = frozenset({Column.USER, Column.EMAIL})


class Learners:
    """Finds learners for some thousand rows at a time."""

    def __init__(self, tx: Connection) -> None:
        self._providers = providers(tx)

    def of(self, tx: Connection, records: Sequence[Record]) -> list[Whose]:
        """Whose each record is."""
        refs = {one.user: fold(one.user) for one in records if one.user}
        emails = {one.email: address(one.email) for one in records if one.email}
        by_ref = self._by_ref(tx, {ref for ref in refs.values() if ref})
        by_uln = _by_uln(tx, refs)
        by_email = _by_email(tx, set(emails.values()))
        return [
            _one(
                by_ref.get(refs[one.user] or "", ()) if one.user else (),
                by_uln.get(one.user, ()) if by_uln else (),
                by_email.get(emails[one.email], ()) if one.email else (),
            )
            for one in records
        ]

    def _by_ref(self, tx: Connection, refs: Collection[str]) -> Mapping[str, list[Whose]]:
        found: dict[str, list[Whose]] = {}
        for ukprn in self._providers if refs else ():
            for ref, whose in _rows_of_refs(tx, among(learner.c.ref_fold, refs, (learner.c.ukprn, ukprn))):
                if whose not in found.setdefault(ref, []):  # two of whom one was merged into the other
                    found[ref].append(whose)
        return found


def _rows_of_refs(tx: Connection, where: ColumnElement[bool]) -> Iterable[tuple[str, Whose]]:
    """By reference the learner it means: of one who was merged into another, that one."""
    rows = tx.execute(select(learner.c.ref_fold, learner.c.id, learner.c.family_fold, *_GONE).where(where)).all()
    merged = {into for *_, into, _ in rows} - {None}
    stayed = {whose.id: whose for _, whose in _rows(tx, learner.c.id, among(learner.c.id, merged))} if merged else {}
    for ref, key, family, into, removed_at in rows:
        if into is not None:
            if into in stayed:
                yield ref, stayed[into]
        elif removed_at is None:
            yield ref, Whose(key, family)


def _by_uln(tx: Connection, given: Iterable[str]) -> Mapping[str, list[Whose]]:
    """By the id as the file has it: only real ULNs, for the temporary one stands for nobody."""
    long = (one for one in given if len(one) >= _ULN_DIGITS)
    ulns = {one: uln for one in long if (uln := normal(one)) and state(uln) is UlnState.OK}
    found: dict[str, list[Whose]] = {}
    for uln, whose in _rows(tx, learner.c.uln, among(learner.c.uln, set(ulns.values()))) if ulns else ():
        found.setdefault(uln, []).append(whose)
    return {one: found[uln] for one, uln in ulns.items() if uln in found}


def _by_email(tx: Connection, addresses: Collection[str]) -> Mapping[str, list[Whose]]:
    """By the address in small letters. Folding finds more than that (accents), which is not the same address."""
    found: dict[str, list[Whose]] = {}
    folded = {one if one.isascii() else fold(one) or "" for one in addresses}
    for email, whose in _rows(tx, learner.c.email, among(learner.c.email_fold, folded)) if addresses else ():
        found.setdefault(address(email), []).append(whose)
    return found


def address(email: str) -> str:
    """An e-mail address as it is compared (course-record-import.md 3)."""
    if email.isascii() and " " not in email and email.isprintable():  # nearly all of them
        return email.lower()
    return (cleaned(email) or "").casefold()


def _rows(tx: Connection, by: ColumnElement[Any], where: ColumnElement[bool]) -> Iterable[tuple[str, Whose]]:
    found = tx.execute(select(by, learner.c.id, learner.c.family_fold).where(where, SHOWN)).all()
    return [(value, Whose(key, family)) for value, key, family in found]


def _one(by_ref: Sequence[Whose], by_uln: Sequence[Whose], by_email: Sequence[Whose]) -> Whose:
    found = by_ref or by_uln
    if len(by_ref) > 1 or len(by_uln) > 1 or (by_ref and by_uln and by_ref[0].id != by_uln[0].id):
        return _SEVERAL_IDS
    if not by_email:
        return found[0] if found else NOBODY
    if len(by_email) > 1:
        return _SEVERAL_EMAILS
    return _TWO if found and found[0].id != by_email[0].id else by_email[0]


def waits_for(record: Record) -> tuple[str | None, str | None]:
    """Whom a held row waits for: the id and the e-mail address that it says, as learners are looked for by them."""
    return fold(record.user), fold(address(record.email))


class Courses:
    """Knows the courses that rows name, some ten thousand at a time."""

    def __init__(self, only: CourseFacts | None = None) -> None:
        """`only`: the open course of the course-level importer, which every row is of."""
        self._only = only
        self._known: dict[str, CourseFacts | None] = {}
        self._folded: dict[str, str] = {}

    def look(self, tx: Connection, records: Iterable[Record]) -> None:
        """Read the courses of some records at once."""
        if self._only is not None:
            return
        codes = {one.course for one in records if one.course}
        if len(self._known) > _MOST_COURSES:
            self._known.clear()
            self._folded.clear()
        self._folded |= {code: fold_code(code) for code in codes if code not in self._folded}
        new = {self._folded[code] for code in codes} - self._known.keys()
        if new:
            found = facts.of_codes(tx, new)
            self._known |= {code: found.get(code) for code in new}

    def of(self, record: Record) -> CourseFacts | None:
        """The course of a record that was looked at; None if there is none yet."""
        return self._only if self._only is not None else self._known.get(self._folded.get(record.course, ""))

    def key(self, record: Record) -> str | int:
        """What two rows of one course have alike."""
        found = self.of(record)
        return found.id if found is not None else self._folded.get(record.course, "")


def course_key(record: Record) -> str:
    """What two rows of one course that nobody knows have alike (`Courses.key`)."""
    return fold_code(record.course) if record.course else ""


def findings(record: Record, whose: Whose, course: CourseFacts | None) -> list[Finding]:
    """What is to be said of whose the row is and of which course."""
    found: list[Finding] = []
    known = not (record.broken and record.broken & IDENTITY)  # what cannot be read is told already
    if whose.id is not None:
        if record.last_name and whose.family_fold and fold(record.last_name) != whose.family_fold and known:
            found.append(_other_name(record.last_name))
    elif known and (record.user or record.email):
        if whose.several:
            value = record.user if whose.column == Column.USER else record.email
            found.append(Finding("CR-23", whose.several, whose.column, value))
        else:
            found.append(HELD)
    if course is None:
        if record.course and Column.COURSE not in record.broken:
            found.append(SHELL)
        return found
    if record.title and cleaned(record.title) != cleaned(course.title):
        found.append(Finding("CR-20", f"The course is called “{course.title}”.", Column.TITLE, record.title))
    if course.is_shell:
        found.append(SHELL)
    return found


def new_course(record: Record) -> Finding:
    """That nobody knows the course of a row: told of one row for each such course."""
    message = f"There is no course {record.course} yet: an imported shell would be made, without a certificate."
    return Finding("CR-26", message, Column.COURSE, record.course)


HELD = Finding("CR-25", "No learner has this id or e-mail address: such a row waits in the list of held records.")
SHELL = Finding("CR-27", "No certificate. If one is needed, create the course first and import into it.")


def _other_name(name: str) -> Finding:
    return Finding("CR-24", "The learner's family name here is another one.", Column.LAST_NAME, name)
