"""The dry run: a file read to its end, every rule checked, the outcome of every row foreseen (course-record-import.md
4 and 5). It writes the job and its rows and nothing else, and takes no lock.
"""

from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, or_, select

from app import access, jobs
from app.access import Permission, User
from app.dates import shown
from app.db.among import among
from app.db.database import Database
from app.db.tables import app_user, file_job, file_row, operation
from app.errors import InputError
from app.imports import apply, facts, stored
from app.imports.across import Across, Beside
from app.imports.asked import Asked
from app.imports.columns import Importer
from app.imports.facts import CourseFacts
from app.imports.forecast import Forecast, Tally
from app.imports.foresee import Circumstances
from app.imports.job_rows import facts_of_job
from app.imports.judging import Chain, Judge, Judged, Pair
from app.imports.lms_told import Told, told
from app.imports.new_courses import NEW_COURSE, NewCourses
from app.imports.offers import Offers
from app.imports.reading import FileRefusedError, ImportFile, open_import
from app.imports.record import Read
from app.imports.repairs import NO_REPAIRS, Repair, Repairs
from app.imports.rules import Finding, Outcome, Severity
from app.imports.stored import KIND, JobFacts
from app.sentence import Sentence
from app.tasks import TaskContext

BATCH = 4_000
_MOST_TEXTS = 500
_COUNTED_ONCE = Repair("CR-38")


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is imported. `course`: the external id of the open course, with the course-level importer."""

    importer: Importer
    course: str = ""
    repairs: Repairs = NO_REPAIRS
    assign: bool = True
    """Assign immediately; else all rows wait in the holding list (course-record-import.md 2)."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What importing a file would do."""

    job_id: int
    facts: JobFacts
    message: str = ""
    """Why nothing of the file can be applied; "" for a file that can be."""
    offers: Offers = field(default_factory=Offers, repr=False)
    """Repairs that are possible in the file, or were made."""

    @property
    def refused(self) -> bool:
        """Whether a rule of severity FILE ended the job, which is *failed* then."""
        return bool(self.message)

    @property
    def rows(self) -> int:
        return self.facts.tally.rows

    @property
    def to_confirm(self) -> dict[str, int]:
        """The rules to be acknowledged, with how many rows (of CR-26: new courses) each concerns."""
        return self.facts.to_confirm

    def outcomes(self, acknowledged: Collection[str] = ()) -> dict[Outcome, int]:
        """How many rows end how if just these rules are acknowledged; together they are the rows of the file."""
        return self.facts.outcomes(acknowledged)


def dry_run(
    context: TaskContext, db: Database, user: User, path: Path, options: Options, *, batch: int = BATCH
) -> DryRun:
    """Read `path` to its end and keep what importing it would do; `batch` rows are in memory at a time.

    A file that a rule refuses gives a job that failed, with its reason; `refused` says so. Raises AccessError,
    InputError (no such file or course), DatabaseError, Cancelled; then nothing is kept.
    """
    with db.read(context) as tx:
        access.require(tx, user, Permission.IMPORT_RECORDS)
        course = _course(tx, options)
        types = facts.types(tx)
    apply.settle(db)
    code = course.code if course is not None else ""
    sha256 = jobs.fingerprint(path)
    asked = Asked(options.importer, code, options.repairs, frozenset(types))
    job_id = jobs.start(db, user, KIND, path, sha256, stored.scope_of(options.importer, code))
    try:
        file = open_import(context, path, asked)
        with db.read(context) as tx:
            file.findings += _of_file(tx, options.importer, job_id, sha256)
            around = Circumstances(asked.today, options.assign, _given(types.values()), asked.types)
            judge = Judge(tx, options.importer, course, around)
        work = _Running(context, db, job_id, file, judge, batch)
        if not file.refused:
            work.read()
        return work.end(options, course)
    except BaseException:
        jobs.discard(db, job_id)
        raise


def of_job(tx: Connection, job_id: int) -> DryRun:
    """The dry run of a job, as it was kept. Raises InputError if there is none of this number."""
    kept = facts_of_job(tx, job_id)
    state, message = tx.execute(select(file_job.c.state, file_job.c.message).where(file_job.c.id == job_id)).one()
    return DryRun(job_id, kept, message or "" if state == "failed" else "")


def _course(tx: Connection, options: Options) -> CourseFacts | None:
    """The open course. Raises InputError if there is none of that id."""
    if options.importer is Importer.GLOBAL:
        return None
    found = next(iter(facts.of_codes(tx, [options.course]).values()), None)
    if found is None:
        raise InputError(
            Sentence("There is no course with the external id “{course}”.", course=options.course),
            hint="Choose one of the list, or import with the global importer.",
            field="course",
        )
    return found


def _given(types: Iterable[facts.TypeFacts]) -> tuple[str, ...]:
    return tuple(one.code for one in types if one.active)


_LEGACY = "Legacy data only. Not included in PARS-type reports. Use the course importer to be counted."


def _of_file(tx: Connection, importer: Importer, job_id: int, sha256: str) -> list[Finding]:
    """What is to be said of the file as a whole: CR-09 and CR-41."""
    found = []
    query = (
        select(file_job.c.id, file_job.c.started_at, app_user.c.name)
        .join(app_user, app_user.c.id == file_job.c.owner_id)
        .outerjoin(operation, operation.c.id == file_job.c.operation_id)
        .where(file_job.c.kind == KIND, file_job.c.sha256 == sha256, file_job.c.id != job_id)
        .where(or_(file_job.c.state == "applied", file_job.c.reached > 0))
        .where(or_(operation.c.state.is_(None), operation.c.state != "undone"))
        .order_by(file_job.c.id.desc())
        .limit(1)
    )
    before = tx.execute(query).one_or_none()
    if before is not None:
        day = shown(before.started_at.astimezone().date())
        found.append(Finding("CR-09", f"Imported on {day} by {before.name}, job {before.id}."))
    if importer is Importer.GLOBAL:
        found.append(Finding("CR-41", _LEGACY))
    return found


class _Running:
    """A dry run under way."""

    def __init__(
        self, context: TaskContext, db: Database, job_id: int, file: ImportFile, judge: Judge, batch: int
    ) -> None:
        self._context, self._db, self._job_id = context, db, job_id
        self._file, self._judge, self._batch = file, judge, batch
        self._across = Across()
        self._tally = Tally()
        self._rules: Counter[tuple[str, Severity]] = Counter()
        self._texts = _Texts()
        self._shells = NewCourses(context, db, job_id)
        judge.keep, judge.hold_once = False, True
        self._count_once = judge.leave_out_categories = file.asked.repairs.has("CR-38")

    def read(self) -> None:
        """All rows of the file: in batches, then those that stand far apart and belong together."""
        try:
            with closing(_closable(self._file.rows(self._context))) as rows:
                while batch := list(islice(rows, self._batch)):
                    self._take(batch)
        except FileRefusedError as error:
            self._file.findings.append(error.finding)
            return
        self._far_apart()
        self._rules[NEW_COURSE] = self._shells.settle(self._facts().reader())

    def _take(self, batch: Sequence[Read]) -> None:
        self._context.raise_if_cancelled()
        with self._db.read(self._context) as tx:
            seen = self._judge.look(tx, batch)
            there = self._judge.standings(tx, seen)
        beside = self._judge.together(self._across, seen)
        judged = self._judge.judge(seen, beside, there)
        self._count(((one.findings, one.forecast) for one in judged), 1)
        self._shells.judged(self._judge, judged)
        self._offer(beside)
        with self._db.write(much=True) as tx:
            jobs.add_rows(self._db, tx, self._job_id, map(self._texts.line, judged), "course_id")

    def _count(self, rows: Iterable[tuple[Sequence[Finding], Forecast]], by: int) -> None:
        """A row counts once for each rule that it breaks. Rows with the very same forecast and findings, which most
        have, are counted together."""
        rows = list(rows)  # held, so that each keeps its identity
        keys = [_kind(findings, forecast) for findings, forecast in rows]
        kinds = dict(zip(keys, rows, strict=True))
        for key, count in Counter(keys).items():
            findings, forecast = kinds[key]
            self._tally.add(forecast, by * count)
            for rule in {(one.rule, one.weight) for one in findings}:
                self._rules[rule] += by * count

    def _offer(self, beside: Mapping[int, Beside]) -> None:
        """The repair of CR-38, which no row can offer by itself."""
        for number, one in beside.items():
            if one.counted and one.counted != number:
                self._file.offers.add(_COUNTED_ONCE, number, "a category", "", applied=self._count_once)

    def _far_apart(self) -> None:
        chains: dict[Pair, Chain] = {}
        last: int | None = None
        for some in self._across.far_apart(self._batch):
            if some[0][0] != last:
                chains = {}
            last = some[-1][0]
            self._again(some, chains)

    def _again(self, part: Sequence[tuple[int, int, Beside]], chains: dict[Pair, Chain]) -> None:
        """Judge rows once more, with others that came before or after them."""
        self._context.report(0, 0, "Comparing rows")
        numbers = [number for _, number, _ in part]
        beside = {number: one for _, number, one in part}
        reader = self._facts().reader()
        query = select(file_row).where(file_row.c.job_id == self._job_id, among(file_row.c.number, numbers))
        with self._db.read(self._context) as tx:
            old = {row.number: stored.row_of(row) for row in tx.execute(query)}
            reads = [reader.read(number, old[number].line, old[number].cells) for number in numbers]
            seen = self._judge.look(tx, reads)
            there = self._judge.standings(tx, seen)
        for row in seen:
            row.new_course = any(finding.rule == "CR-26" for finding in old[row.read.number].findings)
        judged = self._judge.judge(seen, beside, there, chains)
        self._count(((one.findings, one.forecast) for one in old.values()), -1)
        self._count(((one.findings, one.forecast) for one in judged), 1)
        self._shells.judged_again(self._judge, judged, old)
        self._offer(beside)
        with self._db.write() as tx:
            jobs.foresee_again(tx, self._job_id, map(self._texts.changed, judged))

    def _facts(self, options: Options | None = None, course: CourseFacts | None = None, lms: Told = ()) -> JobFacts:
        return JobFacts(
            self._file.asked,
            options.assign if options is not None else True,
            str(self._file.path.absolute()),
            course.id if course is not None else None,
            self._file.headings,
            self._file.columns,
            tuple(self._file.findings),
            {key: count for key, count in sorted(self._rules.items()) if count},
            self._tally,
            lms,
        )

    def end(self, options: Options, course: CourseFacts | None) -> DryRun:
        """All rows are there, or the file was refused: keep what was found."""
        reason = next((one.message for one in self._file.findings if one.weight is Severity.FILE), "")
        if reason:
            self._tally, self._rules = Tally(), Counter()
        with self._db.read(self._context) as tx:
            lms = told(tx, self._job_id, course.id if course is not None else None)
        made = self._facts(options, course, () if reason else lms)
        if reason:
            jobs.refused(self._db, self._job_id, reason, made.packed())
        else:
            counts = {outcome.value: count for outcome, count in made.outcomes(made.to_confirm).items()}
            jobs.checked(self._db, self._job_id, counts, made.packed())
        return DryRun(self._job_id, made, reason, self._file.offers)


def _closable(rows: Iterable[Read]) -> Generator[Read]:
    """A generator, so that leaving early closes the file behind it."""
    yield from rows


def _kind(findings: Sequence[Finding], forecast: Forecast) -> tuple[int, ...]:
    """What two rows of which the very same is told have alike, as long as both are held."""
    return (id(forecast), *map(id, findings))


_Told = tuple[str, str | None]


class _Texts:
    """Rows as they are stored. Most rows have no findings, or the very same as many others."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], tuple[Sequence[Finding], Forecast, _Told]] = {}
        """Outcome and findings, by the identity of forecast and findings, which are held so that it stays theirs."""

    def line(self, one: Judged) -> tuple[int, str, int | None, str | None, str, int | None]:
        read, course = one.seen.read, one.seen.course
        outcome, findings = self._told(one.findings, one.forecast)
        cells = stored.packed_cells(read.line, read.cells)
        course_id = course.id if course is not None else None
        return read.number, cells, one.seen.whose.id, findings, outcome, course_id

    def changed(self, one: Judged) -> tuple[int, str, str | None]:
        return one.seen.read.number, *self._told(one.findings, one.forecast)

    def _told(self, findings: Sequence[Finding], forecast: Forecast) -> _Told:
        key = _kind(findings, forecast)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_TEXTS:
                self._known.clear()
            told = (forecast.outcome.value, stored.packed_findings(findings, forecast))
            known = self._known[key] = (findings, forecast, told)
        return known[2]
