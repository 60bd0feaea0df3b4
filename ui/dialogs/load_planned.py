"""Loading a table whose rows are planned one by one (`app.planned_rows`): what its dialogs have in common."""

from collections.abc import Mapping as Words
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from app import planned_rows, table_columns
from app.access import Permission, User
from app.db.database import Database
from app.files.columns import Mapping
from app.history import UndoSummary
from app.jobs import FileJob, Foreseen
from app.table_columns import TableColumns
from app.tasks import TaskContext, now
from ui.dialogs.load_columns import ColumnsPage
from ui.dialogs.load_dialog import LoadDialog
from ui.dialogs.load_preview import PreviewPage, Read
from ui.dialogs.load_side import SidePane, kind_words, time_words
from ui.dialogs.load_summary import CountLine, LoadSummaryDialog
from ui.dialogs.loads import LoadsDialog
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

_CATEGORIES = (Foreseen.NEW, Foreseen.CHANGED, Foreseen.UNCHANGED, Foreseen.PROBLEM)


class Files(Protocol):
    """The module of `app` that reads and loads a kind of files."""

    COLUMNS: str

    def columns_of(
        self, context: TaskContext, db: Database, user: User, path: Path, *, sheet: str = ""
    ) -> TableColumns: ...

    def why_not(self, columns: TableColumns, mapping: Mapping) -> str: ...

    def preview(
        self, context: TaskContext, db: Database, user: User, path: Path, columns: TableColumns, mapping: Mapping
    ) -> Any: ...

    def apply(self, context: TaskContext, db: Database, user: User, job_id: int) -> Any: ...


class LoadPlannedDialog(LoadDialog):
    """`loaded` carries the summary of `files.apply`. Subclasses say what the file is of."""

    one, many = "Load {n} Row", "Load {n} Rows"
    files: Files
    titles: Words[str, str]
    """What can be in a column."""

    def permission(self, mapping: Mapping) -> Permission:
        """What loading such a table takes."""
        raise NotImplementedError

    def facts(self, preview: Any) -> Sequence[tuple[str, str]]:
        """What else is to be told of a preview."""
        return ()

    def look(self, task: TaskContext) -> TableColumns:
        return self.files.columns_of(task, self._context.db, self._context.user, self._path)

    def other_sheet(self, task: TaskContext, name: str) -> TableColumns:
        return self.files.columns_of(task, self._context.db, self._context.user, self._path, sheet=name)

    def preview(self, task: TaskContext, columns: TableColumns, mapping: Mapping) -> Read:
        run, began = self._context, now()
        table_columns.remember(run.db, run.user, columns.headings, mapping, self.files.COLUMNS)
        seen = self.files.preview(task, run.db, run.user, self._path, columns, mapping)
        return Read(seen, now() - began)

    def apply(self, task: TaskContext, job_id: int, accepted: frozenset[str]) -> object:
        return self.files.apply(task, self._context.db, self._context.user, job_id)

    def columns_page(self, found: TableColumns) -> ColumnsPage:
        return ColumnsPage(found, self.titles, self._why_not)

    def _why_not(self, columns: TableColumns, mapping: Mapping) -> str:
        may = self._context.rights.why_not(self.permission(mapping))
        return self.files.why_not(columns, mapping) or may

    def preview_page(self, found: Read) -> PreviewPage:
        seen: Any = found.preview
        counts = {one: seen.counts[one] for one in _CATEGORIES}
        lines = [(tr("Rows in the file"), sum(counts.values()))]
        facts = [
            (tr("Kind"), kind_words(seen.facts)),
            *self.facts(seen),
            (tr("Read in"), time_words(found.seconds)),
        ]
        run, side = self._context, SidePane(counts, lines, facts)
        return PreviewPage(run.db, run.user, self._runner, seen, side, self.shown)

    def why_not_load(self, number: int) -> str:
        return "" if number else tr("Nothing in this file is new or changed.")


class PlannedSummaryDialog(LoadSummaryDialog):
    """After a load."""

    one, many = "{n} row loaded", "{n} rows loaded"

    def further(self, summary: Any) -> Sequence[CountLine]:
        """What else came of it."""
        return ()

    def lines(self) -> Sequence[CountLine]:
        done: Any = self.summary
        return [
            (Icon.PLUS_CIRCLE, Role.GOOD, tr("New"), done.new),
            (Icon.PENCIL_SIMPLE, Role.INFO, tr("Changed"), done.changed),
            (Icon.EQUALS, Role.TEXT2, tr("Unchanged"), done.unchanged),
            *self.further(done),
            (Icon.WARNING, Role.WARN, tr("Left out: changed by somebody since the preview"), done.left),
            (Icon.X_CIRCLE, Role.BAD, tr("Left out: problems"), done.problems),
        ]

    def take_back(self, job_id: int) -> UndoSummary:
        return planned_rows.undo(self._context.db, self._context.user, job_id)


class PlannedLoadsDialog(LoadsDialog):
    """The loads of a kind of files, the latest first."""

    def permission(self, job: FileJob) -> Permission:
        """What undoing this one takes."""
        raise NotImplementedError

    def why_not_undo(self, job: FileJob | None) -> str:
        return self._context.rights.why_not(self.permission(job)) if job is not None else ""

    def take_back(self, job: FileJob) -> UndoSummary:
        return planned_rows.undo(self._context.db, self._context.user, job.id)
