"""After a load: exact counts and *Undo*; the list of past loads and its *Undo*."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app import jobs
from app.access import Role
from app.learners import load
from tests.builders import user_with
from tests.files.builders import Learner, uln
from tests.ui.dialog_room import (
    as_user,
    child,
    clipped,
    gone,
    opened,
    press,
    unnamed,
    when_asked,
)
from tests.ui.load_room import bring, database_held_up, done, held_up, loading_context
from ui.dialogs.load_summary import LoadSummaryDialog
from ui.dialogs.loads import LoadsDialog
from ui.look.fonts import set_scale

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
ENTER, SPACE, ESC = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Escape


@pytest.fixture
def context(tmp_path):
    with loading_context(tmp_path) as context:
        yield context


def people(*numbers: int, **values: str) -> list[Learner]:
    return [Learner(ref=f"R{n}", uln=uln(n), family=f"Tarn{n}", **values) for n in numbers]


def shown_count(context) -> int:
    from sqlalchemy import func, select

    from app.db.tables import SHOWN, learner

    with context.db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(learner).where(SHOWN)).scalar_one())


def test_the_summary_counts_and_undoes(qtbot, runner, context, tmp_path):
    bring(context, tmp_path / "one.xml", *people(1, 2))
    done_load = bring(context, tmp_path / "two.xml", *people(1, phone="0123456789"), *people(2, 3))
    dialog = opened(qtbot, LoadSummaryDialog(None, runner, context, done_load))
    assert dialog.accessibleName() == "2 learners loaded"
    assert dialog.said == ["New: 1", "Changed: 1", "Unchanged: 1", "Aims added: 1", "Codes without a title: 2"]
    assert QApplication.focusWidget().objectName() == "load_ok"
    assert not unnamed(dialog)
    press(Qt.Key.Key_Backtab)
    assert QApplication.focusWidget().objectName() == "load_codes"
    press(Qt.Key.Key_Backtab)
    assert QApplication.focusWidget().objectName() == "load_undo"
    with qtbot.waitSignal(dialog.undone):
        press(SPACE)
    done(qtbot, runner)
    assert dialog.accessibleName() == "The load was undone"
    assert shown_count(context) == 2
    assert not child(dialog, QPushButton, "load_undo").isEnabled()
    press(ENTER)
    assert gone(dialog)


def test_they_stay_open_until_an_undo_is_told(qtbot, runner, context, tmp_path):
    loaded = bring(context, tmp_path / "one.xml", *people(1))
    summary = opened(qtbot, LoadSummaryDialog(None, runner, context, loaded))
    with database_held_up(context):
        child(summary, QPushButton, "load_undo").setFocus()
        press(SPACE)
        press(ESC)
        assert not gone(summary)
    done(qtbot, runner)
    assert summary.accessibleName() == "The load was undone"
    press(ESC)
    assert gone(summary)
    bring(context, tmp_path / "two.xml", *people(2))
    loads = opened(qtbot, LoadsDialog(None, runner, context))
    done(qtbot, runner)
    child(loads, QPushButton, "loads_undo").setFocus()
    when_asked(qtbot, "undo")
    with database_held_up(context):
        press(SPACE)
        press(ESC)
        assert not gone(loads)
    done(qtbot, runner)
    assert loads.banner.isVisible()


def test_ok_takes_back_an_undo_that_waits_and_says_so(qtbot, runner, context, tmp_path):
    loaded = bring(context, tmp_path / "one.xml", *people(1))
    dialog = opened(qtbot, LoadSummaryDialog(None, runner, context, loaded))
    with held_up(runner):
        child(dialog, QPushButton, "load_undo").click()
        press(ENTER)
        assert not gone(dialog)
        turn = child(dialog, QWidget, "turn")
        assert (turn.isVisible(), turn.accessibleName()) == (True, "Taken back. Nothing of it was saved.")
    done(qtbot, runner)
    assert turn.isVisible(), "until something else is done"
    assert shown_count(context) == 1
    child(dialog, QPushButton, "load_undo").click()
    done(qtbot, runner)
    assert (turn.isVisible(), shown_count(context)) == (False, 0)


def test_an_undo_that_comes_too_late_says_so(qtbot, runner, context, tmp_path):
    from app.learners import load_apply

    summary = bring(context, tmp_path / "one.xml", *people(1))
    dialog = opened(qtbot, LoadSummaryDialog(None, runner, context, summary))
    load_apply.undo(context.db, context.user, summary.job_id)
    child(dialog, QPushButton, "load_undo").setFocus()
    press(SPACE)
    done(qtbot, runner)
    assert dialog.banner.isVisible()
    assert child(dialog, QPushButton, "load_undo").text() == "Undo"


def test_loads_are_listed_and_one_is_undone_after_a_question(qtbot, runner, context, tmp_path):
    bring(context, tmp_path / "one.xml", *people(1, 2))
    bring(context, tmp_path / "two.xml", *people(3))
    dialog = opened(qtbot, LoadsDialog(None, runner, context))
    done(qtbot, runner)
    texts = [row.texts for row in dialog.list.states]
    assert [row[2] for row in texts] == ["two.xml", "one.xml"]
    assert texts[1][3] == "2 new, 0 changed, 0 unchanged"
    assert texts[0][4] == "Loaded"
    assert QApplication.focusWidget() is dialog.list
    press(Qt.Key.Key_Down)
    child(dialog, QPushButton, "loads_undo").setFocus()
    asked = when_asked(qtbot, "keep")
    press(SPACE)
    done(qtbot, runner)
    assert asked == ["Undo the load of one.xml?"]
    assert shown_count(context) == 3
    dialog.activateWindow()
    child(dialog, QPushButton, "loads_undo").setFocus()
    when_asked(qtbot, "undo")
    with qtbot.waitSignal(dialog.undone):
        press(SPACE)
    done(qtbot, runner)
    assert shown_count(context) == 1
    assert [row.texts[4] for row in dialog.list.states] == ["Loaded", "Undone"]
    assert dialog.current.file_name == "one.xml"
    assert not child(dialog, QPushButton, "loads_undo").isEnabled()
    assert child(dialog, QPushButton, "loads_undo").toolTip() == "This load was undone already."
    with context.db.read() as tx:
        assert [one.state for one in jobs.listed(tx, load.KIND)] == ["applied", "undone"]


def test_who_may_not_load_may_not_undo(qtbot, runner, context, tmp_path):
    bring(context, tmp_path / "one.xml", *people(1))
    reader = as_user(context, user_with(context.db, Role.PLR_USER))
    dialog = opened(qtbot, LoadsDialog(None, runner, reader))
    done(qtbot, runner)
    undo = child(dialog, QPushButton, "loads_undo")
    assert not undo.isEnabled()
    assert "Ask an administrator" in undo.toolTip()
    press(ESC)
    assert gone(dialog)


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_room_and_names(qtbot, runner, context, tmp_path, factor):
    set_scale(factor)
    summary = bring(context, tmp_path / "one.xml", *people(1))
    for dialog in (
        opened(qtbot, LoadSummaryDialog(None, runner, context, summary)),
        opened(qtbot, LoadsDialog(None, runner, context)),
    ):
        done(qtbot, runner)
        assert not clipped(dialog)
        assert not unnamed(dialog)
        assert dialog.width() <= 1366


def test_no_loads_yet(qtbot, runner, context):
    dialog = opened(qtbot, LoadsDialog(None, runner, context))
    done(qtbot, runner)
    assert dialog.accessibleDescription() == "No file was loaded yet."
    press(ENTER)
    assert gone(dialog)
