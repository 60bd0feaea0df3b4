"""*Load Learners*: an ILR, a batch file of the LRS or a table of learners."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from app import appearing
from app.context import AppContext
from app.files.columns import Mapping
from app.files.rows import FileKind
from app.learners import load, load_file
from app.learners.load import LoadOptions, Preview
from app.learners.load_apply import LoadSummary
from app.table_columns import TABLES, TableColumns
from app.tasks import TaskContext, now
from ui.dialogs.load_columns import ColumnsPage
from ui.dialogs.load_dialog import LoadDialog
from ui.dialogs.load_preview import PreviewPage, Read
from ui.dialogs.load_rows import LEARNERS
from ui.dialogs.load_side import learners_side
from ui.workers import TaskRunner


class LoadLearnersDialog(LoadDialog):
    """`loaded` carries the LoadSummary."""

    title, name = "Load Learners", "load_learners"
    one, many = "Load {n} Learner", "Load {n} Learners"
    shown = LEARNERS

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, path: Path) -> None:
        self._kind: FileKind | None = None
        super().__init__(parent, runner, context, path)

    def look(self, task: TaskContext) -> TableColumns | Read:
        run = self._context
        kind = self._kind = load_file.kind_of(self._path)
        if kind in TABLES:
            return load_file.columns_of(task, run.db, run.user, self._path, kind)
        return self._read(task, None, None)

    def other_sheet(self, task: TaskContext, name: str) -> TableColumns:
        run = self._context
        assert self._kind is not None
        return load_file.columns_of(task, run.db, run.user, self._path, self._kind, sheet=name)

    def preview(self, task: TaskContext, columns: TableColumns, mapping: Mapping) -> Read:
        load_file.remember(self._context.db, self._context.user, columns.headings, mapping)
        return self._read(task, columns, mapping)

    def _read(self, task: TaskContext, columns: TableColumns | None, mapping: Mapping | None) -> Read:
        run, began = self._context, now()
        sheet = columns.sheet if columns is not None else ""
        assert self._kind is not None
        found = load_file.reading(
            task, self._path, self._kind, mapping, sheet=sheet, encoding=self._encoding, columns=columns
        )
        ukprn = run.settings.college.ukprn or run.settings.lrs.ukprn
        seen = load.preview(task, run.db, run.user, self._path, found, LoadOptions(ukprn))
        return Read(seen, now() - began)

    def apply(self, task: TaskContext, job_id: int, accepted: frozenset[str]) -> LoadSummary:
        return appearing.load(task, self._context.db, self._context.user, job_id, accepted)

    def columns_page(self, found: TableColumns) -> ColumnsPage:
        return ColumnsPage(found)

    def preview_page(self, found: Read) -> PreviewPage:
        seen = found.preview
        assert isinstance(seen, Preview)
        side = learners_side(seen, found.seconds)
        run = self._context
        return PreviewPage(run.db, run.user, self._runner, seen, side, questions=seen.questions)
