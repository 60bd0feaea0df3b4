"""The step *Columns*: guessed, corrected with keys, remembered; how dates are written; sheets."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton
from sqlalchemy import select

from app.db.tables import saved
from app.learners import load_file
from tests.files.builders import uln
from tests.files.reading import book
from tests.files.reading import saved as saved_book
from tests.ui.dialog_room import (
    child,
    choose,
    clipped,
    gone,
    opened,
    press,
    unnamed,
)
from tests.ui.load_room import done, held, left_behind, loading_context, main, number_of, write
from ui.dialogs.load_learners import LoadLearnersDialog
from ui.look.fonts import set_scale

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
HEAD = "Student Ref,ULN,Surname,Forename,DOB,Postcode,House"


def table(*dates: str, head: str = HEAD) -> str:
    rows = [f"C{n:03},{uln(n)},Fam{n},Giv{n},{day},NF1 7BN,Red{n}" for n, day in enumerate(dates, 1)]
    return "\n".join([head, *rows]) + "\n"


@pytest.fixture
def context(tmp_path):
    with loading_context(tmp_path) as context:
        yield context


@pytest.fixture
def open_file(qtbot, runner, context, tmp_path):
    def open_it(body: str | bytes, name: str = "extract.csv") -> LoadLearnersDialog:
        dialog = opened(qtbot, LoadLearnersDialog(None, runner, context, write(tmp_path, name, body)))
        dialog.summaries = []
        dialog.loaded.connect(dialog.summaries.append)
        done(qtbot, runner)
        return dialog

    return open_it


def fills(dialog: LoadLearnersDialog) -> list[str]:
    return [line.box.currentText() for line in dialog.columns.lines.values()]


def load(dialog: LoadLearnersDialog, qtbot, runner) -> None:
    """Enter on the columns, Enter on the preview."""
    press(ENTER)
    done(qtbot, runner)
    assert dialog.page is not None
    press(ENTER)
    done(qtbot, runner)
    assert gone(dialog)


def test_columns_are_guessed_and_the_file_is_loaded_with_enter(open_file, context, qtbot, runner):
    dialog = open_file(table("14/03/2007", "15/03/2007"))
    assert fills(dialog) == [
        "Person code",
        "ULN",
        "Family name",
        "Given names",
        "Date of birth",
        "Postcode",
        "(not used)",
    ]
    box = child(dialog, QComboBox, "column_1")
    assert QApplication.focusWidget() is box
    assert box.accessibleName() == "Student Ref fills"
    assert "C001 · C002" in box.accessibleDescription()
    assert number_of(context) == 0
    load(dialog, qtbot, runner)
    assert dialog.summaries[0].new == 2
    assert held(context, "C001").birth_date == date(2007, 3, 14)


def test_a_corrected_column_is_used_and_remembered(open_file, context, qtbot, runner):
    body = table("14/03/2007")
    dialog = open_file(body)
    box = child(dialog, QComboBox, "column_7")
    box.setFocus()
    for letter in "Tuto":
        press(getattr(Qt.Key, f"Key_{letter.upper()}"))
    assert box.currentText() == "Tutor group"
    load(dialog, qtbot, runner)
    assert held(context, "C001").tutor_group == "Red1"
    with context.db.read() as tx:
        rows = tx.execute(select(saved).where(saved.c.kind == load_file.KIND)).all()
    assert len(rows) == 1
    again = open_file(body.replace("Red1", "Red2"))
    assert fills(again)[6] == "Tutor group"
    assert "columns as they were decided the last time" in again.columns.findChild(object, "columns_facts").text()
    load(again, qtbot, runner)
    assert held(context, "C001").tutor_group == "Red2"


def test_a_field_is_filled_by_one_column_only(open_file, qtbot, runner):
    dialog = open_file(table("14/03/2007"))
    choose(child(dialog, QComboBox, "column_7"), "Postcode")
    assert fills(dialog)[5:] == ["(not used)", "Postcode"]


def test_without_a_column_for_the_person_it_cannot_go_on(open_file, qtbot, runner):
    dialog = open_file(table("14/03/2007"))
    for name in ("column_1", "column_2"):
        choose(child(dialog, QComboBox, name), "(not used)")
    assert not main(dialog).isEnabled()
    assert main(dialog).toolTip() == "Say which column holds the person code or the ULN."
    choose(child(dialog, QComboBox, "column_2"), "ULN")
    assert main(dialog).isEnabled()


def test_how_dates_are_written_is_asked_where_the_month_stands_first(open_file, context, qtbot, runner):
    dialog = open_file(table("03/14/2007", "03/04/2007"))
    box = child(dialog, QComboBox, "order_birth_date")
    assert QApplication.focusWidget() is box
    assert not main(dialog).isEnabled()
    choose(box, "Month first: 12/31/2026")
    assert main(dialog).isEnabled()
    main(dialog).setFocus()
    load(dialog, qtbot, runner)
    assert held(context, "C001").birth_date == date(2007, 3, 14)
    assert held(context, "C002").birth_date == date(2007, 3, 4)


def test_day_first_against_the_evidence_is_asked_once_more(open_file, context, qtbot, runner):
    dialog = open_file(table("03/14/2007", "03/04/2007"))
    choose(child(dialog, QComboBox, "order_birth_date"), "Day first: 31/12/2026")
    main(dialog).setFocus()
    press(ENTER)
    done(qtbot, runner)
    assert list(dialog.page.questions.boxes) == ["date_order"]
    assert not main(dialog).isEnabled()


def test_back_from_the_preview_to_the_columns(open_file, context, qtbot, runner):
    dialog = open_file(table("14/03/2007"))
    press(ENTER)
    done(qtbot, runner)
    assert left_behind(context) == (1, 1)
    back = child(dialog, QPushButton, "load_back")
    back.setFocus()
    press(Qt.Key.Key_Space)
    done(qtbot, runner)
    assert dialog.page is None
    assert left_behind(context) == (0, 0)
    assert main(dialog).text() == "Continue"
    press(ESC)
    assert gone(dialog)


def test_another_sheet_of_a_workbook(open_file, context, qtbot, runner):
    import io

    import openpyxl

    made = openpyxl.load_workbook(io.BytesIO(book(HEAD.split(","), ["C001", uln(1), "Fam", "Giv", "", "", ""])))
    sheet = made.create_sheet("Second")
    sheet.append(["Learner Ref", "Surname"])
    sheet.append(["S1", "Other"])
    dialog = open_file(saved_book(made), "book.xlsx")
    assert "Person code" in fills(dialog)
    choose(child(dialog, QComboBox, "columns_sheet"), "Second")
    box = child(dialog, QComboBox, "columns_sheet")
    box.activated.emit(box.currentIndex())
    done(qtbot, runner)
    assert fills(dialog) == ["Person code", "Family name"]
    load(dialog, qtbot, runner)
    assert held(context, "S1").family_name == "Other"


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_names_and_room(open_file, factor):
    set_scale(factor)
    dialog = open_file(table("03/14/2007", "03/04/2007"))
    assert not unnamed(dialog)
    assert not clipped(dialog)
    assert dialog.minimumSizeHint().width() <= 1366
    assert dialog.minimumSizeHint().height() <= 700


def test_hundreds_of_columns(open_file, qtbot, runner, context):
    head = HEAD + "," + ",".join(f"Extra {n}" for n in range(400)) + ",Email"
    row = f"C001,{uln(1)},Fam,Giv,14/03/2007,NF1 7BN,Red," + ",".join("x" for _ in range(400)) + ",a@b.example"
    dialog = open_file(f"{head}\n{row}\n")
    assert len(dialog.columns.lines) == 150
    assert fills(dialog)[-1] == "E-mail"
    load(dialog, qtbot, runner)
    assert held(context, "C001").email == "a@b.example"
