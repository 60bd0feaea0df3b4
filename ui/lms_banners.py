"""What stands over the pages about the LMS: down, waiting for a decision, paused; and what is told once (LS-N2).

Nothing here interrupts: a banner waits, and a notice goes when its cross is pressed or the next one comes.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.dates import shown, shown_time
from ui.look.banner import Banner
from ui.look.buttons import button
from ui.look.icons import Icon
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import plural, tr

if TYPE_CHECKING:
    from app.lms.connection import Notice, Standing
    from ui.lms_sync import Shown

Held = tuple[str, int]
"""A decision that waits: "courses" or "roster", and how many it is about."""


class LmsBanners(QWidget):
    """The buttons lead to what the signals name."""

    test_wanted = Signal()
    report_wanted = Signal()
    decide_wanted = Signal()
    resume_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_lms = False
        test = button(tr("Test Connection"), Icon.WIFI_HIGH, name="down_test", clicked=self.test_wanted)
        report = button(
            tr("Copy Report for the Technician"), Icon.COPY, name="down_report", clicked=self.report_wanted
        )
        decide = button(tr("Decide"), Icon.QUESTION, "primary", "held_decide", clicked=self.decide_wanted)
        resume = button(tr("Go On Now"), Icon.PLAY, name="paused_resume", clicked=self.resume_wanted)
        dismiss = button(tr("Dismiss"), Icon.X, name="notice_dismiss", clicked=self._dismissed)
        self.notice = Banner(Icon.INFO, Role.INFO, "", buttons=[dismiss], parent=self)
        self.down = Banner(Icon.WIFI_SLASH, Role.BAD, "", buttons=[test, report], parent=self)
        self.held = Banner(Icon.QUESTION, Role.WARN, "", buttons=[decide], parent=self)
        self.paused = Banner(Icon.PAUSE, Role.TEXT2, "", buttons=[resume], parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(6)
        self._wanted: dict[str, bool] = {}
        for name in ("notice", "down", "held", "paused"):
            banner: Banner = getattr(self, name)
            banner.setObjectName(f"lms_{name}")
            column.addWidget(banner)
            self._wanted[name] = False
        self._told: Notice | None = None
        self._settle()

    def show_area(self, *, on_lms: bool) -> None:
        """Banners stand over the pages about the LMS only; a notice stands everywhere."""
        self._on_lms = on_lms
        self._settle()

    def show_standing(self, shown_now: "Shown", held: Sequence[Held]) -> None:
        """How things stand."""
        from app.lms.connection import State

        down = [one for one in shown_now.standing.values() if one.state is State.DOWN]
        self._wanted["down"] = bool(down)
        if down:
            self.down.say(*down_words(down, shown_now.plans.contact))
        elif self._told is not None and self._told.down:
            self._forget()
        self._wanted["held"] = bool(held)
        if held:
            self.held.say(*held_words(held))
        until = {one.facts.plan.paused_until for one in shown_now.standing.values() if one.state is State.PAUSED}
        self._wanted["paused"] = bool(until)
        if until:
            days = max(day for day in until if day is not None)
            self.paused.say(
                tr("The synchronisation is paused until {day}.", day=shown(days)),
                tr("Courses, progress and grades stay as they were. Sync Now works all the same."),
            )
        self._settle()

    def tell(self, notice: "Notice") -> str:
        """Tell something once; returns it in a sentence, for the status bar."""
        title, text = notice_words(notice)
        self._told = notice
        role, icon = (Role.BAD, Icon.WIFI_SLASH) if notice.down else (Role.GOOD, Icon.CHECK_CIRCLE)
        self.notice.say(title, text, role, icon)
        self._wanted["notice"] = True
        self._settle()
        announce(self.notice, f"{title} {text}")
        return title

    @Slot()
    def _dismissed(self) -> None:
        self._forget()
        self._settle()

    def _forget(self) -> None:
        self._told = None
        self._wanted["notice"] = False

    def _settle(self) -> None:
        """Show what is wanted. On the pages about the LMS the banner says all that the notice of going down would."""
        said = self._on_lms and self._wanted["down"] and self._told is not None and self._told.down
        there = {name: wanted and (self._on_lms or name == "notice") for name, wanted in self._wanted.items()}
        there["notice"] = there["notice"] and not said
        for name, is_there in there.items():
            getattr(self, name).setVisible(is_there)
        self.setVisible(any(there.values()))


def down_words(down: Sequence["Standing"], contact: str) -> tuple[str, str]:
    """Since when, why, what that means, what to do and whom to ask."""
    since = min((one.facts.failing_since for one in down if one.facts.failing_since is not None), default=None)
    good = [one.as_of for one in down if one.as_of is not None]
    cause = next((one.cause for one in down if one.cause is not None), None)
    title = tr("Down since {moment}.", moment=moment_words(since)) if since is not None else tr("Down.")
    if cause is not None:
        title = f"{title} {cause.sentence}"
    parts = [
        tr("Last success {moment}.", moment=shown_time(min(good))) if len(good) == len(down) else "",
        tr("All views show the data of that time; nothing is hidden, removed or set to zero."),
        cause.advice if cause is not None else "",
        tr("Contact: {who}", who=contact) if contact else "",
    ]
    return title, " ".join(part for part in parts if part)


def held_words(held: Sequence[Held]) -> tuple[str, str]:
    """What waits for a decision."""
    courses = sum(number for kind, number in held if kind == "courses")
    rosters = [number for kind, number in held if kind == "roster"]
    parts = []
    if courses:
        parts.append(plural(courses, "{n} course would be removed.", "{n} courses would be removed."))
    if rosters:
        words = plural(sum(rosters), "{n} learner is missing", "{n} learners are missing")
        parts.append(
            plural(len(rosters), f"{words} at once from {{n}} course.", f"{words} at once from {{n}} courses.")
        )
    return " ".join(parts), tr("Nothing was changed: an administrator decides whether they are really gone.")


def notice_words(notice: "Notice") -> tuple[str, str]:
    """A notice as title and text (LS-N2)."""
    what = tr("courses") if notice.kind.value == "courses" else tr("enrolments")
    if notice.down:
        cause = f"{notice.cause.sentence} {notice.cause.advice}" if notice.cause is not None else ""
        contact = tr("Contact: {who}", who=notice.contact) if notice.contact else ""
        title = tr(
            "The LMS is down ({what}): no success since {moment}.", what=what, moment=moment_words(notice.since)
        )
        return title, " ".join(part for part in (cause, contact) if part)
    title = tr("The LMS is back ({what}): it was down for {length}.", what=what, length=length_words(notice.lasted))
    missed = plural(notice.runs_missed, "{n} run missed", "{n} runs missed")
    return title, tr("{missed}, data complete again.", missed=missed)


def length_words(length: timedelta) -> str:
    """`2 h 10 min`, `45 min`, `3 days`."""
    minutes = max(1, round(length.total_seconds() / 60))
    if minutes < 60:
        return tr("{n} min", n=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return plural(hours // 24, "{n} day", "{n} days")
    return tr("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else tr("{n} h", n=hours)


def moment_words(moment: datetime) -> str:
    """`09:18` of today, else with its day."""
    local = moment.astimezone()
    return f"{local:%H:%M}" if local.date() == date.today() else shown_time(moment)
