"""Which campuses a thing serves, and what holds there: a row of ticks for each campus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from ui.look.buttons import explain
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.lines import empty
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr

LINKED = ""
"""The first column: the campus is one of them at all."""


@dataclass(frozen=True, slots=True)
class Site:
    """A campus (or, for a campus, a user) as it is offered; `why_not`: why its ticks cannot be changed here."""

    id: int
    name: str
    why_not: str = ""


class CampusTicks(QWidget):
    """`columns` are (option, title), the first of them LINKED. A tick in another links the campus as well."""

    changed = Signal()

    def __init__(
        self, columns: Sequence[tuple[str, str]], heading: str = "Campus", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._heading = heading
        self.setObjectName("campus_ticks")
        self._columns = columns
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(len(columns) + 1, 1)
        self._boxes: dict[int, dict[str, QCheckBox]] = {}
        self._hidden: dict[int, frozenset[str]] = {}
        self._setting = False

    def show_sites(self, sites: Sequence[Site], links: Mapping[int, frozenset[str]], why_not: str) -> None:
        """Show these campuses with the links as they are; `why_not`: why nothing here can be changed."""
        self._clear()
        known = {one.id for one in sites}
        self._hidden = {key: ticked for key, ticked in links.items() if key not in known}
        self._grid.addWidget(text_label(tr(self._heading), Type.SECONDARY, weight=500), 0, 0)
        for place, (_, title) in enumerate(self._columns, 1):
            self._grid.addWidget(text_label(tr(title), Type.SECONDARY, weight=500), 0, place)
        if not sites:
            self._grid.addWidget(text_label(tr("There is no campus yet."), Type.BODY, Role.TEXT3), 1, 0, 1, -1)
        for row, one in enumerate(sites, 1):
            self._grid.addWidget(text_label(visible_text(one.name), Type.BODY), row, 0)
            self._boxes[one.id] = {}
            for place, (option, title) in enumerate(self._columns, 1):
                box = QCheckBox(self)
                box.setObjectName(f"tick_{one.id}_{option or 'linked'}")
                box.setAccessibleName(f"{visible_text(one.name)}: {tr(title)}")
                box.setChecked(one.id in links and (option == LINKED or option in links[one.id]))
                reason = why_not or one.why_not
                box.setEnabled(not reason)
                explain(box, reason)
                box.toggled.connect(self._ticked)
                self._boxes[one.id][option] = box
                self._grid.addWidget(box, row, place, Qt.AlignmentFlag.AlignLeft)

    def _clear(self) -> None:
        self._boxes.clear()
        empty(self._grid)

    @property
    def links(self) -> dict[int, frozenset[str]]:
        """The campuses that are ticked, and what is ticked at each; those that are not shown as they were."""
        shown = {
            key: frozenset(option for option, box in boxes.items() if option != LINKED and box.isChecked())
            for key, boxes in self._boxes.items()
            if boxes[LINKED].isChecked()
        }
        return {**self._hidden, **shown}

    @property
    def first(self) -> QWidget | None:
        """The first tick that can be set."""
        found = (box for boxes in self._boxes.values() for box in boxes.values() if box.isEnabled())
        return next(found, None)

    @Slot(bool)
    def _ticked(self, on: bool) -> None:
        if self._setting:
            return
        self._setting = True
        sender = self.sender()
        for boxes in self._boxes.values():
            if sender is boxes[LINKED] and not on:
                for box in boxes.values():
                    box.setChecked(False)
            elif sender in boxes.values() and on:
                boxes[LINKED].setChecked(True)
        self._setting = False
        self.changed.emit()
