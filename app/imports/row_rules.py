"""The rules that a row breaks by itself, several cells taken together (CR-03, CR-10, CR-13, CR-14, CR-17 to CR-22,
CR-35, CR-36, CR-39 and CR-40 of course-record-import.md). What needs the database is foreseen elsewhere."""

from dataclasses import replace
from typing import NamedTuple

from app.dates import shown
from app.errors import quoted
from app.folding import fold_code
from app.imports.asked import Asked
from app.imports.columns import Column, Importer
from app.imports.offers import Offers
from app.imports.record import NOTHING_BROKEN, Noted, Record
from app.imports.repairs import Repair
from app.imports.rules import Finding, Severity
from app.imports.values import SEPARATORS, hundredths, is_several, split

_NO_CREDIT, _SPLIT = Repair("CR-35"), Repair("CR-36")


_NOT_COUNTED = "is empty: the row will not be counted in participation reports. Fill both."
# One object for all rows of a file that are told the same: it is stored as text once, not for every row.
_NO_START = Finding("CR-39", f"participant_category is filled, but enrollment_start {_NOT_COUNTED}", Column.STARTS)
_NO_CATEGORY = Finding(
    "CR-39", f"enrollment_start is filled, but participant_category {_NOT_COUNTED}", Column.CATEGORY
)
_WITHOUT_DATE = Finding(
    "CR-40",
    "complete is 1, but date_completed is empty: the day of the import is taken. Fill it if that is not right.",
    Column.COMPLETED_ON,
)


class Texts(NamedTuple):
    """The cells of a row in the order of `Column`, without what is around them."""

    course: str
    title: str
    user: str
    email: str
    first_name: str
    last_name: str
    starts: str
    ends: str
    credits: str
    credit_type: str
    expires: str
    complete: str
    completed_on: str
    attended: str
    category: str


class RowRules:
    """Checks the rows of one file."""

    def __init__(self, asked: Asked, offers: Offers) -> None:
        self._asked, self._offers = asked, offers
        self._global = asked.importer is Importer.GLOBAL
        self._course = fold_code(asked.course)
        self._drop = asked.repairs.has("CR-35")
        self._split = asked.repairs.has("CR-36")

    def check(self, row: Noted, record: Record, texts: Texts) -> tuple[Record, ...]:
        """What the row says in the end: one record, or one per credit type; what it breaks is put into `row`."""
        if not record.user and not record.email:
            message = (
                "Neither external_user_id nor external_email is filled. Fill one, so that it is known who it is."
            )
            row.findings.append(Finding("CR-10", message, Column.USER))
        if self._global:
            self._of_global(row, record)
        else:
            self._of_course(row, record)
        if texts.starts or texts.ends or texts.expires or texts.completed_on:
            self._dates(row, record, texts)
        if record.complete and not texts.completed_on:
            row.findings.append(_WITHOUT_DATE)
        records: tuple[Record, ...] = (record,)
        if texts.credits or texts.credit_type:
            records = self._credit(row, record, texts)
        if row.broken is not NOTHING_BROKEN:
            for one in records:
                one.broken = row.broken
        return records

    def _of_global(self, row: Noted, record: Record) -> None:
        for column, text in ((Column.COURSE, record.course), (Column.TITLE, record.title)):
            if not text:
                message = f"{column} is empty, and the global importer needs it. Fill it."
                row.findings.append(Finding("CR-03", message, column, severity=Severity.ERROR))
        if record.category:
            message = f"participant_category is {quoted(record.category)}, but a global import is never counted. "
            message += "Use the course importer if it should be."
            row.tells("CR-18", Column.CATEGORY, record.category, message)
            record.category = ""

    def _of_course(self, row: Noted, record: Record) -> None:
        if record.course and fold_code(record.course) != self._course:
            message = f"The row is of course {quoted(record.course)}, but the import is into "
            message += f"{quoted(self._asked.course)}. Choose the right file, or start from the right course."
            row.tells("CR-19", Column.COURSE, record.course, message)
        if Column.STARTS in row.broken:
            return
        if record.category and record.starts is None:
            row.findings.append(_NO_START)
        elif record.starts is not None and not record.category:
            row.findings.append(_NO_CATEGORY)

    def _dates(self, row: Noted, record: Record, texts: Texts) -> None:
        starts, ends, expires, done = record.starts, record.ends, record.expires, record.completed_on
        if starts and ends and ends < starts:
            message = (
                f"enrollment_end, {shown(ends)}, is before enrollment_start, {shown(starts)}. Correct one of them."
            )
            row.tells("CR-17", Column.ENDS, texts.ends, message)
        if expires and done and expires < done:
            message = f"credit_expiration, {shown(expires)}, is before date_completed, {shown(done)}. "
            row.tells("CR-17", Column.EXPIRES, texts.expires, message + "Correct one of them.")
        if done and starts and done < starts:
            message = f"date_completed, {shown(done)}, is before enrollment_start, {shown(starts)}. Check both."
            row.tells("CR-21", Column.COMPLETED_ON, texts.completed_on, message)
        if done and done > self._asked.today:
            message = f"date_completed, {shown(done)}, is in the future. Check it."
            row.tells("CR-21", Column.COMPLETED_ON, texts.completed_on, message)
        if texts.completed_on and not record.complete and Column.COMPLETE not in row.broken:
            message = "date_completed is filled, but complete is not 1: the date is ignored. "
            message += "Write 1 into complete if the course was completed."
            row.tells("CR-22", Column.COMPLETED_ON, texts.completed_on, message)
            record.completed_on = None

    def _credit(self, row: Noted, record: Record, texts: Texts) -> tuple[Record, ...]:
        credits, credit_type = texts.credits, texts.credit_type
        if not record.complete and Column.COMPLETE not in row.broken:
            old = " ".join(filter(None, (credits, credit_type)))
            self._offers.add(_NO_CREDIT, row.number, old, "", applied=self._drop)
            if self._drop:
                record.credits, record.credit_type, record.expires = None, "", None
                return (record,)
            message = f"The row gives credit ({quoted(old)}) but complete is not 1. Write 1 into complete, or import "
            row.tells("CR-35", Column.CREDITS, credits or credit_type, message + "the enrolment without credit.")
        pairs: list[tuple[str, str]] = []
        if SEPARATORS.search(credit_type) or SEPARATORS.search(credits):
            pairs = self._several(row, texts)
            if pairs and self._split:
                return tuple(replace(record, credit_type=name, credits=hundredths(amount)) for name, amount in pairs)
        if credits and record.credits is None and not pairs:
            row.breaks("CR-13", Column.CREDITS, credits, _no_amount(credits))
        if not credits or not credit_type:
            given, other = (Column.CREDITS, Column.CREDIT_TYPE) if credits else (Column.CREDIT_TYPE, Column.CREDITS)
            message = f"{given} is filled, but {other} is empty. Fill both, or neither."
            row.tells("CR-14", other, "", message)
        return (record,)

    def _several(self, row: Noted, texts: Texts) -> list[tuple[str, str]]:
        """The types and amounts that the row can be split into; none where it holds one, or cannot be split."""
        credits, credit_type, types = texts.credits, texts.credit_type, self._asked.types
        names = is_several(credit_type) and credit_type not in types
        if not names and not is_several(credits):
            return []
        pairs = split(credit_type, credits, types) if names else []
        old = f"{credits} {credit_type}".strip()
        new = " and ".join(f"{amount} {name}" for name, amount in pairs)
        if pairs:
            self._offers.add(_SPLIT, row.number, old, new, applied=self._split)
        if pairs and self._split:
            return pairs
        column, value = (Column.CREDIT_TYPE, credit_type) if names else (Column.CREDITS, credits)
        message = f"{column} is {quoted(value)}, which looks like several. Write one row per credit type"
        message += f", or let the row be split into {quoted(new)}." if pairs else ", each with its amount."
        row.breaks("CR-36", column, value, message, new)
        return pairs


def _no_amount(text: str) -> str:
    message = f"credits is {quoted(text)}. Write an amount from 0 to 9999.99, with a point and at most two decimals."
    plain = text.replace(",", ".", 1)
    return (
        f"{message} If {plain} is meant, write {plain}."
        if plain != text and hundredths(plain) is not None
        else message
    )
