"""Dates as people read them on screen: `23 Nov 2026`, whatever the computer's locale says of `%b`; and when a day
begins."""

from datetime import date, datetime, time

from app.sentence import Sentence

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shown(day: date | None) -> str:
    """`23 Nov 2026`; "" for none."""
    if day is None:
        return ""
    return Sentence("{day} {month} {year}", day=day.day, month=Sentence(MONTHS[day.month - 1]), year=day.year)


def shown_time(moment: datetime | None) -> str:
    """`23 Nov 2026 at 10:42` in the computer's own time zone; "" for none."""
    if moment is None:
        return ""
    local = moment.astimezone()
    return Sentence("{day} at {time}", day=shown(local.date()), time=f"{local:%H:%M}")


_FIRST, _LAST = date(1971, 1, 1), date(9000, 1, 1)
"""Outside these a time zone cannot be reckoned on every system, and nothing was recorded."""


def day_begins(day: date) -> datetime:
    """Midnight in this computer's time zone; of the first or last day that can be reckoned for one beyond."""
    return datetime.combine(min(max(day, _FIRST), _LAST), time.min).astimezone()


def academic_year(day: date) -> int:
    """The year in which the academic year of `day` began, on 1 August."""
    return day.year if day.month >= 8 else day.year - 1
