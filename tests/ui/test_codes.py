"""*Codes*: unknown codes get titles by keys, are undone, and are shown where the codes stood."""

from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from sqlalchemy import select

from app.access import Role
from app.db.tables import campus, course
from app.files.aims import OwnFields
from app.learners import codes, courses, own_fields
from app.learners.load_apply import LoadSummary
from tests.builders import user_with
from tests.files.builders import Aim, Learner, uln
from tests.ui.dialog_room import (
    as_user,
    child,
    choose,
    click,
    clipped,
    gone,
    opened,
    press,
    type_text,
    unnamed,
    when_asked,
)
from tests.ui.load_room import bring, damaged, database_held_up, done, held, held_up, loading_context
from ui.activity import Listed
from ui.dialogs.codes import CodesDialog
from ui.dialogs.load_summary import LoadSummaryDialog
from ui.look.fonts import set_scale
from ui.look.tokens import theme
from ui.pages.courses_part import CoursesPart
from ui.workers import Lane

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
ENTER, SPACE, ESC = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Escape


@pytest.fixture
def context(tmp_path):
    with loading_context(tmp_path) as context:
        yield context


@pytest.fixture
def loaded(context, tmp_path) -> LoadSummary:
    """Three learners on two campuses and two aims, one of them on both."""
    people = [
        Learner(ref=f"R{n}", uln=uln(n), family=f"Tarn{n}", campus=code, aims=[Aim(ref="60099991")])
        for n, code in ((1, "NORTH01"), (2, "NORTH01"), (3, "SOUTH"))
    ]
    people[0].aims.append(Aim(ref="60311111", seq="2", code_a="ENG-L3"))
    return bring(context, tmp_path / "one.xml", *people)


@pytest.fixture
def dialog(qtbot, runner, context, loaded):
    made = opened(qtbot, CodesDialog(None, runner, context))
    done(qtbot, runner)
    return made


def texts(dialog) -> list[tuple[str, ...]]:
    return [row.texts for row in dialog.list.states]


def names(context) -> dict[str, str]:
    with context.db.read() as tx:
        return dict(tx.execute(select(campus.c.code, campus.c.name)).all())


def test_titles_are_typed_one_after_the_other_with_enter(dialog, context, qtbot, runner):
    assert dialog.heading.text() == "Codes"
    assert "4 codes have no title yet." in dialog.secondary.text()
    assert texts(dialog) == [
        ("Aim reference", "60099991", "no title yet", "3"),
        ("Campus", "NORTH01", "no title yet", "2"),
        ("Aim reference", "60311111", "no title yet", "1"),
        ("Campus", "SOUTH", "no title yet", "1"),
    ]
    assert QApplication.focusWidget().objectName() == "code_title"
    for title in ("Brickwork", "North Site"):
        changed = qtbot.waitSignal(dialog.changed)
        with changed:
            type_text(title)
            press(ENTER)
        done(qtbot, runner)
    assert names(context)["NORTH01"] == "North Site"
    assert [row[1] for row in texts(dialog)] == ["60311111", "SOUTH"]
    assert dialog.field.title == "Title of 60311111"
    with context.db.read() as tx:
        [first, second] = courses.of_learner(tx, held(context, "R1").id).courses
    assert {first.title, second.title} == {"Brickwork", ""}


def test_the_last_titles_are_taken_back_one_by_one(dialog, context, qtbot, runner):
    undo = child(dialog, QPushButton, "codes_undo")
    assert not undo.isEnabled()
    for title in ("Brickwork", "North Site"):
        type_text(title)
        press(ENTER)
        done(qtbot, runner)
    for left in (3, 4):
        undo.setFocus()
        press(SPACE)
        done(qtbot, runner)
        assert len(texts(dialog)) == left
        assert dialog.banner.isVisible()
    assert names(context)["NORTH01"] == "NORTH01"
    assert not undo.isEnabled()


def test_all_are_listed_searched_and_renamed(dialog, context, qtbot, runner):
    type_text("Brickwork")
    press(ENTER)
    done(qtbot, runner)
    click(child(dialog.which, type(dialog.which._segments["all"]), "all"))
    assert len(texts(dialog)) == 4
    dialog.search.setFocus()
    type_text("brick")
    assert [row[1:3] for row in texts(dialog)] == [("60099991", "Brickwork")]
    dialog.edit.setFocus()
    dialog.edit.selectAll()
    type_text("Bricklaying")
    press(ENTER)
    done(qtbot, runner)
    dialog.search.setFocus()
    press(ESC)
    assert ("Aim reference", "60099991", "Bricklaying", "3") in texts(dialog)
    assert not gone(dialog), "Esc emptied the search only"


def test_a_title_can_be_taken_away(dialog, context, qtbot, runner):
    type_text("Brickwork")
    press(ENTER)
    done(qtbot, runner)
    click(child(dialog.which, type(dialog.which._segments["all"]), "all"))
    dialog.search.setFocus()
    type_text("brickwork")
    dialog.edit.setFocus()
    dialog.edit.selectAll()
    press(Qt.Key.Key_Delete)
    press(ENTER)
    done(qtbot, runner)
    with context.db.read() as tx:
        assert codes.titles(tx) == {}


def test_somebody_elses_title_is_said_and_shown(dialog, context, qtbot, runner):
    with context.db.read() as tx:
        seen = next(one for one in codes.listed(tx) if one.code == "60099991")
    codes.give_title(context.db, context.user, seen, "theirs")
    type_text("mine")
    press(ENTER)
    done(qtbot, runner)
    assert dialog.banner.isVisible()
    with context.db.read() as tx:
        assert codes.titles(tx) == {("aim", "60099991"): "theirs"}
    assert [row[1] for row in texts(dialog)] == ["NORTH01", "60311111", "SOUTH"]


def test_the_fields_of_the_college_are_chosen_with_keys(dialog, context, qtbot, runner):
    choose(child(dialog, QComboBox, "own_course"), "aim field A")
    done(qtbot, runner)
    with context.db.read() as tx:
        assert own_fields.read(tx) == OwnFields(course="A")
    assert dialog.banner.isVisible()


def test_what_cannot_be_read_is_told_once_and_undo_stays(dialog, context, qtbot, runner):
    type_text("Brickwork")
    press(ENTER)
    done(qtbot, runner)
    with damaged(context):
        child(dialog, QPushButton, "codes_undo").setFocus()
        press(SPACE)
        done(qtbot, runner)
        assert not runner.is_busy(), "it is not asked again and again"
        assert dialog.banner.isVisible()
    assert child(dialog, QPushButton, "codes_undo").isEnabled()
    press(SPACE)
    done(qtbot, runner)
    assert len(texts(dialog)) == 4


def test_what_was_typed_is_kept_for_its_code_and_not_thrown_away_unasked(dialog, context, qtbot, runner):
    type_text("Brickwork")
    dialog.list.setFocus()
    press(Qt.Key.Key_Down)
    assert dialog.edit.text() == ""
    asked = when_asked(qtbot, "keep")
    press(ESC)
    assert asked == ["A title that you typed is not saved."]
    assert not gone(dialog)
    dialog.activateWindow()
    dialog.list.setFocus()
    press(Qt.Key.Key_Up)
    assert dialog.edit.text() == "Brickwork"
    dialog.edit.setFocus()
    press(ENTER)
    done(qtbot, runner)
    press(ESC)
    assert gone(dialog), "nothing is left that was typed only"


def test_it_stays_open_until_the_title_is_written(dialog, context, qtbot, runner):
    type_text("Brickwork")
    with database_held_up(context):
        press(ENTER)
        press(ESC)
        assert not gone(dialog)
    done(qtbot, runner)
    press(ESC)
    assert gone(dialog)
    with context.db.read() as tx:
        assert tx.execute(select(course.c.title)).scalars().all() == ["Brickwork"]


def test_a_title_that_waits_says_for_what_and_is_taken_back_by_esc(dialog, context, qtbot, runner):
    """A long update may write for minutes; what was typed is not lost by leaving the queue."""
    gate, other = Event(), Listed("Update of 300 learners", lambda result: None)
    runner.run(lambda task: gate.wait(30), lane=Lane.WRITE, listed=other)
    type_text("Brickwork")
    press(ENTER)
    turn = child(dialog, QWidget, "turn")
    assert turn.isVisible()
    assert turn.accessibleName().startswith("Waits until “Update of 300 learners” is done.")
    press(ESC)
    assert not gone(dialog)
    assert turn.accessibleName() == "Taken back. Nothing of it was saved."
    assert (dialog.writing, dialog.edit.text(), dialog.save_button.isEnabled()) == (False, "Brickwork", True)
    press(ENTER)
    assert turn.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: not turn.isVisible())
    done(qtbot, runner)
    with context.db.read() as tx:
        assert tx.execute(select(course.c.title)).scalars().all() == ["Brickwork"], "once, and not the one taken back"


def test_an_own_field_that_is_taken_back_is_not_kept_with_the_next_one(dialog, context, qtbot, runner):
    campuses, groups = dialog.own.boxes["campus"], dialog.own.boxes["tutor_group"]
    with held_up(runner):
        choose(campuses, "learner field A")
        assert dialog.writing
        click(groups)
        assert QApplication.activePopupWidget() is None, "one after another: Esc takes back what waits, all of it"
        press(ESC)
        assert not gone(dialog)
        qtbot.waitUntil(lambda: campuses.currentIndex() == 0)
        assert QApplication.focusWidget() is campuses
    done(qtbot, runner)
    choose(groups, "learner field A")
    done(qtbot, runner)
    with context.db.read() as tx:
        assert own_fields.read(tx) == OwnFields(campus="", tutor_group="A", course="")


def test_what_is_typed_while_a_title_is_saved_is_not_given_to_another_code(dialog, context, qtbot, runner):
    type_text("Brickwork")
    with held_up(runner):
        press(ENTER)
        type_text(" again")
        assert dialog.edit.text() == "Brickwork"
        dialog.list.selectRow(2)
    done(qtbot, runner)
    assert [row[1] for row in texts(dialog)] == ["NORTH01", "60311111", "SOUTH"]
    assert dialog.field.title == "Title of 60311111", "the code that was gone to meanwhile"
    type_text("English")
    press(ENTER)
    done(qtbot, runner)
    with context.db.read() as tx:
        assert set(tx.execute(select(course.c.title)).scalars()) == {"Brickwork", "English"}


def test_who_may_not_edit_reads_only(qtbot, runner, context, loaded):
    reader = as_user(context, user_with(context.db, Role.PLR_USER, Role.ADMINISTRATOR))
    dialog = opened(qtbot, CodesDialog(None, runner, reader))
    done(qtbot, runner)
    assert len(texts(dialog)) == 4
    assert not child(dialog, QLineEdit, "code_title").isEnabled()
    assert not child(dialog, QPushButton, "codes_save").isEnabled()
    assert "Enrolment Manager" in child(dialog, QPushButton, "codes_save").toolTip()
    assert not child(dialog, QComboBox, "own_campus").isEnabled()


def test_nothing_was_loaded_yet(qtbot, runner, context):
    dialog = opened(qtbot, CodesDialog(None, runner, context))
    done(qtbot, runner)
    assert "load learners first" in dialog.secondary.text()
    assert QApplication.focusWidget().objectName() == "codes_close"


def test_the_summary_of_a_load_leads_to_its_codes(qtbot, runner, context, loaded):
    summary = opened(qtbot, LoadSummaryDialog(None, runner, context, loaded))
    assert "Codes without a title: 4" in summary.said
    with qtbot.waitSignal(summary.codes_wanted):
        press(Qt.Key.Key_Backtab)
        assert QApplication.focusWidget().objectName() == "load_codes"
        press(SPACE)
    assert gone(summary)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_room_and_names(qtbot, runner, context, loaded, mode, factor):
    set_scale(factor)
    theme().set_mode(mode)
    dialog = opened(qtbot, CodesDialog(None, runner, context))
    done(qtbot, runner)
    assert not unnamed(dialog)
    assert not clipped(dialog)
    assert dialog.height() <= 768


def test_text_of_a_file_is_plain(qtbot, runner, context, tmp_path):
    bring(context, tmp_path / "one.xml", Learner(campus="<b>x</b>", aims=[Aim(ref="<i>&amp;")]))
    dialog = opened(qtbot, CodesDialog(None, runner, context))
    done(qtbot, runner)
    assert {row[1] for row in texts(dialog)} == {"<b>x</b>", "<i>&amp;"}
    labels = [one for one in dialog.findChildren(QLabel) if "Title of" in one.text()]
    assert labels
    assert all(one.textFormat() == Qt.TextFormat.PlainText for one in labels)


def test_the_pane_shows_titles_and_how_many_more(qtbot):
    part = CoursesPart()
    qtbot.addWidget(part)
    assert part.isHidden()
    made = [courses.Course(f"Title {n}" if n else "", f"C{n}", None, None, n < 2) for n in range(5)]
    part.show_courses(courses.Courses("2025/26", tuple(made)))
    shown = [name.text() for _, name, _ in part.lines]
    assert shown == ["C0", "Title 1 (C1)", "Title 2 (C2)"]
    assert [sign.accessibleName() for sign, _, _ in part.lines] == ["goes on", "goes on", "ended"]
    assert any(label.text() == "and 2 more" for label in part.findChildren(QLabel))
    part.show_courses(courses.Courses())
    assert part.isHidden()
