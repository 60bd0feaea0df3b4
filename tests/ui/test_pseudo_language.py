"""Every page and every dialog in a language that nobody speaks: no text goes past `tr()`, none is cut off."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QTabBar, QToolButton, QWidget

from app.sentence import Sentence
from tests.ui.conftest import Rooms
from tests.ui.dialog_room import clipped
from tests.ui.dialog_samples import Desk
from tests.ui.every_dialog import CASES, work
from tests.ui.pseudo import CLOSE, OPEN, Pseudo, pseudo, texts
from ui.look.words import plural, tr
from ui.page_stack import TITLES

WORD = re.compile(r"[A-Za-z]{2}")
SAMPLES = {
    *("Save Search", "Open It", "1 record may not be changed so"),
    *("Not saved yet.", "The address is another one now."),
    *("It failed.", "It is not there.", "Look."),
}
"""What the samples themselves open a dialog with."""
DATA = {
    "AboutDialog": {"Linux"},
    "CompareDialog": {"Early Years"},
    "FloodFillDialog": {"City"},
    "LearnerDialog": {"City"},
    "LoadCoursesDialog": {"a.csv", "BIO", "Biology", "Course Code", "Course Title", "Section"},
    "LoadSectionsDialog": {"a.csv", "BIO", "Biology", "Course Code", "Course Title", "Section"},
    "LoadLearnersDialog": {"return.xml", "Heron Systems"},
    "MergeDialog": {"Ann", "Example", "NF1", "4 Mar"},
    "NewImportDialog": {"dialog_samples.py"},
    "SettingsDialog": {"Linux", "COLLEGE", "PLR,", "PRIOR", "/"},
}
"""How the data begin that a dialog shows: they are nobody's to translate."""


@pytest.fixture
def other_language(qapp: QApplication) -> Iterator[None]:
    translator = Pseudo()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def untranslated(top: QWidget, data: tuple[str, ...]) -> list[str]:
    """What is neither translated nor one of the data (how they begin)."""
    found = set()
    for widget, text in texts(top):
        own = widget.objectName().startswith("qt_") or isinstance(widget.parent(), QTabBar | QFileDialog)
        if own or not WORD.search(text) or OPEN in text or CLOSE in text:  # Qt's own; a piece of a translated text
            continue
        if text not in SAMPLES and not text.startswith(data):
            found.add(f"{type(widget).__name__} {widget.objectName()}: {text!r}")
    return sorted(found)


def test_the_search_finds_what_goes_past(qtbot, other_language):
    """The tests below could find nothing because they look at nothing."""
    assert tr("{n} of {rows} applied", n=3, rows=5) == "⟦3 öf 5 àpplîéd~~~~~~⟧"
    assert plural(2, "{n} row", "{n} rows") == "⟦2 röws~~⟧"
    assert len(pseudo("Save")) > len("Save") + 2
    top = QWidget()
    qtbot.addWidget(top)
    QLabel(tr("Saved"), top)
    QLabel("Past it", top).setObjectName("past")
    QToolButton(top).setToolTip("also past")
    QLabel("Ann", top)
    assert untranslated(top, ("Ann",)) == ["QLabel past: 'Past it'", "QToolButton : 'also past'"]


def test_a_sentence_of_app_is_looked_up_by_its_template(other_language):
    """Values stay as they are, braces and all; what is a word of the program among them is looked up itself."""
    said = Sentence("There is no file {file}.", file="{x}.csv")
    assert tr(said) == pseudo("There is no file {file}.").format(file="{x}.csv")
    assert tr(str(said)) == "There is no file {x}.csv.", "nobody could have translated what the values are put into"
    assert tr("{file} cannot be read ({error}).", file=Sentence("Save"), error="Save") == pseudo(
        "{file} cannot be read ({error})."
    ).format(file=pseudo("Save"), error="Save")


def test_no_text_of_a_page_goes_past(rooms: Rooms, other_language):
    room = rooms(30)
    person = ("Matilda", "Riverside", "CONSTR 1", "240214@")
    for page in TITLES:
        room.window.show_page(page)
        room.at_rest()
        QApplication.processEvents()
        assert untranslated(room.window, person) == [], page
        tabs = room.window.tabs
        assert tabs.minimumSizeHint().height() <= tabs.height(), page


@pytest.mark.parametrize("case", CASES)
def test_no_text_of_a_dialog_goes_past_or_is_cut_off(desk: Desk, other_language, case: str):
    def look(dialog: QDialog) -> None:
        if isinstance(dialog, QFileDialog):
            return
        assert untranslated(dialog, tuple(DATA.get(case.split(",", maxsplit=1)[0], ()))) == []
        assert clipped(dialog) == []

    work(desk, case, look)
