"""What is known to hang imports, looked for in a file whose import did not end: extra spaces in the headings and
special characters anywhere (CR-L7 of course-record-import.md)."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.imports.asked import Asked
from app.imports.reading import FileRefusedError, open_import
from app.imports.rules import Finding
from app.tasks import TaskContext

KNOWN_CAUSES = frozenset({"CR-02", "CR-06"})
_MOST = 20


@dataclass(frozen=True, slots=True)
class Suspect:
    """One finding, and the row that it is in: 1 for the headings, 0 for the file as a whole."""

    number: int
    finding: Finding


def suspects(context: TaskContext, path: Path, asked: Asked) -> list[Suspect]:
    """The first of them, in the order of the file; and why it cannot be read, if it cannot.

    Raises InputError where there is no such file any more, Cancelled.
    """
    file = open_import(context, path, asked)
    found = [Suspect(int(one.rule != "CR-01"), one) for one in file.findings if one.rule in {*KNOWN_CAUSES, "CR-01"}]
    try:
        with closing(file.rows(context, "Looking for special characters")) as rows:
            for row in rows:
                found += [Suspect(row.number, one) for one in row.findings if one.rule in KNOWN_CAUSES]
                if len(found) >= _MOST:
                    break
    except FileRefusedError as error:
        found.append(Suspect(0, error.finding))
    return found[:_MOST]
