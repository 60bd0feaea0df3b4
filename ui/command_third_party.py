"""`third-party`: the licences of what others made, and the bill of materials, as files."""

import argparse
import os
from datetime import UTC, datetime

from app.third_party.bill import bill, written
from app.third_party.notices import notices
from app.third_party.shipped import components
from app.whole_file import whole_file
from ui.commands import tell
from ui.exit_status import DONE


def licences(options: argparse.Namespace) -> int:
    """Write the licences of all parts by others into FILE."""
    parts = components()
    return _write(options, notices(parts), len(parts))


def bom(options: argparse.Namespace) -> int:
    """Write the bill of materials into FILE, dated `SOURCE_DATE_EPOCH` where that is set, else now."""
    parts = components()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    made = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return _write(options, written(bill(parts, made)), len(parts))


def _write(options: argparse.Namespace, text: str, number: int) -> int:
    with whole_file(options.file) as stream:
        stream.write(text.encode())
    tell(options, {"file": str(options.file), "parts": number}, [f"{number} parts by others: {options.file.name}"])
    return DONE
