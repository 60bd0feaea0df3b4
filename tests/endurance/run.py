"""Hours of use, minute by minute on a clock of their own: what is due runs, people work, services fail and mend.

Nothing waits: a simulated minute takes as long as what happens in it. The schedule is the program's own
(`app.lms.schedule`), asked once a minute as the window asks it, with this clock instead of the computer's.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from app.errors import AppError
from app.lms import courses, enrolments, schedule
from app.lms.extracts import sender
from app.lms.run import RunSummary
from app.lms.settings import Kind
from tests.endurance import checks, checks_history, flat
from tests.endurance.acts import Acts
from tests.endurance.acts_lms import LmsActs
from tests.endurance.college import College, college
from tests.endurance.deck import Deck
from tests.endurance.faults import Weather
from tests.endurance.keeping import Calendar
from tests.endurance.model import Model

WEATHER, HOUR = 10, 60
"""Minutes: new faults; and everything mended, looked through, and measured."""
WELL = ("finished", "messages")


class Day:
    """One run: the college, the model of it, and the simulated minute."""

    def __init__(self, here: College, seed: int) -> None:
        self.college, self.model, self.draw = here, Model(), Random(seed)
        self.acts = Acts(here, self.model, self.draw)
        self.of_lms = LmsActs(self.acts)
        self.calendar = Calendar(here, self.model)
        self.weather = Weather(self.draw)
        one, lms = self.acts, self.of_lms
        of_college = (one.load, one.plr, one.plr, one.export, one.records)
        of_lms = (lms.enrol, lms.course_status, lms.course_status, lms.grade, lms.take_back)
        self.deck = Deck((*of_college, *of_lms), self.draw)
        self.samples: list[flat.Sample] = []
        self.checked = 0

    def live(self, minutes: int, told: Callable[[str], None]) -> None:
        checks_history.begin(self.college, self.model)
        self.acts.load()
        self.hour(0)
        for minute in range(1, minutes + 1):
            if minute % WEATHER == 1:
                self.new_weather()
            self.run_due(minute * 60.0)
            if self.draw.random() < 0.7:
                self.any_act()
            if minute % HOUR == 0 or minute == minutes:
                self.hour(minute)
                told(f"hour {minute / 60:g}: {sum(self.model.acts.values())} acts, {self.samples[-1]}")

    def any_act(self) -> None:
        """One act, as often as another: hours are alike."""
        act = self.deck.deal()
        act()
        self.model.acts[act.__name__] += 1

    def new_weather(self) -> None:
        """What the services suffer from for the next minutes."""
        self.college.weather(self.weather.of_lrs(), self.weather.of_moodle())
        if self.draw.random() < 0.1:
            self.college.services.ask("revoke_token")

    def run_due(self, now: float) -> None:
        """As the window does once a minute (`ui/lms_sync.py`)."""
        db = self.college.db
        with db.read() as tx:
            plans, told = schedule.read(db, tx)
        self.college.schedule.look(told, now)
        kinds = self.college.schedule.due(plans, self.calendar.today, now)
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
        return self.college.context(), self.college.db, self.college.user

    def _counted(self, kind: str, done: RunSummary) -> RunSummary:
        self.model.runs[kind] += 1
        self.model.acts[f"run of {kind}: {done.state}"] += 1
        return done

    def hour(self, minute: int) -> None:
        """Both services are mended; what waited is sent and fetched; then everything must be as the model says. Days
        pass, and what the program holds now is measured."""
        self.college.well()
        self.of_lms.decide()
        for kind in Kind:
            done = self.run(kind)
            assert done.state in WELL, (kind, done.messages)
        self._send_all()
        for kind in Kind:
            assert self.run(kind).state in WELL
        checks.look(self.college, self.model)
        self.acts.forget()
        self.calendar.turn()
        self._send_all()  # a Drop that waited for an hour need wait no longer
        checks.look(self.college, self.model)
        self.checked += 1
        quiet = self.samples[0].threads if self.samples else 0
        self.samples.append(flat.take(minute / 60, quiet))

    def _send_all(self) -> None:
        """The first sees what became of calls whose outcome was unknown; what the LMS took and does not show, since
        an older call came after it, is sent once more."""
        for _ in range(3):
            assert self.send().state in WELL
            self.of_lms.resubmit()


def endure(
    folder: Path, hours: float, seed: int, told: Callable[[str], None] = lambda words: None, address: str = ""
) -> dict[str, Any]:
    """Live so many simulated hours; what was done and measured. Raises AssertionError where anything was lost or
    doubled, with the simulated minute in its notes. `address`: that of an empty database on a server."""
    began = time.monotonic()
    with college(folder, seed, address) as here:
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
            "calls": here.services.ask("calls"),
            "faults": {name: sorted(dealt) for name, dealt in day.weather.dealt.items()},
            "samples": [asdict(one) for one in day.samples],
        }
