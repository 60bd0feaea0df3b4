"""The pane of the Attainments (PLR) window: the LRS value beside the stored value, field by field."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.connectors.lrs_codes import EXACT, describe
from app.dates import shown
from app.plr.compare import ComparedField, Comparison, Mark
from app.plr.plan import Change
from app.plr.session import PlrRow
from app.plr.values import read_date
from ui.look.chips import Tag
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import ElidingLabel, TextLabel, text_label
from ui.look.tokens import Role, color
from ui.look.words import plural, tr
from ui.pages.at_a_glance import GlanceCard
from ui.pages.attainment_details import said
from ui.pages.details_pane import PADDING, DetailsPane, rule
from ui.pages.plr_source import ASKING, CHANGE_STATES

_MARKS = {
    Mark.WRITES: (Icon.PENCIL_SIMPLE, Role.INFO, "Update Selected would write this"),
    Mark.KEEPS: (Icon.SHIELD_CHECK, Role.TEXT3, "Stored value kept: the LRS has none"),
    Mark.UNUSABLE: (Icon.WARNING, Role.WARN, "Not a usable date: shown, never written"),
}
# The pane is narrow: these titles are shorter than the grid's.
_SHORT = {
    "Qualification Type": "Qual. type",
    "Participation Start": "Start",
    "Participation End": "End",
    "Awarding Organisation": "Awarding org.",
    "Awarding Organisation Code": "Awarding code",
    "Under Data Challenge": "Data challenge",
    "Provider UKPRN": "UKPRN",
    "Collection Type": "Collection",
    "Return Number": "Return no.",
}
_COLUMN_NAMES = {"Credits": "credits"}
_TITLE_WIDTH = 86
_DAY = len("2026-11-23")
_USUAL_LINES, _IN_A_TURN, _AHEAD_MS = 22, 2, 15


class MarkIcon(QWidget):
    """The small sign before a field; its meaning is its tool tip and stands in the legend."""

    def __init__(self, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = Mark.NONE
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_mark(mark)

    def show_mark(self, mark: Mark) -> None:
        """Another sign, or none."""
        if mark is self._mark:
            return
        self._mark = mark
        words = tr(_MARKS[mark][2]) if mark in _MARKS else ""
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._mark in _MARKS:
            icon, role, _ = _MARKS[self._mark]
            draw(QPainter(self), icon, QRect(0, 0, 14, self.height()), role, size=14)


class _Line:
    """The four parts of a field's line."""

    def __init__(self) -> None:
        self.mark = MarkIcon(Mark.NONE)
        self.title = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        self.title.setFixedWidth(scaled(_TITLE_WIDTH))
        self.lrs, self.stored = ElidingLabel(), ElidingLabel()
        self.tinted = False

    @property
    def parts(self) -> tuple[QWidget, ...]:
        return (self.mark, self.title, self.lrs, self.stored)

    def show_field(self, one: ComparedField) -> None:
        self.tinted = one.mark is Mark.WRITES
        self.mark.show_mark(one.mark)
        self.title.setText(tr(_SHORT.get(one.title, one.title)))
        kind = Type.CODE if one.code else Type.SECONDARY
        weight = 600 if self.tinted else 0
        if one.lrs == "9999999999" and one.title == "Grade":
            self.lrs.set_look(kind, Role.TEXT3, weight)
            self.lrs.setText(tr("not recorded"))
        else:
            self.lrs.set_look(kind, Role.TEXT if one.lrs else Role.TEXT3, weight)
            self.lrs.setText(_said_by_lrs(one) or tr("none"))
        held = said(_COLUMN_NAMES.get(one.title, ""), one.stored) if one.is_stored else "–"
        self.stored.set_look(kind, Role.TEXT2 if held else Role.TEXT3)
        self.stored.setText(held or tr("none"))


class FieldTable(QWidget):
    """Field, LRS value, stored value; a tinted line where Update would write.

    Its lines stay and get other texts: making a hundred labels anew for each row would be felt at every arrow key.
    They are made a line at a time while the window is young, and shown for the first time a few in a turn.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, 0, 4, 0)
        self._grid.setHorizontalSpacing(5)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(2, 1)
        self._grid.setColumnStretch(3, 1)
        for place, title in ((1, "Field"), (2, "LRS value"), (3, "Stored value")):
            self._grid.addWidget(TextLabel(tr(title), Type.HEADER, Role.TEXT2), 0, place)
        self._lines: list[_Line] = []
        self._fields: Sequence[ComparedField] = ()
        self._laid_out = 0
        """So many lines were shown before: showing them again is quick."""
        self._ahead, self._further = QTimer(self), QTimer(self)
        self._ahead.timeout.connect(self._make_ahead)
        self._further.timeout.connect(self._show_further)
        self._ahead.start(_AHEAD_MS)

    @Slot()
    def _make_ahead(self) -> None:
        if len(self._lines) < _USUAL_LINES:
            self._make_line()
        else:
            self._ahead.stop()

    def _make_line(self) -> None:
        line = _Line()
        self._lines.append(line)
        for place, part in enumerate(line.parts):
            part.hide()
            self._grid.addWidget(part, len(self._lines), place)

    @property
    def whole(self) -> bool:
        """False while lines are still to come."""
        return not self._further.isActive()

    def show_fields(self, fields: Sequence[ComparedField]) -> None:
        """Show these fields instead of what is shown; lines that were never seen come in the next turns."""
        self._fields = fields
        for line, one in zip(self._lines[: self._laid_out], fields, strict=False):
            line.show_field(one)
        for number, line in enumerate(self._lines[: self._laid_out]):
            for part in line.parts:
                part.setVisible(number < len(fields))
        if self._laid_out < len(fields):
            self._further.start(0)
        self.update()

    @Slot()
    def _show_further(self) -> None:
        for one in self._fields[self._laid_out : self._laid_out + _IN_A_TURN]:
            if self._laid_out == len(self._lines):
                self._make_line()
            line = self._lines[self._laid_out]
            line.show_field(one)
            for part in line.parts:
                part.show()
            self._laid_out += 1
        if self._laid_out >= len(self._fields):
            self._further.stop()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for line in self._lines[: min(self._laid_out, len(self._fields))]:
            label = line.title
            area = QRect(0, label.y() - 3, self.width(), label.height() + 6)
            if line.tinted:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(Role.INFO_SOFT))
                painter.drawRoundedRect(area, 4, 4)
            else:
                painter.fillRect(area.left() + 24, area.bottom(), area.width() - 24, 1, color(Role.LINE))


class Legend(QWidget):
    """What the marks mean that stand before the fields shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plr_legend")
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, 0, PADDING, 12)
        column.setSpacing(4)
        column.addWidget(rule())
        column.addSpacing(4)
        self._entries: dict[Mark, QWidget] = {}
        for mark, (_, _, words) in _MARKS.items():
            entry = QWidget()
            inside = QHBoxLayout(entry)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.addWidget(MarkIcon(mark))
            inside.addWidget(ElidingLabel(tr(words), Type.SECONDARY, Role.TEXT2), 1)
            self._entries[mark] = entry
            column.addWidget(entry)
        self.show_marks(())

    def show_marks(self, marks: Collection[Mark]) -> None:
        """Only of these marks; of none at all nothing is shown."""
        for mark, entry in self._entries.items():
            entry.setVisible(mark in marks)
        self.setVisible(any(mark in marks for mark in self._entries))


def _said_by_lrs(one: ComparedField) -> str | None:
    """The LRS value; a readable date as dates are shown everywhere, with the time of a moment behind it."""
    text = one.lrs or ""
    day = read_date(text) if len(text) == _DAY or one.title == "Date Loaded" else None
    return f"{shown(day)} {text[_DAY + 1 : _DAY + 6]}".strip() if day is not None else one.lrs


def _rule(row: PlrRow | None) -> str:
    """The code to read about: of an answer that is more or less than the learner's own records."""
    answer = row.answer if row is not None else None
    if answer is None:
        return ""
    code = answer.error_code or answer.response_code or ""
    return code if code != EXACT else ""


class PlrDetails(DetailsPane):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("plr_details", parent)
        self.setAccessibleName(tr("Record details"))
        self.title.shorten_in_the_middle()
        self._who = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        self.column.addWidget(self._who)
        line = QHBoxLayout()
        self._tag = Tag(None, "", Role.TEXT3)
        self._effect = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True)
        line.addWidget(self._tag, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._effect, 1)
        self.column.addLayout(line)
        self._notes = text_label("", Type.SECONDARY, Role.WARN, wrap=True)
        self.column.addWidget(self._notes)
        self.column.addWidget(self.why_link)
        self._glance = QWidget()
        around = QVBoxLayout(self._glance)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(rule())
        self._preview = GlanceCard(preview=True)
        around.addWidget(self._preview)
        around.addWidget(rule())
        self.column.addWidget(self._glance)
        self._table = FieldTable()
        self.column.addWidget(self._table)
        self.column.addStretch(1)
        self._legend = Legend()
        self.set_foot(self._legend)
        self.show_row(None, 0)

    @property
    def settled(self) -> bool:
        return super().settled and self._table.whole

    def show_row(self, row: PlrRow | None, selected: int) -> None:
        """The current row; its fields follow by `show_comparison`."""
        has_event = row is not None and row.event is not None
        self._table.setVisible(has_event)
        if not has_event:
            self._glance.hide()
        self._tag.setVisible(row is not None)
        self._who.setVisible(row is not None)
        self._legend.show_marks(())
        self._notes.hide()
        self._effect.setText("")
        self.show_rule(_rule(row))
        if row is None:
            self.title.setText(
                plural(selected, "{n} row selected", "{n} rows selected") if selected else tr("Nothing selected")
            )
            return
        self._who.setText(f"{row.asked.name or tr('No name')} · {row.asked.ref}")
        known = CHANGE_STATES[row.change] if row.change is not None else ASKING
        self._tag.show_state(known.icon, tr(known.text), known.role)
        self._show_answer(row)

    def _show_answer(self, row: PlrRow) -> None:
        answer = row.answer
        notes = list(answer.notes) if answer is not None else []
        if answer is not None and answer.found_uln and answer.found_uln != row.asked.uln:
            notes.append(tr("The LRS holds this learner under another ULN. It is shown here and not written."))
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        if row.event is not None:
            self.title.setText(row.event.subject or row.event.subject_code or tr("No title"))
            return
        if answer is None:
            self.title.setText(tr("Being asked for"))
            return
        code = answer.error_code or answer.response_code
        text = describe(code)
        self.title.setText(tr("No learning event") if row.change is Change.NO_EVENTS else code)
        said_here = answer.error_description or text.meaning
        self._effect.setText("\n".join(part for part in (said_here, text.next_step) if part))

    def show_comparison(self, found: Comparison) -> None:
        """The fields of the current row."""
        effects = {
            Change.NEW: tr("Update would add this attainment"),
            Change.CHANGED: plural(found.writes, "Update would write {n} field", "Update would write {n} fields"),
            Change.LOWER: tr("The grade is lower than the one you hold. Update asks before it writes it."),
            Change.SAME: tr("Nothing to update"),
            Change.CANNOT: tr("This record cannot be stored"),
        }
        self._effect.setText(effects.get(found.change, "") if found.change is not None else "")
        self._table.show_fields(found.fields)
        self._legend.show_marks({one.mark for one in found.fields})
        anything = found.after is not None and self._preview.show_preview(found.now, found.after)
        self._glance.setVisible(anything)
