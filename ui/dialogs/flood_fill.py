"""*Flood Fill*: what would change is shown while it is chosen, then done as one, and taken back as one."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app import history
from app.context import AppContext
from app.errors import AppError, InputError
from app.history import UndoSummary
from app.learners import flood_fill
from app.learners.flood_fill import SHOWN_OF_EACH, FillRow, FillSummary, Preview, Value
from app.tasks import Progress, TaskContext
from ui.dialogs.flood_fill_form import FillForm
from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tiles import TileContent, Tiles
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import fill_listed, undo_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 860, 600
_SELECTED, _CHANGING, _STAYING, _REFUSING = "selected", "changing", "staying", "refusing"
_TITLES = {_CHANGING: "Would change", _STAYING: "Has it already", _REFUSING: "Cannot be changed"}
_DONE_TITLES = {_CHANGING: "Changed", _STAYING: "Had it already", _REFUSING: "Left as they are"}


class FloodFillDialog(FormDialog):
    """`filled` when learners were changed, and again when that was taken back."""

    filled = Signal()

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        learner_ids: Sequence[int],
        campuses: Sequence[tuple[int, str]],
    ) -> None:
        super().__init__(parent, title=tr("Flood Fill"), icon=Icon.PAINT_BUCKET, name="flood_fill")
        self._runner, self._context, self._ids = runner, context, learner_ids
        self._looking: TaskContext | None = None
        self._working: TaskContext | None = None
        self.preview: Preview | None = None
        self.summary: FillSummary | None = None
        self._chosen = False
        """Whether something was chosen or typed since the dialog opened."""
        self._rows: dict[str, tuple[FillRow, ...]] = {}
        self._titles = _TITLES
        self.form = FillForm(campuses)
        self._build()
        self._say_ready()
        self.look()
        self._chosen = False
        self.form.changed.connect(self.look)
        self.open_at(_WIDTH, _HEIGHT)
        self.form.field_box.setFocus()

    # Building

    def _build(self) -> None:
        self.banner = Banner(Icon.WARNING, Role.WARN, "")
        self.banner.setObjectName("fill_banner")
        self.banner.hide()
        self.content.addWidget(self.banner)
        self.content.addWidget(self.form)
        self.tiles = Tiles(
            [
                TileContent(_SELECTED, len(self._ids), tr("Selected")),
                TileContent(_CHANGING, 0, tr(_TITLES[_CHANGING]), Icon.PENCIL_SIMPLE, Role.INFO),
                TileContent(_STAYING, 0, tr(_TITLES[_STAYING]), Icon.EQUALS, Role.TEXT2),
                TileContent(_REFUSING, 0, tr(_TITLES[_REFUSING]), Icon.PROHIBIT, Role.BAD),
            ],
            parent=self,
        )
        self.tiles.chosen.connect(self.show_list)
        self.content.addWidget(self.tiles)
        self.content.addLayout(self._progress_line())
        columns = (
            ListColumn(tr("Person Code"), "code", 14),
            ListColumn(tr("Name"), "key", 26),
            ListColumn(tr("Before"), "text", 30),
            ListColumn(tr("After"), "text", 30),
        )
        self.list = SummaryList(columns, "fill_list")
        self.list.setAccessibleName(tr("Learners"))
        self.content.addWidget(in_card(self.list), 1)
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="fill_undo", clicked=self.undo
        )
        self.undo_button.setAccessibleDescription(tr("Takes back everything this Flood Fill changed."))
        self.undo_button.hide()
        self.close_button = self.add_button(tr("Cancel"), name="fill_close", clicked=self.reject)
        self.fill_button = self.add_button(
            tr("Fill"), Icon.PAINT_BUCKET, kind="primary", name="fill_start", clicked=self.start
        )

    def _progress_line(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self.list_words = text_label("", Type.HEADER, numbers=True, name="fill_list_words")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.hide()
        row.addWidget(self.list_words)
        row.addWidget(self._bar, 1)
        row.addStretch(1)
        return row

    def _say_ready(self) -> None:
        number = len(self._ids)
        self.say(
            plural(number, "Set one field for {n} selected learner", "Set one field for {n} selected learners"),
            tr("Nothing is written until you press Fill. One Undo takes all of it back."),
        )

    # Looking

    @Slot()
    def look(self) -> None:
        """Work out anew what would change; writes nothing."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        if self._working is not None or self.summary is not None:
            return
        self._chosen = True
        self.preview = None
        enable(self.fill_button, tr("What would change is being counted."))
        self.close_button.setDefault(True)
        name, value = self.form.what.name, self.form.value
        if value == "":
            self._show_counts({}, {})
            self.list_words.setText(tr("Type a value, or make it blank."))
            enable(self.fill_button, tr("Type a value, or make it blank."))
            return
        run, ids = self._context, self._ids
        self.list_words.setText(tr("Looking…"))
        self._looking = self._runner.run(
            lambda task: ((name, value), flood_fill.preview(task, run.db, run.user, ids, name, value)),
            lane=Lane.COUNT,
            done=self._looked,
            failed=self._look_failed,
        )

    @Slot(object)
    def _looked(self, answer: tuple[tuple[str, Value], Preview]) -> None:
        asked, found = answer
        # Only what was asked for last counts: another was cancelled, or came too late.
        if self._working is not None or self.summary is not None or asked != (self.form.what.name, self.form.value):
            return
        self._looking = None
        self.preview = found
        self.form.show_error("")
        numbers = {_CHANGING: len(found.ids), _STAYING: found.unchanged, _REFUSING: found.refused}
        self._show_counts(numbers, {_CHANGING: found.changing, _STAYING: found.staying, _REFUSING: found.refusing})
        changing = len(found.ids)
        self.fill_button.setText(
            plural(changing, "Fill {n} Learner", "Fill {n} Learners") if changing else tr("Fill")
        )
        enable(self.fill_button, "" if changing else tr("No learner would change."))
        (self.fill_button if changing else self.close_button).setDefault(True)

    @Slot(object)
    def _look_failed(self, error: Exception) -> None:
        enable(self.fill_button, tr("What would change could not be counted."))
        if isinstance(error, InputError) and error.field == "value":
            self.form.show_error(f"{tr(error.message)} {tr(error.hint)}")
            self.list_words.setText("")
        else:
            self._show_problem(error)

    def _show_counts(self, numbers: dict[str, int], rows: dict[str, tuple[FillRow, ...]]) -> None:
        whole = {key: numbers.get(key, 0) for key in (_CHANGING, _STAYING, _REFUSING)}
        self._rows = rows
        self.tiles.show_numbers({_SELECTED: sum(numbers.values()) or len(self._ids), **whole})
        first = next((key for key in (_CHANGING, _REFUSING, _STAYING) if whole[key]), _CHANGING)
        self.tiles.choose(first)
        self.show_list(first)

    @Slot(str)
    def show_list(self, key: str) -> None:
        """Show the learners behind a tile; the first ones, where there are very many."""
        if key == _SELECTED:
            rows = tuple(row for one in (_CHANGING, _STAYING, _REFUSING) for row in self._rows.get(one, ()))
            number = self.tiles.tile(_SELECTED).content.number
        else:
            rows, number = self._rows.get(key, ()), self.tiles.tile(key).content.number
        title = tr(self._titles[key]) if key in self._titles else tr("Selected")
        words = f"{title}: {count(number)}"
        if len(rows) < number and rows:
            words += " " + tr("(the first {n} are listed)", n=count(len(rows)))
        self.list_words.setText(words)
        self.list.setAccessibleName(words)
        changing = set(map(id, self._rows.get(_CHANGING, ())))
        self.list.show_rows(len(rows), lambda place: self._texts(rows[place], changes=id(rows[place]) in changing))

    def _texts(self, row: FillRow, *, changes: bool) -> tuple[str, str, str, str]:
        blank = tr("(blank)")
        shown = self.preview.shown if self.preview is not None else ""
        after = (shown or blank) if changes else (tr(row.reason) or row.old or blank)
        return row.ref or "–", row.name or tr("No name"), row.old or blank, after

    # Filling

    @Slot()
    def start(self) -> None:
        """Write what the preview showed, in a task."""
        seen = self.preview
        if seen is None or self._working is not None or self.form.waiting:
            return
        run = self._context
        self.banner.hide()
        self._set_working(tr("Filling…"))
        self._working = self._runner.run(
            lambda task: flood_fill.fill(task, run.db, run.user, seen),
            lane=Lane.WRITE,
            done=self._done,
            progress=self._progress,
            failed=self._failed,
            cancelled=self._stopped,
            listed=fill_listed(),
        )
        self.waits(self._runner, self._working)

    def _set_working(self, words: str) -> None:
        self.form.setEnabled(False)
        enable(self.fill_button, tr("It is under way."))
        self.undo_button.setEnabled(False)
        self.close_button.setText(tr("Stop"))
        self.list_words.setText(words)
        self._bar.setRange(0, 0)
        self._bar.show()
        self.close_button.setFocus()

    def _not_working(self) -> None:
        self._working = None
        self._bar.hide()
        self.close_button.setEnabled(True)
        self.close_button.setText(tr("Close") if self.summary is not None else tr("Cancel"))

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        self.list_words.setText(
            tr("{done} of {total} learners", done=count(progress.done), total=count(progress.total))
        )

    @Slot(object)
    def _done(self, summary: FillSummary) -> None:
        self.summary = summary
        self._not_working()
        self.form.lock()
        self.fill_button.hide()
        self._titles = _DONE_TITLES
        self.show_icon(*((Icon.WARNING, Role.WARN) if summary.left else (Icon.CHECK_CIRCLE, Role.GOOD)))
        seen = self.preview
        assert seen is not None
        text = tr("{field} is {value} now.", field=tr(seen.what.title), value=seen.shown or tr("blank"))
        if summary.left:
            text += " " + plural(
                summary.left,
                "{n} was changed by somebody else since the preview and is left as it is.",
                "{n} were changed by somebody else since the preview and are left as they are.",
            )
        self.say(plural(summary.changed, "{n} learner changed", "{n} learners changed"), text)
        self._show_done(summary, seen)
        self.undo_button.show()
        self.undo_button.setEnabled(True)
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        self.filled.emit()

    def _show_done(self, summary: FillSummary, seen: Preview) -> None:
        left = (*summary.conflicts, *seen.refusing)[: 2 * SHOWN_OF_EACH]
        gone = {(one.ref, one.name) for one in summary.conflicts}
        changed = tuple(one for one in seen.changing if (one.ref, one.name) not in gone)
        numbers = {_CHANGING: summary.changed, _STAYING: summary.unchanged, _REFUSING: summary.left + summary.refused}
        self._show_counts(numbers, {_CHANGING: changed, _STAYING: seen.staying, _REFUSING: left})
        for key, title in _DONE_TITLES.items():
            tile = self.tiles.tile(key)
            tile.show_content(replace(tile.content, text=tr(title)))
        if summary.left:
            self.tiles.choose(_REFUSING)
            self.show_list(_REFUSING)

    @Slot()
    def _stopped(self) -> None:
        self._ready_again()
        self.banner.say(tr("Stopped. Nothing was changed."), "", Role.INFO, Icon.INFO)
        self.banner.show()
        self.fit()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._ready_again()
        self._show_problem(error)

    def _ready_again(self) -> None:
        self._not_working()
        self.form.setEnabled(True)
        self.look()

    def _show_problem(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.banner.say(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
            self.banner.show()
            self.fit()
        else:
            self._runner.failed.emit(error)

    # Undo

    @Slot()
    def undo(self) -> None:
        """Take it back, in a task."""
        summary = self.summary
        if summary is None or self._working is not None:
            return
        run = self._context
        self._set_working(tr("Taking it back…"))
        self.close_button.setEnabled(False)
        self._working = self._runner.run(
            lambda task: history.undo(run.db, run.user.id, summary.operation_id),
            lane=Lane.WRITE,
            done=self._undone,
            failed=self._undo_failed,
            cancelled=self._undo_stopped,
            listed=undo_listed(tr("Undo of Flood Fill"), "learners"),
        )
        self.waits(self._runner, self._working)

    @Slot(object)
    def _undone(self, done: UndoSummary) -> None:
        self._not_working()
        self.undo_button.hide()
        self.show_icon(Icon.ARROW_COUNTER_CLOCKWISE, Role.ACCENT_TEXT)
        words = plural(done.undone, "{n} learner is as before.", "{n} learners are as before.")
        if done.left:
            words += " " + plural(done.left, "{n} was changed since and stays.", "{n} were changed since and stay.")
        self.say(tr("Flood Fill was undone"), words)
        self.list_words.setText("")
        self.close_button.setFocus()
        self.filled.emit()

    @Slot(object)
    def _undo_failed(self, error: Exception) -> None:
        self._undo_stopped()
        self._show_problem(error)

    @Slot()
    def _undo_stopped(self) -> None:
        self._not_working()
        self.undo_button.setEnabled(True)
        self.show_list(self.tiles.value or _CHANGING)

    # Leaving

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the form looks first at what was just typed or chosen, and does not close under somebody's hands
        while that takes a moment."""
        focus = self.focusWidget()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and focus and self.form.isAncestorOf(focus):
            if self.form.waiting:
                self.look()
            if self._chosen and self.preview is None:
                return
        super().keyPressEvent(event)

    def reject(self) -> None:
        """Close, Esc or the cross; while something is written it is stopped first."""
        if self._working is not None:
            if self.withdraw(tell=self.summary is not None):
                return
            self._working.cancel()
            self.close_button.setEnabled(False)
            return
        if self._looking is not None:
            self._looking.cancel()
        super().reject()
