"""What the window remembers between two runs: a small file of its own beside the settings. No personal data."""

import json
import logging
from pathlib import Path
from typing import Any

from app.whole_file import whole_file

logger = logging.getLogger(__name__)

FILE_NAME = "window.json"
_LARGEST = 1_000_000


def load(folder: Path) -> dict[str, Any]:
    """The remembered state; empty if there is none or it cannot be read (a layout is never worth a failure)."""
    file = folder / FILE_NAME
    try:
        if file.stat().st_size > _LARGEST:
            return {}
        state = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write the state whole, mode 0600; a failure is noted and forgotten."""
    try:
        with whole_file(folder / FILE_NAME) as file:
            file.write(json.dumps(state, indent=1).encode())
    except Exception as error:  # a layout is never worth a failure
        logger.info("The window layout was not saved: %s", type(error).__name__)
