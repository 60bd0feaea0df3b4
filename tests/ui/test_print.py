"""*Print*: the list as the grid shows it, as a PDF file or on paper, made in a task."""

import re
import stat
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication
from sqlalchemy import select, update

from app.conditions import Group, Join, Operator, Test
from app.db.tables import learner
from app.tasks import Cancelled, Progress, TaskContext
from tests.ui.conftest import Room, Rooms, named, saving_as
from tests.ui.dialog_room import click
from ui.dialogs.print_list import MANY_ROWS, PrintDialog
from ui.pages.printing import Printing
from ui.printing.list_pages import ROWS_ON_A_PAGE, Listing, layout, pages_of, paint, texts
from ui.printing.pdf import write_pdf


def asked(room: Room) -> PrintDialog:
    room.in_front(room.window)
    room.press("Ctrl+P")
    room.until(lambda: isinstance(QApplication.activeModalWidget(), PrintDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PrintDialog)
    return dialog


def listing_of(room: Room) -> Listing:
    return Printing(room.window.learners, "Somebody").listing


def pages_in(path: Path) -> int:
    body = path.read_bytes()
    assert body.startswith(b"%PDF-")
    assert body.rstrip().endswith(b"%%EOF")
    return len(re.findall(rb"/Type\s*/Page\b", body))


def test_all_rows_of_the_filter_as_a_pdf(room: Room, tmp_path: Path):
    target = tmp_path / "Learners.pdf"
    dialog = asked(room)
    total = room.window.learners.total
    assert dialog.heading.text() == f"{total} rows on {pages_of(total)} pages of A4"
    assert "All learners" in dialog.secondary.text()
    with saving_as(target):
        room.press("Return")
        room.until(target.exists)
    room.until(lambda: not room.window.exports.busy)
    room.at_rest()
    assert pages_in(target) == pages_of(total) > 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".learner-manager-*")) == []
    assert f"{total} rows exported to Learners.pdf" in room.window.status._work.text()


def test_the_selection_in_the_order_of_the_grid(room: Room):
    page = room.window.learners
    page.grid.sort_by("ref", descending=True)
    room.at_rest()
    room.select(5)
    dialog = asked(room)
    assert dialog.heading.text() == "5 selected rows on 1 page of A4"
    room.press("Esc")
    made = list(texts(TaskContext(), listing_of(room)))
    columns = [one.id for one in page.grid.column_layout.visible_columns()]
    refs = [row[columns.index("ref")] for row in made]
    assert len(refs) == 5
    assert refs == sorted(refs, reverse=True)


def test_what_is_asked_for_stands_in_words(room: Room):
    page = room.window.learners
    page.set_conditions(Group(Join.ALL, (Test("sex", Operator.IS, "F"),)))
    page.set_quick("riverside")
    room.at_rest()
    room.until(lambda: not page.grid.is_loading)
    assert listing_of(room).sentence == "Learners where Sex is Female, with “riverside”"


def test_hostile_names_are_one_line_of_plain_text(rooms: Rooms, tmp_path: Path):
    def rename(context) -> None:
        with context.db.write() as tx:
            tx.execute(update(learner).values(family_name="<b>x</b>\n\u202eturned & &", given_names="n" * 900))

    room = rooms(30, prepare=rename)
    listing = listing_of(room)
    for row in texts(TaskContext(), listing):
        assert any(text.startswith("<b>x</b>") for text in row)
        assert not [text for text in row if "\n" in text or "\u202e" in text]
    assert write_pdf(TaskContext(), listing, tmp_path / "one.pdf").rows == 30


def test_who_is_removed_meanwhile_keeps_a_line(room: Room):
    listing = listing_of(room)
    with room.context.db.write() as tx:
        first = tx.execute(select(learner.c.id).where(learner.c.id == listing.keys[0])).scalar_one()
        tx.execute(update(learner).where(learner.c.id == first).values(removed_at=room.context.db.now(tx)))
    made = list(texts(TaskContext(), listing))
    assert len(made) == len(listing.keys)
    assert made[0][0] == "(removed meanwhile)"


def test_a_cancel_leaves_the_file_of_before(room: Room, tmp_path: Path):
    target = tmp_path / "one.pdf"
    target.write_bytes(b"before")

    def stop(progress: Progress) -> None:
        if progress.done:
            context.cancel()

    context = TaskContext(stop)
    with pytest.raises(Cancelled):
        write_pdf(context, listing_of(room), target)
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["one.pdf"]
    assert target.read_bytes() == b"before"


def test_very_many_rows_are_asked_about(room: Room):
    dialog = PrintDialog(room.window, MANY_ROWS + 1, pages_of(MANY_ROWS + 1), "All learners", selected=False)
    dialog.open()
    assert "a lot of paper" in dialog.secondary.text()
    room.until(lambda: QApplication.focusWidget() is named(dialog, "print_cancel"))
    assert named(dialog, "print_cancel").isDefault()
    room.press("Esc")


def test_a_printer_gets_the_same_pages_and_is_told_of_a_cancel(room: Room, tmp_path: Path):
    def printer(path: Path) -> QPrinter:
        made = QPrinter(QPrinter.PrinterMode.HighResolution)
        made.setOutputFileName(str(path))
        made.setPageLayout(layout())
        made.setFullPage(True)
        return made

    listing = listing_of(room)
    one = printer(tmp_path / "paper.pdf")
    assert paint(TaskContext(), one, one, listing, one.abort) == listing.pages
    assert pages_in(tmp_path / "paper.pdf") == listing.pages
    context = TaskContext(lambda progress: context.cancel() if progress.done else None)
    two = printer(tmp_path / "stopped.pdf")
    told: list[bool] = []
    with pytest.raises(Cancelled):
        paint(context, two, two, listing, lambda: told.append(two.printerState() is QPrinter.PrinterState.Active))
    assert told == [True], "while it can still be heard"
    assert pages_in(tmp_path / "stopped.pdf") < listing.pages


class Sheets:
    """Pages as pictures, for looking at where ink stands."""

    def __init__(self) -> None:
        self.image = QImage(842 * 2, 595 * 2, QImage.Format.Format_RGB32)
        self.image.setDotsPerMeterX(round(144 / 0.0254))
        self.image.setDotsPerMeterY(round(144 / 0.0254))
        self.image.fill(0xFFFFFFFF)
        self.number = 1

    def newPage(self) -> bool:
        self.number += 1
        self.image.fill(0xFFFFFFFF)
        return True


@pytest.mark.parametrize("visible", ["all", "usual"])
def test_nothing_is_painted_outside_the_margins(room: Room, visible: str):
    grid = room.window.learners.grid
    if visible == "all":
        for column in grid.columns:
            grid.column_layout.set_hidden(column.id, False)
    sheets = Sheets()
    listing = listing_of(room)
    assert paint(TaskContext(), sheets.image, sheets, listing) == sheets.number == listing.pages
    image = sheets.image
    inked = [
        (x, y)
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
        if image.pixel(x, y) != 0xFFFFFFFF
    ]
    assert inked
    assert min(x for x, _ in inked) >= 58
    assert max(x for x, _ in inked) <= image.width() - 58
    assert min(y for _, y in inked) >= 58
    assert max(y for _, y in inked) <= image.height() - 58
    assert len(listing.keys) > ROWS_ON_A_PAGE


def test_it_is_in_the_ribbon_by_its_name(room: Room):
    entry = room.window.actions_.entry("data.print")
    assert (entry.text, entry.group, room.window.actions_.reason("data.print")) == ("Print", "Data", "")
    assert room.window.actions_.entry("data.batch").text == "Export LRS Batch File"
    dialog = asked(room)
    click(named(dialog, "print_cancel"))
    room.until(lambda: QApplication.activeModalWidget() is None)
