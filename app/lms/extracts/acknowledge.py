"""What the LMS shows of a place that was sent to it (moodle.md 4.7): an answer proves nothing, only this does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.connectors.lms import Entry, Participant


@dataclass(frozen=True, slots=True)
class Sending:
    """What was sent, or is to be: the place, and of which LMS it is."""

    vendor_id: int
    entry: Entry

    def stored(self) -> str:
        """For `extract_attempt.payload`: numbers of the LMS and dates."""
        one = self.entry
        days = {name: day.isoformat() for name, day in (("starts", one.starts), ("ends", one.ends)) if day}
        told = {"vendor": self.vendor_id, "course": one.course, "user": one.user, **days}
        return json.dumps({**told, "suspended": one.suspended})


def read(payload: str) -> Sending:
    """What `stored` wrote."""
    told: Mapping[str, Any] = json.loads(payload)
    starts, ends = (date.fromisoformat(day) if (day := told.get(name)) else None for name in ("starts", "ends"))
    entry = Entry(told["course"], told["user"], starts, ends, told["suspended"])
    return Sending(told["vendor"], entry)


def is_active(entry: Entry, today: date) -> bool:
    """Whether somebody with this place is let into the course on a day."""
    begun = entry.starts is None or entry.starts <= today
    over = entry.ends is not None and entry.ends < today
    return begun and not over and not entry.suspended


def shown(people: Mapping[str, Participant], entry: Entry, today: date) -> bool:
    """Whether the LMS shows the place as it was sent: among the active, or among those that are not let in."""
    person = people.get(entry.user)
    return person is not None and person.active is is_active(entry, today)


def why_not_shown(people: Mapping[str, Participant], entry: Entry) -> str:
    """What the LMS shows instead, in a sentence with a next step."""
    person = people.get(entry.user)
    if person is None:
        return "Sent, but the LMS does not show the learner on the course. Look there, or resubmit."
    if person.active:
        return (
            "Sent, but the LMS still lets the learner into the course: they may be enrolled there by another method. "
            "End that enrolment in the LMS."
        )
    return (
        "Sent, but the LMS shows the learner as not active on the course. Check the dates and the place there, or "
        "resubmit."
    )
