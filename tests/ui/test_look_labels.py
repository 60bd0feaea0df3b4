"""Labels show data as it is: nothing hides, nothing turns round, nothing becomes markup, nothing is cut off."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.look import fonts
from ui.look.fonts import Type
from ui.look.labels import ElidingLabel, TextLabel, TitleLabel, text_label
from ui.look.plain import seen_blanks, shortened, tip_text, visible_text
from ui.look.tips import tip_html
from ui.look.tokens import Role, color, theme
from ui.look.words import tr

pytestmark = pytest.mark.usefixtures("light")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ayesha Akhtar", "Ayesha Akhtar"),
        ("Zoë Ó Briain", "Zoë Ó Briain"),
        ("Nguyễn Thị", "Nguyễn Thị"),
        ("محمد", "محمد"),
        ("a\u202eb", "a‹U+202E›b"),
        ("a\u200bb", "a‹U+200B›b"),
        ("a\ufeffb", "a‹U+FEFF›b"),
        ("a\tb\nc", "a‹U+0009›b‹U+000A›c"),
        ("a\u00a0b\u2003c", "a b c"),
        ("a\u2028b", "a‹U+2028›b"),
        ("a\u3164b", "a‹U+3164›b"),
        ("नि\u200dक", "नि‹U+200D›क"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200dx", "‹U+200D›x"),
        ("<b>x</b>", "<b>x</b>"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text, shown):
    assert visible_text(text) == shown


@given(st.text(max_size=60))
def test_what_is_shown_has_only_signs_that_can_be_seen(text):
    shown = visible_text(text)
    for at, sign in enumerate(shown):
        category = unicodedata.category(sign)
        assert category not in {"Cc", "Co", "Cs", "Cn", "Zl", "Zp"}
        if category == "Cf":
            assert shown[at - 1].isalpha()
            assert shown[at + 1].isalpha()
    assert visible_text(shown) == shown, "showing it twice changes nothing"


@given(st.text(max_size=40))
def test_a_tip_never_has_markup_of_its_own(text):
    made = tip_text(text)
    if GuiQt.mightBeRichText(made):
        assert made.startswith("<qt>")
        assert "<" not in made[4:-5].replace("<br>", "")
    assert "<script" not in tip_html(text, text, text)


def test_shortened():
    assert shortened("Short", 10) == "Short"
    assert shortened("Rather long", 8) == "Rather…"
    assert len(shortened("x" * 100, 5)) == 5


def test_text_is_never_markup(qtbot):
    label = text_label("<b>Bold</b> <img src=x>")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<b>Bold</b> <img src=x>"
    plain = QLabel()
    qtbot.addWidget(plain)
    plain.setTextFormat(Qt.TextFormat.PlainText)
    plain.setFont(label.font())
    plain.setText("<b>Bold</b> <img src=x>")
    assert label.sizeHint().width() == plain.sizeHint().width()


def test_own_words_may_have_several_lines(qtbot):
    label = text_label("First line\nsecond\u200b line")
    qtbot.addWidget(label)
    assert label.text() == "First line\nsecond‹U+200B› line"


def test_a_label_follows_theme_and_scale(qtbot, qapp):
    label = text_label("Words", Type.SECONDARY, Role.TEXT2)
    qtbot.addWidget(label)
    label.show()
    assert label.palette().windowText().color() == color(Role.TEXT2)
    theme().set_mode("dark")
    fonts.set_scale(1.5)
    qapp.processEvents()
    assert label.palette().windowText().color() == color(Role.TEXT2)
    assert label.font().pixelSize() == 18
    label.set_role(Role.BAD)
    assert label.palette().windowText().color() == color(Role.BAD)


def test_a_long_text_is_shortened_and_told_in_full(qtbot):
    title = "Meridian Level 3 Advanced GCE in Biology"
    label = ElidingLabel(title, middle=True)
    qtbot.addWidget(label)
    label.resize(160, 20)
    label.show()
    assert "…" in label.shown_text()
    assert label.shown_text().endswith("Biology")
    assert label.toolTip() == label.accessibleName() == label.text() == title
    assert label.fontMetrics().horizontalAdvance(label.shown_text()) <= 160
    label.resize(400, 20)
    assert label.shown_text() == title
    assert label.toolTip() == ""


def test_a_text_that_just_fits_is_whole(qtbot):
    for text in ("Show all 14", "Update Selected", "Meridian", "WWWW", "1,000 learners"):
        label = ElidingLabel(text)
        qtbot.addWidget(label)
        label.resize(label.sizeHint())
        assert label.shown_text() == text


def test_eliding_at_the_right(qtbot):
    label = ElidingLabel("Learning Records Service", Type.HEADING)
    qtbot.addWidget(label)
    label.resize(90, 20)
    assert label.shown_text().startswith("Learning")
    assert label.shown_text().endswith("…")


def test_a_title_takes_a_second_line_before_it_is_shortened(qtbot):
    holder = QWidget()
    column, row = QVBoxLayout(holder), QHBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.addLayout(row)
    column.addStretch(1)
    title = TitleLabel("", Type.PANE_TITLE)
    row.addWidget(title)
    qtbot.addWidget(holder)
    line = title.fontMetrics().height()
    title.setText("Corvane Level 2 Award in Food Safety")
    wide = title.sizeHint().width()
    assert title.heightForWidth(wide) == line
    holder.resize(wide * 2 // 3, 200)
    holder.show()
    qtbot.waitUntil(lambda: title.height() == 2 * line)
    assert title.shown_lines(title.width())[0].endswith(" ")  # between two words
    assert title.shown_text() == title.text()
    assert not title.toolTip()
    title.setText("a" * 60 + "@college.example")  # nowhere to wrap
    shown = title.shown_lines(title.width())
    assert len(shown) == 2
    assert shown[1].endswith("…")
    assert title.toolTip() == tip_text(title.text())
    assert title.accessibleName() == title.text()
    title.setText("")
    qtbot.waitUntil(lambda: title.height() == line)


def test_an_eliding_label_gives_way_in_a_layout(qtbot, qapp):
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    label = ElidingLabel("A name that is much too long for its place " * 3)
    fixed = TextLabel("Fixed")
    row.addWidget(label, 1)
    row.addWidget(fixed)
    window.resize(200, 40)
    window.show()
    qapp.processEvents()
    assert window.width() == 200
    assert fixed.width() >= fixed.sizeHint().width()


def test_markup_in_a_shortened_name_stays_text_in_the_tip(qtbot):
    label = ElidingLabel("<b>" + "x" * 200)
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.toolTip().startswith("<qt>&lt;b&gt;")


def test_tr_puts_values_in():
    assert tr("{n} learners", n="1,243") == "1,243 learners"
    assert tr("100 % {literal}") == "100 % {literal}"


@pytest.mark.parametrize(
    ("text", "seen"), [("credits ", "credits␣"), ("  a b", "␣␣a b"), ("   ", "␣␣␣"), ("", ""), ("a b", "a b")]
)
def test_spaces_at_the_ends_are_seen(text: str, seen: str):
    assert seen_blanks(text) == seen
