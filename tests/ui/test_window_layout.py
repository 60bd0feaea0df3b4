"""Nothing is clipped, nothing overlaps, nothing lies outside, and a screen reader can name every control.

At 1366x768 and 1440x900, with text of 100 and 200 %; `tests/e2e/test_scaled.py` runs it on a screen of 200 %.
"""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QCalendarWidget,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollBar,
    QSpinBox,
    QWidget,
)

from app.attainments.export_changes import Layout
from app.errors import InputError
from app.plr.update import UpdateSummary
from tests.ui.conftest import Room, Rooms
from tests.ui.dialog_room import click, clipped
from ui.dialogs import questions
from ui.dialogs.about import AboutDialog
from ui.dialogs.export_layout import LayoutDialog
from ui.dialogs.message import MessageDialog
from ui.dialogs.settings import SettingsDialog
from ui.dialogs.sign_in import SignInDialog
from ui.dialogs.unexpected_error import UnexpectedErrorDialog
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.look import fonts
from ui.look.labels import ElidingLabel

SIZES = [(1366, 768), (1440, 900)]
_TEXTS = (QLabel, QAbstractButton, QLineEdit)
# May be shorter than their text: they show an ellipsis, and their tool tip has the whole of it.
_SHORTENED = (ElidingLabel, QComboBox)


# What is looked for


def texts_of(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, _TEXTS) or isinstance(widget, _SHORTENED) or not widget.isVisible():
            continue
        if widget.window() is window and not _of_qt(widget):
            yield widget


def _of_qt(widget: QWidget) -> bool:
    """A part inside one of Qt's own controls."""
    parent: QWidget | None = widget
    while parent is not None:
        if parent.objectName().startswith("qt_") or isinstance(parent, QCalendarWidget):
            return True
        parent = parent.parentWidget()
    return isinstance(widget.parentWidget(), QComboBox | QSpinBox | QAbstractItemView)


def said(widget: QWidget) -> str:
    text = getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} {widget.objectName()} {text[:60]!r}"


def too_low(window: QWidget) -> Iterator[str]:
    """Fields whose text is cut; their frame may be lower than Qt would make it."""
    for widget in texts_of(window):
        if isinstance(widget, QLineEdit) and widget.fontMetrics().height() > widget.contentsRect().height() - 2:
            yield f"{said(widget)} is too low: {widget.height()}"


def _in_window(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def overlapping(window: QWidget) -> Iterator[str]:
    """Texts of one parent that lie over one another."""
    by_parent: dict[int, list[QWidget]] = {}
    for widget in texts_of(window):
        by_parent.setdefault(id(widget.parentWidget()), []).append(widget)
    for siblings in by_parent.values():
        for place, one in enumerate(siblings):
            for other in siblings[place + 1 :]:
                if one.geometry().intersects(other.geometry()):
                    yield f"{said(one)} over {said(other)}"


def outside(window: QWidget) -> Iterator[str]:
    """Texts that reach out of their parent, or out of the window unless something scrolls."""
    for widget in texts_of(window):
        parent = widget.parentWidget()
        assert parent is not None
        if not parent.rect().adjusted(-1, -1, 1, 1).contains(widget.geometry()):
            yield f"{said(widget)} {widget.geometry().getRect()} in {type(parent).__name__} {parent.size().toTuple()}"
        elif not _scrolls(widget) and not window.rect().contains(_in_window(widget, window)):
            yield f"{said(widget)} outside of the window"


def _scrolls(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QAbstractScrollArea):
        parent = parent.parentWidget()
    return parent is not None


def unnamed(window: QWidget) -> Iterator[str]:
    """Controls the keyboard reaches that a screen reader could not name."""
    buddies = {label.buddy() for label in window.findChildren(QLabel) if label.buddy() is not None and label.text()}
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not window or _of_qt(widget):
            continue
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, QScrollBar):
            continue
        text = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
        if not (widget.accessibleName() or text or widget in buddies):
            yield said(widget)


def problems(window: QWidget) -> list[str]:
    QApplication.processEvents()
    return [*clipped(window), *too_low(window), *overlapping(window), *outside(window), *unnamed(window)]


def told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{where}: {line}" for where, lines in found.items() for line in lines)


# Where it is looked for


@pytest.fixture(params=[1.0, 2.0], ids=["100", "200"])
def text_size(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[float]:
    fonts.set_scale(request.param)
    yield request.param
    fonts.set_scale(1.0)


def at_size(room: Room, window: QWidget, size: tuple[int, int]) -> None:
    window.resize(*size)
    room.until(lambda: window.size().toTuple() == size)
    room.at_rest()


def test_the_checks_find_what_they_look_for(room: Room):
    label = QLabel("Much too long for where it stands", room.window.status)
    label.setGeometry(0, 0, 30, 40)
    other = QLabel("Over it", room.window.status)
    other.setGeometry(10, 0, 60, 20)
    nameless = QLineEdit(room.window.status)
    nameless.move(200, 0)
    for widget in (label, other, nameless):
        widget.show()
    found = " | ".join(problems(room.window))
    assert "QSize(30, 40)" in found
    assert "over QLabel" in found
    assert "Much too long" in found
    assert "QLineEdit" in found


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_main_window(rooms: Rooms, size: tuple[int, int], text_size: float):
    room = rooms(40, size=size)
    window = room.window
    found = {}
    at_size(room, window, size)
    found["learners, nothing selected"] = problems(window)
    room.select(3)
    room.until(lambda: window.learners.pane.settled)
    room.at_rest()
    found["learners, three selected"] = problems(window)
    window.show_page("attainments")
    room.at_rest()
    click(window.attainments.grid.viewport())
    room.until(lambda: window.attainments.pane.settled)
    room.at_rest()
    found["attainments"] = problems(window)
    window.show_attainments()
    room.at_rest()
    found["attainments of some"] = problems(window)
    window.show_page("licences")
    room.at_rest()
    found["licences"] = problems(window)
    assert told(found) == ""


def test_main_window_without_learners(rooms: Rooms):
    room = rooms(0, size=SIZES[0])
    found = problems(room.window)
    room.window.show_page("attainments")
    room.at_rest()
    assert "\n".join(found + problems(room.window)) == ""


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_plr_window(rooms: Rooms, size: tuple[int, int], text_size: float):
    room = rooms(60)
    page = room.start_download()
    found = {}
    at_size(room, room.plr_window, size)
    room.downloaded()
    found["done"] = problems(room.plr_window)
    for row in range(6):
        room.in_front(room.plr_window)
        click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(row, 3)).center())
        room.until(lambda: page.pane.settled)
        room.at_rest()
        found[f"row {row}"] = problems(room.plr_window)
    page.strip.show_running("412 of 1,000 learners", 412, 1000, "12 a second · 3 min left")
    found["running"] = problems(room.plr_window)
    page.strip.show_done("Stopped after 412 of 1,000 learners", "You stopped the download.", 243, 1000)
    found["more to come"] = problems(room.plr_window)
    page.forget()
    room.at_rest()
    assert told(found) == ""


DIALOGS = {
    "about": lambda room: AboutDialog(room.window, room.window.runner),
    "layout": lambda room: LayoutDialog(room.window, Layout()),
    "message": lambda room: MessageDialog(
        room.window,
        InputError(
            "The data folder cannot be written. " * 3, hint="Name another folder with --data, then start again."
        ),
    ),
    "sign in": lambda room: SignInDialog(room.window, room.window.runner, room.context, "lrs_password"),
    "unexpected": lambda room: UnexpectedErrorDialog(room.window, "Traceback\n  somewhere\nValueError: no"),
    "summary": lambda room: UpdateSummaryDialog(
        room.window,
        UpdateSummary(new=list(range(300)), unchanged=[1] * 21, operation_id=1),
        lambda key: None,
        room.window.runner,
    ),
    "stopped summary": lambda room: UpdateSummaryDialog(
        room.window, UpdateSummary(stopped="You stopped the update.", left=1_234), lambda key: None
    ),
}


def test_dialogs(rooms: Rooms, text_size: float):
    room = rooms(5, size=SIZES[0])
    found = {}
    for name, make in DIALOGS.items():
        dialog = make(room)
        dialog.open()
        room.at_rest()
        found[name] = problems(dialog)
        dialog.done(0)
        dialog.deleteLater()
        room.at_rest()
    assert told(found) == ""


def test_settings(rooms: Rooms, text_size: float):
    room = rooms(5, size=SIZES[0])
    room.press("Ctrl+,")
    room.until(lambda: isinstance(QApplication.activeModalWidget(), SettingsDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SettingsDialog)
    room.at_rest()
    found = {}
    for row in range(dialog.pages.count()):
        dialog.pages.setCurrentRow(row)
        room.at_rest()
        found[dialog.pages.item(row).text()] = problems(dialog)
    dialog.reject()
    assert told(found) == ""


def test_learner_form(rooms: Rooms, text_size: float):
    room = rooms(5, size=SIZES[0])
    room.select(1)
    found = {}
    for keys in ("Ctrl+N", "F2"):
        room.in_front(room.window)
        room.press(keys, room.window)
        room.until(lambda: QApplication.activeModalWidget() is not None)
        room.at_rest()
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        found[keys] = problems(dialog)
        room.press("Escape", dialog)
        room.until(lambda: QApplication.activeModalWidget() is None)
    assert told(found) == ""


class Looking:
    """Looks at whatever dialog comes up, then leaves it."""

    def __init__(self, room: Room) -> None:
        self.found: dict[str, list[str]] = {}
        self._room = room
        self._seen: QWidget | None = None

    def look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None or not dialog.isVisible() or self._room.window.runner.is_busy():
            return
        if dialog is not self._seen:  # once more, when everything it asked for has arrived
            self._seen = dialog
        else:
            self.found[dialog.objectName()] = problems(dialog)
            self._room.press("Escape", dialog)


@pytest.mark.parametrize("text", [1.0, 2.0])
def test_questions_and_condition_builder(rooms: Rooms, qapp: QApplication, text: float):
    room = rooms(5, size=SIZES[0])
    fonts.set_scale(text)
    looking = Looking(room)
    timer = QTimer(interval=20)
    timer.timeout.connect(looking.look)
    timer.start()
    questions.ask_over_limit(room.window, 1_243, 1_000, first="Abbott", last="Wrzesniewska-Featherstonehaugh")
    questions.ask_lower(room.window, 12)
    questions.confirm_closing_plr(room.window, 5_120, 412, busy=True)
    questions.confirm_quitting(room.window)
    questions.tell_too_many_to_copy(room.window, 120_000, 100_000)
    questions.confirm_discarding(room.window, "The learner was changed.")
    questions.confirm_host(room.window, "learner-records.a-rather-long-name.example.org")
    room.window.learners.open_condition_builder()
    timer.stop()
    fonts.set_scale(1.0)
    assert len(looking.found) == 8
    assert told(looking.found) == ""
