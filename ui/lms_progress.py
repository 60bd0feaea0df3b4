"""A run under way in words: "Synchronising enrolments, 37 of 60 courses, 4 a minute, 6 min left"."""

from app.lms.settings import Kind
from app.tasks import Progress, now
from ui.look.words import count, tr

BEGUN = {Kind.COURSES: "Synchronising courses", Kind.ENROLMENTS: "Synchronising enrolments"}
"""What a run reports, without numbers, when it begins."""
SENDING = "Sending to the LMS"
_OF_WHAT = {BEGUN[Kind.ENROLMENTS]: "{done} of {total} courses", SENDING: "{done} of {total} records"}
_AT_LEAST = 2.0
"""Seconds before a rate is worth saying."""


class RunWords:
    """Follows the reports of one run."""

    def __init__(self) -> None:
        self._what = ""
        self._begun = now()

    def of(self, progress: Progress) -> str:
        """What a report comes to."""
        if not progress.total and progress.text in (*BEGUN.values(), SENDING):
            self._what, self._begun = progress.text, now()
        of_what = _OF_WHAT.get(self._what)
        if not progress.total or of_what is None:
            return f"{tr(progress.text or self._what)}…"
        parts = [tr(self._what), tr(of_what, done=count(progress.done), total=count(progress.total))]
        if progress.text:
            parts.append(tr(progress.text))
        elif rate := _rate(progress.done, progress.total, now() - self._begun):
            parts.append(rate)
        return ", ".join(parts)


def _rate(done: int, total: int, seconds: float) -> str:
    """Pure: how fast it goes and how long it will take; "" while there is too little to say."""
    if not done or done >= total or seconds < _AT_LEAST:
        return ""
    left = (total - done) * seconds / done
    a_minute = tr("{n} a minute", n=count(max(1, round(done * 60 / seconds))))
    shown = tr("{n} s left", n=round(left)) if left < 90 else tr("{n} min left", n=round(left / 60))
    return f"{a_minute}, {shown}"
