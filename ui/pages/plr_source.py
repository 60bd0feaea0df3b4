"""The grid of the Attainments (PLR) window: the rows of the session, filtered and sorted in memory."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from app.conditions import FieldInfo, FieldKind
from app.conditions_memory import passes
from app.connectors.lrs_codes import describe
from app.folding import fold
from app.keys import Keys
from app.plr.plan import Change
from app.plr.session import Answer, PlrRow, PlrSession
from app.plr.values import read_date
from app.tasks import TaskContext
from app.ulns import UlnState, state
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role

CHANGE_STATES: Mapping[Change, State] = {
    Change.NEW: State(Icon.PLUS_CIRCLE, "New", Role.GOOD),
    Change.CHANGED: State(Icon.PENCIL_SIMPLE, "Changed", Role.INFO),
    Change.LOWER: State(Icon.ARROW_DOWN, "Lower", Role.WARN),
    Change.SAME: State(Icon.EQUALS, "Same", Role.TEXT3),
    Change.CANNOT: State(Icon.PROHIBIT, "Cannot", Role.BAD),
    Change.NO_EVENTS: State(Icon.MINUS_CIRCLE, "No events", Role.TEXT3),
}
ASKING = State(Icon.CIRCLE_DASHED, "Asking", Role.TEXT3)

# (column, name of the event's field): the reading order of learner-manager.md 5.
_EVENT_COLUMNS = (
    (Column("subject_code", "Subject Code", Kind.MONO, 104), "subject_code"),
    (Column("subject", "Subject", Kind.TEXT, 184, elide_middle=True, stretch=True), "subject"),
    (Column("qualification_type", "Qualification Type", Kind.TEXT, 160), "qualification_type"),
    (Column("level", "Level", Kind.TEXT, 84), "level"),
    (Column("grade", "Grade", Kind.TEXT, 84, absent="–"), "grade"),
    (Column("credits", "Credits", Kind.NUMBER, 64), "credits"),
    (Column("award_date", "Award Date", Kind.DATE, 104, absent="–"), "achievement_award_date"),
    (Column("start_date", "Participation Start", Kind.DATE, 130), "participation_start_date"),
    (Column("end_date", "Participation End", Kind.DATE, 124), "participation_end_date"),
    (Column("provider", "Provider", Kind.TEXT, 190), "achievement_provider_name"),
    (Column("provider_ukprn", "Provider UKPRN", Kind.MONO, 112), "achievement_provider_ukprn"),
    (Column("awarding_org", "Awarding Organisation", Kind.TEXT, 190), "awarding_organisation_name"),
    (
        Column("awarding_org_code", "Awarding Organisation Code", Kind.MONO, 178),
        "awarding_organisation_ukprn",
    ),
    (Column("source", "Source", Kind.MONO, 68), "source"),
    (Column("collection_type", "Collection Type", Kind.MONO, 108), "collection_type"),
    (Column("return_number", "Return Number", Kind.MONO, 108), "return_number"),
    (Column("date_loaded", "Date Loaded", Kind.MONO, 152), "date_loaded"),
    (Column("status", "Status", Kind.MONO, 60), "status"),
    (Column("restriction", "Restriction", Kind.MONO, 84), "restriction"),
    (Column("under_challenge", "Under Data Challenge", Kind.TEXT, 144), "under_data_challenge"),
    (Column("language", "Language", Kind.TEXT, 84), "language_for_assessment"),
    (Column("event_id", "Event ID", Kind.MONO, 90), "event_id"),
)
_IN_FRONT = ("subject", "grade", "award_date")
_BY_ID = {column.id: (column, name) for column, name in _EVENT_COLUMNS}
_REST = tuple(column for column, _ in _EVENT_COLUMNS if column.id not in _IN_FRONT)
COLUMNS: tuple[Column, ...] = (
    Column("change", "Change", Kind.STATE, 100, tip="What Update Selected would do"),
    Column("ref", "Person Code", Kind.MONO, 94),
    Column("name", "Name", Kind.KEY, 146),
    Column("uln_sent", "ULN sent", Kind.MONO, 96, absent="not held"),
    *(_BY_ID[name][0] for name in _IN_FRONT),
    Column("response_code", "Response Code", Kind.MONO, 108, absent="–"),
    Column("error_code", "Error Code", Kind.MONO, 80, absent="–"),
    Column("response_description", "Response Description", Kind.TEXT, 150),
    Column("error_description", "Error Description", Kind.TEXT, 220),
    Column("uln_found", "ULN found", Kind.MONO, 96),
    *_REST,
)
_DATES = frozenset({"award_date", "start_date", "end_date"})
_KINDS = {**dict.fromkeys(_DATES, FieldKind.DATE), "credits": FieldKind.NUMBER}
_CHANGES = tuple((state.text, state.text) for state in CHANGE_STATES.values())
FIELDS: tuple[FieldInfo, ...] = tuple(
    FieldInfo("change", "Change", FieldKind.CHOICE, _CHANGES)
    if column.id == "change"
    else FieldInfo(column.id, column.title, _KINDS.get(column.id, FieldKind.TEXT))
    for column in COLUMNS
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what Update would do, and by code: the strip above the grid."""

    total: int
    by_change: Mapping[Change, int]
    by_code: Mapping[str, int]


class PlrSource:
    """The session's rows. `change` and `code` are the filters of the strip."""

    columns: Sequence[Column] = COLUMNS
    in_memory = True

    def __init__(self, session: PlrSession) -> None:
        self._session = session
        self.change: Change | None = None
        self.code = ""
        self.in_arrival_order = False
        """True while rows are coming in: they are added at the end."""
        self.arrived_at_load = 0
        """How many learners had an answer when the last load began: what came later has to be added."""
        self._texts: dict[int, tuple[Answer | None, str]] = {}

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        self.arrived_at_load = self._session.state()[0]
        found = self.filtered(context, query, self._session.rows(self.arrived_at_load))
        keys = Keys("q", [row.key for row in found])
        first(keys[:200])
        return keys

    def filtered(self, context: TaskContext, query: Query, rows: Sequence[PlrRow]) -> list[PlrRow]:
        """The rows that pass all filters, sorted."""
        words = (fold(query.quick) or "").split()
        found = []
        for number, row in enumerate(rows):
            if number % 2_000 == 0:
                context.raise_if_cancelled()
            if self.passes(row, query, words):
                found.append(row)
        if not self.in_arrival_order:
            found.sort(key=lambda row: row.key)  # as the learners were asked for
        for key in reversed(query.order):  # a sort keeps the order of what is equal
            found.sort(key=partial(_sort_key_of, key.column), reverse=key.descending)
        return found

    def passes(self, row: PlrRow, query: Query, words: Sequence[str]) -> bool:
        if self.change is not None and row.change is not self.change:
            return False
        if self.code and self.code not in _codes(row):
            return False
        if words and not all(word in self._text(row) for word in words):
            return False
        return passes(query.conditions, lambda name: value_of(row, name))

    def total(self) -> int:
        return self._session.row_count

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        rows = ((key, self._session.row(key)) for key in keys)
        return {key: grid_row(row) for key, row in rows if row is not None}

    def counts(self) -> Counts:
        """What the strip shows, over every row of the window."""
        rows = self._session.rows()
        by_change = Counter(row.change for row in rows if row.change is not None)
        by_code = Counter(code for row in rows if row.first for code in _codes(row) if code)
        return Counts(len(rows), by_change, by_code)

    def _text(self, row: PlrRow) -> str:
        known = self._texts.get(row.key)
        if known is not None and known[0] is row.answer:
            return known[1]
        values = (value_of(row, column.id) for column in COLUMNS)
        text = "\x1f".join(fold(str(value)) or "" for value in values if value is not None)
        self._texts[row.key] = (row.answer, text)
        return text


def _codes(row: PlrRow) -> tuple[str, str]:
    return ("", "") if row.answer is None else (row.answer.response_code, row.answer.error_code)


def _sort_key_of(name: str, row: PlrRow) -> tuple[int, Any]:
    return _sort_key(value_of(row, name))


def _sort_key(value: object) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    if isinstance(value, date):
        return (1, value.isoformat())
    if isinstance(value, int):
        return (1, f"{value:020}")
    return (1, fold(str(value)) or "")


def value_of(row: PlrRow, name: str) -> object:
    """The value of one column of a row, as filtered, sorted and exported."""
    if found := _BY_ID.get(name):
        if row.event is None:
            return None
        value = getattr(row.event, found[1])
        if name in _DATES:
            return read_date(value) or value
        if name == "grade" and value == "9999999999":
            return None
        return value if value is None else (int(value) if name == "credits" and value.isdigit() else str(value))
    return _person_value(row, name)


def _person_value(row: PlrRow, name: str) -> object:
    asked, answer = row.asked, row.answer
    match name:
        case "change":
            return (CHANGE_STATES[row.change] if row.change is not None else ASKING).text
        case "ref":
            return asked.ref
        case "name":
            return asked.name or None
        case "uln_sent":
            return asked.uln
    if answer is None:
        return None
    match name:
        case "uln_found":
            return answer.found_uln
        case "response_code":
            return answer.response_code or None
        case "response_description":
            return describe(answer.response_code).meaning if answer.response_code else None
        case "error_code":
            return answer.error_code or None
        case "error_description":
            return answer.error_description or None
    return None


def grid_row(row: PlrRow) -> Row:
    """A row of the session as the grid paints it."""
    cells: list[object] = [value_of(row, column.id) for column in COLUMNS]
    cells[0] = CHANGE_STATES[row.change] if row.change is not None else ASKING
    answer = row.answer
    tints = _tints(row)
    if answer is None:  # on its way: no dashes where values will be
        return Row(tuple("" if cell is None else cell for cell in cells), tints=tints)
    if row.event is not None:
        return Row(tuple(cells), continued=not row.first, tints=tints)
    if answer.error_code:
        sentence, role = answer.error_description, Role.BAD
    elif row.change is Change.NO_EVENTS:
        sentence, role = "The LRS knows this learner and holds no learning events.", Role.TEXT3
    else:
        text = describe(answer.response_code)
        sentence, role = " ".join(part for part in (text.meaning, text.next_step) if part), Role.BAD
    return Row(
        tuple(cells),
        continued=not row.first,
        sentence=sentence,
        sentence_from="subject",
        sentence_until="response_code",
        sentence_role=role,
        tints=tints,
    )


_TINT_OF_CANNOT = {"response_code": Role.BAD, "error_code": Role.BAD}
_ULN_TINTS = {UlnState.TEMPORARY: Role.WARN, UlnState.BAD: Role.BAD}


def _tints(row: PlrRow) -> dict[str, Role]:
    tints: dict[str, Role] = {}
    if row.change is Change.CANNOT and row.event is None:
        tints.update(_TINT_OF_CANNOT)
    if (tint := _ULN_TINTS.get(state(row.asked.uln))) is not None:
        tints["uln_sent"] = tint
    if row.answer is not None and row.answer.found_uln and row.answer.found_uln != row.asked.uln:
        tints["uln_found"] = Role.INFO
    if row.event is not None:
        today = date.today()
        for name in _DATES:
            text = getattr(row.event, _BY_ID[name][1])
            if text and ((day := read_date(text)) is None or day > today):
                tints[name] = Role.WARN  # shown, marked, and never written
    return tints
