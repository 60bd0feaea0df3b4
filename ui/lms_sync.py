"""The synchronisation in the window: its schedule, the run under way, how it stands. The rules are in `app.lms`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.access import Permission
from app.changes import Changes, Topic
from app.context import AppContext
from app.dates import shown as shown_day
from app.errors import AppError, ConflictError
from app.lms import connection, courses, enrolments, schedule, site
from app.lms import run as runs
from app.lms.connection import Notice, Standing, State
from app.lms.errors import cause
from app.lms.extracts import sender
from app.lms.run import RunSummary
from app.lms.schedule import Schedule, Told, steady
from app.lms.settings import Kind, SyncSettings
from app.tasks import Progress, TaskContext
from ui.activity import Listed, Outcome, Place, Stage
from ui.hub import Hub
from ui.lms_progress import BEGUN, SENDING
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.status_bar import Sign
from ui.workers import Lane, TaskRunner

_MINUTE_MS = 60_000
FIRST_LOOK_MS = 1_500
"""After the start: the window is painted by then."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What the database says of the synchronisation."""

    plans: SyncSettings
    told: Mapping[Kind, Told]
    standing: Mapping[Kind, Standing]
    notices: Sequence[Notice]


@dataclass(frozen=True, slots=True)
class Shown:
    """How the synchronisation stands, for pages and status bar. `next_at`: by this computer's clock."""

    plans: SyncSettings
    standing: Mapping[Kind, Standing]
    next_at: Mapping[Kind, datetime | None]

    @property
    def worst(self) -> Standing:
        """The kind that stands worse."""
        order = list(State)
        return max(self.standing.values(), key=lambda one: _WEIGHT[one.state] * 10 + order.index(one.state))


_WEIGHT = {
    State.HEALTHY: 0,
    State.LATE: 1,
    State.PAUSED: 2,
    State.DEGRADED: 3,
    State.FAILING: 4,
    State.HELD: 5,
    State.DOWN: 6,
}


class LmsSync(QObject):
    """`stands` carries a Shown, `noticed` a Notice (each is told once), `progressed` a Progress, `ended` the list of
    RunSummary, `refused` the error of a run that a person asked for and that could not begin, `held_up` that of one
    that was due by itself (each is told once)."""

    stands = Signal(object)
    noticed = Signal(object)
    progressed = Signal(object)
    ended = Signal(object)
    refused = Signal(object)
    held_up = Signal(object)
    changed = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._runner, self._hub = context, runner, hub
        self._schedule = Schedule(steady())
        self._running: TaskContext | None = None
        self.by_person = False
        self._looking: TaskContext | None = None
        self._first = True
        self._told = ""
        self.shown: Shown | None = None
        self._timer = QTimer(self, interval=_MINUTE_MS)
        self._timer.timeout.connect(self.look)
        hub.announced.connect(self._announced)
        self.held = False
        """Nothing is begun by the schedule."""

    def start(self) -> None:
        """Follow the schedule from now on."""
        self._timer.start()
        QTimer.singleShot(FIRST_LOOK_MS, self, self.look)

    @property
    def busy(self) -> bool:
        return self._running is not None

    @property
    def set_up(self) -> bool:
        return bool(self._context.settings.lms.url)

    # Looking

    @Slot()
    def look(self) -> None:
        """Read how things stand, and run what is due; once a minute."""
        if not self.set_up or self._looking is not None:
            return
        db = self._context.db

        def read(context: TaskContext) -> _Looked:
            with db.read(context) as tx:
                plans, told = schedule.read(db, tx)
                standing = {kind: connection.read(db, tx, kind) for kind in Kind}
            notices = [one for kind in Kind if (one := connection.take_notice(db, kind)) is not None]
            return _Looked(plans, told, standing, notices)

        self._looking = self._runner.run(
            read, lane=Lane.COUNT, done=self._looked, failed=self._look_failed, cancelled=self._look_ended
        )

    @Slot(object)
    def _looked(self, found: _Looked) -> None:
        self._looking = None
        now, today = steady(), date.today()
        self._schedule.look(found.told, now)
        self.shown = Shown(
            found.plans,
            found.standing,
            {kind: self._moment(self._schedule.next_at(kind, found.plans, today), now) for kind in Kind},
        )
        self.stands.emit(self.shown)
        for notice in found.notices:
            self.noticed.emit(notice)
        if not self._context.rights.why_not(Permission.SYNCHRONISE):
            self._run_due(self._schedule.due(found.plans, today, now), now, send=found.plans.send)

    @staticmethod
    def _moment(at: float | None, now: float) -> datetime | None:
        return None if at is None else datetime.now().astimezone() + timedelta(seconds=max(0.0, at - now))

    @Slot(object)
    def _look_failed(self, error: Exception) -> None:
        self._looking = None
        if not isinstance(error, AppError):
            self._runner.failed.emit(error)

    @Slot()
    def _look_ended(self) -> None:
        self._looking = None

    def _run_due(self, kinds: Sequence[Kind], now: float, *, send: bool) -> None:
        if not kinds or self.held:
            return
        if self.busy:
            for kind in kinds:
                self._schedule.skip(kind, now)
            self._note_skipped(kinds)
            return
        self._run(kinds, "start" if self._first else "schedule", send=send and Kind.ENROLMENTS in kinds)
        self._first = False

    def _note_skipped(self, kinds: Sequence[Kind]) -> None:
        db, user = self._context.db, self._context.user

        def note(context: TaskContext) -> None:
            for kind in kinds:
                runs.skipped(db, user, kind.value, "Skipped: the run before was still going.")

        self._runner.run(note, lane=Lane.WRITE, done=self._skip_noted)

    @Slot(object)
    def _skip_noted(self, nothing: None) -> None:
        self._hub.announce(Changes.of(Topic.SYNC_RUNS))

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if Topic.SETTINGS in changes.topics or Topic.SYNC_RUNS in changes.topics:
            self.look()

    # Running

    def sync_now(self, kinds: Sequence[Kind] = tuple(Kind), *, send: bool = False) -> None:
        """*Sync Now*: courses, then enrolments; then what is Ready where it is to be sent again."""
        if not self.busy:
            self._run(kinds, "person", send=send)

    def retry(self, lms_course_ids: Sequence[int], *, send: bool = False) -> None:
        """*Retry*: the enrolments of these courses; and a sending that failed."""
        if not self.busy:
            self._run((Kind.ENROLMENTS,), "person", tuple(lms_course_ids), send=send)

    def send(self) -> None:
        """*Send Ready Records*."""
        if not self.busy:
            self._run((), "person", send=True)

    def same_site(self) -> None:
        """The LMS at the new address is the one there was: remember that, then *Sync Now*."""
        app = self._context

        def work(context: TaskContext) -> None:
            site.moved(app.db, app.user, app.lms().address)

        self._runner.run(work, lane=Lane.WRITE, done=self._site_known, failed=self._failed)

    @Slot(object)
    def _site_known(self, nothing: None) -> None:
        self.sync_now()

    def _run(
        self, kinds: Sequence[Kind], trigger: str, only: Sequence[int] | None = None, *, send: bool = False
    ) -> None:
        app = self._context

        def work(context: TaskContext) -> list[RunSummary]:
            client = app.lms()
            summaries: list[RunSummary] = []
            for kind in kinds:
                context.report(0, 0, BEGUN[kind])
                if kind is Kind.COURSES:
                    summaries.append(courses.run(context, app.db, app.user, client, trigger))
                else:
                    summaries.append(enrolments.run(context, app.db, app.user, client, trigger, only))
                if summaries[-1].state in ("failed", "cancelled"):
                    return summaries
            if send:
                context.report(0, 0, SENDING)
                summaries.append(sender.run(context, app.db, app.user, client, trigger))
            return summaries

        self.by_person = trigger == "person"
        self._running = self._runner.run(
            work,
            lane=Lane.SYNC,
            done=self._done,
            progress=self._progressed,
            failed=self._failed,
            cancelled=self._cancelled,
            listed=Listed(_title(kinds, send=send), ended_as, Place(page="sync_runs")),
        )
        self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        """End the run after the course it is at."""
        if self._running is not None:
            self._running.cancel()

    @Slot(object)
    def _progressed(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _done(self, summaries: list[RunSummary]) -> None:
        self._over()
        self._told = ""
        topics = {topic for one in summaries for topic in one.changes.topics} | {Topic.SYNC_RUNS}
        self.ended.emit(summaries)
        self._hub.announce(Changes(frozenset(topics)))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._over()
        if not isinstance(error, AppError):
            self._runner.failed.emit(error)
        elif self.by_person:
            self.refused.emit(error)
        elif isinstance(error, ConflictError):
            # Somebody else's computer is at it: its result is ours too.
            for kind in Kind:
                self._schedule.skip(kind, steady())
        elif str(error) != self._told:  # such as a token that is not on this computer: no run is there to say it
            self._told = str(error)
            self.held_up.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        self._over()

    def _over(self) -> None:
        self._running = None
        self.changed.emit()


def words_of(summaries: Sequence[RunSummary]) -> str:
    """What came of a synchronisation, in a line."""
    if not summaries:
        return ""
    last = summaries[-1]
    if last.kind == runs.SENDER:
        return sent_words(last)
    if last.state == "failed" and last.failed_by is not None:
        return tr("The synchronisation failed: {why}", why=cause(last.failed_by).sentence)
    if last.state == "failed":
        return tr("The synchronisation failed: {why}", why=last.messages[-1] if last.messages else "")
    if last.state == "cancelled":
        return tr("Synchronisation stopped. What was finished is kept.")
    parts = []
    for one in summaries:
        numbers = one.counts
        if one.kind == Kind.COURSES.value:
            parts.append(plural(numbers.get("courses", 0), "{n} course", "{n} courses"))
            if numbers.get("added"):
                parts.append(plural(numbers["added"], "{n} new", "{n} new"))
            if numbers.get("removed"):
                parts.append(plural(numbers["removed"], "{n} removed", "{n} removed"))
        else:
            parts.append(
                plural(numbers.get("enrolments_changed", 0), "{n} enrolment changed", "{n} enrolments changed")
            )
            if numbers.get("failed"):
                parts.append(plural(numbers["failed"], "{n} course failed", "{n} courses failed"))
    return tr("Synchronised: {what}", what=", ".join(parts))


def _title(kinds: Sequence[Kind], *, send: bool) -> str:
    """What a run is called in the Activity pane."""
    if not kinds:
        return tr("Send Ready Records")
    return tr("Synchronise with the LMS, then send") if send else tr("Synchronise with the LMS")


def ended_as(summaries: Sequence[RunSummary]) -> Outcome:
    """What came of a run, for the Activity pane."""
    state = summaries[-1].state if summaries else ""
    stages = {"failed": Stage.FAILED, "cancelled": Stage.STOPPED}
    return Outcome(words_of(summaries), stages.get(state, Stage.DONE))


def sent_words(one: RunSummary) -> str:
    """What came of a sending, in a line."""
    if one.state == "failed":
        why = cause(one.failed_by).sentence if one.failed_by else one.messages[-1] if one.messages else ""
        return tr("Sending failed: {why} What was not sent stays Ready.", why=why)
    numbers = (
        ("sent", tr("{n} sent", n=count(one.counts["sent"]))),
        ("processed", tr("{n} processed", n=count(one.counts["processed"]))),
        ("rejected", tr("{n} rejected", n=count(one.counts["rejected"]))),
        ("waiting", tr("{n} still Ready", n=count(one.counts["waiting"]))),
    )
    told = ", ".join(words for name, words in numbers if one.counts[name])
    if one.state == "cancelled":
        return tr("Sending stopped: {what}", what=told or tr("nothing was sent"))
    return tr("Sending finished: {what}", what=told or tr("there was nothing to send"))


def standing_words(shown: Shown | None, *, set_up: bool) -> Sign:
    """For the status bar: "LMS as of 10:42, next 11:12"."""
    if not set_up:
        return Sign(tr("LMS not set up"), Icon.CIRCLE_DASHED)
    if shown is None:
        return Sign(tr("LMS"), Icon.CIRCLE_DASHED)
    one = shown.worst
    coming = [at for at in shown.next_at.values() if at is not None]
    after = f"{min(coming):%H:%M}" if coming else ""
    as_of = _clock(one.as_of)
    if one.state is State.PAUSED and one.facts.plan.paused_until is not None:
        day = shown_day(one.facts.plan.paused_until)
        return Sign(tr("LMS paused until {day}", day=day), Icon.PAUSE, Role.WARN)
    if one.state in (State.FAILING, State.DOWN):
        since = _clock(one.facts.failing_since) or "–"
        words = tr("LMS not answering since {moment}", moment=since)
        if one.state is State.DOWN:
            words = tr("LMS down since {moment}", moment=since)
        return Sign(
            f"{words}, {tr('next try {moment}', moment=after)}" if after else words, Icon.WIFI_SLASH, Role.BAD
        )
    words = tr("LMS as of {moment}", moment=as_of) if as_of else tr("LMS never synchronised")
    words = f"{words}, {tr('next {moment}', moment=after)}" if after else words
    late = any(each.state in (State.LATE, State.HELD) for each in shown.standing.values())
    if as_of and late:  # single errors have their page and their count
        return Sign(words, Icon.WARNING, Role.WARN)
    return Sign(words, Icon.CHECK_CIRCLE, Role.GOOD) if as_of else Sign(words, Icon.CIRCLE_DASHED)


def _clock(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = moment.astimezone()
    same_day = local.date() == date.today()
    return f"{local:%H:%M}" if same_day else f"{local.day} {local:%b %H:%M}"
