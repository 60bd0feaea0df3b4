"""The part of the tour about imports: a bad file checked, repaired, acknowledged, applied, undone; a lock that a
killed program left, found and unlocked."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QDialog, QWidget
from sqlalchemy import func, select

from app import demo_imports
from app.db.tables import enrolment, file_row
from app.tasks import TaskContext
from ui.actions import IMPORTS
from ui.dialogs.import_undo import ImportUndoDialog
from ui.dialogs.import_unlock import UnlockDialog
from ui.dialogs.new_import import NewImportDialog
from ui.main_window import MainWindow
from ui.pages.import_check import ImportCheckPage
from ui.tour.pages import first_row, ribbon, to_page
from ui.tour.player import Act, Step, TourError, Until, click, named, press, type_text
from ui.tour.typed_file import FileChosen
from ui.workers import Lane

_CONFIRM = ("CR-33", "CR-34", "CR-43")
_REPAIR = ("CR-11", "CR-12", "CR-36")
_MOST_STOPS = 12


class ImportSteps:
    """`out` is where the bad file is put; `grab` takes a picture; `report` tells what was foreseen and what came."""

    def __init__(self, window: MainWindow, out: Path, grab: Callable[[QWidget, str], None]) -> None:
        self._window, self._grab = window, grab
        self._file = out / demo_imports.FILE_NAME
        self.report: dict[str, Any] = {}

    @property
    def _page(self) -> ImportCheckPage:
        return self._window.imports.page

    def steps(self) -> Iterator[Step]:
        """Everything, in order."""
        yield from self._prepare()
        yield from self._choose()
        yield from self._repair()
        yield from self._confirm()
        yield from self._apply()
        yield from self._held()
        yield from self._undo()
        yield from self._unlock()

    # The file

    def _prepare(self) -> Iterator[Step]:
        """The file lies there, as somebody sent it."""
        window = self._window
        db, file = window.context.db, self._file
        found: list[demo_imports.Expected] = []

        def work(context: TaskContext) -> None:
            found.append(demo_imports.write_bad_file(db, file))

        yield Act(lambda: self._run(work))
        yield Until(lambda: bool(found), "the file")
        self.report["expected"] = asdict(found[0])
        tabs = window.ribbon.tab_bar
        place = next(at for at in range(tabs.count()) if tabs.tabText(at) == IMPORTS)
        yield Act(window.activateWindow)
        yield Act(lambda: click(tabs, tabs.tabRect(place).center()))
        yield Until(lambda: window.state().page == "import_jobs", "Import Jobs")
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "09-import-jobs-empty"))

    def _run(self, work: Callable[[TaskContext], None]) -> None:
        self._window.runner.run(work, lane=Lane.WRITE)

    def _choose(self) -> Iterator[Step]:
        yield from ribbon(self._window, "imports.new")
        yield Until(lambda: isinstance(_modal(), NewImportDialog), "New Import")
        yield Until(lambda: not self._window.runner.is_busy(), "the courses")
        yield Act(lambda: click(named("import_choose")))
        yield Until(FileChosen(str(self._file.resolve()), NewImportDialog), "the file chosen", 60)
        yield Until(lambda: _dialog().focusWidget() is not None, "the dialog in front")
        yield Act(lambda: click(named("import_course_filter")))
        yield Act(lambda: type_text(demo_imports.COURSE.lower()))
        yield Act(lambda: click(named("import_sender")))
        yield Act(lambda: type_text(demo_imports.SENDER))
        yield Act(lambda: self._grab(_dialog(), "09-new-import"))
        yield Act(lambda: click(named("import_check_file")))
        yield Until(lambda: _modal() is None and self._page.shown_file is not None, "the file checked", 120)
        yield from self._at_rest()

    def _at_rest(self) -> Iterator[Step]:
        window = self._window
        yield Until(
            lambda: not window.imports.busy and not window.runner.is_busy() and not window.page.grid.is_loading,
            "the page at rest",
            120,
        )

    def _in_front(self) -> Iterator[Step]:
        """Back to the window after a dialog, as a click on it would bring it."""
        yield Act(self._window.activateWindow)
        yield Until(self._window.isActiveWindow, "the window in front")

    # What is wrong with it

    def _press_in(self, line: str, button: str) -> Iterator[Step]:
        """Click a line of the findings, go to its button with Tab, press Space."""
        window = self._window
        yield Act(lambda: self._page.findings.ensureWidgetVisible(named(line, window)))
        yield Act(lambda: click(named(line, window), named(line, window).rect().center()))
        yield Act(lambda: named(line, window).setFocus())
        for _ in range(_MOST_STOPS):
            if _focus(window) == button:
                break
            yield Act(lambda: press("Tab", window))
        if _focus(window) != button:
            raise TourError(f"Tab does not lead to {button}.")
        yield Act(lambda: press("Space", window))
        yield from self._at_rest()

    def _repair(self) -> Iterator[Step]:
        window = self._window
        yield from self._in_front()
        yield Act(lambda: self._grab(window, "09-import-refused"))
        yield from self._press_in("finding_CR-02", "repair_CR-02")
        yield Act(lambda: click(named("finding_CR-12", window)))
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "09-import-check"))
        self.report["at_first"] = self._outcomes()
        for rule in _REPAIR:
            yield from self._press_in(f"finding_{rule}", f"repair_{rule}")
        self.report["repaired"] = self._outcomes()

    def _confirm(self) -> Iterator[Step]:
        window = self._window
        for rule in _CONFIRM:
            yield from self._press_in(f"finding_{rule}", f"confirm_{rule}")
        self.report["foreseen"] = self._outcomes()
        yield Act(lambda: self._grab(window, "09-import-ready"))
        yield Act(lambda: click(named("outcome_error", window)))
        yield from first_row(self._page, "the rows in error")
        yield Until(lambda: self._page.pane.settled, "the row")
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "09-import-rows"))
        yield Act(lambda: click(named("import_to_findings", window)))

    def _outcomes(self) -> dict[str, int]:
        shown = self._page.shown_file
        if shown is None:
            raise TourError("No file is being checked.")
        return {outcome.value: number for outcome, number in shown.outcomes(self._page.acknowledged).items()}

    # Written, and taken back

    def _apply(self) -> Iterator[Step]:
        window = self._window
        before = self._enrolled()
        yield Act(lambda: click(named("import_apply", window)))
        yield Until(lambda: self._page.shown_file is not None and self._page.shown_file.done, "the import", 120)
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "09-import-done"))
        shown = self._page.shown_file
        assert shown is not None
        self.report |= {
            "outcomes": self._outcomes(),
            "surprises": shown.checked.surprises,
            "enrolled": self._enrolled() - before,
        }

    def _enrolled(self) -> int:
        with self._window.context.db.read() as tx:
            return tx.execute(select(func.count(enrolment.c.id)).where(enrolment.c.removed_at.is_(None))).scalar_one()

    def _held(self) -> Iterator[Step]:
        window = self._window
        yield Act(lambda: click(named("page_back", window)))
        yield Until(lambda: window.state().page == "import_jobs", "Import Jobs")
        yield from self._at_rest()
        yield from self._in_front()
        yield from to_page(window, "held_records", "Ctrl+Tab")
        yield from first_row(window.page, "what waits")
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "09-held-records"))
        with window.context.db.read() as tx:
            query = select(func.count()).select_from(file_row).where(file_row.c.held == "held")
            self.report["held"] = tx.execute(query).scalar_one()

    def _undo(self) -> Iterator[Step]:
        window = self._window
        before = self._enrolled()
        yield from to_page(window, "import_jobs", "Ctrl+Shift+Tab")
        yield from first_row(window.page, "the jobs")
        yield Until(lambda: window.imports.jobs.current is not None, "the job")
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "09-import-jobs"))
        yield from ribbon(window, "imports.undo")
        yield Until(lambda: isinstance(_modal(), ImportUndoDialog), "what an undo would do")
        yield Until(lambda: named("undo_do").isEnabled(), "what an undo would do", 60)
        yield Act(lambda: self._grab(_dialog(), "09-import-undo"))
        yield Act(lambda: click(named("undo_do")))
        yield Until(lambda: isinstance(one := _modal(), ImportUndoDialog) and one.undone is not None, "the undo", 120)
        yield Act(lambda: press("Return"))
        yield Until(lambda: _modal() is None, "the dialog to close")
        yield from self._in_front()
        yield from self._at_rest()
        self.report["taken_back"] = before - self._enrolled()

    # A lock that nobody holds any more

    def _unlock(self) -> Iterator[Step]:
        window = self._window
        db, jobs = window.context.db, window.imports.jobs
        yield Act(lambda: self._run(lambda context: demo_imports.leave_lock(db)))
        yield Until(lambda: not window.runner.is_busy(Lane.WRITE), "a program to be killed")
        yield Until(lambda: any(one.stale for one in jobs.locks.locks), "the lock to be found")
        yield from self._at_rest()
        yield Act(lambda: self._grab(window, "09-import-stale-lock"))
        yield Act(lambda: click(named("lock_unlock", window)))
        yield Until(lambda: isinstance(_modal(), UnlockDialog), "Unlock")
        yield Until(lambda: named("unlock_do").isEnabled(), "the look at the lock", 60)
        yield Act(lambda: self._grab(_dialog(), "09-unlock"))
        yield Act(lambda: press("Return"))
        yield Until(lambda: isinstance(one := _modal(), UnlockDialog) and one.made is not None, "the unlocking")
        yield Act(lambda: press("Return"))
        yield Until(lambda: _modal() is None, "the dialog to close")
        yield Until(lambda: not jobs.locks.locks, "the lock to be gone")
        self.report["unlocked"] = True


def _modal() -> QWidget | None:
    return QApplication.activeModalWidget()


def _dialog() -> QDialog:
    found = _modal()
    if not isinstance(found, QDialog):
        raise TourError("No dialog is open.")
    return found


def _focus(window: QWidget) -> str:
    found = window.focusWidget()
    return found.objectName() if found is not None else ""
