"""Extract records and all that happens to them, against a plain model: people stage, save, undo and discard, the
sending moves records meanwhile, registrations end. On both databases."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import enrolment, extract_record
from app.errors import InputError
from app.lms.extracts import save as saving
from app.lms.extracts import statuses
from app.lms.extracts.staged import Staged
from app.lms.extracts.statuses import CODES, MOVES, Need, Problem
from app.tasks import TaskContext
from tests.lms.college import EDITOR, OVERRIDER, College

_places = st.integers(0, 40)
_SENT = ("transmitted", "processed")


class Room:
    """One college for all examples; each brings people and records of its own."""

    def __init__(self, db: Database) -> None:
        self.college = College(db)
        self.city, self.river = self.college.campus("City"), self.college.campus("Riverside")
        autumn = self.college.term("Autumn", (self.city, self.river))
        self.here = self.college.section("ART", autumn, [self.city])
        self.shared = self.college.section("BIO", autumn, [self.river, self.city])


@dataclass
class Record:
    id: int
    who: int
    """Place of its registration."""
    number: int
    status: str
    version: int = 1


@dataclass(frozen=True)
class Wish:
    status: str
    version: int
    target: str


@dataclass
class Saved:
    """What the last save of a user changed: by record its status before, and its version after."""

    changed: dict[int, tuple[str, int]]


class Machine(RuleBasedStateMachine):
    def __init__(self, room: Room) -> None:
        super().__init__()
        college = room.college
        self.college, self.db = college, college.db
        self.people: dict[User, bool] = {
            college.user(room.city, roles=EDITOR): False,
            college.user(room.city, roles=OVERRIDER): True,
        }
        self.registrations = [(college.learner(), room.here if place < 2 else room.shared) for place in range(3)]
        self.ended: set[int] = set()
        self.records: dict[int, Record] = {}
        self.staged, self.wishes = Staged(), dict[int, Wish]()
        self.last: dict[int, Saved | None] = {}

    # What happens without people

    @rule(place=st.integers(0, 2), status=st.sampled_from(CODES))
    def a_change_is_queued(self, place: int, status: str) -> None:
        learner_id, section_id = self.registrations[place]
        number = sum(one.who == place for one in self.records.values()) + 1
        key = self.college.record(section_id, status, learner_id)
        self.records[key] = Record(key, place, number, status)

    @precondition(lambda self: self.records)
    @rule(place=_places, status=st.sampled_from(CODES))
    def the_sending_moves_a_record(self, place: int, status: str) -> None:
        one = self._some([place])[0]
        self.college.sent(one.id, status)
        one.status, one.version = status, one.version + 1

    @precondition(lambda self: self.records)
    @rule(place=_places, ends=st.booleans())
    def a_registration_ends_or_comes_back(self, place: int, ends: bool) -> None:
        one = self._some([place])[0]
        with self.db.read() as tx:
            query = select(extract_record.c.enrolment_id).where(extract_record.c.id == one.id)
            enrolment_id = tx.execute(query).scalar_one()
        self.college.set(enrolment, enrolment_id, removed_at=datetime.now(UTC) if ends else None)
        self.ended = self.ended | {one.who} if ends else self.ended - {one.who}

    # What people do

    @precondition(lambda self: self.records)
    @rule(places=st.lists(_places, min_size=1, max_size=6), wish=st.sampled_from(CODES), who=st.integers(0, 1))
    def somebody_stages(self, places: list[int], wish: str, who: int) -> None:
        target = wish  # a name that Hypothesis keeps for itself
        user, overrides = list(self.people.items())[who]
        some = self._some(places)
        seen = statuses.foresee(TaskContext(), self.db, user, [one.id for one in some], target)
        problems = {one.id: self._problem(one, target, overrides=overrides) for one in some}
        good = [one for one in some if problems[one.id] is None]
        assert seen.at_status == {code: sum(one.status == code for one in good) for code in CODES}
        wanted: dict[Problem, int] = {}
        for one in problems.values():
            if one is not None:
                wanted[one] = wanted.get(one, 0) + 1
        assert seen.refused == wanted
        self.staged = self.staged.and_then(seen.staged)
        self.wishes |= {one.id: Wish(one.status, one.version, target) for one in good}

    @rule()
    def everything_is_discarded(self) -> None:
        self.staged, self.wishes = Staged(), {}

    @precondition(lambda self: self.wishes)
    @rule(who=st.integers(0, 1))
    def somebody_saves(self, who: int) -> None:
        user, overrides = list(self.people.items())[who]
        summary = saving.save(TaskContext(), self.db, user, self.staged, "Because", confirmed=True)
        updated: dict[int, tuple[str, int]] = {}
        counts = {"unchanged": 0, "conflicts": 0}
        refused: dict[Problem, int] = {}
        for target in CODES:
            group = [key for key, wish in sorted(self.wishes.items()) if wish.target == target]
            judged = {key: self._problem(self.records[key], target, overrides=overrides) for key in group}
            for key in group:
                one, wish = self.records[key], self.wishes[key]
                if one.version != wish.version:
                    counts["conflicts"] += 1
                elif one.status == target:
                    counts["unchanged"] += 1
                elif (problem := judged[key]) is not None:
                    refused[problem] = refused.get(problem, 0) + 1
                else:
                    updated[key] = (one.status, one.version + 1)
                    one.status, one.version = target, one.version + 1
        assert summary.updated == len(updated)
        assert {"unchanged": summary.unchanged, "conflicts": summary.conflicts} == counts
        assert summary.refused == refused
        assert len(summary.left) == 0
        assert (summary.operation_id is None) == (not updated)
        if updated:
            self.last[user.id] = Saved(updated)
        self.staged, self.wishes = Staged(), {}

    @rule(who=st.integers(0, 1))
    def somebody_undoes(self, who: int) -> None:
        user = list(self.people)[who]
        saved = self.last.get(user.id)
        if saved is None:
            with pytest.raises(InputError):
                saving.undo_last_save(self.db, user)
            return
        undone = saving.undo_last_save(self.db, user)
        left = set()
        for key, (before, version) in saved.changed.items():
            one = self.records[key]
            if one.version == version:
                one.status, one.version = before, version + 1
            else:
                left.add(key)
        assert (undone.undone, undone.left) == (len(saved.changed) - len(left), len(left))
        assert {one.id for one in undone.listed} == left
        self.last[user.id] = None

    # What always holds

    @invariant()
    def the_database_holds_what_the_model_says(self) -> None:
        with self.db.read() as tx:
            query = select(extract_record.c.id, extract_record.c.status, extract_record.c.version)
            held = {row.id: (row.status, row.version) for row in tx.execute(query) if row.id in self.records}
        assert held == {key: (one.status, one.version) for key, one in self.records.items()}

    @invariant()
    def what_is_staged_is_what_was_wished_for(self) -> None:
        moves = {key: (wish.status, wish.target) for key, wish in self.wishes.items() if wish.status != wish.target}
        assert {key: self.staged.at(key) for key in self.wishes if self.staged.at(key)} == moves
        assert self.staged.changing == len(moves)
        assert list(self.staged.ids) == sorted(self.wishes)

    def _some(self, places: list[int]) -> list[Record]:
        every = list(self.records.values())
        return list({(one := every[place % len(every)]).id: one for place in places}.values())

    def _problem(self, one: Record, target: str, *, overrides: bool) -> Problem | None:
        if one.status == target:
            return None
        if one.who == 2:
            return Problem.CAMPUS
        if target == "ready" and one.who in self.ended and one.number == 1:  # those after it are Drops
            return Problem.GONE
        behind = (other for other in self.records.values() if other.who == one.who and other.number > one.number)
        if target == "ready" and any(other.status in _SENT for other in behind):
            return Problem.SUPERSEDED
        if Need.OVERRIDE in MOVES[one.status, target] and not overrides:
            return Problem.OVERRIDE
        return None


@pytest.mark.rule("EX-T1", "EX-T5", "EX-U6", "EX-U8")
def test_whatever_people_and_the_sending_do_the_database_holds_what_the_model_says(db: Database):
    room = Room(db)
    plain = settings(max_examples=12, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: Machine(room), settings=plain)


def test_the_model_can_tell_a_difference(db: Database):
    """The machine itself would notice a record that moved without it."""
    machine = Machine(Room(db))
    machine.a_change_is_queued(0, "rejected")
    [key] = machine.records
    machine.the_database_holds_what_the_model_says()
    machine.records[key] = replace(machine.records[key], status="processed")
    with pytest.raises(AssertionError):
        machine.the_database_holds_what_the_model_says()
