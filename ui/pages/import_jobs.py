"""The page Import Jobs: every file of course records that was checked or imported, and what became of it."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.errors import InputError
from app.imports import checked
from app.imports.checked import Checked
from app.imports.job_list import FIELDS
from app.saved import Kind
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.grid_page import GridPage
from ui.pages.import_job_details import ImportJobDetails, why_not_resume, why_not_undo
from ui.pages.import_job_source import ImportJobSource
from ui.pages.import_locks import LockBanners
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.workers import TaskRunner

TOPICS = (Topic.IMPORTS, Topic.ENROLMENTS, Topic.CREDIT)


class ImportJobsPage(GridPage):
    """`done_with` carries what is to be done with which job; `rows_wanted` a job, and a rule or an Outcome;
    `dropped` a file."""

    done_with = Signal(str, int)
    rows_wanted = Signal(int, object)
    dropped = Signal(object)
    new_wanted = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = ImportJobSource(context.db)
        super().__init__("import_jobs", "Import Jobs", ("job", "jobs"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.IMPORT_JOB_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.IMPORT_JOB_LAYOUT, self)
        self._context = context
        self.current: Checked | None = None
        """The job of the details pane."""
        self.watch(hub, *TOPICS)
        self.pane = ImportJobDetails(self)
        self.follow(self.pane, _read, self._show)
        self.pane.rows_wanted.connect(self._rows_of_current)
        self.pane.done_with.connect(self._with_current)
        self._empty = EmptyState(
            tr("No imports yet"),
            tr(
                "Enrolments, completions and credit come from CSV or Excel files. A file is checked first: you see "
                "what would become of each row before anything is written. Drop one here, or press New Import."
            ),
            icon=Icon.FILE_PLUS,
            primary=(tr("New Import"), Icon.FILE_PLUS),
        )
        self._empty.primary_pressed.connect(self.new_wanted)
        self.grid.set_empty_widget(self._empty)
        self.locks = LockBanners(self)
        self.locks.keyboard_lost.connect(self.grid.setFocus)
        self.insert_above_grid(self.locks)
        self.setAcceptDrops(True)
        self.installEventFilter(self)

    # The pane

    def _show(self, found: Checked | None) -> None:
        self.current = found
        self.pane.why_not = self._context.rights.why_not(Permission.IMPORT_RECORDS)
        self.pane.show_row(found)
        self.changed.emit()

    @Slot(object)
    def _rows_of_current(self, wanted: object) -> None:
        if self.current is not None:
            self.rows_wanted.emit(self.current.job.id, wanted)

    @Slot(str)
    def _with_current(self, what: str) -> None:
        if self.current is not None:
            self.done_with.emit(what, self.current.job.id)

    def activated(self, key: int) -> None:
        """Enter or a double-click: the file with its findings."""
        self.done_with.emit("open", key)

    def told(self) -> dict[str, Any]:
        job = self.current.job if self.current is not None else None
        if job is None:
            return {}
        return {
            "why_not_undo_job": why_not_undo(job.state) or None,
            "why_not_resume_job": why_not_resume(job.state) or None,
        }

    # A file dropped on the page

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if _files(event):
                event.acceptProposedAction()
                return True
        elif event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent) and (found := _files(event)):
            event.acceptProposedAction()
            if len(found) > 1:
                self.runner.failed.emit(
                    InputError(tr("You dropped {n} files.", n=len(found)), hint="Drop one file at a time.")
                )
            else:
                self.dropped.emit(found[0])
            return True
        return super().eventFilter(watched, event)


def _read(tx: Connection, key: int) -> Checked | None:
    return checked.checked(tx, key)


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
