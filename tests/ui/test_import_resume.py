"""An import that was stopped is resumed, what came otherwise than foreseen is shown, and a job of which nothing was
applied is discarded: on the pages Import Jobs and the checked file, by real keys."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from app.db.tables import course, learner
from app.imports import apply
from app.imports.rules import Outcome
from app.tasks import Progress, TaskContext
from tests.imports import credit_rows
from tests.ui.conftest import named
from tests.ui.dialog_room import click
from tests.ui.import_room import ImportRoom, import_room

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def room(rooms, tmp_path):
    return import_room(rooms, tmp_path, learners=20)


def checked_file(room: ImportRoom, first: int, last: int) -> int:
    told = [[who, family, "1", "2026-09-01"] for who, family in room.people[first:last]]
    room.new_import(
        room.file(f"from-{first}.csv", ["external_user_id", "last_name", "complete", "date_completed"], told)
    )
    assert room.page.shown_file is not None
    return room.page.shown_file.job_id


def stop(room: ImportRoom, job_id: int, reports: int = 2) -> None:
    """The import of another program, cancelled after some batches of two rows."""
    left = [reports]

    def seen(progress: Progress) -> None:
        left[0] -= 1
        if not left[0]:
            task.cancel()

    task = TaskContext(seen)
    told = apply.apply(task, room.context.db, room.context.user, job_id, batch=2)
    assert told.state == "aborted"


def choose_first_job(room: ImportRoom) -> None:
    room.show_jobs()
    room.jobs.refresh()
    room.rest()
    grid = room.jobs.grid
    click(grid.viewport(), grid.visualRect(grid.model().index(0, 2)).center())
    room.rest()
    room.room.until(lambda: room.jobs.current is not None)


def test_a_stopped_import_is_resumed_from_the_list_and_beside_its_findings(room):
    first = checked_file(room, 0, 4)
    stop(room, first)
    choose_first_job(room)
    assert named(room.jobs.pane, "job_message").text() == "Cancelled. What was imported is kept."
    room.tips("I", "J", "R")
    room.room.until(lambda: not room.room.window.imports.busy)
    room.rest()
    assert room.stored_outcomes(first) == {"completed": 4}
    second = checked_file(room, 4, 10)
    stop(room, second)
    choose_first_job(room)
    room.room.press("Return", room.jobs.grid)
    room.room.until(lambda: room.room.window.state().page == "import_check")
    room.rest()
    assert room.outcomes() == {Outcome.COMPLETED: 4, Outcome.NOT_REACHED: 2}
    resume = named(room.page, "import_resume")
    resume.setFocus(Qt.FocusReason.TabFocusReason)
    room.room.press("Space", room.room.window)
    room.room.until(lambda: not room.room.window.imports.busy)
    room.rest()
    assert room.outcomes() == {Outcome.COMPLETED: 6}
    assert not resume.isVisible(), "nothing is left to do, and nothing surprised"
    assert room.states() == ["applied", "applied"]
    assert room.written()[0] == 10


def test_what_ended_otherwise_than_foreseen_is_shown_row_by_row(room):
    checked_file(room, 0, 6)
    db, (who, _) = room.context.db, room.people[2]
    with db.read() as tx:
        learner_id = tx.execute(select(learner.c.id).where(learner.c.ref == who)).scalar_one()
        course_id = tx.execute(select(course.c.id).where(course.c.code == "MATH-RESIT")).scalar_one()
    credit_rows.enrol(db, learner_id, course_id, completed_on=date(2026, 9, 1), status="completed")
    room.apply()
    surprises = named(room.page, "import_resume")
    assert surprises.text() == "Show Surprises"
    surprises.setFocus(Qt.FocusReason.TabFocusReason)
    room.room.press("Space", room.room.window)
    room.rest()
    assert room.page.rows_shown
    assert named(room.page, "import_rows_words").text() == "1 row that ended otherwise than foreseen, of 6"
    room.room.press("Down", room.page.grid)
    room.room.until(lambda: "Foreseen was: Completed" in pane_words(room))
    room.room.until(lambda: "Already there: nothing is changed." in pane_words(room))


def test_a_file_that_was_refused_is_discarded(room):
    room.new_import(room.file("bad.csv", ["external_user_id", "complete "], [["1", "1"]]))
    assert room.states() == ["failed"]
    choose_first_job(room)
    discard = named(room.jobs.pane, "job_discard")
    assert discard.isVisible()
    discard.setFocus(Qt.FocusReason.TabFocusReason)
    room.room.press("Space", room.room.window)
    room.room.until(lambda: room.states() == [])
    room.rest()
    assert room.jobs.shown == 0
    assert room.page.shown_file is None, "nor is it the file that is being checked"


def pane_words(room: ImportRoom) -> str:
    labels = room.page.pane.findChildren(QLabel)
    return " ".join(one.text() for one in labels if one.isVisible())


def test_a_job_opened_while_another_is_checked_follows_it_and_a_failure_comes_to_the_front(room):
    first, second = checked_file(room, 0, 4), checked_file(room, 4, 10)
    (outcome,) = room.outcomes()
    window, work = room.room.window, room.room.window.imports.work
    room.show_jobs()
    work.open(first)
    work.open(second, outcome)
    room.room.until(lambda: room.page.shown_file.job_id == second)
    room.rest()
    assert window.state().page == "import_check"
    assert room.page.rows_shown
    assert room.page.grid.model().rowCount() == 6
    room.page.shown_file.path.unlink()
    again = named(room.page, "import_again")
    room.room.window.show_page("import_jobs")
    again.click()  # not by the mouse before: a file that is gone may fail before the page is left
    room.room.until(lambda: window.state().page == "import_check")
    assert named(room.page, "import_banner").isVisible()
