"""The courses that a global import would make: told of one row each (CR-26), counted where a row of theirs may be
applied. A course of which every row is refused is not made, so that nobody is asked about it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app import jobs
from app.db.database import Database
from app.db.tables import file_row
from app.imports import matching, stored
from app.imports.judging import Judge, Judged
from app.imports.reading import RowReader
from app.imports.rules import GOOD, Severity
from app.imports.stored import StoredRow
from app.tasks import TaskContext

_RULE = "CR-26"
NEW_COURSE = (_RULE, Severity.CONFIRM)
_SOME = 4_000


class NewCourses:
    """Of one job, while its file is read."""

    def __init__(self, context: TaskContext, db: Database, job_id: int) -> None:
        self._context, self._db, self._job_id = context, db, job_id
        self._rows: Counter[int] = Counter()
        """For each course, as a number, how many of its rows may be applied."""
        self._untold: set[int] = set()
        """Courses whose row that was told of it turned out to be refused."""

    def judged(self, judge: Judge, rows: Iterable[Judged]) -> None:
        """Rows for the first time."""
        for one in rows:
            if one.seen.course is None and _makes(one.forecast.needs, may_do=one.forecast.may_do):
                self._rows[judge.code_of(one.seen)] += 1

    def judged_again(self, judge: Judge, rows: Iterable[Judged], old: Mapping[int, StoredRow]) -> None:
        """Rows once more; `old`: as they were, by number."""
        for one in rows:
            if one.seen.course is not None or not one.seen.read.records:
                continue
            before = old[one.seen.read.number]
            code = judge.code_of(one.seen)
            self._rows[code] += _makes(one.forecast.needs, may_do=one.forecast.may_do)
            self._rows[code] -= _makes(before.forecast.needs, may_do=before.forecast.may_do)
            if _told(before) and all(each.rule != _RULE for each in one.findings):
                self._untold.add(code)

    def settle(self, reader: RowReader) -> int:
        """All rows are there: every course that would be made is told of one of its rows. How many there are."""
        left = {code for code in self._untold if self._rows[code]}
        last = 0
        while left:
            self._context.report(0, 0, "Comparing rows")
            query = select(file_row).where(file_row.c.job_id == self._job_id, file_row.c.number > last)
            query = query.where(file_row.c.predicted.in_(sorted(GOOD)), file_row.c.course_id.is_(None))
            with self._db.read(self._context) as tx:
                rows = [stored.row_of(row) for row in tx.execute(query.order_by(file_row.c.number).limit(_SOME))]
            if not rows:
                break
            last = rows[-1].number
            self._tell(reader, rows, left)
        return sum(number > 0 for number in self._rows.values())

    def _tell(self, reader: RowReader, rows: Iterable[StoredRow], left: set[int]) -> None:
        changed = []
        for one in rows:
            record = reader.read(one.number, one.line, one.cells).records[0]
            code = hash(matching.course_key(record))
            if code in left:
                left.discard(code)
                findings = stored.packed_findings([*one.findings, matching.new_course(record)], one.forecast)
                changed.append((one.number, one.forecast.outcome.value, findings))
        with self._db.write() as tx:
            jobs.foresee_again(tx, self._job_id, changed)


def _makes(needs: frozenset[str], *, may_do: bool) -> bool:
    return may_do and _RULE in needs


def _told(one: StoredRow) -> bool:
    return any(each.rule == _RULE for each in one.findings)
