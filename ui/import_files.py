"""Files that an import leaves or begins with: refused rows, the report, templates."""

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.context import AppContext
from app.tasks import TaskContext
from ui.export_status import ExportStatus
from ui.exporting import CSV, EXCEL, Exporter
from ui.look.icons import Icon, qicon
from ui.look.words import tr
from ui.protecting import Holds, ask_for_target
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from app.export import ExportSummary, Target


class ImportFiles(QObject):
    """Asks where to write, and writes in a task that the status bar shows."""

    def __init__(self, context: AppContext, runner: TaskRunner, exports: ExportStatus, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._runner, self._exports, self._window = context, runner, exports, window

    def export_refused_of(self, job_id: int, acknowledged: frozenset[str]) -> None:
        """Ask for a file, and write the rows of a job that are not applied."""
        path = self._ask(tr("Export Refused Rows"), tr("Refused rows of job {n}", n=job_id), holds=Holds.MAYBE)
        if path is not None:
            from app.imports import job_export

            run = self._context
            self._export(
                lambda task: job_export.export_refused(task, run.db, run.user, job_id, path, acknowledged),
                tr("Export Refused Rows"),
            )

    def export_report(self, job_id: int) -> None:
        """Ask for a file, and write everything that was found."""
        path = self._ask(tr("Export Report"), tr("Report of job {n}", n=job_id), holds=Holds.MAYBE)
        if path is not None:
            from app.imports import job_export

            run = self._context
            self._export(
                lambda task: job_export.export_report(task, run.db, run.user, job_id, path), tr("Export Report")
            )

    def _ask(self, title: str, name: str, kind: str = CSV, *, holds: Holds = Holds.NOBODY) -> "Target | None":
        return ask_for_target(self._window, kind, title, f"{name}.{kind}", holds)

    def _export(self, work: object, title: str) -> None:
        exporter = Exporter(self._runner, self)
        exporter.start(cast("partial[ExportSummary]", work), title)
        self._exports.follow(exporter)

    # Templates

    def templates_menu(self) -> QMenu:
        """*Templates*: each as CSV or as a workbook."""
        from app.imports.templates import TEMPLATES

        menu = QMenu(self._window)
        menu.setObjectName("templates_menu")
        for template in TEMPLATES:
            inside = menu.addMenu(qicon(Icon.FILE_TEXT), tr(template.title))
            inside.setObjectName(f"template_{template.key}")
            for kind, words in ((CSV, tr("As a CSV File")), (EXCEL, tr("As an Excel Workbook"))):
                inside.addAction(words).setData((template.key, kind))
            inside.triggered.connect(self._template_chosen)
        return menu

    def show_templates_menu(self) -> None:
        menu = self.templates_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    @Slot(QAction)
    def _template_chosen(self, action: QAction) -> None:
        from app.imports.templates import TEMPLATES

        key, kind = action.data()
        template = next(one for one in TEMPLATES if one.key == key)
        path = self._ask(tr("Save Template"), tr(template.title), kind)
        if path is None:
            return
        db = self._context.db

        def work(task: TaskContext) -> "ExportSummary":
            from app.imports import credit_lists, facts, templates

            with db.read(task) as tx:
                types = [one.code for one in facts.types(tx).values() if one.active]
                categories = credit_lists.categories(tx)
            return templates.write_template(task, path, template, types, categories)

        self._export(work, tr("Save Template"))
