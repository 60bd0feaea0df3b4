"""The Individualised Learner Record: one pass over the file, a learner at a time (learner-files.md 1, 2, 4, 7).

Elements are known by their local name, in any order, under any namespace or none. Ethnicity, health, disability,
National Insurance numbers, employment and finance are passed over: their text is never asked for.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from app.errors import InputError
from app.files.cells import xml_date, year_of
from app.files.ilr_learner import LearnerReader
from app.files.rows import FileFacts, FileKind, LearnerRecord, Level, Reading
from app.files.source import pieces
from app.files.xml_stream import Element, MalformedError, XmlBytes, elements
from app.folding import cleaned
from app.sentence import Sentence
from app.tasks import TaskContext

_NAMESPACE = re.compile(r"(?:^|/)ILR/(\d{4}-\d{2})(?:/|$)")
_FILE_NAME = re.compile(r"ILR-(\d{8})-(\d{4})-(\d{8})-(\d{6})(?:-\d{2})?", re.IGNORECASE | re.ASCII)
_FIRST_WITHOUT_PREFIX = "2026-27"
_OTHER_ROOTS = {
    "envelope": "an answer of a web service",
    "html": "a web page",
    "workbook": "a spreadsheet saved as XML",
    "fundingclaim": "a funding report",
    "learnerregistrationbatch": "an LRS batch file",
}


def read_ilr(context: TaskContext, path: Path, *, encoding: str = "") -> Reading:
    """Begin to read an ILR file, or a zip with one in it; the facts before the first learner are there at once.

    `encoding` reads it as that, whatever it says of itself: for a second try after an EncodingError. Raises
    InputError (also while learners are being read) for what cannot be read: then nothing of it may be used.
    """
    facts = FileFacts(FileKind.ILR_XML, path.name)
    steps = _steps(context, path, facts, encoding)
    first = next(steps, None)

    def learners() -> Iterator[LearnerRecord]:
        if first is not None:
            yield first
            yield from steps

    return Reading(facts, learners())


def _steps(context: TaskContext, path: Path, facts: FileFacts, encoding: str) -> Iterator[LearnerRecord]:
    """Every learner. What is known before the first one is in `facts` when it comes."""
    source = XmlBytes(pieces(context, path), encoding)
    facts.encoding = source.encoding
    if source.root_name != "Message":
        raise not_an_ilr(source.root_name)
    last, reader = "", LearnerReader(facts, watch_accents=bool(encoding))
    root: Element = None
    try:
        for element in elements(source, "Header", "LearningProvider", "Learner"):
            if root is None:
                root = element
                _namespace(facts, root)
                continue
            if element.getparent() is not root:
                continue
            name = element.tag.rpartition("}")[2]
            if name == "Learner":
                record = reader.read(element)
                if reader.count == 1:
                    _settle(facts, path)
                yield record
                last = record.ref or last
            elif name == "Header":
                _header(facts, element)
            else:
                _take(facts.ukprns, "provider", _text(element, "UKPRN"))
    except MalformedError as error:
        raise _told(error, reader.count, last) from None
    if reader.count == 0:
        _settle(facts, path)
        facts.note(Level.STOP, "no_learners", "No learners in this file: nothing changed. Choose the full return.")
    reader.end()


def not_an_ilr(root: str) -> InputError:
    """The sentence for XML with another root element than `Message`."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "", root)[:40]
    what = _OTHER_ROOTS.get(
        plain.lower(),
        Sentence(
            "an XML file of another kind (it begins with {element})", element=plain or Sentence("nothing known")
        ),
    )
    return InputError(
        Sentence("This is {what}, not an ILR.", what=Sentence(what)),
        hint="Choose the ILR file that your MIS made for the return.",
    )


def _told(error: MalformedError, count: int, last: str) -> InputError:
    if not count:
        return error
    return MalformedError(
        Sentence(
            "{why} The last complete learner is number {count:,}, person code {last}.",
            why=Sentence(error.message),
            count=count,
            last=last or Sentence("not given"),
        ),
        hint=error.hint,
        line=error.line,
    )


def _namespace(facts: FileFacts, root: Element) -> None:
    space = root.tag[1:].partition("}")[0] if root.tag.startswith("{") else ""
    found = _NAMESPACE.search(space)
    if found is None:
        facts.note(Level.WARN, "namespace", "The file does not say which year's ILR it is; it was read all the same.")
        return
    facts.year = year_of(found[1])
    prefix, year = space[: found.start()], found[1]
    wanted = "SFA" if "2015-16" <= year <= "2017-18" else "" if year >= _FIRST_WITHOUT_PREFIX else "ESFA"
    if year >= "2015-16" and prefix != wanted:
        facts.note(Level.WARN, "namespace", "The file is marked in a way that ILRs of its year are not.")
    if not "2011-12" <= year <= "2026-27":
        facts.note(Level.INFO, "new_year", "This program has not seen an ILR of this year before.")


def _header(facts: FileFacts, header: Element) -> None:
    collection, source = _child(header, "CollectionDetails"), _child(header, "Source")
    year = year_of(_text(collection, "Year"))
    if year and facts.year and year != facts.year:
        facts.note(Level.WARN, "year_differs", "The year in the header is not the year that the file is marked with.")
    facts.year = year or facts.year
    facts.prepared = xml_date(_text(collection, "FilePreparationDate"))
    _take(facts.ukprns, "source", _text(source, "UKPRN"))
    said = (_text(source, name) for name in ("SoftwareSupplier", "SoftwarePackage", "Release"))
    facts.software = " ".join(one for one in said if one)[:100]


def _settle(facts: FileFacts, path: Path) -> None:
    """The name of the file fills what the content leaves open, and is a hint only."""
    found = _FILE_NAME.search(path.name)
    if found is None:
        return
    year = year_of(found[2])
    if facts.year and year and year != facts.year:
        facts.note(Level.WARN, "name_differs", "The year in the file's name is not the one in the file.")
    facts.year = facts.year or year
    _take(facts.ukprns, "name", found[1])
    if facts.prepared is None:
        day = found[3]
        facts.prepared = xml_date(f"{day[:4]}-{day[4:6]}-{day[6:]}")


def _take(into: dict[str, str], key: str, text: str) -> None:
    if text and key not in into:
        into[key] = text[:20]


def _child(element: Element, name: str) -> Element:
    if element is None:
        return None
    return next((one for one in element if one.tag.rpartition("}")[2] == name), None)


def _text(element: Element, name: str) -> str:
    found = _child(element, name)
    return "" if found is None else cleaned(found.text) or ""
