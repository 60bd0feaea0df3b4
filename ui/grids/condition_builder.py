"""The Condition Builder: conditions in groups that nest, as a sentence, with a live count."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.conditions import MOST_MEMBERS, FieldInfo, Group
from app.errors import AppError
from app.tasks import TaskContext
from ui.error_words import error_words
from ui.grids.condition_counts import Count, RowCounts, problem_of
from ui.grids.condition_group import GroupBox, at_level
from ui.grids.condition_row import ConditionRow
from ui.grids.condition_sentence import SentenceLabel
from ui.grids.condition_side import Offer, SearchSide
from ui.grids.condition_words import known_part, pieces
from ui.grids.form_dialog import FormDialog
from ui.grids.rows_area import RowsArea
from ui.look.buttons import explain
from ui.look.cards import Card, HairLine
from ui.look.dialog import ask
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

Save = Callable[[QWidget, Group], bool]
"""Asks for a name and saves; whether it was saved."""
COUNT_DELAY_MS = 250
_WIDTH, _HEIGHT = 860, 520
_WIDTH_WITH_SEARCHES, _HEIGHT_WITH_SEARCHES = 1096, 640
_FOLDED_BELOW = 980
"""So narrow the conditions need all of the room."""


class ConditionBuilder(FormDialog):
    """`group` is the search after *Show*; one without members shows everything.

    `count` gives (found, all) for a search; it runs in a task, and an answer that came too late is dropped.
    """

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        nouns: tuple[str, str],
        fields: Sequence[FieldInfo],
        group: Group | None,
        count: Count,
        save: Save | None = None,
        *,
        with_searches: bool = False,
    ) -> None:
        super().__init__(parent, title=tr("Condition Builder"), name="condition_builder")
        self._runner = runner
        self._nouns = nouns
        self._fields = list(fields)
        self._by_id = {info.id: info for info in fields}
        self._count = count
        self._counting: TaskContext | None = None
        self._asked = 0
        self._taken: Group | None = None
        self._save = save
        self._timer = QTimer(self, singleShot=True, interval=COUNT_DELAY_MS)
        self._timer.timeout.connect(self._ask_count)
        self.finished.connect(self._ended)
        known = known_part(group or Group(), self._by_id)
        self.root = GroupBox(self._fields, known)
        if not known.members:
            self.root.insert(ConditionRow(self._fields))
        self._row_counts = RowCounts(runner, count, self._by_id, self)
        self.finished.connect(self._row_counts.stop)
        self.side = SearchSide(runner, count, self) if with_searches else None
        self._build()
        self.root.changed.connect(self._changed)
        self._changed()
        self._timer.start(0)
        self._opened_with = self.group
        self.rows[0].take_focus()

    @property
    def group(self) -> Group:
        """The search as it stands in the window, or stood when it was closed by *Show*."""
        if self._taken is not None:
            return self._taken
        return self.root.group

    # Building

    def _build(self) -> None:
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(4, 4, 4, 4)
        self._column.setSpacing(6)
        self._column.addWidget(self.root)
        self._empty = text_label(tr("No conditions: everything is shown."), Type.BODY, Role.TEXT2)
        self._column.addWidget(self._empty)
        self._area = RowsArea(self._list)
        across, column = QHBoxLayout(), QVBoxLayout()
        across.setSpacing(16)
        if self.side is not None:
            across.addWidget(self.side)
            self._beside = HairLine(Qt.Orientation.Vertical)
            across.addWidget(self._beside)
            self.side.chosen.connect(self._choose)
            self.finished.connect(self.side.stop)
        across.addLayout(column, 1)
        column.addWidget(self._area)
        column.addStretch(1)
        column.addWidget(self._build_result())
        self.content.addLayout(across, 1)
        self._foot_stops: list[QWidget] = []
        if self._save is not None:
            saving = self.add_button(
                tr("Save Search"), Icon.BOOKMARK_SIMPLE, name="builder_save", clicked=self.save, left=True
            )
            self._foot_stops.append(saving)
        clear = self.add_button(tr("Clear"), kind="quiet", name="builder_clear", clicked=self.clear, left=True)
        cancel = self.add_button(tr("Cancel"), name="builder_cancel", clicked=self.reject)
        self.show_button = self.add_button(tr("Show"), kind="primary", name="builder_show", clicked=self.accept)
        self._foot_stops += [clear, cancel, self.show_button]
        for keys in ("Ctrl++", "Ctrl+="):
            QShortcut(QKeySequence(keys), self, self.add)
        QShortcut(QKeySequence("Ctrl+-"), self, self._remove_current)
        QShortcut(QKeySequence("Ctrl+G"), self, self.add_group)
        QShortcut(QKeySequence("Ctrl+Shift+Up"), self, self._move_up)
        QShortcut(QKeySequence("Ctrl+Shift+Down"), self, self._move_down)
        self.open_at(*((_WIDTH_WITH_SEARCHES, _HEIGHT_WITH_SEARCHES) if self.side else (_WIDTH, _HEIGHT)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.side is not None:
            for one in (self.side, self._beside):
                one.setVisible(self.width() >= scaled(_FOLDED_BELOW))

    @Slot(object)
    def _choose(self, offer: Offer) -> None:
        """Build on from a search that there is already; asks first if the conditions were changed."""
        if self.group == self._opened_with or self._may_discard():
            self.root.fill(known_part(offer.group, self._by_id))
            self._opened_with = self.group

    def _build_result(self) -> QWidget:
        card = self._card = Card(padding=12, fill=Role.SUBTLE)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.sentence = SentenceLabel()
        self.sentence.setObjectName("condition_sentence")
        row.addWidget(self.sentence, 1)
        row.addWidget(HairLine(Qt.Orientation.Vertical, Role.LINE2))
        numbers = QVBoxLayout()
        numbers.setSpacing(0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.found = text_label("", Type.COUNT, numbers=True, name="condition_found")
        self.of_all = text_label("", Type.SECONDARY, Role.TEXT2, name="condition_of_all")
        for label in (self.found, self.of_all):
            label.setAlignment(right)
            numbers.addWidget(label)
        self.of_all.setMinimumWidth(scaled(110))
        row.addLayout(numbers)
        card.column.addLayout(row)
        return card

    # Conditions and groups

    @property
    def rows(self) -> list[ConditionRow]:
        """Every condition, from the top."""
        return self.root.rows

    @property
    def join(self) -> QComboBox:
        """How the outermost group joins its members."""
        return self.root.join

    @property
    def add_condition(self) -> QPushButton:
        return self.root.add_condition

    def _order_tabs(self) -> None:
        """Head, members from the top, then the foot."""
        for first, second in pairwise([*self.root.tab_stops, *self._foot_stops]):
            QWidget.setTabOrder(first, second)

    def _member_in_focus(self) -> tuple[GroupBox, ConditionRow | GroupBox | None]:
        """The group that holds the keyboard, and what in it does: a condition, or none for the group's own head."""
        widget: QWidget | None = self.focusWidget()
        while widget is not None and not isinstance(widget, ConditionRow | GroupBox):
            widget = widget.parentWidget()
        if isinstance(widget, ConditionRow):
            return self._holder(widget), widget
        return (widget if isinstance(widget, GroupBox) else self.root), None

    def _holder(self, member: ConditionRow | GroupBox) -> GroupBox:
        groups = [self.root, *(one for one in self.root.walk() if isinstance(one, GroupBox))]
        return next(group for group in groups if member in group.members)

    @Slot()
    def add(self) -> None:
        """Add a condition to the group that has the keyboard, ready to be filled in."""
        group, member = self._member_in_focus()
        if not self._is_full():
            group.add(member if isinstance(member, ConditionRow) else None)

    @Slot()
    def add_group(self) -> None:
        """Add a group within the one that has the keyboard."""
        if not self._is_full():
            self._member_in_focus()[0].add_inner_group()

    def _is_full(self) -> bool:
        return sum(1 for _ in self.root.walk()) >= MOST_MEMBERS - 1

    @Slot()
    def clear(self) -> None:
        """Remove every condition."""
        for member in list(self.root.members):
            self.root.remove(member)
        self.add_condition.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _remove_current(self) -> None:
        group, member = self._member_in_focus()
        if member is not None:
            group.remove(member)
        elif group is not self.root:
            self._holder(group).remove(group)

    @Slot()
    def _move_up(self) -> None:
        self._move(-1)

    @Slot()
    def _move_down(self) -> None:
        self._move(1)

    def _move(self, step: int) -> None:
        """Move the condition or group that has the keyboard: past its neighbour, into a group beside it, or out of
        its own at the end."""
        group, member = self._member_in_focus()
        moving = member or group
        if moving is self.root:
            return
        focus, holder = self.focusWidget(), self._holder(moving)
        if isinstance(moving, GroupBox) and any(row.problem for row in moving.rows):
            return  # what was half typed would get lost on the way to another level
        place = holder.members.index(moving) + step
        target = holder
        if not 0 <= place < len(holder.members):
            if holder is self.root:
                return
            target = self._holder(holder)
            place = target.members.index(holder) + (1 if step > 0 else 0)
        elif isinstance(inner := holder.members[place], GroupBox) and isinstance(moving, ConditionRow):
            target, place = inner, 0 if step > 0 else len(inner.members)
        holder.take(moving)
        moving = moving if isinstance(moving, ConditionRow) or target is holder else at_level(moving, target)
        target.insert(moving, place)
        if not holder.members and holder is not self.root:
            self._holder(holder).remove(holder)
        self._changed()
        if focus is not None and moving.isAncestorOf(focus):
            focus.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            moving.take_focus()

    @Slot()
    def _show_current(self) -> None:
        focus = self.focusWidget()
        if focus is not None and self.root.isAncestorOf(focus):
            self._area.ensureWidgetVisible(focus, 0, scaled(24))

    # The sentence and the count

    @Slot()
    def _changed(self) -> None:
        """Something was edited: the sentence follows at once, the count a moment later."""
        self._empty.setVisible(not self.rows)
        self._order_tabs()
        QTimer.singleShot(0, self, self._show_current)
        self.sentence.show_pieces(pieces(self.group, self._by_id, self._nouns))
        self._row_counts.show_rows(self.rows)
        self._forget_count()
        self._timer.start()

    def _forget_count(self) -> None:
        self._asked += 1
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        self._show_found(None, None)

    @Slot()
    def _ask_count(self) -> None:
        """Count in the background; nothing is counted while a value is missing."""
        group, asked, counted = self.group, self._asked, self._count
        if self._wrong_row()[0] is not None:
            self._row_counts.ask(Group())
            return

        def work(context: TaskContext) -> tuple[int, tuple[int, int] | AppError]:
            # A failure is an answer too: it may come too late like any other.
            try:
                return asked, counted(context, group)
            except AppError as error:
                return asked, error

        self._counting = self._runner.run(work, lane=Lane.COUNT, done=self._counted)
        self._row_counts.ask(group)

    @Slot(object)
    def _counted(self, result: tuple[int, tuple[int, int] | AppError]) -> None:
        asked, answer = result
        if asked != self._asked:
            return
        if isinstance(answer, AppError):
            self.of_all.setText(tr("not counted"))
            explain(self.of_all, error_words(answer))
            return
        self._show_found(*answer)
        self._row_counts.learn(self.group, answer[0])
        explain(self.of_all, "")
        announce(self, f"{self.found.text()} {self.of_all.text()}")

    def _show_found(self, found: int | None, total: int | None) -> None:
        if found is None or total is None:  # the last total stays: only what is found is in doubt
            self.found.setText("–")
            self.show_button.setText(tr("Show {Many}", Many=tr(self._nouns[1]).title()))
        else:
            one, many = map(tr, self._nouns)
            self.found.setText(count(found))
            self.of_all.setText(tr("of {total} {words}", total=count(total), words=one if total == 1 else many))
            words = one if found == 1 else many
            self.show_button.setText(tr("Show {n} {Words}", n=count(found), Words=words.title()))
        self.show_button.setAccessibleDescription(self.sentence.text)
        self._card.column.activate()  # at once: the numbers are never seen without their room

    # Ending

    def _wrong_row(self) -> tuple[ConditionRow | None, str]:
        """The first row that cannot be asked, and what is wrong with it."""
        wrong = ((row, problem_of(row, self._by_id)) for row in self.rows)
        return next(((row, words) for row, words in wrong if words), (None, ""))

    def _can_be_asked(self) -> bool:
        """Whether nothing is missing; says what is, and leads there."""
        row, words = self._wrong_row()
        for one in self.rows:
            one.show_error(words if one is row else "")
        if row is not None:
            row.take_focus()
            self._area.ensureWidgetVisible(row)
        return row is None

    @Slot()
    def accept(self) -> None:
        """Show the rows; says what is missing instead."""
        if self._can_be_asked():
            self._taken = self.group
            super().accept()

    @Slot()
    def save(self) -> None:
        """Keep the search under a name; the window stays."""
        if self._save is None or not self._can_be_asked():
            return
        if not self.rows:
            self.add_condition.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._save(self, self.group):
            self._opened_with = self.group

    def reject(self) -> None:
        """Esc, Cancel or the cross: asks first if the search was changed."""
        if self.group == self._opened_with or self._may_discard():
            super().reject()

    def _may_discard(self) -> bool:
        answer = ask(
            self,
            tr("Condition Builder"),
            tr("The conditions that you changed are not in use yet."),
            tr("Keep editing and press Show to use them, or discard them."),
            [("discard", tr("Discard Changes")), ("keep", tr("Keep Editing"))],
            safe="keep",
            name="discarding",
        )
        return answer == "discard"

    @Slot(int)
    def _ended(self, result: int) -> None:
        self._timer.stop()
        self._asked += 1
        if self._counting is not None:
            self._counting.cancel()
