"""A field for a day: typed in any usual way, or picked from a calendar; it may be empty."""

import re
from datetime import date

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.dates import MONTHS, shown
from ui.look.buttons import icon_button
from ui.look.icons import Icon, qicon
from ui.look.screens import room_on_screen
from ui.look.shapes import CARD_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import tr

_NUMBERS = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_WORDS = re.compile(r"([0-9]{1,2})[ \-]?([A-Za-z]{3,9})\.?[ \-]?([0-9]{4})")
_BESIDE_TEXT = 10
"""Padding and frame of a line, on each side."""
_NAMES = {month.lower(): number for number, month in enumerate(MONTHS, 1)}


def read_day(text: str) -> date | None:
    """The day in `14 Feb 2008`, `14/02/2008`, `14.2.2008` or `2008-02-14`; None if it is none of these."""
    text = " ".join(text.split())
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _NUMBERS.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if (found := _WORDS.fullmatch(text)) and (month := _NAMES.get(found[2][:3].lower())):
            return date(int(found[3]), month, int(found[1]))
    except ValueError:
        return None
    return None


class DateField(QWidget):
    """A line to type a day into, and a button that opens a calendar; `changed` after every edit."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit(self)
        self.edit.textChanged.connect(self._typed)
        self.edit.editingFinished.connect(self._tidy)
        self.edit.installEventFilter(self)
        self.button: QToolButton = icon_button(
            Icon.CALENDAR_BLANK,
            tr("Choose a day"),
            "calendar",
            parent=self,
            clicked=self.open_calendar,
            keys="Alt Down",
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.edit, 1)
        row.addWidget(self.button)
        self._calendar: CalendarPopup | None = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.edit.width() - 2 * _BESIDE_TEXT
        hints = [tr("day month year"), tr("d m yyyy")]
        fits = (hint for hint in hints if self.edit.fontMetrics().horizontalAdvance(hint) <= room)
        self.edit.setPlaceholderText(next(fits, hints[-1]))

    @property
    def value(self) -> date | None:
        """The day typed, None if there is none or it cannot be read (`problem` tells which)."""
        return read_day(self.edit.text())

    def set_value(self, day: date | None) -> None:
        self.edit.setText(shown(day))

    @property
    def problem(self) -> str:
        """What is wrong with the text; "" for a day and for nothing."""
        if not self.edit.text().strip() or self.value is not None:
            return ""
        return tr("No such day. Type it like 14 Feb 2008.")

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.edit.setAccessibleName(name)
        self.button.setAccessibleName(tr("Choose a day for {name}", name=name))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            down = event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
            if (down or event.key() == Qt.Key.Key_F4) and self.button.isEnabled():
                self.open_calendar()
                return True
        return False

    @Slot()
    def open_calendar(self) -> None:
        """Show the calendar below the field, at the day typed or today."""
        self._calendar = CalendarPopup(self.value or date.today(), self)
        self._calendar.chosen.connect(self._picked)
        self._calendar.open_below(self.edit)

    @Slot(object)
    def _picked(self, day: date) -> None:
        self.set_value(day)
        self.edit.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot(str)
    def _typed(self, text: str) -> None:
        self.changed.emit()

    @Slot()
    def _tidy(self) -> None:
        day = self.value
        if day is not None and self.edit.text() != shown(day):
            self.edit.setText(shown(day))


class CalendarPopup(QWidget):
    """A month to choose from; `chosen` carries a date. Esc or a click elsewhere closes it."""

    chosen = Signal(object)

    def __init__(self, day: date, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("calendar_popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.month = QCalendarWidget(self)
        self.month.setAccessibleName(tr("Calendar"))
        self.month.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
        self.month.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.month.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.month.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
        self.month.setSelectedDate(QDate(day.year, day.month, day.day))
        self._dress()
        self.month.clicked.connect(self._take)
        self.month.activated.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.month)

    def _dress(self) -> None:
        """Weekends in red and a tinted head are the calendar's own; here colour would mean something."""
        quiet = QTextCharFormat()
        quiet.setForeground(color(Role.TEXT3))
        quiet.setBackground(color(Role.SURFACE))
        self.month.setHeaderTextFormat(quiet)
        for weekday in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.month.setWeekdayTextFormat(weekday, QTextCharFormat())
        bar = self.month.findChild(QWidget, "qt_calendar_navigationbar")
        if bar is not None:
            bar.setBackgroundRole(QPalette.ColorRole.Base)
        for name, icon, words in (
            ("qt_calendar_prevmonth", Icon.CARET_LEFT, tr("Month before")),
            ("qt_calendar_nextmonth", Icon.CARET_RIGHT, tr("Next month")),
        ):
            arrow = self.month.findChild(QToolButton, name)
            if arrow is not None:
                arrow.setIcon(qicon(icon, Role.TEXT2))
                arrow.setAccessibleName(words)
                arrow.setToolTip(words)

    def open_below(self, field: QWidget) -> None:
        """Show below `field`, or above it where the screen ends."""
        self.adjustSize()
        place = field.mapToGlobal(QPoint(0, field.height() + 4))
        screen = room_on_screen(field)
        if place.y() + self.height() > screen.bottom():
            place.setY(field.mapToGlobal(QPoint(0, 0)).y() - self.height() - 4)
        place.setX(max(screen.left(), min(place.x(), screen.right() - self.width())))
        place.setY(max(screen.top(), place.y()))
        self.move(place)
        self.show()
        self.month.setFocus(Qt.FocusReason.PopupFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box(painter, QRect(self.rect()), CARD_RADIUS, fill=Role.SURFACE, line=Role.LINE2)
        painter.end()

    @Slot(QDate)
    def _take(self, day: QDate) -> None:
        if self.isVisible():
            self.close()
            self.chosen.emit(date(day.year(), day.month(), day.day()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
