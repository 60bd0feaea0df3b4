"""Which tests prove which rule of the LMS synchronisation, of the extract statuses and of the course record imports:
writes `docs/lms-sync.md`, `docs/extract-statuses.md` and `docs/course-record-import.md` from the marks.

`python -m tests.bench.rules` writes; a test compares. A rule is marked on a test as `rule("LS-C15")`.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.imports.rules import RULES as ROW_RULES

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "lms-sync.md"
EXTRACTS_DOCUMENT = ROOT / "docs" / "extract-statuses.md"
IMPORTS_DOCUMENT = ROOT / "docs" / "course-record-import.md"

RULES: Mapping[str, str] = {
    "LS-S1": "each kind has a schedule, a switch and Sync Now; 5 to 240 minutes, usually 30",
    "LS-S2": "the age of the data is half the interval on average, and the moment is told",
    "LS-S3": "never two runs at once; one that falls due meanwhile is skipped and noted",
    "LS-S4": "courses before enrolments",
    "LS-S5": "no run while the program is closed; after a start a wait by chance",
    "LS-S6": "stored course by course; a cancel keeps what is finished, the next run begins with the rest",
    "LS-S7": "a few calls at once in all; a busy LMS is waited for",
    "LS-S8": "a pause until a day, for a kind or a course",
    "LS-C1": "a new course is seen nowhere else until somebody decided",
    "LS-C2": "a state concerns new enrolments only",
    "LS-C3": "Open, Closed and Hidden may follow one another; nothing becomes New again",
    "LS-C4": "administrators decide, and history tells who, when, from and to",
    "LS-C5": "rules propose, a person confirms",
    "LS-C6": "a course is its number in the LMS, whatever else changes",
    "LS-C7": "a run follows names, dates and visibility, never the state",
    "LS-C8": "the front page of a Moodle is no course",
    "LS-C9": "hidden in the LMS is a mark",
    "LS-C10": "a course that is gone leaves the list and stays on its enrolments",
    "LS-C11": "gone is a mark with a date, and can be filtered for",
    "LS-C12": "its enrolments are frozen, without an error",
    "LS-C13": "a course that returns has its state back; one made anew is offered to be linked",
    "LS-C14": "only a complete list removes anything, and only what is confirmed",
    "LS-C15": "the safety hold",
    "LS-E0": "a run neither creates nor ends an enrolment",
    "LS-E1": "what an activity is",
    "LS-E2": "what can never get a grade does not count",
    "LS-E3": "hidden activities are in neither number",
    "LS-E4": "restricted activities count",
    "LS-E5": "a grade hidden from the learner is a grade",
    "LS-E6": "0 is a grade",
    "LS-E7": "nothing is no grade",
    "LS-E8": "an overridden or locked grade is a grade",
    "LS-E9": "left out of the total still counts; outcomes belong to their activity",
    "LS-E10": "without a visible activity progress is not available, and sorts last",
    "LS-E11": "a fall of 20 points is marked",
    "LS-E12": "whole percent, halves up, 1 to 99 unless none or all",
    "LS-E13": "why it differs from the LMS's own completion",
    "LS-E14": "the grade as the gradebook gives it",
    "LS-E15": "the report card in gradebook order",
    "LS-E16": "feedback without scripts, remote content or files",
    "LS-E17": "history of progress and grade; a grade that is gone is marked",
    "LS-E18": "who was not heard of keeps the last values and their date",
    "SE-01": "not reachable",
    "SE-02": "certificate",
    "SE-03": "token or account",
    "SE-04": "refused",
    "SE-05": "maintenance",
    "SE-06": "too many requests",
    "SE-07": "no answer of a web service",
    "SE-08": "another address",
    "SE-09": "switched off",
    "SE-10": "course gone",
    "SE-11": "course closed to the account",
    "SE-12": "grades closed to the account",
    "SE-13": "groups",
    "SE-14": "gradebook too slow",
    "SE-15": "gradebook without activities",
    "SE-16": "the roster shrank",
    "SE-17": "data left out without a word",
    "SE-18": "a column switched off",
    "SE-19": "an unknown code",
    "SE-20": "no account known",
    "SE-21": "not in the gradebook",
    "SE-22": "account made anew",
    "SE-23": "two and one",
    "SE-24": "course removed",
    "SE-25": "a grade that is no number",
    "SE-R1": "decided on codes, never on messages",
    "SE-R2": "what, since when, how many runs, last good, one action",
    "SE-R3": "grouped by cause with the number",
    "SE-R4": "cleared by themselves, and kept",
    "SE-R5": "retry for one course or all with errors",
    "SE-R6": "snoozed or accepted",
    "SE-R7": "a connection error suppresses the others of its run",
    "LS-N1": "when a failing connection is tried again",
    "LS-N2": "states; one notice on going down, one on recovery",
    "LS-N3": "down deletes, hides and zeroes nothing",
    "LS-N4": "Test Connection step by step",
    "LS-N5": "the report for a technician",
    "LS-N6": "tokens in the password store only",
}

EXTRACT_RULES: Mapping[str, str] = {
    "EX-P0": "a section has one owning campus, whose gates count",
    "EX-P1": "the term is linked to the campus, with sections and registrations to be sent",
    "EX-P2": "the vendor is active and linked to the campus, which has one default at most",
    "EX-P3": "the delivery method is active, linked to the campus and exported to the LMS",
    "EX-P4": "the section has that delivery method",
    "EX-P5": "the section names a vendor, or the campus has a default",
    "EX-P6": "the gate report: seven lines, and under them the learners without one account",
    "EX-P7": "gates that fail later: the record stays as it is and is not sent",
    "EX-P8": "the section is linked to a course that the LMS still has",
    "EX-P9": "the learner has exactly one account in the LMS",
    "EX-A1": "without edit all is read-only, and says why",
    "EX-A2": "checked again at Save",
    "EX-A3": "seen with one of its campuses, edited with all of them",
    "EX-T1": "only the sender makes a Ready record Transmitted",
    "EX-T2": "what did not reach the LMS stays Ready, with the attempt noted",
    "EX-T3": "overdue is a mark",
    "EX-T4": "a late answer is noted, not applied",
    "EX-T5": "the status it already has is no change",
    "EX-R1": "Resubmit sets Ready",
    "EX-R2": "the record keeps its id, the attempts count on",
    "EX-R3": "the last message goes into history",
    "EX-R4": "what is sent is the registration as it is now",
    "EX-R5": "an older change is never sent after a newer one",
    "EX-R6": "a registration that is gone is not sent again",
    "EX-F1": "filters take effect with Apply",
    "EX-F2": "the cascade, told",
    "EX-F3": "nothing chosen is no restriction",
    "EX-F4": "what is shown at first",
    "EX-F5": "whole local days of the last sending",
    "EX-F6": "From later than To is refused",
    "EX-F7": "filter sets under names",
    "EX-U1": "staged rows differ, not by colour alone",
    "EX-U2": "all means the applied filter, fixed at OK",
    "EX-U3": "counts before OK",
    "EX-U4": "OK only stages",
    "EX-U5": "Discard, and asked before leaving",
    "EX-U6": "versions checked; updated, unchanged, conflict, refused",
    "EX-U7": "a cancelled Save keeps what is written",
    "EX-U8": "Undo Last Save",
    "EX-U9": "100,000 staged without as many objects",
    "EX-H1": "created, each attempt, each change of status: added to, never edited",
    "EX-H2": "exported as CSV and XLSX",
    "EX-H3": "runs have states of their own",
}
"""Of the extract statuses."""

IMPORT_RULES: Mapping[str, str] = {
    **{rule.id: f"{rule.title} ({rule.severity.upper()})" for rule in ROW_RULES.values()},
    "CR-L1": "one import at a time per course; a global import excludes all others",
    "CR-L2": "the lock names owner, machine, job, start and last sign of life",
    "CR-L3": "every end that the program lives to see releases the lock",
    "CR-L4": "without a sign of life for 60 s it is stale: shown, not removed by itself",
    "CR-L5": "unlocking is the administrator's; a fresh lock needs a reason and a second confirmation",
    "CR-L6": "unlocking makes the job aborted; what was applied stays and is listed",
    "CR-L7": "the unlock dialog shows the last row reached, and what CR-02 and CR-06 find in the file",
    "CR-L8": "importing the same file again skips what was applied",
    "CR-L9": "who comes second sees owner, start and progress",
    "CR-L10": "unlocking is written to history",
    "CR-U1": "Withdraw, Delete Held Record, Withdraw and Delete, each with its consequence",
    "CR-U2": "undo takes back what nothing has changed since, and lists the rest",
    "CR-U3": "what was reported outside cannot be recalled, and is named before",
}
"""Of the course record imports; a mark names one of the three."""


def marks() -> dict[str, list[str]]:
    """The tests that bear each rule's mark, as `file::test`."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "mark.rule(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                for rule in _rules(node):
                    found[rule].append(f"{file.relative_to(ROOT / 'tests')}::{node.name}")
    return found


def _rules(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "rule":
            yield from (one.value for one in mark.args if isinstance(one, ast.Constant))


def document() -> str:
    """The whole of `docs/lms-sync.md`."""
    return "\n".join([*_table("LMS synchronisation", RULES), *_failures()]) + "\n"


def extracts_document() -> str:
    """The whole of `docs/extract-statuses.md`."""
    return "\n".join(_table("LMS extract statuses", EXTRACT_RULES)) + "\n"


def imports_document() -> str:
    """The whole of `docs/course-record-import.md`."""
    return "\n".join(_table("Course record imports", IMPORT_RULES)) + "\n"


def _table(title: str, rules: Mapping[str, str]) -> list[str]:
    found = marks()
    lines = [
        f"# {title}: which test proves which rule",
        "",
        "Written by `python -m tests.bench.rules` from the marks of the tests.",
        "",
        "| rule | in short | tests |",
        "| --- | --- | --- |",
    ]
    for rule, words in rules.items():
        tests = "<br>".join(f"`{one}`" for one in sorted(found.get(rule, ())))
        lines.append(f"| {rule} | {words} | {tests} |")
    return lines


def _failures() -> list[str]:
    """What each failure recorded of a real Moodle comes to: the data of the test that plays them all."""
    from tests.connectors.test_moodle_failures import MEANINGS

    told = [f"| `{name}` | {cause} | {whole or '-'} |" for name, (cause, whole) in sorted(MEANINGS.items())]
    return [
        "",
        "## Failures of a real Moodle",
        "",
        f"{len(MEANINGS)} failures were recorded; `connectors/test_moodle_failures.py` plays each over a real line. "
        "*normal*: no failure at all.",
        "",
        "| recorded failure | cause | what it ends |",
        "| --- | --- | --- |",
        *told,
    ]


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    EXTRACTS_DOCUMENT.write_text(extracts_document(), encoding="utf-8")
    IMPORTS_DOCUMENT.write_text(imports_document(), encoding="utf-8")
