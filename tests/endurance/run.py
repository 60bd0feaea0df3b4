"""Hours of use, minute by minute on a clock of their own: what is due runs, people work, services fail and mend.

Nothing waits: a simulated minute takes as long as what happens in it. The schedule is the program's own
(`app.lms.schedule`), asked once a minute as the window asks it, with this clock instead of the computer's.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from app.errors import AppError
from app.lms import courses, enrolments, schedule
from app.lms.extracts import sender
from app.lms.run import RunSummary
from app.lms.settings import Kind
from app.tasks import TaskContext
from tests.endurance import checks, faults, flat
from tests.endurance.acts import Acts
from tests.endurance.college import College, college
from tests.endurance.model import Model

WEATHER, SAMPLES, HOUR = 10, 10, 60
"""Minutes: new faults, a look at memory and handles, and everything mended and looked through."""


class Day:
    """One run: the college, the model of it, and the simulated minute."""

    def __init__(self, here: College, seed: int) -> None:
        self.college, self.model, self.draw = here, Model(), Random(seed)
        self.acts = Acts(here, self.model, self.draw)
        self.samples: list[flat.Sample] = []
        self.checked = 0

    def live(self, minutes: int, told: Callable[[str], None]) -> None:
        self.acts.load()
        self.hour(0)
        for minute in range(1, minutes + 1):
            if minute % WEATHER == 1:
                self.weather()
            self.run_due(minute * 60.0)
            if self.draw.random() < 0.7:
                self.acts.any_of_them()
            if minute % HOUR == 0:
                self.hour(minute)
                told(f"hour {minute // 60}: {sum(self.model.acts.values())} acts, {self.model.runs.total()} runs")
            if minute % SAMPLES == 0:
                self.samples.append(flat.take(minute / 60, self.quiet_threads()))
        if minutes % HOUR:
            self.hour(minutes)

    def quiet_threads(self) -> int:
        return self.samples[0].threads if self.samples else 0

    def weather(self) -> None:
        """What the services suffer from for the next minutes."""
        self.college.well()
        self.college.moodle.set_fault(*faults.of_moodle(self.draw))
        self.college.lrs.set_fault(*faults.of_lrs(self.draw))
        if self.draw.random() < 0.1:
            self.college.moodle.revoke_token()

    def run_due(self, now: float) -> None:
        """As the window does once a minute (`ui/lms_sync.py`)."""
        db = self.college.db
        with db.read() as tx:
            plans, told = schedule.read(db, tx)
        self.college.schedule.look(told, now)
        kinds = self.college.schedule.due(plans, date.today(), now)
        for kind in kinds:
            if self.run(kind).state in ("failed", "cancelled"):
                return
        if Kind.ENROLMENTS in kinds:
            self.send()

    def run(self, kind: Kind) -> RunSummary:
        work = courses.run if kind is Kind.COURSES else enrolments.run
        return self._counted(kind.value, work(*self._who(), self.college.lms, "schedule"))

    def send(self) -> RunSummary:
        return self._counted("sender", sender.run(*self._who(), self.college.lms, "schedule"))

    def _who(self) -> tuple[Any, ...]:
        return TaskContext(), self.college.db, self.college.user

    def _counted(self, kind: str, done: RunSummary) -> RunSummary:
        self.model.runs[kind] += 1
        self.model.acts[f"run of {kind}: {done.state}"] += 1
        return done

    def hour(self, minute: int) -> None:
        """Both services are mended; what waited is sent and fetched; then everything must be as the model says."""
        self.college.well()
        for _ in range(3):  # the first sees what became of calls whose outcome was unknown
            assert self.send().state in ("finished", "messages")
            self.acts.resubmit()
        for kind in Kind:
            done = self.run(kind)
            assert done.state in ("finished", "messages"), (kind, done.messages)
        checks.look(self.college, self.model)
        self.checked += 1


def endure(folder: Path, hours: float, seed: int, told: Callable[[str], None] = lambda words: None) -> dict[str, Any]:
    """Live so many simulated hours; what was done and measured. Raises AssertionError where anything was lost or
    doubled, with the simulated minute in its notes."""
    began = time.monotonic()
    with college(folder, seed) as here:
        day = Day(here, seed)
        try:
            day.live(round(hours * 60), told)
        except (AssertionError, AppError) as error:
            error.add_note(f"seed {seed}, after {day.checked} good hours, acts: {dict(day.model.acts)}")
            raise
        return {
            "seed": seed,
            "hours": hours,
            "seconds": round(time.monotonic() - began, 1),
            "looks": day.checked,
            "acts": dict(sorted(day.model.acts.items())),
            "runs": dict(day.model.runs),
            "calls": {"lms": len(here.moodle.calls), "lrs": len(here.lrs.calls)},
            "growth_an_hour": flat.growth(day.samples),
            "samples": [asdict(one) for one in day.samples],
        }
