"""The apostrophe that keeps a spreadsheet from taking a cell for a formula: put on by *Export Refused Rows*, taken
off when that file is imported again. What is exported comes back as it was, whatever it begins with."""

from collections.abc import Iterable

from app.export_sheet import is_armed
from app.imports.columns import OURS


def is_ours(headings: Iterable[str]) -> bool:
    """Whether a file came from *Export Refused Rows*: only there the apostrophe is ours."""
    return OURS.issubset(headings)


def guarded(text: str) -> str:
    """The cell as it is exported."""
    return f"'{text}" if is_armed(text.lstrip("'")) else text


def unguarded(text: str) -> str:
    """The cell as it was before it was exported."""
    return text[1:] if text.startswith("'") and is_armed(text.lstrip("'")) else text
