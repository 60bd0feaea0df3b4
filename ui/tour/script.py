"""The steps of the tour and what it reports."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from app import demo_imports
from app.demo import Orders
from app.plr.plan import Change
from app.plr.update import UpdateSummary
from app.sandbox.expected import expected, summary
from app.sandbox.people import Person, people
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.look.tokens import theme
from ui.main_window import MainWindow
from ui.pages.plr import AT_MOST, PlrPage
from ui.tour import extract
from ui.tour.extract_statuses import ExtractStatuses
from ui.tour.first_day import FirstDay
from ui.tour.home_steps import HomeSteps
from ui.tour.import_steps import ImportSteps
from ui.tour.lms_steps import LmsSteps
from ui.tour.player import Act, Step, TourError, Until, click, named, press, type_text
from ui.tour.stalls import StallMeter
from ui.workers import Lane


class Tour:
    """The main job: find, select, download, update twice, export, close; then what a college does on its first day:
    load, decide, name codes, search; then the LMS: what goes there is corrected, sent and seen; it goes down and
    comes back; then a file of course records, repaired, applied, undone; Home at last. A picture of each."""

    def __init__(self, window: MainWindow, out: Path, orders: Orders, *, latency_ms: int, parallel: int) -> None:
        self._window = window
        self._out, self._orders = out, orders
        self._latency, self._parallel = latency_ms / 1000, parallel
        self._stalls = StallMeter(window)
        self._files: list[str] = []
        self._report: dict[str, Any] = {}
        self._people: dict[str, Person] = {}

    def steps(self) -> Iterator[Step]:
        """Everything, in order."""
        yield from self.main_job()
        yield from self._first_day()
        yield from self._look_around()
        yield from self._in_the_dark()
        yield from self._lms()
        yield from self._imports()
        yield from HomeSteps(self._window, self._grab).steps()
        self._stalls.stop()

    # The main job

    def main_job(self) -> Iterator[Step]:
        """From selecting everybody to closing the PLR window."""
        yield from self._select_everybody()
        yield from self._download()
        yield from self._update("first_update", "04a-update-summary")
        yield from self._update("second_update", "04a-second-update")
        yield from self._export("excel", "Ctrl+E", "attainments-plr.xlsx")
        yield from self._close_plr()

    def _select_everybody(self) -> Iterator[Step]:
        window = self._window
        yield Until(lambda: window.isActiveWindow() or window.isVisible(), "the window")
        yield Act(window.activateWindow)
        yield Until(lambda: window.learners.shown > 0, "learners in the grid")
        self._stalls.start()
        grid = window.learners.grid
        yield Act(lambda: click(grid.viewport()))
        yield Act(lambda: press("Ctrl+A", window))
        yield Until(lambda: grid.selected_count == window.learners.shown, "every row selected")
        yield Until(lambda: window.learners.pane.settled, "the counts of the selection")
        yield self._picture(window, "01-learners")

    def _download(self) -> Iterator[Step]:
        window = self._window
        chosen = list(window.learners.grid.selected_keys())[:AT_MOST]
        asks = window.learners.grid.selected_count > AT_MOST
        yield Act(lambda: press("Ctrl+D", window))
        if asks:
            yield Until(lambda: QApplication.activeModalWidget() is not None, "the question about a thousand")
            yield Act(lambda: self._grab(_dialog(), "04c-over-1000"))
            yield Act(lambda: click(named("take")))
        yield Until(lambda: window.plr.window is not None and window.plr.window.isVisible(), "the PLR window")
        page = self._plr_page()
        page.window().resize(window.size())
        half = len(chosen) // 2
        yield Until(lambda: page.session.state()[0] >= half or not page.busy, "half of the answers", 600)
        yield Act(lambda: self._grab(page.window(), "03-plr-downloading"))
        yield Until(lambda: not page.busy, "the end of the download", 3_600)
        yield Until(lambda: page.shown == page.session.row_count and not page.grid.is_loading, "all rows")
        self._note_download(page)
        self._stalls.skip()  # working out what is expected took the tour a moment
        yield Act(lambda: self._look_at_a_change(page))
        yield Until(lambda: page.pane.settled, "the comparison")
        yield self._picture(page.window(), "02-plr-done")

    def _look_at_a_change(self, page: PlrPage) -> None:
        """Click a row that would change, so that the picture shows the comparison."""
        grid = page.grid
        rows = [page.session.row(key) for key in grid.keys[:400]]
        place = next((n for n, row in enumerate(rows) if row is not None and row.change is Change.CHANGED), 0)
        shown = min(place, 20)
        index = grid.model().index(shown, 3)
        click(grid.viewport(), grid.visualRect(index).center())
        for _ in range(place - shown):
            press("Down", page.window())

    def _update(self, name: str, picture: str) -> Iterator[Step]:
        page = self._plr_page()
        yield from self._in_front(page.window())
        yield Until(lambda: not page.grid.is_loading, "the grid to rest")
        yield Act(lambda: click(page.grid.viewport()))
        yield Act(lambda: press("Ctrl+A", page.window()))
        yield Until(lambda: page.grid.selected_count == page.shown, "every row selected")
        yield Act(lambda: click(named("plr_update_selected", page.window())))
        yield Until(lambda: QApplication.activeModalWidget() is not None, "the question or the summary", 600)
        if not isinstance(QApplication.activeModalWidget(), UpdateSummaryDialog):
            yield Act(lambda: self._grab(_dialog(), "04d-lower-grades"))
            yield Act(lambda: click(named("leave")))
            yield Until(lambda: isinstance(QApplication.activeModalWidget(), UpdateSummaryDialog), "the summary", 600)
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, UpdateSummaryDialog)
        self._report[name] = _counts(dialog.summary)
        yield Act(lambda: self._grab(dialog, picture))
        yield Act(lambda: press("Return"))
        yield Until(lambda: QApplication.activeModalWidget() is None, "the summary to close")
        yield Until(lambda: not page.busy, "the window to rest")

    def _export(self, name: str, keys: str, file: str) -> Iterator[Step]:
        page = self._plr_page()
        path = self._out / file
        path.unlink(missing_ok=True)
        yield from self._in_front(page.window())
        yield Act(lambda: press(keys, page.window()))
        yield Until(lambda: QApplication.activeModalWidget() is not None, "the file dialog")
        yield Act(lambda: press("Ctrl+A"))
        yield Act(lambda: type_text(str(path.resolve())))
        yield Act(lambda: press("Return"))
        yield Until(path.exists, f"the {name} export", 300)
        self._files.append(file)

    def _close_plr(self) -> Iterator[Step]:
        page = self._plr_page()
        plr = page.window()
        yield Until(lambda: not self._window.plr_exporting, "the export to end")
        yield Act(lambda: click(named("plr_close", plr)))
        yield Until(lambda: QApplication.activeModalWidget() is not None, "the closing question")
        yield Act(lambda: self._grab(_dialog(), "04b-closing-warning"))
        yield Act(lambda: click(named("close")))
        yield Until(lambda: not plr.isVisible(), "the PLR window to close")

    # The rest of the program

    def _first_day(self) -> Iterator[Step]:
        part = FirstDay(self._window, self._out, self._grab)
        yield from self._in_front(self._window)
        yield from part.load()
        yield from self._in_front(self._window)
        yield from part.search()
        self._report |= part.report
        self._files.append(extract.NAME)

    def _lms(self) -> Iterator[Step]:
        lms = LmsSteps(self._window, self._orders, self._grab)
        extracts = ExtractStatuses(self._window, self._orders, self._grab)
        yield from lms.steps()
        yield from extracts.steps()
        self._report["extracts"] = extracts.report
        yield from lms.down_and_back()

    def _imports(self) -> Iterator[Step]:
        part = ImportSteps(self._window, self._out, self._grab)
        yield from self._in_front(self._window)
        yield from part.steps()
        self._report["imports"] = part.report
        self._files.append(demo_imports.FILE_NAME)

    def _look_around(self) -> Iterator[Step]:
        window = self._window
        yield from self._in_front(window)
        yield Act(lambda: press("Ctrl+Tab", window))
        yield Until(lambda: window.attainments.isVisible() and window.attainments.shown > 0, "the Attainments page")
        yield Act(lambda: click(window.attainments.grid.viewport()))
        yield Until(lambda: window.attainments.pane.settled, "the record")
        yield self._picture(window, "06-attainments")
        yield Act(lambda: press("Ctrl+,", window))
        yield Until(lambda: QApplication.activeModalWidget() is not None, "the settings")
        yield Until(lambda: not window.runner.is_busy(Lane.CHECK), "what the password store holds")
        yield Act(lambda: self._grab(_dialog(), "11-settings-plr-lrs"))
        yield Act(lambda: press("Escape"))
        yield from self._in_front(window)

    def _in_front(self, window: QWidget) -> Iterator[Step]:
        """Back to a window after a dialog, as a click on it would bring it."""
        yield Until(lambda: QApplication.activeModalWidget() is None, "no dialog")
        yield Act(window.activateWindow)
        yield Until(window.isActiveWindow, "the window in front")

    def _in_the_dark(self) -> Iterator[Step]:
        window = self._window
        before = theme().mode
        yield Act(lambda: theme().set_mode("dark"))
        yield self._picture(window, "06-attainments-dark")
        yield Act(lambda: press("Ctrl+Tab", window))
        yield Until(window.learners.isVisible, "the Learners page")
        yield self._picture(window, "01-learners-dark")
        yield Act(lambda: theme().set_mode(before))

    # What it reports

    def _note_download(self, page: PlrPage) -> None:
        rows = page.session.rows()
        invented = {one.ref: one for one in people(self._window.learners.total)}
        asked = [invented[one.ref] for one in page.session.learners()]
        whole = summary(asked)
        last = page.last_download
        if last is None:
            raise TourError("The download left no summary.")
        self._report |= {
            "selected": len(asked),
            "with_events": len({row.asked.id for row in rows if row.event is not None}),
            "error_rows": sum(1 for row in rows if row.change is Change.CANNOT and row.event is None),
            "records": sum(1 for row in rows if row.event is not None),
            "expected": expected(asked),
            "expected_rows": {name: whole[name] for name in ("with_events", "error_rows", "records")},
            "download_seconds": round(last.seconds, 2),
            "ideal_seconds": round(last.calls * self._latency / self._parallel, 2),
        }

    def report(self) -> dict[str, Any]:
        """`tour.json` (docs/commands.md), as far as the tour came."""
        empty: dict[str, Any] = dict.fromkeys(("selected", "with_events", "error_rows", "records"), 0)
        updates: dict[str, Any] = {
            "extracts": {},
            "imports": {},
            "load": {},
            "expected_load": {},
            "loaded": {},
            "expected": {},
            "expected_rows": {},
            "first_update": {},
            "second_update": {},
        }
        stalls = {"longest_stall_ms": self._stalls.longest_ms(), "p99_stall_ms": self._stalls.p99_ms()}
        report = {**empty, **updates, **self._report, **stalls, "files": self._files}
        report["second_update"] = report["second_update"] or {"updated": -1}
        return report

    def _plr_page(self) -> PlrPage:
        found = self._window.plr.window
        if found is None:
            raise TourError("The PLR window is not open.")
        return found.page

    def _picture(self, widget: QWidget, name: str) -> Act:
        return Act(lambda: self._grab(widget, name))

    def _grab(self, widget: QWidget, name: str) -> None:
        # Words that came with the last answer may wait for their room still.
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        widget.grab().save(str(self._out / f"{name}.png"))
        self._files.append(f"{name}.png")
        self._stalls.skip()  # taking a picture is the tour's work, not the program's


def _dialog() -> QWidget:
    found = QApplication.activeModalWidget()
    if found is None:
        raise TourError("No dialog is open.")
    return found


def _counts(summary: UpdateSummary) -> dict[str, int]:
    return {
        "processed": summary.processed,
        "updated": summary.updated,
        "new": len(summary.new),
        "changed": len(summary.changed),
        "unchanged": len(summary.unchanged),
        "not_applied": len(summary.not_applied),
    }
