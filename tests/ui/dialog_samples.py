"""What dialogs are opened with: a desk to open them at, and one of everything that they show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
)
from pytestqt.qtbot import QtBot

from app import copies, history
from app.context import AppContext
from app.db.tables import learner
from app.imports.columns import Importer
from app.imports.lock import ImportLock
from app.imports.set_up_file import Summary as CoursesLoaded
from app.learners.load_apply import LoadSummary
from app.learners.search import FIELDS
from app.lms.accounts_decided import Unsettled
from app.lms.courses_list import CourseRow
from app.lms.extracts.queue import QueueSummary
from app.lms.extracts.save import SaveSummary
from app.lms.extracts.staged import Staged
from app.lms.extracts.statuses import ListedRecord, Problem
from app.lms.sections.from_file import Summary, What
from app.lms.states import CourseState
from app.plr.update import UpdateSummary
from app.tasks import TaskContext
from tests.builders import add_learner, learner_values
from tests.files.builders import ilr
from tests.ui.by_keys import press, tab_to, typing
from tests.ui.dialog_room import child
from ui.dialogs.new_import import NewImportDialog
from ui.workers import TaskRunner

A_LOCK = ImportLock(
    "course:MATH", "Priya", "PC7", datetime(2026, 11, 27, 9, 0, tzinfo=UTC), datetime(2026, 11, 27, 9, 1, tzinfo=UTC),
    stale=False, job_id=3, file_name="records.csv", reached=11, rows=100,
)  # fmt: skip


@dataclass
class Desk:
    """What dialogs are made from."""

    qtbot: QtBot
    context: AppContext
    runner: TaskRunner
    folder: Path


@dataclass(frozen=True)
class Entry:
    """`edit` changes something that Esc would lose, with keys; the dialog then has to ask."""

    make: Callable[[Desk], QDialog]
    edit: Callable[[QDialog], None] | None = None


def a_copy(desk: Desk) -> Path:
    """Of the database, as *Back Up* writes one."""
    file = desk.folder / "kept.db"
    copies.back_up(TaskContext(), desk.context.db, desk.context.user, file)
    return file


def new_import(desk: Desk) -> QDialog:
    """With a file dropped, for the global importer: without one, Enter would ask for it."""
    dialog = NewImportDialog(None, desk.runner, desk.context, Path(__file__))
    child(dialog, QAbstractButton, Importer.GLOBAL.value).click()
    return dialog


def two_learners(desk: Desk) -> list[int]:
    return [add_learner(desk.context.db, phone=one) for one in ("1", "2")]


def adding_a_rule(dialog: QDialog) -> None:
    """Type a text, and press *Add Rule*."""
    typing("rule_text")(dialog)
    tab_to(dialog, lambda widget: widget.objectName() == "rule_add")
    press(Qt.Key.Key_Space)
    QTest.keyRelease(QApplication.focusWidget(), Qt.Key.Key_Space)


def adding_a_term(dialog: QDialog) -> None:
    """Press *Add Term*, and type its code."""
    tab_to(dialog, lambda widget: widget.objectName() == "set_up_add")
    press(Qt.Key.Key_Space)
    QTest.keyRelease(QApplication.focusWidget(), Qt.Key.Key_Space)
    tab_to(dialog, lambda widget: widget.objectName() == "term_code")
    QTest.keyClicks(QApplication.focusWidget(), "x1")


AT = datetime(2026, 9, 1, tzinfo=UTC)
A_COURSE = CourseRow(
    *(1, 1, "7", CourseState.OPEN, "C7", "Early Years", None, None, None, None, True, None, AT, None, None),
    *(0, 0, 0, False),
)
AN_ACCOUNT = Unsettled(1, "20", None, "o.lecturer@example.org", "Owain Lecturer", False, AT, ())
A_RECORD = ListedRecord(1, "240001", "Begum, Elif", "ART / 01", "Rejected", "Superseded")
STAGED = Staged.of([(1, 1, "processed"), (2, 1, "processed")], "ready").and_then(
    Staged.of([(3, 1, "ready")], "rejected")
)
SAVED = SaveSummary(4, 2, 0, 1, {Problem.SUPERSEDED: 1}, Staged(), refused_list=(A_RECORD,))
INFOS = [field.info for field in FIELDS.values()]

LOADED = LoadSummary(1, 1, 312, 88, 820, 12, 3, 1, 13, 9)
OF_COURSES = CoursesLoaded(1, 1, 3, 1, 2, 0, 1)
A_TABLE = "Course Code,Course Title,Section\nBIO,Biology,1\n"
OF_SECTIONS = Summary(1, 1, What.REGISTRATIONS, 312, 88, 820, 1, 9, QueueSummary(add=300, drop=12))
SUMMARY = UpdateSummary(new=[1, 2], changed=[3], unchanged=[4], not_applied=[], operation_id=3)


def a_return(desk: Desk) -> Path:
    """An ILR of one learner, of the college that the context is of."""
    path = desk.folder / "return.xml"
    path.write_text(ilr().replace("99999999", desk.context.settings.college.ukprn), encoding="utf-8")
    return path


def an_operation(desk: Desk) -> int:
    """A learner was added: what the history has of it."""
    with desk.context.db.write() as tx:
        operation = history.begin(tx, desk.context.db, desk.context.user.id, "learner_added")
        operation.insert_own(learner, learner_values(900))
        operation.end(tx)
    return operation.id
