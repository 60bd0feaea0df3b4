"""When the service is said to be open: from the settings, for nobody publishes it where a program could read it.

The hours are those of the United Kingdom, whatever this computer's clock is set to (lrs.md 10). They never stop
anybody: outside them the program asks first, and the service itself has the last word (WSEC0004).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.config import LrsSettings
from app.config_rules import WEEKDAYS, weekdays_of
from app.sentence import Sentence, joined

_LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HERE = "Europe/London"
_LAST_MINUTE = time(23, 59)
"""The latest that can be set: who sets it means midnight."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """From `opens` to `closes` on each of `days` (Monday is 0)."""

    opens: time
    closes: time
    days: frozenset[int]

    def open_at(self, moment: datetime) -> bool:
        """Whether the service is said to be open at an aware `moment`."""
        local = moment.astimezone(ZoneInfo(_HERE))
        until_midnight = self.closes >= _LAST_MINUTE
        return (
            local.weekday() in self.days
            and self.opens <= local.time()
            and (until_midnight or local.time() < self.closes)
        )

    @property
    def words(self) -> str:
        """Such as "08:00 to 18:00, Monday to Friday"."""
        return Sentence(
            "{opens} to {closes}, {days}",
            opens=f"{self.opens:%H:%M}",
            closes=f"{self.closes:%H:%M}",
            days=_spoken(self.days),
        )


def hours_of(settings: LrsSettings) -> OpeningHours | None:
    """The hours in the settings; None where none are set: then nobody is ever warned."""
    if not settings.opens or not settings.closes:
        return None
    return OpeningHours(
        time.fromisoformat(settings.opens), time.fromisoformat(settings.closes), weekdays_of(settings.days)
    )


def closed_now(settings: LrsSettings, moment: datetime | None = None) -> str:
    """A sentence if the service is said to be closed now, "" if it is open or nobody said when it is."""
    hours = hours_of(settings)
    moment = moment or datetime.now(UTC)
    try:
        if hours is None or hours.open_at(moment):
            return ""
        local = moment.astimezone(ZoneInfo(_HERE))
    except ZoneInfoNotFoundError:
        return ""  # a computer without time zones cannot tell what time it is there
    return Sentence(
        "The Learning Records Service is said to be open {hours}. In the United Kingdom it is {weekday}, {time}.",
        hours=hours.words,
        weekday=Sentence(_LONG[local.weekday()]),
        time=f"{local:%H:%M}",
    )


def _spoken(days: frozenset[int]) -> str:
    found = sorted(days)
    if len(found) == len(WEEKDAYS):
        return "every day"
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return Sentence("{first} to {last}", first=Sentence(_LONG[found[0]]), last=Sentence(_LONG[found[-1]]))
    return joined(
        "{these} and {last}" if len(found) < 3 else "{these}, {last}", (Sentence(_LONG[day]) for day in found)
    )
