"""*Load Sections* with real keys: what a table is of, preview, load, undo; nothing is left of what was not
loaded."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from sqlalchemy import select

from app.access import Role
from app.db.tables import enrolment, saved, section
from app.lms.sections import from_file
from tests.builders import user_with
from tests.lms.section_files import REGISTRATIONS, SECTIONS, FileCollege, Files
from tests.ui.college_room import listed
from tests.ui.conftest import Rooms, named, read_csv
from tests.ui.dialog_room import as_user, child, click, clipped, gone, opened, press, unnamed, when_asked
from tests.ui.load_room import counts, done, left_behind, main, number_of, opening, shown, write
from ui.dialogs.load_sections import LoadSectionsDialog, SectionLoadsDialog, SectionsSummaryDialog
from ui.look.fonts import set_scale

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support")]
ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
BIO = "BIO,Biology,Autumn,1,North,South,Online,moodle,LMS-BIO,01/09/2026,30/06/2027,yes"
CHEM = "CHEM,Chemistry,Autumn,1,South,,Online,,LMS-CHEM,,,"


@pytest.fixture
def college(context, dressed_up) -> FileCollege:
    return FileCollege(context.db)


@pytest.fixture
def files(context, college, tmp_path) -> Files:
    return Files(context.db, context.user, tmp_path)


@pytest.fixture
def open_file(qtbot, runner, context, college, tmp_path):
    """Opens the dialog on a table with this head and these rows."""

    def open_it(head: str, *rows: str, whose=context) -> LoadSectionsDialog:
        path = write(tmp_path, "list.csv", "\n".join([head, *rows]) + "\n")
        dialog = opened(qtbot, LoadSectionsDialog(None, runner, whose, path))
        dialog.summaries = []
        dialog.loaded.connect(dialog.summaries.append)
        done(qtbot, runner)
        return dialog

    return open_it


@pytest.fixture
def people(college, files) -> None:
    """Two sections, and learners 1 to 3 with an account."""
    files.bring(SECTIONS, BIO, CHEM)
    for number in range(1, 4):
        college.learner(number)


def test_sections_are_shown_and_loaded_with_enter(open_file, context, qtbot, runner):
    dialog = open_file(SECTIONS, BIO, CHEM, "PHY,,Spring,1,,,,,,,,")
    assert dialog.columns_words(dialog.columns.mapping).startswith("A list of sections")
    press(ENTER)
    done(qtbot, runner)
    assert counts(dialog) == {"new": 2, "problem": 1}
    assert set(dialog.page.side.buttons) == {"new", "changed", "unchanged", "problem"}
    assert number_of(context, section) == 0
    assert main(dialog).text() == "Load 2 Rows"
    press(ENTER)
    done(qtbot, runner)
    assert gone(dialog)
    [summary] = dialog.summaries
    assert (summary.new, summary.problems) == (2, 1)
    assert number_of(context, section) == 2


def test_a_second_time_nothing_can_be_loaded_and_esc_leaves_nothing(open_file, files, context, qtbot, runner):
    files.bring(SECTIONS, BIO)
    before = left_behind(context)
    dialog = open_file(SECTIONS, BIO)
    press(ENTER)
    done(qtbot, runner)
    assert counts(dialog) == {"unchanged": 1}
    assert not main(dialog).isEnabled()
    assert main(dialog).accessibleDescription() == "Nothing in this file is new or changed."
    press(ESC)
    done(qtbot, runner)
    assert gone(dialog)
    assert left_behind(context) == before


def test_a_column_that_is_corrected_makes_it_a_list_of_registrations(open_file, people, context, qtbot, runner):
    dialog = open_file("Wer,Course Code,Term,Section", "240001,BIO,Autumn,1", "240002,CHEM,Autumn,1")
    box = child(dialog.columns, QComboBox, "column_1")
    assert box.currentText() == "(not used)"
    box.setFocus()
    QTest.keyClicks(box, "Pers")
    assert box.currentText() == "Person code"
    press(ENTER)
    done(qtbot, runner)
    assert counts(dialog) == {"new": 2}
    view = dialog.page.views["new"]
    assert shown(view.grid)[0][:3] == ["2", "240001", "Example1, Ann"]
    press(ENTER)
    done(qtbot, runner)
    assert dialog.summaries[0].queued.add == 2
    assert number_of(context, enrolment) == 2
    again = open_file("Wer,Course Code,Term,Section", "240003,BIO,Autumn,1")
    assert again.columns.columns.remembered
    with context.db.read() as tx:
        assert tx.execute(select(saved.c.kind)).scalars().all() == [from_file.COLUMNS]
    press(ESC)


def test_changes_stand_old_and_new_and_problems_are_exported(open_file, people, files, qtbot, runner, tmp_path):
    files.bring(REGISTRATIONS, "240001,,BIO,Autumn,1,,,,")
    dialog = open_file(REGISTRATIONS, "240001,,BIO,Autumn,1,Withdrawn,27/11/2025,,", "999,,BIO,Autumn,1,,,,")
    press(ENTER)
    done(qtbot, runner)
    assert counts(dialog) == {"changed": 1, "problem": 1}
    view = dialog.page.views["changed"]
    assert shown(view.grid) == [["2", "240001", "Example1, Ann", "BIO · Autumn · 1", "Course status, Status date"]]
    qtbot.waitUntil(lambda: view.who.text() != "")
    assert view.who.text() == "Example1, Ann · BIO · Autumn · 1 · row 2 of the file"
    told = [one.text() for one in view.fields.findChildren(type(view.who))]
    assert told == ["Current", "Withdrawn", "none", "27 Nov 2025"]
    dialog.start_export(tmp_path / "problems.csv")
    done(qtbot, runner)
    [head, row] = read_csv(tmp_path / "problems.csv")
    assert head == ["Row", "Line", "Person Code", "Section", "Level", "Field", "What Is Wrong", "What to Do"]
    assert row[1:] == [
        *("3", "999", "BIO · Autumn · 1", "Not loaded", "Person code", "There is no such learner."),
        "Correct it, or load the learners first.",
    ]
    press(ESC)


def test_somebody_who_may_not_is_told_at_the_columns(open_file, context, qtbot):
    reader = as_user(context, user_with(context.db, Role.ENROLMENT_MANAGER))
    dialog = open_file(SECTIONS, BIO, whose=reader)
    assert not main(dialog).isEnabled()
    assert dialog.columns.why_not == reader.rights.why_not(from_file.What.SECTIONS.permission)
    press(ESC)


@pytest.mark.parametrize("percent", [100, 200])
def test_nothing_is_cut_off_and_everything_has_a_name(open_file, people, qtbot, runner, percent: int):
    set_scale(percent / 100)
    dialog = open_file(REGISTRATIONS, "240001,,BIO,Autumn,1,On break,,,", "999,,BIO,Autumn,1,,,,")
    assert clipped(dialog) == []
    assert unnamed(dialog) == []
    press(ENTER)
    done(qtbot, runner)
    assert clipped(dialog) == []
    assert unnamed(dialog) == []
    press(ESC)


def test_by_the_ribbon_loaded_undone_and_listed(rooms: Rooms, tmp_path):
    college: list[FileCollege] = []
    room = rooms(5, prepare=lambda context: college.append(FileCollege(context.db)))
    path = write(tmp_path, "sections.csv", "\n".join([SECTIONS, BIO, CHEM]) + "\n")
    room.window.show_page("sections")
    room.at_rest()
    action = room.window.actions_.action("lms.load_sections")
    room.until(action.isEnabled)
    with opening(room.window.lms.sections.files, path):
        action.trigger()
    room.until(lambda: isinstance(QApplication.activeModalWidget(), LoadSectionsDialog))
    dialog = QApplication.activeModalWidget()
    room.at_rest()
    room.in_front(dialog)
    room.press("Return", dialog)
    room.at_rest()
    room.until(lambda: dialog.page is not None and dialog.page.is_read)
    room.press("Return", dialog)
    room.until(lambda: isinstance(QApplication.activeModalWidget(), SectionsSummaryDialog))
    summary = QApplication.activeModalWidget()
    room.at_rest()
    room.until(lambda: room.window.page.grid.count == 2)
    click(named(summary, "load_undo"))
    room.at_rest()
    room.until(lambda: room.window.page.grid.count == 0)
    room.close_dialog(summary, "load_ok")
    room.at_rest()
    Files(room.context.db, room.context.user, tmp_path).bring(SECTIONS, BIO)
    room.window.actions_.action("lms.section_loads").trigger()
    room.until(lambda: isinstance(QApplication.activeModalWidget(), SectionLoadsDialog))
    loads = QApplication.activeModalWidget()
    room.at_rest()
    assert [row[2:] for row in listed(loads, "loads_list")] == [
        ["list.csv", "1 new, 0 changed, 0 unchanged", "Loaded"],
        ["sections.csv", "2 new, 0 changed, 0 unchanged", "Undone"],
    ]
    when_asked(room.qtbot, "undo")
    click(named(loads, "loads_undo"))
    room.at_rest()
    room.until(lambda: listed(loads, "loads_list")[0][4] == "Undone")
    room.close_dialog(loads, "loads_close")
