"""What every code and rule means, and what to do: pages made from the tables by which the program itself works.

The words of LRS and LOCAL codes are those of the grid, those of SE codes those of the sync errors, titles and weights
of CR rules those of the checked file. What no table has words for stands in `resources/help/rules`, one `###` a rule.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from app.connectors.lrs_codes import CODES, CodeKind
from app.help.topics import folder
from app.imports.rules import RULES, Severity
from app.lms.errors import CAUSES, Level

LRS, LMS, EXTRACTS, IMPORTS = "rules-lrs", "rules-lms", "rules-extracts", "rules-imports"


@dataclass(frozen=True, slots=True)
class Entry:
    """One code or rule: `title` in a few words, `text` in Markdown says what it means and what to do."""

    id: str
    title: str
    text: str

    @property
    def heading(self) -> str:
        return f"{self.id}: {self.title}"


def topic_of(rule: str) -> str:
    """The topic with the entry of a rule or code as it is shown; "" where there is none."""
    return next((page for page in pages() if rule in entries(page)), "") if rule else ""


def heading_of(rule: str) -> str:
    """The heading of its entry. Raises KeyError."""
    return entries(topic_of(rule))[rule].heading


@cache
def entries(page: str) -> Mapping[str, Entry]:
    """The entries of one page, by id; KeyError for another page."""
    found = {LRS: _lrs, LMS: _lms, EXTRACTS: _extracts, IMPORTS: _imports}[page]()
    return {one.id: one for _, several in found for one in several}


@cache
def pages() -> Mapping[str, str]:
    """The text of every page in Markdown, by its topic."""
    made = {LRS: _lrs(), LMS: _lms(), EXTRACTS: _extracts(), IMPORTS: _imports()}
    return {page: _page(_HEADS[page], groups) for page, groups in made.items()}


_Groups = list[tuple[str, list[Entry]]]
_HEADS = {
    LRS: """# Codes of the Learning Records Service

What stands in *Response Code* and *Error Code* of a download, of *Find ULN* and of *Verify*. Codes that begin with
LOCAL are this program's own.""",
    LMS: """# Sync Errors, and the Rules of the Synchronisation

The causes that *Sync Errors* lists, and the rules by which courses and progress are followed.""",
    EXTRACTS: """# Rules of the LMS Extract Statuses

When a record is made and sent, who may change it, and what the lines of the gate report mean.""",
    IMPORTS: """# Rules of Course Record Imports

What the check of a file may find, from what stops the whole file to what is only told.""",
}


def _page(head: str, groups: _Groups) -> str:
    parts = [head]
    for title, several in groups:
        parts.append(f"## {title}")
        for one in several:
            parts += [f"### {one.heading}", one.text]
    return "\n\n".join(parts) + "\n"


def _paragraphs(*several: str) -> str:
    return "\n\n".join(filter(None, several))


def _advice(words: str) -> str:
    return f"What to do: {words}" if words else "There is nothing to do."


# The Learning Records Service

_KINDS = {
    CodeKind.RECORD: ("The record was found", "A record came with it, which can be taken over."),
    CodeKind.ANSWER: ("No record to take over", "The service answered, but gave no record that may be taken over."),
    CodeKind.FAULT: ("The question was refused", "The service refused to answer."),
    CodeKind.LOCAL: ("Not answered (this program's own codes)", ""),
    CodeKind.OTHER: ("Other operations of the service", "It belongs to another operation, such as *Verify*."),
}


def _lrs() -> _Groups:
    groups: _Groups = []
    for kind, (title, told) in _KINDS.items():
        several = [
            Entry(one.code, one.meaning.rstrip("."), _paragraphs(told, _advice(one.next_step)))
            for one in CODES.values()
            if one.kind is kind
        ]
        groups.append((title, several))
    return groups


# The LMS

_LEVELS = {
    Level.CONNECTION: "Causes that concern the whole connection",
    Level.COURSE: "Causes that concern one course",
    Level.ENROLMENT: "Causes that concern one learner on a course",
}


def _lms() -> _Groups:
    groups: _Groups = []
    for level, title in _LEVELS.items():
        several = [
            Entry(
                one.code,
                one.sentence.partition(". ")[0].rstrip("."),
                _paragraphs(
                    one.sentence.partition(". ")[2],
                    f"What to do: {one.advice}",
                    f"Whose move it is: {one.whose.value}.",
                ),
            )
            for one in CAUSES.values()
            if one.level is level
        ]
        groups.append((title, several))
    return groups + _told("lms")


def _extracts() -> _Groups:
    return _told("extracts")


# Imports

_WEIGHTS = {
    Severity.FILE: ("What stops the whole file", "Nothing of the file can be applied while this stands."),
    Severity.ERROR: ("Errors", "The row is refused; the other rows are applied."),
    Severity.CONFIRM: ("To confirm", "The row is applied only if you tick *I have seen this*."),
    Severity.WARN: ("Warnings", "The row is applied, and the warning is kept in the report."),
    Severity.INFO: ("Information", "The row is dealt with as described; it is only told."),
}


def _imports() -> _Groups:
    told = _told("imports")
    words = {one.id: one.text for _, several in told for one in several if one.id in RULES}
    groups: _Groups = []
    for weight, (title, effect) in _WEIGHTS.items():
        several = [
            Entry(one.id, one.title, _paragraphs(words.get(one.id, ""), effect, _repair(one.repair)))
            for one in RULES.values()
            if one.severity is weight
        ]
        groups.append((title, several))
    return groups + [(title, several) for title, several in told if not RULES.keys() & {one.id for one in several}]


def _repair(possible: bool) -> str:
    return "One click may mend it: look for the button beside the finding." if possible else ""


# What is written

_ENTRY = re.compile(r"^### (?P<id>[A-Z]{2}-[A-Z0-9]+)(?:: (?P<title>.+))?$")


def _told(name: str) -> _Groups:
    """The file of that name: `##` a group, `###` an entry, then its text."""
    groups: _Groups = []
    for head, body in _pieces((folder() / "rules" / f"{name}.md").read_text(encoding="utf-8")):
        if head.startswith("## "):
            groups.append((head.removeprefix("## "), []))
        elif found := _ENTRY.match(head):
            groups[-1][1].append(Entry(found["id"], found["title"] or "", body))
        else:
            raise ValueError(f"{name}.md: {head}")
    return groups


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for piece in re.split(r"^(?=##)", text, flags=re.MULTILINE):
        head, _, body = piece.strip().partition("\n")
        if head:
            yield head, body.strip()
