"""Lists of extract records: those that may not be changed and why, and what became of a Save."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.lms.extracts.save import SaveSummary, UndoneSave
from app.lms.extracts.statuses import ListedRecord
from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tiles import TileContent, Tiles
from ui.look.tokens import Role
from ui.look.words import count, plural, tr

_WIDTH, _HEIGHT = 820, 460
_UPDATED, _UNCHANGED, _CONFLICT, _REFUSED = "updated", "unchanged", "conflict", "refused"
_TITLES = {_UPDATED: "Updated", _UNCHANGED: "Unchanged", _CONFLICT: "Conflict", _REFUSED: "Refused"}
_ABOUT = {
    _UPDATED: "These have the new status.",
    _UNCHANGED: "These had it already: nothing was written.",
    _CONFLICT: "Somebody else, or a sending, changed these meanwhile: they stay as they are.",
    _REFUSED: "These may not be changed so.",
}


def _columns() -> tuple[ListColumn, ...]:
    return (
        ListColumn(tr("Person Code"), "code", 12),
        ListColumn(tr("Name"), "key", 17),
        ListColumn(tr("Section"), "code", 15),
        ListColumn(tr("Status"), "text", 11),
        ListColumn(tr("Reason"), "text", 45),
    )


class _Records(SummaryList):
    def __init__(self, name: str) -> None:
        super().__init__(_columns(), name)

    def show_records(self, rows: Sequence[ListedRecord]) -> None:
        def texts(place: int) -> tuple[str, ...]:
            one = rows[place]
            return one.ref, one.name or tr("No name"), one.course, tr(one.status), tr(one.reason)

        self.show_rows(len(rows), texts)


def shown_of(shown: int, whole: int) -> str:
    """How many of them are listed, where not all are."""
    if shown >= whole:
        return plural(whole, "{n} record", "{n} records")
    return tr("the first {n} of {all} records", n=count(shown), all=count(whole))


class RecordListDialog(FormDialog):
    """Records, each with its reason; there is nothing to do but to read it."""

    def __init__(self, parent: QWidget | None, heading: str, rows: Sequence[ListedRecord], whole: int) -> None:
        super().__init__(
            parent, title=tr("LMS Extract Statuses"), heading=heading, icon=Icon.PROHIBIT, name="extract_list"
        )
        self.content.addWidget(text_label(shown_of(len(rows), whole), Type.SECONDARY, Role.TEXT2, name="list_words"))
        self.list = _Records("extract_records")
        self.list.setAccessibleName(heading)
        self.list.show_records(rows)
        self.content.addWidget(in_card(self.list), 1)
        self.add_button(tr("Close"), kind="primary", name="list_close", clicked=self.accept, safe=True)
        self.open_at(_WIDTH, _HEIGHT - 60)


class SavedStatusesDialog(FormDialog):
    """What *Save* did, always shown: updated, unchanged, conflict, refused (EX-U6). `undo_requested` to take it
    back."""

    undo_requested = Signal()

    def __init__(self, parent: QWidget | None, summary: SaveSummary) -> None:
        super().__init__(parent, title=tr("Save"), name="extract_saved")
        self.summary = summary
        self._rows = {
            _UPDATED: summary.updated_list,
            _CONFLICT: summary.conflict_list,
            _REFUSED: summary.refused_list,
        }
        self._say()
        self._build()
        first = next((key for key in (_CONFLICT, _REFUSED) if self._number(key)), _UPDATED)
        self.tiles.choose(first)
        self.show_list(first)
        self.open_at(_WIDTH, 0)

    def _number(self, key: str) -> int:
        one = self.summary
        numbers = {
            _UPDATED: one.updated,
            _UNCHANGED: one.unchanged,
            _CONFLICT: one.conflicts,
            _REFUSED: one.not_permitted,
        }
        return numbers[key]

    def _say(self) -> None:
        one, left = self.summary, len(self.summary.left)
        stay = plural(left, "{n} record is still staged.", "{n} records are still staged.")
        if one.failed is not None:
            self.show_icon(Icon.WARNING, Role.WARN)
            self.say(tr("Save stopped"), f"{tr(one.failed.message)} {tr(one.failed.hint)} {stay}")
        elif one.cancelled:
            self.show_icon(Icon.WARNING, Role.WARN)
            self.say(tr("Save was cancelled"), tr("What was written before stays written.") + " " + stay)
        elif one.conflicts or one.not_permitted:
            self.show_icon(Icon.WARNING, Role.WARN)
            self.say(tr("Saved, but not all of it"), tr("What could not be written is listed below."))
        else:
            self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
            self.say(tr("Saved"))

    def _build(self) -> None:
        icons = {
            _UPDATED: (Icon.CHECK_CIRCLE, Role.GOOD),
            _UNCHANGED: (Icon.EQUALS, Role.TEXT2),
            _CONFLICT: (Icon.WARNING, Role.WARN),
            _REFUSED: (Icon.PROHIBIT, Role.BAD),
        }
        whole = sum(self._number(key) for key in _TITLES)
        # Not "staged": the bar counts as staged what would change, and here stands what would not as well.
        contents = [TileContent("whole", whole, tr("In all"))]
        contents += [TileContent(key, self._number(key), tr(title), *icons[key]) for key, title in _TITLES.items()]
        self.tiles = Tiles(contents, parent=self)
        self.tiles.chosen.connect(self.show_list)
        self.content.addWidget(self.tiles)
        self.words = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="saved_words")
        self.content.addWidget(self.words)
        self.list = _Records("saved_records")
        self._card = in_card(self.list)
        self.content.addWidget(self._card, 1)
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="saved_undo", clicked=self._undo
        )
        reason = "" if self.summary.operation_id is not None else tr("There is nothing to undo: nothing was written.")
        enable(self.undo_button, reason, tr("Puts back the statuses, of records that have not moved on since."))
        self.add_button(tr("OK"), kind="primary", name="saved_ok", clicked=self.accept, safe=True)

    @Slot(str)
    def show_list(self, key: str) -> None:
        """The records behind a tile: those in conflict and those refused are listed, and what a save wrote that
        stopped; the others are counted."""
        rows = self._rows.get(key, ())
        if key in _TITLES:
            listed = f" {shown_of(len(rows), self._number(key))}:" if rows else ""
            self.words.setText(f"{tr(_ABOUT[key])}{listed}")
        else:
            self.words.setText(tr("All that was staged when Save was pressed."))
        self.list.setAccessibleName(self.words.text())
        self.list.show_records(rows)
        self._card.setVisible(bool(rows))
        if rows and self.height() < scaled(_HEIGHT):
            self.open_at(_WIDTH, _HEIGHT)

    @Slot()
    def _undo(self) -> None:
        self.undo_requested.emit()
        self.accept()


def undone_words(done: UndoneSave) -> str:
    """What *Undo Last Save* did, for the status bar."""
    put_back = plural(done.undone, "{n} record has its status back", "{n} records have their status back")
    if not done.left:
        return put_back
    return f"{put_back} · {plural(done.left, '{n} has moved on and stays', '{n} have moved on and stay')}"
