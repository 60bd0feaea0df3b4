"""The strip above the PLR grid: what the download is at, and rows counted by state and by code; a click filters."""

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.connectors.lrs_codes import describe
from app.plr.plan import Change
from ui.grids.columns import State
from ui.look.buttons import button
from ui.look.cards import Card
from ui.look.fonts import Type, font, metrics, scale, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import ElidingLabel, TextLabel
from ui.look.pictures import IconLabel
from ui.look.tokens import Role, color
from ui.look.words import count, plural, tr
from ui.pages.plr_source import CHANGE_STATES

_ORDER = (Change.NEW, Change.CHANGED, Change.LOWER, Change.SAME, Change.CANNOT, Change.NO_EVENTS)
HEIGHT = 64
_WHOLE_WORDS_UP_TO = 1.5


class CountTile(QAbstractButton):
    """A number over its state; pressed while it filters."""

    def __init__(self, change: Change | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.change = change
        self._state = CHANGE_STATES[change] if change is not None else State(Icon.ROWS, "All", Role.TEXT)
        self._number = 0
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName(f"tile_{change.name.lower() if change is not None else 'all'}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_number(0)

    def show_number(self, number: int) -> None:
        if number == self._number and self.text():
            return
        self._number = number
        self.setText(f"{tr(self._state.text)}: {count(number)}")
        self.setAccessibleName(self.text())
        self.setToolTip(tr("Show these rows only") if self.change is not None else tr("Show all rows"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = metrics(Type.SECONDARY, weight=500).horizontalAdvance(tr(self._state.text))
        number = metrics(Type.PANE_TITLE, numbers=True).horizontalAdvance(count(self._number))
        icon = 20 if self.change is not None else 0
        return QSize(max(words + icon, number) + 24, scaled(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect().adjusted(1, 1, -1, -1)
        if self.isChecked() or self.underMouse():
            painter.setPen(color(Role.ACCENT_LINE) if self.isChecked() else Qt.PenStyle.NoPen)
            painter.setBrush(color(Role.ACCENT_SOFT if self.isChecked() else Role.HOVER))
            painter.drawRoundedRect(area, 6, 6)
        left = area.left() + 11
        painter.setFont(font(Type.PANE_TITLE, numbers=True))
        painter.setPen(color(Role.ACCENT_TEXT if self.isChecked() else Role.TEXT))
        number = QRect(left, scaled(4), area.width(), scaled(22))
        words = QRect(left, scaled(26), area.width(), scaled(18))
        painter.drawText(number, Qt.AlignmentFlag.AlignVCenter, count(self._number))
        painter.setFont(font(Type.SECONDARY, weight=500))
        painter.setPen(color(Role.TEXT2))
        if self.change is not None:
            draw(painter, self._state.icon, QRect(left, words.top(), 15, words.height()), self._state.role, size=15)
            words.setLeft(left + 20)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, tr(self._state.text))


class PlrStrip(Card):
    """`change_chosen` carries a Change or None, `code_chosen` a code or ""."""

    cancelled = Signal()
    next_wanted = Signal()
    change_chosen = Signal(object)
    code_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plr_strip")
        self.setMinimumHeight(HEIGHT)
        row = QHBoxLayout()
        self.column.addLayout(row)
        row.setContentsMargins(14, 6, 12, 6)
        row.setSpacing(4)
        row.addLayout(self._build_progress(), 1)
        self._tiles = {change: CountTile(change) for change in (None, *_ORDER)}
        for tile in self._tiles.values():
            tile.clicked.connect(self._tile_clicked)
            row.addWidget(tile)
        self._tiles[None].setChecked(True)
        self._menu = QMenu(self)
        self._menu.triggered.connect(self._code_triggered)
        self._codes = button(tr("Codes"), Icon.TAG, "quiet", "plr_codes", menu=self._menu)
        row.addWidget(self._codes)

    def _build_progress(self) -> QHBoxLayout:
        self._title = ElidingLabel("", Type.PANE_TITLE)
        self._title.setObjectName("plr_progress_title")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setMaximumWidth(250)
        self._bar.setAccessibleName(tr("Download progress"))
        self._rate = TextLabel("", Type.SECONDARY, Role.TEXT2, numbers=True)
        self._lock = IconLabel(Icon.LOCK_SIMPLE, Role.TEXT2, 14)
        self._note = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        self._note.setObjectName("plr_note")
        self.cancel = button(tr("Cancel"), Icon.X, name="plr_cancel", clicked=self.cancelled)
        self.next = button("", Icon.CLOUD_ARROW_DOWN, name="plr_next", clicked=self.next_wanted)
        self.next.hide()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self._title)
        second = QHBoxLayout()
        second.setSpacing(10)
        second.addWidget(self._bar, 1)
        second.addWidget(self._rate)
        second.addWidget(self._lock)
        second.addWidget(self._note, 2)
        words.addLayout(second)
        words.addStretch(1)
        left = QHBoxLayout()
        left.setSpacing(12)
        left.addLayout(words, 1)
        for made in (self.next, self.cancel):
            left.addWidget(made, 0, Qt.AlignmentFlag.AlignVCenter)
        left.addStretch(0)
        return left

    def show_running(self, title: str, done: int, total: int, rate: str) -> None:
        """A download or update under way."""
        self._title.setText(title)
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self._bar.show()
        self._rate.setText(rate)
        self._rate.show()
        for part in (self._lock, self._note):
            part.hide()
        self.cancel.show()
        self.next.hide()

    def show_done(self, title: str, note: str, left: int, at_most: int, *, held_here: bool = False) -> None:
        """Nothing under way; `left` learners could be asked next, `at_most` at a time. `held_here`: the note says
        that what was downloaded is kept nowhere else."""
        self._title.setText(title)
        self._bar.hide()
        self._rate.hide()
        self._note.setText(note)
        self._lock.setVisible(held_here)
        self._note.show()
        self.cancel.hide()
        self.next.setVisible(left > 0)
        numbers = {"n": count(at_most), "left": count(left)}
        whole = tr("Continue with the Next {n} ({left} left)", **numbers)
        # Beside the counts, large text leaves room for the shorter form only.
        self.next.setText(whole if scale() <= _WHOLE_WORDS_UP_TO else tr("Next {n} ({left} left)", **numbers))
        self.next.setAccessibleName(whole)
        self.next.setToolTip(whole)

    def show_all(self) -> None:
        """Nothing is filtered any more."""
        self._tiles[None].setChecked(True)
        self._codes.setText(tr("Codes"))
        for action in self._menu.actions():
            action.setChecked(not action.data())

    def show_counts(self, total: int, by_change: Mapping[Change, int], by_code: Mapping[str, int]) -> None:
        for change, tile in self._tiles.items():
            number = total if change is None else by_change.get(change, 0)
            tile.show_number(number)
            tile.setVisible(change is not Change.LOWER or number > 0 or tile.isChecked())
        self._fill_codes(by_code)

    def _fill_codes(self, by_code: Mapping[str, int]) -> None:
        if [action.data() for action in self._menu.actions() if action.data()] == sorted(by_code):
            for action in self._menu.actions():
                if action.data():
                    action.setText(_code_line(action.data(), by_code[action.data()]))
            return
        chosen = next((action.data() for action in self._menu.actions() if action.isChecked()), "")
        self._menu.clear()
        for code in ("", *sorted(by_code)):
            action = self._menu.addAction(_code_line(code, by_code[code]) if code else tr("All codes"))
            action.setData(code)
            action.setCheckable(True)
            action.setChecked(code == chosen)

    @Slot()
    def _tile_clicked(self) -> None:
        tile = self.sender()
        assert isinstance(tile, CountTile)
        self.change_chosen.emit(tile.change)

    @Slot(QAction)
    def _code_triggered(self, chosen: QAction) -> None:
        for action in self._menu.actions():
            action.setChecked(action is chosen)
        self._codes.setText(chosen.data() or tr("Codes"))
        self.code_chosen.emit(chosen.data() or "")


def _code_line(code: str, number: int) -> str:
    return f"{code}  {describe(code).meaning}  ({plural(number, '{n} learner', '{n} learners')})"
