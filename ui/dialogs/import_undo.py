"""*Undo* of an import, and *Withdraw*, *Delete Held Record*, *Withdraw and Delete* for some of its rows: what each
does, what stays, and what outside bodies cannot be made to forget, before anything is done (CR-U1 to CR-U3)."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from app.changes import Topic
from app.context import AppContext
from app.imports import undo
from app.imports.undo import CONSEQUENCES, TITLES, Consequence, Removal, Undone
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.plain import visible_text
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import told_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 660, 280
_LIST = 180
_TOLD = State(Icon.PAPER_PLANE_TILT, "Reported", Role.WARN)
_LEFT = State(Icon.PENCIL_SIMPLE, "Stays", Role.TEXT2)
_WAYS = (Removal.BOTH, Removal.WITHDRAW, Removal.DELETE)

Looked = Mapping[Removal, Consequence]


class ImportUndoDialog(WorkingDialog):
    """Of a whole job, or with `row_ids` of some of its rows, where a person chooses which of the three."""

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        job_id: int,
        row_ids: Sequence[int] | None = None,
        ways: Sequence[Removal] = _WAYS,
    ) -> None:
        whole = row_ids is None
        super().__init__(
            parent,
            runner,
            context,
            title=tr("Undo Import") if whole else tr("Withdraw or Delete"),
            icon=Icon.ARROW_COUNTER_CLOCKWISE,
            name="import_undo_dialog",
        )
        self.job_id, self._row_ids = job_id, None if row_ids is None else tuple(row_ids)
        self._ways = (Removal.BOTH,) if whole else tuple(ways)
        self._looked: Looked | None = None
        self.undone: Undone | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self._read()

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, RING, 0)
        column.setSpacing(12)
        self._choice = QWidget()
        choices = QVBoxLayout(self._choice)
        choices.setContentsMargins(0, 0, 0, 0)
        choices.setSpacing(6)
        self._group = QButtonGroup(self)
        self.ways: dict[Removal, QRadioButton] = {}
        for way in self._ways:
            made = self.ways[way] = QRadioButton(tr(TITLES[way]))
            made.setObjectName(f"undo_{way.value}")
            made.setAccessibleDescription(tr(CONSEQUENCES[way]))
            self._group.addButton(made)
            choices.addWidget(made)
        self.ways[self._ways[0]].setChecked(True)
        self._group.buttonToggled.connect(self._way_chosen)
        self._choice.setVisible(len(self._ways) > 1)
        column.addWidget(self._choice)
        self._does = text_label("", Type.BODY, wrap=True, name="undo_consequence")
        column.addWidget(self._does)
        self._numbers = text_label("", Type.KEY, wrap=True, numbers=True, name="undo_numbers")
        column.addWidget(self._numbers)
        self._listed = TextLabel("", Type.HEADER)
        column.addWidget(self._listed)
        columns = (
            ListColumn(tr("What"), "text", 20),
            ListColumn(tr("Row"), "number", 12),
            ListColumn(tr("Why"), "text", 68),
        )
        self.list = StateList(columns, "undo_list", 0)
        self.list.setAccessibleName(tr("What cannot be taken back"))
        self._card = in_card(self.list)
        column.addWidget(self._card, 1)
        for one in (self._listed, self._card):
            one.hide()
        column.addLayout(self.work_line())
        column.addStretch(0)
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self.close_button = self.add_button(tr("Cancel"), name="undo_close", clicked=self.reject)
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, kind="danger", name="undo_do", clicked=self.undo
        )
        parts.in_reading_order([self._choice, self._card, self.foot])

    # What it would do

    def _read(self) -> None:
        db, job_id, ids, ways = self._context.db, self.job_id, self._row_ids, self._ways

        def work(task: TaskContext) -> Looked:
            with db.read(task) as tx:
                return {way: undo.consequence(tx, job_id, way, ids) for way in ways}

        self.say(tr("Looking at what it would do…"))
        self.work(tr("Looking at what it would do…"), work, self._known, Lane.CHECK, reads=True)

    def _known(self, found: Looked) -> None:
        self._looked = found
        if self._row_ids is None:
            self.say(
                tr("Undo job {n}?", n=self.job_id), tr("Everything that the import wrote is taken back together.")
            )
        elif len(self._ways) == 1:
            self.say(
                plural(len(self._row_ids), "Delete {n} held record?", "Delete {n} held records?"),
                tr("The rows of the file stay listed with their import."),
            )
        else:
            number = plural(len(self._row_ids), "{n} row", "{n} rows")
            self.say(tr("What is to become of {rows}?", rows=number), tr("Each of the three does something else."))
        self._way_chosen()
        (self.ways[self.way] if len(self._ways) > 1 else self.close_button).setFocus()

    @property
    def way(self) -> Removal:
        """Which of the three is chosen."""
        return next(way for way, one in self.ways.items() if one.isChecked())

    @Slot()
    def _way_chosen(self, *_: object) -> None:
        if self._looked is None or self.undone is not None:
            return
        found = self._looked[self.way]
        self._does.setText(tr(CONSEQUENCES[self.way]))
        self._numbers.setText(_number_words(found.withdrawn, found.deleted, len(found.left)))
        self._list(found.left, [(one.number, one.body) for one in found.told], done=False)
        self.undo_button.setText(tr("Undo") if self._row_ids is None else tr(TITLES[self.way]))
        self.refresh()

    def _list(self, left: Sequence[int], told: Sequence[tuple[int, str]], *, done: bool) -> None:
        rows = [
            StateRow(
                _TOLD, ("", count(number), tr("{body} was told, and will not forget it.", body=visible_text(body)))
            )
            for number, body in told
        ]
        rows += [
            StateRow(_LEFT, ("", count(one), tr("Somebody changed it, or stands on it, since."))) for one in left
        ]
        self.list.show_states(rows)
        title = (
            tr("What stayed, and what cannot be recalled") if done else tr("What stays, and what cannot be recalled")
        )
        self._listed.setText(title)
        self._listed.setVisible(bool(rows))
        self._card.setVisible(bool(rows))
        self.list.setMinimumHeight(scaled(_LIST))
        self.fit()

    @Slot()
    def refresh(self) -> None:
        """What can be pressed."""
        if not hasattr(self, "undo_button"):
            return
        reason = ""
        if self.busy:
            reason = tr("It is under way.")
        elif self._looked is None:
            reason = tr("There is nothing to take back.")
        elif self.undone is None and not (self._looked[self.way].withdrawn or self._looked[self.way].deleted):
            reason = tr("Nothing of these rows can be taken back so.")
        enable(self.undo_button, reason, tr(CONSEQUENCES[self.way]))
        self._choice.setEnabled(not self.busy and self.undone is None)
        if not self.busy and self.undone is None:
            self.close_button.setText(tr("Cancel"))

    # Doing it

    @Slot()
    def undo(self) -> None:
        """Do it, in a task."""
        run, job_id, ids, way = self._context, self.job_id, self._row_ids, self.way
        if not self.undo_button.isEnabled() or self.undone is not None:
            return

        def work(task: TaskContext) -> Undone:
            if ids is None:
                return undo.undo_job(task, run.db, run.user, job_id)
            return undo.remove(task, run.db, run.user, job_id, ids, way)

        self.work(
            tr("Taking it back…"),
            work,
            self._done_so,
            Lane.IMPORT,
            told_listed(
                tr("Undo of an import"),
                lambda done: _number_words(done.withdrawn, done.deleted, len(done.left)),
                "import_jobs",
            ),
        )

    def _done_so(self, done: Undone) -> None:
        self.undone = done
        self.show_icon(*((Icon.WARNING, Role.WARN) if done.left else (Icon.CHECK_CIRCLE, Role.GOOD)))
        heading = tr("Job {n} was undone in part" if done.left else "Job {n} was undone", n=self.job_id)
        if self._row_ids is not None:
            heading = tr("Done: {what}", what=tr(TITLES[self.way]))
        shells = plural(done.shells, "{n} course that it had made is gone.", "{n} courses that it had made are gone.")
        self.say(heading, shells if done.shells else "")
        self._does.setText("")
        self._does.hide()
        self._choice.hide()
        self._numbers.setText(_number_words(done.withdrawn, done.deleted, len(done.left)))
        self._list(done.left, [(one.number, one.body) for one in done.told], done=True)
        self.undo_button.hide()
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        self.written(*done.changes.topics, Topic.IMPORTS)


def _number_words(withdrawn: int, deleted: int, left: int) -> str:
    """`120 rows withdrawn · 8 held rows deleted · 1 stays`."""
    said = [
        plural(withdrawn, "{n} row withdrawn", "{n} rows withdrawn"),
        plural(deleted, "{n} held row deleted", "{n} held rows deleted"),
        plural(left, "{n} row stays", "{n} rows stay"),
    ]
    return "  ·  ".join(said)
