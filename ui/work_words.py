"""What the Activity pane says of the work of dialogs, in counts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ui.activity import Listed, Outcome, Place, Stage
from ui.look.words import count, plural, tr

if TYPE_CHECKING:
    from app.export_target import Target
    from app.purge import PurgeSummary


class _Counts(Protocol):
    """What every load and every mass change tells of itself."""

    @property
    def changed(self) -> int: ...
    @property
    def unchanged(self) -> int: ...


class _Undone(Protocol):
    """What every Undo tells of itself."""

    @property
    def undone(self) -> int: ...
    @property
    def left(self) -> int: ...


class _Asked(Protocol):
    """What asking the LRS about learners tells."""

    results: list[Any]
    ending: Any


def reading_listed(columns: type) -> Listed:
    """A file that is read for a preview; not where only its `columns` were looked at, which is but a moment."""

    def outcome(found: object) -> Outcome | None:
        return None if isinstance(found, columns) else Outcome(tr("Read. Nothing is written before you say so."))

    return Listed(tr("Read a file"), outcome)


def load_listed(title: str) -> Listed:
    """What a preview showed, written."""

    def outcome(summary: Any) -> Outcome:
        return Outcome(
            tr(
                "{new} new, {changed} changed, {same} without changes",
                new=count(summary.new),
                changed=count(summary.changed),
                same=count(summary.unchanged),
            )
        )

    return Listed(title, outcome, Place(page="history"))


def fill_listed() -> Listed:
    """*Flood Fill*."""
    return Listed(tr("Flood Fill"), filled, Place(page="learners"))


def filled(summary: _Counts) -> Outcome:
    """How many got the value, and how many had it."""
    return Outcome(
        tr(
            "{changed} changed, {same} without changes",
            changed=count(summary.changed),
            same=count(summary.unchanged),
        )
    )


def asking_listed(title: str) -> Listed:
    """*Find ULN* and *Verify*."""
    return Listed(title, asked)


def asked(summary: _Asked) -> Outcome:
    """How many learners were asked about, and why it ended early."""
    told = plural(len(summary.results), "{n} learner", "{n} learners")
    if summary.ending.cancelled:
        return Outcome(told, Stage.STOPPED)
    if summary.ending.stopped:
        return Outcome(f"{told}. {tr(summary.ending.stopped)}", Stage.FAILED)
    return Outcome(told)


def copy_listed(title: str, target: Path | None = None) -> Listed:
    """A copy of the database to `target`; without one the copy of the day, which is often there already."""

    def outcome(result: object) -> Outcome | None:
        file = target if target is not None else result
        if not isinstance(file, Path):
            return None
        return Outcome(tr("Copied to {name}", name=file.name), place=Place(file=file))

    return Listed(title, outcome)


def undo_listed(title: str, page: str = "history") -> Listed:
    """An Undo, which is one step for the database: done, or nothing of it."""
    return Listed(title, put_back, Place(page=page), stoppable=False)


def put_back(done: _Undone) -> Outcome:
    """How many rows are as before, and how many were left."""
    words = plural(done.undone, "{n} row was put back.", "{n} rows were put back.")
    if done.left:
        left = "{n} was left: somebody changed it since.", "{n} were left: somebody changed them since."
        words += " " + plural(done.left, *left)
    return Outcome(words)


def file_listed(title: str, target: "Target") -> Listed:
    """A file that is written, of which more is not to be said."""
    from app.export_target import path_of

    name, path = target.name, path_of(target)  # not the target itself, which may hold a password
    return Listed(title, lambda result: Outcome(tr("Saved as {name}", name=name), place=Place(file=path)))


def told_listed(title: str, words: Callable[[Any], str], page: str = "", *, stoppable: bool = True) -> Listed:
    """Work whose result `words` tells, in counts; `stoppable`: it looks whether it shall stop."""
    return Listed(title, lambda result: Outcome(words(result)), Place(page=page), stoppable)


def purged(done: "PurgeSummary") -> Outcome:
    """How many rows went."""
    stage = Stage.STOPPED if done.stopped else Stage.DONE
    return Outcome(plural(done.gone.total, "{n} row was deleted", "{n} rows were deleted"), stage)
