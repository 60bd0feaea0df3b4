"""*Load Courses* with real keys: preview, load, undo; nothing is left of what was not loaded."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.access import Role
from app.db.tables import course, file_job, file_row
from tests.builders import user_with
from tests.imports.credit_files import HEAD, CreditFiles
from tests.imports.credit_rows import add_type
from tests.ui.conftest import Rooms, read_csv
from tests.ui.dialog_room import as_user, click, clipped, gone, opened, press, unnamed
from tests.ui.load_room import counts, done, main, number_of, opening, shown, write
from ui.dialogs.load_courses import CourseLoadsDialog, CoursesSummaryDialog, LoadCoursesDialog
from ui.look.fonts import set_scale

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support")]
ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
BIO = "BIO,Biology,3,ama,5,,,,,,"


@pytest.fixture
def files(context, dressed_up, tmp_path) -> CreditFiles:
    add_type(context.db, context.user, "ama")
    return CreditFiles(context.db, context.user, tmp_path)


@pytest.fixture
def open_file(qtbot, runner, context, files, tmp_path):
    """Opens the dialog on a table with these rows."""

    def open_it(*rows: str, whose=context) -> LoadCoursesDialog:
        path = write(tmp_path, "list.csv", "\n".join([HEAD, *rows]) + "\n")
        dialog = opened(qtbot, LoadCoursesDialog(None, runner, whose, path))
        dialog.summaries = []
        dialog.loaded.connect(dialog.summaries.append)
        done(qtbot, runner)
        return dialog

    return open_it


def test_courses_are_shown_loaded_with_enter_and_taken_back(open_file, context, qtbot, runner):
    dialog = open_file(BIO, "ART,Art,,,,,,,,,", "CHEM,,,nope,1,,,,,,")
    assert not unnamed(dialog)
    press(ENTER)
    done(qtbot, runner)
    assert counts(dialog) == {"new": 2, "problem": 1}
    assert number_of(context, course) == 0
    assert shown(dialog.page.views["new"].grid) == [
        ["2", "BIO · ama", "Biology", "3", "5", ""],
        ["3", "ART", "Art", "", "", ""],
    ]
    assert main(dialog).text() == "Load 2 Rows"
    press(ENTER)
    done(qtbot, runner)
    assert gone(dialog)
    [summary] = dialog.summaries
    assert (summary.new, summary.problems) == (2, 1)
    assert number_of(context, course) == 2
    after = opened(qtbot, CoursesSummaryDialog(None, runner, context, summary))
    click(after.undo_button)
    done(qtbot, runner)
    assert number_of(context, course) == 0
    loads = opened(qtbot, CourseLoadsDialog(None, runner, context))
    done(qtbot, runner)
    assert [row.texts[2] for row in loads.list.states] == ["list.csv"]
    assert loads.list.states[0].state.text == "Undone"


def test_changes_stand_old_and_new_and_problems_are_exported(open_file, files, qtbot, runner, tmp_path: Path):
    files.bring(BIO)
    dialog = open_file("BIO,,4,ama,6,,,,,,", "BIO2,,,ama,,,,,,,")
    press(ENTER)
    done(qtbot, runner)
    assert counts(dialog) == {"changed": 1, "problem": 1}
    changed = dialog.page.views["changed"]
    assert shown(changed.grid) == [["2", "BIO · ama", "Required objects, Maximum"]]
    path = tmp_path / "problems.csv"
    dialog.start_export(path)
    done(qtbot, runner)
    assert any("Say its maximum." in cell for row in read_csv(path) for cell in row)
    press(ESC)
    done(qtbot, runner)
    assert gone(dialog)


def test_a_second_time_nothing_can_be_loaded_and_esc_leaves_nothing(open_file, files, context, qtbot, runner):
    files.bring(BIO)
    before = number_of(context, file_job), number_of(context, file_row)
    dialog = open_file(BIO)
    press(ENTER)
    done(qtbot, runner)
    assert counts(dialog) == {"unchanged": 1}
    assert not main(dialog).isEnabled()
    press(ESC)
    done(qtbot, runner)
    assert (number_of(context, file_job), number_of(context, file_row)) == before


def test_who_may_not_sees_the_columns_and_cannot_go_on(open_file, context, qtbot):
    other = as_user(context, user_with(context.db, Role.ENROLMENT_MANAGER))
    dialog = open_file(BIO, whose=other)
    assert not main(dialog).isEnabled()
    assert "Course Record Importer" in main(dialog).toolTip()


def test_large_text_on_an_office_screen_is_not_cut(open_file, qtbot, runner):
    set_scale(2.0)
    dialog = open_file(BIO)
    assert not clipped(dialog.columns)
    press(ENTER)
    done(qtbot, runner)
    assert not clipped(dialog.page.side)


def test_the_button_of_the_ribbon_asks_for_a_file(rooms: Rooms, tmp_path: Path):
    room = rooms(0)
    add_type(room.context.db, room.context.user, "ama")
    path = write(tmp_path, "courses.csv", f"{HEAD}\n{BIO}\n")
    action = room.window.actions_.action("imports.load_courses")
    room.until(action.isEnabled)
    with opening(room.window.credit.files, path):
        action.trigger()
    room.until(lambda: isinstance(QApplication.activeModalWidget(), LoadCoursesDialog))
    dialog = QApplication.activeModalWidget()
    room.at_rest()
    room.in_front(dialog)
    room.press("Return", dialog)
    room.at_rest()
    room.until(lambda: dialog.page is not None and dialog.page.is_read)
    room.press("Return", dialog)
    room.until(lambda: isinstance(QApplication.activeModalWidget(), CoursesSummaryDialog))
    summary = QApplication.activeModalWidget()
    room.at_rest()
    assert number_of(room.context, course) == 1
    room.close_dialog(summary, "load_ok")
    room.window.show_page("credit_courses")
    room.at_rest()
    room.until(lambda: room.window.page.total == 1)
