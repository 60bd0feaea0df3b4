"""Cells to records: what each cell holds, with the repairs that were chosen (CR-03 to CR-13 of
course-record-import.md); the rules about several cells are in `row_rules`."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter

from app.errors import quoted
from app.files.cells import DateOrder
from app.imports.asked import Asked
from app.imports.characters import FORMULA_LOST, is_plain, mended, named, seen, special
from app.imports.columns import DATES, LONGEST_COURSE, NUMBERS, Column, longest
from app.imports.offers import Offers
from app.imports.record import Noted, Read, Record
from app.imports.repairs import Repair
from app.imports.row_rules import RowRules, Texts
from app.imports.rules import Finding
from app.imports.values import has_order, hundredths, iso_day, meant, ordered_day

_COLUMNS = tuple(Column)
_NO = frozenset({"", "0"})
_KEPT = 8192
"""So many days, and amounts, of a file are read once: the same few stand in most of its rows."""


class RowReader:
    """Reads the rows of one file; again those that a job stored of it."""

    def __init__(self, columns: Sequence[Column | None], asked: Asked, offers: Offers | None = None) -> None:
        """`columns` says what each cell of a row is (`ImportFile.columns`); what repairs do is put into `offers`."""
        self.asked = asked
        self.offers = Offers() if offers is None else offers
        self._width = len(columns)
        places = {column: at for at, column in enumerate(columns) if column is not None}
        # The cell that is not there stands at the end of each row.
        self._pick = itemgetter(*(places.get(one, -1) for one in _COLUMNS))
        repairs = asked.repairs
        self._mend = frozenset(one for one in Column if repairs.has("CR-06", one))
        self._yes_no = frozenset(one for one in Column if repairs.has("CR-11", one))
        self._orders = {one: DateOrder(order) for one in DATES if (order := repairs.option("CR-12", one))}
        self._rules = RowRules(asked, self.offers)
        # Of this reader, so that they go with it: cells of a file do not outlive the work with it.
        self._iso_day, self._hundredths = lru_cache(_KEPT)(iso_day), lru_cache(_KEPT)(hundredths)

    def read(self, number: int, line: int, cells: Sequence[str]) -> Read:
        """The row as it is read, with what is wrong with it. Never raises for what the cells hold."""
        if len(cells) != self._width:
            return Read(number, line, cells, (), [_width(len(cells), self._width)])
        texts = Texts._make(self._pick((*cells, "")))
        row = Noted(number)
        together = "|".join(texts)
        if (
            not is_plain(together)
            or " |" in together
            or "| " in together
            or together[0] == " "
            or together[-1] == " "
        ):
            texts = self._cleaned(row, texts)
        if len(together) > LONGEST_COURSE and max(map(len, texts)) > LONGEST_COURSE:
            texts = _cut(row, texts)
        records = self._rules.check(row, self._record(row, line, texts), texts)
        return Read(number, line, cells, records, row.findings)

    def _cleaned(self, row: Noted, texts: Texts) -> Texts:
        """The cells without special characters and spaces around them."""
        return Texts._make(self._clean(row, column, text) for column, text in zip(_COLUMNS, texts, strict=True))

    def _clean(self, row: Noted, column: Column, text: str) -> str:
        if not text:
            return text
        number = column in NUMBERS
        if not is_plain(text) and (found := special(text, number=number)):
            clean = mended(text, number=number)
            repair = Repair("CR-06", column)
            if column in self._mend and clean:
                self.offers.add(repair, row.number, text, clean, applied=True)
            else:
                if clean:
                    self.offers.add(repair, row.number, text, clean)
                row.breaks("CR-06", column, text, _marks(column, text, found, clean), clean)
            text = clean or seen(text, number=number)
        bare = text.strip(" ")
        if bare != text:
            what = "has extra spaces: they are left out." if bare else "holds spaces only: it counts as empty."
            row.findings.append(Finding("CR-07", f"{column} {what}", column, text, bare))
        return bare

    def _record(self, row: Noted, line: int, texts: Texts) -> Record:
        (course, title, user, email, first_name, last_name, starts, ends, credits, credit_type, expires, complete,
         completed_on, attended, category) = texts  # fmt: skip
        # By place: names cost a tenth of the whole reading.
        return Record(
            row.number, line, user, email, first_name, last_name, course, title,
            self._day(row, Column.STARTS, starts) if starts else None,
            self._day(row, Column.ENDS, ends) if ends else None,
            self._hundredths(credits) if credits else None,
            credit_type,
            self._day(row, Column.EXPIRES, expires) if expires else None,
            complete == "1" or (complete not in _NO and self._flag(row, Column.COMPLETE, complete)),
            self._day(row, Column.COMPLETED_ON, completed_on) if completed_on else None,
            attended == "1" or (attended not in _NO and self._flag(row, Column.ATTENDED, attended)),
            category,
        )  # fmt: skip

    def _day(self, row: Noted, column: Column, text: str) -> date | None:
        day = self._iso_day(text)
        if day is not None:
            return day
        today, chosen = self.asked.today, self._orders.get(column)
        ways = {order: ordered_day(text, order, today) for order in DateOrder}
        if chosen is not None and (day := ways[chosen]) is not None:
            self.offers.add(Repair("CR-12", column, chosen), row.number, text, day.isoformat(), applied=True)
            return day
        if any(ways.values()) or has_order(text):
            self._offer_orders(row.number, column, text, ways)
        best = next((day.isoformat() for day in ways.values() if day is not None), "")
        message = f"{column} is {quoted(text)}, which is not a date as YYYY-MM-DD. "
        message += "Say whether the day or the month comes first, or correct it." if best else "Correct it."
        row.breaks("CR-12", column, text, message, best)
        return None

    def _offer_orders(self, number: int, column: Column, text: str, ways: dict[DateOrder, date | None]) -> None:
        for order, day in ways.items():
            repair = Repair("CR-12", column, order)
            if day is not None:
                self.offers.add(repair, number, text, day.isoformat())
            elif has_order(text):
                self.offers.refuse(repair, impossible(column, order, text, number))

    def _flag(self, row: Noted, column: Column, text: str) -> bool:
        value, repair = meant(text), Repair("CR-11", column)
        if value and column in self._yes_no:
            self.offers.add(repair, row.number, text, value, applied=True)
            return value == "1"
        if value:
            self.offers.add(repair, row.number, text, value)
        row.breaks("CR-11", column, text, f"{column} is {quoted(text)}. Write 1 for yes or 0 for no.", value)
        return False


def _width(found: int, wanted: int) -> Finding:
    what = "fewer" if found < wanted else "more"
    cells = "1 cell" if found == 1 else f"{found:,} cells"
    message = f"The row has {cells}, {what} than there are headings ({wanted:,}). "
    message += "Look for a comma or a quotation mark that is missing, or one too many."
    return Finding("CR-08", message)


def _marks(column: Column, text: str, found: list[str], clean: str) -> str:
    if text.startswith(FORMULA_LOST):
        return f"{column} holds a formula without a value, or an error. Put the value itself into the cell."
    message = f"{column} is {quoted(text)} and holds {named(found)}. "
    return message + (f"It should be {quoted(clean)}." if clean else "Type the value again.")


def _cut(row: Noted, texts: Texts) -> Texts:
    """What is too long is told, and not looked at any further."""
    for column, text in zip(_COLUMNS, texts, strict=True):
        if len(text) > longest(column):
            message = f"{column} has {len(text):,} characters; there is room for {longest(column)}. Shorten it, "
            message += "or look for a quotation mark that is missing."
            row.breaks("CR-08", column, text, message)
    return Texts._make(text[: longest(column)] for column, text in zip(_COLUMNS, texts, strict=True))


def impossible(column: Column, order: DateOrder, text: str, number: int) -> str:
    """Why dates of the column cannot be read in an order."""
    return f"{column} in row {number:,} is {quoted(text)}, which is no date with the {order.value} first."
