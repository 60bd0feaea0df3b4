"""Dialogs: the safe answer has the focus and is that of Esc; verbs, never yes or no."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from ui.look.dialog import Choice, FramedDialog, Question, ask
from ui.look.icons import Icon
from ui.look.tokens import Role, apply, theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LOSS = [("clear", "Clear and Close"), ("keep", "Keep Open")]


@pytest.fixture(autouse=True)
def _light(qapp):
    apply(qapp)
    theme().set_mode("light")


@pytest.fixture
def question(qtbot):
    made = Question(None, "Attainments (PLR)", "Closing clears 5,120 records.", "They are not stored.", LOSS, "keep")
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.open()
        made.activateWindow()
    return made


def labelled(dialog: QWidget, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert found is not None
    return found


def test_the_safe_button_has_the_focus_and_is_the_primary_one(question):
    keep = labelled(question, "keep")
    assert keep.hasFocus()
    assert keep.property("kind") == "primary"
    assert labelled(question, "clear").property("kind") == "normal"
    assert keep.x() > labelled(question, "clear").x(), "the primary button is the right one"


def test_esc_is_the_safe_answer(question):
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert not question.isVisible()
    assert question.answer == "keep"


def test_closing_the_window_is_the_safe_answer(question):
    question.close()
    assert question.answer == "keep"
    assert not question.isVisible()


def test_enter_takes_the_button_that_has_the_focus(question):
    QTest.keyClick(question.focusWidget(), Qt.Key.Key_Return)
    assert question.answer == "keep"


def test_the_other_button_takes_the_other_answer(question):
    QTest.mouseClick(labelled(question, "clear"), Qt.MouseButton.LeftButton)
    assert question.answer == "clear"
    assert not question.isVisible()


def test_a_screen_reader_hears_the_question(question):
    assert question.accessibleName() == "Closing clears 5,120 records."
    assert question.accessibleDescription() == "They are not stored."
    assert question.heading.textFormat() == Qt.TextFormat.PlainText


def test_a_named_primary_stays_primary_and_the_safe_one_has_the_focus(qtbot):
    choices = [Choice("back", "Go Back"), Choice("take", "Take the First 1,000", "primary", Icon.USERS)]
    made = Question(None, "Download", "You selected 1,243 learners.", "", choices, "back", role=Role.ACCENT_TEXT)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.open()
        made.activateWindow()
    assert labelled(made, "take").property("kind") == "primary"
    assert labelled(made, "back").hasFocus()
    assert made.secondary.isHidden()


def test_a_long_text_is_wrapped_and_wholly_seen(qtbot, qapp):
    made = Question(None, "Title", "A heading that is long " * 6, "And a text that is longer. " * 20, LOSS, "keep")
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(lambda: made.secondary.height() >= made.secondary.heightForWidth(made.secondary.width()))
    assert made.width() == 500
    assert made.heading.height() >= made.heading.heightForWidth(made.heading.width())


def test_ask_waits_and_answers(qtbot):
    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Question)
        QTest.mouseClick(labelled(dialog, "clear"), Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, press)
    assert ask(None, "Title", "Heading", "Text", LOSS, "keep") == "clear"


def test_ask_left_with_esc_gives_the_safe_answer(qtbot):
    QTimer.singleShot(0, lambda: QTest.keyClick(QApplication.activeModalWidget(), Qt.Key.Key_Escape))
    assert ask(None, "Title", "Heading", "Text", LOSS, "keep") == "keep"


@pytest.fixture
def framed(qtbot):
    made = FramedDialog(None, title="Settings", heading="Heading", secondary="Second line", icon=Icon.GEAR)
    qtbot.addWidget(made)
    made.heard = []
    made.add_button("Cancel", name="cancel", clicked=made.reject)
    made.add_button("Save", kind="primary", name="save", clicked=lambda: made.heard.append("save"))
    made.add_button("Export", name="export", left=True)
    with qtbot.waitActive(made):
        made.open()
        made.activateWindow()
    return made


def test_esc_rejects_where_no_button_is_the_safe_one(framed):
    QTest.keyClick(framed, Qt.Key.Key_Escape)
    assert framed.result() == FramedDialog.DialogCode.Rejected
    assert not framed.isVisible()


def test_the_primary_button_is_the_default(framed):
    assert labelled(framed, "save").isDefault()
    QTest.keyClick(framed, Qt.Key.Key_Return)
    assert framed.heard == ["save"]


def test_left_buttons_stand_left_of_the_right_ones(framed):
    def left(name: str) -> int:
        return labelled(framed, name).mapTo(framed, labelled(framed, name).rect().topLeft()).x()

    assert left("export") < left("cancel") < left("save")
    assert framed.foot.height() == 54


def test_esc_with_a_safe_button_presses_it_once(qtbot):
    made = FramedDialog(None, title="Done", heading="Update Selected is done")
    qtbot.addWidget(made)
    heard = []
    made.add_button("OK", kind="primary", safe=True, clicked=lambda: (heard.append("ok"), made.accept()))
    with qtbot.waitActive(made):
        made.open()
        made.activateWindow()
    QTest.keyClick(made, Qt.Key.Key_Escape)
    assert heard == ["ok"]
    assert not made.isVisible()


def test_words_and_icon_of_an_open_dialog_can_change(framed):
    framed.say("Another heading", "")
    framed.show_icon(Icon.WARNING, Role.WARN)
    assert framed.heading.text() == "Another heading"
    assert framed.secondary.isHidden()
    remark = framed.add_remark("2 settings changed")
    assert remark.text() == "2 settings changed"
