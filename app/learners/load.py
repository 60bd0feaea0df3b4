"""Load Learners: read a file, foresee what it would do, let a person decide, load all of it or nothing, undo.

The preview writes rows of the job and nothing else. The load plans every row once more inside its own
transaction: what somebody changed since the preview is left out and listed, never overwritten unseen.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from app import access, jobs
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import SHOWN, file_job, learner, operation
from app.errors import InputError
from app.files.aims import settle
from app.files.checks import check_file
from app.files.rows import FileFacts, LearnerRecord, Level, Problem, Reading
from app.folding import fold_code
from app.jobs import Foreseen
from app.json_text import encoded
from app.learners import codes, load_cells, own_fields
from app.learners.codes import Code, CodesOfFile
from app.learners.load_match import match
from app.learners.load_new import last_change
from app.learners.load_plan import NO_YEAR, Plan, Stored, plan
from app.learners.load_stored import beside, with_hand_edits
from app.table_columns import TABLES
from app.tasks import TaskContext

KIND = "learners"
BATCH = 500


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """`ukprn` is the college's own, "" where the settings do not say it."""

    ukprn: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading a file would do. `absent`: learners of the college, seen before, who are not in this file."""

    job_id: int
    facts: FileFacts
    ukprn: str
    counts: Mapping[Foreseen, int]
    aims: tuple[int, int]
    """Aims that are new, and aims that change."""
    absent: int
    questions: tuple[Problem, ...] = ()
    """What a person has to say yes to before the file is loaded."""
    codes: tuple[Code, ...] = ()
    """Campuses, courses and aims of the file that nobody has given a title yet."""

    @property
    def to_load(self) -> int:
        return self.counts[Foreseen.NEW] + self.counts[Foreseen.CHANGED]


def preview(
    context: TaskContext, db: Database, user: User, path: Path, reading: Reading, options: LoadOptions
) -> Preview:
    """Read `reading` (of the file `path`) to its end and keep what loading it would do.

    Raises AccessError, InputError (the file), DatabaseError, Cancelled; then nothing is kept.
    """
    with db.read(context) as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        as_of = last_change(tx)
    job_id = jobs.start(db, user, KIND, path, jobs.fingerprint(path))
    try:
        work = _Previewing(context, db, job_id, reading.facts, options, as_of)
        with closing(_closable(reading.learners)) as records:
            while batch := list(islice(records, BATCH)):
                work.take(batch)
        return work.end()
    except BaseException:
        jobs.discard(db, job_id)
        raise


def _closable(records: Iterator[LearnerRecord]) -> Generator[LearnerRecord]:
    """A generator, so that leaving early closes the file behind it."""
    yield from records


_TWICE = [int(Level.STOP), "ref", "Another row of the file is this learner. Keep one of them."]


@dataclass(frozen=True, slots=True)
class _Meant:
    """The row that means a stored learner: its number, by what it was found, what it was counted as, and the stored
    aims it lacks."""

    number: int
    how: str
    foreseen: Foreseen
    aims: tuple[int, int]
    missing: tuple[int, ...]


class _Previewing:
    """A preview under way."""

    def __init__(
        self, context: TaskContext, db: Database, job_id: int, facts: FileFacts, options: LoadOptions, as_of: int
    ) -> None:
        self._context = context
        self._db = db
        self._job_id = job_id
        self._facts = facts
        self._options = options
        self._as_of = as_of
        self._counts = dict.fromkeys(Foreseen, 0)
        self._aims = [0, 0]
        self._taken: dict[int, _Meant] = {}
        self._displaced: list[int] = []
        self._number = 0
        self._codes = CodesOfFile()
        with db.read(context) as tx:
            self._own, self._spellings = own_fields.read(tx), codes.spellings(tx)

    @property
    def _ukprn(self) -> str:
        return self._facts.ukprn or self._options.ukprn

    def take(self, batch: Sequence[LearnerRecord]) -> None:
        """Match, plan and keep some records."""
        self._context.raise_if_cancelled()
        self._note_providers(batch)
        for one in batch:
            self._settle(one)
        fit = [one for one in batch if not one.rejected]
        cells = {id(one): load_cells.of(one) for one in batch}
        if not self._facts.ukprn and not self._options.ukprn:
            raise InputError(
                "The file does not say which college it is from, and the settings do not either.",
                hint="Set the college's UKPRN under File, Settings, and load the file again.",
                field="college.ukprn",
            )
        with self._db.read(self._context) as tx:
            found = match(
                tx, self._ukprn, [cells[id(one)] for one in fit], pad=self._facts.kind in TABLES, never=self._taken
            )
            year = self._facts.year or NO_YEAR
            stored = beside(tx, found, year)
            told = [cells[id(one)] for one in fit]
            none: list[str | None] = [None] * len(fit)
            plans = [plan(one, hit, stored, None, year) for one, hit in zip(told, found, strict=True)]
            plans = with_hand_edits(tx, stored, told, found, plans, none, year)
        for of_one in told:
            self._codes.look(of_one.values, (aim.values for aim in of_one.aims))
        by_record = {id(one): (made, hit.how) for one, made, hit in zip(fit, plans, found, strict=True)}
        rows = []
        for one in batch:
            made, how = by_record.get(id(one), (None, ""))
            rows.append(self._row(one, cells[id(one)], made, how, stored))
        with self._db.write() as tx:
            jobs.add_rows(self._db, tx, self._job_id, rows)
            for number in self._displaced:
                jobs.spoil(tx, self._job_id, number, Foreseen.PROBLEM.value, _findings([_TWICE], None))
        self._displaced.clear()

    def _settle(self, record: LearnerRecord) -> None:
        """Campus, tutor group and courses by the contract's fallbacks; one campus for all spellings of it."""
        settle(record, self._own)
        if code := record.values.get("campus_code"):
            text = str(code)
            record.values["campus_code"] = self._spellings.setdefault(fold_code(text), text)

    def _note_providers(self, batch: Sequence[LearnerRecord]) -> None:
        """A table may say in a column whose learners these are."""
        for one in batch:
            ukprn = one.values.get("ukprn")
            if isinstance(ukprn, str) and ukprn != self._facts.ukprns.setdefault("column", ukprn):
                self._facts.note(
                    Level.ASK,
                    "ukprn_differs",
                    "The rows name several providers. Check that the file is yours.",
                    "ukprn",
                )

    def _row(
        self,
        record: LearnerRecord,
        cells: load_cells.Cells,
        made: Plan | None,
        how: str,
        stored: Mapping[int, Stored],
    ) -> jobs.Read:
        self._number += 1
        notes = [[int(one.level), one.field, one.reason] for one in record.problems]
        learner_id = made.row.id if made is not None and made.row is not None else None
        if learner_id is not None and not self._may_mean(learner_id, how):
            made = None
            notes.append(_TWICE)
        foreseen = made.foreseen if made is not None else Foreseen.PROBLEM
        if made is not None:
            notes += [[int(level), name, reason] for level, name, reason in made.notes]
            aims = (made.aims_new, made.aims_changed)
            self._count(foreseen, aims, 1)
            if learner_id is not None:
                seen = set(made.seen) if made.question is None else {one.id for one in stored[learner_id].aims}
                missing = tuple(one.id for one in stored[learner_id].aims if one.id not in seen)
                self._taken[learner_id] = _Meant(self._number, how, foreseen, aims, missing)
        else:
            self._count(Foreseen.PROBLEM, (0, 0), 1)
        return self._number, load_cells.packed(cells), learner_id, _findings(notes, made), foreseen.value

    def _may_mean(self, learner_id: int, how: str) -> bool:
        """Whether no other row of the file is this learner; the code of the learner outweighs all else, whichever
        row comes first."""
        before = self._taken.get(learner_id)
        if before is None:
            return True
        if how != "ref" or before.how == "ref":
            return False
        self._displaced.append(before.number)
        self._count(before.foreseen, before.aims, -1)
        self._count(Foreseen.PROBLEM, (0, 0), 1)
        return True

    def _count(self, foreseen: Foreseen, aims: tuple[int, int], by: int) -> None:
        self._counts[foreseen] += by
        self._aims[0] += by * aims[0]
        self._aims[1] += by * aims[1]

    def end(self) -> Preview:
        """All rows are there: weigh the file as a whole."""
        facts = self._facts
        if self._number == 0:
            raise InputError("There are no learners in this file.", hint="Export it again from your MIS.")
        with self._db.read(self._context) as tx:
            known = tx.execute(
                select(func.count()).select_from(learner).where(SHOWN, learner.c.ukprn == self._ukprn)
            ).scalar_one()
            questions = _questions(tx, facts, self._options)
            untitled = self._codes.untitled(tx)
        if untitled:
            facts.note(Level.INFO, "codes_without_title", codes.untitled_words(untitled), "codes")
        kinds = {one.kind: one for one in questions}
        jobs.checked(
            self._db,
            self._job_id,
            {one.value: number for one, number in self._counts.items()},
            {
                "ukprn": self._ukprn,
                "missing_aims": [key for one in self._taken.values() for key in one.missing],
                "questions": sorted(kinds),
                "pad": facts.kind in TABLES,
                "year": facts.year or NO_YEAR,
                "untitled": len(untitled),
                "as_of": self._as_of,
            },
            year=facts.year,
            prepared_on=facts.prepared,
        )
        return Preview(
            self._job_id,
            facts,
            self._ukprn,
            dict(self._counts),
            (self._aims[0], self._aims[1]),
            max(0, known - len(self._taken)),
            tuple(kinds.values()),
            untitled,
        )


def _findings(notes: Sequence[Sequence[Any]], made: Plan | None) -> str | None:
    """What the preview shows of a row, as JSON: notes, changes, question, candidates, aims new and changed."""
    found: dict[str, Any] = {}
    if notes:
        found["notes"] = notes
    if made is not None and made.shown:
        found["changes"] = made.shown
    if made is not None and made.question is not None:
        found["question"] = made.question.value
        found["candidates"] = [row.id for row in made.candidates]
    if made is not None and made.row is not None and made.row.removed_at is not None:
        found["back"] = True
    if made is not None and (made.aims or made.aims_new):
        found["aims"] = [made.aims_new, made.aims_changed]
    return encoded(found) if found else None


def _questions(tx: Connection, facts: FileFacts, options: LoadOptions) -> list[Problem]:
    """What a person has to say about the file as a whole."""
    newest = (
        select(file_job.c.year, file_job.c.prepared_on)
        .join(operation, operation.c.id == file_job.c.operation_id)
        .where(file_job.c.kind == KIND, file_job.c.year.is_not(None), operation.c.state != "undone")
        .order_by(file_job.c.year.desc(), file_job.c.prepared_on.desc().nulls_last())
        .limit(1)
    )
    last = tx.execute(newest).one_or_none()
    year, prepared = (last.year, last.prepared_on) if last is not None else ("", None)
    asked = check_file(facts, options.ukprn, year, prepared)
    return [*asked, *(one for one in facts.problems if one.level is Level.ASK)]
