"""What became of the selected rows: an equation of tiles, and the list behind the tile that is chosen."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.export import ExportColumn, ExportSummary, Sheet, Target, write_csv
from app.plr.session import PlrRow
from app.plr.update import UpdateSummary
from app.tasks import TaskContext
from ui.activity import Listed
from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.exporting import CSV, Exporter
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tiles import TileContent, Tiles
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.protecting import Holds, ask_for_target
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 860, 440
_PROCESSED, _UPDATED, _UNCHANGED, _NOT_APPLIED = "processed", "updated", "unchanged", "not_applied"
_TITLES = {
    _PROCESSED: "Processed",
    _UPDATED: "Updated",
    _UNCHANGED: "Not updated, no changes",
    _NOT_APPLIED: "Not applied",
}


class UpdateSummaryDialog(FormDialog):
    """`undo_requested` when the whole update is to be taken back. `row_of` gives the row behind a key, if it is
    still there; with a `runner` the list can be written to a file, and `may_export`, called in that task, raises an
    AccessError where the user may not."""

    undo_requested = Signal()

    def __init__(
        self,
        parent: QWidget | None,
        summary: UpdateSummary,
        row_of: Callable[[int], PlrRow | None],
        runner: TaskRunner | None = None,
        may_export: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(parent, title=tr("Update Selected"), name="update_summary")
        self._summary = summary
        self._row_of = row_of
        self._runner, self._may_export = runner, may_export
        new, changed, unchanged = tr("New record"), tr("Changed"), tr("No changes")
        self._lists = {
            _UPDATED: [*((key, new) for key in summary.new), *((key, changed) for key in summary.changed)],
            _UNCHANGED: [(key, unchanged) for key in summary.unchanged],
            _NOT_APPLIED: [(one.key, tr(one.reason)) for one in summary.not_applied],
        }
        self._lists[_PROCESSED] = [row for key in _TITLES if key != _PROCESSED for row in self._lists[key]]
        self._say_what_happened()
        self._build()
        first = next((key for key in (_NOT_APPLIED, _UPDATED, _UNCHANGED) if self._lists[key]), _PROCESSED)
        self.tiles.choose(first)
        self.show_list(first)
        self.open_at(_WIDTH, _HEIGHT)

    @property
    def summary(self) -> UpdateSummary:
        """What became of the selected rows."""
        return self._summary

    def _say_what_happened(self) -> None:
        summary = self._summary
        if not summary.stopped:
            self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
            self.say(tr("Update Selected is done"))
            return
        self.show_icon(Icon.WARNING, Role.WARN)
        everything = summary.processed + summary.left
        text = tr("{n} of {all} rows were looked at.", n=count(summary.processed), all=count(everything))
        if summary.left:
            text += " " + plural(summary.left, "{n} row is as it was.", "{n} rows are as they were.")
        self.say(tr("Update Selected stopped"), f"{tr(summary.stopped)} {text}")

    def _build(self) -> None:
        summary = self._summary
        self.tiles = Tiles(
            [
                TileContent(_PROCESSED, summary.processed, tr(_TITLES[_PROCESSED])),
                TileContent(_UPDATED, summary.updated, tr(_TITLES[_UPDATED]), Icon.CHECK_CIRCLE, Role.GOOD),
                TileContent(_UNCHANGED, len(summary.unchanged), tr(_TITLES[_UNCHANGED]), Icon.EQUALS, Role.TEXT2),
                TileContent(
                    _NOT_APPLIED, len(summary.not_applied), tr(_TITLES[_NOT_APPLIED]), Icon.PROHIBIT, Role.BAD
                ),
            ],
            parent=self,
        )
        self.tiles.chosen.connect(self.show_list)
        self.content.addWidget(self.tiles)
        line = QHBoxLayout()
        self.list_title = text_label("", Type.HEADER, name="list_title")
        self.list_count = text_label("", Type.SECONDARY, Role.TEXT2, name="list_count")
        words = tr(
            "Updated: {new} new, {changed} changed", new=count(len(summary.new)), changed=count(len(summary.changed))
        )
        self.updated_words = text_label(words, Type.SECONDARY, Role.TEXT2, name="updated_words")
        line.addWidget(self.list_title)
        line.addWidget(self.list_count)
        line.addStretch(1)
        line.addWidget(self.updated_words)
        self.content.addLayout(line)
        columns = (
            ListColumn(tr("Person Code"), "code", 12),
            ListColumn(tr("Name"), "key", 18),
            ListColumn(tr("Subject"), "text", 20, elide_middle=True),
            ListColumn(tr("Reason"), "text", 50),
        )
        self.list = SummaryList(columns, "summary_list")
        self.content.addWidget(in_card(self.list), 1)
        if self._runner is not None:
            self.add_button(
                tr("Export List"), Icon.EXPORT, name="summary_export", clicked=self.export_list, left=True
            )
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="summary_undo", clicked=self._undo
        )
        reason = "" if summary.operation_id is not None else tr("There is nothing to undo: no record was changed.")
        enable(self.undo_button, reason, tr("Takes back everything this update changed."))
        self.add_button(tr("OK"), kind="primary", name="summary_ok", clicked=self.accept, safe=True)

    @Slot(str)
    def show_list(self, key: str) -> None:
        """Show the rows behind the tile `key`."""
        rows = self._lists[key]
        self._shown = key
        self.list_title.setText(tr(_TITLES[key]))
        self.list_count.setText(plural(len(rows), "{n} record", "{n} records"))
        self.list.setAccessibleName(f"{self.list_title.text()}, {self.list_count.text()}")
        self.list.show_rows(len(rows), lambda place: self._texts(*rows[place]))

    def _texts(self, key: int, reason: str) -> tuple[str, str, str, str]:
        row = self._row_of(key)
        if row is None:
            return ("–", "–", "–", reason)
        subject = row.event.subject if row.event is not None else None
        return (row.asked.ref, row.asked.name, subject or "–", reason)

    @Slot()
    def _undo(self) -> None:
        self.undo_requested.emit()
        self.accept()

    # Export List

    @Slot()
    def export_list(self) -> None:
        """Write the list shown to a CSV file, in a task."""
        name = tr("{title}.csv", title=tr(_TITLES[self._shown]))
        path = ask_for_target(self, CSV, tr("Export List"), name, Holds.PEOPLE)
        if path is not None:
            self.start_export(path)

    def start_export(self, path: Target) -> None:
        rows = self._lists[self._shown]
        columns = [ExportColumn(tr(title)) for title in ("Person Code", "Name", "Subject", "Reason")]

        def texts() -> Iterator[tuple[str, str, str, str]]:
            return (self._texts(key, reason) for key, reason in rows)

        may_export = self._may_export

        def work(context: TaskContext) -> ExportSummary:
            may_export()
            return write_csv(context, path, Sheet(columns, texts(), len(rows), tr(_TITLES[self._shown])))

        assert self._runner is not None
        listed = Listed(tr("Export List"), Exporter.outcome)
        self._runner.run(work, lane=Lane.EXPORT, done=self._exported, listed=listed)

    @Slot(object)
    def _exported(self, summary: ExportSummary) -> None:
        self.list_count.setText(tr("written to {file}", file=summary.path.name))
