"""The help by its keys: F1 opens the topic of what is in front, and its window needs no mouse."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QToolButton, QWidget

from app.errors import InputError
from app.help.topics import Book
from tests.ui.conftest import Room
from tests.ui.dialog_room import child, click, clipped, unnamed
from tests.ui.every_dialog import Desk, work
from tests.ui.help_room import helped, rule_shown
from ui.dialogs.message import MessageDialog
from ui.help.desk import HelpDesk
from ui.help.pages_made import book
from ui.help.window import HelpWindow
from ui.look.fonts import set_scale
from ui.look.help_key import RULE
from ui.look.screens import window_behind
from ui.look.tokens import theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_f1_leads_to_the_topic_of_the_page_and_of_the_dialog_and_back(room: Room):
    room.in_front(room.window)
    room.press("F1")
    shown = helped(room)
    assert shown.topic == "learners"
    assert shown.page.hasFocus()
    room.press("Escape")
    assert not shown.isVisible()

    room.window.show_page("import_jobs")
    room.in_front(room.window)
    room.press("F1")
    assert helped(room).topic == "imports"
    room.press("Alt+Left")
    assert shown.topic == "learners"
    room.press("Alt+Right")
    assert shown.topic == "imports"
    room.press("Ctrl+W")

    room.window.show_page("learners")
    room.select(1)
    room.press("F2")
    room.until(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    room.until(lambda: dialog.isActiveWindow())
    room.press("F1", dialog)
    assert helped(room).topic == "learners"
    # The dialog still waits, and the help can be read meanwhile.
    assert dialog.isVisible()
    room.press("Ctrl+F", shown)
    QTest.keyClicks(shown.focusWidget(), "licen")
    assert shown.contents.hits
    room.press("Escape", shown)
    room.press("Escape", shown)
    assert shown.page.hasFocus()
    room.press("Escape", shown)
    room.in_front(dialog)
    room.press("Escape", dialog)


def test_f1_on_a_row_of_the_plr_window_tells_of_its_code_and_so_does_its_link(room: Room):
    page = room.download(20)
    room.in_front(room.plr_window)
    page.grid.setFocus()
    codes = set()
    for _ in range(page.shown):
        room.press("Down")
        room.until(lambda: page.pane.settled)
        if page.property(RULE):
            codes.add(page.property(RULE))
            break
    [code] = codes
    assert rule_shown(room) == code
    room.in_front(room.plr_window)
    click(page.pane.why_link)
    assert helped(room).page.textCursor().block().text().startswith(f"{code}: ")
    room.press("Escape")
    room.close_plr()


def test_it_can_be_read_while_a_question_waits_that_shuts_out_every_window(qtbot, context, runner, tmp_path):
    desk = HelpDesk(runner, runner)

    def act(dialog):
        QTest.keyClick(dialog, Qt.Key.Key_F1)
        qtbot.waitUntil(lambda: desk.window is not None and desk.window.isActiveWindow())
        assert desk.window is not None
        assert desk.window.topic == "plr"
        QTest.keyClick(window_behind(desk.window), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        for letter in "lower":
            QTest.keyClick(window_behind(desk.window), letter)
        assert desk.window.contents.search.text() == "lower"
        assert dialog.isVisible()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)

    work(Desk(qtbot, context, runner, tmp_path), "confirm_closing_plr", act)
    assert desk.window is not None
    assert desk.window.isVisible(), "the help does not go with the question"
    desk.window.deleteLater()


def test_f1_in_a_dialog_of_the_help_itself_leaves_the_keyboard_there(qtbot, runner, dressed_up, tmp_path):
    """Each made to belong to the other, the next dialog that shuts out windows would go round the two for good."""
    desk = HelpDesk(runner, runner)
    desk.help_about(QWidget(), "licences")
    shown = desk.window
    assert shown is not None
    qtbot.addWidget(shown)
    pressed: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog) and dialog.isActiveWindow():
            timer.stop()
            try:
                QTest.keyClick(dialog, Qt.Key.Key_F1)
                message = MessageDialog(dialog, InputError("It is full.", hint="Choose another."))
                message.open()  # here Qt asks of every window whether it is shut out: what would never end
                qtbot.waitUntil(message.isActiveWindow, timeout=3000)
                message.reject()
                qtbot.waitUntil(lambda: QApplication.activeModalWidget() is dialog, timeout=3000)
                pressed.append(shown.topic)
            finally:
                dialog.reject()

    timer = QTimer(interval=10)
    timer.timeout.connect(look)
    timer.start()
    click(child(shown, QToolButton, "help_manual"))
    assert pressed == ["print-export"]
    question = MessageDialog(shown, InputError("It is full.", hint="Choose another."))
    question.open()
    qtbot.waitUntil(question.isActiveWindow)
    question.reject()
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_its_place_is_remembered_and_it_goes_with_the_program(room: Room):
    room.in_front(room.window)
    room.press("F1")
    shown = helped(room)
    shown.resize(900, 610)
    room.window.remember()
    assert isinstance(room.window.file_menu.help.state(), str)
    room.window.close()
    assert not shown.isVisible()


@pytest.fixture(scope="module")
def the_book() -> Book:
    return book()


@pytest.fixture
def window(qtbot, dressed_up, the_book, request):
    set_scale(getattr(request, "param", 1.0))
    made = HelpWindow(the_book)
    qtbot.addWidget(made)
    made.show()
    made.open("welcome")
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def keys(window: HelpWindow, text: str) -> None:
    QTest.keyClicks(window.focusWidget(), text)


def test_search_lists_places_and_enter_goes_there(window: HelpWindow):
    window.contents.search.setFocus()
    keys(window, "WSEC0206")
    assert window.contents.hits[0].topic == "rules-lrs"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.topic == "rules-lrs"
    assert window.page.textCursor().block().text().startswith("WSEC0206: ")
    assert window.page.verticalScrollBar().value() > 0
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.page.hasFocus()
    window.contents.search.setFocus()
    window.contents.search.selectAll()
    keys(window, "zzzz")
    assert window.contents.told.text().startswith("Nothing found.")


def test_find_in_the_topic_marks_every_place(window: HelpWindow):
    QTest.keyClick(window.page, Qt.Key.Key_F3)
    assert isinstance(window.focusWidget(), QLineEdit)
    keys(window, "LÉARNER")
    places = window.page.places_of("LÉARNER")
    assert {one.selectedText().casefold() for one in places} == {"learner"}
    assert len(window.page.extraSelections()) == len(places) > 2
    assert window.finding.told.text() == f"1 of {len(places)}"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.finding.told.text() == f"2 of {len(places)}"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert window.finding.told.text() == f"1 of {len(places)}"
    window.open("SE-16")  # what is still looked for does not lead away from where a link leads
    assert window.page.textCursor().block().text().startswith("SE-16: ")
    assert window.finding.told.text() == f"{len(window.page.places_of('learner'))} places"
    theme().set_mode("dark")
    QTest.keyClick(window.page, Qt.Key.Key_F3)
    assert window.finding.told.text().startswith("1 of ")
    window.finding.field.setFocus()
    keys(window, "zz")
    assert window.finding.told.text() == "Not in this topic"


def test_links_lead_to_topics_and_rules_and_nowhere_else(window: HelpWindow):
    window.page.link_chosen.emit("SE-12")
    assert window.topic == "rules-lms"
    assert window.page.textCursor().block().text().startswith("SE-12: ")
    window.page.link_chosen.emit("https://example.org/")
    assert window.topic == "welcome"
    assert not window.page.openExternalLinks()


@pytest.mark.parametrize(("window", "mode"), [(1.0, "light"), (2.0, "dark")], indirect=["window"])
def test_it_follows_colours_and_text_size_and_names_every_control(window: HelpWindow, mode):
    theme().set_mode(mode)
    window.resize(1366, 740)
    QApplication.processEvents()
    assert clipped(window) == []
    assert unnamed(window) == []
    wide = window.page.document().documentLayout().documentSize().width()
    assert wide <= window.page.viewport().width()
