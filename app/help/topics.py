"""The topics of the help: one Markdown file each in `resources/help`, in the order of the contents.

In a topic **bold** names a command of the ribbon and *italics* name anything else that stands on the screen, word for
word: the tests look both up, so that help about what is no longer there fails. A link to another topic is its id
(`[Licences](licences)`), or the id of a rule (`[SE-12](SE-12)`); a picture lies in `pictures/`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Start Here": ("welcome", "home", "keyboard", "privacy", "help"),
    "Learners": (
        "learners",
        "load-learners",
        "find-uln",
        "plr",
        "attainments",
        "searches",
        "flood-fill",
        "one-learner",
        "merge-erase",
        "print-export",
    ),
    "LMS": ("sync", "lms-courses", "enrolments", "extract-statuses", "sections"),
    "Imports": ("imports", "held-records", "credit"),
    "Administration": ("users", "licences", "locks", "history", "database", "settings"),
    "Codes and Rules": ("rules-lrs", "rules-lms", "rules-extracts", "rules-imports"),
}
"""The contents: headings, and the topics under them."""
FIRST = "welcome"


def folder() -> Traversable:
    """Where the files of the help lie."""
    return files("resources") / "help"


@dataclass(frozen=True)
class Section:
    """A piece of a topic under one heading; `heading` is "" for what stands before the first one."""

    topic: str
    heading: str
    level: int
    text: str
    """In Markdown, without the heading."""


@dataclass(frozen=True)
class Topic:
    """One page of the help. `text` is Markdown whose first line is the title."""

    id: str
    group: str
    text: str

    @cached_property
    def title(self) -> str:
        return self.text.partition("\n")[0].removeprefix("# ").strip()

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(_sections(self.id, self.text))


def _sections(topic: str, text: str) -> Iterator[Section]:
    heading, level = "", 0
    lines: list[str] = []
    for line in text.splitlines():
        marks = len(line) - len(line.lstrip("#"))
        if 0 < marks <= 4 and line[marks : marks + 1] == " ":
            if heading or any(lines):
                yield Section(topic, heading, level, "\n".join(lines).strip())
            heading, level, lines = line[marks:].strip(), marks, []
        else:
            lines.append(line)
    yield Section(topic, heading, level, "\n".join(lines).strip())


class Book:
    """All topics in order. `made` are the texts of topics that no file holds."""

    def __init__(self, made: Mapping[str, str]) -> None:
        self.topics: tuple[Topic, ...] = tuple(
            Topic(one, group, made[one] if one in made else _written(one))
            for group, ids in GROUPS.items()
            for one in ids
        )
        self._known = {one.id: one for one in self.topics}

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.topics)

    def __contains__(self, topic: object) -> bool:
        return topic in self._known

    def __getitem__(self, topic: str) -> Topic:
        """The topic of that id; KeyError if there is none."""
        return self._known[topic]

    def sections(self) -> Iterable[Section]:
        return (section for topic in self for section in topic.sections)


def _written(topic: str) -> str:
    return (folder() / f"{topic}.md").read_text(encoding="utf-8")
