"""Fetches pages of rows off the UI thread: the newest wish first, few waiting."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Slot

from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import GridSource, Row
from ui.grids.paged_model import PagedModel
from ui.workers import Lane, TaskRunner

MOST_WAITING = 6
PAGES = Lane.PAGES
"""A lane of its own: pages must not wait until a long sort in the lane of the keys has ended."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was read."""

    number: int
    keys: Keys
    rows: Mapping[int, Row]


def read_page(source: GridSource, number: int, keys: Keys, context: TaskContext) -> Page:
    context.raise_if_cancelled()
    return Page(number, keys, source.rows(keys))


class PageReader(QObject):
    """Serves `page_needed` of a model with one task at a time."""

    def __init__(self, model: PagedModel, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._runner = runner
        self._waiting: list[int] = []
        self._reading = -1
        self._said = False
        # Queued, because the wish is uttered while painting.
        model.page_needed.connect(self._wish, Qt.ConnectionType.QueuedConnection)
        model.modelReset.connect(self._forget)

    @Slot(int)
    def _wish(self, page: int) -> None:
        self._waiting.append(page)
        while len(self._waiting) > MOST_WAITING:
            self._model.forget_page(self._waiting.pop(0))
        self._next()

    @Slot()
    def _forget(self) -> None:
        self._waiting.clear()

    def _next(self) -> None:
        while self._reading < 0 and self._waiting:
            page = self._waiting.pop()
            keys = self._model.page_keys(page)
            if not keys:
                self._model.forget_page(page)
                continue
            self._reading = page
            task = partial(read_page, self._model.source, page, keys)
            self._runner.run(task, lane=PAGES, done=self._arrived, failed=self._failed, cancelled=self._cancelled)

    @Slot(object)
    def _arrived(self, page: Page) -> None:
        self._said = False
        self._reading = -1
        self._model.put_page(page.number, page.keys, page.rows)
        self._next()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        """Said once until a page arrives again: one broken line fails every page on the screen."""
        if not self._said:
            self._said = True
            self._runner.unread(error)
        self._give_up()

    @Slot()
    def _cancelled(self) -> None:
        self._give_up()

    def _give_up(self) -> None:
        """What was wished is asked for again when it is painted again."""
        for page in (self._reading, *self._waiting):
            self._model.forget_page(page)
        self._waiting.clear()
        self._reading = -1
