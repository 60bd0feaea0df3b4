"""The Condition Builder opened from the window, by keys and mouse: what is shown when it closes."""

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import isValid

from app.conditions import Group, Join, Operator, Test
from tests.ui.conftest import Room
from ui.dialogs.saved_search import NameDialog
from ui.grids.condition_builder import ConditionBuilder
from ui.tour.player import Act, Player, Step, Until, click, named, press, type_text

SEARCH = Group(Join.ALL, (Test("family_name", Operator.CONTAINS, "a"),))


def modal(kind: type[QDialog]) -> Until:
    return Until(lambda: isinstance(QApplication.activeModalWidget(), kind), kind.__name__)


def in_front(window: QDialog) -> list[Step]:
    return [Act(window.activateWindow), Until(window.isActiveWindow, "the dialog in front")]


def opened(room: Room, *, save_as: str = ""):
    """Ctrl-Shift-F, "Surname contains a", saved where a name is given; leaves the builder open."""
    yield Act(lambda: press("Ctrl+Shift+F", room.window))
    yield modal(ConditionBuilder)
    dialog = QApplication.activeModalWidget()
    yield from in_front(dialog)
    row = dialog.rows[0]
    yield Act(lambda: row.field.setCurrentIndex(row.field.findData("family_name")))
    yield Act(row.take_focus)
    yield Act(lambda: type_text("a"))
    yield Until(lambda: dialog.group == SEARCH and dialog.found.text() != "–", "the count")
    if save_as:
        yield Act(lambda: click(named("builder_save")))
        yield modal(NameDialog)
        yield from in_front(QApplication.activeModalWidget())
        yield Act(lambda: type_text(save_as))
        yield Act(lambda: press("Return"))
        yield Until(lambda: QApplication.activeModalWidget() is dialog, "the builder again")
        yield from in_front(dialog)


def play(room: Room, steps) -> None:
    ended: list[bool] = []

    def end() -> None:
        ended.append(True)
        while isinstance(dialog := QApplication.activeModalWidget(), QDialog):
            dialog.done(0)  # else the test would wait with it

    player = Player(steps, end, QObject(room.window))
    player.start()
    room.until(lambda: bool(ended))
    assert player.problem is None, player.problem
    room.at_rest()


@pytest.mark.parametrize("name", ["", "With an a"])
@pytest.mark.parametrize("way", ["mouse", "keys"])
def test_show_shows_what_was_built_saved_or_not(room: Room, way: str, name: str):
    page = room.window.learners
    found, total = page.count_matching(None, SEARCH)  # type: ignore[arg-type]
    assert 0 < found < total

    def steps():
        yield from opened(room, save_as=name)
        dialog = QApplication.activeModalWidget()
        show = dialog.show_button
        if way == "mouse":
            yield Act(lambda: click(show))
        else:
            yield Act(dialog.rows[0].take_focus)  # Return on Save Search would press that
            yield Act(lambda: press("Return"))
        yield Until(lambda: QApplication.activeModalWidget() is None, "the builder to close")

    play(room, steps())
    assert page.conditions == SEARCH
    room.until(lambda: page.shown == found)
    assert [one.name for one in page.searches.mine] == ([name] if name else [])


def test_a_closed_builder_does_not_stay(room: Room):
    dialogs: list[QDialog] = []

    def steps():
        yield from opened(room)
        dialogs.append(QApplication.activeModalWidget())
        yield Act(lambda: click(named("builder_show")))
        yield Until(lambda: QApplication.activeModalWidget() is None, "the builder to close")

    play(room, steps())
    room.until(lambda: not isValid(dialogs[0]))
