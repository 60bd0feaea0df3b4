"""The questions of the window: their words, which answer the keyboard gives, and what Esc means."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton

from tests.ui.dialog_room import click, clipped, unnamed
from ui.dialogs import questions
from ui.dialogs.questions import Lower
from ui.look.fonts import set_scale
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]

ASKED: dict[str, Callable[[], object]] = {
    "over": lambda: questions.ask_over_limit(None, 1243, 1000, first="Abernethy", last="Sutcliffe"),
    "over, order unknown": lambda: questions.ask_over_limit(None, 1243, 1000),
    "lower": lambda: questions.ask_lower(None, 12),
    "closing": lambda: questions.confirm_closing_plr(None, 5120, 388),
    "closing, nothing updated": lambda: questions.confirm_closing_plr(None, 1, 0),
    "closing while busy": lambda: questions.confirm_closing_plr(None, 0, 0, busy=True),
    "quitting": lambda: questions.confirm_quitting(None),
    "copying": lambda: questions.tell_too_many_to_copy(None, 250_000, 100_000),
    "discarding": lambda: questions.confirm_discarding(None, "The changes to this learner are not saved."),
    "host": lambda: questions.confirm_host(None, "lrs.example"),
    "site": lambda: questions.confirm_same_site(None, "The address is another one now."),
}


def asked(name: str, act: Callable[[QDialog], object]) -> object:
    """Ask, do `act` with the question once it has the keyboard, and return the answer."""
    failures: list[BaseException] = []
    tries = iter(range(200))

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or QApplication.focusWidget() is None:
            assert next(tries, None) is not None
            QTimer.singleShot(20, look)
            return
        try:
            act(dialog)
        except BaseException as failure:  # an assertion must not be lost in the event loop
            failures.append(failure)
        if dialog.isVisible():
            dialog.reject()

    QTimer.singleShot(20, look)
    answer = ASKED[name]()
    if failures:
        raise failures[0]
    return answer


def words(dialog: QDialog) -> tuple[str, str]:
    return dialog.accessibleName(), dialog.accessibleDescription()


def buttons(dialog: QDialog) -> list[str]:
    """From left to right, the one with the keyboard in brackets, the primary one with a star."""
    found = sorted(dialog.findChildren(QPushButton), key=lambda button: button.x())
    shown = []
    for button in found:
        text = button.text() + ("*" if button.property("kind") == "primary" else "")
        shown.append(f"[{text}]" if button.hasFocus() else text)
    return shown


def enter(dialog: QDialog) -> None:
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)


def escape(dialog: QDialog) -> None:
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)


def pressing(text: str) -> Callable[[QDialog], None]:
    def act(dialog: QDialog) -> None:
        click(next(button for button in dialog.findChildren(QPushButton) if button.text() == text))

    return act


@pytest.mark.parametrize(
    ("name", "heading", "text", "row"),
    [
        (
            "over",
            "You selected 1,243 learners.",
            "The Learning Records Service download takes up to 1,000 at a time. "
            "The first 1,000 are taken in the order of the grid: Abernethy to Sutcliffe.",
            ["Go Back", "[Take the First 1,000*]"],
        ),
        (
            "lower",
            "12 records would get a lower grade than the one you hold.",
            "Everything else is updated either way. What is left is listed in the summary.",
            ["Go Back", "Update Them Too", "[Leave Them*]"],
        ),
        (
            "closing",
            "Closing clears the 5,120 records downloaded in this session. They are not stored.",
            "The 388 records you updated are safe in the college’s attainments. The others can be downloaded again.",
            ["Clear and Close", "[Keep Open*]"],
        ),
        (
            "closing, nothing updated",
            "Closing clears the 1 record downloaded in this session. It is not stored.",
            "They can be downloaded again.",
            ["Clear and Close", "[Keep Open*]"],
        ),
        (
            "closing while busy",
            "A download or an update is running.",
            "Closing stops what is running; what is finished stays.",
            ["Clear and Close", "[Keep Open*]"],
        ),
        (
            "discarding",
            "The changes to this learner are not saved.",
            "Keep editing to save them, or discard them.",
            ["Discard Changes", "[Keep Editing*]"],
        ),
    ],
)
def test_the_words_and_the_buttons(name, heading, text, row):
    def look(dialog: QDialog) -> None:
        assert words(dialog) == (heading, text)
        assert buttons(dialog) == row

    asked(name, look)


@pytest.mark.parametrize(
    ("name", "act", "answer"),
    [
        ("over", enter, True),
        ("over", escape, False),
        ("over", pressing("Go Back"), False),
        ("lower", enter, Lower.LEAVE),
        ("lower", escape, Lower.BACK),
        ("lower", pressing("Update Them Too"), Lower.UPDATE),
        ("lower", pressing("Leave Them"), Lower.LEAVE),
        ("closing", enter, False),
        ("closing", escape, False),
        ("closing", pressing("Clear and Close"), True),
        ("quitting", enter, False),
        ("quitting", escape, False),
        ("quitting", pressing("Stop and Leave"), True),
        ("copying", enter, True),
        ("copying", escape, False),
        ("discarding", enter, False),
        ("discarding", pressing("Discard Changes"), True),
        ("site", enter, False),
        ("site", escape, False),
        ("site", pressing("It Is the Same"), True),
        ("host", enter, False),
        ("host", escape, False),
        ("host", pressing("Use This Address"), True),
    ],
)
def test_the_answers(name, act, answer):
    assert asked(name, act) is answer


@pytest.mark.parametrize("name", ASKED)
def test_no_question_says_yes_or_no_and_all_of_it_is_seen(name):
    def look(dialog: QDialog) -> None:
        for button in dialog.findChildren(QPushButton):
            assert button.text().lower() not in {"yes", "no", "ok", "cancel"}
        assert sum(button.property("kind") == "primary" for button in dialog.findChildren(QPushButton)) == 1
        assert clipped(dialog) == []
        assert unnamed(dialog) == []
        for label in dialog.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText

    asked(name, look)


@pytest.mark.parametrize("name", ["over", "closing", "host"])
def test_larger_text_is_not_clipped(name):
    set_scale(2.0)
    theme().set_mode("dark")
    asked(name, lambda dialog: pytest.fail(str(clipped(dialog))) if clipped(dialog) else None)


def test_a_surname_from_data_is_plain_text():
    ASKED["hostile"] = lambda: questions.ask_over_limit(None, 2000, 1000, first="<b>Al</b>\u202e", last="Zu")
    try:
        asked("hostile", lambda dialog: words(dialog)[1].index("<b>Al</b>‹U+202E› to Zu."))
    finally:
        del ASKED["hostile"]
