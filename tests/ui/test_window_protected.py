"""Exports about people: what the file dialog says, and a password that protects them, by keys and clicks."""

import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pyzipper
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QToolButton, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from app.export_target import Protected, path_of
from tests.ui.conftest import Room, Rooms, named, read_csv
from tests.ui.dialog_room import click, opened
from ui import pages
from ui.activity_list import state_words
from ui.dialogs import history_changes
from ui.dialogs.protect import ProtectingSaveDialog
from ui.exporting import CSV, EXCEL, FileDialog, ask_to_open, documents
from ui.look import fonts
from ui.look.focus_ring import FocusRing
from ui.look.help_key import HelpKey
from ui.look.icons import Icon, qicon
from ui.pages import extract_history
from ui.protecting import LAST, Holds, held_by

PASSWORD = "Three plain words"
Step = Callable[[ProtectingSaveDialog], object]


@contextmanager
def answering_with(*steps: Step) -> Iterator[list[str]]:
    """Do these steps in the file dialog, one at each look, again while it answers False; what it says is told."""
    said: list[str] = []
    left = list(steps)
    tries = [True] * 60
    tries[0] = False
    timer = QTimer(interval=20)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ProtectingSaveDialog) and dialog.isVisible() and left:
            if not said:
                said.append(dialog.panel.banner.accessibleName())
            if left[0](dialog) is not False:
                left.pop(0)
            elif not tries.pop():
                at, state = len(steps) - len(left), f"{name_in(dialog)!r} {dialog.panel.hint.text()!r}"
                left.clear()
                dialog.reject()
                raise AssertionError(f"step {at} came to nothing: {state} {dialog.focusWidget()}")

    timer.timeout.connect(look)
    timer.start()
    try:
        yield said
        assert not left
    finally:
        timer.stop()


def name_in(dialog: ProtectingSaveDialog) -> str:
    edit = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(edit, QLineEdit)
    return edit.text()


def types(name: str, text: str) -> Step:
    def step(dialog: ProtectingSaveDialog) -> None:
        edit = named(dialog, name)
        assert isinstance(edit, QLineEdit)
        edit.setFocus()
        QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(edit, text)

    return step


def presses_return(dialog: ProtectingSaveDialog) -> None:
    QTest.keyPress(dialog.focusWidget() or dialog, Qt.Key.Key_Return)


def ticks(dialog: ProtectingSaveDialog) -> None:
    dialog.panel.tick.setFocus()
    QTest.keyClick(dialog.panel.tick, Qt.Key.Key_Space)


def protected_by(password: str) -> list[Step]:
    return [ticks, types("protect_password", password), types("protect_again", password), presses_return]


def content(path: Path, password: str = PASSWORD) -> tuple[str, bytes]:
    with pyzipper.AESZipFile(path) as archive:
        (name,) = archive.namelist()
        return name, archive.read(name, pwd=password.encode())


def test_an_export_with_ulns_and_names_is_protected(room: Room, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    window = room.window
    caplog.set_level(logging.DEBUG)
    target = tmp_path / "Learners.zip"
    steps = [
        lambda dialog: dialog.defaultSuffix() == "csv",
        types("fileNameEdit", str(tmp_path / "Learners.csv")),
        ticks,
        lambda dialog: dialog.focusWidget() is dialog.panel.password,
        lambda dialog: name_in(dialog) == str(target),
        types("protect_password", "short"),
        presses_return,
        lambda dialog: "Too short" in dialog.panel.hint.text() and dialog.focusWidget() is dialog.panel.password,
        types("protect_password", PASSWORD),
        types("protect_again", PASSWORD.lower()),
        presses_return,
        lambda dialog: "not the same" in dialog.panel.hint.text() and dialog.focusWidget() is dialog.panel.again,
        lambda dialog: click(dialog.panel.eye),
        lambda dialog: dialog.panel.again.displayText() == PASSWORD.lower(),
        types("protect_again", PASSWORD),
        lambda dialog: dialog.panel.hint.text() == "Long enough to be hard to guess.",
        presses_return,
    ]
    with answering_with(*steps) as said:
        room.press("Ctrl+Shift+E", window)
        room.until(target.exists)
    room.until(lambda: not window.exports.busy)
    assert "holds ULNs together with names" in said[0]
    name, inside = content(target)
    assert name == "Learners.csv"
    assert len(inside.decode("utf-8-sig").splitlines()) == 1 + window.learners.total
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["Learners.zip"]
    assert PASSWORD not in caplog.text
    (one,) = window.runner.activities
    assert state_words(one) == f"Done: {window.learners.total} rows exported to Learners.zip"


def test_the_choice_is_remembered_without_the_password(rooms: Rooms, tmp_path: Path):
    room = rooms(3)
    book = tmp_path / "Any.zip"
    with answering_with(
        types("fileNameEdit", str(tmp_path / "Any")),
        ticks,
        types("protect_password", PASSWORD),
        types("protect_again", PASSWORD),
        presses_return,
    ):
        room.press("Ctrl+E", room.window)
        room.until(book.exists)
    room.at_rest()
    assert content(book)[0] == "Any.xlsx"
    room.window.close()
    rooms.close(room)
    assert PASSWORD not in (tmp_path / "data" / "window.json").read_text(encoding="utf-8")
    LAST.protected = False
    again = rooms(3)
    # Without ULNs it is still about people, and without the tick a plain file again.
    again.window.learners.grid.column_layout.set_hidden("uln", True)
    plain = tmp_path / "Plain.csv"
    with answering_with(
        lambda dialog: dialog.panel.wanted and dialog.panel.password.text() == "",
        types("fileNameEdit", str(tmp_path / "Plain.zip")),
        ticks,
        lambda dialog: name_in(dialog) == str(plain),
        lambda dialog: dialog.findChild(QLineEdit, "fileNameEdit").setFocus(),
        presses_return,
    ) as said:
        again.in_front(again.window)
        again.press("Ctrl+Shift+E", again.window)
        again.until(plain.exists)
    again.at_rest()
    assert "This file is about people" in said[0]
    assert len(read_csv(plain)) == 4
    assert not LAST.protected


def test_what_a_file_holds_is_told_by_its_columns():
    assert Holds.of(["ref", "uln", "family_name"]) is Holds.TOGETHER
    assert Holds.of(["uln_found", "name"]) is Holds.TOGETHER
    assert Holds.of(["uln", "postcode"]) is Holds.PEOPLE
    assert Holds.of(["ref", "grade"]) is Holds.PEOPLE
    for details in (["birth_date", "email"], ["phone", "postcode"], ["who"], ["account"], ["login"]):
        assert Holds.of(details) is Holds.PEOPLE
    assert Holds.of(["code", "title"]) is Holds.NOBODY


def test_learners_data_is_offered_to_be_protected_and_nothing_else():
    """Page by page, with all of its columns: a new page has to be decided here."""
    found = {}
    for module in pkgutil.iter_modules(pages.__path__, "ui.pages."):
        if module.name.endswith("_source"):
            columns = getattr(importlib.import_module(module.name), "COLUMNS", None)
            if columns is not None:
                found[module.name.removeprefix("ui.pages.").removesuffix("_source")] = held_by(columns)
    together = dict.fromkeys(("learner", "plr"), Holds.TOGETHER)
    people = ("attainment", "course_record", "enrolment", "extract", "held", "import_row", "outgoing", "sync_error")
    nobody = ("credit_course", "import_job", "lms_course", "lock", "section", "sync_run", "user")
    # Of the history who did it is staff; but what people gave as their reason may name somebody.
    people = (*people, "history")
    assert found == {**together, **dict.fromkeys(people, Holds.PEOPLE), **dict.fromkeys(nobody, Holds.NOBODY)}
    assert held_by(extract_history.COLUMNS) is held_by(history_changes.COLUMNS) is Holds.PEOPLE


@pytest.mark.parametrize(
    ("typed", "protected", "written", "inside"),
    [
        ("Learners.zip", False, "Learners.xlsx", None),
        ("Learners.csv.ZIP", False, "Learners.csv", None),
        ("Learners.xlsx.zip", True, "Learners.zip", "Learners.xlsx"),
        ("Learners.csv.zip", True, "Learners.zip", "Learners.csv"),
        ("Learners 1.2.zip", True, "Learners 1.2.zip", "Learners 1.2.xlsx"),
    ],
)
def test_the_file_is_what_its_name_says(
    qtbot: QtBot, tmp_path: Path, typed: str, protected: bool, written: str, inside: str | None
):
    LAST.protected = False
    dialog = ProtectingSaveDialog(None, EXCEL, "Export", str(tmp_path / "one.xlsx"), Holds.PEOPLE)
    qtbot.addWidget(dialog)
    dialog.show()
    if protected:
        ticks(dialog)
        types("protect_password", PASSWORD)(dialog)
        types("protect_again", PASSWORD)(dialog)
    types("fileNameEdit", str(tmp_path / typed))(dialog)
    dialog.accept()
    assert dialog.target is not None
    assert path_of(dialog.target) == tmp_path / written
    assert (dialog.target.inside if isinstance(dialog.target, Protected) else None) == inside
    LAST.protected = False


@pytest.mark.parametrize("start", ["one.csv", "/tmp/one.csv"])
def test_a_file_without_a_folder_is_put_into_the_documents(qtbot: QtBot, start: str):
    dialog = ProtectingSaveDialog(None, CSV, "Export", start, Holds.PEOPLE)
    qtbot.addWidget(dialog)
    assert Path(dialog.directory().path()) == (documents() / start).parent
    assert name_in(dialog) == "one.csv"


def test_the_file_dialog_has_a_ring_and_signs_of_our_own(qtbot: QtBot, tmp_path: Path):
    dialog = ProtectingSaveDialog(None, CSV, "Export", str(tmp_path / "one.csv"), Holds.PEOPLE)
    qtbot.addWidget(dialog)
    dialog.show()
    (ring,) = dialog.findChildren(FocusRing)
    dialog.panel.tick.setChecked(True)
    qtbot.waitUntil(lambda: ring.target is dialog.panel.password)
    up = dialog.findChild(QToolButton, "toParentButton")
    assert isinstance(up, QToolButton)
    assert up.icon().pixmap(16).toImage() == qicon(Icon.ARROW_UP).pixmap(16).toImage()


def test_the_file_dialog_shows_every_column_whole(qtbot: QtBot, dressed_up: None, tmp_path: Path):
    (tmp_path / f"{'long name ' * 20}.csv").write_text("1\n")
    dialog = opened(qtbot, ProtectingSaveDialog(None, CSV, "Export", str(tmp_path / "one.csv"), Holds.PEOPLE))
    files = dialog.findChild(QTreeView, "treeView")
    assert isinstance(files, QTreeView)
    qtbot.waitUntil(lambda: files.indexAt(QPoint(4, 4)).siblingAtColumn(3).data() not in (None, ""))
    header = files.header()
    qtbot.waitUntil(lambda: all(header.sectionSize(place) >= files.sizeHintForColumn(place) for place in (1, 2, 3)))
    assert header.length() <= files.viewport().width()


def test_help_is_asked_for_in_the_dialog_that_opens_a_file(room: Room):
    asked: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, FileDialog) and dialog.isVisible():
            asked.extend(one.key().toString() for one in dialog.findChildren(HelpKey))
            dialog.reject()

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    ask_to_open(room.window, "Open", ["All files (*)"], documents())
    timer.stop()
    assert asked == ["F1"]


def test_the_batch_file_says_that_it_is_about_people(room: Room):
    said: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, FileDialog) and dialog.isVisible():
            banner = named(dialog, "file_holds")
            said.append(" ".join((banner.accessibleName(), *(label.text() for label in banner.findChildren(QLabel)))))
            dialog.reject()

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    room.window.actions_.entry("data.batch").trigger(room.window)
    timer.stop()
    assert "This file is about people" in said[0]
    assert "only without a password" in said[0]


@pytest.mark.parametrize("scale", [1.0, 2.0], ids=["100", "200"])
def test_the_words_about_the_password_have_room(qtbot: QtBot, dressed_up: None, tmp_path: Path, scale: float):
    fonts.set_scale(scale)
    try:
        start = str(tmp_path / "one.xlsx")
        dialog = opened(qtbot, ProtectingSaveDialog(None, EXCEL, "Export", start, Holds.TOGETHER))
        dialog.panel.tick.setChecked(True)
        labels = [one for one in dialog.panel.findChildren(QLabel) if one.wordWrap()]
        assert len(labels) == 4
        qtbot.waitUntil(lambda: all(one.heightForWidth(one.width()) <= one.height() for one in labels))
        assert dialog.panel.password.height() >= dialog.panel.password.sizeHint().height()
        assert dialog.rect().contains(dialog.panel.geometry())
        assert dialog.height() < 768
        turns = layouts_in_turns(dialog.panel)
        qtbot.waitUntil(lambda: len(turns) > 40)
        assert turns[40] == turns[20], "laying out asks for laying out, as long as the dialog is open"
    finally:
        fonts.set_scale(1.0)


def layouts_in_turns(widget: QWidget) -> list[int]:
    """How often it was asked to be laid out, by each turn of the event loop."""

    class Asked(QObject):
        number = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.number += event.type() == QEvent.Type.LayoutRequest
            return False

    asked, turns, timer = Asked(widget), list[int](), QTimer(widget, interval=1)
    widget.installEventFilter(asked)
    timer.timeout.connect(lambda: turns.append(asked.number))
    timer.start()
    return turns
