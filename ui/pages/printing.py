"""*Print* of a page with a grid: asks how, then makes the pages in a task, followed in the status bar."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.dates import shown_time
from app.export_sheet import ExportSummary
from app.tasks import TaskContext
from ui.activity import Outcome
from ui.exporting import PDF, Exporter
from ui.look.words import plural, tr
from ui.printing.list_pages import Listing, layout, paint
from ui.printing.pdf import write_pdf
from ui.protecting import ask_for_target, held_by

if TYPE_CHECKING:
    from ui.pages.grid_page import GridPage


class PaperExporter(Exporter):
    """An export whose target is a printer. Not every printing system lets a job be taken back: it is said."""

    @staticmethod
    def outcome(summary: ExportSummary) -> Outcome:
        return Outcome(plural(summary.rows, "{n} row sent to the printer", "{n} rows sent to the printer"))

    @Slot(object)
    def _done(self, summary: ExportSummary) -> None:
        self.finished.emit(self.outcome(summary).words, None)
        self.ended.emit()

    @Slot()
    def _cancelled(self) -> None:
        self.finished.emit(tr("Printing stopped. Pages that were ready may still come."), None)
        self.ended.emit()


class Printing(QObject):
    """One list on its way to paper: it lives as long as its dialog asks."""

    def __init__(self, page: "GridPage", user: str) -> None:
        super().__init__(page)
        self._page = page
        self.listing = Listing(
            page.source,
            page.rows_to_export(),
            page.grid.column_layout.visible_columns(),
            tr(page.title),
            page.in_words(),
            tr("Printed {when} by {user}", when=shown_time(datetime.now().astimezone()), user=user),
        )

    def ask(self) -> None:
        """Say how much it is, and ask how."""
        from ui.dialogs.print_list import PrintDialog

        listing, page = self.listing, self._page
        dialog = PrintDialog(
            page.window(), len(listing.keys), listing.pages, listing.sentence, selected=page.selected_count > 1
        )
        dialog.pdf_wanted.connect(self.to_pdf)
        dialog.paper_wanted.connect(self.to_paper)
        dialog.rejected.connect(self.deleteLater)
        dialog.open()

    @Slot()
    def to_pdf(self) -> None:
        """Ask for a file and write it."""
        start = f"{tr(self._page.title)}.pdf"
        holds = held_by(self.listing.columns)
        path = ask_for_target(self._page.window(), PDF, tr("Save as PDF"), start, holds)
        if path is not None:
            listing = self.listing
            exporter = Exporter(self._page.runner, self._page)
            may = self._page.may_export

            def work(context: TaskContext) -> ExportSummary:
                may()
                return write_pdf(context, listing, path)

            exporter.start(work, tr("Save as PDF"))
            self._page.exporting.emit(exporter)
        self.deleteLater()

    @Slot()
    def to_paper(self) -> None:
        """Ask for a printer, as the desktop does, and print there."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageLayout(layout())
        printer.setFullPage(True)
        printer.setDocName(self.listing.title)
        printer.setCreator("Learner Manager")
        dialog = QPrintDialog(printer, self._page.window())
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, on=False)
        taken = dialog.exec()
        dialog.deleteLater()
        if taken:
            listing, may = self.listing, self._page.may_export

            def work(context: TaskContext) -> ExportSummary:
                may()
                paint(context, printer, printer, listing, printer.abort)
                return ExportSummary(len(listing.keys), Path(printer.outputFileName()))

            exporter = PaperExporter(self._page.runner, self._page)
            exporter.start(work, tr("Print"))
            self._page.exporting.emit(exporter)
        self.deleteLater()
