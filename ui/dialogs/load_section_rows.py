"""The lists of a preview of sections or registrations."""

from app.dates import shown
from app.job_notes import Note
from app.jobs import Foreseen
from app.lms.sections import file_look
from app.lms.sections.file_look import SeenRow
from ui.dialogs.load_rows import NOTES, WEIGHTS, Shown
from ui.grids.columns import Column, Kind, Row
from ui.look.words import tr

_LINE = Column("line", "Row", Kind.NUMBER, 64, tip="The row of the table", sortable=False)
_SECTION = Column("section", "Section", Kind.KEY, 130, sortable=False, stretch=True)
_CHANGES = Column("changes", "What Changes", Kind.TEXT, 260, sortable=False)
_REF = Column("ref", "Person Code", Kind.MONO, 100, sortable=False)
_LEARNER = Column("learner", "Learner", Kind.KEY, 150, sortable=False)
_OF_SECTIONS = (
    _LINE,
    _SECTION,
    Column("title", "Course", Kind.TEXT, 200, sortable=False),
    Column("owner", "Owning Campus", Kind.TEXT, 130, sortable=False),
    Column("starts", "Starts", Kind.TEXT, 100, sortable=False),
    Column("ends", "Ends", Kind.TEXT, 100, sortable=False),
)
_OF_REGISTRATIONS = (
    _LINE,
    _REF,
    _LEARNER,
    _SECTION,
    Column("status", "Course Status", Kind.TEXT, 100, sortable=False),
    Column("starts", "Starts", Kind.TEXT, 100, sortable=False),
    Column("ends", "Ends", Kind.TEXT, 100, sortable=False),
)
_DAYS = frozenset({"starts", "ends", "status_on"})


def _section(one: SeenRow, place: int) -> Row:
    told = one.values
    cells = (place, one.section, told.get("course_title", ""), told.get("owner", ""), *_days(one))
    return Row(cells)


def _registration(one: SeenRow, place: int) -> Row:
    return Row((place, one.ref, one.learner, one.section, tr(file_look.status_words(one.values)), *_days(one)))


def _days(one: SeenRow) -> tuple[str, str]:
    return shown(one.values.get("starts")), shown(one.values.get("ends"))


def _what_changes(one: SeenRow) -> str:
    return ", ".join(tr(file_look.TITLES.get(change[0], change[0])) for change in one.changes)


def _note(one: Note, place: int) -> Row:
    return Row((WEIGHTS[one.weight], place, one.ref, one.name, one.field, one.reason, one.advice))


def _section_note(one: Note, place: int) -> Row:
    return Row((WEIGHTS[one.weight], place, one.name, one.field, one.reason, one.advice))


_NAMED = Column("section", "Section", Kind.KEY, 120, sortable=False)
_WEIGHT, _, _, *_TOLD = NOTES
SECTIONS = Shown(
    _OF_SECTIONS,
    (_LINE, _SECTION, _CHANGES),
    (_WEIGHT, _LINE, _NAMED, *_TOLD),
    file_look.seen_rows,
    _section,
    lambda one, place: Row((place, one.section, _what_changes(one))),
    file_look.notes,
    file_look.all_notes,
    file_look.TITLES,
    _DAYS,
    {
        Foreseen.NEW: "The file has no section that is new.",
        Foreseen.CHANGED: "No section changes.",
        Foreseen.UNCHANGED: "No section is as stored.",
    },
    _section_note,
    "Section",
)
REGISTRATIONS = Shown(
    _OF_REGISTRATIONS,
    (_LINE, _REF, _LEARNER, _SECTION, _CHANGES),
    (_WEIGHT, _LINE, _REF, _NAMED, *_TOLD),
    file_look.seen_rows,
    _registration,
    lambda one, place: Row((place, one.ref, one.learner, one.section, _what_changes(one))),
    file_look.notes,
    file_look.all_notes,
    file_look.TITLES,
    _DAYS,
    {
        Foreseen.NEW: "The file has no registration that is new.",
        Foreseen.CHANGED: "No registration changes.",
        Foreseen.UNCHANGED: "No registration is as stored.",
    },
    _note,
    "Section",
)
