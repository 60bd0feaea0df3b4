"""The Condition Builder in its first form: a list of conditions joined by And or Or, with a live count."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.conditions import FieldInfo, Group, Join, check
from app.errors import AppError, InputError
from app.tasks import TaskContext
from ui.grids.condition_row import ConditionRow
from ui.grids.condition_sentence import SentenceLabel
from ui.grids.condition_words import pieces
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import button
from ui.look.cards import Card, HairLine
from ui.look.dialog import ask
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.shapes import box
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

Count = Callable[[TaskContext, Group], tuple[int, int]]
COUNT_DELAY_MS = 250
_WIDTH, _HEIGHT = 800, 440
_BAR = 3


class RowsArea(QScrollArea):
    """As high as its rows where there is room, else scrolling."""

    def __init__(self, rows: QWidget) -> None:
        super().__init__()
        self._rows = rows
        self.setObjectName("condition_rows")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setWidget(rows)
        # Taking the rows in has made them paint the colour of a window.
        rows.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._rows.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), min(self._rows.sizeHint().height(), scaled(76)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._rows and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class JoinedBox(QWidget):
    """A bar at the left holds together what "All" or "Any" is about."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box(painter, QRect(0, 0, _BAR, self.height()), 1.5, fill=Role.ACCENT)
        painter.end()


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
        self.rows: list[ConditionRow] = []
        self._timer = QTimer(self, singleShot=True, interval=COUNT_DELAY_MS)
        self._timer.timeout.connect(self._ask_count)
        self.finished.connect(self._ended)
        self._build()
        known = [test for test in (group or Group()).members if test.field in self._by_id]
        self.join.setCurrentIndex(self.join.findData((group or Group()).join.value))
        for test in known:
            self._append(ConditionRow(self._fields, test))
        if not known:
            self._append(ConditionRow(self._fields))
        self._changed()
        self._timer.start(0)
        self._opened_with = self.group
        self.rows[0].take_focus()

    @property
    def group(self) -> Group:
        """The search as it stands in the window, or stood when it was closed by *Show*."""
        if self._taken is not None:
            return self._taken
        return Group(Join(self.join.currentData()), tuple(row.test for row in self.rows))

    # Building

    def _build(self) -> None:
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(4, 4, 4, 4)
        self._column.setSpacing(6)
        self._empty = text_label(tr("No conditions: everything is shown."), Type.BODY, Role.TEXT2)
        self._column.addWidget(self._empty)
        self._area = RowsArea(self._list)
        joined = JoinedBox()
        inside = QVBoxLayout(joined)
        inside.setContentsMargins(10, 0, 0, 0)
        inside.setSpacing(4)
        inside.addLayout(self._build_head())
        inside.addWidget(self._area)
        self.content.addWidget(joined)
        self.content.addStretch(1)
        self.content.addWidget(self._build_result())
        clear = self.add_button(tr("Clear"), kind="quiet", name="builder_clear", clicked=self.clear, left=True)
        cancel = self.add_button(tr("Cancel"), name="builder_cancel", clicked=self.reject)
        self.show_button = self.add_button(tr("Show"), kind="primary", name="builder_show", clicked=self.accept)
        self._foot_stops = [clear, cancel, self.show_button]
        for keys in ("Ctrl++", "Ctrl+="):
            QShortcut(QKeySequence(keys), self, self.add)
        QShortcut(QKeySequence("Ctrl+-"), self, self._remove_current)
        self.open_at(_WIDTH, _HEIGHT)

    def _build_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(4, 4, 4, 4)
        head.setSpacing(8)
        self.join = QComboBox()
        self.join.setObjectName("condition_join")
        self.join.setAccessibleName(tr("How many of the conditions have to be true"))
        for one in Join:
            self.join.addItem(tr(one.value), one.value)
        self.join.setMinimumWidth(scaled(120))
        self.join.currentIndexChanged.connect(self._join_chosen)
        words: QLabel = text_label(tr("of these are true"), Type.BODY, Role.TEXT2)
        words.setBuddy(self.join)
        self.add_condition = button(tr("Condition"), Icon.PLUS, "link", "condition_add", clicked=self.add)
        self.add_condition.setAccessibleName(tr("Add a condition"))
        self.add_condition.setAutoDefault(True)
        self.add_condition.setToolTip(tr("Add a condition (Ctrl +)"))
        head.addWidget(self.join)
        head.addWidget(words)
        head.addStretch(1)
        head.addWidget(self.add_condition)
        return head

    def _build_result(self) -> QWidget:
        card = Card(padding=12, fill=Role.SUBTLE)
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

    # Rows

    def _append(self, row: ConditionRow) -> None:
        self.rows.append(row)
        self._column.insertWidget(len(self.rows), row)
        row.changed.connect(self._changed)
        row.removed.connect(self._remove_sender)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Head, rows from the top, then the foot."""
        stops: list[QWidget] = [self.join, self.add_condition]
        for row in self.rows:
            stops += row.tab_stops
        stops += self._foot_stops
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    @Slot()
    def add(self) -> None:
        """Add a condition, ready to be filled in."""
        row = ConditionRow(self._fields)
        self._append(row)
        self._changed()
        row.field.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, row, self._show_last)

    @Slot()
    def _show_last(self) -> None:
        if self.rows:
            self._area.ensureWidgetVisible(self.rows[-1])

    @Slot()
    def clear(self) -> None:
        """Remove every condition."""
        for row in list(self.rows):
            self._remove(row)
        self.add_condition.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _remove_sender(self) -> None:
        row = self.sender()
        if isinstance(row, ConditionRow):
            self._remove(row)

    @Slot()
    def _remove_current(self) -> None:
        focus = self.focusWidget()
        row = next((row for row in self.rows if focus is not None and row.isAncestorOf(focus)), None)
        if row is not None:
            self._remove(row)

    def _remove(self, row: ConditionRow) -> None:
        place = self.rows.index(row)
        self.rows.remove(row)
        self._column.removeWidget(row)
        if self.rows:
            self.rows[min(place, len(self.rows) - 1)].take_focus()
        else:
            self.add_condition.setFocus(Qt.FocusReason.OtherFocusReason)
        row.hide()
        row.deleteLater()
        self._changed()

    @Slot(int)
    def _join_chosen(self, place: int) -> None:
        self._changed()

    # The sentence and the count

    @Slot()
    def _changed(self) -> None:
        """Something was edited: the sentence follows at once, the count a moment later."""
        self._empty.setVisible(not self.rows)
        self.sentence.show_pieces(pieces(self.group, self._by_id, self._nouns))
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
            return

        def work(context: TaskContext) -> tuple[int, tuple[int, int] | AppError]:
            # A failure is an answer too: it may come too late like any other.
            try:
                return asked, counted(context, group)
            except AppError as error:
                return asked, error

        self._counting = self._runner.run(work, lane=Lane.COUNT, done=self._counted)

    @Slot(object)
    def _counted(self, result: tuple[int, tuple[int, int] | AppError]) -> None:
        asked, answer = result
        if asked != self._asked:
            return
        if isinstance(answer, AppError):
            self.of_all.setText(tr("not counted"))
            self.of_all.setToolTip(str(answer))
            return
        self._show_found(*answer)
        self.of_all.setToolTip("")
        announce(self, f"{self.found.text()} {self.of_all.text()}")

    def _show_found(self, found: int | None, total: int | None) -> None:
        if found is None or total is None:
            # The last total stays: only what is found is in doubt.
            self.found.setText("–")
            self.show_button.setText(tr("Show {Many}", Many=tr(self._nouns[1]).title()))
        else:
            one, many = tr(self._nouns[0]), tr(self._nouns[1])
            self.found.setText(count(found))
            self.of_all.setText(tr("of {total} {words}", total=count(total), words=one if total == 1 else many))
            words = one if found == 1 else many
            self.show_button.setText(tr("Show {n} {Words}", n=count(found), Words=words.title()))
        self.show_button.setAccessibleDescription(self.sentence.text)

    # Ending

    def _wrong_row(self) -> tuple[ConditionRow | None, str]:
        """The first row that cannot be asked, and what is wrong with it."""
        for row in self.rows:
            if row.problem:
                return row, row.problem
            try:
                check(Group(Join.ALL, (row.test,)), self._by_id)
            except InputError as error:
                return row, str(error)
        return None, ""

    @Slot()
    def accept(self) -> None:
        """Show the rows; says what is missing instead, and leads there."""
        row, words = self._wrong_row()
        for one in self.rows:
            one.show_error(words if one is row else "")
        if row is None:
            self._taken = self.group
            super().accept()
        else:
            row.take_focus()
            self._area.ensureWidgetVisible(row)

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
