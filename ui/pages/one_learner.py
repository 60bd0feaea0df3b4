"""One learner, one page: what is stored of them and what happened; printed or saved as a PDF."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Changes
from app.context import AppContext
from app.dates import shown_time
from app.export_target import Target
from app.past import one_learner
from app.past.one_learner import ON_PAPER, OneLearner, Part
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.exporting import PDF
from ui.hub import Hub
from ui.look.buttons import button, enable
from ui.look.cards import Card, RoundedCorners
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, TextLabel, text_label
from ui.look.lines import empty
from ui.look.plain import visible_text
from ui.look.scrolling import scrolling
from ui.look.shapes import HEADER_HEIGHT
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.printing import learner_pages
from ui.printing.learner_pages import LearnerPages
from ui.printing.pdf import write_pages
from ui.protecting import Holds, ask_for_target
from ui.work_words import file_listed, told_listed
from ui.workers import Lane, TaskRunner

_ROW_HEIGHT, _MOST_ROWS, _WIDE = 26, 9, 1000


class OneLearnerPage(QWidget):
    """Of the learner that `show_learner` was asked for last; `said` a sentence for the status bar."""

    said = Signal(str)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("one_learner")
        self._context, self._runner = context, runner
        self._learner_id: int | None = None
        self.found: OneLearner | None = None
        self._waits: TaskContext | None = None
        self.lists: dict[str, SummaryList] = {}
        self._build()
        hub.announced.connect(self._announced)
        self._show(None)

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 0, 8, 0)
        inside = QWidget()
        area = scrolling(inside, "one_learner_area", sideways=False, ground=Role.WINDOW)
        area.setAccessibleName(tr("What is stored, and what happened"))
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        column.addWidget(self._head())
        self._parts = QVBoxLayout()
        self._parts.setSpacing(8)
        column.addLayout(self._parts)
        column.addStretch(1)
        whole.addWidget(area, 1)

    def _head(self) -> QWidget:
        head = Card(padding=16)
        head.column.setSpacing(8)
        top = QHBoxLayout()
        top.setSpacing(8)
        self.name = ElidingLabel("", Type.HEADING)
        self.name.setObjectName("one_learner_name")
        top.addWidget(self.name, 1)
        self.paper = button(tr("Print…"), Icon.PRINTER, name="one_learner_print", clicked=self.to_paper)
        self.pdf = button(tr("Save as PDF…"), Icon.FILE_TEXT, name="one_learner_pdf", clicked=self.to_pdf)
        top.addWidget(self.paper)
        top.addWidget(self.pdf)
        head.column.addLayout(top)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(16)
        self._facts.setVerticalSpacing(4)
        head.column.addLayout(self._facts)
        return head

    # Reading

    @property
    def settled(self) -> bool:
        """False while the learner is being read."""
        return self._waits is None

    def show_learner(self, learner_id: int) -> None:
        """Read this learner, in a task, and show them."""
        if learner_id != self._learner_id:
            self._learner_id = learner_id
            self._show(None)
        self.refresh()

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Something may have changed: read anew."""
        key, run = self._learner_id, self._context
        if key is None:
            return
        if self._waits is not None:
            self._waits.cancel()

        def work(context: TaskContext) -> tuple[int, OneLearner | None]:
            with run.db.read(context) as tx:
                return key, one_learner.read(tx, run.user, key)

        self._waits = self._runner.run(work, lane=Lane.READ, done=self._read, failed=self._failed)

    @Slot(object)
    def _read(self, answer: tuple[int, OneLearner | None]) -> None:
        key, found = answer
        if key == self._learner_id:
            self._waits = None
            self._show(found)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._waits = None
        self._runner.unread(error)

    # Showing

    def _show(self, found: OneLearner | None) -> None:
        if found is not None and found == self.found:
            return
        self.found = found
        empty(self._facts)
        empty(self._parts)
        self.lists = {}
        nobody = "" if found is not None else tr("Select one learner on the Learners page first.")
        may = self._context.rights.why_not(Permission.EXPORT)
        for one in (self.paper, self.pdf):
            enable(one, nobody or may, tr("Everything on this page, on A4. It holds personal data: keep it safe."))
        self.name.setText(visible_text(found.name) if found is not None else nobody)
        if found is None:
            return
        beside = 3 if self.width() >= scaled(_WIDE) else 2
        for place, (title, value) in enumerate(found.facts):
            row, column = divmod(place, beside)
            caption = TextLabel(tr(title), Type.SECONDARY, Role.TEXT2)
            words = ElidingLabel(visible_text(value), Type.BODY)
            caption.setBuddy(words)
            self._facts.addWidget(caption, row, 2 * column)
            self._facts.addWidget(words, row, 2 * column + 1)
        for column in range(3):
            self._facts.setColumnStretch(2 * column + 1, 1 if column < beside else 0)
        for part in found.parts:
            self._parts.addWidget(self._card(part))
        parts.in_reading_order([self.paper, self.pdf, *self.lists.values()])
        if self.isVisible() and self.focusWidget() is None and self.pdf.isEnabled():
            self.pdf.setFocus(Qt.FocusReason.OtherFocusReason)

    def _card(self, part: Part) -> QWidget:
        card = Card(name=f"one_learner_{part.name}_card")
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 8)
        head.setSpacing(8)
        told = tr(part.title)
        head.addWidget(TextLabel(told, Type.HEADER))
        head.addWidget(TextLabel(count(part.total), Type.BODY, Role.TEXT2, numbers=True))
        if part.total > len(part.rows):
            head.addWidget(
                TextLabel(tr("the latest {n} are shown", n=count(len(part.rows))), Type.SECONDARY, Role.TEXT2)
            )
        head.addStretch(1)
        card.column.addLayout(head)
        if not part.rows:
            none = text_label(tr("None."), Type.SECONDARY, Role.TEXT3)
            none.setContentsMargins(16, 0, 16, 12)
            card.column.addWidget(none)
            return card
        columns = [
            ListColumn(tr(title), "text", share) for title, share in zip(part.columns, part.shares, strict=True)
        ]
        shown = SummaryList(columns, f"one_learner_{part.name}")
        shown.setAccessibleName(told)
        shown.show_rows(len(part.rows), part.rows.__getitem__)
        rows = min(len(part.rows), _MOST_ROWS)
        shown.setFixedHeight(scaled(HEADER_HEIGHT + rows * _ROW_HEIGHT) + 4)
        self.lists[part.name] = shown
        card.column.addWidget(shown)
        RoundedCorners(card)
        return card

    # On paper

    def _pages(self, context: TaskContext, blank: LearnerPages) -> LearnerPages:
        """What goes on paper: read anew, and more of it than stands on the screen; in a task. Raises AccessError."""
        run = self._context
        run.require(Permission.EXPORT)
        with run.db.read(context) as tx:
            found = one_learner.read(tx, run.user, blank.found.id, ON_PAPER)
        return LearnerPages(found or blank.found, blank.made, blank.text, blank.bold)

    def _blank(self) -> LearnerPages | None:
        if self.found is None:
            return None
        made = tr(
            "Printed {when} by {user}", when=shown_time(datetime.now().astimezone()), user=self._context.user.name
        )
        return LearnerPages(self.found, made)

    @Slot()
    def to_pdf(self) -> None:
        """*Save as PDF*: ask for a file and write it."""
        if self._blank() is None:
            return
        start = f"{tr('Learner')}.pdf"
        path = ask_for_target(self.window(), PDF, tr("Save as PDF"), start, Holds.TOGETHER)
        if path is not None:
            self.save_pdf(path)

    def save_pdf(self, path: Target) -> None:
        """Write the pages to `path`, in a task."""
        if (blank := self._blank()) is None:
            return

        def work(context: TaskContext) -> str:
            pages = self._pages(context, blank)
            write_pages(
                path,
                tr("One Learner"),
                learner_pages.layout(),
                lambda writer: learner_pages.paint(context, writer, writer, pages),
            )
            return path.name

        self._runner.run(work, lane=Lane.EXPORT, done=self._saved, listed=file_listed(tr("One Learner"), path))

    @Slot(object)
    def _saved(self, name: str) -> None:
        self.said.emit(tr("Saved as {name}. It holds personal data: keep it safe.", name=name))

    @Slot()
    def to_paper(self) -> None:
        """*Print*: ask for a printer, as the desktop does, and print there."""
        if (blank := self._blank()) is None:
            return
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageLayout(learner_pages.layout())
        printer.setFullPage(True)
        printer.setDocName(tr("One Learner"))
        printer.setCreator("Learner Manager")
        dialog = QPrintDialog(printer, self.window())
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, on=False)
        taken = dialog.exec()
        dialog.deleteLater()
        if taken:

            def work(context: TaskContext) -> int:
                return learner_pages.paint(context, printer, printer, self._pages(context, blank), printer.abort)

            listed = told_listed(tr("Print {page}", page=tr("One Learner")), _printed_words)
            self._runner.run(work, lane=Lane.EXPORT, done=self._printed, listed=listed)

    @Slot(object)
    def _printed(self, pages: int) -> None:
        self.said.emit(_printed_words(pages))


def _printed_words(pages: int) -> str:
    return plural(pages, "Sent to the printer: {n} page.", "Sent to the printer: {n} pages.")
