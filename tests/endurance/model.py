"""What must be there, in plain dicts: written by what was done, never read from the database that it judges."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Enrolled:
    """A learner on a course of the LMS: the status a person gave, and whether it stands (or was undone)."""

    status: str = "current"
    stands: bool = True


@dataclass
class Model:
    """By person code: telephone numbers, LRS events and attainments; enrolments by code and course; what imports
    completed; grades given in the LMS by account, course and activity; how many runs and files there were."""

    phones: dict[str, str] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    """Whom any file has brought, also those who were taken back since."""
    events: dict[str, frozenset[int]] = field(default_factory=dict)
    attainments: dict[str, int] = field(default_factory=dict)
    enrolled: dict[tuple[str, str], Enrolled] = field(default_factory=dict)
    completed: set[str] = field(default_factory=set)
    outcomes: dict[int, int] = field(default_factory=dict)
    grades: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    runs: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    """Operations by kind, as they must stand in the history."""
    acts: Counter[str] = field(default_factory=Counter)
    """How often each thing was done, or failed: for the report."""
