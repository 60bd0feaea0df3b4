"""The part of the tour about LMS Extract Statuses: what was refused is read, corrected, sent again and seen; then
very many at once, and back."""

from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import func, select

from app.db.tables import extract_record
from app.demo import Orders
from app.tasks import TaskContext
from ui.dialogs.extract_lists import SavedStatusesDialog
from ui.dialogs.extract_save import SaveStatusesDialog
from ui.dialogs.update_statuses import UpdateStatusesDialog
from ui.grids.tick_list import TickList
from ui.main_window import MainWindow
from ui.pages.extracts import ExtractsPage
from ui.tour.pages import first_row, ribbon, to_page
from ui.tour.player import Act, Step, Until, click, named, press
from ui.workers import Lane

_WHOLE = frozenset({"ready", "transmitted", "processed", "rejected"})


class ExtractStatuses:
    """`orders` go to the demo's LMS; `grab` takes a picture; `report` tells how many records there were of each
    status, by what had been done."""

    def __init__(self, window: MainWindow, orders: Orders, grab: Callable[[QWidget, str], None]) -> None:
        self._window, self._orders, self._grab = window, orders, grab
        self.report: dict[str, Any] = {}

    @property
    def _page(self) -> ExtractsPage:
        return self._window.extracts.page

    def steps(self) -> Iterator[Step]:
        """Everything, in order; from a page of the LMS."""
        window = self._window
        yield from to_page(window, "extracts", "Ctrl+Tab")
        yield Until(lambda: self._page.applied is not None, "the filters of a first opening")
        yield from first_row(self._page, "the records")
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "08a-extract-statuses"))
        yield from self._count("at_first")
        yield from self._read_why()
        yield from self._send_again()
        yield from self._update_all()

    def _at_rest(self) -> Iterator[Step]:
        runner, page = self._window.runner, self._page
        yield Until(
            lambda: not runner.is_busy() and not page.grid.is_loading and page.pane.settled, "the page at rest", 120
        )

    # What was refused

    def _read_why(self) -> Iterator[Step]:
        yield from self._filter({"rejected"})
        yield from first_row(self._page, "what was rejected")
        yield Act(lambda: press("Return", self._window))
        yield Until(lambda: self._page.pane.isVisible() and self._page.pane.settled, "the reason and the history")
        yield Act(lambda: self._grab(self._window, "08a-rejected"))

    def _send_again(self) -> Iterator[Step]:
        """The cause is put right in the LMS: its courses take manual enrolments. Then *Resubmit*, *Save*, *Send*."""
        window, staging = self._window, self._page.staging
        yield Act(lambda: self._orders.tell("allow-enrolments"))
        yield Act(lambda: press("Ctrl+A", window))
        yield Until(lambda: self._page.grid.selected_count == self._page.shown, "every rejected record selected")
        yield from ribbon(window, "lms.extract_resubmit")
        yield Until(lambda: staging.staged.changing > 0, "what is staged")
        yield from self._at_rest()
        self.report["resubmitted"] = staging.staged.changing
        yield from self._in_front()
        yield from first_row(self._page, "what is staged")
        yield Act(lambda: self._grab(window, "08a-resubmitted"))
        yield from self._save("08a-saved")
        yield Until(lambda: not window.lms.busy, "the run before", 120)
        yield from ribbon(window, "lms.send")
        yield Until(lambda: window.lms.busy, "the sending to begin")
        yield Until(lambda: not window.lms.busy, "the sending", 300)
        yield from self._at_rest()
        yield from self._count("sent")
        yield from self._filter({"processed"})
        yield from first_row(self._page, "what was processed")
        yield Until(lambda: self._page.pane.settled, "its history")
        yield Act(lambda: self._grab(window, "08a-processed"))

    # Very many

    def _update_all(self) -> Iterator[Step]:
        window, staging = self._window, self._page.staging
        yield from self._filter(set(_WHOLE))
        yield from ribbon(window, "lms.extract_all")
        yield Until(lambda: isinstance(_modal(), UpdateStatusesDialog), "Update All Statuses")
        dialog = _modal()
        assert isinstance(dialog, UpdateStatusesDialog)
        yield Until(lambda: dialog.foreseen is not None, "the counts", 60)
        yield Act(lambda: self._grab(dialog, "08b-update-all-statuses"))
        yield Act(lambda: press("Return"))
        yield Until(lambda: staging.staged.changing > 0, "what is staged")
        yield from self._at_rest()
        self.report["staged"] = staging.staged.changing
        yield from self._in_front()
        yield Act(lambda: self._grab(window, "08b-staged"))
        yield from self._save("08b-saved")
        yield from self._count("updated")
        yield from ribbon(window, "lms.extract_undo")
        yield Until(lambda: not staging.can_undo and not window.runner.is_busy(), "the undo", 120)
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "08b-undone"))
        yield from self._count("undone")

    def _save(self, picture: str) -> Iterator[Step]:
        """*Save*, with the confirmation where it asks for one, and its summary."""
        yield Act(lambda: press("Ctrl+S", self._window))
        yield Until(lambda: isinstance(_modal(), SaveStatusesDialog | SavedStatusesDialog), "Save", 120)
        if isinstance(_modal(), SaveStatusesDialog):
            yield Act(lambda: self._grab(_front(), f"{picture}-asks"))
            yield Act(lambda: click(named("extract_save_ok")))
            yield Until(lambda: isinstance(_modal(), SavedStatusesDialog), "the summary of Save", 120)
        yield Act(lambda: self._grab(_front(), picture))
        yield Act(lambda: press("Return"))
        yield Until(lambda: _modal() is None, "the summary to close")
        yield from self._in_front()
        yield from self._at_rest()

    def _in_front(self) -> Iterator[Step]:
        """Without a window manager nobody gives the keyboard back to a window."""
        yield Act(self._window.activateWindow)
        yield Until(self._window.isActiveWindow, "the window in front")

    # Filters and facts

    def _filter(self, wanted: set[str]) -> Iterator[Step]:
        yield from tick_statuses(self._window, wanted)
        yield from self._at_rest()

    def _count(self, name: str) -> Iterator[Step]:
        """Note how many records there are of each status, by asking the database itself."""
        db = self._window.context.db

        def work(context: TaskContext) -> None:
            with db.read(context) as tx:
                query = select(extract_record.c.status, func.count()).group_by(extract_record.c.status)
                self.report[name] = {row[0]: int(row[1]) for row in tx.execute(query.order_by("status"))}

        def start() -> None:
            self._window.runner.run(work, lane=Lane.READ)

        yield Act(start)
        yield Until(lambda: name in self.report, "the count")


def tick_statuses(window: MainWindow, wanted: set[str]) -> Iterator[Step]:
    """Tick these extract statuses and no others, and *Apply Filters*."""
    ticks = named("extract_statuses", window)
    assert isinstance(ticks, TickList)
    for place, (status, _) in enumerate(ticks.ticks.offered):
        if (status in ticks.chosen) != (status in wanted):
            middle = ticks.visualRect(ticks.model().index(place, 0)).center()
            yield Act(lambda at=middle: click(ticks.viewport(), at))  # type: ignore[misc]
    yield Act(lambda: click(named("extract_apply", window)))
    page = window.extracts.page
    yield Until(lambda: page.applied is not None and set(page.applied.statuses) == wanted, "the filter in force")


def _modal() -> QWidget | None:
    return QApplication.activeModalWidget()


def _front() -> QWidget:
    found = _modal()
    assert found is not None
    return found
