"""The LMS settings while they are edited: those of this computer, and those that every computer shares."""

from dataclasses import dataclass, replace
from datetime import date

from app import retention
from app.config import LmsSettings, Option, options_of
from app.config_rules import Rule, host_of, option, text, whole_number, yes_or_no
from app.dates import shown
from app.lms.settings import (
    LONGEST,
    LONGEST_CONTACT,
    LONGEST_OVERDUE,
    OVERDUE_HOURS,
    SHORTEST,
    USUAL,
    Kind,
    Plan,
    SyncSettings,
)
from ui.dialogs.settings_draft import Draft
from ui.grids.date_field import read_day

SECRETS = ("lms_token",)


def _day() -> Rule:
    return Rule("a day such as 4 Jan 2027, or nothing", lambda value: not value or read_day(value) is not None)


def _minutes() -> Rule:
    return whole_number(SHORTEST, LONGEST)


_BETWEEN = "How long after the last run the next one begins. Data are half as old on average."
_PAUSED = "The first day on which it runs again by itself; nothing: it is not paused."


@dataclass(frozen=True, slots=True)
class SharedFields:
    """`SyncSettings` as fields of a form (LS-S1, LS-S8)."""

    courses_on: bool = option(
        True, yes_or_no(), "Synchronise courses", "The list of courses, by itself while the program is open."
    )
    enrolments_on: bool = option(
        True,
        yes_or_no(),
        "Synchronise enrolments",
        "Progress, grades and report cards, by themselves while the program is open.",
    )
    courses_interval: int = option(USUAL, _minutes(), "Courses, every so many minutes", _BETWEEN)
    enrolments_interval: int = option(USUAL, _minutes(), "Enrolments, every so many minutes", _BETWEEN)
    courses_paused_until: str = option("", _day(), "Courses paused until", _PAUSED)
    enrolments_paused_until: str = option("", _day(), "Enrolments paused until", _PAUSED)
    send: bool = option(
        False,
        yes_or_no(),
        "Send Ready records",
        "Changes of enrolments go to the LMS after each run of enrolments that begins by itself.",
    )
    overdue_hours: int = option(
        OVERDUE_HOURS,
        whole_number(1, LONGEST_OVERDUE),
        "Overdue after so many hours",
        "A record that was sent and has no answer for longer is marked Overdue in LMS Extract Statuses.",
    )
    kept_months: int = option(
        retention.MONTHS,
        whole_number(retention.SHORTEST, retention.LONGEST),
        "Keep for so many months",
        "Runs are kept so long, and Purge leaves so much of the history. Nothing else is ever deleted.",
    )
    contact: str = option(
        "",
        text(LONGEST_CONTACT),
        "Whom to ask when the LMS is down",
        "Shown with the notice that the connection is down, such as: IT service desk, extension 4400.",
    )

    @classmethod
    def of(cls, held: SyncSettings) -> "SharedFields":
        courses, enrolments = held.courses, held.enrolments
        return cls(
            courses_on=courses.on,
            enrolments_on=enrolments.on,
            courses_interval=courses.interval,
            enrolments_interval=enrolments.interval,
            courses_paused_until=shown(courses.paused_until),
            enrolments_paused_until=shown(enrolments.paused_until),
            contact=held.contact,
            send=held.send,
            overdue_hours=held.overdue_hours,
            kept_months=held.kept_months,
        )


FILE: dict[str, Option] = {one.name: one for one in options_of(LmsSettings)}
SHARED: dict[str, Option] = {one.name: one for one in options_of(SharedFields)}


class LmsDraft(Draft):
    """`base` is what the file has, `shared` what the database has: None until that is known."""

    def __init__(self, base: LmsSettings) -> None:
        super().__init__(FILE | SHARED, base, SECRETS)
        self.base = base
        self.shared: SyncSettings | None = None
        self.take(SharedFields())

    def take_shared(self, held: SyncSettings) -> None:
        """The database has answered."""
        self.shared = held
        self.take(SharedFields.of(held))

    @property
    def host(self) -> str:
        return host_of(self.texts["url"].strip())

    @property
    def saved_host(self) -> str:
        return self.base.host

    def type_secret(self, name: str, text: str) -> None:
        """A token is pasted, often with a blank at an end."""
        super().type_secret(name, text.strip())

    @property
    def shared_changed(self) -> bool:
        return self.shared is not None and bool(self.differing(SHARED))

    def check(self) -> None:
        self.settings()
        self.sync()

    def settings(self) -> LmsSettings:
        """Those of this computer. Raises InputError naming the field."""
        return replace(self.base, **{name: self.value(name) for name in FILE})

    def sync(self) -> SyncSettings:
        """Those of every computer. Raises InputError naming the field."""
        plans = {
            kind: Plan(self.value(f"{kind}_on"), self.value(f"{kind}_interval"), self._day(f"{kind}_paused_until"))
            for kind in Kind
        }
        plain = {name: self.value(name) for name in ("contact", "send", "overdue_hours", "kept_months")}
        return SyncSettings(plans[Kind.COURSES], plans[Kind.ENROLMENTS], **plain)

    def _day(self, name: str) -> date | None:
        return read_day(self.value(name))
