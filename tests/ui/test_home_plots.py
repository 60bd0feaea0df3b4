"""The figures of Home in the window: their numbers are the database's, drawn, copied, read out and as a table."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication
from sqlalchemy import update

from app import figures
from app.context import AppContext
from app.db.tables import lms_course
from app.figures import Figure, Plot, Series
from tests.builders import add_learner
from tests.lms.college import College
from tests.lms.rows import add_course, add_enrolment, add_progress, add_section
from tests.ui.conftest import Room, Rooms, named
from tests.ui.dialog_room import click
from ui.look.tokens import Role, color, theme
from ui.pages.home import HomePage
from ui.plots import patterns, words
from ui.plots.bars import pieces, steps
from ui.plots.plot_card import PlotCard

HOSTILE = '=HYPERLINK("x")\t<b>\u202e'


def prepared(context: AppContext) -> None:
    """Records of every status today, a course with a hostile name, one learner on it; people have no attainments."""
    db, now = context.db, datetime.now(UTC)
    college = College(db)
    campus = college.campus("Avon")
    section = college.section("ART", college.term("Autumn", [campus]), [campus])
    for status in ("rejected", "rejected", "ready", "processed", "processed", "processed", "transmitted"):
        college.record(section, status, status_at=now)
    course = add_course(db, short_name=HOSTILE, grades_good_at=now - timedelta(hours=3))
    add_progress(db, add_enrolment(db, add_learner(db), add_section(db, course)), 1, 3)
    with db.write() as tx:
        tx.execute(update(lms_course).where(lms_course.c.id != course).values(state="closed"))


@pytest.fixture
def room(rooms: Rooms) -> Room:
    return rooms(20, held=False, prepare=prepared)


def home(room: Room) -> HomePage:
    room.press("Ctrl+1")
    page = room.window._stack.page("home")
    assert isinstance(page, HomePage)
    room.until(lambda: page.isVisible() and page.settled)
    room.at_rest()
    return page


def held(room: Room) -> dict[str, Figure]:
    with room.context.db.read() as tx:
        return {one.plot: one for one in figures.figures(room.context.db, tx, room.context.user)}


def drawn(card: PlotCard) -> dict[tuple[int, int], int]:
    assert card.chart is not None
    return {(one.category, one.series): one.value for one in card.chart.bars.parts}


def test_what_is_drawn_copied_read_out_and_listed_is_what_the_database_holds(room: Room):
    page = home(room)
    for plot, figure in held(room).items():
        card = page.plots.card(plot)
        assert card.figure == figure
        if not figure.total:
            continue
        expected = {
            (at, place): value
            for place, one in enumerate(figure.series)
            for at, value in enumerate(one.values)
            if value
        }
        assert drawn(card) == expected
        click(named(page, f"plot_{plot}_numbers"))
        lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
        assert lines[0][1:] == [one.name for one in figure.series]
        assert [[int(cell) for cell in line[1:]] for line in lines[1:]] == [
            [one.values[at] for one in figure.series] for at in range(len(figure.categories))
        ]
    today = named(page, "plot_statuses_area")
    assert today.accessibleDescription().endswith(": Processed 3, Transmitted 1, Ready 1, Rejected 2.")
    progress = page.plots.card(Plot.PROGRESS)
    click(named(page, "plot_progress_numbers"))
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("'=HYPERLINK"), "no formula"
    assert "‹U+202E›" in named(page, "plot_progress_area").accessibleDescription()
    assert progress.chart is not None
    assert page.plots.card(Plot.AGE).about.text().endswith("goal 30 min")


def test_a_figure_by_keys_as_a_table_and_as_a_picture(room: Room):
    page = home(room)
    card = page.plots.card(Plot.STATUSES)
    page.month.line("load").setFocus()
    stops = []
    for _ in range(12):
        room.press("Tab")
        stops.append(QApplication.focusWidget().objectName())  # type: ignore[union-attr]
        if stops[-1] == "plot_statuses_table":
            break
    assert stops[-1] == "plot_statuses_table", stops
    room.press("Space")
    assert named(page, "plot_statuses_list").isVisible()
    assert card.table is not None
    model = card.table.model()
    last = model.rowCount() - 1
    assert [model.index(last, column).data() for column in range(1, 5)] == ["3", "1", "1", "2"]
    room.press("Tab")
    assert card.table.hasFocus()
    room.press("Shift+Tab")
    room.press("Space")
    assert named(page, "plot_statuses_area").isVisible()
    click(named(page, "plot_statuses_picture"))
    picture = QGuiApplication.clipboard().image()
    found = {
        QColor(picture.pixel(x, y)).name() for x in range(0, picture.width(), 3) for y in range(picture.height())
    }
    assert {color(role).name() for role in (Role.SURFACE, Role.C1, Role.C2, Role.C4, Role.C5)} <= found


def test_a_figure_follows_the_theme_and_tells_its_numbers_under_the_pointer(room: Room):
    page = home(room)
    card = page.plots.card(Plot.STATUSES)
    before = card.chart
    theme().set_mode("dark")
    room.until(lambda: page.plots.settled and not card.waits)
    chart = card.chart
    assert chart is not None
    assert chart is not before
    room.until(lambda: chart.isVisible() and chart.width() > 200)
    room.at_rest()
    image = chart.grab().toImage()
    assert QColor(image.pixel(2, 2)) == color(Role.SURFACE)
    tallest = max(chart.bars.parts, key=lambda one: one.value)
    corner = chart.mapFromScene(chart.bars.mapToScene(tallest.place.center()))
    assert chart.piece_at(corner) == tallest
    assert chart.told(tallest).endswith(": Processed 3")
    assert chart.piece_at(QPoint(1, 1)) is None


def test_a_theme_that_comes_while_another_page_is_in_front_is_drawn_on_return(room: Room):
    page = home(room)
    before = page.plots.card(Plot.STATUSES).chart
    room.window.show_page("history")
    room.until(lambda: not page.isVisible())
    theme().set_mode("dark")
    room.at_rest()
    assert page.plots.card(Plot.STATUSES).chart is before, "unseen, nothing is drawn"
    assert not page.plots.settled
    home(room)
    assert page.plots.card(Plot.STATUSES).chart is not before
    assert [plot for plot in words.PLOTS if page.plots.card(plot).waits] == []


def test_an_empty_figure_says_why_and_leads_on(room: Room):
    page = home(room)
    card = page.plots.card(Plot.ATTAINMENTS)
    assert card.chart is None
    assert not card.table_button.isEnabled()
    assert "No attainments yet" in card.table_button.accessibleDescription()
    link = named(page, "plot_attainments_next")
    link.setFocus()
    room.press("Space")
    room.until(lambda: room.window.attainments.isVisible())


def test_series_are_told_apart_without_colours():
    for plot, chosen in words._ROLES.items():
        lines = [patterns._LINES[patterns.ROLES.index(role)] for role in chosen.values()]
        assert len(set(map(str, lines))) == len(lines), plot
    assert set(words.PLOTS) == {one.value for one in Plot}


@pytest.mark.parametrize(
    ("most", "marks"),
    [(0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (7, [0, 2, 4, 6, 8]), (1313, [0, 500, 1000, 1500])],
)
def test_the_marks_of_an_axis_are_round_numbers_that_hold_all(most: int, marks: list[int]):
    assert steps(most) == marks


def test_bars_are_stacked_and_shares_fill_a_hundred():
    series = (Series("a", (1, 0)), Series("b", (3, 0)))
    upright = pieces(Figure(Plot.STATUSES, ("x", "y"), series))
    assert [(one.place.top(), one.place.height()) for one in upright] == [(0, 1), (1, 3)]
    lying = pieces(Figure(Plot.PROGRESS, ("x", "y"), series, shares=True))
    assert [(one.place.left(), one.place.width()) for one in lying] == [(0, 25), (25, 75)]
    assert all(one.place.center().y() == 1 for one in lying), "the first category is on top"
