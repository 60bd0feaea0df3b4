"""Every dialog there is, with the keyboard alone: Tab through all of it, Enter, Esc, and a name for each control.

`tests/ui/every_dialog.py` lists them; a dialog that is not in its list fails here.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)

import ui
from tests.ui.by_keys import ENTER, ESC, area, controls, goes_on, has_keyboard, named, press, tab_to, walk
from tests.ui.dialog_room import gone, opened, unnamed
from tests.ui.every_dialog import ASKED, CASES, EDITED, MADE, MORE, WITHOUT_A_LINE, work
from tests.ui.load_room import held_up
from ui import dialogs
from ui.dialogs.saved_search import NameDialog
from ui.dialogs.working import WorkingDialog
from ui.grids.form_dialog import SMALLEST_SCREEN, FormDialog
from ui.look import fonts
from ui.look.dialog import Question
from ui.look.focus_ring import FocusRing
from ui.workers import Lane

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


# The list is whole


def test_every_dialog_has_a_line_here():
    for module in pkgutil.walk_packages(ui.__path__, "ui."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    def below(kind: type) -> set[type]:
        return {one for direct in kind.__subclasses__() for one in {direct, *below(direct)}}

    ours = {kind for kind in below(QDialog) if kind.__module__.startswith("ui.")}
    assert {QDialog, QFileDialog}.isdisjoint(ours)
    assert ours - WITHOUT_A_LINE == set(MADE)


def test_every_question_has_a_line_here():
    asking = set()
    for found in pkgutil.iter_modules(dialogs.__path__, "ui.dialogs."):
        module = importlib.import_module(found.name)
        for name, one in inspect.getmembers(module, inspect.isfunction):
            if one.__module__ == module.__name__ and name.split("_")[0] in {"ask", "confirm", "tell"}:
                asking.add(one)
    assert len(asking) > 5
    assert asking <= set(ASKED)


# Each of them


@pytest.mark.parametrize("case", CASES)
def test_tab_goes_through_all_of_it_and_every_control_is_seen_and_named(desk, case):
    def act(dialog: QDialog) -> None:
        wanted = controls(dialog)
        if isinstance(dialog, QFileDialog):  # Qt's own, in Qt's own order
            stops = walk(dialog, lambda widget: None)
        else:
            assert not unnamed(dialog)
            assert dialog.windowTitle()
            stops = walk(dialog, _seen_in(dialog))
            _in_the_order_of_reading(dialog, stops)
        missed = [named(one) for one in wanted if one not in stops and not _by_arrows(one, stops)]
        assert not missed
        assert len(stops) == len(set(stops))
        _every_button_is_reached(dialog, stops)
        if not isinstance(dialog, QFileDialog):
            _what_cannot_be_pressed_says_why(dialog)

    work(desk, case, act)


def _seen_in(dialog: QDialog) -> Callable[[QWidget], None]:
    """Look whether one sees that a control has the keyboard."""
    rings = dialog.findChildren(FocusRing)
    assert len(rings) == 1

    def look(widget: QWidget) -> None:
        assert rings[0].target is widget, named(widget)
        assert rings[0].isVisible(), named(widget)
        shown = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        assert not shown.visibleRegion().isEmpty(), f"{named(widget)} is scrolled away"

    return look


def _in_the_order_of_reading(dialog: QDialog, stops: list[QWidget]) -> None:
    first = min(range(len(stops)), key=lambda at: (area(dialog, stops[at]).top(), area(dialog, stops[at]).left()))
    stops = stops[first:] + stops[:first]
    places = [area(dialog, stop) for stop in stops]
    back = [
        (named(stops[at]), named(stops[at + 1]))
        for at in range(len(stops) - 1)
        if not goes_on(places[at], places[at + 1])
    ]
    assert not back


def _every_button_is_reached(dialog: QDialog, stops: list[QWidget]) -> None:
    for button in dialog.findChildren(QAbstractButton):
        own = button.isVisible() and button.isEnabled() and button.window() is dialog
        inside = isinstance(button.parentWidget(), QLineEdit | QAbstractItemView | QComboBox)
        if own and not inside:
            assert button in stops or _by_arrows(button, stops), named(button)


def _what_cannot_be_pressed_says_why(dialog: QDialog) -> None:
    """To the pointer and to a screen reader. What is in a part that is off as a whole has no need to."""
    off = [
        one
        for one in dialog.findChildren(QAbstractButton)
        if one.isVisible()
        and not one.isEnabled()
        and (around := one.parentWidget()) is not None
        and around.isEnabled()
    ]
    assert [named(one) for one in off if not (one.accessibleDescription() and one.toolTip())] == []


def _by_arrows(button: QWidget, stops: list[QWidget]) -> bool:
    """One of several of which one is chosen: Tab reaches the chosen one, arrows the others."""
    if not isinstance(button, QAbstractButton) or not (button.autoExclusive() or button.group() is not None):
        return False
    return any(isinstance(one, type(button)) and one.parentWidget() is button.parentWidget() for one in stops)


@pytest.mark.parametrize("case", [name for name in CASES if name not in MORE])
def test_enter_does_the_default(desk, case):
    def act(dialog: QDialog) -> None:
        if case in EDITED:
            MADE[CASES[case]].edit(dialog)  # type: ignore[index, misc]
        focus = QApplication.focusWidget()
        buttons = dialog.findChildren(QPushButton)
        default = [one for one in buttons if one.isDefault() and one.isVisible()]
        assert len(default) == 1
        wanted = focus if isinstance(focus, QPushButton) else default[0]
        assert wanted.isEnabled()
        clicked: list[str] = []
        for one in buttons:
            one.clicked.connect(partial(_note, clicked, one.objectName()))
        name = wanted.objectName()
        press(ENTER)
        if isinstance(dialog, QFileDialog):
            assert not dialog.isVisible()
        else:
            assert clicked == [name]
        desk.qtbot.waitUntil(lambda: not desk.runner.is_busy())

    work(desk, case, act)


@pytest.mark.parametrize("case", CASES)
def test_esc_closes_what_was_not_changed(desk, case):
    def act(dialog: QDialog) -> None:
        press(ESC)
        assert gone(dialog)
        assert QApplication.activeModalWidget() is None

    work(desk, case, act)


def _note(names: list[str], name: str, *_: object) -> None:
    names.append(name)


def answered(button: str) -> list[str]:
    """Tab to `button` of the question that comes next and press Enter; the list gets its heading."""
    headings: list[str] = []
    tries = iter(range(500))

    def look() -> None:
        question = QApplication.activeModalWidget()
        if not isinstance(question, Question) or not has_keyboard(question):
            if next(tries, None) is not None:
                QTimer.singleShot(10, look)
            return
        headings.append(question.accessibleName())
        with suppress(AssertionError):
            tab_to(question, lambda widget: widget.objectName() == button)
        press(ENTER)

    QTimer.singleShot(10, look)
    return headings


@pytest.mark.parametrize("case", EDITED)
def test_esc_loses_nothing_unasked(desk, case):
    def act(dialog: QDialog) -> None:
        edit = MADE[CASES[case]].edit  # type: ignore[index]
        assert edit is not None
        edit(dialog)
        focus = QApplication.focusWidget()
        before = focus.text() if isinstance(focus, QLineEdit) else ""
        for button, closes in (("keep", False), ("discard", True)):
            asked = answered(button)
            press(ESC)
            assert len(asked) == 1
            assert gone(dialog) is closes
            if not closes:
                assert not isinstance(focus, QLineEdit) or focus.text() == before
                dialog.activateWindow()
                focus.setFocus()

    work(desk, case, act)


@pytest.mark.parametrize("case", ["SectionDialog", "CreditCourseDialog", "UserDialog"])
def test_what_waits_to_be_written_cannot_be_changed_meanwhile(desk, case):
    """The dialog closes when it is written: what was typed since would be lost unasked."""

    def act(dialog: QDialog) -> None:
        assert isinstance(dialog, WorkingDialog)
        edit = MADE[CASES[case]].edit  # type: ignore[index]
        assert edit is not None
        edit(dialog)
        focus = QApplication.focusWidget()
        with held_up(desk.runner):
            dialog.work("Saving…", lambda task: None, lambda nothing: None, Lane.WRITE)
            assert [one.objectName() for one in dialog.findChildren(QLineEdit) if one.isEnabled()] == []
            press(ESC)
            assert not dialog.busy
            assert QApplication.focusWidget() is focus
            assert focus.isEnabled()

    work(desk, case, act)


@pytest.mark.parametrize("case", [kind.__name__ for kind in MADE if issubclass(kind, FormDialog)])
def test_with_large_text_on_a_low_screen_its_buttons_are_in_sight(desk, case):
    fonts.set_scale(2.0)
    try:
        work(
            desk, case, lambda dialog: desk.qtbot.waitUntil(lambda: dialog.height() <= SMALLEST_SCREEN.height() - 40)
        )
    finally:
        fonts.set_scale(1.0)


@pytest.mark.parametrize("case", ["ImportUndoDialog", "MatchHeldDialog", "UnlockDialog"])
def test_esc_closes_what_only_looks_and_waits_for_its_turn(desk, case):
    with held_up(desk.runner, Lane.CHECK):
        dialog = opened(desk.qtbot, MADE[CASES[case]].make(desk))  # type: ignore[index]
        assert dialog.busy
        assert dialog.findChild(QWidget, "turn") is None, "it is no write"
        press(ESC)
        assert gone(dialog)
    desk.qtbot.waitUntil(lambda: not desk.runner.is_busy())


def test_a_name_that_waits_to_be_saved_is_taken_back_by_esc(desk):
    """A long update may write for minutes; nobody is kept in this window by it."""

    def act(dialog: QDialog) -> None:
        MADE[NameDialog].edit(dialog)  # type: ignore[misc]
        focus = QApplication.focusWidget()
        with held_up(desk.runner):
            press(ENTER)
            turn = dialog.findChild(QWidget, "turn")
            assert turn is not None
            assert turn.accessibleName().startswith("Waits until another write is done.")
            assert not focus.isEnabled()
            press(ESC)
            assert not gone(dialog)
            assert turn.accessibleName() == "Taken back. Nothing of it was saved."
            assert QApplication.focusWidget() is focus

    work(desk, "NameDialog", act)
