"""The Attainments (PLR) grid at work: download, follow, filter, update. Its window is `ui/plr_window.py`."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Changes, Topic
from app.context import AppContext
from app.dates import shown_time
from app.errors import SecretNeededError
from app.folding import fold
from app.keys import Keys
from app.plr.compare import Comparison, compare
from app.plr.download import DownloadSummary, download
from app.plr.plan import Change
from app.plr.replan import replan
from app.saved import Kind
from app.tasks import Progress, TaskContext, now
from ui.follower import Follower
from ui.hub import Hub
from ui.look.rate import Rate
from ui.look.words import count, plural, tr
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.plr_details import PlrDetails
from ui.pages.plr_source import FIELDS, Counts, PlrSource
from ui.pages.plr_strip import PlrStrip
from ui.pages.plr_updating import PlrUpdating
from ui.pages.searches import Searches
from ui.plr_words import download_listed
from ui.workers import Lane, Task, TaskRunner

AT_MOST = 1_000
"""Learners of one download (learner-manager.md 3)."""
_FOLLOW_MS = 100


class PlrPage(GridPage):
    """`busy_changed` when a download or update begins or ends; `secret_needed` carries a SecretNeededError."""

    busy_changed = Signal()
    secret_needed = Signal(object)
    failed = Signal(object)
    edit_wanted = Signal(int)
    details_widths = (372, 320)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        self._rows = PlrSource(context.plr)
        super().__init__("plr", "Attainments (PLR)", ("row", "rows"), self._rows, FIELDS, runner, parent)
        self.searches = Searches(self, context, Kind.PLR_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.PLR_LAYOUT, self)
        self._context = context
        self._hub = hub
        hub.announced.connect(self._announced)
        self.session = context.plr
        self.downloading: TaskContext | None = None
        self.updating = PlrUpdating(self, context, runner)
        self.updating.progressed.connect(self._update_progress)
        self.updating.ended.connect(self._update_ended)
        self.updating.wrote.connect(self._hub_quietly)
        self.updating.taken_back.connect(self._taken_back)
        self.updating.failed.connect(self.failed)
        self._left: list[int] = []
        self._asked: list[int] = []
        self._last: DownloadSummary | None = None
        self._ended_at: datetime | None = None
        self._mark = 0
        self._tally_mark = 0
        self._replaced = 0
        self._asking_shown = 0
        self._tally: Counter[Change] = Counter()
        self._tally_codes: Counter[str] = Counter()
        self._tally_total = 0
        self._rate = Rate()
        self._started = 0.0
        self._own_write = False
        self.strip = PlrStrip(self)
        self.strip.cancelled.connect(self.cancel)
        self.strip.next_wanted.connect(self.download_next)
        self.strip.change_chosen.connect(self._choose_change)
        self.strip.code_chosen.connect(self._choose_code)
        self.pane = PlrDetails(self)
        self.set_details(self.pane)
        self.bar.hide_when_empty = True
        self.bar.hide()
        self._follow_timer = QTimer(self, interval=_FOLLOW_MS)
        self._follow_timer.timeout.connect(self._follow)
        self._comparing = Follower(runner, self._compare, self._compared, self)
        self.pane.followers.append(self._comparing)

    @property
    def busy(self) -> bool:
        return self.downloading is not None or self.updating.busy

    # Download

    def download(self, learner_ids: Sequence[int]) -> None:
        """Ask about these learners, at most a thousand at a time; the rest waits for *Continue*."""
        self._left = list(learner_ids[AT_MOST:])
        self._start(list(learner_ids[:AT_MOST]))

    @Slot()
    def download_next(self) -> None:
        """*Continue with the Next 1,000*."""
        self.download(self._left)

    @Slot()
    def refresh(self) -> None:
        """Ask again about every learner of the window."""
        self._start(self.session.learner_ids())

    @Slot()
    def refresh_failed(self) -> None:
        """Ask again about the learners whose row ended in an error code, or that were not asked."""
        self._start(self.session.learner_ids(failed_only=True))

    @Slot()
    def refresh_selected(self) -> None:
        """Ask again about the learners of the selected rows."""
        self._start(self.session.learner_ids_of(self.grid.selected_keys()))

    def ask_about(self, learner_ids: list[int]) -> None:
        """Ask again about these learners of the window."""
        self._start(learner_ids)

    def _start(self, learner_ids: list[int]) -> None:
        if self.busy or not learner_ids:
            return
        self._asked, self._last = learner_ids, None
        context_of_run, session = self._context, self.session

        def work(context: TaskContext) -> DownloadSummary:
            lrs = context_of_run.lrs()
            return download(
                context,
                context_of_run.db,
                context_of_run.user,
                lrs,
                session,
                learner_ids,
                all_names=context_of_run.settings.lrs.send_all_given_names,
            )

        self._started = now()
        self._rate.clear()
        self._rows.in_arrival_order = True
        self.downloading = self.runner.run(
            work,
            lane=Lane.PLR,
            done=self._downloaded,
            progress=self._progress,
            failed=self._download_failed,
            cancelled=self._download_cancelled,
            listed=download_listed(),
        )
        self.strip.show_running(self._asked_words(0), 0, len(learner_ids), "")
        self._follow_timer.start()
        self.busy_changed.emit()

    def again(self) -> None:
        """Start the download that a missing secret stopped before its first call."""
        self._start(self._asked)

    def _asked_words(self, done: int) -> str:
        return tr("{done} of {total} learners", done=count(done), total=count(len(self._asked)))

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self._rate.add(progress.done)
        pace = self._rate.words(progress.total)
        self.strip.show_running(self._asked_words(progress.done), progress.done, progress.total, pace)

    @Slot(object)
    def _downloaded(self, summary: DownloadSummary) -> None:
        self._last = summary
        summary.seconds = now() - self._started
        self._ended_at = datetime.now(UTC)
        self._ended()
        self._hub_quietly(summary.changes)

    @Slot(object)
    def _download_failed(self, error: Exception) -> None:
        self._ended()
        if isinstance(error, SecretNeededError):
            self.secret_needed.emit(error)
        else:
            self.failed.emit(error)

    @Slot()
    def _download_cancelled(self) -> None:
        self._ended()

    def _ended(self) -> None:
        self.downloading = None
        self._rows.in_arrival_order = False
        self._follow_timer.stop()
        self._follow()
        self._recount()
        self.reload()
        self._show_done()
        self.busy_changed.emit()
        self.changed.emit()

    def _show_done(self) -> None:
        held = plural(self.session.learner_count, "{n} learner downloaded", "{n} learners downloaded")
        note = tr("Held in this window only. Nothing is stored until Update Selected.")
        if self._last is not None and self._last.stopped:
            held = tr(
                "Stopped after {done} of {total} learners",
                done=count(min(self._last.answered, self._last.total)),
                total=count(self._last.total),
            )
            note = tr(self._last.stopped)
        stopped = self._last is not None and bool(self._last.stopped)
        self.strip.show_done(held, note, len(self._left), AT_MOST, held_here=not stopped)

    @Slot()
    def cancel(self) -> None:
        if self.downloading is not None:
            self.downloading.cancel()
        self.updating.cancel()

    @Slot()
    def _follow(self) -> None:
        """Bring in what arrived since the last look, without a reset: selection and scrolling stay."""
        replaced = self.session.state()[1]
        if replaced != self._replaced:
            self._replaced = replaced
            self.reload()
            self._recount()
        self._count_arrived()
        if self.grid.is_loading:
            return
        keys, asking, self._mark = self.session.keys_since(self._mark)
        query = self.query()
        words = (fold(query.quick) or "").split()
        rows = (row for key in keys if (row := self.session.row(key)) is not None)
        shown = Keys("q", [row.key for row in rows if self._rows.passes(row, query, words)])
        if self._rows.change is not None or self._rows.code or query.quick or query.conditions:
            asking = []
        if len(shown) or asking or self._asking_shown:
            self.grid.replace_tail(self._asking_shown, shown + Keys("q", asking))
        self._asking_shown = len(asking)
        if not self.shown and self.grid.count:
            self.changed.emit()
        self.shown = self.grid.count

    def _count_arrived(self) -> None:
        """Add what arrived to the counts of the strip."""
        keys, _, self._tally_mark = self.session.keys_since(self._tally_mark)
        for key in keys:
            row = self.session.row(key)
            if row is None or row.answer is None:
                continue
            self._tally_total += 1
            if row.change is not None:
                self._tally[row.change] += 1
            if row.first:
                self._tally_codes[row.answer.error_code or row.answer.response_code] += 1
        if keys:
            self.strip.show_counts(self._tally_total, self._tally, self._tally_codes)

    def _loaded(self, count: int, total: int) -> None:
        self._mark = self._rows.arrived_at_load
        self._asking_shown = 0
        super()._loaded(count, total)

    def _recount(self) -> None:
        self.runner.run(lambda context: self._rows.counts(), lane=Lane.COUNT, done=self._recounted)

    @Slot(object)
    def _recounted(self, counts: Counts) -> None:
        self._tally = Counter(counts.by_change)
        self._tally_codes = Counter(counts.by_code)
        self._tally_total = counts.total
        self.strip.show_counts(counts.total, counts.by_change, counts.by_code)
        self.changed.emit()

    # Filter by the strip

    @Slot(object)
    def _choose_change(self, change: Change | None) -> None:
        self._rows.change = change
        self.reload()

    @Slot(str)
    def _choose_code(self, code: str) -> None:
        self._rows.code = code
        self.reload()

    # Update

    @Slot()
    def update_selected(self) -> None:
        keys = self.grid.selected_keys()
        if not self.busy and len(keys) and self.updating.update(keys):
            self.busy_changed.emit()

    @Slot(str, int, int)
    def _update_progress(self, words: str, done: int, total: int) -> None:
        self.strip.show_running(words, done, total, "")
        if not done:  # it has just begun: later steps change nothing of what can be done
            self.busy_changed.emit()

    @Slot()
    def _update_ended(self) -> None:
        self._show_done()
        self._recount()
        self.reload()
        self._look()
        self.busy_changed.emit()

    @Slot(str, str)
    def _taken_back(self, title: str, note: str) -> None:
        self.strip.show_done(title, note, len(self._left), AT_MOST)

    @Slot(object)
    def _hub_quietly(self, changes: Changes) -> None:
        """Announce what we wrote ourselves: the window's own rows are up to date already."""
        self._own_write = True
        self._hub.announce(changes)
        self._own_write = False

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if self._own_write or self.busy or Topic.ATTAINMENTS not in changes.topics or not self.session.learner_count:
            return
        db, session = self._context.db, self.session
        self.runner.run(lambda context: replan(context, db, session), lane=Lane.COUNT, done=self._replanned)

    @Slot(object)
    def _replanned(self, nothing: None) -> None:
        self._recount()
        self.reload()

    # The pane

    def current_changed(self) -> None:
        self._look()

    def selection_changed(self) -> None:
        if self.grid.current_key is None:
            self.pane.show_row(None, self.selected_count)

    def _look(self) -> None:
        key = self.grid.current_key
        self.pane.show_row(self.session.row(key) if key is not None else None, self.selected_count)
        self._comparing.look()

    def _compare(self) -> Task | None:
        key = self.grid.current_key
        row = self.session.row(key) if key is not None else None
        if row is None or row.event is None or self.pane.isHidden() or key is None:
            return None
        db, session, wanted = self._context.db, self.session, key
        return lambda context: compare(context, db, session, wanted)

    def _compared(self, found: Comparison | None) -> None:
        if found is not None:
            self.pane.show_comparison(found)

    def activated(self, key: int) -> None:
        self.edit_learner()

    @Slot()
    def edit_learner(self) -> None:
        key = self.grid.current_key
        row = self.session.row(key) if key is not None else None
        if row is not None:
            self.edit_wanted.emit(row.asked.id)

    def downloaded_words(self) -> str:
        """When the last download ended, and how long it took."""
        if self._last is None or self._ended_at is None:
            return ""
        seconds = plural(max(1, round(self._last.seconds)), "{n} s", "{n} s")
        return tr("Downloaded {when} in {seconds}", when=shown_time(self._ended_at), seconds=seconds)

    @property
    def last_download(self) -> DownloadSummary | None:
        """How the last download of this window went."""
        return self._last

    def record_count(self) -> int:
        """Learning events held: what closing clears."""
        return sum(1 for row in self.session.rows() if row.event is not None)

    def forget(self) -> None:
        """Clear the session and the grid."""
        self.session.clear()
        self._mark = self._tally_mark = self._replaced = 0
        self._left, self._asked, self._last = [], [], None
        self.updating.updated_rows = 0
        self._rows.change, self._rows.code = None, ""
        self.strip.show_all()
        self._recount()
        self.reload()
