"""Markup, direction marks, control pictures, formulas and very long cells in a file of course records: shown as plain
text that can be seen, on every page and dialog that the file comes by, and exported as it came."""

from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLabel, QWidget
from sqlalchemy import select, update

from app.db.tables import course, credit_type, learner, reporter
from app.imports.awarding import Completion
from tests.builders import add_learners, learner_values
from tests.imports import credit_rows
from tests.ui.conftest import named, read_csv, saving_as
from tests.ui.dialog_room import click
from tests.ui.import_room import ImportRoom, import_room

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

MARKUP, TURNED = "<b>N-1</b><img src='file:///x'>", "N\u202egnp.exe\u2066"
FORMULA, PICTURE, LONG = "=cmd|' /C calc'!A0", "N\u2400\u240a", "<i>" + "Xy " * 80
UNSEEN = frozenset("\u202e\u2066\u200b\x07\x00\n\r\t")
HEADINGS = ["external_user_id", "last_name", "first_name", "complete", "date_completed", "<h1>note</h1>"]
ROWS = [
    [MARKUP, "<script>alert(1)</script>", FORMULA, "1", "2026-09-01", "<a href='x'>here</a>"],
    [FORMULA, "@SUM(A1)", "-1+1", "1", "2026-09-01", ""],
    ["N-3", LONG[:250], "Bell\x07", "1", "2026-09-01", TURNED],
    [TURNED, "Turned", "", "1", "2026-09-01", ""],
    [PICTURE, "Picture", "", "1", "<b>soon</b>\u202e", ""],
    ["N-6", "", "", "<b>yes</b>", "", ""],
    ["N-7", "y" * 300, "", "1", "", ""],
]


@pytest.fixture
def room(rooms, tmp_path):
    made = import_room(rooms, tmp_path, learners=10)
    with made.context.db.write() as tx:
        maths = update(course).where(course.c.code == "MATH-RESIT")
        tx.execute(maths.values(title="<b>Maths</b>\u202e"))
        tx.execute(update(reporter).values(name="<u>Body</u>\u2066"))
    return made


def read_out(window: QWidget) -> list[str]:
    """Every text that the window shows or a screen reader says; each label must take it as plain text."""
    found = []
    for one in [window, *window.findChildren(QWidget)]:
        if not one.isVisible():
            continue
        found += [one.accessibleName(), one.accessibleDescription()]
        if isinstance(one, QLabel):
            assert one.textFormat() == Qt.TextFormat.PlainText, one.text()
            found.append(one.text())
        elif isinstance(one, QAbstractButton):
            found.append(one.text())
        elif isinstance(one, QAbstractItemView) and one.model() is not None:
            found += cells(one.model())
        tip = one.toolTip()
        assert "<b>" not in tip, "a tool tip would take it for markup"
        assert "<script" not in tip
    return found


def cells(model: QAbstractItemModel) -> list[str]:
    return [
        str(model.index(row, column).data() or "")
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    ]


def plain(window: QWidget, *shown: str) -> None:
    """Nothing unseen stands in what is shown, and each of these does."""
    texts = read_out(window)
    for one in texts:
        assert not UNSEEN & set(one.replace("\n", "")), one
    whole = " ".join(texts)
    for text in shown:
        assert text in whole, text


def choose(room: ImportRoom, page, place: int) -> None:
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(place, 2)).center())
    room.rest()
    room.room.until(lambda: page.pane.settled)
    room.rest()


def check(room: ImportRoom, path: Path) -> None:
    """The file dropped on the page, for its name cannot be typed; from there as with any file."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (QDragEnterEvent, QDropEvent):
        QApplication.sendEvent(room.jobs, event(QPoint(50, 50), Qt.DropAction.CopyAction, data, left, none))
    dialog = room.dialog("new_import")
    QTest.keyClicks(named(dialog, "import_course_filter"), "math")
    QTest.keyClicks(named(dialog, "import_sender"), "<b>Sender</b>")
    plain(dialog, "<b>bad‹U+202E›fdp.csv", "<b>Maths</b>‹U+202E›")
    room.check(dialog)


def test_a_hostile_file_is_plain_text_from_the_check_to_its_refused_rows(room, tmp_path):
    check(room, room.file("<b>bad\u202efdp.csv", HEADINGS, ROWS))
    page = room.page
    plain(page, "<b>bad‹U+202E›fdp.csv")
    for rule in ("CR-05", "CR-06", "CR-08", "CR-11", "CR-12", "CR-33"):
        room.line(rule).setFocus(Qt.FocusReason.TabFocusReason)
        room.room.press("Space", room.room.window)
        room.rest()
        plain(page)
    assert MARKUP in cells(named(page, "import_examples").model()), "whom the row means, where no cell is to blame"
    page.show_all()
    room.rest()
    for place, told in enumerate(("<script>", "@SUM(A1)", "Bell", "‹U+202E›gnp.exe", "\u2400", "<b>yes</b>")):
        choose(room, page, place)
        plain(page, told)
    path = tmp_path / "refused.csv"
    with saving_as(path):
        room.tips("I", "D")
    room.rest()
    _, *rows = read_csv(path)
    by_who = {row[0].lstrip("'"): row for row in rows}
    assert by_who[TURNED][0] == TURNED, "as it came"
    assert by_who[FORMULA][:3] == [f"'{FORMULA}", "'@SUM(A1)", "'-1+1"], "no formula for a spreadsheet"
    page.show_findings()
    room.confirm("CR-33")
    room.apply()
    plain(page)
    room.show_jobs()
    choose(room, room.jobs, 0)
    plain(room.jobs, "‹U+202E›fdp.csv")
    held(room)


def test_a_hostile_set_up_is_plain_text_on_every_page_and_dialog_of_credit(room):
    db, user = room.context.db, room.context.user
    with db.write() as tx:
        tx.execute(update(credit_type).values(title="<b>Type</b>\u2066"))
        course_id = tx.execute(select(course.c.id).where(course.c.code == "MATH-RESIT")).scalar_one()
        learner_id = tx.execute(select(learner.c.id).where(learner.c.family_name.is_not(None)).limit(1)).scalar_one()
        tx.execute(update(learner).where(learner.c.id == learner_id).values(family_name="<i>Bold</i>\u202e"))
    record = credit_rows.enrol(db, learner_id, course_id)
    credit_rows.completed(db, user, Completion(learner_id, course_id, credit_rows.DAY))
    window = room.room.window
    for name, key, told in (
        ("credit_courses", course_id, "<b>Maths</b>‹U+202E›"),
        ("course_records", record, "<i>Bold</i>‹U+202E›"),
    ):
        window.show_page(name)
        room.rest()
        choose(room, window.page, list(window.page.grid.keys).index(key))
        plain(window, told)
    window.show_page("outgoing_reports")
    room.rest()
    plain(window)
    for opened in (
        lambda: window.credit.open_course(course_id),
        window.credit.set_up_lists,
        lambda: window.credit.open_credit(record, False),
    ):
        opened()
        room.room.until(lambda: QApplication.activeModalWidget() is not None)
        room.room.at_rest()
        dialog = QApplication.activeModalWidget()
        plain(dialog)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        room.room.until(lambda: QApplication.activeModalWidget() is None)
        room.rest()


def held(room: ImportRoom) -> None:
    """What waits, on its page, and before it is matched, deleted or taken back."""
    room.room.window.show_page("held_records")
    page = room.room.window.imports.held.page
    room.rest()
    room.room.until(lambda: page.shown == 2)
    for place, told in enumerate((MARKUP, FORMULA)):
        choose(room, page, place)
        plain(page, told, "‹U+202E›")
    add_learners(room.context.db, [learner_values(900, ref=MARKUP, family_name="<b>Bold</b>\u202e", uln=None)])
    for keys, name, done in (("HM", "match_held", "match_close"), ("HD", "import_undo_dialog", "undo_close")):
        choose(room, page, 0)
        room.tips("I", *keys)
        dialog = room.dialog(name)
        plain(dialog)
        QTest.keyClick(named(dialog, done), Qt.Key.Key_Escape)
        room.rest()
