"""One learner, one page: opened from the list, printed, saved as a PDF; by keys."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QScrollArea
from sqlalchemy import select

from app.access import Role
from app.context import AppContext
from app.db.tables import learner
from app.learners import edit
from app.past.one_learner import OneLearner, Part
from app.tasks import Cancelled, TaskContext
from tests.builders import user_with
from tests.ui.college_room import words_of
from tests.ui.conftest import Rooms, named, saving_as
from tests.ui.credit_room import CreditRoom
from tests.ui.dialog_room import activity, click, clipped, press, unnamed
from tests.ui.test_print import pages_in
from ui.dialogs.erase import EraseDialog
from ui.dialogs.merge import MergeDialog
from ui.pages.one_learner import OneLearnerPage
from ui.printing import learner_pages
from ui.printing.learner_pages import LearnerPages


def prepared(context: AppContext) -> None:
    """The first of them was renamed."""
    with context.db.read() as tx:
        key = tx.execute(select(learner.c.id).order_by(learner.c.id)).scalars().first()
        assert key is not None
        held = edit.read(tx, key)
    edit.save(context.db, context.user, held, replace(held.form, family_name="<i>Smyth</i>"))


@pytest.fixture
def college(rooms: Rooms) -> Iterator[CreditRoom]:
    yield CreditRoom(rooms(20, prepare=prepared, size=(1366, 768)))
    rooms.close_all()


def opened(college: CreditRoom) -> OneLearnerPage:
    """The page of the learner who was renamed, by the button of the ribbon."""
    page = college.show("learners")
    with college.context.db.read() as tx:
        key = tx.execute(select(learner.c.id).where(learner.c.family_name == "<i>Smyth</i>")).scalar_one()
    college.pick(page, key)
    college.press_action("learner.one")
    found = named(college.room.window, "one_learner")
    assert isinstance(found, OneLearnerPage)
    college.room.until(lambda: found.found is not None and found.settled)
    college.room.at_rest()
    return found


def test_everything_of_a_learner_on_one_page_and_back(college: CreditRoom):
    page = opened(college)
    assert "<i>Smyth</i>" in page.name.text(), "plain text"
    told = words_of(page)
    for title in ("Attainments", "Aims", "Enrolments and Progress", "Extract Records", "Imports", "Timeline"):
        assert title in told
    timeline = page.lists["timeline"]
    assert "<i>Smyth</i>" in timeline.texts.data(timeline.texts.index(0, 5))
    assert not unnamed(page)
    assert not clipped(page)
    area = named(page, "one_learner_area")
    assert isinstance(area, QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0
    back = named(college.room.window, "page_back")
    assert "All Learners" in back.text()  # type: ignore[attr-defined]
    click(back)
    college.rest()
    assert college.room.window.page is college.room.window.learners


def test_it_is_read_anew_when_the_learner_changes(college: CreditRoom):
    page = opened(college)
    assert page.found is not None
    with college.context.db.read() as tx:
        held = edit.read(tx, page.found.id)
    edit.save(college.context.db, college.context.user, held, replace(held.form, tutor_group="Z9"))
    page.refresh()
    college.room.until(lambda: page.found is not None and ("Tutor group", "Z9") in page.found.facts)
    assert page.lists["timeline"].texts.rowCount() == 2


@pytest.mark.parametrize(("action", "kind"), [("learner.merge", MergeDialog), ("learner.erase", EraseDialog)])
def test_merge_and_erase_are_about_the_learner_of_the_page(college: CreditRoom, action: str, kind: type):
    """Whoever is selected in the list behind it."""
    page = opened(college)
    assert page.found is not None
    grid = college.room.window.learners.grid
    grid.select_keys([next(key for key in grid.keys if key != page.found.id)])
    college.press_action(action)
    college.room.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    dialog = QApplication.activeModalWidget()
    college.room.at_rest()
    about = dialog._learner_id if isinstance(dialog, EraseDialog) else dialog._ids[0]
    assert about == page.found.id
    press(Qt.Key.Key_Escape)
    college.room.until(lambda: QApplication.activeModalWidget() is None)


def test_saved_as_a_pdf_by_the_keyboard(college: CreditRoom, tmp_path: Path):
    page = opened(college)
    target = tmp_path / "Learner.pdf"
    page.pdf.setFocus()
    with saving_as(target):
        press(Qt.Key.Key_Space)
        college.room.until(target.exists)
    college.room.at_rest()
    assert pages_in(target) >= 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".learner-manager-*")) == []
    assert "Saved as Learner.pdf" in words_of(college.room.window.status)
    assert activity(college.room.window) == ["One Learner: Done: Saved as Learner.pdf"]
    assert b"Smyth" not in target.read_bytes()[:600], "the title of the file names nobody"


def test_who_may_not_export_cannot_print_either(rooms: Rooms, tmp_path: Path):
    def outsider(context: AppContext):
        return user_with(context.db, Role.LMS_ADMINISTRATOR)

    college = CreditRoom(rooms(20, prepare=prepared, as_user=outsider, size=(1366, 768)))
    page = opened(college)
    assert not page.pdf.isEnabled()
    assert "Needs" in page.pdf.toolTip()
    assert not page.paper.isEnabled()


def many(rows: int, text: str) -> OneLearner:
    part = Part("timeline", "Timeline", ("When", "What"), (20, 80), [("1 Sep 2026", text)] * rows, rows)
    return OneLearner(1, "Elif Begum", (("Person code", "1"),), (part,))


class Paper:
    """Paper that is counted; `after` so many pages there is no more."""

    def __init__(self, after: int = 1_000) -> None:
        self.pages, self._after = 1, after

    def newPage(self) -> bool:
        self.pages += 1
        return self.pages <= self._after


def sheet() -> QImage:
    made = QImage(1240, 1754, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.white)
    made.setDotsPerMeterX(5906)
    made.setDotsPerMeterY(5906)
    return made


@pytest.mark.parametrize("text", ["short", "word " * 80, "x" * 4_000, "<b>bold</b>\n\u202eturned"])
def test_long_tables_go_on_and_no_row_is_taller_than_a_page(dressed_up: None, text: str):
    paper = Paper()
    pages = learner_pages.paint(TaskContext(), sheet(), paper, LearnerPages(many(300, text), "now"))
    assert pages == paper.pages > 1


def test_cancelled_between_pages_and_paper_that_is_out(dressed_up: None):
    context, ended = TaskContext(), []
    context.cancel()
    with pytest.raises(Cancelled):
        learner_pages.paint(
            context, sheet(), Paper(), LearnerPages(many(300, "x"), "now"), lambda: ended.append("aborted")
        )
    assert ended == ["aborted"]
    with pytest.raises(Exception, match="next page"):
        learner_pages.paint(TaskContext(), sheet(), Paper(2), LearnerPages(many(900, "x"), "now"))


def test_letters_stay_within_the_margins(dressed_up: None):
    image = sheet()
    learner_pages.paint(TaskContext(), image, Paper(), LearnerPages(many(20, "w" * 900), "now"))
    white = QImage(1, 1, QImage.Format.Format_RGB32)
    white.fill(Qt.GlobalColor.white)
    blank = white.pixel(0, 0)
    edge = int(30 / 595 * image.width())
    for column in (*range(0, edge, 5), *range(image.width() - edge, image.width(), 5)):
        assert all(image.pixel(column, row) == blank for row in range(0, image.height(), 3)), column


def test_without_a_learner_it_says_where_to_choose_one(college: CreditRoom):
    college.room.window.show_page("one_learner")
    college.room.at_rest()
    page = named(college.room.window, "one_learner")
    assert isinstance(page, OneLearnerPage)
    assert "Select one learner" in page.name.text()
    assert not page.pdf.isEnabled()
    page.to_pdf()
    assert "Select one learner" in page.pdf.toolTip()
