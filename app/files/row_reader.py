"""One row of a table to the neutral record (learner-files.md 4 and 5)."""

from datetime import date
from typing import Any

from app.files.cells import DateOrder, Pivot, date_of, proves_month_first, year_of
from app.files.columns import Mapping
from app.files.headings import AIM_FIELDS, DATE_FIELDS
from app.files.rows import AimRecord, FileKind, LearnerRecord, Level, Place
from app.files.table import Table
from app.files.values import require_ref, set_codes, set_names, set_postcode, set_uln
from app.files.xlsx_rows import ERROR, UNCALCULATED

_CODES = (
    "ref", "prev_ref", "campus_code", "sex", "phone", "email", "tutor_group", "ukprn", "return_code",
)  # fmt: skip
_NAMES = ("family_name", "given_names", "first_name", "known_as")
_MOST_DATES = 100_000


class RowReader:
    """Makes records of rows, and counts them."""

    def __init__(self, table: Table, mapping: Mapping, today: date) -> None:
        self.count = 0
        self._sheet, self._year = table.facts.sheet, table.facts.year
        self._width = len(table.headings)
        self._from_sheet = table.facts.kind is FileKind.XLSX
        self._today, self._orders = today, mapping.orders
        plain = [one for one in mapping.uses if one.field and one.field not in AIM_FIELDS]
        self._learner = [(one.index, one.field) for one in plain]
        fields = {one.field for one in plain}
        self._codes = tuple(name for name in _CODES if name in fields or name == "ref")
        self._has_uln = "uln" in fields
        self._plain_names = not fields & {"full_name", "middle_names", "first_name"}
        self._names = tuple(name for name in _NAMES if name in fields or not self._plain_names)
        aims: dict[int, list[tuple[int, str]]] = {}
        for one in mapping.uses:
            if one.field in AIM_FIELDS:
                aims.setdefault(one.aim, []).append((one.index, one.field))
        self._aims = [aims[number] for number in sorted(aims)]
        self._dates: dict[str, dict[str, date | None]] = {name: {} for name in DATE_FIELDS}

    def read(self, line: int, cells: list[str], *, again: bool = False) -> LearnerRecord:
        """The record of a row; `again` for a further row of a learner who is counted already."""
        self.count += not again
        record = LearnerRecord(Place(self.count, line, self._sheet))
        if self._from_sheet:
            self._set_aside(record, cells)
        if len(cells) > self._width and any(cells[self._width :]):
            record.note(
                Level.STOP,
                "row_too_wide",
                "ref",
                "This row has more cells than there are headings, so it is not clear which is which. "
                "Put quotation marks around text with the separator in it, or export again.",
            )
        texts: dict[str, str | None] = {name: cells[index] for index, name in self._learner}
        self._fill(record, texts)
        for columns in self._aims:
            self._aim(record, cells, columns)
        return record

    def _set_aside(self, record: LearnerRecord, cells: list[str]) -> None:
        """Cells of a workbook that hold an error, or a formula that was never calculated."""
        for at, cell in enumerate(cells):
            if cell in {ERROR, UNCALCULATED}:
                cells[at] = ""
                name = next((field for index, field in self._learner if index == at), "")
                name = name or next((field for some in self._aims for index, field in some if index == at), "")
                if not name:
                    continue
                if cell == ERROR:
                    record.note(
                        Level.WARN, "error_cell", name, "The cell holds an error. Correct it in the workbook."
                    )
                else:
                    record.note(
                        Level.WARN,
                        "uncalculated",
                        name,
                        "The workbook was never calculated. Open it in a spreadsheet, save it, and try again.",
                    )

    def _fill(self, record: LearnerRecord, texts: dict[str, str | None]) -> None:
        values = record.values
        if not self._plain_names:
            _put_names_together(record, texts)
        if (ref := texts.get("ref")) and ref[0] == "'":
            texts["ref"] = ref[1:]
        set_codes(record, texts, self._codes)
        if self._has_uln:
            set_uln(record, texts.get("uln"))
        require_ref(record)
        set_names(record, texts, self._names)
        postcode = texts.get("postcode")
        if not postcode and "postcode_out" in texts:
            postcode = f"{texts['postcode_out'] or ''} {texts.get('postcode_in') or ''}"
        set_postcode(record, postcode, texts.get("postcode_prior"))
        if born := texts.get("birth_date"):
            values["birth_date"] = self._date(record, "birth_date", born)
        if year := texts.get("year"):
            values["year"] = year_of(year) or None

    def _aim(self, record: LearnerRecord, cells: list[str], columns: list[tuple[int, str]]) -> None:
        texts: dict[str, Any] = {}
        more: list[str] = []
        for index, name in columns:
            text = cells[index].strip()
            if not text:
                continue
            if name in DATE_FIELDS:
                if (day := self._date(record, name, text)) is not None:
                    texts[name] = day
            elif name == "more_aim_refs":
                more = [one.strip() for one in text.replace(";", ",").split(",") if one.strip()][:20]
            elif len(text) > 300:
                record.note(Level.WARN, "too_long", name, "This is far too long and was left out.")
            else:
                texts[name] = text
        if texts:
            record.aims.append(AimRecord(texts.pop("seq", None), texts))
        record.aims += [AimRecord(aim_ref=one) for one in more]

    def _date(self, record: LearnerRecord, name: str, text: str) -> date | None:
        known = self._dates[name]
        order = self._orders.get(name, DateOrder.DAY_FIRST)
        if text not in known:
            if len(known) > _MOST_DATES:
                known.clear()
            pivot = Pivot.BIRTH if name == "birth_date" else Pivot.COURSE
            known[text] = date_of(text, order, pivot, self._today)
        if (day := known[text]) is None and text.strip():
            if order is DateOrder.DAY_FIRST and proves_month_first(text):
                record.note(
                    Level.ASK, "date_order", name, "This date has the month first. Say how the dates are to be read."
                )
            else:
                kind = "bad_birth_date" if name == "birth_date" else "bad_aim_date"
                record.note(Level.WARN, kind, name, "This is not a date, so it was left out. Correct it in your MIS.")
        return day


def _put_names_together(record: LearnerRecord, texts: dict[str, str | None]) -> None:
    """Given names of a first and of middle names; family and given names of a full name with a comma."""
    first, middle = texts.get("first_name"), texts.get("middle_names")
    if not (texts.get("given_names") or "").strip():
        texts["given_names"] = " ".join(one for one in (first, middle) if one)
    elif middle and not first:
        texts["given_names"] = f"{texts['given_names']} {middle}"
    full = (texts.get("full_name") or "").strip()
    if not full:
        return
    family, comma, given = full.partition(",")
    if comma:
        texts["family_name"], texts["given_names"] = family, given
    else:
        record.note(
            Level.ASK,
            "full_name",
            "family_name",
            "It is not clear which part of this name is the family name. Export the parts in columns of their own.",
        )
