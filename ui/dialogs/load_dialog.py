"""Loading a file, whatever it is of: read it, say what its columns are, look at what it would do, decide, load."""

from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app import jobs
from app.context import AppContext
from app.errors import AppError
from app.export import ExportSummary, Target
from app.files.columns import Mapping
from app.files.source import EncodingError
from app.table_columns import TableColumns
from app.tasks import Progress, TaskContext
from ui import parts
from ui.activity import Listed
from ui.dialogs.load_columns import ColumnsPage
from ui.dialogs.load_preview import PreviewPage, Read
from ui.dialogs.load_problems import write_problems
from ui.dialogs.load_progress import ReadingBar
from ui.dialogs.load_questions import forget_decisions, read_as_western
from ui.dialogs.load_rows import Shown
from ui.exporting import CSV, Exporter
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import button, enable
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.protecting import Holds, ask_for_target
from ui.work_words import load_listed, reading_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 1120, 780


class LoadDialog(FormDialog):
    """Stages: reading, the columns of a table, the preview, loading. `loaded` carries the summary of the load; of an
    unloaded preview nothing is left when the dialog is closed. Subclasses say what the file is of."""

    title, name = "", ""
    one, many = "", ""
    """What the button says that loads one thing, or {n} of them."""
    shown: Shown

    loaded = Signal(object)
    other_wanted = Signal()

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, path: Path) -> None:
        super().__init__(parent, title=tr(self.title), heading=path.name, icon=Icon.FILE_TEXT, name=self.name)
        self._runner, self._context, self._path = runner, context, path
        self._running: TaskContext | None = None
        self._encoding = ""
        self.columns: ColumnsPage | None = None
        self.page: PreviewPage | None = None
        self._job_id: int | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.start()

    # Building

    def _build(self) -> None:
        head = self._body.itemAt(0)
        self.other_button = button(
            tr("Other File"), Icon.FOLDER_OPEN, kind="quiet", name="load_other", clicked=self._other
        )
        assert isinstance(head, QHBoxLayout)
        head.addWidget(self.other_button)
        self.banner = Banner(Icon.WARNING_CIRCLE, Role.BAD, "")
        self.banner.setObjectName("load_banner")
        self.banner.hide()
        self.content.addWidget(self.banner)
        self.stack = QStackedWidget()
        self._under_way = ReadingBar()
        self.stack.addWidget(self._under_way)
        self.content.addWidget(self.stack, 1)
        self.export_button = self.add_button(
            tr("Export Problems"), Icon.EXPORT, name="load_export", clicked=self._export, left=True
        )
        self.remark = self.add_remark("")
        self.back_button = self.add_button(tr("Columns"), name="load_back", clicked=self._to_columns)
        self.cancel_button = self.add_button(tr("Cancel"), name="load_cancel", clicked=self.reject)
        self.again_button = self.add_button(tr("Try Again"), name="load_again", clicked=self.start)
        self.main_button = self.add_button(tr("Continue"), kind="primary", name="load_main", clicked=self._go_on)

    def _show_stage(self, page: QWidget, *, main: str = "", again: bool = False) -> None:
        """Put `page` in front; the foot has only the buttons that mean something there."""
        if self.stack.indexOf(page) < 0:
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        is_preview = page is self.page
        idle = self._running is None
        self.other_button.setEnabled(idle)
        self.export_button.setVisible(is_preview)
        self.remark.setVisible(is_preview)
        self.back_button.setVisible(is_preview and self.columns is not None)
        self.again_button.setVisible(again)
        self.main_button.setVisible(bool(main))
        self.main_button.setText(main)
        self.main_button.setDefault(bool(main))
        self.again_button.setDefault(again and not main)
        self.cancel_button.setEnabled(True)
        self.cancel_button.setText(tr("Cancel"))
        self._order()

    @Slot()
    def _order(self) -> None:
        """Tab goes from the top to the foot, also through cards that have just been made."""
        page = self.stack.currentWidget()
        inside = page.parts() if isinstance(page, PreviewPage) else [page]
        parts.in_reading_order([self.other_button, *inside, self.foot])

    # Reading

    @Slot()
    def start(self) -> None:
        """Read the file from its beginning."""
        self._run(self.look, tr("Reading the file…"))

    # What subclasses say, each in a task

    def look(self, task: TaskContext) -> TableColumns | Read:
        """A table's columns, or the preview of what needs no such step."""
        raise NotImplementedError

    def other_sheet(self, task: TaskContext, name: str) -> TableColumns:
        """The columns of another sheet of the workbook."""
        raise NotImplementedError

    def preview(self, task: TaskContext, columns: TableColumns, mapping: Mapping) -> Read:
        """Remember the columns, and read the file under them."""
        raise NotImplementedError

    def apply(self, task: TaskContext, job_id: int, accepted: frozenset[str]) -> object:
        """Load what a preview foresees; returns its summary."""
        raise NotImplementedError

    # What subclasses make

    def columns_page(self, found: TableColumns) -> ColumnsPage:
        raise NotImplementedError

    def preview_page(self, found: Read) -> PreviewPage:
        raise NotImplementedError

    def columns_words(self, mapping: Mapping) -> str:
        """What is said above the columns."""
        return tr("Check what each column of the file fills. It is remembered for such files.")

    def why_not_load(self, number: int) -> str:
        """Why a preview by which `number` things are written cannot be loaded; "" if it can."""
        return ""

    def _run(self, work: object, words: str, listed: Listed | None = None) -> None:
        self.banner.hide()
        self.say(self._path.name, words)
        self._show_progress(Progress(0, 0))
        self._running = self._runner.run(
            work,  # type: ignore[arg-type]
            lane=Lane.WRITE,
            done=self._done,
            progress=self._show_progress,
            failed=self._failed,
            cancelled=self._cancelled,
            listed=listed or reading_listed(TableColumns),
        )
        self._show_stage(self._under_way)
        self.cancel_button.setFocus()

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        self._under_way.show_progress(progress)

    @Slot(object)
    def _done(self, found: object) -> None:
        self._running = None
        if isinstance(found, TableColumns):
            self._show_columns(found)
        elif isinstance(found, Read):
            self._show_preview(found)
        else:
            self._job_id = None
            self.loaded.emit(found)
            self.accept()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._running = None
        if isinstance(error, EncodingError) and error.retry_as and not self._encoding:
            self._ask_encoding(error)
            return
        if self.page is not None:
            self._preview_again()
        elif self.columns is not None:
            self._columns_again()
        else:
            self.say(self._path.name, tr("Nothing was read and nothing has changed."))
            self._show_stage(self._under_way, again=True)
            self._under_way.show_nothing()
            self.again_button.setFocus()
        self.show_problem(error)

    def _ask_encoding(self, error: EncodingError) -> None:
        if read_as_western(self, error):
            self._encoding = error.retry_as
            self.start()
        else:
            self.reject()

    @Slot(object)
    def show_problem(self, error: Exception) -> None:
        """An expected failure stands in the banner; a bug is shown as one."""
        if isinstance(error, AppError):
            self.banner.say(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
            self.banner.show()
        else:
            self._runner.failed.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        self._running = None
        if self.page is not None:
            self._preview_again()
        else:
            super().reject()

    # Columns

    def _show_columns(self, found: TableColumns) -> None:
        if self.columns is not None:
            self._drop(self.columns)
        self.columns = self.columns_page(found)
        self.columns.changed.connect(self._columns_changed)
        self.columns.sheet_wanted.connect(self._other_sheet)
        self._columns_again()

    def _columns_again(self) -> None:
        assert self.columns is not None
        self._show_stage(self.columns, main=tr("Continue"))
        self._columns_changed()
        self.columns.lead_here()

    @Slot()
    def _columns_changed(self) -> None:
        if self.columns is not None:
            self.say(self._path.name, self.columns_words(self.columns.mapping))
            enable(self.main_button, self.columns.why_not)

    @Slot(str)
    def _other_sheet(self, name: str) -> None:
        self._run(lambda task: self.other_sheet(task, name), tr("Reading…"))

    @Slot()
    def _to_columns(self) -> None:
        """Back to the columns: this preview is given up."""
        if self._may_forget():
            self._discard()
            self._columns_again()

    # The preview

    def _show_preview(self, found: Read) -> None:
        self._job_id = found.preview.job_id
        self.page = self.preview_page(found)
        self.page.changed.connect(self._page_changed)
        self.page.rebuilt.connect(self._order)
        self.page.failed.connect(self.show_problem)
        # In a turn of its own: making the page and laying it out together keep the window from answering.
        QTimer.singleShot(0, self, self._preview_first)

    @Slot()
    def _preview_first(self) -> None:
        if self.page is not None:  # else it was closed meanwhile
            self._preview_again()
            self.page.lead_here()

    def _preview_again(self) -> None:
        assert self.page is not None
        self.say(self._path.name, tr("Nothing is written until you load. All rows are loaded together, or none."))
        self._show_stage(self.page, main=tr("Load"))
        self._page_changed()

    @Slot()
    def _page_changed(self) -> None:
        page = self.page
        if page is None or self._running is not None:
            return
        number = page.to_load
        text = plural(number, self.one, self.many) if number else tr("Mark as Loaded")
        self.main_button.setText(text)
        tip = "" if number else tr("Nothing is new or changed: only the load itself is noted.")
        reason = page.why_not or self.why_not_load(number)
        enable(self.main_button, reason or ("" if page.is_read else tr("The preview is being read.")), tip)
        still = page.decided.open
        words = plural(still, "{n} decision open", "{n} decisions open") if still else ""
        if page.questions.open:
            words = plural(page.questions.open, "{n} question to tick", "{n} questions to tick")
        self.remark.setText(words)
        enable(self.export_button, "" if page.has_problems else tr("There are no problems to export."))

    @Slot()
    def _go_on(self) -> None:
        """The main button: on to the preview, or load."""
        if self._running is not None:
            return
        if self.page is not None:
            self._load()
            return
        page = self.columns
        if page is None or page.why_not:
            return
        mapping, columns = page.mapping, page.columns
        self._run(lambda task: self.preview(task, columns, mapping), tr("Reading the file…"))

    def _load(self) -> None:
        page = self.page
        if page is None or page.why_not or self.why_not_load(page.to_load):
            return
        job_id, accepted = page.preview.job_id, page.questions.accepted
        self._run(
            lambda task: self.apply(task, job_id, accepted),
            tr("Loading. All rows are loaded together, or none."),
            load_listed(self.windowTitle()),
        )

    # Export

    @Slot()
    def _export(self) -> None:
        """*Export Problems*: everything that is wrong or worth knowing, as CSV."""
        name = tr("Problems of {file}.csv", file=self._path.stem)
        path = ask_for_target(self, CSV, tr("Export Problems"), name, Holds.MAYBE)
        if path is not None:
            self.start_export(path)

    def start_export(self, path: "Target") -> None:
        """Write the problems to `path`, in a task."""
        assert self._job_id is not None
        db, job_id, shown = self._context.db, self._job_id, self.shown
        self._runner.run(
            lambda task: write_problems(task, db, job_id, path, shown),
            lane=Lane.EXPORT,
            done=self._exported,
            failed=self.show_problem,
            listed=Listed(tr("Export Problems"), Exporter.outcome),
        )

    @Slot(object)
    def _exported(self, summary: ExportSummary) -> None:
        self.remark.setText(tr("Written to {file}", file=summary.path.name))

    # Leaving

    def _may_forget(self) -> bool:
        """Ask first if decisions would be lost."""
        if self.page is None or not self.page.has_decisions:
            return True
        return forget_decisions(self, max(1, self.page.decided.any))

    def _discard(self) -> None:
        """Forget the preview with every row of it."""
        if self._job_id is not None:
            db, job_id = self._context.db, self._job_id
            self._job_id = None
            self._runner.run(lambda task: jobs.discard(db, job_id), lane=Lane.WRITE)
        if self.page is not None:
            self._drop(self.page)
            self.page = None

    def _drop(self, page: QWidget) -> None:
        self.stack.removeWidget(page)
        page.deleteLater()

    @Slot()
    def _other(self) -> None:
        if self._running is None and self._may_forget():
            self._discard()
            super().reject()
            self.other_wanted.emit()

    def reject(self) -> None:
        """Cancel, Esc or the cross; what is under way is stopped first."""
        if self._running is not None:
            self._running.cancel()
            self.cancel_button.setText(tr("Stopping…"))
            self.cancel_button.setEnabled(False)
            return
        if self._may_forget():
            self._discard()
            super().reject()
