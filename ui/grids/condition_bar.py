"""The bar over a grid that says which rows it shows: a sentence of chips, and the count."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.conditions import FieldInfo, Group, Join
from ui.grids.condition_words import group_words, joint, known_part, spoken, test_parts
from ui.look.buttons import button, icon_button
from ui.look.chips import CHIP_HEIGHT, Chip
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.pictures import IconLabel
from ui.look.plain import without_key
from ui.look.shapes import CONDITION_BAR_HEIGHT
from ui.look.tokens import Role, color
from ui.look.words import count, tr

_SIDE = 12
_GAP = 8
_LINE_GAP = 4
_NARROWEST = 240


class ConditionBar(QWidget):
    """Wraps where there is no room and never widens the window; its height follows its width."""

    edit_requested = Signal()
    """The Condition Builder is wanted."""
    remove_requested = Signal(int)
    """The condition at this place is to go."""
    cleared = Signal()
    """All of them are to go."""
    list_opened = Signal()
    """What is on the pasted list, and what of it was not found, is to be shown."""
    list_removed = Signal()
    link_pressed = Signal(str)
    """What this link tells of is wanted: its key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("condition_bar")
        self.hide_when_empty = False
        """Whether the bar goes away while there are no conditions."""
        self._used = 0
        self._away = False
        self._chips: list[Chip] = []
        self._places: list[int] = []
        self._joints: list[TextLabel] = []
        self._list = Chip("", "", parent=self)
        self._list.setObjectName("pasted_list_chip")
        self._list.clicked.connect(self.list_opened)
        self._list.removed.connect(self.list_removed)
        self._list.hide()
        self._list_joint = text_label("", Type.SECONDARY, Role.TEXT2, parent=self)
        self._list_joint.hide()
        self._list_words = ""
        self._links: dict[str, QPushButton] = {}
        self._spoken = ""
        self._funnel = IconLabel(Icon.FUNNEL, Role.ACCENT_TEXT, 16, parent=self)
        self._lead = text_label("", Type.SECONDARY, Role.TEXT2, parent=self, name="conditions_lead")
        self._add = button(tr("Add"), Icon.PLUS, "link", "conditions_add", parent=self, clicked=self.edit_requested)
        self._add.setAccessibleName(tr("Add a condition"))
        self._count = text_label("", Type.HEADER, Role.TEXT, numbers=True, parent=self, name="conditions_count")
        self._clear = icon_button(
            Icon.X, tr("Remove all conditions"), "conditions_clear", parent=self, clicked=self.cleared
        )
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        QWidget.setTabOrder(self._list, self._add)
        QWidget.setTabOrder(self._add, self._clear)
        self.set_state(None, {}, 0, 0, ("row", "rows"))

    def set_list(self, words: str) -> None:
        """Show that the rows are those of a pasted list, of which `words` tell; "" for none. `set_state` follows."""
        self._list_words = words
        had_focus = self._list.hasFocus()
        self._list.setVisible(bool(words))
        self._list.set_parts(tr("Pasted list"), "", words)
        self._list.setAccessibleDescription(tr("Enter shows the list, Delete removes it."))
        if had_focus and not words:
            self._add.setFocus()
        self._describe()
        self._relay()

    def set_links(self, links: Mapping[str, tuple[Icon, str]]) -> None:
        """What else the page has to say beside its conditions, by key: pressed, it is shown. A link keeps its place
        and the keyboard when its words change."""
        had_focus = any(made.hasFocus() for made in self._links.values())
        for key, (icon, words) in links.items():
            if key not in self._links:
                made = button("", icon, "link", f"conditions_link_{key}", parent=self, clicked=self._follow)
                made.setProperty("link", key)
                QWidget.setTabOrder(self._add, made)
                QWidget.setTabOrder(made, self._clear)
                self._links[key] = made
            self._links[key].setText(without_key(words))
            self._links[key].setAccessibleName(words)
        for key, made in self._links.items():
            made.setVisible(key in links)
        if had_focus and not any(made.hasFocus() for made in self._links.values()):
            self._add.setFocus()
        self._describe()
        self._relay()

    @Slot()
    def _follow(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, QPushButton):
            self.link_pressed.emit(pressed.property("link"))

    def set_state(
        self,
        group: Group | None,
        fields: Mapping[str, FieldInfo],
        shown: int,
        total: int,
        nouns: tuple[str, str],
    ) -> None:
        """Show the conditions of `group`, and that `shown` of `total` rows pass everything that is asked."""
        group = group or Group()
        if group.negated:  # one chip: its cross takes away the whole of what is not to be
            group = Group(members=(group,))
        focused = next((at for at, chip in enumerate(self._chips) if chip.hasFocus()), -1)
        parts = [known_part(Group(members=(one,)), fields).members for one in group.members]
        self._places = [place for place, known in enumerate(parts) if known]
        tests = [known[0] for known in parts if known]
        self._make_chips(len(tests))
        for at, (chip, test) in enumerate(zip(self._chips, tests, strict=False)):
            if isinstance(test, Group):
                chip.set_parts(group_words(test, fields), "")
            else:
                chip.set_parts(*test_parts(test, fields[test.field]))
            if at:
                self._joints[at - 1].setText(joint(group))
        self._say_lead(tr(nouns[1]), where=bool(tests), everything=shown == total)
        self._list_joint.setText(tr("and either") if group.join is Join.ANY and len(tests) > 1 else tr("and"))
        self._list_joint.setVisible(bool(tests and self._list_words))
        self._count.setText(counted(shown, total, nouns))
        self._clear.setVisible(bool(tests or self._list_words))
        self.setAccessibleName(tr("Conditions"))
        self._spoken = spoken(group, fields, nouns) if tests or not self._list_words else ""
        self._describe()
        self._show_or_hide(away=self.hide_when_empty and not tests and not self._list_words)
        if focused >= len(tests):
            (self._chips[len(tests) - 1] if tests else self._add).setFocus()
        self._relay()

    def _describe(self) -> None:
        """What a screen reader says of the whole bar."""
        listed = f"{tr('Pasted list')}: {self._list_words}" if self._list_words else ""
        links = [made.accessibleName() for made in self._links.values() if not made.isHidden()]
        said = ". ".join(part for part in (listed, self._spoken, self._count.text(), *links) if part)
        self.setAccessibleDescription(said)

    def _say_lead(self, many: str, *, where: bool, everything: bool) -> None:
        """What stands before the chips."""
        capital = many[:1].upper() + many[1:]
        if self._list_words:
            self._lead.setText(tr("{Many} of the", Many=capital))
        elif where:
            self._lead.setText(tr("{Many} where", Many=capital))
        elif everything:
            self._lead.setText(tr("All {many}", many=many))
        else:
            self._lead.setText(tr("{Many} that pass the filter", Many=capital))

    def _show_or_hide(self, *, away: bool) -> None:
        # Shown only by who hid it: a bar that was not put anywhere yet would become a window of its own.
        if away != self._away:
            self._away = away
            self.setVisible(not away)

    def _make_chips(self, wanted: int) -> None:
        """Chips are kept and used again, so that the one with the keyboard keeps it."""
        while len(self._chips) < wanted:
            chip = Chip("", "", parent=self)
            chip.clicked.connect(self.edit_requested)
            chip.removed.connect(self._remove)
            if self._chips:
                self._joints.append(text_label("", Type.SECONDARY, Role.TEXT2, parent=self))
            self._chips.append(chip)
            # First to where "Add" stands in the order, then "Add" behind it: nothing before it takes focus.
            QWidget.setTabOrder(self._add, chip)
            QWidget.setTabOrder(chip, self._add)
        for at, chip in enumerate(self._chips):
            chip.setVisible(at < wanted)
            if at:
                self._joints[at - 1].setVisible(at < wanted)
        self._used = wanted

    @Slot()
    def _remove(self) -> None:
        chip = self.sender()
        if isinstance(chip, Chip):
            self.remove_requested.emit(self._places[self._chips.index(chip)])

    # Laying out

    def _flow(self) -> list[list[QWidget]]:
        """What stands on the left, in groups that are not torn apart: "and" stays with the chip after it."""
        chips = self._chips[: self._used]
        groups: list[list[QWidget]] = [[self._funnel, self._lead]]
        if self._list_words:
            groups.append([self._list])
        for at, chip in enumerate(chips):
            before = self._joints[at - 1] if at else self._list_joint
            groups.append([before, chip] if at or self._list_words else [chip])
        groups.append([self._add])
        groups += [[made] for made in self._links.values() if not made.isHidden()]
        return groups

    def _place(self, width: int) -> tuple[list[tuple[QWidget, QRect]], int]:
        """Where everything goes at `width`, and the height it takes."""
        line = scaled(CHIP_HEIGHT)
        top = (scaled(CONDITION_BAR_HEIGHT) - 1 - line) // 2
        places: list[tuple[QWidget, QRect]] = []
        right = width - _SIDE
        at_right: tuple[QWidget, ...] = (self._clear, self._count)
        for widget in at_right:
            if widget is self._clear and self._clear.isHidden():
                continue
            size = widget.sizeHint()
            right -= size.width()
            places.append((widget, QRect(QPoint(right, top + (line - size.height()) // 2), size)))
            right -= 2 * _GAP if widget is self._count else _GAP
        left, at = _SIDE, top
        for group in self._flow():
            sizes = [widget.sizeHint() for widget in group]
            wide = sum(size.width() for size in sizes) + _GAP * (len(group) - 1)
            if left > _SIDE and left + wide > right:
                left, at, right = _SIDE, at + line + _LINE_GAP, width - _SIDE
            for widget, size in zip(group, sizes, strict=True):
                room = QSize(min(size.width(), max(width - _SIDE - left, 0)), size.height())
                places.append((widget, QRect(QPoint(left, at + (line - size.height()) // 2), room)))
                left += size.width() + _GAP
        return places, at + line + top + 1

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width)[1]

    def sizeHint(self) -> QSize:
        width = max(self.width(), _NARROWEST)
        return QSize(_NARROWEST, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, scaled(CONDITION_BAR_HEIGHT))

    def _relay(self) -> None:
        for widget, rect in self._place(self.width())[0]:
            widget.setGeometry(rect)
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._relay()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.PaletteChange}:
            self._relay()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, color(Role.LINE))
        painter.end()


def counted(shown: int, total: int, nouns: tuple[str, str]) -> str:
    """`1,000 of 2,500 learners`; `2,500 learners` where all are shown."""
    word = tr(nouns[0] if total == 1 else nouns[1])
    if shown == total:
        return tr("{n} {words}", n=count(total), words=word)
    return tr("{n} of {total} {words}", n=count(shown), total=count(total), words=word)
