"""How many rows each condition of the Condition Builder finds by itself."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Slot

from app.conditions import FieldInfo, Group, Join, Test, check_test
from app.errors import AppError, InputError, OfflineError
from app.tasks import TaskContext
from ui.error_words import error_words
from ui.grids.condition_row import ConditionRow
from ui.look.words import count
from ui.workers import Lane, TaskRunner

Count = Callable[[TaskContext, Group], tuple[int, int]]


def problem_of(row: ConditionRow, fields: Mapping[str, FieldInfo]) -> str:
    """Why the condition cannot be asked; "" if it can."""
    if row.problem:
        return row.problem
    try:
        check_test(row.test, fields)
    except InputError as error:
        return error_words(error)
    return ""


class RowCounts(QObject):
    """Counts one condition after another, behind the count of the whole search; what was counted once is known as
    long as the window is open."""

    def __init__(self, runner: TaskRunner, counted: Count, fields: Mapping[str, FieldInfo], parent: QObject) -> None:
        super().__init__(parent)
        self._runner, self._count, self._fields = runner, counted, fields
        self._rows: Sequence[ConditionRow] = ()
        self._numbers: dict[Test, str] = {}
        self._waiting: list[Test] = []
        self._turn: Test | None = None
        self._counting: TaskContext | None = None

    def show_rows(self, rows: Sequence[ConditionRow]) -> None:
        """These are the conditions now: what is known is said at once, and nothing counted that is not asked any
        more."""
        self._rows = tuple(rows)
        self._waiting = []
        if self._counting is not None and self._turn not in [row.test for row in rows]:
            self._counting.cancel()
            self._turn = None  # it may come back before it has stopped
        self._say()

    def ask(self, whole: Group) -> None:
        """Count what is not known yet; `whole` is being counted already."""
        wanted = [row.test for row in self._rows if not problem_of(row, self._fields)]
        alone = _alone(whole)
        self._waiting = [
            test for test in dict.fromkeys(wanted) if test not in self._numbers and test not in (alone, self._turn)
        ]
        if self._counting is None:
            self._next()

    def learn(self, whole: Group, found: int) -> None:
        """The whole search finds so many: of a single condition nothing else needs to be asked."""
        alone = _alone(whole)
        if alone is not None:
            self._numbers[alone] = count(found)
            self._say()

    @Slot()
    def stop(self) -> None:
        """The window has gone."""
        self._waiting = []
        if self._counting is not None:
            self._counting.cancel()

    def _say(self) -> None:
        for row in self._rows:
            row.show_count(self._numbers.get(row.test, ""))

    @Slot()
    def _next(self) -> None:
        self._counting = self._turn = None
        if not self._waiting:
            return
        test, counted = self._waiting.pop(0), self._count
        self._turn = test

        def work(context: TaskContext) -> tuple[Test, str]:
            try:
                return test, count(counted(context, Group(Join.ALL, (test,)))[0])
            except OfflineError:
                raise
            except AppError:  # said by a dash; of the whole search it is said why
                return test, "–"

        self._counting = self._runner.run(
            work, lane=Lane.COUNT, done=self._counted, failed=self._failed, cancelled=self._next
        )

    @Slot(object)
    def _counted(self, answer: tuple[Test, str]) -> None:
        test, number = answer
        self._numbers[test] = number
        self._say()
        self._next()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        """Out of reach, or a bug: nothing is known of the rest, so it is asked again with the next edit."""
        self._waiting = []
        self._counting = self._turn = None
        self._runner.unread(error)


def _alone(group: Group) -> Test | None:
    """The one condition that the search consists of."""
    member = group.members[0] if len(group.members) == 1 and not group.negated else None
    return member if isinstance(member, Test) else None
