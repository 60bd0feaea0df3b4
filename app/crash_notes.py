"""What a crash or a hang of an earlier run left behind: found once by the next start, then put away."""

import logging
import os
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

from app.logs import CRASH_FILE_NAME, mask

logger = logging.getLogger(__name__)

HANG = "Learner Manager did not answer"
"""How the note of a hang begins (`ui/hang_watch.py`)."""
_KEPT = 5
_LARGEST = 200_000
# On Windows, faulthandler also writes about exceptions that were dealt with; those bear a bare code.
_CRASH = re.compile(r"^(?:Fatal Python error|Windows fatal exception: (?!code ))", re.MULTILINE)


def take(folder: Path) -> str:
    """The masked notes in `folder` (`DataFolder.logs`), "" if there is nothing to tell.

    What is returned once is not returned again: it is moved to a file `crash-TIME.log` beside the log, of which the
    newest five stay. The file itself stays in its place, since another window may have it open.
    """
    file = folder / CRASH_FILE_NAME
    try:
        with file.open("r+b") as notes:
            raw = notes.read(_LARGEST)
            if not raw:
                return ""
            text = mask(raw.decode("utf-8", "replace"))
            _put_away(folder, text)
            notes.truncate(0)
    except FileNotFoundError:
        return ""
    except OSError as error:
        logger.warning("Crash notes could not be taken: %s", type(error).__name__)
        return ""
    logger.info("The last run left notes of a crash or a hang")
    return text if is_crash(text) or HANG in text else ""


def is_crash(text: str) -> bool:
    """Whether these notes tell of a crash, not only of a hang."""
    return _CRASH.search(text) is not None


def _put_away(folder: Path, text: str) -> None:
    name = datetime.now(UTC).strftime("crash-%Y%m%d-%H%M%S-%f.log")
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as kept:
        kept.write(text)
    for old in sorted(folder.glob("crash-*.log"))[:-_KEPT]:
        old.unlink(missing_ok=True)


def stacks(main_thread: int) -> str:
    """Where every thread is at the moment, the one with that number first; code only, no values."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    parts = []
    for number, frame in sorted(sys._current_frames().items(), key=lambda one: one[0] != main_thread):
        what = "the window's thread" if number == main_thread else names.get(number, "a task")
        parts.append(f"In {what}:\n{''.join(traceback.format_stack(frame))}")
    return "\n".join(parts)
