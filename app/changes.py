"""Which kinds of things a write touched; the hub of the window tells the pages."""

from dataclasses import dataclass, field
from enum import Enum, auto


class Topic(Enum):
    LEARNERS = auto()
    ATTAINMENTS = auto()
    PLR_CHECKS = auto()
    LICENCES = auto()
    USERS = auto()
    SETTINGS = auto()
    LMS_COURSES = auto()
    ENROLMENTS = auto()
    SYNC_RUNS = auto()
    EXTRACTS = auto()
    SECTIONS = auto()
    CREDIT = auto()
    IMPORTS = auto()


@dataclass(frozen=True, slots=True)
class Changes:
    topics: frozenset[Topic] = field(default_factory=frozenset)

    @classmethod
    def of(cls, *topics: Topic) -> "Changes":
        return cls(frozenset(topics))


APPEARED = Changes.of(Topic.LEARNERS, Topic.ENROLMENTS, Topic.CREDIT, Topic.IMPORTS)
"""What may change where a learner is added, edited, loaded or given a ULN: course records held for them attach."""
