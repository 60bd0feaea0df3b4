"""What Home calls the matters that wait, and how a tile shows one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.access import Rights
from app.dates import shown
from app.licence_row import WARN_DAYS
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, tr

if TYPE_CHECKING:
    from app.attention import Waiting

CERTIFICATE, LICENCE, SETTING_UP = "certificate", "licence", "setting_up"
"""What waits beside the matters of `app.attention`."""


@dataclass(frozen=True, slots=True)
class MatterWords:
    """A matter in words, in English; `unit` says what is counted, `leads` where a click goes."""

    caption: str
    unit: str
    leads: str
    icon: Icon
    role: Role


MATTERS: Mapping[str, MatterWords] = {
    "lms_down": MatterWords("LMS connection down", "causes", "Sync Errors", Icon.WIFI_X, Role.BAD),
    "rejected": MatterWords("Rejected extracts", "records", "LMS Extract Statuses", Icon.X_CIRCLE, Role.BAD),
    "failed": MatterWords("Failed downloads", "learners", "Learners", Icon.CLOUD_SLASH, Role.BAD),
    "sync_errors": MatterWords("Sync errors", "errors", "Sync Errors", Icon.WIFI_SLASH, Role.WARN),
    "overdue": MatterWords("Overdue answers", "records", "LMS Extract Statuses", Icon.CLOCK, Role.WARN),
    "no_uln": MatterWords("Without a ULN", "learners", "Learners", Icon.WARNING, Role.WARN),
    "temporary_uln": MatterWords("Temporary ULN for too long", "learners", "Learners", Icon.HOURGLASS, Role.WARN),
    "bad_uln": MatterWords("ULN fails the check", "learners", "Learners", Icon.PROHIBIT, Role.WARN),
    "uln_twice": MatterWords("One ULN on two learners", "learners", "Learners", Icon.USERS, Role.WARN),
    "new_starters": MatterWords("New starters without PLR", "learners", "Learners", Icon.CLOUD_ARROW_DOWN, Role.WARN),
    "refused": MatterWords("Refused by the LRS", "learners", "Learners", Icon.SHIELD_WARNING, Role.WARN),
    "reports": MatterWords("Report deadlines", "reports", "Outgoing Reports", Icon.CALENDAR_BLANK, Role.WARN),
    "stopped_imports": MatterWords("Imports that stopped", "imports", "Import Jobs", Icon.STOP, Role.WARN),
    "stale_locks": MatterWords("Stale import locks", "locks", "Locks", Icon.LOCK_SIMPLE, Role.INFO),
    "holds": MatterWords("Removals to decide", "decisions", "the decision", Icon.HAND, Role.INFO),
    "new_courses": MatterWords("New courses to decide", "courses", "Courses", Icon.SPARKLE, Role.INFO),
    "checked_files": MatterWords("Checked files to import", "files", "Import Jobs", Icon.FILE_SEARCH, Role.INFO),
    "held_records": MatterWords("Held records", "records", "Held Records", Icon.TRAY, Role.INFO),
}
"""By the values of `app.attention.Matter`: a test compares the two."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one tile shows; `key` is what it leads to."""

    key: str
    number: int
    caption: str
    remark: str
    leads: str
    icon: Icon
    role: Role

    @property
    def spoken(self) -> str:
        """For a screen reader: "43 Without a ULN, learners"."""
        return f"{count(self.number)} {self.caption}, {self.remark}"


NOTHING = Shown("", 0, "", "", "", Icon.CIRCLE, Role.INFO)
"""What a tile shows before there is anything to show."""


def day_words(day: date, today: date) -> str:
    """`4 Nov`, with its year where that is not the present one."""
    words = shown(day)
    return words.removesuffix(f" {day.year}") if day.year == today.year else words


def of_matter(one: "Waiting", today: date) -> Shown:
    """The tile of a matter: what is counted, or since when it waits."""
    words = MATTERS[one.matter]
    remark = tr(words.unit)
    if one.since is not None:
        day = one.since.astimezone().date() if isinstance(one.since, datetime) else one.since
        remark = tr("first {day}" if words.unit == "reports" else "since {day}", day=day_words(day, today))
    return Shown(one.matter, one.number, tr(words.caption), remark, tr(words.leads), words.icon, words.role)


def of_certificate(ends: datetime | None, now: datetime) -> Shown | None:
    """The tile of a certificate that ends soon, or has ended."""
    if ends is None or (left := (ends - now).days) >= WARN_DAYS:
        return None
    day = shown(ends.astimezone().date())
    if left < 0:
        caption, role = tr("Days left: the certificate ended"), Role.BAD
    else:
        caption, role = tr("Days until the certificate ends"), Role.WARN
    return Shown(CERTIFICATE, max(left, 0), caption, day, tr("Settings"), Icon.IDENTIFICATION_CARD, role)


def of_licence(rights: Rights, today: date) -> Shown | None:
    """The tile of a licence that ends soon."""
    row = rights.ending_licence(today)
    left = row.days_left(today) if row is not None else None
    if row is None or left is None:
        return None
    return Shown(
        LICENCE, left, tr("Days until a licence ends"), shown(row.valid_until), tr("Licences"), Icon.KEY, Role.WARN
    )


def of_setting_up(left: int) -> Shown | None:
    """The tile of what is not set up yet."""
    if not left:
        return None
    return Shown(
        SETTING_UP, left, tr("Steps to set up"), tr("to do"), tr("Set Up Step by Step"), Icon.LIST_BULLETS, Role.INFO
    )
