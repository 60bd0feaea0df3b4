"""Export LRS Batch File: asks for a file and writes the chosen learners without a ULN there, in a task."""

from datetime import datetime
from typing import TYPE_CHECKING

from ui.exporting import CSV, Exporter
from ui.look.words import tr
from ui.protecting import Holds, ask_for_plain_file

if TYPE_CHECKING:
    from ui.main_window import MainWindow


def choose_batch_file(window: "MainWindow") -> None:
    """The selected learners, or all of the filter when fewer than two are."""
    # What reads and writes files is not needed before: a start is sooner without it.
    from app.files.lrs_batch import batch_name
    from app.learners.batch_file import export_batch

    settings = window.context.settings
    ukprn = settings.college.ukprn or settings.lrs.ukprn
    start = batch_name(ukprn or "00000000", datetime.now())
    why = tr("The LRS portal takes it only without a password. Delete it when it has been sent.")
    path = ask_for_plain_file(window, CSV, tr("Export LRS Batch File"), start, Holds.PEOPLE, why)
    if path is None:
        return
    page, db, user = window.learners, window.context.db, window.context.user
    keys = page.rows_to_export()
    exporter = Exporter(page.runner, page)
    exporter.start(lambda context: export_batch(context, db, user, keys, ukprn, path), tr("Export LRS Batch File"))
    page.exporting.emit(exporter)
