"""A group of the Condition Builder: how its members are joined, conditions, and groups within it."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.conditions import DEEPEST, FieldInfo, Group, Join, Test
from ui.grids.condition_row import ConditionRow
from ui.look.buttons import button, icon_button
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.shapes import CARD_RADIUS, box
from ui.look.tokens import Role
from ui.look.words import tr

_BAR = 3
JOINS = {
    "All": (Join.ALL, False, Role.ACCENT),
    "Any": (Join.ANY, False, Role.WARN),
    "None": (Join.ANY, True, Role.BAD),
    "Not all": (Join.ALL, True, Role.BAD),
}
"""What a group can be, in the user's words, and the colour of its bar; the words say it too."""


class GroupBox(QWidget):
    """`changed` after every edit in it, `removed` when it is to go: by its bin, or because nothing is left in it."""

    changed = Signal()
    removed = Signal()

    def __init__(
        self, fields: Sequence[FieldInfo], group: Group, level: int = 1, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._fields = fields
        self.level = level
        self.members: list[ConditionRow | GroupBox] = []
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*((12, 4, 4, 4) if level == 1 else (12, 6, 8, 6)))
        whole.setSpacing(6)
        whole.addLayout(self._build_head())
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        whole.addLayout(self._column)
        self._show(group)
        self.join.currentIndexChanged.connect(self._join_chosen)

    def _build_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        self.join = QComboBox()
        self.join.setObjectName("condition_join")
        self.join.setAccessibleName(tr("How many of the conditions have to be true"))
        for words in JOINS:
            self.join.addItem(tr(words), words)
        self.join.setMinimumWidth(scaled(120))
        words_after: QLabel = text_label(tr("of these are true"), Type.BODY, Role.TEXT2)
        words_after.setBuddy(self.join)
        self.add_condition = button(tr("Condition"), Icon.PLUS, "link", "condition_add", clicked=self.add)
        self.add_condition.setAccessibleName(tr("Add a condition"))
        self.add_condition.setToolTip(tr("Add a condition (Ctrl +)"))
        self.add_group = button(
            tr("Group"), Icon.BRACKETS_ROUND, "link", "condition_add_group", clicked=self.add_inner_group
        )
        self.add_group.setAccessibleName(tr("Add a group"))
        self.add_group.setToolTip(tr("Add a group of conditions within this one (Ctrl G)"))
        self.add_group.setVisible(self.level < DEEPEST)
        for one in (self.add_condition, self.add_group):
            one.setAutoDefault(True)
        self.bin: QToolButton | None = None
        head.addWidget(self.join)
        head.addWidget(words_after)
        head.addStretch(1)
        head.addWidget(self.add_condition)
        head.addWidget(self.add_group)
        if self.level > 1:
            self.bin = icon_button(
                Icon.TRASH, tr("Remove this group with its conditions"), "group_remove", clicked=self.removed
            )
            head.addWidget(self.bin)
        return head

    def _show(self, group: Group) -> None:
        words = next(
            name for name, (join, negated, _) in JOINS.items() if (join, negated) == (group.join, group.negated)
        )
        self.join.setCurrentIndex(self.join.findData(words))
        for member in group.members:
            self.insert(self._made(member))

    def fill(self, group: Group) -> None:
        """Hold another group from now on."""
        for member in list(self.members):
            self.take(member)
            member.hide()
            member.deleteLater()
        self.join.blockSignals(True)
        self._show(group)
        self.join.blockSignals(False)
        self.update()
        self.changed.emit()

    # What is in it

    @property
    def group(self) -> Group:
        """The group as it stands; values may be missing."""
        join, negated, _ = JOINS[self.join.currentData()]
        members = tuple(one.group if isinstance(one, GroupBox) else one.test for one in self.members)
        return Group(join, members, negated)

    @property
    def rows(self) -> list[ConditionRow]:
        """Every condition in it, from the top."""
        return [one for one in self.walk() if isinstance(one, ConditionRow)]

    def walk(self) -> Iterator["ConditionRow | GroupBox"]:
        """Every member, and what is in it, from the top."""
        for member in self.members:
            yield member
            if isinstance(member, GroupBox):
                yield from member.walk()

    @property
    def head_stops(self) -> list[QWidget]:
        """What Tab reaches in its first line, in order."""
        buttons: list[QPushButton | QToolButton | None] = [self.add_condition, self.add_group, self.bin]
        return [self.join, *(one for one in buttons if one is not None and not one.isHidden())]

    @property
    def tab_stops(self) -> list[QWidget]:
        """What Tab reaches in it, in order."""
        return self.head_stops + [stop for member in self.members for stop in member.tab_stops]

    def take_focus(self) -> None:
        self.join.setFocus(Qt.FocusReason.OtherFocusReason)

    # Changing it

    def inner(self, group: Group) -> "GroupBox":
        """A group drawn as one of this one's."""
        return GroupBox(self._fields, group, self.level + 1)

    def _made(self, member: Test | Group) -> "ConditionRow | GroupBox":
        if isinstance(member, Group):
            return GroupBox(self._fields, member, self.level + 1)
        return ConditionRow(self._fields, member)

    def insert(self, member: "ConditionRow | GroupBox", place: int | None = None) -> None:
        """Put a condition or a group here, last by default. The caller says that it `changed`."""
        place = len(self.members) if place is None else place
        self.members.insert(place, member)
        self._column.insertWidget(place, member)
        member.changed.connect(self.changed)
        member.removed.connect(self._remove_sender)
        member.show()

    def take(self, member: "ConditionRow | GroupBox") -> int:
        """Take a member out without deleting it; returns its place."""
        place = self.members.index(member)
        self.members.remove(member)
        self._column.removeWidget(member)
        member.changed.disconnect(self.changed)
        member.removed.disconnect(self._remove_sender)
        return place

    def remove(self, member: "ConditionRow | GroupBox") -> None:
        """Remove a member; a group within another goes with its last one."""
        place = self.take(member)
        near = self.members[min(place, len(self.members) - 1)] if self.members else None
        (near.take_focus if near is not None else self._focus_add)()
        member.hide()
        member.deleteLater()
        if not self.members and self.level > 1:
            self.removed.emit()
        else:
            self.changed.emit()

    def _focus_add(self) -> None:
        self.add_condition.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _remove_sender(self) -> None:
        member = self.sender()
        if isinstance(member, ConditionRow | GroupBox):
            self.remove(member)

    @Slot()
    def add(self, after: ConditionRow | None = None) -> ConditionRow:
        """Add a condition, ready to be filled in; below `after`, or last."""
        row = ConditionRow(self._fields)
        self.insert(row, self.members.index(after) + 1 if after in self.members else None)
        self.changed.emit()
        row.field.setFocus(Qt.FocusReason.OtherFocusReason)
        return row

    @Slot()
    def add_inner_group(self) -> None:
        """Add a group with one condition to fill in; "Any" in "All" and the other way round, else it says nothing."""
        if self.level >= DEEPEST:
            return
        join = Join.ALL if JOINS[self.join.currentData()][0] is Join.ANY else Join.ANY
        inner = GroupBox(self._fields, Group(join), self.level + 1)
        self.insert(inner)
        inner.add()

    @Slot(int)
    def _join_chosen(self, place: int) -> None:
        self.update()
        self.changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.level > 1:
            fill = Role.SUBTLE if self.level % 2 == 0 else Role.SURFACE
            box(painter, self.rect(), CARD_RADIUS, fill=fill, line=Role.LINE)
        inset = 0 if self.level == 1 else 3
        bar = QRect(inset // 2, inset, _BAR, self.height() - 2 * inset)
        box(painter, bar, 1.5, fill=JOINS[self.join.currentData()][2])
        painter.end()


def at_level(moving: GroupBox, target: GroupBox) -> GroupBox:
    """A group moved to another level is drawn as one of that level."""
    made = target.inner(moving.group)
    moving.hide()
    moving.deleteLater()
    return made
