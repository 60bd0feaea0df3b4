"""What the Activity pane says of the work of the Attainments (PLR) window: counts, and never what was answered."""

from app.history import UndoSummary
from app.plr.download import DownloadSummary
from app.plr.update import UpdateSummary
from ui.activity import Listed, Outcome, Place, Stage
from ui.look.words import count, plural, tr


def download_listed() -> Listed:
    """A download, whose answers are held in the PLR window only."""
    return Listed(tr("Attainments (PLR) Download"), downloaded, Place(plr=True))


def update_listed() -> Listed:
    """*Update Selected*."""
    return Listed(tr("Update Selected"), updated, Place(page="attainments"))


def undo_listed() -> Listed:
    """An update taken back."""
    return Listed(tr("Undo of Update Selected"), taken_back, Place(page="attainments"), stoppable=False)


def downloaded(summary: DownloadSummary) -> Outcome:
    """How many of how many learners were answered, and why it ended early."""
    told = tr("{done} of {total} learners", done=count(summary.answered), total=count(summary.total))
    return _outcome(told, summary.stopped, cancelled=summary.cancelled)


def updated(summary: UpdateSummary) -> Outcome:
    """The four numbers of an update."""
    told = tr(
        "{new} new, {changed} changed, {same} without changes, {left} not applied",
        new=count(len(summary.new)),
        changed=count(len(summary.changed)),
        same=count(len(summary.unchanged)),
        left=count(len(summary.not_applied)),
    )
    return _outcome(told, summary.stopped, cancelled=summary.cancelled)


def taken_back(undone: UndoSummary) -> Outcome:
    """How much was left, because others changed it since."""
    if not undone.left:
        return Outcome(tr("Everything is as it was before."))
    one = "{n} change was left: somebody changed the record since."
    many = "{n} changes were left: somebody changed the records since."
    return Outcome(plural(undone.left, one, many))


def _outcome(told: str, stopped: str, *, cancelled: bool) -> Outcome:
    if not stopped:
        return Outcome(told)
    if cancelled:
        return Outcome(told, Stage.STOPPED)
    return Outcome(f"{told}. {tr(stopped)}", Stage.FAILED)
