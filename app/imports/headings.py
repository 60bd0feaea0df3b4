"""The headings of a course record file against what an importer needs (CR-02 to CR-06 of course-record-import.md)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.errors import quoted
from app.imports.characters import mended, named, special
from app.imports.columns import OURS, Column, Importer, closest, column_of, needed
from app.imports.offers import Offers
from app.imports.repairs import Repair, Repairs
from app.imports.rules import Finding, Severity

_MARKS, _SPACES = Repair("CR-06"), Repair("CR-02")
_INTO = {Importer.COURSE: "course importer", Importer.GLOBAL: "global importer"}
_MOST_COMPARED = 200
"""Finding the name that is spelt most alike takes time: whoever has more unknown columns has another file."""


@dataclass(slots=True)
class Headings:
    """What each heading means; None for what is ignored."""

    columns: list[Column | None] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_headings(raw: Sequence[str], importer: Importer, repairs: Repairs, offers: Offers) -> Headings:
    """Match the headings to columns, and find what is wrong with them.

    A heading with spaces or special characters is compared as if they were repaired: one cause is one finding.
    """
    read = Headings()
    names = [_tidy(one, repairs, offers, read.findings) for one in raw]
    read.columns = [column_of(name) for name in names]
    _missing(read, importer)
    _twice(read, names)
    _unknown(read, names)
    return read


def _tidy(raw: str, repairs: Repairs, offers: Offers, findings: list[Finding]) -> str:
    name = raw
    if found := special(name):
        clean = mended(name)
        if clean and repairs.has("CR-06"):
            offers.add(_MARKS, 1, name, clean, applied=True)
        else:
            message = f"The heading {quoted(name)} holds {named(found)}. "
            message += "Take it out." if clean else "Type the heading again."
            findings.append(Finding("CR-06", message, clean, name, clean, Severity.FILE))
            if clean:
                offers.add(_MARKS, 1, name, clean)
        name = clean or name
    trimmed = " ".join(name.split())
    if trimmed != name and trimmed:
        if repairs.has("CR-02"):
            offers.add(_SPACES, 1, name, trimmed, applied=True)
        else:
            message = f"The heading {quoted(name)} has extra spaces. It should be {quoted(trimmed)}."
            findings.append(Finding("CR-02", message, trimmed, name, trimmed))
            offers.add(_SPACES, 1, name, trimmed)
    return trimmed


def _missing(read: Headings, importer: Importer) -> None:
    there = set(read.columns)
    for group in needed(importer):
        if there.isdisjoint(group):
            names = " or ".join(group)
            message = f"The column {names} is missing: the {_INTO[importer]} needs it. Add it, or use a template."
            read.findings.append(Finding("CR-03", message, group[-1]))


def _twice(read: Headings, names: Sequence[str]) -> None:
    spelt = Counter(name for name in names if name)
    for column, times in Counter(one for one in read.columns if one).items():
        if times > 1:
            used = dict.fromkeys(names[at] for at, one in enumerate(read.columns) if one is column)
            what = f"The column {column} comes {times} times"
            what += f", as {' and '.join(used)}" if len(used) > 1 else ""
            read.findings.append(Finding("CR-04", f"{what}. Keep one of them.", column))
    for name, times in spelt.items():
        if times > 1 and column_of(name) is None:
            message = (
                f"The column {quoted(name)} comes {times} times. Keep one of them, or give them different names."
            )
            read.findings.append(Finding("CR-04", message, name))


def _unknown(read: Headings, names: Sequence[str]) -> None:
    unknown = [name for name in dict.fromkeys(names) if name and column_of(name) is None and name not in OURS]
    for at, name in enumerate(unknown):
        near = closest(name) if at < _MOST_COMPARED else ""
        message = f"The column {quoted(name)} is ignored."
        message += f" If you mean {near}, spell it exactly so." if near else ""
        read.findings.append(Finding("CR-05", message, name, name, near))
    if blank := len(names) - sum(map(bool, names)):
        what = (
            "A column without a heading is ignored." if blank == 1 else f"{blank} columns have no heading: ignored."
        )
        read.findings.append(Finding("CR-05", what))
