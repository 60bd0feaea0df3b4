"""The part of the tour about a college's first day: its list is loaded, its codes get titles, anybody is found."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QWidget

from app.jobs import Foreseen
from ui.dialogs.codes import CodesDialog
from ui.dialogs.load_learners import LoadLearnersDialog
from ui.dialogs.load_summary import LoadSummaryDialog
from ui.dialogs.saved_search import NameDialog
from ui.grids.condition_builder import ConditionBuilder
from ui.main_window import MainWindow
from ui.tour import extract
from ui.tour.player import Act, Step, TourError, Until, click, listening, named, press, type_text
from ui.tour.typed_file import FileChosen

Grab = Callable[[QWidget, str], None]


class FirstDay:
    """`report` tells what was loaded, and what had to be; `grab` takes a picture."""

    def __init__(self, window: MainWindow, folder: Path, grab: Grab) -> None:
        self._window, self._folder, self._grab = window, folder, grab
        self.report: dict[str, Any] = {}

    def load(self) -> Iterator[Step]:
        """Load a list: its columns, its preview, a decision, the summary, the codes."""
        path, self.report["expected_load"] = extract.write(self._folder, self._window.learners.total)
        yield Act(lambda: press("Ctrl+O", self._window))
        yield Until(lambda: QApplication.activeModalWidget() is not None, "the file dialog")
        yield Until(FileChosen(str(path.resolve()), LoadLearnersDialog), "the load", 60)
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, LoadLearnersDialog)
        yield Until(lambda: dialog.columns is not None and dialog.main_button.isVisible(), "the columns", 120)
        yield Act(lambda: self._grab(dialog, "06-load-columns"))
        yield Act(lambda: press("Return"))
        yield Until(lambda: dialog.page is not None and dialog.page.is_read, "the preview", 300)
        yield from self._decide(dialog)
        yield Act(lambda: self._grab(dialog, "06-load-preview"))
        yield Act(lambda: press("Return"))
        yield Until(lambda: isinstance(QApplication.activeModalWidget(), LoadSummaryDialog), "the summary", 300)
        summary = QApplication.activeModalWidget()
        assert isinstance(summary, LoadSummaryDialog)
        self.report["loaded"] = {"new": summary.summary.new, "changed": summary.summary.changed}
        yield Act(lambda: self._grab(summary, "06-load-summary"))
        yield Act(lambda: click(named("load_codes")))
        yield from self._name_a_code()

    def _decide(self, dialog: LoadLearnersDialog) -> Iterator[Step]:
        page = dialog.page
        assert page is not None
        self.report["load"] = {one.value: number for one, number in page.preview.counts.items() if number}
        yield Act(lambda: click(page.side.buttons[Foreseen.DECISION]))
        view = page.decisions
        assert view is not None
        yield Until(lambda: bool(view.cards), "the decisions")
        first = view.cards[0]
        tabs = view.tabs
        yield Until(lambda: tabs.height() >= tabs.tabRect(1).height() > 0, "the kinds of questions")
        yield Act(lambda: click(tabs, tabs.tabRect(1).center()))
        yield Until(lambda: bool(view.cards) and view.cards[0] is not first, "the possible matches")
        before = page.to_load
        yield Act(lambda: click(view.cards[0].boxes[0].radio))
        yield Until(lambda: page.to_load == before + 1, "the decision to be kept")

    def _name_a_code(self) -> Iterator[Step]:
        yield Until(lambda: isinstance(QApplication.activeModalWidget(), CodesDialog), "the codes")
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, CodesDialog)
        yield Until(lambda: bool(dialog.list.states), "the list of codes", 60)
        before = len(dialog.list.states)
        yield Act(lambda: click(dialog.edit))
        yield Act(lambda: type_text("Waterside"))
        yield Act(lambda: press("Return"))
        yield Until(lambda: len(dialog.list.states) == before - 1, "the title to be kept")
        yield Act(lambda: self._grab(dialog, "06-codes"))
        yield Act(lambda: click(named("codes_close")))
        yield Until(lambda: QApplication.activeModalWidget() is None, "the codes to close")

    def search(self) -> Iterator[Step]:
        """A nested condition, built by keys, saved under a name and shown."""
        page = self._window.learners
        yield Until(lambda: not page.grid.is_loading, "the grid to rest")
        yield Act(lambda: press("Ctrl+Shift+F", self._window))
        yield Until(lambda: isinstance(QApplication.activeModalWidget(), ConditionBuilder), "the Condition Builder")
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ConditionBuilder)
        yield from _in_front(dialog)
        for _ in range(2):  # from the value, which has the keyboard, to the field
            yield Act(lambda: press("Shift+Tab"))
        yield from _row("Campus", "is one of", "City, Riverside")
        yield Act(lambda: press("Ctrl+G"))
        yield from _in_front(dialog)
        yield from _row("ULN", "is blank")
        yield Act(lambda: press("Ctrl++"))
        yield from _row("ULN", "ends with", "9")
        yield Act(lambda: press("Ctrl+G"))
        yield from _in_front(dialog)
        yield from _row("PLR", "is not", "Ready")
        yield Act(lambda: press("Ctrl++"))
        yield from _row("Aim Start", "any is longer ago than", "60")
        yield Until(lambda: dialog.found.text() != "–", "the count")
        yield Until(lambda: all(row.found.text() for row in dialog.rows), "the count of each condition")
        yield Act(lambda: self._grab(dialog, "05-condition-builder"))
        yield Act(lambda: click(named("builder_save")))
        yield Until(lambda: isinstance(QApplication.activeModalWidget(), NameDialog), "the name of the search")
        yield Act(lambda: type_text("ULN to chase, City and Riverside"))
        yield Act(lambda: self._grab(_modal(), "05-saved-search"))
        yield Act(lambda: press("Return"))
        yield Until(lambda: QApplication.activeModalWidget() is dialog, "the search to be saved")
        yield from _in_front(dialog)
        yield Act(lambda: click(dialog.show_button))
        yield Until(lambda: QApplication.activeModalWidget() is None, "the builder to close")
        yield Until(lambda: page.conditions is not None and not page.grid.is_loading, "what was found")
        yield Until(lambda: 0 < page.shown < page.total, "only what was found")
        yield Act(self._window.activateWindow)
        yield Until(lambda: page.pane.settled and self._window.isActiveWindow(), "the counts of what was found")
        yield Act(lambda: self._grab(self._window, "05-found"))


def _in_front(dialog: QDialog) -> Iterator[Step]:
    """Without a window manager nobody gives the keyboard back to a window."""
    yield Act(dialog.activateWindow)
    yield Until(dialog.isActiveWindow, "the dialog in front")


def _row(field: str, operator: str, value: str = "") -> Iterator[Step]:
    """One condition, from the field on, by keys."""
    yield Act(lambda: _pick(field))
    yield Act(lambda: press("Tab"))
    yield Act(lambda: _pick(operator))
    if value:
        yield Act(lambda: press("Tab"))
        yield Act(lambda: _fill(value))


def _fill(value: str) -> None:
    if isinstance(listening(), QComboBox):
        _pick(value)
    else:
        press("Ctrl+A")
        type_text(value)


def _pick(words: str) -> None:
    """Choose an entry of the list that has the keyboard, with the arrow keys."""
    box = listening()
    if not isinstance(box, QComboBox):
        raise TourError(f"No list to choose “{words}” from has the keyboard.")
    press("Home")
    for _ in range(box.count()):
        if box.currentText() == words:
            return
        press("Down")
    raise TourError(f"“{words}” is not in the list.")


def _modal() -> QDialog:
    found = QApplication.activeModalWidget()
    if not isinstance(found, QDialog):
        raise TourError("No dialog is open.")
    return found
