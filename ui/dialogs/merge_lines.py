"""Two learners side by side: a line for each field, and where they differ two values to choose from."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QWidget

from app.learners.merge import Comparison
from app.learners.merge_fields import Line, Side
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, text_label
from ui.look.pictures import IconLabel
from ui.look.plain import tip_text, visible_text, without_key
from ui.look.scrolling import RING
from ui.look.tokens import Role
from ui.look.words import tr

_LONGEST = 60
_TITLE, _MARK, _FIRST = 0, 1, 2


class MergeLines(QWidget):
    """`choices` are the sides chosen, by the keys of the lines that ask."""

    def __init__(self, found: Comparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: dict[str, QButtonGroup] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, RING, 12, RING)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        for column in (_FIRST, _FIRST + 1):
            self._grid.setColumnStretch(column, 1)
        self._heads = (tr("Stays: {ref}", ref=found.stays.ref), tr("Goes: {ref}", ref=found.goes.ref))
        for side, words in enumerate(self._heads):
            self._grid.addWidget(ElidingLabel(visible_text(words), Type.HEADER), 0, _FIRST + side)
        for row, one in enumerate(found.lines, 1):
            self._add(row, one)
        self._grid.setRowStretch(len(found.lines) + 1, 1)

    def _add(self, row: int, one: Line) -> None:
        title = text_label(tr(one.title), Type.KEY if one.differs else Type.SECONDARY, wrap=True)
        self._grid.addWidget(title, row, _TITLE)
        if one.differs:
            icon = Icon.LOCK_SIMPLE if one.settled else Icon.PENCIL_SIMPLE
            mark = IconLabel(icon, Role.INFO, 14, meaning=tr(one.settled) if one.settled else tr("differs"))
            mark.setToolTip(tip_text(tr(one.settled) if one.settled else tr("They differ: choose one.")))
            self._grid.addWidget(mark, row, _MARK)
        if one.differs and not one.settled:
            self._ask(row, one)
            return
        for side, value in enumerate(one.values):
            taken = not one.differs or side == one.default
            label = ElidingLabel(
                visible_text(value) or tr("none"), Type.BODY, Role.TEXT if value and taken else Role.TEXT3
            )
            self._grid.addWidget(label, row, _FIRST + side)

    def _ask(self, row: int, one: Line) -> None:
        group = self._groups[one.key] = QButtonGroup(self)
        for side, value in enumerate(one.values):
            words = visible_text(value) or tr("none")
            short = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
            radio = QRadioButton(without_key(short))
            radio.setObjectName(f"merge_{one.key}_{side}")
            radio.setAccessibleName(f"{tr(one.title)}: {words}")
            radio.setAccessibleDescription(visible_text(self._heads[side]))
            if short != words:
                radio.setToolTip(tip_text(words))
            radio.setChecked(side == one.default)
            group.addButton(radio, side)
            self._grid.addWidget(radio, row, _FIRST + side, Qt.AlignmentFlag.AlignLeft)

    @property
    def choices(self) -> dict[str, Side]:
        return {key: Side(group.checkedId()) for key, group in self._groups.items()}

    @property
    def radios(self) -> Sequence[QRadioButton]:
        """In the order of the lines."""
        return self.findChildren(QRadioButton)
