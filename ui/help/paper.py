"""The help on its way to paper: this topic to a printer, or everything as a PDF file, made in a task."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Slot

from app import __version__
from app.errors import AppError
from app.help.topics import Topic
from app.tasks import TaskContext
from ui.action_list import action_list
from ui.dialogs.message import MessageDialog
from ui.exporting import PDF, ask_for_file
from ui.help.pages_made import commands_table
from ui.help.window import HelpWindow
from ui.look.words import plural, tr
from ui.printing.manual_pages import Manual, layout, paint, write_manual
from ui.work_words import file_listed, told_listed
from ui.workers import Lane, TaskRunner


def manual(topics: Iterable[Topic], *, contents: bool = True) -> Manual:
    """These topics as they are printed. In the window's thread."""
    actions = action_list()
    told = tr("The manual of version {version}, made from the help of the program.", version=__version__)
    pairs = [(one, commands_table(one, actions)) for one in topics]
    return Manual(pairs, tr("Learner Manager"), told if contents else "", contents)


class HelpPaper(QObject):
    """Does what the two buttons of the help window ask for."""

    def __init__(self, window: HelpWindow, runner: TaskRunner) -> None:
        super().__init__(window)
        self._window, self._runner = window, runner
        window.print_wanted.connect(self.print_topic)
        window.manual_wanted.connect(self.save_manual)

    @Slot()
    def save_manual(self) -> None:
        """Ask for a file and write everything into it."""
        start = f"{tr('Learner Manager, Manual')}.pdf"
        path = ask_for_file(self._window, PDF, tr("Save the whole manual as PDF"), start)
        if path is None:
            return
        pages = manual(self._window.book)

        def work(context: TaskContext) -> tuple[int, str]:
            return write_manual(context, pages, path), path.name

        listed = file_listed(tr("Save the whole manual as PDF"), path)
        self._runner.run(work, lane=Lane.EXPORT, done=self._saved, failed=self._failed, listed=listed)

    @Slot()
    def print_topic(self) -> None:
        """Ask for a printer, as the desktop does, and print what is shown."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        topic = self._window.page.topic
        if topic is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageLayout(layout())
        printer.setFullPage(True)
        printer.setDocName(topic.title)
        dialog = QPrintDialog(printer, self._window)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, on=False)
        taken = dialog.exec()
        dialog.deleteLater()
        if taken:
            pages = manual([topic], contents=False)
            self._runner.run(
                lambda context: paint(context, printer, printer, pages, printer.abort),
                lane=Lane.EXPORT,
                done=self._printed,
                failed=self._failed,
                listed=told_listed(tr("Print {page}", page=topic.title), _printed_words),
            )

    @Slot(object)
    def _saved(self, done: tuple[int, str]) -> None:
        pages, name = done
        self._window.say(tr("Saved as {name}: {pages}.", name=name, pages=plural(pages, "{n} page", "{n} pages")))

    @Slot(object)
    def _printed(self, pages: int) -> None:
        self._window.say(_printed_words(pages))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if isinstance(error, AppError):
            MessageDialog(self._window, error).open()
        else:
            self._runner.failed.emit(error)


def _printed_words(pages: int) -> str:
    return plural(pages, "{n} page sent to the printer", "{n} pages sent to the printer")
