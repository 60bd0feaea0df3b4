"""The empty state where there is little room: nothing is squeezed away, everything is reached by keys."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from tests.ui.dialog_room import child, clipped, dressed, opened
from ui.look.empty_state import EmptyState
from ui.look.fonts import set_scale

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEAD, LINK = "Only looking around?", "Open the demo with 2,500 invented learners"


@pytest.fixture
def page(qtbot, qapp):
    with dressed(qapp):

        def make(scale: float, width: int, height: int) -> EmptyState:
            set_scale(scale)
            made = EmptyState("No learners yet", "Add the first one.", primary=("Add One", None), link=(LEAD, LINK))
            made.resize(width, height)
            return opened(qtbot, made)

        yield make


def area(page: EmptyState, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(page, widget.rect().topLeft()), widget.size())


def parts(page: EmptyState) -> tuple[QRect, QRect]:
    """Where the words before the link stand, and the link."""
    link = child(page, QPushButton, "empty_link")
    lead = next(one for one in page.findChildren(QWidget) if getattr(one, "text", str)() == LEAD)
    return area(page, lead), area(page, link)


def test_the_link_stands_beside_its_words(page):
    lead, link = parts(page(1.0, 1000, 600))
    assert lead.right() < link.left()
    assert lead.center().y() == pytest.approx(link.center().y(), abs=2)


def test_large_text_puts_the_link_below_its_words(page):
    shown = page(2.0, 770, 700)
    lead, link = parts(shown)
    assert lead.bottom() <= link.top()
    assert shown.rect().contains(lead)
    assert shown.rect().contains(link)
    assert not clipped(shown)


def test_in_a_low_place_the_keyboard_scrolls_to_the_link(page):
    shown = page(2.0, 770, 140)
    link = child(shown, QPushButton, "empty_link")
    assert link.visibleRegion().isEmpty()
    assert link.size() == link.sizeHint()
    child(shown, QPushButton, "empty_primary").setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert link.hasFocus()
    assert not link.visibleRegion().isEmpty()
