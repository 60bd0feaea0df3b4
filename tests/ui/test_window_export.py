"""Exports through the file dialog, by keys, read back by somebody else's reader."""

from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QApplication, QMenu
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, func, select, update

from app.access import Role
from app.context import AppContext
from app.db.tables import learner, role, user_role
from tests.ui.conftest import Room, Rooms, answering, named, read_csv, saving_as
from tests.ui.dialog_room import click


def sheet(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_learners_to_excel(room: Room, tmp_path: Path):
    target = tmp_path / "Learners.xlsx"
    room.in_front(room.window)
    with saving_as(target):
        room.press("Ctrl+E")
        room.until(target.exists)
    room.until(lambda: not room.window.exports.busy)
    rows = sheet(target)
    assert len(rows) - 1 == room.window.learners.total
    titles = rows[0]
    ulns = [row[titles.index("ULN")] for row in rows[1:]]
    assert all(isinstance(one, str) for one in ulns)
    born = [row[titles.index("Date of Birth")] for row in rows[1:]]
    assert any(isinstance(one, date) for one in born)


def test_selected_learners_to_csv_cannot_become_formulas(rooms: Rooms, tmp_path: Path):
    def rename(context: AppContext) -> None:
        with context.db.write() as tx:
            first = select(func.min(learner.c.id)).scalar_subquery()
            tx.execute(update(learner).where(learner.c.id == first).values(family_name='=HYPERLINK("x")'))

    room = rooms(30, prepare=rename)
    target = tmp_path / "Learners.csv"
    room.select()
    with saving_as(target):
        room.press("Ctrl+Shift+E")
        room.until(target.exists)
    room.until(lambda: not room.window.exports.busy)
    rows = read_csv(target)
    assert len(rows) == 31
    cells = [cell for row in rows for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]
    born = [row[rows[0].index("Date of Birth")] for row in rows[1:]]
    assert all(date.fromisoformat(one) for one in born if one)


def test_a_name_without_ending_gets_one(room: Room, tmp_path: Path):
    with saving_as(tmp_path / "plain"):
        room.press("Ctrl+E")
        room.until((tmp_path / "plain.xlsx").exists)
    room.until(lambda: not room.window.exports.busy)
    assert sheet(tmp_path / "plain.xlsx")


def test_plr_rows_to_excel_and_csv(room: Room, tmp_path: Path):
    page = room.download(20)
    room.in_front(room.plr_window)
    book, text = tmp_path / "plr.xlsx", tmp_path / "plr.csv"
    with saving_as(book):
        room.press("Ctrl+E", room.plr_window)
        room.until(book.exists)
    room.until(lambda: not room.window.plr.exporting)
    button = named(room.plr_window, "plr_export")
    with saving_as(text):
        click(button)
        menu = button.menu()
        assert isinstance(menu, QMenu)
        room.until(menu.isVisible)
        room.press("Down", menu)
        room.press("Down", menu)
        room.press("Return", menu)
        room.until(text.exists)
    room.until(lambda: not room.window.plr.exporting)
    rows, lines = sheet(book), read_csv(text)
    assert len(rows) == len(lines) == 1 + len(page.session.rows())
    assert rows[0] == lines[0]
    sent = lines[0].index("ULN sent")
    assert [row[sent] for row in rows] == [row[sent] for row in lines]
    code = lines[0].index("Subject Code")
    assert {row[code] for row in lines[1:] if row[code]} == {
        row.event.subject_code for row in page.session.rows() if row.event is not None
    }
    day = lines[0].index("Award Date")
    assert any(isinstance(row[day], date) for row in rows[1:])
    room.close_plr()


def test_a_right_that_was_taken_away_exports_nothing(room: Room, tmp_path: Path):
    """The buttons still know the rights of before; the program itself looks again."""
    room.download(3)
    with room.context.db.write() as tx:
        exporting = select(role.c.id).where(role.c.code.not_in([Role.ADMINISTRATOR]))
        tx.execute(delete(user_role).where(user_role.c.role_id.in_(exporting)))
    for window, name in ((room.plr_window, "plr.xlsx"), (room.window, "learners.csv")):
        room.in_front(window)
        with saving_as(tmp_path / name), answering("message_close") as asked:
            room.press("Ctrl+Shift+E" if name.endswith("csv") else "Ctrl+E", window)
            room.until(lambda seen=asked: bool(seen))
            room.until(lambda: QApplication.activeModalWidget() is None)
        assert "cannot export" in asked[0]
        assert "Needs the role" in asked[0]
        room.at_rest()
    assert list(tmp_path.glob("*.xlsx")) == list(tmp_path.glob("*.csv")) == []
    room.close_plr()


def test_the_list_of_an_update_is_exported_by_a_click(room: Room, tmp_path: Path):
    room.download(20)
    dialog = room.update()
    listed = dialog.list.model().rowCount()
    path = tmp_path / "list.csv"
    with saving_as(path):
        click(named(dialog, "summary_export"))
        room.until(path.exists)
    room.at_rest()
    lines = read_csv(path)
    assert lines[0] == ["Person Code", "Name", "Subject", "Reason"]
    assert len(lines) == 1 + listed > 1
    room.close_dialog(dialog, "summary_ok")
    room.close_plr()


def test_a_right_that_was_taken_away_prints_and_lists_nothing(room: Room, tmp_path: Path):
    room.download(20)
    dialog = room.update()
    with room.context.db.write() as tx:
        exporting = select(role.c.id).where(role.c.code.not_in([Role.ADMINISTRATOR]))
        tx.execute(delete(user_role).where(user_role.c.role_id.in_(exporting)))
    with saving_as(tmp_path / "list.csv"), answering("message_close") as asked:
        click(named(dialog, "summary_export"))
        room.until(lambda: bool(asked))
    room.until(lambda: QApplication.activeModalWidget() is dialog)
    room.close_dialog(dialog, "summary_ok")
    room.in_front(room.window)
    room.press("Ctrl+P", room.window)
    room.until(lambda: QApplication.activeModalWidget() is not None)
    with saving_as(tmp_path / "list.pdf"), answering("message_close") as told:
        room.press("Return")
        room.until(lambda: bool(told))
        room.until(lambda: QApplication.activeModalWidget() is None)
    assert "cannot export" in asked[0]
    assert "cannot export" in told[0]
    room.at_rest()
    assert list(tmp_path.glob("*.csv")) == list(tmp_path.glob("*.pdf")) == []
    room.close_plr()
