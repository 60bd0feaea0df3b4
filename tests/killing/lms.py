"""An LMS that outlives the program: what it was told stands in a file."""

import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.connectors.lms import Entry
from tests.lms.fake_lms import FakeLms


class LastingLms(FakeLms):
    """As `FakeLms`, one call at a time; what it was told is there again after the program died."""

    def __init__(self, folder: Path, **other: Any) -> None:
        super().__init__(parallel=1, **other)
        self._file = folder / "lms"

    def recall(self) -> None:
        if self._file.exists():
            self.enrolled, self.courses_of = pickle.loads(self._file.read_bytes())

    @contextmanager
    def open(self) -> Iterator[FakeLms]:
        self.recall()
        with super().open() as opened:
            yield opened

    def enrol(self, entries: Sequence[Entry]) -> None:
        super().enrol(entries)
        part = self._file.with_name("lms.part")
        part.write_bytes(pickle.dumps((self.enrolled, self.courses_of)))
        os.replace(part, self._file)
