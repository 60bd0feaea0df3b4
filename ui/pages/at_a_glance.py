"""English and maths at a glance, as both details panes show it: five values, each with what it rests on."""

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.attainments.at_a_glance import TITLES, Best, Glance, Measure
from app.dates import MONTHS
from ui.look.chips import Tag
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, TextLabel
from ui.look.tokens import Role
from ui.look.words import tr


class GlanceCard(QWidget):
    """The values stored; or, `preview`, what they would be with the records downloaded, marked as such."""

    def __init__(self, *, preview: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("glance_preview" if preview else "glance")
        self._preview = preview
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        inside.addWidget(TextLabel(tr("English and maths"), Type.HEADER))
        if preview:
            mark = Tag(Icon.CLOUD_ARROW_DOWN, tr("From the download, not stored"), Role.WARN)
            mark.setObjectName("glance_mark")
            mark.setToolTip(tr("What this learner would have after Update Selected of all their records"))
            inside.addWidget(mark, 0, Qt.AlignmentFlag.AlignLeft)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(2, 1)
        inside.addLayout(self._grid)
        self._lines = {measure: self._line(place, measure) for place, measure in enumerate(Measure)}

    def _line(self, place: int, measure: Measure) -> "_Line":
        name = f"{self.objectName()}_{measure.value}"
        caption = TextLabel(tr(TITLES[measure]), Type.SECONDARY, Role.TEXT2)
        value = TextLabel("", Type.BODY, weight=600)
        value.setObjectName(name)
        caption.setBuddy(value)
        note = ElidingLabel("", Type.SECONDARY, Role.TEXT2, numbers=True)
        note.setObjectName(f"{name}_note")
        through = ElidingLabel("", Type.SECONDARY, Role.TEXT3, middle=True)
        through.setContentsMargins(0, 0, 0, 4)
        through.setObjectName(f"{name}_through")
        self._grid.addWidget(caption, 2 * place, 0)
        self._grid.addWidget(value, 2 * place, 1)
        right = Qt.AlignmentFlag(0) if self._preview else Qt.AlignmentFlag.AlignRight
        self._grid.addWidget(note, 2 * place, 2, right)
        self._grid.addWidget(through, 2 * place + 1, 0, 1, 3)
        return _Line(caption, value, note, through)

    def show_stored(self, glance: Glance) -> None:
        """The values, since when, and the qualification each rests on."""
        for measure, line in self._lines.items():
            best = glance.get(measure)
            line.show_value(best)
            line.note.setText(_month(best.since) if best is not None and best.since is not None else "")
            line.through.setText((best.through or "") if best is not None else "")
            line.through.setVisible(bool(line.through.text()))

    def show_preview(self, now: Glance, after: Glance) -> bool:
        """The values as they would be; beside one that would change, what is stored. False if there is nothing."""
        for measure, line in self._lines.items():
            held, best = now.get(measure), after.get(measure)
            line.show_value(best)
            same = (held and held.shown) == (best and best.shown)
            line.note.set_role(Role.TEXT3 if same else Role.INFO)
            if same:
                line.note.setText(tr("as stored") if best is not None else "")
            else:
                line.note.setText(tr("stored: {held}", held=held.shown) if held is not None else tr("none stored"))
            line.through.hide()
            for label in (line.caption, line.value, line.note):
                label.setVisible(held is not None or best is not None)
        return bool(now or after)


@dataclass(frozen=True, slots=True)
class _Line:
    caption: TextLabel
    value: TextLabel
    note: ElidingLabel
    through: ElidingLabel

    def show_value(self, best: Best | None) -> None:
        self.value.setText(best.shown if best is not None else "–")
        self.value.set_role(Role.TEXT if best is not None else Role.TEXT3)


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"
