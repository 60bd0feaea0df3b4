"""After a load: the exact counts, and *Undo*."""

from collections.abc import Sequence
from typing import Protocol, cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.context import AppContext
from app.errors import AppError
from app.history import UndoSummary
from app.learners import load_apply
from app.learners.load_apply import LoadSummary
from app.tasks import TaskContext
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import Card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import undo_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 520, 200
CountLine = tuple[Icon, Role, str, int]
"""Icon, its colour, words, number."""


class AnySummary(Protocol):
    """What is told of the load of any file."""

    @property
    def job_id(self) -> int: ...
    @property
    def new(self) -> int: ...
    @property
    def changed(self) -> int: ...


def undone_words(done: UndoSummary) -> str:
    """What an undo did, in a sentence."""
    words = plural(done.undone, "{n} record is as it was before the load.", "{n} records are as before the load.")
    if done.left:
        words += " " + plural(
            done.left,
            "{n} record was changed since and stays.",
            "{n} records were changed since and stay.",
        )
    return words


class LoadSummaryDialog(FormDialog):
    """`undone` when the load was taken back."""

    undone = Signal()
    codes_wanted = Signal()
    """The codes without a title are to be shown."""

    title = "Load Learners"
    one, many = "{n} learner loaded", "{n} learners loaded"

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, summary: AnySummary) -> None:
        super().__init__(parent, title=tr(self.title), name="load_summary")
        self._runner, self._context, self.summary = runner, context, summary
        written = summary.new + summary.changed
        heading = plural(written, self.one, self.many) if written else tr("Nothing changed")
        self.say(heading, tr("Everything was written together. Undo takes all of it back."))
        self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
        self.banner = Banner(Icon.WARNING_CIRCLE, Role.BAD, "")
        self.banner.hide()
        self.content.addWidget(self.banner)
        self.content.addWidget(self._counts())
        self.content.addStretch(1)
        self.undo_button = self.add_button(
            tr("Undo"),
            Icon.ARROW_COUNTER_CLOCKWISE,
            name="load_undo",
            clicked=self.undo,
            tip=tr("Takes back everything this load changed."),
        )
        self.codes_button = self.add_button(
            tr("Codes"), Icon.TAG, name="load_codes", clicked=self._to_codes, tip=tr("Give the codes their titles.")
        )
        self.codes_button.setVisible(getattr(summary, "untitled", 0) > 0)
        self.ok_button = self.add_button(tr("OK"), kind="primary", name="load_ok", clicked=self.accept, safe=True)
        self.stay_close()
        self.open_at(_WIDTH, _HEIGHT)

    def lines(self) -> Sequence[CountLine]:
        """What is told: the first three always, the others where they are not 0."""
        done = cast("LoadSummary", self.summary)
        return [
            (Icon.PLUS_CIRCLE, Role.GOOD, tr("New"), done.new),
            (Icon.PENCIL_SIMPLE, Role.INFO, tr("Changed"), done.changed),
            (Icon.EQUALS, Role.TEXT2, tr("Unchanged"), done.unchanged),
            (Icon.BOOKS, Role.TEXT2, tr("Aims added"), done.aims_new),
            (Icon.BOOKS, Role.TEXT2, tr("Aims changed"), done.aims_changed),
            (Icon.TAG, Role.WARN, tr("Codes without a title"), done.untitled),
            (Icon.QUESTION, Role.WARN, tr("Left out: not decided"), done.open),
            (Icon.WARNING, Role.WARN, tr("Left out: changed by somebody since the preview"), done.left),
            (Icon.X_CIRCLE, Role.BAD, tr("Left out: problems"), done.problems),
        ]

    def take_back(self, job_id: int) -> UndoSummary:
        """Undo the load, in a task."""
        return load_apply.undo(self._context.db, self._context.user, job_id)

    def _counts(self) -> QWidget:
        card = Card(padding=12, fill=Role.SUBTLE)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        said = []
        always = 3
        for row, (icon, role, words, number) in enumerate(self.lines()):
            if row >= always and not number:
                continue
            said.append(f"{words}: {count(number)}")
            grid.addWidget(IconLabel(icon, role, 16), row, 0)
            grid.addWidget(text_label(words, Type.BODY, wrap=True), row, 1)
            value = text_label(count(number), Type.KEY, numbers=True, weight=600)
            grid.addWidget(value, row, 2, Qt.AlignmentFlag.AlignRight)
        card.column.addLayout(grid)
        card.setAccessibleName("; ".join(said))
        self.said = said
        self.setAccessibleDescription("; ".join(said))
        return card

    @Slot()
    def undo(self) -> None:
        """Take the whole load back, in a task."""
        if self.writing:
            return
        self._set_busy(True)
        job_id = self.summary.job_id

        def work(context: TaskContext) -> UndoSummary:
            return self.take_back(job_id)

        self.waits(
            self._runner,
            self._runner.run(
                work,
                lane=Lane.WRITE,
                done=self._undone,
                failed=self._failed,
                cancelled=self._stopped,
                listed=undo_listed(tr("Undo of a load")),
            ),
        )

    @Slot()
    def _to_codes(self) -> None:
        if not self.writing:
            self.accept()
            self.codes_wanted.emit()

    def _set_busy(self, busy: bool) -> None:
        self.writing = busy
        undo = tr("Takes back everything this load changed.")
        enable(self.undo_button, tr("It is under way.") if busy else "", undo)
        self.undo_button.setText(tr("Undoing…") if busy else tr("Undo"))

    @Slot()
    def _stopped(self) -> None:
        self._set_busy(False)

    @Slot(object)
    def _undone(self, done: UndoSummary) -> None:
        self._set_busy(False)
        enable(self.undo_button, tr("This load was undone already."))
        self.show_icon(Icon.ARROW_COUNTER_CLOCKWISE, Role.ACCENT_TEXT)
        self.say(tr("The load was undone"), undone_words(done))
        self.ok_button.setFocus()
        self.undone.emit()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._set_busy(False)
        if isinstance(error, AppError):
            self.banner.say(tr(error.message), tr(error.hint))
            self.banner.show()
            self.fit()
        else:
            self._runner.failed.emit(error)
