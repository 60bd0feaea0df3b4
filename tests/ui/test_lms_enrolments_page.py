"""The Enrolments page: the report card with its feedback, why the numbers differ, and the attainments of some."""

import pytest
from PySide6.QtWidgets import QApplication, QTextBrowser
from sqlalchemy import select

from app.db.tables import attainment, lms_account
from app.lms import enrolments
from app.tasks import TaskContext
from tests.ui.college_room import OPEN, LmsRoom, words_of
from tests.ui.conftest import named
from tests.ui.dialog_room import click
from ui.dialogs.why_different import WhyDifferentDialog
from ui.pages.enrolments import EnrolmentsPage

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
HOSTILE = (
    '<p>Good <b>sources</b>.</p><script>alert(1)</script><img src="https://tracker.example/p.gif">'
    '<p>See <a href="file:///etc/passwd">notes</a></p><style>p{background:url(http://t.example/x)}</style>'
)


def graded(lms: LmsRoom):
    """An enrolment that has a grade, and its account's number."""
    one = next(row for row in lms.enrolled(OPEN) if row.graded)
    with lms.context.db.read() as tx:
        query = select(lms_account.c.lms_user_number).where(lms_account.c.learner_id == one.learner_id)
        return one, int(tx.execute(query).scalar_one())


def picked(lms: LmsRoom, key: int) -> EnrolmentsPage:
    page = lms.show("enrolments")
    assert isinstance(page, EnrolmentsPage)
    lms.pick(page, key)
    lms.room.until(lambda: page._looked_at is not None and page._looked_at.row.id == key)
    return page


@pytest.mark.rule("LS-E16")
def test_feedback_shows_its_words_and_nothing_else(lms: LmsRoom):
    one, user = graded(lms)
    number = int(lms.course(OPEN).number)
    with lms.sandbox.changing() as site:
        item = next(item for item in site.courses[number].items if item.kind == "mod")
    lms.sandbox.set_grade(number, user, item.name, 50.0, HOSTILE)
    enrolments.run(TaskContext(), lms.context.db, lms.context.user, lms.context.lms())
    page = picked(lms, one.id)
    table = page.pane.card.table
    place = next(row for row in range(table.rowCount()) if table.item(row, 0).text() == item.name)
    table.setCurrentCell(place, 0)
    feedback = page.pane.card.findChild(QTextBrowser, "feedback")
    assert "Good sources." in feedback.toPlainText()
    assert "alert" not in feedback.toPlainText()
    html = feedback.toHtml()
    for word in ("tracker.example", "t.example", "file:", "<script", "<img"):
        assert word not in html, word


def test_why_the_numbers_differ_lists_the_items(lms: LmsRoom):
    one, _ = graded(lms)
    page = picked(lms, one.id)
    seen: list[tuple[str, list[str]]] = []
    from PySide6.QtCore import QTimer

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, WhyDifferentDialog):
            return
        timer.stop()
        rows = [dialog.list.item(place).text() for place in range(dialog.list.count())]
        seen.append((dialog.accessibleName(), rows))
        click(named(dialog, "why_close"))

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    click(named(page, "why_different"))
    timer.stop()
    [(heading, rows)] = seen
    assert heading == f"{one.graded} of {one.visible} activities graded"
    assert f"{one.graded} with a grade" in rows
    assert len(rows) > one.visible


def test_the_pane_has_both_counts_and_how_it_came_about(lms: LmsRoom):
    one, _ = graded(lms)
    lms.room.window.resize(1366, 768)
    page = picked(lms, one.id)
    area = named(page.pane, "details_scroll")
    assert area.widget().minimumSizeHint().width() <= area.viewport().width(), "nothing stands out of the pane"
    assert f"{one.graded} of {one.visible} visible activities graded" in words_of(page.pane)
    lms.room.until(lambda: "Adopted" in words_of(page.pane))


def test_attainments_of_the_selected_enrolments(lms: LmsRoom):
    one, _ = graded(lms)
    picked(lms, one.id)
    lms.press_action("lms.attainments")
    window = lms.room.window
    lms.room.until(lambda: window.page.objectName() == "attainments")
    lms.room.at_rest()
    lms.room.until(lambda: not window.attainments.grid.is_loading)
    with lms.context.db.read() as tx:
        query = select(attainment.c.id).where(
            attainment.c.learner_id == one.learner_id, attainment.c.removed_at.is_(None)
        )
        held = set(tx.execute(query).scalars())
    assert set(window.attainments.grid.keys) == held
