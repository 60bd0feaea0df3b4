"""What the main window does about the LMS: the buttons of its tab, its banner, its words in the status bar.

The parts that ask the LMS are imported after the window's first paint, or when a button needs them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.context import AppContext
from app.errors import AppError
from app.tasks import Progress, TaskContext
from ui.actions import LMS
from ui.error_words import error_words
from ui.hub import Hub
from ui.lms_banners import Held, LmsBanners
from ui.lms_errors import LmsErrors
from ui.lms_pause import LmsPause
from ui.look.icons import Icon
from ui.look.words import count, tr
from ui.messages import Messages
from ui.page_row import AREAS, PageRow
from ui.page_stack import PageStack
from ui.status_bar import Sign, StatusBar
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from app.lms.run import RunSummary
    from ui.lms_people import LmsPeople
    from ui.lms_progress import RunWords
    from ui.lms_sections import LmsSections
    from ui.lms_sync import LmsSync
    from ui.pages.enrolments import EnrolmentsPage
    from ui.pages.lms_courses import LmsCoursesPage

_FIRST_MS = 1_200


@dataclass(frozen=True, slots=True)
class _Counts:
    """What stands beside the tabs and in the banner of decisions."""

    new: int
    errors: int
    held: Sequence[Held]


class LmsPart(QObject):
    """`changed` when something of it can be done, or is said, that was not before."""

    changed = Signal()
    attainments_wanted = Signal(object)
    settings_wanted = Signal()

    def __init__(
        self,
        context: AppContext,
        runner: TaskRunner,
        hub: Hub,
        messages: Messages,
        stack: PageStack,
        row: PageRow,
        status: StatusBar,
        banners: LmsBanners,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._runner, self._hub, self._messages = context, runner, hub, messages
        self._stack, self._row, self._status, self._window = stack, row, status, window
        self._banners = banners
        self._sync: LmsSync | None = None
        self._people: LmsPeople | None = None
        self._sections: LmsSections | None = None
        self._counting: TaskContext | None = None
        self._words: RunWords | None = None
        self._held: Sequence[Held] = ()
        self.pause = LmsPause(context, runner, self._may, window)
        self.errors = LmsErrors(context, runner, hub, stack, lambda: self.sync, window)
        self._wire()
        QTimer.singleShot(_FIRST_MS, self, self._begin)

    def _wire(self) -> None:
        self._stack.made.connect(self._page_made)
        self._stack.made.connect(self.errors.follow)
        self._status.cancelled.connect(self._cancel)
        self._row.switched.connect(self._page_switched)
        self.errors.said.connect(self._status.show_result)
        self.errors.running.connect(self._say_running)
        self.errors.compare_wanted.connect(self._compare)
        self.errors.accounts_wanted.connect(self._accounts)
        for asked in (self.errors, self._banners):
            asked.test_wanted.connect(self._test)
            asked.report_wanted.connect(self._report)
        self.errors.settings_wanted.connect(self.settings_wanted)
        self._banners.decide_wanted.connect(self.errors.decide)
        self._banners.resume_wanted.connect(self.pause.go_on)
        self.pause.done.connect(self._paused)

    @Slot()
    def _begin(self) -> None:
        if self._context.settings.lms.url:
            self.sync.start()
            self._count()

    @property
    def sync(self) -> "LmsSync":
        """Made when it is first needed."""
        if self._sync is None:
            from ui.lms_sync import LmsSync

            self._sync = LmsSync(self._context, self._runner, self._hub, self)
            self._sync.changed.connect(self.changed)
            self._sync.changed.connect(self._run_changed)
            self._sync.stands.connect(self._stands)
            self._sync.noticed.connect(self._noticed)
            self._sync.progressed.connect(self._progressed)
            self._sync.ended.connect(self._ended)
            self._sync.refused.connect(self._messages.show)
            self._sync.held_up.connect(self._held_up)
            self._hub.announced.connect(self._count)
        return self._sync

    @property
    def people(self) -> "LmsPeople":
        """Enrolling, adopting, comparing, accounts, rules; made when it is first needed."""
        if self._people is None:
            from ui.lms_people import LmsPeople

            self._people = LmsPeople(self._context, self._runner, self._hub, self._stack, self._window)
            self._people.refused.connect(self._messages.show)
        return self._people

    @property
    def sections(self) -> "LmsSections":
        """Sections and their set-up; made when it is first needed."""
        if self._sections is None:
            from ui.lms_sections import LmsSections

            self._sections = LmsSections(self._context, self._runner, self._hub, self._stack, self._window)
            self._sections.said.connect(self._status.show_result)
            self._sections.accounts_wanted.connect(self._accounts)
        return self._sections

    def hold(self, *, held: bool) -> None:
        """Let the schedule begin nothing, or go on."""
        if self._sync is not None:
            self._sync.held = held

    @property
    def busy(self) -> bool:
        return self._sync is not None and self._sync.busy

    @property
    def courses(self) -> "LmsCoursesPage":
        return cast("LmsCoursesPage", self._stack.page("lms_courses"))

    @property
    def enrolments(self) -> "EnrolmentsPage":
        return cast("EnrolmentsPage", self._stack.page("enrolments"))

    def words(self) -> str:
        """For the status bar."""
        if self._sync is None:
            return "" if not self._context.settings.lms.url else Sign(tr("LMS"), Icon.CIRCLE_DASHED)
        from ui.lms_sync import standing_words

        return standing_words(self._sync.shown, set_up=self._sync.set_up)

    @Slot(QWidget)
    def _page_made(self, page: QWidget) -> None:
        name = page.objectName()
        if name == "lms_courses":
            self.courses.said.connect(self._status.show_result)
            self.courses.settings_wanted.connect(self.settings_wanted)
            self.courses.enrolments_wanted.connect(self._show_enrolments)
        elif name == "sections":
            self.sections.follow(page)
        elif name == "enrolments":
            self.enrolments.attainments_wanted.connect(self.attainments_wanted)

    @Slot()
    def _page_switched(self) -> None:
        page = self._stack.currentWidget()
        self._banners.show_area(on_lms=page is not None and page.objectName() in AREAS[LMS])

    @Slot(object)
    def _compare(self, lms_course_id: int) -> None:
        if self._may(Permission.ENROL):
            self.people.compare_course(lms_course_id)

    @Slot(object)
    def _accounts(self, learner_id: int | None) -> None:
        if self._may(Permission.ENROL):
            self.people.accounts(learner_id)

    def _may(self, permission: Permission) -> bool:
        """Whether the user may; else it is said why not."""
        reason = self._context.rights.why_not(permission)
        if reason:
            self._status.show_result(reason)
        return not reason

    @Slot(str)
    def _show_enrolments(self, short_name: str) -> None:
        self.enrolments.show_course(short_name)
        self._row.show_page("enrolments")

    # Counts beside the tabs

    @Slot()
    @Slot(object)
    def _count(self, changes: object = None) -> None:
        """How many courses are new, how many errors are open, what waits for a decision."""
        if self._counting is not None:
            self._counting.cancel()
        db = self._context.db

        def read(context: TaskContext) -> _Counts:
            from app.lms import courses_list, errors_list, holds

            with db.read(context) as tx:
                errors = int(tx.execute(errors_list.total_query()).scalar_one())
                held = [(one.kind, len(one.items)) for one in holds.waiting(tx)]
                return _Counts(courses_list.new_count(tx), errors, held)

        self._counting = self._runner.run(read, lane=Lane.COUNT, done=self._counted)

    @Slot(object)
    def _counted(self, counts: "_Counts") -> None:
        self._row.set_count("lms_courses", tr("{n} new", n=counts.new) if counts.new else "")
        self._row.set_count("sync_errors", count(counts.errors) if counts.errors else "")
        self._held = counts.held
        self._show_banners()

    # Synchronising

    def sync_now(self, *, send: bool = False) -> None:
        """*Sync Now*, or *Send Ready Records*. The button can be pressed while a run goes on, lest the keyboard
        leaves it when one begins."""
        if self.busy:
            self._say_running()
        else:
            (self.sync.send if send else self.sync.sync_now)()

    @Slot()
    def _say_running(self) -> None:
        self._status.say_meanwhile(tr("A synchronisation is running."))

    @Slot(object)
    def _progressed(self, progress: Progress) -> None:
        from ui.lms_progress import RunWords

        if self._words is None:
            self._words = RunWords()
        self._status.show_work(self._words.of(progress), progress.done, progress.total)

    @Slot()
    def _run_changed(self) -> None:
        """A run began, or is over, however it ended."""
        if not self.busy and self._words is not None:
            self._words = None
            self._status.hide_progress()

    @Slot(object)
    def _held_up(self, error: AppError) -> None:
        """A run that was due could not begin on this computer; nobody is interrupted by it."""
        self._status.show_result(tr("Nothing was synchronised. {why}", why=error_words(error)))

    @Slot(object)
    def _ended(self, summaries: object) -> None:
        from ui.lms_sync import words_of

        told = cast("list[RunSummary]", summaries)
        self._status.show_result(words_of(told))
        if told and told[-1].other_site and self.sync.by_person:
            QTimer.singleShot(0, self, partial(self._ask_same_site, told[-1].messages[-1]))

    def _ask_same_site(self, explained: str) -> None:
        from ui.dialogs.questions import confirm_same_site

        if confirm_same_site(self._window, explained):
            self.sync.same_site()

    @Slot(object)
    def _stands(self, shown: object) -> None:
        self._show_banners()
        self.changed.emit()

    def _show_banners(self) -> None:
        if self._sync is not None and self._sync.shown is not None:
            self._banners.show_standing(self._sync.shown, self._held)

    @Slot(object)
    def _noticed(self, notice: object) -> None:
        words = self._banners.tell(notice)  # type: ignore[arg-type]
        if not self.busy:
            self._status.show_result(words)

    @Slot()
    def _cancel(self) -> None:
        if self.busy:
            self.sync.cancel()

    @Slot()
    def _paused(self) -> None:
        self.sync.look()

    # Connection and settings

    def test_connection(self) -> None:
        """*Test Connection*, on the settings that are saved."""
        from ui.dialogs.lms_test import LmsTestDialog

        LmsTestDialog(self._window, self._runner, self._context).open()

    @Slot()
    def settings_saved(self) -> None:
        """There may be an LMS now, or another plan of its synchronisation."""
        if self._context.settings.lms.url:
            self.sync.start()
            self._count()
        self.changed.emit()

    # Errors

    def retry(self) -> None:
        """*Retry*."""
        self.errors.retry()

    def snooze(self) -> None:
        """*Snooze*."""
        self.errors.snooze()

    @Slot()
    def _test(self) -> None:
        self.test_connection()

    @Slot()
    def _report(self) -> None:
        self.copy_report()

    # Report

    def copy_report(self) -> None:
        """*Copy Report*: for the technician, without names and without the token."""
        context = self._context

        def read(task: TaskContext) -> str:
            from app.lms import runs

            with context.db.read(task) as tx:
                return runs.report(context.db, tx, context.settings.lms.host)

        self._runner.run(read, lane=Lane.READ, done=self._report_read)

    @Slot(object)
    def _report_read(self, report: str) -> None:
        QGuiApplication.clipboard().setText(report)
        self._status.show_result(tr("The report is on the clipboard. It names nobody."))
