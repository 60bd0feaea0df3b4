"""How a course record file is to be read: by which importer, into which course, with which repairs."""

from dataclasses import dataclass, field
from datetime import date

from app.imports.columns import Importer
from app.imports.repairs import NO_REPAIRS, Repairs


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person chose, and what the checks of a row need to know besides."""

    importer: Importer
    course: str = ""
    """The external id of the open course, with the course-level importer."""
    repairs: Repairs = NO_REPAIRS
    types: frozenset[str] = frozenset()
    """The machine names of all credit types that are set up."""
    today: date = field(default_factory=date.today)
